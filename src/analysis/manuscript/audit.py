"""Judge each claim of a manuscript: against the codings, against the other claims, against itself.

Exactly one verdict a claim. Where the codings are known they decide; what two places of the
manuscript say differently is then told beside the verdict.
"""

import re
from collections import Counter
from itertools import pairwise
from typing import NamedTuple

import pandas as pd

from analysis.manuscript import lexicon
from analysis.manuscript.agreement_claims import judge_coefficient
from analysis.manuscript.claims import find_claims
from analysis.manuscript.evidence import rule_in_words
from analysis.manuscript.given_links import suggested_entry, unused_entries
from analysis.manuscript.links import link_claims
from analysis.manuscript.quantities import (
    allows,
    as_said,
    comparator_of_number,
    in_words,
    least,
    percent_digits,
    possible_percents,
    range_in_words,
    rounds_to,
)
from analysis.manuscript.verdicts import ERRORS, Judgement
from analysis.manuscript.wording import notes

# Kinds of claims that add up where one says 'another'; a bare number may repeat the one before.
ONE_BY_ONE = ("word+unit", "digit+unit", "anaphoric one", "ordinal")
SHOWN_LETTERS = 70  # of a sentence that is shown beside a claim
SHOWN = 5  # other places of the manuscript that are named beside a claim, for each count
STRUCTURE = {"(codes)": "codes", "(themes)": "themes", "(sub-themes)": "sub-themes",
             "(categories)": "categories", "(coders)": "coders"}  # fmt: skip
IN_ALL = re.compile(
    r"\b(?:identif\w+|emerg\w+|generat\w+|deriv\w+|develop\w+|result\w*|group\w+|cluster\w+"
    r"|organi[sz]\w+"
    r"|collaps\w+|final\w*|total|overall|compris\w+|consist\w*|yield\w*|codebook|construct\w+"
    r"|produc\w+|into|synthesi\w+|held|revealed|found|arrived|reduced|refined)\b",
    re.IGNORECASE,
)
PROVISIONAL = re.compile(
    r"\b(?:initial\w*|preliminary|first|candidate|provisional|tentative|draft|originally|each"
    r"|per|of these)\b",
    re.IGNORECASE,
)


def judge(text, claims, evidence, *, units, size, ranges):
    """One verdict for each claim.

    Parameters
    ----------
    text : str
        The manuscript's text.
    claims : DataFrame
        As `link_claims` gives them.
    evidence : Evidence
        Without data, claims are held against each other only.
    units : sequence of str
        The study's nouns, the first of them for suggestions.
    size : int or None
        N of the study; None lets the manuscript's own N stand for it.
    ranges : dict
        Quantifier -> (low, high), from claims.toml.

    Returns
    -------
    DataFrame
        id, start, end, snippet, section, kind, theme, claimed, found (the declared rule's count
        and those of the other rules), verdict (one of VERDICTS in `verdicts`), reason (sentences),
        suggestion (the right words, '' where nothing is to be put right), conflicts (ids of claims
        that say something else about the same, joined by '; '). One row a claim, in its order.
    """
    judged = _Judge(text, claims, evidence, units, size, ranges).all()
    columns = ["id", "start", "end", "snippet", "section", "kind", "theme", "claimed", "found",
               "verdict", "reason", "suggestion", "conflicts"]  # fmt: skip
    return pd.DataFrame(judged, columns=columns)


def claim_ids(n):
    """C001, C002 ...: claims in the order of the text."""
    width = max(3, len(str(n)))
    return [f"C{number:0{width}}" for number in range(1, n + 1)]


def apparent_size(claims):
    """N as the manuscript itself gives it most often (N = 22, 10 of 22), or None.

    'Two of these four' gives none, and 'five of the six groups' only where nothing else does.
    """
    stated = claims.loc[claims["kind"].eq("N="), "n"]
    whole = claims[~claims["subset"]]
    groups = whole["unit"].eq("focus groups")
    values = [*stated.dropna(), *whole.loc[~groups, "N"].dropna()]
    values = values or [*whole["N"].dropna()]
    return int(Counter(values).most_common(1)[0][0]) if values else None


