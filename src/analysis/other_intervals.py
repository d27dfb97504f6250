"""The intervals that other programs print for two coders, for comparison with ours.

They are too narrow for few units (benchmarks/coverage.py): `intervals` has those to rely on.
"""

from functools import lru_cache

import numpy as np
import pandas as pd
from scipy.special import gammaln
from scipy.stats import binom, norm

from analysis.patterns import alpha, contributions, pair_coefficients

WEIGHTS_AT_A_TIME = 1 << 22  # of enumerated resamples


def exact_bootstrap(both, first_only, second_only, neither, *, level):
    """The bootstrap distribution of alpha for two coders, enumerated: no seed, no draws.

    Parameters
    ----------
    both, first_only, second_only, neither : array of int
        The four cells, one element a code.
    level : float

    Returns
    -------
    DataFrame
        low, high (percentile interval), bca_low, bca_high (bias-corrected and accelerated),
        undefined (probability that a resample leaves alpha undefined; left out of the limits).
        NaN where alpha itself is undefined.

    Notes
    -----
    A resample of N units has i both, j neither and e disagreements; there are (N+1)(N+2)/2 of
    them. Cost: N² for each code; meant for N up to about 1,000.

    References
    ----------
    Efron 1987, Journal of the American Statistical Association 82:171 (BCa).
    """
    cells = both, first_only, second_only, neither
    a, b, c, d = (np.atleast_1d(np.asarray(cell, int)) for cell in cells)
    nd, n = b + c, a + b + c + d
    columns = ["low", "high", "bca_low", "bca_high", "undefined"]
    table = pd.DataFrame(np.nan, index=range(len(a)), columns=columns)
    defined = (2 * a + nd > 0) & (2 * d + nd > 0)
    for size in np.unique(n[defined]):
        rows = np.flatnonzero(defined & (n == size))
        at_a_time = max(1, WEIGHTS_AT_A_TIME // len(_resamples(size)[0]))
        for start in range(0, len(rows), at_a_time):
            at = rows[start : start + at_a_time]
            table.loc[at] = _enumerated(a[at], nd[at], d[at], size, level)
    return table


@lru_cache(maxsize=4)
def _resamples(n):
    """All resamples of n units with a defined alpha, ordered by it.

    Returns
    -------
    alpha, (i, j, e), log(n! / i! j! e!)
    """
    i, j = (place.astype(float) for place in np.mgrid[: n + 1, : n + 1])
    e = n - i - j
    possible = (e >= 0) & (i < n) & (j < n)
    i, j, e = i[possible], j[possible], e[possible]
    alphas = pair_coefficients(i, e, 0, j)["alpha"]
    order = np.argsort(alphas, kind="stable")
    ways = gammaln(n + 1) - gammaln(i + 1) - gammaln(j + 1) - gammaln(e + 1)
    return alphas[order], np.stack([i, j, e], axis=1)[order], ways[order]


def _enumerated(a, nd, d, n, level):
    """The columns of `exact_bootstrap` for tables of the same n."""
    alphas, drawn, ways = _resamples(n)
    shares = np.stack([a, d, nd]) / n
    weight = np.exp(ways[:, None] + drawn @ np.log(np.maximum(shares, 1e-300)))
    cumulative = np.cumsum(weight, axis=0) / weight.sum(axis=0)
    estimate = pair_coefficients(a, nd, 0, d)["alpha"]
    tails = (1 - level) / 2, (1 + level) / 2
    moved = [_bca_share(tail, estimate, alphas, cumulative, (a, nd, d)) for tail in tails]
    found = [_quantile(alphas, cumulative, share) for share in [*tails, *moved]]
    return np.column_stack([*found, shares[0] ** n + shares[1] ** n])


def _quantile(alphas, cumulative, share):
    """The smallest alpha whose cumulative weight reaches the share, per table."""
    reached = (cumulative >= share - 1e-12).argmax(axis=0)
    return alphas[reached]


def _bca_share(tail, estimate, alphas, cumulative, cells):
    """The share at which BCa takes its limit, where a percentile interval takes `tail`."""
    below = np.searchsorted(alphas, estimate - 1e-12)
    up_to = np.searchsorted(alphas, estimate + 1e-12)
    padded = np.vstack([np.zeros_like(estimate), cumulative])
    table = np.arange(len(estimate))
    z0 = norm.ppf((padded[below, table] + padded[up_to, table]) / 2)
    _, acceleration = leave_one_out(_two_coder_counts(*cells))
    z = z0 + norm.ppf(tail)
    return norm.cdf(z0 + z / (1 - np.nan_to_num(acceleration) * z))


def _two_coder_counts(a, nd, d):
    counts = np.zeros((len(a), 3, 3))
    counts[:, 2, 2], counts[:, 1, 2], counts[:, 0, 2] = a, nd, d
    return counts


def leave_one_out(counts):
    """Standard error of alpha by the jackknife over units, and the acceleration of BCa.

    Parameters
    ----------
    counts : array of int, shape (codes, coders + 1, coders + 1)
        As `patterns.pattern_counts` gives them.

    Returns
    -------
    se, acceleration : array of float, shape (codes,)
        NaN where alpha is undefined; acceleration also where no unit moves alpha. A unit without
        which alpha is undefined is left out.

    References
    ----------
    Efron 1987, Journal of the American Statistical Association 82:171.
    """
    each = contributions(counts.shape[-1] - 1)
    counts = np.where(each[..., 3] > 0, counts, 0)  # units with two ratings
    without = alpha(np.tensordot(counts, each, 2)[:, None, None] - each)
    weight = np.where(np.isfinite(without), counts, 0)
    without, n = np.where(weight > 0, without, 0), counts.sum(axis=(1, 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (weight * without).sum(axis=(1, 2)) / weight.sum(axis=(1, 2))
        x = mean[:, None, None] - without
        squares, cubes = ((weight * x**power).sum(axis=(1, 2)) for power in (2, 3))
        return np.sqrt((n - 1) / n * squares), cubes / (6 * squares**1.5)


def hayes_krippendorff_interval(both, first_only, second_only, neither, *, level):
    """The interval that users of SPSS know: two coders, expected disagreement held fixed.

    References
    ----------
    Krippendorff 2011, Computing Krippendorff's alpha-reliability; its bootstrap draws pairs, of
    which two coders have one a unit: their number is binomial, and needs no draws.
    """
    a, d = np.asarray(both, float), np.asarray(neither, float)
    nd = np.asarray(first_only, float) + np.asarray(second_only, float)
    n = a + d + nd
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = 2 * (2 * a + nd) * (2 * d + nd) / (2 * n * (2 * n - 1))
        low, high = (
            np.maximum(1 - binom.ppf(share, n, nd / n) / n / expected, -1)
            for share in ((1 + level) / 2, (1 - level) / 2)
        )
    return np.where(expected > 0, low, np.nan), np.where(expected > 0, high, np.nan)
