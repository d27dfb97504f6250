import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.consensus import (
    boundaries,
    consensus,
    disagreements,
    read_adjudications,
    votes,
    with_status,
    without_effect,
)
from analysis.problems import UnknownName
from analysis.tables import STUDY_TABLES

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
    assert row["kind"] == "different code on the same words"
    assert (row["same_words"], row["nearby"]) == ("b: tea", "b: thanks")
    assert row["decision"] == row["reason"] == row["by"] == ""


def test_reading_list_names_a_coding_of_the_whole_essay():
    table = disagreements(marks_of("tea", E2="01"), CODINGS, ESSAYS, context=3)
    row = table.iloc[0]
    assert row[["kind", "quotations"]].tolist() == ["whole essay", "b: the whole essay"]
    assert row[["same_words", "nearby", "richness"]].tolist() == ["", "", 0]


def placed(*rows):
    """Codings from (coder, code, start, end) on the essay E1, with their quotations."""
    text = ESSAYS["text"][0]
    table = pd.DataFrame(
        [(coder, "E1", start, end, code, text[start:end]) for coder, code, start, end in rows],
        columns=["coder", "essay_id", "start", "end", "code", "quotation"],
    )
    return table.astype({"start": "Int64", "end": "Int64"})


@pytest.mark.parametrize(
    ("others", "kind", "same_words", "nearby"),
    [
        ([], "one coder only", "", ""),
        ([("b", "tea", 6, 8)], "different code on the same words", "b: tea", ""),
        ([("b", "tea", 0, 18)], "different code on the same words", "b: tea", ""),
        ([("b", "tea", 7, 8)], "nearby", "", "b: tea"),
        ([("b", "tea", 9, 18)], "nearby", "", "b: tea"),
        ([("b", "tea", 10, 18)], "one coder only", "", ""),
        ([("b", "tea", 0, 1)], "nearby", "", "b: tea"),
        ([("b", "tea", 6, 8), ("b", "tea", 8, 9), ("b", "ice", 8, 9)],
         "different code on the same words", "b: tea", "b: ice"),
        ([("a", "tea", 3, 7)], "one coder only", "", ""),
    ],
    ids=["nothing there", "overlapping", "around it", "touching", "two characters on",
         "beyond the context", "before it", "both", "own second code"],
)  # fmt: skip
def test_kind_of_a_disagreement_is_what_the_others_did_there(others, kind, same_words, nearby):
    codings = placed(("a", "grief", 3, 7), *others)
    row = disagreements(marks_of("grief", E1="10"), codings, ESSAYS, context=3).iloc[0]
    assert row[["kind", "same_words", "nearby"]].tolist() == [kind, same_words, nearby]


def test_code_of_one_who_marked_or_did_not_read_is_no_other_code():
    codings = placed(("a", "grief", 3, 7), ("b", "grief", 3, 6), ("b", "tea", 3, 7),
                     ("c", "tea", 3, 7))  # fmt: skip
    without_c = disagreements(marks_of("grief", E1="11.0"), codings, ESSAYS, context=3).iloc[0]
    assert without_c[["kind", "same_words"]].tolist() == ["some coders only", ""]
    with_c = disagreements(marks_of("grief", E1="110"), codings, ESSAYS, context=3).iloc[0]
    assert with_c[["marked_by", "same_words"]].tolist() == ["a; b", "c: tea"]


def test_words_that_only_touch_are_not_nearby_without_context():
    table = disagreements(marks_of("grief", E1="10"), CODINGS.iloc[[0, 2]], ESSAYS, context=0)
    assert table["kind"].tolist() == ["one coder only"]


def test_words_of_another_essay_are_never_near():
    codings = placed(("a", "grief", 13, 17), ("b", "tea", 0, 3))
    codings["essay_id"] = ["E1", "E2"]
    table = disagreements(marks_of("grief", E1="10"), codings, ESSAYS, context=30)
    assert table["kind"].tolist() == ["one coder only"]
    codings["essay_id"] = ["E2", "E1"]
    table = disagreements(marks_of("grief", E2="10"), codings, ESSAYS, context=30)
    assert table["kind"].tolist() == ["one coder only"]


