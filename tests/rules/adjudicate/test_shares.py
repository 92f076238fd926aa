"""What is unpaid of a line is told in the words of the layer that recognises most of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tiwizi.rules.adjudicate.shares import allot, member_share, primary
from tiwizi.rules.terms import REASON_CODE, REASONS

REFERENCE, RATE, NO_COVER, ROUNDING = (REASON_CODE[name] for name in ("reference", "rate", "no_cover", "rounding"))
BASIC = [(REFERENCE, 10000), (RATE, 3000)]
COMPLEMENTARY = [(REFERENCE, 10000), (RATE, 12600)]


def test_the_model_case_leaves_100_above_the_reference_price_and_6_to_the_member() -> None:
    parts = allot(25000, [BASIC, COMPLEMENTARY], [12000, 2400])
    assert parts == [(REFERENCE, 10000), (RATE, 600)]
    assert member_share(parts) == 600


def test_a_layer_that_covers_nobody_does_not_tell_the_reason_where_another_pays() -> None:
    assert allot(25000, [[(NO_COVER, 25000)], BASIC], [0, 12000]) == [(REFERENCE, 10000), (RATE, 3000)]


def test_a_line_that_everyone_refuses_is_a_reduction_in_the_words_of_the_first() -> None:
    parts = allot(25000, [[(NO_COVER, 25000)], [(REFERENCE, 25000)]], [0, 0])
    assert parts == [(NO_COVER, 25000)]
    assert member_share(parts) == 0


def test_a_line_paid_in_full_leaves_nothing() -> None:
    assert allot(25000, [BASIC, [(RATE, 12000)]], [12000, 13000]) == []


def test_a_rounding_in_the_members_favour_is_taken_off_the_other_reasons() -> None:
    assert allot(1000, [[(RATE, 205), (ROUNDING, -5)]], [800]) == [(RATE, 200)]


def test_a_free_line_has_nothing_to_allot() -> None:
    assert allot(0, [[(NO_COVER, 0)]], [0]) == []


def test_the_first_of_equal_layers_is_the_primary() -> None:
    assert primary([BASIC, COMPLEMENTARY]) == 0
    assert primary([[(NO_COVER, 5)], BASIC]) == 0


COORDINATION = REASON_CODE["coordination"]
#: Reasons that take something; coordination leaves out what earlier layers have paid, and no more.
TAKING = [code for code, reason in enumerate(REASONS) if reason.effect != "paid"]


@st.composite
def _lines(draw: st.DrawFn) -> tuple[int, list[list[tuple[int, int]]], list[int]]:
    """A line whose every layer's cuts add up to what it leaves unpaid."""
    billed = draw(st.integers(0, 10**9))
    left, layers, paid = billed, [], []
    for _ in range(draw(st.integers(1, 3))):
        pays = draw(st.integers(0, left))
        coordinated = draw(st.integers(0, billed - left))
        first = draw(st.integers(0, billed - pays - coordinated))
        reasons = sorted(draw(st.tuples(*[st.sampled_from(TAKING)] * 2)))
        cuts = [(reasons[0], first), (reasons[1], billed - pays - coordinated - first)]
        layers.append([*cuts, (COORDINATION, coordinated)])
        paid.append(pays)
        left -= pays
    return billed, layers, paid


@given(_lines())
def test_the_parts_always_add_up_to_what_is_unpaid(line: tuple[int, list[list[tuple[int, int]]], list[int]]) -> None:
    billed, layers, paid = line
    parts = allot(billed, layers, paid)
    assert sum(amount for _, amount in parts) == billed - sum(paid)
    assert all(amount > 0 for _, amount in parts)
