"""Essays of any format become one table; the table is cut into sentences.

An essay's text is what the reader of the file saw: UTF-8, line ends as LF, no byte-order mark,
and nothing else changed, because every offset in the codings counts on it.
"""

import logging
import re
import unicodedata
import zipfile
import zlib
from pathlib import Path

import lxml.html
import numpy as np
import pandas as pd
import sentencex
from lxml import etree
from pypdf import PdfReader

from analysis.files import read_text
from analysis.problems import Problem
from analysis.tables import STUDY_TABLES, check_filled, read_table

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
STRICT_WORD = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
ODT_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
ODT_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
PARSER = etree.XMLParser(
    resolve_entities=False,
    no_network=True,
    load_dtd=False,
    huge_tree=False,
    remove_comments=True,
    remove_pis=True,
)
UNREADABLE = (  # what a damaged or locked archive raises
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    RuntimeError,
    etree.XMLSyntaxError,
    OSError,
)


def read_essays(folder, problems):
    """All essays of a study, from `essays/` or `essays.csv`.

    Returns
    -------
    DataFrame
        essay_id (the file's name without its ending, or the column), text, read_from (the file);
        other columns
        of essays.csv are kept as attributes. Sorted by essay_id. An essay that is among the
        problems has no text (NaN), so that its codings are not blamed as well.
    """
    folder = Path(folder)
    in_files, in_table = folder / "essays", folder / "essays.csv"
    if in_files.is_dir() and in_table.is_file():
        problems.append(
            Problem(
                "both essays/ and essays.csv are there.",
                "Keep one of them, so that it is clear which text was coded.",
                "essays.csv",
            )
        )
        return None
    if in_table.is_file():
        essays = _essays_of_table(in_table, problems)
    elif in_files.is_dir():
        essays = _essays_of_files(in_files, problems)
    else:
        problems.append(
            Problem(
                "the essays are missing.",
                "Put one file an essay into the folder essays/, or write essays.csv.",
                "essays/",
            )
        )
        return None
    if essays is None:
        return None
    return essays.sort_values("essay_id", kind="stable").reset_index(drop=True)


def _essays_of_table(path, problems):
    before = len(problems)
    essays = read_table(path, "essays.csv", STUDY_TABLES["essays.csv"], problems)
    if essays is None or len(problems) > before:  # a damaged row would blame all its codings
        return None
    if essays.empty:
        todo = "Write one row an essay."
        problems.append(Problem("there is no essay in it.", todo, "essays.csv"))
        return None
    check_filled(essays, ["essay_id"], "essays.csv", problems)
    same = essays["essay_id"].str.casefold()
    for row in essays.index[same.duplicated() & same.ne("")]:
        problems.append(
            Problem(
                f"essay id '{essays.at[row, 'essay_id']}' stands already in row "
                f"{same.index[same.eq(same[row])][0]}.",
                "Give each essay one row and an id of its own.",
                "essays.csv",
                row,
                "essay_id",
            )
        )
    essays["text"] = essays["text"].str.replace("\r\n", "\n").str.replace("\r", "\n")
    for row in essays.index[essays["text"].str.strip().eq("")]:
        problems.append(
            Problem(
                f"essay '{essays.at[row, 'essay_id']}' is empty.",
                "Fill in its text, or remove the row.",
                "essays.csv",
                row,
                "text",
            )
        )
    essays["text"] = essays["text"].where(
        essays["text"].str.strip().ne("") & ~same.duplicated(keep=False)
    )
    essays["read_from"] = "essays.csv"
    return essays


def _essays_of_files(folder, problems):
    rows = []
    seen = {}
    for path in sorted(folder.iterdir()):
        file = f"essays/{path.name}"
        if path.name.startswith((".", "~$")):
            continue
        if path.is_dir():
            problems.append(
                Problem(
                    "is a folder, which is not read.",
                    "Move its files into essays/, or move it away.",
                    file,
                )
            )
            continue
        essay_id = unicodedata.normalize("NFC", path.stem)
        other = seen.setdefault(essay_id.casefold(), file)
        if other != file:
            problems.append(
                Problem(
                    f"essay id '{essay_id}' is also that of {other}.",
                    "Keep one of the two files, or give one of them another name.",
                    file,
                )
            )
            rows = [(id_, None if place == other else text, place) for id_, text, place in rows]
            rows.append((essay_id, None, file))
        else:
            rows.append((essay_id, _text_of_file(path, file, problems), file))
    if not rows:
        problems.append(
            Problem("there is no essay in the folder.", "Put one file an essay there.", "essays/")
        )
        return None
    return pd.DataFrame(rows, columns=["essay_id", "text", "read_from"], dtype=str)


