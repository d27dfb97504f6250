"""Where each coding of a file stands in the essay, proven or listed with the reason.

Tools count in different units, and most do not say in which: `hypotheses` decides how a file
counts. A quotation without a place, or one that is not at its place, is found in the essay.
"""

from typing import NamedTuple

from analysis.importers.hypotheses import Decision, Hypotheses, Undecided, bounded
from analysis.importers.quotations import Haystack, candidates_said, proof

LEAST_PROVEN = 0.5  # a file whose best reading proves less is refused
INSIDE_A_WORD = (
    "it begins or ends inside a word, and no quotation proves it: compare it with the tool"
)


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
    there = [i for i, c in enumerate(codings) if not c.reason and c.essay in essays]
    positioned = [i for i in there if codings[i].start is not None]
    hypotheses = Hypotheses([codings[i] for i in positioned], essays, ways)
    best, decision = hypotheses.decide(known=known, recuts=recuts)
    haystacks = _Haystacks(essays)
    found = [Place()] * len(codings)
    for n, i in enumerate(positioned):
        found[i] = _at_its_position(hypotheses, n, best, haystacks, recuts)
    for i in there:
        if codings[i].start is None and codings[i].quotation.strip():
            found[i] = _by_quotation(codings[i], haystacks[codings[i].essay])
        elif codings[i].start is None:
            found[i] = Place(proof="whole")
    tried = [place for place in found if place.proof != "whole" and (place.proof or place.reason)]
    if tried and not positioned:
        share = sum(bool(place.proof) for place in tried) / len(tried)
        decision = Decision("found by the quotation", "quotations", len(tried), share)
    _refuse_unproven(tried, decision)
    return found, decision


class _Haystacks(dict):
    """Key of an essay -> the essay in which quotations are sought, made when it is needed."""

    def __init__(self, essays):
        self._essays = essays

    def __missing__(self, key):
        self[key] = Haystack(self._essays[key].text)
        return self[key]


def _refuse_unproven(tried, decision):
    counted = [p for p in tried if p.reason != "quote_ambiguous"]  # its words are there, too often
    proven = sum(place.proof not in ("", "unproven") for place in counted)
    if counted and proven < LEAST_PROVEN * len(counted):
        raise Undecided(
            f"only {proven} of {len(counted)} codings can be proven, counted in the best way "
            f"({decision.reading}): fewer than half. These are not the texts that were coded, or "
            "the positions are not to be trusted."
        )


# Codings without a position ------------------------------------------------------------------


def _by_quotation(coding, haystack):
    level, spots = haystack.find(coding.quotation)
    if len(spots) == 1:
        what = "" if level == "exact" else "found but for white space or typographic signs"
        return Place(*spots[0], proof=level, what=what)
    if not spots:
        return Place(reason="quote_not_found")
    return Place(reason="quote_ambiguous", what=candidates_said(spots))


# Codings with a position ---------------------------------------------------------------------


def _at_its_position(hypotheses, n, best, haystacks, recuts):
    """The place of one coding, given the way that the file follows."""
    coding, words = hypotheses.codings[n], hypotheses.words(best, n)
    start, end = int(hypotheses.starts[best, n]), int(hypotheses.ends[best, n])
    if not coding.quotation.strip():
        if words is None or not words.strip():
            return Place(reason=_why_no_place(hypotheses, n, best))
        if hypotheses.uncut[best, n]:
            return Place(start, end, "words")
        return Place(start, end, "unproven", what=INSIDE_A_WORD)
    level = proof(coding.quotation, words) if words and words.strip() else None
    if level == "edge":
        start += len(words) - len(words.lstrip())
        stripped = words.strip()
        return Place(start, start + len(stripped), "edge", what="spaces at the edge adjusted")
    if level:
        what = "" if level == "exact" else f"the tool's quotation differs ({level})"
        return Place(start, end, level, what=what)
    if recuts and hypotheses.whole_words[best, n] and _is_cut_by_numbers(hypotheses, n, best):
        return Place(start, end, "words", what="the tool's quotation is cut at wrong places")
    return _elsewhere(hypotheses, n, best, haystacks[coding.essay])


def _is_cut_by_numbers(hypotheses, n, best):
    """Is the quotation what code points at the tool's own numbers give, as its bug would?"""
    coding, way, text = hypotheses.codings[n], hypotheses.ways[best], hypotheses.texts[n]
    first = bounded(coding.start) - way.first
    last = bounded(coding.end) - way.first + way.inclusive
    return first >= 0 and coding.quotation.strip() == text[first:last].strip()


def _elsewhere(hypotheses, n, best, haystack):
    """A quotation that is not at its place: counted in another way, or found nearby."""
    quotation = hypotheses.codings[n].quotation
    starts, ends = hypotheses.starts[:, n].tolist(), hypotheses.ends[:, n].tolist()
    ways = [w for w in range(len(hypotheses.ways)) if hypotheses.proven[w, n]]
    spots = {(starts[w], ends[w]): w for w in reversed(ways)}
    if len(spots) == 1:
        ((spot, w),) = spots.items()
        what = f"counted otherwise than the rest of the file: {hypotheses.ways[w]}"
        return Place(*spot, proof(quotation, hypotheses.words(w, n)), what=what)
    level, found = haystack.find(quotation)
    start, end = starts[best], ends[best]
    near = [(a, b) for a, b in found if a < end and start < b] if start >= 0 else []
    for spot in near if len(near) == 1 else found if len(found) == 1 else ():
        return Place(*spot, proof=level, what="its quotation stands elsewhere than it says")
    if found:
        return Place(reason="quote_mismatch", what=candidates_said(found))
    return Place(reason="quote_mismatch", what="the quotation is nowhere in the essay")


def _why_no_place(hypotheses, n, best):
    """Why a span without a quotation is no place."""
    coding, way = hypotheses.codings[n], hypotheses.ways[best]
    lowest, highest = hypotheses.reach[coding.essay, best]
    first, last = bounded(coding.start), bounded(coding.end) + way.inclusive
    if first >= last:
        return "zero_length"
    if first < lowest or last > highest:
        return "out_of_range"
    return "inside_character" if hypotheses.words(best, n) is None else "zero_length"
