"""The run itself, on a newcomer's study: two essays, quotations without offsets."""

import ast
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from analysis import freshness, pipeline
from analysis.__main__ import main
from analysis.new_study import write_study
from analysis.problems import StudyError
from analysis.study import NOTEBOOKS, PHASES, ROOT

LONG_NAME = "two essays about waiting " + "ü" * 60  # with spaces and accents, and long
QUIET = {"say": lambda *_, **__: None}

ESSAYS = {
    "night.txt": "It was late. She warmed the blanket first. We laughed 😀 until the lift came.\n",
    "day.txt": "Nobody spoke. He asked me to stay, and I stayed until the bus was gone.\n",
}
CODEBOOK = """code,definition,include,exclude,example,theme,note
kindness,A small kind act.,,,,warmth,
laughter,Laughing together.,,,,warmth,
staying,Staying with somebody.,,,,presence,
"""
CODINGS = {
    "ana": """essay_id,start,end,quotation,code,memo,date
night,,,She warmed the blanket first,kindness,,
night,,,We laughed 😀,laughter,,
day,,,I stayed until the bus was gone,staying,,
""",
    "ben": """essay_id,start,end,quotation,code,memo,date
night,,,warmed the blanket,kindness,,
day,,,He asked me to stay,staying,,
day,,,He asked me to stay,kindness,,
""",
}
ADJUDICATIONS = """essay_id,code,decision,reason,date,by
night,laughter,present,They laugh in so many words.,2026-04-01,both
day,kindness,,,,
"""


def newcomers_study(folder):
    """From `make new` to a filled-in study, as the README tells."""
    write_study(folder)
    for name, text in ESSAYS.items():
        (folder / "essays" / name).write_text(text, encoding="utf-8")
    (folder / "codebook.csv").write_text(CODEBOOK, encoding="utf-8")
    for coder, rows in CODINGS.items():
        (folder / "codings" / f"{coder}.csv").write_text(rows, encoding="utf-8")
    (folder / "adjudications.csv").write_text(ADJUDICATIONS, encoding="utf-8")
    return folder


