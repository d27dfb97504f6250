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
    OF_INTERVAL,
    OF_PAIRS,
    RESAMPLED,
    bootstrap_intervals,
    pair_bootstrap_intervals,
    pooled_bootstrap_interval,
)
from analysis.intervals import pair_intervals
from analysis.sets import set_agreement, set_bootstrap_intervals
from analysis.unitizing import unitizing, unitizing_interval

SINGLY = ["essay_id"]  # what identifies a unit that is drawn by itself
WITHOUT_INTERVAL = ["positive_agreement", "negative_agreement"]
WITHOUT_DRAWS = "goodness of fit (alpha, kappa), Wilson (percent agreement, PABAK, AC1)"
NO_CODE = "it has no code"
NOT_ASKED = "nobody was asked for it"
WHOLE_ONLY = "marked on whole essays only"


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
        The columns of `agreement.agreement`; for percent_agreement, pabak, ac1 and alpha:
        [coefficient]_low and _high, _undefined_resamples and _note (why there is no interval, or
        that it is too narrow, else ''); level, interval (how it was made), resamples. Of two
        coders over essays, AC1 and all intervals are of the essays that both read.
    """
    table = agreement(ratings)
    if len(ratings.coders) == 2 and list(ratings.units) == SINGLY:
        found = compare_pairs(ratings, [ratings.coders], n_resamples=0, seed=seed, level=level)
        table["ac1"] = found.set_index(ratings.of)["ac1"].reindex(table[ratings.of]).to_numpy()
    else:
        drawn = {"drawn": "essay_id", "n_resamples": n_resamples, "seed": seed, "level": level}
        found = bootstrap_intervals(ratings, **drawn).assign(level=level, interval="bootstrap")
    columns = [f"{name}_{part}" for name in RESAMPLED for part in OF_INTERVAL]
    found = found[[ratings.of, *columns, "level", "interval", "resamples"]]
    return table.merge(found, on=ratings.of, how="left", validate="one_to_one")


def compare_pairs(ratings, pairs, *, n_resamples, seed, level):
    """Each pair of coders, per code or theme, over one unit; arguments as above.

    Returns
    -------
    DataFrame
        The columns of `agreement.pair_agreement`; then as `compare_coders`, with kappa too.
    """
    cells = pair_agreement(four_cells(ratings, pairs))
    if list(ratings.units) == SINGLY:
        notes = {f"{name}_note": "" for name in RESAMPLED}
        counts = {f"{name}_undefined_resamples": 0 for name in OF_PAIRS}
        found = pair_intervals(cells, level=level).assign(**notes, **counts, resamples=0)
        found["interval"] = WITHOUT_DRAWS
    else:
        drawn = {"drawn": "essay_id", "n_resamples": n_resamples, "seed": seed, "level": level}
        found = pair_bootstrap_intervals(ratings, pairs, **drawn).assign(interval="bootstrap")
    keys = [ratings.of, "first", "second"]
    columns = [f"{name}_{part}" for name in OF_PAIRS for part in OF_INTERVAL]
    found = found.assign(level=level)[[*keys, *columns, "level", "interval", "resamples"]]
    return cells.merge(found, on=keys, validate="one_to_one")


# A row for each name, and why it has no value -------------------------------------------------


def every_name(table, of, codes_of):
    """The table with a row for each code or theme, in their order, and a reason where it was none.

    Parameters
    ----------
    table : DataFrame
        As of `compare_coders`.
    of : {"code", "theme"}
    codes_of : dict of str to sequence of str
        The codes of each theme; of a code, itself.
    """
    names = pd.DataFrame({of: list(codes_of)})
    table = names.merge(table, on=of, how="left", validate="one_to_one")
    without = pd.Series([NOT_ASKED if codes else NO_CODE for codes in codes_of.values()])
    table["undefined"] = table["undefined"].fillna(without)
    counts = table.filter(regex="^(units|coders|resamples)$|undefined_resamples$")
    words = table.filter(regex="^interval$|note$")
    table[counts.columns] = counts.fillna(0).astype(int)
    table[words.columns] = words.fillna("")
    return table


def every_name_over_parts(table, of, codes_of, codings):
    """`every_name`, over sentences or words, where codings of whole essays say no place.

    Where all codings of a code or theme are of whole essays, that is why it has no value. Where
    some are, and so no two coders are left who read an essay and say where, the reason says so.
    """
    table = every_name(table, of, codes_of)
    nowhere = codings["start"].isna().groupby(codings["code"]).agg(["any", "all"])
    for row, codes in enumerate(codes_of.values()):
        used = nowhere.reindex(codes).dropna()
        if len(used) and used["all"].all():
            table.loc[row, "undefined"] = WHOLE_ONLY
        elif used["any"].any():
            table.loc[row, "undefined"] = _who_say_where(table.loc[row, "undefined"])
    return table


def _who_say_where(reason):
    return reason.replace("by two coders", "by two coders who say where")


# Several units at once ------------------------------------------------------------------------

DRAWN = ["resamples", "undefined_resamples", "note"]
VALUE = ["coefficient", "value", "low", "high", "undefined", *DRAWN]
LONG = ["of", "name", "unit", "units", "coders", "marked", *VALUE]
BECAME = ["spans", "united", "alone"]  # what became of the codings


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
    parts = []
    for name in [*RESAMPLED, *WITHOUT_INTERVAL]:
        part = table.assign(coefficient=name, value=table[name])
        part["undefined"] = table["undefined"].where(table[name].isna(), "")
        if name in WITHOUT_INTERVAL:
            part = part.assign(low=float("nan"), high=float("nan"), resamples=0)
            part = part.assign(undefined_resamples=0, note="")
        else:
            part[OF_INTERVAL] = table[[f"{name}_{column}" for column in OF_INTERVAL]]
        parts.append(part[LONG])
    return pd.concat(parts, ignore_index=True)


def compare_spans(codings, lengths, readings, codes, *, n_resamples, seed, level):
    """Unitizing alpha and overlap with their intervals: see `unitizing.unitizing`.

    Parameters
    ----------
    codings, lengths, readings
        As `unitizing.unitizing` takes them.
    codes : sequence of str
        Each gets its rows.

    Returns
    -------
    of_codes : DataFrame
        As `in_long`: u and dice of each code; marked is a share of characters, and units (NA) are
        not counted.
    together : DataFrame
        scope, coders, coefficient, value, low, high, undefined, resamples, undefined_resamples,
        note, and what became of the codings: spans, united, alone.
    """
    draws = {"resamples": n_resamples, "seed": seed, "level": level}
    spans = unitizing(codings, lengths, readings).merge(
        unitizing_interval(codings, lengths, readings, **draws),
        on=["scope", "code", "coefficient"],
        validate="one_to_one",
    )
    own = {code: [code] for code in codes}
    of_codes = []
    for name in ("u", "dice"):
        found = spans[spans["scope"].eq("code") & spans["coefficient"].eq(name)]
        found = every_name_over_parts(found, "code", own, codings)
        of_codes.append(found.assign(coefficient=name))
    of_codes = pd.concat(of_codes, ignore_index=True).rename(columns={"code": "name"})
    of_codes = of_codes.assign(of="code", unit="character", units=pd.NA)
    together = spans.loc[spans["scope"].ne("code"), ["scope", "coders", *VALUE, *BECAME]]
    if codings["start"].isna().any():
        together = together.assign(undefined=together["undefined"].map(_who_say_where))
    return of_codes[LONG], together


SPOKEN = {
    "bar_u": "|u",
    "dice": "overlap (Dice)",
    "masi": "alpha of sets, MASI",
    "jaccard": "alpha of sets, Jaccard",
}


def compare_all_codes(ratings, in_sentences, over_words, *, whole, n_resamples, seed, level):
    """All codes taken together, over essays, sentences and words.

    Parameters
    ----------
    ratings, in_sentences : Ratings
        Of codes, over essays and over their sentences.
    over_words : DataFrame
        The second table of `compare_spans`.
    whole : bool
        Are any codings of whole essays?

    Returns
    -------
    DataFrame
        unit, coders (who take part), coefficient (in words), value, low, high, undefined,
        resamples, undefined_resamples, note.
    """
    drawn = {"drawn": "essay_id", "n_resamples": n_resamples, "seed": seed, "level": level}
    pooled = [
        pooled_agreement(of)
        .join(pooled_bootstrap_interval(of, **drawn).drop(columns="drawn"))
        .rename(columns=lambda name: name.removeprefix("alpha_"))
        .assign(unit=unit, coefficient="pooled alpha")
        for unit, of in {"essay": ratings, "sentence": in_sentences}.items()
    ]
    sets = set_agreement(in_sentences).merge(
        set_bootstrap_intervals(in_sentences, **drawn), on="distance", validate="one_to_one"
    )
    sets = sets.rename(columns=lambda name: name.removeprefix("alpha_"))
    sets = sets.assign(unit="sentence", coefficient=sets["distance"].replace(SPOKEN))
    alphas = pd.concat([*pooled, sets], ignore_index=True).rename(columns={"alpha": "value"})
    if whole:
        over_parts = alphas["unit"].ne("essay")
        said = alphas["undefined"].map(_who_say_where)
        alphas["undefined"] = said.where(over_parts, alphas["undefined"])
    scopes = over_words["scope"].map({"pooled": ", pooled", "alternatives": ", alternatives"})
    names = over_words["coefficient"].replace(SPOKEN) + scopes
    words = over_words.assign(unit="character", coefficient=names)
    return pd.concat([alphas, words], ignore_index=True)[["unit", "coders", *VALUE]]


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
