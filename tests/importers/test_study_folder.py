"""What an import does to a study folder: new, begun by an import, or made by people."""

import pytest

from analysis.importers import export_study, import_files
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


def test_the_same_file_again_leaves_every_byte_and_says_so(study, tmp_path):
    before = everything(study)
    done = import_files(tmp_path / "ana.json", study)
    assert everything(study) == before
    assert done.report["reason"].tolist() == ["already_there"] * 2
    assert str(done) == (
        "ana.json: recognised as Label Studio JSON.\n"
        "  Everything in it is there already: it was imported before.\n"
        f"Wrote in {study}: nothing new."
    )


def test_the_same_files_again_leave_what_was_listed_and_asked(study, tmp_path):
    late = {"E1": ESSAYS["E1"], "E2": "She sat with me all night. Not so."}
    other = export(tmp_path / "ben.json", [*BEN, ("ben", "E2", "Care", 27, 30)], late)
    import_files(other, study)
    before = everything(study)
    assert {row["outcome"] for row in rows_of(study / "import_report.csv")} == {
        "listed", "difference", "question",
    }  # fmt: skip
    for files in (other, tmp_path / "ana.json", [tmp_path / "ana.json", other]):
        import_files(files, study)
        assert everything(study) == before


def test_attributes_that_are_there_are_not_added_again(tmp_path):
    table = tools.table(tmp_path / "e.csv", "essay_id,text,role", [("E1", ESSAYS["E1"], " nurse")])
    import_files(table, tmp_path / "study")
    before = everything(tmp_path / "study")
    import_files(table, tmp_path / "study")
    assert everything(tmp_path / "study") == before
    more = [("E1", ESSAYS["E1"], "doctor", "9"), ("E2", ESSAYS["E2"], "cook", "")]
    done = import_files(
        tools.table(tmp_path / "more.csv", "essay_id,text,role,years", more), tmp_path / "study"
    )
    assert [r["role"] for r in rows_of(tmp_path / "study" / "essays.csv")] == [" nurse", "cook"]
    (years,) = rows_of(tmp_path / "study" / "attributes.csv")
    assert years == {"essay_id": "E1", "attribute": "years", "value": "9"}
    (difference,) = done.report.to_dict("records")
    assert (
        difference["what"] == "role is ' nurse' there already, and 'doctor' here: the first stands"
    )


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
        "1 problem in the study:\n  codings/ana.csv: coder 'ana' has codings here that the import "
        "does not have: 1 of 1 in 'E1'. Is the import newer? Copy codings/ana.csv to a place "
        "outside of the study, delete its rows of this essay, and import again; if the old codings "
        "count as well, paste the deleted rows back at its end after that. Did somebody else code? "
        "Import with CODER=name."
    )
    assert everything(study) == before


def test_the_advice_after_a_refusal_loses_nothing(study, tmp_path):
    """Followed to the letter: the rows of the essay out, the import in, the rows back."""
    later = export(tmp_path / "later.json", [("ana", "E1", "Joy", 7, 10)], {"E1": ESSAYS["E1"]})
    path = study / "codings" / "ana.csv"
    header, e1, e2 = path.read_text().splitlines(keepends=True)
    path.write_text(header + e2)
    import_files(later, study)
    newer = codings_of(study)
    assert newer == {("ana", "E1", "Joy", "She"), ("ana", "E2", "Care", "She sat")}
    path.write_text(path.read_text() + e1)
    assert codings_of(study) == newer | {("ana", "E1", "Hope", "She smiled")}
    assert export_study(study, tmp_path / "proven").written  # phase 2 reads it without a problem


def test_a_coders_only_essay_can_be_replaced_too_whatever_columns_the_file_has(study, tmp_path):
    path = study / "codings" / "ana.csv"
    path.write_text("code,essay_id,quotation,start,end,date\n")
    import_files(export(tmp_path / "l.json", [("ana", "E1", "Joy", 7, 10)]), study)
    path.write_text(path.read_text() + "Hope,E1,She smiled,7,17,\n")
    assert codings_of(study) == {("ana", "E1", "Joy", "She"), ("ana", "E1", "Hope", "She smiled")}


def test_somebody_elses_codings_come_in_under_the_name_that_is_advised(study, tmp_path):
    later = export(tmp_path / "l.json", [("ana", "E1", "Joy", 7, 10), ("ben", "E1", "Joy", 7, 10)])
    with pytest.raises(StudyError, match=r'Import with CODER="ana=another name"\.'):
        import_files(later, study)
    import_files(later, study, {"ana": "another name"})
    assert open_study(study).coders == ("ana", "another name", "ben")


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
    note = (
        "coder 'Ana' is nearly 'ana': it is called 'Ana_2' here. If they are one person, take "
        "'Ana_2' out of study.toml, codings/, memos.csv and assignments.csv, and import again with "
        'CODER="Ana=ana"'
    )
    assert note in done.notes


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


def test_new_codes_are_named_beside_a_codebook_that_is_there(study, tmp_path):
    done = import_files(export(tmp_path / "ben.json", BEN), study)
    said = "2 codes not in codebook.csv before, and added to it: 'Trust', 'hope'"
    assert said in done.notes
    assert "2 codes have no definition yet: fill in codebook.csv" in done.notes


