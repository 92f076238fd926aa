"""What no block shows alone: the checks of a plan as a whole, in a register to be read."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tiwizi.rules.adjudicate.context import MAX_AGE_BANDS, MAX_KINDS
from tiwizi.rules.plan.authority import UNDATED
from tiwizi.rules.plan.block import Block, Reading
from tiwizi.rules.plan.check_coverage import (
    categories_that_nobody_covers,
    lump_sums_paid_twice,
    points_of_two_values,
    points_without_value,
    unreachable_coverage,
)
from tiwizi.rules.plan.check_limits import limits_of_no_care, parts_that_overlap, rewordings_that_count_afresh
from tiwizi.rules.plan.document import Dates, Plan, clauses, conditions
from tiwizi.rules.plan.overlap import overlap
from tiwizi.rules.plan.problem import shown

#: What an entry of a trail has bits for.
MAX_LAYERS = 120
MAX_CLAUSES = 2**18 - 1
ODD_ADULT_AGE = (12, 25)


def check(plan: Plan, root: Block) -> None:
    """Report what is wrong with a plan whose blocks have been read."""
    for one in CHECKS:
        one(plan, root)


def layers_are_told_apart(plan: Plan, root: Block) -> None:
    if not plan.layers:
        root.error("layers", "no_layers")
    seen: set[str] = set()
    for layer in plan.layers:
        if layer.id in seen:
            root.reading.block(layer).error("id", "twice", id=shown(layer.id))
        seen.add(layer.id)


def one_rule_at_a_time(plan: Plan, root: Block) -> None:
    """Of some rules only one can be in force on a day, whatever its id."""
    by_letter: dict[tuple[str, str], list[object]] = {}
    for value in plan.letters:
        by_letter.setdefault((value.letter, value.sector), []).append(value)
    groups: list[Sequence[object]] = [*by_letter.values(), plan.sessions, plan.review_above]
    for layer in plan.layers:
        groups += [layer.payers, layer.filing]
    for group in groups:
        _one_at_a_time(group, root.reading)


def _one_at_a_time(group: Sequence[object], reading: Reading) -> None:
    dated = [(reading.block(value), _dates(value)) for value in group]
    dated = [(block, dates) for block, dates in dated if dates.effective != UNDATED]
    dated.sort(key=lambda pair: pair[1].effective)
    for (before, earlier), (after, later) in zip(dated, dated[1:], strict=False):
        if before.table.get("id") != after.table.get("id") and overlap(earlier, later):
            after.error("", "two_at_once", other_line=str(before.line), day=str(later.effective))


def _dates(value: object) -> Dates:
    dates = getattr(value, "dates", None)
    assert isinstance(dates, Dates)
    return dates


def ids_name_one_rule(plan: Plan, root: Block) -> None:
    """A trail cites rules by their ids: a coverage block and a limit of one layer do not share one."""
    for layer in plan.layers:
        owner: dict[str, str] = {}
        for name in ("eligibility", "filing", "coverage", "limits"):
            for value in getattr(layer, name):
                if owner.setdefault(value.id, name) != name and value.id:
                    root.reading.block(value).warning(
                        "id", "id_of_two_kinds", id=shown(value.id), other=owner[value.id]
                    )


def reported_layers_decide_nothing(plan: Plan, root: Block) -> None:
    for layer in plan.layers:
        block = root.reading.block(layer)
        for name in ("coverage", "limits"):
            if layer.decided == "reported" and block.has(name):
                block.warning(name, "reported_and_decided", name=name)
        if layer.decided == "here" and not layer.coverage:
            block.warning("coverage", "layer_without_coverage")


def adults_are_of_age(plan: Plan, root: Block) -> None:
    low, high = ODD_ADULT_AGE
    head = root.inner("plan")
    if head is not None and not low <= plan.adult_from <= high:
        head.warning("adult_from", "odd_adult_age", value=str(plan.adult_from))


def the_compiled_form_holds_it(plan: Plan, root: Block) -> None:
    starts = {0} | {age for condition in conditions(plan) if condition.age for age in condition.age}
    for name, key, found, most in (
        ("", "too_many_ages", len(starts), MAX_AGE_BANDS),
        ("kinds", "too_many_kinds", len(plan.kinds), MAX_KINDS),
        ("layers", "too_many_layers", len(plan.layers), MAX_LAYERS),
        ("", "too_many_rules", len(clauses(plan)) - 1, MAX_CLAUSES),
    ):
        if found > most:
            root.error(name, key, found=str(found), most=str(most))


CHECKS: tuple[Callable[[Plan, Block], None], ...] = (
    layers_are_told_apart,
    one_rule_at_a_time,
    ids_name_one_rule,
    unreachable_coverage,
    categories_that_nobody_covers,
    lump_sums_paid_twice,
    points_without_value,
    points_of_two_values,
    limits_of_no_care,
    parts_that_overlap,
    rewordings_that_count_afresh,
    reported_layers_decide_nothing,
    adults_are_of_age,
    the_compiled_form_holds_it,
)
