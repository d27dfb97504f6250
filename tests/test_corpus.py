import zipfile

import docx
import matplotlib.pyplot as plt
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analysis.corpus import describe, read_essays, sentences, sentences_coded

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
ODF = "urn:oasis:names:tc:opendocument:xmlns:"


def essay(tmp_path, name, content):
    """The text of one essay file, read without a problem."""
    (tmp_path / "essays").mkdir(exist_ok=True)
    (tmp_path / "essays" / name).write_bytes(
        content if isinstance(content, bytes) else content.encode()
    )
    problems = []
    table = read_essays(tmp_path, problems)
    assert problems == []
    return table["text"].item()


def refusals(tmp_path, name, content):
    """What is said of one essay file that cannot be read."""
    (tmp_path / "essays").mkdir()
    (tmp_path / "essays" / name).write_bytes(content)
    problems = []
    read_essays(tmp_path, problems)
    assert [problem.file for problem in problems] == [f"essays/{name}"]
    return str(problems[0])


def zipped(path, name, xml):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, xml)
    return path.read_bytes()


def word_file(tmp_path, paragraphs, namespace=WORD):
    xml = f'<w:document xmlns:w="{namespace}"><w:body>{paragraphs}</w:body></w:document>'
    return zipped(tmp_path / "made.docx", "word/document.xml", xml)


def odt_file(tmp_path, body):
    names = " ".join(f'xmlns:{n}="{ODF}{n}:1.0"' for n in ("office", "text"))
    xml = (
        f'<office:document-content {names} xmlns:draw="{ODF}drawing:1.0"><office:body>'
        f"<office:text>{body}</office:text></office:body></office:document-content>"
    )
    return zipped(tmp_path / "made.odt", "content.xml", xml)


# Text files


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"One.\nTwo.", "One.\nTwo."),
        (b"\xef\xbb\xbfOne.", "One."),
        (b"One.\r\nTwo.\rThree.", "One.\nTwo.\nThree."),
        (b"  One. \n\n", "  One. \n\n"),
        ("👩\u200d⚕️ cafe\u0301".encode(), "👩\u200d⚕️ cafe\u0301"),
    ],
    ids=["as it is", "byte-order mark", "line ends", "white space stays", "emoji and accent"],
)
@pytest.mark.parametrize("ending", [".txt", ".md", ".TXT"])
def test_plain_text_is_kept_but_for_mark_and_line_ends(tmp_path, ending, content, text):
    assert essay(tmp_path, f"E1{ending}", content) == text


def test_essays_are_sorted_by_id_and_hidden_files_left_out(tmp_path):
    (tmp_path / "essays").mkdir()
    for name in ("E2.txt", "E1.md", ".DS_Store", "~$E3.docx"):
        (tmp_path / "essays" / name).write_text(f"{name} says so.")
    essays = read_essays(tmp_path, problems := [])
    assert problems == []
    assert essays["essay_id"].tolist() == ["E1", "E2"]
    assert essays["read_from"].tolist() == ["essays/E1.md", "essays/E2.txt"]


def test_essays_of_a_table_keep_their_other_columns(tmp_path):
    (tmp_path / "essays.csv").write_bytes(b'essay_id,text,ward\r\nE2,"a\r\nb",3\r\nE1," c ",\r\n')
    essays = read_essays(tmp_path, problems := [])
    assert problems == []
    assert essays["text"].tolist() == [" c ", "a\nb"]
    assert essays["ward"].tolist() == ["", "3"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("E1.txt", "café".encode("cp1252"), "not UTF-8"),
        ("E1.txt", b" \n", "empty"),
        ("E1.rtf", b"{}", "'.rtf'"),
        ("E1.docx", b"no zip", "Word"),
        ("E1.odt", b"no zip", "OpenDocument"),
        ("E1.pdf", b"no pdf", "PDF"),
        ("E1.html", b"  ", "HTML"),
    ],
)
def test_unreadable_essay_is_a_problem_of_its_file(tmp_path, name, content, words):
    assert words in refusals(tmp_path, name, content)


