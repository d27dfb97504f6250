import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.consensus import (
    consensus,
    disagreements,
    read_adjudications,
    votes,
    with_status,
    without_effect,
)
from analysis.problems import UnknownName

ESSAYS = pd.DataFrame({"essay_id": ["E1", "E2"], "text": ["We wept. Then tea.", "Nothing."]})
CODEBOOK = pd.DataFrame({"code": ["grief", "tea"]})


def presence(**essays):
    """One string an essay, one character a coder (a, b, c ...): 1, 0, or . = did not read."""
    rows = [
        (essay_id, "c", coder, int(mark))
        for essay_id, string in essays.items()
        for coder, mark in zip("abcdef", string, strict=False)
        if mark != "."
    ]
    return pd.DataFrame(rows, columns=["essay_id", "code", "coder", "present"])


def adjudications(*rows):
    """(essay_id, decision) on the code 'c'."""
    table = pd.DataFrame(rows, columns=["essay_id", "decision"], dtype=str)
    return table.assign(code="c", reason="talked it over", date="", by="ana")


def status(marks, rule, *decisions):
    table = consensus(marks, adjudications(*decisions), rule=rule)
    return dict(zip(table["essay_id"], table["status"], strict=True))


MARKS = presence(E1="11", E2="10", E3="00", E4="1.", E5=".0")


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("all", "present absent absent present absent"),
        ("any", "present present absent present absent"),
        ("majority", "present unresolved absent present absent"),
        ("a", "present present absent present unresolved"),
        ("b", "present absent absent unresolved absent"),
        ("adjudicated", "present unresolved absent present absent"),
    ],
)
def test_rule_decides_each_pattern_of_marks(rule, expected):
    assert " ".join(status(MARKS, rule).values()) == expected


def test_majority_of_three_or_four():
    marks = presence(E1="110", E2="100", E3="1100", E4="1.0", E5="1000")
    assert " ".join(status(marks, "majority").values()) == (
        "present absent unresolved unresolved absent"
    )


def test_other_rules_do_not_look_at_adjudications():
    for rule in ("all", "any", "majority", "a", "b"):
        assert status(MARKS, rule, ("E2", "absent"), ("E3", "present")) == status(MARKS, rule)


@pytest.mark.parametrize(
    ("marks", "decision", "status", "provenance", "reason"),
    [
        ("11", None, "present", "all coders", ""),
        ("00", None, "absent", "no coder", ""),
        ("1.", None, "present", "one reader", ""),
        ("0.", None, "absent", "one reader", ""),
        ("10", None, "unresolved", "not yet adjudicated", ""),
        ("10", "", "unresolved", "not yet adjudicated", ""),
        ("10", "present", "present", "adjudicated present", "talked it over"),
        ("10", "absent", "absent", "adjudicated absent", "talked it over"),
        ("11", "present", "present", "all coders", ""),
        ("00", "absent", "absent", "no coder", ""),
        ("11", "absent", "absent", "adjudicated absent against all readers", "talked it over"),
        ("0.", "present", "present", "adjudicated present against all readers", "talked it over"),
    ],
)
def test_each_cell_says_where_it_comes_from(marks, decision, status, provenance, reason):
    decisions = [] if decision is None else [("E1", decision)]
    row = consensus(presence(E1=marks), adjudications(*decisions), rule="adjudicated").iloc[0]
    assert row[["status", "provenance", "reason"]].tolist() == [status, provenance, reason]
    assert row["by"] == ("ana" if reason else "")


def test_provenance_of_a_rule_is_the_rule():
    assert set(consensus(MARKS, None, rule="any")["provenance"]) == {"rule: any"}


def test_votes_count_readers_and_name_those_who_marked():
    table = votes(presence(E1="11", E2=".1", E3="00")).set_index("essay_id")
    assert table["read"].tolist() == [2, 1, 2]
    assert table["marked"].tolist() == [2, 1, 0]
    assert table["marked_by"].tolist() == ["a; b", "b", ""]


def test_adjudications_without_effect_say_why():
    decisions = [("E1", "present"), ("E2", "present"), ("E3", "absent"), ("E9", "absent")]
    table = without_effect(MARKS, adjudications(*decisions, ("E5", "present"), ("E4", "")))
    assert dict(zip(table["essay_id"], table["why"], strict=True)) == {
        "E1": "all its readers marked the code already",
        "E3": "none of its readers marked the code",
        "E9": "no coder read this essay for this code",
    }


CODINGS = pd.DataFrame(
    [
        ("a", "E1", 3, 7, "grief"),
        ("b", "E1", 6, 8, "tea"),
        ("b", "E1", 7, 8, "thanks"),
        ("b", "E2", None, None, "tea"),
    ],
    columns=["coder", "essay_id", "start", "end", "code"],
).astype({"start": "Int64", "end": "Int64"})


