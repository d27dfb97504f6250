"""Tables for the paper, as they are printed, and how a count is said and what it means."""

import pandas as pd

from analysis.framing import FRAMINGS
from analysis.problems import Problem
from analysis.tables import read_optional_table

PERCENT_FROM = 20  # essays; below, a percent would say more than the count does

NBSP = "\N{NO-BREAK SPACE}"

RULES = {
    "adjudicated": "as it was adjudicated; without an adjudication, as all its readers agree",
    "all": "if all its readers marked it",
    "majority": "if more than half of its readers marked it",
    "any": "if any of its readers marked it",
}


# Counts ----------------------------------------------------------------------------------------


_NO_INTERVALS = "The essays are no random sample, so no confidence interval is given here."
_INTERVALS = (
    "The {:g}{}% intervals of n / N are Wilson's, and hold only for essays drawn at random from "
    "more of their kind."
)


def meaning_of_n(consensus, essays, *, level=0):
    """How n is defined, in sentences: said once, the same in every table and page.

    Parameters
    ----------
    consensus : str
        The study's rule: adjudicated, all, majority, any, or a coder's name.
    essays : int
        N, the essays of the study.
    level : float
        Of the intervals of n / N, such as 0.95; 0 where none is given, as usual.
    """
    rule = RULES.get(consensus, f"if {consensus} marked it")
    return [
        f"n counts essays: of N = {essays:,}, those in which the theme was identified. An essay "
        "has a theme if any of its codes, or of its sub-themes' codes, is present.",
        f"Whether a code is present in an essay is decided by one rule: {rule}.",
        "Where that is still open, a count is a range, from all open ones absent to all present.",
        "N is smaller where fewer essays were read for a theme.",
        "An essay that does not mention a theme does not deny it, and a count is not importance. "
        + (_INTERVALS.format(100 * level, NBSP) if level else _NO_INTERVALS),
    ]


def n_of_N(low, high, essays):
    """A count as it is printed: '10 of 22 (45 %)', '9-11 of 22', '3 of 8'.

    Whole percents, halves rounded up; none for a range or for fewer than `PERCENT_FROM` essays.
    What is not none or all is never 0 % or 100 %.
    """
    if low != high:
        return f"{low}-{high} of {essays}"
    if essays < PERCENT_FROM:
        return f"{low} of {essays}"
    percent = (200 * low + essays) // (2 * essays)
    percent = "<1" if low and not percent else ">99" if low < essays and percent == 100 else percent
    return f"{low} of {essays} ({percent} %)"


# Published counts ------------------------------------------------------------------------------


def read_published(folder, problems):
    """published_counts.csv: theme, n, and optionally label, essays, where. None without it."""
    file = "published_counts.csv"
    table = read_optional_table(folder, file, problems)
    if table is None or table.empty:
        return None
    for row, n in table.loc[~table["n"].str.fullmatch("[0-9]+"), "n"].items():
        problems.append(
            Problem(f"n '{n}' is not a count.", "Write a whole number.", file, row, "n")
        )
    return table


def compare_with_published(prevalence, published):
    """Published counts beside ours.

    Returns
    -------
    DataFrame
        theme, label, where, published, ours ('17-20' if unresolved), verdict: agree (the count
        and, where one is printed, the number of essays), differ, or not in our themes.
    """
    ours = prevalence.set_index("theme")
    rows = []
    for theme, n, essays, where in published.astype({"n": int})[
        ["theme", "n", "essays", "where"]
    ].itertuples(index=False):
        if theme not in ours.index:
            rows.append((theme, theme, where, n, "", "not in our themes"))
            continue
        low, high, N = ours.loc[theme, ["n_low", "n_high", "essays"]]
        text = str(low) if low == high else f"{low}-{high}"
        same = low == high == n and essays in ("", str(N))
        rows.append((theme, ours.at[theme, "label"], where, n, text, "agree" if same else "differ"))
    columns = ["theme", "label", "where", "published", "ours", "verdict"]
    return pd.DataFrame(rows, columns=columns)


# Tables as they are printed ---------------------------------------------------------------------


