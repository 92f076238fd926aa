"""A folder that ``tiwizi adjudicate`` wrote, opened again: its plan, its tables, its totals.

It explains itself for ever: the plan, the law that the plan cites and the tables lie in it as they were on the day.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tiwizi.doors.cli.voice import Stop
from tiwizi.doors.cli.whole import read_receipt

if TYPE_CHECKING:
    from tiwizi.formats.tables import Book
    from tiwizi.rules.adjudicate.totals import Totals
    from tiwizi.rules.plan.document import Plan

PLAN, LAW, TARIFFS, TOTALS, INPUTS, REPAIR = "plan.toml", "law.toml", "tariffs", "totals.json", "inputs", "repair.csv"
#: The commands whose output is a run.
RUNS = ("adjudicate", "redecide")


def keep_plan(plan: Plan, plan_file: Path, law_file: Path | None, tariffs: Sequence[Path], folder: Path) -> str:
    """Put the plan, and the law and tariffs that it names, beside what they decided; gives their digest."""
    kept = [(plan_file, PLAN), *([(law_file, LAW)] if law_file else [])]
    kept += [(file, f"{TARIFFS}/{number:03}-{file.name}") for number, file in enumerate(tariffs, start=1)]
    for file, name in kept:
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(file, folder / name)
    return digest_of(folder)


def digest_of(folder: Path) -> str:
    """The digest of the plan, the law and the tariffs that lie in a run."""
    digest = sha256()
    for file in (folder / PLAN, folder / LAW, *tariffs_of_run(folder)):
        if file.is_file():
            digest.update(file.relative_to(folder).as_posix().encode() + file.read_bytes())
    return digest.hexdigest()


def digest_of_inputs(folder: Path) -> str:
    """The digest of the tables that a run keeps, as they were read."""
    digest = sha256()
    for path in sorted(path for path in (folder / INPUTS).iterdir() if path.is_file()):
        with path.open("rb") as file:
            while piece := file.read(1 << 20):
                digest.update(piece)
    return digest.hexdigest()


def law_file_of(plan: Plan) -> Path | None:
    """The law.toml of the plan's country, where its pack has one."""
    from tiwizi import packs

    path = packs.folder(plan.country) / LAW if plan.country in packs.available() else None
    return path if path is not None and path.is_file() else None


def tariffs_of_run(folder: Path) -> list[Path]:
    """The tariffs that the plan of a run brought, as they were."""
    return sorted((folder / TARIFFS).glob("*"))


def keep_totals(totals: Totals, folder: Path) -> None:
    """Totals as lists of values, in minor units."""
    (folder / TOTALS).write_text(json.dumps(asdict(totals), ensure_ascii=False) + "\n", encoding="utf-8")


def open_plan_of(folder: Path) -> Plan:
    """The plan of a run, as it was. Raises Stop where the folder is no run, or its plan another by now."""
    from tiwizi.rules.law import parse_law
    from tiwizi.rules.plan.read import read_plan

    receipt = read_receipt(folder, of=RUNS)
    if receipt.get("plan_sha256") != digest_of(folder):
        raise Stop("run_changed", path=folder)
    try:
        law_text = (folder / LAW).read_text(encoding="utf-8") if (folder / LAW).is_file() else ""
        law, _ = parse_law(law_text, file=LAW)
        plan, _ = read_plan((folder / PLAN).read_text(encoding="utf-8-sig"), file=PLAN, law=law)
    except (OSError, UnicodeDecodeError):
        plan = None
    if plan is None:
        raise Stop("not_an_output", path=folder)
    return plan


def open_totals(folder: Path) -> Totals:
    """The totals of a run. Raises Stop where the folder is no run."""
    from tiwizi.rules.adjudicate.totals import LineTotal, PayerTotal, ReasonTotal, Totals

    if not (folder / TOTALS).is_file():
        raise Stop("not_an_output", path=folder)
    try:
        kept: dict[str, Any] = json.loads((folder / TOTALS).read_text(encoding="utf-8"))
        return Totals(
            lines=tuple(LineTotal(*row) for row in kept["lines"]),
            payers=tuple(PayerTotal(*row) for row in kept["payers"]),
            reasons=tuple(ReasonTotal(*row) for row in kept["reasons"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        raise Stop("not_an_output", path=folder) from None


def open_book(folder: Path, lang: str) -> Book:
    """The tables that a run decided, as they were read. Raises Stop where they are not so any more."""
    from tiwizi.doors.cli.read_tables import unusable_tables
    from tiwizi.formats.tables import Book

    try:
        if read_receipt(folder, of=RUNS).get("inputs_sha256") != digest_of_inputs(folder):
            raise Stop("inputs_changed", path=folder / INPUTS)
        with unusable_tables(lang):
            return Book.load_inputs(folder / INPUTS)
    except OSError:
        raise Stop("not_an_output", path=folder) from None
