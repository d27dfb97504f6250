"""Did the coders agree before they talked? Coefficients per code from the coders' own marks.

Nothing here can see a consensus: the only input is each coder's first pass, as `Ratings`.
"""

import itertools

import krippendorff
import numpy as np
import pandas as pd

from analysis.patterns import (
    CELLS,
    NOTHING_SHARED,
    coefficients,
    pair_coefficients,
    pair_counts,
    pattern_counts,
    pooled_alpha,
    totals,
)
from analysis.ratings import MISSING


def coder_pairs(presence, groups, *, shared_essays):
    """The pairs of coders that are compared.

    Parameters
    ----------
    presence : DataFrame
        essay_id, coder, ...
    groups : dict of str to sequence of str
        Pairs are made within groups.
    shared_essays : int
        Without groups, two coders are compared if they share at least so many essays; if there
        are only two coders, they always are.

    Returns
    -------
    list of tuple of str
    """
    coders = sorted(presence["coder"].unique())
    if groups:
        pairs = {
            pair
            for members in groups.values()
            for pair in itertools.combinations(sorted(set(members) & set(coders)), 2)
        }
        return sorted(pairs)
    pairs = list(itertools.combinations(coders, 2))
    if len(coders) == 2:
        return pairs
    essays = presence.groupby("coder")["essay_id"].agg(set)
    return [pair for pair in pairs if len(essays[pair[0]] & essays[pair[1]]) >= shared_essays]


def four_cells(ratings, pairs):
    """Counts of units per pair of coders: both, first_only, second_only, neither.

    Parameters
    ----------
    ratings : Ratings
    pairs : list of tuple of str

    Returns
    -------
    DataFrame
        [ratings.of], first, second, both, first_only, second_only, neither, units (read by both).
        A unit that one of the two did not read for the code is in no cell. Sorted.
    """
    both, first_only, neither = pair_counts(ratings.values)
    place = {coder: number for number, coder in enumerate(ratings.coders)}
    pairs = sorted(pairs)
    first = [place[coder] for coder, _ in pairs]
    second = [place[coder] for _, coder in pairs]
    by_name = np.argsort(np.array(ratings.names, dtype=object), kind="stable")
    cells = [both[:, first, second], first_only[:, first, second]]
    cells += [first_only[:, second, first], neither[:, first, second]]
    table = pd.DataFrame(
        {
            ratings.of: np.repeat(np.array(ratings.names, dtype=object)[by_name], len(pairs)),
            "first": np.array([coder for coder, _ in pairs] * len(by_name), dtype=object),
            "second": np.array([coder for _, coder in pairs] * len(by_name), dtype=object),
        }
        | {name: cell[by_name].ravel() for name, cell in zip(CELLS, cells, strict=True)}
    )
    table["units"] = table[CELLS].sum(axis=1)
    return table


def pair_agreement(cells):
    """Coefficients for each row of the four cells.

    Returns
    -------
    DataFrame
        The cells with percent_agreement, positive_agreement and negative_agreement (shares 0-1),
        prevalence_index and bias_index (-1 to 1), pabak, ac1, kappa, alpha, and undefined: why
        some of them are NaN, else ''. Where no unit was read by both, all are. Where both coders
        used one value only, kappa and alpha are 0/0, and so is the positive agreement if nobody
        used the code, the negative agreement if both used it everywhere.

    References
    ----------
    `patterns.pair_coefficients`.
    """
    four = cells[CELLS].to_numpy(float).T
    both, first_only, second_only, neither = four
    apart = first_only + second_only
    why = _why_undefined(cells["units"], 2 * both + apart, 2 * neither + apart)
    return cells.assign(**pair_coefficients(*four), undefined=why)


def _why_undefined(units, yes, no):
    return np.select(
        [units == 0, yes == 0, no == 0],
        [NOTHING_SHARED, "no coder used it", "every coder used it everywhere"],
        "",
    ).astype(object)


def agreement(ratings):
    """Coefficients per code of all coders together.

    Parameters
    ----------
    ratings : Ratings
        Of any unit and any number of coders; `ratings.among(group)` for one group of them.

    Returns
    -------
    DataFrame
        [ratings.of], units (read by at least two coders), coders (who read for it), marked (share
        of the ratings of these units that are yes), percent_agreement, positive_agreement,
        negative_agreement, pabak, ac1, alpha, undefined (why some are NaN, as in
        `pair_agreement`, else ''). Of two coders they equal those of the pair; only AC1 differs
        where one of them read more, as it takes the share of yes from all that was read. Kappa
        and the two indices are of pairs only. A rating that was not made is missing, never absence.

    Notes
    -----
    Cost: linear in the ratings; see `patterns.coefficients` for the formulas.
    """
    return _agreement_table(ratings, totals(pattern_counts(ratings.values)))


def _agreement_table(ratings, sums):
    _, yes, no, units, *_ = sums.T
    with np.errstate(invalid="ignore"):
        marked = yes / (yes + no)
    read_for = ratings.values.min(axis=2, initial=MISSING) < MISSING
    return pd.DataFrame(
        {
            ratings.of: list(ratings.names),
            "units": units.astype(int),
            "coders": read_for.sum(axis=1),
            "marked": marked,
        }
        | coefficients(sums)
        | {"undefined": _why_undefined(units, yes, no)}
    )


def rating_patterns(ratings):
    """How many units show each pattern of ratings: the four cells of any number of coders.

    Returns
    -------
    DataFrame
        [ratings.of], read (coders who read the unit for it), marked (of these, those who marked
        it), units. Patterns that no unit shows have no row.
    """
    counts = pattern_counts(ratings.values)
    name, marked, read = np.nonzero(counts)
    return pd.DataFrame(
        {
            ratings.of: np.array(ratings.names, dtype=object)[name],
            "read": read,
            "marked": marked,
            "units": counts[name, marked, read],
        }
    )


def pooled_agreement(ratings):
    """One alpha over all codes.

    Returns
    -------
    DataFrame
        One row: codes (or [ratings.of]s), defined (those whose own alpha is defined), units (read
        by anybody), coders, alpha, undefined (why alpha is NaN, else '').

    References
    ----------
    `patterns.pooled_alpha`: each code keeps its own chance (de Vries et al. 2008).
    """
    sums = totals(pattern_counts(ratings.values))
    table = _agreement_table(ratings, sums)
    reasons = table["undefined"].unique()
    defined = table["undefined"].eq("").sum()
    why = reasons[0] if len(reasons) == 1 else f"alpha is defined for no {ratings.of}"
    return pd.DataFrame(
        {
            f"{ratings.of}s": [len(table)],
            "defined": defined,
            "units": len(ratings.units),
            "coders": len(ratings.coders),
            "alpha": pooled_alpha(sums),
            "undefined": "" if defined else why,
        }
    )


def beside_krippendorff(table, ratings):
    """The table of `agreement` with a column krippendorff: that package's own value of alpha.

    The package is asked for each code whose alpha is defined; it takes seconds for a million
    units.
    """
    alphas = {
        name: _krippendorff(ratings.values[ratings.names.index(name)])
        for name in table.loc[table["undefined"].eq(""), ratings.of]
    }
    return table.assign(krippendorff=table[ratings.of].map(alphas).astype(float))


def _krippendorff(values):
    return krippendorff.alpha(
        reliability_data=np.where(values == MISSING, np.nan, values),
        level_of_measurement="nominal",
        value_domain=[0, 1],
    )
