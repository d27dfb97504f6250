"""Word files: their text as it reads with all changes accepted, and where each letter stands.

Opened from memory, never unpacked to a disk; a file that could do harm is refused in a sentence.
"""

import re
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from lxml import etree

from analysis.manuscript.blocks import (
    Piece,
    Text,
    bare,
    columns_spanned,
    level_of_words,
    looks_like_heading,
    superscript,
    with_asterisks,
)
from analysis.problems import Problem

TRANSITIONAL = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
MARKUP_CHOICE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
MOST_BYTES = 500_000_000  # unpacked, pictures included
MOST_XML = 100_000_000  # unpacked, one part: a manuscript of 1 MB of text is about 10 MB of XML
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, RuntimeError, OSError,
              NotImplementedError, etree.XMLSyntaxError, ValueError)  # fmt: skip


# The archive ---------------------------------------------------------------------------------


class Archive(NamedTuple):
    """A Word file's members, in their order, and the names of the parts that are read."""

    members: dict
    document: str

    def related(self, kind):
        """Name of the part that the document relates to as `kind` ('styles', ...), or None."""
        folder, _, name = self.document.rpartition("/")
        relations = self.members.get(f"{folder}/_rels/{name}.rels".lstrip("/"))
        if relations is None:
            return None
        for relation in parse(relations).iter(RELATIONSHIP):
            if relation.get("Type", "").endswith(f"/{kind}"):
                target = relation.get("Target", "")
                return f"{'' if target.startswith('/') else folder}/{target.lstrip('/')}".lstrip(
                    "/"
                )
        return None

    def part(self, kind):
        """The root of the part that the document relates to as `kind`, or None."""
        data = self.members.get(self.related(kind))
        return None if data is None else parse(data)


class Refused(ValueError):
    """Why a file is not read; the words are for its owner."""


