"""What is committed for the shipped study is what the code gives, and the notebooks run alone."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from analysis import freshness, pipeline
from analysis.study import PHASES, ROOT

COMMITTED = ROOT / "data" / "processed" / "pacemakers"
FIGURES = ROOT / "figures" / "pacemakers"


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """The shipped study run anew into another folder."""
    out = tmp_path_factory.mktemp("fresh")
    pipeline.run("pacemakers", out=out, say=lambda *_, **__: None)
    return out


def test_every_committed_table_is_what_the_code_gives(fresh):
    made = {p.relative_to(fresh / "processed") for p in (fresh / "processed").rglob("*.csv")}
    assert made == {p.relative_to(COMMITTED) for p in COMMITTED.rglob("*.csv")}
    differ = [
        str(name)
        for name in sorted(made)
        if (fresh / "processed" / name).read_bytes() != (COMMITTED / name).read_bytes()
    ]
    assert differ == []


def test_every_figure_is_committed_beside_the_table_it_was_drawn_from(fresh):
    names = {p.name for p in FIGURES.iterdir()}
    assert names == {p.name for p in (fresh / "figures").iterdir()}
    for name in ("prevalence", "theme_matrix", "agreement", "cooccurrence", "accumulation"):
        assert {f"{name}.{kind}" for kind in ("svg", "pdf", "png", "csv", "txt")} <= names
        assert (FIGURES / f"{name}.csv").read_bytes() == (
            fresh / f"figures/{name}.csv"
        ).read_bytes()
        assert "Invented" in (FIGURES / f"{name}.txt").read_text(encoding="utf-8")


def test_each_phase_reads_only_what_it_is_said_to_read(fresh, tmp_path):
    """What a phase read without its being listed could change without a rerun."""
    folder = ROOT / "data" / "raw" / "pacemakers"
    for phase in PHASES:
        bare, out = tmp_path / phase / "pacemakers", tmp_path / phase / "out"
        raw, earlier = freshness.READS[phase]
        bare.mkdir(parents=True)
        for name in ("study.toml", *raw):
            if (folder / name).is_dir():
                shutil.copytree(folder / name, bare / name)
            elif (folder / name).is_file():
                shutil.copy(folder / name, bare / name)
        for name in earlier:
            shutil.copytree(fresh / "processed" / name, out / "processed" / name)
        settings = pipeline.settle(bare, out)
        pipeline._run_notebook(settings, phase, pipeline._prepare(None, [phase]), None)
        for table in (fresh / "processed" / phase).glob("*.csv"):
            made = out / "processed" / phase / table.name
            assert made.read_bytes() == table.read_bytes(), f"{phase}/{table.name}"


def test_redrawing_gives_the_same_figures(fresh, tmp_path):
    from analysis.figures import redraw

    for table in sorted((fresh / "figures").glob("*.csv")):
        for file in (fresh / "figures").glob(f"{table.stem}.*"):
            shutil.copy(file, tmp_path)
        (tmp_path / f"{table.stem}.png").unlink()
        redraw(tmp_path / table.name)
        for kind in ("png", "svg", "pdf", "txt", "csv"):
            name = f"{table.stem}.{kind}"
            assert (tmp_path / name).read_bytes() == (fresh / "figures" / name).read_bytes(), name


def test_committed_notebooks_hold_outputs_and_no_error():
    for phase in PHASES:
        notebook = json.loads((COMMITTED / phase / f"{phase}.ipynb").read_text(encoding="utf-8"))
        code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        assert all(cell["execution_count"] for cell in code)
        assert sum(bool(cell["outputs"]) for cell in code) >= 8
        assert not any(o["output_type"] == "error" for cell in code for o in cell["outputs"])


def test_each_notebook_runs_from_top_to_bottom_without_papermill(tmp_path):
    """As JupyterLab runs it: in its own folder, with the parameters that stand in it."""
    for name in ("src", "notebooks"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "data" / "raw" / "pacemakers", tmp_path / "data" / "raw" / "pacemakers")
    script = tmp_path / "run.py"
    script.write_text(RUN_ALL)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("ANALYSIS_")}
    environment["PYTHONPATH"] = str(tmp_path / "src")
    subprocess.run([sys.executable, str(script)], cwd=tmp_path, env=environment, check=True)
    for name in ("6_report/prevalence.csv", "2_initial_coding/agreement.csv"):
        made = tmp_path / "data" / "processed" / "pacemakers" / name
        assert made.read_bytes() == (COMMITTED / name).read_bytes()


RUN_ALL = f"""
import nbformat
from nbclient import NotebookClient
for phase in {PHASES!r}:
    notebook = nbformat.read(f"notebooks/{{phase}}.ipynb", as_version=4)
    place = {{"metadata": {{"path": "notebooks"}}}}
    NotebookClient(notebook, kernel_name="python3", resources=place).execute()
"""
