"""Reading views for JupyterLab: an essay, a code or a theme, shown in the coders' own marks.

Tables in, static HTML out; nothing here decides or counts towards a result. Whatever colour
says is also said by brackets, numbers or words: the views can be printed in black and white.
An id that no table has raises UnknownName, which names the closest one and where to look.
"""

import difflib
import re
import textwrap
from collections import Counter, defaultdict
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import jinja2
import pandas as pd
from IPython.display import HTML, Markdown

from analysis.problems import UnknownName

SPACED = {"code", "codes", "theme", "parent", "sub_themes", "other codes there"}
LEVELS = 6  # underlines drawn at one place; brackets always show every coding
# All of one luminance: 4.5 : 1 on white, 4 : 1 on the background of JupyterLab's dark theme.
COLOURS = ["#1371ec", "#b95c0a", "#9650e6", "#13874d", "#e12b3d", "#088194", "#d526a0", "#777b0a"]


def show_essay(essay_id, essays, codings=None, *, coders=None, codes=None):
    """One essay with each coder's codings marked in it, paragraph beside paragraph.

    Without `codings` it is the essay alone, as it is read before anything is coded.

    A code has one number in all columns: ``[3 words 3]`` is coded with code 3, and an underline
    runs below the words, one level lower for each coding they are also inside of; ``3…``
    and ``…3`` carry a coding over a paragraph's end. Whole-essay codings stand above the text.

    Parameters
    ----------
    coders : list of str, optional
        Whose codings to show. One or two stand side by side, more one under the other. Left
        out: both coders of a study with two; else those who coded something in this essay.
    codes : list of str, optional
        Which codes to show; how many codings are left out is said above the text.
    """
    text = _text(essay_id, essays)
    if codings is None:
        return _show("alone", essay_id=essay_id, text=text)
    marks = _codings_of(essay_id, codings)
    everyone, used = sorted(codings["coder"].unique()), sorted(codings["code"].unique())
    active = sorted({mark.coder for mark in marks}) if len(everyone) > 2 else everyone
    coders = _known(active if coders is None else coders, everyone, "coder", "codings['coder']")
    codes = _known(used if codes is None else codes, used, "code", "codings['code']")
    shown = [mark for mark in marks if mark.coder in coders and mark.code in codes]
    numbers = {code: n for n, code in enumerate(dict.fromkeys(m.code for m in shown), start=1)}
    columns = [_column(coder, text, shown, numbers) for coder in coders or ["nobody"]]
    return _show(
        "essay",
        essay_id=essay_id,
        panels=[columns] if len(columns) <= 2 else [[column] for column in columns],
        coders=coders,
        left_out=len(marks) - len(shown),
        key=[(code, numbers[code], tally) for code, tally in _tallies(shown, numbers, coders)],
    )


def show_extracts(
    essays, codings, *, code=None, theme=None, codebook=None, themes=None, context=80
):
    """Every quotation of one code or of one theme, in its context, grouped by essay.

    Parameters
    ----------
    code, theme : str
        One of the two. A theme needs `codebook` and `themes`, and takes in its sub-themes.
    context : int
        Characters shown before and after a quotation, cut at a word.
    """
    if (code is None) == (theme is None):
        raise UnknownName("Name one code or one theme: code='...' or theme='...'.")
    if theme is not None and (codebook is None or themes is None):
        raise ValueError("A theme's codes stand in two tables: add codebook=... and themes=...")
    if theme is None:
        listed = [] if codebook is None else codebook["code"]
        look_up = "codings['code']" if codebook is None else "codebook['code']"
        codes = _known(code, [*listed, *codings["code"]], "code", look_up)
    else:
        _known(theme, themes["theme"], "theme", "themes['theme']")
        family = _with_sub_themes(theme, themes)
        codes = codebook.loc[codebook["theme"].isin(family), "code"].tolist()
    texts = essays.set_index("essay_id")["text"]
    found = codings[codings["code"].isin(codes) & codings["essay_id"].isin(texts.index)]
    grouped = dict(list(found.groupby("essay_id")))
    marks = {key: _codings_of(key, grouped[key]) for key in texts.index if key in grouped}
    return _show(
        "extracts",
        title=f"Code {code}" if theme is None else f"Theme {_labels(themes)[theme]}",
        codes=codes if theme is not None else [],
        count=_count_sentence(marks, len(texts)),
        groups=[(key, _passages(texts[key], own, context)) for key, own in marks.items()],
    )


