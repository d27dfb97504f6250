"""Places that tests share."""

from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data():
    """The real studies beside the repository; they are never committed."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the real studies in ../shared/data are not here")
    return SHARED_DATA
