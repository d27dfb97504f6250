"""Tables as a Word document: real styles, repeated header rows, the same bytes every time.

Nothing is formatted by hand: whoever changes a style in Word changes all that wears it.
"""

import io
import re
import zipfile
from typing import NamedTuple

import pandas as pd
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor

TABLE_STYLE, CELL_STYLE, NOTE_STYLE = "Report Table", "Table Text", "Table Note"
QUOTED = {"quotations", "example"}  # columns that hold words of the essays
INK = RGBColor(0x22, 0x22, 0x22)
OURS = "en-GB"  # the language of headings, captions and notes
LONGEST_WORD = 24  # letters that a column is at least wide, if it has such a word

# A paper's table: rules above, below and under the header row, which is bold and repeated.
LOOK = f"""
<w:style {nsdecls("w")}>
  <w:tblPr>
    <w:tblStyleRowBandSize w:val="1"/>
    <w:tblBorders>
      <w:top w:val="single" w:sz="8" w:color="222222"/>
      <w:bottom w:val="single" w:sz="8" w:color="222222"/>
      <w:insideH w:val="single" w:sz="4" w:color="CCCCCC"/>
    </w:tblBorders>
    <w:tblCellMar>
      <w:top w:w="40" w:type="dxa"/><w:left w:w="70" w:type="dxa"/>
      <w:bottom w:w="40" w:type="dxa"/><w:right w:w="70" w:type="dxa"/>
    </w:tblCellMar>
  </w:tblPr>
  <w:tblStylePr w:type="firstRow">
    <w:rPr><w:b/></w:rPr>
    <w:tcPr><w:tcBorders><w:bottom w:val="single" w:sz="8" w:color="222222"/></w:tcBorders></w:tcPr>
  </w:tblStylePr>
</w:style>
"""


class Table(NamedTuple):
    """One table of a document.

    Attributes
    ----------
    caption : str
        Stands above the table, after its number.
    rows : DataFrame
        Printed as it is, column names as the header row; a line end in a cell is a new paragraph.
    note : str
        Stands below it; empty for none.
    """

    caption: str
    rows: pd.DataFrame
    note: str = ""


def word_document(title, tables, *, note, label="Table ", language="en"):
    """Tables in a Word document, A4 across.

    Parameters
    ----------
    tables : list of Table
    note : str
        Stands below the title: what holds for all tables, one paragraph a line.
    label : str
        Before a table's number: "Table ", or "Table S" in a supplement.
    language : str
        Of the essays, as in "en": what quotations are read aloud and proofed in.

    Returns
    -------
    bytes
        A .docx file without names, dates or thumbnail. Characters that XML cannot hold (control
        characters) are shown as �.
    """
    document = Document()
    _set_up(document, OURS if language == "en" else language)
    document.core_properties.title = _allowed(title)
    document.core_properties.language = OURS
    document.add_paragraph(_allowed(title), style="Heading 1")
    for line in filter(None, note.split("\n")):
        document.add_paragraph(_allowed(line))
    for number, table in enumerate(tables, start=1):
        _caption(document, label, number, table.caption)
        if table.rows.empty:
            document.add_paragraph("Nothing to list.")
        else:
            _add(document, table.rows, table.caption)
        if table.note:
            document.add_paragraph(_allowed(table.note), style=NOTE_STYLE)
    return _same_bytes(document)


# Styles ----------------------------------------------------------------------------------------


def _set_up(document, language):
    """One A4 page across, the project's styles, and nothing that tells of a person or a day."""
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(2)
    properties = document.core_properties._element
    for child in list(properties):
        properties.remove(child)
    _drop_parts(document)
    styles = document.styles
    for style in list(styles):  # a hundred of the template's table styles, which nothing wears
        if style.type == WD_STYLE_TYPE.TABLE and style.name != "Normal Table":
            style.delete()
    for name, size, before, after in [
        ("Normal", 10, 0, 6),
        ("Heading 1", 16, 0, 6),
        ("Caption", 10, 18, 4),
        ("Quote", 9, 0, 3),
    ]:
        _shape(styles[name], size, before, after)
    styles["Caption"].paragraph_format.keep_with_next = True
    styles["Caption"].font.bold = True
    styles["Quote"].font.italic = False
    _speak(styles.element.find(f".//{qn('w:rPrDefault')}/{qn('w:rPr')}"), OURS)
    _speak(styles["Quote"].element.get_or_add_rPr(), language)
    for name, size, before, after in [(CELL_STYLE, 9, 0, 0), (NOTE_STYLE, 9, 4, 6)]:
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles["Normal"]
        _shape(style, size, before, after)
    table_style = styles.add_style(TABLE_STYLE, WD_STYLE_TYPE.TABLE)
    table_style.base_style = styles["Normal Table"]
    for part in parse_xml(LOOK):
        table_style.element.append(part)