class _Judge:
    def __init__(self, text, claims, evidence, units, size, ranges):
        self.text, self.evidence, self.ranges = text, evidence, ranges
        self.rows = as_said(claims)
        for row, name in zip(self.rows, claim_ids(len(claims)), strict=True):
            row["id"] = name
        self.counts = evidence.counts()
        self.together = {}
        self.known_size = size
        self.size = size if size is not None else apparent_size(claims)
        self.units = {lexicon.plural(unit).lower() for unit in (*units, *lexicon.NEUTRAL)}
        self.unit = lexicon.plural(units[0]) if units else "essays"
        self.stated = self._stated()
        self.tallies = self._tallies()

    def all(self):
        judged = []
        for row in self.rows:
            found = self._judge(row)
            conflicts = self._conflicts(row)
            reason = found.reason
            if conflicts and found.verdict != "contradicts claim":
                others = self._told(conflicts)
                reason += f" Elsewhere the manuscript says {others}."
            judged.append(
                (row["id"], row["start"], row["end"], row["snippet"], row["section"], row["kind"],
                 row["theme"], in_words(row), found.found, found.verdict, reason,
                 found.suggestion, "; ".join(other["id"] for other in conflicts))
            )  # fmt: skip
        return judged

    def _judge(self, row):
        theme = row["theme"]
        if row["link"] == "ambiguous":
            return self._ambiguous(row)
        if theme == "(literature)":
            return Judgement("literature", "A number of other people's work; it is not checked.")
        if theme == "(agreement)":
            return judge_coefficient(self.text, row, self.evidence.coefficients)
        if theme in STRUCTURE:
            return self._structure(row, STRUCTURE[theme])
        if theme == "(sample)":
            return self._sample(row)
        ids = self._ids(row)
        if ids:
            return ids
        if theme in ("", "(part of the sample)", "(nothing)"):
            return self._inner(row, None) or self._untied(row)
        return self._theme(row)

    # Themes ------------------------------------------------------------------------------------

    def _theme(self, row):
        count = self._count(row["theme"])
        if count is None:
            return self._inner(row, None) or self._without_data(row)
        if pd.notna(row["N"]) and row["N"] != count.N:
            return self._other_total(row, count)
        if not row["whole"]:
            return self._part(row, count)
        ks = range(count.low, count.high + 1)
        true = [k for k in ks if allows(row, k, count.N, self.ranges)]
        found = self._found(row["theme"], count)
        if true:
            inner = self._inner(row, count)
            if inner:
                return inner._replace(found=found)
            if len(true) == len(ks):
                return Judgement("agrees", self._agrees(row, count), found)
            return Judgement(
                "agrees",
                f"It agrees if {self._range(true)} of the {count.high - count.low} unresolved "
                f"{self.unit} included count: the coding gives {count.text} of {count.N}.",
                found,
                f"{count.text} of {count.N} {self.unit}",
            )
        inner = self._impossible(row, count.N)
        if inner:
            return inner._replace(found=found, suggestion=self._suggest(row, count))
        return Judgement(
            "contradicts data",
            f"The manuscript says {in_words(row)}; {rule_in_words(self.evidence.rule)} has "
            f"{count.text} of {count.N} for '{row['theme']}'. {self._which_rule(row)}",
            found,
            self._suggest(row, count),
        )

    def _count(self, theme):
        if " & " in theme:
            if theme not in self.together:
                self.together[theme] = self.evidence.together(theme.split(" & "))
            return self.together[theme]
        return self.counts.get(self.evidence.rule, {}).get(theme)

    def _found(self, theme, count):
        words = [f"{count.text} of {count.N} ({self.evidence.rule})"]
        for rule, counts in self.counts.items():
            if rule != self.evidence.rule and theme in counts:
                words.append(f"{rule}: {counts[theme].text}")
        return "; ".join(words)

    def _which_rule(self, row):
        giving = [
            rule_in_words(rule)
            for rule, counts in self.counts.items()
            if rule != self.evidence.rule
            and row["theme"] in counts
            and any(
                allows(row, k, counts[row["theme"]].N, self.ranges)
                for k in range(counts[row["theme"]].low, counts[row["theme"]].high + 1)
            )
        ]
        if giving:
            return f"It is the count of {' and of '.join(giving)}."
        return "No other way of counting gives it."

    def _agrees(self, row, count):
        if pd.isna(row["n"]) and pd.isna(row["percent"]):
            share = f"{count.text} of {count.N} is {100 * count.low / count.N:.0f}%"
            return f"{share}; {range_in_words(row['quantifier'], self.ranges)}."
        return f"{rule_in_words(self.evidence.rule).capitalize()} has {count.text} of {count.N}."

    def _range(self, ks):
        return str(ks[0]) if len(ks) == 1 else f"{ks[0]} to {ks[-1]}"

    def _suggest(self, row, count):
        unit = row["unit"] if row["unit"].lower() in self.units else self.unit
        if pd.isna(row["n"]) and pd.notna(row["percent"]) and count.low == count.high:
            digits = percent_digits(row["snippet"])
            return f"{100 * count.low / count.N:.{digits}f}% of {unit} ({count.text} of {count.N})"
        if row["kind"] == "n=":
            return f"(n = {count.text})"
        return f"{count.text} of {count.N} {unit}"

    def _other_total(self, row, count):
        unit = row["unit"].lower()
        ours = not unit or unit in self.units
        same = ours and row["whole"] and allows(row, count.low, int(row["N"]), self.ranges)
        if row["N"] > count.N or same:
            return Judgement(
                "contradicts data",
                f"It counts {int(row['N'])} in all; the study has {count.N} {self.unit}.",
                self._found(row["theme"], count),
                self._suggest(row, count),
            )
        return self._inner(row, None) or Judgement(
            "not traceable",
            f"{in_words(row)}: the study has {count.N} {self.unit}, and nothing in its files tells "
            f"which {int(row['N'])} are meant. A code that they have would.",
        )

    def _part(self, row, count):
        low = (
            least(row, count.N, self.ranges)
            if pd.notna(row["n"]) or pd.notna(row["percent"])
            else None
        )
        found = self._found(row["theme"], count)
        if low is not None and low > count.high and not _may_be_the_rest(row):
            return Judgement(
                "bound broken",
                f"A part of '{row['theme']}' is said to be {in_words(row)}, and the whole theme is "
                f"in {count.text} of {count.N} {self.unit}.",
                found,
                f"at most {count.high} of {count.N} {self.unit}",
            )
        tally = self.tallies.get(row["id"])
        if tally and tally > count.high:
            return Judgement(
                "bound broken",
                f"With this one the section counts {tally} different {row['unit'] or self.unit} "
                f"for '{row['theme']}', and the whole theme is in {count.text} of {count.N}.",
                found,
                f"at most {count.high} in all",
            )
        named = row["link"] in ("after", "before") and row["kind"] not in (
            "anaphoric one",
            "ordinal",
        )
        equal = pd.notna(row["n"]) and count.low <= row["n"] <= count.high and row["n"] > 1
        if named and equal:
            return Judgement("agrees", self._agrees(row, count), found)
        return self._inner(row, count) or Judgement(
            "not traceable",
            f"It counts a part of '{row['theme']}' ({count.text} of {count.N}), which is possible; "
            "which essays are meant is not coded. A code (or sub-theme) for it would make it "
            "checkable.",
            found,
        )

    def _tallies(self):
        """id -> running tally of its section and theme, for claims that say 'another'.

        Only where a claim says that it counts somebody else than those before ('another', 'the
        third', 'a further') do parts add up.
        """
        tallies, running = {}, {}
        for row in self.rows:
            part = not row["whole"] and row["link"] not in ("", "ambiguous", "kind")
            part = part and row["kind"] in ONE_BY_ONE and not row["subset"]
            if not part or pd.isna(row["n"]) or row["part"] == "abstract":
                continue
            key = row["section"], row["theme"], row["unit"]
            running[key] = running.get(key, 0) + int(row["n"])
            if row["kind"] in ("anaphoric one", "ordinal") or row["comparator"] == "further":
                tallies[row["id"]] = running[key]
        return tallies

    # Without data ------------------------------------------------------------------------------

    def _stated(self):
        """theme -> count -> the first whole-theme claims that state it."""
        stated = {}
        for row in self.rows:
            value = self._value(row) if row["whole"] and row["theme"] else None
            if value is not None:
                rows = stated.setdefault(row["theme"], {}).setdefault(value, [])
                if len(rows) <= SHOWN:
                    rows.append(row)
        return stated

    def _value(self, row):
        """The count that a claim states, None where it states none exactly."""
        if comparator_of_number(row) not in ("", "only", "all"):
            return None
        if row["theme"] in STRUCTURE and not self._in_all(row):
            return None
        if row["theme"] == "(coders)" and _is_one_of_them(row):
            return None
        if pd.notna(row["n"]):
            return int(row["n"])
        N = int(row["N"]) if pd.notna(row["N"]) else self.size
        if pd.notna(row["percent"]) and N and row["theme"][:1] != "(":
            ks = possible_percents(N, float(row["percent"]), percent_digits(row["snippet"]))
            return ks[0] if len(ks) == 1 else None
        return None

    def _conflicts(self, row):
        if row["theme"] == "(sample)" and row["kind"] != "N=" and self._value(row) == self.size:
            return []
        value = self._value(row) if row["whole"] and row["theme"] else None
        if value is None or row["theme"] in ("(literature)", "(agreement)"):
            return []
        values = self.stated[row["theme"]]
        return [other for k, rows in values.items() if k != value for other in rows[:SHOWN]]

    def _told(self, others):
        told = [
            f"{in_words(other)} ({other['section'] or 'no section'}: "
            f"'{self._where_it_says(other)}')"
            for other in others[:3]
        ]
        more = f" and {len(others) - 3} more" if len(others) > 3 else ""
        return " and ".join(told) + more

    def _where_it_says(self, row):
        """The claim's sentence, or the part of it around the claim."""
        start, end = row["sentence_start"], row["sentence_end"]
        sentence = self.text[start:end]
        if len(sentence) <= SHOWN_LETTERS:
            return " ".join(sentence.split())
        before, claim, after = (
            self.text[a:b] for a, b in pairwise((start, row["start"], row["end"], end))
        )
        room = max(SHOWN_LETTERS - len(claim), 1)
        if len(before) > room:
            before = "…" + before[-room:].partition(" ")[2]
        room = max(room - len(before), 0)
        if len(after) > room:
            after = after[:room].rpartition(" ")[0] + "…"
        return " ".join(f"{before}{claim}{after}".split())

    def _against_claims(self, row):
        others = self._conflicts(row)
        if not others:
            return None
        return Judgement(
            "contradicts claim",
            f"Here the manuscript says {in_words(row)}; elsewhere {self._told(others)}. "
            "Only the codings can tell which is right.",
        )

    def _without_data(self, row):
        against = self._against_claims(row)
        if against:
            return against
        if row["whole"] and (self._value(row) is not None or self._supported(row)):
            values = self.stated.get(row["theme"], {})
            others = [o["id"] for rows in values.values() for o in rows if o is not row]
            if others:
                where = ", ".join(others[:SHOWN])
                return Judgement(
                    "agrees",
                    f"The manuscript says the same elsewhere ({where}). No coding was at hand.",
                )
            return Judgement("agrees", "It is said once, and nothing else in the manuscript speaks "
                                       "against it. No coding was at hand.")  # fmt: skip
        stated = list(self.stated.get(row["theme"], {}))
        part = pd.notna(row["n"]) and not row["whole"] and not _may_be_the_rest(row)
        if stated and part and row["n"] > max(stated):
            return Judgement(
                "bound broken",
                f"A part of '{row['theme']}' is said to be {in_words(row)}, and the whole theme "
                f"{max(stated)}.",
            )
        tally = self.tallies.get(row["id"])
        if stated and tally and tally > max(stated):
            return Judgement(
                "bound broken",
                f"With this one the section counts {tally} different {row['unit']} for "
                f"'{row['theme']}', and the whole theme is said to be {max(stated)}.",
            )
        if row["whole"]:
            return Judgement("not traceable", "No coding was at hand to check the word against.")
        return Judgement(
            "not traceable",
            f"It counts a part of '{row['theme']}', of which the manuscript gives no count of its "
            "own. A code (or sub-theme) for it would make it checkable.",
        )

    def _supported(self, row):
        """Does another claim give the count that makes a word or an inequality true?"""
        values = list(self.stated.get(row["theme"], {}))
        return bool(values) and all(allows(row, v, self.size or 0, self.ranges) for v in values)

    # Sample, structure, agreement ---------------------------------------------------------------

    def _sample(self, row):
        n = int(row["n"]) if pd.notna(row["n"]) else None
        if n is None:
            return Judgement("not traceable", "It is about the sample; no number is given.")
        if self.known_size is None:
            return self._against_claims(row) or Judgement(
                "agrees", "It is the number that the manuscript gives elsewhere for its sample."
                if n == self.size else "It is the only number given for it.")  # fmt: skip
        if allows(row, self.known_size, self.known_size, self.ranges):
            return Judgement("agrees", f"The study has {self.known_size} {self.unit}.",
                             str(self.known_size))  # fmt: skip
        return Judgement(
            "contradicts data",
            f"The manuscript says {in_words(row)} {row['unit'] or self.unit}; the study has "
            f"{self.known_size} {self.unit}.",
            str(self.known_size),
            f"{self.known_size} {row['unit'] or self.unit}",
        )

    def _in_all(self, row):
        sentence = self.text[row["sentence_start"] : row["sentence_end"]]
        if row["theme"] == "(coders)":
            return True
        return bool(IN_ALL.search(sentence)) and not PROVISIONAL.search(sentence)

    def _is_provisional(self, row):
        sentence = self.text[row["sentence_start"] : row["sentence_end"]]
        return bool(PROVISIONAL.search(sentence))

    def _structure(self, row, what):
        n = int(row["n"]) if pd.notna(row["n"]) else None
        known = self.evidence.facts.get(what)
        if n is None:
            return Judgement("not traceable", f"No number of {what} is given.")
        if what == "coders" and _is_one_of_them(row):
            return Judgement("not traceable", "It is about one of those who coded.")
        if known is None:
            against = self._against_claims(row)
            if against:
                return against
            if self._in_all(row):
                return Judgement("agrees", "Nothing else in the manuscript speaks against it. "
                                           "No coding was at hand.")  # fmt: skip
            return Judgement("not traceable", f"Which {what} are meant is not said.")
        possible = [known]
        if what == "themes":
            possible.append(known + self.evidence.facts.get("sub-themes", 0))
        if any(allows(row, value, value, self.ranges) for value in possible):
            return Judgement("agrees", f"The study has {known} {what}.", str(known))
        if not self._in_all(row) and (n < max(possible) or self._is_provisional(row)):
            return Judgement(
                "not traceable",
                f"The study has {known} {what}; which {n} are meant is not said.",
                str(known),
            )
        return Judgement(
            "contradicts data",
            f"The manuscript says {n} {what}; the study has {known}.",
            str(known),
            f"{known} {what}",
        )

    # The rest ----------------------------------------------------------------------------------

    def _ambiguous(self, row):
        choices = row["candidates"].replace("; ", " or ")
        return Judgement(
            "ambiguous",
            f"It may be about {choices}. Say which in claims.toml, and it is remembered.",
        )

    def _ids(self, row):
        if pd.isna(row["ids"]) or pd.isna(row["n"]) or row["ids"] == row["n"]:
            return None
        return Judgement(
            "bound broken",
            f"The manuscript says {int(row['n'])} and names {int(row['ids'])}.",
            f"{int(row['ids'])} named",
            f"{int(row['ids'])} {row['unit']}",
        )

    def _untied(self, row):
        share = self.evidence.facts.get(row["unit"])
        if isinstance(share, tuple) and pd.notna(row["n"]):
            k, N = share
            if row["n"] == k and (pd.isna(row["N"]) or row["N"] == N):
                return Judgement("agrees", f"The study gives {k} of {N}.", f"{k} of {N}")
            return Judgement("contradicts data", f"The study gives {k} of {N}.", f"{k} of {N}",
                             f"{k} of {N} {row['unit']}")  # fmt: skip
        ours = row["unit"].lower() in self.units or row["counts"] == "unit"
        if (
            (
                self.size
                and ours
                and pd.notna(row["n"])
                and row["n"] > self.size
                and row["comparator"] == ""
            )
            and row["theme"] == ""
            and row["part"] == "results"
        ):
            return Judgement(
                "bound broken",
                f"The manuscript says {in_words(row)}; the study has {self.size} in all.",
                str(self.size),
            )
        if row["theme"] == "(part of the sample)":
            return Judgement(
                "not traceable",
                "It counts a part of the sample, or of the work on it, that no code stands for: "
                "check it by hand. A code that its sentence names would make it checkable.",
            )
        return Judgement(
            "not traceable",
            "Neither its sentence nor its heading names a theme or code of the study. Name one, or "
            "tie the claim in claims.toml.",
        )

    def _inner(self, row, count):
        """Do n, N and percent of one claim agree with each other?"""
        if pd.isna(row["percent"]):
            return None
        N = int(row["N"]) if pd.notna(row["N"]) else count.N if count else self._own_total(row)
        if not N:
            return None
        if comparator_of_number(row) not in ("", "only", "all"):
            return None
        if pd.notna(row["n"]) and row["n"] == N and pd.isna(row["N"]):
            return None  # 'Fifty were invited; 30 (60%) responded': of the fifty
        percent, digits = float(row["percent"]), percent_digits(row["snippet"])
        if pd.isna(row["n"]):
            return self._impossible(row, N)
        n = int(row["n"])
        if rounds_to(n, N, percent, digits):
            return None
        right = f"{100 * n / N:.{digits}f}%"
        fits = possible_percents(N, percent, digits)
        other = (
            f" {percent:g}% would be {fits[0]} of {N}."
            if fits
            else f" No count of {N} gives {percent:g}%."
        )
        return Judgement(
            "bound broken",
            f"{n} of {N} is {right}, not {percent:g}%.{other}",
            "",
            f"{n} of {N} ({right})",
        )

    def _own_total(self, row):
        """N where a claim does not give it: the study's, if the study's own unit is counted."""
        unit = row["unit"].lower()
        return (
            self.size
            if not unit or unit in self.units or row["theme"][:1] not in ("", "(")
            else None
        )

    def _impossible(self, row, N):
        """A percentage that no count of N gives."""
        if pd.isna(row["percent"]) or pd.notna(row["n"]) or row["comparator"] not in ("", "only"):
            return None
        percent, digits = float(row["percent"]), percent_digits(row["snippet"])
        if row["theme"] in ("", "(part of the sample)") and row["unit"].lower() not in self.units:
            return None
        if possible_percents(N, percent, digits) or 10 ** (2 + digits) < N:
            return None
        k = min(range(N + 1), key=lambda k: abs(100 * k / N - percent))
        near = sorted({k, k + 1 if 100 * k / N < percent else k - 1})
        shares = " and ".join(
            f"{x} of {N} is {100 * x / N:.{digits}f}%" for x in near if 0 <= x <= N
        )
        return Judgement("bound broken", f"No count of {N} gives {percent:g}%: {shares}.")


