"""Notes on wording and coverage: what is no wrong number, yet tells the reader something else.

Any number of notes a manuscript; a note is never an error.
"""

import re

import pandas as pd

from analysis.manuscript import lexicon
from analysis.manuscript.claims import with_sections
from analysis.manuscript.given_links import key_of
from analysis.manuscript.names import Names
from analysis.manuscript.quantities import LEXICON, as_said, in_range, in_words, range_in_words
from analysis.manuscript.stops import plain_view

NOTES = (
    "subject",
    "unit of N",
    "quantifier",
    "quantifier drift",
    "never discussed",
    "section without a theme",
    "label not in the codebook",
    "union of sub-themes",
    "tally",
)
ONE_EACH = re.compile(
    r"\b(?:one|a single)\s(?:\w+\s){0,2}?(?:each|per|by each|from each|for each)\b"
    r"|\beach\s(?:\w+\s){1,6}?(?:one|a single|an)\s|\bone each\b",
    re.IGNORECASE,
)
ITALIC = re.compile(r"(?<![*\w])\*(?![*\s])([^*\n]{3,80}?)(?<!\s)\*(?![*\w])")
NO_LABEL = re.compile(
    r"\b(?:et al|in vivo|a priori|post hoc|per se|ad hoc|de novo|in situ|vice versa|journal"
    r"|versus|ibid"
    r"|i\.e|e\.g|background|methods?|results?|conclusions?|aims?|objectives?|keywords?)\b|[\d“\"=]",
    re.IGNORECASE,
)
GENERIC = re.compile(
    r"\b(?:limitations?|strengths?|implications?|future|recommendations?|conclusions?|overview"
    r"|summary"
    r"|characteristics|participants?|sample|demographic\w*|reflexiv\w*|practice|policy|research"
    r"|quality|rigou?r|transferability|main findings|comparison|literature|context|setting)\b",
    re.IGNORECASE,
)


def notes(manuscript, claims, themes, codes, evidence, *, units, size, ranges):
    """Notes on the wording of claims and on what the manuscript leaves out.

    Parameters
    ----------
    claims : DataFrame
        As `link_claims` gives them.
    size : int or None
        N of the study, or as the manuscript states it.

    Returns
    -------
    DataFrame
        start, end, note (one of NOTES), sentence. In the order of the text.
    """
    view = plain_view(manuscript.text)
    names = Names(themes, codes)
    blocks = list(with_sections(manuscript))
    rows = as_said(claims)
    units = _accepted(units, rows, size)
    found = [
        *_subjects(rows, units, size),
        *_units_of_n(rows, units, size, blocks, view),
        *_quantifiers(rows, evidence, size, ranges),
        *_drift(rows, size, ranges),
        *_undiscussed(manuscript.text, view, blocks, rows, names),
        *_sections(manuscript.text, view, blocks, rows, names),
        *_labels(manuscript.text, blocks, names),
    ]
    if evidence.cells is None:
        found += _unions(rows, names)
    found += _tallies(rows, evidence)
    columns = ["start", "end", "note", "sentence"]
    table = pd.DataFrame(found, columns=columns).drop_duplicates()
    return table.sort_values(["start", "end", "note"], ignore_index=True)


def _accepted(units, rows, size):
    """The plural nouns that may be the subject: the study's, else those of the sample claims."""
    if units:
        return [lexicon.plural(unit) for unit in units]
    return list(dict.fromkeys(
        row["unit"]
        for row in rows
        if row["theme"] == "(sample)" and row["unit"] and pd.notna(row["n"]) and row["n"] == size
    ))  # fmt: skip


def _is_accepted(noun, units):
    """Is a plural noun the study's, or one that fits those who took part in any study?"""
    return noun.lower() in {
        name.lower() for name in (*units, *map(lexicon.plural, lexicon.NEUTRAL), "people")
    }


def _is_theme(row):
    return row["theme"][:1] not in ("", "(")


