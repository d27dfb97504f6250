"""How often each 95 % interval of two coders' agreement holds the truth, exactly.

    python benchmarks/coverage.py

No simulation: of N essays there are (N + 1)(N + 2) / 2 tables of both, neither, disagree (276 at
N = 22). Each has a known probability under the common correlation model, and each interval either
holds the true value there or does not. Twelve scenarios: prevalence .5, .3, .1 and alpha .4, .6,
.8, .9; for AC1 and PABAK also prevalence .03. Coverage is conditional on a defined coefficient.
"""

import sys
from pathlib import Path

import numpy as np
from scipy.stats import multinomial, t

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from analysis.intervals import (  # noqa: E402
    ac1_interval,
    alpha_interval,
    pabak_interval,
    percent_agreement_interval,
)
from analysis.other_intervals import (  # noqa: E402
    exact_bootstrap,
    hayes_krippendorff_interval,
    leave_one_out,
)

LEVEL = 0.95
PREVALENCES = (0.5, 0.3, 0.1)
ALPHAS = (0.4, 0.6, 0.8, 0.9)
SCENARIOS = [(p, alpha) for p in PREVALENCES for alpha in ALPHAS]
RARE = [(0.03, alpha) for alpha in ALPHAS]


def all_tables(n):
    """Every (both, neither, disagree) of n essays, one a row."""
    return np.array([(i, j, n - i - j) for i in range(n + 1) for j in range(n + 1 - i)])


def chances(p, alpha):
    """P(both), P(neither), P(disagree) at prevalence p (Donner & Eliasziw 1992)."""
    q = 1 - p
    return np.array([p * p + alpha * p * q, q * q + alpha * p * q, 2 * p * q * (1 - alpha)])


def coverage(tables, limits, scenario, truth):
    """The probability that the limits hold the true value, where they are defined.

    Parameters
    ----------
    tables : array, shape (tables, 3)
        As `all_tables` gives them.
    limits : (low, high), each an array, shape (tables,)
    scenario : (prevalence, alpha)
    truth : float
        The value of the coefficient in this scenario.

    Returns
    -------
    coverage, mean width : float
    """
    low, high = limits
    weight = multinomial.pmf(tables, tables[0].sum(), chances(*scenario))
    weight = np.where(np.isnan(low), 0, weight)
    holds = (low <= truth + 1e-12) & (truth <= high + 1e-12)
    widths = np.where(np.isnan(low), 0, high - low)
    return weight[holds].sum() / weight.sum(), (weight * widths).sum() / weight.sum()


def truth_of(coefficient, scenario):
    p, alpha = scenario
    agree = 1 - chances(*scenario)[2]
    chance = 2 * p * (1 - p)
    return {
        "alpha": alpha,
        "ac1": (agree - chance) / (1 - chance),
        "pabak": 2 * agree - 1,
        "percent_agreement": agree,
    }[coefficient]


def intervals(tables):
    """Name, coefficient and limits of each interval, over all tables."""
    both, neither, parted = tables.T
    cells = both, parted, 0 * parted, neither
    exact = exact_bootstrap(*cells, level=LEVEL)
    yield "alpha: Donner-Eliasziw (used)", "alpha", alpha_interval(*cells, level=LEVEL)
    yield "alpha: percentile bootstrap", "alpha", (exact["low"], exact["high"])
    yield "alpha: BCa bootstrap", "alpha", (exact["bca_low"], exact["bca_high"])
    yield "alpha: jackknife with t", "alpha", jackknife(tables)
    hayes = hayes_krippendorff_interval(*cells, level=LEVEL)
    yield "alpha: Hayes-Krippendorff", "alpha", hayes
    yield "AC1: Wilson mapped (used)", "ac1", ac1_interval(*cells, level=LEVEL)
    yield "PABAK: Wilson (used)", "pabak", pabak_interval(*cells, level=LEVEL)
    wilson = percent_agreement_interval(*cells, level=LEVEL)
    yield "percent agreement: Wilson (used)", "percent_agreement", wilson


def jackknife(tables):
    both, neither, parted = tables.T
    n = tables[0].sum()
    counts = np.zeros((len(tables), 3, 3), int)
    counts[:, 2, 2], counts[:, 0, 2], counts[:, 1, 2] = tables.T
    se, _ = leave_one_out(counts)
    with np.errstate(divide="ignore", invalid="ignore"):
        alpha = 1 - (2 * n - 1) * parted / ((2 * both + parted) * (2 * neither + parted))
    half = t.ppf((1 + LEVEL) / 2, n - 1) * se
    return alpha - half, alpha + half


def main():
    for n in (22, 50, 100):
        tables = all_tables(n)
        print(f"\nN = {n}, all {len(tables)} tables; coverage by prevalence and alpha")
        heads = "".join(f"{p:>6.2f}/{alpha:.1f}" for p, alpha in SCENARIOS)
        print(f"{'interval':34}{'least':>6}{'mean':>6}{'most':>6}{'width':>7} {heads}")
        for name, coefficient, limits in intervals(tables):
            scenarios = SCENARIOS + RARE * (coefficient in ("ac1", "pabak"))
            limits = tuple(np.asarray(limit, float) for limit in limits)
            found = np.array(
                [coverage(tables, limits, s, truth_of(coefficient, s)) for s in scenarios]
            )
            covers, width = found.T
            summary = f"{covers.min():6.3f}{covers.mean():6.3f}{covers.max():6.3f}"
            each = "".join(f"{value:10.3f}" for value in covers[: len(SCENARIOS)])
            print(f"{name:34}{summary}{width.mean():7.2f} {each}")
    print("\nAC1 and PABAK: least, mean and most also over prevalence .03.")


if __name__ == "__main__":
    main()
