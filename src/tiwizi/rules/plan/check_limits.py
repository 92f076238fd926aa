"""Checks of limits that the block of a limit does not show alone."""

from __future__ import annotations

from itertools import combinations

from tiwizi.rules.plan.block import Block, Reading
from tiwizi.rules.plan.check_coverage import parts
from tiwizi.rules.plan.document import Layer, Limit, Plan
from tiwizi.rules.plan.overlap import excludes, overlap
from tiwizi.rules.plan.problem import shown


def limits_of_no_care(plan: Plan, root: Block) -> None:
    """A limit concerns care that its layer pays. What category a code has is the tariff's to say, so a code may be
    of any."""
    for layer in plan.layers:
        paying = [rule for rule in layer.coverage if not rule.refuse]
        if layer.decided != "here" or not layer.coverage or not all(map(root.reading.is_sound, layer.coverage)):
            continue
        paid = {part for rule in paying for part in parts(plan, rule.targets)}
        codes = {part for part in paid if part.startswith("code:")}
        for limit in layer.limits:
            if root.reading.is_sound(limit) and not _concerns(plan, limit, paid - codes, codes):
                root.reading.block(limit).warning("for", "limit_of_no_care", layer=shown(layer.id))


def _concerns(plan: Plan, limit: Limit, categories: set[str], codes: set[str]) -> bool:
    """Whether some care that a limit names may be among the categories (or "*") and codes that are paid."""
    if "*" in categories or ("*" in limit.targets and (categories or codes)):
        return True
    return any(
        part in codes or bool(categories) if part.startswith("code:") else part in categories or bool(codes)
        for part in parts(plan, limit.targets)
    )


def parts_that_overlap(plan: Plan, root: Block) -> None:
    """Wordings of one limit that start on the same day are its parts: each line is for one of them at most."""
    for layer in plan.layers:
        by_start: dict[tuple[str, object], list[Limit]] = {}
        for limit in layer.limits:
            block = root.reading.block(limit)
            if limit.id and root.reading.is_sound(limit):
                by_start.setdefault((limit.id, block.table["effective"]), []).append(limit)
        for beside in by_start.values():
            for pair in combinations(beside, 2):
                _told_apart(*pair, root.reading)


def _told_apart(one: Limit, other: Limit, reading: Reading) -> None:
    before, after = reading.block(one), reading.block(other)
    if before.path != after.path and overlap(one.dates, other.dates) and not excludes(one.when, other.when):
        days = {"other_line": str(before.line), "effective": str(after.table["effective"])}
        after.error("effective", "same_day", **days)


def rewordings_that_count_afresh(plan: Plan, root: Block) -> None:
    """What was used before stays used only while a limit counts the same thing in the same way."""
    for layer in plan.layers:
        first: dict[str, Limit] = {}
        for limit in _by_date(layer):
            before = first.setdefault(limit.id, limit)
            block = root.reading.block(limit)
            if not limit.id or not root.reading.is_sound(limit) or not root.reading.is_sound(before):
                continue
            if limit.kind != before.kind:
                block.error("kind", "limit_other_kind", kind=limit.kind, other=before.kind)
            elif _counting(limit) != _counting(before):
                block.warning("", "limit_counts_afresh", id=shown(limit.id))
            first[limit.id] = limit


def _by_date(layer: Layer) -> list[Limit]:
    return sorted(layer.limits, key=lambda limit: limit.dates.effective)


def _counting(limit: Limit) -> tuple[object, ...]:
    return limit.scope, limit.period, limit.counted, limit.each_code
