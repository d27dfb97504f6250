"""A study sent out for other tools: valid, always the same bytes, the same when it returns."""

import zipfile
from pathlib import Path

import pandas as pd
import pytest
from lxml import etree

from analysis.importers import export_study, import_files
from analysis.problems import StudyError
from analysis.study import ROOT, open_study
from tests.importers import tools
from tests.importers.peers import program
from tests.importers.reading_back import codings_of, rows_of, texts_of
from tests.importers.refi_schema import CODEBOOK_SCHEMA, PROJECT_SCHEMA

TOML = """[study]
title = "t"
approach = "codebook"
coders = ["ana", "ben"]
consensus = "adjudicated"
seed = 1
"""
TEXT = "Café 😀 She smiled.\n=1+1 was all that e\u0301tait said, and שלום.\n"
CODEBOOK = [
    ("Support > Family", "Kin.\n\nOf any kind.", "a blanket", "friends", "he sat", "warmth", ""),
    ("Hope", "", "", "", "", "warmth", ""),
    ("-parked", "A word.", "", "", "", "", "too rare"),
]
CODINGS = {
    "ana": [("E1", 7, 17, "Hope", "why, here", "2026-03-09"), ("E1", "", "", "Hope", "", ""),
            ("E1", 19, 23, "Support > Family", "", "2026-03-09T10:00:00Z")],
    "ben": [("E1", 7, 17, "Hope", "", ""), ("E1", 0, 18, "-parked", "", "")],
}  # fmt: skip
MEMOS = [
    ("ana", "E1", 7, 17, "a memo\non two lines", "2026-03-09"),
    ("ben", "E2", "", "", "on the essay", ""),
    ("ben", "", "", "", "on all", ""),
]


@pytest.fixture
def study(tmp_path):
    folder = tmp_path / "pilot"
    (folder / "codings").mkdir(parents=True)
    (folder / "study.toml").write_text(TOML)
    header = "code,definition,include,exclude,example,theme,note"
    tools.table(folder / "codebook.csv", header, CODEBOOK, end="\n")
    tools.table(folder / "memos.csv", "coder,essay_id,start,end,memo,date", MEMOS, end="\n")
    tools.table(
        folder / "essays.csv", "essay_id,text,role",
        [("E1", TEXT, "nurse"), ("E2", "Nothing was coded here.", "")], end="\n",
    )  # fmt: skip
    for coder, rows in CODINGS.items():
        tools.table(folder / "codings" / f"{coder}.csv", "essay_id,start,end,code,memo,date", rows)
    return folder


def table(folder, file):
    return sorted(
        tuple(sorted((k, v) for k, v in row.items() if k not in ("source_ref", "quotation")))
        for row in rows_of(folder / file)
    )


def back(study, tmp_path, name):
    export_study(study, tmp_path / name)
    import_files(tmp_path / name, tmp_path / "back")
    return tmp_path / "back"


@pytest.mark.parametrize("name", ["p.qdpx", "p.xlsx", "csv"])
def test_out_and_in_again_gives_the_same_tables(study, tmp_path, name):
    again = back(study, tmp_path, name)
    assert texts_of(again) == texts_of(study)
    assert codings_of(again) == {
        (coder, e, code, TEXT[s:t] if s != "" else "")
        for coder, rows in CODINGS.items() for e, s, t, code, _, _ in rows
    }  # fmt: skip
    for file in ("codebook.csv", "memos.csv", "codings/ana.csv", "codings/ben.csv"):
        assert table(again, file) == table(study, file), file
    assert table(again, "essays.csv") == table(study, "essays.csv")


@pytest.mark.parametrize("name", ["p.qdpx", "p.xlsx", "csv"])
def test_the_study_that_ships_comes_back(tmp_path, name):
    shipped = ROOT / "data" / "raw" / "pacemakers"
    again = back(shipped, tmp_path, name)
    assert texts_of(again) == texts_of(shipped)
    for file in ("codebook.csv", "memos.csv", "codings/A.csv", "codings/B.csv"):
        assert table(again, file) == table(shipped, file), file
    assert rows_of(again / "codebook.csv") == rows_of(shipped / "codebook.csv")  # in its order
    assert rows_of(again / "assignments.csv") == []


