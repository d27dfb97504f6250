"""Themes: their tree, the roll-up of codes to themes, what the map leaves open."""

import numpy as np
import pandas as pd

from analysis.problems import Problem, listed
from analysis.tables import (
    check_filled,
    check_known,
    check_unique,
    read_optional_table,
)

# Reading -----------------------------------------------------------------------------------


def read_themes(folder, codebook, problems):
    """themes.csv; without it (or without a row in it), the bare themes of `map_of_codes`.

    Returns
    -------
    DataFrame
        theme, label, parent ('' = top level), perspective, definition, narrative, aliases.
    """
    file = "themes.csv"
    themes = read_optional_table(folder, file, problems)
    if themes is None:
        return None
    if themes.empty:
        return _bare_themes(codebook, themes.columns)
    check_unique(themes, ["theme"], file, problems)
    check_filled(themes, ["theme"], file, problems)
    todo = "Add the theme, or correct the row."
    check_known(themes["parent"], themes["theme"], file, "parent", "theme", todo, problems)
    check_known(
        codebook["theme"],
        themes["theme"],
        "codebook.csv",
        "theme",
        "theme",
        "Add the theme to themes.csv, or correct the row.",
        problems,
    )
    _check_tree(themes, file, problems)
    if not has_themes(codebook):  # described, but no code is in them yet
        return _bare_themes(codebook, themes.columns)
    return themes.assign(label=themes["label"].where(themes["label"].ne(""), themes["theme"]))


def _bare_themes(codebook, columns):
    named = dict.fromkeys(theme for theme in map_of_codes(codebook).values() if theme)
    bare = pd.DataFrame({"theme": list(named)}, dtype=str)
    return bare.reindex(columns=columns, fill_value="").assign(label=bare["theme"])


def map_of_codes(codebook):
    """code -> theme by the codebook; '' = parked.

    Where no code has a theme yet, each code stands for itself, so that counts and figures can be
    looked at before themes are made.
    """
    if has_themes(codebook):
        return dict(zip(codebook["code"], codebook["theme"], strict=True))
    return dict(zip(codebook["code"], codebook["code"], strict=True))


def has_themes(codebook):
    """Does the codebook map any code to a theme?"""
    return bool(codebook["theme"].ne("").any())


def _check_tree(themes, file, problems):
    parent = dict(zip(themes["theme"], themes["parent"], strict=True))
    reported = set()
    for row, theme in themes["theme"].items():
        path = [theme]
        while parent.get(path[-1]) and parent[path[-1]] not in path:
            path.append(parent[path[-1]])
        closing = parent.get(path[-1])
        if not theme or closing != theme or theme in reported:
            continue
        reported.update(path)
        if len(path) == 1:
            what = f"theme '{theme}' is its own parent."
        else:
            what = f"the themes run in a circle: {' > '.join([*path, theme])}."
        problems.append(
            Problem(what, "Leave the parent of a top theme empty.", file, row, "parent")
        )


# Roll-up ---------------------------------------------------------------------------------------


def display_order(themes):
    """Themes in the order of themes.csv: perspectives as groups, sub-themes under their theme."""
    perspective = dict(zip(themes["theme"], themes["perspective"], strict=True))
    parent = dict(zip(themes["theme"], themes["parent"], strict=True))
    children = {}
    for theme in themes["theme"]:
        children.setdefault(parent[theme], []).append(theme)
    groups = list(dict.fromkeys(perspective[theme] for theme in children.get("", [])))
    order = []

    def add(theme):
        order.append(theme)
        for child in children.get(theme, []):
            add(child)

    for group in groups:
        for theme in children.get("", []):
            if perspective[theme] == group:
                add(theme)
    return order


def codes_of_themes(code_theme, themes):
    """Every code of a theme and of the themes below it.

    Parameters
    ----------
    code_theme : dict
        code -> theme; '' = parked.
    themes : DataFrame
        theme, parent. A theme that is not in it has no parent.

    Returns
    -------
    DataFrame
        theme, code, own (True if the code is mapped to the theme itself).
    """
    parent = dict(zip(themes["theme"], themes["parent"], strict=True))
    rows = []
    for code, theme in code_theme.items():
        own, seen = True, set()
        while theme and theme not in seen:
            rows.append((theme, code, own))
            seen.add(theme)
            theme, own = parent.get(theme, ""), False
    return pd.DataFrame(rows, columns=["theme", "code", "own"])


