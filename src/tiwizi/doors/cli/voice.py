"""How a command speaks: in one of three languages to a person, or in JSON to a machine.

Results go to standard output; progress, hints and mistakes go to standard error.
"""

from __future__ import annotations

import inspect
import json as jsonlib
import os
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from tiwizi.locale import LANGUAGES, text

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

#: Exit codes, documented in docs/guide/command-line.md.
DONE, ERRORS, UNUSABLE, QUESTION, REFUSED, INTERRUPTED = 0, 1, 2, 3, 4, 130


class Stop(Exception):
    """Ends a command before its work is done, with one message: a key of cli.toml, or words that are ready."""

    def __init__(self, key: str, *, code: int = UNUSABLE, message: str = "", **values: object) -> None:
        super().__init__(message or key)
        self.key, self.code, self.message, self.values = key, code, message, values

    def words(self, lang: str) -> str:
        return self.message or text("cli", self.key, lang=lang, **self.values)


class Voice:
    """What a command says, and to whom."""

    def __init__(self, lang: str, json: bool) -> None:
        self.lang, self.json = lang, json

    # One console each: a line that is said while a bar moves goes above the bar only if both share it.
    @cached_property
    def out(self) -> Console:
        return _console(sys.stdout, quiet=self.json)

    @cached_property
    def err(self) -> Console:
        return _console(sys.stderr, quiet=self.json)

    def text(self, key: str, **values: object) -> str:
        return text("cli", key, lang=self.lang, **values)

    def say(self, key: str, **values: object) -> None:
        """A sentence of the result."""
        self.paragraph(self.text(key, **values))

    def hint(self, key: str, **values: object) -> None:
        """A sentence beside the result, for a person only."""
        self.paragraph(self.text(key, **values), console=self.err, style="dim")

    def paragraph(self, words: str, *, console: Console | None = None, style: str = "") -> None:
        """Words of any length; in Arabic from the right edge, each line kept in its direction."""
        console, words = console or self.out, plain(words)
        if not console.is_terminal:
            console.print(words, style=style, markup=False, highlight=False, soft_wrap=True)
        elif self.lang == "ar":
            from tiwizi.doors.cli.right_to_left import lines

            for line in lines(words, console, console.width):
                console.print(line, style=style, justify="right")
        else:
            from tiwizi.doors.cli.broken import broken

            for whole in broken(words, console, console.width):
                console.print(whole, style=style, markup=False, highlight=False)

    def show(self, thing: RenderableType) -> None:
        self.out.print(thing)

    def table(
        self,
        title: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[RenderableType]],
        *,
        names: Collection[int] = (0,),
        bars: int | None = None,
        total: bool = False,
    ) -> None:
        """A table whose columns are names (the first, or ``names``) and numbers, but for a column of bars.

        total: the last row sums up the others, and stands out.

        In Arabic it runs from the right: the columns change sides, numbers stay aligned on their last digit.
        """
        from rich import box
        from rich.table import Table

        rtl = self.lang == "ar"
        start: Literal["left", "right"] = "right" if rtl else "left"
        table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_header=any(columns))
        order = range(len(columns) - 1, -1, -1) if rtl else range(len(columns))
        cells = [[self.cell(value) for value in row] for row in rows]
        heads = [self.cell(column) for column in columns]
        natural = [max(map(_width, column)) for column in zip(heads, *cells, strict=True)]
        tight = sum(natural) + 2 * len(columns) > self.out.width
        for at in order:
            # Numbers are never broken over lines: their column is as wide as the widest. Names give way, word by word.
            named = at in names
            widest = max((_longest_word(row[at]) if named else _width(row[at]) for row in cells), default=0)
            widest = max(widest, _longest_word(heads[at]))
            justify = start if named or at == bars else "right"
            width = widest if tight and not named else None
            table.add_column(heads[at], justify=justify, width=width, min_width=widest, overflow="fold")
        for number, row in enumerate(cells, start=1):
            last = total and number == len(cells)
            table.add_row(*(row[at] for at in order), style="bold" if last else "")
        if title:
            self.out.print(self.cell(title), style="bold", justify=start)
        self.out.print(table, justify=start)

    def cell(self, value: RenderableType) -> RenderableType:
        """A cell that keeps its direction: otherwise Arabic in two neighbouring cells would run together."""
        from rich.text import Text

        if not isinstance(value, str):
            return value
        value = plain(value)
        if self.lang != "ar" or not value:
            return Text(value)
        from tiwizi.doors.cli.right_to_left import Cell

        return Cell(value)

    def answer(self, result: Mapping[str, Any]) -> None:
        """The result for a machine: one JSON object on standard output. A person has read it already."""
        if self.json:
            sys.stdout.write(jsonlib.dumps(result, ensure_ascii=False, indent=1, default=str) + "\n")

    def fail(self, stop: Stop) -> None:
        """The one message of a command that could not do its work."""
        words = stop.words(self.lang)
        if self.json:
            self.answer({"error": stop.key, "message": words, "exit_code": stop.code})
        else:
            self.paragraph(words, console=self.err, style="bold")

    @contextmanager
    def progress(self, key: str, total: float | None = None) -> Iterator[Callable[[float], None]]:
        """A bar on standard error while something lasts; ``advance(n)``. Silent when nobody watches."""
        if self.json or not self.err.is_terminal:
            yield lambda _: None
            return
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self.err, transient=True) as progress:
            task = progress.add_task(self.text(key), total=total)
            yield lambda n: progress.advance(task, n)


