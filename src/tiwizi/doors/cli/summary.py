"""``tiwizi summary``: where the money of decided files goes, as numbers and as a picture."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from tiwizi.doors.cli import picture
from tiwizi.doors.cli.voice import Stop, Voice, explained, speaks
from tiwizi.locale import number as in_words
from tiwizi.locale import percent as in_percent
from tiwizi.locale import text

if TYPE_CHECKING:
    from tiwizi.rules.adjudicate.totals import Totals
    from tiwizi.rules.plan.document import Plan

QUESTIONS = ("category", "payer", "reason", "state", "month")
BARS = 12
#: Questions whose answers part the lines; several payers and reasons speak on one line, so those cannot be added up.
PARTING = ("category", "state", "month")


class Row(NamedTuple):
    """One answer: its key, its name in the reader's language, and whole minor units."""

    key: str
    name: str
    lines: int
    amounts: dict[str, int]


@speaks
def summary(
    voice: Voice,
    run: Annotated[Path, typer.Argument(metavar="DIR", help=explained("run"))],
    *,
    by: Annotated[str | None, typer.Option(help=explained("by", questions=", ".join(QUESTIONS)))] = None,
    svg: Annotated[Path | None, typer.Option("--picture", metavar="FILE.svg", help=explained("picture"))] = None,
) -> None:
    from tiwizi.doors.cli.open_run import open_plan_of, open_totals

    if by is not None and by not in QUESTIONS:
        raise Stop("not_one_of", option="--by", value=by, known=", ".join(QUESTIONS))
    plan, totals = open_plan_of(run), open_totals(run)
    show_summary(voice, plan, totals, questions=(by,) if by else QUESTIONS[:-1])
    if svg is not None:
        draw(voice, plan, totals, svg)
    asked = (by,) if by else QUESTIONS
    voice.answer(
        {
            "plan": plan.id,
            "currency": plan.currency,
            "unit": "minor",
            **{question: [_as_values(row) for row in rows_by(question, plan, totals, voice)] for question in asked},
        }
    )


def show_summary(voice: Voice, plan: Plan, totals: Totals, *, questions: Iterable[str]) -> None:
    """The tables that answer some questions; bars go before the categories."""
    for question in questions:
        if question == "category":
            show_bars(voice, chart_of(voice, plan, totals))
        rows = rows_by(question, plan, totals, voice)
        heads = list(dict.fromkeys(head for row in rows for head in row.amounts))
        columns = [voice.text(f"column_{head}") for head in (question, "lines", *heads)]
        body = [[row.name, *_told(row, heads, plan, voice)] for row in rows]
        if len(rows) > 1:
            whole, *figures = [voice.text("row_total"), *_told(_total(rows, heads), heads, plan, voice)]
            body.append([whole, *(figures if question in PARTING else ["", *figures[1:]])])
        voice.table(f"{voice.text(f'by_{question}')} ({plan.currency})", columns, body, total=len(rows) > 1)


def show_bars(voice: Voice, chart: picture.Chart) -> None:
    """The picture, in a terminal."""
    from rich.text import Text

    width = max(10, min(60, voice.out.width - 50))
    rows = [(bar.name, picture.terminal_bar(chart, bar, width), bar.written) for bar in chart.bars]
    voice.table(chart.title, ["", "", ""], rows, bars=1)
    voice.table("", ["", ""], [(Text("█", style=part.colour), part.told) for part in chart.legend], names=(0, 1))


def rows_by(question: str, plan: Plan, totals: Totals, voice: Voice) -> list[Row]:
    """The answer to one question, the largest amount first (months in their order)."""
    if question == "payer":
        rows = _summed(
            ((f"{row.layer}/{row.payer}", row.lines, {"paid": row.paid}) for row in totals.payers),
            lambda key: _payer_name(plan, key, voice),
        )
    elif question == "reason":
        rows = _summed(
            ((row.reason, row.lines, {"amount": row.amount}) for row in totals.reasons),
            lambda key: text("reasons", key, lang=voice.lang),
        )
    else:
        rows = _summed(
            ((getattr(row, question), row.lines, _line_amounts(row)) for row in totals.lines),
            lambda key: _line_name(question, plan, key, voice),
        )
    if question == "month":
        return sorted(rows, key=lambda row: row.key)
    return sorted(rows, key=lambda row: (-max(row.amounts.values()), row.key))


