"""Figures show what their tables say, at the stated size, with the same bytes every time."""

import hashlib
import os
import re
import subprocess
import sys
from contextlib import contextmanager
from itertools import combinations
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pypdf
import pytest
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from PIL import Image

from analysis import figures as f
from analysis.figures.page import BAND, tint

matplotlib.use("agg")
LONG = "opportunity to acknowledge their patients and caregivers, their work and their patience"


def prevalence(n=3, essays=22):
    labels = ["solidarity", "resilience", "positivity in the dark"]
    return pd.DataFrame(
        {
            "theme": [f"t{i}" for i in range(n)],
            "label": [labels[i] if i < 3 else f"{LONG} {i}" for i in range(n)],
            "parent": ["t1" if i == 2 else "" for i in range(n)],
            "perspective": ["patients" if i == 0 else "HCPs" for i in range(n)],
            "n_low": [[21, 10, 7][i % 3] for i in range(n)],
            "n_high": [[21, 12, 7][i % 3] for i in range(n)],
            "essays": essays,
            "all_coders": [[18, 8, 5][i % 3] for i in range(n)],
            "any_coder": [[22, 13, 9][i % 3] for i in range(n)],
            "coder_A": [[19, 9, 9][i % 3] for i in range(n)],
            "coder_B": [[21, 12, 5][i % 3] for i in range(n)],
        }
    )


CELLS = [
    ("present", "all"),
    ("present", "A"),
    ("absent", "B"),
    ("unresolved", "A"),
    ("absent", "none"),
]


def matrix(n_themes=3, n_essays=5):
    themes = prevalence(n_themes)[["theme", "label", "parent", "perspective"]]
    rows = [
        (f"E{e:03d}", *theme, *CELLS[(i + e) % 5])
        for e in range(n_essays)
        for i, theme in enumerate(themes.itertuples(index=False))
    ]
    return pd.DataFrame(rows, columns=["essay_id", *themes, "status", "readers"]).assign(coders=2)


def agreement(n=3):
    return pd.DataFrame(
        {
            "code": [f"c{i}" for i in range(n)],
            "label": [["thanks", "silence", LONG][i % 3] for i in range(n)],
            "essays": 22,
            "coders": 2,
            "marked": [[0.25, 0.0, 0.6][i % 3] for i in range(n)],
            "alpha": [[0.81, np.nan, -0.125][i % 3] for i in range(n)],
            "undefined": [["", "no coder marked it", ""][i % 3] for i in range(n)],
        }
    )


def cooccurrence(n=3):
    themes = prevalence(n)
    pairs = [(i, j) for i in range(n) for j in range(i, n)]
    a, b = ([pair[k] for pair in pairs] for k in (0, 1))
    shared = [10 + i if i == j else (i + j) % 4 for i, j in pairs]
    return pd.DataFrame(
        {
            "theme_a": themes["theme"].iloc[a].to_list(),
            "theme_b": themes["theme"].iloc[b].to_list(),
            "label_a": themes["label"].iloc[a].to_list(),
            "label_b": themes["label"].iloc[b].to_list(),
            "shared": shared,
            "jaccard": [1.0 if i == j else s / 20 for (i, j), s in zip(pairs, shared, strict=True)],
        }
    )


def accumulation(n=4):
    t = np.arange(1, n + 1)
    return pd.DataFrame(
        {"essays_read": t, "expected": 9 * t / (t + 1), "low": t, "high": t + 4, "in_order": t + 2}
    )


def accumulation_with_stops(n=4, stops=(3.0, 2.0, 3.0, np.nan)):
    names = ["stop_in_order", "stop_low", "stop_median", "stop_high"]
    return accumulation(n).assign(run=2, **dict(zip(names, stops, strict=True)), chao2=10.5)


def thematic_map(n=3):
    themes = prevalence(n)
    alone = themes.assign(theme_a=themes["theme"], theme_b=themes["theme"], shared=10, jaccard=1.0)
    pairs = alone.iloc[:-1].assign(theme_b=themes["theme"].iloc[1:].to_list(), jaccard=0.6)
    table = pd.concat([alone, pairs]).rename(columns={"label": "label_a"}).assign(cut=0.5)
    columns = ["theme_a", "theme_b", "label_a", "parent", "perspective", "shared", "jaccard"]
    return table[[*columns, "cut"]].reset_index(drop=True)


def codes_to_themes(n=3):
    return pd.DataFrame(
        {
            "code": [f"code_{i}" for i in range(n)],
            "candidate": [["kindness", "", "staying there"][i % 3] for i in range(n)],
            "theme": [["t1", "t1", ""][i % 3] for i in range(n)],
            "label": [["resilience", "resilience", ""][i % 3] for i in range(n)],
            "perspective": [["HCPs", "HCPs", ""][i % 3] for i in range(n)],
        }
    )


