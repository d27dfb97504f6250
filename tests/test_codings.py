import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.codings import (
    codebook_gaps,
    coding_strips,
    presence,
    read_assignments,
    read_codebook,
    read_codings,
    read_log,
    readings,
    with_quotation,
)

TEXT = "We wept. Tea, then tea.\nHome 👩\u200d⚕️ now."  # the emoji is four code points
ESSAYS = pd.DataFrame({"essay_id": ["E1", "E2"], "text": [TEXT, "aaa."]})
CODEBOOK = pd.DataFrame({"code": ["grief", "tea"]})
CODERS = ["ana", "ben"]
HEADER = "essay_id,start,end,quotation,code\n"


def read(tmp_path, ana, ben="", assignments=None):
    """Codings, listed and problems of two coders' files, given as rows of CSV."""
    (tmp_path / "codings").mkdir(exist_ok=True)
    for coder, rows in (("ana", ana), ("ben", ben)):
        (tmp_path / "codings" / f"{coder}.csv").write_text(HEADER + rows, encoding="utf-8")
    problems = []
    codings, listed = read_codings(tmp_path, CODERS, ESSAYS, CODEBOOK, assignments, problems)
    return codings, listed, problems


@pytest.mark.parametrize(
    ("row", "start", "end", "what"),
    [
        ("E1,3,7,wept,grief", 3, 7, ""),
        ("E1,3,7,,grief", 3, 7, ""),
        ("E1,3.0,7.0,wept,grief", 3, 7, ""),
        ("E1,,,wept,grief", 3, 7, "placed by its quotation"),
        ("E1,,, wept ,grief", 3, 7, "placed by its quotation"),
        ("E1,,,tea,tea", 19, 22, "placed by its quotation"),
        ("E1,2,8, wept.,grief", 2, 8, ""),
        ("E1,2,7,wept,grief", 3, 7, "spaces at the edge left out"),
        ("E1,3,7, wept ,grief", 3, 7, "spaces at the edge left out"),
        ("E1,29,33,👩\u200d⚕️,tea", 29, 33, ""),
        ('E1,18,28,"tea.\nHome",tea', 19, 28, "spaces at the edge left out"),
        ('E1,19,28,"tea.\nHome",tea', 19, 28, ""),
    ],
)
def test_coding_is_placed_and_proven(tmp_path, row, start, end, what):
    codings, listed, problems = read(tmp_path, row + "\n")
    assert problems == []
    assert codings[["start", "end"]].values.tolist() == [[start, end]]
    assert codings["quotation"].item() == TEXT[start:end]
    assert listed["what"].tolist() == ([what] if what else [])


def test_coding_without_place_and_quotation_is_of_the_whole_essay(tmp_path):
    codings, listed, problems = read(tmp_path, "E2,,,,grief\n")
    assert (problems, len(listed)) == ([], 0)
    assert codings["start"].isna().all() and codings["end"].isna().all()
    assert codings[["coding_id", "coder", "essay_id"]].values.tolist() == [["ana:2", "ana", "E2"]]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("E1,,,laughed,grief", "not in the essay"),
        ("E2,,,aa,grief", "2 times, at 0-2, 1-3"),
        ("E1,0,4,wept,grief", "It occurs at 3-7"),
        ("E1,0,4,laughed,grief", "nowhere"),
        ("E1,7,3,wept,grief", "7"),
        ("E1,3,99,,grief", "99"),
        ("E1,-1,7,,grief", "-1"),
        ("E1,3,,wept,grief", "end"),
        ("E1,three,7,wept,grief", "three"),
        ("E1,3.5,7,wept,grief", "3.5"),
        ("E1,nan,7,wept,grief", "nan"),
        ("E1,3,inf,wept,grief", "inf"),
        ("E1,8,9,,grief", "white space"),
        ('E1,8,9,"  ",grief', "white space"),
        ("E9,3,7,wept,grief", "E9"),
        ("E1,3,7,wept,greif", "grief"),
        (",3,7,wept,grief", "essay_id"),
        ("E1,3,7,wept,", "code"),
    ],
)
def test_coding_that_cannot_be_proven_is_refused_with_its_row(tmp_path, row, words):
    _, _, problems = read(tmp_path, f"E1,0,2,We,grief\n{row}\n")
    assert {(problem.file, problem.row) for problem in problems} == {("codings/ana.csv", 3)}
    assert words in " ".join(map(str, problems))


def test_all_bad_rows_are_named_at_once(tmp_path):
    _, _, problems = read(tmp_path, "E1,0,4,x,grief\nE1,0,2,We,greif\n", "E9,0,2,We,tea\n")
    found = {(problem.file, problem.row) for problem in problems}
    assert found == {("codings/ana.csv", 2), ("codings/ana.csv", 3), ("codings/ben.csv", 2)}


