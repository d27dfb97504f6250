"""Runs the six notebooks in order with papermill, each in a state of its own.

What is up to date is left alone (`freshness`). A phase that fails stays failed: its record is
taken away before it starts and comes back only when it has ended well. Whatever is written is
written under a hidden name first, so that a run may be killed at any moment.
"""

import ast
import contextlib
import csv
import errno
import io
import json
import os
import re
import sys
import time
from pathlib import Path

from analysis import freshness
from analysis.files import UNFINISHED, write_atomic
from analysis.problems import ASKED_FOR, Problem, StudyError, counted, did_you_mean, stop_if
from analysis.study import (
    NOTEBOOKS,
    OUT_VARIABLE,
    PHASES,
    ROOT,
    STUDY_VARIABLE,
    open_study,
    refuse_inside_the_repository,
    section_of,
)

QUESTIONS = {
    "1_familiarisation": "what do we have, and what did the readers notice?",
    "2_initial_coding": "is every coding sound, and did the coders agree before they talked?",
    "3_theme_search": "which codes belong together?",
    "4_theme_review": "what is the agreed coding, and what did each decision do to n?",
    "5_theme_definition": "what is each theme, where does it end, who says it best?",
    "6_report": "how common is each theme, and does the manuscript say so?",
}
ENGINES = ("fork", "kernel")
ENVIRONMENT = "environment.json"
LOCK = ".running"
SHOW_FIGURES = "--InlineBackend.print_figure_kwargs={'bbox_inches': None}"  # drawn once, not twice
UNFINISHED_NOTEBOOK = f"{UNFINISHED}.ipynb"  # papermill wants the ending

# What would change bytes from one machine, user or day to the next.
SETTINGS_OF_EVERY_RUN = {
    "PYTHONHASHSEED": "0",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "TZ": "UTC",
    "LC_ALL": "C",
    "PYTHONUTF8": "1",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "JUPYTER_PLATFORM_DIRS": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}
NO_LIMIT = float("inf")


class PhaseError(Exception):
    """A notebook stopped with an error that is not the study's; the message says where to look."""


class StudyFailed(StudyError):
    """A StudyError that a notebook raised; its text is all that is left of it."""

    def __init__(self, text):
        self.text = text
        self.problems = []
        ValueError.__init__(self, text)

    def __str__(self):
        return self.text


# Running -------------------------------------------------------------------------------------


def run(study, *, out=None, phases=PHASES, force=False, engine=None, timeout=None, say=print):
    """Run the phases that are not up to date, in order.

    Parameters
    ----------
    study : str or path-like
        A name in data/raw, or a path.
    out : path-like or None
        Where the outputs go, for a study outside the repository.
    phases : sequence of str
        The phases asked for.
    force : bool
        Run them even if they are up to date.
    engine : {"fork", "kernel", None}
        "kernel" starts an ordinary Jupyter kernel for each notebook, "fork" forks each from one
        process; None takes "fork" where it is safe. The results are the same.
    timeout : float or None
        Seconds for a cell; None = no limit.
    say : callable
        Prints to the user; keyword `end` as in print.

    Returns
    -------
    list of str
        The phases that were run.

    Raises
    ------
    StudyError
        If the study has problems; nothing has been run.
    PhaseError
        If a notebook fails.
    """
    settings = settle(study, out)
    check_parameters(settings)
    if not force and not any(_reasons(settings, phase)[0] for phase in phases):
        if not (settings.processed / ENVIRONMENT).is_file():
            _write_environment(settings)
        if len(phases) == 1:
            _check_earlier(settings, phases[0], say)
        return []
    check_study(settings)
    with _alone(settings, say):
        _remove_unfinished(settings)
        _write_environment(settings)  # first: a run killed after its last phase is not repeated
        engine, ran = _prepare(engine, phases), []
        for phase in phases:
            reasons, origin = _reasons(settings, phase)  # hashed before it runs, not after
            if not reasons and not force:
                continue
            _check_earlier(settings, phase, say)
            _run_one(settings, phase, origin, reasons, engine, timeout, say)
            ran.append(phase)
    return ran


