"""Intervals for two coders: worked examples, edges, and their exact coverage at N = 22."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, multinomial

from analysis.agreement import pair_agreement
from analysis.intervals import ac1_interval, alpha_interval, percent_agreement_interval

EXAMPLES = pd.read_csv(Path(__file__).parent / "data" / "worked_examples.csv", dtype=str)
EXAMPLES = EXAMPLES[EXAMPLES["data"].str.startswith("t2:")]
INTERVALS = {"donner_eliasziw_95": alpha_interval, "ac1_wilson_mapped_95": ac1_interval}
COLUMNS = {
    "ac1": "ac1", "pabak": "pabak", "PI": "prevalence_index", "BI": "bias_index",
    "p_pos": "positive_agreement", "p_neg": "negative_agreement",
}  # fmt: skip


def examples(statistics):
    chosen = EXAMPLES[EXAMPLES["statistic"].isin(statistics)]
    return [
        pytest.param(*row, id=f"{row[0]}-{row[1]}")
        for row in chosen[["id", "statistic", "data", "expected", "tolerance"]].values
    ]


def cells(data):
    return [int(n) for n in data.removeprefix("t2:").split("/")]


@pytest.mark.parametrize(("_", "statistic", "data", "expected", "tolerance"), examples(INTERVALS))
def test_interval_meets_the_worked_example(_, statistic, data, expected, tolerance):
    found = INTERVALS[statistic](*cells(data), level=0.95)
    wanted = [float(limit) for limit in expected.split(";")]
    assert np.array(found, float) == pytest.approx(wanted, abs=float(tolerance))


@pytest.mark.parametrize(("_", "statistic", "data", "expected", "tolerance"), examples(COLUMNS))
def test_coefficient_meets_the_worked_example(_, statistic, data, expected, tolerance):
    names = ["both", "first_only", "second_only", "neither"]
    table = pd.DataFrame([cells(data)], columns=names).assign(essays=sum(cells(data)))
    found = pair_agreement(table).at[0, COLUMNS[statistic]]
    wanted = float(expected)
    assert found == pytest.approx(wanted, abs=float(tolerance), nan_ok=True)


@pytest.mark.parametrize("table", [(0, 0, 0, 22), (22, 0, 0, 0), (0, 0, 0, 0)])
def test_interval_of_an_undefined_alpha_is_undefined(table):
    assert np.isnan(alpha_interval(*table, level=0.95)).all()


def all_tables(n):
    """Every (both, neither, disagree) of n essays."""
    return np.array([(i, j, n - i - j) for i in range(n + 1) for j in range(n + 1 - i)])


def test_interval_holds_the_estimate_and_widens_with_the_level():
    a, d, nd = all_tables(22).T
    low, high = alpha_interval(a, nd, 0 * nd, d, level=0.95)
    wide_low, wide_high = alpha_interval(a, nd, 0 * nd, d, level=0.99)
    defined = ~np.isnan(low)
    n1, n0 = 2 * a + nd, 2 * d + nd
    alpha = 1 - 43 * nd[defined] / (n1[defined] * n0[defined])
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


def test_exact_coverage_at_22_essays_is_never_below_91_and_94_5_percent_on_average():
    """12 scenarios, all 276 tables enumerated; no simulation (prevalence .1-.5, alpha .4-.9)."""
    tables = all_tables(22)
    a, d, nd = tables.T
    low, high = alpha_interval(a, nd, 0 * nd, d, level=0.95)
    coverage = []
    for p in (0.5, 0.3, 0.1):
        for r in (0.4, 0.6, 0.8, 0.9):
            q = 1 - p
            chances = [p * p + r * p * q, q * q + r * p * q, 2 * p * q * (1 - r)]
            weight = np.where(np.isnan(low), 0, multinomial.pmf(tables, 22, chances))
            coverage.append(weight[(low <= r) & (r <= high)].sum() / weight.sum())
    assert min(coverage) >= 0.91
    assert np.mean(coverage) == pytest.approx(0.945, abs=0.0015)


def test_wilson_covers_the_share_of_agreement():
    same = np.arange(23)
    low, high = percent_agreement_interval(same, 22 - same, 0 * same, 0 * same, level=0.95)
    inside = (low <= 0.9) & (high >= 0.9)
    assert binom.pmf(same, 22, 0.9)[inside].sum() > 0.9
