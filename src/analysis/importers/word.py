"""Word files (.docx): the text as it reads with all changes accepted, and its comments' anchors."""

from pathlib import PurePosixPath

from analysis.importers.comments import AnchoredText, Comment, essay_with_comments
from analysis.importers.opening import Archive, Refused, parse_xml

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
    root = parse_xml(archive.read(document))
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
    """(text, comment's number -> span) of everything in a body, a note or a header.

    A paragraph inside of another one (a text box) is read after it. Cost: linear.
    """
    space, read = _space(container), AnchoredText()
    anchors = {f"{space}{name}": getattr(read, method) for name, method in ANCHORS.items()}
    signs = {f"{space}{name}": sign for name, sign in SIGNS.items()}
    gone = {f"{space}del", f"{space}moveFrom", FALLBACK}
    number, words, paragraph = f"{space}id", f"{space}t", f"{space}p"

    def nodes_of(whole):
        """(node, is it deleted?) of a paragraph, without those of paragraphs inside of it."""
        within = whole.iter(paragraph, *gone)
        if next(within) is whole and next(within, None) is None:
            for node in whole.iter(words, *signs, *anchors):
                yield node, False
            return
        stack = [(child, False) for child in reversed(whole)]
        while stack:
            node, deleted = stack.pop()
            if node.tag != paragraph:
                yield node, deleted
                deleted = deleted or node.tag in gone
                stack += [(child, deleted) for child in reversed(node)]

    def read_paragraph(whole):
        for node, deleted in nodes_of(whole):
            if node.tag in anchors:
                anchors[node.tag](node.get(number) or "")
            elif node.tag == words and not deleted:
                read.add(node.text or "")
            elif node.tag in signs and not deleted and _local(node.getparent()) != "tabs":
                read.add(signs[node.tag])
        if not _end_is_deleted(whole, space, gone):
            read.add("\n")

    for node in container.iter(paragraph, *anchors):
        if node.tag != paragraph:
            anchors[node.tag](node.get(number) or "")  # between paragraphs; one inside is known
        elif not any(parent.tag in gone for parent in node.iterancestors()):
            read_paragraph(node)
    return read.text_and_spans()


def _end_is_deleted(paragraph, space, gone):
    """Is the end of this paragraph deleted, so that the next one goes on in its line?"""
    marks = paragraph.find(f"{space}pPr/{space}rPr")
    return marks is not None and any(mark.tag in gone for mark in marks)


# Comments ------------------------------------------------------------------------------------


def _comments(archive, parts):
    found, answers, resolved = [], *_threads(archive, parts)
    for name in parts.get("comments", ()):
        for node in parse_xml(archive.read(name)):
            if _local(node) != "comment":
                continue
            space = _space(node)
            paragraphs = list(node.iter(f"{space}p"))
            ids = {paragraph.get(PARA_ID) for paragraph in paragraphs} - {None}
            found.append(
                Comment(
                    node.get(f"{space}id") or "",
                    node.get(f"{space}author") or "",
                    node.get(f"{space}date") or "",
                    [_anchored(paragraph)[0].strip("\n") for paragraph in paragraphs],
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
