"""The command ``tiwizi``: a file of this folder a verb. What computes is imported when a verb runs, not before."""

from __future__ import annotations

import signal
import sys
from types import FrameType
from typing import Annotated

import typer

from tiwizi import __version__
from tiwizi.doors.cli import (
    account,
    adjudicate,
    backup,
    bank,
    books,
    demo,
    explain,
    files,
    generate,
    imports,
    intake,
    migrate,
    pay,
    plan,
    points,
    redecide,
    region,
    serve,
    summary,
    tariff,
    user,
    verify,
    worker,
)
from tiwizi.doors.cli import run as runs
from tiwizi.doors.cli.kernel_cache import place_kernel_cache
from tiwizi.doors.cli.memory import keep_within_memory, use_memory_again
from tiwizi.doors.cli.voice import INTERRUPTED, Lang, explained

#: (name, command, key of its help)
COMMANDS = (
    ("adjudicate", adjudicate.adjudicate, "adjudicate"),
    ("explain", explain.explain, "explain"),
    ("redecide", redecide.redecide, "redecide"),
    ("summary", summary.summary, "summary"),
    ("points", points.points, "points"),
    ("generate", generate.generate, "generate"),
    ("demo", demo.demo, "demo"),
    ("migrate", migrate.migrate, "migrate"),
    ("intake", intake.intake, "intake"),
    ("serve", serve.serve, "serve"),
    ("worker", worker.worker, "worker"),
    ("backup", backup.backup, "backup"),
    ("restore", backup.restore, "restore"),
    ("verify", verify.verify, "verify"),
)
GROUPS = (
    ("plan", plan.COMMANDS, "plan"),
    ("tariff", tariff.COMMANDS, "tariff"),
    ("import", imports.COMMANDS, "import"),
    ("user", user.COMMANDS, "user"),
    ("region", region.COMMANDS, "regions"),
    ("run", runs.COMMANDS, "runs"),
    ("account", account.COMMANDS, "account"),
    ("pay", pay.COMMANDS, "pay"),
    ("bank", bank.COMMANDS, "bank"),
    ("books", books.COMMANDS, "books"),
    ("files", files.COMMANDS, "papers"),
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tiwizi {__version__}")
        raise typer.Exit


def _tiwizi(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help=explained("version"))
    ] = False,
    lang: Lang = None,
) -> None:
    pass


def _group_of_verbs(lang: Lang = None) -> None:
    pass


def build() -> typer.Typer:
    """The command with all its verbs."""
    app = _group(help=explained("tiwizi"), epilog=explained("exit_codes"))
    app.callback()(_tiwizi)
    for name, command, key in COMMANDS:
        app.command(name, help=explained(key))(command)
    for name, commands, key in GROUPS:
        group = _group(help=explained(key))
        group.callback()(_group_of_verbs)
        for verb, command in commands.items():
            group.command(verb, help=explained(f"{key}_{verb.replace('-', '_')}"))(command)
        app.add_typer(group, name=name)
    return app


def _group(**words: str) -> typer.Typer:
    return typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,  # plain help: half the start-up time, and no boxes around Arabic
        context_settings={"help_option_names": ["-h", "--help"]},
        **words,  # type: ignore[arg-type]
    )


app = build()


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def run() -> None:
    """Entry point. A polite end (SIGTERM) cleans up as Ctrl+C does; a reader that goes away is no mistake."""
    signal.signal(signal.SIGTERM, _stop)
    place_kernel_cache()
    keep_within_memory()
    use_memory_again()
    try:
        app()
    except BrokenPipeError:
        sys.stderr.close()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    run()
