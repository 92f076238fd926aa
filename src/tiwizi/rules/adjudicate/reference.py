"""The readable engine: it is the specification of adjudication, and the compiled kernel must equal it on every line.

It reads the plan document itself (not the compiled tables), one household at a time, in whole numbers. This file takes
the lines in their order and adds up; rulings.py holds steps 1 to 5, sessions.py the acts of one visit, valuation.py
steps 6 to 13. docs/concepts/adjudication.md tells it in words, with numbers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from tiwizi.rules.adjudicate import sessions
from tiwizi.rules.adjudicate.accumulators import Accumulators, History
from tiwizi.rules.adjudicate.amount import Amount, Entry
from tiwizi.rules.adjudicate.columns import Decisions, Facts, Tariff, pack_rule
from tiwizi.rules.adjudicate.facts import Household, Line, empty_decisions, household
from tiwizi.rules.adjudicate.rulings import Ruling, Rulings
from tiwizi.rules.adjudicate.shares import allot, member_share
from tiwizi.rules.adjudicate.valuation import Outcome, Room, Valuation, lump_sum, refuse, report
from tiwizi.rules.plan.document import Plan, steps
from tiwizi.rules.terms import PAID, REASON_CODE, REASONS, REDUCED, REFUSED, TO_REVIEW


@dataclass
class LineDecision:
    """A line and what each step decides on it (None: it has nothing to say). note: a remark that takes nothing.

    room: what its first step could pay. paid_here: what the layers pay that are decided here, and for how many units.
    """

    line: Line
    billed: int
    steps: list[Outcome | None]
    note: Entry | None
    room: Room
    state: int = PAID
    paid_here: int = 0
    units: int = 0

    @property
    def outcomes(self) -> list[Outcome]:
        return [outcome for outcome in self.steps if outcome is not None]


def decide(plan: Plan, facts: Facts, tariff: Tariff) -> Decisions:
    """Decide every line of the facts: the specification. The same result as engine.decide, at its own pace."""
    homes = (household(facts, tariff, number) for number in range(facts.households))
    return _columns(plan, [decision for home in homes for decision in Reference(plan, home).run()])


def history(plan: Plan, facts: Facts, tariff: Tariff) -> History:
    """What the only household of some facts has used up of limits, line after line."""
    engine = Reference(plan, household(facts, tariff, 0))
    for _ in engine.run():
        pass
    return History(engine.used.uses)


def units_left(plan: Plan, facts: Facts, tariff: Tariff) -> dict[int, int]:
    """By line of the only household of some facts, what was left of the quantity (thousandths) of its prior approval
    before it; without those that stand on none of a quantity."""
    lines = Reference(plan, household(facts, tariff, 0)).run()
    return {one.line.number: one.room.units for one in lines if one.room.units is not None}


class Reference:
    """The decisions of one household, line after line."""

    def __init__(self, plan: Plan, home: Household) -> None:
        self.plan, self.home, self.steps = plan, home, steps(plan)
        self.rulings = Rulings(plan, home)
        self.used = Accumulators(home)
        self.paid_on: dict[int, int] = defaultdict(int)  # by prior approval
        self.units_on: dict[int, int] = defaultdict(int)  # thousandths
        self.standing: list[Line] = []

    def run(self) -> Iterator[LineDecision]:
        """The lines in their order, each decided when it is asked for."""
        lines, start = self.home.lines, 0
        for end in range(1, len(lines) + 1):
            if end == len(lines) or _group(lines[end]) != _group(lines[start]):
                yield from self._decide_group(lines[start:end])
                start = end

    def _decide_group(self, lines: Sequence[Line]) -> list[LineDecision]:
        """The lines of one claim and day: first what needs no limit, then the session, then line after line."""
        rulings: list[list[list[Ruling]]] = []
        possible: list[Line] = []
        self.standing = [line for line in self.standing if line.day == lines[0].day]
        for line in lines:
            rulings.append(self._rulings(line, [*self.standing, *possible]))
            if any(ruling.refusal is None for step in rulings[-1] for ruling in step):
                possible.append(line)
        terms = sessions.share_out(self.plan, lines, [line in possible for line in lines])
        decided = [self._decide(line, r, t) for line, r, t in zip(lines, rulings, terms, strict=True)]
        self.standing += [decision.line for decision in decided if decision.state != REFUSED]
        return decided

    def _rulings(self, line: Line, standing: Sequence[Line]) -> list[list[Ruling]]:
        """For each step, a ruling for each layer that covers the person, or one that says that nobody does.

        A step whose layers do not speak of such care at all has nothing to say.
        """
        duplicate = self.plan.duplicates == "refuse" and any(_same_care(line, other) for other in standing)
        asked = [y for y in range(len(self.plan.layers)) if self.rulings.speaks_of(y, line)]
        found = []
        for layers in self.steps:
            rulings = [self.rulings.ruling(y, line, duplicate=duplicate) for y in layers if y in asked or not asked]
            covered = [ruling for ruling in rulings if ruling.cover is not None]
            found.append(covered or rulings[:1])
        return found

    def _decide(self, line: Line, rulings: list[list[Ruling]], terms: sessions.Terms) -> LineDecision:
        """A line, step after step. What one step holds for a person's eyes, no later step pays around."""
        billed = max([line.billed, *(lump_sum(self.plan, r, line) for step in rulings for r in step)])
        approved = billed - (line.billed - line.allowed)
        decision = LineDecision(line, billed, [], self._note(line, billed), self._room(approved, line))
        held = ""
        for step in rulings:
            remaining = approved - sum(outcome.paid for outcome in decision.outcomes)
            candidates = [self._outcome(r, line, billed, self._room(remaining, line), terms, held) for r in step]
            chosen = self._choose(candidates) if candidates else None
            decision.steps.append(chosen)
            if chosen and self.plan.layers[chosen.ruling.layer].decided != "reported":
                decision.paid_here += chosen.paid
                decision.units = max(decision.units, chosen.units)
                if line.approval:
                    self.paid_on[line.approval.number] += chosen.paid
            entries = chosen.amount.entries if chosen else []
            held = held or next((entry.reason for entry in entries if _effect(entry.reason) == "review"), "")
        for outcome in decision.outcomes:
            self.used.record(outcome.uses)
        if line.approval:
            self.units_on[line.approval.number] += decision.units
        decision.state = _state(decision)
        _check(decision)
        return decision

    def _room(self, remaining: int, line: Line) -> Room:
        """What a step may pay. Nothing is promised beyond the amount and the quantity of the line's prior approval; the
        steps share the amount, but each is about the same units."""
        approval = line.approval
        if approval is None:
            return Room(remaining)
        amount = None if approval.amount is None else max(0, approval.amount - self.paid_on[approval.number])
        units = None if approval.quantity is None else max(0, approval.quantity - self.units_on[approval.number])
        return Room(remaining, amount, units)

    def _outcome(
        self, ruling: Ruling, line: Line, billed: int, room: Room, terms: sessions.Terms, held: str
    ) -> Outcome:
        layer, outcome = self.plan.layers[ruling.layer], Outcome(ruling, Amount(billed))
        if ruling.refusal is not None:
            refuse(outcome, line, billed)
        elif held:
            outcome.amount.stop(held)
        elif layer.decided == "reported":
            report(outcome, line, line.reported.get(layer.id), room.bill)
        else:
            Valuation(self.rulings, self.used, outcome, line, terms, room).run()
        return outcome

    def _choose(self, candidates: list[Outcome]) -> Outcome:
        """Of alternatives, the one that leaves the smaller own share; the first of equals. One that waits for a
        person goes before one that refuses, and after one that pays."""

        def merit(outcome: Outcome) -> tuple[int, int]:
            waits = any(_effect(entry.reason) == "review" for entry in outcome.amount.entries)
            if self.plan.choice == "terms":
                return (2 if outcome.countable else int(waits)), outcome.by_terms
            if outcome.amount.stopped:
                return int(waits), outcome.worth
            return 2, outcome.paid

        return max(candidates, key=merit)

    def _note(self, line: Line, billed: int) -> Entry | None:
        for block in self.plan.review_above:
            if block.dates.holds(line.day) and billed > block.billed:
                return Entry("review_above", self.rulings.clause[id(block)], 0)
        return None


