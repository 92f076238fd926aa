"""A mutual whose people work at the command line, on both databases."""

from tests.doors.cli.conftest import database, tiwizi

__all__ = ["database", "tiwizi"]