def chart_of(voice: Voice, plan: Plan, totals: Totals) -> picture.Chart:
    """The largest categories as bars: each payer's part, the member's share, and what nobody recognises."""
    in_order = [f"{layer.id}/{payer}" for layer in plan.layers for payer in ("", *(payer.id for payer in layer.payers))]
    payers = sorted(rows_by("payer", plan, totals, voice), key=lambda row: in_order.index(row.key))
    at = {row.key: position for position, row in enumerate(payers)}
    parts: dict[str, list[int]] = {}
    for paid in totals.payers:
        parts.setdefault(paid.category, [0] * len(at) + [0, 0])[at[f"{paid.layer}/{paid.payer}"]] += paid.paid
    for line in totals.lines:
        row = parts.setdefault(line.category, [0] * len(at) + [0, 0])
        row[-2] += line.share
        row[-1] += line.reductions
    names = [*(row.name for row in payers), voice.text("row_members_share"), voice.text("row_reductions")]
    bars = [
        picture.Bar(row.name, tuple(parts[row.key]), amount(row.amounts["billed"], plan, voice))
        for row in rows_by("category", plan, totals, voice)[:BARS]
    ]
    sums = [sum(part) for part in zip(*parts.values(), strict=True)] or [0] * len(names)
    legend = tuple(
        picture.Part(name, colour, _with_share(name, whole, sum(sums), plan, voice))
        for name, colour, whole in zip(names, picture.colours(len(payers)), sums, strict=True)
    )
    title = f"{voice.text('picture_title')} ({plan.currency})"
    return picture.Chart(title, voice.text("picture_text"), legend, tuple(bars), voice.lang)


def draw(voice: Voice, plan: Plan, totals: Totals, path: Path) -> None:
    """Write the picture, whole or not at all."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_text(picture.svg(chart_of(voice, plan, totals)), encoding="utf-8")
        partial.replace(path)
    except OSError as problem:
        raise Stop("cannot_write", path=path, why=problem.strerror or problem) from None
    voice.hint("written", path=path)


def written(number: int, voice: Voice) -> str:
    return in_words(number, voice.lang)


def amount(minor: int, plan: Plan, voice: Voice) -> str:
    """Whole minor units as major units, without the currency's name: the table's title has it."""
    from tiwizi.rules.money import MINOR_DIGITS

    digits = MINOR_DIGITS[plan.currency]
    return in_words(Decimal(minor).scaleb(-digits), voice.lang, decimals=digits)


def _with_share(name: str, part: int, whole: int, plan: Plan, voice: Voice) -> str:
    """A part of all that is billed, with its amount and its share to a tenth of a per cent."""
    percent = in_percent((part * 1000 + whole // 2) // whole * 10 if whole else 0, voice.lang)
    return voice.text("legend_part", name=name, amount=amount(part, plan, voice), percent=percent)


def _told(row: Row, heads: Iterable[str], plan: Plan, voice: Voice) -> list[str]:
    """The figures of a row, as they are written."""
    return [written(row.lines, voice), *(amount(row.amounts[head], plan, voice) for head in heads)]


def _total(rows: Iterable[Row], heads: Iterable[str]) -> Row:
    rows = list(rows)
    return Row("", "", sum(row.lines for row in rows), {head: sum(row.amounts[head] for row in rows) for head in heads})


def _line_amounts(row: Any) -> dict[str, int]:
    paid = row.billed - row.reductions - row.share
    return {"billed": row.billed, "paid": paid, "share": row.share, "reductions": row.reductions}


def _summed(parts: Iterable[tuple[str, int, Mapping[str, int]]], name: Callable[[str], str]) -> list[Row]:
    lines: dict[str, int] = {}
    sums: dict[str, dict[str, int]] = {}
    for key, count, amounts in parts:
        lines[key] = lines.get(key, 0) + count
        total = sums.setdefault(key, dict.fromkeys(amounts, 0))
        for head, value in amounts.items():
            total[head] += value
    return [Row(key, name(key), lines[key], sums[key]) for key in sums]


def _line_name(question: str, plan: Plan, key: str, voice: Voice) -> str:
    if question == "category" and key in plan.categories:
        return plan.categories[key].name[voice.lang]
    return voice.text(f"state_{key}") if question == "state" else key


def _payer_name(plan: Plan, key: str, voice: Voice) -> str:
    layer_id, _, payer_id = key.partition("/")
    layer = next(layer for layer in plan.layers if layer.id == layer_id)
    of_layer = layer.name[voice.lang]
    named = next((payer.name[voice.lang] for payer in layer.payers if payer.id == payer_id), "")
    return voice.text("payer_of_layer", layer=of_layer, payer=named) if named else of_layer


def _as_values(row: Row) -> dict[str, Any]:
    return {"key": row.key, "name": row.name, "lines": row.lines, **row.amounts}
