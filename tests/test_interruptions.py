"""A run that is killed, starved or misused says so in a sentence and loses nothing."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import threading

import pytest
from benchmarks.kill import descendants, kill_often, processes_with

from analysis import files, pipeline
from analysis.__main__ import main
from analysis.study import PHASES, ROOT
from tests.test_pipeline import PARAMETERS, newcomers_study, small_notebooks, write_notebook

assert small_notebooks  # the fixture
ENGINES = [
    "kernel",
    pytest.param(
        "fork",
        marks=pytest.mark.skipif(
            not sys.platform.startswith("linux"), reason="notebooks are forked on Linux only"
        ),
    ),
]


@pytest.fixture
def study(tmp_path):
    return newcomers_study(tmp_path / "study")


def phase_1(small_notebooks, code):
    write_notebook(small_notebooks / f"{PHASES[0]}.ipynb", PARAMETERS, code)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_cell_that_never_ends_is_stopped_when_a_time_limit_is_set(
    small_notebooks, study, engine, capsys
):
    phase_1(small_notebooks, "while True:\n    pass")
    assert main(["run", str(study), "--engine", engine, "--timeout", "1"]) == 1
    said = capsys.readouterr().err
    assert "1_familiarisation failed in cell [3]: CellTimeoutError" in said
    assert "was stopped after 1 s" in said and "1_familiarisation.failed.ipynb" in said
    assert "Set TIMEOUT to more seconds, or to nothing for no limit." in said
    assert "Traceback" not in said


@pytest.mark.parametrize("engine", ENGINES)
def test_a_kernel_that_dies_is_told_from_a_mistake_in_the_notebook(
    small_notebooks, study, engine, capsys
):
    phase_1(small_notebooks, "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    assert main(["run", str(study), "--engine", engine]) == 1
    said = capsys.readouterr().err
    assert "1_familiarisation failed in cell [3]: DeadKernelError" in said
    assert "1_familiarisation.failed.ipynb" in said
    assert "run it on a machine with more memory." in said
    assert "Traceback" not in said


def test_a_kernel_that_does_not_start_is_no_traceback(small_notebooks, study, capsys, monkeypatch):
    def unanswered(*_, **__):
        raise RuntimeError("Kernel didn't respond in 60 seconds")

    monkeypatch.setattr("papermill.engines.PapermillNotebookClient.execute", unanswered)
    assert main(["run", str(study), "--engine", "kernel"]) == 1
    said = capsys.readouterr().err
    assert "KernelNotStarted: the kernel did not answer" in said and "127.0.0.1" in said


WRITES = "from analysis.files import write_atomic\nwrite_atomic(OUT + '/t.csv', b'new')"


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.ENOSPC, "The disk is full"),
        (errno.EROFS, "cannot be written to"),
        (errno.EACCES, "cannot be written to"),
    ],
)
def test_a_disk_that_cannot_be_written_is_said_and_the_old_file_stays(
    small_notebooks, study, monkeypatch, capsys, number, advice
):
    out = study.parent / "place"
    out.mkdir()
    (out / "t.csv").write_bytes(b"old")
    phase_1(small_notebooks, WRITES.replace("OUT", repr(str(out))))
    monkeypatch.setattr(files.os, "fsync", _fail_with(number))  # the fork inherits it
    assert main(["run", str(study), "--engine", "fork"]) == 1
    said = capsys.readouterr().err
    assert advice in said and "Traceback" not in said
    assert [p.name for p in out.iterdir()] == ["t.csv"]
    assert (out / "t.csv").read_bytes() == b"old"


def _fail_with(number):
    def fail(_):
        raise OSError(number, os.strerror(number))

    return fail


def test_a_second_run_on_the_same_study_waits_and_says_so(small_notebooks, study):
    fcntl = pytest.importorskip("fcntl")
    settings = pipeline.settle(study)
    settings.processed.mkdir(parents=True)
    (small_notebooks / "mended").touch()
    first = (settings.processed / pipeline.LOCK).open("w")
    fcntl.flock(first, fcntl.LOCK_EX)
    said = []

    def say(text, end="\n"):
        said.append(text)
        if "Another run" in text:
            threading.Timer(0.1, first.close).start()

    assert pipeline.run(study, say=say) == list(PHASES)
    assert said[0] == "Another run is working on this study; waiting until it ends ..."


def test_ctrl_c_says_how_to_go_on_and_leaves_no_process(study, tmp_path):
    out = tmp_path / "out"
    running = subprocess.Popen(
        [sys.executable, "-m", "analysis", "run", str(study), "--out", str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        cwd=tmp_path,
        # A job in the background of a shell is born deaf to Ctrl-C, and so would be its child.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert running.stdout.readline().startswith("1 of 6")
    os.killpg(running.pid, signal.SIGINT)
    _, said = running.communicate()
    assert running.returncode == 130
    assert said.strip() == (
        "Interrupted. What is done stays done; the same command goes on from here."
    )
    assert processes_with(str(out)) == []
    assert not list(out.rglob(".*.part*"))


LEAVES_PROCESSES = """import multiprocessing, subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", "MARK"])
multiprocessing.get_context("fork").Process(target=time.sleep, args=(600,)).start()"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
@pytest.mark.parametrize("engine", ENGINES)
def test_what_a_cell_starts_ends_with_its_notebook_and_holds_up_no_later_run(
    small_notebooks, study, engine
):
    fcntl = pytest.importorskip("fcntl")
    (small_notebooks / "mended").touch()
    phase_1(small_notebooks, LEAVES_PROCESSES.replace("MARK", str(study)))
    before = set(descendants(os.getpid()))
    assert pipeline.run(study, engine=engine, say=lambda *_, **__: None) == list(PHASES)
    assert not [line for line in processes_with(str(study)) if "sleep(600)" in line]
    assert set(descendants(os.getpid())) == before
    lock = (pipeline.settle(study).processed / pipeline.LOCK).open("w")
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="notebooks are forked on Linux")
def test_a_cell_that_forks_is_shown_once(small_notebooks, study):
    (small_notebooks / "mended").touch()
    phase_1(small_notebooks, "import os\nchild = os.fork()\nprint('here')")
    pipeline.run(study, engine="fork", say=lambda *_, **__: None)
    path = pipeline.settle(study).processed / PHASES[0] / f"{PHASES[0]}.ipynb"
    *_, cell = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert cell["outputs"] == [{"name": "stdout", "output_type": "stream", "text": ["here\n"]}]


