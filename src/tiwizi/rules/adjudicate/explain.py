"""The trail of a line in plain sentences, in Arabic, French or English; and in codes, for machines.

Nothing is decided again here: amounts come from the trail, and what a rule says from the clause of the plan that the
trail cites.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from tiwizi import locale
from tiwizi.rules.adjudicate.columns import Decisions, Facts, Tariff, unpack_rule
from tiwizi.rules.adjudicate.facts import Household, Line, household
from tiwizi.rules.adjudicate.shares import allot
from tiwizi.rules.money import POINT_SCALE, QUANTITY_SCALE, RATE_SCALE
from tiwizi.rules.period import age_in_years
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
    steps,
)
from tiwizi.rules.plan.wording import Wording
from tiwizi.rules.terms import REASON_CODE, REASONS, TO_REVIEW

#: Reasons for which one layer of several may refuse without anything being wrong: told in a word, at the end.
ASIDE = ("no_cover", "not_covered")
#: The texts for the rules that are told in another way where they leave nothing.
NOTHING_LEFT = {
    "count": "count_none",
    "deductible": "deductible_all",
    "ceiling": "ceiling_none",
    "reported": "reported_nothing",
}


@dataclass(frozen=True)
class Entry:
    """One rule that spoke on a line, with the layer's amount before it (minor units) and what it took."""

    layer: int
    reason: str
    clause: int
    before: int
    cut: int

    @property
    def after(self) -> int:
        return self.before - self.cut

    @property
    def effect(self) -> str:
        return REASONS[REASON_CODE[self.reason]].effect


@dataclass(frozen=True)
class Part:
    """What one step of the plan did with a line."""

    layer: int
    entries: tuple[Entry, ...]
    paid: int
    #: Whether the line is held here only because an earlier layer cannot decide it yet.
    held: bool = False

    @property
    def aside(self) -> bool:
        return len(self.entries) == 1 and self.entries[0].reason in ASIDE


def explain(
    plan: Plan, facts: Facts, tariff: Tariff, decisions: Decisions, line: int, *, lang: str, label: str = ""
) -> list[str]:
    """Why a line was decided so: sentences, from what was billed, layer by layer, to the sums that balance.

    line: its position in facts and decisions. label: the name of its code, where the tariff's table has one.
    """
    number = int(np.searchsorted(facts.line_start, line, side="right")) - 1
    home = household(facts, tariff, number)
    care = home.lines[line - int(facts.line_start[number])]
    telling = Telling(Wording(plan, lang), clauses(plan), home, care, int(decisions.billed[line]))
    parts = _parts(plan, decisions, line)
    notes = [entry for entry in trail(decisions, line) if entry.effect == "note"]
    told = [*telling.opening(label), *telling.layers(parts), *(telling.sentence(note) for note in notes)]
    return [*told, *telling.closing(parts, waiting=int(decisions.state[line]) == TO_REVIEW)]


def codes(plan: Plan, decisions: Decisions, line: int) -> list[dict[str, str | int]]:
    """The trail of a line for machines: layer, reason, clause id, source id, and minor units before, after and cut."""
    blocks = clauses(plan)
    return [
        {
            "layer": plan.layers[entry.layer].id,
            "reason": entry.reason,
            "clause": getattr(blocks[entry.clause], "id", ""),
            "source": block.dates.source if (block := blocks[entry.clause]) else "",
            "before": entry.before,
            "after": entry.after,
            "cut": entry.cut,
        }
        for entry in trail(decisions, line)
    ]


def trail(decisions: Decisions, line: int) -> list[Entry]:
    """The rules that spoke on a line. In each layer the amount starts from what was billed."""
    left: dict[int, int] = {}
    entries = []
    for row in range(int(decisions.trail_start[line]), int(decisions.trail_start[line + 1])):
        layer, reason, clause = unpack_rule(int(decisions.trail_rule[row]))
        before, cut = left.get(layer, int(decisions.billed[line])), int(decisions.trail_cut[row])
        entries.append(Entry(layer, REASONS[reason].name, clause, before, cut))
        left[layer] = before - cut
    return entries


def _parts(plan: Plan, decisions: Decisions, line: int) -> list[Part]:
    """The steps that were evaluated: the layer that decided each, or the one that carries the refusal."""
    entries = [entry for entry in trail(decisions, line) if entry.effect != "note"]
    found: list[Part] = []
    for step, layers in enumerate(steps(plan)):
        own = tuple(entry for entry in entries if entry.layer in layers)
        layer = int(decisions.chosen[line, step])
        if layer < 0 and own:
            layer = own[0].layer
        if layer >= 0:
            found.append(Part(layer, own, int(decisions.paid[line, step]), held=_held(own, found)))
    return found


def _held(entries: tuple[Entry, ...], earlier: list[Part]) -> bool:
    waits = len(entries) == 1 and entries[0].effect == "review" and not entries[0].clause
    return waits and any(entry.reason == entries[0].reason for part in earlier for entry in part.entries)


