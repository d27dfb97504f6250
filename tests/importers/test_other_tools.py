"""The other tools: what each of them does that no other does."""

import hashlib
import json
import sqlite3
import subprocess
import sys

import pytest

from analysis.importers import import_files
from analysis.problems import StudyError
from tests.importers import tools
from tests.importers.peers import program
from tests.importers.reading_back import codings_of, rows_of, texts_of

ESSAYS = {"E03": "Café 😀 She smiled.\nShe 😀 smiled again, and I was glad of it."}
TEXT = ESSAYS["E03"]
AGAIN = TEXT.index("smiled again")
PROJECT = tools.Project(
    ESSAYS,
    [("ana", "E03", "Support > Compassion", 7, 17), ("ben", "E03", "Hope", AGAIN, AGAIN + 12)],
)


def test_qualcoder_mixes_two_ways_of_counting_and_each_coding_is_judged_alone(tmp_path):
    folder = tools.qualcoder(tmp_path / "ana.qda", PROJECT, searched={2})
    done = import_files(folder, tmp_path / "study")
    assert codings_of(tmp_path / "study") == PROJECT.quoted()
    (adjusted,) = done.report["what"]
    assert adjusted == "counted otherwise than the rest of the file: code points, CR LF as 1"


def test_rqda_rows_that_are_deleted_are_listed_and_a_second_table_is_named(tmp_path):
    path = tools.rqda(tmp_path / "p.rqda", PROJECT)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE coding SET status = 0 WHERE owner = 'ben'")
    connection.execute("INSERT INTO coding2 SELECT * FROM coding")
    connection.commit()
    connection.close()
    done = import_files(path, tmp_path / "study")
    assert {row[0] for row in codings_of(tmp_path / "study")} == {"ana"}
    assert done.report["reason"].tolist() == ["deleted_in_tool"]
    assert "2 rows of a second coding (table coding2) are not imported" in done.notes


@pytest.mark.parametrize("unit", ["code points", "UTF-16 units"])
def test_label_studio_counted_in_two_ways_over_the_years(tmp_path, unit):
    path = tools.label_studio(tmp_path / "l.json", PROJECT, unit=unit)
    done = import_files(path, tmp_path / "study")
    assert codings_of(tmp_path / "study") == PROJECT.quoted()
    assert done.sources.loc[0, "reading"] == f"{unit}, CR LF as 1"


def test_label_studio_choices_are_on_the_essay_and_an_empty_result_is_a_reading(tmp_path):
    tasks = [
        {"id": n, "data": {"text": f"She smiled, {n}.", "name": f"E{n}"}, "annotations": [
            {"id": 1, "completed_by": 1, "was_cancelled": False, "result": []},
            {"id": 2, "completed_by": 2, "was_cancelled": n == 2, "result": [
                {"type": "choices", "value": {"choices": ["Hope", "Care"]}},
                {"type": "taxonomy", "value": {"taxonomy": [["Killed", "By accident"]]}},
            ]},
        ]}
        for n in (1, 2)
    ]  # fmt: skip
    (tmp_path / "l.json").write_text(json.dumps(tasks))
    done = import_files(tmp_path / "l.json", tmp_path / "study")
    codes = ("Hope", "Care", "Killed > By accident")
    assert codings_of(tmp_path / "study") == {("2", "E1", code, "") for code in codes}
    assert done.report["reason"].tolist() == ["cancelled"] * 3
    read = [(r["coder"], r["essay_id"]) for r in rows_of(tmp_path / "study" / "assignments.csv")]
    assert read == [("1", "E1"), ("1", "E2"), ("2", "E1")]


def test_doccano_may_count_what_a_reader_sees_as_one_sign(tmp_path):
    text = "👩\u200d⚕\ufe0f e\u0301tude She smiled at the nurse and stayed."
    words = "She smiled at the nurse and stayed".split()
    labels, at = [], 8
    for word in words:
        labels.append([at, at + len(word), "Hope"])
        at += len(word) + 1
    (tmp_path / "ana.jsonl").write_text(
        json.dumps({"id": 1, "text": text, "label": labels}), "utf-8"
    )
    done = import_files(tmp_path / "ana.jsonl", tmp_path / "study", unit="graphemes")
    assert {row[3] for row in codings_of(tmp_path / "study")} == set(words)
    assert done.sources.loc[0, "reading"] == "graphemes, CR LF as 1, as you said"


