"""The watch finds what was planted and leaves what is clean alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tiwizi.packs.watching import AgeRule, Watch, watch
from tiwizi.records.care.queries.watch import KINDS, look_out
from tiwizi.records.care.queries.watch.groups import distinct, dominant, grouped, medians, spreads
from tiwizi.records.care.queries.watch.seen import Seen

CATEGORIES = ("biology", "consultation", "death_grant", "delivery")
CODES = {1: "NFS", 2: "C", 3: "DECES", 4: "VOIE-BASSE"}
FEMALE, MALE = 0, 1
RECEIPTS = pa.array(["F-26-14", "F-26-15"])
WATCH = Watch(
    {"visits": ("consultation",), "deliveries": ("delivery",), "deaths": ("death_grant",), "women": ("delivery",)},
    (AgeRule(("VOIE-BASSE",), 13, 55),),
    {"visits_a_day_of_a_provider": 5, "visits_a_day_of_a_person": 3, "days_between_deliveries": 150,
     "fewest_lines": 10, "fewest_lines_of_a_person": 20, "fewest_peers": 5, "spreads": 6},
)  # fmt: skip


@pytest.fixture(autouse=True)
def database() -> None:
    """Nothing here asks one."""


def day(text: str) -> int:
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


@dataclass(frozen=True)
class Line:
    """One line by what matters for the watch."""

    claim: int
    person: int = 1
    household: int = 1
    provider: int = 7
    act: int = 1
    on: str = "2026-02-10"
    billed: int = 10_000
    setting: int = 0
    stay: tuple[str, str] | None = None
    birth: str = "1990-01-01"
    sex: int = FEMALE
    quantity: int = 1000
    receipt: int = -1  # a place in RECEIPTS


def seen(*lines: Line) -> Seen:
    """Those lines as columns, their ids 1, 2, 3 ..."""

    def column(of: Any) -> Any:
        return np.array([of(line) for line in lines], np.int64)

    act = column(lambda line: line.act)
    return Seen(
        WATCH, np.arange(1, len(lines) + 1), column(lambda line: line.claim), column(lambda line: line.household),
        column(lambda line: line.person), column(lambda line: line.provider), column(lambda line: line.setting),
        column(lambda line: day(line.on)), act, column(lambda line: line.quantity), column(lambda line: line.billed),
        act - 1, column(lambda line: line.receipt), column(lambda line: day(line.stay[0]) if line.stay else -1),
        column(lambda line: day(line.stay[1]) if line.stay else -1), column(lambda line: day(line.birth)),
        column(lambda line: line.sex), CATEGORIES, RECEIPTS, CODES,
    )  # fmt: skip


def found(kind: str, *lines: Line) -> list[tuple[int, int]]:
    """(file, amount at stake) of what one kind finds."""
    return [(one.claim, one.amount) for one in KINDS[kind](seen(*lines))]


ONE = Line(1)


@pytest.mark.parametrize(
    ("kind", "lines", "flagged"),
    [
        ("receipts", (ONE, Line(2)), [2]),
        ("receipts", (ONE, Line(2, household=2)), [2]),  # known in two households
        ("receipts", (ONE, Line(2, person=2, household=2)), [2]),  # one birth date, two numbers
        ("receipts", (ONE, Line(2, person=2)), []),  # twins of one household
        ("receipts", (ONE, Line(2, billed=10_100)), []),
        ("receipts", (ONE, Line(2, on="2026-02-11")), []),
        ("receipts", (ONE, Line(2, provider=8)), []),
        ("receipts", (ONE, ONE), []),  # twice on one file is what the plan's own rules see
        ("receipts", (Line(1, provider=-1), Line(2, provider=-1)), []),
        ("receipts", (replace(ONE, receipt=0), Line(2, receipt=0)), []),  # its number says so already
        ("receipts", (replace(ONE, receipt=0), Line(2, receipt=1)), [2]),  # the number may be made up
        ("receipt_numbers", (replace(ONE, receipt=0), Line(2, receipt=0)), [2]),
        ("receipt_numbers", (Line(1, receipt=0), Line(2, 2, 2, act=2, billed=5, on="2026-03-01", receipt=0)), [2]),
        ("receipt_numbers", (replace(ONE, receipt=0), Line(2, receipt=1)), []),
        ("receipt_numbers", (replace(ONE, receipt=0), Line(2, provider=8, receipt=0)), []),  # each has its own numbers
        ("receipt_numbers", (replace(ONE, receipt=0), Line(1, act=2, receipt=0)), []),  # two lines of one paper
        ("receipt_numbers", (ONE, Line(2)), []),
        ("receipt_numbers", (Line(1, provider=-1, receipt=0), Line(2, provider=-1, receipt=0)), []),
        ("life", (Line(1, on="1989-12-31"),), [1]),
        ("life", (Line(1, on="1990-01-01"),), []),
        ("life", (Line(1, act=3, on="2026-01-05"), Line(2, on="2026-01-06")), [2]),
        ("life", (Line(1, act=3, on="2026-01-05"), Line(2, on="2026-01-05")), []),
        ("life", (Line(1, act=3, on="2026-01-05", person=2), Line(2, on="2026-01-06")), []),
        ("sex_age", (Line(1, act=4, sex=MALE),), [1]),
        ("sex_age", (Line(1, act=4),), []),
        ("sex_age", (Line(1, act=4, birth="2020-01-01"),), [1]),
        ("sex_age", (Line(1, act=4, sex=2),), []),  # of unknown sex nothing is said
        ("stays", (Line(1, setting=1, stay=("2026-02-08", "2026-02-14")), Line(2, provider=8)), [2]),
        ("stays", (Line(1, setting=1, stay=("2026-02-08", "2026-02-14")), Line(2)), []),  # in the same house
        ("stays", (Line(1, setting=1, stay=("2026-02-10", "2026-02-14")), Line(2, provider=8)), []),  # before going in
        ("stays", (Line(1, setting=1, stay=("2026-02-08", "2026-02-14")), Line(2, provider=8, person=2)), []),
        ("deliveries", (Line(1, act=4, on="2026-01-05"), Line(2, act=4, on="2026-04-05")), [2]),
        ("deliveries", (Line(1, act=4, on="2026-01-05"), Line(2, act=4, on="2026-01-07")), []),  # one, in parts
        ("deliveries", (Line(1, act=4, on="2025-01-05"), Line(2, act=4, on="2026-01-05")), []),
        ("deliveries", (Line(1, act=4, on="2026-01-05"), Line(2, act=4, on="2026-04-05", person=2)), []),
        ("provider_days", tuple(Line(n, act=2, person=n) for n in range(1, 7)), [1]),
        ("provider_days", tuple(Line(n, act=2, person=n) for n in range(1, 6)), []),
        ("provider_days", tuple(Line(n, person=n) for n in range(1, 7)), []),  # tests are no consultations
        ("person_days", tuple(Line(n, act=2, provider=n) for n in range(1, 5)), [1]),
        ("person_days", tuple(Line(n, act=2, provider=n) for n in range(1, 4)), []),
    ],
)
def test_a_kind_finds_what_was_planted_and_nothing_else(kind: str, lines: Sequence[Line], flagged: list[int]) -> None:
    assert [claim for claim, _ in found(kind, *lines)] == flagged


def peers(count: int = 12, **more: Any) -> list[Line]:
    """Providers of twelve lines each, of twelve people, at about one price."""
    return [
        Line(1000 * provider + n, provider=provider, person=1000 * provider + n, billed=10_000 + 100 * (n % 5), **more)
        for provider in range(100, 100 + count) for n in range(12)
    ]  # fmt: skip


def dear(factor: int, lines: int = 12) -> list[Line]:
    return [Line(n, provider=7, person=n, billed=10_000 * factor) for n in range(1, lines + 1)]


def test_a_provider_far_dearer_than_peers_is_flagged_with_the_figures() -> None:
    (one,) = KINDS["provider_prices"](seen(*peers(), *dear(2)))
    assert (one.provider, one.figures["lines"], one.figures["peers"]) == (7, 12, 12)
    assert one.figures["value_bp"] > 1.9 * one.figures["middle_bp"] and one.figures["spreads"] > 6


def test_one_of_few_peers_or_of_few_lines_or_of_a_usual_price_is_not() -> None:
    assert found("provider_prices", *peers(3), *dear(2)) == []
    assert found("provider_prices", *peers(), *dear(2, lines=9)) == []
    assert found("provider_prices", *peers(), *dear(1)) == []


def test_who_does_dearer_acts_is_not_dear_for_that() -> None:
    cheap, costly = peers(), [replace(line, act=2, billed=50_000, claim=line.claim + 9_000_000) for line in peers()]
    own = [Line(n, provider=7, person=n, act=1 + n % 2, billed=50_000 if n % 2 else 10_200) for n in range(1, 25)]
    assert found("provider_prices", *cheap, *costly, *own) == []


def test_a_provider_with_many_lines_for_each_person_is_flagged() -> None:
    many = [Line(n, provider=7, person=n % 3) for n in range(1, 31)]
    (one,) = KINDS["provider_lines"](seen(*peers(), *many))
    assert (one.provider, one.figures["value"], one.figures["middle"]) == (7, 10.0, 1.0)


def test_a_person_with_far_more_lines_than_others_of_their_age_is_flagged() -> None:
    usual = [Line(100 * person + n, person=person) for person in range(2, 12) for n in range(3)]
    ill = [Line(n, person=1) for n in range(1, 41)]
    (one,) = KINDS["member_lines"](seen(*usual, *ill))
    assert (one.person, one.figures["lines"], one.figures["middle"]) == (1, 40, 3)
    old = [replace(line, birth="1940-01-01") for line in ill]
    assert found("member_lines", *usual, *old) == []  # nobody of that age to compare with


def test_nothing_is_found_where_there_is_nothing() -> None:
    assert all(told == [] for told in look_out(seen()).values())


def test_groups_medians_and_spreads_are_those_that_can_be_reckoned_by_hand() -> None:
    keys, values = np.array([2, 1, 2, 1, 1]), np.array([5.0, 1.0, 7.0, 2.0, 100.0])
    order, start = grouped(keys)
    assert (np.diff(start).tolist(), distinct(np.array([1, 1, 1, 1, 2]), order, start).tolist()) == ([3, 2], [2, 1])
    assert [column.tolist() for column in medians(values, keys, 4)] == [[0, 2, 5, 0], [0, 3, 2, 0]]
    score, middle, count = spreads(values, keys, 4, least=0.1)
    assert (round(float(score[4]), 2), middle[4], count[4]) == (round(98 / 1.4826, 2), 2, 3)
    assert dominant(np.array([1, 1, 2]), np.array([8, 9, 9]), [1, 3, 1])[1].tolist() == [9, 9]


def test_the_pack_says_what_its_acts_are_and_a_country_without_says_nothing() -> None:
    assert "delivery" in watch("ma").acts["deliveries"] and watch("xx").acts == {}
