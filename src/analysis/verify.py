"""For reviewers: run the shipped study anew and compare everything with what is committed.

Two independent proofs. First the whole pipeline runs into a fresh folder, with an ordinary
Jupyter kernel for each notebook, and every file is compared with the committed one. Then nbval
executes copies of the committed notebooks and compares each cell's output with the stored one;
figures, which nbval does not compare, are in it by the digests that their cells print. Nothing
that is committed is written. What is compared are the files as they are here; where they are not
as git has them, that is said, and nothing is proven.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from itertools import zip_longest
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from matplotlib import image

from analysis import pipeline
from analysis.problems import counted
from analysis.study import OUT_VARIABLE, PHASES, ROOT, STUDY_VARIABLE

_ESCAPES = re.compile(r"(?:\x1b|#x1B)\[[0-9;]*m")  # as they are, and as JUnit's XML writes them
LEFT_OUT = {pipeline.ENVIRONMENT}  # versions may differ: that is what the comparison is for


def verify(study, *, differences, say):
    """Compare a fresh run of a study with its committed results.

    Parameters
    ----------
    study : str
        A folder's name in data/raw.
    differences : Path
        Folder for the committed and the fresh file of each figure that differs, and for a
        picture of where (PNG); emptied first, made only if there is one.
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
        cells = _compare_cells(settings, Path(place) / "nbval", fresh, say)
    changed = _not_as_committed(committed.values(), say)
    different = [name for name, verdict in found.items() if not verdict.startswith("same")]
    failed = [phase for phase, (_, wrong) in cells.items() if wrong]
    say("")
    if different or failed or changed:
        say(
            f"NOT the same: {len(different)} of {len(found)} files differ, and cells of "
            f"{len(failed)} of {len(cells)} notebooks"
            + (f"; {counted(len(changed), 'file')} not as committed." if changed else ".")
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


def _not_as_committed(folders, say):
    """Results here that are not as git's last commit has them: `make all` may have written them."""
    asked = ["git", "-C", str(ROOT), "diff", "--name-only", "--relative", "HEAD", "--"]
    try:
        done = subprocess.run([*asked, *map(str, folders)], capture_output=True, text=True)
    except FileNotFoundError:
        done = None
    if done is None or done.returncode:
        say("\nThere is no git history here: the files compared are those of this folder.")
        return []
    changed = [name for name in done.stdout.splitlines() if Path(name).name not in LEFT_OUT]
    if changed:
        say("\nNot as the last commit has it (`git diff` shows what is other):")
        for name in changed:
            say(f"  differs  {name}")
    return changed


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
        return "differs: it is not here, and the fresh run writes it"
    if new is None:
        return "differs: the fresh run does not write it"
    if old.read_bytes() == new.read_bytes():
        return "same"
    try:
        if old.suffix == ".png":
            return _compare_pixels(name, old, new, differences)
        if old.suffix in (".svg", ".pdf"):
            _keep(name, old, new, differences)
        return f"differs: {WHERE.get(old.suffix, _first_line)(old, new)}"
    except (OSError, SyntaxError, ValueError, KeyError, zipfile.BadZipFile):
        return "differs: the committed file cannot be read"


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
                count = before.get("execution_count") or now.get("execution_count")
                return f"{part} of cell {f'[{count}]' if count else f'number {number}'}"
    return "its metadata"


def _parts(old, new):
    """Which parts of a Word file differ: word/document.xml is its text."""
    sides = [zipfile.ZipFile(path) for path in (old, new)]
    names = sorted(set(sides[0].namelist()) ^ set(sides[1].namelist()))
    both = sorted(set(sides[0].namelist()) & set(sides[1].namelist()))
    names += [name for name in both if sides[0].read(name) != sides[1].read(name)]
    return f"in it {', '.join(names)}" if names else "other bytes"


def _only_bytes(*_):
    return "other bytes"


WHERE = {".ipynb": _first_cell, ".docx": _parts, ".pdf": _only_bytes}  # others: the first line


def _short(line, length=60):
    return repr(line if len(line) <= length else line[:length] + "…")


def _compare_pixels(name, old, new, differences):
    """'same pixels', or where they differ, with pictures of it."""
    before, now = (_on_white(image.imread(path)) for path in (old, new))
    if before.shape == now.shape and (before == now).all():
        return "same: the pixels (other bytes)"
    stem = _keep(name, old, new, differences)
    if before.shape != now.shape:
        return "differs: its size"
    apart = np.abs(before - now).max(axis=-1) > 0
    faint = 0.7 + 0.3 * now.mean(axis=-1, keepdims=True).repeat(3, axis=-1)
    faint[apart] = (0.8, 0.0, 0.0)
    image.imsave(f"{stem}-difference.png", faint)
    return f"differs: {apart.sum():,} of {apart.size:,} pixels"


def _on_white(pixels):
    """What a reader sees of a picture, with transparency or without."""
    if pixels.shape[-1] < 4:
        return pixels
    opacity = pixels[..., 3:]
    return pixels[..., :3] * opacity + (1 - opacity)


def _keep(name, old, new, differences):
    """Put the committed and the fresh file beside each other; the beginning of their paths."""
    differences.mkdir(parents=True, exist_ok=True)
    stem = differences / Path(name).stem
    shutil.copy(old, f"{stem}-committed{old.suffix}")
    shutil.copy(new, f"{stem}-fresh{new.suffix}")
    return stem


# Cells ---------------------------------------------------------------------------------------


def _compare_cells(settings, place, fresh, say):
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
        OUT_VARIABLE: str(fresh),  # its tables are there for a notebook whose forerunner is not
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
            number = int(re.search(r"Cell (\d+)", case.get("name"))[1])  # code cells, from 0
            wrong = [*wrong, f"cell [{number + 1}]: {_what_nbval_says(trouble)}"]
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
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (ValueError, KeyError):
        return "cannot be read as a notebook"
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    empty = sum(cell["execution_count"] is None for cell in code)
    if empty or not any(cell["outputs"] for cell in code):
        return f"{empty or len(code)} of {len(code)} cells hold no outputs: nbval would pass them"
    return ""


def _what_nbval_says(trouble):
    """The stored and the fresh line where a cell's outputs part, as nbval reports them."""
    text = _ESCAPES.sub("", trouble.text or trouble.get("message", ""))
    lines = [line.strip() for line in text.partition("Traceback:")[2].split("\n")]
    telling = [line for line in lines if line.startswith(("mismatch", "Unexpected", "Missing"))][:1]
    stored, now = ([line[2:] for line in lines if line.startswith(sign)] for sign in ("+ ", "- "))
    if stored and now:
        telling.append(f"committed {_short(stored[0])}, fresh {_short(now[0])}")
    return " ".join(telling) or _short(" ".join(filter(None, lines)), 200)