def marks_of(code, **essays):
    return presence(**essays).assign(code=code)


def test_reading_list_shows_words_in_context_and_what_the_other_coded_there():
    table = disagreements(marks_of("grief", E1="10", E2="00"), CODINGS, ESSAYS, context=3)
    assert table["essay_id"].tolist() == ["E1"]
    row = table.iloc[0]
    assert (row["marked_by"], row["not_marked_by"]) == ("a", "b")
    assert row["quotations"] == "a: We [[wept]]. …"
    assert row["nearby"] == "b: tea"
    assert row["decision"] == row["reason"] == row["by"] == ""


def test_reading_list_names_a_coding_of_the_whole_essay():
    table = disagreements(marks_of("tea", E2="01"), CODINGS, ESSAYS, context=3)
    assert table["quotations"].tolist() == ["b: the whole essay"]
    assert table["nearby"].tolist() == [""]


def test_words_that_only_touch_are_not_nearby():
    table = disagreements(marks_of("grief", E1="10"), CODINGS.iloc[[0, 2]], ESSAYS, context=0)
    assert table["nearby"].tolist() == [""]


def test_reading_list_can_be_filled_in_and_read_back(tmp_path):
    table = disagreements(marks_of("grief", E1="10"), CODINGS, ESSAYS, context=3)
    table.assign(decision="present").to_csv(tmp_path / "adjudications.csv", index=False)
    problems = []
    read = read_adjudications(tmp_path, ESSAYS, CODEBOOK, problems)
    assert problems == []
    assert read[["essay_id", "code", "decision"]].values.tolist() == [["E1", "grief", "present"]]


def test_study_without_adjudications_has_none(tmp_path):
    assert read_adjudications(tmp_path, ESSAYS, CODEBOOK, []).empty


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("E1,grief,yes", "decision 'yes'"),
        ("E7,grief,present", "essay 'E7'"),
        ("E1,greif,present", "Did you mean 'grief'"),
        ("E2,tea,absent", "row 2"),
    ],
    ids=["unknown decision", "unknown essay", "unknown code", "decided twice"],
)
def test_bad_adjudication_is_named_with_its_row(tmp_path, row, words):
    (tmp_path / "adjudications.csv").write_text(f"essay_id,code,decision\nE2,tea,present\n{row}\n")
    problems = []
    read_adjudications(tmp_path, ESSAYS, CODEBOOK, problems)
    assert [problem.row for problem in problems] == [3]
    assert words in str(problems[0])


ORDER = {"absent": 0, "unresolved": 1, "present": 2}
patterns = st.lists(
    st.text("01.", min_size=1, max_size=5).filter(lambda s: s.strip(".")), min_size=1, max_size=5
)


@settings(max_examples=50, deadline=None)
@given(patterns)
def test_any_holds_what_majority_holds_and_majority_what_all_holds(strings):
    marks = presence(**{f"E{n}": string for n, string in enumerate(strings)})
    found = [status(marks, rule) for rule in ("any", "majority", "all")]
    for essay_id in found[0]:
        wide, middle, narrow = (ORDER[table[essay_id]] for table in found)
        assert wide >= middle >= narrow


@settings(max_examples=40, deadline=None)
@given(patterns, st.sampled_from(["any", "majority", "all", "adjudicated"]), st.randoms())
def test_order_of_coders_does_not_matter(strings, rule, random):
    marks = presence(**{f"E{n}": string for n, string in enumerate(strings)})
    names = list("abcdef")
    random.shuffle(names)
    renamed = marks.assign(coder=marks["coder"].map(dict(zip("abcdef", names, strict=True))))
    assert status(renamed.sample(frac=1, random_state=0), rule) == status(marks, rule)


def test_coding_carries_what_became_of_its_essay_and_code():
    agreed = pd.DataFrame(
        [("E1", "a", "present"), ("E1", "b", "absent")], columns=["essay_id", "code", "status"]
    )
    codings = pd.DataFrame({"essay_id": "E1", "code": ["b", "a", "b", "c"], "coder": list("wxyz")})
    table = with_status(codings, agreed)
    assert table["coder"].tolist() == list("wxyz")
    assert table["status"].fillna("").tolist() == ["absent", "present", "absent", ""]


def test_an_unknown_rule_is_an_error_and_not_an_unresolved_study():
    marks = pd.DataFrame(
        [("E1", "kind", "ana", 1)], columns=["essay_id", "code", "coder", "present"]
    )
    with pytest.raises(UnknownName, match=r"There is no rule 'al'\. Did you mean 'all'"):
        consensus(marks, None, rule="al")
