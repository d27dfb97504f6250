"""Two first passes become one coding: disagreements, adjudications, provenance of each cell."""

import numpy as np
import pandas as pd

from analysis.problems import Problem, UnknownName, did_you_mean
from analysis.tables import (
    check_dates,
    check_filled,
    check_known,
    check_unique,
    read_optional_table,
)

DECISIONS = ("present", "absent", "")


def read_adjudications(folder, essays, codebook, problems):
    """Decisions on essays and codes: essay_id, code, decision, reason, date, by.

    An empty decision is one not yet taken. Empty table where the study has no such file.
    """
    file = "adjudications.csv"
    table = read_optional_table(folder, file, problems)
    if table is None:
        return None
    todo = "Correct the row."
    check_filled(table, ["essay_id", "code"], file, problems)
    check_known(table["essay_id"], essays["essay_id"], file, "essay_id", "essay", todo, problems)
    check_known(table["code"], codebook["code"], file, "code", "code", todo, problems)
    check_unique(table, ["essay_id", "code"], file, problems)
    check_dates(table["date"], file, problems)
    for row, decision in table.loc[~table["decision"].isin(DECISIONS), "decision"].items():
        problems.append(
            Problem(
                f"decision '{decision}' is unknown.{did_you_mean(decision, DECISIONS)}",
                "Write present, absent, or leave it empty while it is open.",
                file,
                row,
                "decision",
            )
        )
    return table


def votes(presence):
    """Per essay and code: how many coders read it and how many marked it.

    Returns
    -------
    DataFrame
        essay_id, code, read, marked, marked_by (names joined by '; ').
    """
    marked_by = (
        presence[presence["present"].eq(1)]
        .groupby(["essay_id", "code"])["coder"]
        .agg("; ".join)
        .rename("marked_by")
    )
    counts = presence.groupby(["essay_id", "code"])["present"].agg(read="size", marked="sum")
    return counts.join(marked_by).fillna({"marked_by": ""}).reset_index()


def consensus(presence, adjudications, *, rule):
    """One coding out of the first passes.

    Parameters
    ----------
    presence : DataFrame
        essay_id, code, coder, present.
    adjudications : DataFrame
        essay_id, code, decision, reason, by. Used by the rule "adjudicated" alone. A decision
        that goes against what all readers agree on holds, and its provenance says so.
    rule : str
        "adjudicated": what all readers agree on; where they part, the adjudication, and without
        one the cell is unresolved. "all", "majority" (a tie is unresolved), "any", or a coder's
        name (what this coder did not read is unresolved).

    Returns
    -------
    DataFrame
        essay_id, code, status (present, absent, unresolved), provenance, reason, by.
    """
    table = votes(presence)
    read, marked = table["read"].to_numpy(), table["marked"].to_numpy()
    if rule == "adjudicated":
        return _adjudicated(table, adjudications)
    if rule == "all":
        status = np.where(marked == read, "present", "absent")
    elif rule == "any":
        status = np.where(marked > 0, "present", "absent")
    elif rule == "majority":
        status = np.select(
            [2 * marked > read, 2 * marked < read], ["present", "absent"], "unresolved"
        )
    elif rule not in set(presence["coder"]):
        known = ["adjudicated", "all", "majority", "any", *presence["coder"].unique()]
        raise UnknownName(f"There is no rule '{rule}'.{did_you_mean(rule, known)}")
    else:
        own = presence.loc[presence["coder"].eq(rule), ["essay_id", "code", "present"]]
        own = table[["essay_id", "code"]].merge(own, how="left", validate="one_to_one")["present"]
        status = own.map({1: "present", 0: "absent"}).fillna("unresolved").to_numpy()
    return table[["essay_id", "code"]].assign(
        status=status, provenance=f"rule: {rule}", reason="", by=""
    )


def _adjudicated(table, adjudications):
    table = table.merge(
        adjudications[["essay_id", "code", "decision", "reason", "by"]],
        on=["essay_id", "code"],
        how="left",
        validate="one_to_one",
    ).fillna({"decision": "", "reason": "", "by": ""})
    agreed = table["marked"].eq(table["read"]) | table["marked"].eq(0)
    first = np.where(table["marked"].gt(0), "present", "absent")
    decided = table["decision"].ne("")
    overruled = agreed & decided & table["decision"].ne(first)
    status = np.select([decided, agreed], [table["decision"], first], "unresolved")
    provenance = np.select(
        [
            overruled,
            agreed & table["read"].eq(1),
            agreed & table["marked"].gt(0),
            agreed,
            decided,
        ],
        [
            "adjudicated " + table["decision"] + " against all readers",
            "one reader",
            "all coders",
            "no coder",
            "adjudicated " + table["decision"],
        ],
        "not yet adjudicated",
    )
    counts = ~agreed & decided | overruled
    return table.assign(
        status=status,
        provenance=provenance,
        reason=table["reason"].where(counts, ""),
        by=table["by"].where(counts, ""),
    )[["essay_id", "code", "status", "provenance", "reason", "by"]]


