"""Counts that lean on what was counted before them: 'Six ...', 'the other three', 'another'.

English says the counted noun once and leaves it out afterwards: as the subject of the next
clause, in the next member of a list, behind 'the remaining'. Here is what a section has counted
so far, and in which surroundings a number or a pronoun goes on from it.
"""

import re
from collections import deque

from analysis.manuscript.lexicon import COMPARATOR_OF, DIGITS, NUMBER, any_of, is_past, value_of
from analysis.manuscript.pieces import STATING, TELLING

REMEMBERED = 24  # claims of a section
RECENT = 6
TOOK_PART = ("unit", "people", "material", "coders")

CLAUSE_START = re.compile(
    r"(?:^|[.,;:(!?—–\])]\s{0,3}"
    r"|\b(?:and|while|whilst|but|whereas|whom|which|these|those|although|because|that|as)\s{1,2})"
    rf"(?:{any_of(COMPARATOR_OF)}\s{{1,3}})?$",
    re.IGNORECASE,
)
DEFINITE = re.compile(
    r"\bthe\s(?:(?P<rest>remaining|other|rest\sof\sthe)\s|(?:first|last|former|latter)\s)?$",
    re.IGNORECASE,
)
CLOSED = re.compile(r"\s{0,2}(?:[.,;:)\]]|$)|\s(?:and|or|but|while|whereas)\b", re.IGNORECASE)
NARROWED = re.compile(
    r"\s(?:in|at|from|with|without|on|by|who|whose|whom|that|together|each)\b", re.IGNORECASE
)
DETERMINER = re.compile(
    r"\s(?:a|an|the|this|that|these|those|it|they|he|she|his|her|their|our|its|no)\s(?P<noun>\w+)",
    re.IGNORECASE,
)
TIME = re.compile(
    r"(?:second|minute|hour|day|night|morning|evening|week|month|year|shift|time|visit|piece|head)",
    re.IGNORECASE,
)
LISTED = re.compile(r"(?:,|\band|\bbut)\s{1,3}(?:(?:the|only|just|another)\s{1,3})?$", re.IGNORECASE)
CONTINUED = re.compile(r"\s{1,3}(?:of|in|at|from|with|to|on|as|by|through|for)\s", re.IGNORECASE)
PREPOSITION = re.compile(
    rf"\b(in|for|by|among|with|from|to)\s{{1,3}}(?:{any_of(COMPARATOR_OF)}\s{{1,3}})?$",
    re.IGNORECASE,
)
FRONTED = re.compile(  # at the start of a clause: 'For two the night was long'
    rf"(?:^|[.;:,]\s{{1,3}}|\b(?:and|but)\s)(?:in|for|with|among)\s{{1,3}}"
    rf"(?:{any_of(COMPARATOR_OF)}\s{{1,3}})?$",
    re.IGNORECASE,
)
PASSIVE = re.compile(
    r"(?:\b(?:was|were|been)\s(?:\w+ly\s)?\w+(?:ed|en|wn|ght|ne)\s(?:\w{2,4}\s)?in"
    r"|(?:ed|said|told|shown|made|given|felt|by \w+, and \w+)\sby)\s$"
)
MEMBER = re.compile(  # ', nine humanities, four arts and three languages'
    rf"(?:,\s|\sand\s|,\sand\s)({NUMBER})\s[a-z][\w-]{{2,20}}(?:\s[a-z][\w-]{{2,20}}){{0,2}}"
    r"(?=,\s|\sand\s|[.;])",
    re.IGNORECASE,
)
PART_IN_BRACKET = re.compile(
    rf"\s{{0,2}}({DIGITS}|{NUMBER})\s([^\W\d_][\w'-]*(?:\s[^\W\d_][\w'-]*){{0,4}}?)"
    r"(?=\s{0,2}[,;)]|\s(?:and|or)\s)",
    re.IGNORECASE,
)
BETWEEN_PARTS = re.compile(r"\s{0,2}[,;]\s{0,2}(?:(?:and|or)\s)?|\s(?:and|or)\s", re.IGNORECASE)
BRACKET = re.compile(r"\s\([^()]{1,60}\)")
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
                return {name: values[name] for name in ("unit", "counts")}
            if values.get("counts"):
                return bare
            bare = {}
        return bare

    def things(self):
        """Were things counted last, nobody who took part?"""
        return bool(self.claims) and self.claims[-1].get("counts") == "things"

    def last_number(self):
        """The number of the last claim that gives one, or None."""
        return next((values["n"] for values in reversed(self.claims) if "n" in values), None)

    def numbered(self, n):
        """unit and counts of an earlier claim of so many, or None."""
        for values in reversed(self.claims):
            if values.get("n") == n:
                return {name: values[name] for name in ("unit", "counts") if name in values}
        return None


