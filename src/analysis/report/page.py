"""One self-contained page: theme, codes, quotations, and each quotation in its essay.

The page needs no network and no script: a reader without JavaScript has every word and link, the
script only filters. Its content-security-policy lets in its own style and script by their
digests and pictures that stand in the page, nothing else. Every text of the study is escaped.
"""

import base64
import hashlib
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import jinja2
import pandas as pd
from markupsafe import Markup

from analysis.framing import FRAMINGS, OPTIONAL
from analysis.report.answers import NOTHING_TO_DO
from analysis.report.tables import count_table, meaning_of_n, n_of_N

HERE = Path(__file__).parent
COUNTED = {"present": "counted", "absent": "not counted", "unresolved": "open"}
# Pictures that show them.
COUNTS, COEFFICIENTS = {"prevalence", "cooccurrence", "thematic_map"}, {"agreement"}
HEADINGS = {
    "prevalence": "How common is each theme?",
    "theme_matrix": "Which essay holds which theme?",
    "cooccurrence": "Which themes meet?",
    "accumulation": "How new codes tail off",
    "thematic_map": "How the themes hang together",
    "codes_to_themes": "From codes to themes",
    "coding_strips": "Where each coder coded",
}


class Picture(NamedTuple):
    """A figure as it stands in the page.

    Attributes
    ----------
    name : str
        The figure's name, as in "prevalence"; it decides where the picture stands.
    source : str
        The image itself, as a data: address.
    """

    name: str
    source: str
    caption: str
    alt: str


class Quotation(NamedTuple):
    """One place of one essay with one code, whoever marked it.

    Attributes
    ----------
    essay, number : int
        Which essay, and the how many-eth quotation in it; both from 1.
    start, end : int or None
        None where the whole essay is coded.
    readers : str
        "all", "some" or "one": of the coders who read the essay for the code, who marked it
        anywhere in the essay; "one" where only one read it.
    counted : str
        Whether the essay counts for the code: "counted", "not counted" or "open".
    overlaps : tuple of str
        Coders who marked some of the same words with the code, with other boundaries.
    again : bool
        Whether words of an earlier quotation with the code stand in it, too.
    """

    essay: int
    essay_id: str
    number: int
    start: int | None
    end: int | None
    text: str
    code: str
    coders: tuple
    memos: tuple
    readers: str
    counted: str
    provenance: str
    reason: str
    overlaps: tuple = ()
    again: bool = False


def read_picture(folder, name, *, caption, alt):
    """A figure of the figures folder: its SVG, or its PNG where that is smaller."""
    kinds = {"svg": "image/svg+xml", "png": "image/png"}
    files = [Path(folder) / f"{name}.{kind}" for kind in kinds]
    smallest = min((f for f in files if f.is_file()), key=lambda file: file.stat().st_size)
    data = base64.b64encode(smallest.read_bytes()).decode("ascii")
    return Picture(name, f"data:{kinds[smallest.suffix[1:]]};base64,{data}", caption, alt)


