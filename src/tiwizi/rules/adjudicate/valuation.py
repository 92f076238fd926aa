"""Steps 6 to 13: what one layer pays on one line that nothing refuses - approved quantity, counts, base, session, caps,
deductible, rate, ceilings, points, approved amount, coordination, rounding. The steps stand in ``Valuation.run`` in
their order."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from tiwizi.rules.adjudicate import sessions
from tiwizi.rules.adjudicate.accumulators import Accumulators, Use, use_of
from tiwizi.rules.adjudicate.amount import Amount
from tiwizi.rules.adjudicate.facts import Line
from tiwizi.rules.adjudicate.rulings import Ruling, Rulings
from tiwizi.rules.money import MAX_AMOUNT, POINT_SCALE, QUANTITY_SCALE, RATE_SCALE, divide
from tiwizi.rules.plan.compile import accumulator
from tiwizi.rules.plan.document import Limit, Plan


@dataclass
class Outcome:
    """What a layer decides on a line, not yet final: the trail and what it would use up.

    worth: what limits are used up by (before points become money); by_terms: the promise before limits; countable:
    whether the care itself is covered, whatever is left of ceilings; units: the quantity that something is paid for.
    """

    ruling: Ruling
    amount: Amount
    worth: int = 0
    by_terms: int = 0
    countable: bool = False
    units: int = 0
    uses: list[tuple[Any, Use]] = field(default_factory=list)

    @property
    def paid(self) -> int:
        return self.amount.left


@dataclass(frozen=True)
class Room:
    """What a layer may pay at most. bill: what earlier steps left of it, in minor units; amount, units: what is left of
    the amount and of the quantity (thousandths) of the line's prior approval, None where it is for no such thing."""

    bill: int
    amount: int | None = None
    units: int | None = None

    @property
    def least(self) -> int:
        return self.bill if self.amount is None else min(self.bill, self.amount)


def lump_sum(plan: Plan, ruling: Ruling, line: Line) -> int:
    """What a line without a bill is about: the lump sum of the rule that applies, or 0."""
    if ruling.rule is None or ruling.rule.base != "lump_sum" or ruling.rule.amount is None:
        return 0
    return min(divide(ruling.rule.amount * line.quantity, QUANTITY_SCALE, plan.rounding), MAX_AMOUNT)


def refuse(outcome: Outcome, line: Line, billed: int) -> None:
    """A layer whose ruling is a refusal."""
    assert outcome.ruling.refusal is not None
    outcome.amount.to(billed - (line.billed - line.allowed), "review")
    outcome.amount.stop(*outcome.ruling.refusal)


def report(outcome: Outcome, line: Line, reported: int | None, remaining: int) -> None:
    """A layer that its payer decides: what it reported, within what is left to pay."""
    amount = outcome.amount
    amount.to(amount.left - (line.billed - line.allowed), "review")
    if reported is None:
        return amount.stop("awaiting_report")
    amount.to(reported, "reported")
    amount.to(min(amount.left, remaining), "coordination")
    outcome.worth = outcome.by_terms = amount.left
    outcome.countable = True


