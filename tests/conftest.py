"""What every test may ask for."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tiwizi.doors.cli.kernel_cache import place_kernel_cache

place_kernel_cache()

CHECKOUT = Path(__file__).resolve().parent.parent


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
