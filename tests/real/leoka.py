"""LEOKA: FBI narratives of officers killed or assaulted, coded by 29 people, as a study folder.

From a Label Studio export (github javierosorio/LEOKA_ML, MIT): labelled spans, and a two-level
taxonomy for the whole text, of which the upper level is the theme. The coders worked in nine
teams of three or four. Traps kept on purpose:

- Offsets and quotations are as the source has them; some quotations differ from
  ``text[start:end]`` by a blank at an edge.
- The same text can stand in two tasks of one team. Both codings are kept, so the same place may
  be coded twice by one coder (exact repeats).
- A coder may have read a text and found nothing: the text is then in assignments.csv only.

Left out: annotations cancelled by the coder, and, where a coder submitted the same task twice,
the annotation that was not the last one changed.

The codings are not blind first passes. After coding, the coders were shown each other's
annotations and asked to change their own (codebook 1.3, section 7), and the export holds only
the last state; ``date`` is when an annotation was made, not when it was last changed.

Run as ``python tests/real/leoka.py TARGET``.
"""

import csv
import gzip
import json
import re
import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
DATA = REPOSITORY.parent / "shared" / "data" / "leoka"

SPANS = "Entity span"

# The words of LEOKA_codebook_1.3.pdf, sections 3 and 5. What it does not say is left empty.
DEFINITIONS = {
    "Killed": "Indicates whether the law enforcement officer was killed or not. It also "
    "identifies if it was an intentional or accidental event.",
    "Assaulted": "Indicates whether the officer was assaulted or not. In addition, it indicates "
    "if the officer was injured or not.",
    "Assignment": "Describes the type of assignment or activity that led the officer to "
    "participate in the situation that led to the event.",
    "Situation": "Describes the type of situation in which the officer and the perpetrator "
    "interacted.",
    "Suspect": "Indicates the result of the event for the perpetrator of the killing or assault.",
    "Person": "This is usually a generic description of the type of officer (e.g. sheriff, "
    "agent, police officer).",
    "Department": "LEOKA narratives generally indicate the police department of the office "
    "involved in the incident.",
    "Age": "This is the age of the law enforcement officer.",
    "Experience": "Indicates the officer’s years of experience if mentioned in the narrative.",
    "Firearm": "Indicates the type and caliber of firearm mentioned in the narrative, if there "
    "is one involved in the incident.",
    "Other_weapon": "Indicates if there was any other type of weapon other than a firearm "
    "involved in the incident.",
    "Drugs": "Indicates the type of drugs, if any, that are mentioned in the event narrative.",
    "SWAT": "Indicates if the incident involved the deployment of a SWAT team.",
}
INCLUDE = {
    "Killed > Feloniously Killed": "Please code the incident as "
    '"Killed/Feloniously Killed" if the officer unfortunately dies from the wound.',
    "Experience": "When coding the officer’s years of experience, please select the whole "
    "sentence.",
    "Firearm": "When coding incidents involving firearms, please focus on the firearm used by "
    "the suspect.",
    "Other_weapon": "If the incident involved a suspect intentionally using a vehicle to run over "
    'a law enforcement officer, then please annotate the vehicle as "other weapon".',
}
EXCLUDE = {
    "Assaulted": "If the narrative indicates that a law enforcement injured himself by accident "
    "(e.g. stepping on a nail, cutting himself with glass, hurling an ankle when jumping a "
    "fence), then do not classify that as an assault.",
    "Person": "Do not annotate information about suspects. Do not annotate information about "
    "supporting officers not involved in the incident.",
    "Age": "Do not annotate information about suspects.",
    "Firearm": "Please do not code the firearm the law enforcement officer used (e.g. service "
    "weapon) to shoot at the suspect, unless the suspect grabbed it to shoot at the officer with "
    "his own weapon.",
    "Other_weapon": "If the narrative indicates that the officer was killed or injured in a "
    "traffic accident (e.g. car crash or truck running over an officer), then do not code the "
    "vehicle as a weapon.",
}
EXAMPLES = {
    "Date": "June 26",
    "Time": "10:20 p.m.",
    "Person": "off-duty agent",
    "Department": "Police of Puerto Rico, Hatillo",
    "Age": "37-year-old agent",
    "Experience": "14 years of law enforcement experience",
    "Firearm": "various caliber handguns",
    "Drugs": "drugs",
}
GENERIC = (
    "Please do not select the main generic category (e.g. Killed, Assaulted, Assignment, "
    "Situation, Suspect); instead, please classify the subcategory indicating the detailed "
    "characteristics of the incident."
)


def write_study(data: Path, target: Path) -> Path:
    """Write the study of 787 texts, 33 codes and 29 coders; gives the study folder."""
    require(data)
    essays = [(row["essay_id"], row["text"]) for row in read_csv(data / "essays.csv")]
    annotations = list(read_annotations(data, {text: essay_id for essay_id, text in essays}))
    themes = read_csv(data / "themes.csv")
    groups = group_coders(annotations)
    new_folder(target)
    (target / "study.toml").write_text(study_toml(groups), encoding="utf-8", newline="\n")
    write_csv(target / "essays.csv", "essay_id text", essays)
    write_csv(
        target / "codebook.csv",
        "code definition include exclude example theme note",
        (codebook_row(row["code"], row["theme"]) for row in themes),
    )
    write_csv(
        target / "themes.csv",
        "theme label parent perspective definition narrative aliases",
        (theme_row(theme) for theme in sorted({row["theme"] for row in themes})),
    )
    write_csv(
        target / "assignments.csv",
        "coder essay_id codes",
        sorted({(a["coder"], a["essay_id"], "") for a in annotations}),
    )
    for coder in chain.from_iterable(groups.values()):
        own = (annotation for annotation in annotations if annotation["coder"] == coder)
        write_csv(
            target / "codings" / f"{coder}.csv",
            "essay_id start end quotation code memo date source_ref",
            (row for annotation in own for row in codings(annotation)),
        )
    return target


