"""`make audit`: a manuscript against a study, from the command to the files."""

import hashlib
import json
import shutil
from pathlib import Path

import docx
import pandas as pd
import pytest

from analysis.__main__ import main
from analysis.study import ROOT
from tests.word_files import markdown_as_word

SHIPPED = ROOT / "data" / "raw" / "pacemakers"
PLANTED = pd.read_csv(ROOT / "tests" / "data" / "planted_errors.csv")
NOTES = {"P04", "P06", "P07", "P09", "P18", "P19", "P20"}  # wording and coverage, never an error
TWICE = {"P17"}  # the same words quoted under two themes: to be looked at


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return tmp_path_factory.mktemp("audited") / "out"


def audit(capsys, out, manuscript, *options):
    """(exit code, what was printed, the folder of the audit)."""
    code = main(["audit", str(manuscript), "--out", str(out), *options])
    said = capsys.readouterr()
    return code, said.out + said.err, out / "audit" / Path(manuscript).stem


def wrong_places(folder):
    findings = pd.read_csv(folder / "manuscript_findings.csv")
    quotations = pd.read_csv(folder / "manuscript_quotations.csv").fillna("")
    errors = findings["verdict"].isin(["contradicts data", "contradicts claim", "bound broken"])
    bad = ["altered", "not found", "in another essay than named"]
    altered = quotations["verdict"].isin(bad) | quotations["theme_status"].eq("absent")
    return pd.concat([findings[errors], quotations[altered]])[["start", "end"]]


def test_every_planted_error_of_the_shipped_manuscript_is_wrong_and_nothing_else(capsys, out):
    code, said, folder = audit(capsys, out, SHIPPED / "manuscript.md")
    planted = PLANTED[~PLANTED["id"].isin(NOTES | TWICE)]
    wrong = wrong_places(folder)
    met = [
        (wrong["start"].lt(row.end) & wrong["end"].gt(row.start)).sum()
        for row in planted.itertuples()
    ]
    assert met == [1] * len(planted) == [1] * len(wrong)
    assert code == 1
    assert f"Wrong: {len(planted)}" in said
    assert "It is the count of coder A's first pass." in said


def test_a_word_file_is_audited_alike_and_its_copy_has_the_comments(capsys, out, tmp_path):
    path = tmp_path / "as word.docx"
    markdown_as_word((SHIPPED / "manuscript.md").read_text(encoding="utf-8"), path)
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    code, _, folder = audit(capsys, out, path)
    _, _, of_markdown = audit(capsys, out, SHIPPED / "manuscript.md")
    verdicts = [
        pd.read_csv(place / "manuscript_findings.csv")["verdict"].tolist()
        for place in (folder, of_markdown)
    ]
    assert code == 1
    assert verdicts[0] == verdicts[1]
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before
    comments = docx.Document(folder / "manuscript_commented.docx").comments
    said = json.loads((folder / "manuscript_audit.json").read_text(encoding="utf-8"))
    marks = len(said["findings"]) + len(said["quotations"]) + len(said["notes"])
    assert len(list(comments)) == marks
    assert any("the study has 36" in comment.text for comment in comments)


def test_a_manuscript_without_an_error_ends_well(capsys, out, tmp_path):
    path = tmp_path / "right.md"
    path.write_text("# Results\n\n*Compassion* (n = 19) was in 19 of 22 essays.\n", "utf-8")
    code, said, _ = audit(capsys, out, path)
    assert code == 0
    assert "Wrong: nothing" in said


def test_the_right_words_are_printed_when_asked_for(capsys, out, tmp_path):
    path = tmp_path / "off.md"
    path.write_text("# Results\n\n*Compassion* was in 18 of 22 essays.\n", "utf-8")
    code, said, _ = audit(capsys, out, path, "--suggest")
    assert code == 1
    assert "Write: 19 of 22 essays" in said
    assert "Compassion: 19 of 22 essays" in said


def test_without_codings_two_places_contradict_each_other(capsys, out, tmp_path):
    path = tmp_path / "two.md"
    text = "# Abstract\n\n*Compassion* (n = 18).\n\n# Results\n\n*Compassion* (n = 17).\n"
    path.write_text(text, "utf-8")
    code, said, _ = audit(capsys, out, path, "--alone")
    assert code == 1
    assert said.count("≠ contradicts claim") == 2


def test_the_author_settles_an_ambiguous_claim_once(capsys, tmp_path):
    study = shutil.copytree(SHIPPED, tmp_path / "study")
    path = tmp_path / "doubt.md"
    path.write_text(
        "# Results\n\n## Compassion and resilience\n\nIt was in 19 of 22 essays.\n", "utf-8"
    )
    options = ("--study", str(study), "--suggest")
    _, said, _ = audit(capsys, tmp_path / "out", path, *options)
    entry = said.partition("copy into claims.toml and correct:")[2].partition("numbers:")[0]
    assert 'theme = "compassion"' in entry
    entry = entry[: entry.rindex("\n\n")]
    (study / "claims.toml").write_text(entry.strip() + "\n", encoding="utf-8")
    code, said, _ = audit(capsys, tmp_path / "out", path, *options)
    assert code == 0
    assert "1 agrees" in said


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("nowhere.docx", None, "there is no such file"),
        ("old.doc", b"\xd0\xcf\x11\xe0", "old.doc"),
        ("empty.docx", b"", "empty.docx"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_sentence(capsys, out, tmp_path, name, content, said):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    code, printed, _ = audit(capsys, out, tmp_path / name)
    assert code == 1
    assert said in printed
    assert "Traceback" not in printed
