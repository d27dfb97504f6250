"""The copy of a Word file: a comment at exactly each mark's words, all else as it was."""

import hashlib
import zipfile
from collections import Counter
from io import BytesIO

import pandas as pd
import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from analysis.manuscript.comments import commented_copy
from analysis.manuscript.marks import marks
from analysis.manuscript.passages import quoted_passages
from analysis.manuscript.text import read_manuscript
from tests.word_files import markdown_as_word, paragraph, run, word_file

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
DATE = "2026-01-31T00:00:00Z"
HOLDERS = {"p", "ins", "moveTo", "hyperlink", "sdtContent", "smartTag", "customXml", "fldSimple"}


def read(path):
    problems = []
    manuscript = read_manuscript(path, problems)
    assert problems == []
    return manuscript


def marks_on(manuscript, spans):
    findings = pd.DataFrame(
        [(a, b, "contradicts data", "It is 11 & not 14 <here>.", "11 of 22") for a, b in spans],
        columns=["start", "end", "verdict", "reason", "suggestion"],
    )
    notes = pd.DataFrame(columns=["start", "end", "note", "sentence"])
    return marks(manuscript, findings, notes, quoted_passages(manuscript, []).head(0))


def copy_of(path, *words):
    """The copy with a comment at each of some words, and its document's root."""
    manuscript = read(path)
    spans = [(at := manuscript.text.index(one), at + len(one)) for one in words]
    return copied(path, manuscript, spans)


def copied(path, manuscript, spans):
    problems = []
    table = marks_on(manuscript, spans)
    data = commented_copy(path, manuscript, table, problems, author="Audit of words", date=DATE)
    assert problems == []
    return data, parts(data)


def parts(data):
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def anchors(members):
    """Comment id -> the words between its beginning and its end; each is checked to be sound."""
    root = etree.fromstring(members["word/document.xml"])
    found, running, done = {}, {}, []
    for node in root.iter():
        key = node.get(f"{W}id")
        if node.tag == f"{W}commentRangeStart":
            assert etree.QName(node.getparent()).localname in HOLDERS
            running[key] = ""
        elif node.tag == f"{W}commentRangeEnd":
            assert etree.QName(node.getparent()).localname in HOLDERS
            found[key] = running.pop(key)
        elif node.tag == f"{W}commentReference":
            assert key in found  # after its end
            assert node.getparent().getparent().tag == f"{W}p"  # in no tracked change, in no link
            done.append(key)
        elif etree.QName(node).localname == "t":  # of a run or an equation
            running = {key: words + (node.text or "") for key, words in running.items()}
    assert running == {}
    assert sorted(done) == sorted(found)
    comments = etree.fromstring(members["word/comments.xml"])
    ids = [comment.get(f"{W}id") for comment in comments]
    assert max(Counter(ids).values()) == 1
    assert set(found) <= set(ids)
    return found


def visible(members):
    """(look, words) of the document, runs of one look joined: what cutting must not change."""
    root = etree.fromstring(members["word/document.xml"])
    found = []
    for node in root.iter(f"{W}t", f"{W}delText", f"{W}tab", f"{W}instrText"):
        around = tuple(etree.QName(n).localname for n in node.iterancestors())
        look = node.getparent().find(f"{W}rPr")
        look = (around, b"" if look is None else etree.tostring(look))
        if found and found[-1][0] == look:
            found[-1] = (look, found[-1][1] + (node.text or ""))
        else:
            found.append((look, node.text or ""))
    return found


RICH = (
    paragraph("Results", style="H1")
    + paragraph("We saw ", run("com", "<w:i/>"), run("passion", "<w:i/><w:b/>"), " (n = 10) in ",
                '<w:ins w:id="1" w:author="x"><w:r><w:t>22 of</w:t></w:r></w:ins>',
                '<w:del w:id="2" w:author="x"><w:r><w:delText>21 of</w:delText></w:r></w:del>',
                " 25 essays.", '<w:r><w:footnoteReference w:id="2"/></w:r>')
    + paragraph("See ", '<w:hyperlink w:anchor="a"><w:r><w:t>this long link</w:t></w:r>'
                "</w:hyperlink>", "<w:r><w:t>a b</w:t><w:tab/><w:t>c d</w:t></w:r>",
                "<m:oMath><m:r><m:t>n=5</m:t></m:r></m:oMath>")
    + f"<w:tbl><w:tr><w:tc>{paragraph('Calm')}</w:tc><w:tc>{paragraph('9 of 22')}</w:tc></w:tr>"
    + f"</w:tbl>{paragraph('The end.')}"
)  # fmt: skip
NOTES = '<w:footnote w:id="2"><w:p><w:r><w:t>In 3 of 22.</w:t></w:r></w:p></w:footnote>'


@pytest.fixture
def rich(tmp_path):
    return word_file(tmp_path / "m.docx", RICH, footnotes=NOTES)


def test_each_comment_is_at_exactly_its_words(rich):
    data, members = copy_of(
        rich, "*compassion* (n = 10)", "10", "2 of 25", "22 of", "long", "b\tc", "n=5", "9 of 22"
    )
    found = anchors(members)
    assert [found[key] for key in sorted(found, key=int)] == [
        "compassion (n = 10)", "10", "22 of", "2 of 25", "long", "bc",
        "n=5", "9 of 22"]  # fmt: skip
    assert visible(members) == visible(parts(rich.read_bytes()))
    problems = []
    rich.with_name("copy.docx").write_bytes(data)
    again = read_manuscript(rich.with_name("copy.docx"), problems)
    assert again.text == read(rich).text


