"""What an import of 100,000 codings over 2,000 essays gives, how long it takes, how much memory.

    python benchmarks/importers.py [FORMAT ...]

Prints a table with a row a format (INCEpTION needs dkpro-cassis). Each format is written by the
tests' own writers and imported in a process of its own. The essays have 300 words, an emoji here
and there and CR LF where the tool would; nothing is random.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from tests.importers import tools  # noqa: E402

ESSAYS, CODINGS, CODES = 2000, 100_000, 40
WORDS = (
    "the nurse came back after her shift and sat with me until Café 😀 I could sleep because "
    "nobody else was there that night and the ward was quiet"
).split()


def project():
    """Essays of 300 words; every coding covers one to nine of them."""
    essays, spots = {}, {}
    for n in range(ESSAYS):
        words = [WORDS[(n * 7 + k * (1 + k % 5)) % len(WORDS)] for k in range(298)]
        words[::7] = [f"{word}{k}" for k, word in enumerate(words[::7])]  # each passage once
        words += [f"essay{n}", f"end{n}."]
        text, places = "", []
        for k, word in enumerate(words):
            places.append((len(text), len(text) + len(word)))
            text += word + ("\n" if k % 60 == 59 else " ")
        essays[f"E{n:04d}"], spots[f"E{n:04d}"] = text, places
    names, codings = list(essays), []
    for m in range(CODINGS):
        name = names[m % ESSAYS]
        first = (m * 13) % 289
        start, end = spots[name][first][0], spots[name][first + m % 9][1]
        codings.append((("ana", "ben")[m % 2], name, f"code {m // ESSAYS % CODES}", start, end))
    return tools.Project(essays, codings)


def by_quotation(folder, made):
    """Taguette's highlights: no places. Quotations of nine words, so that most occur once."""
    rows = [
        (m, essay, code, made.essays[essay][start : start + 60])
        for m, (_, essay, code, start, _) in enumerate(made.codings)
    ]
    tools.table(folder / "ana.csv", "id,document,tag,content", rows)
    tools.essay_files(folder / "essays", made)


def with_essays(write, name="c.csv"):
    """A table of codings, which holds no texts: those lie beside it."""
    return lambda f, p: (write(f / name, p), tools.essay_files(f / "essays", p))


def refi(origin, **how):
    return lambda f, p: tools.refi(f / "p.qdpx", p, origin=origin, **how)


BROWSER = {"unit": "UTF-16 units"}
WINDOWS = {**BROWSER, "line_end": 2, "stored_as": "\r\n", "mark": "\ufeff"}
FORMATS = {
    "our CSV": with_essays(tools.own_csv),
    "requal CSV": with_essays(tools.requal),
    "OpenQDA CSV": with_essays(tools.openqda),
    "aqda CSV": with_essays(tools.aqda),
    "openansho CSV": with_essays(tools.openansho),
    "Excel, by quotation": with_essays(tools.excel, "codings.xlsx"),
    "Taguette CSV, by quotation": by_quotation,
    "Word": lambda f, p: tools.words_files(f, p),
    "Writer": lambda f, p: tools.writer_files(f, p),
    "Taguette": lambda f, p: tools.taguette(f / "t.sqlite3", p),
    "QualCoder": lambda f, p: tools.qualcoder(f / "q.qda", p),
    "RQDA": lambda f, p: tools.rqda(f / "r.rqda", p),
    "qc": lambda f, p: tools.qc(f / "project", p),
    "NVivo for Windows": refi("NVivo 14 Windows", **WINDOWS),
    "NVivo for Mac": refi("NVivo 14 Mac", **BROWSER),
    "ATLAS.ti": refi("ATLAS.ti 23", stored_as="\r\n", **BROWSER),
    "MAXQDA": refi("MAXQDA 2022"),
    "QualCoder's qdpx": refi("QualCoder 3.6", stored_as="\r\n", mark="\ufeff", **BROWSER),
    "qc's qdpx": refi("qc 1.7.8", shared_selection=True),
    "Label Studio": lambda f, p: tools.label_studio(f / "l.json", p),
    "doccano": lambda f, p: tools.doccano(f / "d.zip", p),
    "INCEpTION": lambda f, p: tools.inception(f / "i.zip", p),
}
COLUMNS = (
    "format", "recognised as", "read", "written", "listed", "adjusted", "hypothesis", "score",
    "processor (s)", "clock (s)", "memory (MB)",
)  # fmt: skip


def measure(name, folder):
    """Import in this process; print one row of the table."""
    from analysis.importers import import_files
    from analysis.problems import StudyError

    started, before = time.monotonic(), time.process_time()
    try:
        done = import_files(folder / "in", folder / "study")
    except StudyError as why:
        print(row([name, f"refused: {why.problems[0].what}"]))
        return
    seconds, own = time.monotonic() - started, time.process_time() - before
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sources = done.sources[done.sources["codings"] > 0]
    counts = [f"{sources[c].sum():,}" for c in ("codings", "written", "listed", "adjusted")]
    recognised, reading = sources["recognised"].iloc[0], sources["reading"].iloc[0]
    scores = [score for score in sources["score"] if score is not None]
    score = f"{min(scores):.1%}" if scores else "-"
    times = [f"{own:.1f}", f"{seconds:.1f}", f"{memory:.0f}"]
    print(row([name, recognised, *counts, reading, score, *times]))


def row(cells):
    return f"| {' | '.join(cells)} |"


def main(names):
    made = project()
    print(f"{len(made.essays):,} essays, {len(made.codings):,} codings.\n")
    print(row(COLUMNS), row(["---"] * len(COLUMNS)), sep="\n", flush=True)
    for name in names or FORMATS:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "in").mkdir()
            FORMATS[name](Path(folder) / "in", made)
            subprocess.run([sys.executable, __file__, "--measure", name, folder], check=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2], Path(sys.argv[3]))
    else:
        main(sys.argv[1:])