def show_contributions(essay_id, essays, codings, consensus, codebook, themes):
    """What one essay adds to each theme: its quotations, by whom, and what the consensus says.

    Sub-themes stand under their theme, codes without a theme at the end. A theme is present
    when one of its codes, or of its sub-themes' codes, is present in the consensus; else
    unresolved when one is unresolved. Themes that no coder marked are named in the last line.
    """
    text = _text(essay_id, essays)
    quotations = defaultdict(list)
    for mark in _codings_of(essay_id, codings):
        quotations[mark.code].append(mark)
    rows = consensus.loc[consensus["essay_id"] == essay_id, ["code", "status", "provenance",
                                                            "reason", "by"]]  # fmt: skip
    decisions = {row.code: row for row in rows.astype(object).fillna("").itertuples()}
    status = {code: row.status for code, row in decisions.items()}
    touched = set(quotations) | {code for code, word in status.items() if word != "absent"}
    sections, untouched, placed = [], [], set()
    for theme, label, depth in _tree(themes):
        family = codebook["theme"].isin(_with_sub_themes(theme, themes))
        if not touched & set(codebook.loc[family, "code"]):
            untouched.append(label)
            continue
        words = [status[code] for code in codebook.loc[family, "code"] if code in status]
        own = [c for c in codebook.loc[codebook["theme"] == theme, "code"] if c in touched]
        placed |= set(own)
        sections.append((label, depth, _roll_up(words), own))
    outside = sorted(touched - placed)
    sections += [("Codes outside the themes", 0, "", outside)] if outside else []
    said = {code: _passages(text, marks, 0) for code, marks in quotations.items()}
    return _show("contributions", essay_id=essay_id, sections=sections, untouched=untouched,
                 decisions=decisions, said=said)  # fmt: skip


def show_disagreements(essay_id, essays, codings, presence, *, codes=None, context=80):
    """Where coders part in one essay: a coder's quotation beside what the others coded there.

    A quotation is shown unless every other coder who read the essay for that code marked some
    of the same words (or the whole essay) with it. Coders who were not asked for a code are
    not compared on it; without two readers there is nothing to compare, and the view says so.

    Parameters
    ----------
    codes : list of str, optional
        Which codes to compare; left out: all.
    context : int
        Characters shown around a quotation; what another coder marked within them is "near".
    """
    text = _text(essay_id, essays)
    used = [*presence["code"], *codings["code"]]
    chosen = _known(used if codes is None else codes, used, "code", "presence['code']")
    marks = _codings_of(essay_id, codings)
    rows = presence[(presence["essay_id"] == essay_id) & presence["code"].isin(chosen)]
    readers = {code: dict(zip(group["coder"], group["present"], strict=True))
               for code, group in rows.groupby("code") if len(group) > 1}  # fmt: skip
    near = _meetings([mark for mark in marks if not mark.whole], reach=context)
    parted = []
    for code in sorted({mark.code for mark in marks} & readers.keys()):
        own = [mark for mark in marks if mark.code == code]
        found = [(_passage(text, mark, context), beside)
                 for mark, beside in _unmet(own, sorted(readers[code]), near, text)]  # fmt: skip
        present = sorted(coder for coder, marked in readers[code].items() if marked)
        parted += [(code, present, sorted(readers[code].keys() - present), found)] if found else []
    split = sum(bool(without) for _, _, without, _ in parted)
    parted.sort(key=lambda part: not part[2])
    return _show("disagreements", essay_id=essay_id, parted=parted, compared=len(readers),
                 split=split)  # fmt: skip


def show_table(table):
    """A table for reading: left-aligned, wrapped, escaped, without its index.

    A missing value is an empty cell, a number with a fraction has two decimals, and names of
    codes and themes (columns of `SPACED`) have spaces for underscores. A line end in a cell stays.
    """
    rows = [[_cell(v, name in SPACED) for name, v in zip(table, row, strict=True)]
            for row in table.astype(object).itertuples(index=False, name=None)]  # fmt: skip
    return _show("table", names=[str(name) for name in table.columns], rows=rows)


# Words ---------------------------------------------------------------------------------------


