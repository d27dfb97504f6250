import itertools
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.saturation import (
    accumulation,
    chao2,
    new_information,
    rarefaction,
    saturation,
    stopping_point,
)
from tests.worked_examples import check, examples


def essays_per_code(data):
    """From 'q:m;Q1 Q2 ...' (codes found in exactly 1, 2, ... essays): that, and m."""
    n_essays, _, found_in = data.removeprefix("q:").partition(";")
    codes = map(int, found_in.split())
    return [k for k, n in enumerate(codes, start=1) for _ in range(n)], int(n_essays)


def counted(data):
    """From 'q:' as above, or 'n:T=22 S=29 Q1=3 Q2=0': how often each code is, and T."""
    if data.startswith("q:"):
        return essays_per_code(data)
    n = {name: int(value) for name, value in re.findall(r"(\w+)=(\d+)", data)}
    rest = n["S"] - n["Q1"] - n["Q2"]
    return [1] * n["Q1"] + [2] * n["Q2"] + [3] * rest, n["T"]


def present(*essays):
    """One string an essay, one letter a code; the essays are E0, E1, ..."""
    rows = [(f"E{n}", code) for n, codes in enumerate(essays) for code in codes]
    return pd.DataFrame(rows, columns=["essay_id", "code"], dtype=str)


def curve(*essays, n_orders=20, seed=1):
    order = [f"E{n}" for n in range(len(essays))]
    return accumulation(present(*essays), order, n_orders=n_orders, seed=seed)


@examples("rarefaction[t=1]", "rarefaction[t=10]", "rarefaction[t=50]")
def test_rarefaction_is_the_published_one(example):
    t = int(re.search(r"t=(\d+)", example["statistic"])[1])
    check(rarefaction(*essays_per_code(example["data"]))[t - 1], example)


@examples("chao2", "chao2_se")
def test_chao2_is_the_published_one(example):
    estimate, error = chao2(*counted(example["data"]))
    check(error if example["statistic"] == "chao2_se" else estimate, example)


@examples("guest_base", "guest_stop", "guest_ratio[end=7]", "guest_ratio[end=8]")
def test_stopping_point_is_the_published_one(example):
    series, *rule = example["data"].removeprefix("g:").split(";")
    new = np.array([[int(n) for n in series.split()]])
    base, run, threshold = (float(part.split("=")[1]) for part in rule)
    rule = {"base": int(base), "run": int(run)}
    end = re.search(r"end=(\d+)", example["statistic"])
    if end:
        found = new_information(new, **rule)[0, int(end[1]) - rule["base"] - rule["run"]]
    elif example["statistic"] == "guest_base":
        found = new[0, : rule["base"]].sum()
    else:
        found = stopping_point(new[0], **rule, threshold=threshold)
    check(float(found), example)


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


# --- stopping point and unseen codes


RULE = {"base": 2, "run": 1, "threshold": 0.0}


def stopped(*essays, n_orders=50, **rule):
    order = [f"E{n}" for n in range(len(essays))]
    return saturation(present(*essays), order, **RULE | rule, n_orders=n_orders, seed=1).iloc[0]


def test_stopping_point_by_hand():
    # Base: x, y (2 codes). Essay 3 brings z: 1/2. Essay 4 brings nothing: 0/2, so stop at 3.
    found = stopped("x", "y", "z", "x", "w")
    assert found["stop_in_order"] == 3
    assert found["codes"] == 4


def test_a_threshold_of_one_half_stops_at_once():
    assert stopped("x", "y", "z", "x", threshold=0.5)["stop_in_order"] == 2


@pytest.mark.parametrize(
    ("essays", "reason"),
    [
        (["x", "y"], "no stopping point: fewer than 3 essays"),
        (["", "", "", ""], "no estimate of unseen codes: no code is present"),
        (
            [],
            "no stopping point: fewer than 3 essays; "
            "no estimate of unseen codes: no code is present",
        ),
    ],
    ids=["too few essays", "nobody used a code", "no essay"],
)
def test_undefined_says_why(essays, reason):
    found = stopped(*essays)
    assert pd.isna(found["stop_in_order"]) and found["orders_stopped"] == 0
    assert found["undefined"] == reason


def test_a_rule_that_is_never_met_does_not_stop():
    found = stopped("a", "b", "c", "d")
    assert pd.isna(found["stop_in_order"]) and pd.isna(found["stop_high"])
    assert found["orders_stopped"] == 0 and found["undefined"] == ""


def test_orders_that_never_stop_count_as_the_latest():
    # 'a' in four essays, 'z' in one of five. The rule waits for an essay without a new code, which
    # fails only where z comes last of all; where z is third, the fourth stops it at 3.
    found = stopped("a", "a", "a", "a", "z", n_orders=2000)
    assert (found["stop_low"], found["stop_median"], found["stop_high"]) == (2, 2, 3)
    assert found["orders_stopped"] == 1


def test_stops_over_random_orders_are_those_of_each_order():
    essays = ["ab", "a", "cd", "", "e", "a", "f", "b"]
    found = stopped(*essays, n_orders=200)
    rng, stops = np.random.default_rng(1), []
    for _ in range(200):
        seen, new = set(), []
        for i in rng.permutation(len(essays)):
            new.append(len(set(essays[i]) - seen))
            seen |= set(essays[i])
        stops.append(stopping_point(new, **RULE))
    assert found["orders_stopped"] == np.isfinite(stops).mean()
    assert found["stop_median"] == np.percentile(stops, 50, method="nearest")


@given(st.lists(st.integers(0, 12), max_size=20))
def test_chao2_is_never_below_what_was_met(counts):
    estimate, error = chao2(counts, 12)
    met = sum(k > 0 for k in counts)
    assert np.isnan(estimate) if met == 0 else estimate >= met and error >= 0
