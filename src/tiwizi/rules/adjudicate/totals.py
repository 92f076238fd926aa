"""What decisions add up to: a small cube that answers "where does the money go?" without reading a line again.

All amounts are whole minor units and exact: in a batch as on a line, billed = paid + what each reason left unpaid.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from tiwizi.rules.adjudicate.columns import CLAUSE_BITS, REASON_BITS, Column, Decisions, Facts, Tariff
from tiwizi.rules.adjudicate.kernel.registers import entry
from tiwizi.rules.period import NEVER, NO_DAY, day_number
from tiwizi.rules.plan.document import Plan, steps
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
    sums = Sums(plan, facts, tariff)
    sums.add(decisions)
    return sums.totals()


class Sums:
    """Totals in the making, while decisions come in parts, in the order of the facts."""

    def __init__(self, plan: Plan, facts: Facts, tariff: Tariff) -> None:
        self.plan, self.facts, self.tariff = plan, facts, tariff
        self.payers, self.step = _Payers(plan), _step_of_layers(plan)
        self.months, self.begins = _months(facts.day)
        keys = (len(self.months), len(tariff.categories))
        self.lines = np.zeros((*keys, len(STATES), 4), np.int64)
        self.paid = np.zeros((*keys, len(self.payers.names), 2), np.int64)
        self.reasons = np.zeros((len(plan.layers), len(REASONS), 2), np.int64)
        self.added = 0

    def add(self, d: Decisions) -> None:
        """The decisions on the next lines."""
        at = slice(self.added, self.added + len(d.state))
        day, category = self.facts.day[at], self.tariff.code_category[self.facts.code[at]]
        month = np.searchsorted(self.begins, day, side="right") - 1
        by_line = _Lines(month, category, day, d.state, d.billed, d.reductions, d.share, d.paid, d.chosen)
        _add_lines(by_line, self.payers.start, self.payers.since, self.payers.until, self.lines, self.paid)
        room = np.zeros((2, d.paid.shape[1]), np.int64)
        _add_reasons(
            d.billed, d.paid, d.trail_start, d.trail_rule, d.trail_cut, self.step, _IS_SHARE, room, self.reasons
        )
        self.added = at.stop

    def totals(self) -> Totals:
        months, categories, payers, layers = self.months, self.tariff.categories, self.payers.names, self.plan.layers
        lines, paid, reasons = (_occupied(sums) for sums in (self.lines, self.paid, self.reasons))
        totals = Totals(
            lines=tuple(LineTotal(months[m], categories[c], STATES[s], *sums) for (m, c, s), sums in lines),
            payers=tuple(PayerTotal(months[m], categories[c], *payers[p], *sums) for (m, c, p), sums in paid),
            reasons=tuple(
                ReasonTotal(layers[y].id, REASONS[r].name, REASONS[r].effect, *sums) for (y, r), sums in reasons
            ),
        )
        unpaid = sum(row.amount for row in totals.reasons)
        assert totals.billed == totals.paid + unpaid and unpaid == totals.reductions + totals.share
        return totals


_IS_SHARE = np.array([reason.effect == "share" for reason in REASONS])


class _Lines(NamedTuple):
    month: Column
    category: Column
    day: Column
    state: Column
    billed: Column
    reductions: Column
    share: Column
    paid: Column
    chosen: Column


class _Payers:
    """The payers of every layer as rows: first "nobody is named", then by the day on which they began."""

    def __init__(self, plan: Plan) -> None:
        self.names: list[tuple[str, str]] = []
        start, since, until = [0], [], []
        for layer in plan.layers:
            blocks = sorted(layer.payers, key=lambda payer: payer.dates.effective)
            ends = [block.dates.until for block in blocks]
            self.names += [(layer.id, ""), *((layer.id, block.id) for block in blocks)]
            since += [NO_DAY, *(day_number(block.dates.effective) for block in blocks)]
            until += [NEVER, *(NEVER if end is None else day_number(end) for end in ends)]
            start.append(len(self.names))
        self.start, self.since, self.until = (np.array(column, np.int64) for column in (start, since, until))


@entry
def _add_lines(of: _Lines, start: Column, since: Column, until: Column, lines: Column, payers: Column) -> None:
    """Add every line to its month, category and state, and what each layer paid to the payer of its day."""
    for i in range(len(of.month)):
        total = lines[of.month[i], of.category[i], of.state[i]]
        total[0] += 1
        total[1] += of.billed[i]
        total[2] += of.reductions[i]
        total[3] += of.share[i]
        for step in range(of.paid.shape[1]):
            layer, amount = of.chosen[i, step], of.paid[i, step]
            if layer < 0 or amount == 0:
                continue
            payer = start[layer + 1] - 1
            while not since[payer] <= of.day[i] < until[payer]:
                payer -= 1
            payers[of.month[i], of.category[i], payer, 0] += 1
            payers[of.month[i], of.category[i], payer, 1] += amount


@entry
def _add_reasons(
    billed: Column,
    paid: Column,
    trail_start: Column,
    trail_rule: Column,
    trail_cut: Column,
    step_of: Column,
    is_share: Column,
    room: Column,
    reasons: Column,
) -> None:
    """shares.allot for every line. room: int64 [2, steps], working memory: is the step asked, what it cuts."""
    asked, cuts = room
    for i in range(len(billed)):
        unpaid = billed[i]
        for step in range(len(asked)):
            unpaid -= paid[i, step]
            asked[step], cuts[step] = paid[i, step] > 0, 0
        for entry_at in range(trail_start[i], trail_start[i + 1]):
            rule = trail_rule[entry_at]
            step = step_of[rule >> (CLAUSE_BITS + REASON_BITS)]
            asked[step] = 1
            if not is_share[(rule >> CLAUSE_BITS) & (2**REASON_BITS - 1)]:
                cuts[step] += trail_cut[entry_at]
        primary = -1
        for step in range(len(asked)):
            if asked[step] and (primary < 0 or cuts[step] < cuts[primary]):
                primary = step
        for entry_at in range(trail_start[i], trail_start[i + 1]):
            rule = trail_rule[entry_at]
            layer = rule >> (CLAUSE_BITS + REASON_BITS)
            part = min(max(trail_cut[entry_at], 0), unpaid)
            if step_of[layer] == primary and part > 0:
                total = reasons[layer, (rule >> CLAUSE_BITS) & (2**REASON_BITS - 1)]
                total[0] += 1
                total[1] += part
                unpaid -= part


def _step_of_layers(plan: Plan) -> Column:
    step = np.zeros(len(plan.layers), np.int64)
    for number, layers in enumerate(steps(plan)):
        step[layers] = number
    return step


def _months(day: Column) -> tuple[list[str], Column]:
    """The months in which days lie, from the first to the last, and the day on which each begins."""
    if not len(day):
        return [], np.zeros(0, np.int64)
    first, last = (np.datetime64(int(end), "D").astype("datetime64[M]") for end in (day.min(), day.max()))
    names = np.arange(first, last + 1)
    return [str(name) for name in names], names.astype("datetime64[D]").astype(np.int64)


def _occupied(sums: Column) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """The keys that lines fall under, with their sums: the first of them counts the lines."""
    for where in np.argwhere(sums[..., 0] > 0):
        yield tuple(int(key) for key in where), tuple(int(amount) for amount in sums[tuple(where)])
