"""Counts that lean on what was counted before them: 'Six wept', 'the other three', 'another'.

English says the counted noun and leaves it out afterwards: as the subject of the next clause,
behind 'the remaining', behind 'of these'. Here is what a section has counted so far, and in
which surroundings a number or a pronoun goes on from it.
"""

import re
from collections import deque

from analysis.manuscript.lexicon import COMPARATOR_OF, any_of, is_past
from analysis.manuscript.lists import CLOSED, gapped
from analysis.manuscript.pieces import STATING, TELLING

REMEMBERED = 24  # claims of a section
RECENT = 6
TOOK_PART = ("unit", "people", "material")

COMPARED = rf"(?:{any_of(COMPARATOR_OF)}\s{{1,3}})?$"
CLAUSE_START = re.compile(
    r"(?:^|[.,;:(!?—–\])]\s{0,3}"
    r"|\b(?:and|while|whilst|but|whereas|whom|which|these|those|although|because|that|as)\s{1,2})"
    + COMPARED,
    re.IGNORECASE,
)
FRONTED = re.compile(
    r"(?:^|[.;:,]\s{1,3}|\b(?:and|but)\s)(?:in|for|with|among)\s{1,3}" + COMPARED, re.IGNORECASE
)
DEFINITE = re.compile(
    r"\bthe\s(?:(?P<rest>remaining|other|rest\sof\sthe)\s|(?:first|last|former|latter)\s)?$",
    re.IGNORECASE,
)
NARROWED = re.compile(
    r"\s(?:in|at|from|with|without|on|by|who|whose|whom|that|together|each)\b", re.IGNORECASE
)
PASSIVE = re.compile(
    r"(?:\b(?:was|were|been)\s(?:\w+ly\s)?\w+(?:ed|en|wn|ght|ne)\s(?:\w{2,4}\s)?in"
    r"|(?:ed|said|told|shown|made|given|felt|by \w+, and \w+)\sby)\s$"
)
ADDED = re.compile(r"\s\([^()]{1,60}\)|\s(?:more|others)\b")  # between a number and its verb
QUALIFIED = re.compile(  # 'Two fixed rotas were ...'
    r"\s{1,3}\w+ed\s\w+s\s(?:were|was|had|are|have|\w+ed)\b", re.IGNORECASE
)
WORD = re.compile(r"\s{1,3}([^\W\d_][\w-]{0,30})")
PERSON_OBJECT = re.compile(r"\s(?:\w+\s){1,3}?(?:them|him|her|us)\b", re.IGNORECASE)


class Told:
    """What a section has counted so far: the values of its last claims.

    `known` says that the manuscript has counted those who took part, there or in a section before.
    """

    def __init__(self, known=False):
        self.claims, self.known = deque(maxlen=REMEMBERED), known

    def add(self, values):
        if values.get("kind") != "coefficient":
            self.claims.append(values)
            self.known = self.known or values.get("counts") in TOOK_PART

    def next_section(self):
        return Told(self.known)

    def noun(self):
        """unit and counts of what was counted last, {} if it had no noun, None if nobody was."""
        bare = None
        for values in list(self.claims)[: -RECENT - 1 : -1]:
            if values.get("counts") in TOOK_PART:
                return _noun_of(values)
            if values.get("counts") and values["counts"] != "coders":
                return bare
            bare = bare if "counts" in values else {}
        return bare

    def numbered(self, n):
        """unit and counts of the last claim of so many, or None."""
        same = (_noun_of(values) for values in reversed(self.claims) if values.get("n") == n)
        return next(same, None)

    def last_number(self):
        """The number of the last claim that gives one, or None."""
        return next((values["n"] for values in reversed(self.claims) if "n" in values), None)

    def things(self):
        """Were things counted last, nobody who took part?"""
        return bool(self.claims) and self.claims[-1].get("counts") == "things"

    def anybody(self):
        """May a pronoun stand for those who took part: were they counted, and no things since?"""
        return self.noun() is not None or (self.known and not self.claims)


def _noun_of(values):
    return {name: values[name] for name in ("unit", "counts") if name in values}


# Surroundings ------------------------------------------------------------------------------------


def starts_clause(view, at):
    return bool(CLAUSE_START.search(view[max(0, at - 30) : at]))


def in_front(view, at):
    """Does a preposition stand before a place and begin the clause: 'For two ...'?"""
    return bool(FRONTED.search(view[max(0, at - 40) : at]))


