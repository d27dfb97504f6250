"""Tie each claim to what it is about: a theme, a code, the sample, the coders, the literature."""

import re

import pandas as pd

from analysis.manuscript import lexicon
from analysis.manuscript.given_links import NOT_THEMES, key_of
from analysis.manuscript.names import Names
from analysis.manuscript.stops import plain_view

# What a sentence of the literature says, and what says that a sentence is about this study.
OWN = re.compile(
    r"\b(?:our|ours|we|us|this study|the present study|the current study|this paper"
    r"|in this sample)\b",
    re.IGNORECASE,
)
COMPARES = re.compile(
    r"\b(?:consistent with|in line with|similar(?:ly)? to|echo\w*|align\w*|mirror\w*|concur\w*"
    r"|resonat\w*"
    r"|compared (?:with|to)|than|comparable|corroborat\w*|contrast\w*|unlike|confirm\w*"
    r"|as (?:has|was|were|reported|described"
    r"|found|in)|(?:support|extend|reflect)(?:s|ing)? (?:the|earlier|previous|prior|findings))",
    re.IGNORECASE,
)
OTHERS = re.compile(
    r"\b(?:stud(?:y|ies)|surveys?|reviews?|trials?|meta-analys[ei]s|authors?|et al|literature"
    r"|research"
    r"|reported in|worldwide|globally|nationally|in the (?:United States|United Kingdom|US|UK|USA"
    r"|general population))\b",
    re.IGNORECASE,
)
STUDY_OF = re.compile(  # 'in Garcia et al.'s (2018) study of 15 midwives'
    r"(?:et al\.?(?:'s)?|'s|earlier|previous|prior|another|recent|their|an?|one)\s(?:\(\d{4}\)\s)?"
    r"(?:\w+\s){0,3}?(?:study|survey|review|trial|sample|series|cohort)\s"
    r"(?:of|with|among|in|involving)\s$",
    re.IGNORECASE,
)
CODING = re.compile(
    r"\b(?:cod(?:ed|ing|ers?|ebook)|analy[sz]\w+|independent\w*|read|rated|raters?|annotat\w+"
    r"|transcri\w+"
    r"|inter-?rater|inter-?coder|disagree\w*|discrepan\w*|reviewed|themes?)\b",
    re.IGNORECASE,
)
TRAITS = re.compile(
    r"\b(?:female|male|women|men|woman|man|gender|non-binary|aged|married|single|divorced|widowed"
    r"|white|black|asian|hispanic|latin[ao]s?|ethnic\w*|caucasian|indigenous|degree|master"
    r"|bachelor|diploma"
    r"|qualified|years of experience|experience of|employed|unemployed|retired|full-time|part-time"
    r"|undergraduate|postgraduate|rural|urban|lived|worked (?:in|at|as|for|on|full|part|night)"
    r"|enrolled|recruited|invited|approached|consented|declined|withdrew|withdrawn|eligible"
    r"|excluded"
    r"|dropped out|identified as|interviewed|took part|participated|response rate|responded"
    r"|completed|attended|trained|specialist|diagnos\w+)\b",
    re.IGNORECASE,
)
ABOUT_SAMPLE = re.compile(
    r"\b(?:participants?|respondents?|sample|recruitment|demographic\w*|characteristics|profile)\b",
    re.IGNORECASE,
)
SEX = {"women", "men", "females", "males", "girls", "boys"}
TOOK_PART = re.compile(
    r"\bresponded\b|\bcompleted by\b|\b(?:were|was|have been)\s(?:\w+ly\s)?(?:interviewed"
    r"|recruited|included|analy[sz]ed|enrolled|collected"
    r"|received|surveyed|conducted|thematically|coded)|\b(?:participated|took part|agreed to"
    r"|wrote|submitted)\b"
    r"|\bwe\s(?:\w+ly\s)?(?:interviewed|recruited|analy[sz]ed|collected|received|included"
    r"|surveyed|coded)\b",
    re.IGNORECASE,
)
BEFORE_SAMPLE = re.compile(
    r"\b(?:invited|approached|eligible|contacted|declined|withdrew|excluded|refused|of whom"
    r"|returned"
    r"|target\w*|planned|each|per|pilot\w*|second|follow-up|double-coded|subset|subsample)\b",
    re.IGNORECASE,
)
THIS_THEME = re.compile(
    r"\b(?:this|the|that)\s(?:(?:first|second|third|main|major)\s)?(?:sub-?)?(?:theme|category)\b",
    re.I,
)
BOTH_THEMES = re.compile(r"\b(?:both|the two)\s(?:sub-?)?themes\b", re.IGNORECASE)
JOINED = re.compile(
    r"\s*(?:,|;|&|and|or|as well as|along with|together with|,\s*and)\s*(?:the|a|of)?\s*", re.I
)
# 'nurses who ...', 'nurses from ...': some of them are meant.
RESTRICTS = re.compile(
    r"'?\s(?:who|whose|whom|that|which|from|with|without|in|at|of|working|aged|on|under|over)\b",
    re.IGNORECASE,
)
SOME = re.compile(
    r"\b(?:male|female|younger|older|senior|junior|newly|experienced|rural|urban"
    r"|of (?:these|them))\b",
    re.IGNORECASE,
)
RESTRICTED_BEFORE = re.compile(
    r"\b(?:of|among) (?:the|those|these|our) [^,.;]{0,60}?\b(?:who|whose|with|from|without"
    r"|that) [^,.;]{0,80},\s*$",
    re.IGNORECASE,
)
# Texts of which there is usually one for each who took part.
ONE_EACH = {"interviews", "essays", "transcripts", "narratives", "accounts", "reflections",
            "responses", "stories", "diaries"}  # fmt: skip