def starts_clause(view, at):
    return bool(CLAUSE_START.search(view[max(0, at - 30) : at]))


def counts_things(reader, at, end):
    """'Two things stood out, and the other two were less clear': no people from here on."""
    noun = WORD.match(reader.view, end)
    return bool(
        noun
        and noun[1].endswith("s")
        and starts_clause(reader.view, at)
        and (is_past(reader.verb(noun.end())) or reader.verb(noun.end()) in ("were", "are"))
    )


def definite(reader, at, end, n):
    """'the remaining four', 'the first five', 'The four without ...': values, or None."""
    match = DEFINITE.search(reader.view[max(0, at - 24) : at])
    if not match or n < 2:
        return None
    same = reader.told.numbered(n)
    noun = reader.told.noun()
    if not _narrowed(reader, end) or (noun is None and same is None):
        return None
    bare = len(match[0].split()) == 1
    start = max(0, at - 24) + match.start()
    if bare and same is None and not starts_clause(reader.view, start):
        return None
    found = same if noun is None or (bare and same is not None) else noun
    return found if match["rest"] else {**found, "subset": True}


def continues(reader, at, end):
    """'Eighteen nurses spoke of teamwork, fourteen of loneliness': the noun is said once."""
    last = reader.last
    values = last and last.values
    kinds = ("word+unit", "digit+unit", "count", "of N, k", "n (%)", "k out of N")
    if not values or values["kind"] not in kinds:
        return False
    if values.get("counts") not in (None, "unit", "people", "material"):
        return False
    between = reader.view[last.end : at]
    if len(between) > 120 or re.search(r"[.;:!?()]", between):
        return False
    return _same_place(reader, last, at, end) or (
        bool(LISTED.search(between))
        and (
            bool(CONTINUED.match(reader.view, end))
            or _gapped(reader.view, end)
            or _member(reader, last, at)
        )
    )


def _gapped(view, end):
    """'eight had lost a brother and six a sister'"""
    determiner = DETERMINER.match(view, end)
    return bool(determiner) and not TIME.match(determiner["noun"])


def _same_place(reader, last, at, end):
    """'illness in nine cases, accident in three and suicide in two'"""
    here = PREPOSITION.search(reader.view[max(0, at - 40) : at])
    there = PREPOSITION.search(reader.view[max(0, last.start - 40) : last.start])
    if not here or not there or here[1].lower() != there[1].lower():
        return False
    return bool(CLOSED.match(reader.view, end)) or _gapped(reader.view, end)


def _member(reader, last, at):
    """'Ten taught science, nine languages and four arts': at least two members without a verb."""
    if at in reader.members:
        return True
    view = reader.view
    run = last.end + len(re.match(r"[^,.;:()]{0,60}", view[last.end : last.end + 60])[0])
    if re.search(rf"\d|{NUMBER}", view[last.end : run], re.IGNORECASE):
        return False  # 'Ten had two sons, three daughters ...'
    starts = []
    match = MEMBER.match(view, run)
    while match and len(starts) < 12:
        starts.append(match.start(1))
        match = MEMBER.match(view, match.end())
    reader.members = set(starts) if len(starts) > 1 else set()
    return at in reader.members


def subject(reader, at, end, n):
    """'Fourteen taught in the north': a number at the start of a clause, and a verb."""
    bracket = BRACKET.match(reader.view, end)
    end = bracket.end() if bracket else end
    verb = reader.verb(end)
    told = is_past(verb) or verb in TELLING or (n != 1 and verb in STATING)
    if not told or not starts_clause(reader.view, at) or QUALIFIED.match(reader.view, end):
        return False
    somebody = reader.told.noun() is not None
    if DEFINITE.search(reader.view[max(0, at - 24) : at]) and reader.told.things():
        return somebody
    return n != 1 or verb in TELLING or somebody