ASSIGNED = [("ana", "E1", "Hope; Support > Family"), ("ana", "E2", ""), ("ben", "E1", ""),
            ("clara", "E2", "")]  # fmt: skip


def with_clara(study, assigned):
    """A third coder, who read and coded nothing."""
    (study / "study.toml").write_text(TOML.replace('"ben"]', '"ben", "clara"]'))
    tools.table(study / "codings" / "clara.csv", "essay_id,start,end,code,memo,date", [])
    if assigned:
        tools.table(study / "assignments.csv", "coder,essay_id,codes", assigned, end="\n")


@pytest.mark.parametrize("name", ["p.xlsx", "csv"])
def test_who_read_what_and_for_which_codes_comes_back(study, tmp_path, name):
    with_clara(study, ASSIGNED)
    again = back(study, tmp_path, name)
    assert table(again, "assignments.csv") == table(study, "assignments.csv")
    assert open_study(again).coders == ("ana", "ben", "clara")
    for file in ("memos.csv", "codings/ana.csv", "codings/clara.csv"):
        assert table(again, file) == table(study, file), file


@pytest.mark.parametrize("name", ["p.xlsx", "csv"])
def test_a_table_that_says_that_everybody_read_everything_comes_back(study, tmp_path, name):
    assigned = [(coder, essay, "") for coder in ("ana", "ben") for essay in ("E1", "E2")]
    tools.table(study / "assignments.csv", "coder,essay_id,codes", assigned, end="\n")
    again = back(study, tmp_path, name)
    assert table(again, "assignments.csv") == table(study, "assignments.csv")


@pytest.mark.parametrize("name", ["p.xlsx", "csv", "p.json"])
def test_who_coded_nothing_comes_back_as_one_who_read_everything(study, tmp_path, name):
    with_clara(study, None)
    again = back(study, tmp_path, name)
    assert open_study(again).coders == ("ana", "ben", "clara")
    everybody = {(coder, essay) for coder in ("ana", "ben", "clara") for essay in ("E1", "E2")}
    rows = rows_of(again / "assignments.csv")
    assert not rows or {(r["coder"], r["essay_id"]) for r in rows} == everybody


@pytest.mark.parametrize("name", ["p.qdpx", "p.xlsx", "csv"])
def test_an_essay_in_which_nobody_found_anything_stays_read(study, tmp_path, name):
    """E2 has no coding; a study without assignments.csv says that everybody read it."""
    assert rows_of(back(study, tmp_path, name) / "assignments.csv") == []


def test_a_column_of_ones_own_in_the_assignments_does_not_make_codings_of_them(study, tmp_path):
    tools.table(
        study / "assignments.csv", "coder,essay_id,codes,since",
        [("ana", "E1", "Hope; Support > Family", "May"), ("ben", "E1", "", "June")],
    )  # fmt: skip
    done = export_study(study, tmp_path / "csv")
    assert "columns that are not exported: 'since of assignments.csv'" in done.notes
    import_files(tmp_path / "csv", tmp_path / "back")
    files = [study / "assignments.csv", study / "essays.csv", study / "codings" / "ben.csv"]
    direct = import_files(files, tmp_path / "direct")
    assert "assignments.csv: columns not used: since" in direct.notes
    for made in ("back", "direct"):
        asked = {(r["coder"], r["codes"]) for r in rows_of(tmp_path / made / "assignments.csv")}
        assert asked == {("ana", "Hope; Support > Family"), ("ben", "")}
    assert [row[0] for row in codings_of(tmp_path / "direct")] == ["ben"] * 2


