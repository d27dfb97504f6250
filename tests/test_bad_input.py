"""What a study can have wrong, each with the words its owner reads.

Every case changes a few files of a small sound study; what is printed below "n problems in the
study:" is given word by word.
"""

import os
import subprocess
import sys
import zipfile
from io import BytesIO

import pytest

from analysis.codings import presence, read_codebook, read_codings, readings
from analysis.consensus import read_adjudications, without_effect
from analysis.corpus import read_essays
from analysis.pipeline import check_parameters, check_study
from analysis.problems import StudyError
from analysis.study import ROOT, open_study
from analysis.tables import STUDY_TABLES, unused_columns
from analysis.themes import read_themes

TOML = """\
[study]
title = "Night shift"
approach = "codebook"
coders = ["ana", "ben"]
consensus = "adjudicated"
seed = 1
"""
E01 = "We met at dawn. She said “I am fine” and smiled.\nWe met again.\n"
E02 = "The corridor was cold. Nobody spoke to Zoë.\n"
CODES = "essay_id,start,end,quotation,code,memo,date\n"
SOUND = {
    "study.toml": TOML,
    "essays/E01.txt": E01,
    "essays/E02.txt": E02,
    "codebook.csv": "code,definition,theme,note\n"
    "stigma,Kept at a distance,ward,\nkindness,A kind act,warmth,\nwaiting,Time,ward,\n",
    "themes.csv": "theme,label,parent\nwarmth,Warmth,\nward,The ward,\n",
    "candidate_themes.csv": "code,theme\nstigma,cold\nkindness,warmth\nwaiting,cold\n",
    "decisions.csv": "date,by,action,from,to,reason\n2026-04-02,Ana,rename,cold,ward,clearer\n",
    "assignments.csv": "coder,essay_id,codes\nana,E01,\nana,E02,\nben,E01,\nben,E02,stigma\n",
    "codings/ana.csv": CODES + "E01,16,24,She said,kindness,,2026-03-09\nE02,,,,waiting,,\n",
    "codings/ben.csv": CODES + "E01,,,smiled,kindness,,\nE02,0,12,The corridor,stigma,,\n",
    "adjudications.csv": "essay_id,code,decision,reason\nE02,stigma,present,cold\n",
    "memos.csv": "coder,essay_id,start,end,memo,date\nana,E01,,,warm,2026-03-08\n",
}
WITHOUT_ESSAYS = {"essays/E01.txt": None, "essays/E02.txt": None}


def archive(name, text):
    """A Word or OpenDocument file with this as its only part."""
    data = BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        file.writestr(name, text)
    return data.getvalue()


def change(folder, files):
    """Write files into a study; None removes one, and a folder that it leaves empty."""
    for name, content in files.items():
        path = folder / name
        if content is None:
            path.unlink()
            if not any(path.parent.iterdir()):
                path.parent.rmdir()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))


@pytest.fixture
def study(tmp_path, monkeypatch):
    monkeypatch.delenv("ANALYSIS_STUDY", raising=False)
    folder = tmp_path / "night"
    change(folder, SOUND)
    return folder


def check(folder):
    settings = open_study(folder)
    check_parameters(settings)
    check_study(settings)


def said_of(folder):
    """Lines that are printed of a study's problems, without the first, which counts them."""
    with pytest.raises(StudyError) as caught:
        check(folder)
    first, *lines = str(caught.value).split("\n")
    n = len(caught.value.problems)
    assert first == f"{n} problem{'s' if n > 1 else ''} in the study:"
    return [line.removeprefix("  ") for line in lines]


def ana(*rows):
    return {"codings/ana.csv": CODES + "\n".join(rows) + "\n"}


def toml(old, new):
    assert old in TOML
    return {"study.toml": TOML.replace(old, new)}


def test_sound_study_has_no_problems(study):
    check(study)


