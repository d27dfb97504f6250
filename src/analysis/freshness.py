"""Which phases are up to date: decided by content, never by time stamps.

Each phase leaves a `manifest.json`: the digest of everything it was made from and of everything
it wrote. It says nothing that differs between two equal runs. Which manifests were made here is
kept beside them, in a file that is not committed: a fresh clone runs every phase once.

Nothing heavy is imported, because this is all that `make all` does when there is nothing to do.
"""

import hashlib
import json
import re
from functools import cache

from analysis.files import write_atomic
from analysis.study import NOTEBOOKS, ROOT

# What each phase reads: of the study folder, and of earlier phases.
READS = {
    "1_familiarisation": (
        ("essays", "essays.csv", "memos.csv", "assignments.csv", "codebook.csv"),
        (),
    ),
    "2_initial_coding": (
        ("codebook.csv", "codings", "assignments.csv", "themes.csv"),
        ("1_familiarisation",),
    ),
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
        (
            "codebook.csv",
            "themes.csv",
            "published_counts.csv",
            "manuscript.docx",
            "manuscript.md",
            "manuscript.txt",
            "manuscript.html",
            "manuscript.tex",
            "claims.toml",
        ),
        ("1_familiarisation", "2_initial_coding", "4_theme_review", "5_theme_definition"),
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
    "caption_note",
    "figures_for",
)
MANIFEST = "manifest.json"
STATE = ".made-here.json"


# What a phase is made from -------------------------------------------------------------------


def made_from(settings, phase):
    """Digest of everything that a phase depends on, by name.

    Returns
    -------
    dict of str to str
        The notebook's cells, its parameters (and another phase's, if it looks at them) and the
        study's decisions, the modules that it imports (and that they import), the lock file, the
        study's files that it reads (a file that is added to or removed from a folder too), the
        tables of earlier phases.
    """
    notebook = NOTEBOOKS / f"{phase}.ipynb"
    found = {
        f"notebooks/{notebook.name}": digest(_cells(notebook)),
        "its parameters in study.toml": digest(_json(settings.parameters[phase])),
        "the decisions in study.toml": digest(
            _json({name: getattr(settings, name) for name in DECISIONS})
            + _json(list(settings.groups))  # their order is that of the tables
        ),
        "requirements.lock": digest((ROOT / "requirements.lock").read_bytes()),
    }
    for other in sorted(set(re.findall(r'settings\.parameters\["(\w+)"\]', _code(notebook)))):
        found[f"parameters of {other} in study.toml"] = digest(_json(settings.parameters[other]))
    for module in modules_of(notebook):
        found[module.relative_to(ROOT).as_posix()] = digest(module.read_bytes())
    raw, earlier = READS[phase]
    for name in raw:
        path = settings.folder / name
        for file in sorted(path.iterdir()) if path.is_dir() else [path]:
            if file.is_file() and not file.name.startswith((".", "~$")):
                found[file.relative_to(settings.folder).as_posix()] = digest(file.read_bytes())
    for before in earlier:
        for file in sorted((settings.processed / before).glob("*.csv")):
            found[f"{before}/{file.name}"] = digest(file.read_bytes())
    return found


def modules_of(notebook):
    """The files of `analysis` that a notebook imports, directly or through each other.

    Of a package, all of its files.
    """
    wanted, found = set(_imported(_code(notebook))), set()
    while wanted:
        place = ROOT / "src" / "analysis" / wanted.pop()
        files = place.rglob("*.*") if place.is_dir() else [place.with_suffix(".py")]
        for path in files:
            ours = not path.name.startswith(".") and "__pycache__" not in path.parts
            if path not in found and path.is_file() and ours:
                found.add(path)
                if path.suffix == ".py":
                    wanted |= _imported(path.read_text(encoding="utf-8"))
    return sorted(found)


@cache  # of what phases share, once
def _imported(code):
    return frozenset(re.findall(r"^\s*from analysis\.(\w+)[\w.]* import", code, re.MULTILINE))


def _code(notebook):
    cells = json.loads(_cells(notebook))
    return "\n".join(source for kind, source, _ in cells if kind == "code")


