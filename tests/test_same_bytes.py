"""Same inputs, same bytes: other folder, locale, time zone, hash seed, cores, engine, Python."""

import os
import shutil
import subprocess
import sys

import pytest

from analysis.study import ROOT
from tests.test_pipeline import newcomers_study

MAY_DIFFER = {"environment.json"}


def results(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in MAY_DIFFER and not path.name.startswith(".")
    }


def differing(one, other):
    return [name for name in one.keys() | other.keys() if one.get(name) != other.get(name)]


def run(study, out, *how, python=sys.executable, root=ROOT, before=(), **environment):
    subprocess.run(
        [*before, python, "-m", "analysis", "run", str(study), "--out", str(out), *how],
        env=os.environ | environment,
        cwd=root,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return results(out)


ELSEWHERE = {
    "LANG": "de_DE.UTF-8",
    "LC_ALL": "tr_TR.UTF-8",
    "TZ": "Asia/Tokyo",
    "PYTHONHASHSEED": "4711",
    "OPENBLAS_NUM_THREADS": "2",
    "MPLBACKEND": "agg",
    "COLUMNS": "40",
    "USER": "somebody",
}


def test_another_user_place_time_zone_locale_and_number_of_cores_give_the_same(tmp_path):
    here = run("pacemakers", tmp_path / "here")
    home = tmp_path / "a home" / "of somebody else"
    (home / ".config" / "matplotlib").mkdir(parents=True)
    (home / ".config" / "matplotlib" / "matplotlibrc").write_text("font.size: 3\n")
    one_core = ["taskset", "-c", "0"] if shutil.which("taskset") else []
    there = run("pacemakers", home / "deep" / "out", before=one_core, HOME=str(home), **ELSEWHERE)
    assert len(here) > 60
    assert differing(here, there) == []


def test_forked_notebooks_and_ordinary_kernels_give_the_same(tmp_path):
    study = newcomers_study(tmp_path / "study")
    forked = run(study, tmp_path / "forked", "--engine", "fork")
    kernels = run(study, tmp_path / "kernels", "--engine", "kernel")
    assert len(forked) > 60
    assert differing(forked, kernels) == []


@pytest.mark.slow
@pytest.mark.parametrize("version", ["3.11", "3.13"])
def test_an_environment_built_anew_gives_the_same(tmp_path, version):
    """`make all` in a copy of the repository, with an environment of its own."""
    python = find_python(version)
    if python is None:
        pytest.skip(f"there is no Python {version} here")
    copy = tmp_path / "a copy"
    for name in ("src", "notebooks", "Makefile", "requirements.lock", "data/raw/pacemakers"):
        source = ROOT / name
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, copy / name) if source.is_dir() else shutil.copy(
            source, copy / name
        )
    made = subprocess.run(
        ["make", "all", f"PYTHON={python}"], cwd=copy, capture_output=True, text=True, check=False
    )
    if made.returncode and "uv" in made.stderr:
        pytest.skip("the packages cannot be installed here")
    assert made.returncode == 0, made.stderr
    here = run("pacemakers", tmp_path / "here")
    there = results(copy / "data" / "processed" / "pacemakers")
    there = {f"processed/{name}": data for name, data in there.items()}
    figures = results(copy / "figures" / "pacemakers")
    there |= {f"figures/{name}": data for name, data in figures.items()}
    assert differing(here, there) == []


def find_python(version):
    """A Python of this version: on the path, or of pyenv."""
    from pathlib import Path

    found = shutil.which(f"python{version}")
    candidates = [found] if found else []
    candidates += sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python3"))
    for python in candidates:
        asked = [str(python), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
        if done.stdout.strip() == version:
            return python
    return None
