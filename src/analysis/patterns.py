"""Ratings as bytes, and how many units show each pattern of them.

A unit (an essay, a sentence) enters a coefficient of a yes/no code only through its pattern: how
many coders said yes, of how many who read it. Patterns are few however many units there are, so
counting them once is nearly all the work. Agreement, intervals and sets stand on this.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

ABSENT, PRESENT, MISSING = 0, 1, 2  # in this order: the greatest of a theme's codes is the theme's
BLOCK = 1 << 16  # units counted at a time; what is computed on the way stays in the cache


@dataclass(frozen=True)
class Ratings:
    """Who said yes to what: the table `presence` as an array, with its names.

    Attributes
    ----------
    of : {"code", "theme"}
        What is rated.
    names : sequence of str
        The codes or themes.
    coders : sequence of str
    units : DataFrame
        One row a unit; its columns identify the unit (essay_id; or essay_id and sentence).
    values : array of uint8, shape (names, coders, units)
        PRESENT (1), ABSENT (0: read and not marked) or MISSING (2: not read). One byte a rating.
    """

    of: str
    names: tuple
    coders: tuple
    units: pd.DataFrame
    values: np.ndarray

    def __post_init__(self):
        shape = (len(self.names), len(self.coders), len(self.units))
        if self.values.dtype != np.uint8 or self.values.shape != shape:
            raise ValueError(
                f"values are {self.values.dtype} of shape {self.values.shape}; "
                f"they must be uint8 of shape {shape}: names, coders, units"
            )
        if self.values.size and self.values.max() > MISSING:
            raise ValueError("values must be 0 (absent), 1 (present) or 2 (missing)")

    def among(self, coders):
        """The ratings of these coders alone, over the units that one of them read."""
        chosen = [self.coders.index(coder) for coder in coders]
        values = self.values[:, chosen]
        read = (values < MISSING).any(axis=(0, 1))
        units = self.units[read].reset_index(drop=True)
        return Ratings(self.of, self.names, tuple(coders), units, values[:, :, read])

    def rolled_up(self, of, names_of):
        """The ratings of groups of names, such as themes: marked where any of its codes is.

        Parameters
        ----------
        of : {"theme"}
        names_of : dict of str to sequence of str
            The codes of each theme. A theme without codes has no ratings and is left out. A coder
            who read a unit for some of the codes only did not read it for the theme.
        """
        row = {name: number for number, name in enumerate(self.names)}
        groups = {theme: [row[code] for code in codes] for theme, codes in names_of.items()}
        groups = {theme: rows for theme, rows in groups.items() if rows}
        values = np.empty((len(groups), *self.values.shape[1:]), np.uint8)
        for number, rows in enumerate(groups.values()):
            self.values[rows].max(axis=0, out=values[number])
        return Ratings(of, tuple(groups), self.coders, self.units, values)


def ratings_of(presence, *, of, unit):
    """The ratings in a table that has a row for each of them.

    Parameters
    ----------
    presence : DataFrame
        coder, present (1 or 0), the columns named by `of` and by `unit`. A reading that was not
        made has no row.
    of : {"code", "theme"}
    unit : list of str
        The columns that identify a unit: ["essay_id"], or ["essay_id", "sentence"].

    Returns
    -------
    Ratings
        Names in the order in which they first appear; coders and units sorted.

    Raises
    ------
    ValueError
        A rating stands in two rows, or is neither 0 nor 1.
    """
    if not presence["present"].isin([ABSENT, PRESENT]).all():
        raise ValueError("present must be 0 or 1; a reading that was not made has no row")
    name, names = pd.factorize(presence[of])
    coder, coders = pd.factorize(presence["coder"], sort=True)
    number = presence.groupby(unit, sort=True).ngroup().to_numpy()
    units = presence[unit].drop_duplicates().sort_values(unit, ignore_index=True)
    values = np.full((len(names), len(coders), len(units)), MISSING, np.uint8)
    values[name, coder, number] = presence["present"]
    if np.count_nonzero(values < MISSING) != len(presence):
        keys = [of, "coder", *unit]
        twice = presence.loc[presence.duplicated(keys), keys].iloc[0]
        raise ValueError(f"a rating stands in two rows: {twice.to_dict()}")
    return Ratings(of, tuple(names), tuple(coders), units, values)


def ratings_of_parts(units, readings, coded, *, of):
    """The ratings of the parts of essays, such as sentences, from what is coded alone.

    The long table of all sentences by all codes by all coders is never made.

    Parameters
    ----------
    units : DataFrame
        essay_id and what identifies a part of it: every part, each once.
    readings : DataFrame
        coder, essay_id and the column named by `of`: who read which essay for what.
    coded : DataFrame
        The columns of `units`, coder and the column named by `of`: one row for each part in
        which it is present.
    of : {"code", "theme"}

    Returns
    -------
    Ratings
        Names in the order in which they first appear in the readings; coders and units sorted.

    Raises
    ------
    ValueError
        A coder coded what the readings do not say was read, or a part that is not in `units`.
    """
    unit = list(units.columns)
    units = units.sort_values(unit, ignore_index=True)
    name, names = pd.factorize(readings[of])
    coder, coders = pd.factorize(readings["coder"], sort=True)
    essay_of_unit, essays = pd.factorize(units["essay_id"])
    essay = essays.get_indexer(readings["essay_id"])
    read = np.zeros((len(names), len(coders), len(essays)), bool)
    read[name[essay >= 0], coder[essay >= 0], essay[essay >= 0]] = True  # others have no parts
    values = np.empty((len(names), len(coders), len(units)), np.uint8)
    for number in range(len(names)):
        values[number] = np.where(read[number], ABSENT, MISSING)[:, essay_of_unit]
    marked = (
        pd.Index(names).get_indexer(coded[of]),
        pd.Index(coders).get_indexer(coded["coder"]),
        pd.MultiIndex.from_frame(units).get_indexer(pd.MultiIndex.from_frame(coded[unit])),
    )
    unread = np.min(marked, axis=0, initial=0) < 0
    unread[~unread] = values[marked][~unread] == MISSING
    if unread.any():
        raise ValueError(f"coded and not read: {coded[unread].iloc[0].to_dict()}")
    values[marked] = PRESENT
    return Ratings(of, tuple(names), tuple(coders), units, values)


def pattern_counts(values):
    """How many units have y yes of v valid ratings, per code.

    Parameters
    ----------
    values : array of uint8, shape (codes, coders, units)
        As in `Ratings`; fastest where the units of a code and coder are next to each other.

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
    count = _compared if n_coders <= 4 else _histogram
    for start in range(0, n_units, BLOCK):
        for code in range(n_codes):
            counts[code] += count(patterns(values[code, :, start : start + BLOCK]), n_coders)
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
    # PRESENT counts 1, MISSING (2) counts 2 + (coders - 1)
    weighed = ratings + (ratings >> 1).astype(number, copy=False) * number(max(n_coders - 1, 0))
    return weighed.sum(axis=0, dtype=number)


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
    return np.stack(
        [np.where(pairable, part, 0) for part in of_pairable]
        + [np.where(read, part, 0) for part in of_read],
        axis=-1,
    )


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
    Krippendorff 2011, Computing Krippendorff's alpha-reliability (alpha, binary). Gwet 2008,
    British Journal of Mathematical and Statistical Psychology 61:29 (percent agreement, AC1).
    Brennan-Prediger's coefficient with two categories (pabak; Gwet 2014, Handbook of Inter-Rater
    Reliability). Of two coders, all are those of `agreement.pair_agreement`.
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
            "alpha": 1 - (yes + no - 1) * disagreements / (yes * no),
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
    for start in range(0, n_units, BLOCK):
        for code in range(n_codes):
            block = values[code, :, start : start + BLOCK]
            yes, no = (block == PRESENT).astype("f4"), (block == ABSENT).astype("f4")
            both[code] += (yes @ yes.T).astype(int)
            first_only[code] += (yes @ no.T).astype(int)
            neither[code] += (no @ no.T).astype(int)
    return both, first_only, neither
