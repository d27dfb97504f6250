"""The tables of the study that ships, as phase 6 has them, and what is made of them."""

import hashlib

from analysis.codings import read_codebook
from analysis.figures import theme_colours
from analysis.report import (
    Table,
    agreement_table,
    codebook_table,
    decision_table,
    read_evidence,
    read_picture,
    report_page,
    theme_table,
    theme_table_to_print,
    word_document,
)
from analysis.study import ROOT, open_study
from analysis.tables import read_output
from analysis.themes import read_themes

SETTINGS = open_study(ROOT / "data" / "raw" / "pacemakers")
PROCESSED = ROOT / "data" / "processed" / "pacemakers"
CODEBOOK = read_codebook(SETTINGS.folder, [])
THEMES = read_themes(SETTINGS.folder, CODEBOOK, [])
COUNTS = read_output(
    PROCESSED / "6_report" / "prevalence.csv",
    n_low=int,
    n_high=int,
    essays=int,
    all_coders=int,
    any_coder=int,
)


def evidence(**given):
    """What a checklist is filled in from; a value of None takes something away."""
    own = {"study": SETTINGS, "themes": THEMES, "codebook": CODEBOOK}
    return read_evidence(PROCESSED) | own | given


def html(approach="codebook", *, with_essays=True, pictures=(), findings=None):
    """The page of the shipped study, under any approach."""
    coding, review = PROCESSED / "2_initial_coding", PROCESSED / "4_theme_review"
    return report_page(
        read_output(PROCESSED / "1_familiarisation" / "essays.csv"),
        read_output(coding / "codings.csv", start="Int64", end="Int64"),
        read_output(coding / "presence.csv", present=int),
        read_output(review / "consensus.csv"),
        CODEBOOK,
        THEMES,
        COUNTS,
        title=SETTINGS.title,
        note=SETTINGS.caption_note,
        language="en",
        approach=approach,
        rule=SETTINGS.consensus,
        colours=theme_colours(THEMES["theme"]),
        with_essays=with_essays,
        pictures=pictures,
        findings=findings,
    )


def pictures():
    folder = ROOT / "figures" / "pacemakers"
    return [
        read_picture(folder, name, caption=f"Caption of {name}.", alt=f"What {name} shows.")
        for name in ("prevalence", "theme_matrix", "agreement")
    ]


def word_tables(approach="codebook"):
    defined, coding = PROCESSED / "5_theme_definition", PROCESSED / "2_initial_coding"
    theme_codes = read_output(defined / "theme_codes.csv")
    theme_codes["own"] = theme_codes["own"].eq("True")
    best = read_output(defined / "exemplars.csv", rank=int, start=int, end=int)
    table = theme_table(THEMES, COUNTS, best, theme_codes, exemplars_shown=2, places=False)
    agreement = read_output(coding / "agreement.csv")
    words = ("code", "undefined", "interval", "note")
    numbers = {name: float for name in agreement if name not in words} | {"essays": int}
    agreement = read_output(coding / "agreement.csv", **numbers)
    pairs = read_output(coding / "agreement_pairs.csv", kappa=float)
    if "unit" in pairs:
        pairs = pairs[pairs["unit"].eq("essay")]
    effect = read_output(PROCESSED / "4_theme_review" / "decisions_effect.csv")
    return [
        Table("Themes", theme_table_to_print(table, approach)),
        Table("Agreement", agreement_table(agreement, pairs)),
        Table("Codebook", codebook_table(CODEBOOK, THEMES)),
        Table("Decisions", decision_table(effect, THEMES)),
    ]


if __name__ == "__main__":
    made = html(pictures=pictures()), word_document("Tables", word_tables(), note="")
    print(*(hashlib.sha256(data).hexdigest() for data in made))
