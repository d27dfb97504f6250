"""Names as a figure has room for them: measured, wrapped, and shortened with an ellipsis.

Only the drawing is shortened; the table beside a figure and the alternative text are whole. Widths
are those of the largest letters of any profile, so that what fits here fits in each of them.
"""

import re
import unicodedata
from collections import Counter
from functools import cache

from matplotlib.font_manager import findfont
from matplotlib.ft2font import FT2Font, LoadFlags

TYPEFACE, LARGEST_PT = "DejaVu Sans", 8
MM_PER_PT = 25.4 / 72
LACKING = "[?]"  # stands for signs that the typeface does not have
SIGNS_LACKING = (
    f"{LACKING}: signs that {TYPEFACE}, the typeface of the figures, does not have; the table "
    "beside the figure has them."
)


def shown(text):
    """A text on one line, with a mark in place of the signs that the typeface does not have."""
    text = " ".join(text.split())
    if not lacks_signs([text]):
        return text
    drawn = "".join(sign if _has(sign) else "\0" for sign in text if not _is_joint(sign))
    return re.sub("\0[\0 ]*\0|\0", LACKING, drawn)


def lacks_signs(texts):
    """Whether the typeface lacks a sign of any of the texts: a figure of them has to say so."""
    return not all(_has(sign) for text in texts for sign in "".join(text.split()))


def width_mm(text):
    """Width of a text, as `shown` gives it, on one line."""
    return sum(map(_width, text)) * MM_PER_PT


def fill(text, room_mm, lines, ending=""):
    """Wrap a text into lines of at most a width; what is too long for them ends in an ellipsis.

    A line ends at a blank, behind a hyphen, a slash or an underscore, and within a word that is
    longer than a line. `ending` is not shortened: it stands behind the last word.
    """
    pieces = [
        part
        for word in re.findall(r"[^ \-/_\u2013]*[ \-/_\u2013]?", shown(text) + ending)
        for part in _parts(word, room_mm)
    ]
    found = [""]
    for piece in pieces:
        if found[-1] and width_mm((found[-1] + piece).rstrip()) > room_mm:
            found.append("")
        found[-1] += piece
    if len(found) > lines:
        rest = "".join(found[lines - 1 :]).removesuffix(ending)
        found[lines - 1 :] = [_cut(rest, room_mm - width_mm(ending)) + ending]
    return "\n".join(line.rstrip() for line in found)


def from_the_left(text):
    """Keep what is put before or behind a name that is read from the right in its place."""
    if any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in text):
        return "\u200e" + text
    return text


def fill_each(texts, rooms_mm, lines, endings=None):
    """Wrap texts, each into its room: different ones that would look alike bear their number."""
    jobs = list(zip(texts, rooms_mm, endings or [""] * len(texts), strict=True))
    filled = [fill(text, room, lines) for text, room, _ in jobs]
    alike = _alike(dict(zip(texts, filled, strict=True)))
    return [
        fill(from_the_left(f"{number}: {text}") if short in alike else text, room, lines, ending)
        for number, (short, (text, room, ending)) in enumerate(
            zip(filled, jobs, strict=True), start=1
        )
    ]


def short_names(names, room_mm):
    """Each different name on one line of at most a width: an ellipsis stands for its middle.

    Ids often differ in their ends only. Names that would look alike have their number, among the
    names, before them.
    """
    names = list(dict.fromkeys(names))
    short = {name: _without_middle(shown(name), room_mm) for name in names}
    alike = _alike(short)
    for number, name in enumerate(names, start=1):
        if short[name] in alike:
            first = f"{number}: "
            short[name] = from_the_left(
                first + _without_middle(shown(name), room_mm - width_mm(first))
            )
    return short


def _alike(short):
    """What more than one name was shortened to."""
    return {text for text, times in Counter(short.values()).items() if times > 1}


def _parts(word, room_mm):
    """A word, or the parts of one that is longer than a line."""
    if width_mm(word.rstrip()) <= room_mm:
        return [word]
    parts = [""]
    for sign in word:
        if width_mm(parts[-1] + sign) > room_mm and not unicodedata.combining(sign):
            parts.append("")
        parts[-1] += sign
    return parts


def _cut(text, room_mm):
    while text and width_mm(text.rstrip() + "…") > room_mm:
        text = text[:-1]
    return text.rstrip(" -/_\u2013") + "…"


def _without_middle(name, room_mm):
    if width_mm(name) <= room_mm:
        return name
    for left_out in range(1, len(name)):
        start = (len(name) - left_out + 1) // 2
        short = f"{name[:start].rstrip()}…{name[start + left_out :].lstrip()}"
        if width_mm(short) <= room_mm:
            return short
    return "…"


def _is_joint(sign):
    """Whether a sign only joins or varies its neighbours, as within an emoji."""
    return sign == "\u200d" or "\ufe00" <= sign <= "\ufe0f"


@cache
def _font():
    font = FT2Font(findfont(TYPEFACE))
    font.set_size(LARGEST_PT, 72)
    return font, font.get_charmap()


def _has(sign):
    return ord(sign) in _font()[1]


@cache
def _width(sign):
    """Width of a sign in points."""
    return _font()[0].load_char(ord(sign), LoadFlags.NO_HINTING).linearHoriAdvance / 65536