def test_exact_repeat_is_listed_and_counted_once_by_each_coder(tmp_path):
    ana = "E1,3,7,wept,grief\nE1,3,7,wept,tea\nE1,3,7,wept,grief\nE1,,,wept,grief\nE2,,,,tea\n"
    codings, listed, problems = read(tmp_path, ana + "E2,,,,tea\n", "E1,3,7,wept,grief\n")
    assert problems == []
    assert codings["coding_id"].tolist() == ["ana:2", "ana:3", "ana:6", "ben:2"]
    repeats = listed[listed["what"].eq("exact repeat, counted once")]
    assert repeats["row"].tolist() == [4, 5, 7]
    assert len(codings) + len(repeats) == 7


def test_codings_that_coincide_only_without_edge_spaces_are_two(tmp_path):
    codings, listed, _ = read(tmp_path, "E1,3,7,wept,grief\nE1,2,7,wept,grief\n")
    assert len(codings) == 2
    assert listed["what"].tolist() == ["spaces at the edge left out"]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["grief", "tea"])), max_size=12))
def test_every_row_read_is_kept_or_listed_as_a_repeat(tmp_path_factory, rows):
    ana = "".join(f"E2,{start},4,,{code}\n" for start, code in rows)
    codings, listed, problems = read(tmp_path_factory.mktemp("study"), ana)
    assert problems == []
    assert len(codings) == len(set(rows))
    assert len(codings) + len(listed) == len(rows)


def test_coder_with_an_empty_file_has_no_codings(tmp_path):
    codings, _, problems = read(tmp_path, "", "E1,3,7,wept,grief\n")
    assert problems == []
    assert codings["coder"].tolist() == ["ben"]


def test_missing_folder_and_unknown_file_are_named(tmp_path):
    read_codings(tmp_path, CODERS, ESSAYS, CODEBOOK, None, problems := [])
    assert problems[0].file.startswith("codings")
    (tmp_path / "codings").mkdir()
    (tmp_path / "codings" / "anna.csv").write_text(HEADER + "E1,,,We met,care\n")
    _, _, problems = read(tmp_path, "")
    assert [problem.file for problem in problems] == ["codings/anna.csv"]


# Who read what


def assigned(*rows):
    return pd.DataFrame(rows, columns=["coder", "essay_id", "codes"])


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("ana", "E1", "")], None),
        ([("ana", "E1", "tea; grief")], None),
        ([("ana", "E2", "")], "assign"),
        ([("ana", "E1", "tea")], "grief"),
    ],
    ids=["every code", "two codes", "another essay", "another code"],
)
def test_coding_outside_of_the_assignment_is_refused(tmp_path, rows, words):
    _, _, problems = read(tmp_path, "E1,3,7,wept,grief\n", assignments=assigned(*rows))
    assert [words in str(problem) for problem in problems] == ([True] if words else [])


def test_without_assignments_every_coder_read_every_essay_for_every_code():
    table = readings(CODERS, ESSAYS, CODEBOOK, None)
    assert len(table) == len(table.drop_duplicates()) == 2 * 2 * 2


def test_assignment_for_some_codes_reads_these_only():
    table = readings(CODERS, ESSAYS, CODEBOOK, assigned(("ana", "E1", "tea;"), ("ben", "E1", "")))
    assert sorted(table[["coder", "essay_id", "code"]].values.tolist()) == [
        ["ana", "E1", "tea"],
        ["ben", "E1", "grief"],
        ["ben", "E1", "tea"],
    ]


def test_read_and_nothing_found_is_zero_and_not_read_has_no_row(tmp_path):
    rows = assigned(("ana", "E1", ""), ("ana", "E2", "tea"), ("ben", "E1", "grief"))
    codings, _, _ = read(tmp_path, "E1,3,7,wept,grief\nE1,0,2,We,grief\n", assignments=rows)
    table = presence(codings, readings(CODERS, ESSAYS, CODEBOOK, rows))
    assert table.values.tolist() == [
        ["E1", "grief", "ana", 1],
        ["E1", "grief", "ben", 0],
        ["E1", "tea", "ana", 0],
        ["E2", "tea", "ana", 0],
    ]


def test_coding_of_a_whole_essay_is_a_mark(tmp_path):
    codings, _, _ = read(tmp_path, "E2,,,,tea\n")
    table = presence(codings, readings(CODERS, ESSAYS, CODEBOOK, None))
    assert table.loc[table["present"].eq(1), ["essay_id", "code", "coder"]].values.tolist() == [
        ["E2", "tea", "ana"]
    ]


def test_read_log_counts_codings_memos_and_their_first_dates():
    read_for = readings(CODERS, ESSAYS, CODEBOOK, assigned(("ana", "E1", ""), ("ben", "E2", "tea")))
    codings = pd.DataFrame(
        [("ana", "E1", "2026-02-03"), ("ana", "E1", "2026-02-01"), ("ben", "E2", "")],
        columns=["coder", "essay_id", "date"],
    )
    memos = codings.iloc[[0]]
    table = read_log(read_for, codings, memos)
    named = ["coder", "codes", "codings", "memos", "first_memo", "first_coding"]
    assert table[named].values.tolist() == [
        ["ana", 2, 2, 1, "2026-02-03", "2026-02-01"],
        ["ben", 1, 1, 0, "", ""],
    ]


