"""Whom a message of the outbox is for: their telephone and the language of letters to them, and nothing of the care."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Q

from tiwizi.records.care.models import Appeal, PriorApproval
from tiwizi.records.people.models import Membership, Payee, Person
from tiwizi.rules.terms import ATTRIBUTES

MEMBER = ATTRIBUTES["role"].index("member")


class Addressee(NamedTuple):
    phone: str
    language: str


def addressee(topic: str, body: dict[str, Any], *, on: date) -> Addressee | None:
    """None where it is for nobody whose telephone is known: a provider, somebody who gave none."""
    kind = topic.partition(".")[0]
    person = _WHOSE[kind](body, on)
    if person is None or not person.phone:
        return None
    return Addressee(person.phone, person.language or "ar")


def _of_payee(body: dict[str, Any], on: date) -> Person | None:
    payee = Payee.objects.select_related("person").filter(id=body["payee"]).first()
    return payee.person if payee else None


def _of_appeal(body: dict[str, Any], on: date) -> Person | None:
    home = Appeal.objects.filter(id=body["appeal"]).values_list("claim__household", flat=True).first()
    return _member(home, on)


def _of_approval(body: dict[str, Any], on: date) -> Person | None:
    home = PriorApproval.objects.filter(id=body["approval"]).values_list("household", flat=True).first()
    return _member(home, on)


def _member(household: int | None, on: date) -> Person | None:
    there = Membership.objects.filter(Q(until=None) | Q(until__gt=on), household=household, role=MEMBER, since__lte=on)
    found = there.select_related("person").order_by("-since").first()
    return found.person if found else None


_WHOSE: dict[str, Callable[[dict[str, Any], date], Person | None]] = {
    "bank_account": _of_payee, "appeal": _of_appeal, "approval": _of_approval,
}  # fmt: skip
