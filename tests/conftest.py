"""Places that tests share."""

import os
from pathlib import Path

import pytest

from analysis.study import OUT_VARIABLE, STUDY_VARIABLE

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="module", autouse=True)
def no_study_of_another_test():
    """The runner hands a study to its notebooks by the environment; no test inherits it."""
    for variable in (STUDY_VARIABLE, OUT_VARIABLE):
        os.environ.pop(variable, None)


@pytest.fixture(scope="session")
def shared_data():
    """The real studies beside the repository; they are never committed."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the real studies in ../shared/data are not here")
    return SHARED_DATA
