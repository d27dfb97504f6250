import io
import os
import subprocess
import sys
import zipfile

import pandas as pd
import pytest
from docx import Document
from docx.oxml.ns import qn
from lxml import etree

from analysis.report import Table, word_document
from analysis.study import ROOT
from tests.shipped_study import THEMES, word_tables

ROWS = pd.DataFrame({"theme": ["warmth", "time"], "quotations": ["“<b>A</b>” (E1)\n“B” (E2)", ""]})


def opened(tables, note="", **how):
    return Document(io.BytesIO(word_document("Tables", tables, note=note, **how)))


def cells(table):
    return [[cell.text for cell in row.cells] for row in table.rows]


def captions(document):
    paragraphs = [p for p in document.paragraphs if p.style.name == "Caption"]
    return ["".join(text.text for text in p._p.iter(qn("w:t"))) for p in paragraphs]


def test_cells_hold_the_table_and_a_line_end_is_a_paragraph():
    table = opened([Table("Themes", ROWS)]).tables[0]
    assert cells(table) == [
        ["theme", "quotations"],
        ["warmth", "“<b>A</b>” (E1)\n“B” (E2)"],
        ["time", ""],
    ]
    assert [p.text for p in table.cell(1, 1).paragraphs] == ["“<b>A</b>” (E1)", "“B” (E2)"]


def test_shipped_tables_read_back_as_they_were_written():
    tables = word_tables()
    for table, written in zip(opened(tables).tables, tables, strict=True):
        assert cells(table) == [
            list(written.rows.columns),
            *written.rows.astype(str).values.tolist(),
        ]


def test_header_row_repeats_and_no_row_is_torn():
    for table in opened(word_tables()).tables:
        assert [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows] == [
            True,
            *[False] * (len(table.rows) - 1),
        ]
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)


def test_everything_wears_a_style_and_nothing_is_formatted_by_hand():
    document = opened([Table("Themes", ROWS, "A note.")], note="n counts essays.")
    table = document.tables[0]
    assert table.style.name == "Report Table"
    assert [p.style.name for p in document.paragraphs] == [
        "Heading 1",
        "Normal",
        "Caption",
        "Table Note",
    ]
    assert [p.style.name for p in table.cell(1, 1).paragraphs] == ["Quote", "Quote"]
    assert table.cell(0, 1).paragraphs[0].style.name == "Table Text"
    body = document.element.body
    assert not list(body.iter(qn("w:rPr"))) and not list(body.iter(qn("w:jc"), qn("w:shd")))


def test_captions_are_numbered_by_a_field():
    document = opened([Table("Themes", ROWS), Table("Codebook", ROWS)], label="Table S")
    assert captions(document) == ["Table S1. Themes", "Table S2. Codebook"]
    fields = [f.get(qn("w:instr")) for f in document.element.body.iter(qn("w:fldSimple"))]
    assert fields == [r" SEQ Table_S \* ARABIC "] * 2


def test_empty_table_says_so():
    document = opened([Table("Decisions", ROWS.iloc[:0])])
    assert not document.tables and document.paragraphs[-1].text == "Nothing to list."


def test_character_that_xml_cannot_hold_is_shown_and_does_not_stop_the_document():
    document = opened([Table("a\x0b", pd.DataFrame({"q\x00": ["x\x0cy\ttab"]}))])
    assert cells(document.tables[0]) == [["q�"], ["x�y\ttab"]]


def test_file_names_nobody_no_day_and_no_thumbnail():
    data = word_document("Tables", [Table("Themes", ROWS)], note="")
    archive = zipfile.ZipFile(io.BytesIO(data))
    core = etree.fromstring(archive.read("docProps/core.xml"))
    assert [(etree.QName(entry).localname, entry.text) for entry in core] == [
        ("title", "Tables"),
        ("language", "en-GB"),
    ]
    assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert "docProps/thumbnail.jpeg" not in archive.namelist()


def test_columns_share_the_page_and_long_text_gets_more_of_it():
    rows = pd.DataFrame({"n": ["1"], "reason": ["because of this and that " * 20]})
    document = opened([Table("t", rows)])
    narrow, wide = (column.width for column in document.tables[0].columns)
    section = document.sections[0]
    page = section.page_width - section.left_margin - section.right_margin
    assert 0 <= page - (narrow + wide) < 2000 and wide > 5 * narrow


def test_cells_are_as_wide_as_their_columns_because_word_goes_by_them():
    for table in opened(word_tables()).tables:
        widths = [column.width for column in table.columns]
        assert len(set(widths)) > 1
        for row in table.rows:
            assert [cell.width for cell in row.cells] == widths


@pytest.mark.parametrize(("language", "quoted"), [("en", "en-GB"), ("he", "he"), ("ja", "ja")])
def test_words_of_ours_are_english_and_quotations_have_the_language_of_the_essays(language, quoted):
    document = opened([Table("Themes", ROWS)], language=language)
    ours, quote = document.styles.element.iter(qn("w:lang"))
    assert set(ours.attrib.values()) == {"en-GB"} and set(quote.attrib.values()) == {quoted}
    style = quote.getparent().getparent()
    assert style.find(qn("w:name")).get(qn("w:val")) == "Quote"
    assert not list(document.element.body.iter(qn("w:lang")))


def test_table_bears_its_caption_as_a_name_for_screen_readers():
    (table,) = opened([Table("Themes\x0b", ROWS)]).tables
    assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")) == "Themes�"


def test_reflexive_study_prints_its_theme_table_without_counts():
    themes = word_tables("reflexive")[0].rows
    assert "n of N" not in themes and len(themes) == len(THEMES)
    assert word_tables("coding_reliability")[0].rows["n of N"].iloc[0] == "21 of 22 (95 %)"


def test_word_and_page_are_the_same_bytes_in_another_process_locale_zone_and_hash_seed():
    elsewhere = {"PYTHONHASHSEED": "4711", "LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Tokyo", "USER": "x"}
    here = {"PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    command = [sys.executable, "-m", "tests.shipped_study"]
    digests = {
        subprocess.run(
            command, cwd=ROOT, env=os.environ | env, capture_output=True, text=True, check=True
        ).stdout
        for env in (here, elsewhere)
    }
    assert len(digests) == 1 and len(digests.pop().split()) == 2
