"""The pieces that the forms of counting are made of: counted nouns, values in brackets, verbs.

Every piece looks a bounded way ahead, so that reading costs the same at each place.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from analysis.manuscript import lexicon
from analysis.manuscript.lexicon import (
    COMPARATOR_OF,
    HEAD_NOUNS,
    NUMBER,
    PERCENT,
    STATING,
    TELLING,
    any_of,
    counted_nouns,
    percent_of,
    value_of,
)

WORD = re.compile(r"\s{0,4}((?:\d{1,3}-)?[^\W\d_](?:[\w/-]{0,40}\w)?)('s|')?(?![\w'–])")
SYMBOL = re.compile(rf"([nN])'?s?\s{{0,3}}([=:≈~<>≤≥])\s{{0,3}}(?P<n>{NUMBER})", re.ASCII)
SYMBOLS = {
    ">": "over",
    "<": "fewer than",
    "≥": "at least",
    "≤": "at most",
    "≈": "about",
    "~": "about",
}
LEAD = re.compile(
    rf"(?:{any_of(COMPARATOR_OF)}|total|i\.e\.,?|ie,?|sample)\s{{1,3}}", re.IGNORECASE
)
AT_NUMBER = re.compile(NUMBER, re.IGNORECASE)
AT_PERCENT = re.compile(PERCENT, re.IGNORECASE)
TOTAL = re.compile(
    rf"\s{{0,3}}(?:\bout\s{{1,3}}of\b|\bof\b|/)\s{{0,3}}"
    rf"(?:(?:the|our|these|those|all|a\stotal\sof|total)\s{{1,3}}){{0,2}}(?P<N>{NUMBER})",
    re.IGNORECASE,
)
OF_THE = re.compile(
    r"\s{1,4}of(?:\s{1,4}(?:the|these|those|our|all|this|both|its|study)){0,2}(?=\s)"
    r"|\s{1,4}the(?=\s)",
    re.IGNORECASE,
)
OF_THEM = re.compile(
    r"\s{1,4}of\s(?:them|us|these|those|whom)\b(?!\s(?!this\b|was\b|is\b|has\b)\w+s\b)|\s{1,4}others\b",
    re.IGNORECASE,
)
OF_THOSE = re.compile(
    r"\s{1,4}of\s(?:all\s)?those\s(?:interviewed|surveyed|asked|taking\spart|who\s\w+)",
    re.IGNORECASE,
)
OF_TEAM = re.compile(
    r"\s{1,4}members\sof\s(?:(?:the\s)?(?:research|study|project|author|coding)\s|our\s)"
    r"(?:\w+\s)?team\b",
    re.IGNORECASE,
)
OF_A_SEX = re.compile(
    r"\s{1,4}(females?|males?|non-binary)(?=\s{0,2}[,;:)\].]|\s(?:and|or|but)\b)", re.IGNORECASE
)
OF_SAMPLE = re.compile(
    r"\s{1,4}of\s(?:the|our|this)\s(?:[a-z]+\s)?(sample|cohort|group)\b", re.IGNORECASE
)
STORIES = re.compile(
    r"\s{1,4}(?:\w+\s){0,2}?(?:examples?|instances|illustrations)\sof(?=\s)", re.IGNORECASE
)
OPENING = re.compile(r"\s{0,3}[(\[]\s{0,2}")
CLOSING = re.compile(r"\s{0,3}[)\]]")
BETWEEN = re.compile(r"\s{0,2}[;,:=]\s{0,2}|\s{1,2}(?:and|or)\s|\s{0,2}[(–—]\s{0,2}")
ADVERBS = re.compile(
    r"\s{1,3}(?:also|both|each|all|even|either|then|further|still|now|never|always|often|once"
    r"|thus|soon|again|only|just|simply|\w{2,14}ly)(?=\s)",
    re.IGNORECASE,
)
NO_SHARE = re.compile(
    r"\s{0,2}(?:saline|dextrose|glucose|ethanol|alcohol|solution|power|increase|reduction"
    r"|decrease|decline"
    r"|rise|higher|lower|more|less|faster|chance|probability|confidence|CI\b|of\s(?:the"
    r"|their)\stime)",
    re.IGNORECASE,
)
NUMBER_STARTS = {
    *lexicon.ONES, *lexicon.TEENS, *lexicon.TENS, "zero",
}  # fmt: skip
FUNCTION_WORDS = set(
    """a an the this that these those of in on at to from by with without for and or but nor
    as than then so if when while where who whom whose which what is are was were be been
    being am has have had do does did will would can could may might shall should must not no
    i we you he she it they them us me my our your his her its their there here about into
    over under between among during after before since through within without against towards
    toward across along around behind beyond outside inside upon near until because although
    though however per via versus also only both each every either neither another any some
    few many most all more less such very too just""".split()
)
PLURAL_MODIFIERS = set(
    """women men sports arts services operations humanities sales overseas paediatrics obstetrics
    always perhaps physics mathematics economics politics news""".split()
)
TELLING, STATING = set(TELLING), set(STATING)
# Words that end the run of modifiers between a number and its noun.
NO_MODIFIER = FUNCTION_WORDS | NUMBER_STARTS | (TELLING - {"experienced"}) | STATING


class Found(NamedTuple):
    """What a form read: where, and the values."""

    start: int
    end: int
    values: dict


@lru_cache(maxsize=8)
def _nouns(units):
    singulars, plurals = counted_nouns(units)
    return singulars, plurals, singulars | plurals


class Pieces:
    """Reads the pieces in one block of the view.

    `heads` are the nouns that stand alone for a longer one (singular or plural -> plural of the
    longer one): 'all six groups' in a study of focus groups.
    """

    def __init__(self, view, units, heads):
        self.view, self.heads = view, heads
        self.singular, self.plural, self.either = _nouns(tuple(units))

    def noun(self, at, nouns, modifiers=4):
        """(end, plural, what it counts) of a counted noun after so many modifiers, or None."""
        head = self._head(at, nouns)
        if head:
            return head
        for _ in range(modifiers + 1):
            word = WORD.match(self.view, at)
            if not word:
                return None
            name = word[1].lower().rsplit("/", 1)[-1]
            after = WORD.match(self.view, word.end()) if not word[2] else None
            following = after[1].lower() if after else ""
            if f"{name} {following}" in nouns:
                return (after.end(), *nouns[f"{name} {following}"])
            heads_another = following in nouns or (
                following in HEAD_NOUNS and name in self.singular and name not in self.plural
            )
            if name in nouns and not heads_another:
                return (word.end(), *nouns[name])
            if name in NO_MODIFIER or (self._plural(name) and name not in nouns):
                return None
            at = word.end() + (self.view[word.end() : word.end() + 1] == ",")
        return None

    def _head(self, at, nouns):
        word = WORD.match(self.view, at)
        name = word[1].lower() if word else ""
        if name not in self.heads or word[2]:
            return None
        if nouns is not self.either and (nouns is self.plural) != name.endswith("s"):
            return None
        after = WORD.match(self.view, word.end())
        if after and (after[1].lower() in HEAD_NOUNS or after[1].lower() in self.either):
            return None
        return word.end(), self.heads[name], "material"

    def verb(self, at):
        """The word at a place, in lower case, an adverb before it left out."""
        adverb = ADVERBS.match(self.view, at)
        word = WORD.match(self.view, adverb.end() if adverb else at)
        return word[1].lower() if word else ""

    @staticmethod
    def _plural(word):
        return (
            word.endswith("s")
            and word[-2:] not in ("ss", "us", "is", "as")
            and word not in PLURAL_MODIFIERS
            and not word.endswith("ics")
        )

    def counted(self, at, nouns):
        """The noun after a number: directly, after 'of the', or after 'examples of'."""
        for lead in (None, OF_THE, STORIES):
            start = at
            if lead:
                match = lead.match(self.view, at)
                if not match:
                    continue
                start = match.end()
            found = self.noun(start, self.either if lead else nouns)
            if found:
                return found
        sex = OF_A_SEX.match(self.view, at)
        if sex:
            return sex.end(), sex[1].lower().rstrip("s") + "s", "people"
        those = OF_THOSE.match(self.view, at)
        if those:
            return those.end(), "participants", "unit"
        team = OF_TEAM.match(self.view, at)
        if team:
            return team.end(), "researchers", "coders"
        sample = OF_SAMPLE.match(self.view, at)
        return (sample.end(), "sample", "sample") if sample else None

    def values(self, at):
        """(end, values) of a bracket that begins with values: '(n = 10; 45%)', or None."""
        opening = OPENING.match(self.view, at)
        if not opening:
            return None
        at, end, values = opening.end(), None, {}
        for _ in range(4):
            item = self.value(at)
            if not item:
                break
            if "n" in values and "n" in item[1] and ("unit" in item[1] or "symbol" in values):
                break  # '(N = 22; 18 women)': the next count is a claim of its own
            end, more = item
            values = {**more, **values}
            between = BETWEEN.match(self.view, end)
            if not between:
                break
            at = between.end()
        bare = set(values) <= {"n", "comparator"}  # '(12)' may be a citation
        if end is None or bare:
            return None
        closing = CLOSING.match(self.view, end)
        return (closing.end() if closing else end), values

    def value(self, at):
        """(end, values) of one value inside a bracket, or None."""
        lead = LEAD.match(self.view, at)
        comparator = ""
        if lead:
            comparator = COMPARATOR_OF.get(" ".join(lead[0].lower().split()), "")
            at = lead.end()
        symbol = SYMBOL.match(self.view, at)
        if symbol:
            return self._symbol(symbol)
        percent = AT_PERCENT.match(self.view, at)
        if percent and not NO_SHARE.match(self.view, percent.end()):
            noun = self.counted(percent.end(), self.either)
            end = noun[0] if noun and self._ends(noun[0]) else percent.end()
            return end, {"percent": percent_of(percent[0]), "comparator": comparator}
        number = AT_NUMBER.match(self.view, at)
        if not number:
            return None
        found = {"n": value_of(number[0]), "comparator": comparator}
        end = number.end()
        total = TOTAL.match(self.view, end)
        if total:
            found["N"], end = value_of(total["N"]), total.end()
            if found["N"] < found["n"]:
                return None
        noun = self.counted(end, self.plural if found["n"] != 1 or total else self.singular)
        if noun and self._ends(noun[0]):
            found |= {"unit": noun[1], "counts": noun[2]}
            end = noun[0]
        if total and not self._ends(end) and not noun:
            return None
        return (end, found) if self._ends(end) or total else None

    def _ends(self, at):
        return bool(CLOSING.match(self.view, at) or BETWEEN.match(self.view, at))

    def _symbol(self, symbol):
        found = {"n": value_of(symbol["n"]), "symbol": symbol[1]}
        if symbol[2] in SYMBOLS:
            found["comparator"] = SYMBOLS[symbol[2]]
        end = symbol.end()
        total = TOTAL.match(self.view, end)
        if total:
            found["N"], end = value_of(total["N"]), total.end()
        noun = self.noun(end, self.either)
        if noun:
            found |= {"unit": noun[1], "counts": noun[2]}
            end = noun[0]
        share = OPENING.match(self.view, end)
        percent = share and AT_PERCENT.match(self.view, share.end())
        if percent:
            closing = CLOSING.match(self.view, percent.end())
            if closing:
                found["percent"], end = percent_of(percent[0]), closing.end()
        return end, found
