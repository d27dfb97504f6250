"""Two versions of one essay: which words they share, and where a coding of one is in the other."""

import re
from difflib import SequenceMatcher
from typing import NamedTuple

from analysis.importers.anchoring import Place
from analysis.importers.quotations import Haystack, candidates_said, plain, proof, squeezed

WORD, SIGN = re.compile(r"\S+"), re.compile(r"\S")
SHOWN = 6  # words of a difference


class Alignment:
    """Two versions of an essay: sign by sign where only white space differs, else word by word."""

    def __init__(self, source, target):
        self.source, self.target = source, target
        self._haystack = Haystack(target)
        self._from, self._to = _spans_of(SIGN, source), _spans_of(SIGN, target)
        if plain(source) == plain(target) and len(self._from) == len(self._to):
            self._partner = {n: n for n in range(len(self._from))}
        else:
            self._from, self._to = _spans_of(WORD, source), _spans_of(WORD, target)
            self._partner = dict(_equal_words(source, target))
        self._part_at = {
            at: n for n, (start, end) in enumerate(self._from) for at in range(start, end)
        }

    def move(self, place):
        """The same words in the target; a Place with a reason if they are not there."""
        if place.start is None or place.reason:
            return place
        words = self.source[place.start : place.end]
        start = place.start + len(words) - len(words.lstrip())
        words = words.strip()
        spot = self._spot(start, start + len(words))
        if spot and proof(words, self.target[spot[0] : spot[1]]):
            return place._replace(start=spot[0], end=spot[1])
        _, found = self._haystack.find(words)
        if len(found) == 1:
            what = "found by its words: the essay differs round it"
            return place._replace(start=found[0][0], end=found[0][1], what=what)
        if found:
            return Place(reason="quote_ambiguous", what=candidates_said(found))
        return Place(reason="quote_not_found", what="the essay differs here from the first text")

    def _spot(self, start, end):
        edges = []
        for at, side in ((start, 0), (end - 1, 1)):
            n = self._part_at.get(at)
            if n not in self._partner:
                return None
            a, b = self._from[n], self._to[self._partner[n]]
            inside = at + side - a[0]
            if b[1] - b[0] != a[1] - a[0] and inside not in (0, a[1] - a[0]):
                return None
            edges.append(b[1] if inside == a[1] - a[0] else b[0] + inside)
        return tuple(edges)


def _spans_of(pattern, text):
    """Spans of words, or of signs, that are not ignored when texts are compared."""
    spans = (match.span() for match in pattern.finditer(text))
    return [(a, b) for a, b in spans if squeezed(text[a:b])]


def _equal_words(first, second):
    """(word of the first, word of the second) of the words that stand in both, in order."""
    one, two = (
        _folded_words([text[a:b] for a, b in _spans_of(WORD, text)]) for text in (first, second)
    )
    for a, b, words in _shared_runs(one, two):
        for n in range(words):
            yield a + n, b + n


def _shared_runs(one, two):
    """Runs of words that stand in both, in order: (place in one, place in two, words).

    What both begin and end with is taken first; the cost of what lies between is quadratic.
    """
    shorter = min(len(one), len(two))
    begin = next((n for n in range(shorter) if one[n] != two[n]), shorter)
    left = shorter - begin
    end = next((n for n in range(left) if one[-1 - n] != two[-1 - n]), left)
    between = one[begin : len(one) - end], two[begin : len(two) - end]
    yield 0, 0, begin
    for a, b, words in SequenceMatcher(None, *between, autojunk=False).get_matching_blocks():
        yield begin + a, begin + b, words
    yield len(one) - end, len(two) - end, end


class Difference(NamedTuple):
    """Words of the first version, and what the second has in their place; shortened."""

    first: str
    second: str
    lacking: int  # words that the second has fewer; below 0: more


def differences(first, second):
    """Where two versions differ."""
    one, two = WORD.findall(first), WORD.findall(second)
    found, a, b = [], 0, 0
    for next_a, next_b, words in _shared_runs(_folded_words(one), _folded_words(two)):
        if (a, b) != (next_a, next_b):
            lacking = (next_a - a) - (next_b - b)
            found.append(Difference(_shortened(one[a:next_a]), _shortened(two[b:next_b]), lacking))
        a, b = next_a + words, next_b + words
    return found


def _shortened(words):
    return " ".join(words[:SHOWN]) + " …" * (len(words) > SHOWN)


def _folded_words(words):
    return [plain(word) for word in words]
