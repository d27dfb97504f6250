"""Blocks of Markdown and of plain text, by lines: the text stays the file's, offset for offset."""

import re
from bisect import bisect
from itertools import groupby, pairwise
from typing import NamedTuple

from analysis.manuscript.blocks import (
    HEADING_WORDS,
    Block,
    bare,
    is_section,
    level_of_words,
    looks_like_heading,
)


class Line(NamedTuple):
    start: int
    text: str

    @property
    def end(self):
        return self.start + len(self.text.rstrip())

    @property
    def blank(self):
        return not self.text.strip()


def _lines(text):
    start = 0
    for line in text.split("\n"):
        yield Line(start, line)
        start += len(line) + 1


# Markdown ------------------------------------------------------------------------------------

FENCE = re.compile(r" {0,3}(```+|~~~+)")
HASH_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$")
UNDERLINE = re.compile(r" {0,3}(?:(=+)|-{2,})[ \t]*$")
RULE = re.compile(r" {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$")
QUOTE = re.compile(r" {0,3}>[ \t]?")
ITEM = re.compile(r"[ \t]*(?:[-*+]|(\d{1,9})[.)])[ \t]+")
FOOTNOTE = re.compile(r"\[\^[^\]\s]+\]:[ \t]*")
LINK = re.compile(r" {0,3}\[[^\]^][^\]]*\]:[ \t]*\S+")
DASHES = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")


def markdown(text):
    """Blocks of a Markdown text, and what of it is not read.

    Returns
    -------
    list of Block
    list of tuple
        where, what, why.
    """
    return _Markdown(text).read()


class _Markdown:
    """The lines read so far. `open` is the block that the next line may go on with."""

    def __init__(self, text):
        self.lines = list(_lines(text))
        self.blocks, self.skipped, self.tables = [], [], 0
        self.open = None

    def read(self):
        at = self._front_matter()
        while at < len(self.lines):
            at = self._step(at)
        self._close()
        return self._with_places_of_notes(), self.skipped

    def _with_places_of_notes(self):
        """Blocks, each footnote with the heading under which the text refers to it."""
        text = "\n".join(line.text for line in self.lines)
        headings = [block for block in self.blocks if block.kind == "heading"]
        starts, done = [block.start for block in headings], []
        for block in self.blocks:
            if block.kind == "footnote":
                mark = text[text.rindex("[^", 0, block.start) : block.start].rstrip(": \t")
                above = bisect(starts, text.find(mark)) - 1
                words = text[headings[above].start : headings[above].end] if above >= 0 else ""
                block = block._replace(heading=bare(words))
            done.append(block)
        return done

    def _step(self, at):
        """Read what begins on a line; the line after it."""
        line = self.lines[at]
        if line.blank:
            self._close()
        elif FENCE.match(line.text):
            return self._skip(at, _fence_end, "code", "code is not audited")
        elif line.text.lstrip().startswith("<!--"):
            return self._skip(at, _comment_end, "comment", "a comment is not the text")
        elif heading := HASH_HEADING.match(line.text):
            self._close()
            start, end = (line.start + place for place in heading.span(2))
            self._heading(start, end, len(heading[1]))
        elif self._underlines(line):
            self._close(kind="heading", level=1 if "=" in line.text else 2)
        elif RULE.match(line.text):
            self._close()
        elif self._table_begins(at):
            return self._table(at)
        elif self.open is None and LINK.match(line.text):
            why = "the address of a link is not the text"
            self.skipped.append((f"line {at + 1}", "link", why))
        else:
            self._go_on(line)
        return at + 1

    def _heading(self, start, end, level):
        if start < end:
            self.blocks.append(Block(start, end, "heading", level))

    def _underlines(self, line):
        """Whether a line underlines the one line before it."""
        one = self.open is not None and self.open.kind == "paragraph" and not self.open.quote
        return one and self.open_lines == 1 and UNDERLINE.match(line.text)

    def _go_on(self, line):
        """A line of text: it goes on with the open paragraph or begins one of its own."""
        quote = QUOTE.match(line.text)
        rest = line.text[quote.end() :] if quote else line.text
        start = line.start + len(line.text) - len(rest)
        if not rest.strip():
            self._close()
            return
        note, item = FOOTNOTE.match(rest), ITEM.match(rest)
        if self.open is not None and item and not self.in_list and item[1] not in (None, "1"):
            item = None  # a number at a line's start, as in '... of the\n22. They', is no list
        new = note or item or (quote and not self.open_quote)
        if new or self.open is None:
            self._close()
            mark = note or item
            start += mark.end() if mark else len(rest) - len(rest.lstrip())
            kind = "footnote" if note else "paragraph"
            self.open = Block(start, line.end, kind, quote=bool(quote))
            self.open_lines, self.in_list = 1, bool(item)
        else:
            self.open = self.open._replace(end=line.end)
            self.open_lines += 1

    @property
    def open_quote(self):
        return self.open is not None and self.open.quote

    def _close(self, **change):
        if self.open is not None and self.open.start < self.open.end:
            self.blocks.append(self.open._replace(**change))
        self.open, self.in_list = None, False

    def _table_begins(self, at):
        if "|" not in self.lines[at].text or at + 1 == len(self.lines):
            return False
        dashes = self.lines[at + 1].text
        return "|" in dashes and bool(DASHES.match(dashes))

    def _table(self, at):
        """Read a table whose header stands at a line, the dashes below it; the line after it."""
        self._close()
        rows, after = [at], at + 2
        while after < len(self.lines) and "|" in self.lines[after].text:
            rows.append(after)
            after += 1
        for row, number in enumerate(rows):
            for column, (start, end) in enumerate(_cells(self.lines[number])):
                if start < end:
                    place = {"table": self.tables, "row": row, "column": column}
                    self.blocks.append(Block(start, end, "cell", **place))
        self.tables += 1
        return after

    def _skip(self, at, end_of, what, why):
        self._close()
        self.skipped.append((f"line {at + 1}", what, why))
        return end_of(self.lines, at)

    def _front_matter(self):
        if self.lines[0].text.rstrip() != "---":
            return 0
        for at, line in enumerate(self.lines[1:], start=1):
            if line.text.rstrip() in ("---", "..."):
                why = "settings at the top are not the text"
                self.skipped.append(("line 1", "front matter", why))
                return at + 1
        return 0