def roll_up(consensus, theme_codes):
    """A theme is in an essay if any of its codes is.

    Parameters
    ----------
    consensus : DataFrame
        essay_id, code, status.
    theme_codes : DataFrame
        theme, code, as `codes_of_themes` gives them.

    Returns
    -------
    DataFrame
        essay_id, theme, status: present if any code is present; else unresolved if any code is
        unresolved or the essay was read for some of the codes only; else absent. An essay that
        was read for none of the codes has no row.
    """
    rank = {"absent": 0, "unresolved": 1, "present": 2}
    joined = consensus.merge(theme_codes[["theme", "code"]], on="code")
    joined["rank"] = joined["status"].map(rank)
    table = joined.groupby(["essay_id", "theme"])["rank"].agg(["max", "size"]).reset_index()
    in_part = table["size"].lt(table["theme"].map(theme_codes.groupby("theme").size()))
    table["max"] = table["max"].mask(in_part & table["max"].eq(rank["absent"]), rank["unresolved"])
    names = {value: name for name, value in rank.items()}
    return table.assign(status=table["max"].map(names))[["essay_id", "theme", "status"]]


def roll_up_presence(presence, theme_codes):
    """Each coder's own marks rolled up to themes: essay_id, theme, coder, present.

    A coder who read an essay for some of a theme's codes only did not read it for the theme and
    has no row there.
    """
    joined = presence.merge(theme_codes[["theme", "code"]], on="code")
    keys = ["essay_id", "theme", "coder"]
    table = joined.groupby(keys)["present"].agg(["max", "size"]).reset_index()
    whole = table["size"].eq(table["theme"].map(theme_codes.groupby("theme").size()))
    return (
        table.loc[whole]
        .rename(columns={"max": "present"})[[*keys, "present"]]
        .reset_index(drop=True)
    )


def counts_by_step(maps, consensus, themes):
    """What each decision did to the counts.

    Parameters
    ----------
    maps : list of dict
        code -> theme before the first step and after each, as `replay` gives them.
    consensus : DataFrame
        essay_id, code, status; the same for every step, so that only the map moves n.
    themes : DataFrame
        theme, parent.

    Returns
    -------
    DataFrame
        step (from 1), theme, n_before, n_after: the themes whose codes or count a step changed;
        <NA> where the theme does not exist on that side. Unresolved essays count as absent.
    """
    sides = [_counts(codes_of_themes(map_, themes), consensus) for map_ in maps]
    rows = []
    for step in range(1, len(maps)):
        before, after = sides[step - 1], sides[step]
        for theme in dict.fromkeys([*before, *after]):
            if before.get(theme) != after.get(theme):
                n_before, n_after = before.get(theme, (pd.NA,)), after.get(theme, (pd.NA,))
                rows.append((step, theme, n_before[0], n_after[0]))
    table = pd.DataFrame(rows, columns=["step", "theme", "n_before", "n_after"])
    return table.astype({"n_before": "Int64", "n_after": "Int64"})


def _counts(theme_codes, consensus):
    """theme -> (essays in which it is present, its codes)."""
    rolled = roll_up(consensus, theme_codes)
    n = rolled["status"].eq("present").groupby(rolled["theme"]).sum()
    codes = theme_codes.groupby("theme", sort=False)["code"].agg(lambda c: tuple(sorted(c)))
    return {theme: (int(n.get(theme, 0)), members) for theme, members in codes.items()}


def themes_counted(themes):
    """'13 themes and 2 sub-themes': the two are never added up."""
    top = int(themes["parent"].eq("").sum())
    below = len(themes) - top
    text = f"{top} theme{'' if top == 1 else 's'}"
    return text + (f" and {below} sub-theme{'' if below == 1 else 's'}" if below else "")


def codes_in_no_essay(theme_codes, consensus):
    """Codes that are in a theme but present in no essay: they add nothing to its count."""
    present = consensus.loc[consensus["status"].eq("present"), "code"]
    return sorted(set(theme_codes["code"]) - set(present))


def with_labels(table, themes):
    """Add label, parent and perspective to a table of themes, in display order."""
    order = {theme: place for place, theme in enumerate(display_order(themes))}
    labelled = table.merge(
        themes[["theme", "label", "parent", "perspective"]], on="theme", validate="many_to_one"
    )
    labelled = labelled.sort_values("theme", key=lambda t: t.map(order), kind="stable")
    first = ["theme", "label", "parent", "perspective"]
    return labelled[first + [c for c in labelled if c not in first]].reset_index(drop=True)