def coding_strips(n=3, coders="AB"):
    spans = [(0, 40), (60, 100), (np.nan, np.nan)]
    rows = [
        (f"E{e:03d}", 200, coder, *spans[(e + c) % 3])
        for e in range(n)
        for c, coder in enumerate(coders)
    ]
    return pd.DataFrame(rows, columns=["essay_id", "characters", "coder", "start", "end"])


PLOTS = {
    "prevalence": (f.plot_prevalence, prevalence),
    "theme_matrix": (f.plot_theme_matrix, matrix),
    "agreement": (f.plot_agreement, agreement),
    "cooccurrence": (f.plot_cooccurrence, cooccurrence),
    "accumulation": (f.plot_accumulation, accumulation_with_stops),
    "thematic_map": (f.plot_thematic_map, thematic_map),
    "codes_to_themes": (f.plot_codes_to_themes, codes_to_themes),
    "coding_strips": (f.plot_coding_strips, coding_strips),
}
HEIGHTS = {plot: height for plot, _, height in f.MANUSCRIPT.values()}


@contextmanager
def drawn(plot, table, width=180, profile="generic"):
    size = width, HEIGHTS[plot](table, width)
    with f.figure(*size, f.PROFILES[profile]) as (fig, ax):
        yield fig, plot(table, ax)
    plt.close(fig)


def lines(ax, label):
    """x and y of everything drawn under a label."""
    found = [line.get_xydata() for line in ax.lines if line.get_label() == label]
    return np.vstack(found) if found else np.empty((0, 2))


def texts(ax):
    return [t.get_text() for t in ax.texts]


def row_heights(ax):
    return {t.get_text(): y for t, y in zip(ax.get_yticklabels(), ax.get_yticks(), strict=True)}


# --- what is drawn is what the table says


def test_bars_and_marks_of_prevalence_are_the_numbers_of_the_table():
    table = prevalence()
    with drawn(f.plot_prevalence, table) as (_, ax):
        agreed, still_open = ax.containers
        assert [bar.get_width() for bar in agreed] == [21, 10, 7]
        assert [bar.get_width() for bar in still_open] == [0, 2, 0]
        for column in ("all_coders", "any_coder"):
            assert lines(ax, column)[:, 0].tolist() == table[column].to_list()
        assert lines(ax, "coder A")[:, 0].tolist() == [19, 9, 9]
        assert lines(ax, "coder B")[:, 0].tolist() == [21, 12, 5]
        assert ax.get_xlabel() == "Essays in which it was identified (of 22)"


def test_unresolved_count_is_printed_as_a_range():
    with drawn(f.plot_prevalence, prevalence()) as (_, ax):
        assert texts(ax) == ["21", "10-12", "7", "n"]
        assert "not yet adjudicated" in [t.get_text() for t in ax.get_legend().get_texts()]


def test_each_row_prints_its_own_n_where_the_essays_read_differ():
    with drawn(f.plot_prevalence, prevalence(essays=[22, 18, 22])) as (_, ax):
        assert texts(ax)[:3] == ["21 of 22", "10-12 of 18", "7 of 22"]


def test_perspectives_are_headings_and_sub_themes_are_indented_below_their_theme():
    with drawn(f.plot_prevalence, prevalence()) as (_, ax):
        labels = [t.get_text() for t in ax.get_yticklabels()]
        assert labels[:4] == ["Patients", "solidarity", "HCPs", "resilience"]
        assert labels[4].lstrip() == "– positivity in the dark" != labels[4]


def test_many_coders_without_columns_leave_the_line_from_all_to_any():
    table = prevalence().drop(columns=["coder_A", "coder_B"])
    with drawn(f.plot_prevalence, table) as (_, ax):
        legend = [t.get_text() for t in ax.get_legend().get_texts()]
        assert legend[-1] == "marked by all coders (left end) to any (right end)"


def test_each_kind_of_matrix_cell_has_its_own_shape_and_filling():
    with drawn(f.plot_theme_matrix, matrix()) as (_, ax):
        kinds = {x.get_label(): (x.get_marker(), x.get_fillstyle()) for x in ax.lines}
        assert kinds == {
            "both coders": ("s", "full"),
            "A only, decided present": ("<", "full"),
            "A only, unresolved": ("<", "bottom"),
            "B only, decided absent": (">", "none"),
        }


def test_matrix_symbols_stand_at_their_essay_and_theme():
    table = matrix()
    with drawn(f.plot_theme_matrix, table) as (_, ax):
        rows, essays = row_heights(ax), table["essay_id"].unique().tolist()
        part = table[(table["status"] == "unresolved")]
        labels = part["label"].where(part["parent"] == "", "\u2003– " + part["label"])
        expected = {
            (essays.index(e) + 1, rows[t]) for e, t in zip(part["essay_id"], labels, strict=True)
        }
        assert set(map(tuple, lines(ax, "A only, unresolved"))) == expected


def test_essay_not_read_for_a_theme_is_not_drawn_as_absent():
    with drawn(f.plot_theme_matrix, matrix().drop(index=4)) as (_, ax):
        assert lines(ax, "not read")[:, 0].tolist() == [2]


