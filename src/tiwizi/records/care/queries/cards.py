"""Members' cards: whose they are, and the one answer that anybody may have from one: whether it covers today."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Q

from tiwizi.records.care.queries.letters import Name
from tiwizi.records.cover.models import Cover
from tiwizi.records.people.looks import within_reach
from tiwizi.records.people.models import Card, Household, Membership, Person
from tiwizi.records.trail.gate import By


class Holder(NamedTuple):
    """Somebody in a household, and the card that they have: None where they have none that is good."""

    person: int
    number: str
    name: Name
    birth: date
    card: int | None
    card_number: int
    made_at: datetime | None


def holders(by: By, household: str, *, on: date) -> tuple[int, list[Holder]] | None:
    """(id of a household, those who are in it on a day, the member first); None where it is out of reach."""
    home = Household.objects.filter(number=household).first()
    if home is None or not within_reach(by, "people.write_letters", home.region_id):
        return None
    places = Membership.objects.filter(Q(until=None) | Q(until__gt=on), household=home).select_related("person")
    people = [place.person for place in places.order_by("role", "person__birth", "id")]
    good = {card.person_id: card for card in Card.objects.filter(person__in=people, revoked_at=None)}
    return home.pk, [_holder(person, good.get(person.pk)) for person in people]


def _holder(person: Person, card: Card | None) -> Holder:
    name = Name(person.name_ar, person.name_latin)
    if card is None:
        return Holder(person.pk, person.number, name, person.birth, None, 0, None)
    return Holder(person.pk, person.number, name, person.birth, card.pk, card.number, card.made_at)


def household_of_card(by: By, card: int) -> tuple[str, int] | None:
    """(number of the household, person) of a card within the reach of who asks."""
    places = Membership.objects.filter(person__in=Card.objects.filter(id=card).values("person"))
    place = places.order_by("-since").select_related("household").first()
    if place is None or not within_reach(by, "people.write_letters", place.household.region_id):
        return None
    return place.household.number, place.person_id


def person_in_reach(by: By, number: str) -> tuple[int, str] | None:
    """(person, number of the household) by the number of a person within the reach of who asks."""
    place = Membership.objects.filter(person__number=number).order_by("-since").select_related("household").first()
    if place is None or not within_reach(by, "people.write_letters", place.household.region_id):
        return None
    return place.person_id, place.household.number


def covers(card: int, *, on: date) -> bool:
    """Whether a card is good and who holds it is covered on a day: in a household, and by a plan that their household
    or they have then, paid up to then."""
    row = Card.objects.filter(id=card, revoked_at=None).first()
    if row is None:
        return False
    here = Membership.objects.filter(Q(until=None) | Q(until__gt=on), person=row.person_id, since__lte=on).first()
    if here is None:
        return False
    covers = Cover.objects.filter(
        Q(until=None) | Q(until__gt=on), Q(paid_until=None) | Q(paid_until__gt=on), Q(person=None)
        | Q(person=row.person_id), household=here.household_id, since__lte=on,
    )  # fmt: skip
    return covers.exists()