def thematic_map(overlap, themes, *, cut):
    """Themes, and which of them share so many essays that the map joins them.

    Parameters
    ----------
    overlap : DataFrame
        theme_a, theme_b, shared, jaccard: each pair once, and each theme with itself.
    themes : DataFrame
        theme, label, parent, perspective.
    cut : float
        Jaccard index 0-1 from which on two themes are joined. A theme is not joined with one that
        it is part of: they share essays by definition.

    Returns
    -------
    DataFrame
        theme_a, theme_b, label_a, parent, perspective (of theme_a), shared, jaccard, cut: the
        themes (theme_a = theme_b; shared = its essays) in the order of `overlap`, then the pairs.
    """
    above = dict(zip(themes["theme"], themes["parent"], strict=True))
    pairs = list(zip(overlap["theme_a"], overlap["theme_b"], strict=True))
    alone = np.array([a == b for a, b in pairs], dtype=bool)
    kin = np.array([_within(a, b, above) or _within(b, a, above) for a, b in pairs], dtype=bool)
    joined = overlap["jaccard"].ge(cut) & ~kin
    named = themes[["theme", "label", "parent", "perspective"]].set_axis(
        ["theme_a", "label_a", "parent", "perspective"], axis=1
    )
    table = (
        pd.concat([overlap[alone], overlap[joined]])[["theme_a", "theme_b", "shared", "jaccard"]]
        .merge(named, on="theme_a", validate="many_to_one")
        .assign(cut=cut)
    )
    order = ["theme_a", "theme_b", "label_a", "parent", "perspective", "shared", "jaccard", "cut"]
    return table[order]


def _within(theme, other, parents):
    """Is a theme the other one, or somewhere below it?"""
    while theme and theme != other:
        theme = parents.get(theme, "")
    return theme == other


def codings_of_themes(codings, theme_codes):
    """The codings of each theme, those of its sub-themes included: a column `theme` is added."""
    return codings.merge(theme_codes[["theme", "code", "own"]], on="code")


def map_gaps(codebook, themes, theme_presence):
    """What the map of codes to themes leaves open.

    Returns
    -------
    DataFrame
        what, name: codes neither mapped nor parked with a note, themes without a code, themes
        of one code or one essay.
    """
    unmapped = codebook["theme"].eq("")
    parked = unmapped & codebook["note"].str.strip().ne("")
    codes = codes_of_themes(map_of_codes(codebook), themes)
    n_codes = codes.groupby("theme").size().reindex(themes["theme"], fill_value=0)
    present = theme_presence[theme_presence["status"].eq("present")]
    n_essays = present.groupby("theme").size().reindex(themes["theme"], fill_value=0)
    rows = [
        ("code without theme and without note", c) for c in codebook["code"][unmapped & ~parked]
    ]
    rows += [("parked code", code) for code in codebook["code"][parked]]
    rows += [("theme without a code", theme) for theme in n_codes.index[n_codes.eq(0)]]
    rows += [("theme of one code", theme) for theme in n_codes.index[n_codes.eq(1)]]
    rows += [("theme in one essay", theme) for theme in n_essays.index[n_essays.eq(1)]]
    rows += [("theme in no essay", theme) for theme in n_essays.index[n_essays.eq(0)]]
    return pd.DataFrame(rows, columns=["what", "name"])


def definition_gaps(themes):
    """Themes without definition or narrative, labels and aliases used twice: theme, gap."""
    rows = [
        (theme, f"no {column}")
        for column in ("definition", "narrative")
        for theme in themes.loc[themes[column].str.strip().eq(""), "theme"]
    ]
    names = names_of_themes(themes)
    for name, owners in names.groupby("name")["theme"]:
        owners = list(dict.fromkeys(owners))
        if len(owners) > 1:
            rows += [(owner, f"shares the name '{name}' with {listed(owners)}") for owner in owners]
    return pd.DataFrame(rows, columns=["theme", "gap"])


def names_of_themes(themes):
    """Labels and aliases, lower case: theme, name."""
    rows = [
        (theme, name.strip().casefold())
        for theme, label, aliases in zip(
            themes["theme"], themes["label"], themes["aliases"], strict=True
        )
        for name in (label, *aliases.split(";"))
        if name.strip()
    ]
    return pd.DataFrame(rows, columns=["theme", "name"]).drop_duplicates()
