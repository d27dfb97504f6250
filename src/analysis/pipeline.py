"""Runs the six notebooks in order with papermill, each in a kernel of its own.

A phase is run when something it depends on has other content than at its last success: its
notebook, its parameters, the study's decisions, the code, the lock file, the files it reads, or
the files it wrote. A phase that failed has no success to compare with and is run again.
"""

import hashlib
import json
import os
import re
import time
from pathlib import Path

from analysis.problems import Problem, StudyError, did_you_mean, stop_if
from analysis.study import (
    NOTEBOOKS,
    OUT_VARIABLE,
    PHASES,
    ROOT,
    STUDY_VARIABLE,
    open_study,
    section_of,
)
from analysis.tables import write_atomic

QUESTIONS = {
    "1_familiarisation": "what do we have, and what did the readers notice?",
    "2_initial_coding": "is every coding sound, and did the coders agree before they talked?",
    "3_theme_search": "which codes belong together?",
    "4_theme_review": "what is the agreed coding, and what did each decision do to n?",
    "5_theme_definition": "what is each theme, where does it end, who says it best?",
    "6_report": "how common is each theme, and does the manuscript say so?",
}

# What each phase reads: of the study folder, and of earlier phases.
READS = {
    "1_familiarisation": (
        ("essays", "essays.csv", "memos.csv", "assignments.csv", "codebook.csv"),
        (),
    ),
    "2_initial_coding": (("codebook.csv", "codings", "assignments.csv"), ("1_familiarisation",)),
    "3_theme_search": (
        ("codebook.csv", "candidate_themes.csv"),
        ("1_familiarisation", "2_initial_coding"),
    ),
    "4_theme_review": (
        (
            "codebook.csv",
            "themes.csv",
            "candidate_themes.csv",
            "decisions.csv",
            "adjudications.csv",
        ),
        ("1_familiarisation", "2_initial_coding"),
    ),
    "5_theme_definition": (
        ("codebook.csv", "themes.csv"),
        ("1_familiarisation", "2_initial_coding", "4_theme_review"),
    ),
    "6_report": (
        ("codebook.csv", "themes.csv", "published_counts.csv"),
        (
            "1_familiarisation",
            "2_initial_coding",
            "3_theme_search",
            "4_theme_review",
            "5_theme_definition",
        ),
    ),
}

DECISIONS = (  # of study.toml, that every phase may use
    "name",
    "title",
    "approach",
    "coders",
    "consensus",
    "seed",
    "unit_nouns",
    "groups",
    "synthetic",
)
STATE = ".pipeline-state.json"
SETTINGS_OF_EVERY_RUN = {  # what would change bytes from one machine to the next
    "PYTHONHASHSEED": "0",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
    "JUPYTER_PLATFORM_DIRS": "1",
}


class PhaseError(Exception):
    """A notebook stopped with an error that is not the study's; names the notebook to read."""


# Running -------------------------------------------------------------------------------------


