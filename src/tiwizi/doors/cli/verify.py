"""``tiwizi verify``: ask the records themselves whether they keep what is promised of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from tiwizi.doors.cli.open_records import records, where
from tiwizi.doors.cli.summary import written
from tiwizi.doors.cli.voice import DONE, ERRORS, Stop, Voice, explained, speaks

if TYPE_CHECKING:
    from tiwizi.records.database.check import Check
    from tiwizi.records.trail.chain import Head


@speaks
@records
def verify(
    voice: Voice,
    *,
    head: Annotated[str | None, typer.Option("--head", metavar="POSITION:HASH", help=explained("head"))] = None,
) -> int:
    from tiwizi.records.care.queries.progress import runs_put_aside

    expected = _read_head(head)
    with voice.progress("verifying"):
        checks = list(_all_checks(expected))
    columns = [voice.text(f"column_{name}") for name in ("check", "asked", "broken")]
    rows = [[voice.text(f"check_{one.name}"), written(one.rows, voice), written(one.broken, voice)] for one in checks]
    voice.table(where(), columns, rows)
    broken = [one for one in checks if one.broken]
    for one in broken:
        voice.say("check_fails", check=voice.text(f"check_{one.name}"), found=", ".join(one.found))
    voice.say("not_sound" if broken else "sound")
    aside = runs_put_aside()  # no fault of the records, but files that wait for somebody
    for run, parts in aside.items():
        voice.say("verify_parked", run=run, count=parts)
    told = [one._asdict() for one in checks]
    voice.answer({"database": where(), "sound": not broken, "checks": told, "put_aside": aside})
    return ERRORS if broken else DONE


def _all_checks(expected: Head | None) -> Iterator[Check]:
    from tiwizi.records.care import soundness as care
    from tiwizi.records.database.check import NAMED, Check
    from tiwizi.records.database.schema import guards, missing_guards
    from tiwizi.records.money import soundness as money
    from tiwizi.records.trail.chain import verify as walk

    trail = walk(expected)
    named = tuple(f"{fault.where} ({fault.why})" for fault in trail.faults[:NAMED])
    yield Check("trail", trail.rows, len(trail.faults), named)
    gone = missing_guards()
    yield Check("guards", len(guards()), len(gone), tuple(gone[:NAMED]))
    yield from care.checks()
    yield from money.checks()


def _read_head(head: str | None) -> Head | None:
    from tiwizi.records.trail.chain import Head

    if head is None:
        return None
    position, _, hash = head.partition(":")
    try:
        return Head(int(position), bytes.fromhex(hash))
    except ValueError:
        raise Stop("not_a_head", value=head) from None
