"""The first passes compared: every coefficient with its interval, for the tables of phase 2.

Composes `agreement`, `intervals`, `bootstrap`, `sets` and `unitizing`; it computes nothing itself.
Essays are drawn singly: two coders need no resampling there. Sentences and words lie in essays,
and more than two coders have no better interval: essays are drawn anew, with replacement.
"""

import pandas as pd

from analysis.agreement import (
    agreement,
    four_cells,
    pair_agreement,
    pooled_agreement,
    rating_patterns,
)
from analysis.bootstrap import (
    bootstrap_intervals,
    pair_bootstrap_intervals,
    pooled_bootstrap_interval,
)
from analysis.intervals import pair_intervals
from analysis.sets import set_agreement, set_bootstrap_intervals
from analysis.unitizing import unitizing, unitizing_interval

SINGLY = ["essay_id"]  # what identifies a unit that is drawn by itself
WITH_INTERVALS = ["percent_agreement", "pabak", "ac1", "alpha"]
SHARES = ["positive_agreement", "negative_agreement"]  # without
DRAWN = ["resamples", "undefined_resamples", "note"]
WITHOUT_DRAWS = "goodness of fit (alpha, kappa), Wilson (percent agreement, PABAK, AC1)"
WHOLE_ONLY = "marked on whole essays only"
NOT_ASKED = "nobody was asked for it"


def compare_coders(ratings, *, n_resamples, seed, level):
    """All coders together, per code or theme, over one unit.

    Parameters
    ----------
    ratings : Ratings
        Its units have an essay_id.
    n_resamples, seed : int
        Of essays; not used for two coders over essays.
    level : float
        Of the intervals, such as 0.95.

    Returns
    -------
    DataFrame
        The columns of `agreement.agreement`; [coefficient]_low and _high of percent_agreement,
        pabak, ac1 and alpha; level, interval (how it was made), resamples, undefined_resamples
        (of alpha) and note. Of two coders over essays, AC1 and all intervals are of the essays
        that both read; more than those have no part in it.
    """
    table = agreement(ratings)
    if len(ratings.coders) == 2 and list(ratings.units) == SINGLY:
        pair = compare_pairs(ratings, [ratings.coders], n_resamples=0, seed=seed, level=level)
        table["ac1"] = pair.set_index(ratings.of)["ac1"].reindex(table[ratings.of]).to_numpy()
        found = pair.assign(note="")  # it is of kappa
    else:
        drawn = {"drawn": "essay_id", "n_resamples": n_resamples, "seed": seed, "level": level}
        found = bootstrap_intervals(ratings, **drawn).assign(level=level, interval="bootstrap")
    columns = [f"{name}_{end}" for name in WITH_INTERVALS for end in ("low", "high")]
    found = found[[ratings.of, *columns, "level", "interval", *DRAWN]]
    return table.merge(found, on=ratings.of, how="left", validate="one_to_one")


def compare_pairs(ratings, pairs, *, n_resamples, seed, level):
    """Each pair of coders, per code or theme, over one unit; arguments as above.

    Returns
    -------
    DataFrame
        The columns of `agreement.pair_agreement`; [coefficient]_low and _high of
        percent_agreement, pabak, ac1, alpha and kappa; level, interval, resamples,
        undefined_resamples (of alpha) and note (also why kappa has no interval over essays).
    """
    cells = pair_agreement(four_cells(ratings, pairs))
    if list(ratings.units) == SINGLY:
        table = pair_intervals(cells, level=level).rename(columns={"no_kappa_interval": "note"})
        some = table["note"].ne("")
        table.loc[some, "note"] = "no interval of kappa: " + table["note"]
        return table.assign(level=level, interval=WITHOUT_DRAWS, resamples=0, undefined_resamples=0)
    drawn = {"drawn": "essay_id", "n_resamples": n_resamples, "seed": seed, "level": level}
    found = pair_bootstrap_intervals(ratings, pairs, **drawn).drop(columns="drawn")
    found = found.assign(level=level, interval="bootstrap")
    return cells.merge(found, on=[ratings.of, "first", "second"], validate="one_to_one")


def every_name(table, of, names, *, whole=()):
    """The table with a row for each code or theme, in their order.

    Parameters
    ----------
    table : DataFrame
        As of `compare_coders`.
    of : {"code", "theme"}
    names : sequence of str
    whole : collection of str
        Names that were marked on whole essays only: over parts of essays nobody can have left
        them out, so that is why they are undefined.

    Returns
    -------
    DataFrame
        Without a rating, units and coders are 0 and undefined says why.
    """
    table = pd.DataFrame({of: list(names)}).merge(table, on=of, how="left", validate="one_to_one")
    table["undefined"] = table["undefined"].fillna(NOT_ASKED)
    table.loc[table[of].isin(whole), "undefined"] = WHOLE_ONLY
    for column in {"units", "coders", "resamples", "undefined_resamples"} & {*table}:
        table[column] = table[column].fillna(0).astype(int)
    return table.fillna({"interval": "", "note": ""})