def test_an_export_says_what_the_format_cannot_carry(study, tmp_path):
    with_clara(study, ASSIGNED)
    tools.table(study / "themes.csv", "theme,label", [("warmth", "Warmth")])
    tools.table(study / "attributes.csv", "essay_id,attribute,value", [("E1", "age", "7")])
    tools.table(
        study / "codings" / "ben.csv", "essay_id,start,end,code,sure,source_ref,date",
        [("E1", 7, 17, "Hope", "yes", "page 3", "2026-03")],
    )  # fmt: skip
    everywhere = [
        "study.toml, themes.csv, attributes.csv stay in the study alone",
        "columns that are not exported: 'sure of codings/ben.csv'",
    ]
    notes = {
        n: export_study(study, tmp_path / n).notes for n in ("p.qdpx", "p.json", "csv", "q.qdc")
    }
    assert notes["csv"] == everywhere
    assert notes["p.qdpx"] == [
        "this format has no place for: where codings were imported from (source_ref); who read "
        "what (assignments.csv); coders without codings ('clara'); 1 date without a day, or "
        "without a full time",
        *everywhere,
    ]
    assert notes["p.json"] == [
        "this format has no place for: what the codebook says of its codes; 1 code that nobody "
        "used; 3 memos; the dates of codings; where codings were imported from (source_ref); for "
        "which codes a coder read (the column codes of assignments.csv)",
        *everywhere,
    ]
    assert notes["q.qdc"] == ["this format has no place for: all but the codebook", *everywhere]


CELLS = [
    "'=1+1",
    "=1+1",
    "''-a",
    "-a",
    "'tis",
    "'- so",
    "\t'",
    "@x",
    "a\x0cb",
    "_x000C_",
    "+",
    "'+",
]


@pytest.mark.parametrize("name", ["p.xlsx", "csv"])
def test_every_cell_comes_back_as_it_was(study, tmp_path, name):
    essays = [(f"E{n}", f"{cell} is how it begins.", cell) for n, cell in enumerate(CELLS)]
    tools.table(study / "essays.csv", "essay_id,text,'=role", essays, end="\n")
    rows = [
        (f"E{n}", 0, len(text), "Hope", cell, "2026-03") for n, (_, text, cell) in enumerate(essays)
    ]
    tools.table(study / "codings" / "ana.csv", "essay_id,start,end,code,memo,date", rows)
    tools.table(study / "codings" / "ben.csv", "essay_id,start,end,code,memo,date", [])
    tools.table(
        study / "memos.csv", "coder,essay_id,start,end,memo,date",
        [("ana", "E1", "", "", cell, "") for cell in CELLS],
    )  # fmt: skip
    again = back(study, tmp_path, name)
    assert texts_of(again) == texts_of(study)
    for file in ("essays.csv", "memos.csv", "codings/ana.csv", "codebook.csv"):
        assert table(again, file) == table(study, file), file


def test_an_apostrophe_of_somebody_elses_table_stays(tmp_path):
    """It is taken away only where the table says that the export has put it there."""
    header = "coder,essay_id,quotation,code,memo"
    tools.table(tmp_path / "c.csv", header, [("ana", "E1", "'- no,", "Hope", "'=not ours")])
    (tmp_path / "E1.txt").write_text("'- no, she said.")
    import_files([tmp_path / "c.csv", tmp_path / "E1.txt"], tmp_path / "study")
    (row,) = rows_of(tmp_path / "study" / "codings" / "ana.csv")
    assert (row["quotation"], row["memo"]) == ("'- no,", "'=not ours")


def test_signs_that_xml_cannot_hold_are_replaced_in_a_project_and_that_is_said(study, tmp_path):
    tools.table(study / "memos.csv", "coder,memo", [("ana", "a\x0cb")])
    done = export_study(study, tmp_path / "p.qdpx")
    assert "signs that XML cannot hold (they are U+FFFD there)" in done.notes[0]
    import_files(tmp_path / "p.qdpx", tmp_path / "back")
    assert [row["memo"] for row in rows_of(tmp_path / "back" / "memos.csv")] == ["a\ufffdb"]


def test_out_and_in_again_as_label_studio_keeps_texts_and_codings(study, tmp_path):
    again = back(study, tmp_path, "p.json")
    assert texts_of(again) == texts_of(study)
    assert len(codings_of(again)) == 5
    memos = {row["memo"] for row in rows_of(again / "codings" / "ana.csv")}
    assert memos == {"", "why, here"}


def test_a_project_whose_codings_cut_words_comes_back(study, tmp_path):
    cut = [
        ("E1", 8, 16, "Hope", "", ""),
        ("E1", 20, 22, "Hope", "", ""),
        ("E2", 1, 9, "Hope", "", ""),
    ]
    for coder in CODINGS:
        tools.table(study / "codings" / f"{coder}.csv", "essay_id,start,end,code,memo,date", cut)
    again = back(study, tmp_path, "p.qdpx")
    assert table(again, "codings/ana.csv") == table(study, "codings/ana.csv")
    assert not (again / "import_report.csv").exists() or not rows_of(again / "import_report.csv")


