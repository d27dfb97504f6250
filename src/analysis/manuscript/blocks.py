"""Blocks of a manuscript: what each stretch of its text is, and under which heading it stands."""

import itertools
import re
from typing import NamedTuple

import pandas as pd

BETWEEN = "\n\n"  # parts the blocks of a text that is put together here

SECTIONS = re.compile(  # what a section of a paper is usually called, without its number
    r"""(?:abstract|summary|introduction|background|aims?|objectives?|methods?|methodology
    |materials?\ and\ methods?|participants?|procedures?|findings|results?
    |results?\ and\ discussion|discussion|limitations?|strengths?\ and\ limitations?|implications?
    |conclusions?|appendix(?:\ \w)?|keywords?)""",
    re.VERBOSE | re.IGNORECASE,
)
BACK_MATTER = re.compile(  # headings of what follows the paper and is not audited
    r"""(?:references?|bibliography|works\ cited|literature\ cited|reference\ list|notes
    |footnotes|endnotes|data\ (?:and\ materials?\ )?(?:availability|sharing|access).*
    |availability\ of\ data.*|code\ availability.*|acknowledge?ments?|funding.*
    |financial\ (?:support|disclosures?).*|(?:conflicts?|declarations?|statements?)\ (?:of|and)\ .*
    |competing\ (?:interests?|financial\ interests?).*|declarations?|disclosures?.*
    |authors?['’]?s?['’]?\ (?:contributions?|information|affiliations?|notes?).*
    |contributors?|contributorship.*|credit\ .*|about\ the\ authors?|author\ biograph.*
    |orcid.*|abbreviations?|list\ of\ abbreviations?|supplement(?:ary|al)\ .*
    |supporting\ information.*|publisher['’]s\ note.*|open\ access|licen[cs]e.*|copyright.*
    |additional\ (?:information|files?).*|correspondence.*|provenance\ and\ peer\ review.*)""",
    re.VERBOSE | re.IGNORECASE,
)
AMONG_BACK_MATTER = re.compile(  # these only where back matter has begun: Methods have them too
    r"(?:ethic.*|consent .*|patient consent.*|patient and public involvement.*)",
    re.IGNORECASE,
)
NUMBER = re.compile(r"(?:\d{1,2}(?:\.\d{1,2})*\.?|[IVX]{1,5}\.|[A-Z]\.)\s+")
QUOTING_COLUMN = re.compile(r"quot|extract|excerpt|exemplar|verbatim", re.IGNORECASE)
CAPTION = re.compile(r"(?:table|fig(?:ure|\.)?|box|scheme|note)\s*\w{0,3}\d", re.IGNORECASE)
HEADING_WORDS = 12  # a line that only looks like a heading is no longer than this


class Block(NamedTuple):
    """One stretch of text. `heading` is None until the headings before it are known."""

    start: int
    end: int
    kind: str
    level: int = 0
    quote: bool = False
    table: int = -1
    row: int = -1
    column: int = -1
    heading: str | None = None


class Text:
    """A text that is put together block by block."""

    def __init__(self):
        self.pieces, self.blocks, self.length = [], [], 0

    def add(self, text, kind, **place):
        """Append a block; its start, or None where there is nothing to append."""
        if not text.strip():
            return None
        if self.blocks:
            self.pieces.append(BETWEEN)
            self.length += len(BETWEEN)
        start = self.length
        self.pieces.append(text)
        self.length += len(text)
        self.blocks.append(Block(start, self.length, kind, **place))
        return start

    @property
    def text(self):
        return "".join(self.pieces) + ("\n" if self.pieces else "")


