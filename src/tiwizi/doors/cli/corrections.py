"""What re-decision changes: before, after and difference of every line that comes out otherwise, as one CSV file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tiwizi.rules.money import major

if TYPE_CHECKING:
    from tiwizi.formats.tables import Book
    from tiwizi.rules.adjudicate.columns import Column, Decisions
    from tiwizi.rules.plan.document import Plan

FILE = "corrections.csv"


@dataclass(frozen=True)
class Side:
    """The households that are decided again, as one run saw them."""

    plan: Plan
    book: Book
    decisions: Decisions

    def rows(self) -> dict[tuple[str, str], int]:
        """Every line by its name: (claim, line) -> row."""
        return {self.book.name_line(row): row for row in range(self.book.facts.lines)}

    def paid(self, row: int) -> dict[str, int]:
        """What each layer pays on a line, in minor units; nothing where there is no such line (row -1)."""
        if row < 0:
            return {}
        d = self.decisions
        chosen = zip(d.chosen[row], d.paid[row], strict=True)
        return {self.plan.layers[layer].id: int(amount) for layer, amount in chosen if layer >= 0}

    def household(self, row: int) -> str:
        import numpy as np

        number = int(np.searchsorted(self.book.facts.line_start, row, side="right")) - 1
        return str(self.book.ids.households[number].as_py())


@dataclass(frozen=True)
class Correction:
    """A line that is decided otherwise: (before, after) in minor units; a state is "" where there is no such line."""

    household: str
    claim: str
    line: str
    states: tuple[str, str]
    billed: tuple[int, int]
    share: tuple[int, int]
    paid: dict[str, tuple[int, int]]

    @property
    def difference(self) -> int:
        """How much more the layers pay."""
        return sum(after - before for before, after in self.paid.values())


def corrections_of(before: Side, after: Side) -> list[Correction]:
    """Every line that comes out otherwise, by claim and line."""
    import numpy as np

    from tiwizi.rules.adjudicate.redecide import changed

    old, new = before.rows(), after.rows()
    names = sorted(old.keys() | new.keys())
    old_rows: Column = np.array([old.get(name, -1) for name in names], np.int64)
    new_rows: Column = np.array([new.get(name, -1) for name in names], np.int64)
    differs = changed(before.decisions, after.decisions, old_rows, new_rows)
    return [
        _correction(name, (before, int(was)), (after, int(now)))
        for name, was, now, other in zip(names, old_rows, new_rows, differs, strict=True)
        if other or before.paid(int(was)) != after.paid(int(now))  # the same amount, of another layer
    ]


def write_corrections(path: Path, corrections: list[Correction], layers: list[str], currency: str) -> None:
    """The corrections in major units; no cell is a live formula."""
    import pyarrow as pa
    import pyarrow.csv as arrow_csv

    from tiwizi.formats.tables.repair import harmless

    rows = [_row(correction, layers, currency) for correction in corrections]
    names, heads = ("household", "claim", "line"), ["household", "claim", "line", "state_before", "state_after"]
    for amount in ("billed", "member_share", *(f"paid_{layer}" for layer in layers)):
        heads += [f"{amount}_before", f"{amount}_after", f"{amount}_difference"]
    cells = {head: pa.array([row[head] for row in rows], pa.string()) for head in heads}
    columns = {head: harmless(column, numbers=head not in names) for head, column in cells.items()}
    arrow_csv.write_csv(pa.table(columns), path)


def _correction(name: tuple[str, str], was: tuple[Side, int], now: tuple[Side, int]) -> Correction:
    from tiwizi.rules.terms import STATES

    def of(side: Side, row: int) -> tuple[str, int, int, dict[str, int]]:
        d = side.decisions
        return (
            ("", 0, 0, {}) if row < 0 else (STATES[d.state[row]], int(d.billed[row]), int(d.share[row]), side.paid(row))
        )

    (old_state, old_billed, old_share, old_paid), (state, billed, share, paid) = of(*was), of(*now)
    side, row = now if now[1] >= 0 else was
    layers = dict.fromkeys([*old_paid, *paid])
    return Correction(
        household=side.household(row),
        claim=name[0],
        line=name[1],
        states=(old_state, state),
        billed=(old_billed, billed),
        share=(old_share, share),
        paid={layer: (old_paid.get(layer, 0), paid.get(layer, 0)) for layer in layers},
    )


def _row(correction: Correction, layers: list[str], currency: str) -> dict[str, Any]:
    names = {"household": correction.household, "claim": correction.claim, "line": correction.line}
    states = dict(zip(("state_before", "state_after"), correction.states, strict=True))
    amounts = {"billed": correction.billed, "member_share": correction.share}
    amounts |= {f"paid_{layer}": correction.paid.get(layer, (0, 0)) for layer in layers}
    row = names | states
    for name, (before, after) in amounts.items():
        row |= {f"{name}_before": major(before, currency), f"{name}_after": major(after, currency)}
        row[f"{name}_difference"] = major(after - before, currency)
    return row