def settle(study, out=None):
    """Open a study and hand its places to the notebooks by environment variables."""
    for variable in (STUDY_VARIABLE, OUT_VARIABLE):  # of another study, settled before
        os.environ.pop(variable, None)
    settings = open_study(study)
    if out is not None:
        refuse_inside_the_repository(Path(out), "OUT", "data/processed")
        place = Path(out).expanduser().resolve()
        if place.is_relative_to(settings.folder):
            todo = "Choose a folder beside it: nothing is ever written into a study."
            stop_if([Problem("OUT is inside the study folder.", todo, str(out))], ASKED_FOR)
        os.environ[OUT_VARIABLE] = str(place)
    os.environ[STUDY_VARIABLE] = str(settings.folder)
    os.environ.update(SETTINGS_OF_EVERY_RUN)
    return open_study(settings.name)


def _reasons(settings, phase):
    """Why a phase has to be run, and the digests of what it is made from."""
    origin = freshness.made_from(settings, phase)
    return freshness.stale_because(settings, phase, origin), origin


def _prepare(engine, phases):
    """Import what the engine needs; the engine's name in papermill."""
    import tempfile

    cache = Path(sys.prefix) / "notebook-cache"  # neither the user's settings nor the user's home
    if not os.access(sys.prefix, os.W_OK):
        cache = Path(tempfile.gettempdir()) / f"notebook-cache-{os.getuid()}"
    os.environ["IPYTHONDIR"] = str(cache / "ipython")
    os.environ["MPLCONFIGDIR"] = str(cache / "matplotlib")
    from papermill.engines import papermill_engines

    from analysis import engines, processes

    papermill_engines.register("fork", engines.ForkEngine)
    papermill_engines.register("kernel", engines.KernelEngine)
    engine = engine or ("fork" if processes.forks() else "kernel")
    if engine == "fork":
        engines.preload([NOTEBOOKS / f"{phase}.ipynb" for phase in phases])
    return engine


def _run_one(settings, phase, origin, reasons, engine, timeout, say):
    title = phase.split("_", 1)[1].replace("_", " ")
    say(f"{phase[0]} of {len(PHASES)}  {title}: {QUESTIONS[phase]}", end=" ")
    if reasons and reasons != ["not finished here yet"]:
        more = f" and {len(reasons) - 3} more" if len(reasons) > 3 else ""
        say(f"\n        {phase}: {', '.join(reasons[:3])}{more} ...", end=" ")
    started = time.monotonic()
    last = freshness.manifest(settings, phase) or {"wrote": {}}
    freshness.forget(settings, phase)
    try:
        outputs = _run_notebook(settings, phase, engine, timeout)
        _remove_leftovers(settings, last["wrote"], outputs)
        freshness.write_manifest(settings, phase, origin, outputs)
    except BaseException:
        say("stopped.")
        raise
    say(f"done in {time.monotonic() - started:.1f} s")


def _run_notebook(settings, phase, engine, timeout):
    """Execute one notebook; the files that it wrote, by name, with their digests."""
    import nbformat
    import papermill

    folder = settings.processed / phase
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f".{phase}{UNFINISHED_NOTEBOOK}"
    failed = folder / f"{phase}.failed.ipynb"
    before = _stamps(settings, phase)
    try:
        notebook = papermill.execute_notebook(
            str(NOTEBOOKS / f"{phase}.ipynb"),
            str(unfinished),
            parameters={"study": settings.name, **settings.parameters[phase]},
            engine_name=engine,
            kernel_name="python3",
            cwd=str(NOTEBOOKS),
            execution_timeout=timeout,
            progress_bar=False,
            record_timing=False,
            coalesce_streams=True,
            request_save_on_cell_execute=False,
            autosave_cell_every=0,
            **(
                {"folder": NOTEBOOKS}
                if engine == "fork"
                else {"extra_arguments": ["--IPKernelApp.log_level=50", SHOW_FIGURES]}
            ),
        )
    except papermill.PapermillExecutionError as error:
        if error.ename == "StudyError":
            unfinished.unlink(missing_ok=True)
            raise StudyFailed(error.evalue) from None
        os.replace(unfinished, failed)
        where = f"cell [{error.exec_count}]" if error.exec_count else f"cell {error.cell_index + 1}"
        raise PhaseError(
            f"{phase} failed in {where}: {error.ename}: {error.evalue}\n"
            f"{_advice(error.ename, error.evalue)}"
            f"The notebook with its traceback is {shown(failed)}"
        ) from None
    finally:
        unfinished.unlink(missing_ok=True)
    write_atomic(folder / f"{phase}.ipynb", canonical(notebook, nbformat).encode("utf-8"))
    failed.unlink(missing_ok=True)
    return {
        name: digest
        for name, digest in freshness.written(settings, phase).items()
        if _stamp(freshness.place_of(settings, name)) != before.get(name)
    }


