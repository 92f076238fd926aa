"""A plan document (docs/concepts/plan.md) as TOML text: values written as TOML, tables in their order."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

#: Fields are left out where their value is one of these.
NOTHING: tuple[Any, ...] = (None, "", {}, [], ())


def value(thing: Any) -> str:
    """A value in TOML. Texts are TOML basic strings, tables are inline."""
    if isinstance(thing, bool):
        return "true" if thing else "false"
    if isinstance(thing, int):
        return str(thing)
    if isinstance(thing, date):
        return thing.isoformat()
    if isinstance(thing, str):
        return json.dumps(thing, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(thing, Mapping):
        return "{ " + ", ".join(f"{name} = {value(inner)}" for name, inner in thing.items()) + " }"
    assert isinstance(thing, Sequence)
    return "[" + ", ".join(value(inner) for inner in thing) + "]"


def fields(entries: Mapping[str, Any]) -> str:
    """``name = value`` lines; fields that say nothing are left out."""
    return "".join(f"{name} = {value(thing)}\n" for name, thing in entries.items() if thing not in NOTHING)


def table(name: str, entries: Mapping[str, Any]) -> str:
    """One ``[table]``."""
    return f"[{name}]\n{fields(entries)}\n"


def block(name: str, entries: Mapping[str, Any]) -> str:
    """One ``[[table]]`` of a list of tables."""
    return f"[[{name}]]\n{fields(entries)}\n"
