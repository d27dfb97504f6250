"""The check of the artwork reads the files themselves, and finds what is wrong with them."""

import shutil

import matplotlib
import matplotlib.pyplot as plt
import pandas as pd
import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter, Transformation

from analysis import figures as f
from analysis.study import FIGURES_FOR
from tests.test_figures import LONG, accumulation_with_stops, agreement, coding_strips, prevalence

TABLES = {
    "prevalence": prevalence(),
    "accumulation": accumulation_with_stops(),
    "coding_strips": coding_strips(),
}


@pytest.fixture(scope="module", params=f.PROFILES)
def written(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    f.save_figures(
        {name: (table, "c", "a") for name, table in TABLES.items()}, folder, request.param
    )
    return folder, request.param


@pytest.fixture(scope="module")
def generic(tmp_path_factory):
    folder = tmp_path_factory.mktemp("generic")
    f.save_figures({"accumulation": (TABLES["accumulation"], "c", "a")}, folder)
    return folder


@pytest.fixture
def copy(generic, tmp_path):
    return shutil.copytree(generic, tmp_path / "figures")


def checked(folder, profile="generic"):
    return f.check_artwork(folder, profile).set_index("file")


def test_a_study_may_name_exactly_the_profiles_there_are():
    assert tuple(f.PROFILES) == FIGURES_FOR


def test_every_file_of_every_profile_is_what_the_profile_asks_for(written):
    folder, profile = written
    found, asked = checked(folder, profile), f.PROFILES[profile]
    assert len(found) == 6 * len(TABLES) - 2 * len(TABLES)  # the CSV and the TXT have no size
    assert not found["verdict"].eq("does not fit").any()
    assert (found["width_mm"] - found["wanted_mm"]).abs().max() < 0.2
    assert set(found["wanted_mm"]) == set(asked.widths)
    letters = found.filter(regex="pdf|svg", axis=0)
    assert letters["smallest_pt"].ge(asked.smallest_pt - 0.01).all()
    assert letters["largest_pt"].le(asked.largest_pt + 0.01).all()
    assert letters["thinnest_pt"].ge(asked.thinnest_pt).all()


def test_letters_and_lines_of_pdf_and_svg_are_measured_alike(written):
    found = checked(*written)
    pdf, svg = (found.filter(like=ending, axis=0) for ending in (".pdf", ".svg"))
    for column in ("width_mm", "smallest_pt", "largest_pt", "thinnest_pt", "thickest_pt"):
        assert pdf[column].to_numpy() == pytest.approx(svg[column].to_numpy(), abs=0.01)


def test_a_font_that_was_not_asked_for_is_said_and_is_no_fault(written):
    folder, profile = written
    row = checked(folder, profile).loc["prevalence.pdf"]
    assert row["fonts"] == "DejaVuSans"
    if f.PROFILES[profile].typefaces:
        assert row["verdict"] == "look"
        assert row["reason"] == (
            "the profile asks for Arial or Helvetica, and DejaVuSans was used: no locked package "
            "has such a font"
        )
    else:
        assert (row["verdict"], row["reason"]) == ("fits", "")


def redrawn_with(folder, settings, width_mm=85, draw=lambda ax: ax.set_title("words")):
    """The PDF of the figure drawn anew by somebody who did not use our style."""
    with matplotlib.rc_context({"pdf.fonttype": 42} | settings):
        fig, ax = plt.subplots(figsize=(width_mm / 25.4, 3))
        draw(ax)
        fig.savefig(folder / "accumulation.pdf")
        plt.close(fig)


def hairline(ax):
    ax.plot([0, 1], linewidth=0.05)


@pytest.mark.parametrize(
    ("settings", "others", "reason"),
    [
        ({"pdf.fonttype": 3}, {}, "DejaVuSans is not embedded as TrueType (Type3)"),
        ({"pdf.use14corefonts": True}, {}, "Helvetica is not embedded as TrueType (Type1)"),
        ({"xtick.labelsize": 5}, {}, "has letters of 5.0 pt, and 7 are the least"),
        ({}, {"width_mm": 84.5}, "is 84.5 mm wide; one column has 85 mm, two have 180"),
        ({}, {"width_mm": 120}, "is 120.0 mm wide; one column has 85 mm, two have 180"),
    ],
    ids=["type 3", "no font inside", "small letters", "narrow", "between one column and two"],
)
def test_a_pdf_that_does_not_fit_is_found(copy, settings, others, reason):
    redrawn_with(copy, settings, **others)
    row = checked(copy).loc["accumulation.pdf"]
    assert row["verdict"] == "does not fit"
    assert row["reason"] == reason


def test_thin_lines_large_letters_and_other_fonts_are_found_where_a_profile_minds(copy):
    redrawn_with(copy, {"font.size": 7.5}, draw=hairline)
    assert (
        "has lines of 0.05 pt, and 0.5 are the least"
        in checked(copy, "bmc").loc["accumulation.pdf", "reason"]
    )
    assert (
        "has letters of 7.5 pt, and 7 are the most"
        in checked(copy, "nature").loc["accumulation.pdf", "reason"]
    )


def test_letters_and_lines_are_measured_through_scaled_drawings(copy):
    """A PDF may shrink what it draws: what counts is the size on the page."""
    path = copy / "accumulation.pdf"
    writer = PdfWriter(clone_from=PdfReader(path))
    writer.pages[0].add_transformation(Transformation().scale(0.5))
    writer.write(path)
    before, after = checked(copy).loc[["accumulation.svg", "accumulation.pdf"], "smallest_pt"]
    assert after == pytest.approx(before / 2)


def resave(path, **changes):
    with Image.open(path) as image:
        image.load()
    changes = {"dpi": (600, 600), "size": image.size} | changes
    image.resize(changes["size"]).save(path, dpi=changes["dpi"])


def without_dpi(path):
    with Image.open(path) as image:
        image.load()
    image.info.clear()
    image.save(path)


def half(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def replaced(old, new):
    def edit(path):
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    return edit


@pytest.mark.parametrize(
    ("ending", "damage", "reason"),
    [
        (".pdf", half, "cannot be read as a PDF"),
        (".svg", half, "is not whole"),
        (".svg", replaced('width="240.9', 'width="270.9'), "has a viewBox of 240.94"),
        (".svg", replaced("scale(0.08 -0.08)", "scale(0.04 -0.04)"), "has letters of 4.0 pt"),
        (".svg", lambda path: path.write_text("words"), "is not whole"),
        ("_600dpi.png", half, "cannot be read as a PNG"),
        ("_600dpi.png", without_dpi, "does not state its resolution"),
        ("_600dpi.png", lambda path: resave(path, dpi=(150, 150)), "has 150 dpi, and 300 are"),
        ("_600dpi.png", lambda path: resave(path, size=(1500, 1600)), "is 63.5 mm wide"),
        (".png", lambda path: path.unlink(), "is missing"),
        (".txt", lambda path: path.unlink(), "is missing"),
        (".csv", lambda path: path.unlink(), "is missing"),
    ],
)
def test_a_file_that_was_tampered_with_is_found(copy, ending, damage, reason):
    assert checked(copy)["verdict"].eq("fits").all()
    damage(copy / f"accumulation{ending}")
    found = checked(copy)
    row = found.loc[f"accumulation{ending}"]
    assert row["verdict"] == "does not fit"
    assert reason in row["reason"]
    assert found.drop(index=row.name)["verdict"].eq("fits").all()


def test_a_figure_that_nobody_drew_is_not_missing(tmp_path):
    assert f.check_artwork(tmp_path, "generic").empty


@pytest.mark.parametrize(
    ("rows", "label", "width", "height"),
    [(10, "thanks", 89, None), (36, "thanks", 89, 170), (13, LONG, 183, None), (60, "x", 183, 170)],
    ids=["fits", "closer rows", "two columns", "too many"],
)
def test_a_figure_too_high_for_the_page_has_closer_rows_or_two_columns_or_is_said(
    tmp_path, rows, label, width, height
):
    table = agreement(rows).assign(label=label, undefined="", alpha=0.5)
    f.save_figures({"agreement": (table, "c", "a")}, tmp_path, "nature")
    found = checked(tmp_path, "nature").loc["agreement.pdf"]
    assert found["width_mm"] == pytest.approx(width)
    assert found["height_mm"] == pytest.approx(height or found["height_mm"])
    assert ("first 42 of 60 rows" in found["reason"]) == (rows == 60)


def test_signs_that_the_typeface_lacks_are_said_and_not_drawn(tmp_path):
    table = agreement(3).assign(label=["希望", "שלום", "thanks"])
    f.save_figures({"agreement": (table, "c", "a")}, tmp_path, "bmc")
    row = checked(tmp_path, "bmc").loc["agreement.pdf"]
    assert row["verdict"] == "look" and row["fonts"] == "DejaVuSans"
    assert row["reason"] == "has [?] for signs that its typeface does not have"
    assert pd.read_csv(tmp_path / "agreement.csv")["label"][0] == "希望"


def test_columns_are_always_the_same(tmp_path, generic):
    pd.testing.assert_index_equal(
        f.check_artwork(tmp_path, "bmc").columns, f.check_artwork(generic, "bmc").columns
    )