def _stamps(settings, phase):
    return {
        name: _stamp(freshness.place_of(settings, name))
        for name in freshness.written(settings, phase)
    }


def _stamp(path):
    """Changes whenever a file is written: a write in one step gives it another inode."""
    status = path.stat()
    return status.st_ino, status.st_mtime_ns


def _advice(kind, said):
    """What to do about errors that are the machine's, not the notebook's."""
    for number in (errno.ENOSPC, errno.EDQUOT):
        if f"[Errno {number}]" in said:
            return "The disk is full: make room, then the same command again.\n"
    for number in (errno.EROFS, errno.EACCES, errno.EPERM):
        if f"[Errno {number}]" in said:
            return "The folder cannot be written to: give yourself the right, or set OUT.\n"
    if kind == "CellTimeoutError":
        return "Set TIMEOUT to more seconds, or to nothing for no limit.\n"
    if kind == "KernelNotStarted":
        return "A kernel talks to the run over this machine's own network (127.0.0.1): allow it.\n"
    if kind in ("DeadKernelError", "BrokenProcessPool"):
        return "Close other programs, or run it on a machine with more memory.\n"
    return ""


def canonical(notebook, nbformat):
    """The executed notebook as text that is the same for the same results.

    Times, random cell ids and machine names go; parameters, sources and outputs stay.
    """
    given = notebook.metadata.get("papermill", {}).get("parameters", {})
    notebook.metadata.clear()
    notebook.metadata.update(
        kernelspec={"display_name": "Python 3", "language": "python", "name": "python3"},
        language_info={"name": "python"},
        papermill={"parameters": given},
    )
    for number, cell in enumerate(notebook.cells, start=1):
        cell["id"] = f"cell-{number:02d}"
        tags = cell.metadata.get("tags", [])
        cell.metadata.clear()
        if tags:
            cell.metadata["tags"] = tags
    return nbformat.writes(notebook) + "\n"


# Around a run --------------------------------------------------------------------------------


