"""How long `make all` of the shipped study takes, against other ways of running the same cells.

    python benchmarks/pipeline.py

All ways are measured in one run, one after the other, and only ratios are meant to be quoted:
papermill's command line one notebook at a time; the runner with an ordinary kernel for each
notebook; the runner with forked notebooks; and the floor, the same cells in one plain Python
process. A table shows where the time of the forked run goes.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from analysis.study import OUT_VARIABLE, PHASES, STUDY_VARIABLE  # noqa: E402

STUDY = ROOT / "data" / "raw" / "pacemakers"


def seconds(command, out, **more):
    environment = os.environ | {STUDY_VARIABLE: str(STUDY), OUT_VARIABLE: str(out), **more}
    started = time.monotonic()
    subprocess.run(
        command,
        cwd=ROOT / "notebooks",
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return time.monotonic() - started


def papermill_one_by_one(place):
    total = 0.0
    for phase in PHASES:
        folder = place / "processed" / phase
        folder.mkdir(parents=True)
        total += seconds(
            [
                *(sys.executable, "-m", "papermill", "--no-progress-bar"),
                *(f"{phase}.ipynb", str(folder / f"{phase}.ipynb")),
            ],
            place,
        )
    return total


def runner(engine):
    def measure(place):
        command = [sys.executable, "-m", "analysis", "run", "pacemakers", "--out", str(place)]
        return seconds([*command, "--engine", engine], place)

    return measure


def one_plain_process(place):
    """The cells of all notebooks in one process, without a notebook around them."""
    lines = ["import matplotlib", "matplotlib.use('agg')", "display = print"]
    for phase in PHASES:
        cells = json.loads((ROOT / "notebooks" / f"{phase}.ipynb").read_text())["cells"]
        lines += ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
    script = place / "cells.py"
    place.mkdir(parents=True)
    script.write_text("\n\n".join(lines))
    return seconds([sys.executable, str(script)], place, PYTHONPATH=str(ROOT / "src"))


WHERE = """
import sys, time
start = time.monotonic(); marks = []
def mark(name):
    global start
    now = time.monotonic(); marks.append((name, now - start)); start = now
from analysis import pipeline, freshness
from analysis.study import NOTEBOOKS, PHASES
settings = pipeline.settle("pacemakers", sys.argv[1])
pipeline.check_parameters(settings)
for phase in PHASES: pipeline._reasons(settings, phase)
mark("deciding what to run")
pipeline.check_study(settings)
mark("checking every file of the study (with pandas' import)")
pipeline._prepare("fork", PHASES)
mark("importing what the notebooks use")
for phase in PHASES:
    pipeline._run_notebook(settings, phase, "fork", None)
    mark(f"cells of {phase}")
for name, spent in marks: print(f"{spent:7.2f} s  {name}")
"""


def main():
    ways = {
        "papermill's command line, one by one": papermill_one_by_one,
        "make all, a kernel each": runner("kernel"),
        "make all, forked": runner("fork"),
        "the same cells in one plain process": one_plain_process,
    }
    with tempfile.TemporaryDirectory() as folder:
        taken = {}
        for number, (name, measure) in enumerate(ways.items()):
            repeats = [measure(Path(folder) / f"{number}-{again}") for again in range(2)]
            taken[name] = min(repeats)
        forked, plain = taken["make all, forked"], taken["the same cells in one plain process"]
        print(f"{'way':40} {'seconds':>8} {'x forked':>9} {'x plain':>9}")
        for name, spent in taken.items():
            print(f"{name:40} {spent:8.2f} {spent / forked:9.2f} {spent / plain:9.2f}")
        line = taken["papermill's command line, one by one"]
        print(
            f"\nBeside the cells: the command line {line - plain:.1f} s, forked "
            f"{forked - plain:.1f} s ({(line - plain) / (forked - plain):.0f} times less).\n"
            f"An engine that cost nothing would be {line / plain:.1f} times as fast as the command "
            "line: the rest is the cells' own work."
        )
        print("\nWhere the time of the forked run goes:")
        subprocess.run([sys.executable, "-c", WHERE, f"{folder}/where"], check=True, cwd=ROOT)
        nothing = [sys.executable, "-m", "analysis", "run", "pacemakers", "--out", f"{folder}/2-0"]
        print(f"\nNothing to do: {min(seconds(nothing, folder) for _ in range(5)):.3f} s")


if __name__ == "__main__":
    main()