def _says_which(reader, end):
    """Is what ends at a place closed, or narrowed down, or the subject of a verb?"""
    view = reader.view
    return CLOSED.match(view, end) or NARROWED.match(view, end) or is_past(reader.verb(end))


def counts_things(reader, at, end):
    """'Two things stood out, and the other two were less clear': no people from here on."""
    noun = WORD.match(reader.view, end)
    if not noun or not noun[1].endswith("s") or not starts_clause(reader.view, at):
        return False
    verb = reader.verb(noun.end())
    return is_past(verb) or verb in ("were", "are")


# Numbers -----------------------------------------------------------------------------------------


def subject(reader, at, end, n):
    """'Fourteen slept badly': a number at the start of a clause, and a verb."""
    added = ADDED.match(reader.view, end)
    end = added.end() if added else end
    verb = reader.verb(end)
    told = is_past(verb) or verb in TELLING or (n != 1 and verb in STATING)
    if not told or not starts_clause(reader.view, at) or QUALIFIED.match(reader.view, end):
        return False
    somebody = reader.told.noun() is not None
    if DEFINITE.search(reader.view[max(0, at - 24) : at]) and reader.told.things():
        return somebody
    return n != 1 or verb in TELLING or somebody


def fronted(reader, at, end, n):
    """'In six this was the aim'; 'for at least six sleep came late'"""
    if n == 1 or reader.told.noun() is None or not in_front(reader.view, at):
        return False
    if gapped(reader.view, end) or reader.view[end : end + 2] == ", ":
        return True
    word = WORD.match(reader.view, end)
    return bool(word) and not word[1].endswith("s") and is_past(reader.verb(word.end()))


def closes_passive(view, at, end):
    """'Workload was mentioned by ten.'"""
    closed = re.match(r"\s{0,2}[.,;:)]|\s(?:and|but)\b", view[end : end + 5])
    return bool(closed) and bool(PASSIVE.search(view[max(0, at - 40) : at]))


def definite(reader, at, end, n):
    """'the remaining four', 'the first five', 'The four without ...': values, or None."""
    match = DEFINITE.search(reader.view[max(0, at - 24) : at])
    same, noun = reader.told.numbered(n), reader.told.noun()
    if not match or n < 2 or (noun is None and same is None) or not _says_which(reader, end):
        return None
    if match["rest"]:
        return noun
    bare = len(match[0].split()) == 1
    start = max(0, at - 24) + match.start()
    if bare and same is None and not starts_clause(reader.view, start):
        return None
    found = same if noun is None or (bare and same is not None) else noun
    return {**found, "subset": True}


def of_those(reader, words, end, n, N):
    """'two of these four', 'One of the five had ...': N was counted before. Values, or None.

    `words` are those from 'of' to N, which ends at `end`.
    """
    is_definite = re.search(r"\b(?:the|these|those)\b", words.lower())
    same = reader.told.numbered(N)
    if same is None and is_definite and _says_which(reader, end):
        same = {}
    if same is None or n > N:
        return None
    return {**same, "subset": True} if is_definite else same


# Pronouns ----------------------------------------------------------------------------------------


def pronoun(reader, at, end):
    """'A few left', 'nobody used it': a quantifier alone that stands for those who took part."""
    verb = reader.verb(end)
    told = is_past(verb) or verb in TELLING
    if not told or verb in ("was", "were") or not starts_clause(reader.view, at):
        return False
    return reader.told.anybody() and not PERSON_OBJECT.match(reader.view[end : end + 40])


def another(reader, at):
    """End of a bare 'another' that is somebody: 'Another wept'; else None."""
    end = at + len("another")
    if reader.told.noun() is None or not starts_clause(reader.view, at):
        return None
    verb = reader.verb(end)
    last = reader.last
    listed = last and re.fullmatch(r"[^.!?]{3,80};\s", reader.view[last.end : at])
    if listed and re.match(r",\s(?:a|an|the|his|her)\b", reader.view[end : end + 8]):
        return end  # 'One nurse called it a gift; another, a trap'
    return end if is_past(verb) and verb not in ("was", "were") else None


def ordinal(reader, end, value):
    """Is 'A fifth left' the fifth of those told about, and no share?"""
    verb = reader.verb(end)
    if not is_past(verb) or verb in ("was", "were"):
        return False
    told = reader.told
    if told.noun() is None:
        return bool(told.numbered(value - 1))
    one_by_one = told.claims[-1].get("kind") in ("ordinal", "anaphoric one")
    return value == 2 or one_by_one or told.last_number() == value - 1