def _fence_end(lines, at):
    fence = FENCE.match(lines[at].text)[1]
    for after in range(at + 1, len(lines)):
        if re.fullmatch(rf" {{0,3}}{fence[0]}{{{len(fence)},}}\s*", lines[after].text):
            return after + 1
    return len(lines)


def _comment_end(lines, at):
    for after in range(at, len(lines)):
        if "-->" in lines[after].text:
            return after + 1
    return len(lines)


def _cells(line):
    """Start and end of each cell of a row, white space and the outer bars left out."""
    bars = [bar.start() for bar in re.finditer(r"(?<!\\)\|", line.text)]
    edges = [-1, *bars, len(line.text)]
    cells = [(left + 1, right) for left, right in pairwise(edges)]
    if line.text.lstrip().startswith("|"):
        cells = cells[1:]
    if bars and not line.text[bars[-1] + 1 :].strip():
        cells = cells[:-1]
    for left, right in cells:
        words = line.text[left:right]
        left += len(words) - len(words.lstrip())
        yield line.start + left, line.start + left + len(words.strip())


# Plain text ----------------------------------------------------------------------------------

LONG = 200  # a file with a longer line is not hard-wrapped: each of its lines is a paragraph
MOST_IN_A_ROW = 4  # more short lines than that are a list, not headings
MARKED = re.compile(r"\s*(#{1,6})\s+")
INSIDE = re.compile(r"(?<=\S)[ \t]+(?=#{1,6} \S)")
UNDERLINED = re.compile(r"\s*(=|-|~|\*|_)\1{2,}\s*$")
UNDERLINED_INSIDE = re.compile(r"(\S.{0,400}?) (={3,}|-{5,})(?:\s|$)")
LITTLE_WORDS = set(  # written small within a heading in title case
    """a about against among an and as at between beyond but by de during for from in into its nor
    of off on or over per than that the their through to under up upon versus via vs with within
    without""".split()
)


def plain(text):
    """Blocks of a plain text: headings are underlined, marked with '#', or look like headings.

    Returns
    -------
    list of Block
    """
    lines = [line for whole in _lines(text) for line in _cut_at_hashes(whole)]
    wrapped = max(len(line) for line in text.split("\n")) <= LONG and "\n\n" in text.strip("\n")
    blocks, table = [], -1
    for blank, group in groupby(lines, key=lambda line: line.blank):
        if blank:
            continue
        for tabs, run in groupby(group, key=lambda line: line.text.rstrip().count("\t")):
            run = list(run)
            if tabs and len(run) > 1:
                table += 1
                blocks += _tabbed(run, table)
            else:
                blocks += _paragraphs(run, wrapped)
    return _with_headings(blocks, text)


