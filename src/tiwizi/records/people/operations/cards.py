"""Members' cards: made, and revoked when lost."""

from __future__ import annotations

from tiwizi.records.database.locks import take_turn
from tiwizi.records.people.models import Card
from tiwizi.records.people.reach import reach_person
from tiwizi.records.trail.gate import Act, operation
from tiwizi.records.trail.refusal import Refused, one_of


@operation("people.make_card", need="people.write_letters")
def make_card(act: Act, *, person: int) -> int:
    """The card of a person: the one that is good, or a new one where there is none. Its id."""
    reach_person(act, person)
    take_turn(f"card:{person}")
    good = Card.objects.filter(person_id=person, revoked_at=None).values_list("id", flat=True).first()
    if good is not None:
        return good
    number = Card.objects.filter(person_id=person).count() + 1
    act.note(card=number)
    return Card.objects.create(person_id=person, number=number, made_by=act.by.user, made_at=act.at).id


@operation("people.revoke_card", need="people.write_letters")
def revoke_card(act: Act, *, card: int) -> int:
    """A card is lost, or its holder is no longer to show it: from now on it says no."""
    found = one_of(Card.objects.filter(id=card), "card", card)
    reach_person(act, found.person_id)
    if found.revoked_at is not None:
        raise Refused("card_revoked", number=found.number)
    act.note(card=found.number)
    Card.objects.filter(id=card).update(revoked_by=act.by.user, revoked_at=act.at)
    return card
