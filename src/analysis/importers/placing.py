"""Every coding of a file in its place, in the text of the study's essay."""

from dataclasses import replace

from analysis.importers.aligning import Alignment
from analysis.importers.anchoring import Place, anchor
from analysis.importers.counting import spans
from analysis.importers.hypotheses import Undecided
from analysis.importers.material import Essay
from analysis.problems import Problem, stop_if


class Part:
    """The material of one file in the study: its essays by id, its codings in their places.

    Attributes
    ----------
    material : Material
    places : list of Place
        One for each coding, in the text of the study's essay.
    decision : Decision
        How the file counts.
    """

    def __init__(self, material, ids):
        self.material, self._ids = material, ids
        self.places, self.decision = [], None
        self._essays, self._alignments, self._named = {}, {}, {}

    def essay_id(self, corpus, key):
        """The study's id of an essay of this file; None if there is none."""
        if key in self._ids:
            return corpus.current(self._ids[key])
        if key in self.material.essays or key is None:
            return None
        if key not in self._named:
            self._named[key] = corpus.find(key)
        return self._named[key]

    def place(self, corpus, unit):
        """Prove every place in the file's own text, then move it to the study's."""
        material = self.material
        for key in {coding.essay for coding in material.codings} | {
            m.essay for m in material.memos
        }:
            essay_id = self.essay_id(corpus, key)
            if essay_id is not None:
                named = Essay(essay_id, corpus.essays[essay_id].text)
                self._essays[key] = material.essays.get(key, named)
        ways = [way for way in material.ways if unit in (None, way.unit)] or material.ways
        stated = unit is not None and len(ways) < len(material.ways)
        found, self.decision = anchor(
            material.codings,
            self._essays,
            ways,
            known=material.known or stated,
            recuts=material.recuts,
        )
        material.notes += filter(None, [self.decision.warning])
        if stated:
            self.decision = replace(self.decision, reading=f"{self.decision.way}, as you said")
        self.places = [
            place if coding.reason else self._moved(corpus, coding.essay, place)
            for coding, place in zip(material.codings, found, strict=True)
        ]

    def place_of_memo(self, corpus, memo):
        """(start, end) of a memo; both None: it is on the whole essay, or has lost its place."""
        way = self.decision.way
        if memo.start is None or memo.end is None or memo.essay not in self._essays or way is None:
            return None, None
        essay = self._essays[memo.essay]
        (start,), (end,) = spans(essay, [memo.start], [memo.end], way)
        if not 0 <= start < end:
            return None, None
        place = self._moved(corpus, memo.essay, Place(int(start), int(end), "words"))
        return place.start, place.end

    def _moved(self, corpus, key, place):
        essay_id = self.essay_id(corpus, key)
        if essay_id is None:
            return Place(reason="essay_unknown")
        ours, theirs = corpus.essays[essay_id].text, self._essays[key].text
        if ours == theirs:
            return place
        if key not in self._alignments:
            self._alignments[key] = Alignment(theirs, ours)
        return self._alignments[key].move(place)


def place_all(parts, corpus, unit):
    problems = []
    for part in parts:
        try:
            part.place(corpus, unit)
        except Undecided as why:
            where = part.material.part
            problems.append(
                Problem(
                    f"{where + ': ' if where else ''}{why}",
                    'If you know how its program counts, say so with UNIT="UTF-16 units" (or '
                    '"code points", "UTF-8 bytes"); otherwise check that the essays are those '
                    "that were coded.",
                    part.material.file,
                )
            )
    stop_if(problems, "in the files to import")
