"""The audit on whole manuscripts: our paper, the shipped study, and small invented ones."""

from pathlib import Path

import pandas as pd
import pytest

from analysis.codings import presence, read_codebook, read_codings, readings
from analysis.consensus import consensus, read_adjudications
from analysis.corpus import read_essays
from analysis.manuscript.audit import audit
from analysis.manuscript.claims import find_claims
from analysis.manuscript.evidence import Evidence
from analysis.manuscript.given_links import key_of, read_claims_toml
from analysis.manuscript.quantities import allows, possible_percents, rounds_to
from analysis.manuscript.verdicts import ERRORS, VERDICTS
from analysis.study import open_study
from analysis.themes import codes_of_themes, map_of_codes, read_themes, roll_up
from tests.claim_studies import NO_LINKS, STUDIES, audited, manuscript, one_sentence

HERE = Path(__file__).parent
SHARED = HERE.parents[1] / "shared"
NO_CODES = pd.DataFrame(columns=["code", "theme"])


def near(table, row):
    return table[table["start"].lt(row.end) & table["end"].gt(row.start)]


# The paper, without data ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def paper():
    text = pytest.importorskip("analysis.manuscript.text", reason="the reader is not merged yet")
    if not (SHARED / "seed" / "paper.txt").is_file():
        pytest.skip("../shared is not here")
    problems = []
    written = text.read_manuscript(SHARED / "seed" / "paper.txt", problems)
    assert problems == []
    claims = pd.read_csv(SHARED / "reference" / "paper_claims.csv")
    themes = pd.read_csv(SHARED / "reference" / "theme_counts.csv", keep_default_na=False)
    themes = themes.rename(columns={"theme_id": "theme"})
    found = audit(written, themes, NO_CODES, Evidence(), units=["essay", "HCP"], size=None,
                  fixed=NO_LINKS, ranges={})  # fmt: skip
    before = written.text.index("## Data Availability")
    return written, claims, found._replace(
        claims=found.claims[found.claims["start"].lt(before)],
        findings=found.findings[found.findings["start"].lt(before)],
        notes=found.notes[found.notes["start"].lt(before)],
    )  # fmt: skip


KINDS = {"ordinal": "ordinal", "anaphoric one": "anaphoric one", "percent + citation": "percent"}


def test_the_54_claims_of_the_paper_are_found_and_nothing_else(paper):
    _, annotated, found = paper
    assert len(found.claims) == len(annotated) == 54
    for row in annotated.itertuples():
        here = near(found.claims, row)
        kind = KINDS.get(row.kind, row.kind)
        here = here[here["kind"].eq(kind)]
        assert len(here) == 1, row.id
        claim = here.iloc[0]
        if not pd.isna(row.n):
            assert claim["n"] == row.n, row.id
        if not pd.isna(claim["N"]):
            assert claim["N"] == row.N, row.id
        if claim["unit"] and kind != "n=":
            assert claim["unit"] == row.unit, row.id


def test_the_claims_of_the_paper_are_linked_rightly_or_said_to_be_ambiguous(paper):
    _, annotated, found = paper
    ambiguous = []
    for row in annotated.itertuples():
        KINDS.get(row.kind, row.kind)
        here = near(found.claims, row)
        claim = here[here["kind"].eq(KINDS.get(row.kind, row.kind))].iloc[0]
        if claim["link"] == "ambiguous":
            ambiguous.append(row.id)
        else:
            assert claim["theme"] == row.theme.split(">")[-1], row.id
    assert ambiguous == ["D19", "D20"]


def test_the_verdicts_on_the_paper_are_those_of_the_reference(paper):
    _, _, found = paper
    assert found.findings["verdict"].value_counts().to_dict() == {
        "agrees": 32, "not traceable": 16, "ambiguous": 2, "contradicts claim": 3, "literature": 1,
    }  # fmt: skip
    wrong = found.errors
    assert wrong["theme"].tolist() == ["renewed_purpose"] * 3
    assert wrong["claimed"].tolist() == ["11", "11", "14 of 22"]


def test_the_notes_on_the_paper_are_those_of_the_reference(paper):
    _written, annotated, found = paper
    at = {row.id: row for row in annotated.itertuples()}
    told = found.notes["note"].value_counts().to_dict()
    assert told == {
        "subject": 4, "never discussed": 4, "quantifier drift": 2, "quantifier": 1, "unit of N": 1,
        "union of sub-themes": 1, "tally": 1, "section without a theme": 1,
    }  # fmt: skip

    def notes_at(claim, note):
        return near(found.notes, at[claim]).query("note == @note")["sentence"].tolist()

    assert all(notes_at(claim, "subject") for claim in ("D01", "D04", "D05", "D10"))
    assert notes_at("D05", "quantifier drift") and notes_at("D10", "quantifier drift")
    assert "11 of 22 (50%)" in notes_at("D22", "quantifier")[0]
    assert "7 to 14" in notes_at("D24", "union of sub-themes")[0]
    assert "= 13" in notes_at("D18", "tally")[0]
    assert "essays, HCPs and patients" in notes_at("S04", "unit of N")[0]
    counted = near(found.notes, at["R01"])["note"].tolist()
    assert counted == ["never discussed"]


