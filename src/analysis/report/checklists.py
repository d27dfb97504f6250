"""Reporting checklists, filled in as far as the study's tables know, with the place to look.

The items are in `checklists.csv` beside this file, in our own words: each asks what the item of
that number asks, and the published text is to be read beside it. SRQR: O'Brien et al. 2014
(Acad Med 89:1245); COREQ: Tong et al. 2007 (Int J Qual Health Care 19:349); the fifteen points:
Braun and Clarke 2006 (Qual Res Psychol 3:77, Table 2).

A status is never "done": what the run knows is filled in or checked, and a person confirms it.
"""

from pathlib import Path

import pandas as pd

from analysis.problems import UnknownName, did_you_mean
from analysis.report.answers import (
    ANSWERS,
    BLANK,
    CHECKED,
    FILLED,
    GIVEN,
    LOOK,
    NOT_APPLICABLE,
    SOURCES,
)
from analysis.tables import read_output

CHECKLISTS = {
    "srqr": "SRQR, 21 items",
    "coreq": "COREQ, 32 items",
    "braun_clarke": "Braun and Clarke's 15 points",
}


def offered(approach, also=()):
    """The checklists a study is offered.

    The fifteen points always; SRQR and COREQ unless the approach is reflexive, whose authors hold
    that reporting checklists can be at odds with its values (Braun and Clarke 2024, Palliat Med
    38:608). They are made when asked for.

    Parameters
    ----------
    also : sequence of str
        Names of `CHECKLISTS` that are wanted whatever the approach.
    """
    for name in also:
        if name not in CHECKLISTS:
            raise UnknownName(
                f"There is no checklist '{name}'.{did_you_mean(name, CHECKLISTS)} "
                f"There are {', '.join(CHECKLISTS)}."
            )
    wanted = {"braun_clarke", *also} if approach == "reflexive" else set(CHECKLISTS)
    return [name for name in CHECKLISTS if name in wanted]


def caution(name, approach):
    """What a checklist says of itself under an approach; empty if there is nothing to say."""
    if approach == "reflexive" and name != "braun_clarke":
        return (
            "This study is reflexive. The authors of that approach name reporting checklists that "
            "do not fit its values as one cause of poor reporting: answer what helps your readers, "
            "and say where an item does not fit."
        )
    return ""


def read_evidence(processed):
    """The files of `SOURCES` that are there, by name: tables, every cell as text."""
    files = {name: Path(processed) / file for name, file in SOURCES.items()}
    there = {name: path for name, path in files.items() if path.is_file()}
    return {name: read_output(path) for name, path in there.items()}


def checklist(name, evidence):
    """A checklist with what the run knows.

    Parameters
    ----------
    name : str
        One of `CHECKLISTS`.
    evidence : dict
        What `read_evidence` gives, and where there is any: study (a Study), themes and codebook
        (as read), manuscript (its text), findings (the audit: verdict, section). What is missing
        leaves the items that rest on it open, and they say which file is missing.

    Returns
    -------
    DataFrame
        item, topic, asks, status, known (what the run knows, or what a person is asked to add),
        evidence (the files it is seen in; empty where nothing was filled in or checked).
    """
    rows = []
    for entry in _items(name).itertuples(index=False):
        status, known, seen_in = _answer(entry, evidence)
        rows.append((int(entry.item), entry.topic, entry.asks, status, known, seen_in))
    return pd.DataFrame(rows, columns=["item", "topic", "asks", "status", "known", "evidence"])


def as_printed(table):
    """A checklist as a form: what the run knows, and blanks where a person must speak."""
    return pd.DataFrame(
        {
            "item": table["item"].astype(str) + ". " + table["topic"],
            "what it asks": table["asks"],
            "status": table["status"],
            "what the study's tables say": table["known"],
            "seen in": table["evidence"],
            "your answer, page": table["status"].map(BLANKS),
        }
    )


BLANKS = {
    FILLED: "page ____",
    CHECKED: "confirmed: ____ page ____",
    LOOK: "____________",
    BLANK: "____________",
    NOT_APPLICABLE: "overruled: ____",
}


def _items(name):
    items = pd.read_csv(
        Path(__file__).with_name("checklists.csv"), dtype=str, keep_default_na=False
    )
    return items[items["checklist"].eq(name)]


def _answer(entry, evidence):
    """Status, sentence and pointer of one item."""
    if entry.kind == "not applicable":
        return NOT_APPLICABLE, entry.prompt, ""
    if not entry.known_by:
        return BLANK, entry.prompt, ""
    needs, say = ANSWERS[entry.known_by]
    places = SOURCES | GIVEN
    missing = [places[need] for need in needs if evidence.get(need) is None]
    if missing:
        there = "is not there" if len(missing) == 1 else "are not there"
        text = f"Not known: {' and '.join(missing)} {there}."
        return BLANK, _both(text, entry.prompt), ""
    answer = say(*(evidence[need] for need in needs))
    # Where only a person can answer, what is known is a help and no answer.
    status = BLANK if entry.kind == "human" else answer.status
    pointer = answer.seen_in or "; ".join(places[need] for need in needs)
    return status, _both(answer.text, entry.prompt), pointer


def _both(known, prompt):
    return f"{known} {prompt}".strip()
