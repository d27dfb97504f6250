"""Quoted passages of a manuscript: between quotation marks or set as a block, and whom they name.

Only the outermost marks count; a quotation within a quotation is part of it.
"""

import re
from typing import NamedTuple

import numpy as np
import pandas as pd

LONGEST = 5000  # characters between marks; an opening mark without its closing is not followed on
DOUBLE = {"“": "”", "„": "“”", "«": "»", "‹": "›"}
MARKS = re.compile("[“”„«»‹›\"‘’']")
ELISION = re.compile(
    r"['‘’](?:em|tis|twas|til|till|cause|cos|bout|round|n|\d\ds?)\b", re.IGNORECASE
)
BEFORE_OPENING = set(" \t\n\u00a0([{—–-/“\"‘'„«…>*")
BESIDE = re.compile(r"[\s.,;:!?*]{0,4}[(\[]([^()\[\]\n]{1,90})[)\]]")
ATTRIBUTION = re.compile(  # at the end of a block quotation: '(E17)', '[P3]', '— Nurse 4'
    r"\s*(?:[(\[]([^()\[\]\n]{1,90})[)\]]|(?:[—–]|--?)\s*([^\n.!?]{1,60}))[\s.]*$"
)
CITATION = re.compile(r"[\d\s,;–-]+|.*\b(?:1[89]|20)\d\d\b.*|.*\bpp?\.\s*\d.*")
SENTENCE_END = re.compile(r"[.!?]['\"’”)\]]*\s")
NOUNS = """participant interviewee respondent informant essay writer author interview nurse
    physician doctor oncologist patient caregiver carer parent student teacher hcp professional
    resident midwife therapist worker manager client user case no number id p e r i""".split()
REACH = 120  # characters before a quotation in which its sentence may name the essay


class Passage(NamedTuple):
    """start, end: with the marks; inner_start, inner_end: the quoted words."""

    start: int
    end: int
    inner_start: int
    inner_end: int
    form: str
    heading: str
    beside: tuple
    before: str


def quoted_passages(manuscript, essay_ids):
    """Every quoted passage outside headings, code and back matter, and the essays named with it.

    Parameters
    ----------
    manuscript : Manuscript
    essay_ids : sequence of str
        A passage names an essay by its id ('E17', '[E17, nurse]') or, where the numbers in the
        ids tell the essays apart, by a noun and the number ('Participant 17').

    Returns
    -------
    DataFrame
        start, end (with the marks), inner_start, inner_end (the words), snippet, heading, form
        ('marks' or 'block'), named (ids separated by '; '; one that looks like an id but is none
        is kept as written), cited (True: a citation of literature stands beside it).
    """
    names = _Names(essay_ids)
    text, rows = manuscript.text, []
    for block in manuscript.blocks.itertuples():
        if block.kind in ("heading", "reference"):
            continue
        for found in _in_block(text, block):
            named = [name for words in found.beside for name in names.all_in(words)]
            named = named or names.all_in(found.before)
            cited = not named and any(CITATION.fullmatch(words) for words in found.beside)
            snippet = text[found.start : found.end]
            rows.append((*found[:4], snippet, found.heading, found.form,
                         "; ".join(dict.fromkeys(named)), cited))  # fmt: skip
    columns = ["start", "end", "inner_start", "inner_end", "snippet", "heading", "form", "named",
               "cited"]  # fmt: skip
    types = dict.fromkeys(columns[:4], int) | dict.fromkeys(columns[4:8], str) | {"cited": bool}
    return pd.DataFrame(rows, columns=columns).astype(types)


def unclosed_marks(manuscript):
    """Opening double quotation marks that nothing closes: start, snippet."""
    rows = []
    for block in manuscript.blocks.itertuples():
        if block.kind in ("heading", "reference") or block.quote:
            continue
        words = manuscript.text[block.start : block.end]
        within = np.zeros(len(words) + 1, dtype=bool)
        for start, end in _marked(words):
            within[start:end] = True
        for mark in re.finditer('[“"]', words):
            if not within[mark.start()] and _opens(words, mark.start()):
                rows.append((block.start + mark.start(), words[mark.start() : mark.start() + 40]))
    return pd.DataFrame(rows, columns=["start", "snippet"])


def _in_block(text, block):
    if block.quote:
        yield _block_quotation(text, block)
        return
    words, after = text[block.start : block.end], 0
    for start, end in _marked(words):
        beside, at = [], end
        while bracket := BESIDE.match(words, at):
            beside.append(bracket[1])
            at = bracket.end()
        before = words[max(after, start - REACH) : start]
        cut = [stop.end() for stop in SENTENCE_END.finditer(before)]
        before = re.sub(r"[(\[][^()\[\]]*[)\]]", " ", before[cut[-1] if cut else 0 :])
        yield Passage(block.start + start, block.start + end, block.start + start + 1,
                      block.start + end - 1, "marks", block.heading,
                      tuple(beside), before)  # fmt: skip
        after = at


