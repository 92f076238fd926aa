"""A manager opens the mutual's regions and names them; who administers gives them to colleagues."""

from __future__ import annotations

import pytest
from tests.doors.desk.conftest import Desk

from tiwizi.doors.desk import staff
from tiwizi.locale import catalogue

NORTH = {"code": "RIF", "name_ar": "الريف", "name_latin": "Rif"}


@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_a_region_is_opened_and_is_offered_where_roles_are_given(desk: Desk, lang: str) -> None:
    manager, said = desk("karim", lang=lang), catalogue("desk/regions", lang)
    assert said["open"] in manager.get("/mutual/regions/").content.decode()
    assert manager.post("/mutual/regions/", NORTH | {"key": "1"}).status_code == 303
    page = manager.get("/mutual/regions/").content.decode()
    assert "RIF" in page and "الريف" in page and "Rif" in page
    assert 'value="RIF"' in desk("anna", lang=lang).get("/staff/of/imane/").content.decode()


def test_a_region_takes_other_names_and_keeps_what_it_was_called(desk: Desk) -> None:
    from tiwizi.records.people.models import Region
    from tiwizi.records.trail.former import former

    manager = desk("karim")
    assert manager.post("/mutual/regions/", NORTH | {"key": "1"}).status_code == 303
    page = manager.get("/mutual/regions/", {"named": "RIF"}).content.decode()
    assert 'value="Rif"' in page and "Renommer la délégation" in page and 'name="code"' not in page
    renamed = {"named": "RIF", "code": "OTHER", "name_ar": "الريف", "name_latin": "Rif oriental", "key": "2"}
    assert manager.post("/mutual/regions/", renamed).status_code == 303
    region = Region.objects.get(code="RIF")
    assert (region.name_latin, former("region", region.id)[0]["name_latin"]) == ("Rif oriental", "Rif")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"code": ""}, "code"), ({"name_ar": " "}, "name_ar"), ({"name_latin": "\0"}, "name_latin"),
     ({"code": "X" * 21}, "code"), ({"code": "TTA"}, "code")],
)  # fmt: skip
def test_what_cannot_be_a_region_is_said_beside_the_field(desk: Desk, wrong: dict[str, str], field: str) -> None:
    from tiwizi.records.people.models import Region

    Region.objects.get_or_create(code="TTA", defaults={"name_ar": "ط", "name_latin": "T"})
    before = Region.objects.count()
    answer = desk("karim").post("/mutual/regions/", NORTH | wrong | {"key": "1"})
    assert answer.status_code == 422 and f'id="{field}-fault"' in answer.content.decode()
    assert Region.objects.count() == before


def test_who_gives_roles_reads_where_regions_come_from_while_there_is_none(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staff, "regions", list)
    assert catalogue("desk/staff", "fr")["no_regions"] in desk("anna").get("/staff/of/imane/").content.decode()
