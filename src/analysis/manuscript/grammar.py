"""The forms in which a manuscript counts, and how each is read from where it begins.

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
    ORDINALS,
    PERCENT,
    QUANTIFIERS,
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
AT_QUANTIFIER = re.compile(any_of(QUANTIFIERS) + r"(?![\w-])", re.IGNORECASE)
BUT = re.compile(rf"\s{{1,3}}(?:but|except(?:\sfor)?)\s({NUMBER})", re.IGNORECASE)
ALL_BUT = re.compile(rf"all\s(?:but|except(?:\sfor)?)\s({NUMBER})", re.IGNORECASE)
TOTAL = re.compile(
    rf"\s{{0,3}}(?:\bout\s{{1,3}}of\b|\bof\b|/)\s{{0,3}}"
    rf"(?:(?:the|our|these|those|all|a\stotal\sof|total)\s{{1,3}}){{0,2}}({NUMBER})",
    re.IGNORECASE,
)
OF_THE = re.compile(
    r"\s{1,4}of(?:\s{1,4}(?:the|these|those|our|all|this|both|its|study)){0,2}(?=\s)"
    r"|\s{1,4}the(?=\s)",
    re.IGNORECASE,
)
OF_NUMBER = re.compile(
    rf"\s{{1,3}}of\s{{1,3}}(?:(?:the|our|all|these|those)\s{{1,3}}){{0,2}}({NUMBER})", re.IGNORECASE
)
OF_THEM = re.compile(
    r"\s{1,4}of\s(?:them|us|these|those|whom)\b(?!\s(?!this\b|was\b|is\b|has\b)\w+s\b)|\s{1,4}others\b",
    re.IGNORECASE,
)
OF_THOSE = re.compile(
    r"\s{1,4}of\s(?:all\s)?those\s(?:interviewed|surveyed|asked|taking\spart|who\s\w+)",
    re.IGNORECASE,
)
OF_A_SEX = re.compile(
    r"\s{1,4}(females?|males?|non-binary)(?=\s{0,2}[,;:)\].]|\s(?:and|or|but)\b)", re.IGNORECASE
)
STORY = re.compile(r"\b(?:she|he|her|his|him|herself|himself)\b[^.;:!?]{0,60}$", re.IGNORECASE)
EACH = re.compile(r"\s{1,3}(?:each|apiece|per)\b", re.IGNORECASE)
# '69 of 792 combinations of essay and code (8.7%)': what is counted is said in other words.
THINGS = re.compile(
    r"\s{1,3}(?:\w[\w'-]{0,20}\s){0,3}?(\w{2,20}s)\b(?:\s[a-z][\w'-]{0,20}){0,6}(?=\s\()"
)
OF_SAMPLE = re.compile(
    r"\s{1,4}of\s(?:the|our|this)\s(?:[a-z]+\s)?(sample|cohort)\b", re.IGNORECASE
)
STORIES = re.compile(
    r"\s{1,4}(?:\w+\s){0,2}?(?:examples?|instances|illustrations)\sof(?=\s)", re.IGNORECASE
)
OPENING = re.compile(r"\s{0,3}[(\[]\s{0,2}")
CLOSING = re.compile(r"\s{0,3}[)\]]")
BETWEEN = re.compile(r"\s{0,2}[;,:=]\s{0,2}|\s{1,2}(?:and|or)\s|\s{0,2}[(–—]\s{0,2}")
ID = (
    r"(?:[A-Za-z]{1,5}[-_\s]?\d{1,3}[a-z]?"
    r"|(?:Participants?|Nurses?|Interviews?|Essays?)\s\d{1,3}|\#\d{1,3})"
)
IDS = re.compile(
    rf"\s{{0,3}}[(\[](?:e\.g\.,?\s)?({ID}(?:\s{{0,2}}(?:(?:[,;&]|and|,\sand)\s{{0,2}}{ID}"
    rf"|[–-]\s{{0,2}}(?:{ID}|\d{{1,3}}))){{0,60}})\s?[)\]]"
)
OR_MORE = re.compile(r"\s{1,3}or\s(more|fewer|less)\b", re.IGNORECASE)
CLAUSE_START = re.compile(
    r"(?:^|[.,;:(!?—–\])]\s{0,3}"
    r"|\b(?:and|while|whilst|but|whereas|whom|which|these|those|although|because|that)\s{1,2})"
    rf"(?:{any_of(COMPARATOR_OF)}\s{{1,3}})?$",
    re.IGNORECASE,
)
PAST = set("said felt spoke thought told wrote saw found were had did was".split())
ADVERBS = re.compile(
    r"\s{1,3}(?:also|both|each|all|even|either|then|further|\w{2,14}ly)(?=\s)", re.IGNORECASE
)
LISTED = re.compile(r"(?:,|\band|\bbut)\s{1,3}$")
CONTINUED = re.compile(r"\s{1,3}(?:of|in|at|from|with|to|on|as|by|through|for)\s", re.IGNORECASE)
TELLING, STATING = set(TELLING), set(STATING)
NUMBER_STARTS = {
    *lexicon.ONES, *lexicon.TEENS, *lexicon.TENS, "zero",
}  # fmt: skip
QUANTIFIER_STARTS = {re.split(r"[\s-]", words)[0] for words in QUANTIFIERS}
FUNCTION_WORDS = set(
    """a an the this that these those of in on at to from by with without for and or but nor as
    than then so if when while where who whom whose which what is are was were be been being am
    has have had do does did will would can could may might shall should must not no i we you he
    she it they them us me my our your his her its their there here about into over under between
    among during after before since until because although though however per via versus also
    only both each every either neither another any some few many most all more less such very
    too just""".split()
)
# Words that end the run of modifiers between a number and its noun.
NO_MODIFIER = FUNCTION_WORDS | NUMBER_STARTS | (TELLING - {"experienced"}) | STATING
PLURAL_MODIFIERS = set(
    """women men sports arts services operations humanities sales overseas paediatrics obstetrics
    always perhaps physics mathematics economics politics news""".split()
)
AGREEMENT = re.compile(
    r"""(?P<name>(?:krippendorff(?:'s)?\s|cohen(?:'s)?\s|fleiss(?:'s|')?\s|gwet(?:'s)?\s|scott(?:'s)?\s)?
      (?:alpha|kappa|α|κ|icc|ac1|pabak|intraclass\scorrelation(?:\scoefficient)?
      |agreement|concordance|reliability))
    (?:\s(?:coefficients?|values?|scores?|statistics?|rate|level))?
    (?:\s?[(\[](?:[κα]|k|kappa|alpha|icc)[)\]])?
    (?:\s(?:between|among|of|for|across|on)\s(?:the\s)?(?:[\w%]+\s){0,4}?(?=was|were|is|of|at|reached))?
    \s{0,2}(?:=|:|was|were|is|of|at|reached|reaching|averaged|exceeded|ranged|ranging|being|equal(?:l?ed|s)?
      |>|≥|<|\(|\[)
    \s{0,2}(?:(?:from|between|to|of|at|found|calculated|good|high|excellent|substantial|be|almost|perfect|as
      |very|strong|[(\[,κα=]|kappa|alpha|=)\s{0,2}){0,5}
    (?P<low>-?[01]?[.·]\d{1,4}|\d{1,3}(?:\.\d+)?\s?(?:%|per\s?cent))
    (?:\s{0,2}(?:to|–|-|and)\s{0,2}(?P<high>-?[01]?[.·]\d{1,4}|\d{1,3}(?:\.\d+)?\s?(?:%|per\s?cent)))?
    """,
    re.VERBOSE | re.IGNORECASE,
)
AGREEMENT_STARTS = set(
    """krippendorff cohen fleiss gwet scott alpha kappa α κ icc ac1 pabak intraclass agreement
    concordance reliability""".split()
)
OF_AGREEMENT = re.compile(
    r"\s{0,2}(?:(?:inter|intra)-?\s?\w{4,7}\s)?(?:agreement|concordance)\b", re.IGNORECASE
)
OF_MEASURE = re.compile(
    r"(?:HbA1c|SpO2|LVEF|fraction|saturation|concentration|humidity)\s(?:was|of|at)\s(?:\w+\s)?$",
    re.IGNORECASE,
)
IN_NUMBER = re.compile(rf"({NUMBER})\sin\s({NUMBER})(?=\s)", re.IGNORECASE)
NO_SHARE = re.compile(
    r"\s{0,2}(?:saline|dextrose|glucose|ethanol|alcohol|solution|power|increase|reduction"
    r"|decrease|decline"
    r"|rise|higher|lower|more|less|faster|chance|probability|confidence|CI\b|of\s(?:the"
    r"|their)\stime)",
    re.IGNORECASE,
)
NOT_IN_COUNTS = set(lexicon.STRUCTURE) | {"material"}


class Found(NamedTuple):
    """What a form read: where, and the values."""

    start: int
    end: int
    values: dict


@lru_cache(maxsize=8)
def _nouns(units):
    singulars, plurals = counted_nouns(units)
    return singulars, plurals, singulars | plurals


class Reader:
    """Reads the forms in one block of the view. `size` is the study's N, or None."""

    def __init__(self, view, units, size):
        self.view, self.size = view, size
        self.last = None  # the claim before, as Found
        self.singular, self.plural, self.either = _nouns(tuple(units))

    # Pieces ----------------------------------------------------------------------------------

    def noun(self, at, nouns, modifiers=4):
        """(end, plural, what it counts) of a counted noun after so many modifiers, or None."""
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
            found["N"], end = value_of(total[1]), total.end()
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
            found["N"], end = value_of(total[1]), total.end()
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

    # Forms ---------------------------------------------------------------------------------------

    def read(self, word, at):
        """The claim that begins at a word or a bracket, or None."""
        lower = word.lower()
        if word in ("(", "["):
            return self.bracket(at)
        if word in ("n", "N", "ns", "Ns"):
            return self.symbol(at)
        if lower in AGREEMENT_STARTS:
            return self.coefficient(at)
        found = None
        if lower in QUANTIFIER_STARTS:
            found = self.quantifier(at)
        if not found and (word[0].isdigit() or lower in NUMBER_STARTS or lower in ("a", "half")):
            found = self.number(at)
        if not found and lower == "another":
            found = self.another(at)
        if not found and lower in ORDINALS:
            found = self.ordinal(at)
        return found

    def bracket(self, at):
        """'(n = 10)', '(10 out of 22)', '(45%)' that nothing before it has taken."""
        values = self.values(at)
        if not values:
            return None
        end, found = values
        start = at
        unit = self._noun_before(at)
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

    def _noun_before(self, at):
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

    def coefficient(self, at):
        match = AGREEMENT.match(self.view, at)
        around = self.view[max(0, at - 60) : at + 60].lower()
        if not match or "cronbach" in around or "significan" in around:
            return None
        inner = re.search(r"κ|kappa|α|alpha", match[0], re.IGNORECASE)
        name = inner[0] if inner else match["name"]
        found = {"kind": "coefficient", "unit": " ".join(name.lower().split())}
        for name, group in (("value", "low"), ("value_high", "high")):
            words = match[group]
            if words:
                share = re.search(r"%|per", words)
                number = float(re.match(r"-?[\d.·]+", words)[0].replace("·", "."))
                found[name] = number
                if share and name == "value":
                    found["percent"] = number
        if "percent" in found and found["value"] > 100:
            return None
        return Found(at, match.end(), found)

    def quantifier(self, at):
        but = ALL_BUT.match(self.view, at)
        match = but or AT_QUANTIFIER.match(self.view, at)
        if not match:
            return None
        words = " ".join(match[0].lower().split())
        if but:
            missing = value_of(but[1])
            found = {"quantifier": f"all but {missing}"}
            if self.size is not None:
                found["n"] = self.size - missing
        else:
            found = {"quantifier": QUANTIFIERS[words]}
        if found["quantifier"] == "both":
            found["n"] = 2
        end = match.end()
        if AT_NUMBER.match(self.view, end + 1) and not but:
            return None  # 'all 22 nurses' is read as a number
        first = self.values(end)
        if first:
            end = first[0]
            found = {**first[1], **found}
        of = OF_NUMBER.match(self.view, end)
        noun = of and self.noun(of.end(), self.plural)
        if noun and "N" not in found:
            found["of"] = value_of(of[1])
        noun = noun or self.counted(end, self.either)
        them = None if noun or first else OF_THEM.match(self.view, end)
        told = them and self.values(them.end())
        if told:  # 'the majority of these (n = 8)'
            end, found, first = told[0], {**told[1], **found}, told
        except_for = noun and BUT.match(self.view, noun[0])
        if except_for and found["quantifier"] == "all" and self.size is not None:
            missing = value_of(except_for[1])
            found |= {"quantifier": f"all but {missing}", "n": self.size - missing}
            noun, but = (except_for.end(), *noun[1:]), except_for
        if noun and found["quantifier"] == "both":
            if re.match(r"\s{1,3}(?:and|or)\b", self.view[noun[0] : noun[0] + 8]):
                return None
            if noun[2] in lexicon.STRUCTURE and noun[2] != "coders":
                return None
        if noun:
            if noun[2] in lexicon.STRUCTURE and found["quantifier"] != "both" and not first:
                return None
            end = noun[0]
            found |= {"unit": noun[1], "counts": noun[2]}
            second = self.values(end)
            if second:
                end, found = second[0], {**found, **second[1], "unit": noun[1], "counts": noun[2]}
        if "of" in found:
            found.setdefault("N", found.pop("of"))
            numbered = True
        else:
            numbered = "percent" in found or "N" in found or "symbol" in found or first or but
        if not numbered and not self._quantifies(at, end, found, noun):
            return None
        if "N" in found and "n" in found:
            found["kind"] = "quantifier + k out of N"
        elif "symbol" in found:
            found["kind"] = "quantifier + n="
        elif "percent" in found:
            found["kind"] = "quantifier + percent"
        elif found["quantifier"] == "both":
            found["kind"] = "word+unit"
        else:
            found["kind"] = "quantifier"
        return Found(at, end, found)

    def _quantifies(self, at, end, found, noun):
        """Does a quantifier without a number count those who took part?"""
        if noun and noun[2] in ("unit", "sample"):
            return True
        if noun and self._neutral(noun[1]):
            return True
        if noun and (noun[2] in NOT_IN_COUNTS and not self._material(noun[1])):
            return noun[2] == "coders" and found["quantifier"] == "both"
        verb = self._verb(end)
        told = (verb in TELLING and (verb.endswith("ed") or verb in PAST)) or verb in PAST
        if noun:
            return told or self._material(noun[1]) or found["quantifier"] == "both"
        start = bool(CLAUSE_START.search(self.view[max(0, at - 30) : at]))
        return start and told and verb != "was"

    def _neutral(self, plural_noun):
        return plural_noun.lower() in {lexicon.plural(noun) for noun in lexicon.NEUTRAL}

    def _material(self, plural_noun):
        return plural_noun in ("essays", "interviews", "transcripts", "narratives", "focus groups")

    def _verb(self, at):
        adverb = ADVERBS.match(self.view, at)
        word = WORD.match(self.view, adverb.end() if adverb else at)
        return word[1].lower() if word else ""

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
        more = OR_MORE.match(self.view, end)
        if more:
            end = more.end()
            found["comparator"] = "at least" if more[1].lower() == "more" else "at most"
        first = self.values(end)
        if first and ("percent" in first[1] or "N" in first[1]):
            end, found = first[0], {**first[1], **found}
        total = TOTAL.match(self.view, end)
        if total:
            found["N"] = value_of(total[1])
            if found["N"] < n and self.view[end : total.end()].strip()[:1] == "/":
                return None
            end = total.end()
        plural = n != 1 or total or OF_THE.match(self.view, end)
        noun = self.counted(end, self.plural if plural else self.singular)
        if noun and n == 1 and not total and noun[2] in lexicon.STRUCTURE:
            return None
        if noun:
            end = noun[0]
            found |= {"unit": noun[1], "counts": noun[2]}
            ids = IDS.match(self.view, end)
            second = None if ids else self.values(end)
            if ids:
                found["ids"], end = _listed(ids[1]), ids.end()
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
        verb = self._verb(end)
        tells = verb in TELLING or (verb.endswith("ed") and len(verb) > 4)
        if total:
            bracketed = self.view[max(0, at - 3) : at].strip()[-1:] in "([" and at > 0
            if noun or tells or "percent" in found or found["N"] == self.size or bracketed:
                return "k out of N"
            return ""
        if noun:
            return form if "percent" not in found else "n (%)"
        if first and "percent" in found:
            return "n (%)"
        before = self.view[max(0, at - 40) : at]
        if found["n"] > 1 and (them := OF_THEM.match(self.view, end)):
            found["end"] = them.end()
            return "count"
        if re.search(r"\bsample\s{1,3}of\s{1,3}$", before, re.IGNORECASE):
            found |= {"unit": "sample", "counts": "sample"}
            return form
        if re.match(r"\s{1,3}(?:who|whom|whose)\b", self.view[end : end + 8]) and found["n"] > 1:
            return "count"
        if self._closes_passive(before, end):
            return "count"
        if self._continues(at, end):
            found |= {k: v for k, v in self.last.values.items() if k in ("unit", "counts")}
            return "count"
        if found["n"] != 1:
            tells = tells or verb in STATING
        if tells and CLAUSE_START.search(self.view[max(0, at - 30) : at]):
            return "count"
        return self._generic(end, found, form)

    def _closes_passive(self, before, end):
        """'Workload was mentioned by ten.'"""
        passive = re.search(
            r"(?:ed|said|told|shown|made|given|felt|by \w+, and \w+)\sby\s$", before
        )
        return bool(passive) and bool(
            re.match(r"\s{0,2}[.,;:)]|\s(?:and|but)\b", self.view[end : end + 5])
        )

    def _in_a_story(self, at, noun):
        """'She saw four doctors': people in what one person told."""
        if noun[2] != "people" or self._neutral(noun[1]):
            return False
        return bool(STORY.search(self.view[max(0, at - 70) : at]))

    def _continues(self, at, end):
        """'Eighteen nurses spoke of teamwork, fourteen of loneliness': the noun is said once."""
        last = self.last and self.last.values
        if not last or last["kind"] not in ("word+unit", "digit+unit", "count", "of N, k", "n (%)"):
            return False
        if last.get("counts") not in (None, "unit", "people", "material"):
            return False
        between = self.view[self.last.end : at]
        return bool(
            len(between) < 120
            and not re.search(r"[.;:!?()]", between)
            and LISTED.search(between)
            and CONTINUED.match(self.view, end)
        )

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
                verb = self._verb(word.end())
                if verb in TELLING and not verb.endswith("s") and (plural or verb.endswith("ed")):
                    found |= {"unit": name, "counts": "people", "end": word.end()}
                    return form
                if plural:
                    return ""
            word = WORD.match(self.view, word.end())
        return ""

    def ratio(self, at, match):
        """'one in four patients'."""
        noun = self.counted(match.end(), self.plural)
        if not noun:
            return None
        share = round(100 * value_of(match[1]) / value_of(match[2]), 1)
        found = {"kind": "ratio", "percent": share}
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
        if not noun or noun[2] in lexicon.STRUCTURE:
            return None
        found = {"kind": "anaphoric one", "n": 1, "unit": noun[1], "counts": noun[2]}
        return Found(at, noun[0], found)

    def ordinal(self, at):
        article = re.search(
            r"\b(?:the|a|our)\s{1,3}$", self.view[max(0, at - 8) : at], re.IGNORECASE
        )
        end = WORD.match(self.view, at)
        if not article or not end or "-" in end[1]:
            return None
        noun = self.noun(end.end(), self.singular, modifiers=2)
        if not noun or noun[2] in NOT_IN_COUNTS:
            return None
        found = {"kind": "ordinal", "n": 1, "unit": noun[1], "counts": noun[2]}
        return Found(at - len(article[0]), noun[0], found)


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