def test_doccano_in_collaborative_mode_has_lost_the_coders(tmp_path):
    (tmp_path / "all.jsonl").write_text('{"id": 1, "text": "She smiled.", "label": ["Hope"]}\n')
    done = import_files(tmp_path / "all.jsonl", tmp_path / "study")
    assert any("WHO CODED IS LOST" in note for note in done.notes)
    assert codings_of(tmp_path / "study") == {("unknown", "1", "Hope", "")}


def test_taguettes_server_still_knows_who_coded_and_its_export_does_not(tmp_path):
    import_files(tools.taguette(tmp_path / "s.sqlite3", PROJECT), tmp_path / "server")
    assert codings_of(tmp_path / "server") == PROJECT.quoted()
    exported = tools.taguette(tmp_path / "ana.sqlite3", PROJECT, logged=False)
    done = import_files(exported, tmp_path / "exported")
    assert {row[0] for row in codings_of(tmp_path / "exported")} == {"ana"}
    assert any("WHO CODED IS LOST" in note for note in done.notes)


def test_a_database_whose_last_rows_are_still_in_its_log_is_read_whole(tmp_path):
    path = tools.rqda(tmp_path / "p.rqda", PROJECT)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("INSERT INTO coding SELECT 1, 1, 'She', 7, 10, 1, 'cai', '', ''")
    connection.commit()
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    assert "p.rqda-wal" in before
    import_files(path, tmp_path / "study")
    after = {p.name: p.read_bytes() for p in tmp_path.iterdir() if p.is_file()}
    connection.close()
    assert ("cai", "E03", "Hope", "She") in codings_of(tmp_path / "study")
    assert after == before


EXCEL = [
    ["coder", "essay", "quote", "codes", "page"],
    ["ana", 3, "She smiled .", "Compassion; Hope", 1],
    ["ana", None, "smiled again", "Hope", 2],
    ["ben", 3.0, "nowhere", "Hope", None],
    ["ben", "E03", "glad", "", None],
    ["ben", 3, "smiled", "Hope", None],
]