def parse(data):
    """The root of an XML part. A document type is refused: Word never writes one."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    root = etree.fromstring(data, parser)
    if root.getroottree().docinfo.doctype:
        raise Refused("declares a document type, which no word processor writes.")
    return root


def open_archive(data):
    """The members of a Word file that is safe to read; raises Refused or one of UNREADABLE."""
    if data[:4] == b"\xd0\xcf\x11\xe0":
        raise Refused("is locked with a password, or a Word 97-2003 file with another ending.")
    with zipfile.ZipFile(BytesIO(data)) as archive:
        _check_members(archive.infolist())
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    if "_rels/.rels" not in members:
        raise Refused("is an archive, but not a Word file.")
    for relation in parse(members["_rels/.rels"]).iter(RELATIONSHIP):
        if relation.get("Type", "").endswith("/officeDocument"):
            document = relation.get("Target", "").lstrip("/")
            if document in members:
                return Archive(members, document)
    raise Refused("is an archive, but not a Word file.")


def _check_members(infos):
    seen = Counter(info.filename.casefold() for info in infos)
    twice = [name for name, count in seen.items() if count > 1]
    size = sum(info.file_size for info in infos)
    xml = max((i.file_size for i in infos if i.filename.endswith((".xml", ".rels"))), default=0)
    if any(info.flag_bits & 1 for info in infos):
        raise Refused("is locked with a password.")
    if twice:
        raise Refused(f"holds two parts named '{sorted(twice)[0]}'.")
    if size > MOST_BYTES or xml > MOST_XML:
        raise Refused(f"unpacks to {size // 1_000_000} MB, more than a manuscript can need.")
    if any(Path(name).name.startswith("vbaproject") for name in seen):
        raise Refused("holds macros.")


# The text ------------------------------------------------------------------------------------


class Place(NamedTuple):
    """Where letters of the text stand in the file: text[start:end] in a `w:t` from `at` on.

    `anchor` is the run in the body that a note or text box hangs on; None for the body itself.
    """

    start: int
    end: int
    node: object
    at: int
    anchor: object


@dataclass(frozen=True)
class Word:
    """A Word file read: text, blocks, what is skipped, and the place of each letter."""

    text: str
    blocks: list
    skipped: list
    places: list
    archive: Archive
    root: object  # of the document part; the places' nodes are in it


def read_word(path, problems):
    """A Word file as `Word`, or None with the reason among the problems."""
    path = Path(path)
    todo = "Open it in Word, save it again as .docx, and copy it anew."
    try:
        archive = open_archive(path.read_bytes())
        root = parse(archive.members[archive.document])
        reader = _Reader(archive, root)
        reader.read()
    except Refused as refused:
        problems.append(Problem(str(refused), todo, path.name))
        return None
    except UNREADABLE:
        problems.append(Problem("cannot be read as a Word file; it is damaged.", todo, path.name))
        return None
    return Word(reader.text.text, reader.text.blocks, reader.skipped, reader.places, archive, root)


CHARACTERS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
UNREAD = {  # elements whose content is not the text, and why
    "del": ("deleted words", "deleted with Track Changes"),
    "moveFrom": ("moved words, at their old place", "moved with Track Changes"),
    "altChunk": ("an inserted document", "it lies outside the text"),
    "chart": ("a chart", "charts are not read"),
    "pic": ("a picture", "pictures are not read"),
    "imagedata": ("a picture", "pictures are not read"),
    "OLEObject": ("an embedded object", "embedded objects are not read"),
}
SILENT = set(  # elements that hold no text, or not the text's own
    """pPr rPr sdtPr sdtEndPr smartTagPr customXmlPr instrText delText delInstrText rt sectPr
    tblPr tblGrid trPr tcPr annotationRef footnoteRef endnoteRef separator
    continuationSeparator""".split()
)


def _name(node):
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


class _Reader:
    """Walks the document once, in reading order, and puts the text together."""

    def __init__(self, archive, root):
        self.archive, self.root = archive, root
        space = root.tag[1:].partition("}")[0]
        if space not in (TRANSITIONAL, STRICT):
            raise Refused("is an archive, but not a Word file.")
        self.w = f"{{{space}}}"
        self.styles = _Styles(archive.part("styles"), self.w)
        self.text, self.places, self.unread = Text(), [], Counter()
        self.fields, self.notes, self.boxes, self.held = [], [], [], []
        self.tables, self.anchor = 0, None

    def read(self):
        body = self.root.find(f"{self.w}body")
        if body is None:
            raise Refused("has no text.")
        self._blocks(body)
        self._flush()
        headings = _headings_before(self.text)
        self._add_notes("footnotes", "footnote", headings)
        self._add_notes("endnotes", "endnote", headings)

    @property
    def skipped(self):
        rows = [("text", f"{what} ({n} times)" if n > 1 else what, why)
                for (what, why), n in sorted((+self.unread).items())]  # fmt: skip
        if self.archive.related("header") or self.archive.related("footer"):
            rows.append(("pages", "headers and footers", "they repeat on every page"))
        if self.archive.related("comments"):
            rows.append(("margin", "comments", "a comment is not the text"))
        return rows

    # Blocks

    def _blocks(self, parent):
        """The paragraphs and tables below an element; boxes around them are walked through."""
        for node in parent:
            name = _name(node)
            if name == "p":
                self._paragraph(node)
            elif name == "tbl":
                self._table(node)
            elif name in UNREAD:
                self.unread[UNREAD[name]] += 1
            elif name and name not in SILENT:
                self._blocks(_one_choice(node))

    def _paragraph(self, paragraph):
        properties = paragraph.find(f"{self.w}pPr")
        style = self.styles.of_paragraph(paragraph)
        held, self.held = self.held, []
        pieces = [*held, *self._pieces(paragraph, style)]
        mark = None if properties is None else properties.find(f"{self.w}rPr")
        if mark is not None and any(_name(node) in ("del", "moveFrom") for node in mark):
            self.held = pieces  # its end is deleted: it goes on in the next paragraph
            return
        if style.contents:
            self.unread["the table of contents", "it repeats the headings"] += any(
                piece.text.strip() for piece in pieces
            )
            return
        self._add(pieces, *_kind(pieces, style))
        self._add_boxes()

    def _flush(self):
        if self.held:
            self._add(self.held, "paragraph", {})

    def _add_boxes(self):
        """Text boxes stand after the paragraph that they hang on."""
        boxes, self.boxes = self.boxes, []
        for content, run in boxes:
            outside, self.anchor = self.anchor, self.anchor or run
            self._blocks(content)
            self.anchor = outside

    def _add(self, pieces, kind, place):
        pieces = _stripped(with_asterisks(pieces))
        start = self.text.add("".join(piece.text for piece in pieces), kind, **place)
        if start is None:
            return
        for piece in pieces:
            end = start + len(piece.text)
            if piece.node is not None:
                self.places.append(Place(start, end, piece.node, piece.at, self.anchor))
            start = end

    def _table(self, table):
        number, self.tables = self.tables, self.tables + 1
        for row, cells in enumerate(self._within(table, "tr")):
            column, inner = 0, []
            for cell in self._within(cells, "tc"):
                properties = cell.find(f"{self.w}tcPr")
                pieces, tables = self._cell(cell)
                self._add(pieces, "cell", {"table": number, "row": row, "column": column})
                self._add_boxes()
                inner += tables
                column += self._span(properties)
            for nested in inner:
                self._table(nested)

    def _within(self, parent, name):
        """Rows of a table or cells of a row, also those that were inserted or are in a control."""
        for node in parent:
            if _name(node) == name:
                if not self._deleted_row(node):
                    yield node
            elif _name(node) in ("sdt", "sdtContent", "customXml", "ins", "smartTag"):
                yield from self._within(node, name)

    def _deleted_row(self, row):
        properties = row.find(f"{self.w}trPr")
        gone = properties is not None and properties.find(f"{self.w}del") is not None
        self.unread[UNREAD["del"]] += gone
        return gone

    def _span(self, properties):
        span = None if properties is None else properties.find(f"{self.w}gridSpan")
        return columns_spanned(None if span is None else span.get(f"{self.w}val"))

    def _cell(self, cell):
        """The pieces of a cell, its paragraphs parted by a line end; and the tables within."""
        pieces, tables, stack = [], [], list(reversed(cell))
        while stack:
            node = stack.pop()
            if _name(node) == "p":
                style = self.styles.of_paragraph(node)
                own = self._pieces(node, style)
                pieces += [Piece("\n"), *own] if pieces and own else own
            elif _name(node) == "tbl":
                tables.append(node)
            elif _name(node) not in SILENT:
                stack.extend(reversed(node))
        return pieces, tables

    def _add_notes(self, part, kind, headings):
        """The notes that the text refers to, each under the heading of its place."""
        root = self.archive.part(part)
        if root is None:
            return
        notes = {note.get(f"{self.w}id"): note for note in root.iter(f"{self.w}{kind}")}
        for key, run, at in [note[1:] for note in self.notes if note[0] == kind]:
            note = notes.get(key)
            if note is None:
                continue
            self.anchor = run
            first = len(self.text.blocks)
            self._blocks(note)
            self._flush()
            self.held, self.anchor = [], None
            for index in range(first, len(self.text.blocks)):
                block = self.text.blocks[index]
                kind_ = block.kind if block.kind == "cell" else "footnote"
                self.text.blocks[index] = block._replace(
                    kind=kind_, level=0, heading=headings[min(at, len(headings) - 1)]
                )

    # Letters

    def _pieces(self, paragraph, style):
        """The letters of a paragraph, in order."""
        pieces, stack = [], list(reversed(paragraph))
        while stack:
            node = stack.pop()
            name = _name(node)
            if name == "r":
                self._run(node, style, pieces)
            elif name in UNREAD:
                self.unread[UNREAD[name]] += 1
            elif name == "sdt" and node.find(f"{self.w}sdtPr/{self.w}showingPlcHdr") is not None:
                self.unread["the prompt of an empty field", "nothing was filled in"] += 1
            elif name == "t":  # of an equation
                pieces.append(Piece(node.text or "", node=node))
            elif name and name not in SILENT:
                stack.extend(reversed(_one_choice(node)))
        return pieces

    def _run(self, run, style, pieces):
        look = self.styles.look(run.find(f"{self.w}rPr"), style)
        stack = list(reversed(run))
        while stack:
            node = stack.pop()
            name = _name(node)
            if name == "fldChar":
                self._field(node.get(f"{self.w}fldCharType"))
            elif name in ("footnoteReference", "endnoteReference"):
                kind = name.removesuffix("Reference")
                key = node.get(f"{self.w}id")
                self.notes.append((kind, key, self.anchor or run, len(self.text.blocks)))
            elif name == "txbxContent":
                self.boxes.append((node, run))
            elif name in UNREAD:
                self.unread[UNREAD[name]] += 1
            elif "instruction" in self.fields or name in SILENT:
                continue
            elif name in ("t", *CHARACTERS, "sym"):
                self._letters(node, name, look, pieces)
            elif name:
                stack.extend(reversed(_one_choice(node)))

    def _field(self, kind):
        """A field is its instruction up to 'separate', then the result that is shown."""
        if kind == "begin":
            self.fields.append("instruction")
        elif kind == "separate" and self.fields:
            self.fields[-1] = "result"
        elif kind == "end" and self.fields:
            self.fields.pop()

    def _letters(self, node, name, look, pieces):
        if look.hidden:
            self.unread["hidden words", "they are not shown"] += 1
            return
        if name != "t":
            text = _symbol(node, self.w) if name == "sym" else CHARACTERS[name]
            pieces.append(Piece(text, look.italic))
            return
        text = node.text or ""
        before = "".join(piece.text for piece in pieces[-3:])
        shown = superscript(text, before) if look.raised else text
        if shown == text:
            pieces.append(Piece(text, look.italic, node))
        else:
            lead = shown.index(text.strip())
            kept = Piece(text.strip(), False, node, text.index(text.strip()))
            after = Piece(shown[lead + len(kept.text) :])
            pieces += [piece for piece in (Piece(shown[:lead]), kept, after) if piece.text]


def _one_choice(node):
    """Children to walk; of alternatives for newer and older programs only the first."""
    if node.tag == f"{MARKUP_CHOICE}AlternateContent":
        return list(node)[:1]
    return list(node)


def _symbol(node, w):
    """A letter of a symbol font; those in the private range have no meaning of their own."""
    code = node.get(f"{w}char", "")
    value = int(code, 16) if re.fullmatch("[0-9A-Fa-f]{1,4}", code) else 0xFFFD
    return chr(value) if not 0xD800 <= value <= 0xF8FF else "\N{REPLACEMENT CHARACTER}"


def _stripped(pieces):
    pieces = list(pieces)
    while pieces and not pieces[0].text.strip():
        pieces.pop(0)
    while pieces and not pieces[-1].text.strip():
        pieces.pop()
    if pieces:
        lead = len(pieces[0].text) - len(pieces[0].text.lstrip())
        pieces[0] = pieces[0].cut(lead, len(pieces[0].text))
        pieces[-1] = pieces[-1].cut(0, len(pieces[-1].text.rstrip()))
    return pieces


def _kind(pieces, style):
    """Kind and level of a paragraph: by its style, or since it is bold, short and has no stop."""
    words = "".join(piece.text for piece in pieces).strip()
    if style.level and words:
        return "heading", {"level": style.level}
    bold = style.all_bold and "\n" not in words and looks_like_heading(words)
    if bold and not style.quote:
        return "heading", {"level": level_of_words(words)}
    return "paragraph", {"quote": style.quote}


def _headings_before(text):
    """Text of the nearest heading before each block, and after the last."""
    heading, headings = "", []
    whole = text.text
    for block in text.blocks:
        if block.kind == "heading":
            heading = bare(whole[block.start : block.end])
        headings.append(heading)
    return [*headings, heading]


# Looks ---------------------------------------------------------------------------------------


class Look(NamedTuple):
    """How a run looks, italics as against its paragraph."""

    italic: bool
    raised: bool
    hidden: bool


class Style(NamedTuple):
    """What a paragraph's style, and the paragraph itself, say of it."""

    level: int
    quote: bool
    contents: bool
    italic: bool
    bold: bool
    all_bold: bool


