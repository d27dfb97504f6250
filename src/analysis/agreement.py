"""Did the coders agree before they talked? Coefficients per code from the coders' own marks.

Nothing here can see a consensus: the only input is `presence`, each coder's first pass.
"""

import itertools

import krippendorff
import numpy as np
import pandas as pd
from statsmodels.stats.inter_rater import cohens_kappa


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


def four_cells(presence, pairs, *, of):
    """Counts of essays per pair of coders: both, first_only, second_only, neither.

    Parameters
    ----------
    presence : DataFrame
        essay_id, coder, present and the column named by `of`.
    pairs : list of tuple of str
    of : {"code", "theme"}
        What the coders agree on.

    Returns
    -------
    DataFrame
        [of], first, second, both, first_only, second_only, neither, essays (read by both).
        An essay that one of the two did not read for the code is in no cell.
    """
    parts = []
    for first, second in pairs:
        a = presence.loc[presence["coder"].eq(first), ["essay_id", of, "present"]]
        b = presence.loc[presence["coder"].eq(second), ["essay_id", of, "present"]]
        joined = a.merge(b, on=["essay_id", of], suffixes=("_a", "_b"), validate="one_to_one")
        pattern = 2 * joined["present_a"] + joined["present_b"]
        cells = pd.crosstab(joined[of], pattern).reindex(columns=[3, 2, 1, 0], fill_value=0)
        cells.columns = ["both", "first_only", "second_only", "neither"]
        parts.append(cells.reset_index().assign(first=first, second=second))
    columns = [of, "first", "second", "both", "first_only", "second_only", "neither"]
    if not parts:
        return pd.DataFrame(columns=[*columns, "essays"])
    table = pd.concat(parts, ignore_index=True)[columns]
    table["essays"] = table[["both", "first_only", "second_only", "neither"]].sum(axis=1)
    return table.sort_values([of, "first", "second"], ignore_index=True)


def pair_agreement(cells):
    """Coefficients for each row of the four cells.

    Returns
    -------
    DataFrame
        The cells with percent_agreement, positive_agreement and negative_agreement (shares 0-1;
        NaN where the share is of nothing), prevalence_index and bias_index (-1 to 1), pabak, ac1,
        kappa, and undefined: the reason where kappa is 0/0 (both coders used one value only),
        else ''.

    References
    ----------
    Cohen 1960, Educational and Psychological Measurement 20:37 (kappa; by statsmodels). Byrt,
    Bishop & Carlin 1993, Journal of Clinical Epidemiology 46:423 (PABAK and the two indices).
    Gwet 2008, British Journal of Mathematical and Statistical Psychology 61:29 (AC1).
    """
    table = cells.copy()
    a, d, n = table["both"], table["neither"], table["essays"]
    b, c = table["first_only"], table["second_only"]
    table["percent_agreement"] = pa = (a + d) / n
    table["positive_agreement"] = 2 * a / (2 * a + b + c)
    table["negative_agreement"] = 2 * d / (2 * d + b + c)
    table["prevalence_index"] = (a - d) / n
    table["bias_index"] = (b - c) / n
    table["pabak"] = 2 * pa - 1
    q = (2 * a + b + c) / (2 * n)
    table["ac1"] = (pa - 2 * q * (1 - q)) / (1 - 2 * q * (1 - q))
    kappas = [
        _kappa(*row)
        for row in table[["both", "first_only", "second_only", "neither"]].itertuples(index=False)
    ]
    table["kappa"] = [kappa for kappa, _ in kappas]
    table["undefined"] = [reason for _, reason in kappas]
    return table


def _kappa(both, first_only, second_only, neither):
    if both + first_only + second_only == 0:
        return np.nan, "neither coder used it"
    if neither + first_only + second_only == 0:
        return np.nan, "both coders used it in every essay"
    counts = np.array([[both, first_only], [second_only, neither]], dtype=float)
    return float(cohens_kappa(counts, return_results=False)), ""


def agreement(presence, *, of):
    """Krippendorff's alpha (nominal, present or absent) of all coders together.

    Parameters
    ----------
    presence : DataFrame
        essay_id, coder, present and the column named by `of`; a reading that was not made has no
        row and counts as missing.
    of : {"code", "theme"}

    Returns
    -------
    DataFrame
        [of], essays (read by at least two coders), coders, marked (share of the readings of
        these essays that mark it), alpha, undefined (why alpha is undefined, else '').

    References
    ----------
    Krippendorff 2011, Computing Krippendorff's alpha-reliability; the package `krippendorff`.
    """
    rows = [
        (name, *_alpha(group.pivot(index="coder", columns="essay_id", values="present")))
        for name, group in presence.groupby(of, sort=False)
    ]
    columns = [of, "essays", "coders", "marked", "alpha", "undefined"]
    return pd.DataFrame(rows, columns=columns)


def _alpha(marks):
    """(essays, coders, marked, alpha, why undefined) of a coders x essays table of 0, 1, NaN."""
    pairable = marks.loc[:, marks.notna().sum() >= 2]
    values = pairable.to_numpy(dtype=float)
    readings = np.count_nonzero(~np.isnan(values))
    if not readings:
        return 0, len(marks), np.nan, np.nan, "no essay was read by two coders"
    used = int(np.nansum(values))
    coders = int(pairable.notna().any(axis=1).sum())
    found = pairable.shape[1], coders, used / readings
    if used == 0:
        return *found, np.nan, "no coder used it"
    if used == readings:
        return *found, np.nan, "every coder used it in every essay"
    alpha = krippendorff.alpha(
        reliability_data=values, level_of_measurement="nominal", value_domain=[0, 1]
    )
    return *found, float(alpha), ""
