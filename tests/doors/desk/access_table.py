"""Who may come where, as tests/doors/desk/access/*.toml says it, and every address that the site answers to."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from django.urls import URLPattern, get_resolver

from tiwizi.records.trail.roles import ROLES

FOLDER = Path(__file__).parent / "access"
#: Roles that a person can hold; "" is somebody without any.
HELD = ("", *(role for role in ROLES if role != "system"))


class Row(NamedTuple):
    """``opens``, ``posts``: roles; a stranger is ``None``. ``of``: parts of the address -> what they name. ``proof``:
    whether its form is taken only after a proof of who one is, None where that follows from what it does."""

    opens: frozenset[str | None]
    posts: frozenset[str | None]
    of: dict[str, str]
    proof: bool | None


class Route(NamedTuple):
    """An address with its parts: (name, example of one that nothing has)."""

    name: str
    view: Any
    parts: dict[str, object]


@cache
def table() -> dict[str, Row]:
    rows: dict[str, Row] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        if path.name in ("who.toml", "verbs.toml"):
            continue
        for name, row in tomllib.loads(path.read_text(encoding="utf-8")).items():
            assert name not in rows, f"{path.name}: the page {name} stands in another file too"
            opens, posts = (roles(row.get(what, "")) for what in ("opens", "posts"))
            rows[name] = Row(opens, posts, row.get("of", {}), row.get("proof"))
    return rows


def roles(words: str) -> frozenset[str | None]:
    """The roles that words of who.toml stand for."""
    groups = tomllib.loads((FOLDER / "who.toml").read_text(encoding="utf-8"))
    found: set[str | None] = set()
    for word in words.split():
        if word in ("anybody", "everybody"):
            found |= set(HELD) | ({None} if word == "anybody" else set())
        elif word in groups:
            found |= set(groups[word].split())
        else:
            found.add(word)
    unknown = {role for role in found if role is not None and role not in HELD}
    assert not unknown, f"no such role or group: {unknown}"
    return frozenset(found)


@cache
def routes() -> tuple[Route, ...]:
    """Every named address of the site."""
    return tuple(_walk(get_resolver().url_patterns, {}))


def _walk(patterns: Any, above: dict[str, object]) -> Iterator[Route]:
    for pattern in patterns:
        parts = above | {
            name: _nobody(type(converter).__name__) for name, converter in pattern.pattern.converters.items()
        }
        parts |= {name: "nobody0" for name in getattr(pattern.pattern, "regex", None).groupindex if name not in parts}
        if isinstance(pattern, URLPattern):
            assert pattern.name, f"the address {pattern.pattern} has no name"
            yield Route(pattern.name, pattern.callback, parts)
        else:
            yield from _walk(pattern.url_patterns, parts)


def _nobody(converter: str) -> object:
    """A value of this kind that nothing has."""
    kinds = {"IntConverter": 999_999_999, "UUIDConverter": "00000000-0000-4000-8000-000000000000"}
    return kinds.get(converter, "nobody-0")


def row_to_add(route: Route) -> str:
    """What to write where, for an address that the table does not know."""
    need, post = getattr(route.view, "need", None), getattr(route.view, "post", False)
    guess = " ".join(role for role in HELD if role and need in ROLES[role].permissions) if need else "everybody"
    subject = getattr(route.view, "__module__", "?").rpartition(".")[2]
    lines = [f"[{route.name}]", f'opens = "{guess}"']
    lines += [f'posts = "{guess}"'] if post else []
    lines += ["of = { " + ", ".join(f'{part} = "household"' for part in route.parts) + " }"] if route.parts else []
    return (
        f"tests/doors/desk/access/{subject}.toml lacks the page {route.name}. Say who may open it (not who can now, but"
        " who may by the table; words of who.toml):\n\n" + "\n".join(lines)
    )
