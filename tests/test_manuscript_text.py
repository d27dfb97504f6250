"""Each format becomes text and blocks; what harms or is damaged is refused in a sentence."""

import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.manuscript.plain import markdown, plain
from analysis.manuscript.text import read_manuscript
from tests.word_files import SPACES, markdown_as_word, paragraph, run, word_file


def read(path, text=None):
    if text is not None:
        path.write_text(text, encoding="utf-8")
    problems = []
    manuscript = read_manuscript(path, problems)
    assert problems == []
    return manuscript


def shown(manuscript, *columns):
    """Each block as (kind, words, *columns)."""
    return [
        (row["kind"], manuscript.text[row["start"] : row["end"]], *(row[c] for c in columns))
        for row in manuscript.blocks.to_dict("records")
    ]


# Markdown --------------------------------------------------------------------------------------

MARKDOWN = """---
title: x
---
# Care

A title
---

We saw *compassion*
(n = 10).[^a] 22 and
22. They went on.

> “I stayed,” she wrote.
> Always. (E17)

- one
- two

| Theme | n |
|-------|--:|
| Calm  | 9 |

```
n = 99
```

## Data availability ##

On request.

## Appendix

More.

[^a]: In 3 of 22.
"""


def test_markdown_blocks_are_places_in_the_file(tmp_path):
    manuscript = read(tmp_path / "m.md", MARKDOWN)
    assert manuscript.text == MARKDOWN
    assert shown(manuscript, "level", "heading") == [
        ("heading", "Care", 1, "Care"),
        ("heading", "A title", 2, "A title"),
        ("paragraph", "We saw *compassion*\n(n = 10).[^a] 22 and\n22. They went on.", 0, "A title"),
        ("paragraph", "“I stayed,” she wrote.\n> Always. (E17)", 0, "A title"),
        ("paragraph", "one", 0, "A title"),
        ("paragraph", "two", 0, "A title"),
        ("cell", "Theme", 0, "A title"),
        ("cell", "n", 0, "A title"),
        ("cell", "Calm", 0, "A title"),
        ("cell", "9", 0, "A title"),
        ("reference", "Data availability", 2, "Data availability"),
        ("reference", "On request.", 0, "Data availability"),
        ("heading", "Appendix", 2, "Appendix"),
        ("paragraph", "More.", 0, "Appendix"),
        ("footnote", "In 3 of 22.", 0, "A title"),
    ]
    cells = manuscript.blocks.query("kind == 'cell'")
    assert cells[["table", "row", "column"]].values.tolist() == [
        [0, 0, 0], [0, 0, 1], [0, 1, 0], [0, 1, 1]]  # fmt: skip
    assert manuscript.blocks.query("quote").index.tolist() == [3]
    assert manuscript.skipped[["where", "what"]].values.tolist() == [
        ["line 1", "front matter"],
        ["line 23", "code"],
    ]


def test_windows_line_ends_and_a_byte_order_mark_do_not_move_offsets(tmp_path):
    path = tmp_path / "m.md"
    path.write_bytes(b"\xef\xbb\xbf# Care\r\n\r\nn = 10\r\n")
    assert read(path).text == "# Care\n\nn = 10\n"
    assert shown(read(path)) == [("heading", "Care"), ("paragraph", "n = 10")]


def test_a_column_of_quotations_is_set_as_quotations(tmp_path):
    table = "| Theme | Illustrative quotation |\n|--|--|\n| Calm | I sat down. |\n"
    manuscript = read(tmp_path / "m.md", table)
    assert [words for kind, words, quote in shown(manuscript, "quote") if quote] == ["I sat down."]


@given(st.text(alphabet='ab#>|-`*[]^:= \n\t1."“”~<!', max_size=60))
@settings(deadline=None)
def test_blocks_of_any_text_are_sorted_inside_it_and_do_not_overlap(text):
    for blocks in (markdown(text)[0], plain(text)):
        at = 0
        for block in sorted(blocks, key=lambda block: block.start):
            assert at <= block.start < block.end <= len(text)
            at = block.end
        assert [block.start for block in blocks] == sorted(block.start for block in blocks)