def read_annotations(data: Path, essay_of_text: dict[str, str]) -> Iterator[dict]:
    """Give the annotations that count, team by team in the order of the export."""
    for team, path in team_files(data):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            tasks = json.load(file)
        for task in tasks:
            for annotation in counted(task["annotations"]):
                yield {
                    "team": team,
                    "coder": f"t{team}_c{annotation['completed_by']}",
                    "essay_id": essay_of_text[task["data"]["text"]],
                    "id": annotation["id"],
                    "date": annotation["created_at"],
                    "result": annotation["result"],
                }


def team_files(data: Path) -> list[tuple[int, Path]]:
    """List the export of each team, by the number of the team."""
    files = (data / "raw").glob("LEOKA_team_*.json.gz")
    return sorted((int(re.search(r"team_(\d+)", path.name)[1]), path) for path in files)


def counted(annotations: list[dict]) -> list[dict]:
    """Leave out what was cancelled; of two by one coder on one task, keep the last changed."""
    last = {}
    for annotation in sorted(annotations, key=lambda a: a["updated_at"]):
        if not annotation["was_cancelled"]:
            last[annotation["completed_by"]] = annotation["id"]
    return [annotation for annotation in annotations if annotation["id"] in last.values()]


def codings(annotation: dict) -> Iterator[tuple]:
    """Give one coding for each label of a span and each path of the taxonomy."""
    essay_id, date = annotation["essay_id"], annotation["date"]
    for region in annotation["result"]:
        value, source_ref = region["value"], f"{annotation['id']}/{region['id']}"
        for label in value.get("labels", []):
            span = (value["start"], value["end"], value["text"])
            yield essay_id, *span, label, "", date, source_ref
        for path in value.get("taxonomy", []):
            yield essay_id, "", "", "", " > ".join(path), "", date, source_ref


def group_coders(annotations: list[dict]) -> dict[str, list[str]]:
    """Give the coders of each team, teams by number and coders by name."""
    teams = sorted({annotation["team"] for annotation in annotations})
    return {
        f"team {team}": sorted({a["coder"] for a in annotations if a["team"] == team})
        for team in teams
    }


def codebook_row(code: str, theme: str) -> tuple:
    """Give a code with the words of the codebook; a code that names its theme has a note."""
    note = GENERIC if code == theme else ""
    words = (texts.get(code, "") for texts in (DEFINITIONS, INCLUDE, EXCLUDE, EXAMPLES))
    return code, *words, theme, note


def theme_row(theme: str) -> tuple:
    """Give a theme; the spans are a kind of coding and have no definition as a theme."""
    definition = "" if theme == SPANS else DEFINITIONS[theme]
    return theme, theme, "", "", definition, "", ""


def study_toml(groups: dict[str, list[str]]) -> str:
    """Give the text of study.toml (a JSON string or list is TOML as well)."""
    all_coders = list(chain.from_iterable(groups.values()))
    return "\n".join(
        [
            "[study]",
            'title = "LEOKA: law enforcement officers killed and assaulted"',
            'approach = "coding_reliability"',
            'unit_nouns = ["text"]',
            f"coders = {json.dumps(all_coders)}",
            'consensus = "adjudicated"',
            "seed = 20261124",
            "synthetic = false",
            "",
            "[study.groups]",
            *(f"{json.dumps(name)} = {json.dumps(coders)}" for name, coders in groups.items()),
            "",
            "[familiarisation]",
            'language = "en"',
            "",
        ]
    )


def require(data: Path) -> None:
    """Stop with a clear message where the data are not on this machine."""
    if not (data / "raw").is_dir():
        raise FileNotFoundError(f"The LEOKA data are not here: no folder {data / 'raw'}")


def new_folder(target: Path) -> None:
    """Make the study folder: new or empty, and outside the repository."""
    if target.resolve().is_relative_to(REPOSITORY):
        raise ValueError(f"{target} is inside the repository: real data stay outside it")
    if target.exists() and any(target.iterdir()):
        raise FileExistsError(f"{target} is not empty: give a new folder")
    (target / "codings").mkdir(parents=True)


def read_csv(path: Path) -> list[dict]:
    """Read a CSV file as it stands, line ends inside cells included."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def write_csv(path: Path, columns: str, rows: Iterable[tuple]) -> None:
    """Write rows under the named columns: UTF-8, line ends as LF."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns.split())
        writer.writerows(rows)


def main(arguments: list[str]) -> str | None:
    """Write the study from the command line; gives the message of what went wrong, if anything."""
    if len(arguments) != 1:
        return "usage: python tests/real/leoka.py TARGET"
    try:
        print(write_study(DATA, Path(arguments[0])))
    except (OSError, ValueError) as problem:
        return str(problem)
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
