"""Where a coding stands in the essay, proven.

Tools count in different units, and most do not say in which. Every way of counting is a
hypothesis, tested on the whole file: by the quotations that the tool kept, or, where it kept
none, by how often a span begins and ends at the edges of words. A quotation without a place is
found in the essay.
"""

import operator
import re
import unicodedata
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from analysis.importers.material import code_points

LEAST_PROVEN = 0.5  # a file whose best reading proves less is refused
RIGHT, WRONG = 0.9, 0.5  # a reading is told from another where it is right: at least, at most
HINT = 2  # places that two readings part: enough to ask, or to see how line ends count
PROOF, PROOF_ESSAYS = 30, 3  # places, in so many essays: enough to overrule what a tool is known for
INSIDE_A_WORD = (
    "it begins or ends inside a word, and no quotation proves it: compare it with the tool"
)
CANDIDATES = 5  # places shown for a quotation that occurs more than once


@dataclass(frozen=True)
class Reading:
    """A way of counting positions.

    Attributes
    ----------
    unit : {"code points", "UTF-16 units", "UTF-8 bytes", "graphemes"}
    line_end : {1, 2}
        How CR LF counts. 2 in an essay that is stored with LF alone: every line end counts as 2.
    bom : bool
        Is a byte-order mark counted?
    first : {0, 1}
        The number of the first character.
    inclusive : bool
        Is the end the last character, not the place after it?
    """

    unit: str
    line_end: int = 1
    bom: bool = False
    first: int = 0
    inclusive: bool = False

    def as_it_matters_in(self, essay):
        """The simplest reading that counts alike in an essay."""
        return replace(
            self,
            unit="code points" if essay.text.isascii() else self.unit,
            line_end=self.line_end if "\n" in essay.text else 1,
            bom=self.bom and essay.bom > 0,
        )

    def __str__(self):
        said = f"{self.unit}, CR LF as {self.line_end}"
        said += ", byte-order mark counted" if self.bom else ""
        said += ", from 1" if self.first else ""
        return said + (", end inclusive" if self.inclusive else "")


UNITS = ("code points", "UTF-16 units", "UTF-8 bytes")


def ways_to_count(unit=None, line_end=None, units=UNITS, **fixed):
    """Every reading, the one that a tool is known for first.

    First number and end are fixed for each tool, never searched: where selections end at the end
    of a paragraph, an end and the place before it are both edges of words.
    """
    every = [Reading(u, n, bom, **fixed) for u in units for n in (1, 2) for bom in (False, True)]
    return tuple(
        sorted(every, key=lambda r: (r.bom, r.unit != unit, r.line_end != (line_end or 1)))
    )


# Positions -----------------------------------------------------------------------------------


def places(essay, reading):
    """The reading's number of each place between two characters, shape (len(text) + 1,)."""
    signs = code_points(essay.text)
    wide = signs > 0xFFFF
    if reading.unit == "code points":
        widths = np.ones(len(signs), int)
    elif reading.unit == "UTF-16 units":
        widths = 1 + wide.astype(int)
    elif reading.unit == "graphemes":
        widths = _grapheme_widths(essay.text)
    else:
        widths = 1 + (signs > 0x7F).astype(int) + (signs > 0x7FF) + wide
    if reading.line_end == 2:
        if len(essay.crlf):
            widths[essay.crlf] += 1
        else:
            widths[signs == 10] += 1
    if len(essay.inserted):
        widths[essay.inserted] = 0
    before = essay.bom * (3 if reading.unit == "UTF-8 bytes" else 1) if reading.bom else 0
    return reading.first + before + np.concatenate([[0], np.cumsum(widths)])


def spans(essay, starts, ends, reading):
    """Spans of the tool as code points of our text, -1 where a position is no place.

    A position inside a character, or between CR and LF, is no place: letting it fall on the next
    one makes wrong readings look right.
    """
    return _located(places(essay, reading), starts, ends, reading)


def _located(numbers, starts, ends, reading):
    """Spans of the tool, given the number of each place."""
    last = len(numbers) - 1
    starts, ends = np.asarray(starts), np.asarray(ends) + reading.inclusive
    begin = np.searchsorted(numbers, starts, side="right") - 1
    stop = np.searchsorted(numbers, ends, side="left")
    begin = np.where((begin >= 0) & (numbers[np.clip(begin, 0, last)] == starts), begin, -1)
    stop = np.where((stop <= last) & (numbers[np.clip(stop, 0, last)] == ends), stop, -1)
    return begin, stop


