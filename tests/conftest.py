"""What every test may ask for."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tests import once

from tiwizi.doors.cli.kernel_cache import place_kernel_cache

place_kernel_cache()
once.folder()  # before other processes start that are to share it

CHECKOUT = Path(__file__).resolve().parent.parent


def pytest_collection_finish() -> None:
    """What has been imported stays: the search for garbage, a sixth of the tests' time, need not walk it again."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(scope="session")
def outside_data() -> Callable[[str], Path]:
    """``outside_data("openimis/demo_db.sql")``: a file that nobody here made, or a skip that says where to put it.

    The data lies outside the repository: in the folder that TIWIZI_DATA names, else beside the checkout.
    """
    folder = Path(os.environ.get("TIWIZI_DATA") or CHECKOUT.parent / "shared" / "data")

    def find(name: str) -> Path:
        path = folder / name
        if not path.exists():
            pytest.skip(f"the outside data {name} is absent: put it in a folder and name that folder in TIWIZI_DATA")
        return path

    return find
