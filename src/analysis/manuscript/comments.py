"""A copy of a Word manuscript with a comment at each mark; the original is only read.

What Word ignores or refuses (MS-OI29500, 2.1.315): a comment in a note or a text box, which here
stands at the mark of the note instead; and more than 32,767 comments.
"""

import copy
import re
import zipfile
from bisect import bisect_left, bisect_right
from collections import defaultdict
from io import BytesIO
from pathlib import Path

from lxml import etree

from analysis.manuscript.word import RELATIONSHIP, STRICT, parse, read_word
from analysis.problems import Problem

MOST = 32_767
HOLDERS = {"p", "ins", "moveTo", "hyperlink", "sdtContent", "smartTag", "customXml", "fldSimple",
           "dir", "bdo"}  # elements in which a comment may begin and end  # fmt: skip
TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"
TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
OFFICE = {True: "http://purl.oclc.org/ooxml/officeDocument/relationships",
          False: "http://schemas.openxmlformats.org/officeDocument/2006/relationships"}  # fmt: skip
SPACE = "{http://www.w3.org/XML/1998/namespace}space"
NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def commented_copy(path, manuscript, marks, problems, *, author, date):
    """The Word file with a comment at each mark, as bytes; None with the reason.

    Parameters
    ----------
    path : path
        The file that `manuscript` was read from.
    marks : DataFrame
        From `marks`.
    author : str
        Who is shown to have written the comments.
    date : str
        When, as in '2026-01-31T00:00:00Z'. It is given, not taken from the clock, so that the
        same manuscript gives the same file.

    Notes
    -----
    A comment's anchor is exactly the words of its mark: runs are cut there, each part keeping its
    look. Changes that are tracked and comments that are there stay as they are.
    """
    word = read_word(path, problems)
    if word is None:
        return None
    name = Path(path).name
    if word.text != manuscript.text:
        todo = "Run the audit again."
        problems.append(Problem("is not the manuscript that was audited.", todo, name))
        return None
    w = word.root.tag.partition("}")[0] + "}"
    comments, comments_name, members = _comments_part(word, w)
    if len(comments) + len(marks) > MOST:
        what = f"would get {len(marks)} comments, more than Word can open."
        problems.append(Problem(what, "Comment on fewer verdicts.", name))
        return None
    ids = [int(c.get(f"{w}id")) for c in comments if (c.get(f"{w}id") or "").isdecimal()]
    first = max(ids, default=-1) + 1
    anchors = _Anchors(word, w)
    for key, mark in enumerate(marks.itertuples(), start=first):
        hidden = anchors.add(mark.start, mark.end, key)
        words = f"“{mark.words}” " if hidden else ""
        comments.append(_comment(mark, key, words, author, date, w))
    anchors.place()
    members[word.archive.document] = _bytes(word.root)
    members[comments_name] = _bytes(comments)
    return _zipped(members)


# Anchors -------------------------------------------------------------------------------------