def test_theme_without_codes_has_an_unread_row_and_its_colour_in_the_matrix():
    bare = matrix(3, 1).iloc[:1].assign(theme="t", label="kept", essay_id="", readers="none")
    with drawn(f.plot_theme_matrix, pd.concat([bare, matrix()])) as (_, ax):
        assert "kept" in row_heights(ax) and len(ax.get_xticks()) == 5
        assert lines(ax, "not read")[:, 0].tolist() == [1, 2, 3, 4, 5]
        shown = {line.get_color() for line in ax.lines} - {"#222222", "#999999"}
        of_all = f.theme_colours(["t", *matrix()["theme"]])
        assert shown == set(of_all.values()) - {of_all["t"]}


def test_131_essays_become_bars_and_800_are_counted_and_the_figure_says_so():
    with drawn(f.plot_theme_matrix, matrix(3, 131)) as (_, ax):
        assert "too many for symbols" in ax.get_xlabel().replace("\n", " ")
        part = [c for c in ax.collections if c.get_label() == "unresolved"]
        unresolved = (matrix(3, 131)["status"] == "unresolved").sum()
        assert sum(len(c.get_paths()) for c in part) == unresolved
    with drawn(f.plot_theme_matrix, matrix(3, 800)) as (_, ax):
        assert "of 800: too many to draw each" in ax.get_xlabel()
        kinds = {c.get_label(): [bar.get_width() for bar in c] for c in ax.containers}
        assert kinds["unresolved"] == [160, 160, 160] == kinds["decided present"]


def test_alpha_is_drawn_in_the_order_of_the_table_with_the_share_beside_it():
    with drawn(f.plot_agreement, agreement()) as (_, ax):
        assert lines(ax, "alpha")[:, 0].tolist() == [0.81, -0.125]
        assert np.all(np.diff(lines(ax, "alpha")[:, 1]) > 0)
        assert texts(ax)[-4:] == ["25%", "0%", "60%", "marked"]


def test_an_interval_of_n_is_drawn_where_the_table_has_one():
    table = prevalence()
    table["share_low"], table["share_high"] = table["n_low"] / table["essays"] / 2, 1.0
    with drawn(f.plot_prevalence, table) as (_, ax):
        (line,) = [c for c in ax.collections if c.get_label() == "interval"]
        ends = [segment[:, 0].tolist() for segment in line.get_segments()]
        assert ends == [[n / 2, N] for n, N in table[["n_low", "essays"]].values]
    with drawn(f.plot_prevalence, prevalence()) as (_, ax):
        assert not [c for c in ax.collections if c.get_label() == "interval"]


def test_undefined_alpha_is_said_in_words_in_its_row():
    with drawn(f.plot_agreement, agreement()) as (_, ax):
        words = [t for t in ax.texts if "undefined" in t.get_text()]
        (note,) = words
        assert " ".join(note.get_text().split()) == "alpha undefined: no coder marked it"
        assert note.xy[1] < row_heights(ax)["silence"]  # on alpha's side of its row
        assert len(lines(ax, "alpha")) == 2


def test_agreement_of_nothing_is_said_in_words_and_fits_the_page(tmp_path):
    nothing = dict.fromkeys(["marked", "alpha", "ac1", "ac1_low", "ac1_high"], np.nan)
    table = agreement().assign(essays=0, **nothing, undefined="nothing was read by two coders")
    with drawn(f.plot_agreement, table, 89) as (fig, ax):
        assert not any("nan" in text for text in texts(ax))
        f.save_figure(fig, table, tmp_path, "agreement", alt="a", caption="c")


def test_agreement_draws_no_line_but_the_one_of_chance():
    with drawn(f.plot_agreement, agreement()) as (_, ax):
        upright = [x.get_xdata()[0] for x in ax.lines if x.get_label() != "alpha"]
        assert upright == [0]


def test_cooccurrence_cells_print_counts_above_and_jaccard_below_the_diagonal():
    with drawn(f.plot_cooccurrence, cooccurrence()) as (_, ax):
        cells = np.array(texts(ax)[3:]).reshape(3, 3)
        assert cells.tolist() == [["10", "1", "2"], ["0.05", "11", "3"], ["0.10", "0.15", "12"]]


def test_pair_may_stand_in_the_table_either_way_round():
    table = cooccurrence()
    table.loc[1, ["theme_a", "theme_b"]] = ["t1", "t0"]
    with drawn(f.plot_cooccurrence, table) as (_, ax):
        assert texts(ax)[4] == "1"


def test_accumulation_draws_curve_band_and_steps():
    table = accumulation()
    with drawn(f.plot_accumulation, table) as (_, ax):
        assert np.allclose(lines(ax, "expected: mean of all orders")[:, 1], table["expected"])
        assert lines(ax, "in the order of essay ids")[:, 1].tolist() == [3, 4, 5, 6]
        (band,) = ax.collections
        heights = band.get_paths()[0].vertices[:, 1]
        assert (heights.min(), heights.max()) == (1, 8)