def contents(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def first_run(tmp_path_factory):
    """The study after one full run; (folder, outputs, bytes of the study before)."""
    folder = newcomers_study(tmp_path_factory.mktemp("José's studies") / LONG_NAME)
    before = contents(folder)
    assert pipeline.run(folder, **QUIET) == list(PHASES)
    return folder, folder.parent / f"{LONG_NAME}_outputs", before


@pytest.fixture
def copy_of_run(first_run, tmp_path):
    """The study and its results at another place, free to be changed."""
    folder, outputs, _ = first_run
    shutil.copytree(folder, tmp_path / folder.name)
    shutil.copytree(outputs, tmp_path / outputs.name)
    return tmp_path / folder.name, tmp_path / outputs.name


def test_a_newcomers_study_ends_in_the_prevalence_figure(first_run):
    _, outputs, _ = first_run
    table = pd.read_csv(outputs / "figures" / "prevalence.csv").set_index("theme")
    assert table.loc["warmth", ["n_low", "n_high", "essays"]].tolist() == [1, 2, 2]
    assert table.loc["presence", ["n_low", "n_high", "essays"]].tolist() == [1, 1, 2]
    assert (outputs / "figures" / "prevalence.png").stat().st_size > 10_000


def test_the_closing_lines_say_what_is_left_to_decide(copy_of_run):
    folder, outputs = copy_of_run
    idle = outputs / "processed" / "4_theme_review" / "adjudications_without_effect.csv"
    idle.write_text(f"{idle.read_text(encoding='utf-8')}day,staying,absent,why\n", encoding="utf-8")
    *_, decide, look = pipeline.where(pipeline.settle(folder)).splitlines()
    listed = outputs / "processed" / "2_initial_coding" / "disagreements.csv"
    assert decide == (
        f"Decide   1 disagreement without a decision in adjudications.csv: see {listed}"
    )
    assert look == f"Look at  1 adjudication without effect: see why in {idle}"


def test_the_study_folder_is_left_as_it_was(first_run):
    folder, _, before = first_run
    assert contents(folder) == before


def test_no_absolute_path_stands_in_an_executed_notebook(first_run):
    folder, outputs, _ = first_run
    for notebook in outputs.rglob("*.ipynb"):
        text = notebook.read_text(encoding="utf-8")
        assert str(folder.parent) not in text
        assert str(ROOT) not in text


def test_executed_notebooks_show_no_warning_and_no_error(first_run):
    for notebook in first_run[1].rglob("*.ipynb"):
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        outputs = [o for c in cells if c["cell_type"] == "code" for o in c["outputs"]]
        assert [
            o for o in outputs if o["output_type"] == "error" or o.get("name") == "stderr"
        ] == []


def test_a_second_run_does_nothing(copy_of_run):
    assert pipeline.run(copy_of_run[0], **QUIET) == []


def test_other_time_stamps_are_no_reason_to_run(copy_of_run):
    folder, _ = copy_of_run
    for path in folder.rglob("*"):
        path.touch()
    assert pipeline.run(folder, **QUIET) == []


def test_a_changed_adjudication_reruns_phases_4_to_6_alone(copy_of_run):
    folder, outputs = copy_of_run
    path = folder / "adjudications.csv"
    path.write_text(
        path.read_text().replace("day,kindness,,,,", "day,kindness,absent,No act.,,both")
    )
    assert pipeline.run(folder, **QUIET) == list(PHASES[3:])
    table = pd.read_csv(outputs / "figures" / "prevalence.csv").set_index("theme")
    assert table.loc["warmth", ["n_low", "n_high"]].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("change", "stale"),
    [
        (lambda f, o: (f / "essays" / "new.txt").write_text("Rain."), {"1_familiarisation"}),
        (lambda f, o: (f / "essays" / "day.txt").unlink(), {"1_familiarisation"}),
        (lambda f, o: (f / "codings" / "ben.csv").open("a").write("\n"), {"2_initial_coding"}),
        (lambda f, o: (f / "memos.csv").unlink(), {"1_familiarisation"}),
        (lambda f, o: (o / "figures" / "prevalence.svg").unlink(), {"6_report"}),
        (lambda f, o: (o / "figures" / "prevalence.csv").write_text("n\n7\n"), {"6_report"}),
        (
            lambda f, o: (o / "processed/4_theme_review/4_theme_review.ipynb").unlink(),
            {"4_theme_review"},
        ),
        (lambda f, o: _set(f, "[report]", '[report]\norder_by = "count"'), {"6_report"}),
        (
            lambda f, o: _set(f, 'language = "en"', 'language = "de"'),
            {"1_familiarisation", "6_report"},
        ),
        (lambda f, o: _set(f, "seed = 20261124", "seed = 1"), set(PHASES)),
    ],
    ids=[
        "essay added",
        "essay removed",
        "coding file changed",
        "memos removed",
        "figure missing",
        "figure's table edited",
        "executed notebook missing",
        "parameter",
        "parameter that another phase looks at",
        "decision",
    ],
)
def test_what_makes_a_phase_stale(copy_of_run, change, stale):
    folder, outputs = copy_of_run
    change(folder, outputs)
    found = freshness.status(pipeline.settle(folder))
    waiting = {phase for phase, why in found.items() if why and why[0].startswith("waits for")}
    assert {phase for phase, why in found.items() if why} - waiting == stale
    assert all(phase > min(stale) for phase in waiting)


def _set(folder, old, new):
    path = folder / "study.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_another_order_of_groups_is_a_change(copy_of_run):
    folder, _ = copy_of_run
    settings = pipeline.settle(folder)
    made = [
        freshness.made_from(replace(settings, groups=groups), PHASES[1])
        for groups in ({"a": ["ana"], "b": ["ben"]}, {"b": ["ben"], "a": ["ana"]})
    ]
    decisions = "the decisions in study.toml"
    assert made[0].pop(decisions) != made[1].pop(decisions)
    assert made[0] == made[1]