# 'stigma at work (n = 11)' counts a part of stigma.
PART_OF_NAME = re.compile(
    r"\W{0,3}(?:at|in|from|about|towards?|among|by|during|when|while|after|before|because|on|within"
    r"|when|where|who)\b|.*\(",
    re.IGNORECASE,
)
# A theme told with a reason or an occasion is a part of the theme.
NARROWS = re.compile(
    r"\W{0,4}(?:because|when|whenever|if|only|after|before|once|unless|due to)\b", re.I
)
CLOSES = re.compile(r"[\s)'\]]{0,4}(?:[.;:,(!]|$|and\b|or\b|while\b|but\b|\[)", re.IGNORECASE)
PASSIVE = re.compile(
    r"[\s)'\]:–—-]{0,4}(?:\([^()]{0,60}\)\s?)?(?:(?:was|were|is|are|had been|has been|emerged"
    r"|appeared|occurred|featured"
    r"|came up|arose|surfaced|recurred|ran through)\s)?(?:(?:also|only|\w{3,12}ly)\s)?"
    r"(?:(?:\w{2,12}ed|found|seen|present|evident|apparent|visible|common|told|spoken of)\s){0,2}"
    r"(?:(?:by|in|among|amongst|across|from|for|to|with)\s)?(?:the\s|all\s)?"
    rf"(?:{lexicon.any_of(lexicon.COMPARATOR_OF)}\s)?$",
    re.IGNORECASE,
)
COUNTED_WHOLE = {"ratio", "n=", "k out of N", "of N, k", "n (%)", "percent", "table cell",
                 "quantifier + n=",
                 "quantifier + k out of N", "quantifier + percent"}  # fmt: skip
COUNTED = ("unit", "people", "material")
ADDS = ("remaining", "further")
SAMPLE_OF = re.compile(r"\b(?:sample|cohort) of\b", re.IGNORECASE)
DEFINITE = re.compile(r"\b(?:our|the|these|of|with|from|among)\s{1,3}$", re.IGNORECASE)
TELLS = re.compile(
    rf"\s(?:\w+ly\s|also\s|all\s)?{lexicon.any_of(lexicon.TELLING)}\b", re.IGNORECASE
)
MARKS = "*_“\"‘'"


