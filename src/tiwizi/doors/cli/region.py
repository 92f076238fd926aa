"""``tiwizi region``: the delegations that households lie in and roles are bound to."""

from __future__ import annotations

from typing import Annotated

import typer

from tiwizi.doors.cli.open_records import Who, acts, records
from tiwizi.doors.cli.summary import written
from tiwizi.doors.cli.voice import Voice, explained, speaks


@speaks
@acts
def open_region(
    voice: Voice,
    who: Who,
    code: Annotated[str, typer.Argument(metavar="CODE", help=explained("region_code"))],
    *,
    name_ar: Annotated[str, typer.Option("--name-ar", help=explained("region_name_ar"))],
    name_latin: Annotated[str, typer.Option("--name-latin", help=explained("region_name_latin"))],
) -> None:
    from tiwizi.records.people.operations.regions import open_regions

    new = open_regions(who.by(), regions=[[code, name_ar, name_latin]])
    voice.say("region_opened" if new else "region_named", code=code)
    voice.answer({"region": code, "new": bool(new)})


@speaks
@records
def list_regions(voice: Voice) -> None:
    from tiwizi.records.people.places import every_region

    regions = every_region()
    names = ("region", "name_ar", "name_latin", "households", "colleagues")
    rows = [
        [one.code, one.name_ar, one.name_latin, written(one.households, voice), written(one.colleagues, voice)]
        for one in regions
    ]
    voice.table("", [voice.text(f"column_{name}") for name in names], rows, names=(0, 1, 2))
    voice.answer({"regions": [vars(one) for one in regions]})


COMMANDS = {"open": open_region, "list": list_regions}
