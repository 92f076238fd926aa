"""``tiwizi tariff``: the versions of the tariff, and the second signature of one."""

from __future__ import annotations

from typing import Annotated

import typer

from tiwizi.doors import clock
from tiwizi.doors.cli.open_records import Who, acts, records
from tiwizi.doors.cli.summary import written
from tiwizi.doors.cli.voice import Voice, explained, speaks


@speaks
@records
def list_tariffs(voice: Voice) -> None:
    """Every version, the latest first."""
    from tiwizi.records.cover.queries import tariffs

    found = tariffs(on=clock.today())
    columns = [voice.text(f"column_{name}") for name in ("tariff", "name", "rows", "doubtful", "signed")]
    rows = [
        [str(one.version), one.name, written(one.rows, voice), written(one.doubtful, voice), str(one.signed_on or "–")]
        for one in found
    ]
    voice.table("", columns, rows)
    voice.answer(
        {"tariffs": [{"version": one.version, "name": one.name, "rows": one.rows, "state": one.state} for one in found]}
    )


@speaks
@acts
def publish(
    voice: Voice, who: Who, version: Annotated[int, typer.Argument(metavar="VERSION", help=explained("tariff_version"))]
) -> None:
    """Prices that somebody else brought in decide claims from today on."""
    from tiwizi.records.cover.operations import publish_tariff

    publish_tariff(who.by(), version=version, on=clock.today())
    voice.say("tariff_published", version=version)
    voice.answer({"version": version})


COMMANDS = {"list": list_tariffs, "publish": publish}
