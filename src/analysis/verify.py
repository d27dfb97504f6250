"""For reviewers: run the shipped study anew and compare everything with what is committed.

Two independent proofs. First the whole pipeline runs into a fresh folder, with an ordinary
Jupyter kernel for each notebook, and every file is compared with the committed one. Then nbval
executes copies of the committed notebooks and compares each cell's output with the stored one;
figures, which nbval does not compare, are in it by the digests that their cells print. Nothing
that is committed is written.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from itertools import zip_longest
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from matplotlib import image

from analysis import pipeline
from analysis.study import OUT_VARIABLE, PHASES, STUDY_VARIABLE

_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
NOT_TEXT = (".png", ".svg", ".pdf", ".docx")
LEFT_OUT = {pipeline.ENVIRONMENT}  # versions may differ: that is what the comparison is for


def verify(study, *, differences, say):
    """Compare a fresh run of a study with its committed results.

    Parameters
    ----------
    study : str
        A folder's name in data/raw.
    differences : Path
        Folder for the committed, the fresh and a difference image of each figure that differs;
        emptied first, made only if there is one.
    say : callable
        Prints one line.

    Returns
    -------
    bool
        True if everything is the same.
    """
    settings = pipeline.settle(study)
    committed = {"": settings.processed, "figures/": settings.figures}
    shutil.rmtree(differences, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="verify-") as place:
        fresh = Path(place) / "fresh"
        say(f"Running {study} anew, into another folder:")
        pipeline.run(study, out=fresh, engine="kernel", say=lambda text, end="\n": say(text, end))
        say("\nEvery file, committed and fresh:")
        found = _compare_files(
            committed, {"": fresh / "processed", "figures/": fresh / "figures"}, differences, say
        )
        say("\nEvery cell of the committed notebooks, executed again (nbval):")
        cells = _compare_cells(settings, Path(place) / "nbval", say)
    different = [name for name, verdict in found.items() if not verdict.startswith("same")]
    failed = [phase for phase, (_, wrong) in cells.items() if wrong]
    say("")
    if different or failed:
        say(
            f"NOT the same: {len(different)} of {len(found)} files differ, and cells of "
            f"{len(failed)} of {len(cells)} notebooks."
        )
        if differences.is_dir():
            say(f"Figures that differ, and where: {pipeline.shown(differences)}")
        return False
    say(
        f"Proven: the raw files of '{study}' and this code give all {len(found)} committed files "
        f"again, and all {sum(n for n, _ in cells.values())} cells of the {len(cells)} committed "
        "notebooks show again what they show."
    )
    return True


# Files ---------------------------------------------------------------------------------------


def _compare_files(committed, fresh, differences, say):
    """Verdict on each file of either side, by name; one line each."""
    sides = [_files(folders) for folders in (committed, fresh)]
    verdicts = {}
    for name in sorted(sides[0].keys() | sides[1].keys()):
        old, new = (side.get(name) for side in sides)
        verdicts[name] = _verdict(name, old, new, differences)
        say(f"  {verdicts[name]:6}  {name}" if verdicts[name] == "same" else _line(name, verdicts))
    return verdicts


def _line(name, verdicts):
    word, _, what = verdicts[name].partition(": ")
    return f"  {word:6}  {name}{': ' + what if what else ''}"


def _files(folders):
    return {
        prefix + path.relative_to(folder).as_posix(): path
        for prefix, folder in folders.items()
        for path in folder.rglob("*")
        if path.is_file()
        and not path.name.startswith(".")
        and ".failed." not in path.name
        and path.name not in LEFT_OUT
    }


def _verdict(name, old, new, differences):
    if old is None:
        return "differs: it is not committed"
    if new is None:
        return "differs: the fresh run does not write it"
    if old.read_bytes() == new.read_bytes():
        return "same"
    if old.suffix == ".png":
        return _compare_pixels(name, old, new, differences)
    if old.suffix == ".ipynb":
        return f"differs: {_first_cell(old, new)}"
    if old.suffix in NOT_TEXT:
        return "differs: other bytes"
    return f"differs: {_first_line(old, new)}"


def _first_line(old, new):
    lines = [path.read_text(encoding="utf-8").split("\n") for path in (old, new)]
    for number, (before, now) in enumerate(zip_longest(*lines, fillvalue="(no line)"), start=1):
        if before != now:
            return f"line {number}: committed {_short(before)}, fresh {_short(now)}"
    return "line ends"


def _first_cell(old, new):
    sides = [json.loads(path.read_text(encoding="utf-8"))["cells"] for path in (old, new)]
    for number, (before, now) in enumerate(zip_longest(*sides, fillvalue={}), start=1):
        for part in ("source", "outputs", "execution_count"):
            if before.get(part) != now.get(part):
                return f"{part} of cell {number}"
    return "its metadata"


def _short(line, length=60):
    return repr(line if len(line) <= length else line[:length] + "…")


def _compare_pixels(name, old, new, differences):
    """'same pixels', or where they differ, with pictures of it."""
    before, now = (image.imread(path)[..., :3] for path in (old, new))  # with transparency or not
    if before.shape == now.shape and (before == now).all():
        return "same: the pixels (other bytes)"
    differences.mkdir(parents=True, exist_ok=True)
    stem = differences / Path(name).stem
    shutil.copy(old, f"{stem}-committed.png")
    shutil.copy(new, f"{stem}-fresh.png")
    if before.shape != now.shape:
        return "differs: its size"
    apart = np.abs(before - now).max(axis=-1) > 0
    faint = 0.7 + 0.3 * now.mean(axis=-1, keepdims=True).repeat(3, axis=-1)
    faint[apart] = (0.8, 0.0, 0.0)
    image.imsave(f"{stem}-difference.png", faint)
    return f"differs: {apart.sum():,} of {apart.size:,} pixels"


# Cells ---------------------------------------------------------------------------------------


def _compare_cells(settings, place, say):
    """(cells compared, what is wrong) of each committed notebook, by nbval on a copy."""
    copies = place / "notebooks"
    copies.mkdir(parents=True)
    found = {}
    for phase in PHASES:
        committed = settings.processed / phase / f"{phase}.ipynb"
        wrong = _without_outputs(committed)
        if wrong:
            found[phase] = (0, [wrong])
        else:
            shutil.copy(committed, copies)
    environment = os.environ | {
        STUDY_VARIABLE: str(settings.folder),
        OUT_VARIABLE: str(place / "out"),
    }
    report = place / "report.xml"
    subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-c", os.devnull, "--rootdir", str(copies), "-q"),
            *("-p", "nbval", "--nbval", "--nbval-current-env", "-p", "no:cacheprovider"),
            *(f"--junitxml={report}", *map(str, sorted(copies.glob("*.ipynb")))),
        ],
        env=environment,
        cwd=copies,
        capture_output=True,
        check=False,
    )
    for case in ElementTree.parse(report).iter("testcase") if report.is_file() else ():
        phase = next(p for p in PHASES if p in case.get("classname", "") + case.get("name", ""))
        n, wrong = found.get(phase, (0, []))
        trouble = case.find("failure") if case.find("failure") is not None else case.find("error")
        if trouble is not None:
            wrong = [*wrong, f"{case.get('name')}: {_what_nbval_says(trouble)}"]
        found[phase] = (n + 1, wrong)
    for phase in PHASES:
        n, wrong = found.setdefault(phase, (0, ["nbval could not run it"]))
        say(f"  {'same' if not wrong else 'differs':7} {phase}.ipynb, {n} cells")
        for line in wrong[:5]:
            say(f"            {line}")
    return found


def _without_outputs(path):
    """What is wrong with a notebook that was never executed, or emptied; '' if nothing is."""
    if not path.is_file():
        return "is not committed"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    empty = sum(cell["execution_count"] is None for cell in code)
    if empty or not any(cell["outputs"] for cell in code):
        return f"{empty or len(code)} of {len(code)} cells hold no outputs: nbval would pass them"
    return ""


def _what_nbval_says(trouble):
    lines = [line.strip() for line in (trouble.text or trouble.get("message", "")).split("\n")]
    plain = [_ESCAPES.sub("", line) for line in lines]
    telling = [
        line for line in plain if line.startswith(("mismatch", "Unexpected", "Missing", "<<<"))
    ]
    return _short(" ".join(telling[:2]) or " ".join(plain[:2]), 120)