def _shape(style, size, before, after):
    """The same typeface for all, whatever themes or colours the template has."""
    style.font.size, style.font.name, style.font.color.rgb = Pt(size), "Arial", INK
    fonts = style.element.rPr.rFonts
    for name in [name for name in fonts.attrib if name.endswith("Theme")]:
        del fonts.attrib[name]
    for border in style.element.pPr.findall(qn("w:pBdr")) if style.element.pPr is not None else []:
        style.element.pPr.remove(border)
    style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
    style.paragraph_format.line_spacing = 1.1


def _speak(properties, language):
    """The language of whatever has these properties, in letters of any script."""
    said = properties.find(qn("w:lang"))
    if said is None:
        said = OxmlElement("w:lang")
        properties.append(said)
    for script in ("w:val", "w:eastAsia", "w:bidi"):
        said.set(qn(script), language)


def _drop_parts(document):
    """The template's thumbnail, its second copy of the styles and its custom data."""
    unwanted = (RELATIONSHIP_TYPE.THUMBNAIL, "stylesWithEffects", RELATIONSHIP_TYPE.CUSTOM_XML)
    for relations in (document.part.package.rels, document.part.rels):
        for key in [k for k, rel in relations.items() if rel.reltype.endswith(unwanted)]:
            del relations[key]


# Tables ----------------------------------------------------------------------------------------


def _caption(document, label, number, text):
    """'Table 1. ...', numbered by a field, so that Word can refer to it and list it."""
    paragraph = document.add_paragraph(label, style="Caption")
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), f" SEQ {label.strip().replace(' ', '_')} \\* ARABIC ")
    run = OxmlElement("w:r")
    shown = OxmlElement("w:t")
    shown.text = str(number)
    run.append(shown)
    field.append(run)
    paragraph._p.append(field)
    paragraph.add_run(f". {_allowed(text)}")


def _add(document, rows, caption):
    names, widths = [str(name) for name in rows.columns], _widths(rows, document)
    table = document.add_table(rows=1 + len(rows), cols=len(names), style=TABLE_STYLE)
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    _name(table, caption)
    cell_style, quoted = (document.styles[name].style_id for name in (CELL_STYLE, "Quote"))
    styles = [quoted if name in QUOTED else cell_style for name in names]
    header, *others = table.rows
    _fill(header, names, [cell_style] * len(names), widths)
    header._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for row, cells in zip(others, rows.astype(str).itertuples(index=False, name=None), strict=True):
        _fill(row, cells, styles, widths)


def _name(table, caption):
    """What a screen reader says of a table before it reads it."""
    name = OxmlElement("w:tblCaption")
    name.set(qn("w:val"), _allowed(caption))
    table._tbl.tblPr.append(name)


def _fill(row, cells, styles, widths):
    """Write a row; it is not torn apart at a page's end.

    Word goes by the widths of cells, other programs by those of columns.

    Styles are set by their ids: python-docx looks a style up anew for each paragraph.
    """
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    for cell, text, style, width in zip(row.cells, cells, styles, widths, strict=True):
        cell.width = width
        first, *others = _allowed(text).split("\n")
        cell.paragraphs[0].text = first
        for other in others:
            cell.add_paragraph(other)
        for paragraph in cell.paragraphs:
            paragraph._p.style = style


def _widths(rows, document):
    """The page's width, shared out by the root of a column's text, none narrower than a word."""
    weights = []
    for name in rows:
        cells = [str(name), *rows[name].astype(str)]
        word = max(len(word) for cell in cells for word in re.split("[ \n]", cell))
        filled = [len(cell) for cell in cells if cell]
        mean = sum(filled) / max(len(filled), 1)
        weights.append(max(min(word, LONGEST_WORD) + 2, 2.6 * mean**0.5))
    section = document.sections[0]
    page = section.page_width - section.left_margin - section.right_margin
    return [int(page * weight / sum(weights)) for weight in weights]


# Bytes -----------------------------------------------------------------------------------------

NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def _allowed(text):
    return NOT_IN_XML.sub("�", str(text))


def _same_bytes(document):
    """The document as bytes that depend on its content alone.

    Parts are stored, not compressed: another zlib would compress them to other bytes.
    """
    saved, fixed = io.BytesIO(), io.BytesIO()
    document.save(saved)
    with zipfile.ZipFile(saved) as made, zipfile.ZipFile(fixed, "w") as written:
        for name in made.namelist():
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o600 << 16
            written.writestr(entry, made.read(name), zipfile.ZIP_STORED)
    return fixed.getvalue()