def _grapheme_widths(text):
    """Whole numbers at the ends of graphemes, halves inside: no tool's number falls there."""
    begins = _begins_grapheme(text)
    before_end = np.append(begins[1:], True)[: len(begins)]
    return np.where(begins, 0.5, 0.0) + np.where(before_end, 0.5, 0.0)


def _begins_grapheme(text):
    """Does a character begin what the reader sees as one sign (nearly UAX 29)?"""
    begins, previous, flags = [], "", 0
    for sign in text:
        flag = "\U0001f1e6" <= sign <= "\U0001f1ff"
        joined = (
            unicodedata.category(sign)[0] == "M"
            or sign in "\u200c\u200d"
            or "\U0001f3fb" <= sign <= "\U0001f3ff"
            or (previous == "\u200d" and ord(sign) > 0x2000)
            or (flag and flags % 2 == 1)
        )
        begins.append(not joined or not previous)
        flags = flags + 1 if flag else 0
        previous = sign
    return np.array(begins, bool)


class Edges(NamedTuple):
    """What each place of a text is to words, boolean arrays of shape (len(text) + 1,).

    begin: before a character that is not white space, cutting no word. end: after one, or after a
    line end, cutting no word. end_or_space: an end, or one white space behind it, as some programs
    select words. inside: in a word; between signs of scripts without spaces no place is.
    """

    begin: np.ndarray
    end: np.ndarray
    end_or_space: np.ndarray
    inside: np.ndarray


def edges(text):
    signs = code_points(text)
    unique, inverse = np.unique(signs, return_inverse=True)
    kind = np.array([_kind(chr(sign)) for sign in unique.tolist()], "U1")[inverse]
    padded = np.concatenate([[" "], kind, [" "]])
    before, after = padded[:-1], padded[1:]
    inside = (before == "w") & (after == "w") | (after == "m")
    line_end = np.concatenate([[False], signs == 10])
    end = ((before != " ") | line_end) & ~inside
    behind = (before == " ") & np.concatenate([[False], end[:-1]])
    return Edges((after != " ") & ~inside, end, end | behind, inside)


def _kind(sign):
    category = unicodedata.category(sign)
    if sign.isspace() or category in ("Cc", "Zs", "Zl", "Zp"):
        return " "
    if category[0] == "M" or sign == "\u200d":
        return "m"
    if category == "Lo" and ord(sign) > 0x0E00 and _unspaced(ord(sign)):
        return "i"
    return "w" if category[0] in "LN" else "."


def _unspaced(point):
    """Thai to Khmer, kana, and ideographs: scripts that put no spaces between words."""
    return (
        0x0E00 <= point <= 0x0EFF
        or 0x1000 <= point <= 0x109F
        or 0x1780 <= point <= 0x17FF
        or 0x2E80 <= point <= 0xA4CF
        or 0xF900 <= point <= 0xFAFF
        or point >= 0x20000
    )


# Quotations ----------------------------------------------------------------------------------

LINE_ENDS = str.maketrans({"\u2028": "\n", "\u2029": "\n", "\r": "\n"})
IGNORED = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\xad"))
LOOKALIKES = (
    dict.fromkeys(map(ord, "’‘‚‛´′"), "'")
    | dict.fromkeys(map(ord, "“”„‟«»″"), '"')
    | dict.fromkeys(map(ord, "–—‑‐−"), "-")
)
FOLDED = IGNORED | LOOKALIKES
ELLIPSIS = re.compile(r"\s*(?:…|\.\.\.|\[…\]|\[\.\.\.\])$")
SPACES = re.compile(r"\s+")


def proof(quotation, found):
    """How a quotation of a tool equals the words at its place; None if it does not.

    Levels: exact; edge (spaces at the edges); lines (kinds of line end); space (white space and
    signs without width); cut (the tool shortened it); typo (quotation marks, dashes, accents as
    one sign or two).
    """
    if quotation == found:
        return "exact"
    if quotation.strip() == found.strip():
        return "edge"
    if _lines(quotation).strip() == _lines(found).strip():
        return "lines"
    if squeezed(quotation) == squeezed(found):
        return "space"
    shortened = ELLIPSIS.sub("", quotation)
    was_cut = shortened != quotation and len(shortened.strip()) >= 3
    if was_cut and squeezed(found).startswith(squeezed(shortened)):
        return "cut"
    return "typo" if plain(quotation) == plain(found) else None


def _lines(text):
    return text.replace("\r\n", "\n").translate(LINE_ENDS)