def test_excel_rows_are_placed_by_their_quotations(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in EXCEL:
        book.active.append(row)
    book.active.merge_cells("B2:B3")
    hidden = book.create_sheet("old")
    hidden.sheet_state = "hidden"
    hidden.append(["colour", "size"])
    book.save(tmp_path / "codes.xlsx")
    (tmp_path / "003.txt").write_text(TEXT, "utf-8")
    done = import_files([tmp_path / "codes.xlsx", tmp_path / "003.txt"], tmp_path / "study")
    assert codings_of(tmp_path / "study") == {
        ("ana", "003", "Compassion", "She smiled."),
        ("ana", "003", "Hope", "She smiled."),
        ("ana", "003", "Hope", "smiled again"),
    }
    listed = done.report.query("outcome == 'listed'")[["source_ref", "reason", "what"]]
    assert listed["reason"].tolist() == [
        "quote_not_found", "no_code", "quote_ambiguous",
    ]  # fmt: skip
    assert "candidates: 11-17, 25-31" in listed["what"].iloc[2]
    assert any("columns not used: page" in note for note in done.notes)
    assert any("sheet 'old'" in note for note in done.notes)


def test_a_table_of_essays_by_codes_says_who_read_what(tmp_path):
    tools.essay_files(tmp_path / "e", tools.Project({"E1": "One.", "E2": "Two."}, []))
    tools.table(tmp_path / "ana.csv", "essay,Hope,Care", [("E1", "x", ""), ("E2", "", "")])
    import_files([tmp_path / "ana.csv", tmp_path / "e"], tmp_path / "study")
    assert codings_of(tmp_path / "study") == {("ana", "E1", "Hope", "")}
    assert [r["code"] for r in rows_of(tmp_path / "study" / "codebook.csv")] == ["Hope", "Care"]


def test_a_table_with_semicolons_and_a_local_encoding_is_read_and_that_is_said(tmp_path):
    data = 'coder;essay;quote;code\r\nana;E1;"Café";Hôpe\r\n'.encode("cp1252")
    (tmp_path / "c.csv").write_bytes(data)
    (tmp_path / "E1.txt").write_text("Café.", "utf-8")
    done = import_files([tmp_path / "c.csv", tmp_path / "E1.txt"], tmp_path / "study")
    assert codings_of(tmp_path / "study") == {("ana", "E1", "Hôpe", "Café")}
    assert any("columns separated by semicolons" in note for note in done.notes)
    assert any("Windows-1252" in note for note in done.notes)


def test_a_quotation_cut_by_wrong_numbers_is_cut_again(tmp_path):
    files = [tools.requal(tmp_path / "c.csv", PROJECT), tools.essay_files(tmp_path / "e", PROJECT)]
    assert "he smiled." in (tmp_path / "c.csv").read_text("utf-8")
    done = import_files(files, tmp_path / "study")
    assert codings_of(tmp_path / "study") == PROJECT.quoted()
    assert set(done.report["what"]) == {"the tool's quotation is cut at wrong places"}


def test_a_table_may_call_an_essay_as_another_file_does(tmp_path):
    for who in ("ana", "ben"):
        (tmp_path / f"E01_{who}.txt").write_text("She smiled.")
        tools.table(tmp_path / f"{who}.csv", "essay,quote,code", [(f"E01_{who}", "She", "Hope")])
    import_files(tmp_path, tmp_path / "out" / "study")
    assert codings_of(tmp_path / "out" / "study") == {
        (who, "E01", "Hope", "She") for who in ("ana", "ben")
    }


def test_codings_of_an_essay_that_is_nowhere_are_listed(tmp_path):
    done = import_files(
        [tools.own_csv(tmp_path / "c.csv", PROJECT), (tmp_path / "other.txt")]
        if (tmp_path / "other.txt").write_text("Other words.") else [], tmp_path / "study",
    )  # fmt: skip
    assert done.report["reason"].tolist() == ["essay_unknown"] * 2


def test_label_studio_keeps_what_coders_wrote_and_says_who_annotated_twice(tmp_path):
    region = {"type": "labels", "meta": {"text": ["why?"]}, "value": {
        "start": 0, "end": 3, "text": "She", "labels": ["Hope"]}}  # fmt: skip
    note = {"type": "textarea", "value": {"text": ["odd", "very"]}}
    annotations = [{"completed_by": 1, "result": [region]}, {"completed_by": 1, "result": [note]}]
    task = {"id": 1, "data": {"text": "She smiled."}, "annotations": annotations}
    (tmp_path / "l.json").write_text(json.dumps([task]))
    done = import_files(tmp_path / "l.json", tmp_path / "study")
    assert [m["memo"] for m in rows_of(tmp_path / "study" / "memos.csv")] == ["odd\nvery"]
    assert [c["memo"] for c in rows_of(tmp_path / "study" / "codings" / "1.csv")] == ["why?"]
    assert any("one coder annotated more than once: 1" in note for note in done.notes)


def test_label_studio_marks_in_a_page_count_in_its_words(tmp_path):
    value = {"start": "/p[1]", "startOffset": 0, "globalOffsets": {"start": 6, "end": 9},
             "text": "two", "hypertextlabels": ["Hope"]}  # fmt: skip
    result = {"type": "hypertextlabels", "value": value}
    task = {"id": 1, "data": {"html": "<p>One &amp; <b>two</b></p>", "name": "E1"}}
    task["annotations"] = [{"completed_by": 1, "result": [result]}]
    (tmp_path / "l.json").write_text(json.dumps([task]))
    import_files(tmp_path / "l.json", tmp_path / "study")
    assert codings_of(tmp_path / "study") == {("1", "E1", "Hope", "two")}
    assert texts_of(tmp_path / "study") == {"E1": "One & two"}


def test_rqda_memos_annotations_journal_and_attributes_are_kept(tmp_path):
    path = tools.rqda(tmp_path / "p.rqda", PROJECT)
    connection = sqlite3.connect(path)
    connection.executescript(
        "CREATE TABLE annotation (fid, position, annotation, owner, date, status);"
        "INSERT INTO annotation VALUES (1, 3, 'hm', 'ana', '', 1);"
        "CREATE TABLE journal (name, journal, owner, date, status);"
        "INSERT INTO journal VALUES ('Log', 'met', 'ben', '', 1);"
        "CREATE TABLE fileAttr (variable, value, fileID, status);"
        "INSERT INTO fileAttr VALUES ('ward', 'North', 1, 1);"
    )
    connection.close()
    import_files(path, tmp_path / "study")
    memos = rows_of(tmp_path / "study" / "memos.csv")
    found = {(m["coder"], m["essay_id"], m["memo"]) for m in memos}
    assert found == {("ana", "E03", "hm"), ("ben", "", "Log: met")}
    assert rows_of(tmp_path / "study" / "essays.csv")[0]["ward"] == "North"


def lines_coded(folder, text):
    """A project of qualitative-coding with one coded line, and its text."""
    (folder / "corpus").mkdir(parents=True)
    (folder / "corpus" / "E1.txt").write_bytes(text)
    (folder / "codebook.yaml").write_text("- Hope\n")
    connection = sqlite3.connect(folder / "qualitative_coding.sqlite3")
    connection.executescript(
        "CREATE TABLE document (file_path, file_hash); CREATE TABLE coder (name);"
        "CREATE TABLE document_index (id, document_id);"
        "INSERT INTO document_index VALUES (1, 'E1.txt');"
        "CREATE TABLE location (id, document_index_id); INSERT INTO location VALUES (1, 1);"
        "CREATE TABLE coded_line (id, line, coder_id, code_id);"
        "INSERT INTO coded_line VALUES (1, 1, 'ana', 'Hope');"
        "CREATE TABLE coded_line_location_association (coded_line_id, location_id);"
        "INSERT INTO coded_line_location_association VALUES (1, 1);"
    )
    digest = hashlib.sha1(b"One.\nTwo.\n").hexdigest()
    connection.execute("INSERT INTO document VALUES ('E1.txt', ?)", [digest])
    connection.commit()
    connection.close()
    return folder


def test_a_project_folder_of_qc_is_read_while_its_texts_are_those_that_were_coded(tmp_path):
    import_files(lines_coded(tmp_path / "same", b"One.\r\nTwo.\r\n"), tmp_path / "study")
    assert codings_of(tmp_path / "study") == {("ana", "E1", "Hope", "Two.")}
    done = import_files(lines_coded(tmp_path / "other", b"None.\nTwo.\n"), tmp_path / "changed")
    assert done.report["reason"].tolist() == ["source_missing"]
    assert any("was changed since it was coded" in note for note in done.notes)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("Kodierer,Dokument,Zitat,Code", "none of which is known to name the essay"),
        ("coder,essay,evidence,code", "unless it is in the column 'evidence'"),
    ],
)
def test_a_table_whose_columns_are_not_known_is_refused(tmp_path, header, said):
    tools.table(tmp_path / "t.csv", header, [("ana", "E1", "She smiled", "Hope")])
    with pytest.raises(StudyError, match=said):
        import_files(tmp_path / "t.csv", tmp_path / "study")