def _cut_at_hashes(line):
    """A line cut before each '## ' within it, as web pages saved in one line have them."""
    start = 0
    for place in INSIDE.finditer(line.text):
        yield Line(line.start + start, line.text[start : place.start()])
        start = place.end()
    yield Line(line.start + start, line.text[start:])


def _tabbed(run, table):
    for row, line in enumerate(run):
        start = line.start
        for column, cell in enumerate(line.text.split("\t")):
            left = start + len(cell) - len(cell.lstrip())
            if cell.strip():
                place = {"table": table, "row": row, "column": column}
                yield Block(left, left + len(cell.strip()), "cell", **place)
            start += len(cell) + 1


def _paragraphs(run, wrapped):
    """Blocks of lines that no blank line parts. What only may be a heading has level 0."""
    blocks, body = [], []

    def close():
        if body:
            blocks.append(_spanning(body, "paragraph"))
            body.clear()

    for line in run:
        words = line.text.strip()
        if UNDERLINED.match(line.text) and body:
            above = body.pop()
            close()
            level = {"=": 1, "-": 2}.get(words[0], 3)
            blocks.append(_spanning([above], "heading", level))
        elif MARKED.match(words) or UNDERLINED_INSIDE.match(words):
            close()
            blocks += _marked(line)
        elif not body and (is_section(words) or _shouted(words)):
            blocks.append(_spanning([line], "heading", level_of_words(words)))
        else:
            body.append(line)
            if not wrapped:
                close()
    close()
    return blocks


def _spanning(lines, kind, level=0):
    first = lines[0]
    indent = len(first.text) - len(first.text.lstrip())
    return Block(first.start + indent, lines[-1].end, kind, level)


def _shouted(words):
    return words.isupper() and looks_like_heading(words) and len(words) > 3


def _marked(line):
    """Heading and paragraph of a line that begins with '## ', or holds its own underline."""
    words = line.text.rstrip()
    mark = MARKED.match(words)
    if mark:
        level, start = len(mark[1]), mark.end()
        end = start + (_heading_end(words[start:]) or len(words[start:]))
        rest = end
    else:
        title = UNDERLINED_INSIDE.match(words)
        level, (start, end), rest = 1 if "=" in title[2] else 2, title.span(1), title.end()
    yield Block(line.start + start, line.start + end, "heading", level)
    after = words[rest:].lstrip()
    if after:
        yield Block(line.start + len(words) - len(after), line.start + len(words), "paragraph")


def _heading_end(words):
    """Where a heading ends whose text goes on in the same line, by its capitals.

    In 'Data and Sample This study draws on' the first small word that no heading writes small
    is 'study': the sentence began with the capital before it. In 'Data and sample This study'
    only the first word has a capital, and the next capital begins the sentence.
    """
    if len(words.split()) <= HEADING_WORDS and words[-1:] not in ".!?":
        return len(words)
    capital, sentence_case, end = 0, False, 0
    for index, word in enumerate(re.finditer(r"\S+", words)):
        letter = word[0].lstrip("(“‘\"'*[")[:1]
        if word[0].startswith(("*", "#")) and index:
            return end
        if letter.isdigit() and is_section(words[:end]):
            return end  # 'References 1. Adams'
        if letter.isupper():
            if sentence_case:
                return end
            capital = word.start() if index else 0
        elif index and letter.islower() and not sentence_case and word[0] not in LITTLE_WORDS:
            if capital:
                return len(words[:capital].rstrip())
            sentence_case = True
        end = word.end() if letter.isalpha() or capital else end
    return end


def _with_headings(blocks, text):
    """Paragraphs that stand alone, are short and without a stop become headings."""
    short = [block.kind == "paragraph" and looks_like_heading(text[block.start : block.end])
             and "\n" not in text[block.start : block.end] for block in blocks]  # fmt: skip
    done, at = [], 0
    for is_short, run in groupby(zip(blocks, short, strict=True), key=lambda pair: pair[1]):
        run = [block for block, _ in run]
        at += len(run)
        if is_short and at < len(blocks) and blocks[at].kind == "paragraph":
            from_ = 0 if len(run) <= MOST_IN_A_ROW else len(run) - 1
            run[from_:] = [
                block._replace(kind="heading", level=level_of_words(text[block.start : block.end]))
                for block in run[from_:]
            ]
        done += run
    return done