def test_word_file_damaged_inside_the_zip_is_a_problem_not_a_crash(tmp_path):
    data = bytearray(word_file(tmp_path, "<w:p><w:r><w:t>" + "words " * 99 + "</w:t></w:r></w:p>"))
    start = 30 + len("word/document.xml")  # the compressed bytes follow the local header
    data[start : start + 20] = b"\xff" * 20
    assert "Word" in refusals(tmp_path, "E1.docx", bytes(data))


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "essays are missing"),
        ({"essays/E1.txt": "a", "essays.csv": "essay_id,text\nE1,a\n"}, "both"),
        ({"essays/E1.txt": "a", "essays/e1.md": "b"}, "essay id"),
        ({"essays/.keep": ""}, "no essay"),
        ({"essays.csv": "essay_id,text\nE1,a\nE1,b\n"}, "row 3"),
        ({"essays.csv": "essay_id,text\nE1, \n"}, "row 2"),
        ({"essays.csv": "essay_id,text\n,a\n"}, "row 2, column essay_id"),
    ],
)
def test_unclear_set_of_essays_is_one_problem(tmp_path, files, words):
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    read_essays(tmp_path, problems := [])
    assert len(problems) == 1
    assert words in str(problems[0])


# Word


def test_word_file_by_python_docx_reads_as_its_paragraphs(tmp_path):
    document = docx.Document()
    document.add_heading("The ward", level=1)
    document.add_paragraph("We ").add_run("wept").bold = True
    document.add_paragraph("")
    cells = document.add_table(rows=1, cols=2).rows[0].cells
    cells[0].text, cells[1].text = "one", "two"
    document.add_paragraph("Home 👩\u200d⚕️.")
    document.save(tmp_path / "made.docx")
    text = essay(tmp_path, "E1.docx", (tmp_path / "made.docx").read_bytes())
    assert text == "The ward\nWe wept\n\none\ntwo\nHome 👩\u200d⚕️.\n"


RUN = "<w:r><w:t>{}</w:t></w:r>"
MARK = "<w:pPr><w:rPr><w:del/></w:rPr></w:pPr>"


@pytest.mark.parametrize(
    ("paragraph", "text"),
    [
        (RUN, "new"),
        (f"<w:ins>{RUN}</w:ins>", "new"),
        (f"<w:del>{RUN}<w:r><w:delText>old</w:delText></w:r></w:del>", ""),
        (f"<w:moveFrom>{RUN}</w:moveFrom>", ""),
        (f"<w:moveTo>{RUN}</w:moveTo>", "new"),
        ("<w:r><w:tab/><w:br/><w:noBreakHyphen/></w:r>", "\t\n-"),
        ("<w:pPr><w:tabs><w:tab/></w:tabs></w:pPr>", ""),
        ("<w:r><w:instrText>PAGE</w:instrText></w:r>", ""),
        (f"<w:hyperlink>{RUN}</w:hyperlink>", "new"),
        (f"{RUN}<!-- no -->{RUN}", "newnew"),
        ("<w:r><w:t>a&#13;b</w:t></w:r>", "a\nb"),
    ],
    ids=[
        "run",
        "ins",
        "del",
        "moveFrom",
        "moveTo",
        "tab",
        "tab-stop",
        "field",
        "link",
        "comment",
        "line-end",
    ],
)
def test_word_markup_reads_as_with_all_changes_accepted(tmp_path, paragraph, text):
    body = (
        f"<w:p>{RUN.format('A')}</w:p><w:p>{paragraph.replace('{}', 'new')}</w:p>"
        f"<w:p>{RUN.format('Z')}</w:p>"
    )
    assert essay(tmp_path, "E1.docx", word_file(tmp_path, body)) == f"A\n{text}\nZ\n"


def test_paragraph_whose_end_was_deleted_runs_on(tmp_path):
    body = f"<w:p>{MARK}{RUN.format('one ')}</w:p><w:p>{RUN.format('line')}</w:p>"
    assert essay(tmp_path, "E1.docx", word_file(tmp_path, body)) == "one line\n"


def test_text_box_of_a_word_file_is_read_once(tmp_path):
    box = f"<w:txbxContent><w:p>{RUN.format('box')}</w:p></w:txbxContent>"
    body = f"<w:p>{RUN.format('A')}<w:r>{box}</w:r>{RUN.format('B')}</w:p>"
    assert essay(tmp_path, "E1.docx", word_file(tmp_path, body)) == "AB\nbox\n"


def test_strict_word_file_is_read(tmp_path):
    strict = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    data = word_file(tmp_path, f"<w:p>{RUN.format('A')}</w:p>", strict)
    assert essay(tmp_path, "E1.docx", data) == "A\n"


