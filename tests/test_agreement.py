import csv
import math
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.agreement import agreement, coder_pairs, four_cells, pair_agreement

with open(Path(__file__).parent / "data" / "worked_examples.csv", encoding="utf-8") as file:
    EXAMPLES = list(csv.DictReader(file))


def marks(*coders, code="c", names="abcdefgh"):
    """Presence from one string a coder, one character an essay: 1, 0, or . = did not read."""
    rows = [
        (f"E{essay:02}", code, name, int(mark))
        for name, string in zip(names, coders, strict=False)
        for essay, mark in enumerate(string)
        if mark != "."
    ]
    return pd.DataFrame(rows, columns=["essay_id", "code", "coder", "present"])


def of_table(cells):
    """Presence of two coders from both/first_only/second_only/neither."""
    a, b, c, d = map(int, cells.split("/"))
    return marks("1" * (a + b) + "0" * (c + d), "1" * a + "0" * b + "1" * c + "0" * d)


def of_example(data):
    kind, _, content = data.partition(":")
    if kind == "t2":
        return of_table(content)
    present = max(set(content) - set("/."))  # two values: which of them is 'present' is free
    strings = [
        "".join(m if m == "." else str(int(m == present)) for m in s) for s in content.split("/")
    ]
    return marks(*strings)


def examples(statistic):
    rows = [row for row in EXAMPLES if row["statistic"] == statistic]
    return pytest.mark.parametrize("example", rows, ids=[f"{r['id']}-{r['data']}" for r in rows])


def check(value, example):
    expected, tolerance = float(example["expected"]), float(example["tolerance"])
    assert (math.isnan(expected) and math.isnan(value)) or abs(value - expected) <= tolerance


@examples("alpha")
def test_alpha_is_the_published_one(example):
    check(agreement(of_example(example["data"]), of="code")["alpha"].item(), example)


@examples("kappa_cohen")
def test_kappa_is_the_published_one(example):
    presence = of_example(example["data"])
    cells = four_cells(presence, [("a", "b")], of="code")
    check(pair_agreement(cells)["kappa"].item(), example)


@examples("percent_agreement")
def test_percent_agreement_is_the_published_one(example):
    cells = four_cells(of_example(example["data"]), [("a", "b")], of="code")
    check(pair_agreement(cells)["percent_agreement"].item(), example)


def test_worked_examples_hold_both_kinds_and_the_edges():
    ids = {row["id"] for row in EXAMPLES}
    assert {"k04-p224", "nltk-yesno", "gwet-118", "never-applied", "lone-one", "bci"} <= ids


def test_agreement_by_hand():
    # a 1100, b 1000: coincidences 1-1: 2, 0-0: 4, 0-1 and 1-0: 2 of 8; n1 = 3, n0 = 5.
    # alpha = 1 - 7 * 1 / (3 * 5) = 8/15; kappa = (3/4 - 1/2) / (1 - 1/2) = 1/2.
    presence = marks("1100", "1000")
    row = agreement(presence, of="code").iloc[0]
    assert row["alpha"] == pytest.approx(8 / 15)
    assert (row["essays"], row["coders"], row["marked"]) == (4, 2, 3 / 8)
    pair = pair_agreement(four_cells(presence, [("a", "b")], of="code")).iloc[0]
    assert (pair["kappa"], pair["percent_agreement"]) == (pytest.approx(0.5), 0.75)


def test_three_coders_with_gaps_by_hand():
    # E0: 1 1 0, E1: 0 0, E2: one reader only and left out.
    # D = 2 * 1 / 2 = 1, n1 = 2, n0 = 3: alpha = 1 - 4 * 1 / 6 = 1/3.
    row = agreement(marks("101", "10.", "0.."), of="code").iloc[0]
    assert row["alpha"] == pytest.approx(1 / 3)
    assert (row["essays"], row["coders"], row["marked"]) == (2, 3, 2 / 5)


@pytest.mark.parametrize(
    ("strings", "reason"),
    [
        (["0000", "0000"], "no coder used it"),
        (["1111", "1111"], "every coder used it in every essay"),
        (["1010"], "no essay was read by two coders"),
        (["11..", "..11"], "no essay was read by two coders"),
        (["0001", "000."], "no coder used it"),
    ],
    ids=["nobody", "everybody always", "one coder", "no shared essay", "used where read alone"],
)
def test_undefined_alpha_says_why(strings, reason):
    row = agreement(marks(*strings), of="code").iloc[0]
    assert math.isnan(row["alpha"])
    assert row["undefined"] == reason


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("0/0/0/5", "neither coder used it"),
        ("5/0/0/0", "both coders used it in every essay"),
        ("0/5/0/0", ""),
        ("0/1/0/4", ""),
    ],
)
def test_kappa_is_undefined_only_where_it_is_zero_by_zero(cells, reason):
    row = pair_agreement(four_cells(of_table(cells), [("a", "b")], of="code")).iloc[0]
    assert row["undefined"] == reason
    assert math.isnan(row["kappa"]) == bool(reason)


