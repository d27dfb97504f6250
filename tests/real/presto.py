"""Presto: Spanish sentences read by three coders for cognitive distortions, as study folders.

Two studies come from one data set (github TeMU-BSC/presto-nlp, Apache-2.0):

- ``distortion``: 593 texts, one code (is the sentence a distortion?).
- ``types``: the 131 texts that all coders and a pre-annotator had marked as one, ten codes.

Every coding is of the whole text. What a coder wrote beside an answer is kept in memos.csv
(distortion only: nobody wrote a word beside the types of the 131 texts).
An absent code is a decision only where the coder answered:

- In the distortion task "no distorsión" is an option, so a text that was rejected (a_92 by A1,
  d_88 by A3) or sent off with nothing chosen (d_50 by A3) was not answered. It is not in
  assignments.csv. Kappas: 0.724 (A1-A3, 590 texts), 0.675 (A1-A2, 592), 0.651 (A2-A3, 591).
  The published ones (0.716, 0.671, 0.646) count "nothing chosen" as a third category: with it
  A2-A3 comes out to all digits, A1-A3 to four, and A1-A2 is 0.673.
- In the types task there is no such option, and each rejected text (3 of 393) has nothing
  chosen: "none of the ten". It was read, and is in assignments.csv without a code. Only so do
  the 30 published kappas come out, to all digits.

Run as ``python tests/real/presto.py distortion|types TARGET``.
"""

import csv
import gzip
import json
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
DATA = REPOSITORY.parent / "shared" / "data" / "presto_distortions"

DISTORTION = "distorsión"
TYPES = (
    "sobregeneralización",
    "leer la mente",
    "imperativos",
    "etiquetado",
    "pensamiento absolutista",
    "adivinación",
    "catastrofismo",
    "abstracción selectiva",
    "razonamiento emocional",
    "personalización",
)


def write_distortion(data: Path, target: Path) -> Path:
    """Write the study of 593 texts and the one code "distorsión"; gives the study folder."""
    require(data)
    answers = read_answers(data, "presto_distortion")
    answered = [answer for answer in answers if answer["chosen"] and not answer["rejected"]]
    return write_study(
        data,
        target,
        title="Presto: is the sentence a cognitive distortion?",
        codes=(DISTORTION,),
        texts=read_csv(data / "essays.csv"),
        answered=answered,
        answers=answers,
    )


def write_types(data: Path, target: Path) -> Path:
    """Write the study of the 131 agreed distortions and ten types; gives the study folder."""
    require(data)
    chosen = {row["essay_id"] for row in read_csv(data / "coincident_ids.csv")}
    answers = [a for a in read_answers(data, "presto_types") if a["essay_id"] in chosen]
    return write_study(
        data,
        target,
        title="Presto: types of cognitive distortion",
        codes=TYPES,
        texts=[row for row in read_csv(data / "essays.csv") if row["essay_id"] in chosen],
        answered=answers,
        answers=answers,
    )


def write_study(
    data: Path,
    target: Path,
    title: str,
    codes: tuple[str, ...],
    texts: list[dict],
    answered: list[dict],
    answers: list[dict],
) -> Path:
    """Write all files of one study.

    Parameters
    ----------
    answered : list of dict
        The answers that count as read: only here is an absent code a decision.
    answers : list of dict
        All answers, for what the coders wrote beside them.
    """
    coders = [row["coder"] for row in read_csv(data / "coder_key.csv")]
    new_folder(target)
    (target / "study.toml").write_text(study_toml(title, coders), encoding="utf-8", newline="\n")
    write_csv(target / "essays.csv", "essay_id text", ((t["essay_id"], t["text"]) for t in texts))
    write_csv(
        target / "codebook.csv",
        "code definition include exclude example theme note",
        ((code, "", "", "", "", "", "") for code in codes),
    )
    write_csv(
        target / "assignments.csv",
        "coder essay_id codes",
        sorted((answer["coder"], answer["essay_id"], "") for answer in answered),
    )
    for coder in coders:
        own = (answer for answer in answered if answer["coder"] == coder)
        write_csv(
            target / "codings" / f"{coder}.csv",
            "essay_id start end quotation code memo date source_ref",
            codings(own, codes),
        )
    memos = sorted(
        (answer["coder"], answer["essay_id"], "", "", answer["memo"], answer["date"])
        for answer in answers
        if answer["memo"]
    )
    if memos:
        write_csv(target / "memos.csv", "coder essay_id start end memo date", memos)
    return target


def read_answers(data: Path, task: str) -> list[dict]:
    """Read one Prodigy file: who answered what on which text, with the line it stands on."""
    coders = read_csv(data / "coder_key.csv")
    coder_of = {row["annotator_name_in_source"]: row["coder"] for row in coders}
    name = f"{task}.jsonl.gz"
    with gzip.open(data / "raw" / name, "rt", encoding="utf-8") as lines:
        answers = []
        for number, line in enumerate(lines, start=1):
            source = json.loads(line)
            answers.append(
                {
                    "coder": coder_of[source["_annotator_id"].removeprefix(f"{task}-")],
                    "essay_id": source["id"],
                    "chosen": source["accept"],
                    "rejected": source["answer"] == "reject",
                    "memo": source.get("user_input", "").strip(),
                    "date": datetime.fromtimestamp(source["_timestamp"], UTC).isoformat(),
                    "source_ref": f"{name}:{number}",
                }
            )
    return answers


def codings(answers: Iterable[dict], codes: tuple[str, ...]) -> Iterator[tuple]:
    """Give one whole-text coding for each code chosen."""
    for answer in answers:
        for code in answer["chosen"]:
            if code in codes:
                yield answer["essay_id"], "", "", "", code, "", answer["date"], answer["source_ref"]


def study_toml(title: str, coders: list[str]) -> str:
    """Give the text of study.toml (a JSON string or list is TOML as well)."""
    return "\n".join(
        [
            "[study]",
            f"title = {json.dumps(title, ensure_ascii=False)}",
            'approach = "coding_reliability"',
            'unit_nouns = ["text"]',
            f"coders = {json.dumps(coders)}",
            'consensus = "adjudicated"',
            "seed = 20261124",
            "synthetic = false",
            "",
            "[familiarisation]",
            'language = "es"',
            "",
        ]
    )


def require(data: Path) -> None:
    """Stop with a clear message where the data are not on this machine."""
    if not (data / "raw").is_dir():
        raise FileNotFoundError(f"The Presto data are not here: no folder {data / 'raw'}")


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
    """Write one study from the command line; gives the message of what went wrong, if anything."""
    studies = {"distortion": write_distortion, "types": write_types}
    if len(arguments) != 2 or arguments[0] not in studies:
        return "usage: python tests/real/presto.py distortion|types TARGET"
    try:
        print(studies[arguments[0]](DATA, Path(arguments[1])))
    except (OSError, ValueError) as problem:
        return str(problem)
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
