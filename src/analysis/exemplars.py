"""Exemplars: the quotations that say a theme best."""

import pandas as pd


def exemplars(theme_codings, theme_presence, *, per_theme, longest):
    """Quotations that say a theme best: places that more coders marked come first.

    Ryan (1997) calls a passage marked by all coders core and one marked by one coder periphery.
    The order is: words that no other theme quotes yet (sub-themes choose before their theme); the
    theme's own codes before those of its sub-themes; an essay not quoted yet; marked by more
    coders; nearer to the theme's median length.

    Parameters
    ----------
    theme_codings : DataFrame
        theme, coder, essay_id, start, end, quotation, code, and own (False for a code of a
        sub-theme; without the column every code is the theme's own).
    theme_presence : DataFrame
        essay_id, theme, status; only essays in which the theme is present are quoted.
    per_theme : int
        Exemplars for a theme, at most.
    longest : int
        Characters of a quotation, at most.

    Returns
    -------
    DataFrame
        theme, rank, essay_id, start, end, quotation, code, coders (who marked overlapping words
        for the theme), n_coders.
    """
    spans = theme_codings.dropna(subset=["start"])
    spans = spans if "own" in spans else spans.assign(own=True)
    present = theme_presence.loc[theme_presence["status"].eq("present"), ["essay_id", "theme"]]
    spans = spans.merge(present, on=["essay_id", "theme"])
    groups = dict(list(spans.groupby("theme", sort=False)))
    chosen, taken = {}, {}
    # A theme whose codes are all its own chooses before one that holds sub-themes.
    for theme in sorted(groups, key=lambda theme: not groups[theme]["own"].all()):
        ranked = _ranked(_with_coders(groups[theme]), longest, taken)
        chosen[theme] = ranked.head(per_theme)
        for essay_id, *place in chosen[theme][["essay_id", "start", "end"]].values.tolist():
            taken.setdefault(essay_id, []).append(place)
    columns = [
        "theme",
        "rank",
        "essay_id",
        "start",
        "end",
        "quotation",
        "code",
        "coders",
        "n_coders",
    ]
    if not chosen:
        return pd.DataFrame(columns=columns)
    table = pd.concat([chosen[theme] for theme in groups])
    table["rank"] = table.groupby("theme").cumcount() + 1
    return table[columns].reset_index(drop=True)


def _with_coders(group):
    """Who marked overlapping words, for each coding of one theme."""
    coders = []
    for _, essay in group.groupby("essay_id", sort=False):
        start, end = essay["start"].to_numpy(int), essay["end"].to_numpy(int)
        overlap = (start[:, None] < end) & (end[:, None] > start)
        names = essay["coder"].to_numpy()
        coders += [
            (i, sorted(set(names[row]))) for i, row in zip(essay.index, overlap, strict=True)
        ]
    coders = dict(coders)
    return group.assign(
        coders=["; ".join(coders[i]) for i in group.index],
        n_coders=[len(coders[i]) for i in group.index],
    )


def _ranked(group, longest, taken):
    length = group["end"] - group["start"]
    short = group.assign(distance=(length - length.median()).abs())[length.le(longest)]
    quoted = [
        any(start < end_ and begin < end for begin, end_ in taken.get(essay_id, []))
        for essay_id, start, end in short[["essay_id", "start", "end"]].itertuples(index=False)
    ]
    short = short.assign(
        quoted=pd.Series(quoted, index=short.index, dtype=bool), below=~short["own"]
    )
    order = ["quoted", "below", "n_coders", "distance", "essay_id", "start", "end", "coder"]
    up = [name != "n_coders" for name in order]
    short = short.sort_values(order, ascending=up).drop_duplicates(["essay_id", "start", "end"])
    round_ = short.groupby(["quoted", "below", "essay_id"]).cumcount()
    return short.assign(round=round_).sort_values(["quoted", "below", "round"], kind="stable")
