"""The forms in which a manuscript counts, and how each is read from where it begins."""

import re

from analysis.manuscript import anaphora, lexicon, lists
from analysis.manuscript.coefficients import AGREEMENT_STARTS, coefficient
from analysis.manuscript.lexicon import (
    NUMBER,
    ORDINALS,
    TELLING,
    is_past,
    percent_of,
    value_of,
)
from analysis.manuscript.pieces import (
    AT_NUMBER,
    AT_PERCENT,
    NO_MODIFIER,
    NO_SHARE,
    NUMBER_STARTS,
    OF_THE,
    OF_THEM,
    SYMBOL,
    TOTAL,
    WORD,
    Found,
    Pieces,
)
from analysis.manuscript.quantified import (
    NEUTRAL,
    NOT_IN_COUNTS,
    OF_NUMBER,
    QUANTIFIER_STARTS,
    quantifier,
)

STORY = re.compile(r"\b(?:she|he|her|his|him|herself|himself)\b[^.;:!?]{0,60}$", re.IGNORECASE)
EACH = re.compile(  # '12 calls a night' is a load
    r"\s{1,3}(?:each|apiece|per)\b"
    r"|\s(?:an?|every)\s(?:day|night|morning|afternoon|evening|shift|week|month|year|session"
    r"|hour)\b",
    re.IGNORECASE,
)
# '69 of 792 combinations of essay and code (8.7%)': what is counted is said in other words.
THINGS = re.compile(
    r"\s{1,3}(?:\w[\w'-]{0,20}\s){0,3}?(\w{2,20}s)\b(?:\s[a-z][\w'-]{0,20}){0,6}(?=\s\()"
)
ID = (
    r"(?:[A-Za-z]{1,5}[-_\s]?\d{1,3}[a-z]?"
    r"|(?:Participants?|Nurses?|Interviews?|Essays?)\s\d{1,3}|\#\d{1,3})"
)
IDS = re.compile(
    rf"\s{{0,3}}[(\[](?:e\.g\.,?\s)?({ID}(?:\s{{0,2}}(?:(?:[,;&]|and|,\sand)\s{{0,2}}{ID}"
    rf"|[–-]\s{{0,2}}(?:{ID}|\d{{1,3}}))){{0,60}})\s?[)\]]"
)
OR_MORE = re.compile(r"\s{1,3}or\s(more|fewer|less)\b", re.IGNORECASE)
OF_AGREEMENT = re.compile(
    r"\s{0,2}(?:(?:inter|intra)-?\s?\w{4,7}\s)?(?:agreement|concordance)\b", re.IGNORECASE
)
OF_MEASURE = re.compile(
    r"(?:HbA1c|SpO2|LVEF|fraction|saturation|concentration|humidity)\s(?:was|of|at)\s(?:\w+\s)?$",
    re.IGNORECASE,
)
IN_NUMBER = re.compile(rf"({NUMBER})\sin\s({NUMBER})(?=[\s.,;:)])", re.IGNORECASE)
NAMES = re.compile(  # 'Nurses 3, 8 and 11', 'Nurses in FG2, FG3 and FG5': two are no list
    r"\s(?P<ids>(?:\d{1,3}(?:,\s|,?\s(?:and|&)\s)){2,40}\d{1,3}"
    r"|(?:(?:in|from|of)\s)?(?:(?P<letters>[A-Z]{1,4})-?\d{1,3}(?:,\s|,?\s(?:and|&)\s)){2,40}"
    r"(?P=letters)-?\d{1,3})(?![\d%]|[.,]\d|\s(?:of|out|per)\b)"
)
INVERTED = re.compile(r"\b(?:as|so|nor)\s(?:did|do|had|were|was|could|would)\s$", re.IGNORECASE)
RATIO_ENDS = re.compile(r"[.,;)]|\s(?:known|found|seen|shown|given)\b")
# Of the words for those who analyse, those that say that they code: 'one researcher' may have
# done anything, 'one coder' coded.
WHO_CODES = re.compile(r"\b(?:coder|rater|annotator|analyst)\b", re.IGNORECASE)
OWN_STUDY = re.compile(
    r"\b(?:our|this\sstudy|the\ssample|limitations?)\b[^.]{0,80}$", re.IGNORECASE
)
OF_GROUPS = ("FG", "FGD", "G")
GROUPED = re.compile(  # '40 codes in six clusters'
    r"\s(?:(?:that|which|were|was|and|then)\s){0,3}(?:\w+ed\s)?"
    r"(?:in|into|under|across|within)\s$"
)


