"""From an openIMIS source to decisions, on the way that a fund takes: import, read the tables, decide."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.formats.openimis.fund import Expected

from tiwizi.formats.openimis import Report, convert
from tiwizi.formats.tables import read_folder
from tiwizi.rules.adjudicate import engine, reference
from tiwizi.rules.adjudicate.columns import Decisions
from tiwizi.rules.money import minor
from tiwizi.rules.plan.compile import compile_plan
from tiwizi.rules.plan.problem import Problem
from tiwizi.rules.plan.read import read_plan
from tiwizi.rules.terms import REASON_CODE

CURRENCY = "USD"


@dataclass(frozen=True)
class Decided:
    """The decisions of both engines, the line that each name stands for, and what the import and the checker said."""

    lines: dict[tuple[str, str], int]
    engines: tuple[Decisions, Decisions]
    report: Report
    problems: list[Problem]

    def holds(self, name: tuple[str, str], expected: Expected) -> None:
        """Both engines decide the line as expected."""
        for decisions in self.engines:
            row = self.lines[name]
            assert decisions.paid[row].sum() == minor(expected.decided, CURRENCY), (name, expected)
            if expected.reason:
                assert decisions.reasons[row] >> REASON_CODE[expected.reason] & 1, (name, expected)


def decide(source: Path, out: Path) -> Decided:
    """Import a source into a new folder and decide its claims."""
    out.mkdir()
    report = convert(source, out, currency=CURRENCY)
    plan, problems = read_plan((out / "plan.toml").read_text(encoding="utf-8"), file="plan.toml")
    assert plan is not None, [problem.message("en") for problem in problems]
    book = read_folder(out, currency=CURRENCY)
    assert not book.repair.tables, "every row that the import writes can be read"
    by_reference = reference.decide(plan, book.facts, book.tariff)
    by_kernel = engine.decide(compile_plan(plan, book.tariff), book.facts, book.tariff)
    assert by_kernel.balanced()
    lines = {book.name_line(row): row for row in range(book.facts.lines)}
    return Decided(lines, (by_reference, by_kernel), report, problems)
