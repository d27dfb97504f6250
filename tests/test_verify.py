"""`make verify` sees each kind of tampering: a number, a figure, an output, a stripped notebook."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from matplotlib import image

from analysis.study import ROOT

pytestmark = pytest.mark.slow


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


def test_an_untouched_clone_is_proven_and_nothing_in_it_is_rewritten(copy):
    before = {p: p.read_bytes() for p in copy.rglob("*") if p.is_file() and p.suffix != ".pyc"}
    code, said = verify(copy)
    assert code == 0
    assert "differs" not in said
    assert said.strip().split("\n")[-1].startswith("Proven: the raw files of 'pacemakers'")
    assert {p: p.read_bytes() for p in before} == before
    assert not (copy / "verification").exists()


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
    assert any("1_familiarisation.ipynb: outputs of cell" in line for line in wrong)
    assert any(line.startswith("differs 1_familiarisation.ipynb") for line in wrong)
    assert any(line.startswith("differs 3_theme_search.ipynb") for line in wrong)
    assert "hold no outputs: nbval would pass them" in said
    assert said.strip().split("\n")[-2].startswith("NOT the same: 4 of ")
    made = {path.name for path in (copy / "verification").iterdir()}
    assert made == {f"prevalence-{side}.png" for side in ("committed", "fresh", "difference")}
