"""The page of a household: who they are, what happened, what is left, and that every look leaves a trace."""

from __future__ import annotations

import pytest
from tests.doors.desk.conftest import Desk


def a_home() -> str:
    """The household with the most files."""
    from django.db.models import Count

    from tiwizi.records.care.models import Claim

    row = Claim.objects.values("household__number").annotate(n=Count("id")).order_by("-n")[0]
    return str(row["household__number"])


def looks_at(home: str) -> int:
    from tiwizi.records.people.models import Household
    from tiwizi.records.trail.models import Event

    number = Household.objects.get(number=home).id
    return Event.objects.filter(subject=f"household:{number}", verb="people.looked").count()


@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_a_household_is_shown_in_the_readers_language(desk: Desk, lang: str) -> None:
    from tiwizi.records.people.models import Membership

    home = a_home()
    page = desk("imane", lang=lang).get(f"/household/{home}/").content.decode()
    for place in Membership.objects.filter(household__number=home).select_related("person"):
        assert place.person.number in page
        assert (place.person.name_ar if lang == "ar" else place.person.name_latin) in page
    assert "<meter" in page and "None" not in page


def test_every_look_leaves_a_trace_and_who_looked_is_counted(desk: Desk) -> None:
    home = a_home()
    before = looks_at(home)
    desk("imane").get(f"/household/{home}/")
    page = desk("salma").get(f"/household/{home}/").content.decode()
    assert looks_at(home) == before + 2
    assert "2 fois" in page and "2 personnes" in page and "Imane" not in page


def test_the_code_of_an_illness_is_for_those_who_read_medical_data(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from tiwizi.records.people.models import Membership, Status
    from tiwizi.records.trail import roles

    ill = Status.objects.filter(status=0)[0]
    Status.objects.filter(id=ill.id).update(code="ALD-77")
    home = Membership.objects.filter(person=ill.person_id)[0].household.number
    assert "ALD-77" not in desk("imane").get(f"/household/{home}/").content.decode()
    reads = roles.ROLES["adjudicator"]
    monkeypatch.setitem(
        roles.ROLES, "adjudicator", reads._replace(permissions=reads.permissions | {"care.read_medical"})
    )
    assert "ALD-77" in desk("salma").get(f"/household/{home}/").content.decode()


@pytest.mark.parametrize("number", ["nobody", "0", "%00", "' OR 1", "x" * 400])
def test_what_is_not_there_is_not_found(desk: Desk, number: str) -> None:
    assert desk("imane").get(f"/household/{number}/").status_code == 404


def test_the_page_asks_no_more_for_a_large_household(desk: Desk) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tiwizi.records.people.models import Membership

    client, counts = desk("imane"), []
    alone = Membership.objects.filter(role=0, until=None).order_by("id")[0].household.number
    for home in (alone, a_home()):
        client.get(f"/household/{home}/")
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/household/{home}/")
        counts.append(len(queries))
    assert abs(counts[0] - counts[1]) <= 2, counts