def _group(line: Line) -> tuple[int, date]:
    return line.claim.number, line.day


def _same_care(a: Line, b: Line) -> bool:
    """Whether two lines ask for the same care: the same person, day, code and provider, whatever the channel."""
    return (a.person.number, a.day, a.code, a.claim.provider) == (b.person.number, b.day, b.code, b.claim.provider)


def _effect(reason: str) -> str:
    return REASONS[REASON_CODE[reason]].effect


def _cuts(outcome: Outcome) -> list[tuple[int, int]]:
    return [(REASON_CODE[e.reason], e.cut) for e in outcome.amount.entries]


def _sums(decision: LineDecision) -> tuple[list[int], int, int]:
    """The three sums of a line: paid by each step, reductions, member's share."""
    paid = [outcome.paid if outcome else 0 for outcome in decision.steps]
    parts = allot(decision.billed, [_cuts(outcome) for outcome in decision.outcomes], paid)
    share = member_share(parts)
    return paid, sum(amount for _, amount in parts) - share, share


def _state(decision: LineDecision) -> int:
    paid, reductions, share = _sums(decision)
    entries = [entry for outcome in decision.outcomes for entry in outcome.amount.entries]
    if decision.note or any(_effect(entry.reason) == "review" for entry in entries):
        return TO_REVIEW
    if sum(paid) == 0 and share == 0 and (decision.billed > 0 or all(o.amount.stopped for o in decision.outcomes)):
        return REFUSED
    return REDUCED if reductions > 0 or (sum(paid) == 0 and decision.billed > 0) else PAID