def _same(part: Part) -> int | str:
    """What layers must share to be told together: a refusal by a general rule, or waiting. Else the layer alone."""
    general = len(part.entries) == 1 and part.entries[0].clause == 0 and part.entries[0].effect == "refusal"
    return "held" if part.held else part.entries[0].reason if general else part.layer


@dataclass(frozen=True)
class Telling:
    """One line of a household, to be told in the plan's words."""

    words: Wording
    blocks: tuple[Clause | None, ...]
    home: Household
    line: Line
    billed: int

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

    def layers(self, parts: list[Part]) -> Iterator[str]:
        """The layers in the order in which they pay; those that say the same are told together."""
        aside = [part for part in parts if part.aside]
        if len(aside) == len(parts):
            aside = []
        groups: dict[int | str, list[Part]] = {}
        for part in parts:
            if part not in aside:
                groups.setdefault(_same(part), []).append(part)
        for group in groups.values():
            yield from self._layer(group)
        for reason in ASIDE:
            others = [part for part in aside if part.entries[0].reason == reason]
            if others:
                yield self.say(f"{reason}_aside", layers=self._names(others)) + "."

    def _layer(self, group: list[Part]) -> Iterator[str]:
        part = group[0]
        yield self._heading(group)
        if part.held:
            yield self.say("held") + "."
            return
        if len(group) == 1:
            yield from self._chosen(part)
        for position, entry in enumerate(part.entries):
            later = {other.clause for other in part.entries[position + 1 :]}
            yield self.sentence(entry, last=entry is part.entries[-1], cited=entry.clause not in later)
        yield from self._pays(part)
        if part.entries:
            yield from self._way_out(part.entries[-1])

    def _heading(self, group: list[Part]) -> str:
        payers = self.words.plan.layers[group[0].layer].payers
        payer = next((payer for payer in payers if payer.dates.holds(self.line.day)), None)
        if payer is None or len(group) > 1:
            return self.say("layer", layer=self._names(group))
        return self.say("layer_managed", layer=self._names(group), payer=self.words.name(payer.name, payer.id))

    def _names(self, parts: list[Part]) -> str:
        return self.words.joined(self._name(self.words.plan.layers[part.layer]) for part in parts)

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
            and max(cover.start, cover.joined) <= self.line.day
            and (cover.end is None or self.line.day < cover.end)
            for cover in self.home.cover
        )

    def _pays(self, part: Part) -> Iterator[str]:
        """What the layer pays in the end, where the last rule has not said it."""
        if not part.entries:
            yield self.say("pays_all", after=self.words.money(part.paid)) + "."
            return
        last = part.entries[-1]
        if last.effect == "review" or self._refuses(last) or last.reason in ("rate", "reported"):
            return
        key = "pays" if part.paid else "pays_nothing"
        yield self.say(key, after=self.words.money(part.paid)) + "."

    def _refuses(self, entry: Entry) -> bool:
        return entry.effect == "refusal" or (entry.reason == "count" and entry.after == 0)

    def _way_out(self, entry: Entry) -> Iterator[str]:
        if entry.effect == "review" or self._refuses(entry):
            yield self.say(f"{self._key(entry, last=True)}_way_out", **self._values(entry))

    # Rule by rule

    def sentence(self, entry: Entry, *, last: bool = False, cited: bool = True) -> str:
        """What one rule did, with the clause that it rests on."""
        told = self.say(self._key(entry, last=last), **self._values(entry))
        clause = self._clause(entry)
        return self.words.cited(told, self._authority(clause) if clause and cited else [])

    def _authority(self, clause: Clause) -> list[str]:
        """What a rule is called, for whom and where it is written, its source and its days."""
        name = self.words.name(getattr(clause, "name", {}))
        case = self.words.condition(clause.when) if isinstance(clause, Coverage) else ""
        return [name, case, self.words.source(clause.dates), self.words.since(clause.dates)]

    def _clause(self, entry: Entry) -> Clause | None:
        return self.blocks[entry.clause]

    def _key(self, entry: Entry, *, last: bool) -> str:
        """The text that fits: some rules are told in one way when they leave something and in another when not."""
        reason, clause = entry.reason, self._clause(entry)
        nothing = entry.after == 0
        if reason == "reference":
            assert isinstance(clause, Coverage)
            return "reference_above" if entry.cut < 0 else f"reference_{clause.base}"
        if reason == "session":
            return self._session_key(entry)
        if reason == "copayment":
            assert isinstance(clause, Coverage) and clause.copayment is not None
            return f"copayment_{clause.copayment.per}"
        if reason == "point_value":
            assert isinstance(clause, PointValue)
            return "point_value_when" if self.words.condition(clause.when) else reason
        if reason == "rate":
            return "rate_pays" if last else "rate"
        return NOTHING_LEFT.get(reason, reason) if nothing else reason

    def _session_key(self, entry: Entry) -> str:
        """A theatre and an anaesthesia have a worth of their own in a session, an act a share by its rank."""
        for session in self.words.plan.sessions:
            if session.dates.holds(self.line.day) and self.line.category in session.theatre:
                return "session_theatre"
            if session.dates.holds(self.line.day) and self.line.category in session.anaesthesia:
                return "session_anaesthesia"
        return "session_act" if entry.after else "session_nothing"

    def _values(self, entry: Entry) -> dict[str, object]:
        """All that a text about the entry can ask for."""
        money = self.words.money
        values: dict[str, object] = {
            "before": money(entry.before),
            "after": money(entry.after),
            "cut": money(entry.cut),
            "age": self.words.counted(max(0, age_in_years(self.line.person.birth, self.line.day)), "years"),
            "late": (self.line.claim.received - max(self.line.day, self.line.claim.care_to or self.line.day)).days,
        }
        return values | self._terms(entry)

    def _terms(self, entry: Entry) -> dict[str, object]:
        """What the clause of an entry says, as values of a text."""
        match self._clause(entry):
            case Coverage() as coverage:
                return self._coverage(coverage, entry)
            case Limit() as limit:
                return {"limit": self._limit(limit, entry), "per": self.words.per(limit.scope, limit.period)}
            case Filing(days=days):
                return {"limit": self.words.counted(days, "days")}
            case ReviewAbove(billed=billed):
                return {"limit": self.words.money(billed)}
            case PointValue(value=value, when=when):
                point = locale.number(Decimal(value) / POINT_SCALE, self.words.lang)
                return {"point": point, "when": self.words.condition(when)}
            case Session() as session:
                return {"share": self._session_share(session, entry)}
            case Eligibility() | None:
                return {}
        raise AssertionError("a clause of a kind that no text tells")

    def _coverage(self, coverage: Coverage, entry: Entry) -> dict[str, object]:
        price = self.line.price
        rate = coverage.rate if coverage.rate is not None else price.rate if price else 0
        amounts = {"cap": coverage.unit_cap, "fixed": coverage.fixed}
        values: dict[str, object] = {name: self.words.money(amount or 0) for name, amount in amounts.items()}
        session = next((s for s in self.words.plan.sessions if s.dates.holds(self.line.day)), None)
        return values | {
            "rate": self.words.percent(rate),
            "copayment": self.words.money(coverage.copayment.amount if coverage.copayment else 0),
            "months": self.words.counted(coverage.waiting.months if coverage.waiting else 0, "months"),
            "only": self.words.condition(coverage.only),
            "care": self.words.care(coverage.targets),
            "share": self._session_share(session, entry) if session else "",
        }

    def _limit(self, limit: Limit, entry: Entry) -> str:
        value = self.words.limit_value(limit)
        return self.say("ceiling_family", limit=value) if limit.family else value

    def _session_share(self, session: Session, entry: Entry) -> str:
        """The share of an act by its rank, as the trail's amounts show it; the theatre's own share."""
        if self.line.category in session.theatre:
            return self.words.percent(session.theatre_share)
        possible = next((x.shares for x in session.exceptions if self.line.code in x.codes), session.shares)
        exact = entry.after * RATE_SCALE
        return self.words.percent(min(possible, key=lambda share: abs(share * entry.before - exact)))

    # What it adds up to

    def closing(self, parts: list[Part], *, waiting: bool) -> Iterator[str]:
        """Who pays what, what is not paid and why, and the three sums."""
        money, paid = self.words.money, sum(part.paid for part in parts)
        held = any(entry.effect == "review" for part in parts for entry in part.entries)
        yield self._paid(parts, paid, held=held) + "."
        cuts = [[(REASON_CODE[e.reason], e.cut) for e in part.entries] for part in parts]
        unpaid = allot(self.billed, cuts, [part.paid for part in parts])
        if unpaid:
            yield self._unpaid(unpaid) + "."
        share = sum(cut for reason, cut in unpaid if REASONS[reason].effect == "share")
        sums = {"billed": self.billed, "paid": paid, "reductions": self.billed - paid - share, "share": share}
        yield self.say("balance", **{name: money(amount) for name, amount in sums.items()}) + "."
        if waiting:
            yield self.say("waits") + "."

    def _paid(self, parts: list[Part], paid: int, *, held: bool) -> str:
        if not paid:
            return self.say("paid_nothing_yet" if held else "paid_nothing")
        paying = [part for part in parts if part.paid]
        payers = [
            self.say("amount_of", who=self._name(self.words.plan.layers[p.layer]), amount=self.words.money(p.paid))
            for p in paying
        ]
        key = "paid_all" if paid == self.billed else "paid"
        return self.say(key, paid=self.words.money(paid), payers=self.words.joined(payers))

    def _unpaid(self, unpaid: list[tuple[int, int]]) -> str:
        by_reason: dict[int, int] = {}
        for reason, cut in unpaid:
            by_reason[reason] = by_reason.get(reason, 0) + cut
        money = self.words.money
        told = [self.say("part", amount=money(cut), reason=self._reason(r)) for r, cut in by_reason.items()]
        key = "unpaid" if len(told) > 1 else "unpaid_one"
        return self.say(key, unpaid=money(sum(by_reason.values())), parts=self.words.joined(told))

    def _reason(self, reason: int) -> str:
        return self.words.say("reasons", REASONS[reason].name)
