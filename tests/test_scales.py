"""Ratings with several values."""

import itertools

import krippendorff
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.scales import value_agreement
from tests.worked_examples import check, examples, strings

LEVELS = ["nominal", "ordinal", "interval", "ratio"]
COLUMNS = {
    "alpha": "alpha",
    "alpha_Do": "observed",
    "alpha_De": "expected",
    "ac1": "ac1",
    "bp": "pabak",
    "percent_agreement": "percent_agreement",
    "kappa_cohen": "kappa",
}


def rated(coders):
    """Units x coders from one string a coder; '.' is missing, digits are numbers."""
    table = pd.DataFrame([list(string) for string in coders]).T.replace(".", np.nan)
    return table.astype(float) if "".join(coders).replace(".", "").isdigit() else table


def result(coders, level):
    table = rated(coders)
    values = sorted(set(table.stack().dropna()))
    return value_agreement(table, values=values, level=level).iloc[0]


@examples(*COLUMNS, levels=LEVELS)
def test_coefficient_is_the_published_one(example):
    found = result(strings(example["data"]), example["level"])
    check(found[COLUMNS[example["statistic"]]], example)


@examples("kappa_cohen[coders 2,3]")
def test_kappa_of_two_of_the_coders_is_the_published_one(example):
    check(result(strings(example["data"])[1:3], "nominal")["kappa"], example)


def test_ordinal_alpha_by_hand():
    # 1 1, 2 3, 3 3: coincidences 1-1 2, 2-3 and 3-2 1 each, 3-3 2; n = 2, 1, 3.
    # Distances: 1-2 (1 + 1/2)², 2-3 (1/2 + 3/2)², 1-3 (1 + 1 + 3/2)².
    found = result(["123", "133"], "ordinal")
    observed = 2 * 1 * 4 / 6
    expected = 2 * (2 * 1 * 2.25 + 1 * 3 * 4 + 2 * 3 * 12.25) / (6 * 5)
    assert found["observed"] == pytest.approx(observed)
    assert found["alpha"] == pytest.approx(1 - observed / expected)


@pytest.mark.parametrize(
    ("coders", "reason"),
    [
        (["111", "111"], "only one value was used"),
        (["12.", "..3"], "nothing was read by two coders"),
        (["1.", "12"], "only one value was used"),
    ],
)
@pytest.mark.parametrize("level", LEVELS)
def test_undefined_alpha_says_why(coders, reason, level):
    found = result(coders, level)
    assert np.isnan(found["alpha"])
    assert found["undefined"] == reason


def test_values_that_nobody_used_count_for_ac1_and_not_for_alpha():
    table = rated(["1212", "1221"])
    few = value_agreement(table, values=[1, 2], level="nominal").iloc[0]
    more = value_agreement(table, values=[1, 2, 3], level="nominal").iloc[0]
    assert more["alpha"] == few["alpha"]
    assert more["ac1"] > few["ac1"]


def test_a_rating_that_is_none_of_the_values_is_refused():
    table = rated(["12", "13"])
    with pytest.raises(ValueError, match=r"'3.0' is none of the values \[1, 2\]"):
        value_agreement(table, values=[1, 2], level="nominal")


def test_an_unknown_level_is_refused():
    with pytest.raises(ValueError, match="level 'ordered' is none of"):
        value_agreement(rated(["12", "13"]), values=[1, 2, 3], level="ordered")


@settings(max_examples=150, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(2, 5),
    st.integers(2, 6),
    st.floats(0, 0.4),
    st.sampled_from(LEVELS),
)
def test_alpha_is_that_of_krippendorff(seed, coders, n_values, missing, level):
    rng = np.random.default_rng(seed)
    cells = rng.integers(1, n_values + 1, (30, coders)).astype(float)
    cells[rng.random(cells.shape) < missing] = np.nan
    values = list(range(1, n_values + 1))
    found = value_agreement(pd.DataFrame(cells), values=values, level=level).iloc[0]
    theirs = krippendorff.alpha(cells.T, level_of_measurement=level, value_domain=values)
    assert found["alpha"] == pytest.approx(theirs, abs=1e-12)


@pytest.mark.parametrize("level", LEVELS)
def test_order_of_coders_and_units_does_not_matter(level):
    there = result(["1231.2", "12.132", "323112"], level)
    for turned in itertools.permutations(["2.1321", "231.21", "211323"]):
        back = result(list(turned), level)
        assert back["alpha"] == pytest.approx(there["alpha"])
        assert back["ac1"] == pytest.approx(there["ac1"])
