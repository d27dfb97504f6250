"""Random projects in every tool's format, read back; and a study sent out and taken in again."""

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.importers import import_files
from tests.importers import tools
from tests.importers.reading_back import codings_of, texts_of

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