def run(study, *, out=None, phases=PHASES, force=False, say=print):
    """Run the phases that are not fresh, in order.

    Parameters
    ----------
    study : str or path-like
        A name in data/raw, or a path.
    out : path-like or None
        Where the outputs go, for a study outside the repository.
    phases : sequence of str
        The phases asked for.
    force : bool
        Run them even if they are fresh.
    say : callable
        Prints one line to the user; keyword `end` as in print.

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
    parameters = check_parameters(settings)
    state = _read_state(settings)
    ran = []
    for phase in phases:
        now = dependencies(settings, phase, parameters[phase])
        reasons = ["asked to"] if force else stale_because(settings, phase, now, state)
        if not reasons:
            continue
        if not ran:
            check_study(settings)
        _check_earlier(settings, phase)
        say(f"{phase[0]} of {len(PHASES)}  {_title(phase)}: {QUESTIONS[phase]}", end=" ")
        started = time.monotonic()
        earlier = state.pop(phase, {"outputs": {}})["outputs"]
        _write_state(settings, state)
        try:
            outputs = _run_phase(settings, phase, parameters[phase])
        except BaseException:
            say("stopped.")
            raise
        say(f"done in {time.monotonic() - started:.0f} s")
        _remove_leftovers(settings, earlier, outputs)
        state[phase] = {"dependencies": now, "outputs": outputs}
        _write_state(settings, state)
        ran.append(phase)
    return ran


def settle(study, out=None):
    """Open a study and hand its places to the notebooks by environment variables."""
    settings = open_study(study)
    os.environ.pop(OUT_VARIABLE, None)
    if out is not None:
        os.environ[OUT_VARIABLE] = str(Path(out).expanduser().resolve())
    os.environ[STUDY_VARIABLE] = str(settings.folder)
    os.environ.update(SETTINGS_OF_EVERY_RUN)
    return open_study(settings.name)


def _title(phase):
    return phase.split("_", 1)[1].replace("_", " ")


def _check_earlier(settings, phase):
    """An earlier phase whose tables are needed and not there."""
    missing = [
        earlier
        for earlier in READS[phase][1]
        if not (settings.processed / earlier / f"{earlier}.ipynb").is_file()
    ]
    if missing:
        raise StudyError(
            [
                Problem(
                    f"it needs what the phase {earlier} writes, and that is not there yet.",
                    f"Run {earlier} first, or `make all`.",
                    phase,
                )
                for earlier in missing[:1]
            ]
        )


def _run_phase(settings, phase, parameters):
    """Execute one notebook; the files that it wrote, by name, with their digests."""
    import nbformat
    import papermill

    folder = settings.processed / phase
    folder.mkdir(parents=True, exist_ok=True)
    failed = folder / f"{phase}.failed.ipynb"
    started = time.time_ns()
    try:
        notebook = papermill.execute_notebook(
            str(NOTEBOOKS / f"{phase}.ipynb"),
            str(failed),
            parameters={"study": settings.name, **parameters},
            kernel_name="python3",
            cwd=str(NOTEBOOKS),
            progress_bar=False,
            record_timing=False,
            coalesce_streams=True,
            extra_arguments=["--IPKernelApp.log_level=50"],
        )
    except papermill.PapermillExecutionError as error:
        if error.ename == "StudyError":
            failed.unlink(missing_ok=True)
            raise StudyFailed(error.evalue) from None
        raise PhaseError(
            f"{phase} failed in cell [{error.exec_count}]: {error.ename}: {error.evalue}\n"
            f"The notebook with its traceback is {_shown(failed)}"
        ) from None
    write_atomic(folder / f"{phase}.ipynb", canonical(notebook, nbformat).encode("utf-8"))
    failed.unlink(missing_ok=True)
    return {
        name: digest
        for name, digest in _digests(settings, phase).items()
        if _output_path(settings, name).stat().st_mtime_ns >= started
    }


class StudyFailed(StudyError):
    """A StudyError that a notebook raised; its text is all that is left of it."""

    def __init__(self, text):
        self.text = text
        self.problems = []
        ValueError.__init__(self, text)

    def __str__(self):
        return self.text


def canonical(notebook, nbformat):
    """The executed notebook as text that is the same for the same results.

    Times, random cell ids and machine names go; parameters, sources and outputs stay.
    """
    metadata = notebook.metadata
    papermill_ = metadata.get("papermill", {})
    metadata.clear()
    metadata.update(
        kernelspec={"display_name": "Python 3", "language": "python", "name": "python3"},
        language_info={"name": "python"},
        papermill={"parameters": papermill_.get("parameters", {})},
    )
    for number, cell in enumerate(notebook.cells, start=1):
        cell["id"] = f"cell-{number:02d}"
        tags = cell.metadata.get("tags", [])
        cell.metadata.clear()
        if tags:
            cell.metadata["tags"] = tags
    return nbformat.writes(notebook) + "\n"


def _remove_leftovers(settings, earlier, outputs):
    """Files that the phase wrote last time and not this time; others in its folder stay."""
    for name, digest in earlier.items():
        path = _output_path(settings, name)
        if name not in outputs and path.is_file() and _digest(path.read_bytes()) == digest:
            path.unlink()


# Freshness -----------------------------------------------------------------------------------


def dependencies(settings, phase, parameters):
    """Everything a phase depends on, by name, with a digest of its content."""
    found = {
        "the notebook": _digest(_sources(NOTEBOOKS / f"{phase}.ipynb")),
        "its parameters in study.toml": _digest(
            json.dumps(parameters, sort_keys=True, default=str)
        ),
        "the decisions in study.toml": _digest(
            json.dumps({name: getattr(settings, name) for name in DECISIONS}, sort_keys=True)
        ),
        "the code in src/analysis": _digest_of_files(
            path
            for path in sorted((ROOT / "src" / "analysis").rglob("*.py"))
            if path.name not in ("pipeline.py", "__main__.py", "new_study.py")
        ),
        "requirements.lock": _digest((ROOT / "requirements.lock").read_text()),
    }
    raw, earlier = READS[phase]
    for name in raw:
        path = settings.folder / name
        files = sorted(path.iterdir()) if path.is_dir() else [path] if path.is_file() else []
        for file in files:
            if file.is_file() and not file.name.startswith((".", "~$")):
                found[file.relative_to(settings.folder).as_posix()] = _digest(file.read_bytes())
    for before in earlier:
        folder = settings.processed / before
        for file in sorted(folder.glob("*.csv")):
            found[f"{before}/{file.name}"] = _digest(file.read_bytes())
    return found


def stale_because(settings, phase, now, state):
    """Why a phase has to be run: sentences; empty if it is fresh."""
    if phase not in state:
        return ["not run yet"]
    then = state[phase]["dependencies"]
    reasons = [f"{name} changed" for name in now if name in then and now[name] != then[name]]
    reasons += [f"{name} is new" for name in now if name not in then]
    reasons += [f"{name} is gone" for name in then if name not in now]
    outputs = _digests(settings, phase)
    for name, digest in state[phase]["outputs"].items():
        if name not in outputs:
            reasons.append(f"{name} is missing")
        elif outputs[name] != digest:
            reasons.append(f"{name} was changed by hand")
    return reasons


def _digests(settings, phase):
    """The files of a phase (and, for the report, the figures) with their digests."""
    files = list((settings.processed / phase).glob("*"))
    if phase == "6_report":
        files += list(settings.figures.glob("*"))
    return {
        f"{path.parent.name}/{path.name}": _digest(path.read_bytes())
        for path in sorted(files)
        if path.is_file() and not path.name.startswith(".") and ".failed." not in path.name
    }


def _output_path(settings, name):
    folder, file = name.split("/")
    return (settings.processed / folder if folder in PHASES else settings.figures) / file


def _digest(content):
    if isinstance(content, str):
        content = content.encode("utf-8")
    return hashlib.sha256(content).hexdigest()


def _digest_of_files(paths):
    return _digest("".join(f"{path.name} {_digest(path.read_bytes())}\n" for path in paths))


def _sources(path):
    """What of a notebook can change its results or its story: not ids, outputs or counts."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return json.dumps(
        [
            (cell["cell_type"], "".join(cell["source"]), cell["metadata"].get("tags", []))
            for cell in cells
        ]
    )