def squeezed(text):
    return SPACES.sub("", text if text.isascii() else text.translate(IGNORED))


def plain(text):
    return SPACES.sub("", folded_text(text))


def folded_text(text):
    """Without signs of no width; quotation marks, dashes and accents of one kind."""
    text = text if text.isascii() else text.translate(FOLDED)
    return unicodedata.normalize("NFC", text)


class Haystack:
    """An essay in which quotations are sought; each kind of folding is made once."""

    def __init__(self, text):
        self.text = text
        self._folded = {}

    def find(self, quotation):
        """Places where a quotation occurs: (level, list of (start, end)); ("", []) if nowhere.

        Levels as in `proof`, the strictest that has a place. Cost: linear in the text a level.
        """
        wanted = _lines(quotation).strip()
        found = _occurrences(wanted, self.text)
        if found:
            return "exact", [(at, at + len(wanted)) for at in found]
        for level, fold in (("space", squeezed), ("typo", plain)):
            needle = fold(wanted)
            text, origin = self._fold(level, fold)
            found = _occurrences(needle, text) if needle else []
            spans = [(int(origin[at]), self._end(origin, at + len(needle) - 1)) for at in found]
            spans = [(a, b) for a, b in spans if proof(quotation, self.text[a:b])]
            if spans:
                return level, spans
        return "", []

    def _end(self, origin, at):
        """The place after a character and the accents that stand on it."""
        end = int(origin[at]) + 1
        while end < len(self.text) and unicodedata.category(self.text[end])[0] == "M":
            end += 1
        return end

    def _fold(self, level, fold):
        """The folded text, and where each of its characters stands in the text."""
        if level not in self._folded:
            text = fold(self.text)
            unique, inverse = np.unique(code_points(self.text), return_inverse=True)
            kept = np.array([bool(squeezed(chr(sign))) for sign in unique.tolist()], bool)[inverse]
            origin = np.flatnonzero(kept)
            if len(text) != len(origin):  # letter and accent became one sign: fold each alone
                parts = re.findall(r"(?s).[\u0300-\u036f]*", self.text)
                begins = np.cumsum([0] + [len(part) for part in parts])[:-1]
                folded = [fold(part) for part in parts]
                text = "".join(folded)
                origin = np.repeat(begins, [len(part) for part in folded])
            self._folded[level] = text, origin
        return self._folded[level]


def _occurrences(wanted, text):
    """Where a string occurs, overlapping ones too, at most one more than are shown."""
    found, at = [], text.find(wanted) if wanted else -1
    while at >= 0 and len(found) <= CANDIDATES:
        found.append(at)
        at = text.find(wanted, at + 1)
    return found


# One file ------------------------------------------------------------------------------------


class Place(NamedTuple):
    """Where one coding stands in our text; reason: why it cannot be placed.

    start and end are None where the whole essay is coded. proof is a level of `proof`, or
    "words" (no quotation, no end inside a word), "unproven" (no quotation, an end inside a word),
    "whole". what: what was adjusted, or where the quotation may stand; for the report.
    """

    start: int | None = None
    end: int | None = None
    proof: str = ""
    reason: str = ""
    what: str = ""


@dataclass(frozen=True)
class Decision:
    """Which way of counting a file follows, and how it was found.

    score is the share of codings that the reading proves; other_score that of the best reading
    which places some coding elsewhere (None if there is none: the unit does not matter). warning
    is what the researcher must hear of it.
    """

    reading: str
    basis: str
    tested: int
    score: float | None
    other: str = ""
    other_score: float | None = None
    way: Reading | None = None
    warning: str = ""


class Undecided(ValueError):
    """Two ways of counting explain the file equally well, or none does."""


