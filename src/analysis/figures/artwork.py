"""Artwork: the written files of the figures, read back and held against what a profile asks."""

import re
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from PIL import Image
from pypdf import PdfReader
from pypdf.generic import ContentStream

from analysis.figures.lettering import LACKING, SIGNS_LACKING
from analysis.figures.manuscript import MANUSCRIPT
from analysis.figures.profiles import PROFILES
from analysis.processes import side_by_side

MM_PER_PT, MM_PER_INCH = 25.4 / 72, 25.4
WIDTH_MAY_DIFFER = 0.2  # mm
ENDINGS = (".pdf", ".svg", "_600dpi.png", ".png", ".csv", ".txt")
SCREEN = ".png"  # the small bitmap: for Word and the screen, whatever a publisher prints


def check_artwork(folder, profile):
    """Read the files of the manuscript's figures and say whether they are what a profile asks.

    Parameters
    ----------
    folder : path-like
        Where `save_figures` wrote them. A figure is looked for if any of its files is there.
    profile : str
        A name of `PROFILES`: the study's `figures_for`.

    Returns
    -------
    DataFrame
        file; width_mm, wanted_mm (of one column or two, whichever is nearer), height_mm; fonts
        (PDF: those used); smallest_pt, largest_pt (letters) and thinnest_pt, thickest_pt (lines),
        NaN in a bitmap; dpi (bitmaps); verdict: "fits", "look" (fits, with something to know) or
        "does not fit"; reason.
    """
    jobs = [(Path(folder), name, PROFILES[profile]) for name in MANUSCRIPT]
    rows = [row for rows in side_by_side(_check, jobs) for row in rows]
    return pd.DataFrame(rows, columns=COLUMNS)


def _check(job):
    """The rows of one figure; none if none of its files is there."""
    folder, name, asked = job
    there = [ending for ending in ENDINGS if (folder / f"{name}{ending}").is_file()]
    rows = []
    for ending in ENDINGS if there else ():
        file = f"{name}{ending}"
        if ending not in there:
            rows.append({"file": file, "verdict": "does not fit", "reason": "is missing"})
        elif ending in READ:
            found = READ[ending](folder / file)
            found["wanted_mm"] = _column(found, asked)
            faults, notes = _judge(found, asked, ending)
            verdict = "does not fit" if faults else "look" if notes else "fits"
            reason = "; ".join(faults + notes)
            rows.append({"file": file, **found, "verdict": verdict, "reason": reason})
    return rows


COLUMNS = """
    file width_mm wanted_mm height_mm fonts smallest_pt largest_pt thinnest_pt thickest_pt dpi
    verdict reason
""".split()


def _column(found, asked):
    """The width, of one column or of two, that is nearest to what was found."""
    return min(asked.widths, key=lambda width: abs(width - found.get("width_mm", 0)))


