"""What a cover that begins will give, from which day: what a desk says before it enrols somebody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tiwizi.records.cover.models import Cover, Plan
from tiwizi.records.cover.queries import in_force
from tiwizi.records.cover.versions import open_plan
from tiwizi.records.trail.refusal import Refused
from tiwizi.rules.period import add_months
from tiwizi.rules.plan.wording import Wording


@dataclass(frozen=True)
class Wait:
    """Care that a plan pays for only from a day on, for who is new in it; ``waived``: whom it does not wait for."""

    plan: str
    care: str
    until: date
    waived: str


def plans_to_choose(on: date) -> list[str]:
    """What the layers of the plan in force call the covers that entitle to them; else what covers there were."""
    try:
        plan = open_plan(in_force(on)[0])
    except Refused:
        return list(Plan.objects.order_by("code").values_list("code", flat=True))
    return list(dict.fromkeys(code for layer in plan.layers for code in sorted(layer.covers)))


def country(on: date) -> str:
    """Of the plan in force; "" where there is none."""
    try:
        return open_plan(in_force(on)[0]).country
    except Refused:
        return ""


def waits(plans: list[str], *, joined: date, today: date, lang: str) -> list[Wait]:
    """What somebody who joins some plans on a day has to wait for, by what is in force today."""
    try:
        plan = open_plan(in_force(today)[0])
    except Refused:
        return []
    words = Wording(plan, lang)
    found = []
    for layer in plan.layers:
        named = next((code for code in plans if code in layer.covers), None)
        for rule in layer.coverage if named else ():
            if rule.waiting is not None and rule.dates.holds(joined) and not rule.refuse:
                waived = words.condition(rule.waiting.waived) if rule.waiting.waived else ""
                until = add_months(joined, rule.waiting.months)
                found.append(Wait(str(named), words.care(rule.targets), until, waived))
    return list(dict.fromkeys(found))


def covers_of_all(household: int, *, on: date) -> list[tuple[str, date]]:
    """(plan, from when) of what covers a whole household on a day or later, and so whoever joins it."""
    held = Cover.objects.filter(household=household, person=None).exclude(until__lte=on).order_by("plan__code", "since")
    first: dict[str, date] = {}
    for plan, since, joined in held.values_list("plan__code", "since", "joined"):
        first.setdefault(plan, max(since, joined, on))
    return list(first.items())
