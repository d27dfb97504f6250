"""Names in a figure: measured in its typeface, wrapped, shortened, and what it lacks is said."""

import matplotlib
import matplotlib.pyplot as plt
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import figures as f
from analysis.figures.lettering import (
    fill,
    fill_each,
    from_the_left,
    lacks_signs,
    short_names,
    shown,
    width_mm,
)
from tests.test_figures import PLOTS

matplotlib.use("agg")


@pytest.mark.parametrize("text", ["solidarity", "WWWW iiii", "Überprüfung – “a”", "3.14"])
def test_width_is_that_of_the_drawn_text(text):
    with f.figure(180, 40) as (fig, ax):
        drawn = ax.text(0, 0, text).get_window_extent().width / fig.dpi * 25.4
        plt.close(fig)
    assert width_mm(text) == pytest.approx(drawn, rel=0.06)  # kerning and round letters' sides


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("plain  text\nin lines", "plain text in lines"),
        ("希望 と hope", "[?] hope"),
        ("joy 😀", "joy 😀"),
        ("nurse 👩\u200d⚕\ufe0f", "nurse [?]⚕"),
        ("cafe\u0301", "cafe\u0301"),
        ("שלום", "שלום"),
    ],
)
def test_signs_that_the_typeface_lacks_are_marked_once_for_each_run(text, drawn):
    assert shown(text) == drawn
    assert lacks_signs(["a", text]) == ("[?]" in drawn)


def test_a_label_wraps_at_blanks_and_behind_hyphens_and_underscores():
    assert fill("well-being of_all and more", 17, 9).split("\n") == [
        "well-being",
        "of_all and",
        "more",
    ]


def test_a_word_longer_than_a_line_is_broken_and_too_many_lines_end_in_an_ellipsis():
    first, second = fill("Donau" * 30, 30, 2, ending="\u00a0(7)").split("\n")
    assert ("Donau" * 30).startswith(first)
    assert second.endswith("…\u00a0(7)")
    assert max(map(width_mm, (first, second))) <= 30


def test_labels_that_would_look_alike_bear_their_number():
    labels = ["the same long beginning, one", "the same long beginning, two", "other"]
    assert fill_each(labels, [24] * 3, 1) == ["1: the same lo…", "2: the same lo…", "other"]
    assert fill_each(["thanks", "thanks"], [24] * 2, 1) == ["thanks", "thanks"]


def test_long_ids_keep_both_ends_and_stay_different():
    ids = [f"E{n}_{'reflection_' * 7}{n}" for n in range(3)] + ["E3"]
    short = short_names(ids, 22)
    assert len(set(short.values())) == 4 and short["E3"] == "E3"
    assert [name[:2] + name[-1] for name in short.values()][:3] == ["E00", "E11", "E22"]
    alike = short_names(["希", "望"], 22)
    assert alike == {"希": "1: [?]", "望": "2: [?]"}


def test_what_stands_before_a_name_read_from_the_right_stays_before_it():
    assert from_the_left("1 שלום") == "\u200e1 שלום"
    assert from_the_left("1 peace") == "1 peace"


@given(st.text(max_size=120), st.floats(12, 60), st.integers(1, 5))
def test_no_label_is_wider_than_its_room_or_has_more_lines(text, room, lines):
    filled = fill(text, room, lines)
    assert filled.count("\n") < lines
    assert all(width_mm(line) <= room + 0.01 for line in filled.split("\n"))


LONG = {
    "label": "{}" + "Donaudampfschifffahrt" * 4,
    "essay": "E_" + "reflection_on_the_ward_" * 3 + "00{}",
    "coder": "{}" + "_coder_with_a_very_long_name" * 2,
    "code": "{}" + "W" * 89,
}
SCRIPTS = {"label": "希望{}", "essay": "エッセイ{}", "coder": "אנה{}", "code": "مرحبا{}"}


def renamed(table, names):
    """The table with its labels, essays, coders and codes called otherwise."""
    table = table.copy()
    for column in ("label", "label_a", "label_b"):
        if column in table:
            numbers = pd.factorize(table[column])[0]
            table[column] = [names["label"].format(n) for n in numbers]
    for column, kind in (("essay_id", "essay"), ("code", "code"), ("coder", "coder")):
        if column in table:
            table[column] = table[column].map(names[kind].format)
    if "readers" in table:
        named = table["readers"].isin(["A", "B"])
        table["readers"] = table["readers"].mask(named, table["readers"].map(names["coder"].format))
    coders = [column for column in table if column.startswith("coder_")]
    return table.rename(columns={c: f"coder_{names['coder'].format(c)}" for c in coders})


@pytest.mark.parametrize("profile", f.PROFILES)
@pytest.mark.parametrize("names", [LONG, SCRIPTS], ids=["long names", "other scripts"])
@pytest.mark.filterwarnings("error::UserWarning")  # matplotlib's, of signs it drew as boxes
def test_no_name_stops_a_figure_or_leaves_its_page(names, profile, tmp_path):
    tables = {name: renamed(table(6), names) for name, (_, table) in PLOTS.items()}
    for name, table in tables.items():
        with f.drawn(name, table, profile) as fig:
            f.save_figure(fig, table, tmp_path, name, alt="a", caption="c")
            plt.close(fig)
    checked = f.check_artwork(tmp_path, profile)
    assert set(checked["file"]) >= {f"{name}.pdf" for name in PLOTS}
    assert not checked["verdict"].eq("does not fit").any()
    beside = pd.read_csv(tmp_path / "theme_matrix.csv", keep_default_na=False)
    assert beside["essay_id"][0] == names["essay"].format("E000")
