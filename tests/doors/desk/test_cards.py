"""Members' cards: one that is good at a time; and its public page, which says yes or no and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from tests.doors.desk.conftest import Desk

LANGUAGES = ("ar", "fr", "en")


@pytest.fixture(autouse=True)
def nobody_asked_yet() -> None:
    cache.clear()


@pytest.fixture
def household(records: str) -> str:
    """One with somebody who is covered now."""
    from tiwizi.doors.clock import today
    from tiwizi.records.cover.models import Cover
    from tiwizi.records.people.models import Membership

    covers = Cover.objects.filter(until=None, paid_until=None, person=None, since__lte=today()).values("household")
    return str(Membership.objects.filter(household__in=covers, until=None, role=0)[0].household.number)


def card_of(desk: Desk, household: str, key: str = "k") -> tuple[Any, int]:
    from tiwizi.records.people.models import Card, Membership

    person = Membership.objects.get(household__number=household, role=0, until=None).person
    agent = desk("imane")
    assert agent.post(f"/cards/{household}/", {"person": person.number, "key": key}).status_code == 303
    return agent, Card.objects.latest("id").id


def answer(desk: Desk, address: str, lang: str = "fr") -> str:
    got = desk(lang=lang).get(address.removeprefix(settings.ADDRESS))
    assert got.status_code == 200
    return str(got.content.decode())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_of_cards_opens_for_who_prints_them(desk: Desk, household: str, lang: str) -> None:
    assert desk("imane", lang=lang).get(f"/cards/{household}/").status_code == 200
    assert desk("hicham", lang=lang).get(f"/cards/{household}/").status_code == 403
    assert desk("imane", lang=lang).get("/cards/nobody/").status_code == 404
    assert desk("imane", lang=lang).post(f"/cards/{household}/", {"person": "x", "key": "k"}).status_code == 404


def test_a_person_has_one_card_that_is_good_however_often_it_is_made(desk: Desk, household: str) -> None:
    _, first = card_of(desk, household)
    agent, second = card_of(desk, household, key="other")
    assert first == second
    printed = agent.get(f"/cards/print/{first}.pdf")
    assert printed["Content-Type"] == "application/pdf" and printed.content.startswith(b"%PDF")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_stranger_reads_yes_in_three_languages_and_no_name(desk: Desk, household: str, lang: str) -> None:
    from tiwizi.doors.desk.cards import address_of
    from tiwizi.records.people.models import Person

    _, card = card_of(desk, household)
    page = answer(desk, address_of(card), lang)
    assert "Oui\u00a0: couvert" in page and "Yes: covered" in page and "نعم" in page
    person = Person.objects.get(id__in=_persons(card))
    assert person.number not in page and household not in page


def _persons(card: int) -> list[int]:
    from tiwizi.records.people.models import Card

    return list(Card.objects.filter(id=card).values_list("person_id", flat=True))


def test_a_revoked_card_says_no_and_a_new_one_says_yes(desk: Desk, household: str) -> None:
    from tiwizi.doors.desk.cards import address_of

    agent, lost = card_of(desk, household)
    assert agent.get(f"/cards/revoke/{lost}/").status_code == 200
    assert agent.post(f"/cards/revoke/{lost}/", {"key": "r"}).status_code == 303
    assert agent.post(f"/cards/revoke/{lost}/", {"key": "s"}).status_code == 422
    assert agent.get(f"/cards/print/{lost}.pdf").status_code == 404
    _, new = card_of(desk, household, key="n")
    assert "Non\u00a0:" in answer(desk, address_of(lost)) and "Oui\u00a0:" in answer(desk, address_of(new))


def test_what_is_forged_or_unknown_is_no_in_the_same_words(desk: Desk, household: str) -> None:
    from tiwizi.doors.desk.cards import address_of

    agent, card = card_of(desk, household)
    address = address_of(card)
    agent.post(f"/cards/revoke/{card}/", {"key": "r"})
    pages = {
        answer(desk, forged)
        for forged in (address, address_of(999_999), "/card/x/", "/card/..%00/", address[:-2] + "/", "/card/a.²./")
    }
    assert len({page.split("<main")[1] for page in pages}) == 1 and "Non\u00a0:" in pages.pop()


def test_a_card_signed_with_the_former_secret_stays_good(
    desk: Desk, household: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tiwizi.doors.desk.cards import address_of

    _, card = card_of(desk, household)
    address, former = address_of(card), settings.SECRET_KEY
    monkeypatch.setattr(settings, "SECRET_KEY", "another secret " * 5)
    assert "Non\u00a0:" in answer(desk, address)
    monkeypatch.setattr(settings, "SECRET_KEY_FALLBACKS", [former])
    assert "Oui\u00a0:" in answer(desk, address) and "Oui\u00a0:" in answer(desk, address_of(card))


def test_who_asks_too_often_waits(desk: Desk, records: str) -> None:
    stranger = desk()
    codes = [stranger.get("/card/x/").status_code for _ in range(32)]
    assert codes[:30] == [200] * 30 and codes[30:] == [429, 429]