def test_assignments_file_is_checked_against_coders_essays_and_codes(tmp_path):
    (tmp_path / "assignments.csv").write_text(
        "coder,essay_id,codes\nana,E1,tea; grief\nanna,E1,\nana,E9,\nana,E2,tae\nana,E1,\n"
    )
    read_assignments(tmp_path, CODERS, ESSAYS, CODEBOOK, problems := [])
    assert sorted(problem.row for problem in problems) == [3, 4, 5, 6]


def test_study_without_assignments_has_none(tmp_path):
    assert read_assignments(tmp_path, CODERS, ESSAYS, CODEBOOK, []) is None


# The codebook


@pytest.mark.parametrize(
    ("rows", "bad"),
    [
        ("grief\ntea\n", []),
        ("grief\ngrief\n", [3]),
        ("grief; loss\n", [2]),
    ],
)
def test_codebook_needs_a_code_once_and_without_semicolon(tmp_path, rows, bad):
    (tmp_path / "codebook.csv").write_text("code\n" + rows)
    read_codebook(tmp_path, problems := [])
    assert [problem.row for problem in problems] == bad


def test_codebook_gaps_are_named():
    columns = {name: ["said", " "] for name in ("definition", "include", "exclude", "example")}
    gaps = codebook_gaps(CODEBOOK.assign(**columns), pd.DataFrame({"code": ["tea"]}))
    assert gaps.values.tolist() == [
        ["tea", "no definition"],
        ["tea", "no include"],
        ["tea", "no exclude"],
        ["tea", "no example"],
        ["grief", "used by no coder"],
    ]


def test_memo_has_the_words_it_is_about():
    essays = pd.DataFrame({"essay_id": ["E1"], "text": ["We wept."]})
    memos = pd.DataFrame(
        [("E1", "3", "7"), ("E1", "", ""), ("", "", ""), ("E1", "x", "7")],
        columns=["essay_id", "start", "end"],
    )
    assert with_quotation(memos, essays)["quotation"].tolist() == ["wept", "", "", ""]
    assert with_quotation(memos.iloc[:0], essays).empty


def strips(*spans, read=(("E1", "ana"), ("E1", "ben"))):
    """Spans as essay_id, coder, start, end; there is one essay of 20 characters, or two."""
    codings = pd.DataFrame(spans, columns=["essay_id", "coder", "start", "end"])
    codings = codings.astype({"start": "Int64", "end": "Int64"})
    readings = pd.DataFrame(read, columns=["essay_id", "coder"])
    essays = pd.DataFrame({"essay_id": ["E1", "E2"], "text": ["x" * 20, "y" * 7]})
    found = coding_strips(codings, readings, essays).astype(object)
    return [tuple(None if pd.isna(cell) else cell for cell in row) for row in found.to_numpy()]


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ([(2, 5), (8, 9)], [(2, 5), (8, 9)]),
        ([(8, 9), (2, 5)], [(2, 5), (8, 9)]),
        ([(2, 6), (4, 9)], [(2, 9)]),
        ([(2, 5), (5, 9)], [(2, 9)]),
        ([(2, 9), (3, 4), (6, 7), (8, 12)], [(2, 12)]),
        ([(2, 5), (2, 5)], [(2, 5)]),
        ([(None, None), (2, 5)], [(2, 5)]),
        ([(None, None)], [(None, None)]),
        ([], [(None, None)]),
    ],
    ids=[
        "apart",
        "in any order",
        "overlap",
        "touch",
        "one within another",
        "twice",
        "whole essay too",
        "whole essay only",
        "nothing",
    ],
)
def test_strips_are_the_stretches_that_a_coder_marked(places, expected):
    found = strips(*[("E1", "ana", *place) for place in places], read=[("E1", "ana")])
    assert found == [("E1", 20, "ana", *place) for place in expected]


def test_strips_of_coders_and_essays_are_not_put_together():
    found = strips(
        ("E1", "ana", 2, 5),
        ("E1", "ben", 4, 9),
        ("E2", "ana", 0, 7),
        read=[("E2", "ana"), ("E1", "ben"), ("E1", "ana")],
    )
    assert found == [
        ("E1", 20, "ana", 2, 5),
        ("E1", 20, "ben", 4, 9),
        ("E2", 7, "ana", 0, 7),
    ]


places = st.tuples(st.integers(0, 18), st.integers(1, 8)).map(lambda p: (p[0], min(20, sum(p))))


@settings(max_examples=60, deadline=None)
@given(st.lists(places, max_size=6))
def test_strips_cover_the_same_characters_as_the_codings(places):
    found = strips(*[("E1", "ana", *place) for place in places], read=[("E1", "ana")])
    marked = sorted({n for start, end in places for n in range(start, end)})
    stretches = [(start, end) for *_, start, end in found if start is not None]
    assert [n for start, end in stretches for n in range(start, end)] == marked