# Plain text ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "headings"),
    [
        ("Results\n=======\n\nWe read 22 essays.\n", [("Results", 1)]),
        ("RESULTS\nWe read 22 essays.\n\nAll of them.\n", [("RESULTS", 1)]),
        ("2.1 Sample\n\nWe read 22 essays.\n", [("2.1 Sample", 2)]),
        ("Results\n\nHope and rest\n\nWe read 22.\n", [("Results", 1), ("Hope and rest", 2)]),
        ("We read\n\n22 essays.\n", [("We read", 2)]),
        ("Hope\nRest\nWater\nTea\nBread\nWe had them all.\n", [("Bread", 2)]),
        ("Table 2 Themes and counts\n\nWe read 22 essays.\n", []),
        ("A nurse said this.\n\nWe read 22 essays.\n", []),
        (
            "Long care ===== By A. Bee ## Results ### Data and Sample This study draws on 22.",
            [("Long care", 1), ("Results", 2), ("Data and Sample", 3)],
        ),
        ("We met. ## Data and sample This study draws on 22 essays.", [("Data and sample", 2)]),
        ("We met. ## Staying / Leaving Our Post Our analysis of all of the 22 essays showed it.",
         [("Staying / Leaving Our Post", 2)]),
        ("We met. ## References 1. Adams B. On staying. Journal of Stays 2020; 1 (2): 3.", []),
    ],
)  # fmt: skip
def test_headings_of_plain_text(tmp_path, text, headings):
    found = shown(read(tmp_path / "m.txt", text), "level")
    assert [(words, level) for kind, words, level in found if kind == "heading"] == headings


def test_lines_with_tabs_are_a_table_and_long_lines_are_paragraphs(tmp_path):
    long = "We read many essays. " * 12
    manuscript = read(tmp_path / "m.txt", f"{long}\nThey were long.\nTheme\tn\nCalm\t9\n")
    assert shown(manuscript, "row", "column") == [
        ("paragraph", long.strip(), -1, -1),
        ("paragraph", "They were long.", -1, -1),
        ("cell", "Theme", 0, 0),
        ("cell", "n", 0, 1),
        ("cell", "Calm", 1, 0),
        ("cell", "9", 1, 1),
    ]


# Web pages -------------------------------------------------------------------------------------

WEB = """<html><head><title>x</title><style>p{}</style></head><body><script>n = 1</script>
<h1>Care &amp; <i>rest</i></h1>
<p>We saw <em>compassion </em>(<i>n</i> = 10)<sup>1,2</sup> in 22
essays<a href="#fn1">3</a> on 4 m<sup>2</sup>. <q>Stay</q> <del>n = 9</del>
<p hidden>n = 8</p>
<h2>Results</h2><blockquote><p>I held her hand. (E17)</p><p>More.</p></blockquote>
<table><tr><th colspan=2>Theme<th>n<tr><td>Calm<td><p>a</p><p>b</p><td>9</table>
<section class="footnotes"><ol><li id="fn1"><p>A note. <a role="doc-backlink" href="#r">x</a>
</p></ol></section><h2>References</h2><p>1. Adams</p></body></html>"""


def test_a_web_page_is_read_as_it_is_shown(tmp_path):
    manuscript = read(tmp_path / "m.html", WEB)
    assert shown(manuscript, "heading", "column", "quote") == [
        ("heading", "Care & *rest*", "Care & rest", -1, False),
        ("paragraph", "We saw *compassion* (*n* = 10)[1,2] in 22 essays[3] on 4 m^2. “Stay”",
         "Care & rest", -1, False),
        ("heading", "Results", "Results", -1, False),
        ("paragraph", "I held her hand. (E17)", "Results", -1, True),
        ("paragraph", "More.", "Results", -1, True),
        ("cell", "Theme", "Results", 0, False),
        ("cell", "n", "Results", 2, False),
        ("cell", "Calm", "Results", 0, False),
        ("cell", "a\nb", "Results", 1, False),
        ("cell", "9", "Results", 2, False),
        ("footnote", "A note.", "Care & rest", -1, False),
        ("reference", "References", "References", -1, False),
        ("reference", "1. Adams", "References", -1, False),
    ]  # fmt: skip
    assert manuscript.skipped["what"].tolist() == ["a script", "deleted words", "hidden words"]


