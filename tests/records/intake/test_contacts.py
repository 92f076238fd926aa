"""Cards, phones, regions and addresses come in with people; what is none goes to repair with the row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.formats.tables.sample import tables
from tests.records.intake.mutual import BY, bring_in, folder

from tiwizi.records.care.queries.search import find
from tiwizi.records.people.models import Address, Household, Person, Region
from tiwizi.records.trail.gate import By
from tiwizi.records.trail.models import Former
from tiwizi.records.trail.roles import Grant


def people(**more: list[str]) -> dict[str, Any]:
    """The sample's tables, its people with further columns, a value a person."""
    content = tables()
    rows = [dict(row) | {name: values[at] for name, values in more.items()} for at, row in enumerate(content["people"])]
    return {**content, "people": rows}


@pytest.fixture(autouse=True)
def regions(database: str) -> None:
    for code, name in (("CAS", "Casablanca-Settat"), ("ORI", "L’Oriental")):
        Region.objects.create(code=code, name_ar="الشرق" if code == "ORI" else "الدار البيضاء", name_latin=name)


def test_people_come_with_card_phone_and_region(tmp_path: Path) -> None:
    said = people(
        cin=["bk 12-34", "", "AB1", ""], phone=["06 12.34-56 78", "+212 (0)712345678", "", "+33 123456789"],
        region=["الشرق", "", "casablanca settat", ""], name_latin=["Fatima Bennani", "", "", ""],
    )  # fmt: skip
    bring_in(folder(tmp_path / "a", said))
    found = dict(Person.objects.order_by("number").values_list("number", "cin"))
    numbers = [row["person"] for row in said["people"]]
    assert [found[number] for number in numbers] == ["BK1234", None, "AB1", None]
    phones = dict(Person.objects.values_list("number", "phone"))
    assert [phones[number] for number in numbers] == ["+212612345678", "+212712345678", None, "+33123456789"]
    homes = dict(Household.objects.values_list("number", "region__code"))
    assert homes[said["people"][0]["household"]] == "ORI"
    by = By(3, (Grant("desk_agent", Region.objects.get(code="ORI").id),), BY.at)
    assert [hit.number for hit in find(by, "benani fatma").people] == [numbers[0]]


def test_what_is_no_card_phone_or_region_goes_to_repair(tmp_path: Path) -> None:
    said = people(cin=["123", "AB1", "AB1", ""], phone=["", "", "", "12"], region=["", "", "nowhere", ""])
    arrived = bring_in(folder(tmp_path / "a", said))
    assert arrived.outcome["people"]["repair"] >= 3
    assert not Person.objects.filter(cin="123").exists() and Person.objects.filter(cin="AB1").count() <= 1


def test_what_is_said_later_is_put_right_and_a_blank_says_nothing(tmp_path: Path) -> None:
    first = people(cin=["BK1", "", "", ""], phone=["0612345678", "", "", ""], region=["ORI", "ORI", "ORI", "ORI"])
    bring_in(folder(tmp_path / "a", first))
    later = people(cin=["", "CD2", "", ""], phone=["0699999999", "", "", ""], region=["CAS", "CAS", "CAS", "CAS"])
    bring_in(folder(tmp_path / "b", {"people": later["people"]}))
    numbers = [row["person"] for row in first["people"]]
    one, other = (Person.objects.get(number=number) for number in numbers[:2])
    assert (one.cin, one.phone, other.cin) == ("BK1", "+212699999999", "CD2")
    assert set(Household.objects.values_list("region__code", flat=True)) == {"CAS"}
    assert Former.objects.filter(subject__startswith="household:").exists()


def test_letters_go_where_the_first_of_a_household_says(tmp_path: Path) -> None:
    said = people(
        address=["12,  rue des Orangers ", "1, rue d’Ailleurs", "", ""], address_more=["Hay Riad", "", "", ""],
        postal_code=["10100", "", "", ""], town=["Rabat", "Salé", "", ""],
    )  # fmt: skip
    bring_in(folder(tmp_path / "a", said))
    home = said["people"][0]["household"]
    assert address(home) == ("12, rue des Orangers", "Hay Riad", "10100", "Rabat")
    bring_in(folder(tmp_path / "a again", said | {"people": [dict(row) for row in said["people"]]}))
    assert not Former.objects.filter(subject__startswith="household:").exists()
    later = people(address=["زنقة البرتقال 12", "", "", ""], town=["الرباط", "", "", ""])
    bring_in(folder(tmp_path / "b", {"people": later["people"]}))
    assert address(home) == ("زنقة البرتقال 12", "", "", "الرباط")
    assert Former.objects.filter(subject__startswith="household:").count() == 1
    bring_in(folder(tmp_path / "c", {"people": people(name_ar=["ا", "ب", "ج", "د"])["people"]}))
    assert address(home) == ("زنقة البرتقال 12", "", "", "الرباط")


@pytest.mark.parametrize(
    "wrong",
    [
        {"address": "12, rue des Orangers"},
        {"town": "Rabat"},
        {"postal_code": "10100"},
        {"address": "r" * 81, "town": "Rabat"},
        {"address": "r", "town": "R" * 61},
    ],
)
def test_half_an_address_or_one_too_long_goes_to_repair(wrong: dict[str, str], tmp_path: Path) -> None:
    said = people(**{name: ["", text, "", ""] for name, text in wrong.items()})
    assert bring_in(folder(tmp_path / "a", said)).outcome["people"]["repair"] >= 1
    assert not Address.objects.exists()


def address(home: str) -> tuple[str, ...]:
    return Address.objects.values_list("first", "second", "postal_code", "town").get(household__number=home)