def _subjects(rows, units, size):
    """'10 of 22 patients', where it is essays by professionals that are counted."""
    for row in rows:
        unit = row["unit"].lower()
        whole = pd.notna(row["N"]) and row["N"] == size and row["kind"] != "n="
        if not (units and whole and row["whole"] and _is_theme(row)) or not unit:
            continue
        if row["counts"] not in ("people", "material") or _is_accepted(unit, units):
            continue
        yield (
            row["start"],
            row["end"],
            "subject",
            f"The {int(row['N'])} are {_or(units)}, not {row['unit']}: say who is counted. (If "
            f"{row['unit']} are the same people, add the noun to unit_nouns in study.toml.)",
        )


def _units_of_n(rows, units, size, blocks, view):
    """N is counted in different nouns."""
    stated = [
        row
        for row in rows
        if row["unit"]
        and (
            (row["theme"] == "(sample)" and pd.notna(row["n"]) and row["n"] == size)
            or (pd.notna(row["N"]) and row["N"] == size and row["theme"] != "(literature)")
        )
    ]
    nouns = list(dict.fromkeys(row["unit"] for row in stated))
    first = {row["unit"]: row for row in reversed(stated)}
    for row in stated:
        strange = units and not _is_accepted(row["unit"], units)
        if row["theme"] == "(sample)" and strange and row["counts"] == "people":
            yield (
                row["start"],
                row["end"],
                "unit of N",
                f"N = {size} is counted as {row['unit']} here and as {_and(units)} elsewhere.",
            )
    own = [noun for noun in nouns if noun in units]
    if len(own) > 1 and not _says_one_each(blocks, view):
        row = first[own[1]]
        yield (
            row["start"],
            row["end"],
            "unit of N",
            f"N = {size} is counted as {_and(nouns)}, and nowhere is it said that there is one "
            "of each.",
        )


def _says_one_each(blocks, view):
    return any(
        ONE_EACH.search(view, block["start"], block["end"])
        for block in blocks
        if block["kind"] != "reference"
    )


def _share(row, size):
    """Share of the study that a claim states, None where it states none of all essays."""
    N = int(row["N"]) if pd.notna(row["N"]) else size
    if re.search(r"\bof (?:these|them)\b", row["snippet"]):
        return None
    if not N or (pd.notna(row["N"]) and size and row["N"] != size):
        return None
    if pd.notna(row["n"]):
        return float(row["n"]) / N
    if pd.notna(row["percent"]):
        return float(row["percent"]) / 100
    return None


def _quantifiers(rows, evidence, size, ranges):
    """A quantifier outside its range: at the number beside it, or at the number the data give."""
    counts = evidence.counts().get(evidence.rule, {})
    others = {}
    for row in rows:
        if row["whole"] and _is_theme(row) and pd.notna(row["n"]) and not row["comparator"]:
            others.setdefault(row["theme"], set()).add(int(row["n"]))
    for row in rows:
        quantifier = row["quantifier"]
        share = _share(row, size)
        if not _has_range(quantifier) or share is None or row["theme"] == "(literature)":
            continue
        stands = range_in_words(quantifier, ranges)
        if not in_range(quantifier, row["comparator"], share, ranges):
            yield (row["start"], row["end"], "quantifier",
                   f"{in_words(row)} is {100 * share:.0f}%; {stands}.")  # fmt: skip
            continue
        if not row["whole"] or not size or pd.isna(row["n"]):
            continue
        count = counts.get(row["theme"])
        right = {count.low} if count else others.get(row["theme"], set()) - {int(row["n"])}
        for k in sorted(right - {int(row["n"])}):
            if not in_range(quantifier, row["comparator"], k / size, ranges):
                where = "The coding gives" if count else "Elsewhere the manuscript says"
                yield (row["start"], row["end"], "quantifier",
                       f"{where} {k} of {size} ({100 * k / size:.0f}%); {stands}.")  # fmt: skip


def _has_range(quantifier):
    return quantifier in LEXICON and quantifier != "all"