def test_richness_is_characters_marked_times_one_and_the_other_codes():
    codings = placed(("a", "grief", 3, 7), ("a", "grief", 8, 10), ("b", "tea", 6, 8),
                     ("b", "ice", 8, 9))  # fmt: skip
    table = disagreements(marks_of("grief", E1="10"), codings, ESSAYS, context=3)
    assert table["richness"].tolist() == [(4 + 2) * (1 + 2)]


def test_reading_list_begins_with_the_columns_of_adjudications():
    table = disagreements(marks_of("grief", E1="10"), CODINGS, ESSAYS, context=3)
    wanted = ["essay_id", "code", "decision", "reason", "date", "by"]
    assert table.columns[:6].tolist() == wanted
    assert set(wanted) == set(STUDY_TABLES["adjudications.csv"].known)


def test_no_disagreement_gives_an_empty_list_with_its_columns():
    table = disagreements(marks_of("grief", E1="11"), CODINGS, ESSAYS, context=3)
    assert table.empty
    assert {"decision", "kind", "quotations", "richness"} <= set(table.columns)


spans = st.tuples(
    st.sampled_from("ab"), st.sampled_from(["grief", "tea"]), st.integers(0, 16), st.integers(1, 8)
).map(lambda t: (*t[:3], min(18, t[2] + t[3])))


@settings(max_examples=80, deadline=None)
@given(st.lists(spans, max_size=8), st.integers(0, 5), st.randoms(use_true_random=False))
def test_codes_there_are_those_found_by_comparing_all(rows, context, random):
    rows = [("a", "grief", 3, 7), *(r for r in rows if r[:2] != ("b", "grief"))]
    random.shuffle(rows)
    row = disagreements(marks_of("grief", E1="10"), placed(*rows), ESSAYS, context=context).iloc[0]
    gaps = [
        max(start, begin) - min(end, finish)
        for coder, code, start, end in rows if (coder, code) == ("a", "grief")
        for other, other_code, begin, finish in rows if (other, other_code) == ("b", "tea")
    ]  # fmt: skip
    nearest = min(gaps, default=99)
    assert row["same_words"] == ("b: tea" if nearest < 0 else "")
    assert row["nearby"] == ("b: tea" if 0 <= nearest < context else "")


PLACES = ["first_start", "first_end", "second_start", "second_end", "differing"]


@pytest.mark.parametrize(
    ("other", "places"),
    [
        (("b", "grief", 3, 7), []),
        (("b", "grief", 3, 6), [[3, 7, 3, 6, 1]]),
        (("b", "grief", 5, 10), [[3, 7, 5, 10, 2 + 3]]),
        (("b", "grief", 0, 18), [[3, 7, 0, 18, 3 + 11]]),
        (("b", "grief", 7, 10), []),
        (("b", "tea", 3, 6), []),
        (("a", "grief", 3, 6), []),
        (("c", "grief", 3, 6), []),
        (("b", "grief", None, None), []),
    ],
    ids=["coincide", "shorter", "shifted", "around it", "touching", "another code", "same coder",
         "not compared", "whole essay"],
)  # fmt: skip
def test_boundaries_are_of_overlapping_spans_that_do_not_coincide(other, places):
    table = boundaries(placed(("a", "grief", 3, 7), other), [("a", "b")])
    assert table[PLACES].values.tolist() == places


def test_boundaries_quote_both_whatever_the_order_of_the_codings():
    codings = placed(("b", "grief", 0, 7), ("a", "grief", 3, 8))
    table = boundaries(codings, [("a", "b")])
    assert table.iloc[0][["essay_id", "code", "first", "second"]].tolist() == [
        "E1", "grief", "a", "b",
    ]  # fmt: skip
    assert table.iloc[0][["first_quotation", "second_quotation"]].tolist() == ["wept.", "We wept"]
    pd.testing.assert_frame_equal(table, boundaries(codings[::-1], [("a", "b")]))


def test_no_codings_or_no_pairs_have_no_boundaries():
    assert boundaries(placed(), [("a", "b")]).empty
    assert boundaries(placed(("a", "grief", 3, 7), ("b", "grief", 3, 6)), []).empty
    assert "differing" in boundaries(placed(), [])


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