def _is_one_of_them(row):
    """'One coder', 'a third researcher', 'the other two': not all who coded."""
    return row["n"] == 1 or _may_be_the_rest(row)


def _may_be_the_rest(row):
    """'the remaining 17', 'the four without': those who do not have the theme, it may be."""
    return row["subset"] or row["comparator"] == "remaining"


# The whole audit ----------------------------------------------------------------------------------


class Audit(NamedTuple):
    """What the audit of a manuscript found, as tables.

    Attributes
    ----------
    claims : DataFrame
        As `link_claims` gives them, one row a finding, with its id.
    findings, notes, skipped : DataFrame
        As `judge`, `wording.notes` and `find_claims` give them.
    unused : list of str
        Entries of claims.toml that no longer fit the manuscript, as sentences.
    entries : str
        Entries for claims.toml, one for each ambiguous claim, ready to be copied.
    """

    claims: pd.DataFrame
    findings: pd.DataFrame
    notes: pd.DataFrame
    skipped: pd.DataFrame
    unused: list
    entries: str

    @property
    def errors(self):
        """The findings that are wrong in the manuscript."""
        return self.findings[self.findings["verdict"].isin(ERRORS)]


def with_labels(sentences, themes, codes):
    """Sentences in which themes go by the labels that the manuscript's readers know, not by ids."""
    labels = {code: code.replace("_", " ") for code in codes["code"]}
    labels |= {
        theme: label or theme.replace("_", " ")
        for theme, label in themes[["theme", "label"]].itertuples(index=False)
    }
    return sentences.str.replace(
        r"'(\w+)'", lambda quoted: f"'{labels.get(quoted[1], quoted[1])}'", regex=True
    )


