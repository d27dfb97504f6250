"""`make verify` sees each kind of tampering: a number, a figure, an output, a stripped notebook.

A file that cannot be read is one that differs, and what differs from the last commit is said.
"""

import json
import os
import shutil
import subprocess
import sys
import zipfile

import pytest
from matplotlib import image
from PIL import Image

from analysis import verify as proof
from analysis.study import ROOT


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the repository that may be tampered with."""
    place = tmp_path_factory.mktemp("reviewer") / "a clone"
    for name in ("src", "notebooks", "requirements.lock", "data/raw/pacemakers",
                 "data/processed/pacemakers", "figures/pacemakers"):  # fmt: skip
        source = ROOT / name
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, place / name)
    return place


def verify(copy):
    done = subprocess.run(
        [sys.executable, "-m", "analysis", "verify"],
        cwd=copy,
        env=os.environ | {"PYTHONPATH": str(copy / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.slow
def test_an_untouched_clone_is_proven_and_nothing_in_it_is_rewritten(copy):
    before = {p: p.read_bytes() for p in copy.rglob("*") if p.is_file() and p.suffix != ".pyc"}
    code, said = verify(copy)
    assert code == 0
    assert "differs" not in said
    assert said.strip().split("\n")[-1].startswith("Proven: the raw files of 'pacemakers'")
    assert {p: p.read_bytes() for p in before} == before
    assert not (copy / "verification").exists()


@pytest.mark.slow
def test_each_kind_of_tampering_is_caught_and_placed(copy):
    results, figures = copy / "data/processed/pacemakers", copy / "figures/pacemakers"
    change(
        results / "6_report" / "prevalence.csv",
        "compassion,Compassion,,patients,19,19",
        "compassion,Compassion,,patients,18,18",
    )
    picture = image.imread(figures / "prevalence.png")
    picture[200:240, 700:760] = 0
    image.imsave(figures / "prevalence.png", picture)
    change(results / "1_familiarisation/1_familiarisation.ipynb", "22 essays", "23 essays")
    change(figures / "prevalence.svg", "<svg ", "<svg id='x' ")
    (figures / "theme_matrix.png").write_bytes((figures / "theme_matrix.png").read_bytes()[:9000])
    (results / "2_initial_coding" / "boundaries.csv").open("ab").write(b"\xe9")
    stripped = results / "3_theme_search" / "3_theme_search.ipynb"
    notebook = json.loads(stripped.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    stripped.write_text(json.dumps(notebook), encoding="utf-8")

    code, said = verify(copy)
    assert code == 1
    wrong = [line.strip() for line in said.split("\n") if line.strip().startswith("differs")]
    assert any("6_report/prevalence.csv: line " in line and ",18,18" in line for line in wrong)
    assert any("figures/prevalence.png: " in line and " pixels" in line for line in wrong)
    assert any("1_familiarisation.ipynb: outputs of cell [5]" in line for line in wrong)
    assert any(line.startswith("differs 1_familiarisation.ipynb") for line in wrong)
    assert any(line.startswith("differs 3_theme_search.ipynb") for line in wrong)
    assert "hold no outputs: nbval would pass them" in said
    assert "differs  figures/theme_matrix.png: the committed file cannot be read" in said
    assert "differs  2_initial_coding/boundaries.csv: the committed file cannot be read" in said
    assert any("figures/prevalence.svg: line " in line for line in wrong)
    cells = said.split("(nbval):\n")[1]
    assert "cell [5]: mismatch 'stdout' committed " in cells and "23 essays" in cells
    assert [line.split()[1] for line in cells.split("\n") if line.startswith("  differs")] == [
        "1_familiarisation.ipynb,",
        "3_theme_search.ipynb,",
    ]
    assert said.strip().split("\n")[-2].startswith("NOT the same: 7 of ")
    made = {path.name for path in (copy / "verification").iterdir()}
    assert made == {
        *(f"prevalence-{side}.png" for side in ("committed", "fresh", "difference")),
        *(f"prevalence-{side}.svg" for side in ("committed", "fresh")),
    }


@pytest.fixture
def two(tmp_path):
    """A function that writes a committed and a fresh file and gives the verdict on them."""

    def verdict(name, committed, fresh):
        paths = []
        for side, content in (("committed", committed), ("fresh", fresh)):
            paths.append(tmp_path / side / name)
            paths[-1].parent.mkdir(exist_ok=True)
            content(paths[-1])
        return proof._verdict(name, *paths, tmp_path / "differences")

    return verdict


def test_a_figure_made_transparent_is_another_and_one_made_opaque_again_is_not(two):
    grey = Image.new("RGB", (4, 2), (90, 90, 90))
    faint, whole = grey.convert("RGBA"), grey.convert("RGBA")
    faint.putalpha(60)
    assert two("f.png", faint.save, grey.save) == "differs: 8 of 8 pixels"
    assert two("f.png", whole.save, grey.save) == "same: the pixels (other bytes)"


def test_of_a_word_file_the_part_that_differs_is_named(two):
    def word(text):
        def write(path):
            with zipfile.ZipFile(path, "w") as file:
                file.writestr("word/document.xml", text)
                file.writestr("word/styles.xml", "the same")

        return write

    assert two("t.docx", word("19 of 22"), word("18 of 22")) == "differs: in it word/document.xml"


def test_results_that_are_not_as_committed_are_named(tmp_path, monkeypatch):
    table, versions = tmp_path / "results" / "t.csv", tmp_path / "results" / "environment.json"
    table.parent.mkdir()
    table.write_text("n\n19\n")
    versions.write_text("{}")
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b.c"]
    for step in (["init", "-q"], ["add", "."], ["commit", "-qm", "results"]):
        subprocess.run([*git, *step], check=True)
    monkeypatch.setattr(proof, "ROOT", tmp_path)
    said = []
    assert proof._not_as_committed([table.parent], said.append) == [] == said
    table.write_text("n\n18\n")
    versions.write_text('{"python": 3}')
    assert proof._not_as_committed([table.parent], said.append) == ["results/t.csv"]
    assert said[-1] == "  differs  results/t.csv"


def test_without_git_the_files_here_are_what_is_compared(tmp_path, monkeypatch):
    monkeypatch.setattr(proof, "ROOT", tmp_path)
    said = []
    assert proof._not_as_committed([tmp_path], said.append) == []
    assert "There is no git history here" in said[0]
