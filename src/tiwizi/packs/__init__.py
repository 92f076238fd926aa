"""What the law says: a folder per country with its law, plans, tariffs and worked cases.

Nobody imports a country by name: ``folder("ma")``, ``law("ma")``.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Protocol, TypeVar

from tiwizi.formats.transfer_template import Template, parse_template
from tiwizi.rules.chart import Chart, parse_chart
from tiwizi.rules.law import Law, parse_law
from tiwizi.rules.plan.block import Block, Reading
from tiwizi.rules.plan.document import Plan
from tiwizi.rules.plan.lines import Lines
from tiwizi.rules.plan.problem import ERROR, Problem
from tiwizi.rules.plan.read import country_of, read_opened
from tiwizi.rules.plan.syntax import open_document

_HERE = Path(__file__).parent
T = TypeVar("T")
Read = TypeVar("Read", covariant=True)


class Parse(Protocol[Read]):
    """How a document of a pack is read: its value, None where it has errors, and its problems."""

    def __call__(self, text: str, *, file: str) -> tuple[Read | None, list[Problem]]: ...


class PackUnreadable(ValueError):
    """A file of a pack has errors: ``problems``."""

    def __init__(self, country: str, problems: list[Problem]) -> None:
        first = next(problem for problem in problems if problem.is_error)
        super().__init__(f"{first.file}:{first.line}: {first.message('en')} {first.way_out('en')}")
        self.country, self.problems = country, problems


def available() -> tuple[str, ...]:
    """The countries and communities that have a pack."""
    return tuple(sorted(p.name for p in _HERE.iterdir() if (p / "plans").is_dir() or (p / "law.toml").is_file()))


def folder(country: str) -> Path:
    """The folder of a pack. Raises LookupError for a country that has none."""
    if country not in available():
        raise LookupError(f"no pack {country!r}; there are: {', '.join(available())}")
    return _HERE / country


@cache
def law(country: str) -> Law:
    """The law of a pack, empty where it has none. Raises LookupError (no such pack) or PackUnreadable."""
    path = folder(country) / "law.toml"
    return _sound(country, path, parse_law) if path.is_file() else Law(file=str(path))


def law_text(country: str) -> str:
    """The law of a pack as it is written; "" for a country without."""
    path = folder(country) / "law.toml" if country in available() else None
    return path.read_text(encoding="utf-8") if path is not None and path.is_file() else ""


@cache
def chart(country: str) -> Chart:
    """The chart of accounts of a pack. Raises LookupError (no such pack, or one without books) or PackUnreadable."""
    return _sound(country, _within(country, "accounts.toml"), parse_chart)


@cache
def transfer_template(country: str, name: str) -> Template:
    """A bank's transfer format of a pack, by its name. Raises LookupError or PackUnreadable."""
    return _sound(country, _within(country, f"transfers/{name}.toml"), parse_template)


def transfer_templates(country: str) -> tuple[str, ...]:
    """The names of the transfer formats of a pack."""
    return tuple(sorted(path.stem for path in (folder(country) / "transfers").glob("*.toml")))


@cache
def regions(country: str) -> tuple[tuple[str, str, str], ...]:
    """(code, Arabic name, Latin name) of the regions of a pack; none where it has no list."""
    path = folder(country) / "regions.csv"
    if not path.is_file():
        return ()
    with path.open(encoding="utf-8", newline="") as file:
        return tuple((row["code"], row["arabic"], row["latin"]) for row in csv.DictReader(file))


@cache
def pieces(country: str) -> Mapping[str, Mapping[str, Any]]:
    """What people are to bring, by situation: {"ar": [...], "fr": [...], "en": [...]}; empty where a pack has none."""
    path = folder(country) / "pieces.toml" if country in available() else None
    if path is None or not path.is_file():
        return {}
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    return {name: lists for name, lists in told.items() if isinstance(lists, dict)}


def _within(country: str, name: str) -> Path:
    known = {path.relative_to(folder(country)).as_posix(): path for path in folder(country).rglob("*.toml")}
    if name not in known:
        raise LookupError(f"the pack {country!r} has no {name}")
    return known[name]


def _sound(country: str, path: Path, parse: Parse[T]) -> T:
    """A file of a pack, which has no errors."""
    text, problems = read_text(path)
    found: T | None = None
    if text is not None:
        found, problems = parse(text, file=str(path))
    if found is None:
        raise PackUnreadable(country, problems)
    return found


def read_plan_file(path: Path | str) -> tuple[Plan | None, list[Problem]]:
    """A plan file with the law of its country. Raises OSError where there is no such file."""
    text, problems = read_text(Path(path))
    return (None, problems) if text is None else read_plan_text(text, file=str(path))


def read_plan_text(text: str, *, file: str) -> tuple[Plan | None, list[Problem]]:
    """A plan as text with the law of its country; ``file``: what to call it where it has mistakes."""
    root, reading = open_document(text, file=file)
    if root is None:
        return None, reading.found()
    try:
        return read_opened(root, law=_law_of(root))
    except PackUnreadable as unreadable:
        return None, unreadable.problems


def _law_of(root: Block) -> Law | None:
    """The law of the country that a plan names; a country without a pack is reported."""
    country = country_of(root)
    if not country:
        return None
    if country in available():
        return law(country)
    head = root.inner("plan")
    assert head is not None
    head.unknown("country", "unknown_country", country, available())
    return None


def read_text(path: Path) -> tuple[str | None, list[Problem]]:
    """The text of a file; one that is not UTF-8 is a problem. Raises OSError."""
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError as unreadable:
        reading = Reading(str(path), Lines(""))
        line = raw.count(b"\n", 0, unreadable.start) + 1
        reading.report(ERROR, line, "", "not_utf8")
        return None, reading.found()
