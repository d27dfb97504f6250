"""Find what a manuscript claims in numbers: how many, of how many, about what.

The text is read once, from left to right, in a view in which italic marks and quotation marks
are blank. At each number, quantifier or opening bracket the forms of `grammar` are tried, so that
the cost is linear in the text.
"""

import re
from bisect import bisect_left, bisect_right

import pandas as pd
import sentencex

from analysis.manuscript import anaphora, stops
from analysis.manuscript.cells import cell_claim, place_of_cell, table_labels
from analysis.manuscript.grammar import Reader
from analysis.manuscript.lexicon import COMPARATOR_OF, any_of, heads_of
from analysis.manuscript.pieces import AT_NUMBER, AT_PERCENT, NUMBER_STARTS, TOTAL
from analysis.manuscript.quantified import AT_QUANTIFIER
from analysis.manuscript.quantities import EXACT_WORDS
from analysis.manuscript.stops import (
    citation_spans,
    is_block_quotation,
    plain_view,
    quotation_spans,
    why_not,
)

COLUMNS = {
    "start": "Int64", "end": "Int64", "snippet": str, "kind": str, "comparator": str,
    "quantifier": str, "n": "Int64", "N": "Int64", "percent": "Float64", "value": "Float64",
    "value_high": "Float64", "unit": str, "counts": str, "ids": "Int64", "section": str,
    "part": str, "headings": str, "sentence_start": "Int64", "sentence_end": "Int64", "cited": bool,
    "total": bool, "subset": bool, "table": "Int64", "row": "Int64", "column": "Int64",
    "row_label": str, "column_label": str,
}  # fmt: skip
AUDITED = ("heading", "paragraph", "cell", "footnote")

PARTS = [  # of a paper, by its headings
    ("abstract", r"abstract|summary|synopsis"),
    ("results", r"results?|findings|themes?\b"),
    ("methods", r"methods?|methodology|materials|design|setting|participants|sample|sampling"
     r"|recruitment|procedures?|data (?:collection|analysis)|analysis|ethic\w*"),
    ("discussion", r"discussion|limitations?|implications|interpretation|strengths"),
    ("conclusion", r"conclusions?|concluding\b"),
    ("introduction", r"introduction|background|literature|rationale|aims?|objectives?"),
]  # fmt: skip
PARTS = [
    (part, re.compile(rf"(?:[\d.]+\s+)?(?:{words})\b", re.IGNORECASE)) for part, words in PARTS
]
ANCHOR = re.compile(r"[^\W_]+|[(\[]")
COMPARED = re.compile(rf"(?<![\w-])({any_of(COMPARATOR_OF)})\s{{0,3}}$", re.IGNORECASE)
# Words that are comparators before a number and prepositions else: 'stories about two nurses'.
PREPOSITIONS = {"about", "around", "over", "under", "above", "below", "some", "other"}
FREE = re.compile(
    r"(?:^|[,;:(.]|\b(?:by|in|for|with|from|among|had|were|was|of|and|at))\s{0,3}$", re.I
)


def find_claims(manuscript, *, units, size):
    """Every claim in numbers, and every number that is none.

    Parameters
    ----------
    manuscript : Manuscript
        name, text, blocks.
    units : sequence of str
        The study's own nouns for what it counts ("essay", "HCP"). Participants, nurses,
        students, interviews and the like are known anyway.
    size : int or None
        N of the study; None where it is not known.

    Returns
    -------
    claims : DataFrame
        start, end (offsets into the text, end exclusive), snippet, kind (n=, N=, word+unit,
        digit+unit, k out of N, 'of N, k', n (%), percent, quantifier ..., anaphoric one,
        ordinal, id list, count, coefficient, table cell), comparator, quantifier (as the
        lexicon of `wording` names it), n, N, percent, value and value_high (of a
        coefficient), unit (plural noun), counts (what the noun is: unit, people, material,
        sample, themes, codes, coders ...), ids (how many names are listed behind it),
        section, part (of the paper: abstract, methods ...), headings (the nearest first,
        one a line), sentence_start, sentence_end, cited (the sentence cites somebody),
        total (it is the N of 'of N, k'), subset (it counts some of those told about
        before: 'two of these four', 'the first five'), and for a claim in a table table,
        row, column, row_label, column_label. Where a word says it, n is what the word
        comes to: 0 for 'none', N for 'all participants'.
    skipped : DataFrame
        start, end, snippet, reason: every other number that is written in the text.

    Notes
    -----
    Linear in the text.
    """
    view = plain_view(manuscript.text)
    rows, skipped = [], []
    labels = table_labels(manuscript, view)
    heads, told = heads_of(units, view), anaphora.Told()
    for block in with_sections(manuscript):
        if block["kind"] not in AUDITED:
            continue
        if block["kind"] == "heading":
            told = told.next_section()
        if block["kind"] == "cell":
            cell = cell_claim(manuscript.text, view, block, labels)
            if cell:
                rows.append(cell)
                continue
        words = view[block["start"] : block["end"]]
        reader = Reader(words, units, size, heads, told, block["part"])
        found, others = _in_block(manuscript.text, block, reader)
        if block["kind"] == "cell":
            found = [{**claim, **place_of_cell(block, labels)} for claim in found]
        rows += found
        skipped += others
    nothing = {name: {str: "", bool: False}.get(type_, pd.NA) for name, type_ in COLUMNS.items()}
    claims = pd.DataFrame([nothing | row for row in rows], columns=list(COLUMNS)).astype(COLUMNS)
    others = pd.DataFrame(skipped, columns=["start", "end", "snippet", "reason"])
    return claims.sort_values(["start", "end"], ignore_index=True), others


