"""``tiwizi points``: the value of a point of a period, from the money that there is for it, ready for the plan."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tiwizi.doors.cli.open_run import open_book, open_plan_of
from tiwizi.doors.cli.summary import written
from tiwizi.doors.cli.voice import Stop, Voice, explained, speaks
from tiwizi.locale import day, number

if TYPE_CHECKING:
    from tiwizi.rules.adjudicate.points import Index, Wanted
    from tiwizi.rules.plan.document import Condition, Layer, Plan

#: A year, a quarter of it or a month of it: 2026, 2026-Q4, 2026-10.
PERIOD = re.compile(r"(\d{4})(?:-Q([1-4])|-(\d\d))?")

When = Annotated[list[str] | None, typer.Option("--when", metavar="NAME=VALUE", help=explained("points_when"))]


@speaks
def points(
    voice: Voice,
    run: Annotated[Path, typer.Argument(metavar="DIR", help=explained("run"))],
    *,
    layer: Annotated[str, typer.Option("--layer", help=explained("points_layer"))],
    period: Annotated[str, typer.Option("--period", metavar="2026-Q4", help=explained("points_period"))],
    money: Annotated[str, typer.Option("--money", metavar="AMOUNT", help=explained("points_money"))],
    share: Annotated[str, typer.Option("--share", metavar="RATE", help=explained("points_share"))] = "100%",
    when: Annotated[
        list[str] | None, typer.Option("--when", metavar="NAME=VALUE", help=explained("points_when"))
    ] = None,
    source: Annotated[str | None, typer.Option("--source", help=explained("points_source"))] = None,
) -> None:
    from tiwizi.doors.cli.decide import decide_all
    from tiwizi.rules.adjudicate.points import Wanted, index

    plan = open_plan_of(run)
    start, until = _days(period)
    wanted = Wanted(_layer(plan, layer), start, until, _condition(when or []))
    available = _money(plan, money, share)
    cited = _source(plan, plan.layers[wanted.layer], source)
    book = open_book(run, voice.lang)
    found = index(
        plan,
        book.facts,
        wanted,
        available,
        decide=lambda tried: decide_all(voice, tried, book.facts, book.tariff, threads=1),
    )
    if found is None:
        raise Stop("no_points", path=run, layer=layer, period=period)
    block = block_of(wanted, found, period, cited)
    _show(voice, plan, wanted, found, block)
    voice.answer(_as_values(plan, wanted, found, block))


def block_of(wanted: Wanted, found: Index, period: str, source: str) -> str:
    """The value as a block of a plan document, to be put under its layer."""
    case = "".join(f"-{name}-{value}" for name, values in _told(wanted.when) for value in values)
    named = ", ".join(f"{name} = {_written(values)}" for name, values in _told(wanted.when))
    rows = [
        "[[layers.points]]",
        f'id = "points-{period.lower()}{case}"',
        f'value = "{Decimal(found.value).scaleb(-6):.6f}"',
        *([f"when = {{ {named} }}"] if named else []),
        f"effective = {wanted.start}",
        f"until = {wanted.until}",
        f'source = "{source}"',
    ]
    return "\n".join(rows)


def _told(when: Condition) -> list[tuple[str, list[str]]]:
    return [(name, sorted(values)) for name, values in sorted(when.values.items())]


def _written(values: list[str]) -> str:
    quoted = [f'"{value}"' for value in values]
    return quoted[0] if len(quoted) == 1 else f"[{', '.join(quoted)}]"


def _show(voice: Voice, plan: Plan, wanted: Wanted, found: Index, block: str) -> None:
    from datetime import timedelta

    from tiwizi.rules.plan.wording import Wording

    words, lang = Wording(plan, voice.lang), voice.lang
    layer = plan.layers[wanted.layer]
    named = words.listed([words.name(layer.name, layer.id), words.condition(wanted.when)])
    days = {"start": day(wanted.start, lang), "last": day(wanted.until - timedelta(days=1), lang)}
    sums = {name: words.money(getattr(found, name)) for name in ("points", "money", "paid", "left")}
    value = number(Decimal(found.value).scaleb(-6), lang)
    voice.say("points_found", layer=named, lines=written(found.lines, voice), points=sums["points"], **days)
    voice.say("points_value", value=value, money=sums["money"], points=sums["points"])
    voice.say("points_pay", paid=sums["paid"], left=sums["left"])
    if found.waiting:
        voice.say("points_waiting", lines=written(found.waiting, voice))
    voice.say("points_block")
    voice.out.print(f"\n{block}\n", markup=False, highlight=False, soft_wrap=True)


def _as_values(plan: Plan, wanted: Wanted, found: Index, block: str) -> dict[str, Any]:
    return {
        "layer": plan.layers[wanted.layer].id,
        "effective": wanted.start,
        "until": wanted.until,
        "currency": plan.currency,
        "unit": "minor",
        "lines": found.lines,
        "points": found.points,
        "money": found.money,
        "index": f"{found.exact.numerator}/{found.exact.denominator}",
        "value": f"{Decimal(found.value).scaleb(-6):f}",
        "paid": found.paid,
        "left": found.left,
        "waiting": found.waiting,
        "block": block,
    }


def _days(period: str) -> tuple[date, date]:
    """The first day of a period, and the day after its last."""
    from tiwizi.rules.period import add_months

    found = PERIOD.fullmatch(period)
    months = 12 if found and not found[2] and not found[3] else 3 if found and found[2] else 1
    try:
        assert found is not None
        start = date(int(found[1]), (int(found[2]) - 1) * 3 + 1 if found[2] else int(found[3] or 1), 1)
        return start, add_months(start, months)
    except (AssertionError, ValueError):
        raise Stop("not_a_period", value=period) from None


def _layer(plan: Plan, named: str) -> int:
    layers = [layer.id for layer in plan.layers if any(rule.relative for rule in layer.coverage)]
    if named not in layers:
        raise Stop("no_layer_in_points", value=named, known=", ".join(layers) or "–")
    return next(position for position, layer in enumerate(plan.layers) if layer.id == named)


def _condition(words: list[str]) -> Condition:
    """What --when asks: NAME=VALUE or NAME=VALUE,VALUE, once for each name."""
    from tiwizi.rules.plan.document import Condition
    from tiwizi.rules.terms import ATTRIBUTES

    values: dict[str, frozenset[str]] = {}
    for word in words:
        name, _, wanted = word.partition("=")
        if name not in ATTRIBUTES or not set(wanted.split(",")) <= set(ATTRIBUTES[name]):
            known = ", ".join(ATTRIBUTES.get(name, ATTRIBUTES))
            raise Stop("not_one_of", option="--when", value=word, known=known)
        values[name] = frozenset(wanted.split(","))
    return Condition(values)


def _money(plan: Plan, money: str, share: str) -> int:
    """The money there is, in minor units: a share of the amount named, rounded down."""
    from tiwizi.rules.money import DOWN, MAX_AMOUNT, RATE_SCALE, basis_points, divide, minor

    try:
        whole = minor(money, plan.currency)
    except ValueError:
        whole = -1
    try:
        part = basis_points(share)
    except ValueError:
        part = -1
    if not 0 <= whole <= MAX_AMOUNT * 1000:
        raise Stop("not_an_amount", option="--money", value=money, currency=plan.currency)
    if not 0 <= part <= RATE_SCALE:
        raise Stop("not_a_rate", option="--share", value=share)
    return divide(whole * part, RATE_SCALE, DOWN)


def _source(plan: Plan, layer: Layer, named: str | None) -> str:
    """The source that the block names: the one asked for, else that of the layer's last value."""
    from tiwizi.rules.adjudicate.points import last_source

    source = named or last_source(layer)
    if source not in plan.sources:
        raise Stop("no_source_of_points", value=source or "–", known=", ".join(plan.sources))
    return source
