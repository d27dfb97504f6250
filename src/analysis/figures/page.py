"""The page a figure is drawn on: its size and style, its colours, and the files it is saved to."""

import hashlib
import io
from contextlib import contextmanager
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.colors import to_rgb
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from analysis.figures.lettering import TYPEFACE
from analysis.figures.profiles import GENERIC
from analysis.files import write_atomic

MM_PER_INCH, PT_PER_MM = 25.4, 72 / 25.4
INK, GUIDE, BAND = "#222222", "#dddddd", "#f3f3f3"
FINE_DPI = 600  # as the bitmap is drawn; one of half as many is made of it

# Farthest-first in OKLab, seen with normal, deuteranopic and protanopic vision (Machado et al.
# 2009, severity 1); each at least 3:1 against white. Beyond 48 themes the colours come round
# again, and nothing is lost by it.
THEME_COLOURS = """
    0072b2 c2570c 117755 8a3b7e 9e86b9 65420e 769664 255258 c05c8d 44439b 5889df 8c2441
    af444e 3b889a ad8331 8e4b15 826275 707c26 7d5b9f 877b5a 225a93 bd7e88 aa6ec4 796bc9
    2d552d 546733 ca7b57 6a92a2 485eb5 4b4e6d 3e6960 618573 6979ac 479849 6f3e5d a05986
    6949a3 ad6f79 7b6048 15617a 635737 ae6837 6d3385 116b1a 4f86c3 906a65 856833 714d4d
""".split()

# On top of matplotlib's own defaults, so that nobody's matplotlibrc or seaborn theme gets in.
STYLE = {
    "font.family": TYPEFACE,
    "axes.labelsize": "medium",
    "xtick.labelsize": "medium",
    "ytick.labelsize": "medium",
    "legend.fontsize": "medium",
    "text.color": INK,
    "text.parse_math": False,  # a label may cost "$5 or $6"
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "hatch.linewidth": 0.5,
    "axes.axisbelow": True,
    "pdf.fonttype": 42,  # TrueType: letters stay letters
    "svg.fonttype": "path",  # the same letters where DejaVu Sans is not installed
    "svg.hashsalt": "analysis.figures",
}


@contextmanager
def figure(width_mm, height_mm, profile=GENERIC):
    """Give (fig, ax) in the project's one style, with a profile's letters.

    The caller's own settings return after the block. The figure stays open, so that a notebook
    shows it below the cell; a script closes it with ``plt.close(fig)``.
    """
    with _style(profile):
        size = (width_mm / MM_PER_INCH, height_mm / MM_PER_INCH)
        fig, ax = plt.subplots(figsize=size, layout="constrained")
        fig.profile = profile
        fig.get_layout_engine().set(w_pad=1.5 / MM_PER_INCH, h_pad=1.5 / MM_PER_INCH)
        try:
            yield fig, ax
        except BaseException:
            plt.close(fig)
            raise


def _style(profile):
    return plt.style.context(["default", STYLE, {"font.size": profile.text_pt}])


def theme_colours(themes):
    """One colour a theme in every figure, whatever their order: the same set, the same colours."""
    unique = sorted(set(themes))
    return {t: f"#{THEME_COLOURS[i % len(THEME_COLOURS)]}" for i, t in enumerate(unique)}


def tint(colour, strength):
    return tuple(1 - strength * (1 - part) for part in to_rgb(colour))


def page_width_mm(ax):
    return ax.get_figure().get_figwidth() * MM_PER_INCH


def page_height_mm(ax):
    return ax.get_figure().get_figheight() * MM_PER_INCH


def profile_of(ax):
    return ax.get_figure().profile


def save_figure(fig, table, folder, name, *, alt, caption):
    """Write a figure and everything that belongs to it: the same figure gives the same bytes.

    Parameters
    ----------
    table : DataFrame
        The table drawn. Its CSV has floats with 10 significant digits and nothing where a
        value is missing.
    alt, caption : str
        What a reader who cannot see the figure needs; what stands below it. Both are in the
        ``.txt``; the alternative text is also in the metadata of the images.

    Returns
    -------
    DataFrame
        ``file, sha256`` of name.svg, .pdf, _600dpi.png, .png (300 dpi), .csv and .txt. All are
        made before the first is written, each is replaced in one step, and the images have
        the figure's size.

    Raises
    ------
    ValueError
        If a part of the drawing lies outside the page. Nothing is written then.
    """
    with _style(fig.profile):
        _fix_layout(fig, name)
        fine = _bitmap(fig)
        files = {
            ".svg": _image(fig, "svg", {"Date": None, "Title": name, "Description": alt}),
            ".pdf": _image(fig, "pdf", {"CreationDate": None, "Title": name, "Subject": alt}),
            "_600dpi.png": _png(fine, FINE_DPI, name, alt),
            ".png": _png(fine.reduce(2), FINE_DPI // 2, name, alt),
        }
    csv = table.to_csv(index=False, float_format="%.10g", lineterminator="\n")
    files[".csv"] = csv.encode()
    files[".txt"] = f"Caption\n{caption.strip()}\n\nAlternative text\n{alt.strip()}\n".encode()
    for ending, content in files.items():
        write_atomic(Path(folder) / f"{name}{ending}", content)
    sums = [hashlib.sha256(content).hexdigest() for content in files.values()]
    return pd.DataFrame({"file": [f"{name}{ending}" for ending in files], "sha256": sums})


def _fix_layout(fig, name):
    """Lay the figure out once, at the resolution of the bitmap, for all formats."""
    screen, fig.dpi = fig.dpi, FINE_DPI
    fig.draw_without_rendering()
    fig.set_layout_engine(None)  # not "none", which would have each format drawn twice
    drawn, page = fig.get_tightbbox(), fig.bbox_inches
    fig.dpi = screen
    over = max(-drawn.x0, -drawn.y0, drawn.x1 - page.x1, drawn.y1 - page.y1) * MM_PER_INCH
    if over > 0.1:
        raise ValueError(
            f"figure '{name}': {over:.1f} mm of it lie outside the page of "
            f"{page.width * MM_PER_INCH:.0f} x {page.height * MM_PER_INCH:.0f} mm. "
            "Make the figure wider or higher, or shorten the longest label."
        )


def _image(fig, kind, metadata):
    content = io.BytesIO()
    fig.savefig(content, format=kind, metadata=metadata)
    return content.getvalue()


def _bitmap(fig):
    """The figure in pixels: white behind it, because printers object to transparency."""
    content = io.BytesIO()
    fig.savefig(content, format="rgba", dpi=FINE_DPI)
    size = [int(inches * FINE_DPI) for inches in fig.get_size_inches()]
    return Image.frombuffer("RGBA", size, content.getvalue(), "raw", "RGBA", 0, 1).convert("RGB")


def _png(image, dpi, title, alt):
    info, content = PngInfo(), io.BytesIO()
    info.add_itxt("Title", title)
    info.add_itxt("Description", alt)
    image.save(content, format="png", dpi=(dpi, dpi), pnginfo=info)
    return content.getvalue()
