"""What the law of a country says: parameters whose values have dates, a source and a status.

``law.toml`` is described in docs/concepts/plan.md, "Values from the law".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from tiwizi.rules.money import MINOR_DIGITS
from tiwizi.rules.plan.authority import DATED, STATUSES, read_sources, read_wordings
from tiwizi.rules.plan.block import Block
from tiwizi.rules.plan.document import Dates, Source, Text
from tiwizi.rules.plan.problem import Problem
from tiwizi.rules.plan.syntax import open_document

KINDS = ("rate", "money", "days", "months", "years", "count")


@dataclass(frozen=True)
class LawValue:
    """A value while its dates hold: basis points (rate), minor units (money), else a whole number.

    ``dates.source`` is the id of its legal reference in ``Law.sources``; status: see document.Source.
    """

    value: int
    dates: Dates
    status: str


@dataclass(frozen=True)
class Parameter:
    """One thing that the law sets; kind is one of KINDS."""

    name: str
    title: Text
    kind: str
    values: tuple[LawValue, ...]


@dataclass(frozen=True)
class Law:
    """All that a country's pack says of the law, by parameter name ("amo.ambulatory_rate")."""

    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    currency: str = ""
    file: str = ""


def value_on(law: Law, name: str, *, on: date) -> LawValue | None:
    """The value of a parameter on a day; None where the law has none yet, or no more. KeyError: no such parameter."""
    return next((value for value in law.parameters[name].values if value.dates.holds(on)), None)


def parse_law(text: str, *, file: str) -> tuple[Law | None, list[Problem]]:
    """The law of a country from the text of its law.toml; None when one of the problems is an error."""
    root, reading = open_document(text, file=file)
    if root is None:
        return None, reading.found()
    if root.has("currency"):
        reading.currency = root.choice("currency", MINOR_DIGITS, reading.currency, "unknown_currency")
    sources = read_sources(root)
    parameters = {}
    for name, block in _parameters(root, ""):
        parameters[name] = _read_parameter(name, block, sources, has_currency=root.has("currency"))
    law = Law(parameters, sources, root.text("currency"), file)
    found = reading.found()
    return (None if any(problem.is_error for problem in found) else law), found


def _parameters(block: Block, prefix: str) -> Iterator[tuple[str, Block]]:
    """The tables that are parameters, however deep: those that hold values rather than other tables."""
    for name in block.table:
        if not prefix and name in ("sources", "currency"):
            continue
        inner = block.inner(name)
        if inner is None:
            continue
        if any(isinstance(value, dict) for key, value in inner.table.items() if key not in ("title", "values")):
            yield from _parameters(inner, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", inner


def _read_parameter(name: str, block: Block, sources: Mapping[str, Source], *, has_currency: bool) -> Parameter:
    block.expect(("title", "kind", "values"))
    block.need("title", "kind", "values")
    kind = block.choice("kind", KINDS, "count")
    if kind == "money" and not has_currency:
        block.error("kind", "law_without_currency")

    def read(value: Block, dates: Dates) -> LawValue:
        value.expect((*DATED, "value", "status"))
        value.need("value")
        status = sources[dates.source].status if dates.source in sources else ""
        return LawValue(_read_value(value, kind), dates, value.choice("status", STATUSES, status))

    values = read_wordings(block.inners("values"), sources, read, one_rule=True)
    return Parameter(name, block.name("title"), kind, values)


def _read_value(block: Block, kind: str) -> int:
    if kind == "rate":
        return block.rate("value") or 0
    if kind == "money":
        return block.money("value") or 0
    return block.whole("value", 0)