def anchor(codings, essays, ways, *, known, recuts=False):
    """Prove the place of every coding of one file.

    Parameters
    ----------
    codings : list of Coding
        Those with a reason already, or an essay that is not in `essays`, are passed over.
    essays : dict of key to Essay
    ways : sequence of Reading
        Hypotheses, the likeliest first.
    known : bool
        Is the first one established for the tool? Then it stands unless quotations, or the words
        of many places in several essays, speak clearly for another; that is said in a warning.
    recuts : bool
        The tool cuts quotations by wrong numbers, so that they prove nothing.

    Returns
    -------
    list of Place
        One for each coding.
    Decision

    Raises
    ------
    Undecided
        With a sentence for the researcher.
    """
    positioned = [
        i
        for i, coding in enumerate(codings)
        if coding.start is not None and not coding.reason and coding.essay in essays
    ]
    hypotheses = _Hypotheses(codings, positioned, essays, ways)
    best, decision = hypotheses.decide(known=known, recuts=recuts)
    haystacks = {}
    found = [Place()] * len(codings)
    for i, coding in enumerate(codings):
        if coding.reason or coding.essay not in essays or coding.start is not None:
            continue
        if coding.quotation.strip():
            found[i] = _by_quotation(coding, _haystack(coding, essays, haystacks))
        else:
            found[i] = Place(proof="whole")
    for n, i in enumerate(positioned):
        haystack = _haystack(codings[i], essays, haystacks)
        found[i] = hypotheses.place(n, best, haystack, recuts=recuts)
    if not positioned and any(place.proof not in ("", "whole") for place in found):
        sought = [p for p in found if p.proof != "whole" and (p.proof or p.reason)]
        share = sum(bool(p.proof) for p in sought) / len(sought)
        decision = Decision("found by the quotation", "quotations", len(sought), share)
    _refuse_unproven(codings, found, decision)
    return found, decision


def _haystack(coding, essays, haystacks):
    if coding.essay not in haystacks:
        haystacks[coding.essay] = Haystack(essays[coding.essay].text)
    return haystacks[coding.essay]


def _refuse_unproven(codings, found, decision):
    tried = [
        p
        for p, c in zip(found, codings, strict=True)
        if not c.reason and p.proof != "whole" and (p.proof or p.reason)
        if p.reason != "quote_ambiguous"  # its words are there, only too often
    ]
    proven = sum(p.proof not in ("", "unproven") for p in tried)
    if tried and proven < LEAST_PROVEN * len(tried):
        raise Undecided(
            f"only {proven} of {len(tried)} codings can be proven, counted in the best way "
            f"({decision.reading}): fewer than half. These are not the texts that were coded, or "
            "the positions are not to be trusted."
        )


def _by_quotation(coding, haystack):
    level, spots = haystack.find(coding.quotation)
    if len(spots) == 1:
        what = "" if level == "exact" else "found but for white space or typographic signs"
        return Place(*spots[0], proof=level, what=what)
    if not spots:
        return Place(reason="quote_not_found")
    return Place(reason="quote_ambiguous", what=candidates_said(spots))


def candidates_said(spots):
    said = ", ".join(f"{a}-{b}" for a, b in spots[:CANDIDATES])
    return f"candidates: {said}{' and more' if len(spots) > CANDIDATES else ''}"