def test_a_formula_that_no_program_computed_is_refused(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["coder", "essay", "quote", "code"])
    book.active.append(["ana", "E1", '="She"&" smiled"', "Hope"])
    book.save(tmp_path / "t.xlsx")
    with pytest.raises(StudyError, match=r"a formula without its value \(cell C2"):
        import_files(tmp_path / "t.xlsx", tmp_path / "study")


def test_a_row_without_words_is_no_coding_of_the_whole_essay(tmp_path):
    (tmp_path / "E1.txt").write_text("She smiled.")
    tools.table(tmp_path / "h.csv", "id,document,tag,content", [(1, "E1", "Hope", "")])
    header = "doc_name,doc_id,segment_start,segment_end,code_name,code_id,segment_text,user_name"
    tools.table(tmp_path / "r.csv", header, [("E1", 1, "NA", "NA", "Hope", 4, "NA", "NA")])
    for name in ("h.csv", "r.csv"):
        done = import_files([tmp_path / name, tmp_path / "E1.txt"], tmp_path / name[0])
        assert done.report["reason"].tolist() == ["no_span"]
        assert codings_of(tmp_path / name[0]) == set()


def test_highlights_whose_document_or_tag_taguette_deleted_are_listed(tmp_path):
    path = tools.taguette(tmp_path / "t.sqlite3", PROJECT)
    connection = sqlite3.connect(path)
    connection.executescript(
        "DELETE FROM tags WHERE path = 'Hope';"
        "INSERT INTO highlights VALUES (50, 99, 0, 4, '<p>gone</p>');"
        "INSERT INTO highlight_tags VALUES (50, 2), (77, 2);"
    )
    connection.close()
    done = import_files(path, tmp_path / "study")
    assert done.report[["source_ref", "reason", "quotation"]].to_numpy().tolist() == [
        ["highlight 2", "code_deleted", "smiled again"],
        ["highlight 50", "source_missing", "gone"],
        ["highlight 77", "deleted_in_tool", ""],
    ]
    assert done.sources.loc[0, ["codings", "written"]].tolist() == [4, 1]


