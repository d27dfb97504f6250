import dataclasses

import pandas as pd
import pytest

from analysis.problems import UnknownName
from analysis.report import CHECKLISTS, as_printed, caution, checklist, offered, read_evidence
from analysis.report.answers import ANSWERS, BLANK, CHECKED, FILLED, LOOK, NOT_APPLICABLE
from tests.shipped_study import PROCESSED, SETTINGS, evidence

MANUSCRIPT = (
    "# Warm blankets: a thematic analysis\n\nAll gave informed consent.\n\nThemes emerged and "
    "emerged again, an objective result.\n\n## Discussion\n\nSolidarity and compassion.\n"
)
FINDINGS = pd.DataFrame(
    [("agrees", "Results"), ("contradicts data", "Abstract")], columns=["verdict", "section"]
)


def item(name, number, **given):
    return checklist(name, evidence(**given)).set_index("item").loc[number]


def said(name, number, **given):
    row = item(name, number, **given)
    return row["status"], row["known"]


@pytest.mark.parametrize(("name", "items"), [("srqr", 21), ("coreq", 32), ("braun_clarke", 15)])
def test_each_checklist_has_its_items_in_order(name, items):
    table = checklist(name, evidence())
    assert table["item"].tolist() == list(range(1, items + 1))
    assert table["asks"].str.endswith("?").all() and table["topic"].is_unique


@pytest.mark.parametrize("name", CHECKLISTS)
def test_nothing_is_filled_in_or_checked_without_a_place_to_look(name):
    for given in ({}, {"manuscript": MANUSCRIPT, "findings": FINDINGS}):
        table = checklist(name, evidence(**given))
        answered = table["status"].isin([FILLED, CHECKED, LOOK])
        assert answered.any() and table.loc[answered, "evidence"].ne("").all()


@pytest.mark.parametrize("name", CHECKLISTS)
def test_without_any_table_every_item_is_open_or_does_not_apply(name):
    assert set(checklist(name, {})["status"]) <= {BLANK, NOT_APPLICABLE}


def test_what_the_shipped_study_fills_in():
    counts = {
        name: checklist(name, evidence())["status"].value_counts().to_dict() for name in CHECKLISTS
    }
    assert counts == {
        "srqr": {BLANK: 14, FILLED: 5, CHECKED: 2},
        "coreq": {BLANK: 16, FILLED: 7, NOT_APPLICABLE: 6, CHECKED: 3},
        "braun_clarke": {BLANK: 6, CHECKED: 5, FILLED: 4},
    }


@pytest.mark.parametrize(
    ("name", "number", "status", "text"),
    [
        ("srqr", 12, FILLED, "22 essays of 62 to 449 words (median 415), 8,809 words in all."),
        ("srqr", 13, CHECKED, "516 of 516 quotations equal the essay at their place."),
        ("srqr", 8, BLANK, "N = 22 essays, all of them read."),
        (
            "coreq",
            24,
            FILLED,
            "2 coders (A, B) made 516 codings; each essay was read by 2 of them.",
        ),
        (
            "coreq",
            25,
            FILLED,
            "35 codes in 15 themes or sub-themes with codes of their own; 1 outside the themes.",
        ),
        ("coreq", 1, NOT_APPLICABLE, "The data are essays; nobody was interviewed."),
        ("braun_clarke", 7, BLANK, ""),
        (
            "braun_clarke",
            4,
            FILLED,
            "502 of 516 codings have a code of a theme and are shown under",
        ),
    ],
)
def test_item_says_what_the_shipped_tables_hold(name, number, status, text):
    found, known = said(name, number)
    assert found == status and known.startswith(text) and bool(known) == bool(text)


def test_missing_file_opens_the_items_that_rest_on_it_and_no_other():
    before = checklist("srqr", evidence())
    after = checklist("srqr", evidence(description=None))
    changed = before["status"].ne(after["status"])
    assert before.loc[changed, "item"].tolist() == [12]
    row = after[after["item"].eq(12)].iloc[0]
    assert row["known"].startswith("Not known: 1_familiarisation/description.csv is not there.")
    assert row["evidence"] == ""


def test_evidence_is_read_from_the_files_that_are_there(tmp_path):
    folder = tmp_path / "1_familiarisation"
    folder.mkdir()
    (folder / "description.csv").write_bytes(
        (PROCESSED / "1_familiarisation" / "description.csv").read_bytes()
    )
    assert list(read_evidence(tmp_path)) == ["description"]
    assert len(read_evidence(PROCESSED)) > 10


def test_every_answer_is_asked_for_and_every_question_has_one():
    from analysis.report.checklists import _items

    asked = {key for name in CHECKLISTS for key in _items(name)["known_by"] if key}
    assert asked == set(ANSWERS)


