"""Figures show what their tables say, at the stated size, with the same bytes every time."""

import hashlib
import os
import re
import subprocess
import sys
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pypdf
import pytest
from matplotlib.colors import to_rgb
from matplotlib.text import Text
from PIL import Image

from analysis import figures as f

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
    return pd.DataFrame(rows, columns=["essay_id", *themes, "status", "readers"])


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


PLOTS = {
    "prevalence": (f.plot_prevalence, prevalence),
    "theme_matrix": (f.plot_theme_matrix, matrix),
    "agreement": (f.plot_agreement, agreement),
    "cooccurrence": (f.plot_cooccurrence, cooccurrence),
    "accumulation": (f.plot_accumulation, accumulation),
}


@contextmanager
def drawn(plot, table, width=180):
    height = 75 if "essays_read" in table else f.height_for_rows(table, width)
    with f.figure(width, height) as (fig, ax):
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
        assert ax.get_xlabel() == "Essays in which the theme was identified (of 22)"


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
            "all coders": ("s", "full"),
            "only A, decided present": ("<", "full"),
            "only A, unresolved": ("<", "bottom"),
            "only B, decided absent": (">", "none"),
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
        assert set(map(tuple, lines(ax, "only A, unresolved"))) == expected


def test_essay_not_read_for_a_theme_is_not_drawn_as_absent():
    with drawn(f.plot_theme_matrix, matrix().drop(index=4)) as (_, ax):
        assert lines(ax, "not read")[:, 0].tolist() == [2]


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


def test_undefined_alpha_is_said_in_words_in_its_row():
    with drawn(f.plot_agreement, agreement()) as (_, ax):
        (note,) = [t for t in ax.texts if t.get_text() == "undefined: no coder marked it"]
        assert note.xy[1] == row_heights(ax)["silence"]
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


@pytest.mark.parametrize("name", PLOTS)
def test_empty_table_says_so(name):
    plot, table = PLOTS[name]
    with drawn(plot, table().iloc[:0]) as (_, ax):
        assert texts(ax) == ["The table has no rows: nothing to draw."]


def test_theme_that_nobody_marked_in_800_essays_has_an_empty_row():
    table = matrix(1, 800).assign(status="absent", readers="none")
    with drawn(f.plot_theme_matrix, table) as (_, ax):
        assert not any(bar.get_width() for bars in ax.containers for bar in bars)


# --- how it looks


@pytest.mark.parametrize("width", [85, 180])
@pytest.mark.parametrize("n", [3, 40])
@pytest.mark.parametrize("name", PLOTS)
def test_every_text_is_inside_the_figure_and_at_least_7_pt(name, n, width):
    plot, table = PLOTS[name]
    with drawn(plot, table(n), width) as (fig, ax):
        fig.draw_without_rendering()
        hidden_ticks = {t for axis in (ax.xaxis, ax.yaxis) for t in axis.get_minorticklabels()}
        for text in fig.findobj(Text):
            if not text.get_text().strip() or not text.get_visible() or text in hidden_ticks:
                continue
            box, page = text.get_window_extent(), fig.bbox
            assert box.x0 >= -1 and box.y0 >= -1, text
            assert box.x1 <= page.x1 + 1 and box.y1 <= page.y1 + 1, text
            assert text.get_fontsize() >= 7


@pytest.mark.parametrize("n", [3, 40])
@pytest.mark.parametrize("name", ["prevalence", "theme_matrix", "agreement", "cooccurrence"])
def test_row_labels_do_not_overlap(name, n):
    plot, table = PLOTS[name]
    with drawn(plot, table(n), 85) as (fig, ax):
        fig.draw_without_rendering()
        boxes = [t.get_window_extent() for t in ax.get_yticklabels() if t.get_text().strip()]
        assert all(upper.y0 >= lower.y1 - 1 for upper, lower in pairwise(boxes))


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


def test_settings_of_the_caller_come_back_and_do_not_get_in(tmp_path):
    with matplotlib.rc_context({"axes.grid": True, "font.size": 31, "savefig.bbox": "tight"}):
        before = dict(matplotlib.rcParams)
        with drawn(f.plot_prevalence, prevalence()) as (fig, ax):
            assert not ax.xaxis.get_gridlines()[0].get_visible()
        f.save_figure(fig, prevalence(), tmp_path, "x", alt="a", caption="c")
        assert dict(matplotlib.rcParams) == before
    assert Image.open(tmp_path / "x.png").width == int(180 / 25.4 * 300)


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


def intervals(ax, name):
    (bars,) = [c for c in ax.collections if c.get_label() == f"interval of {name}"]
    return [(float(start), float(end)) for (start, _), (end, _) in bars.get_segments()]
