"""Intervals that hold at N = 22: two coders, present or absent, from the four cells.

At N = 22 the usual 95 % bootstrap interval of alpha covers as little as 31 %: where the coders
never disagree, every resample agrees with itself. The interval by goodness of fit does not
resample: enumerated over all 276 tables of two coders at N = 22, it covers .91 at least in the 12
scenarios of benchmarks/coverage.py (prevalence .1 to .5, alpha .4 to .9), and less for rarer codes
and an alpha nearer to 1. For more than two coders see `bootstrap`.
"""

import numpy as np
from scipy.stats import chi2
from statsmodels.stats.proportion import proportion_confint

from analysis.patterns import CELLS


def pair_intervals(cells, *, level):
    """The interval of each coefficient of `agreement.pair_agreement`.

    Parameters
    ----------
    cells : DataFrame
        both, first_only, second_only, neither; one row a code and pair of coders.
    level : float
        Such as 0.95.

    Returns
    -------
    DataFrame
        The rows with [coefficient]_low and [coefficient]_high for percent_agreement, pabak, ac1,
        alpha, kappa (NaN where the coefficient is undefined), and kappa_note: why kappa has none,
        else ''.
    """
    table = cells.copy()
    four = cells[CELLS].to_numpy(float).T
    for name, interval in PAIR_INTERVALS.items():
        table[f"{name}_low"], table[f"{name}_high"] = interval(*four, level=level)
    undefined = table["alpha_low"].isna()
    unequal = cells["first_only"].ne(cells["second_only"])
    reasons = ["", "no interval: the coders use the code unequally often"]
    table["kappa_note"] = np.select([undefined, unequal], reasons, "")
    return table


def alpha_interval(both, first_only, second_only, neither, *, level):
    """Interval of Krippendorff's alpha (and Scott's pi) by goodness of fit.

    Parameters
    ----------
    both, first_only, second_only, neither : array of int
        The four cells, one element a code.
    level : float
        Such as 0.95.

    Returns
    -------
    low, high : array of float
        NaN where a coefficient is undefined (nobody used the code, or everybody always).

    Notes
    -----
    All r with X²(r) <= chi² are in it, where P(both) = p² + r p q, P(neither) = q² + r p q and
    P(disagree) = 2 p q (1 - r), with p held at its estimate. The limits are roots of a cubic
    (closed form); without a disagreement the upper limit is 1.

    References
    ----------
    Donner & Eliasziw 1992, Statistics in Medicine 11:1511.
    """
    n1, n0 = np.asarray(both, float), np.asarray(neither, float)
    nd = np.asarray(first_only, float) + np.asarray(second_only, float)
    n = n1 + n0 + nd
    with np.errstate(divide="ignore", invalid="ignore"):  # undefined cells become NaN below
        p = (2 * n1 + nd) / (2 * n)
        s = p * (1 - p)
        r = 1 - nd / (2 * s * n)
        k = chi2.ppf(level, 1) / n
        low, high = _cubic_limits(r, s, k)
        agreed = nd == 0
        low = np.where(agreed, _low_without_disagreement(s, k), low)
        high = np.where(agreed, 1.0, high)
        never = (n1 == 0) & (n0 == 0)
        low = np.where(never, -1.0, low)
        high = np.where(never, (k - 1) / (k + 1), high)
        bound = (nd > 0) & ((n1 == 0) ^ (n0 == 0))  # the estimate is the least that can be
        low = np.where(bound, r, low)
    undefined = (n == 0) | (s == 0)
    return np.where(undefined, np.nan, low), np.where(undefined, np.nan, high)


def _cubic_limits(r, s, k):
    """The two roots of X²(r) = chi² that lie in [-1, 1]; all three roots are real."""
    a2 = (s * (1 - 2 * r) + k * (1 - 3 * s)) / (s * (1 + k))
    a1 = (s * (r**2 - 2 * r) - k * (1 - 3 * s)) / (s * (1 + k))
    a0 = (r**2 - k) / (1 + k)
    q = a2**2 / 9 - a1 / 3
    big_r = a2**3 / 27 - a1 * a2 / 6 + a0 / 2
    theta = np.arccos(np.clip(big_r / q**1.5, -1, 1))
    low, high = (
        -2 * np.sqrt(q) * np.cos((theta + sign * 2 * np.pi) / 3) - a2 / 3 for sign in (-1, 1)
    )
    return low, high