def test_each_ambiguous_claim_of_the_paper_can_be_settled_once(paper, tmp_path):
    written, _annotated, found = paper
    (tmp_path / "claims.toml").write_text(
        found.entries.replace('"felt_acknowledged"  # or ', '"opportunity_to_acknowledge"  # '),
        encoding="utf-8",
    )
    themes = pd.read_csv(SHARED / "reference" / "theme_counts.csv", keep_default_na=False)
    themes = themes.rename(columns={"theme_id": "theme"})
    problems = []
    fixed, ranges = read_claims_toml(tmp_path, themes, NO_CODES, problems)
    again = audit(written, themes, NO_CODES, Evidence(), units=["essay", "HCP"], size=None,
                  fixed=fixed, ranges=ranges)  # fmt: skip
    assert problems == again.unused == []
    assert not again.findings["verdict"].eq("ambiguous").any()
    assert again.claims["link"].eq("claims.toml").sum() == 2


# The shipped study, with its data ----------------------------------------------------------------


@pytest.fixture(scope="module")
def shipped():
    text = pytest.importorskip("analysis.manuscript.text", reason="the reader is not merged yet")
    study, problems = open_study("pacemakers"), []
    folder = study.folder
    essays = read_essays(folder, problems)
    codebook = read_codebook(folder, problems)
    codings, _ = read_codings(folder, study.coders, essays, codebook, None, problems)
    themes = read_themes(folder, codebook, problems)
    marks = presence(codings, readings(study.coders, essays, codebook, None))
    adjudications = read_adjudications(folder, essays, codebook, problems)
    theme_codes = codes_of_themes(map_of_codes(codebook), themes)
    cells = []
    for rule in (study.consensus, "all", "majority", "any", *study.coders):
        agreed = consensus(marks, adjudications, rule=rule)
        cells.append(roll_up(agreed, theme_codes).assign(rule=rule))
        if rule == study.consensus:
            cells.append(agreed.rename(columns={"code": "theme"}).assign(rule=rule))
    split = marks.groupby(["essay_id", "code"])["present"].nunique().gt(1)
    evidence = Evidence(
        study.consensus,
        pd.concat(cells)[["rule", "theme", "essay_id", "status"]],
        {
            "essays": len(essays), "coders": len(study.coders), "codes": len(codebook),
            "themes": int(themes["parent"].eq("").sum()),
            "sub-themes": int(themes["parent"].ne("").sum()),
            "combinations": (int(split.sum()), len(split)),
        },
    )  # fmt: skip
    written = text.read_manuscript(folder / "manuscript.md", problems)
    assert problems == []
    return audit(written, themes, codebook, evidence, units=study.unit_nouns, size=len(essays),
                 fixed=NO_LINKS, ranges={})  # fmt: skip


PLANTED = {
    "P01": "contradicts data", "P02": "contradicts data", "P03": "contradicts data",
    "P04": "never discussed", "P05": "contradicts data", "P06": "subject", "P07": "quantifier",
    "P09": "quantifier drift", "P10": "bound broken", "P11": "contradicts data",
    "P12": "contradicts data", "P15": "bound broken", "P16": "bound broken", "P18": "unit of N",
    "P19": "section without a theme", "P20": "label not in the codebook",
}  # fmt: skip
QUOTATIONS = {"P08", "P13", "P14", "P17"}  # for quotations.py


def test_every_planted_error_of_the_shipped_manuscript_is_found_and_nothing_else(shipped):
    planted = pd.read_csv(HERE / "data" / "planted_errors.csv").set_index("id", drop=False)
    assert set(planted.index) == set(PLANTED) | QUOTATIONS
    flagged = pd.concat([
        shipped.errors.rename(columns={"verdict": "what"})[["start", "end", "what"]],
        shipped.notes.rename(columns={"note": "what"})[["start", "end", "what"]],
    ])  # fmt: skip
    for name, what in PLANTED.items():
        assert near(flagged, planted.loc[name])["what"].tolist() == [what], name
    assert len(flagged) == len(PLANTED)


