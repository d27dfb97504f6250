"""A study's decisions (study.toml) and its folders.

A study is named by its folder in data/raw, or given as a path to a folder anywhere. The runner
hands the places of a study outside the repository to the notebooks by environment variables, so
that no absolute path stands in an executed notebook.
"""

import json
import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from analysis.files import read_text
from analysis.problems import ASKED_FOR, Problem, StudyError, did_you_mean, stop_if

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "notebooks"
STUDY_VARIABLE = "ANALYSIS_STUDY"  # absolute folder of the study that the runner is running
OUT_VARIABLE = "ANALYSIS_OUT"  # absolute folder for its outputs, if it was given one

PHASES = (
    "1_familiarisation",
    "2_initial_coding",
    "3_theme_search",
    "4_theme_review",
    "5_theme_definition",
    "6_report",
)
APPROACHES = ("reflexive", "codebook", "coding_reliability")
RULES = ("adjudicated", "all", "majority", "any")
FIGURES_FOR = ("generic", "nature", "bmc", "elsevier")  # see analysis.figures.profiles

NEEDED = {
    "title": str,
    "approach": str,
    "coders": list,
    "consensus": str,
    "seed": int,
}
OPTIONAL = {"unit_nouns": list, "groups": dict, "synthetic": bool, "figures_for": str}
EXAMPLES = {
    "title": '"Essays about the night shift"',
    "approach": '"codebook"',
    "coders": '["ana", "ben"]',
    "consensus": '"adjudicated"',
    "seed": "20261124",
    "unit_nouns": '["essay", "nurse"]',
    "groups": '{ "team 1" = ["ana", "ben"] }',
    "synthetic": "true",
    "figures_for": '"bmc"',
}


def section_of(phase):
    """The section of study.toml for a phase: '2_initial_coding' -> 'initial_coding'."""
    return phase.split("_", 1)[1]


@dataclass(frozen=True)
class Study:
    """What a study decides, and where it lives.

    Attributes
    ----------
    name : str
        The study folder's name.
    folder, processed, figures : Path
        What people made (read only); the phases' tables and executed notebooks; the figures.
    consensus : str
        "adjudicated", "all", "majority", "any" or a coder's name: how the coders' first passes
        become one coding.
    groups : dict of str to list of str
        Coders who are compared with each other; empty: all with all.
    figures_for : str
        The publisher whose sizes the figures have, or "generic": they change no finding.
    parameters : dict of str to dict
        By phase, what study.toml sets for its notebook.
    """

    name: str
    folder: Path
    processed: Path
    figures: Path
    title: str
    approach: str
    coders: tuple
    consensus: str
    seed: int
    unit_nouns: tuple = ("essay",)
    groups: dict = field(default_factory=dict)
    synthetic: bool = False
    figures_for: str = "generic"
    parameters: dict = field(default_factory=dict)

    @property
    def caption_note(self):
        """What every caption of an invented study says; empty for a real one."""
        if not self.synthetic:
            return ""
        matched = "; counts matched to the published ones by construction"
        published = (self.folder / "published_counts.csv").is_file()
        return f"Invented essays{matched * published}: a test of the pipeline, not a finding."


def find_study(study):
    """Folder, processed folder and figures folder of a study given by name or path."""
    running = os.environ.get(STUDY_VARIABLE)
    if running and Path(running).name == str(study):
        folder = Path(running)
        out = os.environ.get(OUT_VARIABLE)
    else:
        given = Path(study).expanduser()
        folder = ROOT / "data" / "raw" / given if len(given.parts) == 1 else given
        if len(given.parts) == 1 and not folder.is_dir() and given.is_dir():
            folder = given
        folder = folder.resolve()
        refuse_inside_the_repository(folder, "the study folder", "data/raw")
        out = None
    return folder, *output_folders(folder, out)


def refuse_inside_the_repository(folder, what, instead):
    """Git would offer essays for committing from anywhere in here but the places it ignores."""
    folder = folder.expanduser().resolve()
    allowed = [ROOT / "data" / "raw", ROOT / "data" / "processed"]
    if folder.is_relative_to(ROOT) and not any(folder.is_relative_to(a) for a in allowed):
        raise StudyError(
            [
                Problem(
                    f"{what} is inside the repository, where git would offer the essays for "
                    "committing.",
                    f"Choose a place outside, or in {instead}, which git ignores.",
                    str(folder.relative_to(ROOT)),
                )
            ],
            ASKED_FOR,
        )


def output_folders(folder, out=None):
    """Where the tables and the figures of a study go.

    A study in data/raw writes to data/processed and figures; one outside the repository to OUT,
    or to `<study>_outputs` beside it.
    """
    if out is None and folder.parent == ROOT / "data" / "raw":
        return ROOT / "data" / "processed" / folder.name, ROOT / "figures" / folder.name
    out = Path(out) if out is not None else folder.parent / f"{folder.name}_outputs"
    return out / "processed", out / "figures"


def open_study(study):
    """Read study.toml.

    Parameters
    ----------
    study : str or path-like
        A folder's name in data/raw, or a path to a study folder.

    Raises
    ------
    StudyError
        If the folder or study.toml is missing, a needed key is missing, a key is unknown or a
        value cannot be.
    """
    folder, processed, figures = find_study(study)
    return Study(
        name=folder.name,
        folder=folder,
        processed=processed,
        figures=figures,
        **read_decisions(folder),
    )