def test_coders_who_never_agree_are_below_chance():
    assert agreement(marks("10", "01"), of="code")["alpha"].item() == pytest.approx(-0.5)


def test_four_cells_by_hand():
    cells = four_cells(marks("111000.", "100010."), [("a", "b")], of="code").iloc[0]
    assert cells[["both", "first_only", "second_only", "neither"]].tolist() == [1, 2, 1, 2]
    assert cells["essays"] == 6


def test_pair_without_shared_essays_has_no_cells():
    cells = pair_agreement(four_cells(marks("11..", "..11"), [("a", "b")], of="code"))
    assert cells.empty
    assert "kappa" in cells and "undefined" in cells


def test_no_pairs_no_cells():
    cells = pair_agreement(four_cells(marks("1101"), [], of="code"))
    assert cells.empty and "essays" in cells


def test_themes_are_compared_like_codes():
    themes = marks("1100", "1000").rename(columns={"code": "theme"})
    assert agreement(themes, of="theme")["alpha"].item() == pytest.approx(8 / 15)
    assert four_cells(themes, [("a", "b")], of="theme")["theme"].tolist() == ["c"]


@pytest.mark.parametrize(
    ("strings", "groups", "pairs"),
    [
        (["1"], {}, []),
        (["1", "1"], {}, [("a", "b")]),
        (["1" * 10, "1" * 10, "1" * 9], {}, [("a", "b")]),
        (["1", "1", "1"], {"one": ["b", "a"], "two": ["c"]}, [("a", "b")]),
        (["1", "1", "1"], {"one": ["b", "a"], "two": ["a", "c"]}, [("a", "b"), ("a", "c")]),
        (["1", "1"], {"one": ["a", "nobody"]}, []),
    ],
    ids=["one coder", "two always", "ten shared", "a group", "two groups", "absent member"],
)
def test_coder_pairs(strings, groups, pairs):
    assert coder_pairs(marks(*strings), groups, shared_essays=10) == pairs


readings = st.integers(2, 4).flatmap(
    lambda coders: st.lists(
        st.text("01.", min_size=coders, max_size=coders), min_size=1, max_size=8
    )
)


@settings(max_examples=60, deadline=None)
@given(readings, st.randoms(use_true_random=False))
def test_order_and_names_do_not_matter_to_alpha(essays, random):
    coders = ["".join(column) for column in zip(*essays, strict=True)]
    first = agreement(marks("0" * len(essays), *coders), of="code").drop(columns="code")
    random.shuffle(essays)
    coders = ["".join(column) for column in zip(*essays, strict=True)]
    random.shuffle(coders)
    presence = marks(*coders, "0" * len(essays), code="other", names="zyxwvu")
    second = agreement(presence.sample(frac=1, random_state=1), of="code").drop(columns="code")
    pd.testing.assert_frame_equal(first, second)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["11", "10", "01", "00", "1.", ".0", ".."]), max_size=12))
def test_four_cells_sum_to_the_essays_both_read_and_turn_with_the_pair(essays):
    presence = marks("1" + "".join(e[0] for e in essays), "1" + "".join(e[1] for e in essays))
    there = four_cells(presence, [("a", "b")], of="code").iloc[0]
    back = four_cells(presence, [("b", "a")], of="code").iloc[0]
    cells = ["both", "first_only", "second_only", "neither"]
    assert there[cells].sum() == there["essays"] == 1 + sum("." not in e for e in essays)
    turned = ["both", "second_only", "first_only", "neither"]
    assert there[cells].tolist() == back[turned].tolist()


@settings(max_examples=40, deadline=None)
@given(st.tuples(*[st.integers(0, 12)] * 4).filter(lambda t: sum(t[:3]) and sum(t[1:])))
def test_alpha_of_two_coders_is_pi_corrected_for_few_essays(cells):
    # Identity of statistics.md, section 8: alpha = pi + (1 - pi) / (2 n).
    both, first, second, _ = cells
    n = sum(cells)
    q = (2 * both + first + second) / (2 * n)
    pi = 1 - ((first + second) / n) / (2 * q * (1 - q))
    alpha = agreement(of_table("/".join(map(str, cells))), of="code")["alpha"].item()
    assert alpha == pytest.approx(pi + (1 - pi) / (2 * n))
