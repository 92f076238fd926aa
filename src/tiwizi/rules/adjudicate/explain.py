"""The decision on a line in plain sentences, in Arabic, French or English.

Nothing is decided differently here: amounts come from the trail, and what a rule says from the clause of the plan that
the trail cites. What a trail does not hold - the rule that pays in full and so takes nothing, what is left of a limit -
comes from the household, decided once more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Literal

import numpy as np

from tiwizi import locale
from tiwizi.rules.adjudicate import reference
from tiwizi.rules.adjudicate.accumulators import Histories
from tiwizi.rules.adjudicate.closing import Closing
from tiwizi.rules.adjudicate.columns import Decisions, Facts, Tariff
from tiwizi.rules.adjudicate.facts import Household, Line, household
from tiwizi.rules.adjudicate.remains import Remains, remains
from tiwizi.rules.adjudicate.rulings import Rulings
from tiwizi.rules.adjudicate.trail import ASIDE, Entry, Part, parts, trail
from tiwizi.rules.money import POINT_SCALE, QUANTITY_SCALE, RATE_SCALE
from tiwizi.rules.period import add_months, age_in_years
from tiwizi.rules.plan.document import (
    Clause,
    Coverage,
    Eligibility,
    Filing,
    Layer,
    Limit,
    Plan,
    PointValue,
    ReviewAbove,
    Session,
    clauses,
)
from tiwizi.rules.plan.wording import Wording
from tiwizi.rules.terms import REASON_CODE, TO_REVIEW

#: The texts for the rules that are told in another way where they leave nothing.
NOTHING_LEFT = {
    "count": "count_none",
    "deductible": "deductible_all",
    "ceiling": "ceiling_none",
    "approved_quantity": "approved_quantity_none",
    "coordination": "coordination_none",
    "reported": "reported_nothing",
}
#: The reasons that apply to what the rate has given. So does coordination, but where it is the base itself.
AFTER_THE_RATE = ("ceiling", "awaiting_point_value", "point_value", "approved_amount", "rounding")
#: The reasons that take from the bill what a person did not approve.
APPROVED = ("review", "approved_quantity")
_SHORT = 1 << REASON_CODE["approved_quantity"]
#: The field of a coverage rule that a reason applies, where the law may be cited for it.
FIELDS = {"reference": "rate", "rate": "rate", "unit_cap": "unit_cap", "fixed_amount": "fixed"}
#: The texts that speak of each unit, and say it otherwise where there is only one.
OF_UNITS = ("unit_cap", "fixed_amount", "copayment")


def explain(
    plan: Plan, facts: Facts, tariff: Tariff, decisions: Decisions, line: int, *, lang: str, label: str = "",
    histories: Histories | None = None,
) -> list[str]:  # fmt: skip
    """Why a line was decided so: sentences, from what was billed, layer by layer, to the sums that balance.

    line: its position in facts and decisions. label: the name of its code, where the tariff's table has one.
    """
    return next(tellings(plan, facts, tariff, decisions, [line], lang=lang, histories=histories)).all(label)


def tellings(
    plan: Plan, facts: Facts, tariff: Tariff, decisions: Decisions, lines: Sequence[int], *, lang: str,
    histories: Histories | None = None,
) -> Iterator[Telling]:  # fmt: skip
    """Some lines of one household, each ready to be told; the household is decided once more for all of them: by the
    readable engine, which has nothing to load, unless ``histories`` says by what."""
    if not lines:
        return
    number = int(np.searchsorted(facts.line_start, lines[0], side="right")) - 1
    first, alone = int(facts.line_start[number]), facts.take(np.array([number]))
    home = household(alone, tariff, 0, claims=set(alone.claim[[line - first for line in lines]].tolist()))
    care = {line.number: line for line in home.lines}
    words, blocks, rulings = Wording(plan, lang), clauses(plan), Rulings(plan, home)
    history = histories(alone, tariff) if histories else reference.history(plan, alone, tariff)
    short = any(decisions.reasons[line] & _SHORT for line in lines)
    units = reference.units_left(plan, alone, tariff) if short else {}
    for line in lines:
        own, found = care[line - first], tuple(parts(plan, decisions, line))
        notes = tuple(entry for entry in trail(decisions, line) if entry.effect == "note")
        left = remains(history, rulings, own, [part.layer for part in found])
        yield Telling(
            words, blocks, home, own, int(decisions.billed[line]), rulings, left, found, notes,
            waiting=int(decisions.state[line]) == TO_REVIEW, units=units.get(own.number),
        )  # fmt: skip


def _settles(entry: Entry) -> bool:
    """Whether a rule applies after the rate (or the report) of its layer."""
    return entry.reason in AFTER_THE_RATE or (entry.reason == "coordination" and not entry.clause)


@dataclass(frozen=True)
class Told:
    """What is said of one step: its sentences, and what a person can do about it."""

    part: Part
    sentences: tuple[str, ...]
    way_out: str = ""


@dataclass(frozen=True)
class Telling:
    """One line of a household, to be told in the plan's words. units: what was left of the quantity of its prior
    approval, thousandths, where that cuts it."""

    words: Wording
    blocks: tuple[Clause | None, ...]
    home: Household
    line: Line
    billed: int
    rulings: Rulings
    remains: Mapping[int, Mapping[int, Remains]]
    parts: tuple[Part, ...]
    notes: tuple[Entry, ...]
    waiting: bool
    units: int | None = None

    def all(self, label: str = "") -> list[str]:
        """Every sentence; ``label``: what the act is called."""
        told = [*self.opening(label), *self.layers(self.parts), *(self.sentence(note) for note in self.notes)]
        return [*told, *Closing(self.words, self.line, self.billed, self.parts, waiting=self.waiting).sentences()]

    def say(self, key: str, **values: object) -> str:
        return self.words.say("explain", key, **values)

    def opening(self, label: str) -> Iterator[str]:
        """What was asked for."""
        name = label or self.words.category(self.line.category)
        act = self.say("act", label=name, code=self.line.code) if name != self.line.code else name
        claimed = self.words.money(self.line.billed)
        key = "opening" if self.line.quantity == QUANTITY_SCALE else "opening_quantity"
        quantity, day = self.words.units(self.line.quantity), self.words.day(self.line.day)
        yield self.say(key, act=act, quantity=quantity, day=day, billed=claimed) + "."
        if self.billed != self.line.billed:
            yield self.say("lump_sum", claimed=claimed, billed=self.words.money(self.billed)) + "."

    # Layer by layer

    def layers(self, found: Sequence[Part]) -> Iterator[str]:
        """The layers in the order in which they pay; those that refuse in the same words are told together."""
        aside = [part for part in found if part.aside]
        if len(aside) == len(found):
            aside = []
        groups: dict[object, list[Told]] = {}
        for part in found:
            if part not in aside:
                told = self._told(part)
                groups.setdefault(part.layer if part.paid else told.sentences, []).append(told)
        said = set()
        for group in groups.values():
            yield self._heading([told.part for told in group])
            if len(group) == 1 and not group[0].part.held:
                yield from self._chosen(group[0].part)
            yield from group[0].sentences
            if group[0].way_out and group[0].way_out not in said:
                yield group[0].way_out
                said.add(group[0].way_out)
        for reason in ASIDE:
            others = [part for part in aside if part.entries[0].reason == reason]
            if others:
                yield self.say(f"{reason}_aside", layers=self._names(others)) + "."

    def _told(self, part: Part) -> Told:
        if part.held:
            return Told(part, (self.say("held") + ".",))
        sentences = (*self._rules(part), *self._left(part))
        return Told(part, sentences, self.way_out(part))

    def _heading(self, group: list[Part]) -> str:
        payers = self.words.plan.layers[group[0].layer].payers
        payer = next((payer for payer in payers if payer.dates.holds(self.line.day)), None)
        if payer is None or len(group) > 1:
            return self.say("layer", layer=self._names(group))
        return self.say("layer_managed", layer=self._names(group), payer=self.words.name(payer.name, payer.id))

    def _names(self, group: list[Part]) -> str:
        return self.words.joined(self._name(self.words.plan.layers[part.layer]) for part in group)

    def _name(self, layer: Layer) -> str:
        return self.words.name(layer.name, layer.id)

    def _chosen(self, part: Part) -> Iterator[str]:
        """Which of several layers of one step applies, where the person has cover under several."""
        chosen = self.words.plan.layers[part.layer]
        options = [y for y in self.words.plan.layers if y.step == chosen.step and (y is chosen or self._covered(y))]
        if len(options) > 1:
            names = self.words.joined(self._name(layer) for layer in options)
            key = f"chosen_{self.words.plan.choice}"
            yield self.say(key, options=names, layer=self._name(chosen)) + "."

    def _covered(self, layer: Layer) -> bool:
        return any(
            cover.plan in layer.covers
            and cover.person in (None, self.line.person.number)
            and cover.holds(self.line.day)
            for cover in self.home.cover
        )

    # Rule by rule

    def _rules(self, part: Part) -> Iterator[str]:
        """The rules of a layer in their order, and what it pays."""
        entries = self.rules(part)
        basis = [(entry.clause, self._source(entry)) for entry in entries]
        for position, entry in enumerate(entries):
            cited = basis[position] not in basis[position + 1 :]
            yield self.sentence(entry, last=entry is entries[-1], cited=cited)
        last = entries[-1] if entries else None
        if last is None or not (last.effect == "review" or last.refuses or last.reason in ("rate", "reported")):
            yield self.say("pays" if part.paid else "pays_nothing", after=self.words.money(part.paid)) + "."

    def rules(self, part: Part) -> list[Entry]:
        """The entries of a layer, with the one that is missing where its rule pays whole, and so takes nothing."""
        entries = list(part.entries)
        reported = self.words.plan.layers[part.layer].decided == "reported"
        rule = None if reported else self.rulings.ruling(part.layer, self.line, duplicate=False).rule
        reason = "reported" if reported else "rate"
        decides = any(e.reason == reason or (e.refuses or e.effect == "review") and not _settles(e) for e in entries)
        at = next((n for n, entry in enumerate(entries) if _settles(entry)), len(entries))
        before = entries[at - 1].after if at else self.billed
        if not decides and before and (reported or (rule is not None and self._rate(rule) == RATE_SCALE)):
            clause = self.rulings.clause[id(rule)] if rule else 0
            entries.insert(at, Entry(part.layer, reason, clause, before, 0))
        return entries

    def _left(self, part: Part) -> Iterator[str]:
        """What this line leaves of the limits that it used or met, where they go on after it."""
        met = {entry.clause for entry in part.entries}
        refusing = part.entries[-1].clause if part.refused else None  # told by the way out
        for clause, found in self.remains.get(part.layer, {}).items():
            if clause != refusing and (found.used or clause in met) and found.goes_on:
                yield self._left_of(found) + "."

    def _left_of(self, found: Remains) -> str:
        limit, again = found.limit, found.again
        if limit.kind == "gap" and again:
            return self.say("again", day=self.words.day(again))
        key = "left_deductible" if limit.kind == "deductible" else "left" if found.left else "left_none"
        day = found.until - timedelta(days=1) if found.until and found.left else again
        values = {
            "limit": self.words.name(limit.name) or self.say(f"any_{limit.kind}", per=self._per(limit)),
            "left": self.words.limit_value(limit, found.left),
            "whole": self.words.limit_value(limit, found.whole),
            "day": self.words.day(day) if day else "",
        }
        return self.say(f"{key}_until" if day else key, **values)

    def sentence(self, entry: Entry, *, last: bool = False, cited: bool = True) -> str:
        """What one rule did, with the clause that it rests on."""
        clause = self._clause(entry)
        authority = self._authority(clause, self._source(entry)) if clause and cited else []
        return self.words.cited(self.rule(entry, last=last), authority)

    def rule(self, entry: Entry, *, last: bool = False) -> str:
        """What one rule did, in its words alone."""
        return self.say(self._key(entry, last=last), **self._values(entry))

    def clause(self, entry: Entry) -> str:
        """What a rule rests on: its name, whom it concerns, its source and its days; "" where it is no clause."""
        clause = self._clause(entry)
        return self.words.listed(self._authority(clause, self._source(entry))) if clause else ""

    def _authority(self, clause: Clause, source: str) -> list[str]:
        """What a rule is called, for whom and where it is written, its source and its days."""
        name = self.words.name(getattr(clause, "name", {}))
        case = self.words.condition(clause.when) if isinstance(clause, Coverage) else ""
        return [name, case, self.words.named_source(source), self.words.since(clause.dates)]

    def _source(self, entry: Entry) -> str:
        """The source of what an entry tells of its clause: the law's, or the clause's own for what it adds."""
        clause = self._clause(entry)
        if not isinstance(clause, Coverage) or not clause.dates.own:
            return clause.dates.source if clause else ""
        field = FIELDS.get(entry.reason, "")
        field = "amount" if field == "rate" and clause.base == "lump_sum" else field
        return clause.dates.source if field in clause.dates.cited else clause.dates.own

    def _clause(self, entry: Entry) -> Clause | None:
        return self.blocks[entry.clause]

    def _key(self, entry: Entry, *, last: bool) -> str:
        """The text that fits: some rules are told in one way when they leave something and in another when not."""
        reason, clause = entry.reason, self._clause(entry)
        nothing = entry.after == 0
        if reason == "reference":
            assert isinstance(clause, Coverage)
            return "reference_above" if entry.cut < 0 else f"reference_{clause.base}"
        if reason == "coordination" and clause is not None:
            return "reference_remainder"  # what earlier steps left is the base itself
        if reason == "session":
            return self._session_key(entry)
        if reason in OF_UNITS and not self._units(clause):
            return f"{reason}_one"
        if reason == "point_value":
            assert isinstance(clause, PointValue)
            return "point_value_when" if self.words.condition(clause.when) else reason
        if reason == "approved_amount" and self._paid_on_approval(entry):
            return "approved_amount_left" if entry.after else "approved_amount_none"
        if reason == "approved_quantity" and not nothing and self.units not in (None, self._promised("quantity")):
            return "approved_quantity_left"
        if reason == "no_prior_approval" and self.line.unfit:
            return "no_prior_approval_unfit"
        if reason == "rate":
            return self._rate_key(clause) if last else "rate"
        return NOTHING_LEFT.get(reason, reason) if nothing else reason

    def _units(self, clause: Clause | None) -> bool:
        """Whether an amount of each unit is to be told as such: not where the line has one unit, or counts as one."""
        once = isinstance(clause, Coverage) and clause.copayment is not None and clause.copayment.per == "line"
        return self.line.quantity != QUANTITY_SCALE and not once

    def _rate_key(self, clause: Clause | None) -> str:
        assert isinstance(clause, Coverage)
        if self._rate(clause) == RATE_SCALE and (clause.base == "lump_sum" or clause.fixed is not None):
            return "pays_lump_sum" if clause.base == "lump_sum" else "pays"
        return "rate_pays"

    def _paid_on_approval(self, entry: Entry) -> int:
        """What was paid before on the prior approval that cuts an amount: of its own amount it leaves what is after."""
        return self._promised("amount") - entry.after if self.line.approval else 0

    def _promised(self, what: Literal["amount", "quantity"]) -> int:
        """What the prior approval is for; 0 where there is none."""
        return int(getattr(self.line.approval, what, 0) or 0)

    def _approved(self, entry: Entry) -> int:
        """What of the bill may be paid at all, after review and for the units that were approved."""
        own = (e.cut for part in self.parts if part.layer == entry.layer for e in part.entries if e.reason in APPROVED)
        return self.billed - sum(own)

    def _session_key(self, entry: Entry) -> str:
        """A theatre and an anaesthesia have a worth of their own in a session, an act a share by its rank."""
        for session in self.words.plan.sessions:
            if session.dates.holds(self.line.day) and self.line.category in session.theatre:
                return "session_theatre"
            if session.dates.holds(self.line.day) and self.line.category in session.anaesthesia:
                return "session_anaesthesia"
        return "session_act" if entry.after else "session_nothing"

    def way_out(self, part: Part) -> str:
        """What a person can do about a refusal or a doubt; "" where there is neither."""
        entry = part.entries[-1] if part.entries else None
        if entry is None or not (entry.effect == "review" or entry.refuses):
            return ""
        found = self.remains.get(part.layer, {}).get(entry.clause)
        if found and found.again:
            return self.say("again", day=self.words.day(found.again)) + "."
        if found and found.limit.period.unit == "lifetime" and found.limit.kind == "count":
            return self.say("never_again")
        return self.say(f"{self._key(entry, last=True)}_way_out")

    def _values(self, entry: Entry) -> dict[str, Callable[[], object]]:
        """All that a text about the entry can ask for, each worked out where it does."""
        money, line = self.words.money, self.line
        late = line.claim.received - max(line.day, line.claim.care_to or line.day)
        values: dict[str, Callable[[], object]] = {
            "before": lambda: money(entry.before),
            "after": lambda: money(entry.after),
            "cut": lambda: money(entry.cut),
            "prior": lambda: money(entry.prior),
            "approved": lambda: money(self._approved(entry)),
            "promised": lambda: money(self._promised("amount")),
            "whole": lambda: self.words.units(self._promised("quantity")),
            "left": lambda: self.words.units(self.units or 0),
            "unfit": lambda: self.words.joined(self.say(f"unfit_{what}") for what in line.unfit),
            "paid_before": lambda: money(self._paid_on_approval(entry)),
            "age": lambda: self.words.counted(max(0, age_in_years(line.person.birth, line.day)), "age"),
            "received": lambda: self.words.day(line.claim.received),
            "late": lambda: self.words.counted(late.days, "days"),
        }
        return values | self._terms(entry)

    def _terms(self, entry: Entry) -> dict[str, Callable[[], object]]:
        """What the clause of an entry says, as values of a text."""
        words = self.words
        match self._clause(entry):
            case Coverage() as coverage:
                return self._coverage(coverage, entry)
            case Limit() as limit:
                return {"limit": lambda: self._limit(limit, entry), "per": lambda: self._per(limit)}
            case Filing(days=days):
                return {"limit": lambda: words.counted(days, "days")}
            case ReviewAbove(billed=billed):
                return {"limit": lambda: words.money(billed)}
            case PointValue(value=value, when=when):
                return {
                    "point": lambda: locale.number(Decimal(value) / POINT_SCALE, words.lang),
                    "when": lambda: words.condition(when),
                }
            case Session() as session:
                return {"share": lambda: self._session_share(session, entry)}
            case Eligibility() | None:
                return {}
        raise AssertionError("a clause of a kind that no text tells")

    def _coverage(self, coverage: Coverage, entry: Entry) -> dict[str, Callable[[], object]]:
        words = self.words
        session = next((s for s in words.plan.sessions if s.dates.holds(self.line.day)), None)
        return {
            "cap": lambda: words.money(coverage.unit_cap or 0),
            "fixed": lambda: words.money(coverage.fixed or 0),
            "rate": lambda: words.percent(self._rate(coverage)),
            "copayment": lambda: words.money(coverage.copayment.amount if coverage.copayment else 0),
            "months": lambda: words.counted(coverage.waiting.months if coverage.waiting else 0, "months"),
            "from": lambda: self._waited(coverage, entry),
            "only": lambda: words.condition(coverage.only),
            "care": lambda: words.care(coverage.targets),
            "share": lambda: self._session_share(session, entry) if session else "",
        }

    def _rate(self, coverage: Coverage) -> int:
        """The rate of a rule in basis points, or of the tariff's row where the rule leaves it to it."""
        price = self.line.price
        return coverage.rate if coverage.rate is not None else price.rate if price else 0

    def _waited(self, coverage: Coverage, entry: Entry) -> str:
        """The day on which a waiting period is over."""
        cover = self.rulings.ruling(entry.layer, self.line, duplicate=False).cover
        if coverage.waiting is None or cover is None:
            return ""
        return self.words.day(add_months(cover.joined, coverage.waiting.months))

    def _limit(self, limit: Limit, entry: Entry) -> str:
        """The value of a limit; where it grows with the household, as it has grown, and how that comes about."""
        found = self.remains.get(entry.layer, {}).get(entry.clause)
        if limit.family is None or found is None:
            return self.words.limit_value(limit)
        base, whole = self.words.limit_value(limit), self.words.limit_value(limit, found.whole)
        if found.whole == limit.value:
            return base
        if found.whole == limit.family.at_most:
            return self.say("grown_to_the_most", whole=whole, base=base)
        extra = self.words.limit_value(limit, limit.family.extra)
        over = self.words.counted(found.members - limit.family.over_members, "members")
        members = locale.number(limit.family.over_members, self.words.lang)
        return self.say("grown", whole=whole, base=base, extra=extra, over=over, members=members)

    def _per(self, limit: Limit) -> str:
        return self.words.per(limit.scope, limit.period)

    def _session_share(self, session: Session, entry: Entry) -> str:
        """The share of an act by its rank, as the trail's amounts show it; the theatre's own share."""
        if self.line.category in session.theatre:
            return self.words.percent(session.theatre_share)
        possible = next((x.shares for x in session.exceptions if self.line.code in x.codes), session.shares)
        exact = entry.after * RATE_SCALE
        return self.words.percent(min(possible, key=lambda share: abs(share * entry.before - exact)))
