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
        Characters shown on either side of a quotation. What another reader coded within them is
        nearby.

    Returns
    -------
    DataFrame
        The columns of adjudications.csv with the decision empty (essay_id, code, decision,
        reason, date, by), then

        marked_by, not_marked_by (coders, joined by '; '),
        kind: what the readers who did not mark the code did there. "different code on the same
        words"; "nearby" (a code within the context shown); nothing: "one coder only", or "some
        coders only" where several marked it; "whole essay" where the code has no other place,
        quotations (in context, the words marked between [[ and ]]),
        same_words, nearby (their other codes there, as 'coder: code; ...'; a code that is on the
        same words is not repeated as nearby),
        richness: characters marked times 1 + the number of codes in same_words and nearby. In
        descending order the list begins where most was marked and most else was seen in it.

    Notes
    -----
    Cost: n log n in the number of codings, and linear in the pairs of them that are near.
    """
    split = votes(presence).query("0 < marked < read").drop(columns="read")
    keys = ["essay_id", "code"]
    absent = presence.loc[presence["present"].eq(0), [*keys, "coder"]].merge(split[keys])
    marked = codings.merge(split[keys]).sort_values(
        [*keys, "start", "end", "coder"], na_position="first", ignore_index=True
    )
    others = _codes_there(marked, codings, absent, reach=context)
    texts = dict(zip(essays["essay_id"], essays["text"], strict=True))
    marked["quotation"] = [
        _quoted(coder, texts[essay_id], start, end, context)
        for coder, essay_id, start, end in marked[["coder", "essay_id", "start", "end"]].values
    ]
    marked["length"] = marked["end"] - marked["start"]
    shown = marked.groupby(keys).agg(
        quotations=("quotation", " | ".join), length=("length", "sum"), placed=("start", "count")
    )
    table = (
        split.join(absent.groupby(keys)["coder"].agg("; ".join).rename("not_marked_by"), on=keys)
        .join(shown, on=keys)
        .join(_joined(others[others["gap"].lt(0)]).rename("same_words"), on=keys)
        .join(_joined(others[others["gap"].ge(0)]).rename("nearby"), on=keys)
        .join(others.groupby(keys).size().rename("others"), on=keys)
        .fillna({"same_words": "", "nearby": "", "others": 0})
    )
    table["kind"] = np.select(
        [
            table["same_words"].ne(""),
            table["nearby"].ne(""),
            table["placed"].eq(0),
            table["marked"].eq(1),
        ],
        ["different code on the same words", "nearby", "whole essay", "one coder only"],
        "some coders only",
    )
    table["richness"] = table["length"] * (1 + table["others"].astype(int))
    told = ["marked_by", "not_marked_by", "kind", "quotations", "same_words", "nearby", "richness"]
    undecided = dict.fromkeys(["decision", "reason", "date", "by"], "")
    return table.assign(**undecided)[[*keys, *undecided, *told]].reset_index(drop=True)


def _codes_there(marked, codings, absent, *, reach):
    """Other codes near the codings of a code, by readers who did not mark that code.

    Returns
    -------
    DataFrame
        essay_id, code, coder, other_code, gap (the smallest; negative = on the same words). Each
        coder and other code once.
    """
    here, there, gap = _near(marked, codings, reach)
    found = marked[["essay_id", "code"]].iloc[here].reset_index(drop=True)
    found["coder"] = codings["coder"].to_numpy()[there]
    found["other_code"] = codings["code"].to_numpy()[there]
    found["gap"] = gap
    return (
        found.merge(absent, on=["essay_id", "code", "coder"])
        .groupby(["essay_id", "code", "coder", "other_code"], as_index=False)["gap"]
        .min()
    )


def boundaries(codings, pairs):
    """Spans with which two coders coded an essay alike, but not from the same word to the same.

    Nothing here needs a decision: the code is present for both.

    Parameters
    ----------
    codings : DataFrame
        First passes: coder, essay_id, start, end, quotation, code.
    pairs : list of tuple of str
        The pairs of coders that are compared.

    Returns
    -------
    DataFrame
        One row for each two spans of one code that overlap and do not coincide: essay_id, code,
        first, second (coders), first_start, first_end, second_start, second_end,
        first_quotation, second_quotation, differing (characters that one of the two marked).
    """
    alike = codings.assign(essay_id=codings.groupby(["essay_id", "code"]).ngroup())
    here, there, gap = _near(alike, alike, 0)
    table = codings[["essay_id", "code"]].iloc[here].reset_index(drop=True)
    columns = {"coder": "", "start": "_start", "end": "_end", "quotation": "_quotation"}
    for which, rows in (("first", here), ("second", there)):
        for name, ending in columns.items():
            table[which + ending] = codings[name].array[rows]
    lengths = (table[f"{w}_end"] - table[f"{w}_start"] for w in ("first", "second"))
    table["differing"] = sum(lengths) + 2 * gap  # the gap of two that overlap is negative
    order = ["essay_id", "code", "first", "second", "first_start", "second_start"]
    return (
        table[table["differing"].gt(0)]
        .merge(pd.DataFrame(pairs, columns=["first", "second"], dtype=str))
        .sort_values([*order, "first_end", "second_end"], ignore_index=True)
    )[[*order[:4], "first_start", "first_end", "second_start", "second_end", "first_quotation",
       "second_quotation", "differing"]]  # fmt: skip


def _near(first, second, reach):
    """Pairs of spans of one essay with fewer than `reach` characters between them; 0: overlapping.

    Returns
    -------
    first, second : array of int
        Their places in the two tables. A coding of the whole essay is in no pair.
    gap : array of int
        Characters between them: 0 where they touch, negative where they overlap.
    """
    essays = pd.Index(pd.concat([first["essay_id"], second["essay_id"]]).unique())
    ends = pd.concat([first["end"], second["end"]]).dropna().to_numpy(dtype=np.int64)
    apart = ends.max(initial=0) + reach  # essays are laid in a row, so far from each other
    rows_a, start_a, end_a = _in_a_row(first, essays, apart)
    rows_b, start_b, end_b = _in_a_row(second, essays, apart)
    # Of two that are near, one begins within the other's reach.
    a, b = _beginning_within(start_a, end_a + reach, start_b)
    b_2, a_2 = _beginning_within(start_b + 1, end_b + reach, start_a)
    a, b = np.concatenate([a, a_2]), np.concatenate([b, b_2])
    gap = np.maximum(start_a[a], start_b[b]) - np.minimum(end_a[a], end_b[b])
    return rows_a[a], rows_b[b], gap


def _in_a_row(codings, essays, apart):
    """Places in the table, starts and ends of the codings that have a place."""
    rows = np.flatnonzero(codings["start"].notna())
    placed = codings.iloc[rows]
    at = essays.get_indexer(placed["essay_id"]) * apart
    start, end = (placed[name].to_numpy(dtype=np.int64) + at for name in ("start", "end"))
    return rows, start, end


def _beginning_within(low, high, starts):
    """The pairs i, j with low[i] <= starts[j] < high[i]."""
    order = np.argsort(starts, kind="stable")
    lowest = np.searchsorted(starts, low, sorter=order)
    number = np.searchsorted(starts, high, sorter=order) - lowest
    i = np.repeat(np.arange(len(low)), number)
    nth = np.arange(len(i)) - np.repeat(np.cumsum(number) - number, number)
    return i, order[lowest[i] + nth]


def _joined(others):
    """The other codes of each essay and code in words: 'coder: code; ...'."""
    words = others["coder"] + ": " + others["other_code"]
    return words.groupby([others["essay_id"], others["code"]]).agg("; ".join)


def _quoted(coder, text, start, end, context):
    if pd.isna(start):
        return f"{coder}: the whole essay"
    before, after = _around(text, start, end, context)
    return f"{coder}: {before}[[{text[start:end]}]]{after}".replace("\n", " ")


def _around(text, start, end, context):
    """The words before and after a quotation, cut at a word where the text goes on."""
    before, after = text[max(0, start - context) : start], text[end : end + context]
    if len(before) < start:
        before = "… " + before.partition(" ")[2]
    if end + len(after) < len(text):
        after = after.rpartition(" ")[0] + " …"
    return before, after