def count(number, noun, plural=None):
    """A number with its noun: '1 essay', '1,204 essays', '2 memos'."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def percent(share):
    """A share as it is read, '39 %'; near 0 and 1 '0.4 %'; 'undefined' where it is 0 of 0."""
    if pd.isna(share):
        return "undefined"
    digits = int(0 < share < 0.01 or 0.99 < share < 1)
    hundred = Decimal(repr(float(share))) * 100  # a half is rounded up, as a reader would
    return f"{hundred.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)} %"


def named(names, most=12, *, ids=False):
    """Names in a sentence: 'a, b and c'; 'a, b and 7 more'; 'none'.

    Codes and themes have spaces for underscores; `ids` (of essays, of coders) stay as they are.
    """
    words = [str(name) if ids else str(name).replace("_", " ") for name in names]
    if len(words) > most:
        words = [*words[:most], f"{len(words) - most} more"]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words) or "none"


def first_of(shown, total, noun):
    """What a shortened list is headed with: 'The first 12 of 69 essays', or 'All 5 essays'."""
    if shown < total:
        return f"The first {shown:,} of {count(total, noun)}"
    return f"All {count(total, noun)}" if total > 1 else count(total, noun)


def with_limits(table, value, *, reason="undefined", without=" (no interval)"):
    """Values with their intervals in words: '0.26 (−0.16 to 0.59)', or why there is no value.

    Parameters
    ----------
    table : DataFrame
        The column named by `value`; [value]_low and [value]_high (or low and high, for "value"),
        where NaN is no interval; the column named by `reason`: why the value is NaN.
    without : str
        What follows a value that has no interval.
    """
    ends = ("low", "high") if value == "value" else (f"{value}_low", f"{value}_high")
    words = []
    for at, low, high, why in table[[value, *ends, reason]].itertuples(index=False, name=None):
        if pd.isna(at):
            words.append(f"undefined: {why}")
        elif pd.isna(low):
            words.append(two_decimals(at) + without)
        else:
            words.append(f"{two_decimals(at)} ({two_decimals(low)} to {two_decimals(high)})")
    return pd.Series(words, index=table.index, dtype=object)


def two_decimals(number):
    """A coefficient as it is read: '0.26', '−0.46', never '-0.00'."""
    return f"{round(number, 2) + 0:.2f}".replace("-", "−")


def heading(text):
    """A heading of a notebook whose words hang on the study."""
    return Markdown(f"## {text}")


def captioned(caption):
    """The caption that stands below a figure, in lines."""
    return textwrap.fill(caption, width=100)


class _Coding(NamedTuple):
    """One row of codings as the views need it; `start` and `end` are None for the whole essay."""

    id: str
    coder: str
    code: str
    start: int | None
    end: int | None
    memo: str

    @property
    def whole(self):
        return self.start is None

    @property
    def place(self):
        return self.start, self.end


def _cell(value, spaced):
    if pd.isna(value):
        return ""
    if isinstance(value, float):
        return two_decimals(value)
    return str(value).replace("_", " ") if spaced else value


def _codings_of(essay_id, codings):
    """An essay's codings: whole-essay ones first, then by place, the longer one first."""
    rows = codings[codings["essay_id"] == essay_id]
    columns = [rows[name] for name in ("coding_id", "coder", "code", "start", "end", "memo")]
    found = [
        _Coding(key, coder, code, *(None if pd.isna(at) else int(at) for at in (start, end)),
                "" if pd.isna(memo) else memo)
        for key, coder, code, start, end, memo in zip(*columns, strict=True)
    ]  # fmt: skip
    return sorted(found, key=lambda m: (-1 if m.whole else m.start, -(m.end or 0), m.code, m.coder))


def _text(essay_id, essays):
    _known([essay_id], essays["essay_id"], "essay", "essays['essay_id']")
    return essays.loc[essays["essay_id"] == essay_id, "text"].iloc[0]


def _known(wanted, known, what, look_up):
    """`wanted` as a list, once each of it is known; else the error that helps."""
    wanted = [wanted] if isinstance(wanted, str) else list(wanted)
    names = {str(name).lower(): name for name in known}
    count = len(set(known))
    for one in sorted(set(wanted) - set(known), key=str):
        close = difflib.get_close_matches(str(one).lower(), names, n=1)
        hint = f" Did you mean {names[close[0]]!r}?" if close else ""
        raise UnknownName(
            f"There is no {what} {one!r}.{hint} {look_up}.unique() lists all {count}."
        )
    return wanted


def _column(coder, text, shown, numbers):
    marks = [mark for mark in shown if mark.coder == coder]
    spans = [mark for mark in marks if not mark.whole]
    return {
        "coder": coder,
        "codings": len(marks),
        "whole": [mark.code for mark in marks if mark.whole],
        "paragraphs": _paragraphs(text, spans, numbers),
    }