def test_a_hidden_file_of_an_editor_is_none_of_the_modules(monkeypatch, tmp_path):
    shutil.copytree(ROOT / "src" / "analysis" / "figures", tmp_path / "src/analysis/figures")
    (tmp_path / "src" / "analysis" / "figures" / ".page.py.swp").write_bytes(b"\xff\xfe")
    monkeypatch.setattr(freshness, "ROOT", tmp_path)
    write_notebook(tmp_path / "n.ipynb", "from analysis.figures import drawn")
    found = {path.name for path in freshness.modules_of(tmp_path / "n.ipynb")}
    assert "page.py" in found and ".page.py.swp" not in found


def test_one_phase_that_is_up_to_date_says_which_earlier_one_is_not(copy_of_run, capsys):
    folder, _ = copy_of_run
    (folder / "adjudications.csv").open("a").write("night,staying,absent,No.,,\n")
    assert main(["run", str(folder), "--phase", PHASES[4]]) == 0
    note, nothing, *_ = capsys.readouterr().out.splitlines()
    assert note == (
        "Note: 4_theme_review is not up to date (adjudications.csv changed); "
        "`make all` runs it first."
    )
    assert nothing == "Nothing to do: 5_theme_definition is up to date."


def test_a_missing_environment_file_is_written_again(copy_of_run):
    folder, outputs = copy_of_run
    path = outputs / "processed" / pipeline.ENVIRONMENT
    before = path.read_bytes()
    path.unlink()
    assert pipeline.run(folder, **QUIET) == []
    assert path.read_bytes() == before


def test_reasons_name_the_file(copy_of_run):
    folder, _ = copy_of_run
    (folder / "adjudications.csv").open("a").write("night,staying,absent,No.,,\n")
    assert freshness.status(pipeline.settle(folder))["4_theme_review"] == [
        "adjudications.csv changed"
    ]


def test_a_phase_before_the_one_it_needs_says_which_to_run_first(tmp_path):
    folder = newcomers_study(tmp_path / "study")
    with pytest.raises(StudyError, match=r"Run 1_familiarisation first, or `make all`"):
        pipeline.run(folder, phases=["4_theme_review"], **QUIET)


# Failing: on small notebooks, so that it is quick ----------------------------------------------