def test_accumulation_marks_where_reading_would_have_stopped_and_what_is_unseen():
    with drawn(f.plot_accumulation, accumulation_with_stops(), 85) as (_, ax):
        assert lines(ax, "stopping point in this order: 3 (+2)").tolist() == [[3, 5]]
        spread = lines(ax, "stops of random orders: 2 to never, median 3")
        assert spread[:, 0].tolist() == [2, 4]
        assert lines(ax, "median stopping point")[:, 0].tolist() == [3]
        unseen = lines(ax, "codes met and unmet, at least (Chao 2): 10.5")
        assert set(unseen[:, 1]) == {10.5}


def test_accumulation_without_a_stop_marks_none():
    nowhere = accumulation_with_stops(stops=[np.nan] * 4).assign(chao2=np.nan)
    with drawn(f.plot_accumulation, nowhere, 85) as (_, ax):
        assert not [line for line in ax.lines if "stop" in line.get_label()]
        assert len(ax.lines) == 2


def test_map_places_each_theme_once_and_joins_the_pairs_of_the_table():
    with drawn(f.plot_thematic_map, thematic_map(6)) as (_, ax):
        circles = [line for line in ax.lines if line.get_marker() == "o"]
        ends = {tuple(np.round(c.get_xydata()[0], 6)) for c in circles}
        assert len(circles) == len(ends) == 6
        curves = [patch.get_path().vertices[[0, -1]] for patch in ax.patches]
        assert len(curves) == 5
        assert {tuple(np.round(end, 6)) for curve in curves for end in curve} <= ends


def test_map_has_perspectives_on_their_own_side_and_sub_themes_under_their_theme():
    with drawn(f.plot_thematic_map, thematic_map(3)) as (_, ax):
        place = {t.get_text().split("\u00a0")[0]: t.get_position() for t in ax.texts}
        patients, resilience, dark = (
            place[label] for label in ("solidarity", "resilience", "positivity in the dark")
        )
        assert place["Patients"][0] == patients[0] < place["HCPs"][0] == resilience[0]
        assert dark[0] > resilience[0] and dark[1] > resilience[1]


def test_area_of_a_circle_is_the_number_of_essays():
    table = thematic_map(3).assign(shared=[16, 4, 1, 0, 0])
    with drawn(f.plot_thematic_map, table) as (_, ax):
        sizes = [line.get_markersize() for line in ax.lines if line.get_marker() == "o"]
        assert sizes[0] == 2 * sizes[1] and sizes[0] == 4 * sizes[2]


def test_stronger_pairs_are_thicker_and_darker_and_the_cut_is_said():
    table = thematic_map(4)
    table.loc[table["theme_a"].ne(table["theme_b"]), "jaccard"] = [0.5, 0.7, 1.0]
    with drawn(f.plot_thematic_map, table) as (_, ax):
        width = [patch.get_linewidth() for patch in ax.patches]
        grey = [patch.get_edgecolor()[0] for patch in ax.patches]
        assert width == sorted(width) and len(set(width)) == 3
        assert grey == sorted(grey, reverse=True) and len(set(grey)) == 3
        assert "(from 0.5 on)" in ax.get_legend().get_title().get_text()


def test_map_without_pairs_says_that_none_reaches_the_cut():
    with drawn(f.plot_thematic_map, thematic_map(3).iloc[:3]) as (_, ax):
        assert ax.get_legend().get_title().get_text().endswith("of 0.5 or more: none are joined")


def bands(ax):
    """Height at which each band starts and ends, in the order of the table."""
    vertices = [p.get_path().vertices for p in ax.patches if len(p.get_path().vertices) == 9]
    return [(round(v[[0, 7], 1].mean(), 6), round(v[[3, 4], 1].mean(), 6)) for v in vertices]


def test_each_code_runs_from_its_name_through_its_first_theme_to_its_last():
    with drawn(f.plot_codes_to_themes, codes_to_themes(3)) as (_, ax):
        height = {t.get_text(): t.get_position()[1] for t in ax.texts}
        first, second = bands(ax)[::2], bands(ax)[1::2]
        assert [start for start, _ in first] == [
            pytest.approx(height[f"code {n}"], abs=1e-5) for n in range(3)
        ]
        assert [end for _, end in first] == [start for start, _ in second]
        assert first[0][1] == pytest.approx(height["kindness\u00a0(1)"])
        assert first[1][1] == pytest.approx(height["left aside\u00a0(1)"])
        assert second[2][1] == pytest.approx(height["in no theme (parked)\u00a0(1)"])
        ends = [second[0][1], second[1][1]]
        assert np.mean(ends) == pytest.approx(height["resilience\u00a0(2)"])