def test_quotation_that_is_not_in_its_essay_is_looked_at():
    codings = evidence()["codings"].copy()
    codings.loc[3, "quotation"] = "something else"
    assert said("braun_clarke", 1, codings=codings)[0] == LOOK
    assert said("braun_clarke", 1, codings=codings)[1].startswith("515 of 516 quotations")


def test_theme_that_rests_on_one_essay_is_looked_at():
    extracts = evidence()["extracts"].assign(its_share="0.1")
    extracts.loc[0, "its_share"] = "0.5"
    status, text = said("braun_clarke", 3, extracts=extracts)
    assert status == LOOK and text.endswith(f"for {extracts['theme'][0]}.")


def test_theme_quoted_from_one_essay_is_looked_at():
    best = evidence()["exemplars"]
    one = best[best["theme"].ne("resilience") | best["essay_id"].eq("E16")]
    status, text = said("coreq", 29, exemplars=one)
    assert status == LOOK and text.endswith("from fewer than two essays: resilience.")


def test_theme_without_definition_is_looked_at():
    themes = evidence()["themes"].copy()
    themes.loc[themes.index[0], "definition"] = ""
    status, text = said("braun_clarke", 6, themes=themes)
    assert status == LOOK and text.startswith("Without a definition: solidarity.")


def test_no_decision_log_is_looked_at():
    decisions = evidence()["decisions"].iloc[:0]
    assert said("braun_clarke", 5, decisions=decisions)[0] == LOOK


@pytest.mark.parametrize(
    ("name", "number", "status", "text"),
    [
        ("srqr", 1, CHECKED, "The title says 'thematic analysis'."),
        ("srqr", 9, CHECKED, "“All gave informed consent.” (line 3)."),
        ("srqr", 21, LOOK, "The manuscript has no word about funding."),
        ("srqr", 2, LOOK, "1 finding of the audit in the abstract (contradicts data 1)"),
        ("coreq", 30, LOOK, "2 findings of the audit in the manuscript (agrees 1, contradicts"),
        ("coreq", 32, LOOK, "Not named in the Discussion: little means much, patient-centeredness"),
        (
            "braun_clarke",
            14,
            LOOK,
            "Words that belong to one stance more than to another: emerged (2",
        ),
        ("braun_clarke", 15, LOOK, "The manuscript writes emerged (2): who made the themes?"),
    ],
)
def test_manuscript_is_looked_through(name, number, status, text):
    found, known = said(name, number, manuscript=MANUSCRIPT, findings=FINDINGS)
    assert found == status and known.startswith(text)


@pytest.mark.parametrize("heading", ["## Discussion", "Discussion", "4. Discussion and outlook"])
def test_discussion_is_found_with_and_without_markdown(heading):
    themes = evidence()["themes"].head(1)
    given = {"themes": themes, "manuscript": f"Solidarity.\n\n{heading}\n\nOn solidarity.\n"}
    assert said("coreq", 32, **given) == (CHECKED, "Each theme is named in the Discussion.")
    none = given | {"manuscript": "The discussion of solidarity is missing from this long line."}
    assert said("coreq", 32, **none)[1] == "The manuscript has no heading 'Discussion'."


def test_audit_without_anything_to_do_is_checked():
    assert said("coreq", 30, findings=FINDINGS[:1])[0] == CHECKED


def test_kappa_in_a_reflexive_manuscript_is_looked_at():
    reflexive = dataclasses.replace(SETTINGS, approach="reflexive")
    given = {"study": reflexive, "manuscript": "Cohen's kappa was 0.8."}
    assert said("braun_clarke", 13, **given) == (
        LOOK,
        "Reflexive, and the manuscript speaks of kappa (1): say why.",
    )
    assert said("braun_clarke", 13, study=reflexive, manuscript="We talked.")[0] == CHECKED


def test_reflexive_study_is_offered_the_points_and_the_others_with_a_caution():
    assert offered("reflexive") == ["braun_clarke"]
    assert offered("reflexive", also=["srqr"]) == ["srqr", "braun_clarke"]
    assert offered("codebook") == offered("coding_reliability") == list(CHECKLISTS)
    assert "do not fit its values" in caution("srqr", "reflexive")
    assert caution("braun_clarke", "reflexive") == caution("srqr", "codebook") == ""


def test_unknown_checklist_is_answered_with_the_closest():
    with pytest.raises(UnknownName, match=r"no checklist 'srq'\. Did you mean 'srqr'\?"):
        offered("codebook", also=["srq"])


def test_form_has_a_blank_wherever_a_person_must_speak():
    table = checklist("coreq", evidence())
    form = as_printed(table)
    blanks = dict(zip(table["status"], form["your answer, page"], strict=True))
    assert blanks == {
        FILLED: "page ____",
        CHECKED: "confirmed: ____ page ____",
        BLANK: "____________",
        NOT_APPLICABLE: "overruled: ____",
    }
    assert form["seen in"].iloc[26] == "requirements.lock; environment.json"
    assert form["item"].iloc[23] == "24. Coders"