# OpenDocument, HTML, PDF


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<text:h>H</text:h><text:p>a</text:p><text:p/><text:p>b</text:p>", "H\na\n\nb\n"),
        ('<text:p>a<text:s text:c="3"/>b<text:s/>c</text:p>', "a   b c\n"),
        ("<text:p>a<text:tab/>b<text:line-break/>c</text:p>", "a\tb\nc\n"),
        ("<text:p>a<text:span>b<text:span>c</text:span>d</text:span>e</text:p>", "abcde\n"),
        ("<text:list><text:list-item><text:p>a</text:p></text:list-item></text:list>", "a\n"),
        (
            "<text:p>a<text:note><text:note-citation>1</text:note-citation><text:note-body>"
            "<text:p>foot</text:p></text:note-body></text:note>b</text:p>",
            "ab\n",
        ),
        ("<text:p>a<office:annotation><text:p>hm</text:p></office:annotation>b</text:p>", "ab\n"),
        (
            "<text:tracked-changes><text:changed-region><text:deletion><text:p>gone</text:p>"
            "</text:deletion></text:changed-region></text:tracked-changes><text:p>a</text:p>",
            "a\n",
        ),
        (
            "<text:p>a<draw:frame><draw:text-box><text:p>box</text:p></draw:text-box>"
            "</draw:frame>b</text:p>",
            "ab\nbox\n",
        ),
        ("<text:p>a<!-- no -->b</text:p>", "ab\n"),
    ],
    ids=[
        "paragraphs",
        "spaces",
        "tab",
        "spans",
        "list",
        "note",
        "annotation",
        "deleted",
        "box",
        "comment",
    ],
)
def test_odt_reads_as_it_shows(tmp_path, body, text):
    assert essay(tmp_path, "E1.odt", odt_file(tmp_path, body)) == text


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<h1>H</h1><p>a</p><p>b<br>c</p>", "H\na\nb\nc\n"),
        ("<p>a &amp; b&nbsp;&lt;c&gt; &eacute;</p>", "a & b <c> é\n"),
        ("<p>a<script>bad()</script> b<style>p {}</style> c</p>", "a b c\n"),
        ("<p>a <!-- no -->b</p>", "a b\n"),
        ("<p>a <b>b</b>c\n d</p>", "a bc d\n"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc\n"),
        ("<html><head><title>T</title></head><body>a</body></html>", "a\n"),
        ('<?xml version="1.0" encoding="utf-8"?><html><body><p>é</p></body></html>', "é\n"),
    ],
    ids=["blocks", "entities", "script", "comment", "inline", "table", "head", "xhtml"],
)
def test_html_reads_as_it_shows(tmp_path, content, text):
    assert essay(tmp_path, "E1.html", content) == text


def pdf_file(tmp_path, *lines):
    with plt.rc_context({"pdf.fonttype": 42}):
        figure = plt.figure(figsize=(3, 3))
        for number, line in enumerate(lines):
            figure.text(0.1, 0.8 - number / 4, line)
        figure.savefig(tmp_path / "made.pdf")
        plt.close(figure)
    return (tmp_path / "made.pdf").read_bytes()


def test_pdf_with_a_text_layer_is_read(tmp_path):
    text = essay(tmp_path, "E1.pdf", pdf_file(tmp_path, "We wept.", "Then tea."))
    assert text.split() == ["We", "wept.", "Then", "tea."]


def test_pdf_without_text_is_said_to_be_a_scan(tmp_path):
    assert "no text layer" in refusals(tmp_path, "E1.pdf", pdf_file(tmp_path))


# Sentences


def essays(*texts):
    ids = [f"E{number}" for number in range(1, len(texts) + 1)]
    return pd.DataFrame({"essay_id": ids, "text": texts}, dtype=str)


