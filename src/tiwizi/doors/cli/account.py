"""``tiwizi account``: where payees are paid. Asked for by one, confirmed by another, usable 48 hours later."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated

import typer

from tiwizi.doors.cli.open_records import Who, acts
from tiwizi.doors.cli.summary import written
from tiwizi.doors.cli.voice import Stop, Voice, explained, speaks


@speaks
@acts
def bring(
    voice: Voice, who: Who, file: Annotated[Path, typer.Argument(metavar="FILE.csv", help=explained("accounts_file"))]
) -> None:
    """Ask for the first accounts of many: a table of person (or provider) and rib."""
    answer = request(voice, who, _rows(file))
    voice.say("accounts_asked", **{name: written(count, voice) for name, count in answer.items()})
    voice.answer(answer)


def request(voice: Voice, who: Who, rows: list[tuple[str, str, str]]) -> dict[str, int]:
    """Ask for accounts, (person, provider, rib), some thousands at a time."""
    from tiwizi.records.care.queries.lines import payees_of_providers
    from tiwizi.records.people.operations.accounts_in_bulk import MOST, request_accounts

    sums = {"asked": 0, "known": 0, "wrong": 0}
    with voice.progress("asking_accounts", total=len(rows)) as advance:
        for low in range(0, len(rows), MOST):
            part = rows[low : low + MOST]
            payees = payees_of_providers([provider for _, provider, _ in part if provider])
            people = [[person, rib] for person, _, rib in part if person]
            ours = [[payees[provider], rib] for _, provider, rib in part if provider in payees]
            answer = request_accounts(who.by(), people=people, payees=ours)
            unknown = len(part) - len(people) - len(ours)
            sums = {name: sums[name] + answer[name] + (unknown if name == "wrong" else 0) for name in sums}
            advance(len(part))
    return sums


@speaks
@acts
def confirm(voice: Voice, who: Who) -> None:
    """Confirm all accounts that somebody else has asked for."""
    count = confirm_all(who)
    voice.say("accounts_confirmed", count=written(count, voice))
    voice.answer({"confirmed": count})


def confirm_all(who: Who) -> int:
    from tiwizi.records.people.operations.accounts_in_bulk import confirm_accounts, waiting_accounts

    count = 0
    while waiting := waiting_accounts():
        count += confirm_accounts(who.by(), accounts=waiting)
    return count


COMMANDS = {"bring": bring, "confirm": confirm}


def _rows(file: Path) -> list[tuple[str, str, str]]:
    """(person, provider, rib) of a CSV table with these headings."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            table = list(csv.DictReader(lines))
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise Stop("cannot_read", path=file, why=problem) from None
    if table and not {"rib"} <= set(table[0]):
        raise Stop("accounts_headings", path=file)
    return [((row.get("person") or "").strip(), (row.get("provider") or "").strip(), row["rib"] or "") for row in table]
