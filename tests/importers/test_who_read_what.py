"""Who read what after an import: an essay without a coding was read, or it was not."""

from analysis.importers import import_files
from tests.importers import tools
from tests.importers.reading_back import rows_of

ESSAYS = {"E1": "She sat with me all night.", "E2": "He smiled at me.", "E3": "I was glad then."}
CODED = "coder,essay_id,quotation,code"


def read_by(study):
    return {(r["coder"], r["essay_id"], r["codes"]) for r in rows_of(study / "assignments.csv")}


def essays(tmp_path, names=ESSAYS):
    wanted = {name: ESSAYS[name] for name in names}
    return tools.essay_files(tmp_path / f"essays {len(wanted)}", tools.Project(wanted, []))


def codings(tmp_path, name, rows):
    return tools.table(tmp_path / name, CODED, rows)


def test_a_table_of_codings_says_nothing_and_everybody_counts_as_having_read_everything(tmp_path):
    both = codings(
        tmp_path, "c.csv", [("ana", "E1", "sat", "Care"), ("ben", "E2", "smiled", "Care")]
    )
    done = import_files([both, essays(tmp_path)], tmp_path / "study")
    assert read_by(tmp_path / "study") == set()
    assert (
        "the files do not say who read what: 'ana' counts as having read 3 essays, 2 of them "
        "without a coding; 'ben' counts as having read 3 essays, 2 of them without a coding. If "
        "that is not so, list in assignments.csv who read what"
    ) in done.notes


def test_a_later_table_of_codings_is_read_the_same_way(tmp_path):
    ana = codings(tmp_path, "a.csv", [("ana", "E1", "sat", "Care")])
    import_files([ana, essays(tmp_path)], tmp_path / "study")
    ben = codings(tmp_path, "b.csv", [("ben", "E2", "smiled", "Care")])
    done = import_files(ben, tmp_path / "study")
    assert read_by(tmp_path / "study") == set()
    assert any("'ben' counts as having read 3 essays, 2 of them" in note for note in done.notes)


def test_a_table_of_assignments_says_who_read_what_and_for_which_codes(tmp_path):
    coded = codings(
        tmp_path, "c.csv", [("ana", "E1", "sat", "Care"), ("ben", "E2", "smiled", "Joy")]
    )
    rows = [("ana", "E1", "Care; x;y"), ("ana", "E3", ""), ("ben", "E2", ""), ("cleo", "E9", "")]
    asked = tools.table(tmp_path / "a.csv", "coder,essay_id,codes", rows)
    done = import_files([coded, asked, essays(tmp_path)], tmp_path / "study")
    assert read_by(tmp_path / "study") == {
        ("ana", "E1", "Care; x; y"), ("ana", "E3", ""), ("ben", "E2", ""),
    }  # fmt: skip
    codes = [row["code"] for row in rows_of(tmp_path / "study" / "codebook.csv")]
    assert codes == ["Care", "Joy", "x", "y"]
    (unknown,) = done.report.to_dict("records")
    assert (unknown["outcome"], unknown["reason"]) == ("reading", "essay_unknown")
    assert (unknown["coder"], unknown["essay_id"]) == ("cleo", "E9")


def test_a_table_of_assignments_that_contradicts_the_studys_is_a_difference(tmp_path):
    coded = codings(tmp_path, "c.csv", [("ana", "E1", "sat", "Care")])
    first = tools.table(tmp_path / "a.csv", "coder,essay_id,codes", [("ana", "E1", "Care")])
    import_files([coded, first, essays(tmp_path)], tmp_path / "study")
    second = tools.table(
        tmp_path / "b.csv", "coder,essay_id,codes", [("ana", "E1", ""), ("ana", "E2", "")]
    )
    done = import_files(second, tmp_path / "study")
    assert read_by(tmp_path / "study") == {("ana", "E1", "Care"), ("ana", "E2", "")}
    (difference,) = done.report.to_dict("records")
    assert difference["what"] == (
        "asked for codes there already: Care; that stands, not what is said here"
    )


def test_word_files_without_a_comment_leave_their_essay_unread_and_that_is_said(tmp_path):
    files = [
        tools.word(tmp_path / "E1.docx", ESSAYS["E1"], [("ana", "Care", 4, 7), ("ben", "x", 4, 7)]),
        tools.word(tmp_path / "E2.docx", ESSAYS["E2"], [("ana", "Joy", 3, 9)]),
        tools.word(tmp_path / "E3.docx", ESSAYS["E3"], []),
    ]
    done = import_files(files, tmp_path / "study")
    assert read_by(tmp_path / "study") == {("ana", "E1", ""), ("ana", "E2", ""), ("ben", "E1", "")}
    assert (
        "who read what is in assignments.csv (of 3 essays: 'ana' 2, 'ben' 1); nobody counts as "
        "having read 'E3'. Add who read an essay and found nothing in it"
    ) in done.notes


def test_who_had_read_everything_has_not_read_what_comes_later(tmp_path):
    ana = codings(tmp_path, "a.csv", [("ana", "E1", "sat", "Care")])
    import_files([ana, essays(tmp_path, ["E1", "E2"])], tmp_path / "study")
    later = tools.word(tmp_path / "E3.docx", ESSAYS["E3"], [("ben", "Joy", 6, 10)])
    import_files(later, tmp_path / "study")
    assert read_by(tmp_path / "study") == {
        ("ana", "E1", ""), ("ana", "E2", ""), ("ben", "E3", ""),
    }  # fmt: skip


def test_a_reading_of_an_essay_that_is_nowhere_is_listed_though_nothing_was_coded_in_it(tmp_path):
    matrix = tools.table(
        tmp_path / "m.csv", "coder,essay_id,Care", [("ana", "E1", "1"), ("ana", "E9", "0")]
    )
    done = import_files([matrix, essays(tmp_path)], tmp_path / "study")
    (row,) = done.report.to_dict("records")
    assert (row["outcome"], row["reason"], row["essay_id"]) == ("reading", "essay_unknown", "E9")


def test_an_essay_that_was_coded_without_being_assigned_is_a_difference(tmp_path):
    coded = codings(tmp_path, "c.csv", [("ana", "E1", "sat", "Care"), ("ana", "E2", "He", "x")])
    asked = tools.table(tmp_path / "a.csv", "coder,essay_id", [("ana", "E1")])
    done = import_files([coded, asked, essays(tmp_path)], tmp_path / "study")
    assert read_by(tmp_path / "study") == {("ana", "E1", ""), ("ana", "E2", "")}
    (row,) = done.report.to_dict("records")
    assert (row["outcome"], row["reason"], row["essay_id"]) == ("difference", "reading", "E2")