def table_of(blocks, text):
    """Blocks in their order as a table, each with its heading; back matter becomes 'reference'.

    Returns
    -------
    DataFrame
        start, end, kind (heading, paragraph, cell, footnote, reference), level, heading, table,
        row, column, quote (True for a block quotation, and for a cell of a column headed as
        quotations). A heading inside the back matter is 'reference' too, and keeps its level.
    """
    rows, heading, back, quoting = [], "", None, set()
    for block in blocks:
        words = bare(text[block.start : block.end])
        if block.kind == "heading":
            back = _back_matter(words, block.level, back)
            heading = words
        if block.row == 0 and QUOTING_COLUMN.search(words):
            quoting.add((block.table, block.column))
        in_back_matter = back is not None and block.kind != "footnote"  # it belongs elsewhere
        rows.append(
            block._replace(
                kind="reference" if in_back_matter else block.kind,
                quote=block.quote or (block.row > 0 and (block.table, block.column) in quoting),
                heading=heading if block.heading is None else block.heading,
            )
        )
    columns = ["start", "end", "kind", "level", "heading", "table", "row", "column", "quote"]
    types = {"kind": str, "heading": str, "quote": bool}
    return pd.DataFrame(rows, columns=Block._fields)[columns].astype(
        {name: types.get(name, int) for name in columns}
    )


def _back_matter(words, level, since):
    """Level of the heading since which all is back matter, after this heading; None: none."""
    name = without_number(words).rstrip(":. ")
    if since is not None and level > since:
        return since
    if BACK_MATTER.fullmatch(name):
        return level
    if since is not None and AMONG_BACK_MATTER.fullmatch(name):
        return level
    return None


def bare(words):
    """A heading's words without the marks of italics and bold."""
    return " ".join(words.replace("*", "").split())


def without_number(words):
    """A heading without its number: '2.1 Sample' is 'Sample'."""
    return NUMBER.sub("", words, count=1)


def is_section(words):
    """Whether a line is the usual name of a section or of back matter."""
    name = without_number(words.strip()).rstrip(":. ")
    return bool(SECTIONS.fullmatch(name) or BACK_MATTER.fullmatch(name))


def looks_like_heading(words):
    """Whether a line that stands alone is short and does not end as a sentence does."""
    words = words.strip()
    return (
        len(words.split()) <= HEADING_WORDS
        and words[-1:] not in ".,;:?!…"
        and words[:1] not in "-*•–“\"'‘([|"
        and any(letter.isalpha() for letter in words)
        and not CAPTION.match(words)
    )


def level_of_words(words):
    """Level of a heading that shows none: by its number, else 1 for a usual section, else 2."""
    number = re.match(r"(\d{1,2}(?:\.\d{1,2})*)\.?\s", words)
    if number:
        return number[1].count(".") + 1
    return 1 if is_section(words) else 2


def columns_spanned(value):
    """How many columns a cell says it spans; 1 where it says nothing that can be."""
    return int(value) if re.fullmatch("[1-9][0-9]{0,2}", value or "") else 1


# Italics and superscripts --------------------------------------------------------------------


class Piece(NamedTuple):
    """Text of one look; `node` and `at` tell where in the file it came from, if it can be told."""

    text: str
    italic: bool = False
    node: object = None
    at: int = 0

    def cut(self, start, end):
        return self._replace(text=self.text[start:end], at=self.at + start)


def with_asterisks(pieces):
    """Pieces in which italics stand between asterisks, white space at their edges outside."""
    done = []
    for italic, run in itertools.groupby(pieces, key=lambda piece: piece.italic):
        run = list(run)
        done += _starred(run) if italic else run
    return done


def _starred(run):
    words = "".join(piece.text for piece in run)
    if not any(letter.isalnum() for letter in words):
        return run
    lead, end = len(words) - len(words.lstrip()), len(words.rstrip())
    return [*part(run, 0, lead), Piece("*"), *part(run, lead, end), Piece("*"),
            *part(run, end, len(words))]  # fmt: skip


def part(pieces, start, end):
    """The pieces of the characters from start to end."""
    found, at = [], 0
    for piece in pieces:
        left, right = max(start - at, 0), min(end - at, len(piece.text))
        if left < right:
            found.append(piece.cut(left, right))
        at += len(piece.text)
    return found


def superscript(words, before):
    """What a superscript says in a line of text: '[3,4]' after a word, '^2' after a unit.

    A superscript number after a word is a citation. Read as it stands it would grow into the
    number before it: 'in 22' with note 3 is not 223.
    """
    if not re.fullmatch(r"[\d\s,;–\-]*\d[\d\s,;–\-]*", words):
        return words
    if re.search(r"(?:\b[cmk]?m|\bs|\d)$", before):
        return f"^{words}"
    return f"[{words.strip()}]"