HEADING_NAME = re.compile(r"(?:heading|überschrift|titre|título|titolo|kop)\s*([1-9])", re.I)
QUOTE_NAME = re.compile(r"(?:intense )?quot.*|block (?:text|quot).*", re.IGNORECASE)


class _Styles:
    """The styles of a file, what each inherits included."""

    def __init__(self, root, w):
        self.w, self.found = w, {}
        for style in [] if root is None else root.iter(f"{w}style"):
            self.found[style.get(f"{w}styleId")] = style
        self.default = next(
            (key for key, style in self.found.items()
             if style.get(f"{w}type") == "paragraph" and style.get(f"{w}default") in ("1", "true")),
            None,
        )  # fmt: skip
        self.known = {}

    def chain(self, key):
        """A style and those it is based on, itself first."""
        if key not in self.known:
            chain, at = [], key
            while at in self.found and self.found[at] not in chain:
                chain.append(self.found[at])
                based = self.found[at].find(f"{self.w}basedOn")
                at = None if based is None else based.get(f"{self.w}val")
            self.known[key] = chain
        return self.known[key]

    def of_paragraph(self, paragraph):
        properties = paragraph.find(f"{self.w}pPr")
        key = self._value(properties, "pStyle") or self.default
        chain = self.chain(key)
        names = [self._value(style, "name") or "" for style in chain]
        bold = self._toggle(chain, "b")
        return Style(
            self._level(properties, chain, names),
            any(QUOTE_NAME.fullmatch(name) for name in names),
            bool(names) and names[0].lower().startswith(("toc ", "table of figures")),
            self._toggle(chain, "i"),
            bold,
            self._all_bold(paragraph.iter(f"{self.w}r"), bold),
        )

    def _level(self, properties, chain, names):
        """1 to 9 for a heading, 1 for the title, else 0."""
        own = [chain_.find(f"{self.w}pPr") for chain_ in chain]
        for part in [properties, *own]:
            outline = self._value(part, "outlineLvl")
            if outline is not None and outline.isdecimal():
                return int(outline) + 1 if int(outline) < 9 else 0
        for name in names:
            named = HEADING_NAME.fullmatch(name)
            if named or name.lower() == "title":
                return int(named[1]) if named else 1
        return 0

    def _all_bold(self, runs, bold):
        said = [
            self._bold(run, bold)
            for run in runs
            if "".join(node.text or "" for node in run.iter(f"{self.w}t")).strip()
        ]
        return bool(said) and all(said)

    def _bold(self, run, bold):
        own = self._own(run.find(f"{self.w}rPr"), "b")
        return bold if own is None else own

    def look(self, properties, style):
        """A run's look. Word's toggles: a character style turns its paragraph's italics over."""
        character = self.chain(self._value(properties, "rStyle"))
        own = self._own(properties, "i")
        italic = self._toggle(character, "i") if own is None else own != style.italic
        parts = [properties, *(link.find(f"{self.w}rPr") for link in character)]
        return Look(italic, self._raised(parts), bool(self._own(properties, "vanish")))

    def _raised(self, parts):
        """Whether the first that says anything says superscript, or lifts the letters."""
        for part in parts:
            said, lift = self._value(part, "vertAlign"), self._value(part, "position")
            if said is not None or lift is not None:
                return said == "superscript" or bool(re.fullmatch("[1-9][0-9]*", lift or ""))
        return False

    def _toggle(self, chain, name):
        for style in chain:
            own = self._own(style.find(f"{self.w}rPr"), name)
            if own is not None:
                return own
        return False

    def _own(self, properties, name):
        """True or False as the properties say themselves; None where they do not."""
        node = None if properties is None else properties.find(f"{self.w}{name}")
        return None if node is None else node.get(f"{self.w}val") not in ("0", "false", "off")

    def _value(self, properties, name):
        node = None if properties is None else properties.find(f"{self.w}{name}")
        return None if node is None else node.get(f"{self.w}val")
