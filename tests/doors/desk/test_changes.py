"""A family's changes at the desk: looked at before anything is done, done once, nothing typed lost."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from tests.doors.desk.conftest import Desk

HOME = "A90000001"
MEMBER = {
    "household": HOME, "number": f"{HOME}-01", "name_ar": "", "name_latin": "Fatima Bennani", "birth": "1990-05-01",
    "sex": "F", "cin": "bk 123456", "phone": "06 12-34-56-78", "employer": "MEN", "employer_name": "Ministère",
    "employee_number": "77", "on": "2026-03-01", "plans": ["AMO", "MGPAP-SM"],
}  # fmt: skip


def sent(client: Client, address: str, values: dict[str, Any], *, key: str = "k") -> Any:
    """Looked at, and recorded as it was looked at."""
    page = client.post(address, values | {"key": key, "step": "look"}).content.decode()
    found = re.search(r'name="seen" value="(\w*)"', page)
    return client.post(address, values | {"key": key, "step": "record", "seen": found[1] if found else ""})


def enrolled(desk: Desk) -> Client:
    client = desk("imane")
    assert sent(client, "/enrol/", MEMBER).status_code == 303
    return client


def person(number: str) -> Any:
    from tiwizi.records.people.models import Person

    return Person.objects.get(number=f"{HOME}-{number}")


def change(client: Client, situation: str, values: dict[str, Any], *, key: str) -> Any:
    return sent(client, f"/household/{HOME}/changes/{situation}/", values, key=key)


def with_spouse_and_child(desk: Desk) -> Client:
    client = enrolled(desk)
    spouse = {"number": f"{HOME}-02", "name_ar": "محمد العلوي", "name_latin": "", "birth": "01/02/1985", "sex": "M",
              "cin": "", "phone": "", "on": "2026-04-01"}  # fmt: skip
    child = {"number": f"{HOME}-03", "name_ar": "آدم", "name_latin": "Adam", "birth": "2026-05-10", "sex": "M"}
    assert change(client, "marriage", spouse, key="k2").status_code == 303
    assert change(client, "birth", child, key="k3").status_code == 303
    return client


def test_a_member_is_enrolled_with_employer_and_cover_once_however_often_it_is_sent(desk: Desk) -> None:
    from tiwizi.records.cover.models import Cover
    from tiwizi.records.people.models import Employment, Household

    client = enrolled(desk)
    assert sent(client, "/enrol/", MEMBER).status_code == 303
    assert Household.objects.filter(number=HOME).count() == 1
    assert Cover.objects.filter(household__number=HOME).count() == 2
    assert (person("01").cin, person("01").phone) == ("BK123456", "+212612345678")
    assert Employment.objects.get(person=person("01")).number == "77"
    assert f"/household/{HOME}/" in client.get("/search/", {"q": "benani fatma"}).content.decode()


def test_where_letters_go_is_taken_down_with_the_member_and_half_an_address_is_refused(desk: Desk) -> None:
    from tiwizi.records.people.models import Address, Household

    client, where = desk("imane"), {"first": "12, rue Oued Ziz", "town": "فاس"}
    half = sent(client, "/enrol/", MEMBER | {"first": "12, rue Oued Ziz"})
    assert half.status_code == 422 and 'id="refusal"' in half.content.decode()
    assert not Household.objects.filter(number=HOME).exists()
    assert "12, rue Oued Ziz" in client.post("/enrol/", MEMBER | where | {"step": "look"}).content.decode()
    assert sent(client, "/enrol/", MEMBER | where, key="k9").status_code == 303
    assert Address.objects.get(household__number=HOME).town == "فاس"


def test_every_situation_stands_in_one_group_of_the_page() -> None:
    from tiwizi.doors.desk.situations import GROUPS, SITUATIONS

    assert sorted(name for _, names in GROUPS for name in names) == sorted(SITUATIONS)


def test_what_will_follow_is_shown_before_anything_is_done(desk: Desk) -> None:
    from tiwizi.records.people.models import Household

    page = desk("imane").post("/enrol/", MEMBER | {"step": "look"}).content.decode()
    assert "Voici ce qui suivra" in page
    assert "1er mars 2026" in page and "Délai d’attente" in page and "Pièces à apporter" in page
    assert not Household.objects.filter(number=HOME).exists()


def test_what_was_changed_after_the_look_is_looked_at_again(desk: Desk) -> None:
    from tiwizi.records.people.models import Household

    client = desk("imane")
    page = client.post("/enrol/", MEMBER | {"step": "look"}).content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen
    answer = client.post("/enrol/", MEMBER | {"step": "record", "seen": seen[1], "on": "2026-06-01"})
    assert answer.status_code == 200 and "1er juin 2026" in answer.content.decode()
    assert not Household.objects.filter(number=HOME).exists()


@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_a_name_in_the_wrong_script_is_said_and_a_spelling_offered(desk: Desk, lang: str) -> None:
    values = MEMBER | {"name_ar": "Fatima Bennani", "name_latin": "فاطمة بناني", "step": "look"}
    answer = desk("imane", lang=lang).post("/enrol/", values)
    page = answer.content.decode()
    assert answer.status_code == 422 and 'id="e_name_ar"' in page and 'id="e_name_latin"' in page
    assert page.count('name="take"') == 2 and 'value="Fatima Bennani"' in page
    taken = desk("imane", lang=lang).post("/enrol/", values | {"take": "name_ar"}).content.decode()
    assert 'name="name_ar" value="فاطمة بناني"' in taken


@pytest.mark.parametrize(
    "wrong",
    [{"birth": "31/02/1990"}, {"birth": ""}, {"sex": "Z"}, {"cin": "123"}, {"phone": "12"}, {"number": "\0"},
     {"name_latin": "", "name_ar": ""}, {"on": "soon"}, {"region": "nowhere"}],
)  # fmt: skip
def test_what_cannot_be_is_said_beside_the_field_and_nothing_is_lost(desk: Desk, wrong: dict[str, str]) -> None:
    answer = desk("imane").post("/enrol/", MEMBER | wrong | {"step": "look"})
    page = answer.content.decode()
    assert answer.status_code == 422 and 'aria-invalid="true"' in page
    assert 'value="MEN"' in page


def test_somebody_who_may_be_known_already_is_offered(desk: Desk) -> None:
    client = enrolled(desk)
    again = MEMBER | {"household": "A90000002", "number": "A90000002-01", "cin": "", "step": "look"}
    page = client.post("/enrol/", again).content.decode()
    assert "Est-ce l’une de ces personnes" in page and f"/household/{HOME}/" in page


def test_a_spouse_and_a_child_join_and_a_refusal_keeps_what_was_typed(desk: Desk) -> None:
    from tiwizi.records.people.models import Membership

    client = with_spouse_and_child(desk)
    assert Membership.objects.filter(household__number=HOME, until=None).count() == 3
    early = {"person": str(person("02").id), "on": "2020-01-01"}
    answer = change(client, "divorce", early, key="k4")
    assert answer.status_code == 422 and 'id="refusal"' in answer.content.decode()
    assert change(client, "divorce", early | {"on": "2026-06-01"}, key="k5").status_code == 303
    assert Membership.objects.get(person=person("02")).until is not None


def test_statuses_a_correction_and_the_end_are_recorded(desk: Desk) -> None:
    from tiwizi.records.cover.models import Cover
    from tiwizi.records.people.models import Membership, Status

    client = with_spouse_and_child(desk)
    child = str(person("03").id)
    school = {"person": child, "on": "2026-09-01", "until": "2027-09-01"}
    assert change(client, "schooling", school, key="k4").status_code == 303
    ill = {"person": child, "on": "2026-09-01", "until": "", "code": "ALD-1"}
    assert change(client, "long_term_illness", ill, key="k5").status_code == 303
    assert "ALD-1" not in client.get(f"/household/{HOME}/").content.decode()
    assert Status.objects.filter(person=person("03")).count() == 2
    assert change(client, "correction", {"person": child, "name_latin": "Adam Alaoui"}, key="k6").status_code == 303
    assert person("03").name_latin == "Adam Alaoui"
    assert change(client, "end", {"on": "2026-12-31"}, key="k7").status_code == 303
    assert not Membership.objects.filter(household__number=HOME, until=None).exists()
    assert not Cover.objects.filter(household__number=HOME, until=None).exists()


def test_the_children_of_a_member_who_dies_are_orphans_from_the_day_after(desk: Desk) -> None:
    from tiwizi.records.people.models import Membership
    from tiwizi.rules.terms import ATTRIBUTES

    client = with_spouse_and_child(desk)
    died = {"person": str(person("01").id), "on": "2026-10-10"}
    assert change(client, "death", died, key="k4").status_code == 303
    place = Membership.objects.get(person=person("03"), until=None)
    assert ATTRIBUTES["role"][place.role] == "orphan" and str(place.since) == "2026-10-11"


def test_a_household_moves_to_a_region(desk: Desk) -> None:
    from tiwizi.records.people.models import Household, Region

    client = enrolled(desk)
    Region.objects.create(code="FAR", name_ar="بعيد", name_latin="Loin")
    assert change(client, "move", {"region": "FAR"}, key="k4").status_code == 303
    home = Household.objects.select_related("region").get(number=HOME)
    assert home.region is not None and home.region.code == "FAR"


ADDRESS = {"first": "12, زنقة الليمون", "second": "", "postal_code": "10100", "town": "الرباط"}


def test_an_address_is_written_shown_and_kept_as_it_was(desk: Desk) -> None:
    from tiwizi.records.people.models import Household
    from tiwizi.records.trail.former import former

    client = enrolled(desk)
    assert change(client, "address", ADDRESS, key="k4").status_code == 303
    page = client.get(f"/household/{HOME}/").content.decode()
    assert "12, زنقة الليمون" in page and "10100 الرباط" in page
    assert 'value="10100"' in client.get(f"/household/{HOME}/changes/address/").content.decode()
    assert change(client, "address", ADDRESS | {"first": "3, شارع النخيل"}, key="k5").status_code == 303
    home = Household.objects.get(number=HOME)
    assert [was["address"]["first"] for was in former("household", home.id)] == ["", "12, زنقة الليمون"]


@pytest.mark.parametrize("missing", ["first", "town"])
def test_an_address_without_street_or_town_is_not_kept(desk: Desk, missing: str) -> None:
    from tiwizi.records.people.models import Address

    answer = change(enrolled(desk), "address", ADDRESS | {missing: ""}, key="k4")
    assert answer.status_code == 422 and 'value="10100"' in answer.content.decode()
    assert not Address.objects.exists()


@pytest.mark.parametrize("situation", ["nothing", "new_member"])
def test_a_situation_that_is_none_is_not_found(desk: Desk, situation: str) -> None:
    assert enrolled(desk).get(f"/household/{HOME}/changes/{situation}/").status_code == 404


@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_every_path_opens_in_the_readers_language(desk: Desk, lang: str) -> None:
    from tiwizi.doors.desk.situations import SITUATIONS

    enrolled(desk)
    client = desk("imane", lang=lang)
    for address in ("", *(f"{name}/" for name in SITUATIONS)):
        assert client.get(f"/household/{HOME}/changes/{address}").status_code == 200
