"""Robustness: small counts in ``make test``, the full counts of the reliability figures in ``make soak``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.databases import VENDORS, fresh_database, set_up_django

set_up_django()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = str(Path(__file__).parent)
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker(pytest.mark.soak)


def many(*, test: int, soak: int) -> int:
    """How often: in ``make test``, in ``make soak``."""
    return soak if os.environ.get("TIWIZI_SOAK") else test


@pytest.fixture(params=VENDORS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty, migrated database, once on each of the two kinds."""
    with fresh_database(request.param, tmp_path) as word:
        yield word


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[str]:
    with fresh_database("sqlite", tmp_path) as word:
        yield word
