"""How many units show each pattern of ratings, and the coefficients that follow from it.

A unit (an essay, a sentence) enters a coefficient of a yes/no code only through its pattern: how
many coders said yes, of how many who read it. Patterns are few however many units there are, so
counting them once is nearly all the work. Agreement, intervals and bootstrap stand on this.
"""

from functools import lru_cache

import numpy as np

from analysis.ratings import ABSENT, PRESENT

CELLS = ["both", "first_only", "second_only", "neither"]  # what two coders say of a unit
NOTHING_SHARED = "nothing was read by two coders"
UNITS_AT_A_TIME = 1 << 16  # what is computed on the way stays in the processor's cache


def pattern_counts(values):
    """How many units have y yes of v valid ratings, per code.

    Parameters
    ----------
    values : array of uint8, shape (codes, coders, units)
        As in `ratings.Ratings`; fastest where the units of a code and coder are next to each other.

    Returns
    -------
    array of int, shape (codes, coders + 1, coders + 1)
        counts[code, y, v].

    Notes
    -----
    Cost: linear in the ratings. Memory beside `values`: that of a block of units.
    """
    n_codes, n_coders, n_units = values.shape
    counts = np.zeros((n_codes, (n_coders + 1) ** 2), int)
    count = _compared if n_coders <= 4 else _histogram  # of at most 15 patterns
    for start in range(0, n_units, UNITS_AT_A_TIME):
        for code in range(n_codes):
            block = values[code, :, start : start + UNITS_AT_A_TIME]
            counts[code] += count(patterns(block), n_coders)
    missing_by_yes = counts.reshape(n_codes, n_coders + 1, n_coders + 1)
    return missing_by_yes[:, ::-1].swapaxes(1, 2)


def _histogram(found, n_coders):
    return np.bincount(found, minlength=(n_coders + 1) ** 2)


def _compared(found, n_coders):
    """The histogram where patterns are few: to compare bytes with each of them is faster."""
    counts, left = np.zeros((n_coders + 1) ** 2, int), found.size
    for missing in range(n_coders + 1):
        for yes in range(n_coders + 1 - missing):
            pattern = yes + (n_coders + 1) * missing
            counts[pattern] = np.count_nonzero(found == pattern)
            left -= counts[pattern]
            if not left:
                return counts
    return counts


def patterns(ratings):
    """The pattern of each unit as one number: yes + (coders + 1) * missing.

    Parameters
    ----------
    ratings : array of uint8, shape (coders, units)
    """
    n_coders = len(ratings)
    number = np.uint8 if (n_coders + 1) ** 2 <= 256 else np.uint16
    weighed = (ratings >> 1).astype(number, copy=False)  # 1 where missing
    weighed *= number(max(n_coders - 1, 0))
    weighed += ratings  # a yes counts 1, a missing one 2 + (coders - 1)
    return weighed.sum(axis=0, dtype=number)


@lru_cache(maxsize=32)
def contributions(n_coders):
    """What a unit with y yes of v valid ratings adds to each total, shape (y, v, totals).

    Totals, in this order: disagreements (y (v-y) / (v-1)), yes and no (ratings), units; these of
    units that two coders read (v >= 2). Then the share of the pairs of coders who agree, of the
    same units. Then units and share of yes, of the units that anybody read (v >= 1).
    """
    y, v = np.mgrid[: n_coders + 1, : n_coders + 1].astype(float)
    pairable, read = (v >= 2) & (y <= v), (v >= 1) & (y <= v)
    no = v - y
    with np.errstate(divide="ignore", invalid="ignore"):  # 0/0 stands where nothing is added
        agreeing = (y * (y - 1) + no * (no - 1)) / (v * (v - 1))
        of_pairable = [y * no / (v - 1), y, no, np.ones_like(y), agreeing]
        of_read = [np.ones_like(y), y / v]
    added = [np.where(pairable, part, 0) for part in of_pairable]
    added += [np.where(read, part, 0) for part in of_read]
    table = np.stack(added, axis=-1)
    table.flags.writeable = False  # one table for all callers
    return table


def totals(counts):
    """The totals of each code, shape (codes, totals), from its pattern counts."""
    return np.tensordot(counts, contributions(counts.shape[-1] - 1), 2)


def totals_by_group(values, group, n_groups):
    """The totals of each code within each group of units, shape (groups, codes, totals).

    Totals of groups add up to those of all units, so a resample of groups is a weighted sum.

    Parameters
    ----------
    values : array of uint8, shape (codes, coders, units)
    group : array of int, shape (units,)
        The group of each unit, such as its essay, from 0.
    n_groups : int
    """
    n_codes, n_coders, _ = values.shape
    added = np.moveaxis(contributions(n_coders), -1, 0)
    added = added.swapaxes(1, 2)[:, ::-1].reshape(len(added), -1)  # (totals, pattern)
    found = np.empty((n_groups, n_codes, len(added)))
    for code in range(n_codes):
        pattern = patterns(values[code])
        for number, amount in enumerate(added):
            found[:, code, number] = np.bincount(group, amount[pattern], minlength=n_groups)
    return found