def test_qualcoders_codings_of_images_and_films_are_listed_with_their_memos(tmp_path):
    folder = tools.qualcoder(tmp_path / "q.qda", PROJECT)
    connection = sqlite3.connect(folder / "data.qda")
    connection.executescript(
        "CREATE TABLE code_image (imid, id, x1, y1, width, height, cid, memo, date, owner);"
        "CREATE TABLE code_av (avid, id, pos0, pos1, cid, memo, date, owner);"
        "INSERT INTO source VALUES (10, 'photo.png', NULL, '/images/photo.png', '', 'ana', '');"
        "INSERT INTO source VALUES (11, 'talk.mp4', NULL, '/video/talk.mp4', '', 'ana', '');"
        "INSERT INTO code_image VALUES (1, 10, 0, 0, 5, 5, 2, 'seen', '', 'ana');"
        "INSERT INTO code_av VALUES (1, 11, 0, 1000, 2, 'heard', '', 'ben');"
        "INSERT INTO code_text VALUES (101, 99, 1, 'She', 8, 11, 'ben', '', '', NULL, NULL);"
        "INSERT INTO code_text VALUES (102, 2, 77, 'She', 8, 11, 'ben', '', '', NULL, NULL);"
        "CREATE TABLE cases (caseid, name, memo, owner, date);"
        "INSERT INTO cases VALUES (1, 'C1', 'late shift', 'ana', '');"
        "UPDATE code_cat SET memo = 'all help';"
    )
    connection.close()
    done = import_files(folder, tmp_path / "study")
    assert done.report[["essay_id", "reason", "memo"]].to_numpy().tolist() == [
        ["E03", "code_deleted", ""],
        ["77", "source_missing", ""],
        ["photo.png", "not_text", "seen"],
        ["talk.mp4", "not_text", "heard"],
    ]
    assert [m["memo"] for m in rows_of(tmp_path / "study" / "memos.csv")] == ["C1: late shift"]
    assert "'Support' is a category of codes; it is described so: all help" in done.notes