def audit(manuscript, themes, codes, evidence, *, units, size, fixed, ranges):
    """Find, link and judge every claim of a manuscript, and note its wording.

    Parameters
    ----------
    manuscript : Manuscript
    themes, codes : DataFrame
        theme, label, parent, aliases; code, theme.
    evidence : Evidence
    units : sequence of str
        The study's nouns (unit_nouns in study.toml).
    size : int or None
        N of the study; None without data.
    fixed, ranges
        As `read_claims_toml` gives them.
    """
    claims, skipped = find_claims(manuscript, units=units, size=size)
    apparent = size if size is not None else apparent_size(claims)
    if apparent != size:
        claims, skipped = find_claims(manuscript, units=units, size=apparent)
    claims = link_claims(manuscript, claims, themes, codes, units=units, size=apparent, fixed=fixed)
    claims.insert(0, "id", claim_ids(len(claims)))
    findings = judge(manuscript.text, claims, evidence, units=units, size=size, ranges=ranges)
    noted = notes(
        manuscript,
        claims,
        themes,
        codes,
        evidence,
        units=units,
        size=apparent,
        ranges=ranges,
    )
    ambiguous = claims[claims["link"].eq("ambiguous")].to_dict("records")
    return Audit(
        claims,
        findings.assign(reason=with_labels(findings["reason"], themes, codes)),
        noted.assign(sentence=with_labels(noted["sentence"], themes, codes)),
        skipped,
        unused_entries(manuscript.text, claims, fixed),
        "\n".join(suggested_entry(manuscript.text, claim) for claim in ambiguous),
    )