def test_a_cell_that_says_it_spans_a_million_columns_spans_one(tmp_path):
    page = "<table><tr><td colspan=1000000>Calm<td>9</table>"
    assert shown(read(tmp_path / "m.html", page), "column") == [
        ("cell", "Calm", 0),
        ("cell", "9", 1),
    ]


# LaTeX -----------------------------------------------------------------------------------------

TEX = r"""\documentclass{article}
\newcommand{\N}{22}\newcommand{\said}[2]{``#1'' (#2)}
\title{Care in \emph{oncology}}
\begin{document}\maketitle
\begin{abstract} We read essays ($N = \N$). % not n = 99
\end{abstract}
\section{Results}\label{s:1}
\emph{Compassion} ($n = 10$) was 45\% of \N{} essays~\cite[p.~3]{adams2020}.\footnote{In 3 of
\N.} Caf\'e na\"{\i}ve---so. See Table~\ref{t}.

\begin{quote}I held her hand \ldots{} and stayed. (E17)\end{quote}
\said{I stayed}{E03} {\it calm} here, \enquote{yes}. $p \leq .05$
\input{discussion}
\begin{tabular}{lr}
\toprule Theme & n \\ \midrule
Calm & 9 \\ \multicolumn{2}{l}{All} \\
\end{tabular}
\begin{itemize}\item One \foo{bar} \item Two\end{itemize}
\begin{verbatim} n = 77 \end{verbatim}
\begin{thebibliography}{9}\bibitem{adams2020} Adams 2020.\end{thebibliography}
\end{document} n = 88"""


def test_a_latex_source_is_read_as_it_is_printed(tmp_path):
    manuscript = read(tmp_path / "m.tex", TEX)
    assert shown(manuscript, "heading", "quote") == [
        ("heading", "Care in *oncology*", "Care in oncology", False),
        ("heading", "Abstract", "Abstract", False),
        ("paragraph", "We read essays (N = 22).", "Abstract", False),
        ("heading", "Results", "Results", False),
        ("paragraph", "*Compassion* (n = 10) was 45% of 22 essays [adams2020]. Café naïve—so. "
         "See Table ??.", "Results", False),
        ("paragraph", "I held her hand … and stayed. (E17)", "Results", True),
        ("paragraph", "“I stayed” (E03) *calm* here, “yes”. p ≤ .05", "Results", False),
        ("cell", "Theme", "Results", False),
        ("cell", "n", "Results", False),
        ("cell", "Calm", "Results", False),
        ("cell", "9", "Results", False),
        ("cell", "All", "Results", False),
        ("paragraph", "One bar", "Results", False),
        ("paragraph", "Two", "Results", False),
        ("reference", "References", "References", False),
        ("reference", "adams2020 Adams 2020.", "References", False),
        ("footnote", "In 3 of 22.", "Results", False),
    ]  # fmt: skip
    assert manuscript.skipped[["what", "why"]].values.tolist() == [
        [r"\input{discussion}", "other files are not followed"],
        [r"\foo", "the command is not known; its words are read as text"],
        ["code", "it is not the text"],
    ]


# Word ------------------------------------------------------------------------------------------


def field(result):
    """A complex field: its instruction is not text, its result is."""

    def sign(kind):
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    return (f"{sign('begin')}<w:r><w:instrText>CITE 99</w:instrText><w:t>98</w:t></w:r>"
            f"{sign('separate')}{run(result)}{sign('end')}")  # fmt: skip


