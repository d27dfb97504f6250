"""Word files written by hand, with what python-docx would not write."""

import re
import zipfile
from datetime import datetime

from docx import Document

SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" mc:Ignorable="w14"'
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
ROOTS = {"footnotes": "footnotes", "endnotes": "endnotes", "styles": "styles",
         "comments": "comments"}  # fmt: skip
STYLES = """
<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/>
  <w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="H2"><w:name w:val="heading 2"/><w:basedOn w:val="H1"/>
  <w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="Own"><w:name w:val="My own"/>
  <w:basedOn w:val="H2"/></w:style>
<w:style w:type="paragraph" w:styleId="Q"><w:name w:val="Quote"/><w:rPr><w:i/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="TOC1"><w:name w:val="toc 1"/></w:style>
<w:style w:type="character" w:styleId="Emph"><w:name w:val="Emphasis"/>
  <w:rPr><w:i/></w:rPr></w:style>
"""


def run(text, properties=""):
    look = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{look}<w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*inside, style=""):
    """A paragraph of runs given as XML; a string without a tag becomes a run."""
    look = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{look}{''.join(x if x.startswith('<') else run(x) for x in inside)}</w:p>"


def word_file(path, body, *, document=None, extra=None, **parts):
    """Write a .docx: the body's XML, and that of the parts by name (footnotes, comments, ...)."""
    parts = {"styles": STYLES, **parts}
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="{OFFICE}/{name}" Target="{name}.xml"/>'
        for n, name in enumerate(parts, start=1)
    )
    types = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{TYPE}.{name}+xml"/>' for name in parts
    )
    package = "http://schemas.openxmlformats.org/package/2006"
    members = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{TYPE}.document.main+xml"/>'
        f"{types}</Types>",
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
        f'Type="{OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": document
        or f"<w:document {SPACES}><w:body>{body}<w:sectPr/></w:body></w:document>",
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f"{relations}</Relationships>",
    }
    for name, xml in parts.items():
        members[f"word/{name}.xml"] = f"<w:{ROOTS[name]} {SPACES}>{xml}</w:{ROOTS[name]}>"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**members, **(extra or {})}.items():
            archive.writestr(name, content)
    return path


def markdown_as_word(text, path):
    """Write a simple Markdown text (headings, paragraphs, *italics*, **bold**) with python-docx."""
    document = Document()
    document.core_properties.created = document.core_properties.modified = datetime(2026, 1, 1)
    for block in text.strip().split("\n\n"):
        marks, _, words = block.partition(" ")
        if set(marks) == {"#"}:
            document.add_heading(words, len(marks))
            continue
        added = document.add_paragraph()
        for piece in re.split(r"(\*\*[^*]+\*\*|\*[^*]+\*)", block):
            words = added.add_run(piece.strip("*"))
            words.bold, words.italic = (
                piece.startswith("**"),
                re.match(r"\*[^*]", piece) is not None,
            )
    document.save(path)
    return path