CASES = [  # name, what is done to the sound study, what is said
    # Missing files and folders
    (
        "no study.toml",
        {"study.toml": None},
        [
            "study.toml: is missing. Write it, or start from `make new STUDY=path`; what coders "
            "made in Word or another program comes in by `make import FROM=files STUDY=path`.",
        ],
    ),
    (
        "no essays",
        WITHOUT_ESSAYS,
        [
            "essays/: the essays are missing. Put one file an essay into the folder "
            "essays/, or write essays.csv.",
        ],
    ),
    (
        "no essay in the folder",
        WITHOUT_ESSAYS | {"essays/.keep": ""},
        [
            "essays/: there is no essay in the folder. Put one file an essay there.",
        ],
    ),
    (
        "no codebook",
        {"codebook.csv": None},
        [
            "codebook.csv: is missing. Write it, or start from `make new`.",
        ],
    ),
    (
        "no codings",
        {"codings/ana.csv": None, "codings/ben.csv": None},
        [
            "codings/: the folder is missing. Put each coder's first pass there, one file a coder.",
        ],
    ),
    (
        "no codings of one coder",
        {"codings/ana.csv": None},
        [
            "codings/ana.csv: is missing. Put the first pass of this coder there, or "
            "correct the coders in study.toml.",
        ],
    ),
    (
        "codings saved as Excel",
        {"codings/ana.csv": None, "codings/ana.xlsx": b"PK"},
        [
            "codings/ana.csv: is missing, but ana.xlsx is there. Save that one as 'CSV "
            "UTF-8 (comma delimited)'.",
        ],
    ),
    (
        "no first map for the decisions",
        {"candidate_themes.csv": None},
        [
            "decisions.csv: there is no first map in candidate_themes.csv to apply the "
            "decisions to. Write it there (code, theme), or move decisions.csv away.",
        ],
    ),
    (
        "first map without rows",
        {"candidate_themes.csv": "code,theme,memo\n"},
        [
            "decisions.csv: there is no first map in candidate_themes.csv to apply the "
            "decisions to. Write it there (code, theme), or move decisions.csv away.",
        ],
    ),
    (
        "optional tables saved as workbooks",
        {"adjudications.csv": None, "adjudications.xlsx": "", "decisions.xlsx": ""},
        [
            "adjudications.csv: is missing, but adjudications.xlsx is there. Save that one as "
            "'CSV UTF-8 (comma delimited)'.",
        ],
    ),
    (
        "both essays and essays.csv",
        {"essays.csv": "essay_id,text\nE01,We met.\n"},
        [
            "essays.csv: both essays/ and essays.csv are there. Keep one of them, so "
            "that it is clear which text was coded.",
        ],
    ),
    (
        "empty table",
        {"themes.csv": " \n"},
        [
            "themes.csv: is empty. Its first row names the columns: theme, label, "
            "parent, perspective, definition, narrative, aliases.",
        ],
    ),
    # Columns
    (
        "column misspelt",
        {"codings/ana.csv": "essay_id,quotation,cdoe\nE01,smiled,kindness\n"},
        [
            "codings/ana.csv, row 1: column 'code' is missing. Is it 'cdoe'? Then "
            "rename it; otherwise add the column.",
        ],
    ),
    (
        "column missing",
        {"adjudications.csv": "essay_id,code,reason\nE01,stigma,cold\n"},
        [
            "adjudications.csv, row 1: column 'decision' is missing. Add it. The "
            "columns there are essay_id, code, reason.",
        ],
    ),
    (
        "columns missing",
        {"memos.csv": "who,text,date\nana,warm,2026-03-08\n"},
        [
            "memos.csv, row 1: column 'coder' is missing. Add it. The columns there "
            "are who, text, date.",
            "memos.csv, row 1: column 'memo' is missing. Add it. The columns there are "
            "who, text, date.",
        ],
    ),
    (
        "column twice",
        {"themes.csv": "theme,label,theme\nward,Ward,ward\n"},
        [
            "themes.csv, row 1: column 'theme' is there 2 times. Keep one of them.",
        ],
    ),
    (
        "first row empty",
        {"themes.csv": ",,\ntheme,label,parent\nward,Ward,\n"},
        [
            "themes.csv, row 1: the first row is empty. Remove it: the first row names "
            "the columns.",
        ],
    ),
    # References
    (
        "code not in the codebook",
        ana("E01,,,smiled,kindnes,,"),
        [
            "codings/ana.csv, row 2, column code: code 'kindnes' is not in the "
            "codebook. Did you mean 'kindness'? Correct the row, or add the code to "
            "codebook.csv.",
        ],
    ),
    (
        "code like no other",
        ana("E01,,,smiled,xyz,,"),
        [
            "codings/ana.csv, row 2, column code: code 'xyz' is not in the codebook. "
            "Correct the row, or add the code to codebook.csv.",
        ],
    ),
    (
        "code in other capitals",
        ana("E01,,,smiled,KINDNESS,,"),
        [
            "codings/ana.csv, row 2, column code: code 'KINDNESS' is not in the "
            "codebook. Did you mean 'kindness'? Correct the row, or add the code to "
            "codebook.csv.",
        ],
    ),
    (
        "essay that is not there",
        ana("E1,,,smiled,kindness,,"),
        [
            "codings/ana.csv, row 2, column essay_id: essay 'E1' is none of the "
            "essays. Did you mean 'E01'? Correct the row, or add the essay.",
        ],
    ),
    (
        "essay and code empty",
        ana(",,,smiled,kindness,,", "E01,,,smiled,,,"),
        [
            "codings/ana.csv, row 2, column essay_id: the essay_id is empty. Fill it in.",
            "codings/ana.csv, row 3, column code: the code is empty. Fill it in.",
        ],
    ),
    (
        "unknown names everywhere",
        {
            "adjudications.csv": "essay_id,code,decision\nE03,stigma,present\nE01,stgima,absent\n",
            "assignments.csv": "coder,essay_id,codes\nanna,E01,\nben,E99,\nana,E02,stigma;wating\n",
            "memos.csv": "coder,essay_id,memo\neva,E01,x\nana,E001,x\n",
            "candidate_themes.csv": "code,theme\nstigma,cold\nkindness,warmth\nwaitin,cold\n",
        },
        [
            "assignments.csv, row 2, column coder: coder 'anna' is not among the "
            "coders of study.toml. Did you mean 'ana'? Correct the row.",
            "assignments.csv, row 3, column essay_id: essay 'E99' is none of the "
            "essays. Correct the row.",
            "assignments.csv, row 4, column codes: code 'wating' is not in the "
            "codebook. Did you mean 'waiting'? Correct the row.",
            "memos.csv, row 2, column coder: coder 'eva' is not among the coders of "
            "study.toml. Correct the row.",
            "memos.csv, row 3, column essay_id: essay 'E001' is none of the essays. "
            "Did you mean 'E01'? Correct the row.",
            "adjudications.csv, row 2, column essay_id: essay 'E03' is none of the "
            "essays. Did you mean 'E02'? Correct the row.",
            "adjudications.csv, row 3, column code: code 'stgima' is not in the "
            "codebook. Did you mean 'stigma'? Correct the row.",
            "candidate_themes.csv, row 4, column code: code 'waitin' is not in the "
            "codebook. Did you mean 'waiting'? Correct the row, or add the code to "
            "codebook.csv.",
        ],
    ),
    (
        "essay id lost its zero",
        WITHOUT_ESSAYS
        | {
            "essays.csv": "essay_id,text\n01,She smiled.\n",
            "assignments.csv": None,
            "adjudications.csv": None,
            "memos.csv": None,
            "codings/ana.csv": CODES + "1,,,smiled,kindness,,\n",
            "codings/ben.csv": CODES,
        },
        [
            "codings/ana.csv, row 2, column essay_id: essay '1' is none of the essays. "
            "Did you mean '01'? Correct the row, or add the essay.",
        ],
    ),
    # Places
    (
        "offset out of range",
        ana("E01,55,400,,kindness,,", "E01,-3,4,,kindness,,"),
        [
            "codings/ana.csv, row 2, column end: the span from 55 to 400 lies outside "
            "the essay, which has 63 characters. Correct start and end; they count "
            "characters from 0.",
            "codings/ana.csv, row 3, column start: the span from -3 to 4 lies outside "
            "the essay, which has 63 characters. Correct start and end; they count "
            "characters from 0.",
        ],
    ),
    (
        "offsets reversed",
        ana("E01,24,16,She said,kindness,,"),
        [
            "codings/ana.csv, row 2, column start: start 24 is not before end 16. "
            "Correct them; the end is the place after the last character.",
        ],
    ),
    (
        "offset not a number",
        ana("E01,p. 2,24,,kindness,,", "E01,0,nan,,kindness,,", "E01,0,6.5,,kindness,,"),
        [
            "codings/ana.csv, row 2, column start: start 'p. 2' is not a whole number. "
            "Write both start and end, or leave both empty.",
            "codings/ana.csv, row 3, column end: end 'nan' is not a whole number. "
            "Write both start and end, or leave both empty.",
            "codings/ana.csv, row 4, column end: end '6.5' is not a whole number. "
            "Write both start and end, or leave both empty.",
        ],
    ),
    (
        "one offset empty",
        ana("E01,16,,She said,kindness,,", "E01,,24,She said,kindness,,"),
        [
            "codings/ana.csv, row 2, column end: end is empty. Write both start and "
            "end, or leave both empty.",
            "codings/ana.csv, row 3, column start: start is empty. Write both start "
            "and end, or leave both empty.",
        ],
    ),
    (
        "span of white space",
        ana("E01,6,7,,kindness,,"),
        [
            "codings/ana.csv, row 2, column start: the span 6-7 holds only white "
            "space. Correct start and end.",
        ],
    ),
    (
        "quotation elsewhere",
        ana("E01,0,8,She said,kindness,,"),
        [
            'codings/ana.csv, row 2, column quotation: the quotation "She said" is not '
            'the text at 0-8, which is "We met a". It occurs at 16-24. Correct start '
            "and end, or leave both empty.",
        ],
    ),
    (
        "quotation at two other places",
        ana("E01,16,22,We met,kindness,,"),
        [
            'codings/ana.csv, row 2, column quotation: the quotation "We met" is not '
            'the text at 16-22, which is "She sa". It occurs at 0-6, 49-55. Correct '
            "start and end.",
        ],
    ),
    (
        "quotation nowhere",
        ana("E01,0,6,They wept,kindness,,"),
        [
            'codings/ana.csv, row 2, column quotation: the quotation "They wept" is '
            'not the text at 0-6, which is "We met". It occurs nowhere in the essay. '
            "Copy the words from the essay exactly.",
        ],
    ),
    (
        "quotation with other signs",
        ana('E01,16,36,"She said ""I am fine""",kindness,,'),
        [
            'codings/ana.csv, row 2, column quotation: the quotation "She said "I am '
            'fine"" is not the text at 16-36, which is "She said “I am fine”". It '
            "occurs nowhere in the essay. The same words are there with other "
            "quotation marks, dashes, capitals or spaces. Copy the words from the "
            "essay exactly.",
        ],
    ),
    (
        "quotation twice",
        ana("E01,,,We met,kindness,,"),
        [
            'codings/ana.csv, row 2, column quotation: the quotation "We met" occurs 2 '
            "times, at 0-6, 49-55. Write start and end, or quote more words.",
        ],
    ),
    (
        "quotation never",
        ana("E01,,,They wept,kindness,,"),
        [
            'codings/ana.csv, row 2, column quotation: the quotation "They wept" is '
            "not in the essay. Copy the words from the essay exactly.",
        ],
    ),
    (
        "quotation never but with other signs",
        ana('E01,,,"said ""I am fine""",kindness,,', "E02,,,to Zoe\u0308,kindness,,"),
        [
            'codings/ana.csv, row 2, column quotation: the quotation "said "I am '
            'fine"" is not in the essay. The same words are there with other quotation '
            "marks, dashes, capitals or spaces. Copy the words from the essay exactly.",
            'codings/ana.csv, row 3, column quotation: the quotation "to Zoë" is not '
            "in the essay. The same words are there with other quotation marks, "
            "dashes, capitals or spaces. Copy the words from the essay exactly.",
        ],
    ),
    # Essays
    (
        "one essay in two files",
        {"essays/E01.md": "Other words.\n"},
        [
            "essays/E01.txt: essay id 'E01' is also that of essays/E01.md. Keep one of "
            "the two files, or give one of them another name.",
        ],
    ),
    (
        "one essay in two files by capitals",
        {"essays/e01.md": "Other words.\n"},
        [
            "essays/e01.md: essay id 'e01' is also that of essays/E01.txt. Keep one of "
            "the two files, or give one of them another name.",
        ],
    ),
    (
        "one essay in two rows",
        WITHOUT_ESSAYS | {"essays.csv": "essay_id,text\nE01,a\nE02,b\ne01,c\nE02,d\n"},
        [
            "essays.csv, row 4, column essay_id: essay id 'e01' stands already in row "
            "2. Give each essay one row and an id of its own.",
            "essays.csv, row 5, column essay_id: essay id 'E02' stands already in row "
            "3. Give each essay one row and an id of its own.",
        ],
    ),
    (
        "empty essay",
        {"essays/E01.txt": " \n"},
        [
            "essays/E01.txt: the essay is empty. Fill in its text, or remove the file.",
        ],
    ),
    (
        "empty essay and empty id in a table",
        WITHOUT_ESSAYS | {"essays.csv": f'essay_id,text\nE01,\n,words\nE02,"{E02}"\n'},
        [
            "essays.csv, row 3, column essay_id: the essay_id is empty. Fill it in.",
            "essays.csv, row 2, column text: essay 'E01' is empty. Fill in its text, "
            "or remove the row.",
        ],
    ),
    (
        "Windows-1252",
        {"essays/E02.txt": E02.encode("cp1252")},
        [
            "essays/E02.txt: is not UTF-8 but probably Windows-1252 ('ANSI'); see line "
            "1. Save it again with the encoding UTF-8 (a choice under 'Save as').",
        ],
    ),
    (
        "UTF-16",
        {"essays/E01.txt": E01.encode("utf-16")},
        [
            "essays/E01.txt: is not UTF-8 but UTF-16. Save it again with the encoding "
            "UTF-8 (a choice under 'Save as').",
        ],
    ),
    (
        "UTF-16 without mark",
        {"essays/E01.txt": E01.encode("utf-16-le")},
        [
            "essays/E01.txt: is not UTF-8 but UTF-16. Save it again with the encoding "
            "UTF-8 (a choice under 'Save as').",
        ],
    ),
    (
        "UTF-16 without mark, ASCII",
        {"essays/E01.txt": "She smiled.".encode("utf-16-le")},
        [
            "essays/E01.txt: is not UTF-8 but UTF-16. Save it again with the encoding "
            "UTF-8 (a choice under 'Save as').",
        ],
    ),
    (
        "encoding unknown",
        {"essays/E01.txt": b"one\ntwo \x81\x8d\n"},
        [
            "essays/E01.txt: is not UTF-8 but an encoding that is not recognised; see "
            "line 2. Save it again with the encoding UTF-8 (a choice under 'Save as').",
        ],
    ),
    (
        "not text",
        {"essays/E01.txt": b"GIF89a\xff\x00\x01" + bytes(range(1, 99))},
        [
            "essays/E01.txt: is not plain text. Give it the ending of what it is, or "
            "save it as text.",
        ],
    ),
    (
        "table in Windows-1252",
        {"codebook.csv": "code,note\nstigma,Zoë\n".encode("cp1252")},
        [
            "codebook.csv: is not UTF-8 but probably Windows-1252 ('ANSI'); see line "
            "2. Save it again with the encoding UTF-8 (a choice under 'Save as').",
        ],
    ),
    (
        "damaged docx",
        {"essays/E01.txt": None, "essays/E01.docx": b"PK\x03\x04 cut off"},
        [
            "essays/E01.docx: cannot be read as a Word file; it is damaged, locked by "
            "a password, or of another kind. Open it in the program that made it, save "
            "it again, and copy it anew.",
        ],
    ),
    (
        "docx without text part",
        {"essays/E01.txt": None, "essays/E01.docx": archive("a.xml", "<a/>")},
        [
            "essays/E01.docx: cannot be read as a Word file; it is damaged, locked by "
            "a password, or of another kind. Open it in the program that made it, save "
            "it again, and copy it anew.",
        ],
    ),
    (
        "damaged odt",
        {"essays/E01.txt": None, "essays/E01.odt": archive("content.xml", "<a><b>")},
        [
            "essays/E01.odt: cannot be read as an OpenDocument text; it is damaged, "
            "locked by a password, or of another kind. Open it in the program that "
            "made it, save it again, and copy it anew.",
        ],
    ),
    (
        "odt that is a spreadsheet",
        {"essays/E01.txt": None, "essays/E01.odt": archive("content.xml", "<a/>")},
        [
            "essays/E01.odt: cannot be read as an OpenDocument text; it is damaged, "
            "locked by a password, or of another kind. Open it in the program that "
            "made it, save it again, and copy it anew.",
        ],
    ),
    (
        "damaged pdf",
        {"essays/E01.txt": None, "essays/E01.pdf": b"%PDF-1.7 cut off"},
        [
            "essays/E01.pdf: cannot be read as a PDF; it is damaged, locked by a "
            "password, or of another kind. Open it in the program that made it, save "
            "it again, and copy it anew.",
        ],
    ),
    (
        "unknown ending",
        {"essays/E01.txt": None, "essays/E01.doc": E01},
        [
            "essays/E01.doc: the ending '.doc' cannot be read. Save it as one of .txt, "
            ".md, .docx, .odt, .pdf, .html, .htm, or move it out of essays/.",
        ],
    ),
    (
        "no ending",
        {"essays/E01.txt": None, "essays/E01": E01},
        [
            "essays/E01: has no ending. Save it as one of .txt, .md, .docx, .odt, "
            ".pdf, .html, .htm, or move it out of essays/.",
        ],
    ),
    (
        "folder in essays",
        {"essays/more/E03.txt": E01},
        [
            "essays/more: is a folder, which is not read. Move its files into essays/, "
            "or move it away.",
        ],
    ),
    # Themes
    (
        "circle of two",
        {"themes.csv": "theme,parent\nwarmth,ward\nward,warmth\n"},
        [
            "themes.csv, row 2, column parent: the themes run in a circle: warmth > "
            "ward > warmth. Leave the parent of a top theme empty.",
        ],
    ),
    (
        "circle of three",
        {"themes.csv": "theme,parent\nwarmth,ward\nward,care\ncare,warmth\nhome,care\n"},
        [
            "themes.csv, row 2, column parent: the themes run in a circle: warmth > "
            "ward > care > warmth. Leave the parent of a top theme empty.",
        ],
    ),
    (
        "own parent",
        {"themes.csv": "theme,parent\nwarmth,\nward,ward\n"},
        [
            "themes.csv, row 3, column parent: theme 'ward' is its own parent. Leave "
            "the parent of a top theme empty.",
        ],
    ),
    (
        "unknown parent",
        {"themes.csv": "theme,parent\nwarmth,\nward,warmht\n"},
        [
            "themes.csv, row 3, column parent: theme 'warmht' is not in themes.csv. "
            "Did you mean 'warmth'? Add the theme, or correct the row.",
        ],
    ),
    (
        "theme not in themes.csv",
        {"themes.csv": "theme\nwarmth\nwards\n"},
        [
            "codebook.csv, row 2, column theme: theme 'ward' is not in themes.csv. Did "
            "you mean 'wards'? Add the theme to themes.csv, or correct the row.",
            "codebook.csv, row 4, column theme: theme 'ward' is not in themes.csv. Did "
            "you mean 'wards'? Add the theme to themes.csv, or correct the row.",
        ],
    ),
    (
        "theme twice and without name",
        {"themes.csv": "theme,label\nwarmth,\nward,\nwarmth,\n,Home\n"},
        [
            "themes.csv, row 4: theme 'warmth' stands already in row 2. Keep one of the two rows.",
            "themes.csv, row 5, column theme: the theme is empty. Fill it in.",
        ],
    ),
    (
        "code twice and without name",
        {"codebook.csv": SOUND["codebook.csv"] + "stigma,,ward,\n,x,ward,\n"},
        [
            "codebook.csv, row 6, column code: the code is empty. Fill it in.",
            "codebook.csv, row 5: code 'stigma' stands already in row 2. Keep one of the two rows.",
        ],
    ),
    (
        "code with semicolon",
        {"codebook.csv": SOUND["codebook.csv"] + "tea; coffee,,,\n"},
        [
            "codebook.csv, row 5, column code: code 'tea; coffee' contains a "
            "semicolon, which separates codes in assignments.csv. Rename the code.",
            "codebook.csv, row 5, column code: code 'tea; coffee' is not in "
            "candidate_themes.csv. Add it there with the theme it was first put in, or "
            "with an empty theme.",
        ],
    ),
    # Adjudications and memos
    (
        "unknown decision",
        {"adjudications.csv": "essay_id,code,decision\nE01,stigma,Presnt\nE02,stigma,yes\n"},
        [
            "adjudications.csv, row 2, column decision: decision 'Presnt' is unknown. "
            "Did you mean 'present'? Write present, absent, or leave it empty while it "
            "is open.",
            "adjudications.csv, row 3, column decision: decision 'yes' is unknown. "
            "Write present, absent, or leave it empty while it is open.",
        ],
    ),
    (
        "adjudicated twice",
        {"adjudications.csv": "essay_id,code,decision\nE01,stigma,present\nE01,stigma,absent\n"},
        [
            "adjudications.csv, row 3: essay_id and code 'E01', 'stigma' stand already "
            "in row 2. Keep one of the two rows.",
        ],
    ),
    (
        "adjudication of nothing",
        {"adjudications.csv": "essay_id,code,decision\n,stigma,present\n"},
        [
            "adjudications.csv, row 2, column essay_id: the essay_id is empty. Fill it in.",
        ],
    ),
    (
        "bad dates",
        {
            "memos.csv": "coder,memo,date\nana,warm,08.03.2026\n,cold,2026-02-30\n",
            "adjudications.csv": "essay_id,code,decision,date\nE01,stigma,present,May\n",
        },
        [
            "memos.csv, row 3, column coder: the coder is empty. Fill it in.",
            "memos.csv, row 2, column date: date '08.03.2026' cannot be read. Write it "
            "as year-month-day, for example 2026-11-24.",
            "memos.csv, row 3, column date: date '2026-02-30' cannot be read. Write it "
            "as year-month-day, for example 2026-11-24.",
            "adjudications.csv, row 2, column date: date 'May' cannot be read. Write "
            "it as year-month-day, for example 2026-11-24.",
        ],
    ),
    # Decisions on themes
    (
        "theme that has gone",
        {"decisions.csv": "action,from,to\nrename,cold,ward\nmerge,cold,warmth\n"},
        [
            "decisions.csv, row 3: theme 'cold' does not exist at this step (row 2 "
            "ended 'cold'). Correct the row, or candidate_themes.csv.",
        ],
    ),
    (
        "code that is not there",
        {
            "decisions.csv": "action,from,to\n"
            "rename,cold,ward\nmove,stigmata,warmth\ndrop,tea;coffee,\n"
        },
        [
            "decisions.csv, row 3: code 'stigmata' does not exist at this step. Did "
            "you mean 'stigma'? Correct the row, or candidate_themes.csv.",
            "decisions.csv, row 4: code or theme 'tea', 'coffee' do not exist at this "
            "step. Correct the row, or candidate_themes.csv.",
        ],
    ),
    (
        "theme that is not there",
        {"decisions.csv": "action,from,to\nmove,stigma,wramth\n"},
        [
            "decisions.csv, row 2: theme 'wramth' does not exist at this step. Did you "
            "mean 'warmth'? Correct the row, or split the codes off into a new theme.",
        ],
    ),
    (
        "unknown action",
        {"decisions.csv": "action,from,to\nrenam,cold,ward\nmove,stigma,ward\n"},
        [
            "decisions.csv, row 2, column action: action 'renam' is unknown. Did you "
            "mean 'rename'? Write one of merge, split, move, rename, drop, promote.",
        ],
    ),
    (
        "decisions half written",
        {
            "decisions.csv": "action,from,to\n"
            "rename,,ward\nmerge,cold,\nrename,cold,warmth\npromote,stigma;kindness,x\n"
        },
        [
            "decisions.csv, row 2: the decision does not say what it is about. Fill in "
            "the column 'from'.",
            "decisions.csv, row 3: the decision to merge does not say where to. Fill "
            "in the column 'to'.",
            "decisions.csv, row 5: only one code can be promoted at a time. Write "
            "split as the action.",
        ],
    ),
    (
        "replay ends elsewhere",
        {"decisions.csv": "action,from,to\nrename,cold,ward\nmove,waiting,warmth\ndrop,stigma,\n"},
        [
            "codebook.csv, row 2, column theme: code 'stigma' is in theme 'ward' here, "
            "but parked once decisions.csv is applied to candidate_themes.csv. Correct "
            "the theme, or write the missing decision into decisions.csv.",
            "codebook.csv, row 4, column theme: code 'waiting' is in theme 'ward' "
            "here, but in theme 'warmth' once decisions.csv is applied to "
            "candidate_themes.csv. Correct the theme, or write the missing decision "
            "into decisions.csv.",
        ],
    ),
    (
        "code not in the first map",
        {"candidate_themes.csv": "code,theme\nstigma,cold\nkindness,warmth\n"},
        [
            "codebook.csv, row 4, column code: code 'waiting' is not in "
            "candidate_themes.csv. Add it there with the theme it was first put in, or "
            "with an empty theme.",
        ],
    ),
    # What a spreadsheet program does
    (
        "semicolons",
        {"codings/ana.csv": "essay_id;start;end;quotation;code\nE01;;;smiled;kindness\n"},
        [
            "codings/ana.csv, row 1: the columns are separated by semicolons. Save it "
            "with commas: LibreOffice asks under 'Edit filter settings', Excel takes "
            "the separator from the region set in the computer.",
        ],
    ),
    (
        "tabs",
        {"codebook.csv": "code\tdefinition\nstigma\tx\n"},
        [
            "codebook.csv, row 1: the columns are separated by tabs. Save it with "
            "commas: LibreOffice asks under 'Edit filter settings', Excel takes the "
            "separator from the region set in the computer.",
        ],
    ),
    (
        "dates in place of codes",
        ana(
            "E01,,,smiled,2026-03-01,,",
            "E01,,,smiled,01/03/2026,,",
            "E01,,,smiled,1.3.2026,,",
            "E01,,,smiled,Mar-01,,",
            "E01,,,smiled,01-Mar,,",
            "E01,,,smiled,01. Mrz,,",
            "E01,,,smiled,Mar 26,,",
            "E01,,,smiled,2026-03-01 00:00:00,,",
            "E01,,,smiled,marching,,",
        ),
        [
            "codings/ana.csv, row 2, column code: code '2026-03-01' is not in the "
            "codebook. It looks like a date that a spreadsheet made of a name. Correct "
            "the row, or add the code to codebook.csv.",
            "codings/ana.csv, row 3, column code: code '01/03/2026' is not in the "
            "codebook. It looks like a date that a spreadsheet made of a name. Correct "
            "the row, or add the code to codebook.csv.",
            "codings/ana.csv, row 4, column code: code '1.3.2026' is not in the "
            "codebook. It looks like a date that a spreadsheet made of a name. Correct "
            "the row, or add the code to codebook.csv.",
            "codings/ana.csv, row 5, column code: code 'Mar-01' is not in the "
            "codebook. It looks like a date that a spreadsheet made of a name. Correct "
            "the row, or add the code to codebook.csv.",
            "codings/ana.csv, row 6, column code: code '01-Mar' is not in the "
            "codebook. It looks like a date that a spreadsheet made of a name. Correct "
            "the row, or add the code to codebook.csv.",
            "codings/ana.csv, row 7, column code: code '01. Mrz' is not in the "
            "codebook. It looks like a date that a spreadsheet made of a name. Correct "
            "the row, or add the code to codebook.csv.",
            "codings/ana.csv, row 8, column code: code 'Mar 26' is not in the "
            "codebook. It looks like a date that a spreadsheet made of a name. Correct "
            "the row, or add the code to codebook.csv.",
            "codings/ana.csv, row 9, column code: code '2026-03-01 00:00:00' is not in "
            "the codebook. It looks like a date that a spreadsheet made of a name. "
            "Correct the row, or add the code to codebook.csv.",
            "codings/ana.csv, row 10, column code: code 'marching' is not in the "
            "codebook. Correct the row, or add the code to codebook.csv.",
        ],
    ),
    (
        "apostrophe",
        ana("'E01,,,smiled,kindness,,", "E01,,,smiled,'kindness,,"),
        [
            'codings/ana.csv, row 2, column essay_id: "\'E01" begins with an '
            "apostrophe, which a spreadsheet left there. Remove the apostrophe.",
            'codings/ana.csv, row 3, column code: "\'kindness" begins with an '
            "apostrophe, which a spreadsheet left there. Remove the apostrophe.",
        ],
    ),
    (
        "last row cut off",
        {"codings/ana.csv": CODES + "E01,,,smiled,kindness,,\nE01,0,6,We m"},
        [
            "codings/ana.csv, row 3: the last row is cut off: 4 of 7 cells are there. "
            "Copy or export the file again.",
        ],
    ),
    (
        "quotation mark not closed",
        ana('E01,,,"smiled,kindness,,'),
        [
            "codings/ana.csv, row 2: a quotation mark is opened and never closed. "
            "Close it, or copy the file again: its end may be cut off.",
        ],
    ),
    (
        "quotation mark not closed before another",
        ana('E01,,,"smiled,kindness,,', 'E01,,,"We met again.",kindness,,'),
        [
            "codings/ana.csv, row 2: a quotation mark stands inside a cell, or is "
            'never closed. Write a quotation mark inside a cell twice (""), or save '
            "the table from a spreadsheet.",
        ],
    ),
    (
        "quotation mark inside a cell",
        ana('E01,,,"She" said,kindness,,'),
        [
            "codings/ana.csv, row 2: a quotation mark stands inside a cell, or is "
            'never closed. Write a quotation mark inside a cell twice (""), or save '
            "the table from a spreadsheet.",
        ],
    ),
    (
        "short and long rows",
        ana(
            "E01,,,smiled,kindness,,",
            "E01,0,6",
            "E01,,,met at dawn. She said, and smiled,kindness,,",
            "E01",
        ),
        [
            "codings/ana.csv, row 3: the row has 3 cells, but the header has 7. Write "
            "the missing cells, or the commas of the empty ones.",
            "codings/ana.csv, row 4: the row has 8 cells, but the header has 7. Put "
            "quotation marks round a cell that contains a comma, or remove commas at "
            "the end of the row.",
            "codings/ana.csv, row 5: the row has 1 cell, but the header has 7. Write "
            "the missing cells, or the commas of the empty ones.",
        ],
    ),
    (
        "damaged row of the codebook",
        {"codebook.csv": SOUND["codebook.csv"].replace("A kind act", "A kind, small act")},
        [
            "codebook.csv, row 3: the row has 5 cells, but the header has 4. Put "
            "quotation marks round a cell that contains a comma, or remove commas at "
            "the end of the row.",
        ],
    ),
    # study.toml
    (
        "study.toml not TOML",
        toml("seed = 1", "seed = “1”"),
        [
            "study.toml: cannot be read: Invalid value (at line 6, column 8). Mend "
            'this line; words stand between straight quotation marks, as in "ana".',
        ],
    ),
    (
        "study.toml in Windows-1252",
        {"study.toml": TOML.replace("Night", "Nächte").encode("cp1252")},
        [
            "study.toml: is not UTF-8 but probably Windows-1252 ('ANSI'); see line 2. "
            "Save it again with the encoding UTF-8 (a choice under 'Save as').",
        ],
    ),
    (
        "unknown key",
        toml("seed = 1", 'seed = 1\nunit_noun = ["essay"]'),
        [
            "study.toml: key 'unit_noun' in [study] is unknown. Did you mean "
            "'unit_nouns'? The keys are title, approach, coders, consensus, seed, "
            "unit_nouns, groups, synthetic, figures_for.",
        ],
    ),
    (
        "unknown section",
        {"study.toml": TOML + "[initial_codings]\n"},
        [
            "study.toml: section [initial_codings] is unknown. Did you mean "
            "'initial_coding'? The sections are study, familiarisation, "
            "initial_coding, theme_search, theme_review, theme_definition, report.",
        ],
    ),
    (
        "misspelt parameter",
        {"study.toml": TOML + '[familiarisation]\nlangauge = "en"\n'},
        [
            "study.toml: parameter 'langauge' in [familiarisation] is unknown. Did you "
            "mean 'language'? The parameters of notebooks/1_familiarisation.ipynb are "
            "essay_to_read, language, memos_shown, short_essay.",
        ],
    ),
    (
        "impossible numbers",
        {
            "study.toml": TOML + "[initial_coding]\nlevel = 95\nresamples = 0\nrare = -1\n"
            "[report]\nprevalence_level = 95\n"
        },
        [
            "study.toml: parameter 'level' in [initial_coding] cannot be 95. Write a number from "
            "0.5 to 0.999, as level = 0.95.",
            "study.toml: parameter 'resamples' in [initial_coding] cannot be 0. Write a number "
            "from 100 to 100000, as resamples = 1000.",
            "study.toml: parameter 'rare' in [initial_coding] cannot be -1. Write a number not "
            "below 0, as rare = 3.",
            "study.toml: parameter 'prevalence_level' in [report] cannot be 95. Write a number "
            "from 0 to 0.999, as prevalence_level = 0.0.",
        ],
    ),
    (
        "missing keys",
        toml('consensus = "adjudicated"\nseed = 1\n', ""),
        [
            "study.toml: key 'consensus' in [study] is missing; it changes what is "
            'found or printed. Write it, for example consensus = "adjudicated".',
            "study.toml: key 'seed' in [study] is missing; it changes what is found or "
            "printed. Write it, for example seed = 20261124.",
        ],
    ),
    (
        "no section",
        {"study.toml": TOML.replace("[study]\n", "")},
        [
            "study.toml: 'title' stands outside the sections. Move it below the line [study].",
            "study.toml: 'approach' stands outside the sections. Move it below the line [study].",
            "study.toml: 'coders' stands outside the sections. Move it below the line [study].",
            "study.toml: 'consensus' stands outside the sections. Move it below the line [study].",
            "study.toml: 'seed' stands outside the sections. Move it below the line [study].",
        ],
    ),
    (
        "parameters not in a section",
        {"study.toml": "initial_coding = 3\n" + TOML},
        [
            "study.toml: 'initial_coding' stands outside the sections. Write "
            "[initial_coding] on a line of its own, and its keys below.",
        ],
    ),
    (
        "wrong types",
        {
            "study.toml": '[study]\ntitle = 5\napproach = "codebook"\ncoders = "ana"\n'
            'consensus = true\nseed = "1"\n'
            'synthetic = "yes"\ngroups = { "team 1" = "ana" }\n'
        },
        [
            'study.toml: title = 5 has the wrong form. Write it like title = "Essays '
            'about the night shift".',
            'study.toml: coders = "ana" has the wrong form. Write it like coders = ["ana", "ben"].',
            "study.toml: consensus = true has the wrong form. Write it like consensus "
            '= "adjudicated".',
            'study.toml: seed = "1" has the wrong form. Write it like seed = 20261124.',
            'study.toml: groups = {"team 1": "ana"} has the wrong form. Write it like '
            'groups = { "team 1" = ["ana", "ben"] }.',
            'study.toml: synthetic = "yes" has the wrong form. Write it like synthetic = true.',
        ],
    ),
    (
        "negative seed and coders as numbers",
        {"study.toml": TOML.replace("seed = 1", "seed = -1").replace('["ana", "ben"]', "[1, 2]")},
        [
            "study.toml: coders = [1, 2] has the wrong form. Write it like coders = "
            '["ana", "ben"].',
            "study.toml: seed = -1 has the wrong form. Write it like seed = 20261124.",
        ],
    ),
    (
        "unknown publisher of figures",
        toml("seed = 1", 'seed = 1\nfigures_for = "elsvier"'),
        [
            "study.toml: figures_for 'elsvier' is unknown. Did you mean 'elsevier'? Write one of "
            "generic, nature, bmc, elsevier.",
        ],
    ),
    (
        "unknown approach",
        toml('"codebook"', '"code book"'),
        [
            "study.toml: approach 'code book' is unknown. Did you mean 'codebook'? "
            "Write one of reflexive, codebook, coding_reliability.",
        ],
    ),
    (
        "unknown consensus",
        toml('"adjudicated"', '"adjudication"'),
        [
            "study.toml: consensus 'adjudication' is no rule and no coder. Did you "
            "mean 'adjudicated'? Write one of adjudicated, all, majority, any, or a "
            "coder's name.",
        ],
    ),
    (
        "unknown group member",
        {"study.toml": TOML + '[study.groups]\n"team 1" = ["ana", "bne"]\n'},
        [
            "study.toml: coder 'bne' of group 'team 1' is not among the coders. Did "
            "you mean 'ben'? Add the name to coders, or correct it.",
        ],
    ),
    (
        "no coder, one coder twice",
        toml('["ana", "ben"]', '["ana", "ana", "ben"]'),
        [
            "study.toml: coder 'ana' is named twice. Name each coder once.",
        ],
    ),
    (
        "no coder",
        toml('["ana", "ben"]', "[]"),
        [
            "study.toml: coders is empty. Name at least one coder.",
        ],
    ),
    # Coders
    (
        "file of a coder that is not named",
        {"codings/eva.csv": CODES + "E01,,,smiled,kindness,,\n"},
        [
            "codings/eva.csv: coder 'eva' is not among the coders of study.toml. Add "
            "the name to study.toml, or rename or move the file.",
        ],
    ),
    (
        "coder misspelt in study.toml",
        toml('"ben"]', '"bne"]') | {"assignments.csv": None},
        [
            "codings/ben.csv: coder 'ben' is not among the coders of study.toml. Did "
            "you mean 'bne'? Add the name to study.toml, or rename or move the file.",
            "codings/bne.csv: is missing. Put the first pass of this coder there, or "
            "correct the coders in study.toml.",
        ],
    ),
    (
        "coding outside the assignment",
        {"assignments.csv": "coder,essay_id,codes\nana,E01,stigma\nben,E01,\nben,E02,\n"},
        [
            "codings/ana.csv, row 2, column code: coder 'ana' was not asked to read "
            "essay 'E01' for code 'kindness'. Add the code to the row in "
            "assignments.csv, or remove the coding.",
            "codings/ana.csv, row 3, column essay_id: coder 'ana' coded essay 'E02' "
            "without being assigned to it. Add a row to assignments.csv, or remove the "
            "coding.",
        ],
    ),
    # Several
    (
        "five at once",
        {
            "codebook.csv": SOUND["codebook.csv"] + "stigma,,ward,\n",
            "codings/ana.csv": CODES + "E01,,,smiled,kindnes,,\nE02,9,4,,stigma,,\n",
            "codings/ben.csv": CODES + "E02,0,12,The corridor,kindness,,\n",
            "adjudications.csv": "essay_id,code,decision\nE01,stigma,perhaps\n",
        },
        [
            "codebook.csv, row 5: code 'stigma' stands already in row 2. Keep one of the two rows.",
            "codings/ana.csv, row 2, column code: code 'kindnes' is not in the "
            "codebook. Did you mean 'kindness'? Correct the row, or add the code to "
            "codebook.csv.",
            "codings/ana.csv, row 3, column start: start 9 is not before end 4. "
            "Correct them; the end is the place after the last character.",
            "codings/ben.csv, row 2, column code: coder 'ben' was not asked to read "
            "essay 'E02' for code 'kindness'. Add the code to the row in "
            "assignments.csv, or remove the coding.",
            "adjudications.csv, row 2, column decision: decision 'perhaps' is unknown. "
            "Write present, absent, or leave it empty while it is open.",
        ],
    ),
]


