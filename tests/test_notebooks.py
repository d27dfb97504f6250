"""The notebooks' shape: what a reader and papermill rely on."""

import json
import re

import pytest

from analysis.freshness import READS
from analysis.pipeline import QUESTIONS, parameters_of
from analysis.study import NOTEBOOKS, PHASES


def cells_of(phase, kind=None):
    cells = json.loads((NOTEBOOKS / f"{phase}.ipynb").read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if kind in (None, cell["cell_type"])]


def source(cell):
    return "".join(cell["source"])


def test_there_is_one_notebook_for_each_phase():
    assert sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb")) == list(PHASES)
    assert list(QUESTIONS) == list(READS) == list(PHASES)


@pytest.mark.parametrize("phase", PHASES)
def test_it_opens_with_its_number_and_its_question(phase):
    first = source(cells_of(phase)[0])
    assert first.startswith(f"# {phase[0]} · ")
    assert re.search(r"\*\*.+\?\*\*", first)


@pytest.mark.parametrize("phase", PHASES)
def test_it_is_committed_without_outputs(phase):
    assert all(c["outputs"] == [] and c["execution_count"] is None for c in cells_of(phase, "code"))


@pytest.mark.parametrize("phase", PHASES)
def test_its_parameters_are_several_explained_and_begin_with_the_study(phase):
    names = parameters_of(NOTEBOOKS / f"{phase}.ipynb")
    cell = next(c for c in cells_of(phase, "code") if "parameters" in c["metadata"].get("tags", []))
    assert len(names) >= 4
    assert source(cell).startswith('study = "pacemakers"')
    assert all("#" in line for line in source(cell).splitlines())


@pytest.mark.parametrize("phase", PHASES)
def test_it_tells_a_story_in_many_short_cells(phase):
    code = [source(c) for c in cells_of(phase, "code")]
    assert len(code) >= 12
    assert sorted(len(c.splitlines()) for c in code)[len(code) // 2] <= 12
    assert len(cells_of(phase, "markdown")) >= 10
    assert "## What was written" in "\n".join(source(c) for c in cells_of(phase, "markdown"))


@pytest.mark.parametrize("phase", PHASES)
def test_it_defines_nothing_and_silences_nothing(phase):
    text = "\n".join(source(c) for c in cells_of(phase, "code"))
    assert not re.search(r"^\s*(def|class|import warnings|%%capture)\b", text, re.M)
    assert "filterwarnings" not in text


@pytest.mark.parametrize("phase", PHASES)
def test_cell_ids_are_fixed(phase):
    ids = [cell["id"] for cell in cells_of(phase)]
    assert ids == [f"cell-{n:02d}" for n in range(1, len(ids) + 1)]
