"""Word files with comments: the anchor is the place, the comment's words are the codes.

The text is what a reader sees with all changes accepted, as the study reads a .docx. Positions
need no unit: the anchors stand in the text itself.
"""

import re
from pathlib import PurePosixPath
from typing import NamedTuple

from analysis.importers.anchoring import Reading
from analysis.importers.material import Coding, Material, Memo, stored_essay
from analysis.importers.opening import Archive, Refused, parse_xml

PARA_ID = "{http://schemas.microsoft.com/office/word/2010/wordml}paraId"
SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
UNSEEN = {"del", "moveFrom", "instrText", "delText", "Fallback"}
NAMELESS = {"", "author", "autor", "auteur", "verfasser", "auteur(e)", "autore", "unknown"}
LONGEST_CODE, MOST_WORDS = 80, 8  # what is longer reads as a remark, not as the name of a code


class Comment(NamedTuple):
    number: str
    author: str
    date: str
    lines: list
    is_reply: bool


def read(source):
    """One essay, and a coding for each code that a comment names."""
    archive = Archive(source.data)
    document = _main_part(archive)
    parts = _related(archive, document)
    text, ranges = _text_and_ranges(parse_xml(archive.read(document)))
    material = Material("Word file", ways=(Reading("code points"),), known=True)
    material.essays["essay"] = stored_essay(source.stem, text)
    if any(name.casefold().endswith("vbaproject.bin") for name in archive.names):
        material.notes.append("the file holds macros; they were neither read nor run")
    for kind in ("footnotes", "endnotes"):
        if kind in parts and any(n.text for n in parse_xml(archive.read(parts[kind])).iter("{*}t")):
            material.notes.append(f"its {kind} are not read, nor comments on them placed")
    if "comments" not in parts:
        return [material]
    material.tool = "Word file with comments"
    material.basis = "anchors in the document"
    replies = _replies(archive, parts)
    comments = list(_comments(parse_xml(archive.read(parts["comments"])), replies))
    for comment in comments:
        _add(material, comment, ranges.get(comment.number), text)
    material.readings = {(c.coder, "essay") for c in material.codings if not c.reason}
    return [material]


def _add(material, comment, span, text):
    """The codings and memos of one comment."""
    coder, ref = _coder(comment.author), f"comment {comment.number}"
    start, end = span if span else (None, None)
    quotation = text[start:end] if span else ""
    whole = "\n".join(comment.lines).strip()

    def coding(code, reason, memo=""):
        there = (None, None) if reason == "no_span" else (start, end)
        material.codings.append(
            Coding("essay", coder, code, *there, quotation, memo, comment.date, ref, reason)
        )

    def memo(words):
        material.memos.append(Memo("essay", coder, words, start, end, comment.date))

    if comment.is_reply:
        coding("", "reply", whole)
        if whole:
            memo(whole)
        return
    names = [name.strip() for line in comment.lines for name in re.split(r"[;\n]", line)]
    names = [name for name in names if name]
    if not names:
        coding("", "no_code")
    for name in names:
        if not _is_code(name):
            coding("", "no_code", name)
            memo(name)
        else:
            coding(name, "" if span and quotation.strip() else "no_span")


def _is_code(words):
    """Does it read as the name of a code? A sentence, or many words, is a remark."""
    few = len(words) <= LONGEST_CODE and len(words.split()) <= MOST_WORDS
    return few and words[-1] not in ".?!"


def _coder(author):
    return "" if author.strip().casefold() in NAMELESS else author.strip()


# Parts ---------------------------------------------------------------------------------------


def _local(node):
    return node.tag.rsplit("}", 1)[-1]


def _attribute(node, name):
    """An attribute of Word's namespace, transitional or strict."""
    space = node.tag.rsplit("}", 1)[0]
    return node.get(f"{space}}}{name}") or ""


def _relations(archive, part):
    path = PurePosixPath(part)
    name = str(path.parent / "_rels" / (path.name + ".rels")) if part else "_rels/.rels"
    if name not in archive.names:
        return {}
    targets = {}
    for relation in parse_xml(archive.read(name)):
        if relation.get("TargetMode") != "External":
            kind = (relation.get("Type") or "").rsplit("/", 1)[-1]
            targets.setdefault(kind, relation.get("Target") or "")
    return targets


