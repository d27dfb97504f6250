"""The intervals that other programs print for two coders: enumerated, by leaving out, by pairs."""

from itertools import product

import krippendorff
import numpy as np
import pandas as pd
import pytest

from analysis.other_intervals import (
    exact_bootstrap,
    hayes_krippendorff_interval,
    leave_one_out,
)
from analysis.patterns import pattern_counts
from analysis.resampling import limits
from tests.worked_examples import check, examples, four, ratings, yes_no


@examples("alpha_bootstrap_exact_95")
def test_enumerated_percentile_interval_is_the_published_one(example):
    found = exact_bootstrap(*four(example["data"]), level=0.95).iloc[0]
    check(found[["low", "high"]].to_numpy(), example)


@examples("alpha_bootstrap_p_undefined")
def test_probability_of_an_undefined_resample_is_the_published_one(example):
    check(exact_bootstrap(*four(example["data"]), level=0.95)["undefined"].item(), example)


@examples("alpha_jackknife_se", "alpha_bca_acceleration")
def test_leave_one_out_is_the_published_one(example):
    se, acceleration = leave_one_out(pattern_counts(yes_no(example["data"]).values))
    found = {"alpha_jackknife_se": se, "alpha_bca_acceleration": acceleration}
    check(found[example["statistic"]], example)


@examples("alpha_hayes_krippendorff_95")
def test_hayes_krippendorff_interval_is_the_published_one(example):
    found = hayes_krippendorff_interval(*four(example["data"]), level=0.95)
    check([float(limit) for limit in found], example)


def test_enumeration_meets_all_resamples_of_three_essays():
    """The essays 11, 00, 10: each of the 27 ways to draw three of them, by hand."""
    alphas = []
    for drawn in product(["11", "00", "10"], repeat=3):
        first, second = ("".join(essay[coder] for essay in drawn) for coder in (0, 1))
        values = np.array([list(map(float, first)), list(map(float, second))])
        one_value = np.unique(values).size == 1
        alphas.append(np.nan if one_value else krippendorff.alpha(
            values, level_of_measurement="nominal"
        ))  # fmt: skip
    for level in (0.5, 0.8, 0.95):
        low, high, undefined = limits(np.array(alphas)[:, None], level=level)
        found = exact_bootstrap(1, 1, 0, 1, level=level).iloc[0]
        assert found[["low", "high"]].to_numpy(float) == pytest.approx([low[0], high[0]])
        assert found["undefined"] == pytest.approx(undefined[0] / 27)


def test_enumeration_of_an_undefined_alpha_is_undefined():
    assert exact_bootstrap([0, 5, 0], [0] * 3, [0] * 3, [5, 0, 0], level=0.95).isna().all(axis=None)


def test_tables_of_different_sizes_are_enumerated_each_with_its_own():
    together = exact_bootstrap([6, 3], [4, 1], [0, 1], [12, 5], level=0.95)
    apart = [
        exact_bootstrap(6, 4, 0, 12, level=0.95),
        exact_bootstrap(3, 1, 1, 5, level=0.95),
    ]
    pd.testing.assert_frame_equal(together, pd.concat(apart, ignore_index=True))


def test_hayes_krippendorff_is_undefined_where_alpha_is():
    assert np.isnan(hayes_krippendorff_interval([0, 5], 0, 0, [5, 0], level=0.95)).all()


def test_leave_one_out_is_undefined_where_alpha_is_and_flat_where_nothing_moves():
    never, agreed = pattern_counts(ratings("000", "000").values), ratings("1100", "1100").values
    assert np.isnan(leave_one_out(never)).all()
    se, acceleration = leave_one_out(pattern_counts(agreed))
    assert se[0] == 0 and np.isnan(acceleration[0])