def _block_quotation(text, block):
    words = text[block.start : block.end]
    attribution = ATTRIBUTION.search(words, max(len(words) - 120, 0))
    end = attribution.start() if attribution else len(words)
    beside = tuple(filter(None, attribution.groups())) if attribution else ()
    if not words[:end].strip():
        end, beside = len(words), ()
    return Passage(block.start, block.end, block.start, block.start + end, "block",
                   block.heading, beside, "")  # fmt: skip


# Marks ---------------------------------------------------------------------------------------


def _marked(words):
    """(start, end) of each outermost quoted passage, marks included."""
    marks = [mark.start() for mark in MARKS.finditer(words)]
    pairs = _typographic_pairs(words, marks)
    index = 0
    while index < len(marks):
        at = marks[index]
        close = None
        if at in pairs:
            close = pairs[at]
        elif words[at] == '"' and _opens(words, at):
            close = _next_double(words, marks, index)
        elif words[at] in "'‘" and _opens(words, at):
            close = _single(words, marks, index)
        if close is None or close - at > LONGEST:
            index += 1
            continue
        if words[at + 1 : close].strip():
            yield at, close + 1
        while index < len(marks) and marks[index] <= close:
            index += 1


def _typographic_pairs(words, marks):
    """Opening -> closing of “ ”, „ “ and « », paired as brackets are."""
    pairs, waiting = {}, []
    for at in marks:
        sign = words[at]
        if waiting and sign in DOUBLE[words[waiting[-1]]]:
            pairs[waiting.pop()] = at
        elif sign in DOUBLE:
            waiting.append(at)
    return pairs


def _opens(words, at):
    """Whether a straight or a single mark can open a quotation where it stands."""
    before = words[at - 1] if at else " "
    after = words[at + 1] if at + 1 < len(words) else " "
    return before in BEFORE_OPENING and not after.isspace() and not ELISION.match(words, at)


def _next_double(words, marks, index):
    """The mark that closes a straight double one; None where another opens before it."""
    for close in _following(words, marks, index):
        if words[close] == '"':
            return None if words[close - 1].isspace() else close
    return None


def _single(words, marks, index):
    """The mark that closes a single one: not within a word, and not the plural's apostrophe.

    In ‘the patients’ rooms were dark’ the first ’ follows an s and goes on in small letters: it
    closes only if no later one does.
    """
    closing = "’" if words[marks[index]] == "‘" else "'"
    possible = None
    for close in _following(words, marks, index):
        if words[close] in "'‘" and _opens(words, close):
            break
        after = words[close + 1 : close + 3]
        if words[close] != closing or after[:1].isalnum() or words[close - 1].isspace():
            continue
        possible = close
        plural = words[close - 1] in "sS" and after[:1] == " " and after[1:].islower()
        if not plural:
            break
    return possible


def _following(words, marks, index):
    """The marks after one, as far as a quotation can reach."""
    for later in range(index + 1, len(marks)):
        if marks[later] - marks[index] > LONGEST:
            return
        yield marks[later]


# Names ---------------------------------------------------------------------------------------


class _Names:
    """The ways in which a manuscript may name the essays."""

    def __init__(self, essay_ids):
        self.ids = {str(name).casefold(): str(name) for name in essay_ids}
        ends = {name: re.fullmatch(r"(.*?)0*(\d+)", name) for name in self.ids.values()}
        numbers = [end[2] for end in ends.values() if end]
        told_apart = len(numbers) == len(ends) == len(set(numbers))
        self.by_number = {end[2]: name for name, end in ends.items()} if told_apart else {}
        before = {end[1].casefold().strip(" _-") for end in ends.values() if end}
        self.prefixes = {word for word in before if word.isalpha()}
        nouns = "|".join(sorted({*NOUNS, *map(re.escape, self.prefixes)}, key=len, reverse=True))
        self.numbered = re.compile(
            rf"\b({nouns})s?[ \u00a0._#-]{{0,2}}(\d{{1,5}})\b", re.IGNORECASE
        )

    def all_in(self, words):
        """Ids named in some words, in their order; what looks like an id but is none, as it is."""
        whole = words.strip().casefold()
        if whole in self.ids:
            return [self.ids[whole]]
        found = {}
        for token in re.finditer(r"[\w.-]+", words):
            name = token[0].strip(".-").casefold()
            if name in self.ids and not name.isdecimal():
                found[token.start()] = self.ids[name]
        for noun, number, at in [(m[1], m[2], m.start()) for m in self.numbered.finditer(words)]:
            known = self.by_number.get(number.lstrip("0") or "0")
            if at not in found and (known or noun.casefold() in self.prefixes):
                found[at] = known or f"{noun}{number}"
        return [found[at] for at in sorted(found)]
