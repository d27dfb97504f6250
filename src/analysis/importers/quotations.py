"""Quotations: how one equals the words at its place, and where it stands in an essay."""

import re
import unicodedata

import numpy as np

from analysis.importers.material import code_points

CANDIDATES = 5  # places shown for a quotation that occurs more than once
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


def candidates_said(spots):
    said = ", ".join(f"{a}-{b}" for a, b in spots[:CANDIDATES])
    return f"candidates: {said}{' and more' if len(spots) > CANDIDATES else ''}"