def cut(text):
    table = sentences(essays(text), language="en")
    return [text[start:end] for start, end in zip(table["start"], table["end"], strict=True)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We wept. Then tea.", ["We wept.", "Then tea."]),
        (
            "Dr. Lee came at 3 p.m. on Monday. We left.",
            ["Dr. Lee came at 3 p.m. on Monday.", "We left."],
        ),
        ("Some, e.g. Ana, stayed.", ["Some, e.g. Ana, stayed."]),
        ("No end\nof line", ["No end", "of line"]),
        (
            "1. Wash hands\n2. Sit down. Wait.\n- a dash",
            ["1. Wash hands", "2. Sit down.", "Wait.", "- a dash"],
        ),
        ("\n\n  Why?  Because!\n", ["Why?", "Because!"]),
        ("👩\u200d⚕️ came. No.", ["👩\u200d⚕️ came.", "No."]),
        ("We gave vitamin B\xa0. Then tea.", ["We gave vitamin B\xa0.", "Then tea."]),
        (" \n\t\n", []),
    ],
    ids=["two", "abbreviations", "eg", "lines", "list", "spaces", "emoji", "wide-space", "blank"],
)
def test_sentences_by_eye(text, expected):
    assert cut(text) == expected


def test_sentences_are_numbered_from_one_in_each_essay():
    table = sentences(essays("A is. B is.", "", "C is."), language="en")
    assert table.values.tolist() == [["E1", 1, 0, 5], ["E1", 2, 6, 11], ["E3", 1, 0, 5]]


writing = st.lists(
    st.sampled_from([*"aBI .!?\n\t1-()\"'…é\u2028\xa0\u200d👩", "Dr.", "e.g.", "One two. ", "1. "]),
    max_size=25,
).map("".join)


@settings(max_examples=150, deadline=None)
@given(writing)
@example("B\xa0. a")
def test_each_letter_is_in_exactly_one_sentence_and_none_crosses_a_line_end(text):
    table = sentences(essays(text), language="en")
    covered = [0] * len(text)
    for start, end in zip(table["start"], table["end"], strict=True):
        assert text[start:end] == text[start:end].strip() != ""
        assert "\n" not in text[start:end]
        for place in range(start, end):
            covered[place] += 1
    spaces = [character.isspace() for character in text]
    assert all(n == 1 or (n == 0 and space) for n, space in zip(covered, spaces, strict=True))


def test_description_counts_by_hand():
    both = essays("We wept. Then\ttea.\n\nHome.", "x")
    table = describe(both, sentences(both, language="en"))
    assert table.values.tolist() == [["E1", 5, 3, 2, 25], ["E2", 1, 1, 1, 1]]


# Sentences coded: "One two. Six.  Ten." has sentences 0-8, 9-13, 15-19


TEXT = "One two. Six.  Ten."


def codings(*spans):
    table = pd.DataFrame(spans, columns=["start", "end"]).astype("Int64")
    return table.assign(essay_id="E1", coder="ana", code="c")


def coded(*spans, text=TEXT):
    both = essays(text)
    table = sentences_coded(sentences(both, language="en"), both, codings(*spans))
    return table["sentence"].tolist()


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        ((0, 3), [1]),
        ((7, 10), [1, 2]),
        ((7, 9), [1]),
        ((8, 13), [2]),
        ((8, 9), []),
        ((3, 4), []),
        ((13, 15), []),
        ((12, 15), [2]),
        ((13, 16), [3]),
        ((0, 19), [1, 2, 3]),
        ((None, None), []),
    ],
    ids=[
        "inside",
        "one letter each",
        "space after",
        "space before",
        "one space",
        "space inside",
        "two spaces",
        "last letter and spaces",
        "spaces and first letter",
        "everything",
        "whole essay",
    ],
)
def test_sentence_is_coded_by_one_of_its_letters_never_by_a_space(span, expected):
    assert coded(span) == expected


def test_two_codings_of_one_sentence_count_once_and_coders_apart():
    both = essays(TEXT)
    table = codings((0, 3), (4, 7), (4, 7)).assign(coder=["ana", "ana", "ben"])
    found = sentences_coded(sentences(both, language="en"), both, table)
    assert found.values.tolist() == [["E1", 1, "ana", "c"], ["E1", 1, "ben", "c"]]


def test_no_codings_no_sentences():
    assert coded() == []


@settings(max_examples=80, deadline=None)
@given(writing.filter(len), st.data())
def test_sentences_coded_are_those_that_share_a_letter_with_the_coding(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    table = sentences(essays(text), language="en")
    expected = [
        number
        for number, begin, finish in table[["sentence", "start", "end"]].itertuples(index=False)
        if any(begin <= n < finish and not text[n].isspace() for n in range(start, end))
    ]
    assert coded((start, end), text=text) == expected
