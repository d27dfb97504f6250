"""Ways in which tools count positions: the unit, the line ends, the first number, the end."""

import unicodedata
from dataclasses import dataclass, replace

import numpy as np

from analysis.importers.material import code_points


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
    return located(places(essay, reading), starts, ends, reading)


def located(numbers, starts, ends, reading):
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