class _Anchors:
    """Where comments begin and end. Runs are cut once for all of them, then marks are set."""

    def __init__(self, word, w):
        self.w = w
        self.places = sorted(word.places, key=lambda place: place.start)
        self.starts = [place.start for place in self.places]
        self.ends = [place.end for place in self.places]
        self.cuts, self.asked = defaultdict(set), []

    def add(self, start, end, key):
        """Ask for a comment on text[start:end]; whether its words are in a note or text box."""
        left = min(bisect_right(self.ends, start), len(self.places) - 1)
        right = max(bisect_left(self.starts, end) - 1, left)
        first, last = self.places[left], self.places[right]
        if first.anchor is not None or last.anchor is not None:
            anchor = first.anchor if first.anchor is not None else last.anchor
            self.asked.append((key, (anchor, None), (anchor, None)))
            return True
        begin = first.at + max(start - first.start, 0)
        finish = last.at + max(min(end, last.end) - last.start, 0)
        self.cuts[first.node].add(begin)
        self.cuts[last.node].add(finish)
        self.asked.append((key, (first.node, begin), (last.node, finish)))
        return False

    def place(self):
        begins, ends = {}, {}
        for node, offsets in self.cuts.items():
            for offset, before, after in self._cut(node, sorted(offsets)):
                ends[node, offset] = before
                begins[node, offset] = after
        for key, begin, end in self.asked:
            first = self._holder(begins.get(begin, begin[0]))
            last = self._holder(ends.get(end, end[0]))
            first.addprevious(self._made("commentRangeStart", key))
            reference = etree.Element(f"{self.w}r")
            reference.append(self._made("commentReference", key))
            self._in_paragraph(last).addnext(reference)
            last.addnext(self._made("commentRangeEnd", key))

    def _made(self, name, key):
        return etree.Element(f"{self.w}{name}", {f"{self.w}id": str(key)})

    def _cut(self, node, offsets):
        """Cut a `w:t` and its run; (offset, the part that ends there, the part that begins)."""
        text, piece, done, found = node.text or "", node, 0, []
        splits = node.getparent().tag == f"{self.w}r" and self._holder(node) is node.getparent()
        for offset in offsets:
            before = piece
            if splits and offset > done and offset < len(text):
                after = etree.Element(node.tag)
                piece.text, after.text = text[done:offset], text[offset:]
                for part in (piece, after):
                    part.set(SPACE, "preserve")
                piece.addnext(after)
                piece, done = after, offset
            found.append((offset, before, piece))
            if splits:
                self._split_run(piece if offset < len(text) else piece.getnext())
        return found

    def _split_run(self, child):
        """Move a part of a run, and what follows it, into a run of its own with the same look."""
        if child is None:
            return
        run = child.getparent()
        look = run.find(f"{self.w}rPr")
        earlier = [part for part in child.itersiblings(preceding=True) if part is not look]
        if not earlier:
            return
        new = etree.Element(run.tag, dict(run.attrib))
        if look is not None:
            new.append(copy.deepcopy(look))
        for part in [child, *child.itersiblings()]:
            new.append(part)
        run.addnext(new)

    def _holder(self, node):
        """The run of some words, or what stands in its place, beside which a comment may begin."""
        while etree.QName(node.getparent()).localname not in HOLDERS:
            node = node.getparent()
        return node

    def _in_paragraph(self, node):
        """What holds a node, as the paragraph's own child: the reference to a comment is then
        part of no change that is tracked, and of no link."""
        while node.getparent().tag != f"{self.w}p":
            node = node.getparent()
        return node


# Comments ------------------------------------------------------------------------------------


def _comment(mark, key, words, author, date, w):
    comment = etree.Element(f"{w}comment", {f"{w}id": str(key), f"{w}author": _clean(author),
                            f"{w}date": date, f"{w}initials": _initials(author)})  # fmt: skip
    lines = [f"{mark.number} {mark.sign} {mark.verdict}", words + mark.said]
    lines += [f"Suggestion: {mark.suggestion}"] if mark.suggestion else []
    for number, line in enumerate(lines):
        paragraph = etree.SubElement(comment, f"{w}p")
        run = etree.SubElement(paragraph, f"{w}r")
        if number == 0:
            etree.SubElement(etree.SubElement(run, f"{w}rPr"), f"{w}b")
        text = etree.SubElement(run, f"{w}t")
        text.text = _clean(line)
        text.set(SPACE, "preserve")
    return comment


def _initials(author):
    return "".join(word[0] for word in author.split())[:3].upper()


def _clean(text):
    return NO_XML.sub("", " ".join(text.split()))


def _comments_part(word, w):
    """The comments' root, its name, and the members of the file that will hold it."""
    members, archive = dict(word.archive.members), word.archive
    name = archive.related("comments")
    if name in members:
        return parse(members[name]), name, members
    folder, _, document = archive.document.rpartition("/")
    prefix = f"{folder}/" if folder else ""
    name = f"{prefix}comments.xml"
    while name in members:
        name = name.replace("comments", "comments_", 1)
    relations = f"{prefix}_rels/{document}.rels"
    package = RELATIONSHIP.partition("}")[0] + "}"
    root = (
        parse(members[relations])
        if relations in members
        else etree.Element(f"{package}Relationships", nsmap={None: package[1:-1]})
    )
    taken = {relation.get("Id") for relation in root}
    key = next(key for n in range(len(taken) + 1) if (key := f"rIdAudit{n}") not in taken)
    etree.SubElement(root, RELATIONSHIP, {"Id": key, "Target": name.removeprefix(prefix),
                     "Type": f"{OFFICE[w[1:-1] == STRICT]}/comments"})  # fmt: skip
    members[relations] = _bytes(root)
    types = parse(members["[Content_Types].xml"])
    etree.SubElement(types, f"{TYPES}Override", {"PartName": f"/{name}", "ContentType": TYPE})
    members["[Content_Types].xml"] = _bytes(types)
    return etree.Element(f"{w}comments", nsmap={"w": w[1:-1]}), name, members


def _bytes(root):
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _zipped(members):
    """The archive; stored and dated alike, so that the same parts give the same bytes."""
    data = BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)  # its date is 1980-01-01
            info.create_system = 0
            archive.writestr(info, content)
    return data.getvalue()
