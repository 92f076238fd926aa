"""What decisions add up to: a small cube that answers "where does the money go?" without reading a line again.

All amounts are whole minor units and exact: in a batch as on a line, billed = paid + what each reason left unpaid.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from tiwizi.rules.adjudicate.columns import CLAUSE_BITS, REASON_BITS, Column, Decisions, Facts, Tariff
from tiwizi.rules.period import NEVER, day_number
from tiwizi.rules.plan.document import Layer, Plan, steps
from tiwizi.rules.terms import REASONS, STATES


class LineTotal(NamedTuple):
    """Lines of one month of care ("2026-03"), category and state."""

    month: str
    category: str
    state: str
    lines: int
    billed: int
    reductions: int
    share: int


class PayerTotal(NamedTuple):
    """What one payer of a layer pays; payer "" where the plan names none for those days."""

    month: str
    category: str
    layer: str
    payer: str
    lines: int
    paid: int


class ReasonTotal(NamedTuple):
    """What a reason left unpaid in the words of a layer (see shares.py), and on how many lines.

    effect: that of the reason in rules.terms; "share" is the member's own.
    """

    layer: str
    reason: str
    effect: str
    lines: int
    amount: int


@dataclass(frozen=True)
class Totals:
    lines: tuple[LineTotal, ...]
    payers: tuple[PayerTotal, ...]
    reasons: tuple[ReasonTotal, ...]

    @property
    def billed(self) -> int:
        return sum(row.billed for row in self.lines)

    @property
    def paid(self) -> int:
        return sum(row.paid for row in self.payers)

    @property
    def reductions(self) -> int:
        return sum(row.reductions for row in self.lines)

    @property
    def share(self) -> int:
        return sum(row.share for row in self.lines)


def corrected(totals: Totals, before: Totals, after: Totals) -> Totals:
    """Totals in which what some households came to before is replaced by what they come to after."""
    return Totals(
        lines=tuple(LineTotal(*row) for row in _replaced(totals.lines, before.lines, after.lines, keys=3)),
        payers=tuple(PayerTotal(*row) for row in _replaced(totals.payers, before.payers, after.payers, keys=4)),
        reasons=tuple(ReasonTotal(*row) for row in _replaced(totals.reasons, before.reasons, after.reasons, keys=3)),
    )


def _replaced(
    totals: Sequence[tuple[Any, ...]], before: Sequence[tuple[Any, ...]], after: Sequence[tuple[Any, ...]], *, keys: int
) -> Iterator[tuple[Any, ...]]:
    """Rows of ``keys`` names and then numbers: totals - before + after, without what comes to no line."""
    sums: dict[tuple[Any, ...], list[int]] = {}
    for sign, rows in ((1, totals), (-1, before), (1, after)):
        for row in rows:
            numbers = sums.setdefault(row[:keys], [0] * (len(row) - keys))
            for at, number in enumerate(row[keys:]):
                numbers[at] += sign * number
    return ((*key, *numbers) for key, numbers in sums.items() if numbers[0])


def add_up(plan: Plan, facts: Facts, tariff: Tariff, decisions: Decisions) -> Totals:
    """The totals of some decisions; billed = paid + reductions + share, as on every line."""
    months, month = _months(facts.day)
    category = tariff.code_category[facts.code] if facts.lines else np.zeros(0, np.int64)
    totals = Totals(
        lines=tuple(_line_totals(months, month, tariff.categories, category, decisions)),
        payers=tuple(_payer_totals(plan, months, month, tariff.categories, category, facts.day, decisions)),
        reasons=tuple(_reason_totals(plan, decisions)),
    )
    unpaid = sum(row.amount for row in totals.reasons)
    assert totals.billed == totals.paid + unpaid and unpaid == totals.reductions + totals.share
    return totals


def _line_totals(
    months: Sequence[str], month: Column, categories: Sequence[str], category: Column, decisions: Decisions
) -> Iterator[LineTotal]:
    sizes = (len(months), len(categories), len(STATES))
    amounts = (np.ones_like(decisions.billed), decisions.billed, decisions.reductions, decisions.share)
    for (m, c, s), sums in _grouped(sizes, (month, category, decisions.state), amounts):
        yield LineTotal(months[m], categories[c], STATES[s], *sums)


def _payer_totals(
    plan: Plan,
    months: Sequence[str],
    month: Column,
    categories: Sequence[str],
    category: Column,
    day: Column,
    decisions: Decisions,
) -> Iterator[PayerTotal]:
    for step in range(decisions.paid.shape[1]):
        for at, layer in enumerate(plan.layers):
            rows = np.flatnonzero((decisions.chosen[:, step] == at) & (decisions.paid[:, step] > 0))
            names = ["", *(payer.id for payer in layer.payers)]
            keys = (month[rows], category[rows], _payer_of(layer, day[rows]))
            paid = decisions.paid[rows, step]
            sizes = (len(months), len(categories), len(names))
            for (m, c, p), sums in _grouped(sizes, keys, (np.ones_like(paid), paid)):
                yield PayerTotal(months[m], categories[c], layer.id, names[p], *sums)


def _payer_of(layer: Layer, day: Column) -> Column:
    """1 + position of the layer's payer on each day, 0 where there is none; of two, the one that began last."""
    payer = np.zeros(len(day), np.int64)
    for at, block in sorted(enumerate(layer.payers), key=lambda entry: entry[1].dates.effective):
        until = NEVER if block.dates.until is None else day_number(block.dates.until)
        payer[(day_number(block.dates.effective) <= day) & (day < until)] = at + 1
    return payer