def _judge(found, asked, ending):
    """What does not fit, and what is only to be known: two lists of reasons."""
    faults, notes = [], []
    if "broken" in found:
        return [found["broken"]], []
    if abs(found["width_mm"] - found["wanted_mm"]) > WIDTH_MAY_DIFFER:
        one, two = asked.widths
        faults.append(
            f"is {found['width_mm']:.1f} mm wide; one column has {one} mm, two have {two}"
        )
    if found["height_mm"] > asked.highest + WIDTH_MAY_DIFFER:
        faults.append(
            f"is {found['height_mm']:.0f} mm high, and the page has {asked.highest}: show fewer "
            "rows (themes instead of codes), shorten the labels, or put it in a supplement"
        )
    faults += found.get("not_embedded", [])
    if found.get("smallest_pt", asked.smallest_pt) < asked.smallest_pt - 0.05:
        faults.append(
            f"has letters of {found['smallest_pt']:.1f} pt, and {asked.smallest_pt:g} are the least"
        )
    if found.get("largest_pt", 0) > asked.largest_pt + 0.05:
        faults.append(
            f"has letters of {found['largest_pt']:.1f} pt, and {asked.largest_pt:g} are the most"
        )
    if found.get("thinnest_pt", asked.thinnest_pt) < asked.thinnest_pt - 0.01:
        faults.append(
            f"has lines of {found['thinnest_pt']:.2f} pt, and {asked.thinnest_pt:g} are the least"
        )
    if found.get("thickest_pt", 0) > asked.thickest_pt + 0.01:
        faults.append(
            f"has lines of {found['thickest_pt']:.2f} pt, and {asked.thickest_pt:g} are the most"
        )
    if found.get("dpi", asked.dpi) < asked.dpi - 0.5:
        few = f"has {found['dpi']:.0f} dpi, and {asked.dpi} are the least"
        if ending == SCREEN:
            notes.append(f"{few}: for the screen; send the PDF or the other bitmap")
        else:
            faults.append(few)
    notes += found.get("says", [])
    if asked.typefaces and found.get("fonts") and not _asked_for(found["fonts"], asked):
        notes.append(
            f"the profile asks for {' or '.join(asked.typefaces[:2])}, and {found['fonts']} was "
            "used: no locked package has such a font"
        )
    return faults, notes


def _asked_for(fonts, asked):
    return all(font.startswith(asked.typefaces) for font in fonts.split(", "))


# Reading PDF ---------------------------------------------------------------------------------


def read_pdf(path):
    """Size in mm; fonts, letters and lines of the first page as they are used in it."""
    try:
        page = PdfReader(path).pages[0]
        marks = _Marks(set(), [], [])
        content = ContentStream(page["/Contents"], page.pdf)
        _walk(content, page["/Resources"], _State(1.0, 1.0, None, 0.0), marks)
        words = " ".join(page.extract_text().split())
    except Exception as error:  # pypdf raises many kinds on damaged files
        return {"broken": f"cannot be read as a PDF ({type(error).__name__})"}
    box = page.mediabox
    fonts = sorted({_family(font) for font in marks.fonts})
    return {
        "width_mm": float(box.width) * MM_PER_PT,
        "height_mm": float(box.height) * MM_PER_PT,
        "fonts": ", ".join(fonts),
        "says": _what_a_reader_has_to_know(words),
        "not_embedded": sorted(filter(None, map(_why_not_truetype, marks.fonts))),
        **_ends(marks.letters, marks.lines),
    }


def _what_a_reader_has_to_know(words):
    """What the words of a figure say of the figure itself."""
    said = []
    if first := re.search(r"Shown: the first (\d+) of (\d+);", words):
        said.append(
            f"shows the first {first[1]} of {first[2]} rows, because the page has no room for "
            "more: show themes instead of codes, or give the whole table in a supplement"
        )
    if SIGNS_LACKING[:30] in words:
        said.append(f"has {LACKING} for signs that its typeface does not have")
    return said


class _Marks(NamedTuple):
    """What was put on a page: font dictionaries, sizes of letters, widths of lines, in points."""

    fonts: set
    letters: list
    lines: list


class _State(NamedTuple):
    scale: float  # of the user space, in points
    line: float  # width of lines, in user space
    font: object
    letters: float  # size of letters, in text space


def _walk(content, resources, state, marks):
    """Follow a page's operators, and those of the drawings that it places."""
    stack, text_scale = [], 1.0
    for operands, operator in content.operations:
        if operator == b"q":
            stack.append(state)
        elif operator == b"Q":
            state = stack.pop()
        elif operator == b"cm":
            state = state._replace(scale=state.scale * _scale(operands))
        elif operator == b"w":
            state = state._replace(line=float(operands[0]))
        elif operator == b"gs":
            look = resources["/ExtGState"][operands[0]].get_object()
            state = state._replace(line=float(look.get("/LW", state.line)))
        elif operator in (b"S", b"s", b"B", b"B*", b"b", b"b*"):
            marks.lines.append(state.line * state.scale)
        elif operator == b"BT":
            text_scale = 1.0
        elif operator == b"Tm":
            text_scale = _scale(operands)
        elif operator == b"Tf":
            font = resources["/Font"].raw_get(operands[0])
            state = state._replace(font=font, letters=float(operands[1]))
        elif operator in (b"Tj", b"TJ", b"'", b'"'):
            marks.fonts.add(state.font)
            marks.letters.append(state.letters * text_scale * state.scale)
        elif operator == b"Do":
            drawing = resources["/XObject"][operands[0]].get_object()
            if drawing["/Subtype"] == "/Form":
                inner = ContentStream(drawing, content.pdf)
                _walk(inner, drawing.get("/Resources", resources), state, marks)


