"""Ratings: who said yes to what, one byte each.

The table `presence` has a row for each reading of an essay for a code. Agreement over sentences
would need millions of such rows; an array of bytes holds the same, for any unit.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

ABSENT, PRESENT, MISSING = 0, 1, 2  # in this order: the greatest of a theme's codes is the theme's


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
            The codes of each theme. Codes that nobody was asked for have no ratings and do not
            count; a theme without any code that has is left out. A coder who read a unit for some
            of the codes only did not read it for the theme.
        """
        row = {name: number for number, name in enumerate(self.names)}
        groups = {
            theme: [row[code] for code in codes if code in row] for theme, codes in names_of.items()
        }
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


def ratings_of_parts(units, readings, coded, *, of, names, coders):
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
    names, coders : sequence of str
        Who and what the ratings are of; without a reading, all is missing.

    Returns
    -------
    Ratings
        Units sorted.

    Raises
    ------
    ValueError
        A coder coded what the readings do not say was read, or a part that is not in `units`; or a
        reading is of a name or coder that is not listed.
    """
    unit = list(units.columns)
    units = units.sort_values(unit, ignore_index=True)
    name = pd.Index(names).get_indexer(readings[of])
    coder = pd.Index(coders).get_indexer(readings["coder"])
    essay_of_unit, essays = pd.factorize(units["essay_id"])
    essay = essays.get_indexer(readings["essay_id"])
    if min(name.min(initial=0), coder.min(initial=0)) < 0:
        raise ValueError(f"a reading is of no known {of} or coder")
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
