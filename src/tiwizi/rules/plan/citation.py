"""Values from the law: a block that cites it is cut at the days on which the value changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from tiwizi.rules.law import Law, LawValue, value_on
from tiwizi.rules.plan.authority import CITING, UNDATED, Cut
from tiwizi.rules.plan.block import Block, Cited
from tiwizi.rules.plan.document import Dates


def cutter(law: Law | None) -> Cut:
    """What cuts blocks at the changes of this law."""

    def cut(block: Block, dates: Dates) -> Iterator[tuple[Block, Dates]]:
        citing = [name for name in block.table if name in CITING and block.cites(name)]
        if not citing:
            yield block, dates
            return
        block = replace(block, citing=frozenset(citing))
        cited = {name: parameter for name in citing if (parameter := _parameter(block, name, law))}
        if not cited or law is None or dates.effective == UNDATED:
            yield block, dates
            return
        for start, end in _pieces(law, set(cited.values()), dates):
            yield _piece(block, replace(dates, effective=start, until=end), law, cited)

    return cut


def _parameter(block: Block, name: str, law: Law | None) -> str:
    """The name of the parameter that a field cites, or "" when the law has no such parameter."""
    citation = block.inner(name)
    assert citation is not None
    citation.expect(("law",))
    parameter = citation.text("law")
    if law is None:
        block.error(name, "no_law", parameter=parameter)
    elif parameter not in law.parameters:
        citation.unknown("law", "unknown_parameter", parameter, law.parameters)
    else:
        return parameter
    return ""


def _pieces(law: Law, parameters: set[str], dates: Dates) -> list[tuple[date, date | None]]:
    """The stretches of time in which none of the parameters changes."""
    days: set[date] = set()
    for parameter in parameters:
        for value in law.parameters[parameter].values:
            days |= {value.dates.effective, *([value.dates.until] if value.dates.until else [])}
    starts = [dates.effective, *sorted(day for day in days if day > dates.effective and dates.holds(day))]
    return list(zip(starts, [*starts[1:], dates.until], strict=True))


def _piece(block: Block, dates: Dates, law: Law, cited: dict[str, str]) -> tuple[Block, Dates]:
    """The block with the law's values on the first day of a piece, and with the authority of the first of them."""
    values: dict[str, Cited] = {}
    first: LawValue | None = None
    for name, parameter in cited.items():
        value = value_on(law, parameter, on=dates.effective)
        if value is None:
            block.error(
                name, "law_silent", parameter=parameter, day=str(dates.effective), until=str(dates.until or "…")
            )
            continue
        first = first or value
        values[name] = Cited(parameter, law.parameters[parameter].kind, value.value)
        if values[name].kind == "money" and law.currency != block.reading.currency:
            block.error(name, "law_currency", parameter=parameter, currency=law.currency)
    return replace(block, cited=values), _with_authority(block, dates, law, first, frozenset(values))


def _with_authority(block: Block, dates: Dates, law: Law, value: LawValue | None, cited: frozenset[str]) -> Dates:
    """The dates of a piece with the source of the law's value; a status of its own makes it a source of its own."""
    if value is None:
        return dates
    source = law.sources[value.dates.source]
    if value.status != source.status:
        source = replace(source, id=f"{source.id} ({value.status})", status=value.status)
    block.reading.borrowed[source.id] = source
    given = value.dates
    return replace(
        dates,
        source=source.id,
        own=dates.source if dates.source != value.dates.source else "",
        cited=cited,
        voted=dates.voted or given.voted,
        approved=dates.approved or given.approved,
        published=dates.published or given.published,
    )