def _paragraphs(text, spans, numbers):
    """Sweep once over all boundaries: the paragraphs' stretches of text, brackets between them."""
    levels, opening, active, paragraphs = _levels(spans), defaultdict(list), [], []
    for span in spans:
        opening[span.start].append(span)
    starts = _paragraph_starts(text)  # start -> where its text ends and the line break begins
    edges = {edge for span in spans for edge in (span.start, span.end)}
    for left, right in pairwise(sorted({len(text), *edges, *starts, *starts.values()})):
        if left in starts:
            for before in paragraphs[-1:]:
                before["pieces"] += [_bracket("leaves", span, numbers) for span in active]
            entering = [_bracket("enters", span, numbers) for span in active]
            here, break_at = {"pieces": entering, "spans": [*active]}, starts[left]
            paragraphs.append(here)
        here["pieces"] += [_bracket("opens", span, numbers) for span in opening[left]]
        here["spans"] += opening[left]
        active += opening[left]
        here["pieces"].append(_stretch(text[left:right], active, levels, numbers, left >= break_at))
        closing = [span for span in reversed(active) if span.end == right]
        here["pieces"] += [_bracket("closes", span, numbers) for span in closing]
        active = [span for span in active if span.end > right]
    for here in paragraphs:
        here["names"] = sorted({(numbers[span.code], span.code) for span in here["spans"]})
        here["deep"] = min(LEVELS, max((levels[span] + 1 for span in here["spans"]), default=0))
    return paragraphs


def _paragraph_starts(text):
    """Start of each paragraph -> where its line break starts. Blank lines part them, if any."""
    parting, starts, start = "\n\n" if "\n\n" in text.strip("\n") else "\n", {}, 0
    while start < len(text):
        at = text.find(parting, start)
        body_end = len(text) if at < 0 else at
        starts[start] = body_end
        start = body_end
        while start < len(text) and text[start] == "\n":
            start += 1
    return starts


def _levels(spans):
    """Underline level of each span: the first that is free where it begins."""
    levels, busy_until = {}, []
    for span in spans:
        free = (n for n, end in enumerate(busy_until) if end <= span.start)
        levels[span] = next(free, len(busy_until))
        busy_until[levels[span] : levels[span] + 1] = [span.end]
    return levels


def _tallies(marks, codes, coders):
    tally = Counter((mark.code, mark.coder) for mark in marks)
    return [(code, [tally[code, coder] for coder in coders]) for code in codes]


def _bracket(kind, span, numbers):
    number = numbers[span.code]
    shape = {"opens": "[{}", "closes": "{}]", "leaves": "{}…", "enters": "…{}"}[kind]
    return {"kind": kind, "label": shape.format(number), "span": span, "colour": _colour(number)}


def _stretch(text, active, levels, numbers, hidden):
    lines = {levels[s]: _colour(numbers[s.code]) for s in active if levels[s] < LEVELS}
    codes = dict.fromkeys(span.code for span in active)
    return {"text": text, "lines": lines, "codes": list(codes), "hidden": hidden}


def _colour(number):
    return COLOURS[(number - 1) % len(COLOURS)]


def _meetings(spans, reach):
    """For each coding, those of other coders less than `reach` characters away; 0: overlapping."""
    open_, found = [], defaultdict(list)
    for span in spans:
        open_ = [other for other in open_ if other.end + reach > span.start]
        for other in open_:
            if other.coder != span.coder:
                found[other].append(span)
                found[span].append(other)
        open_.append(span)
    return found


def _passage(text, mark, context):
    """A quotation with the words around it."""
    if mark.whole:
        return {"whole": True, "marks": [mark], "meets": []}
    before, after = (
        text[max(0, mark.start - context) : mark.start],
        text[mark.end : mark.end + context],
    )
    if 0 < len(before) < mark.start:
        before = "… " + re.sub(r"^\S*\s+", "", before)
    if after and mark.end + len(after) < len(text):
        after = re.sub(r"\s+\S*$", "", after) + " …"
    return {"before": before, "quotation": text[mark.start : mark.end], "after": after,
            "marks": [mark], "meets": []}  # fmt: skip


