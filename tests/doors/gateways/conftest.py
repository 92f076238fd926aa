"""On both databases, as the records are."""

from tests.records.conftest import database

__all__ = ["database"]