def report_page(
    essays,
    codings,
    presence,
    consensus,
    codebook,
    themes,
    counts,
    *,
    title,
    note,
    language,
    approach,
    rule,
    colours,
    with_essays,
    pictures=(),
    findings=None,
):
    """The report as one HTML page.

    Parameters
    ----------
    essays, codings, presence, consensus, codebook, themes : DataFrame
        As the phases write them and as the study's tables are read. A whole-essay coding has
        missing `start` and `end`; the codebook's theme is the one that a code counts for.
    counts : DataFrame
        The table prevalence.csv; its order is the order of the themes.
    note : str
        What every caption of the study says; empty for none.
    language : str
        Of the essays, as in "en": what a screen reader speaks them in.
    approach, rule : str
        As in study.toml; `rule` is its consensus.
    colours : dict
        theme -> "#rrggbb", the same as in the figures.
    with_essays : bool
        False: quotations only. A quotation then has its essay's name and place, and no essay
        stands in the page.
    pictures : sequence of Picture
    findings : DataFrame, optional
        The audit of the manuscript: verdict, section, snippet, reason, suggestion.

    Returns
    -------
    bytes
        HTML in UTF-8.
    """
    framing = FRAMINGS[approach]
    quotations = _quotations(essays, codings, presence, consensus)
    labels = dict(zip(themes["theme"], themes["label"], strict=True))
    keys = {theme: f"t{n}" for n, theme in enumerate(colours)} | {"": "none"}
    theme_of = dict(zip(codebook["code"], codebook["theme"], strict=True))
    supplement = set() if framing.counts_in_text else set(COUNTS)
    supplement |= set() if framing.coefficients_in_text else COEFFICIENTS
    style = _style(colours, keys)
    script = (HERE / "page.js").read_text(encoding="utf-8")
    values = {
        "title": title,
        "note": note,
        "language": language,
        "framing": framing,
        "optional": OPTIONAL,
        "n_means": meaning_of_n(rule, len(essays)),
        "sections": _sections(quotations, codebook, themes, counts),
        "labels": labels,
        "keys": keys,
        "code_key": {code: keys[theme] for code, theme in theme_of.items()},
        "coders": sorted(codings["coder"].unique()),
        "quotations": sum(map(len, quotations)),
        "codings": len(codings),
        "essays": _essays(essays, quotations) if with_essays else [],
        "n_essays": len(essays),
        "pictures": [one for one in pictures if one.name not in supplement],
        "supplement": [one for one in pictures if one.name in supplement],
        "headings": HEADINGS | {"agreement": framing.comparison},
        "counts": count_table(counts),
        "findings": None if findings is None else _first_what_is_to_do(findings),
        "style": Markup(style),
        "script": Markup(script),
        "policy": "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"style-src {_digest(style)}; script-src {_digest(script)}",
    }
    return _JINJA.get_template("page.html.jinja").render(values).encode("utf-8")


# What stands in the page -----------------------------------------------------------------------


def _quotations(essays, codings, presence, consensus):
    """A list of quotations for each essay, in the order of the essays, whole-essay ones first."""
    readers = presence.groupby(["essay_id", "code"])["present"].agg(["size", "sum"])
    readers = {cell: (read, marked) for cell, read, marked in readers.itertuples(name=None)}
    decided = {
        (essay, code): cell
        for essay, code, *cell in consensus[
            ["essay_id", "code", "status", "provenance", "reason"]
        ].itertuples(index=False, name=None)
    }
    columns = ["essay_id", "start", "end", "code", "coder", "quotation", "memo"]
    places = defaultdict(lambda: defaultdict(list))
    for essay, start, end, code, coder, text, memo in zip(
        *(codings[name].tolist() for name in columns), strict=True
    ):
        place = (-1, -1) if pd.isna(start) else (int(start), int(end))
        places[essay][place, code].append((coder, text, memo))
    return [
        _quotations_of(number, essay, places.get(essay, {}), readers, decided)
        for number, essay in enumerate(essays["essay_id"], start=1)
    ]


def _quotations_of(number, essay_id, places, readers, decided):
    found = []
    order = sorted(places, key=lambda key: (key[0][0], -key[0][1], key[1]))
    for place, ((start, end), code) in enumerate(order, start=1):
        marks = places[(start, end), code]
        status, provenance, reason = decided.get((essay_id, code), ("unresolved", "", ""))
        found.append(
            Quotation(
                essay=number,
                essay_id=essay_id,
                number=place,
                start=None if start < 0 else start,
                end=None if start < 0 else end,
                text=marks[0][1],
                code=code,
                coders=tuple(sorted({coder for coder, _, _ in marks})),
                memos=tuple((coder, memo) for coder, _, memo in sorted(marks) if memo),
                readers=_readers(*readers.get((essay_id, code), (1, 1))),
                counted=COUNTED[status],
                provenance=provenance,
                reason=reason,
            )
        )
    return _with_overlaps(found)


def _readers(read, marked):
    if read < 2:
        return "one"
    return "all" if read == marked else "some"