def test_a_codebook_goes_out_with_its_tree_its_words_and_its_themes(study, tmp_path):
    export_study(study, tmp_path / "c.qdc")
    import_files([tmp_path / "c.qdc", study / "essays.csv"], tmp_path / "back")
    assert table(tmp_path / "back", "codebook.csv") == table(study, "codebook.csv")


@pytest.mark.parametrize("name", ["p.qdpx", "p.qdc", "p.xlsx", "p.json"])
def test_the_same_study_gives_the_same_bytes(study, tmp_path, name):
    export_study(study, tmp_path / "1" / name)
    export_study(study, tmp_path / "2" / name)
    assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


def consensus_of(study, rows):
    folder = study.parent / "pilot_outputs" / "processed" / "4_theme_review"
    folder.mkdir(parents=True)
    header = "essay_id,code,status,provenance,reason,by"
    tools.table(folder / "consensus.csv", header, [(*r, "", "", "") for r in rows])


def test_a_project_is_valid_by_the_schema_and_the_consensus_is_a_user_of_its_own(study, tmp_path):
    consensus_of(study, [("E1", "Hope", "present"), ("E2", "Hope", "absent")])
    export_study(study, tmp_path / "p.qdpx")
    with zipfile.ZipFile(tmp_path / "p.qdpx") as archive:
        project = etree.fromstring(archive.read("project.qde"))
        assert {i.date_time for i in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    PROJECT_SCHEMA.assertValid(project)
    assert [u.get("name") for u in project.iter("{*}User")] == ["ana", "ben", "consensus"]
    done = import_files(tmp_path / "p.qdpx", tmp_path / "back")
    assert done.report["reason"].tolist() == ["consensus"]
    assert {row[0] for row in codings_of(tmp_path / "back")} == {"ana", "ben"}


def test_a_codebook_is_valid_by_the_schema(study, tmp_path):
    export_study(study, tmp_path / "c.qdc")
    CODEBOOK_SCHEMA.assertValid(etree.parse(str(tmp_path / "c.qdc")))


def test_the_schema_of_these_tests_refuses_what_the_standard_refuses():
    users = '<Users><User guid="no"/></Users>'
    wrong = f'<Project xmlns="urn:QDA-XML:project:1.0" name="p">{users}</Project>'
    assert not PROJECT_SCHEMA.validate(etree.fromstring(wrong))
    empty = '<CodeBook xmlns="urn:QDA-XML:codebook:1.0"><Codes/><Sets/></CodeBook>'
    assert not CODEBOOK_SCHEMA.validate(etree.fromstring(empty))


def test_no_cell_is_a_formula_for_a_spreadsheet(study, tmp_path):
    export_study(study, tmp_path / "csv")
    export_study(study, tmp_path / "p.xlsx")
    for path in (tmp_path / "csv").glob("*.csv"):
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        assert not table.map(lambda cell: cell.startswith(("=", "+", "-", "@"))).any(axis=None)
    openpyxl = pytest.importorskip("openpyxl")
    for sheet in openpyxl.load_workbook(tmp_path / "p.xlsx"):
        assert {c.data_type for row in sheet for c in row if c.value is not None} <= {"s"}


def test_another_ending_is_refused_with_the_endings_that_there_are(study, tmp_path):
    with pytest.raises(StudyError, match=r"the ending '.nvp' is no format. Choose one of .qdpx"):
        export_study(study, tmp_path / "p.nvp")


def test_a_project_is_valid_by_the_standards_own_schema_where_qc_brings_it(study, tmp_path):
    home = Path(program("qc", "QC")).resolve().parents[1]
    (schema,) = home.glob("lib/*/site-packages/qualitative_coding/refi_qda/schema.xsd")
    consensus_of(study, [("E1", "Hope", "present")])
    export_study(study, tmp_path / "p.qdpx")
    with zipfile.ZipFile(tmp_path / "p.qdpx") as archive:
        project = etree.fromstring(archive.read("project.qde"))
    etree.XMLSchema(etree.parse(str(schema))).assertValid(project)