class _Hypotheses:
    """Every positioned coding of a file under every way of counting.

    starts, ends, whole_words, uncut, proven: arrays of shape (n_ways, n_positioned); whole_words:
    both ends at edges of words, or, where that is rare under every way, but for one white space at
    the end; uncut: no end inside a word. first: the first coding of each
    place, as a place that has ten codes is one piece of evidence.
    """

    def __init__(self, codings, positioned, essays, ways):
        self.codings = [codings[i] for i in positioned]
        self.essays, self.ways = essays, ways
        self.texts = [essays[coding.essay].text for coding in self.codings]
        shape = (len(ways), len(positioned))
        self.starts, self.ends = np.full(shape, -1), np.full(shape, -1)
        self.whole_words, self.uncut = np.zeros(shape, bool), np.zeros(shape, bool)
        spaced = np.zeros(shape, bool)
        self.reach = {}  # (essay, number of the way) -> first and last number of a place
        by_essay, seen = {}, {}
        for n, coding in enumerate(self.codings):
            by_essay.setdefault(coding.essay, []).append(n)
            seen.setdefault((coding.essay, coding.start, coding.end), n)
        self.first = np.zeros(len(positioned), bool)
        self.first[list(seen.values())] = True
        for key, rows in by_essay.items():
            self._count(key, np.array(rows), spaced)
        if shape[1] and self.whole_words.mean(axis=1).max() < RIGHT:
            self.whole_words = spaced
        self.quoted = np.array([bool(c.quotation.strip()) for c in self.codings], bool)
        self.proven = self._prove()

    def _count(self, key, rows, spaced):
        essay = self.essays[key]
        known = edges(essay.text)
        first = [_bounded(self.codings[n].start) for n in rows]
        last = [_bounded(self.codings[n].end) for n in rows]
        counted = {}
        for w, way in enumerate(self.ways):
            alike = way.as_it_matters_in(essay)
            if alike not in counted:
                numbers = places(essay, alike)
                counted[alike] = (
                    *_located(numbers, first, last, alike), (numbers[0], numbers[-1]),
                )  # fmt: skip
            start, end, self.reach[key, w] = counted[alike]
            self.starts[w, rows], self.ends[w, rows] = start, end
            there = (start >= 0) & (start < end)
            begin, stop = np.where(there, start, 0), np.where(there, end, 0)
            begun = there & known.begin[begin]
            self.whole_words[w, rows] = begun & known.end[stop]
            spaced[w, rows] = begun & known.end_or_space[stop]
            self.uncut[w, rows] = there & ~known.inside[begin] & ~known.inside[stop]

    def _words(self, w, n):
        """The words that a coding covers in one way of counting; None where it has no place."""
        start, end = self.starts[w, n], self.ends[w, n]
        return self.texts[n][start:end] if 0 <= start < end else None

    def _prove(self):
        """Which way proves which quotation: to the letter, or else as loosely as `proof` allows."""
        proven = self._agree(operator.eq, self.quoted)
        return proven | self._agree(proof, self.quoted & ~proven.any(axis=0))

    def _agree(self, agrees, among):
        """Does the quotation agree with the words at its place? (n_ways, n_positioned)"""
        found = np.zeros(self.starts.shape, bool)
        quotations = [coding.quotation for coding in self.codings]
        for w in range(len(self.ways)):
            found[w] = found[0]
            starts, ends = self.starts[w].tolist(), self.ends[w].tolist()
            for n in np.flatnonzero(among & (self.differing(w, 0) if w else True)).tolist():
                start, end = starts[n], ends[n]
                found[w, n] = 0 <= start < end and bool(
                    agrees(quotations[n], self.texts[n][start:end])
                )
        return found

    def differing(self, w, other):
        """Codings that two ways of counting place differently."""
        same = (self.starts[w] == self.starts[other]) & (self.ends[w] == self.ends[other])
        return ~same

    def decide(self, *, known, recuts):
        """(number of the way that the file follows, the decision)."""
        n = len(self.codings)
        if not n:
            return 0, Decision("no positions", "", 0, None, way=next(iter(self.ways), None))
        by_quotation = self.quoted.any() and not recuts
        right = self.proven[:, self.quoted] if by_quotation else self.whole_words
        scores = right.mean(axis=1)
        order = sorted(
            range(len(self.ways)), key=lambda w: (-scores[w], -self.whole_words[w].mean(), w)
        )
        best = order[0]
        if known and by_quotation:
            best = best if self._clearly_better(best, 0, 1, self.quoted) else 0
        elif known:
            best = self._against_the_known(best, scores)
        elif not by_quotation:
            self._refuse_rivals(best, order, scores)
        others = [w for w in order if self.differing(w, best).any()]
        other = next(iter(others), None)
        return best, Decision(
            str(self.ways[best]) if others else "every way of counting gives the same places",
            "quotations" if by_quotation else "edges of words",
            right.shape[1],
            float(scores[best]),
            "" if other is None else str(self.ways[other]),
            None if other is None else float(scores[other]),
            self.ways[best],
            self._overruled(best, by_quotation) if known else "",
        )

    def _against_the_known(self, best, scores):
        """The known way of a tool, unless the edges of words speak clearly for another.

        One essay whose text is not quite the one that was coded speaks for another way too, in all
        its codings; so several essays must. What speaks for another unit less clearly is asked.
        """
        if not self._clearly_better(best, 0, HINT):
            return 0
        parted = np.flatnonzero(self.differing(best, 0) & self.first)
        essays = len({self.codings[n].essay for n in parted})
        is_clear = len(parted) >= PROOF and essays >= PROOF_ESSAYS
        if self.ways[best].unit != self.ways[0].unit and not is_clear:
            raise self._undecided(best, [0], scores)
        return best

    def _refuse_rivals(self, best, order, scores):
        others = [w for w in order if self.differing(w, best).any()]
        rivals = [w for w in others if not self._clearly_better(best, w, HINT)]
        rivals = [w for w in rivals if self._is_likely(w)]
        if rivals or (others and scores[best] < RIGHT):
            raise self._undecided(best, rivals, scores)

    def _overruled(self, best, by_quotation):
        """What to say where a file does not count as its tool is known to."""
        parted = self.differing(best, 0) & self.first
        if not parted.any():
            return ""
        n, right = parted.sum(), self.proven if by_quotation else self.whole_words
        return (
            f"THIS FILE DOES NOT COUNT AS EXPECTED: '{self.ways[best]}' is followed, "
            f"not '{self.ways[0]}'. Of the {n} places that they part, {right[best, parted].sum()} "
            f"are right in the first and {right[0, parted].sum()} in the second, judged by "
            f"{'quotations' if by_quotation else 'edges of words'}: look at some in the tool"
        )

    def _undecided(self, best, rivals, scores):
        return Undecided(
            f"'{self.ways[best]}' puts {scores[best]:.0%} of the codings at edges of words"
            + (f", '{self.ways[rivals[0]]}' {scores[rivals[0]]:.0%}" if rivals else "")
            + ": the file does not show in which unit it counts."
        )

    def _is_likely(self, w):
        """A line end counts as two only where some essay is stored with CR LF."""
        return self.ways[w].line_end == 1 or any(len(e.crlf) for e in self.essays.values())

    def _clearly_better(self, best, other, least, quoted=None):
        """Right in 90 % and the other in 50 % of at least so many places that they part.

        Right is what a quotation proves, among those that have one; else what is at edges of words.
        """
        parted = self.differing(best, other) & self.first
        right = self.whole_words if quoted is None else self.proven
        if quoted is not None:
            parted &= quoted
        n, ours, theirs = parted.sum(), right[best, parted].sum(), right[other, parted].sum()
        return n >= least and ours >= RIGHT * n and theirs <= WRONG * n

    def place(self, n, best, haystack, *, recuts):
        """The place of one coding, given the way that the file follows."""
        coding, words = self.codings[n], self._words(best, n)
        start, end = int(self.starts[best, n]), int(self.ends[best, n])
        quotation = coding.quotation
        if not quotation.strip():
            if words is None or not words.strip():
                return Place(reason=self._unplaced(n, best))
            if self.uncut[best, n]:
                return Place(start, end, "words")
            return Place(start, end, "unproven", what=INSIDE_A_WORD)
        level = proof(quotation, words) if words and words.strip() else None
        if level == "edge":
            start += len(words) - len(words.lstrip())
            stripped = words.strip()
            return Place(start, start + len(stripped), "edge", what="spaces at the edge adjusted")
        if level:
            what = "" if level == "exact" else f"the tool's quotation differs ({level})"
            return Place(start, end, level, what=what)
        if recuts and self.whole_words[best, n] and self._is_cut_by_numbers(n, best):
            return Place(start, end, "words", what="the tool's quotation is cut at wrong places")
        return self._elsewhere(n, best, haystack)

    def _is_cut_by_numbers(self, n, best):
        """Is the quotation what code points at the tool's own numbers give, as its bug would?"""
        coding, way = self.codings[n], self.ways[best]
        first = _bounded(coding.start) - way.first
        last = _bounded(coding.end) - way.first + way.inclusive
        text = self.texts[n]
        return first >= 0 and coding.quotation.strip() == text[first:last].strip()

    def _elsewhere(self, n, best, haystack):
        """A quotation that is not at its place: counted in another way, or found nearby."""
        coding = self.codings[n]
        ways = [w for w in range(len(self.ways)) if self.proven[w, n]]
        spots = {(int(self.starts[w, n]), int(self.ends[w, n])): w for w in reversed(ways)}
        if len(spots) == 1:
            ((start, end), w), words = *spots.items(), self._words(ways[0], n)
            what = f"counted otherwise than the rest of the file: {self.ways[w]}"
            return Place(start, end, proof(coding.quotation, words), what=what)
        level, found = haystack.find(coding.quotation)
        start, end = int(self.starts[best, n]), int(self.ends[best, n])
        near = [(a, b) for a, b in found if a < end and start < b] if start >= 0 else []
        for spot in near if len(near) == 1 else found if len(found) == 1 else ():
            return Place(*spot, proof=level, what="its quotation stands elsewhere than it says")
        if found:
            return Place(reason="quote_mismatch", what=candidates_said(found))
        return Place(reason="quote_mismatch", what="the quotation is nowhere in the essay")

    def _unplaced(self, n, best):
        """Why a span without a quotation is no place."""
        coding, way = self.codings[n], self.ways[best]
        lowest, highest = self.reach[coding.essay, best]
        first, last = _bounded(coding.start), _bounded(coding.end) + way.inclusive
        if first >= last:
            return "zero_length"
        if first < lowest or last > highest:
            return "out_of_range"
        return "inside_character" if self._words(best, n) is None else "zero_length"


def _bounded(number):
    """A position that fits an array; what is farther out is no place anyway."""
    return max(-(2**40), min(2**40, int(number)))
