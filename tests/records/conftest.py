"""Every test of the records runs on both databases, each time on a fresh one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.databases import VENDORS, fresh_database, set_up_django

set_up_django()


@pytest.fixture(autouse=True, params=VENDORS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The word for TIWIZI_DATABASE of an empty, migrated database, which is Django's default meanwhile."""
    with fresh_database(request.param, tmp_path) as word:
        yield word
