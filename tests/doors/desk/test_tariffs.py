"""Tariffs at the desk: looked up by code, word and day, and signed by a second person."""

from __future__ import annotations

import pytest
from tests.doors.desk.conftest import Desk

from tiwizi.locale import catalogue


def waiting_tariff() -> int:
    """One that imane brought in, with a doubtful price."""
    from django.contrib.auth import get_user_model

    from tiwizi.doors import clock
    from tiwizi.records.cover.models import Act, TariffRow, TariffVersion

    imane = get_user_model().objects.get(login="imane").id
    version = TariffVersion.objects.create(
        name="new.csv", digest=bytes(32), currency="MAD", published_on=clock.today(), proposed_by=imane
    )
    act = Act.objects.create(code="ZZ1", label_fr="Acte nouveau", label_ar="عمل جديد")
    TariffRow.objects.create(version=version, act=act, category="x", price=12_300, doubt="illisible")
    return int(version.id)


@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_an_act_is_looked_up(desk: Desk, lang: str) -> None:
    client, said = desk("karim", lang=lang), catalogue("desk/tariffs", lang)
    assert said["title"] in client.get("/tariffs/").content.decode()
    page = client.get("/tariffs/1/?q=consultation&on=2026-06-01")
    assert page.status_code == 200 and "<tbody>" in page.content.decode()
    assert said["nothing"] in client.get("/tariffs/1/?q=%00nothing%27--&on=x&after=a|b").content.decode()


def test_a_tariff_is_signed_by_another_who_has_looked_at_its_doubts(desk: Desk) -> None:
    version = waiting_tariff()
    address, said = f"/tariffs/{version}/", catalogue("desk/tariffs", "en")
    imane, karim = desk("imane", lang="en"), desk("karim", lang="en")
    assert said["waits_for_second"] in imane.get(address).content.decode()
    assert imane.post(address, {"key": "a", "looked": "1"}).status_code == 422
    blind = karim.post(address, {"key": "b"})
    assert blind.status_code == 422 and said["look_first"] in blind.content.decode()
    assert "illisible" in karim.get(f"{address}?doubtful=1").content.decode()
    assert karim.post(address, {"key": "c", "looked": "1"}).status_code == 303
    assert karim.post(address, {"key": "c", "looked": "1"}).status_code == 303, "sent twice it has one effect"


def test_pages_follow_each_other(desk: Desk) -> None:
    import re

    client = desk("karim")
    first = client.get("/tariffs/1/").content.decode()
    following = re.search(r'href="\?(after=[^"]*)"', first)
    assert following is not None
    second = client.get(f"/tariffs/1/?{following[1]}").content.decode()
    assert second.count("<tr") > 1 and second != first


def test_what_is_not_there_is_not_found(desk: Desk) -> None:
    assert desk("karim").get("/tariffs/99/").status_code == 404
