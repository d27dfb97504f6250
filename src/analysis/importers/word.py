"""Word files (.docx): the text as it reads with all changes accepted, and its comments' anchors."""

from pathlib import PurePosixPath

from analysis.importers.comments import AnchoredText, Comment, essay_with_comments
from analysis.importers.opening import (
    LARGEST_TEXT,
    Archive,
    Refused,
    parse_xml,
    refuse_larger,
)

PARA_ID = "{http://schemas.microsoft.com/office/word/2010/wordml}paraId"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
ANCHORS = {"commentRangeStart": "begin", "commentRangeEnd": "end", "commentReference": "refer"}
APART = {"footnotes": "footnotes", "endnotes": "endnotes", "header": "headers", "footer": "footers"}


def read(source):
    """One essay, and a coding for each code that a comment names."""
    archive = Archive(source.data)
    document = _main_part(archive)
    parts = _related(archive, document)
    data = archive.read(document)
    refuse_larger(data, LARGEST_TEXT, "the text in a Word file", "Give each essay its own file.")
    root = parse_xml(data)
    body = next((node for node in root if _local(node) == "body"), None)
    if body is None:
        raise Refused("has no text in it.", "Open it in Word and save it again.")
    text, spans = _anchored(body)
    comments = _comments(archive, parts)
    notes, elsewhere = _read_apart(archive, parts)
    material = essay_with_comments(source, "Word", text, comments, spans, elsewhere=elsewhere)
    if any(name.casefold().endswith("vbaproject.bin") for name in archive.names):
        material.notes.append("the file holds macros; they were neither read nor run")
    material.notes += notes
    return [material]


# Parts ---------------------------------------------------------------------------------------


def _local(node):
    return node.tag.rsplit("}", 1)[-1]


def _space(node):
    """The namespace of Word, transitional or strict, as lxml writes it before a name."""
    return node.tag.rsplit("}", 1)[0] + "}"


def _relations(archive, part):
    """Kind of part -> targets."""
    path = PurePosixPath(part)
    name = str(path.parent / "_rels" / (path.name + ".rels")) if part else "_rels/.rels"
    if name not in archive.names:
        return {}
    targets = {}
    for relation in parse_xml(archive.read(name)):
        if relation.get("TargetMode") != "External":
            kind = (relation.get("Type") or "").rsplit("/", 1)[-1]
            targets.setdefault(kind, []).append(relation.get("Target") or "")
    return targets


def _main_part(archive):
    target = _relations(archive, "").get("officeDocument", ["word/document.xml"])[0]
    name = target.lstrip("/")
    if name not in archive.names:
        raise Refused("has no document in it.", "Open it in Word and save it again.")
    return name


def _related(archive, document):
    """Kind of part -> names in the archive, of the parts that are there."""
    folder = PurePosixPath(document).parent
    parts = {}
    for kind, targets in _relations(archive, document).items():
        names = [t.lstrip("/") if t.startswith("/") else str(folder / t) for t in targets]
        parts[kind] = [name for name in names if name in archive.names]
    return parts


def _read_apart(archive, parts):
    """(notes, number -> words of comments) on the parts that are not the essay's text."""
    notes, elsewhere = [], {}
    for kind, called in APART.items():
        has_words = False
        for name in parts.get(kind, ()):
            text, spans = _anchored(parse_xml(archive.read(name)))
            has_words = has_words or bool(text.strip())
            elsewhere |= {number: text[start:end] for number, (start, end) in spans.items()}
        if has_words and kind in ("footnotes", "endnotes"):
            notes.append(f"its {called} are not read, and comments on them are listed")
    return notes, elsewhere


# Text and anchors ----------------------------------------------------------------------------


def _anchored(container):
    return _Paragraphs(_space(container)).anchored(container)


class _Paragraphs:
    """How the paragraphs of a part are read, under the names of its namespace."""

    def __init__(self, space):
        self.number, self.words, self.paragraph = (f"{space}{n}" for n in ("id", "t", "p"))
        self.anchors = {f"{space}{name}": method for name, method in ANCHORS.items()}
        self.signs = {f"{space}{name}": sign for name, sign in SIGNS.items()}
        self.gone = {f"{space}del", f"{space}moveFrom", FALLBACK}
        self.read_tags = (self.words, *self.signs, *self.anchors)
        self.end_marks = f"{space}pPr/{space}rPr"

    def anchored(self, container):
        """(text, comment's number -> span) of everything in a body, a note or a comment.

        A paragraph inside of another one (a text box) is read after it. Cost: linear.
        """
        read = AnchoredText()
        for node in container.iter(self.paragraph, *self.anchors):
            if node.tag != self.paragraph:
                self._anchor(read, node)  # between paragraphs; one inside is known
            elif not any(parent.tag in self.gone for parent in node.iterancestors()):
                self._read(read, node)
        return read.text_and_spans()

    def _read(self, read, paragraph):
        for node, deleted in self._nodes(paragraph):
            if node.tag in self.anchors:
                self._anchor(read, node)
            elif node.tag == self.words and not deleted:
                read.pieces.append(node.text or "")
            elif node.tag in self.signs and not deleted and _local(node.getparent()) != "tabs":
                read.pieces.append(self.signs[node.tag])
        if not self._end_is_deleted(paragraph):
            read.pieces.append("\n")

    def _anchor(self, read, node):
        getattr(read, self.anchors[node.tag])(node.get(self.number) or "")

    def _nodes(self, paragraph):
        """(node, is it deleted?) of a paragraph, without those of paragraphs inside of it."""
        within = paragraph.iter(self.paragraph, *self.gone)
        if next(within) is paragraph and next(within, None) is None:
            for node in paragraph.iter(*self.read_tags):
                yield node, False
            return
        stack = [(child, False) for child in reversed(paragraph)]
        while stack:
            node, deleted = stack.pop()
            if node.tag != self.paragraph:
                yield node, deleted
                deleted = deleted or node.tag in self.gone
                stack += [(child, deleted) for child in reversed(node)]

    def _end_is_deleted(self, paragraph):
        """Is the end of this paragraph deleted, so that the next one goes on in its line?"""
        marks = paragraph.find(self.end_marks)
        return marks is not None and any(mark.tag in self.gone for mark in marks)


# Comments ------------------------------------------------------------------------------------


def _comments(archive, parts):
    found, answers, resolved = [], *_threads(archive, parts)
    for name in parts.get("comments", ()):
        root = parse_xml(archive.read(name))
        space = _space(root)
        paragraphs = _Paragraphs(space)
        for node in root.iterchildren(f"{space}comment"):
            ids = {paragraph.get(PARA_ID) for paragraph in node.iter(f"{space}p")} - {None}
            found.append(
                Comment(
                    node.get(f"{space}id") or "",
                    node.get(f"{space}author") or "",
                    node.get(f"{space}date") or "",
                    paragraphs.anchored(node)[0],
                    bool(ids & answers),
                    bool(ids & resolved),
                )
            )
    return found


def _threads(archive, parts):
    """Paragraph ids of the comments that answer another one, and of those that are resolved."""
    answers, resolved = set(), set()
    for name in parts.get("commentsExtended", ()):
        for node in parse_xml(archive.read(name)):
            number = node.get(f"{_space(node)}paraId")
            if node.get(f"{_space(node)}paraIdParent"):
                answers.add(number)
            elif node.get(f"{_space(node)}done") in ("1", "true"):
                resolved.add(number)
    return answers, resolved