def test_label_studio_results_that_are_no_codes_are_kept_and_images_are_no_essays(tmp_path):
    results = [
        {"type": "number", "value": {"number": 5}},
        {"type": "choices", "value": {"choices": ["Sad"]}},
    ]
    box = {"type": "rectanglelabels", "value": {"x": 1, "y": 1, "rectanglelabels": ["Face"]}}
    turn = {"type": "paragraphlabels", "value": {
        "start": "1", "end": "1", "startOffset": 0, "endOffset": 4, "text": "Good",
        "paragraphlabels": ["Greeting"]}}  # fmt: skip
    tasks = [
        {"id": n, "data": data, "annotations": [{"completed_by": 1, "result": found}],
         "drafts": [{"result": results}], "predictions": [{"result": results}]}
        for n, (data, found) in enumerate([
            ({"text": "She smiled."}, results),
            ({"image": "/data/photo.png"}, [box]),
            ({"dialogue": [{"author": "A", "text": "Hello"}, {"text": "Good day"}]}, [turn]),
        ])
    ]  # fmt: skip
    (tmp_path / "l.json").write_text(json.dumps(tasks))
    done = import_files(tmp_path / "l.json", tmp_path / "study")
    assert codings_of(tmp_path / "study") == {("1", "task 0", "Sad", "")}
    assert done.report["reason"].tolist() == ["no_code", "not_text", "source_missing"]
    memos = [memo["memo"] for memo in rows_of(tmp_path / "study" / "memos.csv")]
    assert memos == ['number: {"number": 5}']
    assert {"predictions are a machine's; they are not imported",
            "drafts that were not submitted are not imported"} <= set(done.notes)  # fmt: skip


def test_a_taguette_database_without_a_project_is_refused(tmp_path):
    path = tools.taguette(tmp_path / "t.sqlite3", PROJECT)
    connection = sqlite3.connect(path)
    connection.execute("DELETE FROM projects")
    connection.commit()
    connection.close()
    with pytest.raises(StudyError, match="a Taguette database without a project"):
        import_files(path, tmp_path / "study")


# True projects of qualitative-coding and of INCEpTION ----------------------------------------


@pytest.fixture(scope="module")
def qc(tmp_path_factory):
    folder = tmp_path_factory.mktemp("qc")
    command = program("qc", "QC")

    def run(*arguments):
        subprocess.run([command, *arguments], cwd=folder, check=True, capture_output=True)

    run("init")
    (folder / "E03.txt").write_text('Café 😀 first.\nShe said "thank you".\nThe end\n', "utf-8")
    run("corpus", "import", "E03.txt", "-i", "verbatim")
    settings = (folder / "settings.yaml").read_text()
    for coder, lines in (("ann", "Hope\nHope, Care\n\n"), ("ben", "Hope\n\nCare\n")):
        (folder / f"{coder}.codes").write_text(lines)
        (folder / f"{coder}.yaml").write_text(
            settings.replace("editor: code", "editor: copy")
            + f"editors:\n  copy:\n    name: Copy\n    code_command: cp {folder / coder}.codes "
            '"{codes_file_path}"\n    memo_command: \'true "{memo_file_path}"\'\n'
        )
        run("code", coder, "-p", "E03.txt", "-s", f"{coder}.yaml")
    run("codebook")
    run("export", "out.qdpx")
    return folder


LINES = {
    ("ann", "E03", "Hope", "Café 😀 first."), ("ann", "E03", "Hope", 'She said "thank you".'),
    ("ann", "E03", "Care", 'She said "thank you".'), ("ben", "E03", "Hope", "Café 😀 first."),
    ("ben", "E03", "Care", "The end"),
}  # fmt: skip


def test_qcs_own_export_has_two_coders_in_one_selection_and_keeps_both(qc, tmp_path):
    done = import_files(qc / "out.qdpx", tmp_path / "study")
    found = {(*row[:3], row[3].rstrip("\n")) for row in codings_of(tmp_path / "study")}
    assert found == LINES
    assert done.sources.loc[0, "recognised"] == "REFI-QDA project (qc 1.7.8)"


def test_qcs_database_and_corpus_give_the_same(qc, tmp_path):
    import_files(qc / "qualitative_coding.sqlite3", tmp_path / "study")
    assert codings_of(tmp_path / "study") == LINES