def _reason_totals(plan: Plan, decisions: Decisions) -> Iterator[ReasonTotal]:
    layer, reason, part = _unpaid_parts(plan, decisions)
    rows = np.flatnonzero(part > 0)
    keys, amounts = (layer[rows], reason[rows]), (np.ones(len(rows), np.int64), part[rows])
    for (at, r), (lines, amount) in _grouped((len(plan.layers), len(REASONS)), keys, amounts):
        yield ReasonTotal(plan.layers[at].id, REASONS[r].name, REASONS[r].effect, lines, amount)


def _unpaid_parts(plan: Plan, decisions: Decisions) -> tuple[Column, Column, Column]:
    """shares.allot for every line at once: layer, reason and unpaid part of each entry of the trail."""
    rule = decisions.trail_rule.astype(np.int64)
    layer, reason = rule >> (CLAUSE_BITS + REASON_BITS), (rule >> CLAUSE_BITS) & (2**REASON_BITS - 1)
    cut = np.maximum(decisions.trail_cut, 0)
    line = np.repeat(np.arange(len(decisions.billed)), np.diff(decisions.trail_start))
    step = _step_of_layers(plan)[layer]
    is_share = np.array([entry.effect == "share" for entry in REASONS])
    not_recognised = np.zeros(decisions.paid.shape, np.int64)
    np.add.at(not_recognised, (line, step), np.where(is_share[reason], 0, decisions.trail_cut))
    evaluated = decisions.paid > 0
    evaluated[line, step] = True
    not_recognised[~evaluated] = np.iinfo(np.int64).max  # a step that has nothing to say of the line
    speaks = not_recognised.argmin(axis=1)[line] == step
    spoken = np.where(speaks, cut, 0)
    sums = np.concatenate(([0], np.cumsum(spoken)))
    before = sums[:-1] - sums[decisions.trail_start[line]]
    unpaid = decisions.billed - decisions.paid.sum(axis=1)
    return layer, reason, np.clip(unpaid[line] - before, 0, spoken)


def _step_of_layers(plan: Plan) -> Column:
    step = np.zeros(len(plan.layers), np.int64)
    for number, layers in enumerate(steps(plan)):
        step[layers] = number
    return step


def _months(day: Column) -> tuple[list[str], Column]:
    """The months in which days lie, from the first to the last, and each day's position among them."""
    if not len(day):
        return [], np.zeros(0, np.int64)
    month = day.astype("datetime64[D]").astype("datetime64[M]")
    first = month.min()
    names = [str(name) for name in np.arange(first, month.max() + 1)]
    return names, (month - first).astype(np.int64)


def _grouped(
    sizes: tuple[int, ...], keys: tuple[Column, ...], amounts: tuple[Column, ...]
) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """The sums of some amounts for each combination of keys that occurs; each key is below its size."""
    if not len(keys[0]):
        return
    group = np.ravel_multi_index(tuple(key.astype(np.int64) for key in keys), sizes)
    sums = np.zeros((len(amounts), int(np.prod(sizes))), np.int64)
    for at, amount in enumerate(amounts):
        np.add.at(sums[at], group, amount)
    for occupied in np.flatnonzero(sums[0]):
        where = tuple(int(position) for position in np.unravel_index(occupied, sizes))
        yield where, tuple(int(amount) for amount in sums[:, occupied])
