"""``tiwizi import``: other systems' files become the tables, and where they say it the plans, that Tiwizi takes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from tiwizi import __version__
from tiwizi.doors.cli.read_tables import unusable_tables
from tiwizi.doors.cli.voice import Stop, Voice, explained, speaks
from tiwizi.doors.cli.whole import whole_folder, write_receipt

Source = Annotated[Path, typer.Argument(metavar="SRC", help=explained("import_src"))]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help=explained("out"))]
Force = Annotated[bool, typer.Option("--force", help=explained("force"))]


@speaks
def openimis(
    voice: Voice,
    src: Source,
    *,
    out: Out,
    currency: Annotated[str, typer.Option("--currency", metavar="CODE", help=explained("import_currency"))] = "",
    force: Force = False,
) -> None:
    from tiwizi.formats.openimis import convert
    from tiwizi.rules.money import MINOR_DIGITS

    if currency and currency not in MINOR_DIGITS:
        raise Stop("not_one_of", option="--currency", value=currency, known=", ".join(MINOR_DIGITS))
    _bring_in(voice, "openimis", convert, src, out, force, currency=currency)


@speaks
def synthea(voice: Voice, src: Source, *, out: Out, force: Force = False) -> None:
    from tiwizi.formats.synthea import convert

    _bring_in(voice, "synthea", convert, src, out, force)


@speaks
def medicines(voice: Voice, src: Source, *, out: Out, force: Force = False) -> None:
    from tiwizi.formats.cnops_medicines import convert

    _bring_in(voice, "medicines", convert, src, out, force)


@speaks
def acts(
    voice: Voice,
    src: Source,
    *,
    out: Out,
    flags: Annotated[Path | None, typer.Option("--flags", metavar="FILE", help=explained("import_flags"))] = None,
    confirmed: Annotated[
        Path | None, typer.Option("--confirmed", metavar="FILE", help=explained("import_confirmed"))
    ] = None,
    force: Force = False,
) -> None:
    from tiwizi.formats.ngap_acts import convert

    _bring_in(voice, "acts", convert, src, out, force, flags=flags, confirmed=confirmed)


COMMANDS = {"openimis": openimis, "synthea": synthea, "medicines": medicines, "acts": acts}


def _bring_in(
    voice: Voice, kind: str, convert: Callable[..., Any], src: Path, out: Path, force: bool, **options: Any
) -> None:
    """Convert into a whole folder and say what came in, what did not, and what has no meaning here."""
    for path in (src, *(value for value in options.values() if isinstance(value, Path))):
        if not (path.is_file() or path.is_dir()):  # a pipe would be waited for, for ever
            raise Stop("no_such_source", path=path)
    with whole_folder(out, force=force) as folder, voice.progress("importing"), unusable_tables(voice.lang):
        report = convert(src, folder, lang=voice.lang, **options)
        write_receipt(folder, {"command": "import", "kind": kind, "version": __version__, "report": report.json()})
    for line in report.lines(voice.lang):
        voice.paragraph(line)
    voice.say("written", path=out)
    voice.answer({"out": str(out), "kind": kind, "report": report.json()})