def _drift(rows, size, ranges):
    """A weaker word for a larger share; one count with and without a word in like phrases."""
    worded = []
    for row in rows:
        share = _share(row, size)
        if share is None or row["theme"][:1] == "(" or not row["whole"]:
            continue
        bare = _has_range(row["quantifier"]) and not row["comparator"]
        if bare and in_range(row["quantifier"], "", share, ranges):
            worded.append((row, share, LEXICON[row["quantifier"]][2]))
    first = {}  # one claim stands for all with its word and its share
    for row, share, strength in worded:
        first.setdefault((strength, round(share, 6)), row)
    bare = {}
    for row in rows:
        if not row["quantifier"] and _is_head_with_bracket(row):
            bare.setdefault((row["unit"], int(row["n"])), []).append(row)
    for row, share, strength in worded:
        percent, place = f"{100 * share:.0f}%", (row["start"], row["end"], "quantifier drift")
        for (other_strength, other_share), other in first.items():
            if other_strength > strength and other_share < share - 1e-6:
                told = f"'{other['quantifier']}' for {100 * other_share:.0f}%"
                words = f"'{row['quantifier']}' for {percent} is weaker than {told}"
                yield (*place, f"{words} ('{other['snippet']}').")
                break
        for (other_strength, other_share), other in first.items():
            if other_strength < strength and abs(other_share - share) < 1e-6:
                told = f"'{other['quantifier']}' ('{other['snippet']}')"
                yield (*place, f"'{row['quantifier']}' and {told} stand for the same {percent}.")
                break
        same = bare.get((row["unit"], row["n"])) if _is_head_with_bracket(row) else None
        if same:
            told = "; ".join(f"'{other['snippet']}'" for other in same[:3])
            words = f"'{row['snippet']}' has a word for the number"
            yield (*place, f"{words}, and {told} has none for the same {percent}.")


def _is_head_with_bracket(row):
    """'Patients (10 out of 22)': a noun that leads the sentence, and the number behind it."""
    return (
        row["kind"] in ("k out of N", "quantifier + k out of N")
        and row["snippet"].rstrip().endswith(")")
        and bool(re.match(r"[A-Za-z]", row["snippet"]))
        and row["unit"] != ""
        and row["whole"]
    )


def _undiscussed(text, view, blocks, rows, names):
    """Themes that the Results count and the Discussion does not mention."""
    discussion = [block for block in blocks if block["part"] == "discussion"]
    counted = {}
    for row in rows:
        if row["part"] == "results" and row["whole"] and _is_theme(row) and pd.notna(row["n"]):
            counted.setdefault(row["theme"], row)
    if not discussion or not counted:
        return
    mentioned = {row["theme"] for row in rows if row["part"] in ("discussion", "conclusion")}
    for block in discussion:
        for start, _end, theme, single in names.find(view, block["start"], block["end"]):
            set_off = text[max(0, start - 1) : start] in ("*", "“", '"', "‘", "_")
            if block["kind"] == "heading" or not single or set_off:
                mentioned.add(theme)
    mentioned |= {names.parent.get(theme, "") for theme in mentioned}
    if not mentioned & set(counted):
        return  # the discussion goes by other names altogether
    for theme, row in counted.items():
        if theme not in mentioned and theme not in names.codes:
            yield (
                row["start"], row["end"], "never discussed",
                f"'{theme}' is counted in the Results and not mentioned in the Discussion.",
            )  # fmt: skip


def _sections(text, view, blocks, rows, names):
    """A section among sections on themes that has no theme, or none that is counted."""
    counted = {row["theme"] for row in rows if row["whole"] and _is_theme(row)}
    groups = {}
    for block in blocks:
        if block["kind"] == "heading" and block["part"] in ("discussion", "results"):
            above = block["headings"].split("\n")[1:]
            groups.setdefault((block["level"], tuple(above)), []).append(block)
    for siblings in groups.values():
        named = []
        for block in siblings:
            found = names.find(view, block["start"], block["end"])
            named.append([name[2] for name in found if name[2] not in names.codes])
        if sum(bool(set(themes) & counted) for themes in named) < 2:
            continue
        for block, themes in zip(siblings, named, strict=True):
            heading = text[block["start"] : block["end"]].strip()
            if set(themes) & counted or GENERIC.search(heading):
                continue
            why = (
                f"'{themes[0]}', which is counted nowhere" if themes else "no theme of the codebook"
            )
            yield (
                block["start"], block["end"], "section without a theme",
                f"The section '{heading}' stands among sections on themes and names {why}.",
            )  # fmt: skip


