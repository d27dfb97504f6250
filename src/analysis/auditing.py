"""The audit of a manuscript against a study: from the tables that the phases wrote to the page.

Phase 6 audits the manuscript in the study folder, `make audit` any other.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import pandas as pd

from analysis.codings import read_codebook
from analysis.files import write_atomic
from analysis.manuscript.audit import Audit, audit
from analysis.manuscript.comments import commented_copy
from analysis.manuscript.evidence import Evidence
from analysis.manuscript.given_links import read_claims_toml
from analysis.manuscript.interchange import as_json
from analysis.manuscript.marks import marks
from analysis.manuscript.names import Names
from analysis.manuscript.page import as_page
from analysis.manuscript.passages import unclosed_marks
from analysis.manuscript.quotations import (
    essay_shares,
    themes_quoted,
    trace_quotations,
    with_first_use,
    with_theme_status,
    with_themes,
)
from analysis.manuscript.stops import plain_view
from analysis.manuscript.text import Manuscript, read_manuscript
from analysis.problems import stop_if
from analysis.tables import read_output, write_table
from analysis.themes import read_themes

MANUSCRIPTS = tuple(f"manuscript.{ending}" for ending in ("docx", "md", "txt", "html", "tex"))
AUTHOR = "Manuscript audit"
DATE = "2000-01-01T00:00:00Z"  # of the comments: the same on every day
COEFFICIENTS = ["alpha", "ac1", "pabak"]


@dataclass(frozen=True)
class Codings:
    """What a manuscript is held against: tables of one study, empty where there is none.

    Attributes
    ----------
    themes, codes, essays : DataFrame
        themes.csv and codebook.csv as read; essay_id, text.
    theme_presence, theme_codings : DataFrame
        essay_id, theme, status; theme, essay_id, start, end: for the quotations.
    evidence : Evidence
        For the counts.
    units : sequence of str
        The study's nouns.
    fixed, ranges
        Links and quantifiers that the author fixed in claims.toml.
    title, remark : str
        The study's title, and what every reader must know.
    """

    themes: pd.DataFrame
    codes: pd.DataFrame
    essays: pd.DataFrame
    theme_presence: pd.DataFrame
    theme_codings: pd.DataFrame
    evidence: Evidence
    units: tuple
    fixed: pd.DataFrame
    ranges: dict
    title: str
    remark: str

    @property
    def size(self):
        """N of the study; None where there is no study."""
        return len(self.essays) if self.evidence.cells is not None else None


class Audited(NamedTuple):
    """A manuscript with everything that was found in it."""

    manuscript: Manuscript
    found: Audit
    quotations: pd.DataFrame
    marks: pd.DataFrame

    @property
    def wrong(self):
        """The marks that say that something in the manuscript is wrong."""
        return self.marks[self.marks["group"].eq("wrong")]


# The study's side ----------------------------------------------------------------------------


def read_codings_of(settings):
    """The codings of a study, from the tables that phases 1 to 5 wrote.

    Raises
    ------
    StudyError
        If codebook.csv, themes.csv or claims.toml has problems.
    """
    named = read_names_of(settings)
    coded, reviewed = (settings.processed / p for p in ("2_initial_coding", "4_theme_review"))
    codings = read_output(coded / "codings.csv", start="Int64", end="Int64")
    theme_codes = read_output(settings.processed / "5_theme_definition" / "theme_codes.csv")
    return replace(
        named,
        essays=read_output(settings.processed / "1_familiarisation" / "essays.csv"),
        theme_presence=read_output(reviewed / "theme_presence.csv"),
        theme_codings=codings.merge(theme_codes[["theme", "code"]], on="code"),
        evidence=_evidence(settings, named, coded, reviewed),
    )


def read_names_of(settings):
    """What a study calls its themes, codes and units, without a coding.

    A manuscript's claims are then held against each other.
    """
    problems = []
    codebook = read_codebook(settings.folder, problems)
    stop_if(problems)
    themes = read_themes(settings.folder, codebook, problems)
    fixed, ranges = read_claims_toml(settings.folder, themes, codebook, problems)
    stop_if(problems)
    return replace(
        no_codings(),
        themes=themes,
        codes=codebook,
        units=settings.unit_nouns,
        fixed=fixed,
        ranges=ranges,
        title=settings.title,
        remark=settings.caption_note,
    )


def no_codings():
    """Nothing to hold a manuscript against, and no names."""
    return Codings(
        themes=_empty("theme", "label", "parent", "perspective", "aliases"),
        codes=_empty("code", "theme"),
        essays=_empty("essay_id", "text"),
        theme_presence=_empty("essay_id", "theme", "status"),
        theme_codings=_empty("theme", "essay_id", "start", "end"),
        evidence=Evidence(),
        units=(),
        fixed=_empty("sentence", "claim", "theme", "part"),
        ranges={},
        title="no study",
        remark="",
    )


def _empty(*columns):
    return pd.DataFrame(columns=columns, dtype=str)


def _evidence(settings, named, coded, reviewed):
    themes = named.themes
    of_codes = read_output(reviewed / "consensus.csv").rename(columns={"code": "theme"})
    of_codes = of_codes[~of_codes["theme"].isin(themes["theme"])]  # without a map they are one
    by_rule = read_output(reviewed / "theme_presence_by_rule.csv")
    if len(settings.coders) < 3:  # of two coders there is no majority that is not all
        by_rule = by_rule[by_rule["rule"].ne("majority")]
    cells = pd.concat([by_rule, of_codes.assign(rule=settings.consensus)])
    marked = read_output(coded / "presence.csv", present=int)
    split = marked.groupby(["essay_id", "code"])["present"].nunique().gt(1)
    facts = {
        "essays": marked["essay_id"].nunique(),
        "coders": len(settings.coders),
        "codes": len(named.codes),
        "themes": int(themes["parent"].eq("").sum()),
        "sub-themes": int(themes["parent"].ne("").sum()),
        "combinations": (int(split.sum()), len(split)),
    }
    cells = cells[["rule", "theme", "essay_id", "status"]]
    return Evidence(settings.consensus, cells, facts, _coefficients(coded))


def _coefficients(coded):
    """coefficient, of (a theme, a code, or '' for all together), value: over essays."""
    of_codes = read_output(coded / "agreement.csv", alpha=float, ac1=float, pabak=float)
    of_themes = read_output(coded / "agreement_themes.csv", alpha=float, ac1=float, pabak=float)
    together = read_output(coded / "agreement_all_codes.csv", value=float)
    together = together[together["group"].eq("") & together["unit"].eq("essay")]
    pooled = together[together["coefficient"].eq("pooled alpha")]
    pairs = read_output(
        coded / "agreement_pairs.csv", kappa=float, both=int, neither=int, units=int
    )
    pairs = pairs[pairs["unit"].eq("essay")].rename(columns={"code": "of", "kappa": "value"})
    found = [
        of_codes.rename(columns={"code": "of"}).melt("of", COEFFICIENTS, "coefficient"),
        of_themes.rename(columns={"theme": "of"}).melt("of", COEFFICIENTS, "coefficient"),
        pooled.assign(coefficient="alpha", of=""),
        pairs.assign(coefficient="kappa"),
    ]
    if pairs["units"].sum():
        agreed = (pairs["both"] + pairs["neither"]).sum() / pairs["units"].sum()
        found.append(pd.DataFrame({"coefficient": ["agreement"], "of": "", "value": agreed}))
    return pd.concat(found)[["coefficient", "of", "value"]].dropna(subset="value")


# The audit -----------------------------------------------------------------------------------


def audit_manuscript(path, codings, problems, *, shortest):
    """Audit one manuscript.

    Parameters
    ----------
    path : path-like
    codings : Codings
    problems : list of Problem
        Takes what is wrong with the file.
    shortest : int
        Words; a shorter quotation that names no essay is not searched.

    Returns
    -------
    Audited or None
        None where the file could not be read.
    """
    manuscript = read_manuscript(path, problems)
    if manuscript is None:
        return None
    found = audit(
        manuscript,
        codings.themes,
        codings.codes,
        codings.evidence,
        units=codings.units,
        size=codings.size,
        fixed=codings.fixed,
        ranges=codings.ranges,
    )
    quotations = _quotations(manuscript, codings, shortest)
    marked = marks(manuscript, found.findings, found.notes, quotations)
    return Audited(manuscript, found, quotations, marked)


def _quotations(manuscript, codings, shortest):
    aliases = codings.themes["aliases"].str.split(";").explode().str.strip()
    labels = [*codings.themes["label"], *aliases, *codings.codes["code"].str.replace("_", " ")]
    names, view = Names(codings.themes, codings.codes), plain_view(manuscript.text)
    labels = [label for label in labels if isinstance(label, str) and label]
    found = trace_quotations(manuscript, codings.essays, shortest=shortest, labels=labels)
    found = with_themes(found, manuscript, lambda start, end: names.find(view, start, end))
    found = with_theme_status(found, codings.theme_presence, codings.theme_codings)
    return with_first_use(found, shortest=shortest)


# What is written -----------------------------------------------------------------------------


def write_audit(audited, path, codings, folder, problems):
    """Write the audit into a folder: tables, page, JSON, and of a Word file a commented copy.

    Returns
    -------
    list of Path
    """
    manuscript, found, quotations, marked = audited
    tables = {"findings": found.findings, "notes": found.notes, "quotations": quotations,
              "skipped": found.skipped}  # fmt: skip
    written = []
    for name, table in (tables | {"marks": marked}).items():
        written.append(folder / f"manuscript_{name}.csv")
        write_table(table, written[-1])
    page = as_page(
        manuscript,
        marked,
        quotations,
        skipped=found.skipped,
        unclosed=unclosed_marks(manuscript),
        shares=essay_shares(quotations, codings.essays),
        themes=themes_quoted(quotations, codings.themes),
        title=codings.title,
        remark=codings.remark,
    )
    contents = {
        "manuscript_audit.html": page.encode("utf-8"),
        "manuscript_audit.json": as_json(manuscript, **tables).encode("utf-8"),
    }
    if manuscript.name.lower().endswith(".docx"):
        copy = commented_copy(path, manuscript, marked, problems, author=AUTHOR, date=DATE)
        contents |= {"manuscript_commented.docx": copy} if copy else {}
    for name, content in contents.items():
        written.append(folder / name)
        write_atomic(written[-1], content)
    return written


def as_lines(audited, codings, *, suggest):
    """The audit as lines for a terminal: what is wrong, what is open, and the sums.

    Parameters
    ----------
    suggest : bool
        With the right words for each count, and for each theme.
    """
    manuscript, found, _, marked = audited
    lines = []
    for group, title in (("wrong", "Wrong"), ("doubtful", "To be looked at")):
        rows = marked[marked["group"].eq(group)]
        lines += ["", f"{title}: {len(rows) or 'nothing'}"]
        for row in rows.sort_values(["importance", "number"], kind="stable").itertuples():
            where = _place(manuscript, row.start)
            lines += [f"  {row.sign} {row.verdict}, {where}: {row.words}", f"      {row.said}"]
            lines += [f"      Write: {row.suggestion}"] if suggest and row.suggestion else []
    if suggest and codings.size:
        lines += ["", "What the codings say:"]
        lines += [f"  {label}: {words}" for label, words in _fragments(codings)]
    if found.entries:
        lines += ["", "To settle what is ambiguous, copy into claims.toml and correct:"]
        lines += ["", found.entries]
    lines += [*(f"  {entry}" for entry in found.unused), "", *_sums(marked)]
    return [
        *lines,
        f"{len(found.skipped)} numbers and number words were not taken for claims; "
        "manuscript_skipped.csv has each with the reason.",
    ]


def _sums(marked):
    for about, plural in (("count", "numbers"), ("quotation", "quotations")):
        verdicts = marked.loc[marked["about"].eq(about), "verdict"].value_counts(sort=False)
        told = ", ".join(f"{n} {verdict}" for verdict, n in verdicts.items())
        yield f"{verdicts.sum()} {plural}: {told or 'none'}."
    yield f"{marked['about'].eq('wording').sum()} notes on wording."


def _place(manuscript, start):
    """Where a mark stands: the line of a text file, else the heading; and its offset."""
    heading = manuscript.blocks[manuscript.blocks["start"].le(start)]["heading"].iloc[-1:].item()
    where = f"under “{heading}”" if heading else "at the beginning"
    if manuscript.name.lower().endswith((".md", ".txt")):
        where = f"line {manuscript.text.count(chr(10), 0, start) + 1}, {where}"
    return f"{where} (offset {start})"


def _fragments(codings):
    """(label, '11 of 22 essays') of each theme under the study's rule."""
    counts = codings.evidence.counts()[codings.evidence.rule]
    for theme, label in codings.themes[["theme", "label"]].itertuples(index=False):
        if theme in counts:
            yield label, f"{counts[theme].text} of {counts[theme].N} essays"