def test_a_study_inside_of_the_folder_to_import_is_passed_over_and_that_is_said(study, tmp_path):
    (tmp_path / "study_outputs").mkdir()
    (tmp_path / "study_outputs" / "codings.csv").write_text("essay_id,code\n")
    before = everything(study)
    done = import_files(tmp_path, study)
    assert everything(study) == before
    assert done.notes[:2] == [
        "study was passed over: it is a study; `make export` writes one so that it can be imported",
        "study_outputs was passed over: it holds what was made of the study study",
    ]
    assert done.sources["file"].tolist() == ["ana.json"]


def test_a_picture_in_a_folder_is_passed_over_and_said_and_one_that_is_named_is_refused(tmp_path):
    folder = tmp_path / "from ana"
    folder.mkdir()
    (folder / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    with pytest.raises(StudyError, match="the folders of FROM: hold nothing that is recognised"):
        import_files(folder, tmp_path / "study")
    tools.word(folder / "E01.docx", "She smiled.", [("Ana", "Hope", 0, 3)])
    done = import_files(folder, tmp_path / "study")
    assert "photo.png was passed over: it is not recognised (ending '.png')." in done.notes
    with pytest.raises(StudyError, match=r"photo\.png: is not recognised"):
        import_files(folder / "photo.png", tmp_path / "study")


def test_a_study_itself_is_no_file_to_import(study, tmp_path):
    with pytest.raises(StudyError, match=r"holds no file to import: it is a study; `make export`"):
        import_files(study, tmp_path / "other")


def test_what_was_asked_for_is_blamed_where_it_is_wrong(study, tmp_path):
    with pytest.raises(StudyError) as error:
        import_files(tmp_path / "nowhere.docx", study)
    where = tmp_path / "nowhere.docx"
    assert str(error.value) == (
        f"1 problem in what was asked for:\n  {where}: is not there. Correct FROM."
    )
    (tmp_path / "a.bin").write_bytes(b"\1\2")
    with pytest.raises(StudyError, match=r"^1 problem in the files to import:\n  a\.bin: "):
        import_files(tmp_path / "a.bin", study)


def test_a_code_whose_only_coding_is_listed_counts_as_absent_and_that_is_said(study, tmp_path):
    """One of the two Hopes in E1 is there; Care in E2 is left without any place."""
    codings = [*ANA, ("ana", "E1", "Hope", 9, 9), ("ana", "E2", "Rest", 9, 9)]
    done = import_files(export(tmp_path / "more.json", codings), study)
    note = (
        "1 code of a coder in an essay counts as absent, because no coding of it could be written: "
        "'Rest' of 'ana' in 'E2'. Add it by hand to the coder's file in codings/, or the counts of "
        "the code are too low"
    )
    assert note in done.notes
    listed = done.report.query("reason == 'zero_length'")
    assert listed["what"].str.endswith("it counts as absent there").tolist() == [False, True]


def test_a_code_of_listed_codings_alone_is_in_the_codebook_all_the_same(study, tmp_path):
    done = import_files(export(tmp_path / "b.json", [*BEN, ("ben", "E1", "CARE", 9, 9)]), study)
    assert "CARE" in [row["code"] for row in rows_of(study / "codebook.csv")]
    asked = done.report.query("outcome == 'question'")["what"].tolist()
    assert "Are 'CARE' and 'Care' one code? They were not merged." in asked


def test_one_of_two_files_of_one_coder_can_come_again(tmp_path):
    both = [
        export(tmp_path / "1.json", ANA),
        export(tmp_path / "2.json", [("ana", "E1", "Joy", 7, 10)]),
    ]
    import_files(both, tmp_path / "study")
    before = everything(tmp_path / "study")
    for path in both:
        import_files(path, tmp_path / "study")
        assert everything(tmp_path / "study") == before


def test_two_files_of_one_coder_on_one_essay_are_both_written_and_that_is_said(tmp_path):
    older = export(tmp_path / "older.json", [("ana", "E1", "Joy", 7, 10)])
    done = import_files([older, export(tmp_path / "newer.json", ANA)], tmp_path / "study")
    assert len(codings_of(tmp_path / "study")) == 3
    said = (
        "'ana' has codings of 1 essay in more than one file ('newer.json', 'older.json'): all were "
        "written. If one of them is an older copy, import without it, into a new study"
    )
    assert said in done.notes


def test_a_list_of_imports_that_a_person_has_changed_is_not_written_over(study, tmp_path):
    (study / "import_report.csv").write_text("my notes;on this\nx;y\n")
    before = everything(study)
    with pytest.raises(StudyError, match=r"import_report.csv, row 1: is not as an import left it"):
        import_files(export(tmp_path / "ben.json", BEN), study)
    assert everything(study) == before


def test_many_files_of_essays_are_said_in_one_line(tmp_path):
    essays = {f"E{n}": f"{text} {n}" for n, text in enumerate([*ESSAYS.values()] * 2)}
    done = import_files(
        tools.essay_files(tmp_path / "e", tools.Project(essays, [])), tmp_path / "s"
    )
    assert str(done).startswith("4 files: recognised as essays.\nNote: ")
    assert str(import_files(tmp_path / "e" / "E0.txt", tmp_path / "s")).startswith(
        "E0.txt: recognised as essay.\n  Everything in it is there already"
    )
