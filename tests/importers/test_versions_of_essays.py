"""One essay in several files: which id and which text stand, and what is said of the others."""

import itertools

import pytest

from analysis.importers import import_files
from analysis.importers.essay_names import without_coder
from tests.importers import tools
from tests.importers.reading_back import codings_of, rows_of, texts_of

FIRST = "The nurse sat with me all night. She smiled at me and said nothing to anybody."
SECOND = "In the morning the doctor came round, and I was glad that it was over at last."
OTHER = "Nobody ever told me what the machine was for, and I never dared to ask them why."


def word(tmp_path, name, coder, text, *codings):
    comments = [(coder, code, text.index(words), text.index(words) + len(words))
                for code, words in codings]  # fmt: skip
    return tools.word(tmp_path / name, text, comments)


def everything(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("names", [
    ("E01_ana.docx", "E01_ben.docx", "E01_clara.docx"),
    ("Interview.docx", "P07 ben.docx", "Anna, ward 3.docx"),
    ("E01.docx", "E01 ben.docx", "P07.docx"),
])  # fmt: skip
@pytest.mark.parametrize("texts", [(FIRST,) * 3, (FIRST, FIRST.replace("all", "the"), OTHER)])
def test_the_order_in_which_files_are_given_changes_nothing(tmp_path, names, texts):
    files = [
        word(tmp_path, name, coder, text, ("Care", text[:9]))
        for name, coder, text in zip(names, ("Ana", "Ben", "Clara"), texts, strict=True)
    ]
    made = []
    for n, order in enumerate(itertools.permutations(files)):
        import_files(order, tmp_path / str(n) / "study")
        made.append(everything(tmp_path / str(n) / "study"))
    assert all(other == made[0] for other in made[1:])


def test_the_text_of_an_essay_alone_stands_before_that_of_a_coders_copy(tmp_path):
    copy = word(tmp_path, "E01_ana.docx", "Ana", FIRST.replace("all", "the"), ("Care", "The nurse"))
    (tmp_path / "E01_original.txt").write_text(FIRST)
    import_files([copy, tmp_path / "E01_original.txt"], tmp_path / "study")
    assert texts_of(tmp_path / "study") == {"E01": FIRST}


@pytest.mark.parametrize("text", [FIRST, FIRST.replace("all", "the"), OTHER])
def test_a_coders_copy_has_the_essays_id_in_one_go_and_one_after_the_other(tmp_path, text):
    """E01_ana is E01 because somebody is called Ana; another text of that name is said loudly."""
    ana = word(tmp_path, "E01_ana.docx", "Ana Silva", FIRST, ("Care", "sat"))
    ben = word(tmp_path, "E01_Ben.docx", "Ben", text, ("Care", text[:9]))
    import_files([ben, ana], tmp_path / "one")
    import_files(ana, tmp_path / "two")
    done = import_files(ben, tmp_path / "two")
    ids = ["E01", "E01_2"] if text == OTHER else ["E01"]
    assert sorted(texts_of(tmp_path / "one")) == sorted(texts_of(tmp_path / "two")) == ids
    assert any(note.startswith("LOOK: 'E01' in E01_Ben.docx") for note in done.notes) == (
        len(ids) > 1
    )


@pytest.mark.parametrize(("name", "cut"), [
    ("E01_ana", "E01"), ("Ana Silva - E01", "E01"), ("E01 (ana)", "E01"), ("E01", "E01"),
    ("ana", "ana"), ("Interview ana", "Interview ana"), ("E01_2", "E01_2"), ("Ana_1.b", "1.b"),
    ("E01_anabel", "E01_anabel"),
])  # fmt: skip
def test_a_coders_name_at_the_end_of_a_files_name_is_no_part_of_the_essays(name, cut):
    assert without_coder(name, {"Ana Silva", "coder 2"}) == cut


def test_over_two_imports_the_id_that_came_first_stands_and_that_is_said(tmp_path):
    import_files(word(tmp_path, "Night.docx", "Ana", FIRST, ("Care", "sat")), tmp_path / "study")
    done = import_files(
        word(tmp_path, "P7.docx", "Ben", FIRST, ("Care", "sat")), tmp_path / "study"
    )
    assert "essays keep the id that came first: 'P7' is 'Night'" in done.notes
    assert {row[1] for row in codings_of(tmp_path / "study")} == {"Night"}


def test_a_file_that_lacks_a_paragraph_is_said_to_with_what_follows_from_it(tmp_path):
    import_files(
        word(tmp_path, "E01.docx", "Ana", f"{FIRST}\n{SECOND}", ("Joy", "glad")), tmp_path / "study"
    )
    done = import_files(
        word(tmp_path, "E01 ben.docx", "Ben", FIRST, ("Care", "sat")), tmp_path / "study"
    )
    assert any(
        "IT LACKS 17 words of the essay, yet its coder counts as having read all of it" in note
        for note in done.notes
    )
    (row,) = done.report.query("outcome == 'difference'").to_dict("records")
    assert (row["essay_id"], row["quotation"], row["what"]) == (
        "E01", "In the morning the doctor came …", "it is not there (17 words fewer)",
    )  # fmt: skip


def test_a_file_that_has_a_paragraph_more_is_said_to(tmp_path):
    import_files(word(tmp_path, "E01.docx", "Ana", FIRST, ("Care", "sat")), tmp_path / "study")
    longer = word(tmp_path, "E01 ben.docx", "Ben", f"{FIRST} {SECOND[:40]}", ("Joy", "doctor"))
    done = import_files(longer, tmp_path / "study")
    assert any("words that the essay lacks" in note for note in done.notes)
    assert done.report.query("outcome == 'listed'")["reason"].tolist() == ["quote_not_found"]


def test_quite_another_text_of_the_same_name_is_said_loudly(tmp_path):
    import_files(word(tmp_path, "E01.docx", "Ana", FIRST, ("Care", "sat")), tmp_path / "study")
    (tmp_path / "ben").mkdir()
    done = import_files(
        word(tmp_path / "ben", "E01.docx", "Ben", OTHER, ("Fear", "machine")), tmp_path / "study"
    )
    assert texts_of(tmp_path / "study") == {"E01": FIRST + "\n", "E01_2": OTHER + "\n"}
    (note,) = [note for note in done.notes if note.startswith("LOOK: ")]
    assert note == (
        "LOOK: 'E01' in E01.docx is quite another text than the essay 'E01' that is there already, "
        "and became an essay of its own, 'E01_2'. If the two are one essay, its coders did not "
        "code one text: take this essay out again (its text, and the rows of 'E01_2' in codings/, "
        "memos.csv and assignments.csv), let its coder code the text that is there, and import that"
    )
    (row,) = rows_of(tmp_path / "study" / "import_report.csv")
    assert (row["outcome"], row["reason"], row["essay_id"]) == (
        "difference", "another text", "E01_2",
    )  # fmt: skip


def test_an_essay_without_words_is_left_out_and_named(tmp_path):
    rows = [("E1", FIRST), ("E2", " \n ")]
    done = import_files(tools.table(tmp_path / "e.csv", "essay_id,text", rows), tmp_path / "study")
    assert "essay 'E2' in e.csv holds no words: left out" in done.notes
    assert list(texts_of(tmp_path / "study")) == ["E1"]