def with_sections(manuscript):
    """The blocks as dicts, with section ('Discussion/Resilience') and part of the paper."""
    stack = []
    for block in manuscript.blocks.to_dict("records"):
        if block["kind"] == "heading":
            name = plain_view(manuscript.text[block["start"] : block["end"]]).strip("# ")
            stack = [entry for entry in stack if entry[0] < block["level"]]
            stack.append((block["level"], name, _part(name)))
        parts = [part for *_, part in stack if part]
        names = [*[name for _, name, part in stack if part][-1:], stack[-1][1]] if stack else []
        yield {
            **block,
            "part": parts[-1] if parts else "",
            "section": "/".join(dict.fromkeys(names)),
            "headings": "\n".join(_nearest(stack)),
        }


def _nearest(stack):
    """The headings over a block, the nearest first, up to the one of its part of the paper."""
    names = []
    for _, name, part in reversed(stack):
        names.append(name)
        if part:
            return names
    return names[:1]


def _part(heading):
    for part, pattern in PARTS:
        if pattern.fullmatch(heading) or (part != "methods" and pattern.match(heading)):
            return part
    return ""


def _in_block(text, block, reader):
    """Claims and other numbers of one block."""
    start, end = block["start"], block["end"]
    words = reader.view
    raw = text[start:end]
    spoken = quotation_spans(raw)
    paragraph = block["kind"] == "paragraph"
    if block.get("quote") or (paragraph and not spoken and is_block_quotation(raw)):
        spoken = [(0, len(words))]
    cited = citation_spans(words)
    reasons = sorted(
        [(*span, "citation") for span in cited] + [(*span, "quotation") for span in spoken]
    )
    found, others = _scan(reader, words, reasons)
    found = _of_total(words, found)
    sentences = _sentences(words)
    claims = []
    for claim in found:
        left, right = claim.start, claim.values.get("end", claim.end)
        from_, to = _sentence(sentences, left)
        is_cited = _any_in(cited, from_, to + 4)
        word = claim.values["kind"] == "quantifier"
        if block["part"] == "introduction" and word and not is_cited:
            others.append((claim.start, claim.end, "background"))
            continue
        claims.append(
            {
                **{name: value for name, value in claim.values.items() if name in COLUMNS},
                "start": start + left,
                "end": start + right,
                "snippet": text[start + left : start + right],
                "section": block["section"],
                "part": block["part"],
                "headings": block["headings"],
                "sentence_start": start + from_,
                "sentence_end": start + to,
                "cited": is_cited,
            }
        )
    return claims, [
        (start + a, start + b, text[start + a : start + b], why) for a, b, why in others
    ]


def _any_in(spans, start, end):
    """Does any of the spans, sorted, begin from start to end?"""
    index = bisect_left(spans, (start, 0))
    return index < len(spans) and spans[index][0] < end


def _scan(reader, words, reasons):
    """Left to right: (claims as Found, other numbers as (start, end, reason))."""
    found, others = [], []
    done, previous, at_reason = 0, (-99, ""), 0
    for token in ANCHOR.finditer(words):
        at = token.start()
        if at < done:
            continue
        word = token[0]
        lower = word.lower()
        is_number = word[0].isdigit() or lower in NUMBER_STARTS
        while at_reason < len(reasons) and reasons[at_reason][1] <= at:
            at_reason += 1
        inside = [r for r in reasons[at_reason : at_reason + 3] if r[0] <= at < r[1]]
        if inside:
            if is_number:
                number = AT_NUMBER.match(words, at)
                stop = number.end() if number else token.end()
                others.append((at, stop, inside[0][2]))
                previous, done = (stop, inside[0][2]), stop
            continue
        if is_number:
            if at and (words[at - 1].isalnum() or words[at - 1] in "_"):
                continue
            number = AT_PERCENT.match(words, at) or AT_NUMBER.match(words, at)
            stop = number.end() if number else token.end()
            fraction = AT_QUANTIFIER.match(words, at) if not word[0].isdigit() else None
            part = at in reader.parts  # '(7 day staff, 4 night staff)'
            reason = "" if fraction or part else why_not(words, at, stop, previous)
            if reason.startswith("label") and TOTAL.match(words, stop):
                reason = ""  # 'in that study nine of 15 nurses ...'
            if not number and not reason and not fraction:
                reason = "identifier"
            if reason:
                others.append((at, stop, reason))
                previous, done = (stop, reason), stop
                continue
        claim = reader.read(word, at)
        if claim:
            claim = _compared(words, claim)
            if found and claim.start < found[-1].end:
                claim = claim._replace(start=at)
            found.append(claim)
            if claim.values.get("counts") != "places":
                reader.last = claim
                reader.told.add(claim.values)
            done = claim.values.get("end", claim.end)
            previous = (done, "")
        elif is_number:
            if lower != "one":
                literature = stops.OF_LITERATURE.match(words, stop)
                reason = "study or place, nobody who took part" if literature else "no counted noun"
                others.append((at, stop, reason))
                if anaphora.counts_things(reader, at, stop):
                    reader.told.add({"counts": "things"})
            previous, done = (stop, ""), stop
    return found, others


