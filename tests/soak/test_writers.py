"""Eight desks write at once: none is told that the database is locked, and none waits long (F5)."""

from __future__ import annotations

from tests.soak.conftest import many
from tests.soak.crew import crew, told

from tiwizi.records.people.queries import users
from tiwizi.records.trail.chain import verify

DESKS, LONGEST = 8, 5.0


def test_eight_writers_disturb_nobody(database: str) -> None:
    each = many(test=12, soak=150)
    with crew(database, "create_users", count=DESKS, each=each) as desks:
        said = [act for desk in desks for act in told(desk)]
    assert len(said) == DESKS * each, "a desk was refused"
    assert max(act["seconds"] for act in said) < LONGEST
    assert len(users()) == DESKS * each
    assert verify().rows == DESKS * each and not verify().faults