def _main_part(archive):
    name = _relations(archive, "").get("officeDocument", "word/document.xml").lstrip("/")
    if name not in archive.names:
        raise Refused("has no document in it.", "Open it in Word and save it again.")
    return name


def _related(archive, document):
    """Kind of part -> its name in the archive, of the parts that are there."""
    folder = PurePosixPath(document).parent
    parts = {}
    for kind, target in _relations(archive, document).items():
        name = target.lstrip("/") if target.startswith("/") else str(folder / target)
        if name in archive.names:
            parts[kind] = name
    return parts


# Text and anchors ----------------------------------------------------------------------------


def _text_and_ranges(root):
    """The text, and comment id -> (start, end) in it."""
    body = next((node for node in root if _local(node) == "body"), None)
    if body is None:
        raise Refused("has no text in it.", "Open it in Word and save it again.")
    pieces, at, starts, ends = [], 0, {}, {}
    # Each item is a node, or what happens at the end of a paragraph. A paragraph inside of
    # another one (a text box) is read after it.
    stack, inside, later = [(body, True)], 0, []
    while stack:
        node, seen = stack.pop()
        if isinstance(node, str):
            pieces.append(node)
            at += len(node)
            inside -= 1
            stack += reversed(later)
            later = []
            continue
        name = _local(node)
        if name == "commentRangeStart":
            starts.setdefault(_attribute(node, "id"), at)
        elif name == "commentRangeEnd":
            ends.setdefault(_attribute(node, "id"), at)
        elif name == "p" and inside:
            later.append((node, seen))
        elif name == "p":
            inside += 1
            stack.append(("\n" if seen and not _end_is_deleted(node) else "", seen))
            stack += [(child, seen) for child in reversed(node) if _local(child) != "pPr"]
        elif name == "t" or name in SIGNS:
            words = (node.text or "" if name == "t" else SIGNS[name]) if seen else ""
            pieces.append(words)
            at += len(words)
        else:
            seen = seen and name not in UNSEEN
            stack += [(child, seen) for child in reversed(node)]
    text = "".join(pieces)
    blank = len(text) - len(text.lstrip("\n"))
    text = text.strip("\n") + "\n"
    ranges = {
        number: (
            min(max(start - blank, 0), len(text)),
            min(max(ends[number] - blank, 0), len(text)),
        )
        for number, start in starts.items()
        if number in ends
    }
    return text, {number: span for number, span in ranges.items() if span[0] < span[1]}


def _end_is_deleted(paragraph):
    """Is the end of this paragraph deleted, so that the next one goes on in its line?"""
    marks = (
        mark
        for child in paragraph
        if _local(child) == "pPr"
        for inner in child
        if _local(inner) == "rPr"
        for mark in inner
    )
    return any(_local(mark) in UNSEEN for mark in marks)


# Comments ------------------------------------------------------------------------------------


def _comments(root, replies):
    for node in root:
        if _local(node) != "comment":
            continue
        paragraphs = [inner for inner in node.iter() if _local(inner) == "p"]
        is_reply = any(p.get(PARA_ID) in replies for p in paragraphs if p.get(PARA_ID))
        yield Comment(
            _attribute(node, "id"),
            _attribute(node, "author"),
            _attribute(node, "date"),
            [_words(p) for p in paragraphs],
            is_reply,
        )


def _words(paragraph):
    words = []
    for node in paragraph.iter():
        if any(_local(parent) in UNSEEN for parent in node.iterancestors()):
            continue
        words.append((node.text or "") if _local(node) == "t" else SIGNS.get(_local(node), ""))
    return "".join(words)


def _replies(archive, parts):
    """Paragraph ids of the comments that answer another one."""
    if "commentsExtended" not in parts:
        return set()
    root = parse_xml(archive.read(parts["commentsExtended"]))
    return {_attribute(node, "paraId") for node in root if _attribute(node, "paraIdParent")}