def test_nothing_needs_the_network(study, tmp_path):
    cut_off = ["unshare", "-rn"]
    if not shutil.which("unshare") or subprocess.run([*cut_off, "true"], check=False).returncode:
        pytest.skip("a network namespace cannot be made here")
    done = subprocess.run(
        [*cut_off, sys.executable, "-m", "analysis", "run", str(study), "--out", "out"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "figures" / "prevalence.pdf").is_file()


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_killed_at_random_moments_nothing_is_halved_or_left_behind(study, tmp_path):
    (tmp_path / "rounds").mkdir()
    rounds = kill_often(study, tmp_path / "rounds", kills=9, seed=7, say=lambda _: None)
    assert [wrong for _, wrong in rounds if wrong] == []


@pytest.mark.parametrize("engine", ENGINES)
def test_notebooks_share_no_state(small_notebooks, study, engine):
    phase_1(
        small_notebooks,
        "import os, random, pandas as pd, matplotlib\nleft = 1\nos.environ['LEFT'] = '1'\n"
        "os.chdir('/')\npd.set_option('display.max_rows', 3)\n"
        "matplotlib.rcParams['figure.dpi'] = 33\nrandom.seed(5)",
    )
    write_notebook(
        small_notebooks / f"{PHASES[1]}.ipynb",
        PARAMETERS,
        "import os, pandas as pd, matplotlib\nassert 'left' not in dir()\n"
        "assert 'LEFT' not in os.environ\nassert os.getcwd() != '/'\n"
        "assert pd.get_option('display.max_rows') != 3\n"
        "assert matplotlib.rcParams['figure.dpi'] != 33",
    )
    with pytest.raises(pipeline.PhaseError, match="3_theme_search"):
        pipeline.run(study, engine=engine, say=lambda *_, **__: None)


def test_outputs_never_go_into_the_study_folder(study, capsys):
    before = sorted(study.rglob("*"))
    assert main(["run", str(study), "--out", str(study / "results")]) == 1
    assert "OUT is inside the study folder." in capsys.readouterr().err
    assert sorted(study.rglob("*")) == before


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--timeout", "soon"], "'soon' is no number of seconds. Write one above 0, as in"),
        (["--timeout", "0"], "'0' is no number of seconds."),
        (["--timeout=-1"], "'-1' is no number of seconds."),
        (["--engine", "frok"], "invalid choice: 'frok'"),
        (["--out", "~nobody-of-this-name/x"], "there is no such home folder"),
    ],
)
def test_what_is_asked_for_wrongly_is_told_in_a_sentence(study, capsys, asked, said):
    with pytest.raises(SystemExit) as ended:
        main(["run", str(study), *asked])
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert said in told and "usage" not in told


def test_a_study_that_is_a_file_is_called_one(study, capsys):
    assert main(["run", str(study / "study.toml")]) == 1
    assert "study.toml: is a file, not a folder." in capsys.readouterr().err


def test_the_command_runs_from_any_folder_on_a_relative_path(small_notebooks, study, monkeypatch):
    (small_notebooks / "mended").touch()
    monkeypatch.chdir(study.parent)
    assert main(["run", "study"]) == 0
    assert (study.parent / "study_outputs" / "processed" / PHASES[5]).is_dir()
    assert not (ROOT / "data" / "raw" / "study").exists()
