"""The audit as one page: the manuscript with each mark in place, and the list of marks beside it.

The page needs nothing but itself: no script, no network. What is shown is chosen with check
boxes that work by style alone; whatever colour says is also said by a sign and in words.
"""

import base64
import hashlib
import re
from bisect import bisect_right
from itertools import groupby, pairwise
from pathlib import Path

import jinja2
from markupsafe import Markup

from analysis.manuscript.marks import ORDER, VERDICTS, said_of_quotation, verdict_of_quotation

ITALIC = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]*[^\s*])\*(?![\w*])")
ITEM = re.compile(r"\s*((?:\d{1,9}[.)]|[-*+])[ \t]+)$")
BOLD = re.compile(r"\*\*(?=[^\s*])([^*\n]*[^\s*])\*\*")


def as_page(manuscript, marks, quotations, *, skipped, unclosed, shares, themes, title, remark):
    """A self-contained HTML page of the audit.

    Parameters
    ----------
    manuscript : Manuscript
    marks : DataFrame
        From `marks`.
    quotations : DataFrame
        From `trace_quotations`, with theme_status and first_use where they are known.
    skipped : DataFrame
        start, snippet, reason: numbers of the text that are no claims.
    unclosed : DataFrame
        From `unclosed_marks`.
    shares, themes : DataFrame
        From `essay_shares` and `themes_quoted`.
    title, remark : str
        The study's title; and what every reader of the page must know ('' for nothing), such as
        that the study is invented.

    Returns
    -------
    str
        The same bytes for the same tables.
    """
    style = _STYLE + _filters(marks)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    listed = marks.sort_values(["importance", "number"], kind="stable")
    return _JINJA.get_template("page.html.jinja").render(
        name=manuscript.name,
        title=title,
        remark=remark,
        style=Markup(style),  # our own, and hashed: it stays as it is
        digest=digest,
        sections=_sections(manuscript, marks),
        verdicts=_verdicts(marks),
        groups=_groups(marks),
        marks=[row._asdict() for row in listed.itertuples(index=False)],
        quotations=_quotations(quotations, marks),
        unquoted=themes.loc[themes["quotations"].eq(0), "label"].tolist(),
        shares=[row._asdict() for row in shares[shares["words"].gt(0)].itertuples(index=False)],
        silent=shares.loc[shares["words"].eq(0), "essay_id"].tolist(),
        skipped=[row._asdict() for row in skipped.itertuples(index=False)],
        unclosed=[row._asdict() for row in unclosed.itertuples(index=False)],
        unread=[row._asdict() for row in manuscript.skipped.itertuples(index=False)],
    )


def _slug(verdict):
    return verdict.replace(" ", "-")


def _verdicts(marks):
    """(verdict, slug, sign, group, how many), the most important first."""
    counts = marks["verdict"].value_counts()
    found = sorted(counts.index, key=ORDER.get)
    return [(name, _slug(name), *VERDICTS[name], int(counts[name])) for name in found]


def _groups(marks):
    """(words, how many): together all marks."""
    words = {"wrong": "wrong", "doubtful": "to be looked at", "right": "right",
             "outside": "not checked"}  # fmt: skip
    counts = marks["group"].value_counts()
    return [(said, int(counts.get(group, 0))) for group, said in words.items()]


def _filters(marks):
    """Styles that hide what a box does not tick."""
    rules = []
    for name in sorted(set(marks["verdict"]), key=ORDER.get):
        slug, off = _slug(name), f"body:has(#show-{_slug(name)}:not(:checked))"
        rules.append(f"{off} .item.{slug}, {off} .label.{slug} {{ display: none; }}")
        rules.append(f"{off} mark.{slug} {{ background: none; border-color: transparent; }}")
    return "\n".join(rules) + "\n"


def _quotations(quotations, marks):
    own = marks[marks["about"].eq("quotation")]
    marked = {row.start: row for row in own.itertuples()}
    return [_quotation(row, marked[row.start]) for row in quotations.itertuples()]


def _quotation(row, mark):
    verdict = verdict_of_quotation(row)
    return {
        "number": mark.number,
        "words": mark.words,
        "named": row.named,
        "essay_id": row.essay_id,
        "place": f"{row.essay_start}–{row.essay_end}" if row.essay_id else "",
        "theme": getattr(row, "theme", "").replace("_", " "),
        "sign": VERDICTS[verdict].sign,
        "group": VERDICTS[verdict].group,
        "verdict": verdict,
        "said": said_of_quotation(row),
    }