def link_claims(manuscript, claims, themes, codes, *, units, size, fixed):
    """What each claim is about, and whether it counts the whole of it.

    Parameters
    ----------
    claims : DataFrame
        As `find_claims` gives them.
    themes : DataFrame
        theme, label, parent ('' = top level), aliases (separated by ;).
    codes : DataFrame
        code, theme ('' = parked).
    units : sequence of str
        The study's nouns.
    size : int or None
        N of the study.
    fixed : DataFrame
        As `read_claims_toml` gives it.

    Returns
    -------
    DataFrame
        claims with theme (a theme, a code, two themes joined by ' & ', '(sample)', '(part of the
        sample)', '(coders)', '(codes)', '(themes)', '(agreement)', '(literature)', or ''),
        link (how: claims.toml, before, after, heading, row, column, kind, or ambiguous),
        candidates (of an ambiguous claim, joined by '; '), whole (True: the claim counts all
        essays with the theme; False: some of them).
    """
    view = plain_view(manuscript.text)
    names = Names(themes, codes)
    linker = _Linker(manuscript.text, view, claims, names, units, size, fixed)
    links = pd.DataFrame(
        [linker.link(at) for at in range(len(claims))],
        columns=["theme", "link", "candidates", "whole"],
        index=claims.index,
    )
    return pd.concat([claims, links], axis=1)