def _low_without_disagreement(s, k):
    root = np.sqrt(k**2 * (1 - 2 * s) ** 2 + 4 * s**2 * (1 - k**2))
    return (-k * (1 - 2 * s) + root) / (2 * s * (1 + k))


def kappa_interval(both, first_only, second_only, neither, *, level):
    """Interval of Cohen's kappa by goodness of fit, where both coders use the code equally often.

    The model has one prevalence for both coders. There kappa is Scott's pi, and the interval is
    that of `alpha_interval`. Where first_only and second_only differ, kappa takes the coders' own
    shares as given, the model does not describe it, and there is no interval (NaN). Arguments and
    results as of `alpha_interval`.

    References
    ----------
    Donner & Eliasziw 1992, Statistics in Medicine 11:1511.
    """
    equal = np.asarray(first_only) == np.asarray(second_only)
    found = alpha_interval(both, first_only, second_only, neither, level=level)
    low, high = (np.where(equal, limit, np.nan) for limit in found)
    return low, high


def percent_agreement_interval(both, first_only, second_only, neither, *, level):
    """Wilson's interval of the share of units on which both say the same.

    Arguments and results as of `alpha_interval`; NaN only where there is no unit.

    References
    ----------
    Newcombe 1998, Statistics in Medicine 17:857, method 3; computed by statsmodels.
    """
    same = np.asarray(both) + np.asarray(neither)
    n = same + np.asarray(first_only) + np.asarray(second_only)
    return share_interval(same, n, level=level, method="wilson")


def pabak_interval(both, first_only, second_only, neither, *, level):
    """Wilson's interval of percent agreement, on the scale of PABAK, which is twice that minus 1.

    Arguments and results as of `percent_agreement_interval`.
    """
    found = percent_agreement_interval(both, first_only, second_only, neither, level=level)
    low, high = (2 * limit - 1 for limit in found)
    return low, high


def ac1_interval(both, first_only, second_only, neither, *, level):
    """Wilson's interval of percent agreement, mapped to AC1 with chance agreement held fixed.

    Arguments and results as of `percent_agreement_interval`. The mapping is this project's own:
    at N = 22 it covers .88 at least in the scenarios of benchmarks/coverage.py, where the interval
    from Gwet's standard error covers as little as .12.
    """
    found = percent_agreement_interval(both, first_only, second_only, neither, level=level)
    n = np.asarray(both) + np.asarray(neither) + np.asarray(first_only) + np.asarray(second_only)
    yes = 2 * np.asarray(both) + np.asarray(first_only) + np.asarray(second_only)
    with np.errstate(invalid="ignore"):
        q = yes / (2 * n)
    chance = 2 * q * (1 - q)
    low, high = (1 - (1 - limit) / (1 - chance) for limit in found)
    return low, high


PAIR_INTERVALS = {
    "percent_agreement": percent_agreement_interval,
    "pabak": pabak_interval,
    "ac1": ac1_interval,
    "alpha": alpha_interval,
    "kappa": kappa_interval,
}


def share_interval(n, of, *, level, method="wilson"):
    """Interval of a share, such as a prevalence: n essays of those read.

    Only where the essays are a sample of something; those of a qualitative study seldom are.

    Parameters
    ----------
    n, of : array of int
        Essays with it, and essays read.
    level : float
    method : {"wilson", "clopper_pearson"}
        Wilson's interval covers `level` on average over prevalences, Clopper and Pearson's
        covers at least `level` always and is wider.

    Returns
    -------
    low, high : array of float
        NaN where nothing was read.

    References
    ----------
    Newcombe 1998, Statistics in Medicine 17:857, methods 3 and 5; computed by statsmodels.
    """
    methods = {"wilson": "wilson", "clopper_pearson": "beta"}
    n, of = np.asarray(n, float), np.asarray(of, float)
    some = np.where(of > 0, of, 1)
    found = proportion_confint(n, some, alpha=1 - level, method=methods[method])
    low, high = (np.where(of > 0, limit, np.nan) for limit in found)
    return low, high