# Several units at once ------------------------------------------------------------------------

LONG = [
    *("of", "name", "unit", "units", "coders", "marked", "coefficient", "value", "low", "high"),
    *("undefined", *DRAWN),
]


def in_long(table, of, unit):
    """A table of `compare_coders` with one row a coefficient, to be laid beside other units.

    Returns
    -------
    DataFrame
        of (code or theme), name, unit, units, coders, marked (share of the ratings), coefficient,
        value, low, high, undefined (why there is no value, else ''), resamples,
        undefined_resamples, note.
    """
    table = table.rename(columns={of: "name"}).assign(of=of, unit=unit)
    parts = [
        table.assign(
            coefficient=name,
            value=table[name],
            low=table.get(f"{name}_low"),
            high=table.get(f"{name}_high"),
            undefined=table["undefined"].where(table[name].isna(), ""),
        )
        for name in [*WITH_INTERVALS, *SHARES]
    ]
    return pd.concat(parts, ignore_index=True)[LONG].astype({"low": float, "high": float})


def compare_spans(codings, lengths, readings, codes, *, n_resamples, seed, level, whole=()):
    """Unitizing alpha and overlap with their intervals: see `unitizing.unitizing`.

    Parameters
    ----------
    codings, lengths, readings
        As `unitizing.unitizing` takes them.
    codes : sequence of str
        Each gets its rows.
    whole : collection of str
        Codes that were marked on whole essays only.

    Returns
    -------
    of_codes : DataFrame
        As `in_long`: u and dice of each code; marked is a share of characters.
    together : DataFrame
        scope, coefficient, value, low, high, undefined, resamples, undefined_resamples, note, and
        what became of the codings: spans, united, alone.
    """
    spans = unitizing(codings, lengths, readings).merge(
        unitizing_interval(
            codings, lengths, readings, resamples=n_resamples, seed=seed, level=level
        ),
        on=["scope", "code", "coefficient"],
        validate="one_to_one",
    )
    of_codes = [
        every_name(
            spans[spans["scope"].eq("code") & spans["coefficient"].eq(name)],
            "code",
            codes,
            whole=whole,
        ).assign(coefficient=name)
        for name in ("u", "dice")
    ]
    of_codes = pd.concat(of_codes, ignore_index=True).rename(columns={"code": "name"})
    of_codes = of_codes.assign(of="code", unit="character", units=pd.NA)
    together = spans.loc[spans["scope"].ne("code"), ["scope", *TOGETHER, *BECAME]]
    return of_codes[LONG], together


TOGETHER = ["coefficient", "value", "low", "high", "undefined", *DRAWN]
BECAME = ["spans", "united", "alone"]  # what became of the codings
SPOKEN = {
    "bar_u": "|u",
    "dice": "overlap (Dice)",
    "masi": "alpha of sets, MASI",
    "jaccard": "alpha of sets, Jaccard",
}


def compare_all_codes(ratings, in_sentences, over_words, *, n_resamples, seed, level):
    """All codes taken together, over essays, sentences and words.

    Parameters
    ----------
    ratings, in_sentences : Ratings
        Of codes, over essays and over their sentences.
    over_words : DataFrame
        The second table of `compare_spans`.

    Returns
    -------
    DataFrame
        unit, coders, coefficient (in words), value, low, high, undefined, resamples,
        undefined_resamples, note.
    """
    drawn = {"drawn": "essay_id", "n_resamples": n_resamples, "seed": seed, "level": level}
    pooled = [
        pooled_agreement(of)
        .join(pooled_bootstrap_interval(of, **drawn))
        .assign(unit=unit, coefficient="pooled alpha")
        for unit, of in {"essay": ratings, "sentence": in_sentences}.items()
    ]
    sets = set_agreement(in_sentences).merge(
        set_bootstrap_intervals(in_sentences, **drawn), on="distance", validate="one_to_one"
    )
    sets = sets.assign(unit="sentence", coefficient=sets["distance"].replace(SPOKEN))
    alphas = {"alpha": "value", "alpha_low": "low", "alpha_high": "high"}
    words = over_words.assign(
        unit="character",
        coefficient=over_words["coefficient"].replace(SPOKEN)
        + over_words["scope"].map({"pooled": ", pooled", "alternatives": ", alternatives"}),
    )
    table = pd.concat(
        [pd.concat([*pooled, sets], ignore_index=True).rename(columns=alphas), words],
        ignore_index=True,
    ).assign(coders=len(ratings.coders))
    return table[["unit", "coders", *TOGETHER]]


def patterns_over(ratings_by_unit):
    """Pattern counts of several units: of, name, unit, read, marked, units.

    Parameters
    ----------
    ratings_by_unit : list of (str, Ratings)
        The unit's name and the ratings.
    """
    tables = [
        rating_patterns(of).rename(columns={of.of: "name"}).assign(of=of.of, unit=unit)
        for unit, of in ratings_by_unit
    ]
    return pd.concat(tables, ignore_index=True)[["of", "name", "unit", "read", "marked", "units"]]