def test_bands_have_the_colour_of_the_theme_that_the_code_ends_in():
    with drawn(f.plot_codes_to_themes, codes_to_themes(3)) as (_, ax):
        colours = [p.get_facecolor() for p in ax.patches if len(p.get_path().vertices) == 9]
        assert colours[0] == colours[1] == colours[2] == colours[3] != colours[4] == colours[5]


def test_theme_without_codes_takes_its_colour_and_is_not_drawn():
    bare = pd.DataFrame([("", "", "t0", "solidarity", "")], columns=codes_to_themes().columns)
    with drawn(f.plot_codes_to_themes, pd.concat([codes_to_themes(3), bare])) as (_, ax):
        assert "solidarity\u00a0(0)" not in texts(ax) and len(bands(ax)) == 6
        (band, *_) = [p for p in ax.patches if len(p.get_path().vertices) == 9]
        colour = to_rgb(f.theme_colours(["t0", "t1"])["t1"])
        assert to_rgb(band.get_facecolor()) == pytest.approx(tint(colour, 0.4))


def test_too_many_codes_to_name_leave_their_themes_and_the_figure_says_so():
    with drawn(f.plot_codes_to_themes, codes_to_themes(200)) as (_, ax):
        words = [t.get_text() for t in ax.texts]
        assert "Themes (the 200 codes are too many to name)" in words
        assert not any(word.startswith("code ") for word in words)
        assert "kindness\u00a0(67)" in words and len(bands(ax)) == 200


def strips_of(ax, label):
    """Corners of the bars under a label: x from start to end, y from top to bottom."""
    drawn = [c for c in ax.collections if c.get_label() == label]
    return [path.vertices[[0, 2]].tolist() for bars in drawn for path in bars.get_paths()]


def stretches(ax, label):
    return [(start[0], end[0]) for start, end in strips_of(ax, label)]


def test_strips_are_the_places_of_the_table_in_a_lane_for_each_coder():
    with drawn(f.plot_coding_strips, coding_strips()) as (_, ax):
        assert stretches(ax, "A") == [(0, 40), (60, 100)]
        assert stretches(ax, "B") == [(60, 100), (0, 40)]
        lanes = [{start[1] for start, _ in strips_of(ax, coder)} for coder in "AB"]
        assert not lanes[0] & lanes[1]
        assert [t.get_text() for t in ax.get_yticklabels()] == ["E000", "E001", "E002"]


def test_the_whole_length_of_an_essay_is_shown_to_each_coder_who_read_it():
    table = coding_strips().drop(index=5)  # B did not read the third essay
    with drawn(f.plot_coding_strips, table) as (_, ax):
        assert stretches(ax, "read") == [(0, 200)] * 5


def test_coders_who_marked_whole_essays_only_leave_no_strips():
    with drawn(f.plot_coding_strips, coding_strips().assign(start=np.nan, end=np.nan)) as (_, ax):
        assert texts(ax)[0].startswith("No place in an essay is marked")


@pytest.mark.parametrize("n, coders, many", [(51, "AB", "essays"), (3, "ABCDE", "coders")])
def test_too_many_essays_or_coders_are_put_together_and_the_figure_says_so(n, coders, many):
    table = coding_strips(n, coders)
    with drawn(f.plot_coding_strips, table) as (_, ax):
        assert f"because the {many}" in " ".join(ax.get_xlabel().split())
        share = np.asarray(ax.collections[0].get_array()).reshape(len(coders), 20)
        # of three essays one is marked from 0 to 40, one from 60 to 100, of 200 characters
        assert share[0] == pytest.approx([1 / 3] * 4 + [0] * 2 + [1 / 3] * 4 + [0] * 10)
        assert ax.get_yticklabels()[0].get_text() == f"A ({n})"


@pytest.mark.parametrize("name", PLOTS)
def test_figure_is_drawn_anew_from_the_table_beside_it(name, tmp_path):
    told = f.save_figures({name: (PLOTS[name][1](8), "c", "a")}, tmp_path, "bmc")
    assert f.redraw(tmp_path / f"{name}.csv", "bmc").equals(told)


@pytest.mark.parametrize("name", PLOTS)
def test_empty_table_says_so(name):
    plot, table = PLOTS[name]
    with drawn(plot, table().iloc[:0]) as (_, ax):
        assert texts(ax) == ["The table has no rows: nothing to draw."]


def test_a_theme_has_one_colour_in_every_figure():
    colours = {to_rgb(colour) for colour in f.theme_colours(["t0", "t1", "t2"]).values()}
    with drawn(f.plot_thematic_map, thematic_map(3)) as (_, ax):
        circles = [line for line in ax.lines if line.get_marker() == "o"]
        assert {to_rgb(circle.get_markeredgecolor()) for circle in circles} == colours
    with drawn(f.plot_prevalence, prevalence(3)) as (_, ax):
        assert {to_rgb(bar.get_edgecolor()) for bar in ax.containers[0]} == colours
    table = codes_to_themes(3).assign(theme=["t0", "t1", "t2"])
    with drawn(f.plot_codes_to_themes, table) as (_, ax):
        blocks = [p for p in ax.patches if isinstance(p, Rectangle) and p.get_width() == 1.5]
        assert {to_rgb(block.get_facecolor()) for block in blocks} == colours


