"""Whatever somebody types in the one search box: people, files, payments, providers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tiwizi.records.care.models import Claim, Provider
from tiwizi.records.care.queries.providers import names_like
from tiwizi.records.money.models import PaymentOrder
from tiwizi.records.people.looks import within_reach
from tiwizi.records.people.models import Membership
from tiwizi.records.people.search import LONGEST_ASKED, Hit, find_people
from tiwizi.records.trail.gate import By

#: Who looks for people sees their files and payments by number too: amounts and states, not the care.
NEED = "people.read"
READS_PROVIDERS = "care.read_providers"
MOST_PROVIDERS = 5


@dataclass(frozen=True)
class Numbered:
    """Something that was found by its number, and the household that it leads to; "" for a provider, and for a payment
    that goes to one."""

    kind: Literal["file", "payment", "provider"]
    number: str
    household: str
    name_ar: str
    name_latin: str


@dataclass(frozen=True)
class Found:
    """``more``: there are other people who answer. ``providers``: by their names, for who may read of them."""

    people: tuple[Hit, ...] = ()
    numbered: tuple[Numbered, ...] = ()
    providers: tuple[Numbered, ...] = ()
    more: bool = False

    def __bool__(self) -> bool:
        return bool(self.people or self.numbered or self.providers)


def find(by: By, asked: str, *, most: int = 20) -> Found:
    """Within the reach of who asks, the best answers first; what names one thing comes before names."""
    asked = " ".join(asked.replace("\0", "").split())[:LONGEST_ASKED]
    if len(asked) < 2:
        return Found()
    numbered = _numbered(by, asked) if any(letter.isdigit() for letter in asked) else ()
    people = find_people(by, need=NEED, asked=asked, most=most)
    return Found(people.people, numbered, _named_providers(by, asked), people.more)


def _numbered(by: By, asked: str) -> tuple[Numbered, ...]:
    written = sorted({asked, asked.upper()})
    found = [*_files(by, written), *_payments(by, written), *_providers(written)]
    return tuple(found)


def _files(by: By, written: list[str]) -> list[Numbered]:
    files = Claim.objects.filter(number__in=written).select_related("household")
    return [
        Numbered("file", file.number, file.household.number, "", "")
        for file in files
        if within_reach(by, NEED, file.household.region_id)
    ]


def _payments(by: By, written: list[str]) -> list[Numbered]:
    found = []
    for order in PaymentOrder.objects.filter(reference__in=written).select_related("payee__person"):
        who = order.payee.person
        place = None if who is None else _last_place(who.id)
        region = None if place is None else place.household.region_id
        if within_reach(by, NEED, region):
            home = "" if place is None else place.household.number
            names = ("", order.payee.name) if who is None else (who.name_ar, who.name_latin)
            found.append(Numbered("payment", order.reference, home, *names))
    return found


def _last_place(person: int) -> Membership | None:
    return Membership.objects.filter(person=person).select_related("household").order_by("-since").first()


def _named_providers(by: By, asked: str) -> tuple[Numbered, ...]:
    """Who give care and have all the words in a name, for who may read of them; a number is in ``numbered``."""
    if not by.may(READS_PROVIDERS) or len(asked) < 3 or any(letter.isdigit() for letter in asked):
        return ()
    rows = Provider.objects.filter(names_like(asked)).order_by("name_latin", "number")[:MOST_PROVIDERS]
    return tuple(Numbered("provider", row.number, "", row.name_ar, row.name_latin) for row in rows)


def _providers(written: list[str]) -> list[Numbered]:
    rows = Provider.objects.filter(number__in=written)
    return [Numbered("provider", row.number, "", row.name_ar, row.name_latin) for row in rows]
