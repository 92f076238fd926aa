"""Periods that lie on one another are found, whichever way they do."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tiwizi.rules.overlap import crossing, grouped, repeated
from tiwizi.rules.period import NEVER

PERIODS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 12), st.integers(1, 6) | st.none(), st.booleans()), max_size=9
)


def columns(rows: list[tuple[int, int, int | None, bool]]) -> tuple[np.ndarray, ...]:
    group, since, size, movable = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [], [])
    to = [NEVER if more is None else day + more for day, more in zip(since, size, strict=True)]
    return np.array(group, np.int64), np.array(since, np.int64), np.array(to, np.int64), np.array(movable, bool)


def meet(group: np.ndarray, since: np.ndarray, to: np.ndarray, one: int, other: int) -> bool:
    return bool(group[one] == group[other] and since[one] < to[other] and since[other] < to[one])


@given(PERIODS)
def test_of_those_that_are_left_none_that_may_be_refused_crosses_another(
    rows: list[tuple[int, int, int | None, bool]],
) -> None:
    group, since, to, movable = columns(rows)
    refused = crossing(group, since, to, movable)
    assert not refused[~movable].any()
    left = [row for row in range(len(rows)) if not refused[row]]
    for one in left:
        for other in left:
            if one < other and (movable[one] or movable[other]):
                fixed_between_fixed = _behind_a_fixed_pair(group, since, to, movable, left)
                assert not meet(group, since, to, one, other) or fixed_between_fixed


def _behind_a_fixed_pair(
    group: np.ndarray, since: np.ndarray, to: np.ndarray, movable: np.ndarray, left: list[int]
) -> bool:
    """Fixed rows are taken not to cross each other; where drawn ones do, nothing is promised."""
    fixed = [row for row in left if not movable[row]]
    return any(meet(group, since, to, one, other) for one in fixed for other in fixed if one < other)


@given(PERIODS)
def test_nothing_is_refused_where_nothing_crosses(rows: list[tuple[int, int, int | None, bool]]) -> None:
    group, since, to, movable = columns(rows)
    apart = not any(
        meet(group, since, to, one, other) for one in range(len(rows)) for other in range(one + 1, len(rows))
    )
    if apart:
        assert not crossing(group, since, to, movable).any()


def test_the_later_of_two_goes_unless_it_is_fixed() -> None:
    group, since, to = np.zeros(2, np.int64), np.array([0, 5]), np.array([9, 12])
    assert crossing(group, since, to, np.array([True, True])).tolist() == [False, True]
    assert crossing(group, since, to, np.array([True, False])).tolist() == [True, False]


def test_a_long_period_is_held_against_all_within_it() -> None:
    since, to = np.array([0, 1, 3, 5]), np.array([NEVER, 2, 4, 6])
    assert crossing(np.zeros(4, np.int64), since, to, np.array([False, True, True, True])).tolist() == [
        False, True, True, True,
    ]  # fmt: skip


def test_rows_that_say_the_same_count_once() -> None:
    assert grouped(np.array([1, 1, 2]), np.array([5, 5, 5])).tolist() == [0, 0, 1]
    assert repeated(np.array([7, 8, 7]), np.array([1, 1, 1])).tolist() == [False, False, True]