def with_status(codings, agreed):
    """The codings with what became of them: a column status, that of their essay and code.

    A coding that was adjudicated absent is still a coding, but no example of its theme.
    """
    return codings.merge(
        agreed[["essay_id", "code", "status"]],
        on=["essay_id", "code"],
        how="left",
        validate="many_to_one",
    )


def without_effect(presence, adjudications):
    """Adjudications that change nothing, with the reason.

    Returns
    -------
    DataFrame
        essay_id, code, decision, why.
    """
    table = adjudications[adjudications["decision"].ne("")].merge(
        votes(presence), on=["essay_id", "code"], how="left", validate="one_to_one"
    )
    agreed_present = table["marked"].eq(table["read"]) & table["decision"].eq("present")
    agreed_absent = table["marked"].eq(0) & table["decision"].eq("absent")
    unread = table["read"].isna()
    why = np.select(
        [unread, agreed_present, agreed_absent],
        [
            "no coder read this essay for this code",
            "all its readers marked the code already",
            "none of its readers marked the code",
        ],
        "",
    )
    return (
        table.assign(why=why)
        .loc[why != "", ["essay_id", "code", "decision", "why"]]
        .reset_index(drop=True)
    )


def disagreements(presence, codings, essays, *, context):
    """Essays and codes on which readers part, as a reading list ready to be adjudicated.

    Parameters
    ----------
    presence, codings, essays : DataFrame
        First passes and essays; no adjudication is read here.
    context : int
        Characters shown on either side of a quotation.

    Returns
    -------
    DataFrame
        The columns of adjudications.csv with the decision empty (essay_id, code, decision,
        reason, date, by), then marked_by, not_marked_by, quotations (in context, the words
        marked between [[ and ]]) and nearby (what the other readers coded on the same words).
    """
    split = votes(presence).query("0 < marked < read")
    others = (
        presence[presence["present"].eq(0)]
        .merge(split[["essay_id", "code"]])
        .groupby(["essay_id", "code"])["coder"]
        .agg("; ".join)
        .rename("not_marked_by")
    )
    split = split.join(others, on=["essay_id", "code"])
    texts = dict(zip(essays["essay_id"], essays["text"], strict=True))
    columns = ["coder", "code", "start", "end"]
    by_essay = {
        essay_id: list(group[columns].itertuples(index=False, name=None))
        for essay_id, group in codings.groupby("essay_id")
    }
    shown = [
        _in_context(by_essay[essay_id], code, set(without.split("; ")), texts[essay_id], context)
        for essay_id, code, without in zip(
            split["essay_id"], split["code"], split["not_marked_by"], strict=True
        )
    ]
    split = split[["essay_id", "code", "marked_by", "not_marked_by"]].assign(
        quotations=[quotations for quotations, _ in shown],
        nearby=[nearby for _, nearby in shown],
    )
    for number, column in enumerate(("decision", "reason", "date", "by"), start=2):
        split.insert(number, column, "")
    return split.reset_index(drop=True)


def _in_context(codings, code, without, text, context):
    quotations, nearby = [], {}
    for coder, _, start, end in (coding for coding in codings if coding[1] == code):
        if pd.isna(start):
            quotations.append(f"{coder}: the whole essay")
            continue
        before, after = _around(text, start, end, context)
        quotations.append(f"{coder}: {before}[[{text[start:end]}]]{after}".replace("\n", " "))
        for other, other_code, begin, finish in codings:
            if other in without and not pd.isna(begin) and begin < end and finish > start:
                nearby[f"{other}: {other_code}"] = None
    return " | ".join(quotations), "; ".join(nearby)


def _around(text, start, end, context):
    """The words before and after a quotation, cut at a word where the text goes on."""
    before, after = text[max(0, start - context) : start], text[end : end + context]
    if len(before) < start:
        before = "… " + before.partition(" ")[2]
    if end + len(after) < len(text):
        after = after.rpartition(" ")[0] + " …"
    return before, after
