"""Web pages: their text as it is shown, block by block."""

import re
from collections import Counter

import lxml.html
from lxml import etree

from analysis.manuscript.blocks import (
    Piece,
    Text,
    bare,
    columns_spanned,
    superscript,
    with_asterisks,
)
from analysis.problems import Problem

HEADINGS = {f"h{level}": level for level in range(1, 7)}
BLOCKS = set(  # elements that begin and end a paragraph
    """p div li ul ol dl dt dd blockquote section article header footer main figure figcaption
    address caption hr table tr td th thead tbody tfoot aside form fieldset details
    summary""".split()
) | set(HEADINGS)
UNREAD = {  # elements whose content is not the text
    "script": "a script", "style": "a style sheet", "template": "a template",
    "noscript": "words for browsers without scripts", "nav": "a menu", "svg": "a drawing",
    "iframe": "another page inside the page", "object": "an embedded object",
    "img": "a picture", "textarea": "a form field", "select": "a form field",
    "button": "a button", "pre": "code", "del": "deleted words", "s": "struck-out words",
    "annotation": "the source of a formula",
}  # fmt: skip
NOTE = re.compile(r"\b(?:foot|end)-?notes?\b", re.IGNORECASE)
NOT_SHOWN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def web_page(source, file, problems):
    """Text, blocks and what is skipped of a web page; None with the reason among the problems.

    Returns
    -------
    tuple of (str, list of Block, list of tuple) or None
    """
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        root = lxml.html.document_fromstring(source.encode(), parser=parser)
    except (etree.ParserError, ValueError):
        problems.append(
            Problem("there is no text in it.", "Check that it is the manuscript.", file)
        )
        return None
    if any("depth" in entry.message for entry in parser.error_log):
        what = "nests its elements deeper than a page can need, and cannot be read to its end."
        problems.append(Problem(what, "Save the manuscript as .docx or .md.", file))
        return None
    body = root.find("body")
    body = root if body is None else body
    skipped = [("page", f"{what} ({n} times)" if n > 1 else what, "it is not the text")
               for what, n in sorted(_drop_unread(body).items())]  # fmt: skip
    page = _Page()
    page.read(body)
    return page.text.text, page.text.blocks, skipped


def _drop_unread(body):
    """Take what is not read out of the page; how often each."""
    unread, nodes = Counter(), []
    walk = etree.iterwalk(body, events=("start",))
    for _, node in walk:
        hidden = "hidden" in node.attrib or NOT_SHOWN.search(node.get("style", ""))
        back_link = node.get("role") == "doc-backlink" or "footnote-back" in node.get("class", "")
        if node is not body and (hidden or back_link or node.tag in UNREAD):
            walk.skip_subtree()
            nodes.append(node)
            what = UNREAD.get(node.tag, "hidden words")
            unread[what] += not back_link
    for node in nodes:
        node.drop_tree()
    return +unread


class _Page:
    """Walks a page once. `pieces` are the letters of the block that is open, and `around` the
    elements around it that say what it is."""

    def __init__(self):
        self.text, self.pieces, self.around = Text(), [], []
        self.italic, self.raised = 0, []
        self.tables, self.grids = 0, []
        self.heading, self.referred = "", {}

    def read(self, body):
        for event, node in etree.iterwalk(body, events=("start", "end")):
            if event == "start":
                self._start(node)
                self._letters(node.text)
            else:
                self._end(node)
                self._letters(node.tail if node is not body else "")
        self._close()

    def _start(self, node):
        tag = node.tag
        if tag in BLOCKS:
            self._edge(tag)
            self.around.append(self._what(node))
        elif tag in ("i", "em"):
            self.italic += 1
        elif tag == "sup" or _is_jump(node):
            self.raised.append(len(self.pieces))
        elif tag == "br":
            self.pieces.append(Piece("\n"))
        elif tag == "q":
            self._letters("“")
        if _is_jump(node):
            self.referred.setdefault(node.get("href")[1:], self.heading)

    def _end(self, node):
        tag = node.tag
        if tag in BLOCKS:
            self._edge(tag)
            self.around.pop()
            if tag == "table":
                self.grids.pop()
        elif tag in ("i", "em"):
            self.italic -= 1
        elif tag == "sup" or _is_jump(node):
            self._lower(self.raised.pop())
        elif tag == "q":
            self._letters("”")

    def _edge(self, tag):
        """An element's edge ends the block; within a cell it only ends the line."""
        in_cell = any(kind == "cell" for kind, _ in filter(None, self.around))
        if in_cell and tag not in ("td", "th", "tr", "table"):
            self.pieces.append(Piece("\n"))
        else:
            self._close()

    def _what(self, node):
        """(kind, place) that an element gives to the text in it; None: what is around decides."""
        tag = node.tag
        if tag in HEADINGS:
            return "heading", {"level": HEADINGS[tag]}
        if tag == "blockquote":
            return "paragraph", {"quote": True}
        if tag == "table":
            self.grids.append({"table": self.tables, "row": -1, "column": 0})
            self.tables += 1
        elif tag == "tr" and self.grids:
            self.grids[-1].update(row=self.grids[-1]["row"] + 1, column=0)
        elif tag in ("td", "th") and self.grids:
            place = dict(self.grids[-1])
            self.grids[-1]["column"] += columns_spanned(node.get("colspan"))
            return "cell", place
        elif tag in ("li", "aside", "p", "div") and self._is_note(node):
            return "footnote", {"heading": self.referred.get(node.get("id"))}
        return None

    def _is_note(self, node):
        around = node if node.tag == "aside" else node.getparent().getparent()
        says = [n.get(name, "") for n in (node, around) if n is not None
                for name in ("role", "class", "id")]  # fmt: skip
        return "id" in node.attrib and any(NOTE.search(words) for words in says)

    def _letters(self, text):
        if text:
            self.pieces.append(Piece(re.sub(r"[ \t\r\f\n]+", " ", text), self.italic > 0))

    def _lower(self, since):
        before = "".join(piece.text for piece in self.pieces[max(since - 3, 0) : since])
        words = "".join(piece.text for piece in self.pieces[since:])
        shown = superscript(words.strip(), before)
        if shown != words.strip():
            self.pieces[since:] = [Piece(shown)]

    def _close(self):
        kind, place = next(filter(None, reversed(self.around)), ("paragraph", {}))
        pieces = with_asterisks(_single_spaced(self.pieces))
        words = "".join(piece.text for piece in pieces).strip()
        self.pieces, self.raised = [], [0 for _ in self.raised]
        self.text.add(words, kind, **place)
        if kind == "heading" and words:
            self.heading = bare(words)


def _is_jump(node):
    """Whether a node is a link to a place in the page, as the mark of a note is."""
    return node.tag == "a" and node.get("href", "").startswith("#")


def _single_spaced(pieces):
    """Pieces without the white space that follows other white space; line ends are kept."""
    done, before = [], "\n"
    for piece in pieces:
        text = piece.text
        if before in " \n":
            text = text.lstrip(" " if before == " " else " \n")
        if text:
            done.append(piece._replace(text=text))
            before = text[-1]
    return done
