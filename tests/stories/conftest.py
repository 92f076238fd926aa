"""A mutual whose people work at the command line, on both databases; and one whose people work at the desk."""

from tests.browser import browser, desk_in, standing_desk
from tests.doors.cli.conftest import database, tiwizi
from tests.doors.desk.conftest import demo_records, records

__all__ = ["browser", "database", "demo_records", "desk_in", "records", "standing_desk", "tiwizi"]