def fronted(reader, at, end, n):
    """'In nine this was the partner'; 'for at least three relief came late'"""
    if n == 1 or reader.told.noun() is None or not FRONTED.search(reader.view[max(0, at - 40) : at]):
        return False
    if _gapped(reader.view, end) or reader.view[end : end + 2] == ", ":
        return True
    word = WORD.match(reader.view, end)
    return bool(word) and not word[1].endswith("s") and is_past(reader.verb(word.end()))


def closes_passive(view, at, end):
    """'Workload was mentioned by ten.'"""
    return bool(PASSIVE.search(view[max(0, at - 40) : at])) and bool(
        re.match(r"\s{0,2}[.,;:)]|\s(?:and|but)\b", view[end : end + 5])
    )


def of_those(reader, words, end, n, N):
    """'two of these four', 'One of the five had ...': N was counted before. Values, or None.

    `words` are those from 'of' to N, which ends at `end`.
    """
    definite = re.search(r"\b(?:the|these|those)\b", words.lower())
    same = reader.told.numbered(N)
    if same is None and definite and _narrowed(reader, end):
        same = {}
    if same is None or n > N:
        return None
    return {**same, "subset": True} if definite else same


def _narrowed(reader, end):
    """Does what follows say which, or end there?"""
    view = reader.view
    return CLOSED.match(view, end) or NARROWED.match(view, end) or is_past(reader.verb(end))


def parts_in_bracket(reader, at):
    """'31 residents (14 juniors, 10 seniors and 7 fellows)': start -> end of each part.

    Only where they do not exceed the number before the bracket, or N behind 'Nurses'.
    """
    last = reader.last
    whole = reader.size if reader.noun_before(at) else None
    if last and "n" in last.values and not reader.view[last.end : at].strip():
        whole = last.values["n"]
    if whole is None:
        return {}
    parts, sum_, place = {}, 0, at + 1
    for _ in range(8):
        match = PART_IN_BRACKET.match(reader.view, place)
        if not match:
            return {}
        parts[match.start(1)] = match.end()
        sum_ += value_of(match[1])
        between = BETWEEN_PARTS.match(reader.view, match.end())
        if not between:
            break
        place = between.end()
    closed = re.match(r"\s{0,2}[)\]]", reader.view[match.end() : match.end() + 3])
    return parts if closed and len(parts) > 1 and sum_ <= whole else {}


def another(reader, at):
    """End of a bare 'another' that is somebody: 'Another wept'; else None."""
    end = at + len("another")
    if reader.told.noun() is None or not starts_clause(reader.view, at):
        return None
    verb = reader.verb(end)
    gapped = reader.last and re.fullmatch(r"[^.!?]{3,80};\s", reader.view[reader.last.end : at])
    if (is_past(verb) and verb not in ("was", "were")) or (
        gapped and re.match(r",\s(?:a|an|the|his|her)\b", reader.view[end : end + 8])
    ):
        return end
    return None


def ordinal(reader, end, value):
    """Is 'A fifth doubled the dose' the fifth of those told about, and no share?"""
    verb = reader.verb(end)
    if not is_past(verb) or verb in ("was", "were") or reader.told.noun() is None:
        return False
    one_by_one = reader.told.claims[-1].get("kind") in ("ordinal", "anaphoric one")
    return value == 2 or one_by_one or reader.told.last_number() == value - 1


def anybody(reader):
    """May a pronoun stand for those who took part: were they counted last, things not since?"""
    told = reader.told
    return told.noun() is not None or (told.known and not told.claims)


def pronoun(reader, at, end):
    """'A few left', 'nobody used it': a quantifier alone that stands for those who took part."""
    verb = reader.verb(end)
    told = is_past(verb) or verb in TELLING
    if not told or verb in ("was", "were") or not starts_clause(reader.view, at):
        return False
    return anybody(reader) and not PERSON_OBJECT.match(reader.view[end : end + 40])
