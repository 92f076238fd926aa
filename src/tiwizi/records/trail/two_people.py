"""What one person asks for and another confirms (S6, S7). Until then it waits; who asked may take it back, and whoever
may confirm it may refuse it.

    class ReviewLimit(Asked): ...                          (its table; the rule that only one waits is the table's own)
    ask(act, ReviewLimit, amount=500_000)                  (what waited of the same is given up)
    confirm(act, waiting(ReviewLimit, 7))
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from django.db import models
from django.db.models import F, Q, QuerySet

from tiwizi.records.database.locks import take_turn
from tiwizi.records.trail.gate import Act
from tiwizi.records.trail.refusal import Refused

WAITS = Q(confirmed_by=None, refused_by=None)


class Asked(models.Model):
    """Who asked for it, and who confirmed or refused it: numbers of users."""

    asked_by = models.BigIntegerField()
    asked_at = models.DateTimeField()
    confirmed_by = models.BigIntegerField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    refused_by = models.BigIntegerField(null=True)
    refused_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | (~Q(confirmed_by=F("asked_by")) & Q(refused_by=None)),
                name="%(app_label)s_%(class)s_two_people",
            )
        ]


A = TypeVar("A", bound=Asked)


class Wish(NamedTuple):
    """An amount (minor units, None for none) that somebody asked for, and that waits."""

    number: int
    amount: int | None
    asked_by: int
    asked_at: datetime


def wish(rows: QuerySet[Any], amount: str) -> Wish | None:
    """The one of some rows that waits. amount: the name of its field."""
    row = rows.filter(WAITS).values_list("id", amount, "asked_by", "asked_at").first()
    return Wish(*row) if row else None


def assert_another(amount: int | None, *, now: int | None) -> None:
    """An amount that is asked for, None for none. Refused: amount_negative, amount_is_that."""
    if amount is not None and amount < 0:
        raise Refused("amount_negative")
    if amount == now:
        raise Refused("amount_is_that")


def ask(act: Act, table: type[A], of: Mapping[str, Any] | None = None, **said: Any) -> A:
    """What waited of the same (``of``: columns that say of what) is given up for it."""
    same = of or {}
    take_turn(table._meta.db_table)
    rows = table._default_manager
    rows.filter(WAITS, **same).update(refused_by=act.by.user, refused_at=act.at)
    return rows.create(**same, **said, asked_by=act.by.user, asked_at=act.at)


def waiting(table: type[A], number: int) -> A:
    """Refused: no_such_change."""
    take_turn(table._meta.db_table)
    asked = table._default_manager.filter(WAITS, id=number).first()
    if asked is None:
        raise Refused("no_such_change", number=number)
    return asked


def confirm(act: Act, asked: A) -> A:
    """Refused: two_people."""
    if asked.asked_by == act.by.user:
        raise Refused("two_people")
    asked.confirmed_by, asked.confirmed_at = act.by.user, act.at
    asked.save()
    return asked


def refuse(act: Act, asked: A) -> A:
    asked.refused_by, asked.refused_at = act.by.user, act.at
    asked.save()
    return asked
