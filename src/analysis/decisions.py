"""The decision log: the first map of codes to themes, and every change of it, replayed in order."""

import pandas as pd

from analysis.problems import Problem, did_you_mean, listed
from analysis.tables import (
    check_dates,
    check_filled,
    check_known,
    check_unique,
    read_optional_table,
)

ACTIONS = ("merge", "split", "move", "rename", "drop", "promote")


def read_candidates(folder, codebook, problems):
    """candidate_themes.csv, the coders' first map: code, theme, memo. Empty without the file."""
    file = "candidate_themes.csv"
    table = read_optional_table(folder, file, problems)
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
    table = read_optional_table(folder, file, problems)
    if table is None:
        return None
    start = "candidate_themes.csv"
    first = read_optional_table(folder, start, [])  # its problems are said where it is read
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


def codes_to_themes(candidates, final, themes):
    """Where each code began and where it ended.

    Parameters
    ----------
    candidates : DataFrame
        code, theme: the coders' first map; an empty theme is a code left aside.
    final : dict of str to str
        code -> theme ('' = parked), as the last map of `replay`.
    themes : DataFrame
        theme, label, perspective, in the order wanted.

    Returns
    -------
    DataFrame
        code, candidate, theme, label, perspective: one row a code, by theme in the order of
        `themes`, then as in the first map; parked codes last.
    """
    table = candidates[["code", "theme"]].rename(columns={"theme": "candidate"})
    table = table.assign(theme=table["code"].map(final))
    table = table.merge(themes[["theme", "label", "perspective"]], on="theme", how="left")
    place = {theme: n for n, theme in enumerate(themes["theme"])}
    table = table.sort_values("theme", key=lambda t: t.map(place), kind="stable")
    return table.fillna("").reset_index(drop=True)