def theme_table(themes, prevalence, exemplars, theme_codes, *, exemplars_shown, places=True):
    """Table 1 of the paper.

    Parameters
    ----------
    places : bool
        True: each quotation with its essay and offsets, to be looked up. False: with its essay
        only, one a line, to be read.

    Returns
    -------
    DataFrame
        perspective, theme (the label; sub-themes marked by '– '), definition, sub_themes,
        codes, n_of_N, exemplars (each with essay id, and offsets if wanted).
    """
    info = themes.set_index("theme")
    children = themes[themes["parent"].ne("")].groupby("parent")["label"].agg("; ".join)
    own = theme_codes[theme_codes["own"]].groupby("theme")["code"].agg("; ".join)
    shown = exemplars[exemplars["rank"] <= exemplars_shown]
    rows = []
    for theme, low, high, essays in prevalence[["theme", "n_low", "n_high", "essays"]].itertuples(
        index=False
    ):
        quotations = [
            f"“{quotation}” ({essay_id}{f', {start}-{end}' if places else ''})"
            for quotation, essay_id, start, end in shown.loc[
                shown["theme"].eq(theme), ["quotation", "essay_id", "start", "end"]
            ].itertuples(index=False)
        ]
        mark = "– " if info.at[theme, "parent"] else ""
        rows.append(
            {
                "perspective": info.at[theme, "perspective"],
                "theme": mark + info.at[theme, "label"],
                "definition": info.at[theme, "definition"],
                "sub_themes": children.get(theme, ""),
                "codes": own.get(theme, ""),
                "n_of_N": n_of_N(low, high, essays),
                "exemplars": (" " if places else "\n").join(quotations),
            }
        )
    columns = ["perspective", "theme", "definition", "sub_themes", "codes", "n_of_N", "exemplars"]
    return pd.DataFrame(rows, columns=columns)


def theme_table_to_print(table, approach):
    """`theme_table` (made with places=False) under the headings of a paper.

    Without the count where the approach moves counts to the supplement, and without columns in
    which nothing stands.
    """
    if not FRAMINGS[approach].counts_in_text:
        table = table.drop(columns="n_of_N")
    names = {"n_of_N": "n of N", "exemplars": "quotations", "sub_themes": "sub-themes"}
    return _filled(table.assign(codes=_spaced(table["codes"]))).rename(columns=names)


def count_table(counts, *, level=0):
    """How common each theme is: n of N beside what the coders marked in their first passes.

    Parameters
    ----------
    counts : DataFrame
        label, parent, n_low, n_high, essays, all_coders, any_coder, and coder_<name> where there
        are few coders; with a level, share_low and share_high (0-1, NaN where nothing was read).
    level : float
        Of the intervals of n / N, such as 0.95; 0 where none is given.
    """
    each = [column for column in counts if column.startswith("coder_")]
    both, either = ("both", "either") if len(each) == 2 else ("all", "any")
    named = counts[["n_low", "n_high", "essays"]].itertuples(index=False)
    table = pd.DataFrame(
        {
            "theme": counts["label"].where(counts["parent"].eq(""), "– " + counts["label"]),
            "n of N": [n_of_N(*n) for n in named],
            f"first passes: {both}": counts["all_coders"],
            either: counts["any_coder"],
        }
    )
    if level:
        ends = counts[["share_low", "share_high"]].itertuples(index=False)
        said = ["undefined" if pd.isna(low) else f"{low:.0%} to {high:.0%}" for low, high in ends]
        table.insert(2, f"n / N ({100 * level:g}{NBSP}% interval)", said)
    return table.join(counts[each].rename(columns=lambda name: name.removeprefix("coder_")))


def agreement_table(agreement, pairs=None):
    """How alike the first passes were, one row a code or theme.

    Parameters
    ----------
    agreement : DataFrame
        code (or theme and label), essays, coders, marked (share of readings), alpha, undefined;
        optional percent_agreement, positive_agreement, ac1, and of ac1 and alpha _low, _high
        with their level.
    pairs : DataFrame, optional
        By code and pair of coders, for essays: both, first_only, second_only, neither, kappa.
        Used where there is one pair only, and nobody beside it: alpha would be of others.

    Returns
    -------
    DataFrame of str
        A coefficient has two decimals, with its interval in brackets where there is one; an
        undefined one is said in words.
    """
    of = "theme" if "theme" in agreement else "code"
    labels = agreement["label"] if "label" in agreement else _spaced(agreement[of])
    table = pd.DataFrame({of: labels, "essays": agreement["essays"].astype(str)})
    one_pair = (
        pairs is not None
        and len(pairs[["first", "second"]].drop_duplicates()) == 1
        and agreement["coders"].le(2).all()
    )
    if one_pair:
        pairs = pairs.set_index("code").reindex(agreement[of])
        first, second = pairs[["first", "second"]].dropna().iloc[0]
        for column, name in {
            "both": "both",
            "first_only": f"only {first}",
            "second_only": f"only {second}",
            "neither": "neither",
        }.items():
            # Nobody was asked for a code that is in no pair.
            table[name] = ["" if pd.isna(n) else str(int(n)) for n in pairs[column]]
    else:
        table["marked"] = agreement["marked"].map(_coefficient)
    shares = {"percent_agreement": "agreement", "positive_agreement": "positive agreement"}
    for column, name in shares.items():
        if column in agreement:
            table[name] = [_coefficient(share) or "undefined" for share in agreement[column]]
    if "ac1" in agreement:
        table[_heading(agreement, "ac1", "AC1")] = _coefficients(agreement, "ac1")
    if one_pair:
        table["kappa"] = [_coefficient(value) or "undefined" for value in pairs["kappa"]]
    alpha = _coefficients(agreement, "alpha")
    reasons = zip(alpha, agreement["undefined"], strict=True)
    table[_heading(agreement, "alpha", "alpha")] = [
        f"{value}: {reason}" if value == "undefined" and reason else value
        for value, reason in reasons
    ]
    return table