@contextlib.contextmanager
def _alone(settings, say):
    """Hold the study's lock; a second run on the same study waits."""
    try:
        import fcntl
    except ImportError:  # Windows: no lock
        yield
        return
    settings.processed.mkdir(parents=True, exist_ok=True)
    with open(settings.processed / LOCK, "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another run is working on this study; waiting until it ends ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        os.register_at_fork(after_in_child=lock.close)  # it is the runner's alone
        yield


def _remove_unfinished(settings):
    """What a killed run left under hidden names."""
    for folder in (settings.processed, *settings.processed.glob("[0-9]_*"), settings.figures):
        for ending in (UNFINISHED, UNFINISHED_NOTEBOOK):
            for path in folder.glob(f".*{ending}"):
                path.unlink(missing_ok=True)


def _remove_leftovers(settings, earlier, outputs):
    """Files that the phase wrote last time and not this time; others in its folder stay."""
    for name, digest in earlier.items():
        path = freshness.place_of(settings, name)
        ours = path.is_file() and freshness.digest(path.read_bytes()) == digest
        if ours and name not in outputs:
            path.unlink()


def _check_earlier(settings, phase, say):
    """An earlier phase whose tables are needed: not there is a problem, not up to date is said."""
    for earlier in freshness.READS[phase][1]:
        if not (settings.processed / earlier / f"{earlier}.ipynb").is_file():
            what = f"it needs what the phase {earlier} writes, and that is not there yet."
            raise StudyError([Problem(what, f"Run {earlier} first, or `make all`.", phase)])
        stale, _ = _reasons(settings, earlier)
        if stale:
            say(f"Note: {earlier} is not up to date ({stale[0]}); `make all` runs it first.")


def _write_environment(settings):
    """Versions of Python and the packages: the one file that may differ between machines."""
    from importlib import metadata

    packages = {d.metadata["Name"]: d.version for d in metadata.distributions()}
    content = {
        "python": ".".join(map(str, sys.version_info[:3])),
        "packages": dict(sorted(packages.items(), key=lambda item: item[0].lower())),
    }
    data = (json.dumps(content, indent=1) + "\n").encode("utf-8")
    path = settings.processed / ENVIRONMENT
    if not path.is_file() or path.read_bytes() != data:
        write_atomic(path, data)


# Checks before anything runs -----------------------------------------------------------------


def check_parameters(settings):
    """Parameters of each phase from study.toml: unknown names and impossible values are errors.

    Papermill alone only warns of a misspelt parameter, and ignores what it is given where the
    cell tagged `parameters` is missing.
    """
    problems = []
    for phase in PHASES:
        file = f"notebooks/{phase}.ipynb"
        known = parameters_of(NOTEBOOKS / f"{phase}.ipynb")
        if known is None:
            problems.append(
                Problem(
                    "not exactly one cell is tagged 'parameters'.",
                    "Give the tag to the cell that sets the parameters (in JupyterLab: the gear "
                    "at the upper right).",
                    file,
                )
            )
            continue
        known.pop("study", None)
        for name, value in settings.parameters[phase].items():
            wrong = _what_is_wrong(name, value, known, file)
            if wrong:
                where = f"parameter '{name}' in [{section_of(phase)}]"
                problems.append(Problem(f"{where} {wrong[0]}", wrong[1], "study.toml"))
    stop_if(problems)


def _what_is_wrong(name, value, known, file):
    """(what, todo) if a parameter cannot have this name or value, else None."""
    if name not in known:
        what = f"is unknown.{did_you_mean(name, known)}"
        return what, f"The parameters of {file} are {', '.join(sorted(known))}."
    default, choices, limits = known[name]
    kinds = {bool: "true or false", int: "a whole number", float: "a number",
             str: "words in quotation marks", list: "a list in square brackets"}  # fmt: skip
    fits = type(value) is type(default) or (type(default) is float and type(value) is int)
    if not fits:
        return f"cannot be {value!r}.", f"Write {kinds[type(default)]}, as {name} = {default!r}."
    low, high = limits
    if type(default) in (int, float) and not low <= value <= high:
        of = f"from {low:g} to {high:g}" if high < NO_LIMIT else "not below 0"
        return f"cannot be {value!r}.", f"Write a number {of}, as {name} = {default!r}."
    if choices and value not in choices:
        what = f"cannot be '{value}'.{did_you_mean(value, choices)}"
        return what, f"Write one of {', '.join(choices)}."
    return None


def parameters_of(path):
    """What a notebook's cell tagged `parameters` sets.

    Returns
    -------
    dict of str to (value, list of str, (low, high)), or None
        The default; the values that the comment of the line names in quotation marks, if it names
        several: the others cannot be; and the numbers between which it must lie, written as
        "(0 to 1)", else from 0 on. None unless exactly one cell has the tag.
    """
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    tagged = [
        "".join(cell["source"])
        for cell in cells
        if cell["cell_type"] == "code" and "parameters" in cell["metadata"].get("tags", [])
    ]
    if len(tagged) != 1:
        return None
    found = {}
    for line in tagged[0].splitlines():
        match = re.match(r"(\w+) = (.+?)(?:\s+# (.*))?$", line)
        if match:
            name, value, comment = match.groups()
            choices = [word for word in re.findall(r'"([^"]*)"', comment or "") if word]
            limits = re.search(r"\(([\d.]+) to ([\d.]+)\)", comment or "")
            limits = tuple(map(float, limits.groups())) if limits else (0, NO_LIMIT)
            choices = choices if len(choices) > 1 else []
            found[name] = (ast.literal_eval(value), choices, limits)
    return found


def parameter(settings, name):
    """A parameter of phase 6: as study.toml sets it, else as the notebook does."""
    default = parameters_of(NOTEBOOKS / "6_report.ipynb")[name][0]
    return default if settings is None else settings.parameters["6_report"].get(name, default)


def audit_folder(settings, manuscript):
    """Where the audit of a manuscript goes that is not in the study folder.

    Git ignores it: a page holds the whole manuscript.
    """
    inside = settings is None or settings.processed.is_relative_to(ROOT)
    return (ROOT if inside else settings.processed.parent) / "audit" / manuscript.stem


def check_study(settings):
    """Read every file of the study and raise all its problems at once, before anything runs."""
    from analysis import codings, consensus, corpus, decisions, report, themes

    problems = []
    folder, coders = settings.folder, settings.coders
    essays = corpus.read_essays(folder, problems)
    codebook = codings.read_codebook(folder, problems)
    if essays is not None and codebook is not None:
        before = len(problems)
        assigned = codings.read_assignments(folder, coders, essays, codebook, problems)
        if len(problems) > before:  # a wrong assignment would blame every coding of it
            assigned = None
        codings.read_memos(folder, coders, essays, problems)
        codings.read_codings(folder, coders, essays, codebook, assigned, problems)
        consensus.read_adjudications(folder, essays, codebook, problems)
        themes.read_themes(folder, codebook, problems)
        before = len(problems)
        candidates = decisions.read_candidates(folder, codebook, problems)
        log = decisions.read_decisions(folder, problems)
        if len(problems) == before and len(candidates):
            decisions.check_candidates(candidates, codebook, problems)
        if len(problems) == before and len(candidates):
            maps = decisions.replay(candidates, log, problems)
            decisions.check_replay(maps[-1], codebook, problems)
        report.read_published(folder, problems)
    stop_if(problems)


def shown(path):
    """A path as the user would type it from where they are."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def where(settings):
    """The closing lines of a run: where the results are, and what is left to decide."""
    report = settings.processed / "6_report"
    lines = [f"Tables   {shown(settings.processed)}{os.sep}"]
    if settings.figures.is_dir():
        lines.insert(0, f"Figures  {shown(settings.figures)}{os.sep}")
    if (report / "report.html").is_file():
        lines.append(
            f"Report   {shown(report / 'report.html')} (to read), tables.docx, supplement.docx and "
            "checklists beside it"
        )
    if (report / "manuscript_marks.csv").is_file():
        marks = (report / "manuscript_marks.csv").read_text(encoding="utf-8")
        wrong = sum(row["group"] == "wrong" for row in csv.DictReader(io.StringIO(marks)))
        said = f"{wrong} wrong" if wrong else "nothing wrong"
        lines.append(f"Audit    the manuscript, {said}: {shown(report / 'manuscript_audit.html')}")
    return "\n".join(lines + _left_to_decide(settings))


def _left_to_decide(settings):
    """Lines on disagreements without an adjudication, and adjudications that decide nothing."""
    lines, reviewed = [], settings.processed / "4_theme_review"
    consensus, idle = reviewed / "consensus.csv", reviewed / "adjudications_without_effect.csv"
    if consensus.is_file():
        undecided = consensus.read_text(encoding="utf-8").count(",unresolved,not yet adjudicated,")
        if undecided:
            listed = settings.processed / "2_initial_coding" / "disagreements.csv"
            what = f"{counted(undecided, 'disagreement')} without a decision in adjudications.csv"
            lines.append(f"Decide   {what}: see {shown(listed)}")
    if idle.is_file():
        without = len(list(csv.DictReader(io.StringIO(idle.read_text(encoding="utf-8")))))
        if without:
            what = f"{counted(without, 'adjudication')} without effect"
            lines.append(f"Look at  {what}: see why in {shown(idle)}")
    return lines