def test_findings_say_what_would_be_right(shipped):
    found = shipped.errors.set_index("snippet")
    first_pass = found.loc["(n = 16)"]
    assert "coder A's first pass" in first_pass["reason"]
    assert first_pass["suggestion"] == "(n = 17)"
    assert found.loc["14 of 22 essays", "suggestion"] == "11 of 22 essays"
    assert found.loc["44% of the essays", "suggestion"] == "45% of essays (10 of 22)"
    assert found.loc["15 of 22 essays (73%)", "suggestion"] == "15 of 22 (68%)"
    assert "No other way of counting gives it" in found.loc["14 of 22 essays", "reason"]
    assert "Elsewhere the manuscript says 11" in found.loc["14 of 22 essays", "reason"]


def test_the_true_claims_of_the_shipped_manuscript_agree(shipped):
    agrees = shipped.findings.query("verdict == 'agrees'")["snippet"].tolist()
    for true in ("Three essays", "half of the essays (11 of 22, 50%)", "13 themes", "Two coders",
                 "22 HCPs, 14 (64%)",
                 "69 of 792 combinations of essay and code (8.7%)"):  # fmt: skip
        assert true in agrees


# Rules, on small manuscripts ----------------------------------------------------------------------


def finding(sentence, *, section="results", heading="", name="ward", **change):
    found = audited(one_sentence(section, heading, sentence), name, **change)
    return found.findings.iloc[-1]


def test_every_claim_has_one_verdict_of_the_list():
    found = audited(one_sentence("results", "", "Of 22 nurses, 14 (64%) cried [3]."), "ward")
    assert len(found.findings) == len(found.claims) == 2
    assert found.findings["verdict"].isin(VERDICTS).all()
    assert set(ERRORS) < set(VERDICTS)


def test_unresolved_cells_make_a_range_and_the_verdict_says_if():
    row = finding("Hope was described by 11 nurses.")
    assert row["verdict"] == "agrees"
    assert "It agrees if 11" in row["reason"] and "10-12 of 22" in row["reason"]
    assert finding("Hope was described by 13 nurses.")["verdict"] == "contradicts data"


def test_the_rule_that_would_give_the_claimed_count_is_named():
    row = finding("Loneliness was described by 13 nurses.")
    assert row["reason"].endswith("It is the count of coder A's first pass.")
    assert row["found"] == "14 of 22 (adjudicated); A: 13"
    assert row["suggestion"] == "14 of 22 nurses"


def test_without_data_two_places_that_differ_contradict_each_other_and_both_are_shown():
    written = manuscript(
        ("heading", 2, "Abstract"), ("paragraph", 0, "Loneliness (n = 14) led."),
        ("heading", 2, "Results"), ("paragraph", 0, "Loneliness (n = 12) led."),
        ("paragraph", 0, "Teamwork (n = 18) came next."),
    )  # fmt: skip
    held = STUDIES["ward"]
    found = audit(written, held.themes, held.codes, Evidence(), units=held.units, size=None,
                  fixed=NO_LINKS, ranges={}).findings  # fmt: skip
    assert found["verdict"].tolist() == ["contradicts claim", "contradicts claim", "agrees"]
    assert found["conflicts"].tolist() == ["C002", "C001", ""]
    assert "12 (Results: 'Loneliness (n = 12) led.')" in found["reason"][0]
    with_data = audited(written, "ward").findings
    assert with_data["verdict"].tolist() == ["agrees", "contradicts data", "agrees"]
    assert "Elsewhere the manuscript says 12" in with_data["reason"][0]


def test_without_data_nothing_is_said_to_be_checked():
    held = STUDIES["ward"]
    written = one_sentence("results", "", "Loneliness (n = 14) led.")
    found = audit(written, held.themes, held.codes, Evidence(), units=[], size=None,
                  fixed=NO_LINKS, ranges={}).findings  # fmt: skip
    assert found["verdict"].tolist() == ["agrees"]
    assert "No coding was at hand" in found["reason"][0]


def test_a_manuscript_is_audited_without_any_study():
    themes = pd.DataFrame(columns=["theme", "label", "parent", "aliases"], dtype=str)
    for sentence in ("Nobody counted.", "Of the 22 nurses, 14 (55%) described loneliness."):
        written = one_sentence("results", "", sentence)
        found = audit(written, themes, NO_CODES, Evidence(), units=[], size=None, fixed=NO_LINKS,
                      ranges={})  # fmt: skip
        assert found.findings["verdict"].tolist() in ([], ["agrees", "bound broken"])
        assert len(found.findings) == len(found.claims)