class Valuation:
    """One layer on one line."""

    def __init__(
        self, rulings: Rulings, used: Accumulators, outcome: Outcome, line: Line, terms: sessions.Terms, room: Room
    ) -> None:
        ruling = outcome.ruling
        assert ruling.rule is not None and ruling.cover is not None and line.price is not None
        self.plan, self.used, self.outcome, self.amount = rulings.plan, used, outcome, outcome.amount
        self.line, self.price, self.terms, self.room = line, line.price, terms, room
        self.rule, self.cover, self.layer = ruling.rule, ruling.cover, rulings.plan.layers[ruling.layer]
        self.clauses, self.clause = rulings.clause, rulings.clause[id(ruling.rule)]
        self.quantity = line.quantity
        self.limits = rulings.limits(ruling, line)

    def run(self) -> None:
        self.amount.to(self.amount.left - (self.line.billed - self.line.allowed), "review")
        unit_price, rate = self._unit_price(), self.price.rate if self.rule.rate is None else self.rule.rate
        if unit_price is None and self.price.doubtful:
            return self.amount.stop("doubtful_price", self.clause)
        if unit_price is None or rate < 0:
            return self.amount.stop("no_price", self.clause)
        self._approved_units()
        self._gaps_and_counts()
        if self.amount.stopped:
            return None
        self.outcome.countable = True
        self._base(unit_price)
        self._session()
        self._caps()
        self.outcome.by_terms = self._of(self.amount.left * rate, RATE_SCALE)
        self._deductibles()
        self._copayment()
        self.amount.to(self._of(self.amount.left * rate, RATE_SCALE), "rate", self.clause)
        self._ceilings()
        self.outcome.worth = self.amount.left
        self._points()
        if not self.amount.stopped:
            self._settle()
        self._use_up()

    def _of(self, product: int, scale: int) -> int:
        return divide(product, scale, self.plan.rounding)

    def _left(self, limit: Limit) -> int:
        return self.used.left(self.line, self.cover, self.layer, limit)

    def _use(self, limit: Limit, amount: int) -> None:
        if limit.scope != "line":
            use = use_of(self.line, self.cover, self.layer, amount)
            self.outcome.uses.append((accumulator(self.layer, limit), use))

    def _unit_price(self) -> int | None:
        """Thousandths of a minor unit; 0 where the base needs no price, None where it needs one that is not there."""
        price = self.price
        if self.rule.base not in ("tariff", "lower") or self.terms.base is not None:
            return 0
        own = -1 if price.doubtful else sessions.unit_price(self.plan, price, self.line)
        if own < 0:
            return None
        bases = (price.reimbursement_base, price.generic_base) if self.rule.base == "lower" else ()
        return min([own, *(1000 * base for base in bases if base >= 0)])

    def _approved_units(self) -> None:
        """Step 6: units beyond those that were approved are no part of the bill."""
        left, whole = self.room.units, self.amount.left
        if left is None or self.quantity <= left:
            return
        if left == 0:
            return self.amount.stop("approved_quantity")
        self.amount.to(self._of(whole * left, self.quantity), "approved_quantity")
        self.room = replace(self.room, bill=max(0, self.room.bill - (whole - self.amount.left)))
        self.quantity = left

    def _gaps_and_counts(self) -> None:
        """Step 6: the quantity is cut to what is left; a limit that leaves nothing stops the amount."""
        for limit in self.limits:
            if self.amount.stopped:
                return
            if limit.kind == "gap":
                self._gap(limit)
            elif limit.kind == "count":
                self._count(limit)

    def _gap(self, limit: Limit) -> None:
        days = [use.day for use in self.used.seen_by(self.line, self.cover, self.layer, limit)]
        if days and (self.line.day - max(days)).days < limit.value:
            self.amount.stop("too_soon", self.clauses[id(limit)])

    def _count(self, limit: Limit) -> None:
        left, clause = self._left(limit), self.clauses[id(limit)]
        if left <= 0 and not self._already_counted(limit):
            self.amount.stop("count", clause)
        elif limit.counted == "quantity" and self.quantity > left:
            self.amount.to(self._of(self.amount.left * left, self.quantity), "count", clause)
            self.quantity = left

    def _already_counted(self, limit: Limit) -> bool:
        return self.used.already_counted(self.line, self.cover, self.layer, limit)

    def _base(self, unit_price: int) -> None:
        """Step 7: the reference base."""
        rule, reason, clause = self.rule, "reference", self.clause
        if rule.base == "claim":
            return
        if rule.base == "lump_sum":
            assert rule.amount is not None
            base = self._of(rule.amount * self.quantity, QUANTITY_SCALE)
        elif rule.base == "remainder":
            base, reason = self.room.bill, "coordination"
        elif self.terms.base is not None:
            base, reason, clause = self.terms.base, "session", self.terms.clause
        else:
            base = self._of(unit_price * self.quantity, 1000 * QUANTITY_SCALE)
        base = min(base, MAX_AMOUNT)
        reviewed = self.line.allowed < self.line.billed
        capped = (rule.at_most_billed or reviewed) and rule.base != "lump_sum"
        self.amount.to(min(self.amount.left, base) if capped else base, reason, clause)

    def _session(self) -> None:
        """Step 7: several acts, a consultation with an act, a package."""
        if self.terms.nothing:
            self.amount.to(0, self.terms.nothing, self.terms.clause)
        else:
            self.amount.to(self._of(self.amount.left * self.terms.share, RATE_SCALE), "session", self.terms.clause)

    def _caps(self) -> None:
        """Step 8: caps and fixed amounts of each unit."""
        for value, reason in ((self.rule.unit_cap, "unit_cap"), (self.rule.fixed, "fixed_amount")):
            if value is not None:
                cap = self._of(value * self.quantity, QUANTITY_SCALE)
                self.amount.to(min(self.amount.left, cap), reason, self.clause)

    def _deductibles(self) -> None:
        """Step 9."""
        for limit in self.limits:
            if limit.kind == "deductible":
                taken = min(self.amount.left, self._left(limit))
                self.amount.to(self.amount.left - taken, "deductible", self.clauses[id(limit)])
                self._use(limit, taken)

    def _copayment(self) -> None:
        copayment = self.rule.copayment
        if copayment is not None:
            units = QUANTITY_SCALE if copayment.per == "line" else self.quantity
            kept = min(self.amount.left, self._of(copayment.amount * units, QUANTITY_SCALE))
            self.amount.to(self.amount.left - kept, "copayment", self.clause)

    def _ceilings(self) -> None:
        """Step 11."""
        for limit in self.limits:
            if limit.kind == "ceiling":
                self.amount.to(min(self.amount.left, self._left(limit)), "ceiling", self.clauses[id(limit)])

    def _points(self) -> None:
        """Points are worth what the end of the period makes them worth; until then the line waits."""
        if not self.rule.relative:
            return
        context = self.outcome.ruling.context
        assert context is not None
        for point in self.layer.points:
            if point.dates.holds(self.line.day) and context.meets(point.when):
                value = self._of(self.amount.left * point.value, POINT_SCALE)
                return self.amount.to(value, "point_value", self.clauses[id(point)])
        self.amount.stop("awaiting_point_value")

    def _settle(self) -> None:
        """Steps 12 and 13: never more than was approved and than is left of the bill, rounded as the plan says."""
        if self.room.amount is not None:
            self.amount.to(min(self.amount.left, self.room.amount), "approved_amount")
        self.amount.to(min(self.amount.left, self.room.bill), "coordination")
        rounded = self._of(self.amount.left, self.plan.round_to) * self.plan.round_to
        self.amount.to(min(rounded, self.room.least), "rounding")
        if not self.rule.relative:
            self.outcome.worth = self.amount.left

    def _use_up(self) -> None:
        """Counts, gaps and ceilings are used up by what is paid (by what it is worth, where points wait)."""
        if self.outcome.worth <= 0:
            return
        self.outcome.units = self.quantity
        for limit in self.limits:
            if limit.kind == "ceiling":
                self._use(limit, self.outcome.worth)
            elif limit.kind == "gap":
                self._use(limit, 0)
            elif limit.kind == "count" and not self._already_counted(limit):
                self._use(limit, self.quantity if limit.counted == "quantity" else 1)