def _width(cell: RenderableType) -> int:
    from rich.cells import cell_len

    return cell_len(getattr(cell, "plain", ""))


def _longest_word(cell: RenderableType) -> int:
    from rich.cells import cell_len

    return max(map(cell_len, getattr(cell, "plain", "").split()), default=0)


#: What a terminal obeys instead of showing it: it may stand in an identifier that somebody made up.
_COMMANDS = {code: "\ufffd" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n"}


def plain(words: str) -> str:
    """Words that a terminal shows, whatever was put into them."""
    return words.translate(_COMMANDS)


def language(wanted: str | None) -> str:
    """The language asked for, else that of TIWIZI_LANG, else that of LANG, else English."""
    if wanted and wanted not in LANGUAGES:
        raise typer.BadParameter(f"{wanted}: ar, fr, en")
    for candidate in (wanted, os.environ.get("TIWIZI_LANG"), os.environ.get("LANG")):
        if candidate and candidate[:2] in LANGUAGES:
            return candidate[:2]
    return "en"


def speaks(command: Callable[..., int | None]) -> Callable[..., None]:
    """Give a command ``--lang`` and ``--json``, hand it a Voice, and turn what stops it into a message and a code."""

    def run(*, context: typer.Context, lang: str | None = None, json: bool = False, **options: Any) -> None:
        voice = Voice(language(lang or _asked_before_the_verb(context)), json)
        try:
            code = command(voice, **options) or DONE
        except Stop as stop:
            code = _failed(voice, stop)
        except KeyboardInterrupt:
            voice.fail(Stop("interrupted"))
            code = INTERRUPTED
        except BrokenPipeError:
            raise
        except MemoryError:
            code = _failed(voice, Stop("no_memory"))
        except OSError as problem:  # a name too long, a disk that fails: nothing that a program can foresee
            code = _failed(voice, Stop("refused", path=problem.filename or "", why=problem.strerror or problem))
        if code:
            raise typer.Exit(code)

    own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]
    run.__signature__ = inspect.Signature([*own, *_SPEAKING])  # type: ignore[attr-defined]
    run.__name__, run.__doc__ = command.__name__, command.__doc__
    return run


def _asked_before_the_verb(context: typer.Context) -> str | None:
    """The language given to ``tiwizi`` or to a group of verbs, the nearest first."""
    outer = context.parent
    while outer is not None and not outer.params.get("lang"):
        outer = outer.parent
    return str(outer.params["lang"]) if outer else None


def _failed(voice: Voice, stop: Stop) -> int:
    voice.fail(stop)
    return stop.code


#: ``--help`` comes before any option is read, so it speaks the language of the environment or of a plain ``--lang xx``.
def _help_language() -> str:
    words = sys.argv
    after = [words[at + 1] for at, word in enumerate(words[:-1]) if word == "--lang"]
    after += [word.removeprefix("--lang=") for word in words if word.startswith("--lang=")]
    return language(next((word for word in after if word in LANGUAGES), None))


HELP_LANGUAGE = _help_language()


def explained(key: str, **values: object) -> str:
    """A text of ``--help``."""
    return text("cli", f"help_{key}", lang=HELP_LANGUAGE, **values)


def _console(stream: Any, *, quiet: bool) -> Console:
    from rich.console import Console

    # A pipe has no width: wide enough for a table, unless COLUMNS says otherwise.
    width = None if stream.isatty() or "COLUMNS" in os.environ else 120
    return Console(file=stream, quiet=quiet, highlight=False, width=width)


Lang = Annotated[str | None, typer.Option("--lang", metavar="ar|fr|en", help=explained("lang"))]
_SPEAKING = (
    inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context),
    inspect.Parameter("lang", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Lang),
    inspect.Parameter(
        "json",
        inspect.Parameter.KEYWORD_ONLY,
        default=False,
        annotation=Annotated[bool, typer.Option("--json", help=explained("json"))],
    ),
)
