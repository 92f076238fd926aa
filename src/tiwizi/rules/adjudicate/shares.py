"""What stays unpaid of a line, by reason: the part that no payer recognises, and the member's own share.

Every layer starts from the whole amount billed, so the cuts of layers overlap and cannot be added up. What is unpaid
after all of them is told in the words of one layer, the one that recognises most of the amount. Of 250.00 billed the
basic scheme cuts 100.00 (above its reference price) and 30.00 (its rate) and pays 120.00; the complementary scheme cuts
100.00 and 126.00 and pays 24.00. Of the 106.00 unpaid, in the words of the basic scheme, 100.00 are above the price and
6.00 are the member's share.
"""

from __future__ import annotations

from collections.abc import Sequence

from tiwizi.rules.terms import REASONS

#: (reason code, what it took of the line's amount, in minor units), in the order in which the rules applied.
Cuts = Sequence[tuple[int, int]]


def allot(billed: int, layers: Sequence[Cuts], paid: Sequence[int]) -> list[tuple[int, int]]:
    """What is unpaid of a line, as (reason code, minor units > 0), adding up to ``billed - sum(paid)``.

    layers: the cuts of each layer that was evaluated; paid: what each step paid. Fails when the cuts do not reach.
    """
    own = layers[primary(layers)] if layers else ()
    return [(own[place][0], part) for place, part in allot_by_rule(billed, layers, paid)]


def allot_by_rule(billed: int, layers: Sequence[Cuts], paid: Sequence[int]) -> list[tuple[int, int]]:
    """The same, as (place of the rule among those of the primary layer, minor units > 0)."""
    unpaid = billed - sum(paid)
    parts = []
    for place, (reason, cut) in enumerate(layers[primary(layers)] if layers else ()):
        part = 0 if REASONS[reason].effect == "paid" else min(max(cut, 0), unpaid)
        if part:
            parts.append((place, part))
            unpaid -= part
    assert unpaid == 0, f"{unpaid} minor units are neither paid nor cut"
    return parts


def primary(layers: Sequence[Cuts]) -> int:
    """The position of the layer that recognises most of the amount, the first of equals."""
    return min(range(len(layers)), key=lambda position: _not_recognised(layers[position]))


def member_share(parts: Cuts) -> int:
    """The member's own share, of what ``allot`` gives. The rest are the reductions."""
    return sum(amount for reason, amount in parts if REASONS[reason].effect == "share")


def _not_recognised(cuts: Cuts) -> int:
    return sum(cut for reason, cut in cuts if REASONS[reason].effect != "share")
