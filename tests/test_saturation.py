import itertools
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.saturation import accumulation, rarefaction
from tests.worked_examples import check, examples


def present(*essays):
    """One string an essay, one letter a code; the essays are E0, E1, ..."""
    rows = [(f"E{n}", code) for n, codes in enumerate(essays) for code in codes]
    return pd.DataFrame(rows, columns=["essay_id", "code"], dtype=str)


def curve(*essays, n_orders=20, seed=1):
    order = [f"E{n}" for n in range(len(essays))]
    return accumulation(present(*essays), order, n_orders=n_orders, seed=seed)


@examples("rarefaction[t=1]", "rarefaction[t=10]", "rarefaction[t=50]")
def test_rarefaction_is_the_published_one(example):
    n_essays, _, found_in = example["data"].removeprefix("q:").partition(";")
    codes = map(int, found_in.split())  # codes found in exactly 1, 2, ... essays
    essays_per_code = [k for k, n in enumerate(codes, start=1) for _ in range(n)]
    t = int(re.search(r"t=(\d+)", example["statistic"])[1])
    expected = rarefaction(essays_per_code, int(n_essays))[t - 1]
    check(expected, example)


def test_accumulation_by_hand():
    # x in two of three essays, y in one: S(1) = 2/3 + 1/3, S(2) = 1 + 2/3, S(3) = 2.
    table = curve("x", "", "xy")
    assert table["essays_read"].tolist() == [1, 2, 3]
    assert table["expected"].to_numpy() == pytest.approx([1, 5 / 3, 2])
    assert table["in_order"].tolist() == [1, 1, 2]


def test_essays_are_taken_in_the_order_they_were_read():
    table = accumulation(present("x", "", "xy"), ["E2", "E1", "E0"], n_orders=5, seed=1)
    assert table["in_order"].tolist() == [2, 2, 2]


@pytest.mark.parametrize(
    ("essays", "expected"),
    [
        (["", ""], [0, 0]),
        (["x"], [1]),
        (["xyz", "xyz"], [3, 3]),
        (["xx", "y"], [1, 2]),
    ],
    ids=["nobody used a code", "one essay", "everybody always", "a code twice in an essay"],
)
def test_edges(essays, expected):
    table = curve(*essays)
    assert table["expected"].to_numpy() == pytest.approx(expected)
    assert table["in_order"].tolist() == expected


def test_code_that_was_never_met_does_not_count():
    assert rarefaction([0, 2], 2) == pytest.approx([1, 1])


def test_large_corpus_does_not_overflow():
    assert rarefaction([1, 3000], 3000)[[0, 1499, 2999]] == pytest.approx([1 + 1 / 3000, 1.5, 2])


def test_same_seed_same_band_and_other_seed_another():
    essays = ["a", "ab", "", "cde", "a", "f", "bg", "h"]
    bands = [curve(*essays, n_orders=7, seed=seed)[["low", "high"]] for seed in (1, 1, 2)]
    assert bands[0].equals(bands[1])
    assert not bands[0].equals(bands[2])


few_essays = st.lists(st.text("uvwx", max_size=3), min_size=1, max_size=5)


@settings(max_examples=40, deadline=None)
@given(few_essays)
def test_expected_is_the_mean_over_all_orders(essays):
    met = [
        [len(set("".join(order[:t]))) for t in range(1, len(essays) + 1)]
        for order in itertools.permutations(essays)
    ]
    assert curve(*essays)["expected"].to_numpy() == pytest.approx(np.mean(met, axis=0))


@settings(max_examples=30, deadline=None)
@given(few_essays)
def test_curves_never_fall_and_meet_at_the_end(essays):
    table = curve(*essays)
    for name in ("expected", "low", "high", "in_order"):
        assert (table[name].diff().dropna() >= -1e-9).all()
        assert table[name].iloc[-1] == pytest.approx(len(set("".join(essays))))
    assert (table["low"] <= table["high"]).all()


def test_band_holds_nine_in_ten_random_orders():
    # One code in one of 20 essays: met after t essays in t/20 of the orders.
    present = pd.DataFrame({"essay_id": ["E07"], "code": ["c"]})
    essays = [f"E{n:02d}" for n in range(20)]
    curve = accumulation(present, essays, n_orders=4000, seed=1)
    assert curve["high"].tolist() == [0] + [1] * 19  # 5 % of orders meet it in the first essay
    assert curve["low"].tolist() == [0] * 18 + [1, 1] or curve["low"].tolist() == [0] * 19 + [1]
