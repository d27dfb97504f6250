"""Bootstrap of the coefficients of yes/no codes: over essays, or enumerated for two coders.

For more than two coders nothing better than the bootstrap is known to hold. For two there is
(`intervals`); the enumerated bootstrap is for comparison with what other programs print.
"""

from functools import lru_cache

import numpy as np
import pandas as pd
from scipy.special import gammaln
from scipy.stats import binom, norm

from analysis.patterns import alpha, coefficients, contributions, pooled_alpha, totals_by_group
from analysis.resampling import few, limits, weights

BLOCK = 1 << 22  # weights of enumerated resamples at a time
RESAMPLED = ["percent_agreement", "ac1", "alpha"]


def bootstrap_intervals(ratings, *, drawn, n_resamples, seed, level):
    """Percentile intervals per code, for any number of coders and missing ratings.

    The same essays are drawn for all codes. For two coders there are better intervals
    (`intervals.pair_intervals`).

    Parameters
    ----------
    ratings : Ratings
    drawn : str
        The column of `ratings.units` that says what is drawn, such as "essay_id": sentences of
        one essay are drawn together.
    n_resamples, seed : int
    level : float

    Returns
    -------
    DataFrame
        [ratings.of], [coefficient]_low and [coefficient]_high for percent_agreement, ac1 and
        alpha, drawn (essays), resamples, undefined_resamples (of alpha; they are in no limit),
        note (where the essays that two coders read for it are few).

    Notes
    -----
    Cost: n_resamples x essays x codes.

    References
    ----------
    Zapf et al. 2016, BMC Medical Research Methodology 16:93 (resampling units).
    """
    by_essay = _by_essay(ratings, drawn)
    resampled = [coefficients(sums) for sums in _resampled_totals(by_essay, n_resamples, seed)]
    table = pd.DataFrame({ratings.of: list(ratings.names)})
    for name in RESAMPLED:
        values = np.concatenate([block[name] for block in resampled])
        table[f"{name}_low"], table[f"{name}_high"], undefined = limits(values, level=level)
    compared = (by_essay[..., 3] > 0).sum(axis=0)
    return _with_draws(table, len(by_essay), compared, n_resamples, undefined)


def pooled_bootstrap_interval(ratings, *, drawn, n_resamples, seed, level):
    """The percentile interval of `agreement.pooled_agreement`; arguments as above.

    Returns
    -------
    DataFrame
        One row: alpha_low, alpha_high, drawn, resamples, undefined_resamples, note.
    """
    by_essay = _by_essay(ratings, drawn)
    sums = _resampled_totals(by_essay, n_resamples, seed)
    resampled = np.concatenate([pooled_alpha(block) for block in sums])
    low, high, undefined = limits(resampled[:, None], level=level)
    table = pd.DataFrame({"alpha_low": low, "alpha_high": high})
    compared = [(by_essay[..., 3] > 0).any(axis=1).sum()]
    return _with_draws(table, len(by_essay), compared, n_resamples, undefined)


def _by_essay(ratings, drawn):
    essay, essays = pd.factorize(ratings.units[drawn], sort=True)  # sorted: a seed, a result
    return totals_by_group(ratings.values, essay, len(essays))


def _resampled_totals(by_essay, n_resamples, seed):
    """Totals of each resample, block by block: (resamples, codes, totals)."""
    for block in weights(len(by_essay), n_resamples=n_resamples, seed=seed):
        yield np.tensordot(block, by_essay, 1)


def _with_draws(table, n_essays, compared, n_resamples, undefined):
    return table.assign(
        drawn=n_essays,
        resamples=n_resamples,
        undefined_resamples=undefined,
        note=[few(n) for n in compared],
    )


def alpha_bootstrap(counts, *, n_resamples, seed, level):
    """Percentile interval of alpha from pattern counts: its cost does not grow with the units.

    For many units that are drawn singly. Codes are drawn separately, so limits may be compared
    with one another only through `bootstrap_intervals`.

    Parameters
    ----------
    counts : array of int, shape (codes, coders + 1, coders + 1)
        As `patterns.pattern_counts` gives them.
    n_resamples, seed : int
    level : float

    Returns
    -------
    low, high : array of float, shape (codes,)
        NaN where no resample has an alpha.
    undefined : array of int, shape (codes,)
        Undefined resamples.
    """
    each = contributions(counts.shape[-1] - 1)
    resampled = np.empty((n_resamples, len(counts)))
    for code, found in enumerate(counts):
        rng = np.random.default_rng(seed)
        n, seen = found.sum(), found > 0
        drawn = rng.multinomial(n, found[seen] / n, size=n_resamples) if n else np.zeros((1, 0))
        resampled[:, code] = alpha(drawn @ each[seen])
    return limits(resampled, level=level)


# Two coders: the intervals that others print, for comparison ----------------------------------


def exact_bootstrap(both, first_only, second_only, neither, *, level):
    """The bootstrap distribution of alpha for two coders, enumerated: no seed, no draws.

    For comparison: these intervals are too narrow for few units (see `intervals.alpha_interval`).

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
        at_a_time = max(1, BLOCK // len(_resamples(size)[0]))
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
    alphas = 1 - (2 * n - 1) * e / ((2 * i + e) * (2 * j + e))
    order = np.argsort(alphas, kind="stable")
    ways = gammaln(n + 1) - gammaln(i + 1) - gammaln(j + 1) - gammaln(e + 1)
    return alphas[order], np.stack([i, j, e], axis=1)[order], ways[order]


def _enumerated(a, nd, d, n, level):
    """The columns of `exact_bootstrap` for tables of the same n."""
    alphas, drawn, ways = _resamples(n)
    shares = np.stack([a, d, nd]) / n
    weight = np.exp(ways[:, None] + drawn @ np.log(np.maximum(shares, 1e-300)))
    cumulative = np.cumsum(weight, axis=0) / weight.sum(axis=0)
    estimate = 1 - (2 * n - 1) * nd / ((2 * a + nd) * (2 * d + nd))
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
    """The interval that SPSS users know, for comparison: two coders, expected disagreement fixed.

    Too narrow for few units (see `intervals.alpha_interval`).

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