# The text ------------------------------------------------------------------------------------


def _sections(manuscript, marks):
    """The blocks as the page shows them: [{kind, level, quote, pieces or rows}]."""
    text, sections = manuscript.text, []
    rows = list(marks.itertuples(index=False))
    starts = [row.start for row in rows]
    shown, end = 0, 0  # marks whose number stands in the text already; end of the block before
    open_marks = []
    blocks = list(manuscript.blocks.itertuples(index=False))
    for block in [*blocks, None]:
        start = block.start if block else len(text)
        unread = _whole_lines(text[end:start], first=end == 0, last=block is None)
        if unread:
            sections.append({"kind": "unread", "text": unread})
        if block is None:
            break
        last = bisect_right(starts, block.end - 1)
        new = rows[shown:last]
        open_marks = [mark for mark in [*open_marks, *new] if mark.end > block.start]
        pieces = _pieces(text, block, open_marks, new)
        item = ITEM.match(text[end:start].rpartition("\n")[2])
        sections.append({"block": block, "kind": block.kind, "level": min(block.level + 1, 6),
                         "quote": block.quote, "pieces": pieces,
                         "item": item[1] if item else ""})  # fmt: skip
        shown, end = last, block.end
    return [part for group in _tables(sections) for part in group]


def _whole_lines(between, *, first, last):
    """Lines between two blocks that hold letters, such as code; not the marks around a block."""
    lines = between.split("\n")
    lines = lines[0 if first else 1 : None if last else -1]
    if not any(letter.isalpha() for line in lines for letter in line):
        return ""
    return "\n".join(lines).strip("\n")


def _tables(sections):
    """Cells that follow each other in one table become one part with rows."""

    def table(part):
        return part["block"].table if "block" in part and part["block"].table >= 0 else -1

    for number, group in groupby(sections, key=table):
        if number < 0:
            yield list(group)
            continue
        rows = []
        for row, cells in groupby(group, key=lambda part: part["block"].row):
            cells = {part["block"].column: part for part in cells}
            rows.append((row, [cells.get(column) for column in range(max(cells) + 1)]))
        yield [{"kind": "table", "rows": rows}]


def _pieces(text, block, marks, new):
    """A block cut where anything begins or ends: [{text, em, strong, labels, css}]."""
    words = text[block.start : block.end]
    em, hidden_em = _spans(ITALIC, words, block.start, 1)
    strong, hidden_strong = _spans(BOLD, words, block.start, 2)
    hidden = hidden_em | hidden_strong
    labels = {}
    for mark in new:
        labels.setdefault(max(mark.start, block.start), []).append(mark)
    edges = {block.start, block.end, *labels}
    for mark in marks:
        edges |= {max(mark.start, block.start), min(mark.end, block.end)}
    for start, end in [*em, *strong]:
        edges |= {start, end}
    edges |= hidden | {at + 1 for at in hidden}
    edges = sorted(edge for edge in edges if block.start <= edge <= block.end)
    marks, active, at, pieces = sorted(marks, key=lambda mark: mark.start), [], 0, []
    for left, right in pairwise(edges):
        while at < len(marks) and marks[at].start <= left:
            active.append(marks[at])
            at += 1
        active = [mark for mark in active if mark.end > left]
        worst = min(active, key=lambda mark: mark.importance, default=None)
        pieces.append(
            {
                "text": "" if left in hidden else text[left:right],
                "em": any(start <= left < end for start, end in em),
                "strong": any(start <= left < end for start, end in strong),
                "labels": [
                    (mark.number, mark.sign, mark.verdict, _slug(mark.verdict), mark.group)
                    for mark in labels.get(left, [])
                ],
                "css": f"{worst.group} {_slug(worst.verdict)}" if worst else "",
            }
        )
    return pieces


def _spans(pattern, words, offset, width):
    """Where italics (or bold) stand, and the asterisks around them, which are not shown."""
    spans, asterisks = [], set()
    for found in pattern.finditer(words):
        start, end = found.start() + offset, found.end() + offset
        spans.append((start + width, end - width))
        asterisks |= {*range(start, start + width), *range(end - width, end)}
    return spans, asterisks


_HERE = Path(__file__).parent
_STYLE = (_HERE / "page.css").read_text(encoding="utf-8")
_JINJA = jinja2.Environment(
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
    loader=jinja2.FileSystemLoader(_HERE),
)
