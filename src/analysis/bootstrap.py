"""Bootstrap of the coefficients of yes/no codes, over essays.

For more than two coders, and for the sentences of essays, nothing better is known to hold. For
essays and two coders there is: `intervals`.
"""

import numpy as np
import pandas as pd

from analysis.patterns import (
    CELLS,
    alpha,
    coefficients,
    contributions,
    pair_coefficients,
    pooled_alpha,
    totals_by_group,
)
from analysis.ratings import MISSING, PRESENT
from analysis.resampling import interval, remark, weights

RESAMPLED = ["percent_agreement", "pabak", "ac1", "alpha"]
OF_PAIRS = [*RESAMPLED, "kappa"]
FEW_UNITS = 40  # up to here it is quicker to draw the units than the number of each pattern
OF_INTERVAL = ["low", "high", "undefined_resamples", "note"]


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
        [ratings.of]; for percent_agreement, pabak, ac1 and alpha: [coefficient]_low and _high (NaN
        where there is no interval: see `resampling.interval`), _undefined_resamples (they are in
        no limit) and _note (`resampling.remark`); drawn (essays), resamples.

    Notes
    -----
    Cost: n_resamples x essays x codes.

    References
    ----------
    Zapf et al. 2016, BMC Medical Research Methodology 16:93 (resampling units).
    """
    by_essay = _by_essay(ratings, drawn)
    resampled = [coefficients(sums) for sums in _resampled_totals(by_essay, n_resamples, seed)]
    read_by_two = (by_essay[..., 3] > 0).sum(axis=0)
    names = pd.DataFrame({ratings.of: list(ratings.names)})
    return names.join(_intervals(resampled, RESAMPLED, len(by_essay), read_by_two, level))


def pair_bootstrap_intervals(ratings, pairs, *, drawn, n_resamples, seed, level):
    """Percentile intervals per code and pair of coders, over the essays that both read.

    For units that are not drawn singly, such as the sentences of essays; where they are, the
    intervals of `intervals.pair_intervals` hold better. Arguments as above; pairs: list of tuple.

    Returns
    -------
    DataFrame
        [ratings.of], first, second; then as `bootstrap_intervals`, with kappa too.

    Notes
    -----
    Cost: pairs x (units x codes + n_resamples x essays x codes).
    """
    essay, essays = pd.factorize(ratings.units[drawn], sort=True)
    tables = []
    for first, second in pairs:
        cells = _cells_by_essay(ratings, first, second, essay, len(essays))
        cells = cells[cells.any(axis=(1, 2))]
        blocks = weights(len(cells), n_resamples=n_resamples, seed=seed)
        resampled = [
            pair_coefficients(*np.moveaxis(np.tensordot(block, cells, 1), -1, 0))
            for block in blocks
        ]
        names = pd.DataFrame({ratings.of: ratings.names, "first": first, "second": second})
        compared = cells.any(axis=2).sum(axis=0)
        tables.append(names.join(_intervals(resampled, OF_PAIRS, len(cells), compared, level)))
    if not tables:
        columns = [f"{name}_{part}" for name in OF_PAIRS for part in OF_INTERVAL]
        return pd.DataFrame(columns=[ratings.of, "first", "second", *columns, "drawn", "resamples"])
    return pd.concat(tables, ignore_index=True)


def pooled_bootstrap_interval(ratings, *, drawn, n_resamples, seed, level):
    """The percentile interval of `agreement.pooled_agreement`; arguments as above.

    Returns
    -------
    DataFrame
        One row: alpha_low, alpha_high, alpha_undefined_resamples, alpha_note, drawn, resamples.
    """
    by_essay = _by_essay(ratings, drawn)
    sums = _resampled_totals(by_essay, n_resamples, seed)
    resampled = [{"alpha": pooled_alpha(block)[:, None]} for block in sums]
    read_by_two = [(by_essay[..., 3] > 0).any(axis=1).sum()]
    return _intervals(resampled, ["alpha"], len(by_essay), read_by_two, level)


def _by_essay(ratings, drawn):
    essay, essays = pd.factorize(ratings.units[drawn], sort=True)  # sorted: a seed, a result
    return totals_by_group(ratings.values, essay, len(essays))


def _cells_by_essay(ratings, first, second, essay, n_essays):
    """The four cells of a pair in each essay, shape (essays, codes, cells)."""
    one, other = (ratings.values[:, ratings.coders.index(coder)] for coder in (first, second))
    cells = np.empty((n_essays, len(ratings.names), len(CELLS)))
    for code, (a, b) in enumerate(zip(one, other, strict=True)):
        read = (a < MISSING) & (b < MISSING)
        cell = 2 * (a[read] != PRESENT) + (b[read] != PRESENT)  # in the order of CELLS
        found = np.bincount(len(CELLS) * essay[read] + cell, minlength=n_essays * len(CELLS))
        cells[:, code] = found.reshape(n_essays, len(CELLS))
    return cells


def _resampled_totals(by_essay, n_resamples, seed):
    """Totals of each resample, block by block: (resamples, codes, totals)."""
    for block in weights(len(by_essay), n_resamples=n_resamples, seed=seed):
        yield np.tensordot(block, by_essay, 1)


def _intervals(resampled, names, n_essays, compared, level):
    """The columns of the tables above, from blocks of resampled coefficients."""
    table = {}
    for name in names:
        values = np.concatenate([block[name] for block in resampled])
        low, high, undefined, one_value = interval(values, level=level)
        notes = [remark(*row) for row in zip(one_value, compared, strict=True)]
        table |= {f"{name}_low": low, f"{name}_high": high}
        table |= {f"{name}_undefined_resamples": undefined, f"{name}_note": notes}
    return pd.DataFrame(table).assign(drawn=n_essays, resamples=len(values))


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
        NaN where no resample has an alpha, or all have the same.
    undefined : array of int, shape (codes,)
        Undefined resamples.
    """
    each = contributions(counts.shape[-1] - 1)
    resampled = np.empty((n_resamples, len(counts)))
    for code, found in enumerate(counts):
        seen = found > 0
        rng = np.random.default_rng(seed)
        resampled[:, code] = alpha(_drawn_patterns(found[seen], n_resamples, rng) @ each[seen])
    low, high, undefined, _ = interval(resampled, level=level)
    return low, high, undefined


def _drawn_patterns(found, n_resamples, rng):
    """How often each pattern is in each resample of the units: (resamples, patterns)."""
    n = found.sum()
    if not n:
        return np.zeros((n_resamples, 0))
    if n > FEW_UNITS:
        return rng.multinomial(n, found / n, size=n_resamples)
    unit = rng.integers(n, size=(n, n_resamples), dtype=np.uint8)  # units in order of pattern
    drawn = np.array([(unit < edge).sum(axis=0, dtype=np.uint8) for edge in np.cumsum(found)])
    drawn[1:] -= drawn[:-1].copy()
    return drawn.T
