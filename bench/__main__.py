"""Measure, print one table, and write bench/results/<name>.json."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from tiwizi.doors.cli.kernel_cache import place_kernel_cache

place_kernel_cache()

from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

from bench import (  # noqa: E402
    agreement,
    bank_file,
    crews,
    desk,
    desk_typing,
    growth,
    kernel,
    letters,
    machine,
    new_plan,
    records_books,
    records_intake,
    records_run,
    redecision,
    whole,
)
from bench.figure import Figure  # noqa: E402
from bench.mutual import Mutual  # noqa: E402
from bench.sizes import FULL, QUICK  # noqa: E402

RESULTS = Path(__file__).parent / "results"
SUBJECTS: dict[str, Callable[[Mutual], list[Figure]]] = {
    "kernel": kernel.figures,
    "new_plan": new_plan.figures,
    "whole": whole.figures,
    "redecision": redecision.figures,
    "crews": crews.figures,
    "growth": growth.figures,
    "records_run": records_run.figures,
    "bank_file": bank_file.figures,
    "records_books": records_books.figures,
    "records_intake": records_intake.figures,
    "desk_typing": desk_typing.figures,
    "desk": desk.figures,
    "letters": letters.figures,
    "agreement": agreement.figures,
}


def main() -> None:
    asked = _arguments()
    machine.keep_to_two_cores()
    console = Console(stderr=True)
    facts = machine.facts()
    found: dict[str, list[Figure]] = {}
    with TemporaryDirectory(prefix="tiwizi-bench-", dir=asked.scratch) as scratch:
        mutual = Mutual(Path(scratch), QUICK if asked.quick else FULL)
        for name in asked.subjects:
            started = perf_counter()
            found[name] = SUBJECTS[name](mutual)
            console.print(f"{name}: {perf_counter() - started:.0f} s", style="dim")
    name = asked.name or mutual.sizes.name
    show(found, facts)
    print(f"\nWritten: {write(name, found, facts)}")


def _arguments() -> argparse.Namespace:
    words = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    words.add_argument("subjects", nargs="*", metavar="SUBJECT", help=f"only some of: {', '.join(SUBJECTS)}")
    words.add_argument("--quick", action="store_true", help="small sizes, to try")
    thorough = argparse.BooleanOptionalAction
    words.add_argument("--thorough", action=thorough, default=True, help="compare a million random lines as well")
    words.add_argument("--name", help="of the file of results")
    words.add_argument("--scratch", type=Path, help="where tables are made and thrown away: 3 GB for all sizes")
    asked = words.parse_args()
    if unknown := set(asked.subjects) - set(SUBJECTS):
        words.error(f"no such subject: {', '.join(sorted(unknown))}")
    asked.subjects = asked.subjects or [name for name in SUBJECTS if asked.thorough or name != "agreement"]
    return asked


def show(found: dict[str, list[Figure]], facts: dict[str, object]) -> None:
    """One table, a row a figure."""
    table = Table(title=f"{facts['processor']}, {facts['cores']} cores, load {facts['load']}")
    for heading in ("what", "target", "measured", "reached", "how"):
        table.add_column(heading, justify="right" if heading == "measured" else "left")
    for figures in found.values():
        for figure in figures:
            table.add_row(*_cells(figure))
        table.add_section()
    Console(width=None if Console().is_terminal else 200).print(table)


def _cells(figure: Figure) -> Iterable[str]:
    reached = {True: "yes", False: "NO", None: ""}[figure.reached]
    target = "" if figure.asked is None or figure.target is None else f"{figure.asked} {_number(figure.target)}"
    measured = "not measured" if figure.measured is None else f"{_number(figure.measured)} {figure.unit}".strip()
    return figure.what, target, measured, reached, figure.note


def _number(value: float) -> str:
    """Whole numbers whole, others to three figures."""
    return f"{value:,.0f}" if value == int(value) or abs(value) >= 1000 else f"{value:.3g}"


def write(name: str, found: dict[str, list[Figure]], facts: dict[str, object]) -> Path:
    """The same for a machine."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    rows = [
        {"subject": subject, **asdict(figure), "reached": figure.reached}
        for subject, figures in found.items()
        for figure in figures
    ]
    path.write_text(json.dumps({"machine": facts, "figures": rows}, ensure_ascii=False, indent=1) + "\n")
    return path


if __name__ == "__main__":
    main()
