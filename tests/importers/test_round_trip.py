"""Random projects in every tool's format, read back; and a study sent out and taken in again."""

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.importers import export_study, import_files
from tests.importers import tools
from tests.importers.reading_back import codings_of, rows_of, texts_of

WORDS = st.sampled_from(
    [
        *"care Café e\u0301tude 😀 👩\u200d⚕\ufe0f שלום مرحبا".split(),
        *"naïve don’t — nurse 1914 𝒜lpha a".split(),
        "two\u00a0words",
        "=1+1",
        "next\u2028line",
        "tail.",
    ]
)


@st.composite
def projects(draw):
    """Essays of words of many scripts, and codings from the edge of a word to that of another."""
    essays, codings = {}, []
    for n in range(draw(st.integers(1, 3))):
        pieces = draw(st.lists(st.tuples(WORDS, st.sampled_from([" ", "\n", "  "])), min_size=4))
        pieces += [("the", " "), (f"end{n}", "")]  # no two essays are one text
        text, spots = "", []
        for word, space in pieces:
            spots.append((len(text), len(text) + len(word)))
            text += word + space
        essays[f"E{n}"] = text
        index = st.integers(0, len(spots) - 1)
        for coder, code, a, b in draw(
            st.lists(
                st.tuples(st.sampled_from(["ana", "ben"]),
                          st.sampled_from(["Hope", "Care > Touch"]), index, index),
                max_size=12,
            )
        ):  # fmt: skip
            a, b = sorted((a, b))
            coding = (coder, f"E{n}", code, spots[a][0], spots[b][1])
            if coding not in codings:
                codings.append(coding)
    codings = codings or [("ana", "E0", "Hope", 0, len(essays["E0"].split()[0]))]
    return tools.Project(essays, codings)


def nvivo(path, project, **how):
    return tools.refi(path, project, origin="NVivo 14 for Windows", unit="UTF-16 units", **how)


FORMATS = {
    "our CSV": lambda f, p: [tools.own_csv(f / "c.csv", p), tools.essay_files(f / "e", p)],
    "OpenQDA": lambda f, p: [tools.openqda(f / "c.csv", p), tools.essay_files(f / "e", p)],
    "requal": lambda f, p: [tools.requal(f / "c.csv", p), tools.essay_files(f / "e", p)],
    "openansho": lambda f, p: [tools.openansho(f / "c.csv", p), tools.essay_files(f / "e", p)],
    "Word": lambda f, p: [tools.words_files(f, p)],
    "aqda": lambda f, p: [tools.aqda(f / "c.csv", p), tools.essay_files(f / "e", p)],
    "Taguette": lambda f, p: [tools.taguette(f / "t.sqlite3", p)],
    "QualCoder": lambda f, p: [tools.qualcoder(f / "q.qda", p)],
    "RQDA": lambda f, p: [tools.rqda(f / "r.rqda", p)],
    "Label Studio": lambda f, p: [tools.label_studio(f / "l.json", p)],
    "NVivo for Windows": lambda f, p: [
        nvivo(f / "n.qdpx", p, line_end=2, stored_as="\r\n", mark="\ufeff")
    ],
    "QualCoder's qdpx": lambda f, p: [
        tools.refi(f / "n.qdpx", p, origin="QualCoder 3.6", unit="UTF-16 units", mark="\ufeff",
                   stored_as="\r\n")
    ],
    "qc": lambda f, p: [tools.refi(f / "n.qdpx", p, origin="qc 1.7.8", shared_selection=True)],
    "doccano": lambda f, p: [tools.doccano(f / "d.zip", p)],
}  # fmt: skip


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(project=projects())
def test_a_random_project_comes_back_from_each_tool(name, project):
    folder = Path(tempfile.mkdtemp())
    try:
        done = import_files(FORMATS[name](folder, project), folder / "study")
        ids = {"doccano": {f"E{n}": str(n + 1) for n in range(3)}}.get(name, {})
        expected = {(c, ids.get(e, e), code, q) for c, e, code, q in project.quoted()}
        assert codings_of(folder / "study") == expected
        ends = "\n" if name == "Word" else ""  # every paragraph ends its line there
        texts = {ids.get(n, n): text + ends for n, text in project.essays.items()}
        assert texts_of(folder / "study") == texts
        assert done.sources["written"].sum() == len(project.codings)
    finally:
        shutil.rmtree(folder)


CELLS = st.lists(
    st.sampled_from(
        ["'", "=1", "'=", "-", "@", "+", "\t", " ", "\n", ";", ",", '"', "e\u0301", "😀", "שלום",
         "_x000C_", "\x0c", "\u2028", "\x85", "\ufffe", "NA", "1.0", "007", "1-2", "&amp;", "]]>"]
    ),
    max_size=4,
).map("".join)  # fmt: skip
TOML = """[study]
title = "t"
approach = "codebook"
coders = ["ana", "ben"]
consensus = "adjudicated"
seed = 1
"""


def made_study(folder, cells):
    """Essays, attributes, definitions and memos of such cells; ben read half, for one code."""
    (folder / "codings").mkdir(parents=True)
    (folder / "study.toml").write_text(TOML)
    essays = [(f"E{n}", f"{cell} end{n}", cell) for n, cell in enumerate(cells)]
    tools.table(folder / "essays.csv", "essay_id,text,role", essays, end="\n")
    codes = [("Hope", *[cell.strip() for cell in (*cells, "", "")[:2]]), ("Care", "", "")]
    tools.table(folder / "codebook.csv", "code,definition,include", codes, end="\n")
    rows = [(e, 0, len(text), "Hope", cell, "") for e, text, cell in essays]
    for coder, coded in (("ana", rows), ("ben", rows[::2])):
        header = "essay_id,start,end,code,memo,date"
        tools.table(folder / "codings" / f"{coder}.csv", header, coded, end="\n")
    memos = {("ben", "E0", "", "", f"m{cell}", "") for cell in cells}
    tools.table(folder / "memos.csv", "coder,essay_id,start,end,memo,date", sorted(memos), end="\n")
    asked = [("ana", e, "") for e, _, _ in essays] + [
        ("ben", r[0], "Hope; Care") for r in rows[::2]
    ]
    tools.table(folder / "assignments.csv", "coder,essay_id,codes", asked, end="\n")


NOT_KEPT = ("quotation", "source_ref")  # the one is filled in, the other names the export


def tables_of(folder):
    files = ["essays.csv", "codebook.csv", "memos.csv", "assignments.csv"]
    return {
        file: sorted(
            tuple(sorted((k, v) for k, v in row.items() if v and k not in NOT_KEPT))
            for row in rows_of(folder / file)
        )
        for file in [*files, "codings/ana.csv", "codings/ben.csv"]
    }  # fmt: skip


@pytest.mark.parametrize("name", ["csv", "p.xlsx"])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cells=st.lists(CELLS, min_size=1, max_size=4))
def test_every_table_of_a_random_study_comes_back(name, cells):
    folder = Path(tempfile.mkdtemp())
    try:
        made_study(folder / "study", cells)
        export_study(folder / "study", folder / name)
        import_files(folder / name, folder / "back")
        assert tables_of(folder / "back") == tables_of(folder / "study")
    finally:
        shutil.rmtree(folder)