@pytest.fixture(scope="module")
def cas(tmp_path_factory):
    """ana.json, ana.zip (XMI) and a project's archive, as dkpro-cassis writes them."""
    folder = tmp_path_factory.mktemp("cas")
    script = folder / "make.py"
    script.write_text(
        "import cassis, zipfile, pathlib\n"
        "T = 'custom.Code'\nts = cassis.TypeSystem()\nts.create_type(T, 'uima.tcas.Annotation')\n"
        "ts.create_feature(T, 'label', 'uima.cas.String')\ncas = cassis.Cas(ts)\n"
        f"cas.sofa_string = {TEXT!r}\ncas.sofa_mime = 'text/plain'\n"
        "cas.add(ts.get_type(T)(begin=7, end=17, label='Hope'))\n"
        "pathlib.Path('ana.json').write_text(cas.to_json(), 'utf-8')\n"
        "with zipfile.ZipFile('ana.zip', 'w') as z:\n"
        "    z.writestr('ana.xmi', cas.to_xmi())\n    z.writestr('TypeSystem.xml', ts.to_xml())\n"
        "with zipfile.ZipFile('project.zip', 'w') as z:\n"
        "    for who in ('ana', 'ben'):\n"
        "        z.writestr(f'annotation/E03.txt/{who}.json', cas.to_json())\n"
        "    z.writestr('curation/E03.txt/CURATION_USER.json', cas.to_json())\n"
        "    z.writestr('annotation_ser/E03.txt/ana.ser', b'java')\n",
        "utf-8",
    )
    pytest.importorskip("cassis", reason="dkpro-cassis is not installed here")
    subprocess.run([sys.executable, script.name], cwd=folder, check=True)
    return folder


def test_inception_without_dkpro_cassis_is_refused_with_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "cassis", None)
    (tmp_path / "ana.json").write_text('{"%TYPES": {}, "%FEATURE_STRUCTURES": []}')
    with pytest.raises(
        StudyError, match=r"dkpro-cassis is not installed.*pip install dkpro-cassis"
    ):
        import_files(tmp_path / "ana.json", tmp_path / "study")


@pytest.mark.parametrize("name", ["ana.json", "ana.zip"])
def test_one_cas_is_one_coders(cas, tmp_path, name):
    assert '"begin": 8, "end": 18' in (cas / "ana.json").read_text()  # UTF-16 units
    import_files(cas / name, tmp_path / "study")
    assert codings_of(tmp_path / "study") == {("ana", "ana", "Hope", "She smiled")}


def test_inceptions_project_has_a_file_a_coder_and_the_curation_is_no_coder(cas, tmp_path):
    done = import_files(cas / "project.zip", tmp_path / "study")
    assert codings_of(tmp_path / "study") == {
        (who, "E03", "Hope", "She smiled") for who in ("ana", "ben")
    }
    assert done.report["reason"].tolist() == ["consensus"]
    assert texts_of(tmp_path / "study") == ESSAYS


LAYERS = """
import cassis, pathlib
ts = cassis.TypeSystem()
def layer(name, parent="uima.tcas.Annotation", **features):
    made = ts.create_type(name, parent)
    for feature, kind in features.items():
        ts.create_feature(made, feature, kind)
    return made
S = "uima.cas.String"
code = layer("custom.Code", label=S)
mood = layer("custom.Mood", mood=S, strength="uima.cas.Integer")
many = layer("custom.Many", codes="uima.cas.StringArray")
mark = layer("custom.Mark")
link = layer("custom.Link", Governor=code, Dependent=code, label=S)
whole = layer("custom.Whole", "uima.cas.AnnotationBase", code=S)
cas = cassis.Cas(ts)
cas.sofa_string, cas.sofa_mime = "\ufeffShe 😀 smiled.\\r\\nThen she left.", "text/plain"
hope = code(begin=1, end=4, label="Hope")
names = ts.get_type("uima.cas.StringArray")(elements=["Loss", "Trust"])
cas.add_all([
    hope, code(begin=1, end=4, label=None), mood(begin=7, end=13, mood="joy", strength=3),
    many(begin=16, end=24, codes=names), mark(begin=25, end=29), whole(code="Sad"),
    link(begin=1, end=4, Governor=hope, Dependent=hope, label="because"),
])
pathlib.Path("ana.json").write_text(cas.to_json(), "utf-8")
"""


