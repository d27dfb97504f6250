"""Tables for the paper: themes with counts and exemplars, and our counts beside published ones."""

import pandas as pd

from analysis.problems import Problem
from analysis.tables import read_optional_table


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
        n = str(low) if low == high else f"{low}-{high}"
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
                "n_of_N": f"{n} of {essays}",
                "exemplars": (" " if places else "\n").join(quotations),
            }
        )
    return pd.DataFrame(rows)


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