@pytest.mark.parametrize("n", [1, 2])
def test_perspectives_are_shaded_only_where_there_are_several(n):
    table = matrix(3) if n == 2 else matrix(3).assign(perspective="")
    with drawn(f.plot_theme_matrix, table) as (_, ax):
        shaded = [p for p in ax.patches if to_rgb(p.get_facecolor()) == to_rgb(BAND)]
        assert len(shaded) == n - 1


def test_more_coders_than_the_page_has_rows_for_are_the_first_and_the_figure_says_so():
    coders = [f"c{n:02d}" for n in range(60)]
    with f.drawn("coding_strips", coding_strips(3, coders), "nature") as fig:
        assert fig.get_figheight() * 25.4 == pytest.approx(170)
        words = " ".join(fig.axes[0].get_xlabel().split())
        assert f"Shown: the first {len(fig.axes[0].get_yticks())} of 60;" in words
        plt.close(fig)


def test_theme_that_nobody_marked_in_800_essays_has_an_empty_row():
    table = matrix(1, 800).assign(status="absent", readers="none")
    with drawn(f.plot_theme_matrix, table) as (_, ax):
        assert not any(bar.get_width() for bars in ax.containers for bar in bars)


# --- how it looks


@pytest.mark.parametrize("profile", f.PROFILES)
@pytest.mark.parametrize("n", [3, 40])
@pytest.mark.parametrize("name", PLOTS)
def test_every_text_is_inside_the_figure_and_of_the_size_the_profile_asks_for(name, n, profile):
    table, asked = PLOTS[name][1](n), f.PROFILES[profile]
    with f.drawn(name, table, profile) as fig:
        (ax, *_) = fig.axes
        fig.draw_without_rendering()
        hidden_ticks = {t for axis in (ax.xaxis, ax.yaxis) for t in axis.get_minorticklabels()}
        for text in fig.findobj(Text):
            if not text.get_text().strip() or not text.get_visible() or text in hidden_ticks:
                continue
            box, page = text.get_window_extent(), fig.bbox
            assert box.x0 >= -1 and box.y0 >= -1, text
            assert box.x1 <= page.x1 + 1 and box.y1 <= page.y1 + 1, text
            assert asked.smallest_pt <= text.get_fontsize() <= asked.largest_pt
    plt.close(fig)


@pytest.mark.parametrize("profile", f.PROFILES)
@pytest.mark.parametrize("name", PLOTS)
def test_labels_of_40_rows_do_not_overlap(name, profile):
    with f.drawn(name, PLOTS[name][1](40), profile) as fig:
        fig.draw_without_rendering()
        ax = fig.axes[0]
        words = [*ax.get_yticklabels(), *ax.texts] if name in FREE else ax.get_yticklabels()
        boxes = [text.get_window_extent() for text in words if text.get_text().strip()]
        assert boxes or name == "accumulation"
        for one, other in combinations(boxes, 2):
            apart = max(one.x0 - other.x1, other.x0 - one.x1, one.y0 - other.y1, other.y0 - one.y1)
            assert apart >= -1, (one, other)
    plt.close(fig)


FREE = ("thematic_map", "codes_to_themes")  # figures without a y axis: all words are free


def test_legend_stands_above_the_data():
    with drawn(f.plot_prevalence, prevalence()) as (fig, ax):
        fig.draw_without_rendering()
        assert ax.get_legend().get_window_extent().y0 >= ax.bbox.y1


def test_40_themes_have_40_colours_that_stand_out_from_white():
    colours = f.theme_colours(prevalence(40)["theme"])
    assert len(set(colours.values())) == 40
    light = np.array([to_rgb(c) for c in colours.values()])
    linear = np.where(light <= 0.04045, light / 12.92, ((light + 0.055) / 1.055) ** 2.4)
    assert (1.05 / (linear @ [0.2126, 0.7152, 0.0722] + 0.05)).min() >= 3


def test_label_with_dollar_signs_is_text_not_mathematics():
    table = prevalence().assign(label=["costs $5_000", "and $x^2$", "c"])
    with drawn(f.plot_prevalence, table) as (_, ax):
        assert not any(label.get_parse_math() for label in ax.get_yticklabels())