def test_a_part_above_its_theme_breaks_a_bound_and_below_is_not_traceable():
    assert finding("Six nurses felt guilt because they left.")["verdict"] == "bound broken"
    row = finding("Four nurses felt guilt because they left.")
    assert row["verdict"] == "not traceable"
    assert "A code (or sub-theme) for it would make it checkable." in row["reason"]


def test_parts_add_up_only_where_the_text_says_that_they_are_others():
    def last(*sentences):
        blocks = [("heading", 2, "Discussion"), ("heading", 3, "Guilt")]
        written = manuscript(*blocks, ("paragraph", 0, " ".join(sentences)))
        return audited(written, "ward").findings["verdict"].tolist()[-1]

    four, two = "Four nurses went home in tears.", "Two nurses wrote letters."
    assert last(four, two) == "not traceable"
    assert last(four, "Another nurse wrote letters.") == "not traceable"
    assert last(four, two, "Another nurse slept badly.") == "bound broken"


@pytest.mark.parametrize(
    ("sentence", "note"),
    [
        ("Most nurses (9 of 22) described moral distress.", "quantifier"),
        ("Patients (9 of 22) described moral distress.", "subject"),
        ("Among the 22 doctors, sleep was rare.", "unit of N"),
        ("Most nurses (14 of 22) described loneliness.", None),
        ("Participants (9 of 22) described moral distress.", None),
        ("Several nurses (9 of 22) described moral distress.", None),
    ],
)
def test_notes_on_wording(sentence, note):
    found = audited(one_sentence("results", "", sentence), "ward").notes
    assert found["note"].tolist() == ([note] if note else [])


def test_a_weaker_word_for_a_larger_share_is_drift():
    found = audited(
        one_sentence("results", "", "A majority (18 of 22) described teamwork. A large majority "
                     "(14 of 22) described loneliness."), "ward").notes  # fmt: skip
    assert found["note"].tolist() == ["quantifier drift"]
    assert "'majority' for 82% is weaker than 'large majority' for 64%" in found["sentence"][0]


def test_a_phrase_in_italics_is_a_label_only_where_labels_are_in_italics():
    labels = "*Loneliness* (n = 14), *guilt* (n = 5) and *teamwork* (n = 18) were told."
    strange = "They spoke of *quiet pride*."
    notes = audited(one_sentence("results", "", f"{labels} {strange}"), "ward").notes
    assert notes["note"].tolist() == ["label not in the codebook"]
    assert audited(one_sentence("results", "", strange), "ward").notes.empty


# claims.toml -----------------------------------------------------------------------------------

ENTRY = """[[claim]]
sentence = "Ten nurses described guilt and anger."
claim = "Ten nurses"
theme = "{theme}"
"""


def read(tmp_path, text):
    (tmp_path / "claims.toml").write_text(text, encoding="utf-8")
    held, problems = STUDIES["ward"], []
    fixed, ranges = read_claims_toml(tmp_path, held.themes, held.codes, problems)
    return fixed, ranges, [str(problem) for problem in problems]


def test_a_link_is_kept_by_its_sentence_and_survives_edits_elsewhere(tmp_path):
    fixed, _, problems = read(tmp_path, ENTRY.format(theme="moral_distress"))
    assert problems == []
    sentence = "Ten nurses described *guilt* and  anger."
    row = finding(f"Much has changed. {sentence}", fixed=fixed)
    assert (row["theme"], row["verdict"]) == ("moral_distress", "contradicts data")
    assert finding(sentence)["verdict"] == "ambiguous"


@pytest.mark.parametrize(("theme", "verdict"), [("nothing", "not traceable"),
                                                ("literature", "literature")])  # fmt: skip
def test_a_claim_can_be_said_to_be_about_no_theme(tmp_path, theme, verdict):
    fixed, _, _ = read(tmp_path, ENTRY.format(theme=theme))
    assert finding("Ten nurses described guilt and anger.", fixed=fixed)["verdict"] == verdict


def test_an_entry_whose_sentence_is_gone_is_said_and_not_applied(tmp_path):
    fixed, _, _ = read(tmp_path, ENTRY.format(theme="guilt"))
    found = audited(one_sentence("results", "", "Nine nurses described guilt and anger."), "ward",
                    fixed=fixed)  # fmt: skip
    assert found.findings["verdict"].tolist() == ["ambiguous"]
    assert len(found.unused) == 1 and "no longer in the manuscript" in found.unused[0]


def test_the_suggested_entry_can_be_copied_as_it_is(tmp_path):
    sentence = 'Ten nurses described "guilt" and anger at C:\\ward.'
    entries = audited(one_sentence("results", "", sentence), "ward").entries
    fixed, _, problems = read(tmp_path, entries)
    assert problems == []
    assert fixed["theme"].tolist() == ["guilt"]
    assert key_of(fixed["sentence"][0]) == key_of(sentence)


