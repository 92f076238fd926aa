"""Whether who acts may act here: on this household, in its region, and not on their own family."""

from __future__ import annotations

from tiwizi.records.people.models import Household, Membership, Touch
from tiwizi.records.trail.gate import Act
from tiwizi.records.trail.refusal import Refused
from tiwizi.rules.terms import ATTRIBUTES


def reach_household(act: Act, household: int) -> Household:
    """A household within the reach of who acts; the event is about it."""
    found = Household.objects.filter(id=household).first()
    if found is None:
        raise Refused("no_such_household", number=household)
    act.about("household", household)
    act.within(found.region_id)
    act.not_own(household)
    return found


def reach_person(act: Act, person: int) -> Membership:
    """The last place in a household of a person within the reach of who acts; the event is about that household."""
    place = Membership.objects.filter(person_id=person).order_by("-since").first()
    if place is None:
        raise Refused("no_such_person", number=person)
    reach_household(act, place.household_id)
    return place


def touch(household: int, cause: str) -> None:
    """The household is to be decided again."""
    Touch.objects.create(household_id=household, cause=cause)


def word(register: str, said: str) -> int:
    """The position of a word in a register of rules.terms."""
    known = ATTRIBUTES[register]
    if said not in known:
        raise Refused("no_such_word", what=register, word=said, known=", ".join(known))
    return known.index(said)
