"""Bootstrap over essays: which essays are drawn, and the limits of what they give.

What is drawn are whole essays, for all codes together, because an essay is what was sampled; the
sentences of one essay are alike. Every coefficient here is made of sums over essays, so that a
resample is a weighted sum of them.
"""

import numpy as np

FEW = 100  # essays; below, a percentile interval covers too little (see `remark`)
SAME = 1e-9  # sums of the same shares in another order differ by less
NO_INTERVAL = "no interval: the resamples give one value"
DRAWN_AT_A_TIME = 1 << 22  # essays, over all resamples of a block


def weights(n_essays, *, n_resamples, seed):
    """How often each essay is drawn, block by block of resamples.

    Yields
    ------
    array of float, shape (resamples, essays)
        Each row is a Multinomial(n_essays; 1 / n_essays, ...) draw and sums to n_essays.
    """
    if not n_essays:
        yield np.zeros((n_resamples, 0))
        return
    rng = np.random.default_rng(seed)
    block = max(1, DRAWN_AT_A_TIME // n_essays)
    for start in range(0, n_resamples, block):
        rows = min(block, n_resamples - start)
        drawn = rng.integers(n_essays, size=(rows, n_essays))
        drawn += n_essays * np.arange(rows)[:, None]
        found = np.bincount(drawn.ravel(), minlength=rows * n_essays)
        yield found.reshape(rows, n_essays).astype(float)


def limits(resampled, *, level):
    """Percentile interval of resampled coefficients.

    Parameters
    ----------
    resampled : array, shape (resamples, ...)
        NaN where a resample leaves the coefficient undefined.
    level : float
        Such as 0.95.

    Returns
    -------
    low, high : array, shape (...)
        The smallest value whose share of the defined resamples reaches (1 - level) / 2, and
        (1 + level) / 2. NaN where none is defined.
    undefined : array of int, shape (...)
        Undefined resamples; they are in neither limit.
    """
    ordered = np.sort(resampled, axis=0)  # NaN comes last
    undefined = np.isnan(ordered).sum(axis=0)
    defined = len(ordered) - undefined
    ranks = np.stack([_rank(share, defined) for share in ((1 - level) / 2, (1 + level) / 2)])
    low, high = np.take_along_axis(ordered, ranks, axis=0)
    return low, high, undefined


def interval(resampled, *, level):
    """`limits`, but none where the resamples give one value: they say nothing of how far it lies.

    Coders who never disagree agree in every resample too, and a bootstrap would say 1 to 1.

    Returns
    -------
    low, high, undefined
        As `limits`; low and high NaN where they would be the same.
    one_value : array of bool, shape (...)
        Where they would.
    """
    low, high, undefined = limits(resampled, level=level)
    one_value = high - low < SAME
    return np.where(one_value, np.nan, low), np.where(one_value, np.nan, high), undefined, one_value


def _rank(share, n):
    """Place (from 0) of the smallest of n ordered values whose cumulative share reaches share."""
    return np.maximum(np.ceil(share * n - 1e-9).astype(int) - 1, 0)  # 1e-9: 0.975 * 1000 = 975


def remark(one_value, n_essays):
    """What to say of a bootstrap interval: why there is none, or that essays are few; else ''.

    By exact enumeration for two coders, the 95 % percentile interval of alpha covers 73 % on
    average at 22 essays and 88 % at 50; at 100 it is adequate unless the code is rare.

    Parameters
    ----------
    one_value : bool
        All resamples give one value (see `interval`).
    n_essays : int
        Essays that two coders read.
    """
    if one_value:
        return NO_INTERVAL
    return f"few essays ({n_essays}): the interval is too narrow" if 0 < n_essays < FEW else ""