def test_inceptions_layers_give_the_codes_that_their_features_hold(tmp_path):
    pytest.importorskip("cassis", reason="dkpro-cassis is not installed here")
    subprocess.run([sys.executable, "-c", LAYERS], cwd=tmp_path, check=True)
    done = import_files(tmp_path / "ana.json", tmp_path / "study")
    assert {row[2:] for row in codings_of(tmp_path / "study")} == {
        ("Hope", "She"), ("joy", "smiled"), ("Loss", "Then she"), ("Trust", "Then she"),
        ("Mark", "left"), ("Sad", ""),
    }  # fmt: skip
    assert done.report["reason"].tolist() == ["no_code"]
    rows = rows_of(tmp_path / "study" / "codings" / "ana.csv")
    assert [row["memo"] for row in rows if row["code"] == "joy"] == ["strength: 3"]
    assert "relations between annotations are not imported: 1" in done.notes


# Several projects in a file, and essays of every format ---------------------------------------


def test_a_taguette_database_with_a_project_for_each_coder(tmp_path):
    path = tools.taguette(tmp_path / "two.sqlite3", PROJECT, logged=False, name="ana")
    connection = sqlite3.connect(path)
    connection.executescript(
        "INSERT INTO projects VALUES (2, 'ben', '', '');"
        "INSERT INTO documents SELECT 2, name, '', '', '', 2, '', contents FROM documents;"
        "INSERT INTO tags VALUES (9, 2, 'Trust', '');"
        "INSERT INTO highlights VALUES (9, 2, 0, 5, '<p>Café</p>');"
        "INSERT INTO highlight_tags VALUES (9, 9);"
    )
    connection.close()
    done = import_files(path, tmp_path / "study")
    found = codings_of(tmp_path / "study")
    assert ("ben", "E03", "Trust", "Café") in found
    assert {row[0] for row in found} == {"ana", "ben"}
    assert [said.split(", ")[1] for said in done.sources["recognised"]] == [
        "project 'ana'", "project 'ben'",
    ]  # fmt: skip


def essay_in_every_format(folder):
    docx = pytest.importorskip("docx")
    folder.mkdir()
    document = docx.Document()
    document.add_paragraph("She smiled, docx.")
    document.save(folder / "E_docx.docx")
    (folder / "E_txt.txt").write_bytes("\ufeffShe smiled, txt.\r\n".encode())
    (folder / "E_md.md").write_text("She smiled, md.\n")
    (folder / "E_html.html").write_text("<html><body><p>She smiled, html.</p></body></html>")
    (folder / "E_rtf.rtf").write_bytes(rb"{\rtf1\ansi She smiled, rtf.\par}")
    tools.writer(folder / "E_odt.odt", "<t:p>She smiled, odt.</t:p>")
    return ["docx", "txt", "md", "html", "rtf", "odt"]


def test_essays_of_every_format_are_found_by_the_quotations_of_a_table(tmp_path):
    pytest.importorskip("striprtf", reason="striprtf is not installed here")
    kinds = essay_in_every_format(tmp_path / "essays")
    rows = [("ana", f"E_{kind}.{kind}", f"smiled, {kind}", "Hope") for kind in kinds]
    tools.table(tmp_path / "c.csv", "coder,essay,quote,code", rows)
    import_files([tmp_path / "c.csv", tmp_path / "essays"], tmp_path / "study")
    assert codings_of(tmp_path / "study") == {
        ("ana", f"E_{kind}", "Hope", f"smiled, {kind}") for kind in kinds
    }


def test_rtf_without_striprtf_is_refused_with_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "striprtf.striprtf", None)
    (tmp_path / "E1.rtf").write_bytes(rb"{\rtf1\ansi She smiled.}")
    with pytest.raises(StudyError, match=r"striprtf is not installed. Save it as .docx"):
        import_files(tmp_path / "E1.rtf", tmp_path / "study")
