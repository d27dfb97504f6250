"""What one file of a coding tool holds, in our words; every reader of a tool gives this."""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

BOM = "\ufeff"
UNWRITABLE = re.compile("[\0\ud800-\udfff]")
BEYOND_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def writable(text):
    """NUL and halves of surrogate pairs, which no text file can hold, as U+FFFD."""
    return UNWRITABLE.sub("\ufffd", text)


@dataclass
class Essay:
    """One essay as a tool stores it.

    Attributes
    ----------
    name : str
        As the tool calls it.
    text : str
        Our text: no byte-order mark, line ends as LF, nothing else changed.
    bom : int
        Byte-order marks before the stored text.
    crlf : ndarray of int
        Places in `text` of the line ends that are stored as two characters, CR and LF.
    inserted : ndarray of int
        Places in `text` of line ends that the tool does not count: they part blocks of HTML.
    attributes : dict of str to str
    note : str
        What had to be replaced in it, for the researcher.
    """

    name: str
    text: str
    bom: int = 0
    crlf: np.ndarray = field(default_factory=lambda: np.empty(0, int))
    inserted: np.ndarray = field(default_factory=lambda: np.empty(0, int))
    attributes: dict = field(default_factory=dict)
    note: str = ""


def stored_essay(name, stored, **more):
    """An essay from its text as stored, made writable."""
    note = ""
    if UNWRITABLE.search(stored):
        stored = writable(stored)
        note = "characters that no text file can hold are now U+FFFD"
    bom = len(stored) - len(stored.lstrip(BOM))
    body = stored[bom:]
    crlf = np.empty(0, int)
    if "\r" in body:
        signs = code_points(body)
        pairs = np.flatnonzero((signs[:-1] == 13) & (signs[1:] == 10))
        crlf = pairs - np.arange(len(pairs))
        body = body.replace("\r\n", "\n").replace("\r", "\n")
    return Essay(name, body, bom, crlf, note=note, **more)


def code_points(text):
    """The text as an array of code points."""
    return np.frombuffer(text.encode("utf-32-le"), dtype="<u4")


class Coding(NamedTuple):
    """One coder applied one code to one place, as the tool keeps it.

    essay is a key of `Material.essays`, or the name of an essay that the file does not hold. Empty
    coder: the tool does not say. start and end count as the tool counts; both None with a
    quotation: to be found by it; without: the whole essay is coded. reason: why it cannot be
    imported, where the reader knows already (see REASONS).
    """

    essay: object
    coder: str
    code: str
    start: int | None
    end: int | None
    quotation: str = ""
    memo: str = ""
    date: str = ""
    source_ref: str = ""
    reason: str = ""


REASONS = {
    "essay_unknown": "the essay is neither in the files nor in the study",
    "source_missing": "the tool's file does not hold the essay's text",
    "code_deleted": "the code does not exist in the tool any more",
    "no_code": "no code is attached; its words, if it has any, are kept as a memo",
    "no_span": "it is attached to no words",
    "zero_length": "it covers nothing, or only white space",
    "out_of_range": "it lies outside of the essay",
    "inside_character": "it begins or ends inside a character",
    "quote_mismatch": "the words at its place are not its quotation",
    "quote_not_found": "its quotation is not in the essay",
    "quote_ambiguous": "its quotation is in the essay more than once",
    "duplicate": "an exact repeat of a coding that is written",
    "already_there": "it is in the study already",
    "reply": "an answer to a comment; its words are kept as a memo",
    "cancelled": "the coder cancelled it in the tool",
    "deleted_in_tool": "it is marked as deleted in the tool",
    "consensus": "it is the consensus, no coder's first pass",
    "not_text": "it is attached to an image, a sound, a film or an area of a page",
}


class Memo(NamedTuple):
    """A remark of a coder; start and end count as the tool counts, None: on the whole essay."""

    essay: object  # None: on the whole study
    coder: str
    memo: str
    start: int | None = None
    end: int | None = None
    date: str = ""


@dataclass
class Material:
    """What one file holds.

    Attributes
    ----------
    tool : str
        What was recognised.
    essays : dict of key to Essay
    codings : list of Coding
    codes : dict of str to dict
        Columns of codebook.csv by code.
    memos : list of Memo
    readings : set of (coder, essay) or None
        Who judged which essay; None if the tool does not say.
    asked : dict of (coder, essay) to list of str, or None
        A table of who was to read what, and for which codes (none named: for all); None if the
        file holds no such table.
    ways : sequence of Reading
        In which the tool may count, the known one first (see anchoring).
    known : bool
        Is the first way established for this tool?
    recuts : bool
        The tool cuts its quotations by wrong numbers: they prove nothing.
    notes : list of str
        What the researcher must hear.
    check : dict of str to int
        Codings a code as the tool itself counts them.
    basis : str
        How places are known, where it is not by counting.
    own_name : str
        What may stand for the coder's name where the tool lost it: one coder, one such file.
    part : str
        Which part of a file, where one holds several projects.
    file, sha256 : str
        Name and hash of the file.
    """

    tool: str
    essays: dict = field(default_factory=dict)
    codings: list = field(default_factory=list)
    codes: dict = field(default_factory=dict)
    memos: list = field(default_factory=list)
    readings: set | None = None
    asked: dict | None = None
    ways: tuple = ()
    known: bool = False
    recuts: bool = False
    notes: list = field(default_factory=list)
    check: dict = field(default_factory=dict)
    basis: str = ""
    own_name: str = ""
    part: str = ""
    file: str = ""
    sha256: str = ""
