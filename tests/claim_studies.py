"""Three invented studies that sentences are held against, and a manuscript of one sentence."""

from typing import NamedTuple

import pandas as pd

from analysis.manuscript.audit import audit
from analysis.manuscript.evidence import Evidence
from analysis.manuscript.quantities import in_words

NO_LINKS = pd.DataFrame(columns=["sentence", "claim", "theme", "part"])
LETTERS = {
    "agrees": "A", "contradicts data": "D", "contradicts claim": "C", "bound broken": "B",
    "ambiguous": "M", "not traceable": "N", "literature": "L",
}  # fmt: skip


class Manuscript(NamedTuple):
    """The shape of `analysis.manuscript.text.Manuscript` that claims are read from."""

    name: str
    text: str
    blocks: pd.DataFrame


class Study(NamedTuple):
    units: list
    size: int
    themes: pd.DataFrame
    codes: pd.DataFrame
    evidence: Evidence


def study(units, size, themes, codes, facts, coefficients):
    """A study in which essays 0, 1, 2 ... have a theme.

    `themes`: (theme, label, parent, aliases, present, unresolved, coder A, first essay).
    `codes`: (code, theme, present).
    """
    rows = []
    for theme, _, _, _, present, unresolved, coder, first in themes:
        for essay in range(size):
            place = (essay - first) % size
            status = "present" if place < present else "absent"
            status = "unresolved" if present <= place < present + unresolved else status
            rows.append(("adjudicated", theme, essay, status))
            rows.append(("A", theme, essay, "present" if place < coder else "absent"))
    for code, _, present in codes:
        rows += [("adjudicated", code, essay, "present" if essay < present else "absent")
                 for essay in range(size)]  # fmt: skip
    names = ["theme", "label", "parent", "aliases"]
    return Study(
        units,
        size,
        pd.DataFrame([theme[:4] for theme in themes], columns=names),
        pd.DataFrame([code[:2] for code in codes], columns=["code", "theme"]),
        Evidence(
            "adjudicated",
            pd.DataFrame(rows, columns=["rule", "theme", "essay_id", "status"]),
            facts,
            pd.DataFrame(coefficients, columns=["coefficient", "of", "value"]),
        ),
    )


STUDIES = {
    "ward": study(
        ["nurse", "participant"],
        22,
        [
            ("loneliness", "Loneliness", "", "feeling alone", 14, 0, 13, 0),
            ("moral_distress", "Moral distress", "", "", 9, 0, 8, 0),
            ("guilt", "Guilt", "moral_distress", "", 5, 0, 4, 0),
            ("anger", "Anger", "moral_distress", "", 6, 0, 6, 3),  # shares essays 3 and 4
            ("teamwork", "Teamwork", "", "pulling together", 18, 0, 17, 0),
            ("hope", "Holding on to hope", "", "hope", 10, 2, 12, 0),
        ],
        [("missing_family", "loneliness", 8), ("night_shifts", "loneliness", 6)],
        {"coders": 2, "codes": 36, "themes": 4, "sub-themes": 2},
        [
            ("alpha", "loneliness", 0.81), ("alpha", "moral_distress", 0.70),
            ("alpha", "teamwork", 0.64), ("alpha", "hope", 0.92),
            ("kappa", "loneliness", 0.81), ("kappa", "moral_distress", 0.62),
            ("agreement", "", 0.92),
        ],
    ),
    "class": study(
        ["student"],
        30,
        [
            ("belonging", "Sense of belonging", "", "", 21, 0, 20, 0),
            ("workload", "Workload", "", "", 12, 0, 12, 5),
            ("feedback", "Feedback as dialogue", "", "feedback", 15, 0, 14, 9),
        ],
        [],
        {"coders": 2, "themes": 3},
        [],
    ),
    "clinic": study(
        ["patient", "interview"],
        40,
        [
            ("stigma", "Stigma", "", "", 26, 0, 25, 0),
            ("trust", "Trust in clinicians", "", "trust", 13, 0, 13, 7),
            ("access", "Access to care", "", "access", 31, 0, 30, 3),
        ],
        [],
        {"coders": 2, "themes": 3},
        [],
    ),
}  # fmt: skip


def manuscript(*blocks):
    """A manuscript of (kind, level, text) blocks, or (row, column, text) for cells of one table."""
    text, rows = "", []
    for first, second, words in blocks:
        cell = isinstance(first, int)
        text += "\n\n" if text else ""
        start = len(text)
        text += words
        place = (0, first, second) if cell else (-1, -1, -1)
        kind, level = ("cell", 0) if cell else (first, second)
        rows.append((start, len(text), kind, level, "", *place))
    columns = ["start", "end", "kind", "level", "heading", "table", "row", "column"]
    return Manuscript("invented.md", text, pd.DataFrame(rows, columns=columns))


def one_sentence(section, heading, sentence):
    blocks = [("heading", 2, section.capitalize())]
    blocks += [("heading", 3, heading)] if heading else []
    return manuscript(*blocks, ("paragraph", 0, sentence))


def audited(written, name, **change):
    """The audit of a manuscript with the data of one of the three studies."""
    held = STUDIES[name]
    arguments = {"units": held.units, "size": held.size, "fixed": NO_LINKS, "ranges": {}} | change
    return audit(written, held.themes, held.codes, held.evidence, **arguments)


def judged(name, section, heading, sentence):
    """Each claim of a sentence as 'quantity @ what it is about, verdict's letter'."""
    written = one_sentence(section, heading, sentence)
    found = audited(written, name)
    own = found.claims["start"].ge(len(written.text) - len(sentence))
    return [
        f"{in_words(claim)} @ {_about(claim['theme'])} {LETTERS[verdict]}"
        for claim, verdict in zip(
            found.claims[own].to_dict("records"), found.findings.loc[own, "verdict"], strict=True
        )
    ]


def _about(theme):
    return theme.strip("()").replace("part of the sample", "part") or "-"
