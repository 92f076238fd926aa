"""``tiwizi generate``: a made-up mutual, as realistic as the figures of its pack."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tiwizi import __version__
from tiwizi.doors.cli.summary import written
from tiwizi.doors.cli.voice import Stop, Voice, explained, speaks
from tiwizi.doors.cli.whole import whole_folder, write_receipt

if TYPE_CHECKING:
    from tiwizi.packs.generate import Summary

FORMATS = ("parquet", "csv")
MOST_MEMBERS, MOST_FILES, MOST_SEED = 50_000_000, 200_000_000, 2**63 - 1


@speaks
def generate(
    voice: Voice,
    *,
    members: Annotated[int, typer.Option("--members", help=explained("members"))],
    files: Annotated[int, typer.Option("--files", help=explained("files"))],
    seed: Annotated[int, typer.Option("--seed", help=explained("seed"))] = 1,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help=explained("out"))],
    format: Annotated[str, typer.Option("--format", help=explained("format", formats=", ".join(FORMATS)))] = "parquet",
    force: Annotated[bool, typer.Option("--force", help=explained("force"))] = False,
) -> None:
    _within("--members", members, 1, MOST_MEMBERS)
    _within("--files", files, 0, MOST_FILES)
    _within("--seed", seed, 0, MOST_SEED)
    if format not in FORMATS:
        raise Stop("not_one_of", option="--format", value=format, known=", ".join(FORMATS))
    made = make_up(voice, out, members=members, files=files, seed=seed, format=format, force=force)
    voice.say("written", path=out)
    voice.answer({"out": str(out), **asdict(made)})


def make_up(voice: Voice, out: Path, *, members: int, files: int, seed: int, format: str, force: bool) -> Summary:
    """Make up a mutual in a whole folder and say how large it is."""
    from tiwizi.packs.generate import generate as draw

    told = 0

    def advance(drawn: int, _all: int) -> None:
        nonlocal told
        bar(drawn - told)
        told = drawn

    with whole_folder(out, force=force) as folder, voice.progress("generating", total=files) as bar:
        made = draw(folder, members=members, files=files, seed=seed, format=format, progress=advance)
        receipt = {"command": "generate", "version": __version__, "members": members, "files": files, "seed": seed}
        write_receipt(folder, receipt)
    rows = made.rows
    numbers = {"members": members, "people": rows["people"], "files": rows["claims"], "lines": rows["lines"]}
    voice.say("generated", **{name: written(number, voice) for name, number in numbers.items()})
    return made


def _within(option: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise Stop("not_in_range", option=option, value=value, low=low, high=high)