def _scale(matrix):
    a, b = float(matrix[0]), float(matrix[1])
    return (a * a + b * b) ** 0.5


def _family(font):
    """DejaVuSans of ABCDEF+DejaVuSans-Bold."""
    return str(font.get_object()["/BaseFont"]).lstrip("/").split("+")[-1].split("-")[0]


def _why_not_truetype(font):
    font = font.get_object()
    name, kind = _family(font), font["/Subtype"]
    inner = font["/DescendantFonts"][0].get_object() if kind == "/Type0" else font
    if "/FontFile2" in inner.get("/FontDescriptor", {}):
        return ""
    return f"{name} is not embedded as TrueType ({kind.lstrip('/')})"


# Reading SVG and bitmaps -----------------------------------------------------------------------


def read_svg(path):
    """Size in mm, letters and lines; letters are outlines, so there are no fonts."""
    text = path.read_text(encoding="utf-8")
    if not text.rstrip().endswith("</svg>"):
        return {"broken": "is not whole"}
    root = re.search(r"<svg [^>]*>|$", text)
    size = [re.search(rf' {side}="([\d.]+)pt"', root[0]) for side in ("width", "height")]
    box = re.search(r' viewBox="0 0 ([\d.]+) ([\d.]+)"', root[0])
    if not (all(size) and box):
        return {"broken": "cannot be read as an SVG with a size in points"}
    width, height = (float(side[1]) for side in size)
    if (width, height) != tuple(map(float, box.groups())):
        return {"broken": f"has a viewBox of {box[1]} x {box[2]} for {width:g} x {height:g} pt"}
    styles = re.findall(r'style="([^"]*)"', text)
    stroked = [style for style in styles if re.search(r"(^|; )stroke: #", style)]
    lines = [re.search(r"stroke-width: ([\d.]+)", style) for style in stroked]
    # A letter is an outline on a grid of 100 units, placed with the scale of its size.
    letters = re.findall(r"scale\(([\d.]+) -\1\)", text)
    return {
        "width_mm": width * MM_PER_PT,
        "height_mm": height * MM_PER_PT,
        **_ends(
            [100 * float(scale) for scale in letters],
            [float(line[1]) if line else 1.0 for line in lines],
        ),
    }


def _ends(letters, lines):
    """Smallest and largest letters, thinnest and thickest lines, as far as there are any."""
    found = {}
    if letters:
        found |= {"smallest_pt": min(letters), "largest_pt": max(letters)}
    if lines:
        found |= {"thinnest_pt": min(lines), "thickest_pt": max(lines)}
    return found


def read_png(path):
    """Size in mm by the resolution that the file states."""
    try:
        with Image.open(path) as image:
            dpi = image.info.get("dpi")
            width, height = image.size
            image.verify()
    except (OSError, SyntaxError) as error:
        return {"broken": f"cannot be read as a PNG ({type(error).__name__})"}
    if not dpi:
        return {"broken": "does not state its resolution"}
    return {
        "width_mm": width / dpi[0] * MM_PER_INCH,
        "height_mm": height / dpi[1] * MM_PER_INCH,
        "dpi": round(dpi[0], 1),
    }


READ = {".pdf": read_pdf, ".svg": read_svg, "_600dpi.png": read_png, ".png": read_png}