class _Linker:
    def __init__(self, text, view, claims, names, units, size, fixed):
        self.text, self.view, self.names, self.size = text, view, names, size
        self.rows = claims.to_dict("records")
        self.units = {lexicon.plural(unit).lower() for unit in (*units, *lexicon.NEUTRAL)}
        self.units |= {unit.lower() for unit in units}
        self.first = lexicon.plural(units[0]).lower() if units else ""
        self.fixed = {}
        for sentence, claim, theme, part in fixed.itertuples(index=False):
            self.fixed[key_of(sentence), key_of(claim)] = (theme, part)
        self.cache = {}
        self.headline = set()  # (headings, theme) that have a first count of the whole already

    def link(self, at):
        claim = self.rows[at]
        claim["at"] = at
        claim["sentence"] = self.text[claim["sentence_start"] : claim["sentence_end"]]
        given = self._given(claim)
        if given:
            return given
        kind = self._by_kind(claim)
        if kind:
            return (kind, "kind", "", kind != "(part of the sample)")
        named = self._by_names(at, claim)
        theme = named[0]
        if (not theme and named[1] != "ambiguous") or named[1] == "heading":
            part = self._part_of_sample(claim)
            if part:
                return (part, "kind", "", False)
        return named

    def _given(self, claim):
        if not self.fixed:
            return None
        sentence = key_of(claim["sentence"])
        given = self.fixed.get((sentence, key_of(claim["snippet"]))) or self.fixed.get(
            (sentence, "")
        )
        if not given:
            return None
        theme, part = given
        if theme == "nothing":
            return ("", "claims.toml", "", False)
        return (f"({theme})" if theme in NOT_THEMES else theme, "claims.toml", "", not part)

    # By kind ---------------------------------------------------------------------------------

    def _by_kind(self, claim):
        counts, kind, n = claim["counts"], claim["kind"], claim["n"]
        if kind == "coefficient":
            return "(agreement)"
        if self._is_literature(claim):
            return "(literature)"
        if counts == "coders":
            own = CODING.search(claim["sentence"]) or claim["part"] in (
                "methods",
                "abstract",
                "results",
            )
            return "(coders)" if own else "(literature)" if claim["cited"] else ""
        if counts in ("codes", "themes", "sub-themes", "categories") and pd.notna(n):
            return f"({counts})"
        if counts == "places":
            return "(part of the sample)"
        if self._is_sample(claim):
            return "(sample)"
        if claim["total"] and not self._told_before_comma(claim):
            return "(part of the sample)"
        return ""

    def _is_literature(self, claim):
        before = self.view[max(claim["sentence_start"], claim["start"] - 80) : claim["start"]]
        if claim["cited"] and STUDY_OF.search(before):
            return True
        if not claim["cited"] or claim["part"] in ("abstract", "methods"):
            return False
        if claim["part"] == "results" and not OTHERS.search(claim["sentence"]):
            return False
        if claim["kind"] in ("n=", "N=") and not OTHERS.search(claim["sentence"]):
            return False
        if OWN.search(claim["sentence"]) or (pd.notna(claim["N"]) and claim["N"] == self.size):
            return False
        after = self.view[claim["end"] : claim["sentence_end"]]
        return not COMPARES.search(after)

    def _is_sample(self, claim):
        n, kind, unit = claim["n"], claim["kind"], claim["unit"].lower()
        if unit in SEX or pd.isna(n):
            return False
        if kind == "N=":
            return True
        if pd.notna(claim["N"]) or claim["quantifier"] or claim["comparator"] in ADDS:
            return False
        took_part = TOOK_PART.search(claim["sentence"])
        if kind == "n=":
            early = unit in self.units or claim["part"] in ("abstract", "methods")
            return n == self.size and early and not self._named(claim)
        if kind in ("count", "n (%)"):
            return n == self.size and bool(took_part)
        if claim["unit"] == "sample":
            return True
        told = [name for name in self._named(claim) if name[1] <= claim["start"]]
        if told and PASSIVE.fullmatch(self.view[told[-1][1] : claim["start"]]):
            return False  # 'Teamwork was described by 22 nurses'
        definite = DEFINITE.search(self.view[max(0, claim["start"] - 8) : claim["start"]])
        if (
            not definite
            and TELLS.match(self.view[claim["end"] : claim["end"] + 40])
            and any(name[0] >= claim["end"] for name in self._named(claim))
        ):
            return False  # 'All 22 nurses described teamwork' is about teamwork
        if kind not in ("word+unit", "digit+unit") or claim["counts"] not in COUNTED:
            return False
        if n == self.size:
            return True
        if BEFORE_SAMPLE.search(claim["sentence"]) or claim["comparator"] or unit not in self.units:
            return False
        if SAMPLE_OF.search(self.view[max(0, claim["start"] - 30) : claim["start"] + 30]):
            return True
        if claim["part"] not in ("abstract", "methods", "") or n == 1 or not took_part:
            return False
        at = claim["at"]
        return not any(
            other["sentence_start"] == claim["sentence_start"] and other["counts"] in COUNTED
            for other in (*self.rows[max(0, at - 5) : at], *self.rows[at + 1 : at + 6])
        )

    def _told_before_comma(self, claim):
        """'Of the 21 who voiced a sense of belonging, nine ...': the 21 are a theme's."""
        comma = self.view.find(",", claim["end"], claim["sentence_end"])
        return any(claim["end"] <= name[0] < comma for name in self._named(claim))

    def _part_of_sample(self, claim):
        if claim["counts"] in (*lexicon.STRUCTURE,) or claim["kind"] == "coefficient":
            return ""
        cell = claim["kind"] == "table cell"
        sentence = claim["row_label"] if cell else claim["sentence"]
        heading = claim["headings"].split("\n")[0]
        about = (cell or ABOUT_SAMPLE.search(heading)) and TRAITS.search(sentence)
        if claim["unit"].lower() in SEX or claim["part"] == "methods" or about:
            return "(part of the sample)"
        if claim["kind"] == "n=" and claim["counts"] in ("unit", "people"):
            return "(part of the sample)"
        nearby = self.view[claim["end"] : claim["end"] + 60].split(".")[0]
        if TRAITS.search(nearby) and not self._named(claim):
            return "(part of the sample)"
        return ""

    # By names ----------------------------------------------------------------------------------

    def _named(self, claim):
        """The names in the claim's sentence."""
        key = claim["sentence_start"], claim["sentence_end"]
        if key not in self.cache:
            found = self.names.find(self.view, *key)
            self.cache[key] = [name for name in found if self._counts_as_name(name)]
        return self.cache[key]

    def _counts_as_name(self, name):
        """A code of one word is a name only where it is set off: *belonging*, belonging (n = 3)."""
        start, end, target, single = name
        if target not in self.names.codes or not single:
            return True
        marked = self.text[max(0, start - 1) : start] in tuple(MARKS) and start
        return bool(marked) or bool(re.match(r"\W{0,3}\(\s?n\b", self.view[end : end + 8]))

    def _by_names(self, at, claim):
        if claim["kind"] == "table cell":
            return self._by_row(claim)
        bare_ratio = claim["kind"] == "ratio" and not claim["unit"]  # 'than one in four'
        if claim["counts"] in (*lexicon.STRUCTURE, "groupings") or bare_ratio:
            return ("", "", "", False)
        both = self._both_sub_themes(claim)
        if both:
            return both
        names = self._named(claim)
        before = [name for name in names if name[1] <= claim["start"]]
        after = [name for name in names if name[0] >= claim["end"]]
        inside = [name for name in names if name not in before and name not in after]
        left, right = self._neighbours(at, claim)
        bracket = claim["snippet"][:1] in "([" or claim["kind"] in ("n=", "N=")
        if bracket:
            if self._label_without_theme(claim, before):
                return ("", "", "", False)
            tries = [
                ("before", [n for n in before if n[1] >= left]),
                ("after", after),
                ("before", before),
            ]
        else:
            near = [name for name in after if name[0] <= right]
            close = [name for name in before if name[1] >= left]
            told = [n for n in close[-1:] if PASSIVE.fullmatch(self.view[n[1] : claim["start"]])]
            if told:
                near, inside = [], []
            tries = [
                ("after", inside + near),
                ("before", close),
                ("after", after),
                ("before", before),
            ]
        for where, found in tries:
            if not found:
                continue
            chosen = self._nearest(found, where)
            if len(chosen) > 1:
                return ("", "ambiguous", "; ".join(n[2] for n in chosen), False)
            return (chosen[0][2], where, "", self._is_whole(claim, chosen[0], where))
        return self._by_heading(claim)

    def _neighbours(self, at, claim):
        """End of the claim before and start of the claim behind, within the sentence."""
        left, right = claim["sentence_start"], claim["sentence_end"]
        for other in self.rows[max(0, at - 6) : at + 7]:
            if other is claim or (other["end"] > claim["start"] and other["start"] < claim["end"]):
                continue
            if other["end"] <= claim["start"]:
                left = max(left, other["end"])
            elif not JOINED.fullmatch(self.view[claim["end"] : other["start"]]):
                right = min(right, other["start"])
        return left, right

    def _label_without_theme(self, claim, before):
        """Is the phrase set off right before a bracket no name of ours?"""
        gap = self.text[max(0, claim["start"] - 4) : claim["start"]].rstrip()
        if gap[-1:] not in tuple('*_”"’'):
            return False
        return not any(name[1] >= claim["start"] - 6 for name in before)

    def _nearest(self, found, where):
        """The nearest name, with those that are joined to it by 'and'; sub-themes beat parents."""
        ordered = found if where == "after" else found[::-1]
        chosen = [ordered[0]]
        for name in ordered[1:]:
            first, second = sorted([chosen[-1], name])
            between = re.sub(r"\([^()]*\)", "", self.view[first[1] : second[0]])
            if not JOINED.fullmatch(between):
                break
            chosen.append(name)
        targets = self.names.most_specific([name[2] for name in chosen])
        return [next(name for name in chosen if name[2] == target) for target in targets]

    def _both_sub_themes(self, claim):
        if not BOTH_THEMES.search(claim["sentence"]):
            return None
        named = [name[2] for name in self._named(claim)] or self._of_heading(claim)[0]
        for theme in named:
            children = self.names.children(theme)
            if len(children) == 2:
                return (" & ".join(children), "heading", "", True)
        return None

    def _by_row(self, claim):
        for where, label in (("row", claim["row_label"]), ("column", claim["column_label"])):
            view = plain_view(label)
            found = self.names.find(view, 0, len(view))
            targets = self.names.most_specific([name[2] for name in found])
            if len(targets) == 1:
                return (targets[0], where, "", True)
            if targets:
                return ("", "ambiguous", "; ".join(targets), False)
        if re.fullmatch(r"\W*(?:total|all|overall|N)\b.{0,20}", claim["row_label"], re.IGNORECASE):
            return ("(sample)", "row", "", True)
        return ("", "", "", False)

    def _of_heading(self, claim):
        """The themes that the nearest heading names, else the one above it; a heading's words."""
        for heading in claim["headings"].split("\n"):
            view = plain_view(heading)
            found = [n for n in self.names.find(view, 0, len(view)) if n[2] not in self.names.codes]
            targets = self.names.most_specific([name[2] for name in found])
            if targets:
                return targets, heading
        return [], ""

    def _by_heading(self, claim):
        targets, _ = self._of_heading(claim)
        if not targets:
            return ("", "", "", False)
        if len(targets) > 1:
            return ("", "ambiguous", "; ".join(targets), False)
        theme = targets[0]
        this = THIS_THEME.search(claim["sentence"])
        if this:
            offset = claim["sentence_start"]
            name = (offset + this.start(), offset + this.end(), theme, False)
            where = "before" if name[1] <= claim["start"] else "after"
            return (theme, where, "", self._is_whole(claim, name, where))
        whole = False
        counted = claim["kind"] in COUNTED_WHOLE - {"n=", "table cell"}
        counted = counted and not claim["subset"] and not self._is_of_groups(claim)
        if counted and not SOME.search(claim["snippet"]) and pd.notna(claim["n"]):
            whole = (claim["headings"], theme) not in self.headline and claim["n"] != 1
        if whole:
            self.headline.add((claim["headings"], theme))
        return (theme, "heading", "", whole)

    def _counts_all(self, claim):
        """Does 'Seven nurses' count among all, not among the older ones or those who left?"""
        words = re.sub(r"[(\[].*", "", self.view[claim["start"] : claim["end"]])
        unit = claim["unit"].lower()
        other = self.units and unit and unit not in self.units and unit not in ONE_EACH
        if claim["quantifier"] == "both" or other:
            return False
        before = self.view[claim["sentence_start"] : claim["start"]]
        if RESTRICTED_BEFORE.search(before):
            return False
        between = re.sub(rf"(?i)^.*?{lexicon.NUMBER}|\b(?:of|the|our|these|all)\b", "", words)
        noun = re.findall(r"[\w-]+", claim["unit"]) or [""]
        modified = len(re.findall(r"[\w-]+", between)) > len(noun)
        if modified and not claim["quantifier"]:
            return False
        if RESTRICTS.match(self.view[claim["end"] : claim["end"] + 12]):
            return False
        return not any(
            JOINED.fullmatch(
                self.view[min(claim["end"], other["end"]) : max(claim["start"], other["start"])]
            )
            for other in self.rows[max(0, claim["at"] - 1) : claim["at"] + 2]
            if other is not claim
            and other["sentence_start"] == claim["sentence_start"]
            and not other["subset"]
        )

    def _is_of_groups(self, claim):
        """'in five of the six groups', where it is people or texts that the study counts"""
        return claim["unit"] == "focus groups" and self.first != "focus groups"

    def _is_whole(self, claim, name, where):
        """Does the claim count all essays with the theme, or a part that the sentence tells?"""
        start, end, *_ = name
        kind, n = claim["kind"], claim["n"]
        if claim["total"]:
            return True
        if claim["subset"] or kind == "id list" or self._is_of_groups(claim):
            return False
        if kind in ("anaphoric one", "ordinal") or claim["comparator"] in ADDS:
            return False
        if kind in ("n=", "N="):
            if where == "before":
                gap = self.view[end : claim["start"]]
                long = len(gap) > 60 or re.search(r"[,;:]\s*\w+\s+\w+", gap)
                return not long and not PART_OF_NAME.match(gap)
            return bool(claim["unit"] or claim["quantifier"])
        bare = kind == "count" or (kind == "quantifier" and not claim["unit"])
        tells = TELLS.match(self.view[claim["end"] : claim["end"] + 40])
        if where == "after" and bare and not tells:
            return False  # 'Six chose nights for teamwork'
        if where == "after" and NARROWS.match(self.view[end : end + 20]):
            return False
        if SOME.search(claim["snippet"]):
            return False
        if kind in COUNTED_WHOLE:
            return not (kind == "of N, k" and n == 1)
        if (pd.notna(n) and n == 1) or not self._counts_all(claim):
            return False
        if where == "before":
            return bool(PASSIVE.fullmatch(self.view[end : claim["start"]]))
        between = self.view[claim["end"] : start]
        if (
            re.search(r"[.;:()]|\b(?:they|he|she|their|his|her|not|never)\b", between)
            or len(between.split()) > 8
        ):
            return False
        return bool(CLOSES.match(self.view[end : end + 10]))
