"""``tiwizi intake``: people, cover, claims, lines and tariff come in, if they add up to what their sender declared."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tiwizi.doors.cli.day_asked import day_asked
from tiwizi.doors.cli.open_records import Who, acts
from tiwizi.doors.cli.read_tables import unusable_tables
from tiwizi.doors.cli.summary import written
from tiwizi.doors.cli.voice import DONE, QUESTION, Stop, Voice, explained, speaks

if TYPE_CHECKING:
    from tiwizi.records.intake.operations import Arrived

EFFECTS = ("new", "changed", "same", "repair")


@speaks
@acts
def intake(
    voice: Voice,
    who: Who,
    tables: Annotated[Path, typer.Argument(metavar="DIR", help=explained("tables_option"))],
    *,
    look: Annotated[bool, typer.Option("--look", help=explained("look"))] = False,
    as_counted: Annotated[bool, typer.Option("--as-counted", help=explained("as_counted"))] = False,
    plan: Annotated[str | None, typer.Option("--plan", help=explained("intake_plan"))] = None,
    kind: Annotated[
        str | None, typer.Option("--from", metavar="openimis|synthea", help=explained("intake_from"))
    ] = None,
    currency: Annotated[str, typer.Option("--currency", metavar="CODE", help=explained("currency"))] = "MAD",
    amounts_in: Annotated[str | None, typer.Option("--amounts-in", help=explained("amounts_in"))] = None,
    on: Annotated[str | None, typer.Option("--on", metavar="DAY", help=explained("on"))] = None,
    repair: Annotated[Path | None, typer.Option("--repair", metavar="FILE", help=explained("repair"))] = None,
) -> int:
    from tiwizi.records.intake import operations

    if kind is not None:
        return _bring_in_export(voice, who, tables, kind, on=day_asked(on), currency=currency)
    how: dict[str, Any] = {
        "currency": currency,
        "on": day_asked(on),
        "tariff_files": tariffs_of(voice, plan),
        "amounts_in": amounts_in,
        "lang": voice.lang,
    }
    with unusable_tables(voice.lang):
        if look:
            arrived = operations.look(who.by(), tables, **how)
        else:
            declared = None if as_counted else _declared(tables, currency)
            arrived = bring_in(voice, who, tables, declared=declared, **how)
    tell(voice, arrived)
    rows = sum(counts.get("repair", 0) for counts in arrived.outcome.values())
    if rows and repair is not None:
        _write_repair(voice, arrived, repair)
    elif rows:
        voice.hint("repair_not_kept", repair=written(rows, voice))
    if arrived.question is not None:
        raise Stop("amounts_asked", code=QUESTION, message=arrived.question.message(voice.lang))
    return DONE


def _bring_in_export(voice: Voice, who: Who, src: Path, kind: str, *, on: date, currency: str) -> int:
    """Another system's export: its people, cover, claims and prices, and the plan that they were decided by."""
    from tiwizi.records.intake.operations.exports import CONVERTERS, bring_in_export

    if kind not in CONVERTERS:
        raise Stop("not_one_of", option="--from", value=kind, known=", ".join(CONVERTERS))
    if not src.exists():
        raise Stop("no_such_source", path=src)
    with unusable_tables(voice.lang), voice.progress("importing"):
        arrived, version = bring_in_export(who.by(), src, kind=kind, on=on, currency=currency, lang=voice.lang)
    tell(voice, arrived, plan_version=version)
    return DONE


def tariffs_of(voice: Voice, named: str | None) -> list[Path]:
    """The tariffs that a plan brings along."""
    from tiwizi.doors.cli.open_plan import open_plan

    if named is None:
        return []
    plan, file = open_plan(voice, named)
    return [file.parent / name for name in plan.tariffs]


def bring_in(voice: Voice, who: Who, tables: Path, **how: Any) -> Arrived:
    """Post a folder of tables, with a bar."""
    from tiwizi.records.intake import operations

    told = 0

    with voice.progress("importing", total=None) as advance:

        def progress(done: int, _all: int) -> None:
            nonlocal told
            advance(done - told)
            told = done

        return operations.bring_in(who.by(), tables, progress=progress, **how)


def tell(voice: Voice, arrived: Arrived, *, plan_version: int | None = None) -> None:
    """What came in, table by table."""
    from tiwizi.records.cover.queries import unsigned_tariffs

    columns = [voice.text(f"column_{name}") for name in ("table", "rows", *EFFECTS)]
    rows = []
    for table, total in arrived.totals.items():
        counts = arrived.outcome.get(table, {})
        rows.append([table, written(total.rows, voice), *(written(counts.get(name, 0), voice) for name in EFFECTS)])
    voice.table("", columns, rows)
    voice.say("intake_again" if arrived.repeated else f"intake_{arrived.state}", number=arrived.number)
    for note in arrived.notes:
        voice.paragraph(note.message(voice.lang))
    if plan_version is not None:
        voice.say("plan_came_along", version=plan_version)
    tariffs = unsigned_tariffs() if arrived.state == "posted" else []
    for version in tariffs:
        voice.say("tariff_came_along", version=version)
    voice.answer(
        {
            "import": arrived.number,
            "plan_version": plan_version,
            "tariffs_waiting": tariffs,
            "state": arrived.state,
            "repeated": arrived.repeated,
            "totals": {table: total._asdict() for table, total in arrived.totals.items()},
            "outcome": arrived.outcome,
        }
    )


def _declared(tables: Path, currency: str) -> Any:
    """The totals that came along. Raises Stop where none did."""
    from tiwizi.formats.tables.totals import FILE, read_totals
    from tiwizi.rules.money import MINOR_DIGITS

    if currency not in MINOR_DIGITS:
        raise Stop("not_one_of", option="--currency", value=currency, known=", ".join(MINOR_DIGITS))
    if not (tables / FILE).is_file():
        raise Stop("totals_absent", path=tables / FILE)
    return read_totals(tables / FILE, digits=MINOR_DIGITS[currency])


def _write_repair(voice: Voice, arrived: Arrived, path: Path) -> None:
    from tiwizi.formats.tables.repair import write_repair_book, write_repair_rows

    write = write_repair_book if path.suffix == ".xlsx" else write_repair_rows
    write(path, arrived.repair, lang=voice.lang)
    voice.hint("written", path=path)