def _read_state(settings):
    try:
        return json.loads((settings.processed / STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _write_state(settings, state):
    write_atomic(
        settings.processed / STATE, json.dumps(state, indent=1, sort_keys=True).encode("utf-8")
    )


def status(study, *, out=None):
    """Per phase: why it would be run, [] if it is fresh."""
    settings = settle(study, out)
    parameters = check_parameters(settings)
    state = _read_state(settings)
    return {
        phase: stale_because(
            settings, phase, dependencies(settings, phase, parameters[phase]), state
        )
        for phase in PHASES
    }


# Checks before anything runs -----------------------------------------------------------------


def check_parameters(settings):
    """Parameters of each phase from study.toml; an unknown one is an error.

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
        known.discard("study")
        for name in settings.parameters[phase]:
            if name not in known:
                problems.append(
                    Problem(
                        f"parameter '{name}' in [{section_of(phase)}] is unknown."
                        f"{did_you_mean(name, known)}",
                        f"The parameters of {file} are {', '.join(sorted(known))}.",
                        "study.toml",
                    )
                )
    stop_if(problems)
    return settings.parameters


def parameters_of(path):
    """Names set in a notebook's cell tagged `parameters`; None unless there is exactly one."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    tagged = [
        "".join(cell["source"])
        for cell in cells
        if cell["cell_type"] == "code" and "parameters" in cell["metadata"].get("tags", [])
    ]
    if len(tagged) != 1:
        return None
    return set(re.findall(r"^(\w+)\s*(?::[^=\n]+)?=", tagged[0], re.MULTILINE))


def check_study(settings):
    """Read every file of the study and raise all its problems at once, before anything runs."""
    from analysis import codings, consensus, corpus, report, themes

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
        candidates = themes.read_candidates(folder, codebook, problems)
        decisions = themes.read_decisions(folder, problems)
        if candidates is not None and decisions is not None and len(candidates):
            maps = themes.replay(candidates, decisions, problems)
            themes.check_replay(maps[-1], codebook, problems)
        report.read_published(folder, problems)
    stop_if(problems)


def _shown(path):
    """A path as the user would type it from where they are."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def where(settings):
    """The closing lines of a run: where the results are."""
    report = settings.processed / "6_report"
    return "\n".join(
        [
            f"Figures  {_shown(settings.figures)}{os.sep}",
            f"Tables   {_shown(settings.processed)}{os.sep}",
            f"Report   {_shown(report / '6_report.ipynb')} and {_shown(report / 'themes.md')}",
        ]
    )
