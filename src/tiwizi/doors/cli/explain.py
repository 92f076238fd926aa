"""``tiwizi explain``: why a line was decided as it was, rule by rule, in sentences."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tiwizi.doors.cli.decide import decide_household, histories
from tiwizi.doors.cli.open_run import REPAIR, open_book, open_plan_of
from tiwizi.doors.cli.voice import Stop, Voice, explained, speaks

if TYPE_CHECKING:
    from tiwizi.formats.tables import Book
    from tiwizi.rules.adjudicate.columns import Decisions, Facts
    from tiwizi.rules.plan.document import Plan


#: The columns of repair.csv that are not of the row itself.
_OF_REPAIR = ("table", "line_number", "field", "reason", "way_out")
_LONGEST_CELL = 2**31 - 1


@dataclass(frozen=True)
class Decided:
    """A line within its household, decided anew: the same plan and the same facts give the same trail."""

    claim: str
    line: str
    facts: Facts
    decisions: Decisions
    row: int


@speaks
def explain(
    voice: Voice,
    run: Annotated[Path, typer.Argument(metavar="DIR", help=explained("run"))],
    *,
    line: Annotated[str, typer.Option("--line", metavar="CLAIM/LINE", help=explained("line"))],
) -> None:
    plan, book = open_plan_of(run), open_book(run, voice.lang)
    decided = decide_line(voice, plan, book, line, run)
    said = sentences(plan, book, decided, voice.lang)
    voice.paragraph(voice.text("explained_line", claim=decided.claim, line=decided.line), style="bold")
    for sentence in said:
        voice.paragraph(sentence)
    voice.answer({"claim": decided.claim, "line": decided.line, **as_values(plan, decided), "sentences": said})


def decide_line(voice: Voice, plan: Plan, book: Book, named: str, run: Path) -> Decided:
    """The decision on one line, from its household alone. Raises Stop where there is no such line."""
    import numpy as np

    found = book.find_line(named)
    if found is None:
        try:
            why = why_in_repair(run / REPAIR, named)
        except (OSError, ValueError, LookupError, csv.Error):
            raise Stop("not_an_output", path=run) from None
        raise Stop("line_in_repair" if why else "no_such_line", line=named, path=run, why=why)
    household = int(np.searchsorted(book.facts.line_start, found, side="right")) - 1
    facts = book.facts.take(np.array([household]))
    decisions = decide_household(voice, plan, facts, book.tariff)
    claim, line = book.name_line(found)
    return Decided(claim, line, facts, decisions, found - int(book.facts.line_start[household]))


def why_in_repair(repair: Path, named: str) -> str:
    """Why a line is to repair, and the way out, in the words of the run; "" where it is not."""
    from tiwizi.formats.tables.schema import fold, headings

    if not repair.is_file():
        raise FileNotFoundError(repair)
    with repair.open(encoding="utf-8-sig", newline="") as file:
        csv.field_size_limit(_LONGEST_CELL)
        rows = csv.DictReader(file)
        known = headings("lines")
        own = {heading: known.get(fold(heading)) for heading in rows.fieldnames or () if heading not in _OF_REPAIR}
        for row in rows:
            if row.get("table") == "lines" and _name_of(row, own) == named.replace("'", ""):
                return f"{row['reason']} {row['way_out']}"
    return ""


def _name_of(row: dict[str, str], own: dict[str, str | None]) -> str:
    """CLAIM/LINE of a row in repair, without apostrophes: some keep a cell from being a formula.

    own: what each heading names; other tables in the file may have further headings for the same.
    """
    claim, line = (
        next((row[heading] for heading, name in own.items() if name == wanted and row[heading]), "")
        for wanted in ("claim", "line")
    )
    return "/".join(cell.replace("'", "").strip() for cell in (claim, line))


def sentences(plan: Plan, book: Book, decided: Decided, lang: str) -> list[str]:
    """The explanation of a line."""
    from tiwizi.rules.adjudicate.explain import explain as say

    label = book.label(int(decided.facts.code[decided.row]), lang)
    return say(
        plan, decided.facts, book.tariff, decided.decisions, decided.row, lang=lang, label=label,
        histories=histories(plan, decided.facts, book.tariff),
    )  # fmt: skip


def as_values(plan: Plan, decided: Decided) -> dict[str, Any]:
    """The decision and its trail for a machine; amounts in minor units."""
    from tiwizi.rules.adjudicate.trail import codes
    from tiwizi.rules.terms import STATES

    d, row = decided.decisions, decided.row
    chosen = zip(d.chosen[row], d.paid[row], strict=True)
    return {
        "state": STATES[d.state[row]],
        "currency": plan.currency,
        "unit": "minor",
        "billed": int(d.billed[row]),
        "paid": {plan.layers[layer].id: int(amount) for layer, amount in chosen if layer >= 0},
        "reductions": int(d.reductions[row]),
        "share": int(d.share[row]),
        "trail": codes(plan, d, row),
    }
