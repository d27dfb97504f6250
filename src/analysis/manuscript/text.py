"""A manuscript of any format becomes one text, and a table of what each stretch of it is."""

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from analysis.files import read_text
from analysis.manuscript.blocks import table_of
from analysis.manuscript.latex import latex
from analysis.manuscript.plain import markdown, plain
from analysis.manuscript.web import web_page
from analysis.manuscript.word import read_word
from analysis.problems import Problem

SKIPPED = ["where", "what", "why"]


def _nothing_skipped():
    return pd.DataFrame(columns=SKIPPED, dtype=str)


@dataclass(frozen=True)
class Manuscript:
    """A manuscript as it is audited.

    Attributes
    ----------
    name : str
        The file's name.
    text : str
        Of .txt and .md the file's text as it is (LF, no byte-order mark), so that offsets are
        offsets into the file. Of .docx, .html and .tex the text as it is read: italics between
        asterisks, a blank line between blocks, a superscript number as a citation ('[3]').
    blocks : DataFrame
        start, end, kind (heading | paragraph | cell | footnote | reference), level (1.. for
        headings, else 0), heading (text of the nearest heading, '' before any; a footnote has
        that of the place it belongs to), table, row, column (-1 where it is no cell), quote
        (True where the whole block is set as a quotation). Sorted, not overlapping; text between
        them is not audited. 'reference' is the list of references and other back matter.
    skipped : DataFrame
        where, what, why: what of the file is not in the text or not audited.
    """

    name: str
    text: str
    blocks: pd.DataFrame
    skipped: pd.DataFrame = field(default_factory=_nothing_skipped)


def read_manuscript(path, problems):
    """The manuscript, or None with the reasons among the problems."""
    path = Path(path)
    ending = path.suffix.lower()
    if not path.is_file():
        problems.append(
            Problem("is not there.", "Name the manuscript's file by its whole path.", path.name)
        )
        return None
    if ending not in READERS:
        what = f"the ending '{path.suffix}' cannot be read." if ending else "has no ending."
        todo = f"Save the manuscript as one of {', '.join(READERS)}."
        problems.append(Problem(what, todo, path.name))
        return None
    read = READERS[ending](path, problems)
    if read is None:
        return None
    text, blocks, skipped = read
    if not blocks:
        problems.append(
            Problem("there is no text in it.", "Check that it is the manuscript.", path.name)
        )
        return None
    skipped = pd.DataFrame(skipped, columns=SKIPPED, dtype=str)
    return Manuscript(path.name, text, table_of(blocks, text), skipped)


def _read_docx(path, problems):
    word = read_word(path, problems)
    return None if word is None else (word.text, word.blocks, word.skipped)


def _read_markdown(path, problems):
    text = read_text(path, path.name, problems)
    return None if text is None else (text, *markdown(text))


def _read_plain(path, problems):
    text = read_text(path, path.name, problems)
    return None if text is None else (text, plain(text), [])


def _read_web(path, problems):
    source = read_text(path, path.name, problems)
    return None if source is None else web_page(source, path.name, problems)


def _read_latex(path, problems):
    source = read_text(path, path.name, problems)
    return None if source is None else latex(source, path.name, problems)


READERS = {
    ".docx": _read_docx,
    ".md": _read_markdown,
    ".txt": _read_plain,
    ".html": _read_web,
    ".htm": _read_web,
    ".tex": _read_latex,
}
