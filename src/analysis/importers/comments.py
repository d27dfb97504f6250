"""Comments on a text as codings: the anchor is the place, the comment's words are the codes.

The same rules for every program in which one writes comments beside a text. Positions need no
unit: the anchors stand in the text itself.
"""

import re
from itertools import accumulate
from typing import NamedTuple

from analysis.importers.counting import Reading
from analysis.importers.material import Coding, Material, Memo, stored_essay
from analysis.importers.opening import Refused
from analysis.problems import listed

NAMELESS = {"", "author", "autor", "auteur", "verfasser", "auteur(e)", "autore", "unknown"}
LONGEST_CODE, MOST_WORDS = 80, 8  # what is longer reads as a remark, not as the name of a code


class Comment(NamedTuple):
    number: str
    author: str
    date: str
    words: str
    is_reply: bool = False
    is_resolved: bool = False


class AnchoredText:
    """A text while it is put together, and where the anchors of comments stand in it.

    Attributes
    ----------
    pieces : list of str
        The text so far; an anchor stands after as many of them as there are when it is met.
    """

    def __init__(self):
        self.pieces, self._begins, self._ends, self._referred = [], {}, {}, {}

    def begin(self, number):
        self._begins.setdefault(number, len(self.pieces))

    def end(self, number):
        self._ends.setdefault(number, len(self.pieces))

    def refer(self, number):
        """Where a comment is attached as a whole: there it ends if nothing says it does."""
        self._referred.setdefault(number, len(self.pieces))

    def text_and_spans(self):
        """The text without line ends round it, and comment's number -> (start, end) in it."""
        text = "".join(self.pieces)
        blank = len(text) - len(text.lstrip("\n"))
        text = text.strip("\n") + "\n"
        places = [
            min(max(at - blank, 0), len(text))
            for at in accumulate(map(len, self.pieces), initial=0)
        ]
        ends, spans = self._referred | self._ends, {}
        for number, begin in self._begins.items():
            if number in ends and places[begin] < places[ends[number]]:
                spans[number] = places[begin], places[ends[number]]
        return text, spans


def essay_with_comments(source, program, text, comments, spans, *, elsewhere=None):
    """The material of one essay, and a coding for each code that a comment names.

    Parameters
    ----------
    program : str
        "Word" or "Writer".
    comments : list of Comment
    spans : dict of str to (start, end)
        Where comments stand in the text; a comment without is attached to no words.
    elsewhere : dict of str to str
        The words of comments that stand in a part which is not the essay's text (a footnote).
    """
    if not text.strip():
        raise Refused("holds no words.", "Fill in the essay, or leave the file out.")
    material = Material(f"{program} file", ways=(Reading("code points"),), known=True)
    material.essays["essay"] = stored_essay(source.stem, text)
    if not comments:
        material.tool += " without comments: an essay that nobody coded in it"
        return material
    material.tool += " with comments"
    material.basis = "anchors in the document"
    for comment in comments:
        _add(material, comment, spans.get(comment.number), (elsewhere or {}).get(comment.number))
    material.readings = {(c.coder, "essay") for c in material.codings if not c.reason}
    material.notes += _questions(material.codings)
    resolved = sum(comment.is_resolved for comment in comments)
    if resolved:
        said = f"comments marked as resolved are read like the others: {resolved}"
        material.notes.append(said)
    return material


def _questions(codings):
    """What the writer of the comments should look at: names that may not be meant as they are."""
    remarks = list(dict.fromkeys(c.memo for c in codings if c.reason == "no_code" and c.memo))
    if remarks:
        shown = listed([words if len(words) < 40 else words[:37] + "…" for words in remarks], 5)
        yield (
            f"read as remarks, not as codes, because they end as a sentence does or are long, and "
            f"kept in memos.csv: {shown}"
        )
    several = list(dict.fromkeys(c.code for c in codings if re.search(r"[,/]", c.code)))
    if several:
        yield f"each read as one code: {listed(several, 5)}; between two codes stands a semicolon"


def _add(material, comment, span, elsewhere):
    """The codings and memos of one comment."""
    coder, ref = _coder(comment.author), f"comment {comment.number}"
    start, end = span if span else (None, None)
    text = material.essays["essay"].text
    quotation = text[start:end] if span else elsewhere or ""
    whole = comment.words.strip()

    def coding(code, reason, memo=""):
        there = (start, end) if span and reason != "no_span" else (None, None)
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
    names = [name.strip() for name in re.split(r"[;\n]", whole)]
    names = [name for name in names if name]
    if not names:
        coding("", "no_code")
    for name in names:
        if not _is_code(name):
            coding("", "no_code", name)
            memo(name)
        elif elsewhere and not span:
            coding(name, "quote_not_found")
        else:
            coding(name, "" if quotation.strip() else "no_span")


def _is_code(words):
    """Does it read as the name of a code? A sentence, or many words, is a remark."""
    few = len(words) <= LONGEST_CODE and len(words.split()) <= MOST_WORDS
    return few and words[-1] not in ".?!"


def _coder(author):
    return "" if author.strip().casefold() in NAMELESS else author.strip()