def _text_of_file(path, file, problems):
    """Text of one essay, or None with the reason among the problems."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        what = f"the ending '{path.suffix}' cannot be read." if path.suffix else "has no ending."
        problems.append(
            Problem(
                what,
                f"Save it as one of {', '.join(READERS)}, or move it out of essays/.",
                file,
            )
        )
        return None
    text = reader(path, file, problems)
    if text is None:
        return None
    if not text.strip():
        problems.append(
            Problem("the essay is empty.", "Fill in its text, or remove the file.", file)
        )
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n")


# One reader a format -------------------------------------------------------------------------


def _damaged(kind, file):
    return Problem(
        f"cannot be read as {kind}; it is damaged, locked by a password, or of another kind.",
        "Open it in the program that made it, save it again, and copy it anew.",
        file,
    )


def _read_docx(path, file, problems):
    """Body text of a Word file as it reads with all changes accepted."""
    try:
        with zipfile.ZipFile(path) as archive:
            root = etree.fromstring(archive.read("word/document.xml"), PARSER)
    except UNREADABLE:
        problems.append(_damaged("a Word file", file))
        return None
    space = WORD if root.tag.startswith(WORD) else STRICT_WORD
    pieces = {
        f"{space}tab": "\t",
        f"{space}br": "\n",
        f"{space}cr": "\n",
        f"{space}noBreakHyphen": "-",
    }
    skipped = {f"{space}del", f"{space}moveFrom", f"{space}instrText", f"{space}delText"}
    skipped.add("{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback")
    paragraphs = []
    for paragraph in root.iter(f"{space}p"):
        if any(parent.tag in skipped for parent in paragraph.iterancestors()):
            continue
        text = []
        for node in _nodes_without(paragraph, skipped | {f"{space}p", f"{space}pPr"}):
            text.append(node.text or "" if node.tag == f"{space}t" else pieces.get(node.tag, ""))
        mark = paragraph.find(f"{space}pPr/{space}rPr")
        joined = mark is not None and any(child.tag in skipped for child in mark)
        paragraphs.append("".join(text) + ("" if joined else "\n"))  # its end is deleted too
    return "".join(paragraphs).strip("\n") + "\n"


def _nodes_without(element, skipped):
    """Descendants in document order, without those inside a skipped element."""
    stack = list(reversed(element))
    while stack:
        node = stack.pop()
        if node.tag in skipped:
            continue
        yield node
        stack.extend(reversed(node))


def _read_odt(path, file, problems):
    try:
        with zipfile.ZipFile(path) as archive:
            root = etree.fromstring(archive.read("content.xml"), PARSER)
    except UNREADABLE:
        problems.append(_damaged("an OpenDocument text", file))
        return None
    body = root.find(f".//{ODT_OFFICE}text")
    if body is None:
        problems.append(_damaged("an OpenDocument text", file))
        return None
    paragraphs = [
        _odt_text(paragraph)
        for paragraph in body.iter(*ODT_PARAGRAPHS)
        if not any(parent.tag in ODT_SKIPPED for parent in paragraph.iterancestors())
    ]
    return "\n".join(paragraphs).strip("\n") + "\n"


ODT_SKIPPED = {f"{ODT_OFFICE}annotation", f"{ODT_TEXT}note", f"{ODT_TEXT}tracked-changes"}
ODT_PARAGRAPHS = {f"{ODT_TEXT}p", f"{ODT_TEXT}h"}
MOST_SPACES = 1000  # that one element may stand for: a damaged file claims thousands of millions


def _odt_text(paragraph):
    space = {f"{ODT_TEXT}tab": "\t", f"{ODT_TEXT}line-break": "\n"}
    skipped = ODT_SKIPPED | ODT_PARAGRAPHS  # a paragraph within (a text box) stands for itself
    text = [paragraph.text or ""]
    for node in paragraph:
        if node.tag == f"{ODT_TEXT}s":
            text.append(" " * min(int(node.get(f"{ODT_TEXT}c", "1")), MOST_SPACES))
        elif node.tag in space:
            text.append(space[node.tag])
        elif node.tag not in skipped:
            text.append(_odt_text(node))
        text.append(node.tail or "")
    return "".join(text)


HTML_BLOCKS = set(  # tags that begin a new line
    """p div li tr h1 h2 h3 h4 h5 h6 blockquote pre section article header footer table ul ol br
    dl dt dd hr main nav aside figure figcaption address caption""".split()
)


def _read_html(path, file, problems):
    text = read_text(path, file, problems)
    if text is None:
        return None
    try:
        parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
        root = lxml.html.document_fromstring(text.encode(), parser=parser)
    except (etree.ParserError, ValueError):
        problems.append(_damaged("an HTML page", file))
        return None
    pieces = []
    body = root.find("body")
    for event, node in etree.iterwalk(body if body is not None else root, events=("start", "end")):
        edge = "\n" if node.tag in HTML_BLOCKS else " " if node.tag in ("td", "th") else ""
        if event == "start":
            shown = "" if node.tag in ("script", "style", "title") else node.text or ""
            pieces.append(edge)
            pieces.append(" ".join(shown.split("\n")))
        else:
            pieces.append(edge)
            pieces.append(" ".join((node.tail or "").split("\n")))
    lines = [" ".join(line.split()) for line in "".join(pieces).split("\n")]
    return "\n".join(line for line in lines if line) + "\n"


def _read_pdf(path, file, problems):
    try:
        logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it warns of is said below
        pages = [page.extract_text() for page in PdfReader(path).pages]
    except Exception:  # pypdf raises many kinds on damaged files
        problems.append(_damaged("a PDF", file))
        return None
    text = "\n".join(pages).replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        problems.append(
            Problem(
                "the PDF has no text layer (is it a scan?).",
                "Save the essay as text or Word file.",
                file,
            )
        )
        return None
    return text


READERS = {
    ".txt": read_text,
    ".md": read_text,
    ".docx": _read_docx,
    ".odt": _read_odt,
    ".pdf": _read_pdf,
    ".html": _read_html,
    ".htm": _read_html,
}


# Sentences -----------------------------------------------------------------------------------


def sentences(essays, *, language):
    """Cut each essay into sentences with the splitter `sentencex`; a line end always cuts.

    Parameters
    ----------
    essays : DataFrame
        essay_id, text.
    language : str
        Two-letter code ("en", "es", "nl" ...). It changes where abbreviations end a sentence, so
        it has no default.

    Returns
    -------
    DataFrame
        essay_id, sentence (from 1), start, end: code points, end exclusive, without the white
        space around.
    """
    rows = []
    for essay_id, text in zip(essays["essay_id"], essays["text"], strict=True):
        for number, (start, end) in enumerate(_sentence_spans(text, language), start=1):
            rows.append((essay_id, number, start, end))
    return pd.DataFrame(rows, columns=["essay_id", "sentence", "start", "end"])


LIST_SIGN = re.compile(r"\s*\(?(\d{1,3}|[A-Za-z])[.)]\s*")


def _sentence_spans(text, language):
    position = 0
    for line in text.split("\n"):
        if line.strip():
            at = position
            # sentencex 1.0 panics where a capital is followed by a white space of several bytes.
            pieces = sentencex.segment(language, re.sub(r"\s", " ", line))
            if len(pieces) > 1 and LIST_SIGN.fullmatch(pieces[0]):  # '1.' opens the sentence
                pieces[:2] = [pieces[0] + pieces[1]]
            for piece in pieces:
                stripped = piece.strip()
                if stripped:
                    start = at + len(piece) - len(piece.lstrip())
                    yield start, start + len(stripped)
                at += len(piece)
        position += len(line) + 1


def describe(essays, sentences):
    """Length of each essay: essay_id, words, sentences, paragraphs, characters."""
    counts = sentences.groupby("essay_id").size()
    return pd.DataFrame(
        {
            "essay_id": essays["essay_id"],
            "words": essays["text"].str.split().str.len(),
            "sentences": essays["essay_id"].map(counts).fillna(0).astype(int),
            "paragraphs": [
                sum(bool(line.strip()) for line in text.split("\n")) for text in essays["text"]
            ],
            "characters": essays["text"].str.len(),
        }
    )


def sentences_coded(sentences, essays, codings):
    """Which sentences each coding covers: at least one of their non-space characters.

    Whole-essay codings cover no sentence.

    Returns
    -------
    DataFrame
        essay_id, sentence, coder, code; each once.

    Notes
    -----
    Cost: O((codings + sentences) log sentences) plus the pairs found.
    """
    spans = codings.dropna(subset=["start", "end"])
    found = []
    texts = essays.set_index("essay_id")["text"]
    for essay_id, group in spans.groupby("essay_id", sort=True):
        cut = sentences[sentences["essay_id"].eq(essay_id)]
        starts, ends = cut["start"].to_numpy(), cut["end"].to_numpy()
        text = texts[essay_id]
        begin = np.array(
            [_first_letter(text, s, e) for s, e in zip(group["start"], group["end"], strict=True)]
        )
        finish = np.array(
            [_after_last(text, s, e) for s, e in zip(group["start"], group["end"], strict=True)]
        )
        first = np.searchsorted(ends, begin, side="right")
        last = np.searchsorted(starts, finish, side="left")
        repeats = np.where(begin < finish, last - first, 0)  # white space alone covers nothing
        numbers = np.concatenate(
            [np.arange(a, a + n) for a, n in zip(first, repeats, strict=True)]
            or [np.array([], int)]
        )
        found.append(
            pd.DataFrame(
                {
                    "essay_id": essay_id,
                    "sentence": cut["sentence"].to_numpy()[numbers.astype(int)],
                    "coder": group["coder"].to_numpy().repeat(repeats),
                    "code": group["code"].to_numpy().repeat(repeats),
                }
            )
        )
    if not found:
        return pd.DataFrame(columns=["essay_id", "sentence", "coder", "code"])
    return pd.concat(found).drop_duplicates(ignore_index=True)


def _first_letter(text, start, end):
    return end - len(text[start:end].lstrip())


def _after_last(text, start, end):
    return start + len(text[start:end].rstrip())
