"""Writer files (.odt): the text as the study reads it, and where comments begin and end in it."""

from analysis.importers.comments import AnchoredText, Comment, essay_with_comments
from analysis.importers.opening import (
    LARGEST_TEXT,
    Archive,
    Refused,
    parse_xml,
    refuse_larger,
    whole_number,
)

OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
EXTENSION = "{urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0}"
DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
NAME = f"{OFFICE}name"
COMMENT, COMMENT_END, NOTE = f"{OFFICE}annotation", f"{OFFICE}annotation-end", f"{TEXT}note"
PARAGRAPHS = (f"{TEXT}p", f"{TEXT}h")
APART = {COMMENT, NOTE, f"{TEXT}tracked-changes"}
SIGNS = {f"{TEXT}tab": "\t", f"{TEXT}line-break": "\n"}
SPACES = f"{TEXT}s"
MOST_SPACES = 10_000  # of one element, which may claim any number


def read(source):
    """One essay, and a coding for each code that a comment names."""
    archive = Archive(source.data)
    _refuse_locked(archive)
    data = archive.read("content.xml")
    refuse_larger(data, LARGEST_TEXT, "the text in a Writer file", "Give each essay its own file.")
    body = parse_xml(data).find(f"{OFFICE}body/{OFFICE}text")
    if body is None:
        raise Refused("is no text document.", "Save the text as .odt or .docx.")
    numbers = {node: node.get(NAME) or f"{n}" for n, node in enumerate(body.iter(COMMENT), start=1)}
    text, spans = _anchored(body, numbers)
    elsewhere, has_notes = {}, False
    for note in body.iter(NOTE):
        words, inside = _anchored(note, numbers)
        has_notes = has_notes or bool(words.strip())
        elsewhere |= {number: words[start:end] for number, (start, end) in inside.items()}
    comments = [_comment(node, number, numbers) for node, number in numbers.items()]
    material = essay_with_comments(source, "Writer", text, comments, spans, elsewhere=elsewhere)
    if has_notes:
        material.notes.append("its notes are not read, and comments on them are listed")
    return [material]


def _refuse_locked(archive):
    manifest = "META-INF/manifest.xml"
    if manifest in archive.names and b"encryption-data" in archive.read(manifest):
        raise Refused("is locked by a password.", "Save it without the password.")


def _comment(node, number, numbers):
    def said(name):
        return (node.findtext(f"{DUBLIN_CORE}{name}") or "").strip()

    return Comment(
        number,
        said("creator"),
        said("date"),
        _anchored(node, numbers)[0],
        is_reply=bool(node.get(f"{EXTENSION}parent-name")),
        is_resolved=node.get(f"{EXTENSION}resolved") == "true",
    )


# Text and anchors ----------------------------------------------------------------------------


def _anchored(container, numbers):
    """(text, comment's number -> span) of everything in a body, a note or a comment.

    A paragraph inside of another one (a text box) is read after it. Cost: linear.
    """
    read = AnchoredText()
    for node in container.iter(*PARAGRAPHS, COMMENT, COMMENT_END):
        if _is_apart(node, container):
            continue
        if node.tag in PARAGRAPHS:
            _read_paragraph(read, node, numbers)
        else:
            _anchor(read, node, numbers)  # between paragraphs; one inside is known
    return read.text_and_spans()


def _is_apart(node, container):
    """Does it belong to a comment or a note inside of the container?"""
    for parent in node.iterancestors():
        if parent is container:
            return False
        if parent.tag in APART:
            return True
    return False


def _read_paragraph(read, paragraph, numbers):
    stack = _content(paragraph)
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            read.pieces.append(item)
        elif item.tag in (COMMENT, COMMENT_END):
            _anchor(read, item, numbers)
        elif item.tag == SPACES:
            read.pieces.append(" " * _spaces(item))
        elif item.tag in SIGNS:
            read.pieces.append(SIGNS[item.tag])
        elif item.tag not in APART and item.tag not in PARAGRAPHS:
            stack += _content(item)
    read.pieces.append("\n")


def _content(node):
    """What stands in an element, its text and children, the last first."""
    content = [node.text or ""]
    for child in node:
        content += [child, child.tail or ""]
    return content[::-1]


def _anchor(read, node, numbers):
    if node.tag == COMMENT:
        read.begin(numbers[node])
    else:
        read.end(node.get(NAME) or "")


def _spaces(node):
    count = whole_number(node.get(f"{TEXT}c", "1"))
    if count is None or not 0 <= count <= MOST_SPACES:
        raise Refused("claims more spaces than a text holds.", "Ask who sent it.")
    return count
