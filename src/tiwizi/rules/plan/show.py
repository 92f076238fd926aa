"""A plan as it stands on a day, in the sentences that a clerk or a lawyer reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from tiwizi import locale
from tiwizi.rules.money import POINT_SCALE, ROUNDINGS
from tiwizi.rules.plan.document import Condition, Coverage, Dates, Kind, Layer, Limit, Plan, PointValue, Session, steps
from tiwizi.rules.plan.wording import Wording


class Section(NamedTuple):
    """A heading and the sentences under it."""

    heading: str
    sentences: list[str]


@dataclass(frozen=True)
class Statement:
    """What one block of the plan says, without its full stop. No dates: it always stands."""

    heading: str
    says: str
    id: str = ""
    dates: Dates | None = None
    name: str = ""

    def holds(self, on: date) -> bool:
        return self.dates is None or self.dates.holds(on)


def show(plan: Plan, *, on: date, lang: str) -> list[Section]:
    """What the plan says on a day, layer by layer, each rule with its dates and its source; then what changes next.

    lang: "ar", "fr" or "en". Blocks that are not in force on that day are left out.
    """
    telling = Telling(Wording(plan, lang))
    statements = list(telling.statements(on))
    sections: dict[str, list[str]] = {}
    for statement in statements:
        if statement.holds(on):
            sections.setdefault(statement.heading, []).append(telling.cited(statement))
    found = [Section(heading, sentences) for heading, sentences in sections.items()]
    return [*found, telling.next_change(statements, on)]


class Beside(NamedTuple):
    """What a block of two plans says: of the one, of the other; None where it says nothing."""

    heading: str
    id: str
    before: str | None
    after: str | None

    @property
    def change(self) -> str:
        """A word: same, changed, added, removed."""
        if self.before == self.after:
            return "same"
        if self.before is None or self.after is None:
            return "added" if self.before is None else "removed"
        return "changed"


def beside(one: Plan, other: Plan, *, on: date, lang: str) -> list[Beside]:
    """Two plans block by block, as they stand on a day, in the order of the second; what only the first says follows
    under its heading."""
    first, second = _said(one, on, lang), _said(other, on, lang)
    keys = [*second, *(key for key in first if key not in second)]
    headings = list(dict.fromkeys(heading for heading, _, _ in keys))
    keys.sort(key=lambda key: headings.index(key[0]))
    return [Beside(key[0], key[1], first.get(key), second.get(key)) for key in keys]


def _said(plan: Plan, on: date, lang: str) -> dict[tuple[str, str, int], str]:
    """(heading, block, how manieth of that name) -> its sentence."""
    telling = Telling(Wording(plan, lang))
    said: dict[tuple[str, str, int], str] = {}
    for statement in telling.statements(on):
        if statement.holds(on):
            again = sum(1 for heading, name, _ in said if (heading, name) == (statement.heading, statement.id))
            said[statement.heading, statement.id, again] = telling.cited(statement)
    return said


@dataclass(frozen=True)
class Telling:
    """A plan, told in its words."""

    words: Wording

    @property
    def plan(self) -> Plan:
        return self.words.plan

    def say(self, key: str, **values: object) -> str:
        return self.words.say("show", key, **values)

    def cited(self, statement: Statement) -> str:
        """A statement with its dates, by which authority, and its source."""
        dates = statement.dates
        if dates is None:
            return self.words.cited(statement.says, [])
        basis = [statement.name, self.words.since(dates), *self.words.authority(dates), self.words.source(dates)]
        return self.words.cited(statement.says, basis)

    def statements(self, on: date) -> Iterator[Statement]:
        """Everything that the plan says, on whatever day, in the order in which it is read."""
        yield from self._head(on)
        for number, positions in enumerate(steps(self.plan), start=1):
            for position in positions:
                yield from self._layer(number, self.plan.layers[position])
        for session in self.plan.sessions:
            for says in self._session(session):
                yield Statement(self.say("sessions"), says, session.id, session.dates)
        for letter in self.plan.letters:
            key = "letter_in" if letter.sector else "letter"
            sector = self.words.part(f"sector_{letter.sector}") if letter.sector else ""
            says = self.say(key, letter=letter.letter, sector=sector, value=self.words.money(letter.value))
            yield Statement(self.say("letters"), says, f"{letter.letter} {letter.sector}", letter.dates)

    # The head

    def _head(self, on: date) -> Iterator[Statement]:
        heading = self.say("plan", plan=self.words.name(self.plan.name, self.plan.id), day=self.words.day(on))
        rounding = self.say(f"rounding_{ROUNDINGS[self.plan.rounding]}")
        step = self.words.money(self.plan.round_to)
        yield Statement(heading, self.say("rounding", step=step, rounding=rounding))
        if any(len(layers) > 1 for layers in steps(self.plan)):
            yield Statement(heading, self.say(f"choice_{self.plan.choice}"))
        if self.plan.duplicates == "pay":
            yield Statement(heading, self.say("duplicates_pay"))
        if self.plan.kinds:
            kinds = self.words.listed(self._kind(kind) for kind in self.plan.kinds)
            yield Statement(heading, self.say("kinds", kinds=kinds))
        for block in self.plan.review_above:
            says = self.say("review_above", billed=self.words.money(block.billed))
            yield Statement(heading, says, block.id, block.dates)

    def _kind(self, kind: Kind) -> str:
        care = self.say("with_care", care=self.words.categories(kind.categories, "or_last")) if kind.categories else ""
        asked = [part for part in (care, self.words.condition(kind.when)) if part] or [self.say("any_other")]
        name = self.words.name(kind.name, kind.id)
        return self.say("kind", kind=name, asked=self.words.joined(asked, "and_comma"))

    # A layer

    def _layer(self, number: int, layer: Layer) -> Iterator[Statement]:
        heading = self.say("layer", number=number, layer=self.words.name(layer.name, layer.id))
        for says in self._terms(layer):
            yield Statement(heading, says)
        for payer in layer.payers:
            says = self.say("payer", payer=self.words.name(payer.name, payer.id))
            yield Statement(heading, says, f"payer {payer.id}", payer.dates)
        for block in layer.eligibility:
            who = self.words.condition(block.when) or self.words.part("for_people", people=self.words.part("role_any"))
            yield Statement(heading, self.say("eligible", who=who), f"eligibility {block.id}", block.dates)
        for filing in layer.filing:
            says = self.say("filing", days=self.words.counted(filing.days, "days"))
            yield Statement(heading, says, f"filing {filing.id}", filing.dates)
        for coverage in layer.coverage:
            name = self.words.name(coverage.name)
            yield Statement(heading, self._coverage(coverage), f"coverage {coverage.id}", coverage.dates, name)
        for limit in layer.limits:
            name = self.words.name(limit.name)
            yield Statement(heading, self._limit(limit), f"limit {limit.id}", limit.dates, name)
        for point in layer.points:
            yield Statement(heading, self._point(point), "points", point.dates)

    def _terms(self, layer: Layer) -> Iterator[str]:
        """What holds of a layer as a whole."""
        covers = self.words.joined((locale.isolate(c, self.words.lang) for c in sorted(layer.covers)), "or_last")
        yield self.say("covers", covers=covers)
        if layer.decided == "reported":
            yield self.say("reported")
        elif len(layer.coverage) > 1:
            yield self.say("first_that_fits")
        if any(limit.period.unit == "insurance" for limit in layer.limits):
            yield self.say("insurance_period", months=self.words.counted(layer.insurance_months, "months"))

    def _coverage(self, rule: Coverage) -> str:
        what = self.words.listed([self._promise(rule), *self._restrictions(rule)])
        return self.say("coverage", care=self._care(rule.targets, (), rule.when), what=what)

    def _care(self, targets: tuple[str, ...], excepted: tuple[str, ...], when: Condition) -> str:
        """Which care, for whom and in which circumstances."""
        condition = self.words.condition(when)
        parts = [self.words.care(targets, excepted), *([condition] if condition else [])]
        return self.words.joined(parts, "and_comma")

    def _promise(self, rule: Coverage) -> str:
        base = self.words.base(rule) if rule.base != "lump_sum" else ""
        if rule.refuse:
            return self.say("refused")
        if rule.base == "lump_sum":
            return self.say("lump_sum", amount=self.words.money(rule.amount or 0))
        if rule.fixed is not None:
            return self.say("fixed", base=base, fixed=self.words.money(rule.fixed))
        if rule.rate is None:
            return self.say("own_rate", base=base)
        return self.say("rate", rate=self.words.percent(rule.rate), base=base)

    def _restrictions(self, rule: Coverage) -> Iterator[str]:
        """What else a rule asks or keeps back."""
        if rule.refuse:
            return
        if not rule.at_most_billed and rule.base != "lump_sum":
            yield self.say("above_billed")
        if rule.unit_cap is not None:
            yield self.say("unit_cap", cap=self.words.money(rule.unit_cap))
        if rule.copayment is not None:
            yield self.say(f"copayment_{rule.copayment.per}", amount=self.words.money(rule.copayment.amount))
        only = self.words.condition(rule.only)
        if only:
            yield self.say("only", only=only)
        if rule.prior_approval:
            yield self.say("prior_approval")
        if rule.waiting is not None:
            waived = self.words.condition(rule.waiting.waived) if rule.waiting.waived else ""
            months = self.words.counted(rule.waiting.months, "months")
            yield self.say("waiting_waived" if waived else "waiting", months=months, waived=waived)
        if rule.relative:
            yield self.say("points")

    def _limit(self, limit: Limit) -> str:
        care = self._care(limit.targets, limit.excepted, limit.when)
        per, value = self.words.per(limit.scope, limit.period), self.words.limit_value(limit)
        says = self.say(f"limit_{limit.kind}", care=care, limit=value, per=per)
        return self.words.listed([says, *self._growth(limit)])

    def _growth(self, limit: Limit) -> Iterator[str]:
        if limit.each_code:
            yield self.say("each_code")
        if limit.family is None:
            return
        over, extra = self.words.counted(limit.family.over_members, "members"), self.words.money(limit.family.extra)
        most = self.words.money(limit.family.at_most) if limit.family.at_most is not None else ""
        yield self.say("family_at_most" if most else "family", over=over, extra=extra, most=most)

    def _point(self, point: PointValue) -> str:
        value = locale.number(Decimal(point.value) / POINT_SCALE, self.words.lang)
        when = self.words.condition(point.when)
        return self.say("point_when" if when else "point", value=value, when=when)

    # Sessions

    def _session(self, session: Session) -> Iterator[str]:
        names = self.words.categories
        if session.acts:
            yield self.say("session_acts", acts=names(session.acts), shares=self._shares(session.shares))
        for exception in session.exceptions:
            codes = self.words.joined(locale.isolate(code, self.words.lang) for code in sorted(exception.codes))
            yield self.say("session_exception", codes=codes, shares=self._shares(exception.shares))
        if session.consultation:
            yield self.say("session_consultation", consultation=names(session.consultation))
        if session.anaesthesia:
            unit = f"{session.anaesthesia_letter}{session.default_anaesthesia / 1000:g}"
            yield self.say("session_anaesthesia", anaesthesia=names(session.anaesthesia), unit=unit)
        if session.theatre:
            share = self.words.percent(session.theatre_share)
            yield self.say("session_theatre", theatre=names(session.theatre), share=share)
        if session.package:
            yield self.say("session_package", package=names(session.package), packaged=names(session.packaged))

    def _shares(self, shares: tuple[int, ...]) -> str:
        return self.words.joined((self.words.percent(share) for share in shares), "then_last")

    # What changes next

    def next_change(self, statements: list[Statement], on: date) -> Section:
        """The next day on which the plan says something else, and what."""
        dated = [s.dates for s in statements if s.dates is not None]
        days = {d for dates in dated for d in (dates.effective, dates.until) if d is not None and d > on}
        for day in sorted(days):
            changes = list(self._changes(statements, day))
            if changes:
                return Section(self.say("next_change", day=self.words.day(day)), changes)
        return Section(self.say("next"), [f"{self.say('no_change')}."])

    def _changes(self, statements: list[Statement], day: date) -> Iterator[str]:
        ending = [s for s in statements if s.dates and s.dates.until == day]
        begun = [s for s in statements if s.dates and s.dates.effective == day]
        for new in begun:
            old = next((s for s in ending if (s.heading, s.id) == (new.heading, new.id)), None)
            if old is None:
                yield f"{self.say('begins', heading=new.heading, says=new.says)}."
                continue
            ending.remove(old)
            if old.says != new.says:
                yield f"{self.say('becomes', heading=new.heading, old=old.says, says=new.says)}."
        for old in ending:
            yield f"{self.say('ends', heading=old.heading, says=old.says)}."
