"""Every role at every verb, held against permissions.toml: the gate lets in whom the table names, and nobody else."""

from __future__ import annotations

import importlib
import pkgutil
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import tiwizi.records
from tiwizi.records.trail.gate import By
from tiwizi.records.trail.refusal import Refused
from tiwizi.records.trail.roles import ROLES, Grant

TABLE = {
    permission: frozenset(roles.split())
    for permission, roles in tomllib.loads((Path(__file__).parent / "permissions.toml").read_text()).items()
}
NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


def verbs() -> dict[str, Callable[..., Any]]:
    """Every verb of every app of the records, by name; those that tests make up are not among them."""
    found = {}
    for module in pkgutil.walk_packages(tiwizi.records.__path__, "tiwizi.records."):
        if ".migrations." not in module.name:
            for thing in vars(importlib.import_module(module.name)).values():
                if isinstance(getattr(thing, "verb", None), str) and isinstance(getattr(thing, "need", None), str):
                    found[thing.verb] = thing
    return found


def test_every_permission_stands_in_the_table_with_the_roles_that_have_it() -> None:
    used = {permission for role in ROLES.values() for permission in role.permissions}
    used |= {verb.need for verb in verbs().values()}  # type: ignore[attr-defined]
    for permission in sorted(used | set(TABLE)):
        have = {name for name, role in ROLES.items() if permission in role.permissions}
        said = TABLE.get(permission)
        assert said is not None, f'permissions.toml lacks "{permission}"; these have it now: {" ".join(sorted(have))}'
        assert have == said, f"{permission}: {sorted(have ^ said)} differ from permissions.toml"


def test_the_gate_lets_in_whom_the_table_names_and_nobody_else() -> None:
    wrong = []
    for name, verb in verbs().items():
        for role in ROLES:
            let_in = _is_let_in(verb, role)
            if let_in != (role in TABLE[verb.need]):  # type: ignore[attr-defined]
                wrong.append(f"{name}: {role} is {'let in' if let_in else 'kept out'}")
    assert not wrong, "\n".join(wrong)


def _is_let_in(verb: Callable[..., Any], role: str) -> bool:
    """Nothing is asked, so whoever is let in fails for that."""
    try:
        verb(By(user=7, grants=(Grant(role),), at=NOW))
    except Refused as refused:
        return refused.key != "not_allowed"
    except TypeError:
        return True
    return True