def _check(decision: LineDecision) -> None:
    """The assertions that make this file the specification."""
    paid, reductions, share = _sums(decision)
    assert decision.billed == sum(paid) + reductions + share, "the three sums hold on every line"
    assert all(amount >= 0 for amount in (*paid, reductions, share))
    assert sum(paid) <= decision.billed, "the layers together never pay more than was billed"
    room, quantity = decision.room, decision.line.quantity
    assert room.amount is None or decision.paid_here <= room.amount, "no more is paid than was approved"
    if room.units is not None and quantity > room.units:
        assert decision.units <= room.units, "nor for more units"
        assert decision.paid_here * quantity <= room.bill * room.units + quantity, "nor more for them than their part"
    for outcome in decision.outcomes:
        cuts = sum(entry.cut for entry in outcome.amount.entries)
        assert decision.billed == outcome.paid + cuts, "a layer's cuts lead from the bill to what it pays"


def _columns(plan: Plan, decisions: list[LineDecision]) -> Decisions:
    columns = empty_decisions(len(decisions), len(steps(plan)))
    starts, rules, cuts = [0], [], []
    for row, decision in enumerate(decisions):
        paid, columns["reductions"][row], columns["share"][row] = _sums(decision)
        columns["state"][row], columns["billed"][row], columns["paid"][row] = decision.state, decision.billed, paid
        trail = [(o.ruling.layer, e) for o in decision.outcomes for e in o.amount.entries]
        if decision.note:
            trail.append((decision.outcomes[-1].ruling.layer, decision.note))
        columns["chosen"][row] = [o.ruling.layer if o and o.ruling.cover else -1 for o in decision.steps]
        columns["reasons"][row] = sum({1 << REASON_CODE[entry.reason] for _, entry in trail})
        rules += [pack_rule(layer, REASON_CODE[e.reason], e.clause) for layer, e in trail]
        cuts += [e.cut for _, e in trail]
        starts.append(len(rules))
    return Decisions(
        **columns,
        trail_start=np.array(starts, np.int64),
        trail_rule=np.array(rules, np.int32),
        trail_cut=np.array(cuts, np.int64),
    )
