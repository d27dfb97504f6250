"""Where words begin and end in a text: what a coder marks rarely cuts one."""

import unicodedata
from typing import NamedTuple

import numpy as np

from analysis.importers.material import code_points


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
