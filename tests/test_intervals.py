"""Intervals for two coders: worked examples, edges, and their exact coverage at N = 22."""

import numpy as np
import pandas as pd
import pytest
from benchmarks.coverage import RARE, SCENARIOS, all_tables, coverage, truth_of
from scipy.stats import binom

from analysis.agreement import pair_agreement
from analysis.intervals import (
    ac1_interval,
    alpha_interval,
    kappa_interval,
    pabak_interval,
    pair_intervals,
    percent_agreement_interval,
    share_interval,
)
from tests.worked_examples import check, examples, four

INTERVALS = {"donner_eliasziw_95": alpha_interval, "ac1_wilson_mapped_95": ac1_interval}


def cells_of_all_tables(n):
    both, neither, parted = all_tables(n).T
    return both, parted, 0 * parted, neither


@examples(*INTERVALS)
def test_interval_is_the_published_one(example):
    found = INTERVALS[example["statistic"]](*four(example["data"]), level=0.95)
    check([float(limit) for limit in found], example)


@examples("wilson_95", "clopper_pearson_95")
def test_interval_of_a_share_is_the_published_one(example):
    n, of = map(int, example["data"].removeprefix("k:").split("/"))
    method = example["statistic"].removesuffix("_95")
    found = share_interval(n, of, level=0.95, method=method)
    check([float(limit) for limit in found], example)


def test_share_of_nothing_has_no_interval():
    low, high = share_interval([0, 5], [0, 22], level=0.95)
    assert np.isnan([low[0], high[0]]).all() and not np.isnan([low[1], high[1]]).any()


@pytest.mark.parametrize("table", [(0, 0, 0, 22), (22, 0, 0, 0), (0, 0, 0, 0)])
@pytest.mark.parametrize("interval", [alpha_interval, kappa_interval])
def test_interval_of_an_undefined_coefficient_is_undefined(interval, table):
    assert np.isnan(interval(*table, level=0.95)).all()


@pytest.mark.parametrize("interval", [percent_agreement_interval, pabak_interval, ac1_interval])
def test_what_two_coders_never_read_together_has_no_interval(interval):
    assert np.isnan(interval(0, 0, 0, 0, level=0.95)).all()


def test_interval_holds_the_estimate_and_widens_with_the_level():
    cells = cells_of_all_tables(22)
    both, parted, _, neither = cells
    low, high = alpha_interval(*cells, level=0.95)
    wide_low, wide_high = alpha_interval(*cells, level=0.99)
    defined = ~np.isnan(low)
    n1, n0 = 2 * both + parted, 2 * neither + parted
    alpha = 1 - 43 * parted[defined] / (n1[defined] * n0[defined])
    assert (low[defined] - 1e-9 <= alpha).all() and (alpha <= high[defined] + 1e-9).all()
    assert (wide_low[defined] <= low[defined] + 1e-9).all()
    assert (wide_high[defined] >= high[defined] - 1e-9).all()


def test_limits_are_where_the_goodness_of_fit_meets_chi_square():
    both, neither, parted = 9, 10, 3
    n = both + neither + parted
    p = (2 * both + parted) / (2 * n)
    q = 1 - p
    for r in alpha_interval(both, parted, 0, neither, level=0.95):
        expected = n * np.array([p * p + r * p * q, q * q + r * p * q, 2 * p * q * (1 - r)])
        observed = np.array([both, neither, parted])
        assert ((observed - expected) ** 2 / expected).sum() == pytest.approx(3.841458820694124)


def test_pabak_is_percent_agreement_on_another_scale():
    low, high = percent_agreement_interval(9, 3, 0, 10, level=0.95)
    assert pabak_interval(9, 3, 0, 10, level=0.95) == pytest.approx((2 * low - 1, 2 * high - 1))


def test_kappa_has_the_interval_of_pi_where_both_coders_use_the_code_equally_often():
    assert kappa_interval(9, 2, 2, 9, level=0.95) == alpha_interval(9, 2, 2, 9, level=0.95)
    assert np.isnan(kappa_interval(9, 3, 1, 9, level=0.95)).all()


def test_intervals_of_pairs_stand_beside_their_coefficients():
    rows = [(9, 2, 2, 9), (9, 3, 1, 9), (0, 0, 0, 22), (22, 0, 0, 0), (0, 0, 0, 0)]
    cells = pd.DataFrame(rows, columns=["both", "first_only", "second_only", "neither"])
    table = pair_intervals(pair_agreement(cells.assign(units=cells.sum(axis=1))), level=0.95)
    assert table["kappa_note"].tolist() == [
        "", "no interval: the coders use the code unequally often", "", "", "",
    ]  # fmt: skip
    for name in ("percent_agreement", "pabak", "ac1", "alpha"):
        low, value, high = (table[column] for column in (f"{name}_low", name, f"{name}_high"))
        assert low.isna().equals(value.isna()) and high.isna().equals(value.isna())
        assert (low.dropna() - 1e-9 <= value.dropna()).all()
        assert (value.dropna() <= high.dropna() + 1e-9).all()
    assert table["kappa_low"].notna().tolist() == [True, False, False, False, False]


def coverages(coefficient, interval, scenarios):
    """Over all 276 tables of 22 essays, enumerated; no simulation."""
    limits = interval(*cells_of_all_tables(22), level=0.95)
    return [
        coverage(all_tables(22), limits, scenario, truth_of(coefficient, scenario))[0]
        for scenario in scenarios
    ]


def test_exact_coverage_of_alpha_at_22_essays_is_never_below_91_and_94_5_percent_on_average():
    found = coverages("alpha", alpha_interval, SCENARIOS)
    assert len(found) == 12
    assert min(found) >= 0.91
    assert np.mean(found) == pytest.approx(0.945, abs=0.0015)


@pytest.mark.parametrize(
    ("coefficient", "interval", "mean"),
    [("ac1", ac1_interval, 0.944), ("pabak", pabak_interval, 0.948)],
)
def test_exact_coverage_of_ac1_and_pabak_at_22_essays(coefficient, interval, mean):
    found = coverages(coefficient, interval, SCENARIOS + RARE)
    assert min(found) == pytest.approx(0.879, abs=0.0005)
    assert np.mean(found) == pytest.approx(mean, abs=0.0005)


def test_wilson_covers_the_share_of_agreement():
    same = np.arange(23)
    low, high = percent_agreement_interval(same, 22 - same, 0 * same, 0 * same, level=0.95)
    inside = (low <= 0.9) & (high >= 0.9)
    assert binom.pmf(same, 22, 0.9)[inside].sum() > 0.9