def _labels(text, blocks, names):
    """Phrases in italics that look like a theme's name and are none."""
    blocks = [
        block
        for block in blocks
        if block["kind"] in ("paragraph", "footnote")
        and block["part"] in ("abstract", "results", "discussion", "conclusion")
    ]
    phrases = [
        (block["start"] + match.start(), block["start"] + match.end(), match[1])
        for block in blocks
        for match in ITALIC.finditer(text[block["start"] : block["end"]])
    ]
    known = [phrase for phrase in phrases if names.find(plain_view(phrase[2]), 0, len(phrase[2]))]
    if len(known) < 3:  # italics are not the sign of a theme in this manuscript
        return
    for start, end, words in phrases:
        followed = re.match(r"\W{0,3}\(\s?\W?n\b", text[end : end + 8])
        length = len(key_of(words).split())
        if names.find(plain_view(words), 0, len(words)) or NO_LABEL.search(words):
            continue
        if 2 <= length <= 6 or followed:
            yield (
                start, end, "label not in the codebook",
                f"'{words}' is set like a theme's name; no theme, alias or code has it.",
            )  # fmt: skip


def _unions(rows, names):
    """What two or more sub-themes allow for their theme, where no data decide."""
    largest = {}
    for row in rows:
        theme = row["theme"]
        if not _is_theme(row) or pd.isna(row["n"]) or not names.parent.get(theme):
            continue
        if theme not in largest or row["n"] > largest[theme]["n"]:
            largest[theme] = row
    for parent in dict.fromkeys(names.parent[theme] for theme in largest):
        children = [largest[child] for child in names.children(parent) if child in largest]
        stated = sorted({
            int(row["n"])
            for row in rows
            if row["theme"] == parent and row["whole"] and pd.notna(row["n"])
        })  # fmt: skip
        if len(children) < 2 or not stated:
            continue
        values = [int(child["n"]) for child in children]
        low, high = max(values), sum(values)
        each = [
            f"{k} means that {high - k or 'none'} are in both"
            if low <= k <= high and len(values) == 2
            else f"{k} is {'possible' if low <= k <= high else 'outside'}"
            for k in stated
        ]  # fmt: skip
        last = children[-1]
        yield (
            last["start"], last["end"], "union of sub-themes",
            f"The sub-themes of '{parent}' have {_and(map(str, values))}: together {low} to "
            f"{high}. {'; '.join(each)}.",
        )  # fmt: skip


def _tallies(rows, evidence):
    """The parts that a section tells, added up, beside its theme's count."""
    counts = evidence.counts().get(evidence.rule, {})
    stated = {}
    for row in rows:
        if row["whole"] and _is_theme(row) and pd.notna(row["n"]):
            stated.setdefault(row["theme"], int(row["n"]))
    sections = {}
    for row in rows:
        if not row["whole"] and _is_theme(row) and pd.notna(row["n"]) and row["part"] != "abstract":
            sections.setdefault((row["section"], row["theme"]), []).append(row)
    for (_, theme), parts in sections.items():
        whole = counts[theme].high if theme in counts else stated.get(theme)
        several = [row for row in parts if row["n"] > 1]
        tally = sum(int(row["n"]) for row in parts)
        if whole is None or len(several) < 3 or tally == whole:
            continue
        yield (
            parts[0]["start"], parts[-1]["end"], "tally",
            f"The section tells of {' + '.join(str(int(row['n'])) for row in parts)} = {tally}, "
            f"and '{theme}' has {whole}; whether some are the same is not said.",
        )  # fmt: skip


def _and(words):
    words = sorted(words) if isinstance(words, set) else list(words)
    return ", ".join(words[:-1]) + (" and " if len(words) > 1 else "") + words[-1]


def _or(words):
    return _and(words).replace(" and ", " or ")
