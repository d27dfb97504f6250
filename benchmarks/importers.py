"""How long the import of 100,000 codings over 2,000 essays takes, and how much memory.

    python benchmarks/importers.py [FORMAT ...]

Each format is written by the tests' own writers and imported in a process of its own. The essays
have 300 words, an emoji here and there and CR LF where the tool would; nothing is random.
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


FORMATS = {
    "our CSV": lambda f, p: (tools.own_csv(f / "c.csv", p), tools.essay_files(f / "essays", p)),
    "quotations": by_quotation,
    "NVivo qdpx": lambda f, p: tools.refi(
        f / "p.qdpx", p, origin="NVivo for Windows", unit="UTF-16 units", line_end=2,
        stored_as="\r\n", mark="\ufeff",
    ),
    "Taguette": lambda f, p: tools.taguette(f / "t.sqlite3", p),
    "QualCoder": lambda f, p: tools.qualcoder(f / "q.qda", p),
    "Label Studio": lambda f, p: tools.label_studio(f / "l.json", p),
    "Word": lambda f, p: tools.words_files(f, p),
}  # fmt: skip


def measure(folder):
    from analysis.importers import import_files

    started, before = time.monotonic(), time.process_time()
    done = import_files(folder / "in", folder / "study")
    seconds, own = time.monotonic() - started, time.process_time() - before
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    counts = done.sources[["codings", "written", "listed"]].sum()
    print(
        f"{seconds:8.1f} s ({own:.1f} s of the processor) {memory:6.0f} MB "
        f"{counts['codings']:10,} codings = {counts['written']:,} written + "
        f"{counts['listed']:,} listed"
    )


def main(names):
    made = project()
    print(f"{len(made.essays):,} essays, {len(made.codings):,} codings")
    for name in names or FORMATS:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "in").mkdir()
            FORMATS[name](Path(folder) / "in", made)
            print(f"{name:14}", end="", flush=True)
            subprocess.run([sys.executable, __file__, "--measure", folder], check=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(Path(sys.argv[2]))
    else:
        main(sys.argv[1:])