def coefficients(totals):
    """Coefficients of yes/no ratings by any number of coders, from their totals.

    Parameters
    ----------
    totals : array, shape (..., totals)

    Returns
    -------
    dict of str to array, shape (...)
        percent_agreement (of pairs of coders, mean over units), positive_agreement and
        negative_agreement (of the yes, and of the no ratings: the share that another coder's
        rating of the same unit meets), pabak, ac1, alpha. NaN where undefined, 0/0: all where no
        two coders read a unit; alpha where only one value is used; positive (negative) agreement
        where nobody said yes (no).

    References
    ----------
    Gwet 2008, British Journal of Mathematical and Statistical Psychology 61:29 (percent
    agreement, AC1). Gwet 2014, Handbook of Inter-Rater Reliability (pabak: Brennan-Prediger's
    coefficient with two categories; AC1 with missing ratings: the share of yes is that of all
    units read, also by one coder). alpha: see there. Of two coders who read the same, all are
    those of `agreement.pair_agreement`.
    """
    disagreements, yes, no, units, agreeing, read, share = np.moveaxis(totals, -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        pa = agreeing / units
        q = share / read
        chance = 2 * q * (1 - q)
        return {
            "percent_agreement": pa,
            "positive_agreement": 1 - disagreements / yes,
            "negative_agreement": 1 - disagreements / no,
            "pabak": 2 * pa - 1,
            "ac1": (pa - chance) / (1 - chance),
            "alpha": alpha(totals),
        }


def alpha(totals):
    """Krippendorff's alpha of yes/no ratings, from their totals; NaN if one value only is used.

    References
    ----------
    Krippendorff 2011, Computing Krippendorff's alpha-reliability, section A (two values), with the
    missing ratings and any number of coders of section C.
    """
    disagreements, yes, no = np.moveaxis(totals[..., :3], -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return 1 - (yes + no - 1) * disagreements / (yes * no)


def pair_coefficients(both, first_only, second_only, neither):
    """Coefficients of yes/no ratings by a pair of coders, from the four cells.

    Parameters
    ----------
    both, first_only, second_only, neither : array, shape (...)
        Units that both read, by what they say.

    Returns
    -------
    dict of str to array, shape (...)
        percent_agreement, positive_agreement, negative_agreement, prevalence_index, bias_index,
        pabak, ac1, kappa, alpha. NaN where undefined (0/0): all where there is no unit; kappa and
        alpha where both coders used one value only; positive (negative) agreement where nobody
        said yes (no).

    References
    ----------
    Cohen 1960, Educational and Psychological Measurement 20:37, equation 1 (kappa). Byrt, Bishop
    & Carlin 1993, Journal of Clinical Epidemiology 46:423 (PABAK, the two indices). Gwet 2008,
    British Journal of Mathematical and Statistical Psychology 61:29 (AC1). Krippendorff 2011,
    Computing Krippendorff's alpha-reliability, section A (alpha of two coders and two values).
    """
    a, b, c, d = (np.asarray(cell, float) for cell in (both, first_only, second_only, neither))
    n, yes, no = a + b + c + d, 2 * a + b + c, 2 * d + b + c
    with np.errstate(divide="ignore", invalid="ignore"):
        pa, q, p1, p2 = (a + d) / n, yes / (2 * n), (a + b) / n, (a + c) / n
        by_chance = p1 * p2 + (1 - p1) * (1 - p2)
        kappa = (pa - by_chance) / (1 - by_chance)
        return {
            "percent_agreement": pa,
            "positive_agreement": 2 * a / yes,
            "negative_agreement": 2 * d / no,
            "prevalence_index": (a - d) / n,
            "bias_index": (b - c) / n,
            "pabak": 2 * pa - 1,
            "ac1": (pa - 2 * q * (1 - q)) / (1 - 2 * q * (1 - q)),
            "kappa": np.where((yes == 0) | (no == 0), np.nan, kappa),
            "alpha": 1 - (2 * n - 1) * (b + c) / (yes * no),
        }


def pooled_alpha(totals):
    """One alpha over all codes: 1 - sum of disagreements / sum of those expected by chance.

    Each code keeps the chance of its own prevalence. (If all cells of unit and code were one
    variable, that some codes are common and others rare would count as agreement.) Codes for
    which alpha is undefined add nothing to either sum.

    Parameters
    ----------
    totals : array, shape (..., codes, totals)

    References
    ----------
    De Vries, Elliott, Kanouse & Teleki 2008, Field Methods 20:272 (pooled kappa); Krippendorff
    2004, Content Analysis, p. 254, pools the codes of unitizing alpha in the same way.
    """
    disagreements, yes, no = np.moveaxis(totals[..., :3], -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = np.where(yes * no > 0, yes * no / (yes + no - 1), 0).sum(axis=-1)
        return 1 - disagreements.sum(axis=-1) / expected


def pair_counts(values):
    """What each pair of coders said of the units that both read, per code.

    Parameters
    ----------
    values : array of uint8, shape (codes, coders, units)

    Returns
    -------
    both, first_only, neither : array of int, shape (codes, coders, coders)
        [code, first, second]; what only the second said is first_only of the turned pair.

    Notes
    -----
    Matrix products over blocks of units; a block is short enough for counts in single precision
    to be exact.
    """
    n_codes, n_coders, n_units = values.shape
    both, first_only, neither = np.zeros((3, n_codes, n_coders, n_coders), int)
    for start in range(0, n_units, UNITS_AT_A_TIME):
        for code in range(n_codes):
            block = values[code, :, start : start + UNITS_AT_A_TIME]
            yes, no = (block == PRESENT).astype("f4"), (block == ABSENT).astype("f4")
            both[code] += (yes @ yes.T).astype(int)
            first_only[code] += (yes @ no.T).astype(int)
            neither[code] += (no @ no.T).astype(int)
    return both, first_only, neither
