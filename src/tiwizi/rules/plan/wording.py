"""Conditions, care, limits and sources in words: the parts of sentences that ``show`` and ``explain`` share."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from tiwizi import locale
from tiwizi.rules.money import QUANTITY_SCALE
from tiwizi.rules.plan.document import Condition, Coverage, Dates, Limit, Period, Plan, Text
from tiwizi.rules.terms import ATTRIBUTES, STATUSES

#: What a condition says about the circumstances of the care, in the order in which a sentence tells them.
CIRCUMSTANCES = tuple(name for name in ATTRIBUTES if name not in ("role", "sex", *STATUSES))
#: A condition's age that ends here has no upper end.
NO_UPPER_AGE = 150


@dataclass(frozen=True)
class Wording:
    """A plan's words in one language ("ar", "fr" or "en")."""

    plan: Plan
    lang: str

    def say(self, subject: str, key: str, **values: object) -> str:
        return locale.text(subject, key, lang=self.lang, **values)

    def part(self, key: str, **values: object) -> str:
        return self.say("wording", key, **values)

    def name(self, names: Text, otherwise: str = "") -> str:
        """A name in this language, or in another that has one."""
        found = next((names[lang] for lang in (self.lang, "fr", "en", "ar") if names.get(lang)), otherwise)
        return locale.isolate(found, self.lang)

    def money(self, amount: int) -> str:
        return locale.money(amount, self.plan.currency, self.lang)

    def percent(self, basis_points: int) -> str:
        return locale.percent(basis_points, self.lang)

    def day(self, when: date) -> str:
        return locale.day(when, self.lang)

    def counted(self, number: int, unit: str) -> str:
        return locale.counted(number, unit, self.lang)

    def joined(self, parts: Iterable[str], last: str = "and_last") -> str:
        """ "a, b and c"; last is "and_last", "or_last" or "then_last"."""
        first, *rest = parts
        for position, part in enumerate(rest, start=1):
            first = self.part(last if position == len(rest) else "and_comma", first=first, next=part, last=part)
        return first

    # What must be so

    def condition(self, condition: Condition) -> str:
        """ "for children under 26 who are at school, in the private sector"; "" where nothing is asked."""
        people = self.people(condition)
        who = [self.part("for_people", people=people)] if people else []
        parts = who + self._circumstances(condition)
        return self.joined(parts, "and_comma") if parts else ""

    def people(self, condition: Condition) -> str:
        """Whom a condition describes: "children under 26 who are at school"; "" where it asks nothing of a person."""
        asked = [name for name in ("role", "sex", *STATUSES) if name in condition.values]
        if not asked and condition.age is None:
            return ""
        sex = _only(condition.values["sex"]) if asked == ["sex"] else ""
        sentence = self.part(
            "people",
            noun=self._values("role", condition, last="and_last") or self.part(f"any_{sex}" if sex else "role_any"),
            sex="" if sex else self._values("sex", condition),
            age=self._age(condition.age) if condition.age else "",
            statuses=" ".join(filter(None, (self._values(status, condition) for status in STATUSES))),
        )
        return re.sub(" +", " ", sentence).strip()

    def _circumstances(self, condition: Condition) -> list[str]:
        parts = [self._values(name, condition) for name in CIRCUMSTANCES]
        names = {kind.id: self.name(kind.name, kind.id) for kind in self.plan.kinds}
        if condition.kinds:
            kinds = [self.part("kind", kind=names.get(kind, kind)) for kind in sorted(condition.kinds)]
            parts.append(self.joined(kinds, "or_last"))
        return [part for part in parts if part]

    def _values(self, attribute: str, condition: Condition, *, last: str = "or_last") -> str:
        wanted = condition.values.get(attribute, frozenset())
        known = [value for value in ATTRIBUTES[attribute] if value in wanted]
        if not known or len(known) == len(ATTRIBUTES[attribute]):
            return ""
        return self.joined((self.part(f"{attribute}_{value}") for value in known), last)

    def _age(self, age: tuple[int, int]) -> str:
        low, below = age
        if low <= 0:
            return self.part("age_below", years=self.counted(below, "age"))
        if below >= NO_UPPER_AGE:
            return self.part("age_from", years=self.counted(low, "age"))
        if below == low + 1:
            return self.part("age_exactly", years=self.counted(low, "age"))
        return self.part("age_between", low=locale.number(low, self.lang), years=self.counted(below - 1, "age"))

    # Which care, how much, how long

    def category(self, category: str) -> str:
        known = self.plan.categories.get(category)
        return self.name(known.name, category) if known else locale.isolate(category, self.lang)

    def categories(self, categories: Iterable[str], last: str = "and_last") -> str:
        """The names of some categories, in the plan's order."""
        chosen = set(categories)
        order = [category for category in self.plan.categories if category in chosen]
        return self.joined((self.category(category) for category in order or sorted(chosen)), last)

    def care(self, targets: tuple[str, ...], excepted: tuple[str, ...] = ()) -> str:
        """The care that a block names: "specialist consultation and dental care except the code D800"."""
        without = [name for target in excepted for name in self._target(target)]
        named = [name for target in targets for name in self._target(target)]
        left = [name for name in named if name not in without]
        if set(without) <= set(named) and left:
            return self.joined(left)
        return self.part("except", care=self.joined(named), excepted=self.joined(without))

    def _target(self, target: str) -> list[str]:
        """The names of a target: a group is told by its categories."""
        if target == "*":
            return [self.part("all_care")]
        kind, _, named = target.partition(":")
        if kind == "code":
            return [self.part("code", code=named)]
        if kind == "group":
            members = [category.id for category in self.plan.categories.values() if category.group == named]
            return [self.category(member) for member in members] or [locale.isolate(named, self.lang)]
        return [self.category(target)]

    def base(self, coverage: Coverage) -> str:
        return self.part(f"base_{coverage.base}")

    def per(self, scope: str, period: Period) -> str:
        """ "a person and calendar year", "a household over 24 months running"."""
        unit = period.unit if scope in ("person", "household") else "none"
        length = self.counted(period.length, unit) if unit in ("months", "days") else ""
        return self.part(f"period_{unit}", scope=self.part(f"scope_{scope}"), length=length)

    def limit_value(self, limit: Limit, value: int | None = None) -> str:
        """The value of a limit, or another in its unit: an amount, a number of days, units, lines or claims."""
        value = limit.value if value is None else value
        if limit.kind in ("ceiling", "deductible"):
            return self.money(value)
        if limit.kind == "gap":
            return self.counted(value, "days")
        if limit.counted != "quantity":
            return self.counted(value, limit.counted)
        return self.units(value)

    def units(self, thousandths: int) -> str:
        """A quantity with its noun: "2 units"."""
        return locale.counted(Decimal(thousandths) / QUANTITY_SCALE, "units", self.lang)

    # By which authority

    def source(self, dates: Dates) -> str:
        """ "Law 65-00, secondary source", and where the other terms come from; "" where the block names no source."""
        own = self.part("own", source=self.named_source(dates.own)) if dates.own else ""
        return self.listed([self.named_source(dates.source), own])

    def named_source(self, source_id: str) -> str:
        """A source and its status; "" where the plan has no such source."""
        source = self.plan.sources.get(source_id)
        if source is None:
            return ""
        status = self.part("status_conflicting" if source.status == "?" else f"status_{source.status}")
        return status if source.status == "D" else self.part("source", title=self.name(source.title), status=status)

    def since(self, dates: Dates) -> str:
        """The days on which a block applies, the last one included."""
        if dates.until is None:
            return self.part("since", day=self.day(dates.effective))
        last = dates.until - timedelta(days=1)
        return self.part("between", day=self.day(dates.effective), last=self.day(last))

    def authority(self, dates: Dates) -> list[str]:
        """When a block was voted, approved and published, as far as the plan says it."""
        steps = {"voted": dates.voted, "approved": dates.approved, "published": dates.published}
        return [self.part(step, day=self.day(when)) for step, when in steps.items() if when]

    def listed(self, parts: Iterable[str]) -> str:
        """Parts with semicolons between them, those that are empty left out."""
        first, *rest = [part for part in parts if part] or [""]
        for part in rest:
            first = self.part("semicolon", first=first, next=part)
        return first

    def cited(self, sentence: str, parts: Iterable[str]) -> str:
        """A sentence without its full stop, and what it rests on in brackets."""
        source, sentence = self.listed(parts), sentence[:1].upper() + sentence[1:]
        return self.part("cited", sentence=sentence, source=source) if source else f"{sentence}."


def _only(values: frozenset[str]) -> str:
    """The only sex that a condition names, "F" or "M", or ""."""
    return next(iter(values)) if len(values) == 1 and values <= {"F", "M"} else ""