def _cells(notebook):
    """What of a notebook can change its results or its story: not ids, outputs or counts."""
    return _what_counts(notebook.read_text(encoding="utf-8"))


@cache
def _what_counts(text):
    cells = json.loads(text)["cells"]
    return json.dumps(
        [
            (cell["cell_type"], "".join(cell["source"]), cell["metadata"].get("tags", []))
            for cell in cells
        ]
    )


def _json(content):
    return json.dumps(content, sort_keys=True, default=str)


def digest(content):
    """SHA-256 of bytes or text, in hexadecimal."""
    if isinstance(content, str):
        content = content.encode("utf-8")
    return hashlib.sha256(content).hexdigest()


# What it wrote -------------------------------------------------------------------------------


def written(settings, phase):
    """Digest of each file in a phase's folder (for the report, of the figures too), by name."""
    folders = {phase: settings.processed / phase}
    if phase == "6_report":
        folders["figures"] = settings.figures
    return {
        f"{name}/{path.name}": digest(path.read_bytes())
        for name, folder in folders.items()
        for path in sorted(folder.glob("*"))
        if path.is_file()
        and path.name != MANIFEST
        and not path.name.startswith(".")
        and ".failed." not in path.name
    }


def place_of(settings, name):
    """The path of a file that `written` names."""
    folder, file = name.split("/")
    return (settings.figures if folder == "figures" else settings.processed / folder) / file


# Manifests -----------------------------------------------------------------------------------


def manifest(settings, phase):
    """The manifest of a phase; None if there is none that can be read."""
    try:
        return json.loads((settings.processed / phase / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def write_manifest(settings, phase, origin, outputs):
    """Record what a phase was made from and what it wrote; from now on it is up to date here."""
    content = {
        "phase": phase,
        "parameters": {"study": settings.name, **settings.parameters[phase]},
        "made_from": origin,
        "wrote": outputs,
    }
    data = (json.dumps(content, indent=1, sort_keys=True, default=str) + "\n").encode("utf-8")
    write_atomic(settings.processed / phase / MANIFEST, data)
    _write_state(settings, _state(settings) | {phase: digest(data)})


def forget(settings, phase):
    """From now on the phase is not up to date, until a manifest is written."""
    state = _state(settings)
    if phase in state:
        del state[phase]
        _write_state(settings, state)


def _state(settings):
    try:
        state = json.loads((settings.processed / STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def _write_state(settings, state):
    data = json.dumps(state, indent=1, sort_keys=True).encode("utf-8")
    write_atomic(settings.processed / STATE, data)


def stale_because(settings, phase, origin):
    """Why a phase has to be run, given what it would be made from now; empty if it need not.

    Returns
    -------
    list of str
        Such as 'adjudications.csv changed'.
    """
    path = settings.processed / phase / MANIFEST
    here = _state(settings).get(phase)
    if here is None:
        return ["not finished here yet"]
    then = manifest(settings, phase)
    if then is None or digest(path.read_bytes()) != here:
        return [f"{phase}/{MANIFEST} is missing or was changed"]
    before = then["made_from"]
    reasons = [
        f"{name} changed" for name in origin if origin[name] != before.get(name, origin[name])
    ]
    reasons += [f"{name} is new" for name in origin if name not in before]
    reasons += [f"{name} is gone" for name in before if name not in origin]
    now = written(settings, phase)
    reasons += [f"{name} is missing" for name in then["wrote"] if name not in now]
    reasons += [
        f"{name} is not as the last run wrote it"
        for name, then_digest in then["wrote"].items()
        if now.get(name, then_digest) != then_digest
    ]
    return reasons


def status(settings):
    """Per phase: why it would be run, [] if it is up to date.

    A phase whose own sources are unchanged waits for an earlier one that has to be run: whether
    it has to follow is known only then.
    """
    found = {}
    for phase, (_, earlier) in READS.items():
        found[phase] = stale_because(settings, phase, made_from(settings, phase))
        waits_for = [before for before in earlier if found[before]]
        if waits_for and not found[phase]:
            found[phase] = [f"waits for {waits_for[0]}"]
    return found