def _with_overlaps(quotations):
    """Add to each quotation who else marked some of its words with its code."""
    by_code = defaultdict(list)
    for quotation in quotations:
        if quotation.start is not None:
            by_code[quotation.code].append(quotation)
    met, again = defaultdict(set), set()
    for same_code in by_code.values():
        open_ = []
        for one in same_code:
            open_ = [other for other in open_ if other.end > one.start]
            for other in open_:
                met[one.number] |= {*other.coders} - {*one.coders}
                met[other.number] |= {*one.coders} - {*other.coders}
                again.add(one.number)
            open_.append(one)
    return [
        one._replace(overlaps=tuple(sorted(met[one.number])), again=one.number in again)
        for one in quotations
    ]


def _sections(quotations, codebook, themes, counts):
    """One section a theme in the order of `counts`, and one for codes without a theme."""
    by_code = defaultdict(list)
    for essay in quotations:
        for quotation in essay:
            by_code[quotation.code].append(quotation)
    info = themes.set_index("theme")
    definition = dict(zip(codebook["code"], codebook["definition"], strict=True))
    codes_of = codebook.groupby("theme")["code"].agg(list).to_dict()
    sections = []
    for theme, low, high, N in counts[["theme", "n_low", "n_high", "essays"]].itertuples(
        index=False
    ):
        row, codes = info.loc[theme], codes_of.pop(theme, [])
        sections.append(
            {
                "theme": theme,
                "label": row["label"],
                "parent": row["parent"],
                "family": _lineage(theme, info["parent"]),
                "perspective": row["perspective"],
                "definition": row["definition"],
                "narrative": row["narrative"],
                "n": n_of_N(low, high, N),
                "codes": [(code, definition[code], by_code[code]) for code in codes],
                "sub_themes": themes.loc[themes["parent"].eq(theme), "theme"].tolist(),
            }
        )
    parked = [code for codes in codes_of.values() for code in codes]
    if parked:
        outside = dict.fromkeys(("parent", "perspective", "definition", "narrative", "n"), "")
        codes = [(code, definition[code], by_code[code]) for code in parked]
        sections.append(
            {"theme": "", "label": "Codes without a theme", "family": [""], "codes": codes}
            | {"sub_themes": []}
            | outside
        )
    return sections


def _lineage(theme, parents):
    """A theme and the themes above it."""
    line = [theme]
    while parents.get(line[-1]):
        line.append(parents[line[-1]])
    return line


def _essays(essays, quotations):
    return [
        {"id": essay_id, "pieces": _pieces(text, found), "quotations": found}
        for (essay_id, text), found in zip(
            essays[["essay_id", "text"]].itertuples(index=False, name=None),
            quotations,
            strict=True,
        )
    ]


def _pieces(text, quotations):
    """The essay in stretches: text, the quotations it is inside of, those that open and close."""
    spans = [one for one in quotations if one.start is not None]
    opening, closing = defaultdict(list), defaultdict(list)
    for span in spans:
        opening[span.start].append(span)
        closing[span.end].insert(0, span)
    edges = sorted({0, len(text), *opening, *closing})
    active, pieces = [], []
    for left, right in pairwise(edges):
        active = [span for span in active if span.end > left] + opening[left]
        pieces.append((opening[left], text[left:right], active, closing[right]))
    return pieces


def _first_what_is_to_do(findings):
    to_do = ~findings["verdict"].isin(NOTHING_TO_DO)
    order = to_do.sort_values(ascending=False, kind="stable").index
    return findings.loc[order].astype(object).fillna("")


# How it looks ------------------------------------------------------------------------------------


def _style(colours, keys):
    rules = [f".{keys[theme]}{{--theme:{colour}}}" for theme, colour in colours.items()]
    return (HERE / "page.css").read_text(encoding="utf-8") + "\n".join(rules) + "\n"


def _digest(text):
    """How a content-security-policy names a style or script that may be used."""
    digest = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
    return f"'sha256-{digest}'"


_JINJA = jinja2.Environment(
    autoescape=True,
    loader=jinja2.FileSystemLoader(HERE),
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)
_JINJA.filters["spaced"] = lambda name: str(name).replace("_", " ")
_JINJA.filters["counted"] = lambda number, noun: f"{number:,} {noun}{'' if number == 1 else 's'}"
