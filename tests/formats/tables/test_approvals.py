"""Which lines stand on the prior approvals that their claims name."""

from __future__ import annotations

import numpy as np

from tiwizi.formats.tables.approvals import Approvals, on_approvals
from tiwizi.rules.period import NEVER


def one(**of: int) -> Approvals:
    """Approval 7 of two units for person 1, act 3, from day 10 up to day 20."""
    said = {"same": 7, "amount": -1, "quantity": 2_000, "person": 1, "act": 3, "since": 10, "until": 20, "given": 1}
    return Approvals(**{name: np.array([value]) for name, value in (said | of).items()})


def lines(known: Approvals, *rows: tuple[int, int, int, int]) -> dict[str, list[int]]:
    """Of lines that all name it: (household, person, act, day)."""
    home, person, act, day = np.array(rows).T
    found = on_approvals(known, np.zeros(len(rows), np.int64), home=home, person=person, act=act, day=day)
    return {name: column.tolist() for name, column in found.items()}


def test_a_line_stands_on_it_where_person_act_and_day_fit() -> None:
    found = lines(one(), (0, 1, 3, 9), (0, 1, 3, 10), (0, 1, 3, 19), (0, 1, 3, 20), (0, 2, 3, 10), (0, 2, 4, 20))
    assert found["unfit"] == [4, 0, 0, 4, 1, 7]
    assert found["approval"] == [-1, 1, 1, -1, -1, -1]
    assert found["approved_quantity"] == [-1, 2_000, 2_000, -1, -1, -1]


def test_each_household_has_a_first_line_of_its_own() -> None:
    assert lines(one(), (0, 1, 3, 12), (1, 1, 3, 12), (1, 1, 3, 13))["approval"] == [0, 1, 1]


def test_one_that_was_not_given_fits_nobody_and_one_that_says_nothing_everybody() -> None:
    assert lines(one(given=0), (0, 2, 4, 30))["unfit"] == [8]
    assert lines(one(person=-1, act=-1, until=NEVER, quantity=-1), (0, 2, 4, 30)) == {}
