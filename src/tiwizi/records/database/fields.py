"""Columns that many tables have."""

from __future__ import annotations

from typing import Any

from django.db import models


def link(to: str, **options: Any) -> models.ForeignKey[Any, Any]:
    """A foreign key of a table that grows by the million: the guard ``references`` checks it, and an index is there
    only where somebody asks for one."""
    return models.ForeignKey(to, models.PROTECT, db_constraint=False, db_index=False, related_name="+", **options)


def minor(**options: Any) -> models.BigIntegerField[Any, Any]:
    """An amount in whole minor units."""
    return models.BigIntegerField(**options)


def code(**options: Any) -> models.SmallIntegerField[Any, Any]:
    """A value of a register of rules.terms, as its position there: what the engine reads."""
    return models.SmallIntegerField(**options)


def ordered(earlier: str, later: str, name: str) -> models.CheckConstraint:
    """A half-open period: its end, where it has one, comes after its start."""
    return models.CheckConstraint(
        condition=models.Q(**{later: None}) | models.Q(**{f"{later}__gt": models.F(earlier)}), name=name
    )
