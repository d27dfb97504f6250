"""Which way of counting a file follows: each is a hypothesis, tested on all of its codings.

By the quotations that the tool kept; or, where it kept none, by how often a span begins and ends at
edges of words. Two ways are compared only where they give different places.
"""

import operator
from dataclasses import dataclass

import numpy as np

from analysis.importers.counting import Reading, located, places
from analysis.importers.quotations import proof
from analysis.importers.word_edges import edges

RIGHT, WRONG = 0.9, 0.5  # a reading is told from another where it is right: at least, at most
HINT = 2  # places that two readings part: enough to ask, or to see how line ends count
PROOF = 30  # places that two readings part: enough to overrule what a tool is known for ...
PROOF_ESSAYS = 3  # ... if so many essays hold them


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


class Hypotheses:
    """Every positioned coding of a file under every way of counting.

    starts, ends, whole_words, uncut, proven: arrays of shape (n_ways, n_codings); whole_words:
    both ends at edges of words, or, where that is rare under every way, but for one white space at
    the end; uncut: no end inside a word. first: is it the first coding of its place? A place that
    has ten codes is one piece of evidence.
    """

    def __init__(self, codings, essays, ways):
        self.codings, self.essays, self.ways = codings, essays, ways
        self.texts = [essays[coding.essay].text for coding in codings]
        shape = (len(ways), len(codings))
        self.starts, self.ends = np.full(shape, -1), np.full(shape, -1)
        self.whole_words, self.uncut = np.zeros(shape, bool), np.zeros(shape, bool)
        spaced = np.zeros(shape, bool)
        self.reach = {}  # (essay, number of the way) -> first and last number of a place
        by_essay, seen = {}, {}
        for n, coding in enumerate(codings):
            by_essay.setdefault(coding.essay, []).append(n)
            seen.setdefault((coding.essay, coding.start, coding.end), n)
        self.first = np.zeros(len(codings), bool)
        self.first[list(seen.values())] = True
        for key, rows in by_essay.items():
            self._count(key, np.array(rows), spaced)
        if shape[1] and self.whole_words.mean(axis=1).max() < RIGHT:
            self.whole_words = spaced
        self.quoted = np.array([bool(c.quotation.strip()) for c in codings], bool)
        self.proven = self._prove()

    def _count(self, key, rows, spaced):
        essay = self.essays[key]
        edge = edges(essay.text)
        first = [bounded(self.codings[n].start) for n in rows]
        last = [bounded(self.codings[n].end) for n in rows]
        counted = {}
        for w, way in enumerate(self.ways):
            alike = way.as_it_matters_in(essay)
            if alike not in counted:
                numbers = places(essay, alike)
                counted[alike] = (
                    *located(numbers, first, last, alike), (numbers[0], numbers[-1]),
                )  # fmt: skip
            start, end, self.reach[key, w] = counted[alike]
            self.starts[w, rows], self.ends[w, rows] = start, end
            there = (start >= 0) & (start < end)
            begin, stop = np.where(there, start, 0), np.where(there, end, 0)
            begun = there & edge.begin[begin]
            self.whole_words[w, rows] = begun & edge.end[stop]
            spaced[w, rows] = begun & edge.end_or_space[stop]
            self.uncut[w, rows] = there & ~edge.inside[begin] & ~edge.inside[stop]

    def words(self, w, n):
        """The words that a coding covers in one way of counting; None where it has no place."""
        start, end = self.starts[w, n], self.ends[w, n]
        return self.texts[n][start:end] if 0 <= start < end else None

    def _prove(self):
        """Which way proves which quotation: to the letter, or else as loosely as `proof` allows."""
        proven = self._agree(operator.eq, self.quoted)
        return proven | self._agree(proof, self.quoted & ~proven.any(axis=0))

    def _agree(self, agrees, among):
        """Does the quotation agree with the words at its place? (n_ways, n_codings)"""
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
        if by_quotation:
            parted &= self.quoted
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


def bounded(number):
    """A position that fits an array; what is farther out is no place anyway."""
    return max(-(2**40), min(2**40, int(number)))