def test_the_original_is_not_touched_and_the_copy_is_the_same_each_time(rich):
    before = hashlib.sha256(rich.read_bytes()).digest()
    first, _ = copy_of(rich, "(n = 10)")
    second, _ = copy_of(rich, "(n = 10)")
    assert first == second
    assert hashlib.sha256(rich.read_bytes()).digest() == before


@given(st.lists(st.tuples(st.integers(0, 90), st.integers(1, 40)), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_any_marks_leave_the_text_as_it_was(tmp_path_factory, spans):
    path = word_file(tmp_path_factory.mktemp("m") / "m.docx", RICH, footnotes=NOTES)
    manuscript = read(path)
    end = len(manuscript.text) - 1
    spans = [(min(a, end - 1), min(a + n, end)) for a, n in spans]
    _, members = copied(path, manuscript, spans)
    assert len(anchors(members)) == len(spans)
    assert visible(members) == visible(parts(path.read_bytes()))


def test_a_comment_on_a_note_stands_at_its_mark_and_quotes_it(rich):
    _, members = copy_of(rich, "3 of 22")
    root = etree.fromstring(members["word/document.xml"])
    start = root.find(f".//{W}commentRangeStart")
    assert start.getnext().find(f"{W}footnoteReference") is not None
    assert b"commentRange" not in members["word/footnotes.xml"]
    assert "“3 of 22” It is 11" in "".join(
        etree.fromstring(members["word/comments.xml"]).itertext()
    )


def test_a_comment_on_a_text_box_stands_at_the_box(tmp_path):
    inside = f"<w:txbxContent>{paragraph('In a box: 7 of 22')}</w:txbxContent>"
    body = paragraph("Host ", f"<w:r><w:pict><v:textbox>{inside}</v:textbox></w:pict></w:r>", "x")
    _, members = copy_of(word_file(tmp_path / "m.docx", body), "7 of 22")
    start = etree.fromstring(members["word/document.xml"]).find(f".//{W}commentRangeStart")
    assert start.getnext().find(f"{W}pict") is not None


def test_the_authors_own_comments_and_changes_survive(tmp_path):
    body = paragraph(
        '<w:commentRangeStart w:id="7"/>', "We met", '<w:commentRangeEnd w:id="7"/>',
        '<w:r><w:commentReference w:id="7"/></w:r>',
        '<w:ins w:id="1" w:author="x"><w:r><w:t> 22</w:t></w:r></w:ins>', " times.",
    )  # fmt: skip
    own = f'<w:comment w:id="7" w:author="Ann" w:initials="A">{paragraph("Really?")}</w:comment>'
    path = word_file(tmp_path / "m.docx", body, comments=own)
    _, members = copy_of(path, "met 22")
    assert anchors(members) == {"7": "We met", "8": "met 22"}
    authors = [c.get(f"{W}author") for c in etree.fromstring(members["word/comments.xml"])]
    assert authors == ["Ann", "Audit of words"]
    assert members["word/document.xml"].count(b"<w:ins ") == 1


def test_the_parts_and_types_that_word_needs_are_there(rich):
    data, members = copy_of(rich, "(n = 10)")
    assert next(iter(members)) == "[Content_Types].xml"
    types = etree.fromstring(members["[Content_Types].xml"])
    declared = {node.get("PartName"): node.get("ContentType") for node in types}
    assert declared["/word/comments.xml"].endswith("wordprocessingml.comments+xml")
    relations = etree.fromstring(members["word/_rels/document.xml.rels"])
    assert [r.get("Target") for r in relations if r.get("Type").endswith("/comments")] == [
        "comments.xml"]  # fmt: skip
    assert len({r.get("Id") for r in relations}) == len(relations)
    with zipfile.ZipFile(BytesIO(data)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_python_docx_opens_the_copy_of_what_it_wrote(tmp_path):
    path = markdown_as_word("# Care\n\nWe saw *calm* (n = 10).", tmp_path / "m.docx")
    data, members = copy_of(path, "*calm* (n = 10)")
    comment = next(iter(Document(BytesIO(data)).comments))
    assert (comment.author, comment.initials) == ("Audit of words", "AOW")
    assert comment.text == "1 ✗ contradicts data\nIt is 11 & not 14 <here>.\nSuggestion: 11 of 22"
    assert anchors(members) == {"0": "calm (n = 10)"}


def test_a_file_that_has_changed_since_it_was_read_is_not_commented(rich):
    manuscript, problems = read(rich), []
    word_file(rich, paragraph("Other words."))
    table = marks_on(manuscript, [(0, 3)])
    assert commented_copy(rich, manuscript, table, problems, author="A", date=DATE) is None
    assert [str(problem) for problem in problems] == [
        "m.docx: is not the manuscript that was audited. Run the audit again."]  # fmt: skip


def test_more_comments_than_word_can_open_are_refused(rich):
    manuscript, problems = read(rich), []
    table = marks_on(manuscript, [(0, 3)] * 32_768)
    assert commented_copy(rich, manuscript, table, problems, author="A", date=DATE) is None
    message = "would get 32768 comments, more than Word can open. Comment on fewer verdicts."
    assert [str(problem) for problem in problems] == [f"m.docx: {message}"]
