"""The records, for a verb that needs them: the framework is loaded here and not before.

@speaks
@records                       # --database; what the records refuse becomes a message and a code
def verify(voice: Voice) -> int: ...

@speaks
@acts                          # --database, --as, --key; ``who.by()`` is handed to the gate
def approve(voice: Voice, who: Who, batch: int) -> None: ...
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tiwizi.doors import clock
from tiwizi.doors.cli.voice import REFUSED, Stop, Voice, explained

if TYPE_CHECKING:
    from django.db.utils import DatabaseError

    from tiwizi.records.trail.gate import By

Command = Callable[..., int | None]


def open_records(word: str | None = None) -> None:
    """To be called before anything of tiwizi.records is imported. ``word`` or TIWIZI_DATABASE says where they are.

    Raises Stop where that is neither a file nor the address of a PostgreSQL database.
    """
    import django
    from django.conf import settings

    if word is not None:
        assert not settings.configured or os.environ.get("TIWIZI_DATABASE") == word, "one process, one database"
        os.environ["TIWIZI_DATABASE"] = word
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tiwizi.site.settings")
    try:
        if not settings.configured:
            django.setup()
    except (ValueError, OSError) as problem:
        raise Stop("not_a_database", why=problem) from None


@dataclass(frozen=True)
class Who:
    """Who acts at this command line: a user by login. The machine's own account is what it trusts."""

    login: str
    key: str | None = None

    def by(self, key: str | None = None) -> By:
        """This person, now. Raises Stop where nobody has this login."""
        from tiwizi.records.people.queries import who_acts

        who = who_acts(self.login, at=clock.now(), key=key or self.key)
        if who is None:
            raise Stop("no_such_user", login=self.login)
        return who


def the_clock() -> By:
    """What the system itself does: finish what people set off."""
    from tiwizi.records.trail.gate import By
    from tiwizi.records.trail.roles import Grant

    return By(user=0, grants=(Grant("system"),), at=clock.now())


def records(command: Command) -> Command:
    """Give a command ``--database``, open the records for it, and turn what they refuse into a message."""

    def run(voice: Voice, *, database: str | None = None, **options: Any) -> int | None:
        open_records(database)
        _refuse_no_file()
        with refusals_as_messages(voice.lang):
            return command(voice, **options)

    return _with_options(run, command, taken=1, options=(_DATABASE,))


def new_records(command: Command) -> Command:
    """``records`` for a command that may find nothing there yet."""

    def run(voice: Voice, *, database: str | None = None, **options: Any) -> int | None:
        open_records(database)
        with refusals_as_messages(voice.lang):
            return command(voice, **options)

    return _with_options(run, command, taken=1, options=(_DATABASE,))


def _refuse_no_file() -> None:
    """SQLite would make an empty database of a name that was mistyped."""
    from django.db import connection

    if connection.vendor == "sqlite" and not os.path.exists(connection.settings_dict["NAME"]):
        raise Stop("no_records", database=where(), why="")


def acts(command: Command) -> Command:
    """``records``, and ``--as`` and ``--key``: the command is handed the Voice and Who."""

    def run(
        voice: Voice, *, acting: str | None = None, key: str | None = None, database: str | None = None, **options: Any
    ) -> int | None:
        if not acting:
            raise Stop("who_acts")
        open_records(database)
        _refuse_no_file()
        with refusals_as_messages(voice.lang):
            return command(voice, Who(acting, key), **options)

    return _with_options(run, command, taken=2, options=(_AS, _KEY, _DATABASE))


def _with_options(run: Command, command: Command, *, taken: int, options: tuple[inspect.Parameter, ...]) -> Command:
    """The signature that the command line reads: the command's own options after those that it is handed, and these."""
    first, *rest = inspect.signature(command, eval_str=True).parameters.values()
    run.__signature__ = inspect.Signature([first, *rest[taken - 1 :], *options])  # type: ignore[attr-defined]
    run.__name__, run.__doc__ = command.__name__, command.__doc__
    return run


@contextmanager
def refusals_as_messages(lang: str) -> Iterator[None]:
    """What the gate, a guard or the database refuses, as the one message of a command."""
    from django.db.utils import DatabaseError, IntegrityError

    from tiwizi.records.trail.refusal import Refused

    try:
        yield
    except Refused as refused:
        raise Stop(refused.key, code=REFUSED, message=f"{refused.message(lang)} {refused.way_out(lang)}") from None
    except IntegrityError as problem:
        raise Stop("guarded", code=REFUSED, why=_first_line(problem)) from None
    except DatabaseError as problem:
        key = "no_records" if _lacks_tables(problem) else "database_fails"
        raise Stop(key, database=where(), why=_first_line(problem)) from None


def where() -> str:
    """The database as people may see it: without its password."""
    from django.db import connection

    told = connection.settings_dict
    if connection.vendor == "sqlite":
        return str(told["NAME"])
    return f"postgresql://{told['HOST'] or 'localhost'}/{told['NAME']}"


def _lacks_tables(problem: DatabaseError) -> bool:
    said = str(problem)
    return "no such table" in said or "no such column" in said or ("does not exist" in said and "relation" in said)


def _first_line(problem: Exception) -> str:
    return str(problem).strip().partition("\n")[0]


def _option(name: str, *words: str, help: str, metavar: str, envvar: str | None = None) -> inspect.Parameter:
    option = Annotated[str | None, typer.Option(*words, metavar=metavar, envvar=envvar, help=explained(help))]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=option)


_DATABASE = _option("database", "--database", help="database", metavar="DB")
_AS = _option("acting", "--as", help="as", metavar="USER", envvar="TIWIZI_AS")
_KEY = _option("key", "--key", help="key", metavar="KEY")