def _compared(words, claim):
    """The claim with the comparator before it, if there is one."""
    match = COMPARED.search(words[max(0, claim.start - 30) : claim.start])
    values = {"comparator": "", **claim.values}
    if values["kind"] == "ratio" and not match:
        values["comparator"] = "about"
    if not match or values["kind"] in ("n=", "N=", "coefficient", "anaphoric one", "ordinal"):
        return claim._replace(values=values)
    word = " ".join(match[1].lower().split())
    small = values.get("n", 99) < 5 and not values.get("quantifier") and "percent" not in values
    before = words[max(0, claim.start - 45) : max(0, claim.start - 30) + match.start()]
    if (word in PREPOSITIONS and small and not FREE.search(before)) or values["comparator"]:
        return claim._replace(values=values)
    start = max(0, claim.start - 30) + match.start()
    if word == "all" and values.get("quantifier"):
        return claim._replace(values=values)
    values["comparator"] = COMPARATOR_OF[word]
    if values.get("quantifier") in EXACT_WORDS and values["kind"] == "quantifier":
        values.pop("n", None)  # 'nearly every nurse' is not all of them
    if word == "another" and values["kind"] == "word+unit":
        values["kind"] = "anaphoric one"
    return claim._replace(start=start, values=values)


OF_BEFORE = re.compile(  # at the start of a clause: 'a study of 15 midwives, most ...' is none
    r"(?:(?<![\w,]\s)|(?<=,\s)|\b(?:and|but|that|while)\s)"
    r"\b(?:of|among|amongst|from|in|within|across|out\sof)\s{1,3}"
    r"(?:(?:the|our|these|those|all|this|a|total|study)\s{1,3}){0,3}"
    r"(?:(?:sample|total|group|cohort|pool)\s{1,3}of\s{1,3}(?:the\s)?)?$",
    re.IGNORECASE,
)
GAP = re.compile(
    rf"[^.;:()]{{0,80}},\s{{1,3}}(?:{any_of(COMPARATOR_OF)}\s{{1,3}})?$", re.IGNORECASE
)
SAMPLE_OF = re.compile(
    r"\b(?:total\s)?(?:sample|total|group|cohort)\s{1,3}of\s{1,3}$", re.IGNORECASE
)


def _of_total(words, found):
    """Join 'Of the 22 nurses, 14 described' to one claim beside that of the 22 nurses."""
    done, total = [], None
    for claim in found:
        values = claim.values
        plain = values["kind"] in (
            "count", "n (%)", "word+unit", "digit+unit", "percent", "quantifier"
        )  # fmt: skip
        here = values.get("counts") in (None, "unit", "people")
        if total and plain and here and "N" not in values:
            gap = words[total.end : claim.start]
            if len(gap) < 90 and GAP.fullmatch(gap) and values.get("n", 0) <= total.values["n"]:
                kind = "of N, k" if values["kind"] != "quantifier" else "quantifier"
                values = {**values, "N": total.values["n"], "kind": kind}
                for name in {"unit", "counts"} & set(total.values):
                    values.setdefault(name, total.values[name])
                total.values["total"] = True
                claim = claim._replace(start=total.start, values=values)
        elif plain and "N" not in values and "n" in values and values.get("counts") != "places":
            before = words[max(0, claim.start - 60) : claim.start]
            total = claim if OF_BEFORE.search(before) else None
            sample = SAMPLE_OF.search(before)
            if sample:
                claim = claim._replace(start=claim.start - len(sample[0]))
        done.append(claim)
    return done


def _sentences(words):
    """Start and end of each sentence of a block, a bracket behind the stop included."""
    spans, at = [], 0
    for piece in sentencex.segment("en", words):
        start = words.find(piece.strip(), at) if piece.strip() else -1
        if start < 0:
            continue
        end = start + len(piece.strip())
        behind = re.match(r"(?:\[[^\]]{1,40}\]\s{0,2})+", words[start : start + 80])
        if behind and spans:
            spans[-1] = (spans[-1][0], start + behind.end())
            start += behind.end()
        if start < end:
            spans.append((start, end))
        at = end
    return spans or [(0, len(words))]


def _sentence(sentences, at):
    """The sentence that a place is in; between two, the one that follows."""
    index = min(bisect_right(sentences, at, key=lambda span: span[1]), len(sentences) - 1)
    start, end = sentences[index]
    return min(start, at), end
