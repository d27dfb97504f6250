"""Themes: their tree, the decision log replayed, the roll-up of codes, the exemplars."""

from pathlib import Path

import pandas as pd

from analysis.problems import Problem, did_you_mean, listed
from analysis.tables import (
    STUDY_TABLES,
    check_dates,
    check_filled,
    check_known,
    check_unique,
    read_table,
)

ACTIONS = ("merge", "split", "move", "rename", "drop", "promote")


# Reading -----------------------------------------------------------------------------------


def read_themes(folder, codebook, problems):
    """themes.csv; without it (or without a row in it), the bare themes of `map_of_codes`.

    Returns
    -------
    DataFrame
        theme, label, parent ('' = top level), perspective, definition, narrative, aliases.
    """
    file = "themes.csv"
    themes = pd.DataFrame(columns=list(STUDY_TABLES[file].known), dtype=str)
    if (Path(folder) / file).is_file():
        themes = read_table(Path(folder) / file, file, STUDY_TABLES[file], problems)
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


def read_candidates(folder, codebook, problems):
    """candidate_themes.csv, the coders' first map: code, theme, memo. Empty without the file."""
    file = "candidate_themes.csv"
    if not (Path(folder) / file).is_file():
        return pd.DataFrame(columns=list(STUDY_TABLES[file].known), dtype=str)
    table = read_table(Path(folder) / file, file, STUDY_TABLES[file], problems)
    if table is None:
        return None
    check_filled(table, ["code"], file, problems)
    check_unique(table, ["code"], file, problems)
    todo = "Correct the row, or add the code to codebook.csv."
    check_known(table["code"], codebook["code"], file, "code", "code", todo, problems)
    return table


def read_decisions(folder, problems):
    """decisions.csv in order: date, by, action, from, to, reason. Empty without the file."""
    file = "decisions.csv"
    if not (Path(folder) / file).is_file():
        return pd.DataFrame(columns=list(STUDY_TABLES[file].known), dtype=str)
    table = read_table(Path(folder) / file, file, STUDY_TABLES[file], problems)
    if table is None:
        return None
    start = "candidate_themes.csv"
    first = read_table(
        Path(folder) / start, start, STUDY_TABLES[start], []
    )  # its problems are said
    if len(table) and (first is None or first.empty):
        problems.append(
            Problem(
                f"there is no first map in {start} to apply the decisions to.",
                f"Write it there (code, theme), or move {file} away.",
                file,
            )
        )
    check_dates(table["date"], file, problems)
    for row, action in table.loc[~table["action"].isin(ACTIONS), "action"].items():
        problems.append(
            Problem(
                f"action '{action}' is unknown.{did_you_mean(action, ACTIONS)}",
                f"Write one of {', '.join(ACTIONS)}.",
                file,
                row,
                "action",
            )
        )
    return table


# The decision log ----------------------------------------------------------------------------


def replay(candidates, decisions, problems):
    """Apply the decision log to the coders' first map, step by step.

    The actions: **merge** themes `from` (separated by ;) into theme `to`; **split** the codes
    `from` (separated by ;) off their theme into the new theme `to`; **move** codes `from` into
    the existing theme `to`; **rename** theme `from` to `to`; **drop** codes or one theme `from`
    (its codes are parked); **promote** the code `from` to a theme `to` of its own.

    Parameters
    ----------
    candidates : DataFrame
        code, theme.
    decisions : DataFrame
        action, from, to; index = row of decisions.csv.
    problems : list of Problem
        A step that cannot be taken is appended and passed over; a later step with the same
        names is passed over in silence, because it may only follow from that.

    Returns
    -------
    list of dict
        The map code -> theme ('' = parked) before the first step and after each step.
    """
    state = dict(zip(candidates["code"], candidates["theme"], strict=True))
    maps = [dict(state)]
    if any(problem.file == "candidate_themes.csv" for problem in problems):
        return maps
    gone, unsure = {}, set()
    for row, action, source, target in zip(
        decisions.index, decisions["action"], decisions["from"], decisions["to"], strict=True
    ):
        names = [name.strip() for name in source.split(";") if name.strip()]
        found = _why_impossible(action, names, target, state, gone)
        if action not in ACTIONS:  # said when the log was read
            unsure.update(names, [target])
        elif found:
            if not unsure & {*names, target}:
                problems.append(Problem(*found, "decisions.csv", row))
            unsure.update(names, [target])
        else:
            before = set(state.values())
            _apply(action, names, target, state)
            for theme in before - set(state.values()):
                gone[theme] = row
        maps.append(dict(state))
    return maps


def _apply(action, names, target, state):
    if action in ("merge", "rename"):
        codes = [code for code, theme in state.items() if theme in names]
    elif action == "drop":
        codes = [code for code, theme in state.items() if code in names or theme in names]
        target = ""
    else:  # move, split, promote
        codes = names
    state.update(dict.fromkeys(codes, target))


