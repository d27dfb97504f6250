"""Files that are damaged or mean harm: a sentence, and nothing written."""

import gzip
import io
import json
import random
import resource
import sqlite3
import stat
import struct
import time
import zipfile
from importlib.util import find_spec

import pytest

from analysis.importers import import_files
from analysis.problems import StudyError
from tests.importers import tools
from tests.importers.reading_back import codings_of

PROJECT = tools.Project(
    {"E1": "Café 😀 She smiled.\nThe nurse came back.", "E2": "She sat with me all night."},
    [("ana", "E1", "Hope", 7, 17), ("ben", "E2", "Care", 0, 7), ("ben", "E1", "Hope", 0, 4)],
)


def refused(path, study, **how):
    with pytest.raises(StudyError) as error:
        import_files(path, study, **how)
    assert not study.exists()
    return str(error.value)


def archive(path, members):
    return tools.write_zip(path, members)


BOMB = """<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>"""
OUTSIDE = """<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>"""
QDE = '<Project xmlns="urn:QDA-XML:project:1.0" name="&a;"/>'


@pytest.mark.parametrize("doctype", [BOMB, OUTSIDE])
def test_xml_that_declares_entities_is_refused(tmp_path, doctype):
    path = archive(tmp_path / "p.qdpx", {"project.qde": doctype + QDE})
    assert "declares a document type" in refused(path, tmp_path / "study")


def test_a_document_type_in_utf_16_is_refused_too(tmp_path):
    document = ('<?xml version="1.0" encoding="utf-16"?>' + OUTSIDE + QDE).encode("utf-16")
    path = archive(tmp_path / "p.qdpx", {"project.qde": document})
    assert "declares a document type" in refused(path, tmp_path / "study")


@pytest.mark.parametrize("name", ["../out.txt", "/etc/out.txt", "a\\..\\out.txt", "C:/out.txt"])
def test_an_archive_that_wants_to_write_elsewhere_is_refused(tmp_path, name):
    path = archive(tmp_path / "p.qdpx", {"project.qde": "<a/>", name: "x"})
    assert "wants to be written elsewhere" in refused(path, tmp_path / "study")


