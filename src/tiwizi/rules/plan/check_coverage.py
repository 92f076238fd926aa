"""Checks of what is paid: care that no block reaches, blocks that no care reaches, amounts paid twice."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from tiwizi.rules.plan.block import Block, Reading
from tiwizi.rules.plan.document import Coverage, Layer, Plan
from tiwizi.rules.plan.overlap import covered, excludes, implies, overlap
from tiwizi.rules.plan.problem import shown


class Care:
    """Which sound coverage blocks of a layer name some care, in the order in which they are tried."""

    def __init__(self, plan: Plan, layer: Layer, reading: Reading) -> None:
        self.plan = plan
        self.sound = [rule for rule in layer.coverage if reading.is_sound(rule)]
        self._naming: dict[str, list[int]] = {}
        for position, rule in enumerate(self.sound):
            for target in dict.fromkeys(rule.targets):
                self._naming.setdefault(target, []).append(position)

    def naming(self, target: str, *, before: int | None = None) -> Iterator[Coverage]:
        """The blocks that name all of a category, a "code:C" or "*", in order, up to a position."""
        category = self.plan.categories.get(target)
        names = {target, "*"} | ({f"group:{category.group}"} if category and category.group else set())
        end = len(self.sound) if before is None else before
        positions = {position for name in names for position in self._naming.get(name, ()) if position < end}
        return (self.sound[position] for position in sorted(positions))


def parts(plan: Plan, targets: tuple[str, ...]) -> Iterator[str]:
    """The targets with each group as its categories."""
    for target in targets:
        if target.startswith("group:"):
            yield from (c.id for c in plan.categories.values() if c.group == target[6:])
        else:
            yield target


def unreachable_coverage(plan: Plan, root: Block) -> None:
    """Every line that a block names is taken by blocks before it."""
    for layer in plan.layers:
        care = Care(plan, layer, root.reading)
        numbered = enumerate(care.sound)
        for _, pieces in groupby(numbered, key=lambda pair: root.reading.block(pair[1]).path):
            takers = [(rule, _taker(plan, care, rule, position)) for position, rule in pieces]
            rule, taker = takers[-1]
            if taker is not None and all(other for _, other in takers):
                line = root.reading.block(taker).line
                root.reading.block(rule).error("", "unreachable", other=shown(taker.id), other_line=str(line))


def _taker(plan: Plan, care: Care, rule: Coverage, position: int) -> Coverage | None:
    """The first of the earlier blocks that take all the care of a rule; None when some care reaches the rule."""
    found: Coverage | None = None
    for target in parts(plan, rule.targets):
        before = [other for other in care.naming(target, before=position) if implies(rule.when, other.when)]
        if not covered(rule.dates, (other.dates for other in before)):
            return None
        found = found or before[0]
    return found


def categories_that_nobody_covers(plan: Plan, root: Block) -> None:
    """No layer names the category. A plan by codes alone, or with a layer decided elsewhere, cannot be judged."""
    rules = [rule for layer in plan.layers for rule in layer.coverage]
    by_codes = all(target.startswith("code:") for rule in rules for target in rule.targets)
    elsewhere = any(layer.decided == "reported" for layer in plan.layers)
    if by_codes or elsewhere or not all(map(root.reading.is_sound, rules)):
        return
    named = {part for rule in rules for part in parts(plan, rule.targets)}
    if "*" in named:
        return
    for block in root.inners("categories"):
        name = block.table.get("id")
        if isinstance(name, str) and name in plan.categories and name not in named:
            block.warning("", "never_covered", category=shown(name))


def lump_sums_paid_twice(plan: Plan, root: Block) -> None:
    """A lump sum answers to no bill, so two steps that both cover it would both pay it."""
    cares = [(layer, Care(plan, layer, root.reading)) for layer in plan.layers]
    told: set[frozenset[int]] = set()
    for layer, care in cares:
        for rule in care.sound:
            if rule.base != "lump_sum" or rule.refuse:
                continue
            for other_layer, other in _also_paid(plan, cares, layer, rule):
                pair = frozenset((root.reading.block(rule).line, root.reading.block(other).line))
                if pair not in told:
                    told.add(pair)
                    where = {"layer": shown(other_layer.id), "other": shown(other.id)}
                    root.reading.block(rule).error("for", "lump_sum_twice", **where)


def _also_paid(
    plan: Plan, cares: list[tuple[Layer, Care]], layer: Layer, rule: Coverage
) -> Iterator[tuple[Layer, Coverage]]:
    for other_layer, care in cares:
        if other_layer.step == layer.step:
            continue
        for target in parts(plan, rule.targets):
            other = _first_payer(care, target, rule)
            if other is not None:
                yield other_layer, other


def _first_payer(care: Care, target: str, rule: Coverage) -> Coverage | None:
    """The first block that pays the care of a lump sum too, before an exclusion of all of it."""
    for other in care.naming(target):
        if other.refuse and implies(rule.when, other.when) and covered(rule.dates, [other.dates]):
            return None
        if not other.refuse and overlap(rule.dates, other.dates) and not excludes(rule.when, other.when):
            return other
    return None


def points_without_value(plan: Plan, root: Block) -> None:
    """Points wait for a value; a value waits for points."""
    for layer in plan.layers:
        relative = [rule for rule in layer.coverage if rule.relative]
        if relative and not layer.points:
            root.reading.block(relative[0]).warning("relative", "points_without_value", layer=shown(layer.id))
        if layer.points and not relative:
            root.reading.block(layer.points[0]).warning("", "value_without_points", layer=shown(layer.id))


def points_of_two_values(plan: Plan, root: Block) -> None:
    """Of several values of a point on one day the first that fits counts: one that none would ever reach is none."""
    for layer in plan.layers:
        sound = [value for value in layer.points if root.reading.is_sound(value)]
        for position, value in enumerate(sound):
            before = [v for v in sound[:position] if overlap(v.dates, value.dates) and implies(value.when, v.when)]
            if before:
                day = max(before[0].dates.effective, value.dates.effective)
                line = root.reading.block(before[0]).line
                root.reading.block(value).error("", "point_of_two_values", other_line=str(line), day=str(day))