def read_decisions(folder):
    """study.toml as arguments of Study, checked."""
    file = "study.toml"
    if not folder.is_dir():
        known = sorted(p.name for p in (ROOT / "data" / "raw").glob("*") if p.is_dir())
        what = f"there is no study folder of this name.{did_you_mean(folder.name, known)}"
        raise StudyError(
            [
                Problem(
                    "is a file, not a folder." if folder.is_file() else what,
                    "Give the name of a folder in data/raw, or the path of a folder.",
                    folder.name if folder.parent == ROOT / "data" / "raw" else str(folder),
                )
            ],
            ASKED_FOR,
        )
    if not (folder / file).is_file():
        raise StudyError(
            [
                Problem(
                    "is missing.",
                    "Write it, or start from `make new STUDY=path`; what coders made in Word or "
                    "another program comes in by `make import FROM=files STUDY=path`.",
                    file,
                )
            ]
        )
    problems = []
    text = read_text(folder / file, file, problems)
    stop_if(problems)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise StudyError(
            [
                Problem(
                    f"cannot be read: {error}.",
                    'Mend this line; words stand between straight quotation marks, as in "ana".',
                    file,
                )
            ]
        ) from None

    problems = _problems_of(content, file)
    stop_if(problems)
    decisions = dict(content["study"])
    decisions["coders"] = tuple(decisions["coders"])
    if "unit_nouns" in decisions:
        decisions["unit_nouns"] = tuple(decisions["unit_nouns"])
    decisions["parameters"] = {phase: content.get(section_of(phase), {}) for phase in PHASES}
    return decisions


def _problems_of(content, file):
    problems = []
    sections = ["study", *map(section_of, PHASES)]
    types = NEEDED | OPTIONAL
    outside = [name for name, value in content.items() if not isinstance(value, dict)]
    for name in outside:
        if name in sections:
            todo = f"Write [{name}] on a line of its own, and its keys below."
        elif name in types:
            todo = "Move it below the line [study]."
        else:
            todo = "Move it below the line of its section, for example [study]."
        problems.append(Problem(f"'{name}' stands outside the sections.", todo, file))
    for name in content:
        if name not in (*sections, *outside):
            problems.append(
                Problem(
                    f"section [{name}] is unknown.{did_you_mean(name, sections)}",
                    f"The sections are {', '.join(sections)}.",
                    file,
                )
            )
    study = content.get("study", {})
    if "study" in outside:
        return problems
    for key in study:
        if key not in types:
            problems.append(
                Problem(
                    f"key '{key}' in [study] is unknown.{did_you_mean(key, types)}",
                    f"The keys are {', '.join(types)}.",
                    file,
                )
            )
    for key in NEEDED:
        if key not in study and key not in outside:
            problems.append(
                Problem(
                    f"key '{key}' in [study] is missing; it changes what is found or printed.",
                    f"Write it, for example {key} = {EXAMPLES[key]}.",
                    file,
                )
            )
    sound = {}
    for key, type_ in types.items():
        if key in study:
            value = study[key]
            if not _has_form(value, type_):
                problems.append(
                    Problem(
                        f"{key} = {_as_written(value)} has the wrong form.",
                        f"Write it like {key} = {EXAMPLES[key]}.",
                        file,
                    )
                )
            else:
                sound[key] = value
    problems += _impossible_values(sound, file)
    return problems


def _has_form(value, type_):
    """Is a value of a type: whole numbers from 0, lists of words, groups as lists of words?"""
    if type_ is list:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if type_ is dict:
        return isinstance(value, dict) and all(_has_form(item, list) for item in value.values())
    if type_ is int:
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return isinstance(value, type_)


def _as_written(value):
    """A value nearly as it stands in study.toml."""
    return json.dumps(value, ensure_ascii=False, default=str)


def _impossible_values(study, file):
    problems = []
    coders = study.get("coders", [])
    if "coders" in study and not coders:
        problems.append(Problem("coders is empty.", "Name at least one coder.", file))
    for coder in dict.fromkeys(coders):
        if coders.count(coder) > 1:
            problems.append(
                Problem(f"coder '{coder}' is named twice.", "Name each coder once.", file)
            )
    for coder in dict.fromkeys(coders):
        if coder in (*RULES, "none", "some") or any(sign in coder for sign in ";/\\"):
            problems.append(
                Problem(
                    f"coder '{coder}' cannot be called so: the word or a sign in it has a meaning.",
                    "Choose another name, without ; and /.",
                    file,
                )
            )
    for key, known in (("approach", APPROACHES), ("figures_for", FIGURES_FOR)):
        if key in study and study[key] not in known:
            problems.append(
                Problem(
                    f"{key} '{study[key]}' is unknown.{did_you_mean(study[key], known)}",
                    f"Write one of {', '.join(known)}.",
                    file,
                )
            )
    if "consensus" in study and study["consensus"] not in (*RULES, *coders):
        problems.append(
            Problem(
                f"consensus '{study['consensus']}' is no rule and no coder."
                f"{did_you_mean(study['consensus'], (*RULES, *coders))}",
                f"Write one of {', '.join(RULES)}, or a coder's name.",
                file,
            )
        )
    for name, members in study.get("groups", {}).items():
        for coder in members:
            if coder not in coders:
                problems.append(
                    Problem(
                        f"coder '{coder}' of group '{name}' is not among the coders."
                        f"{did_you_mean(coder, coders)}",
                        "Add the name to coders, or correct it.",
                        file,
                    )
                )
    return problems