def test_an_archive_with_a_link_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "p.qdpx", "w") as made:
        link = zipfile.ZipInfo("sources/a.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(link, "/etc/passwd")
        made.writestr("project.qde", "<a/>")
    assert "a link to another place" in refused(tmp_path / "p.qdpx", tmp_path / "study")


def test_an_archive_that_unpacks_to_a_thousand_times_its_size_is_refused(tmp_path):
    path = archive(tmp_path / "p.qdpx", {"project.qde": b"<a>" + b" " * 30_000_000})
    assert "unpacks to far more" in refused(path, tmp_path / "study")


def test_a_gzip_file_that_unpacks_to_far_more_than_a_study_is_refused(tmp_path):
    (tmp_path / "l.json.gz").write_bytes(gzip.compress(b"[" + b" " * 110_000_000))
    assert "unpacks to far more" in refused(tmp_path / "l.json.gz", tmp_path / "study")


def test_a_path_out_of_the_archive_is_never_followed(tmp_path):
    (tmp_path / "secret.txt").write_text("the secret of somebody else")
    texts = [
        f"absolute://{tmp_path}/secret.txt",
        "relative:///secret.txt",
        "internal://../secret.txt",
    ]
    sources = "".join(
        f'<TextSource guid="2000000{n}-0000-4111-8111-111111111111" name="{n}" plainTextPath="{t}">'
        '<Coding guid="30000000-0000-4111-8111-111111111111"><CodeRef targetGUID="c"/></Coding>'
        "</TextSource>"
        for n, t in enumerate(texts)
    )
    path = archive(
        tmp_path / "p.qdpx",
        {
            "p.qde": '<Project xmlns="urn:QDA-XML:project:1.0" name="p"><CodeBook><Codes><Code '
            'guid="c" name="Hope" isCodable="true"/></Codes></CodeBook><Sources>'
            f"{sources}</Sources></Project>"
        },
    )
    done = import_files(path, tmp_path / "study")
    assert done.report["reason"].tolist() == ["source_missing"] * 3
    assert not any("secret of" in p.read_text() for p in (tmp_path / "study").rglob("*.csv"))


def test_a_word_file_with_macros_is_read_without_them_and_says_so(tmp_path):
    path = tools.word(
        tmp_path / "e.docx", "She smiled.", [("Ana", "Hope", 0, 3)],
        more={"word/vbaProject.bin": b"\xd0\xcf\x11\xe0"},
    )  # fmt: skip
    done = import_files(path, tmp_path / "study")
    assert done.notes[0] == "the file holds macros; they were neither read nor run"
    assert done.sources["written"].sum() == 1


def test_a_view_in_a_database_is_no_table(tmp_path):
    path = tools.rqda(tmp_path / "r.rqda", PROJECT)
    connection = sqlite3.connect(path)
    connection.executescript(
        "ALTER TABLE coding RENAME TO other; CREATE VIEW coding AS WITH RECURSIVE n(x) AS "
        "(SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n;"
    )
    connection.close()
    assert "is a database of no tool that is known" in refused(path, tmp_path / "study")


def test_a_name_with_a_question_mark_creates_no_file(tmp_path):
    path = tools.rqda(tmp_path / "r?mode=x#.rqda", PROJECT)
    import_files(path, tmp_path / "study")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["r?mode=x#.rqda", "study"]


def test_names_that_climb_out_of_the_study_stay_inside(tmp_path):
    evil = "../../evil"
    made = tools.Project({evil: "She smiled."}, [(evil, evil, evil, 0, 3)], (evil,))
    (tmp_path / "in").mkdir()
    tools.label_studio(tmp_path / "in" / "l.json", made)
    import_files(tmp_path / "in", tmp_path / "deep" / "er" / "study")
    assert not list(tmp_path.glob("evil*")) and not list((tmp_path / "deep").glob("evil*"))
    assert codings_of(tmp_path / "deep" / "er" / "study") == {
        (".._.._evil".lstrip("."), "_.._evil", evil, "She")
    }


BAD_FILES = {  # what a file holds -> what the refusal says of it
    "not sqlite": ("a.sqlite3", b"SQLite format 3\0" + b"\1" * 200, "is a damaged database"),
    "empty": ("a.csv", b"", "is empty."),
    "old Word": ("a.doc", b"\xd0\xcf\x11\xe0" + b"\0" * 99, "before 2007"),
    "old database": ("a.bin", b"\0\1\2" * 40, "is not recognised (ending '.bin')"),
    "zip of nothing known": ("a.zip", {"hello.txt": "x"}, "is an archive of no tool that is known"),
    "half a zip": ("a.zip", b"PK\3\4" + b"\0" * 40, "is a damaged archive (zip)"),
    "json of nothing": ("a.json", b'{"a": 1}', "is JSON of no tool that is known|no annotations"),
    "json-min": ("a.json", b'[{"text": "x", "label": []}]', "JSON-MIN"),
    "deep json": ("a.json", b"[" * 100_000, "is damaged"),
    "nan": ("a.json", b'[{"annotations": [{"result": [{"start": NaN}]}]}]', "is damaged"),
    "csv of nothing": ("a.csv", b"colour,size\nred,3\n", "has the columns colour, size"),
    "unclosed quotation": ("a.csv", b'essay_id,code\nE1,"Hope\n', "breaks off in line"),
    "a column twice": ("a.csv", b"essay_id,code,text,text\nE1,a,b,c\n", "two columns"),
    "short row": ("a.csv", b"essay_id,code,quotation\nE1,Hope\n", "has 2 cells in row 2"),
    "binary csv": ("a.csv", b"essay_id,code\n\x00\xff\xfe", "is not text"),
    "two projects": ("a.qdpx", {"a.qde": "<a/>", "b.qde": "<b/>"}, "holds 2 projects"),
    "xml of nothing": ("a.xml", b"<html/>", "is XML of no tool that is known"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_bad_file_is_refused_with_a_sentence(tmp_path, case):
    name, content, said = BAD_FILES[case]
    path = tmp_path / name
    if isinstance(content, dict):
        archive(path, content)
    else:
        path.write_bytes(content)
    message = refused(path, tmp_path / "study")
    assert any(part in message for part in said.split("|")), message
    assert message.startswith("1 problem in the") and f":\n  {name}: " in message


TOO_LARGE = {  # what a file holds -> what the refusal says of it
    "e.html": (b"<p>" + b"a " * 5_500_000, "has 11 MB; an essay of at most 10 MB is read"),
    "e.txt": (b"a " * 2_600_000, "holds an essay of 5,200,000 characters ('e'); at most 5,000,000"),
    "c.csv": (b"essay_id,code\n" + b"E1,Hope\n" * 200_001, "has more than 200,000 rows"),
    "l.json": (b"[" + b" " * 41_000_000 + b"]", "has 41 MB; JSON of at most 40 MB is read"),
}


@pytest.mark.parametrize("name", TOO_LARGE)
def test_what_would_take_longer_than_anybody_waits_is_refused(tmp_path, name):
    content, said = TOO_LARGE[name]
    (tmp_path / name).write_bytes(content)
    assert said in refused(tmp_path / name, tmp_path / "study")


def test_a_workbook_that_claims_all_cells_of_a_sheet_is_refused(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["essay", "quote", "code"])
    book.active["XFD1048576"] = "x"
    book.save(tmp_path / "far.xlsx")
    message = refused(tmp_path / "far.xlsx", tmp_path / "study")
    assert "has 1,048,576 rows and 16,384 columns in its sheet 'Sheet'" in message
    book.active["XFD1048576"] = None
    book.active.merge_cells("B2:B3")
    book.save(tmp_path / "far.xlsx")
    with zipfile.ZipFile(tmp_path / "far.xlsx") as sound:
        members = {name: sound.read(name) for name in sound.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    members[sheet] = members[sheet].replace(b'"B2:B3"', b'"B2:XFD1048576"')
    path = archive(tmp_path / "merged.xlsx", members)
    assert "merges too many cells (B2:XFD1048576)" in refused(path, tmp_path / "study")


def test_a_page_whose_tags_are_never_closed_is_refused_before_it_is_read_for_an_hour(tmp_path):
    path = tools.taguette(tmp_path / "t.sqlite3", PROJECT)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE documents SET contents = ? WHERE id = 1", ["<a " * 100_000])
    connection.commit()
    connection.close()
    assert "a page whose last tag is never closed" in refused(path, tmp_path / "study")


def test_more_codings_than_a_study_has_are_refused(tmp_path):
    labels = [[0, 3, "Hope"]] * 200_001
    row = json.dumps({"id": 1, "text": "She smiled.", "label": labels})
    (tmp_path / "ana.jsonl").write_text(row)
    message = refused(tmp_path / "ana.jsonl", tmp_path / "study")
    assert "holds 200,001 codings; at most 200,000 are read at once" in message


def test_all_bad_files_are_named_at_once_and_none_of_the_good_ones_is_written(tmp_path):
    tools.own_csv(tmp_path / "c.csv", PROJECT)
    for name in ("a.bin", "b.bin"):
        (tmp_path / name).write_bytes(b"\1\2")
    message = refused([tmp_path / n for n in ("c.csv", "a.bin", "b.bin")], tmp_path / "study")
    assert "2 problems" in message and "a.bin" in message and "b.bin" in message


# Damage --------------------------------------------------------------------------------------


QDC = (
    '<CodeBook xmlns="urn:QDA-XML:codebook:1.0"><Codes><Code guid="c" name="Hope" isCodable="true">'
    "<Description>what is to come</Description></Code></Codes></CodeBook>"
)
SHOWN = b"BT /F1 12 Tf 9 99 Td (She smiled, in a PDF.) Tj ET"


def pdf():
    """A page with a line of text."""
    made, places = b"%PDF-1.4\n", []
    for n, inside in enumerate([
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<</Font"
        b"<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(SHOWN), SHOWN),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ], start=1):  # fmt: skip
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (n, inside)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<</Root 1 0 R/Size 6>>\nstartxref\n%d\n%%%%EOF\n" % len(made)
    return made + b"xref\n0 6\n0000000000 65535 f \n" + table + end


def seeds(folder):
    """One small file of each kind."""
    folder.mkdir()
    tools.own_csv(folder / "own.csv", PROJECT)
    tools.requal(folder / "requal.csv", PROJECT)
    tools.word(folder / "E1.docx", PROJECT.essays["E1"], [("Ana", "Hope; Care", 7, 17)])
    tools.taguette(folder / "t.sqlite3", PROJECT)
    tools.qualcoder(folder / "q.qda", PROJECT)
    tools.rqda(folder / "r.rqda", PROJECT)
    tools.refi(folder / "p.qdpx", PROJECT, origin="NVivo", unit="UTF-16 units", line_end=2,
               stored_as="\r\n", mark="\ufeff")  # fmt: skip
    tools.label_studio(folder / "l.json", PROJECT)
    tools.doccano(folder / "d.zip", PROJECT)
    tools.inception(folder / "i.zip", PROJECT)
    tools.excel(folder / "x.xlsx", PROJECT)
    tools.qc(folder / "qc", tools.Project({"E1": "She smiled."}, [("ana", "E1", "Hope", 0, 3)]))
    tools.writer_files(folder, tools.Project({"W1": "She smiled, W1."}, [("a", "W1", "H", 0, 3)]))
    (folder / "h.html").write_text("<p>She <b>smiled</b> &amp; left, in a page.</p>")
    (folder / "r.rtf").write_bytes(rb"{\rtf1\ansi She \b smiled\b0 , in rich text.\par}")
    (folder / "p.pdf").write_bytes(pdf())
    (folder / "b.qdc").write_text(QDC)
    return sorted(p for p in folder.rglob("*") if p.is_file())


def test_each_kind_of_file_is_imported_while_it_is_sound(tmp_path):
    essays = tools.essay_files(tmp_path / "essays", PROJECT)
    for path in seeds(tmp_path / "sound"):
        if path.name != "i.zip" or find_spec("cassis"):
            done = import_files([path, essays], tmp_path / "study" / path.name)
            assert done.sources["listed"].sum() == 0


def damage(data, chance):
    """Bytes with some changed, cut out, doubled, or the end cut off."""
    data = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(data)) if data else 0
        length = chance.choice((1, 1, 2, 8, 64))
        kind = chance.randrange(5)
        if kind == 0:
            data[at : at + length] = chance.randbytes(length)
        elif kind == 1:
            del data[at : at + length]
        elif kind == 2:
            data[at:at] = data[at : at + length]
        elif kind == 3:
            data[at : at + 4] = struct.pack("<i", chance.choice((-1, 0, 2**31 - 1, 255)))
        elif chance.random() < 0.2:
            del data[at:]
    return bytes(data)


def damaged_inside(data, chance):
    """An archive whose members are damaged, so that the damage gets past its check sums."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as sound, zipfile.ZipFile(buffer, "w") as made:
        for name in sound.namelist():
            content = sound.read(name)
            made.writestr(name, damage(content, chance) if chance.random() < 0.5 else content)
    return buffer.getvalue()


def import_damaged(folder, rounds, seed):
    files = seeds(folder / "sound")
    tools.essay_files(folder / "essays", PROJECT)
    chance, slowest, complete = random.Random(seed), 0, 0
    for n in range(rounds):
        source = files[n % len(files)]
        data = source.read_bytes()
        inside = data.startswith(b"PK") and chance.random() < 0.6
        bad = folder / f"bad{source.suffix}"
        bad.write_bytes((damaged_inside if inside else damage)(data, chance))
        started = time.monotonic()
        study = folder / "study"
        try:
            done = import_files([bad, folder / "essays"], study)
        except StudyError:
            assert not study.exists()
        else:
            counts = done.sources[["codings", "written", "listed"]].sum()
            assert counts["codings"] == counts["written"] + counts["listed"]
            complete += 1
            for path in sorted(study.rglob("*"), reverse=True):
                path.rmdir() if path.is_dir() else path.unlink()
            study.rmdir()
        slowest = max(slowest, time.monotonic() - started)
    return complete, slowest


def test_damaged_files_are_refused_or_imported_whole(tmp_path):
    complete, _ = import_damaged(tmp_path, 270, seed=1)
    assert 0 < complete < 270  # damage that matters, and damage that does not


@pytest.mark.slow
def test_ten_thousand_damaged_files_are_refused_or_imported_whole(tmp_path):
    complete, slowest = import_damaged(tmp_path, 10_000, seed=2)
    assert 0 < complete < 10_000
    assert slowest < 10  # seconds, as promised to the researcher; they are tenths
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 1_000_000  # kilobytes


def test_a_label_studio_file_may_hold_anything_where_something_else_is_meant(tmp_path):
    tasks = [
        {"id": [1], "data": {"text": "She smiled."}, "annotations": [
            {"completed_by": True, "result": [
                {"type": "labels", "value": {"start": True, "end": "x", "labels": ["Hope"]}},
                {"type": "labels", "value": {"start": 0, "end": 3, "labels": "Hope"}},
                {"type": "labels", "value": {"start": 5, "end": 2, "labels": ["Hope"]}},
                {"type": "labels", "value": {"start": 0, "end": 10**30, "labels": ["Hope"]}},
                {"type": "labels", "value": {"start": 0, "end": 3, "labels": ["Hope", None]}},
                "nothing", {"value": 3}, {"type": 7, "value": {"labels": [["a", 1]]}},
            ]}, 7, {"result": None}]},
        {"data": None, "annotations": None},
    ]  # fmt: skip
    (tmp_path / "l.json").write_text(json.dumps(tasks))
    done = import_files(tmp_path / "l.json", tmp_path / "study")
    assert done.sources.loc[0, ["codings", "written"]].tolist() == [8, 1]