def _passages(text, marks, context):
    """One passage for each place that was marked: who marked it, and whose quotation overlaps."""
    near = _meetings([mark for mark in marks if not mark.whole], reach=0)
    passages = {}
    for mark in marks:
        if mark.place in passages:
            passages[mark.place]["marks"].append(mark)
        else:
            passages[mark.place] = _passage(text, mark, context)
        meets = passages[mark.place]["meets"]
        meets += [o for o in near[mark] if o.place != mark.place and o not in meets]
    return list(passages.values())


def _unmet(marks, readers, near, text):
    """One code's codings that another reader did not mark: (coding, what each other did there)."""
    for mark in (mark for mark in marks if mark.coder in readers):
        others = [coder for coder in readers if coder != mark.coder]
        beside = {coder: _beside(mark, coder, marks, near[mark], text) for coder in others}
        if any(notes is not None for notes in beside.values()):
            yield mark, beside


def _beside(mark, coder, same_code, near, text):
    """What `coder` marked where `mark` stands: (where, code, quotation); None where both agree."""
    own = [other for other in same_code if other.coder == coder]
    if any(other.whole or mark.whole or _overlap(mark, other) for other in own):
        return None
    there = [other for other in near if other.coder == coder]
    overlapping = [other for other in there if _overlap(mark, other)]
    notes = []
    for other in overlapping or there:
        where = "overlapping words" if overlapping else "near"
        quotation = _shorten(text[other.start : other.end])
        same = other.place == mark.place
        notes.append(("same words", other.code, "") if same else (where, other.code, quotation))
    return notes or [("used it elsewhere" if own else "nothing here", "", "")]


def _overlap(a, b):
    return a.start < b.end and b.start < a.end


def _shorten(words, most=70):
    return words if len(words) <= most else words[:most].rsplit(" ", 1)[0] + " …"


def _count_sentence(marks, n_essays):
    every = [mark for found in marks.values() for mark in found]
    whole = sum(mark.whole for mark in every)
    what = _n(len(every) - whole, "quotation")
    what += f" and {_n(whole, 'whole-essay coding')}" if whole else ""
    by_coder = sorted(Counter(mark.coder for mark in every).items())
    by = f" ({', '.join(f'{coder} {count}' for coder, count in by_coder)})" if every else ""
    return f"{what} in {len(marks)} of {_n(n_essays, 'essay')}{by}."


def _readers(coders, word):
    """Coders by name, 'A and B'; more than four as a number, '23 readers'."""
    return f" {word} ".join(coders) if len(coders) < 5 else f"{len(coders)} readers"


def _nothing_of(beside):
    """The coders who marked nothing where another did."""
    return [coder for coder, notes in beside.items() if notes and notes[0][0] == "nothing here"]


def _n(count, noun):
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _labels(themes):
    labels = themes["label"].astype(object).fillna("")
    return {theme: label or theme for theme, label in zip(themes["theme"], labels, strict=True)}


def _tree(themes, parent=None, depth=0):
    """(theme, label, depth), sub-themes right under their theme."""
    labels = _labels(themes)
    inside = themes["parent"] == parent if parent else ~themes["parent"].isin(themes["theme"])
    for theme in themes.loc[inside, "theme"]:
        yield theme, labels[theme], depth
        yield from _tree(themes, theme, depth + 1)


def _with_sub_themes(theme, themes):
    return [theme, *(sub for sub, _, _ in _tree(themes, theme))]


def _roll_up(words):
    return next((w for w in ("present", "unresolved", "absent") if w in words), "not in consensus")


def _underlines(lines):
    """CSS of a stretch's underlines: {level: colour}, level 0 nearest to the words."""
    images = ",".join(f"linear-gradient({colour},{colour})" for colour in lines.values())
    places = ",".join(f"0 calc(100% - (var(--n) - {level + 1})*4px)" for level in lines)
    return f"background-image:{images};background-position:{places}" if lines else ""


def _show(page, **values):
    body = _JINJA.get_template(f"{page}.html.jinja").render(values)
    return HTML(f'<div class="ta-reading"><style>\n{_STYLE}</style>{body}</div>')


# The pages lie beside this file, one a view; every one of them is escaped, whatever its ending.
_HERE = Path(__file__).parent
_STYLE = (_HERE / "style.css").read_text(encoding="utf-8")
_JINJA = jinja2.Environment(autoescape=True, loader=jinja2.FileSystemLoader(_HERE))
_JINJA.filters |= {
    "n": _n,
    "readers": _readers,
    "nothing_of": _nothing_of,
    "colour": _colour,
    "underlines": _underlines,
}