def box(inside):
    """A text box as Word writes it: once for new programs, once more for old ones."""
    content = f"<w:txbxContent>{inside}</w:txbxContent>"
    return (
        "<w:r><mc:AlternateContent><mc:Choice Requires='wps'><wps:txbx>"
        f"{content}</wps:txbx></mc:Choice><mc:Fallback><w:pict><v:textbox>{content}</v:textbox>"
        "</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )


def word(tmp_path, body, **parts):
    return read(word_file(tmp_path / "m.docx", body, **parts))


def lines(manuscript):
    return [words for _, words in shown(manuscript)]


RAISED = '<w:vertAlign w:val="superscript"/>'


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        (paragraph("We saw ", run("compassion ", "<w:i/>"), "."), "We saw *compassion* ."),
        (paragraph(run("com", "<w:i/>"), run("passion", "<w:i/>")), "*compassion*"),
        (paragraph(run("calm", '<w:rStyle w:val="Emph"/>'), " it is"), "*calm* it is"),
        (paragraph("I sat ", run("down", '<w:i w:val="0"/>'), style="Q"), "I sat *down*"),
        (paragraph("n = ", '<w:ins w:id="1"><w:r><w:t>22</w:t></w:r></w:ins>',
                   '<w:del w:id="2"><w:r><w:delText>21</w:delText></w:r></w:del>', "."), "n = 22."),
        (paragraph('<w:moveFrom w:id="1"><w:r><w:t>old</w:t></w:r></w:moveFrom>', "n",
                   '<w:moveTo w:id="2"><w:r><w:t>ew</w:t></w:r></w:moveTo>'), "new"),
        (paragraph("in 22 essays", run("3,4", RAISED), "."), "in 22 essays[3,4]."),
        (paragraph("on 4 m", run("2", RAISED)), "on 4 m^2"),
        (paragraph("essays", run("3", '<w:position w:val="8"/>')), "essays[3]"),
        (paragraph("x", run("3", '<w:position w:val="-4"/>')), "x3"),
        (paragraph("see ", field("[12]"), "."), "see [12]."),
        (paragraph('<w:smartTag><w:r><w:t>a </w:t></w:r></w:smartTag>',
                   '<w:hyperlink><w:r><w:t>link</w:t></w:r></w:hyperlink>'), "a link"),
        (paragraph('<w:sdt><w:sdtContent><w:r><w:t>n = 5</w:t></w:r></w:sdtContent></w:sdt>'),
         "n = 5"),
        (paragraph("<m:oMath><m:r><m:t>n=5</m:t></m:r></m:oMath>"), "n=5"),
        (paragraph("n", run("9", "<w:vanish/>"), "o"), "no"),
        (paragraph("a", "<w:r><w:tab/><w:noBreakHyphen/></w:r>", "b"),
         "a\t-b"),
        (paragraph("kept", '<w:r><w:commentReference w:id="0"/></w:r>'), "kept"),
    ],
)  # fmt: skip
def test_a_word_paragraph_reads_as_all_changes_accepted(tmp_path, xml, text):
    assert lines(word(tmp_path, xml)) == [text]


def test_word_headings_are_known_by_style_by_inheritance_or_by_looks(tmp_path):
    body = (
        paragraph("Results", style="H1") + paragraph("Sample", style="Own")
        + paragraph(run("Hope and rest", "<w:b/>")) + paragraph(run("We met.", "<w:b/>"))
        + paragraph(run("Table 1 Themes", "<w:b/>")) + paragraph("Results 7", style="TOC1")
    )  # fmt: skip
    manuscript = word(tmp_path, body)
    assert shown(manuscript, "level") == [
        ("heading", "Results", 1),
        ("heading", "Sample", 2),
        ("heading", "Hope and rest", 2),
        ("paragraph", "We met.", 0),
        ("paragraph", "Table 1 Themes", 0),
    ]
    assert manuscript.skipped["what"].tolist() == ["the table of contents"]