@pytest.mark.parametrize(("files", "said"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_problem_names_file_row_column_and_what_to_do(study, files, said):
    change(study, files)
    assert said_of(study) == said


@pytest.mark.parametrize(
    "files",
    [
        {"essays/E01.txt": b"\xef\xbb\xbf" + E01.replace("\n", "\r\n").encode("utf-8")},
        {"essays/E01.txt": E01.replace("\n", "\r").encode("utf-8")},
    ],
    ids=["byte-order mark and CRLF", "CR"],
)
def test_offsets_count_over_text_with_plain_line_ends(study, files):
    change(study, files | ana("E01,49,55,We met,kindness,,", "E01,43,51,,kindness,,"))
    check(study)
    assert codings_of(study)[0]["quotation"].tolist()[:2] == ["We met", "iled.\nWe"]


def codings_of(folder):
    """(codings, what was listed) of a sound study."""
    problems = []
    essays, codebook = read_essays(folder, problems), read_codebook(folder, problems)
    found = read_codings(folder, ["ana", "ben"], essays, codebook, None, problems)
    assert problems == []
    return found


def test_blank_rows_are_left_out_and_rows_keep_their_number(study):
    change(study, ana("", "E01,,,smiled,kindness,,", ",,,,,,", "E02,,,,stigma,,"))
    check(study)
    codings, _ = codings_of(study)
    assert codings["coding_id"].tolist()[:2] == ["ana:3", "ana:5"]


def test_columns_in_capitals_are_read(study):
    change(study, {"codings/ana.csv": "Essay_ID, Quotation,Code\nE01,smiled,kindness\n"})
    check(study)
    assert codings_of(study)[0]["start"].tolist()[0] == 41


def test_columns_without_a_name_are_listed_and_no_problem(study):
    change(study, {"themes.csv": "theme,label,,\nwarmth,,x,\nward,,,\n"})
    check(study)
    themes = read_themes(study, read_codebook(study, []), [])
    unused = unused_columns({"themes.csv": (themes, STUDY_TABLES["themes.csv"])})
    assert unused[["column", "filled"]].to_numpy().tolist() == [["column 3", 1], ["column 4", 0]]


def test_table_with_byte_order_mark_and_crlf_is_read(study):
    change(
        study,
        {"codebook.csv": b"\xef\xbb\xbf" + SOUND["codebook.csv"].replace("\n", "\r\n").encode()},
    )
    check(study)


def test_exact_repeat_is_listed_and_no_problem(study):
    change(study, ana(*["E01,0,6,We met,kindness,,"] * 2))
    check(study)
    _, listed = codings_of(study)
    assert listed.loc[listed["row"].eq(3) & listed["coder"].eq("ana"), "what"].tolist() == [
        "exact repeat, counted once"
    ]


def test_adjudications_without_effect_are_listed_with_the_reason_and_not_refused(study):
    change(
        study,
        {
            "assignments.csv": "coder,essay_id,codes\nana,E01,\nana,E02,waiting\nben,E01,\n",
            "codings/ben.csv": CODES + "E01,,,smiled,kindness,,\n",
            "adjudications.csv": "essay_id,code,decision\nE01,kindness,present\nE01,stigma,absent\n"
            "E02,waiting,absent\nE01,waiting,\n",
        },
    )
    check(study)
    problems = []
    essays, codebook = read_essays(study, problems), read_codebook(study, problems)
    everyone = readings(["ana", "ben"], essays, codebook, None)
    marks = presence(codings_of(study)[0], everyone[everyone["essay_id"].eq("E01")])
    found = without_effect(marks, read_adjudications(study, essays, codebook, problems))
    assert found[["code", "why"]].to_numpy().tolist() == [
        ["kindness", "all its readers marked the code already"],
        ["stigma", "none of its readers marked the code"],
        ["waiting", "no coder read this essay for this code"],
    ]


@pytest.mark.parametrize(("n", "last"), [(20, "E99"), (21, "and 1 more."), (33, "and 13 more.")])
def test_twenty_problems_are_shown_and_the_rest_counted(study, n, last):
    change(study, ana(*["E99,,,,kindness,,"] * n))
    lines = said_of(study)
    assert len(lines) == min(n, 20) + (n > 20)
    assert last in lines[-1]


def test_bad_memo_does_not_hide_a_coding_outside_the_assignment(study):
    change(study, ana("E01,,,smiled,kindness,,"))
    change(
        study,
        {
            "assignments.csv": "coder,essay_id,codes\nana,E01,stigma\nben,E01,\nben,E02,\n",
            "memos.csv": "coder,memo,date\nana,warm,yesterday\n",
        },
    )
    assert len(said_of(study)) == 2


def test_study_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(StudyError, match="nigth: there is no study folder of this name"):
        check(tmp_path / "nigth")


def bytes_of(folder):
    return {
        path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_run_on_a_bad_study_says_why_and_writes_nothing(study, tmp_path):
    change(study, ana("E01,,,smiled,kindnes,,"))
    before, out = bytes_of(study), tmp_path / "out"
    done = subprocess.run(
        [sys.executable, "-m", "analysis", "run", study, "--out", out],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1
    assert "1 problem in the study:\n  codings/ana.csv, row 2, column code:" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert not out.exists()
    assert bytes_of(study) == before
    assert {path.name for path in tmp_path.iterdir()} <= {"night", "out"}


@pytest.mark.parametrize(("given", "meant"), [("quote", "quotation"), ("Quotaton", "quotation")])
def test_a_misnamed_quotation_does_not_make_whole_essay_codings(study, given, meant):
    change(study, {"codings/ana.csv": f"essay_id,{given},code\nE01,smiled,kindness\n"})
    assert said_of(study) == [
        f"codings/ana.csv, row 1: column '{given}' is not known, and '{meant}' is empty: the place "
        f"of each coding would be lost. Rename '{given}' to '{meant}', or remove the column."
    ]