def seen(colour, kind):
    """A colour as it looks without the cones of a kind (Machado et al. 2009, severity 1), or in
    grey; in OKLab, where distances are those of perception.
    """
    matrix = {
        "deuteranopia": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
        "protanopia": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    }[kind]
    part = np.array(to_rgb(colour))
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    to_cones = [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
    to_lab = [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
    return np.array(to_lab) @ np.cbrt(np.array(to_cones) @ (np.array(matrix) @ linear).clip(0, 1))


@pytest.mark.parametrize("kind", ["deuteranopia", "protanopia"])
def test_colours_of_the_first_eight_themes_are_told_apart_without_red_or_green(kind):
    colours = [seen(c, kind) for c in f.theme_colours(prevalence(8)["theme"]).values()]
    apart = [np.linalg.norm(one - other) for one, other in combinations(colours, 2)]
    assert min(apart) > 0.06  # 0.02 is just to be seen side by side


def test_settings_of_the_caller_come_back_and_do_not_get_in(tmp_path):
    with matplotlib.rc_context({"axes.grid": True, "font.size": 31, "savefig.bbox": "tight"}):
        before = dict(matplotlib.rcParams)
        with drawn(f.plot_prevalence, prevalence()) as (fig, ax):
            assert not ax.xaxis.get_gridlines()[0].get_visible()
        f.save_figure(fig, prevalence(), tmp_path, "x", alt="a", caption="c")
        assert dict(matplotlib.rcParams) == before
    assert Image.open(tmp_path / "x_600dpi.png").width == int(180 / 25.4 * 600)


# --- what is written


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("figures")
    with drawn(f.plot_prevalence, prevalence(), 85) as (fig, _):
        told = f.save_figure(fig, prevalence(), folder, "prevalence", alt="Bars.", caption="Three.")
    return folder, told, fig


def test_files_have_the_stated_width(written):
    folder, *_ = written
    page = pypdf.PdfReader(folder / "prevalence.pdf").pages[0].mediabox
    assert float(page.width) / 72 * 25.4 == pytest.approx(85, abs=0.01)
    image = Image.open(folder / "prevalence.png")
    assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)
    assert image.width / 300 * 25.4 == pytest.approx(85, abs=0.2)
    (points,) = re.findall(r'<svg[^>]* width="([\d.]+)pt"', (folder / "prevalence.svg").read_text())
    assert float(points) / 72 * 25.4 == pytest.approx(85, abs=0.01)


def test_pdf_embeds_truetype_and_no_type_3_fonts(written):
    folder, *_ = written
    content = (folder / "prevalence.pdf").read_bytes()
    assert b"/FontFile2" in content and b"DejaVuSans" in content
    assert b"/Type3" not in content
    assert "solidarity" in pypdf.PdfReader(folder / "prevalence.pdf").pages[0].extract_text()


def test_csv_is_the_table_and_txt_has_caption_and_alternative_text(written):
    folder, told, _ = written
    pd.testing.assert_frame_equal(
        pd.read_csv(folder / "prevalence.csv", keep_default_na=False),
        prevalence(),
        check_dtype=False,
    )
    assert (folder / "prevalence.txt").read_text() == "Caption\nThree.\n\nAlternative text\nBars.\n"
    sums = [hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in told["file"]]
    assert sums == told["sha256"].to_list()
    assert sorted(p.name for p in folder.iterdir()) == sorted(told["file"])


def test_bitmaps_have_600_and_300_dpi_the_words_of_the_figure_and_no_transparency(written):
    folder, *_ = written
    for file, dpi in (("prevalence_600dpi.png", 600), ("prevalence.png", 300)):
        image = Image.open(folder / file)
        assert image.mode == "RGB" and image.info["Description"] == "Bars."
        assert image.info["dpi"] == pytest.approx((dpi, dpi), abs=0.1)
        assert image.width / dpi * 25.4 == pytest.approx(85, abs=0.1)


def test_csv_rounds_to_10_significant_digits(tmp_path):
    table = accumulation().assign(expected=[1 / 3, 2e6 / 3, 1.0, 2.0])
    with drawn(f.plot_accumulation, table) as (fig, _):
        f.save_figure(fig, table, tmp_path, "a", alt="a", caption="c")
    column = [row.split(",")[1] for row in (tmp_path / "a.csv").read_text().splitlines()]
    assert column == ["expected", "0.3333333333", "666666.6667", "1", "2"]


def test_saving_again_gives_the_same_bytes(written, tmp_path):
    _, told, fig = written
    again = f.save_figure(fig, prevalence(), tmp_path, "prevalence", alt="Bars.", caption="Three.")
    assert again.equals(told)


ANOTHER_PROCESS = """
import sys, test_figures as t
for name, (plot, table) in t.PLOTS.items():
    with t.drawn(plot, table(), 120) as (fig, _):
        print(t.f.save_figure(fig, table(), sys.argv[1], name, alt="a", caption="c").to_csv())
"""


def test_two_processes_give_the_same_bytes(tmp_path):
    def run(seed):
        path = os.pathsep.join([*sys.path, str(Path(__file__).parent)])
        command = [sys.executable, "-c", ANOTHER_PROCESS, tmp_path / seed]
        env = {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": seed}
        return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout

    first, second = run("1"), run("2")
    assert first == second and first.count("prevalence.pdf") == 1


def test_figure_too_small_for_its_labels_is_refused_and_nothing_written(tmp_path):
    with f.figure(20, 15) as (fig, ax), pytest.warns(UserWarning):
        f.plot_prevalence(prevalence(), ax)
        with pytest.raises(
            ValueError, match=r"'p': .* mm of it lie outside the page of 20 x 15 mm"
        ):
            f.save_figure(fig, prevalence(), tmp_path, "p", alt="a", caption="c")
    plt.close(fig)
    assert not list(tmp_path.iterdir())


def test_agreement_draws_the_interval_where_the_table_has_one():
    table = agreement(3).assign(alpha_low=[0.5, np.nan, -0.6], alpha_high=[0.95, np.nan, 0.3])
    with drawn(f.plot_agreement, table) as (_, ax):
        assert intervals(ax, "alpha") == [(0.5, 0.95), (-0.6, 0.3)]
        assert ax.get_xlim()[0] < -0.6


def test_agreement_draws_ac1_below_alpha_with_its_own_interval():
    table = agreement(3).assign(ac1=[0.9, 1, 0.2], ac1_low=[0.7, 0.85, 0], ac1_high=[1, 1, 0.5])
    with drawn(f.plot_agreement, table) as (_, ax):
        assert lines(ax, "ac1")[:, 0].tolist() == [0.9, 1, 0.2]
        assert np.all(lines(ax, "ac1")[[0, 2], 1] > lines(ax, "alpha")[:, 1])  # mm from the top
        assert intervals(ax, "ac1") == [(0.7, 1), (0.85, 1), (0, 0.5)]
        names = [text.get_text() for text in ax.get_legend().get_texts()]
        assert names == ["Krippendorff's alpha", "Gwet's AC1"]


def test_agreement_that_is_undefined_for_every_code_fits_its_page(tmp_path):
    table = agreement(3).iloc[[1]].assign(ac1=1.0, ac1_low=0.2, ac1_high=1.0, essays=1)
    with f.drawn("agreement", table) as fig:
        f.save_figure(fig, table, tmp_path, "agreement", alt="a", caption="c")
        plt.close(fig)
    assert (tmp_path / "agreement.pdf").is_file()


def intervals(ax, name):
    (bars,) = [c for c in ax.collections if c.get_label() == f"interval of {name}"]
    return [(float(start), float(end)) for (start, _), (end, _) in bars.get_segments()]


def test_marks_at_no_and_at_all_essays_are_drawn_whole():
    table = prevalence().assign(coder_A=[0, 22, 5], all_coders=0, any_coder=22)
    with drawn(f.plot_prevalence, table) as (_, ax):
        marks = [line for line in ax.lines if line.get_marker() not in ("None", "")]
        assert len(marks) == 4 and not any(mark.get_clip_on() for mark in marks)


@pytest.mark.parametrize(
    ("coders", "words"),
    [(1, "the coder"), (2, "both coders"), (3, "all coders who read it")],
)
@pytest.mark.parametrize("essays", [5, 131, 800])
def test_legend_of_the_matrix_names_those_who_read(essays, coders, words):
    table = matrix(3, essays).assign(coders=coders)
    with drawn(f.plot_theme_matrix, table) as (_, ax):
        legend = [text.get_text() for text in ax.get_legend().get_texts()]
        assert any(text.split(" (")[0].endswith(words) for text in legend)


@pytest.mark.parametrize("name", ["prevalence", "theme_matrix", "cooccurrence", "thematic_map"])
def test_first_rows_are_drawn_where_the_page_has_no_room_and_keep_their_colours(name):
    table = PLOTS[name][1](90)
    with f.drawn(name, table, "nature") as fig:
        (ax,) = fig.axes
        assert fig.get_figheight() * 25.4 == pytest.approx(170)
        title = ax.get_legend().get_title().get_text() if name == "thematic_map" else ""
        words = " ".join(f"{ax.get_xlabel()} {title}".split())
        (many,) = re.findall(r"Shown: the first (\d+) of 90; the page has no room for more", words)
        if name == "prevalence":
            colours = f.theme_colours(table["theme"])
            bars = [to_rgb(bar.get_edgecolor()) for bar in ax.containers[0]]
            assert bars == [to_rgb(colours[f"t{n}"]) for n in range(int(many))]
        plt.close(fig)


def test_legend_of_three_coders_has_a_line_for_each():
    who = ["all", "A", "B", "C", "none"] * 3
    status = ["present", "present", "absent", "absent", "absent"] * 3
    table = matrix(3).assign(coders=3, readers=who, status=status)
    swapped = table.assign(
        status=table["status"].replace({"present": "absent", "absent": "present"})
    )
    table = pd.concat([table, swapped.assign(essay_id=swapped["essay_id"] + "b")])
    with drawn(f.plot_theme_matrix, table) as (fig, ax):
        fig.draw_without_rendering()
        rows = {}
        for text in ax.get_legend().get_texts():
            if " only" in text.get_text():
                rows.setdefault(round(text.get_window_extent().y0), []).append(text.get_text()[0])
        assert sorted(rows.values()) == [["A", "A"], ["B", "B"], ["C", "C"]]