def test_word_tables_notes_and_boxes_are_read_once_and_in_order(tmp_path):
    note = paragraph("<w:r><w:footnoteRef/></w:r>", " In 3 of 22.")
    cell = "<w:tc>{}</w:tc>".format
    body = (
        paragraph("Results", style="H1")
        + paragraph("We met.", '<w:r><w:footnoteReference w:id="2"/></w:r>', box(paragraph("Box")))
        + '<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>' + paragraph("Theme")
        + "</w:tc>" + cell(paragraph("n")) + "</w:tr><w:tr>" + cell(paragraph("a") + paragraph("b"))
        + cell("<w:p/>") + cell(paragraph("9")) + "</w:tr></w:tbl>"
        + paragraph("References", style="H1") + paragraph("1. Adams")
    )  # fmt: skip
    separator = '<w:footnote w:id="-1" w:type="separator"><w:p><w:r><w:separator/></w:r></w:p>'
    notes = f'{separator}</w:footnote><w:footnote w:id="2">{note}</w:footnote>'
    manuscript = word(tmp_path, body, footnotes=notes)
    assert manuscript.skipped.empty
    assert shown(manuscript, "row", "column", "heading") == [
        ("heading", "Results", -1, -1, "Results"),
        ("paragraph", "We met.", -1, -1, "Results"),
        ("paragraph", "Box", -1, -1, "Results"),
        ("cell", "Theme", 0, 0, "Results"),
        ("cell", "n", 0, 2, "Results"),
        ("cell", "a\nb", 1, 0, "Results"),
        ("cell", "9", 1, 2, "Results"),
        ("reference", "References", -1, -1, "References"),
        ("reference", "1. Adams", -1, -1, "References"),
        ("footnote", "In 3 of 22.", -1, -1, "Results"),
    ]


def test_a_paragraph_whose_end_was_deleted_goes_on_in_the_next(tmp_path):
    gone = '<w:p><w:pPr><w:rPr><w:del w:id="1"/></w:rPr></w:pPr>{}</w:p>'.format
    assert lines(word(tmp_path, gone(run("We ")) + paragraph("met."))) == ["We met."]
    assert lines(word(tmp_path, gone(run("The last.")))) == ["The last."]


def test_what_of_a_word_file_is_not_read_is_listed(tmp_path):
    deleted = '<w:del w:id="2"><w:r><w:delText>21</w:delText></w:r></w:del>'
    manuscript = word(tmp_path, paragraph("We met.", deleted, deleted), comments="")
    assert manuscript.skipped.values.tolist() == [
        ["text", "deleted words (2 times)", "deleted with Track Changes"],
        ["margin", "comments", "a comment is not the text"],
    ]


def test_strict_open_xml_is_read_as_well(tmp_path):
    space = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    document = (f'<w:document xmlns:w="{space}"><w:body><w:p><w:r><w:t>We met.</w:t></w:r></w:p>'
                "</w:body></w:document>")  # fmt: skip
    assert lines(read(word_file(tmp_path / "m.docx", "", document=document))) == ["We met."]


def test_what_python_docx_writes_reads_as_the_markdown_it_was_made_from(tmp_path):
    text = "# Care\n\nWe saw *calm* and **rest** (n = 10).\n\n## Data availability\n\nNone."
    made = read(markdown_as_word(text, tmp_path / "m.docx"))
    assert shown(made, "level") == [
        ("heading", "Care", 1),
        ("paragraph", "We saw *calm* and rest (n = 10).", 0),
        ("reference", "Data availability", 2),
        ("reference", "None.", 0),
    ]


# Files that are refused ------------------------------------------------------------------------

DOCTYPE = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY f SYSTEM "file:///etc/hostname">]>'
BODY = "<w:body><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:body>".format
AGAIN = "Open it in Word, save it again as .docx, and copy it anew."


def word_bytes(tmp_path, *args, **kwargs):
    return word_file(tmp_path / "made", *args, **kwargs).read_bytes()