class Reader(Pieces):
    """Reads the forms in one block of the view.

    `size` is the study's N, or None; `told` what the section has counted so far; `part` the part
    of the paper.
    """

    def __init__(self, view, units, size, heads, told, part):
        super().__init__(view, units, heads)
        self.size, self.told, self.part = size, told, part
        self.last = None  # the claim before in the block, as Found
        self.parts = {}  # of the last bracket: start of each part -> its end
        self.members = set()  # starts of the numbers of a list that says its noun once

    def read(self, word, at):
        """The claim that begins at a word or a bracket, or None."""
        lower = word.lower()
        if word in ("(", "["):
            return self.bracket(at)
        if word in ("n", "N", "ns", "Ns"):
            return self.symbol(at)
        if lower in AGREEMENT_STARTS:
            return coefficient(self.view, at)
        found = None
        if lower in QUANTIFIER_STARTS:
            found = quantifier(self, at)
        if not found and (word[0].isdigit() or lower in NUMBER_STARTS or lower in ("a", "half")):
            found = self.number(at)
        if not found and lower == "another":
            found = self.another(at)
        if not found and lower in ORDINALS:
            found = self.ordinal(at)
        if not found and (lower in self.plural or lower in self.heads):
            found = self.names(word, at)
        return found

    def bracket(self, at):
        """'(n = 10)', '(10 out of 22)', '(45%)' that nothing before it has taken."""
        self.parts |= lists.parts_in_bracket(self, at)
        values = self.values(at)
        if not values:
            return None
        end, found = values
        start = at
        unit = self.noun_before(at)
        if unit:
            found = {"unit": unit[1], "counts": unit[2], **found}
            if "symbol" not in found:
                start = unit[0]
        if "symbol" in found:
            found["kind"] = "N=" if found["symbol"] == "N" and "N" not in found else "n="
        elif "N" in found:
            found["kind"] = "k out of N"
        elif "percent" in found:
            found["kind"] = "percent"
        else:
            return None
        return Found(start, end, found)

    def noun_before(self, at):
        words = re.search(r"([A-Za-z][\w-]{1,30})\s{0,4}$", self.view[max(0, at - 40) : at])
        name = words and words[1].lower()
        if not name or name not in self.plural:
            return None
        start = at - len(words[0])
        return start, *self.plural[name]

    def symbol(self, at):
        match = SYMBOL.match(self.view, at)
        if not match:
            return None
        end, found = self._symbol(match)
        percent = self.values(end)
        if percent and "percent" in percent[1] and "symbol" not in percent[1]:
            end, found = percent[0], {**percent[1], **found}
        found["kind"] = "N=" if match[1] == "N" and "N" not in found else "n="
        return Found(at, end, found)

    def number(self, at):
        percent = AT_PERCENT.match(self.view, at)
        if percent:
            return self.percent(at, percent)
        ratio = IN_NUMBER.match(self.view, at)
        if ratio and _is_ratio(value_of(ratio[1]), value_of(ratio[2])):
            return self.ratio(at, ratio)
        match = AT_NUMBER.match(self.view, at)
        if not match:
            return None
        n, end = value_of(match[0]), match.end()
        found = {"n": n}
        if at in self.parts:
            found |= {"unit": "", "counts": "people", "kind": "count"}
            return self._unbracketed(at, end, n) or Found(at, self.parts[at], found)
        more = OR_MORE.match(self.view, end)
        if more:
            end = more.end()
            found["comparator"] = "at least" if more[1].lower() == "more" else "at most"
        first = self.values(end)
        if first and ("percent" in first[1] or "N" in first[1]):
            end, found = first[0], {**first[1], **found}
        total = TOTAL.match(self.view, end)
        if total:
            found["N"] = value_of(total["N"])
            if found["N"] < n and self.view[end : total.end()].strip()[:1] == "/":
                return None
            end = total.end()
        plural = n != 1 or total or OF_THE.match(self.view, end)
        noun = self.counted(end, self.plural if plural else self.singular)
        one = noun and n == 1 and not total and noun[2] in lexicon.STRUCTURE
        if one and not (noun[2] == "coders" and WHO_CODES.search(self.view[end : noun[0]])):
            return None
        if noun:
            end = noun[0]
            found |= {"unit": noun[1], "counts": noun[2]}
            ids = IDS.match(self.view, end)
            second = None if ids else self.values(end)
            if ids:
                end = ids.end()
                if not ids[1].startswith(OF_GROUPS) or "group" in noun[1]:
                    found["ids"] = _listed(ids[1])
            elif second and self._adds(second[1]):
                end, found = second[0], {**second[1], **found}
            if EACH.match(self.view, end) or self._in_a_story(at, noun):
                return None
        elif total and "percent" not in found:
            things = THINGS.match(self.view, end)
            second = self.values(things.end() if things else end)
            if second and "percent" in second[1]:
                end, found = second[0], {**second[1], **found}
                found.setdefault("unit", things[1].lower() if things else "")
        kind = self._kind_of_number(at, match, end, found, noun, total, first)
        if not kind:
            return None
        return Found(at, end, {**found, "kind": kind})

    @staticmethod
    def _adds(values):
        """Does a bracket behind 'Forty patients' say the same in other figures?"""
        return bool({"percent", "N"} & set(values)) or values.get("symbol") == "n"

    def _kind_of_number(self, at, match, end, found, noun, total, first):
        form = "digit+unit" if match[0][0].isdigit() else "word+unit"
        verb = self.verb(end)
        tells = verb in TELLING or (verb.endswith("ed") and len(verb) > 4)
        if total:
            return self._kind_of_share(at, end, found, noun, total, tells)
        if noun:
            return form if "percent" not in found else "n (%)"
        if first and "percent" in found:
            return "n (%)"
        n, before = found["n"], self.view[max(0, at - 40) : at]
        them = OF_THEM.match(self.view, end)
        if them and (n > 1 or (self.told.noun() is not None and is_past(self.verb(them.end())))):
            found |= {"end": them.end(), "subset": True}
            return "count"
        if re.search(r"\bsample\s{1,3}of\s{1,3}$", before, re.IGNORECASE):
            found |= {"unit": "sample", "counts": "sample"}
            return form
        if re.match(r"\s{1,3}(?:who|whom|whose)\b", self.view[end : end + 8]) and n > 1:
            return "count"
        if self._leans(at, end, found):
            return "count"
        if anaphora.subject(self, at, end, n):
            return "count"
        return (
            self._generic(end, found, form)
            or self._grouping(at, end, found, form)
            or self._places(at, end, found, form)
        )

    def _kind_of_share(self, at, end, found, noun, total, tells):
        """'k of N' counts if a noun, a verb, the study's N or an earlier claim says so."""
        bracketed = self.view[max(0, at - 3) : at].strip()[-1:] in "([" and at > 0
        if noun or tells or "percent" in found or found["N"] == self.size or bracketed:
            if re.search(r"\b(?:these|those)\b", total[0].lower()):
                found["subset"] = True
            return "k out of N"
        before = anaphora.of_those(self, total[0], end, found["n"], found["N"])
        if before is not None or INVERTED.search(self.view[max(0, at - 16) : at]):
            found |= before if before is not None else {"subset": True}
            return "k out of N"
        return self._generic(end, found, "k out of N")

    def _leans(self, at, end, found):
        """Does a bare number go on from what was counted before it? Then `found` gets its noun."""
        n = found["n"]
        ids = IDS.match(self.view, end)
        if ids:
            found |= {**(self.told.noun() or {}), "ids": _listed(ids[1]), "end": ids.end()}
            return True
        definite = anaphora.definite(self, at, end, n)
        if definite is not None:
            found |= definite
            return True
        if lists.continues(self, at, end):
            last = self.last.values
            found |= {name: last[name] for name in ("unit", "counts", "subset") if name in last}
            return True
        if anaphora.fronted(self, at, end, n):
            found |= self.told.noun()
            return True
        return anaphora.closes_passive(self.view, at, end)

    def _grouping(self, at, end, found, form):
        """'40 codes in six clusters': what codes were put into, whatever its name."""
        last = self.last
        if not last or last.values.get("counts") not in lexicon.STRUCTURE:
            return ""
        word = WORD.match(self.view, end)
        if not word or not self._plural(word[1].lower()):
            return ""
        if not GROUPED.fullmatch(self.view[last.end : at]):
            return ""
        found |= {"unit": word[1].lower(), "counts": "groupings", "end": word.end()}
        return form

    def _places(self, at, end, found, form):
        """'nurses from two large hospitals': where the study is described, places of its sample."""
        before = self.view[max(0, at - 90) : at]
        described = self.part in ("", "abstract", "methods") or OWN_STUDY.search(before)
        if found["n"] < 2 or not described or STORY.search(before):
            return ""
        word = WORD.match(self.view, end)
        for _ in range(5):
            if not word or (word[1].lower() in NO_MODIFIER and not word[1].isupper()):
                return ""
            if word[1].lower() in lexicon.PLACES:
                found |= {"unit": word[1].lower(), "counts": "places", "end": word.end()}
                return form
            if self._plural(word[1].lower()) and not word[1].isupper():
                return ""
            word = WORD.match(self.view, word.end())
        return ""

    def _unbracketed(self, at, end, n):
        """A part in a bracket with a noun that is counted: '(18 women ...)'."""
        noun = self.counted(end, self.plural if n != 1 else self.singular)
        if not noun:
            return None
        values = {"n": n, "unit": noun[1], "counts": noun[2]}
        digits = self.view[at].isdigit()
        return Found(at, noun[0], {**values, "kind": "digit+unit" if digits else "word+unit"})

    def _in_a_story(self, at, noun):
        """'She saw four doctors': people in what one person told."""
        if noun[2] != "people" or noun[1].lower() in NEUTRAL:
            return False
        return bool(STORY.search(self.view[max(0, at - 70) : at]))

    def _generic(self, end, found, form):
        """'Eight children described': a noun that is not in the list, and a verb of telling."""
        word = WORD.match(self.view, end)
        for _ in range(3):
            if not word:
                return ""
            name = word[1].lower()
            if name in NO_MODIFIER or name in lexicon.LITERATURE_NOUNS:
                return ""
            plural = self._plural(name) or name in lexicon.IRREGULAR.values()
            if plural if found["n"] != 1 else not plural:
                verb = self.verb(word.end())
                if verb in TELLING and not verb.endswith("s") and (plural or is_past(verb)):
                    found |= {"unit": name, "counts": "people", "end": word.end()}
                    return form
                if plural:
                    return ""
            word = WORD.match(self.view, word.end())
        return ""

    def ratio(self, at, match):
        """'one in four patients', 'the one in six that others report'."""
        noun = self.counted(match.end(), self.plural)
        share = round(100 * value_of(match[1]) / value_of(match[2]), 1)
        found = {"kind": "ratio", "percent": share}
        if not noun:
            told = is_past(self.verb(match.end())) or RATIO_ENDS.match(self.view, match.end())
            return Found(at, match.end(), found) if told else None
        return Found(at, noun[0], {**found, "unit": noun[1], "counts": noun[2]})

    def percent(self, at, match):
        end = match.end()
        if OF_MEASURE.search(self.view[max(0, at - 30) : at]):
            return None
        if NO_SHARE.match(self.view, end):
            return None
        agreement = OF_AGREEMENT.match(self.view, end)
        share = percent_of(match[0])
        if agreement:
            found = {"kind": "coefficient", "unit": "agreement", "value": share, "percent": share}
            return Found(at, agreement.end(), found)
        found = {"percent": share, "kind": "percent"}
        first = self.values(end)
        if first:
            end, found = first[0], {**first[1], **found}
        of = OF_NUMBER.match(self.view, end)
        if of:
            noun = self.noun(of.end(), self.plural)
            if noun:
                end = noun[0]
                found |= {"N": value_of(of[1]), "unit": noun[1], "counts": noun[2]}
        else:
            noun = self.counted(end, self.either)
            if noun:
                end = noun[0]
                found |= {"unit": noun[1], "counts": noun[2]}
        second = self.values(end)
        if second:
            end, found = second[0], {**second[1], **found}
        return Found(at, end, found)

    def another(self, at):
        noun = self.noun(at + len("another"), self.singular)
        if not noun:
            end = anaphora.another(self, at)
            found = {"kind": "anaphoric one", "n": 1, **(self.told.noun() or {})}
            return Found(at, end, found) if end else None
        if noun[2] in lexicon.STRUCTURE or self._anybody(at, noun):
            return None
        found = {"kind": "anaphoric one", "n": 1, "unit": noun[1], "counts": noun[2]}
        return Found(at, noun[0], found)

    def _anybody(self, at, noun):
        """'They leaned on another person': 'person' behind a preposition is anybody."""
        return noun[1] in ("people", "individuals") and bool(
            re.search(r"\b(?:on|upon|of|to|with|from|by)\s$", self.view[max(0, at - 8) : at])
        )

    def ordinal(self, at):
        article = re.search(
            r"\b(?:the|a|our)\s{1,3}$", self.view[max(0, at - 8) : at], re.IGNORECASE
        )
        word = WORD.match(self.view, at)
        if not article or not word or "-" in word[1]:
            return None
        start, name = at - len(article[0]), word[1].lower()
        noun = self.noun(word.end(), self.singular, modifiers=2)
        found = {"kind": "ordinal", "n": 1}
        starts = not noun and anaphora.starts_clause(self.view, start)
        if starts and anaphora.ordinal(self, word.end(), ORDINALS[name]):
            of = self.told.numbered(ORDINALS[name] - 1) or self.told.noun()
            return Found(start, word.end(), {**found, **of})
        if not noun or (noun[2] in NOT_IN_COUNTS and noun[2] != "coders"):
            return None
        if noun[1] == "authors":  # the first author is one of those in the title
            return None
        return Found(start, noun[0], {**found, "unit": noun[1], "counts": noun[2]})

    def names(self, word, at):
        """'Nurses 3, 8, 11 and 20 ...': as many as are named."""
        match = NAMES.match(self.view, at + len(word))
        if not match or self.view[max(0, at - 2) : at].strip()[-1:] in tuple("(["):
            return None
        unit, counts = self.plural.get(word.lower()) or (self.heads[word.lower()], "material")
        if counts in lexicon.STRUCTURE:
            return None
        if match["letters"] in OF_GROUPS:
            unit, counts = "focus groups", "material"
        n = len(re.findall(r"\d+", match["ids"]))
        found = {"kind": "id list", "n": n, "ids": n, "unit": unit, "counts": counts}
        return Found(at, match.end(), found)


def _is_ratio(k, N):
    """'one in four', '1 in 100': not 'two in 22 interviews'."""
    return 0 < k < N and (N <= 10 or N in (12, 20, 50, 100, 1000))


def _listed(ids):
    """How many names a list holds: 'P1, P3-P5' -> 4."""
    n = 0
    for part in re.split(r"\s{0,2}(?:[,;&]|\band\b)\s{0,2}", ids):
        ends = re.findall(r"\d{1,3}", part)
        n += int(ends[-1]) - int(ends[0]) + 1 if len(ends) == 2 else bool(ends)
    return n
