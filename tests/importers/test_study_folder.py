"""What an import does to a study folder: new, begun by an import, or made by people."""

import pytest

from analysis.importers import import_files
from analysis.new_study import write_study
from analysis.problems import StudyError
from analysis.study import open_study
from tests.importers import tools
from tests.importers.reading_back import codings_of, rows_of

ESSAYS = {"E1": "Café 😀 She smiled at me.", "E2": "She sat with me all night."}
ANA = [("ana", "E1", "Hope", 7, 17), ("ana", "E2", "Care", 0, 7)]
BEN = [("ben", "E1", "hope", 7, 17), ("ben", "E2", "Trust", 0, 3)]


def export(path, codings, essays=ESSAYS):
    return tools.label_studio(path, tools.Project(essays, codings, tuple({c[0] for c in codings})))


@pytest.fixture
def study(tmp_path):
    import_files(export(tmp_path / "ana.json", ANA), tmp_path / "study")
    return tmp_path / "study"


def everything(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_new_study_can_be_opened_and_lists_the_coders_it_met(study):
    assert open_study(study).coders == ("ana",)
    assert (study / "README.md").is_file() and (study / "decisions.csv").is_file()


def test_the_second_coders_file_adds_rows_and_changes_nothing_that_is_there(study, tmp_path):
    before = everything(study)
    done = import_files(export(tmp_path / "ben.json", BEN), study)
    after = everything(study)
    for path, data in before.items():
        if path.name not in ("study.toml", "import_report.csv", "import_sources.csv"):
            assert after[path].startswith(data)
    assert open_study(study).coders == ("ana", "ben")
    assert [row["code"] for row in rows_of(study / "codebook.csv")] == [
        "Care", "Hope", "Trust", "hope",
    ]  # fmt: skip
    question = done.report.query("outcome == 'question'")["what"].tolist()
    assert question == ["Are 'Hope' and 'hope' one code? They were not merged."]
    assert [row["file"] for row in rows_of(study / "import_sources.csv")] == [
        "ana.json",
        "ben.json",
    ]


def test_a_study_toml_that_a_person_changed_is_left_and_the_line_to_write_is_said(study, tmp_path):
    text = (
        (study / "study.toml")
        .read_text()
        .replace('approach = "codebook"', 'approach = "reflexive"')
    )
    (study / "study.toml").write_text(text)
    done = import_files(export(tmp_path / "ben.json", BEN), study)
    assert (study / "study.toml").read_text() == text
    assert 'study.toml is yours: write there  coders = ["ana", "ben"]' in done.notes


def test_a_codebook_that_a_person_wrote_in_keeps_every_byte(study, tmp_path):
    path = study / "codebook.csv"
    mine = "\ufeffnote,code,definition,colour\r\nmine,Hope,What lets them go on.,blue"
    path.write_bytes(mine.encode())
    import_files(export(tmp_path / "ben.json", BEN), study)
    assert path.read_bytes().decode() == mine + "\r\n,Trust,,\r\n,hope,,\r\n"


def test_the_same_file_again_adds_nothing(study, tmp_path):
    before = codings_of(study), (study / "codebook.csv").read_bytes()
    done = import_files(tmp_path / "ana.json", study)
    assert (codings_of(study), (study / "codebook.csv").read_bytes()) == before
    assert done.report["reason"].tolist() == ["already_there"] * 2


def test_our_own_table_with_its_references_again_adds_nothing(tmp_path):
    header = "essay_id,start,end,code,source_ref"
    tools.table(
        tmp_path / "ana.csv", header, [("E1", 7, 17, "Hope", "a: b: c"), ("E2", 0, 3, "x", "")]
    )
    files = [tmp_path / "ana.csv", tools.essay_files(tmp_path / "e", tools.Project(ESSAYS, []))]
    import_files(files, tmp_path / "study")
    (hope, _) = rows_of(tmp_path / "study" / "codings" / "ana.csv")
    assert hope["source_ref"] == "a: b: c"
    done = import_files(files, tmp_path / "study")
    assert done.sources.loc[0, ["codings", "written", "listed"]].tolist() == [2, 0, 2]
    assert done.report["source_ref"].tolist() == ["a: b: c", "row 3"]


def test_more_codings_of_the_same_coder_are_added(study, tmp_path):
    more = [*ANA, ("ana", "E2", "Hope", 4, 7)]
    import_files(export(tmp_path / "later.json", more), study)
    assert ("ana", "E2", "Hope", "sat") in codings_of(study)
    assert len(codings_of(study)) == 3


def test_other_codings_of_the_same_coder_and_essay_are_refused(study, tmp_path):
    before = everything(study)
    with pytest.raises(StudyError) as error:
        import_files(export(tmp_path / "later.json", [("ana", "E1", "Hope", 7, 10)]), study)
    assert str(error.value) == (
        "1 problem in the study:\n  codings/ana.csv: coder 'ana' has 1 codings of essay 'E1' here "
        "already, and 1 of them are not in the import. Move the file away to take the import "
        "instead, or give the import another coder's name (CODER=name)."
    )
    assert everything(study) == before


def test_an_empty_study_of_make_new_is_filled(tmp_path):
    write_study(tmp_path / "study")
    import_files(export(tmp_path / "ana.json", ANA), tmp_path / "study")
    assert {row[0] for row in codings_of(tmp_path / "study")} == {"ana"}
    assert (tmp_path / "study" / "codings" / "ben.csv").read_text().count("\n") == 1


def test_a_folder_that_is_no_study_is_left_alone(tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.txt").write_text("x")
    with pytest.raises(StudyError, match=r"is no study: it has no study.toml"):
        import_files(export(tmp_path / "ana.json", ANA), tmp_path / "photos")


def test_who_read_what_is_written_as_soon_as_not_everybody_read_everything(tmp_path):
    study = tmp_path / "study"
    import_files(export(tmp_path / "ana.json", ANA), study)
    assert rows_of(study / "assignments.csv") == []
    only = {"E1": ESSAYS["E1"]}
    import_files(export(tmp_path / "ben.json", BEN[:1], only), study)
    assert [(r["coder"], r["essay_id"]) for r in rows_of(study / "assignments.csv")] == [
        ("ana", "E1"), ("ana", "E2"), ("ben", "E1"),
    ]  # fmt: skip


def test_one_coders_name_in_the_file_can_be_another_in_the_study(tmp_path):
    import_files(export(tmp_path / "ana.json", ANA), tmp_path / "one", "Ana Silva")
    assert {row[0] for row in codings_of(tmp_path / "one")} == {"Ana Silva"}
    both = [export(tmp_path / "ana.json", ANA), export(tmp_path / "ben.json", BEN)]
    done = import_files(both, tmp_path / "two", "Ana Silva")
    assert {row[0] for row in codings_of(tmp_path / "two")} == {"ana", "ben"}
    assert any("the files name 2 coders (ana, ben)" in note for note in done.notes)
    import_files(both, tmp_path / "map", {"ana": "A", "ben": "B"})
    assert {row[0] for row in codings_of(tmp_path / "map")} == {"A", "B"}


@pytest.mark.parametrize(
    ("code", "written"),
    [("a; b", "a, b"), ("'tis", "’tis"), ("1-2", "code 1-2"), ("two\nlines", "two lines")],
)
def test_a_code_that_no_codebook_can_hold_gets_another_name_and_that_is_said(
    tmp_path, code, written
):
    done = import_files(export(tmp_path / "a.json", [("ana", "E1", code, 7, 17)]), tmp_path / "s")
    assert {row[2] for row in codings_of(tmp_path / "s")} == {written}
    assert any(f"is called '{written}' here" in note for note in done.notes)


def test_names_that_differ_only_in_capitals_stay_two_coders_with_two_files(tmp_path):
    path = export(tmp_path / "a.json", [*ANA, ("Ana", "E2", "Care", 0, 7)])
    done = import_files(path, tmp_path / "study")
    assert len(list((tmp_path / "study" / "codings").iterdir())) == 2
    assert len({p.name.casefold() for p in (tmp_path / "study" / "codings").iterdir()}) == 2
    assert any("is nearly" in note for note in done.notes)


def test_texts_that_are_equal_in_one_file_are_two_essays(tmp_path):
    """Short answers of two people may be the same words."""
    essays = {"P1": "No, never at all.", "P2": "No, never at all."}
    path = export(
        tmp_path / "a.json", [("ana", "P1", "No", 0, 2), ("ana", "P2", "Never", 4, 9)], essays
    )
    import_files(path, tmp_path / "study")
    assert codings_of(tmp_path / "study") == {
        ("ana", "P1", "No", "No"), ("ana", "P2", "Never", "never"),
    }  # fmt: skip


def test_the_same_files_give_the_same_bytes(tmp_path):
    both = [export(tmp_path / "ana.json", ANA), export(tmp_path / "ben.json", BEN)]
    import_files(both, tmp_path / "x" / "study")
    import_files(both, tmp_path / "y" / "study")
    assert everything(tmp_path / "x") == everything(tmp_path / "y")


def test_a_name_that_had_to_change_changes_in_the_same_way_again(tmp_path):
    codings = [
        ("a;b", "E1", "x; y", 7, 17),
        ("Ana", "E2", "Care", 0, 7),
        ("ana", "E2", "Care", 0, 7),
    ]
    path = export(tmp_path / "a.json", codings)
    import_files(path, tmp_path / "study")
    before = codings_of(tmp_path / "study")
    again = import_files(path, tmp_path / "study")
    assert again.report.query("outcome == 'listed'")["reason"].tolist() == ["already_there"] * 3
    assert codings_of(tmp_path / "study") == before


def test_a_coder_or_unit_that_does_not_exist_is_said(tmp_path):
    done = import_files(export(tmp_path / "a.json", ANA), tmp_path / "study", {"Anna": "A"})
    assert "nobody is called 'Anna' in the files (CODER)" in done.notes
    with pytest.raises(StudyError, match=r"'utf8' is no unit that is known\. Choose one of"):
        import_files(tmp_path / "a.json", tmp_path / "study", unit="utf8")


def test_files_of_one_name_are_told_apart_and_the_report_keeps_both(tmp_path):
    for who, codings in (("ana", ANA), ("ben", BEN)):
        (tmp_path / who).mkdir()
        export(tmp_path / who / "E.json", codings)
    both = [tmp_path / "ana" / "E.json", tmp_path / "ben" / "E.json"]
    assert import_files(both, tmp_path / "one").sources["file"].tolist() == [
        "ana/E.json", "ben/E.json",
    ]  # fmt: skip
    for path in both:
        import_files(path, tmp_path / "two")
    assert len(rows_of(tmp_path / "two" / "import_sources.csv")) == 2


def test_who_has_no_coding_that_could_be_written_is_named(tmp_path):
    path = export(tmp_path / "a.json", [*ANA, ("ben", "E1", "Hope", 9, 9)])
    done = import_files(path, tmp_path / "study")
    assert any("no coding of coder 'ben' could be written (1 listed)" in n for n in done.notes)


def test_characters_that_no_file_can_hold_are_replaced_everywhere(tmp_path):
    path = export(tmp_path / "a.json", [("b\ud83d", "E1", "c\ud83d", 7, 17)])
    import_files(path, tmp_path / "study")
    assert codings_of(tmp_path / "study") == {("b\ufffd", "E1", "c\ufffd", "She smiled")}
