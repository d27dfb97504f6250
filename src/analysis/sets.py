"""Agreement on sets: do two coders give a sentence the same codes, all codes taken together?

A unit's codes are one value, a set, and two sets are more or less alike. The unit is whatever the
ratings are of; sentences, as a rule.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from analysis.patterns import NOTHING_SHARED
from analysis.ratings import MISSING, PRESENT
from analysis.resampling import interval, remark, weights

DISTANCES = ["masi", "jaccard"]
DISTANCES_AT_A_TIME = 1 << 18


def set_agreement(ratings):
    """Krippendorff's alpha of the sets of codes, by the distances MASI and Jaccard.

    Parameters
    ----------
    ratings : Ratings
        A coder who read a unit for some of the codes only has no set there: missing.

    Returns
    -------
    DataFrame
        Two rows, distance masi and jaccard: units (with the sets of at least two coders), coders,
        sets (different ones), empty (share of the sets that hold no code), observed and expected
        (mean distance), alpha, undefined (why alpha is NaN, else '').

    References
    ----------
    `distances`; Krippendorff 2011, Computing Krippendorff's alpha-reliability, section C, with
    any distance for that of nominal values.

    Notes
    -----
    Cost: linear in the units, quadratic in the different sets.
    """
    masks, given = _sets(ratings.values)
    sums = _sums_by_essay(masks, given, np.zeros(len(ratings.units), int), 1)
    (n,), observed, drawn = _drawn(sums, np.ones((1, 1)))
    expected = _expected(sums, drawn)
    with np.errstate(divide="ignore", invalid="ignore"):  # 0/0 is undefined: NaN, and said
        table = {
            "distance": DISTANCES,
            "units": given.any(axis=0).sum(),
            "coders": given.any(axis=1).sum(),
            "sets": sums.sets.shape[1],
            "empty": np.divide((masks[:, given] == 0).all(axis=0).sum(), n),
            "observed": observed[0] / n,
            "expected": expected[0] / (n * (n - 1)),
            "alpha": _alpha(np.array([n]), observed, expected)[0],
        }
    why = "every set is the same" if n else f"{NOTHING_SHARED} for all codes"
    return pd.DataFrame(table).assign(undefined=lambda t: np.where(t["alpha"].isna(), why, ""))


def set_bootstrap_intervals(ratings, *, drawn, n_resamples, seed, level):
    """Percentile intervals of `set_agreement`, by resampling essays.

    Parameters
    ----------
    ratings : Ratings
    drawn : str
        The column of `ratings.units` that says what is drawn, such as "essay_id".
    n_resamples, seed : int
    level : float

    Returns
    -------
    DataFrame
        distance, alpha_low, alpha_high (NaN where there is none: see `resampling.interval`), drawn
        (essays), resamples, undefined_resamples (they are in no limit), note
        (`resampling.remark`, of the essays that two coders read for all codes).

    Notes
    -----
    A resample enters through how often it holds each of the different sets. Cost: that of
    `set_agreement`, and n_resamples x the different sets². Memory: n_resamples x different sets.
    """
    essay, essays = pd.factorize(ratings.units[drawn], sort=True)
    sums = _sums_by_essay(*_sets(ratings.values), essay, len(essays))
    blocks = weights(len(essays), n_resamples=n_resamples, seed=seed)
    parts = zip(*(_drawn(sums, block) for block in blocks), strict=True)
    n, observed, held = (np.concatenate(part) for part in parts)
    resampled = _alpha(n, observed, _expected(sums, held))
    low, high, undefined, one_value = interval(resampled, level=level)
    read_by_two = (np.diff(sums.held.indptr) > 0).sum()
    return pd.DataFrame(
        {
            "distance": DISTANCES,
            "alpha_low": low,
            "alpha_high": high,
            "drawn": len(essays),
            "resamples": n_resamples,
            "undefined_resamples": undefined,
            "note": [remark(one, read_by_two) for one in one_value],
        }
    )


def distances(first, second):
    """How far apart two sets are, from 0 (the same) to 1 (nothing in common).

    Parameters
    ----------
    first, second : array of uint64, shape (words, ...)
        Sets as bit masks, 64 codes a word.

    Returns
    -------
    array, shape (2, ...)
        MASI, 1 - J M, and Jaccard, 1 - J, with J = shared / in either and M = 1, 2/3, 1/3, 0 for
        sets that are equal, nested, overlapping, disjoint. Two empty sets are equal (0); an empty
        one has nothing in common with any other (1).

    References
    ----------
    Passonneau 2006, Measuring agreement on set-valued items (MASI), LREC.
    """
    shared, of_first, of_second = _size(first & second), _size(first), _size(second)
    either = of_first + of_second - shared
    j = np.divide(shared, either, out=np.ones(shared.shape), where=either > 0)
    nested = shared == np.minimum(of_first, of_second)
    m = np.where(shared == either, 1, np.where(nested, 2 / 3, 1 / 3))  # disjoint: j is 0
    return np.stack([1 - j * m, 1 - j])


def _size(masks):
    return np.bitwise_count(masks).sum(axis=0, dtype=np.int16)


def _sets(values):
    """The codes of each coder and unit as bit masks, and which of them count.

    Returns
    -------
    masks : array of uint64, shape (words, coders, units)
    given : array of bool, shape (coders, units)
        Read for all codes, in a unit that another coder read for all codes too.
    """
    n_codes, n_coders, n_units = values.shape
    packed = np.packbits(values == PRESENT, axis=0)
    words = -(-n_codes // 64)
    octets = np.zeros((n_coders, n_units, words * 8), np.uint8)
    octets[..., : len(packed)] = np.moveaxis(packed, 0, -1)
    masks = np.ascontiguousarray(np.moveaxis(octets.view(np.uint64), -1, 0))
    given = values.max(axis=0, initial=0) < MISSING
    return masks, given & (given.sum(axis=0) >= 2)


@dataclass(frozen=True)
class _Sums:
    """What the essays add up to: distances within units, and how often each has which set."""

    within: np.ndarray  # (essays, distances)
    held: csr_array  # (essays, different sets)
    sets: np.ndarray  # (words, different sets), the masks


def _sums_by_essay(masks, given, essay, n_essays):
    coders_of_unit = given.sum(axis=0)
    within = np.zeros((n_essays, len(DISTANCES)))
    for i, j in combinations(range(len(given)), 2):
        both = given[i] & given[j]
        apart = 2 * distances(masks[:, i, both], masks[:, j, both]) / (coders_of_unit[both] - 1)
        within += np.stack([np.bincount(essay[both], d, n_essays) for d in apart], axis=1)
    kind, sets = _different(masks[:, given])
    essay_of_set = np.broadcast_to(essay, given.shape)[given]
    shape = (n_essays, sets.shape[1])
    return _Sums(within, csr_array((np.ones(len(kind)), (essay_of_set, kind)), shape=shape), sets)


def _drawn(sums, weights):
    """Of essays drawn so often (resamples, essays): their sets, the distances within their units
    (resamples, distances), and how often each different set is in them (resamples, sets)."""
    held = (sums.held.T @ weights.T).T
    return held.sum(axis=1), weights @ sums.within, held


def _expected(sums, held):
    """The distances between any two sets of a resample, summed: (resamples, distances)."""
    n_sets = sums.sets.shape[1]
    between = np.zeros((len(held), len(DISTANCES)))
    at_a_time = max(1, DISTANCES_AT_A_TIME // max(n_sets, 1))
    for start in range(0, n_sets, at_a_time):
        some = slice(start, start + at_a_time)
        apart = distances(sums.sets[:, :, None], sums.sets[:, None, some])
        between += np.stack([((held @ d) * held[:, some]).sum(axis=1) for d in apart], axis=1)
    return between


def _different(masks):
    """The number of each mask among the different ones, and the different ones."""
    kind = np.zeros(masks.shape[1], int)
    for word in masks:
        in_word, words = pd.factorize(word)
        kind, _ = pd.factorize(kind * len(words) + in_word)
    _, first = np.unique(kind, return_index=True)
    return kind, masks[:, first]


def _alpha(n, observed, expected):
    """Alpha from sums, shape (resamples, distances); NaN where all sets agree."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(expected > 0, 1 - (n[:, None] - 1) * observed / expected, np.nan)
