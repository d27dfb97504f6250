"""Agreement of ratings with several values, such as negative, neutral, positive.

A code is present or absent, and `agreement` is enough for it. A study that rates its units on a
scale has more values, and values that lie further apart than others.
"""

import numpy as np
import pandas as pd

from analysis.patterns import NOTHING_SHARED, UNITS_AT_A_TIME


def value_agreement(ratings, *, values, level):
    """Coefficients of ratings with any number of values.

    Parameters
    ----------
    ratings : DataFrame, shape (units, coders)
        One of `values` in each cell; NaN where the coder did not read the unit.
    values : sequence
        All values a coder could have given, used or not: AC1 and PABAK depend on their number.
        In their order for "ordinal"; numbers for "interval" and "ratio".
    level : {"nominal", "ordinal", "interval", "ratio"}
        Level of measurement: what alpha takes as more and less apart. The others are nominal.

    Returns
    -------
    DataFrame
        One row: units (read by at least two coders), coders, percent_agreement, pabak
        (Brennan-Prediger), ac1, kappa (of two coders; NaN if there are more), observed and
        expected (disagreement), alpha, undefined (why alpha is NaN, else '').

    Raises
    ------
    ValueError
        A rating is none of the values, or the level is unknown.

    References
    ----------
    Krippendorff 2011, Computing Krippendorff's alpha-reliability, sections C and D (any number of
    coders, missing ratings, levels). Gwet 2008, British Journal of Mathematical and Statistical
    Psychology 61:29 (percent agreement, AC1). Cohen 1960, Educational and Psychological
    Measurement 20:37, equation 1.

    Notes
    -----
    Cost: linear in the units, which are taken in blocks.
    """
    place = _places(ratings, values)
    coincidences, agreeing, pairable, shares, read = _counted(place, len(values))
    observed, expected = _disagreement(coincidences, values, level)
    categories = len(values)
    with np.errstate(divide="ignore", invalid="ignore"):  # 0/0 is undefined: NaN, and said
        pa, share = np.divide(agreeing, pairable), shares / read
        chance = (share * (1 - share)).sum() / (categories - 1)
        table = {
            "units": [pairable],
            "coders": (place >= 0).any(axis=0).sum(),
            "percent_agreement": pa,
            "pabak": (pa - 1 / categories) / (1 - 1 / categories),
            "ac1": (pa - chance) / (1 - chance),
            "kappa": _kappa(place, categories) if place.shape[1] == 2 else np.nan,
            "observed": observed,
            "expected": expected,
            "alpha": 1 - observed / expected if expected > 0 else np.nan,
        }
    why = "" if expected > 0 else "only one value was used"
    return pd.DataFrame(table | {"undefined": why if pairable else NOTHING_SHARED})


def _places(ratings, values):
    """The ratings as places among the values, -1 = missing."""
    cells = ratings.to_numpy()
    place = pd.Index(values).get_indexer(cells.ravel()).astype(np.int16).reshape(cells.shape)
    unknown = cells[(place < 0) & ratings.notna().to_numpy()]
    if unknown.size:
        raise ValueError(f"'{unknown[0]}' is none of the values {list(values)}")
    return place


def _counted(place, n_values):
    """Sums over units: coincidences, agreeing share of pairs, units with two ratings; and over
    units with at least one: share of each value, units."""
    coincidences, shares = np.zeros((n_values, n_values)), np.zeros(n_values)
    agreeing, pairable, read = 0.0, 0, 0
    for start in range(0, len(place), UNITS_AT_A_TIME):
        block = place[start : start + UNITS_AT_A_TIME]
        counts = np.stack([(block == v).sum(axis=1) for v in range(n_values)], axis=1)
        counts = counts[counts.sum(axis=1) >= 1]
        given = counts.sum(axis=1, keepdims=True)
        shares += (counts / given).sum(axis=0)
        read += len(counts)
        two = given[:, 0] >= 2
        counts, given = counts[two], given[two]
        weighed = counts / (given - 1)
        coincidences += weighed.T @ counts - np.diag(weighed.sum(axis=0))
        agreeing += (counts * (counts - 1) / (given * (given - 1))).sum()
        pairable += len(counts)
    return coincidences, agreeing, pairable, shares, read


def _disagreement(o, values, level):
    """Observed and expected disagreement from the coincidences o."""
    n_v = o.sum(axis=0)
    n = n_v.sum()
    delta = _squared_distances(n_v, values, level)
    if not n:
        return np.nan, np.nan
    return (o * delta).sum() / n, (np.outer(n_v, n_v) * delta).sum() / (n * (n - 1))


def _squared_distances(n_v, values, level):
    """How far apart any two values are; n_v ratings have each value."""
    if level == "nominal":
        return 1 - np.eye(len(values))
    if level == "ordinal":  # the ratings between the two, and half of those at the two
        middle = np.cumsum(n_v) - n_v / 2
        return (middle[:, None] - middle) ** 2
    if level not in ("interval", "ratio"):
        raise ValueError(f"level '{level}' is none of nominal, ordinal, interval, ratio")
    v = np.array(values, float)
    apart, together = v[:, None] - v, v[:, None] + v
    if level == "interval":
        return apart**2
    return np.divide(apart, together, out=np.zeros_like(apart), where=together != 0) ** 2


def _kappa(place, n_values):
    """Cohen's kappa of two coders over the units that both rated."""
    first, second = place[(place >= 0).all(axis=1)].astype(int).T
    joint = np.bincount(first * n_values + second, minlength=n_values**2)
    joint = joint.reshape(n_values, n_values) / len(first)
    po, pe = np.trace(joint), joint.sum(axis=1) @ joint.sum(axis=0)
    return (po - pe) / (1 - pe)