def _heading(agreement, column, name):
    if f"{column}_low" not in agreement:
        return name
    levels = agreement["level"].dropna().unique()
    return f"{name} ({100 * levels[0]:g}{NBSP}% interval)" if len(levels) else f"{name} (interval)"


def _coefficients(agreement, column):
    """The values of a coefficient as they are printed, each with its interval if it has one."""
    if f"{column}_low" not in agreement:
        return [_coefficient(value) or "undefined" for value in agreement[column]]
    limits = agreement[[column, f"{column}_low", f"{column}_high"]]
    return [_with_interval(*row) for row in limits.itertuples(index=False, name=None)]


def _with_interval(value, low, high):
    if pd.isna(value):
        return "undefined"
    if pd.isna(low):
        return f"{_coefficient(value)} (no interval)"
    return f"{_coefficient(value)} ({_coefficient(low)}{NBSP}to{NBSP}{_coefficient(high)})"


def codebook_table(codebook, themes):
    """The codebook under the headings of a paper: codes in the order of their themes.

    Codes without a theme stand at the end. Columns in which nothing stands are left out.
    """
    labels = dict(zip(themes["theme"], themes["label"], strict=True))
    place = {theme: place for place, theme in enumerate(themes["theme"])}
    rows = codebook.assign(place=codebook["theme"].map(place).fillna(len(place)))
    rows = rows.sort_values("place", kind="stable", ignore_index=True)
    named = ["definition", "include", "exclude", "example", "note"]
    table = rows[named].rename(
        columns={"include": "when to use", "exclude": "when not", "example": "example"}
    )
    table.insert(0, "code", _spaced(rows["code"]))
    table.insert(0, "theme", [labels.get(theme, theme) or "(none)" for theme in rows["theme"]])
    return _filled(table)


def decision_table(effect, themes):
    """The decision log: what was changed, by whom, why, and what it did to n.

    Parameters
    ----------
    effect : DataFrame
        step, date, by, action, from, to, reason, theme, n_before, n_after, one row for each
        theme that a step touched; n is empty where the theme did not exist.
    """
    labels = dict(zip(themes["theme"], themes["label"], strict=True))

    def name(theme):
        return labels.get(theme, theme.replace("_", " "))

    rows = []
    for step, group in effect.groupby("step", sort=False):
        one = group.iloc[0]
        moves = [
            f"{name(theme)}: {before or 'new'} → {after or 'gone'}"
            for theme, before, after in group[["theme", "n_before", "n_after"]].itertuples(
                index=False
            )
        ]
        what = "; ".join(map(name, one["from"].split(";")))
        rows.append(
            {
                "step": str(step),
                "date": one["date"],
                "by": one["by"],
                "change": f"{one['action']} {what}" + (f" → {name(one['to'])}" * bool(one["to"])),
                "reason": one["reason"],
                "n before → after": "\n".join(moves),
            }
        )
    columns = ["step", "date", "by", "change", "reason", "n before → after"]
    return _filled(pd.DataFrame(rows, columns=columns))


def _spaced(names):
    return names.str.replace("_", " ")


def _filled(table):
    """A table without the columns in which nothing stands."""
    return table[[name for name in table if table[name].ne("").any() or table.empty]]


def _coefficient(value):
    """Two decimals with a real minus and no minus zero; empty where the value is missing."""
    return "" if pd.isna(value) else f"{round(value, 2) + 0.0:.2f}".replace("-", "−")


def as_markdown(table, *, title, note):
    """A table as a Markdown page: heading, note, pipe table. Bars and line ends are escaped."""

    def cell(value):
        return str(value).replace("|", "\\|").replace("\n", " ")

    lines = [f"# {title}", ""]
    if note:
        lines += [note, ""]
    lines.append("| " + " | ".join(name.replace("_", " ") for name in table.columns) + " |")
    lines.append("|" + " --- |" * len(table.columns))
    lines += ["| " + " | ".join(map(cell, row)) + " |" for row in table.itertuples(index=False)]
    return "\n".join(lines) + "\n"
