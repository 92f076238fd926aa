"""Samples for a second opinion: drawn by a seed that draws the same lines again, and answered by somebody else."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.records import world
from tests.records.care import mutual
from tests.records.care.mutual import DAY, file

from tiwizi.records.care.models import ClaimLine, Opinion, Recheck
from tiwizi.records.care.operations.reviews import review_line
from tiwizi.records.care.operations.samples import draw_sample, give_opinion
from tiwizi.records.care.queries.samples import Agreement, opinion, opinions, sample, samples
from tiwizi.records.care.sampling import STRATA, drawn, marks, stratum_of
from tiwizi.records.trail.queries import history
from tiwizi.records.trail.refusal import Refused

SALMA, SAMIRA = world.by("adjudicator", user=41), world.by("medical_adviser", user=42)
SPAN = {"since": date(2026, 5, 1), "until": date(2026, 6, 1)}


def refused(key: str) -> Any:
    return pytest.raises(Refused, check=lambda error: error.key == key)


@pytest.fixture
def village(tmp_path: Path) -> None:
    mutual.open_village(tmp_path)
    amounts = ("20.00", "50.00", "90.00", "150.00", "250.00", "400.00", "900.00", "2000.00")
    mutual.hand_in(tmp_path, **file("F1", *((f"2026-02-{n:02}", amount) for n, amount in enumerate(amounts, 1))))
    mutual.decided()


def test_each_stratum_gives_its_share_and_at_least_one() -> None:
    billed = np.array([100] * 1000 + [30_000] * 10 + [700_000] * 1)
    places, population, wanted = drawn(np.arange(1, 1012), billed, share=100, seed=7)
    assert (population.tolist(), wanted.tolist()) == ([1000, 10, 0, 1], [10, 1, 0, 1])
    assert np.bincount(stratum_of(billed[places]), minlength=len(STRATA)).tolist() == [10, 1, 0, 1]


def test_the_same_seed_draws_the_same_lines_in_whatever_order_they_come() -> None:
    lines = np.arange(1, 2001)
    billed = np.where(lines % 3 == 0, 50_000, 5_000)
    first = lines[drawn(lines, billed, share=500, seed=11)[0]]
    mixed = lines[::-1]
    again = mixed[drawn(mixed, billed[::-1], share=500, seed=11)[0]]
    other = lines[drawn(lines, billed, share=500, seed=12)[0]]
    assert sorted(again.tolist()) == first.tolist() and set(other.tolist()) != set(first.tolist())


def test_marks_are_those_of_whole_numbers_without_an_end() -> None:
    def mark(line: int, seed: int) -> int:
        first, second, third = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
        mixed = (line * first + seed * second) % 2**64
        mixed = (mixed ^ mixed >> 30) * second % 2**64
        mixed = (mixed ^ mixed >> 27) * third % 2**64
        return mixed ^ mixed >> 31

    ids = [1, 2, 1_500_000, 2**40]
    assert marks(np.array(ids), 10**9 - 1).tolist() == [mark(line, 10**9 - 1) for line in ids]


@pytest.mark.usefixtures("village")
def test_a_sample_draws_lines_that_wait_for_nobody_and_its_seed_is_in_the_trail() -> None:
    made = draw_sample(SALMA, share=5000, seed=99, **SPAN)
    (row,) = samples()
    assert (row.population, row.drawn, row.agreement.waiting) == (7, 4, 4)  # one line waits for a person
    assert history("sample", made)[0].body["seed"] == 99
    again = draw_sample(SALMA, share=5000, seed=99, **SPAN)
    of = [set(Opinion.objects.filter(sample=one).values_list("line_id", flat=True)) for one in (made, again)]
    assert of[0] == of[1]


@pytest.mark.usefixtures("village")
def test_what_cannot_be_drawn_is_refused() -> None:
    for key, values in (
        ("sample_share", {"share": 0}), ("sample_share", {"share": 10_001}),
        ("ends_before_it_began", {"since": DAY, "until": DAY}),
        ("nothing_to_draw", {"since": date(2020, 1, 1), "until": date(2020, 2, 1)}),
    ):  # fmt: skip
        with refused(key):
            draw_sample(SALMA, **({"share": 100, "seed": 1} | SPAN | values))


@pytest.mark.usefixtures("village")
def test_a_second_reviewer_says_once_whether_they_agree_and_otherwise_calls_for_a_look() -> None:
    made = draw_sample(SALMA, share=10_000, seed=1, **SPAN)
    first, second, third = opinions(SAMIRA, made)[:3]
    assert give_opinion(SAMIRA, opinion=first.opinion, same=True) == "same"
    with refused("opinion_given"):
        give_opinion(SAMIRA, opinion=first.opinion, same=True)
    with refused("no_reason"):
        give_opinion(SAMIRA, opinion=second.opinion, same=False)
    give_opinion(SAMIRA, opinion=second.opinion, same=False, note="too much")
    assert Recheck.objects.get().cause == f"opinion:{second.opinion}"
    review_line(SAMIRA, line=third.line, quantity=1000, reason="x")
    told = opinion(SAMIRA, third.opinion)
    assert told is not None and told.is_own
    with refused("own_decision"):
        give_opinion(SAMIRA, opinion=third.opinion, same=True)
    found = sample(made)
    assert found is not None and (found[0].agreement.rate, found[0].agreement.given) == (5000, 2)
    assert ClaimLine.objects.count() == 8


def test_the_interval_is_wilsons() -> None:
    """Of 10 opinions 9 agree: between 59.6 % and 98.2 %."""
    assert Agreement(9, 1, 0).interval == (6000, 9800)
    assert (Agreement(0, 0, 4).rate, Agreement(0, 0, 4).interval) == (None, None)