def _why_impossible(action, names, target, state, gone):
    """(what, todo) if a step cannot be taken in this state, else None."""
    themes = set(state.values()) - {""}
    if not names:
        return "the decision does not say what it is about.", "Fill in the column 'from'."
    if not target and action != "drop":
        return f"the decision to {action} does not say where to.", "Fill in the column 'to'."
    if action in ("merge", "rename"):
        known, noun = themes, "theme"
    elif action == "drop":
        known, noun = themes | set(state), "code or theme"
    else:
        known, noun = set(state), "code"
    unknown = [name for name in names if name not in known]
    if unknown:
        since = [f"row {gone[name]} ended '{name}'" for name in unknown if name in gone]
        return (
            f"{noun} {listed(unknown)} {'does' if len(unknown) == 1 else 'do'} not exist at this "
            f"step{f' ({since[0]})' if since else ''}.{did_you_mean(unknown[0], known)}",
            "Correct the row, or candidate_themes.csv.",
        )
    both = [name for name in names if name in themes and name in state]
    if action == "drop" and both:
        return (
            f"{listed(both)} is a code and a theme.",
            "Name the codes one by one, or rename the theme first.",
        )
    if action == "move" and target not in themes:
        return (
            f"theme '{target}' does not exist at this step.{did_you_mean(target, themes)}",
            "Correct the row, or split the codes off into a new theme.",
        )
    if action in ("split", "promote", "rename") and target in themes:
        return (
            f"theme '{target}' exists already at this step.",
            f"Write {'merge' if action == 'rename' else 'move'} as the action, or another name.",
        )
    if action == "rename" and len(names) > 1:
        return "only one theme can be renamed at a time.", "Write merge as the action."
    if action == "promote" and len(names) > 1:
        return "only one code can be promoted at a time.", "Write split as the action."
    return None


def check_candidates(candidates, codebook, problems):
    """The first map has to name every code of the codebook, or the log cannot be replayed."""
    for row, code in codebook["code"].items():
        if code and code not in set(candidates["code"]):
            problems.append(
                Problem(
                    f"code '{code}' is not in candidate_themes.csv.",
                    "Add it there with the theme it was first put in, or with an empty theme.",
                    "codebook.csv",
                    row,
                    "code",
                )
            )


def check_replay(final, codebook, problems):
    """The log must end in the codebook's theme column, which is kept by hand.

    Not looked at while the log itself or its start has a problem, which would be blamed twice.
    """
    if any(problem.file in ("decisions.csv", "candidate_themes.csv") for problem in problems):
        return
    for row, code, theme in zip(codebook.index, codebook["code"], codebook["theme"], strict=True):
        if code in final and final[code] != theme:
            problems.append(
                Problem(
                    f"code '{code}' is {_in(theme)} here, but {_in(final[code])} once "
                    "decisions.csv is applied to candidate_themes.csv.",
                    "Correct the theme, or write the missing decision into decisions.csv.",
                    "codebook.csv",
                    row,
                    "theme",
                )
            )


def _in(theme):
    return f"in theme '{theme}'" if theme else "parked"


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


def decision_log(decisions, moved):
    """The decision log as it is read: one row a step, with what it did to n.

    Parameters
    ----------
    decisions : DataFrame
        date, by, action, from, to, reason, in order.
    moved : DataFrame
        step, theme, n_before, n_after, as `counts_by_step` gives them.

    Returns
    -------
    DataFrame
        step, date, by, what, n ('ceremonies 19 → 16'; a theme that a step ends or begins says
        so), reason.
    """
    said = {
        "merge": "{} merged into {}",
        "split": "{} split off as {}",
        "move": "{} moved to {}",
        "rename": "{} renamed {}",
        "drop": "{} dropped: no theme any more",
        "promote": "{} made a theme of its own: {}",
    }
    rows = []
    for step, (date, by, action, source, target, reason) in enumerate(
        decisions[["date", "by", "action", "from", "to", "reason"]].itertuples(index=False), 1
    ):
        names = _in_words(name.strip() for name in source.split(";") if name.strip())
        what = said[action].format(names, target.replace("_", " "))
        changes = moved.loc[moved["step"].eq(step), ["theme", "n_before", "n_after"]]
        n = "; ".join(_change(*change) for change in changes.itertuples(index=False))
        rows.append((step, date, by, what, n or "no change", reason))
    return pd.DataFrame(rows, columns=["step", "date", "by", "what", "n", "reason"])


def _in_words(names):
    """Names as a sentence has them: 'a, b and c', spaces for underscores."""
    *most, last = [name.replace("_", " ") for name in names] or [""]
    return f"{', '.join(most)} and {last}" if most else last


def _change(theme, before, after):
    theme = theme.replace("_", " ")
    if pd.isna(before):
        return f"{theme} begins with {after}"
    if pd.isna(after):
        return f"{theme} ends (was {before})"
    return f"{theme} {before} → {after}" if before != after else f"{theme} stays {after}"


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


# Exemplars ---------------------------------------------------------------------------------------


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
