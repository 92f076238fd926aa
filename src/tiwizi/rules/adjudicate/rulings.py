"""Steps 1 to 5: what can be said of a line and a layer before any limit - the cover, the rule, or a refusal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tiwizi.rules.adjudicate.facts import Cover, Household, Line
from tiwizi.rules.period import add_months, age_in_years
from tiwizi.rules.plan.compile import KIND_ORDER
from tiwizi.rules.plan.document import Condition, Coverage, Layer, Limit, Plan, clauses, names
from tiwizi.rules.terms import STATUSES


@dataclass(frozen=True)
class Context:
    """What a condition can ask of a line."""

    values: dict[str, str]
    age: int
    kind: str

    def meets(self, condition: Condition) -> bool:
        return not self.failing(condition)

    def failing(self, condition: Condition) -> list[str]:
        """The names of what the condition asks and the line has not."""
        failing = [name for name, allowed in condition.values.items() if self.values[name] not in allowed]
        if condition.age is not None and not condition.age[0] <= self.age < condition.age[1]:
            failing.append("age")
        if condition.kinds is not None and self.kind not in condition.kinds:
            failing.append("kind")
        return failing


@dataclass
class Ruling:
    """What is known of a line and a layer before any limit. refusal: the reason and its clause, if there is one."""

    layer: int
    cover: Cover | None = None
    context: Context | None = None
    rule: Coverage | None = None
    refusal: tuple[str, int] | None = None


class Rulings:
    """The rulings of one household. kinds: the kind of each of its claims."""

    def __init__(self, plan: Plan, home: Household) -> None:
        self.plan, self.home = plan, home
        self.clause = {id(block): number for number, block in enumerate(clauses(plan)) if block is not None}
        self.kinds = {line.claim.number: "" for line in home.lines}
        for claim in self.kinds:
            self.kinds[claim] = self._kind([line for line in home.lines if line.claim.number == claim])

    def _kind(self, lines: list[Line]) -> str:
        """The first kind of the plan that fits a claim: by a category of one of its lines, and by what it has."""
        context = Context(dict(lines[0].claim.attributes), 0, "")
        for kind in self.plan.kinds:
            fits = not kind.categories or any(line.category in kind.categories for line in lines)
            if fits and context.meets(kind.when):
                return kind.id
        return ""

    def speaks_of(self, y: int, line: Line) -> bool:
        """Whether layer y says anything of such care on that day. What its payer reports can be of any care."""
        layer = self.plan.layers[y]
        rules = (rule for rule in layer.coverage if rule.dates.holds(line.day))
        return layer.decided == "reported" or any(self.named_in(rule.targets, line) for rule in rules)

    def ruling(self, y: int, line: Line, *, duplicate: bool) -> Ruling:
        """The ruling of layer y on a line."""
        layer, ruling = self.plan.layers[y], Ruling(y)
        ruling.cover = cover = self._cover(layer, line)
        if cover is not None:
            ruling.context = self._context(line, cover)
            ruling.rule = self._rule(layer, line, ruling.context)
        ruling.refusal = ("duplicate", 0) if duplicate else self._refusal(layer, line, ruling)
        return ruling

    def _refusal(self, layer: Layer, line: Line, ruling: Ruling) -> tuple[str, int] | None:
        cover, context, rule = ruling.cover, ruling.context, ruling.rule
        if cover is None or context is None:
            return "no_cover", 0
        if layer.decided == "reported":
            return None
        if cover.paid_until is not None and line.day >= cover.paid_until:
            return "not_paid_up", 0
        eligible = [block for block in layer.eligibility if block.dates.holds(line.day)]
        if eligible and not any(context.meets(block.when) for block in eligible):
            return "not_eligible", 0
        for filing in layer.filing:
            if filing.dates.holds(line.day) and (line.claim.received - _end_of_care(line)).days > filing.days:
                return "late_filing", self.clause[id(filing)]
        if line.price is None:
            return "not_in_tariff", 0
        if rule is None:
            return "not_covered", 0
        return self._refused_by(rule, line, context, cover)

    def _refused_by(self, rule: Coverage, line: Line, context: Context, cover: Cover) -> tuple[str, int] | None:
        clause = self.clause[id(rule)]
        if rule.refuse:
            return "excluded", clause
        failing = context.failing(rule.only)
        if failing:
            other = [name for name in failing if name not in ("age", "sex")]
            return ("context" if other else "age" if "age" in failing else "sex"), clause
        if rule.prior_approval and context.values["prior_approval"] == "no":
            return "no_prior_approval", clause
        if rule.waiting is not None and cover.stage == "new":
            waived = rule.waiting.waived is not None and context.meets(rule.waiting.waived)
            if not waived and line.day < add_months(cover.joined, rule.waiting.months):
                return "waiting", clause
        return None

    def _cover(self, layer: Layer, line: Line) -> Cover | None:
        """The cover in force: the person's own before the household's, then the one that started last."""
        found = [
            c
            for c in self.home.cover
            if c.plan in layer.covers and c.person in (None, line.person.number) and c.holds(line.day)
        ]
        return max(found, key=lambda c: (c.person is not None, c.start), default=None)

    def _context(self, line: Line, cover: Cover) -> Context:
        person = line.person
        values = dict(line.claim.attributes) | ({"prior_approval": "no"} if line.unfit else {})
        values |= {"role": person.role, "sex": person.sex, "stage": cover.stage}
        values |= {status: "yes" if person.has(status, line.day) else "no" for status in STATUSES}
        age = max(0, age_in_years(person.birth, line.day))
        return Context(values, age, self.kinds[line.claim.number])

    def _rule(self, layer: Layer, line: Line, context: Context) -> Coverage | None:
        for rule in layer.coverage:
            if rule.dates.holds(line.day) and self.named_in(rule.targets, line) and context.meets(rule.when):
                return rule
        return None

    def limits(self, ruling: Ruling, line: Line) -> list[Limit]:
        """The limits of a ruling's layer that concern a line, by kind in the order of the steps, then as the document
        has them."""
        assert ruling.context is not None
        found = [
            limit
            for limit in self.plan.layers[ruling.layer].limits
            if limit.dates.holds(line.day)
            and self.named_in(limit.targets, line)
            and not self.named_in(limit.excepted, line)
            and ruling.context.meets(limit.when)
        ]
        return sorted(found, key=lambda limit: KIND_ORDER.index(limit.kind))

    def named_in(self, targets: tuple[str, ...], line: Line) -> bool:
        """Whether targets name the care of a line."""
        category = self.plan.categories.get(line.category)
        return names(targets, line.code, line.category, category.group if category else "")


def _end_of_care(line: Line) -> date:
    return line.day if line.claim.care_to is None else max(line.day, line.claim.care_to)