def test_ranges_of_the_lexicon_can_be_replaced(tmp_path):
    _, ranges, problems = read(tmp_path, "[quantifiers]\nmost = [0.4, 1]\n")
    assert problems == [] and ranges == {"most": (0.4, 1.0)}
    sentence = "Most nurses described moral distress."
    assert finding(sentence, ranges=ranges)["verdict"] == "agrees"
    assert finding(sentence)["verdict"] == "contradicts data"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("claim = ", "claims.toml: cannot be read:"),
        ('[[claims]]\nsentence = "x"\n', "'claims' is unknown. Did you mean 'claim'?"),
        ('[[claim]]\nsentence = "x"\n', "[[claim]] number 1: 'theme' is missing. Write it."),
        ('[[claim]]\nsentence = "x"\ntheme = "gilt"\n',
         "theme 'gilt' is unknown. Did you mean 'guilt'?"),
        ('[[claim]]\nsentence = 3\ntheme = "guilt"\n', "sentence = 3 has the wrong form."),
        ('[[claim]]\nsentence = "x"\ntheme = "guilt"\npart = "yes"\n', "Write true or false."),
        ('[[claim]]\nsentnce = "x"\ntheme = "guilt"\n',
         "key 'sentnce' is unknown. Did you mean 'sentence'?"),
        ('[claim]\nsentence = "x"\n', "Write [[claim]] above each entry."),
        ("[quantifiers]\nmots = [0.5, 1]\n", "'mots' is no quantifier. Did you mean 'most'?"),
        ("[quantifiers]\nmost = [50, 100]\n", "most = [50, 100] is no range of shares."),
    ],
)  # fmt: skip
def test_mistakes_in_claims_toml_are_said(tmp_path, text, message):
    _, _, problems = read(tmp_path, text)
    assert any(message in problem for problem in problems), problems


def test_no_claims_toml_is_no_problem(tmp_path):
    held, problems = STUDIES["ward"], []
    fixed, ranges = read_claims_toml(tmp_path, held.themes, held.codes, problems)
    assert fixed.empty and ranges == {} and problems == []


# Quantities ------------------------------------------------------------------------------------


def test_whole_percentages_that_22_essays_can_give():
    possible = [p for p in range(101) if possible_percents(22, p, 0)]
    assert possible == [0, 5, 9, 14, 18, 23, 27, 32, 36, 41, 45, 50, 55, 59, 64, 68, 73, 77, 82,
                        86, 91, 95, 100]  # fmt: skip


def test_half_a_percent_may_be_rounded_either_way():
    assert rounds_to(1, 8, 12, 0) and rounds_to(1, 8, 13, 0) and rounds_to(1, 8, 12.5, 1)
    assert not rounds_to(1, 8, 12.4, 1)


@pytest.mark.parametrize(
    ("words", "true_for"),
    [("over 4", {5, 6, 7, 8}), ("at least 4", {4, 5, 6, 7, 8}), ("fewer than 4", {0, 1, 2, 3}),
     ("up to 4", {0, 1, 2, 3, 4}), ("only 4", {4}), ("about 4", {3, 4, 5}), ("4", {4})],
)  # fmt: skip
def test_comparators_are_inequalities(words, true_for):
    written = one_sentence("results", "", f"Loneliness was described by {words} nurses.")
    claim = find_claims(written, units=["nurse"], size=8)[0].iloc[0]
    assert {k for k in range(9) if allows(claim, k, 8, {})} == true_for


def test_the_other_place_is_shown_with_the_number_that_differs():
    long = "On a ward where nobody had time to sit down for long, even at night, "
    text = manuscript(
        ("heading", 1, "Abstract"),
        ("paragraph", 0, f"{long}*loneliness* (n = 12) was met by those who stayed on."),
        ("heading", 1, "Results"),
        ("paragraph", 0, "*Loneliness* (n = 13) led."),
    )
    held = STUDIES["ward"]
    found = audit(text, held.themes, held.codes, Evidence(), units=held.units, size=None,
                  fixed=NO_LINKS, ranges={}).findings  # fmt: skip
    shown = "12 (Abstract: '…had time to sit down for long, even at night, *loneliness* (n = 12)…')"
    assert shown in found["reason"].iloc[1]


def test_a_theme_goes_by_its_label_in_what_is_said_of_it():
    found = finding("*Holding on to hope* (n = 3) was rare.")
    assert found["theme"] == "hope"
    assert "for 'Holding on to hope'" in found["reason"]