def with_twins(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate name"):
        return word_bytes(tmp_path, paragraph("a")) and _twice(tmp_path / "made")


def _twice(path):
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("word/document.xml", "<x/>")
    return path.read_bytes()


BAD = {
    "m.doc": (lambda tmp: b"x", "the ending '.doc' cannot be read. Save the manuscript as one of "
              ".docx, .md, .txt, .html, .htm, .tex."),
    "m": (lambda tmp: b"x", "has no ending. Save the manuscript as one of "
          ".docx, .md, .txt, .html, .htm, .tex."),
    "gone.docx": (lambda tmp: None, "is not there. Name the manuscript's file by its whole path."),
    "empty.md": (lambda tmp: b" \n", "there is no text in it. Check that it is the manuscript."),
    "empty.html": (lambda tmp: b"", "there is no text in it. Check that it is the manuscript."),
    "latin.txt": (lambda tmp: "café".encode("cp1252"),
                  "is not UTF-8 but probably Windows-1252 ('ANSI'); see line 1. Save it again "
                  "with the encoding UTF-8 (a choice under 'Save as')."),
    "locked.docx": (lambda tmp: b"\xd0\xcf\x11\xe0" + bytes(600),
                    "is locked with a password, or a Word 97-2003 file with another ending. "
                    f"{AGAIN}"),
    "text.docx": (lambda tmp: b"only text",
                  f"cannot be read as a Word file; it is damaged. {AGAIN}"),
    "cut.docx": (lambda tmp: word_bytes(tmp, paragraph("a"))[:-90],
                 f"cannot be read as a Word file; it is damaged. {AGAIN}"),
    "broken.docx": (lambda tmp: word_bytes(tmp, "", document="<w:document>"),
                    f"cannot be read as a Word file; it is damaged. {AGAIN}"),
    "other.docx": (lambda tmp: word_bytes(tmp, "", document="<x/>"),
                   f"is an archive, but not a Word file. {AGAIN}"),
    "entities.docx": (
        lambda tmp: word_bytes(tmp, "", document=f"{DOCTYPE}<w:document {SPACES}>"
                               f"{BODY('&f;&a;')}</w:document>"),
        f"declares a document type, which no word processor writes. {AGAIN}"),
    "macros.docx": (lambda tmp: word_bytes(tmp, paragraph("a"),
                                           extra={"word/vbaProject.bin": b"x"}),
                    f"holds macros. {AGAIN}"),
    "bomb.docx": (lambda tmp: word_bytes(tmp, paragraph("a"),
                                         extra={"word/big.xml": b" " * 100_000_001}),
                  f"unpacks to 100 MB, more than a manuscript can need. {AGAIN}"),
    "twice.docx": (with_twins, f"holds two parts named 'word/document.xml'. {AGAIN}"),
    "deep.docx": (lambda tmp: word_bytes(tmp, "<w:sdt>" * 300 + "</w:sdt>" * 300),
                  f"cannot be read as a Word file; it is damaged. {AGAIN}"),
    "deep.html": (lambda tmp: b"<div>" * 100_000 + b"n = 10",
                  "nests its elements deeper than a page can need, and cannot be read to its end. "
                  "Save the manuscript as .docx or .md."),
    "deep.tex": (lambda tmp: b"{" * 200 + b"x" + b"}" * 200,
                 "nests its groups or commands deeper than 100. "
                 "Save the manuscript as .docx or .md."),
    "endless.tex": (lambda tmp: rb"\newcommand{\a}{\a}\a",
                    "nests its groups or commands deeper than 100. "
                    "Save the manuscript as .docx or .md."),
    "laughs.tex": (
        lambda tmp: b"".join(rb"\newcommand{\%c}{%s}" % (97 + n, b"\\%c " % (98 + n) * 10)
                             for n in range(9)) + rb"\newcommand{\j}{x}\a",
        "has commands that expand more than 100000 times. Save the manuscript as .docx or .md."),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_in_one_sentence(tmp_path, name):
    make, message = BAD[name]
    content = make(tmp_path)
    if content is not None:
        (tmp_path / name).write_bytes(content)
    problems = []
    assert read_manuscript(tmp_path / name, problems) is None
    assert [str(problem) for problem in problems] == [f"{name}: {message}"]