@pytest.fixture
def small_notebooks(tmp_path, monkeypatch):
    """Six notebooks of a few lines; phase 3 fails until the file `mended` is there."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    for phase in PHASES:
        fails = "from pathlib import Path\nassert Path('mended').exists(), 'no'"
        lines = fails if phase == PHASES[2] else "1 + 1"
        write_notebook(folder / f"{phase}.ipynb", PARAMETERS, lines)
    monkeypatch.setattr(pipeline, "NOTEBOOKS", folder)
    monkeypatch.setattr(freshness, "NOTEBOOKS", folder)
    return folder


PARAMETERS = 'study = "pacemakers"\nlanguage = "en"'


def write_notebook(path, *sources, tags=("parameters",)):
    cells = [
        {
            "cell_type": "code",
            "id": f"c{n}",
            "source": source,
            "outputs": [],
            "execution_count": None,
            "metadata": {"tags": list(tags)} if n == 0 else {},
        }
        for n, source in enumerate(sources)
    ]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path.write_text(
        json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})
    )


def test_a_failed_phase_stays_failed_and_the_next_run_starts_there(small_notebooks, tmp_path):
    folder = newcomers_study(tmp_path / "study")
    for _ in range(2):  # a second attempt does not call it up to date
        with pytest.raises(
            pipeline.PhaseError, match=r"3_theme_search failed in cell \[3\]: Assert"
        ) as e:
            pipeline.run(folder, **QUIET)
        failed = Path(str(e.value).rsplit(" is ", 1)[1])
        assert "AssertionError" in failed.read_text()
    assert not list((tmp_path / "study_outputs" / "processed").glob("4*"))

    (small_notebooks / "mended").touch()
    assert pipeline.run(folder, **QUIET) == list(PHASES[2:])
    assert not failed.exists()


def test_a_notebook_without_its_parameters_cell_is_refused(small_notebooks, tmp_path):
    folder = newcomers_study(tmp_path / "study")
    write_notebook(small_notebooks / "5_theme_definition.ipynb", PARAMETERS, tags=())
    with pytest.raises(
        StudyError, match=r"notebooks/5_theme_definition.ipynb: not exactly one cell"
    ):
        pipeline.run(folder, **QUIET)


def test_two_notebooks_share_no_state(small_notebooks, tmp_path):
    folder = newcomers_study(tmp_path / "study")
    write_notebook(
        small_notebooks / f"{PHASES[0]}.ipynb",
        PARAMETERS,
        "import os, pandas as pd\nleft = 1\nos.environ['LEFT'] = '1'\n"
        "pd.set_option('display.max_rows', 3)",
    )
    write_notebook(
        small_notebooks / f"{PHASES[1]}.ipynb",
        PARAMETERS,
        "import os, pandas as pd\nassert 'left' not in dir()\nassert 'LEFT' not in os.environ\n"
        "assert pd.get_option('display.max_rows') != 3",
    )
    with pytest.raises(pipeline.PhaseError, match="3_theme_search"):
        pipeline.run(folder, **QUIET)


def test_the_list_of_disagreements_is_a_valid_adjudications_file(copy_of_run):
    folder, outputs = copy_of_run
    shutil.copy(
        outputs / "processed" / "2_initial_coding" / "disagreements.csv",
        folder / "adjudications.csv",
    )
    assert pipeline.run(folder, phases=["4_theme_review"], **QUIET) == ["4_theme_review"]
    table = pd.read_csv(outputs / "processed" / "4_theme_review" / "consensus.csv")
    assert table["provenance"].eq("not yet adjudicated").sum() == 2


@pytest.mark.parametrize("phase", PHASES)
def test_every_module_that_a_notebook_loads_counts_for_its_freshness(phase):
    notebook = NOTEBOOKS / f"{phase}.ipynb"
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    imports = [node for node in ast.parse(code).body if isinstance(node, ast.ImportFrom)]
    ask = "\n".join(
        [
            *(ast.unparse(node) for node in imports),
            "import sys",
            "print(*{m.__file__ for n, m in sys.modules.items() if n.startswith('analysis.')},"
            " sep='\\n')",
        ]
    )
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    loaded = {Path(line) for line in done.stdout.split("\n") if line}
    assert len(loaded) > 5
    assert loaded - set(freshness.modules_of(notebook)) == set()


OPENED = """
import json, os, sys
from pathlib import Path

import matplotlib

matplotlib.use("agg")
from analysis.study import NOTEBOOKS, PHASES

folder, processed = map(Path, sys.argv[1:])
opened = {phase: set() for phase in PHASES}


def note(event, arguments):
    if event == "open" and not isinstance(arguments[0], int):
        path = Path(os.fsdecode(arguments[0]))
        for place in (folder, processed):
            if path.is_relative_to(place):
                opened[phase].add(path.relative_to(place).as_posix())


names = {"display": print}
for phase in PHASES:
    cells = json.loads((NOTEBOOKS / f"{phase}.ipynb").read_text(encoding="utf-8"))["cells"]
    code = "\\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")
    assert 'study = "pacemakers"' in code
    code = code.replace('study = "pacemakers"', f"study = {folder.name!r}")
    if phase == PHASES[0]:
        sys.addaudithook(note)
    exec(compile(code, phase, "exec"), names)
print(json.dumps({phase: sorted(files) for phase, files in opened.items()}))
"""


def test_every_file_that_a_notebook_opens_counts_for_its_freshness(copy_of_run):
    folder, _ = copy_of_run
    (folder / "manuscript.md").write_text("Warmth was found in 2 of 2 essays.\n")
    (folder / "published_counts.csv").write_text("theme,where,n,essays\nwarmth,abstract,2,2\n")
    settings = pipeline.settle(folder)
    asked = [sys.executable, "-c", OPENED, settings.folder, settings.processed]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    opened = {p: set(files) for p, files in json.loads(done.stdout.splitlines()[-1]).items()}
    for phase, files in opened.items():
        own = {name for name in files if name.startswith((phase, f".{phase}"))}
        counts = {*freshness.made_from(settings, phase), "study.toml"}
        assert files - own - counts == set(), phase
    assert {"codings/ana.csv", "1_familiarisation/essays.csv"} <= opened["2_initial_coding"]
    assert "manuscript.md" in opened["6_report"]
