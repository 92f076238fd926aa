"""Providers at the desk: found, registered and put right, agreed with, and paid where two people said."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests.doors.desk.conftest import Desk, prove
from tests.doors.desk.test_matrix import employ

from tiwizi.locale import catalogue

TAZI = {
    "number": "091234567", "name_latin": "Dr Salma Tazi", "name_ar": "د. سلمى التازي", "specialty": "Cardiologie",
    "town": "Fès", "ice": "001 525 713 000 042", "sector": "private", "level": "primary",
}  # fmt: skip
PLACE = "/provider/of/091234567/"
RIB = "011810000012345678901245"


def provider() -> Any:
    from tiwizi.records.care.models import Provider

    return Provider.objects.get(number="091234567")


def registered(desk: Desk, login: str = "karim", *, lang: str = "fr") -> Client:
    client = desk(login, lang=lang)
    assert client.post("/provider/new/", TAZI | {"key": "new"}).status_code == 303
    return client


@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_a_provider_is_registered_and_found_in_the_list_by_number_name_and_town(desk: Desk, lang: str) -> None:
    client, said = registered(desk, lang=lang), catalogue("desk/caregivers", lang)
    page = client.get(PLACE).content.decode()
    assert said["no_agreement"] in page and "001525713000042" in page and "Cardiologie" in page
    for asked in ({"words": "0912"}, {"words": "tazi"}, {"words": "سلمى"}, {"town": "Fès", "specialty": "Cardiologie"}):
        assert PLACE in client.get("/provider/", asked).content.decode()
    assert PLACE not in client.get("/provider/", {"words": "tazi", "agreed": "1"}).content.decode()
    sheet: Any = prove(client).get("/provider/", {"words": "tazi", "export": "csv"})
    assert "Dr Salma Tazi" in b"".join(sheet.streaming_content).decode("utf-8-sig")


@pytest.mark.parametrize("asked", ["091234567", "dr tazi", "سلمى التازي"])
def test_the_search_box_leads_to_a_provider_by_number_or_by_a_name_in_either_script(desk: Desk, asked: str) -> None:
    registered(desk)
    assert PLACE in desk("salma").get("/search/answers/", {"q": asked}).content.decode()
    assert PLACE in desk("salma").get("/search/", {"q": asked}).content.decode()


def test_who_may_not_read_providers_is_not_led_to_them(desk: Desk) -> None:
    registered(desk)
    employ("officer", "contributions_officer")
    officer = desk("officer")
    page = officer.get("/search/", {"q": "091234567"}).content.decode()
    assert "091234567" in page and PLACE not in page
    assert PLACE not in officer.get("/search/answers/", {"q": "tazi"}).content.decode()
    assert officer.get(PLACE).status_code == 403


def test_what_was_wrong_is_put_right_and_kept_beside_it(desk: Desk) -> None:
    from tiwizi.records.trail.former import former

    client = registered(desk)
    told = TAZI | {"town": "Meknès", "do": "describe", "key": "d"}
    assert client.post(PLACE, told).status_code == 303
    assert (provider().town, former("provider", provider().id)[0]["town"]) == ("Meknès", "Fès")
    assert provider().payee.name == "Dr Salma Tazi"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"number": ""}, "number"), ({"ice": "12"}, "ice"), ({"ice": "٠٠١٥٢٥٧١٣٠٠٠٠٤٢"}, "ice"),
     ({"sector": "x"}, "sector"),     ({"name_latin": "", "name_ar": " "}, "name_latin"), ({"level": ""}, "level")],
)  # fmt: skip
def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_lost(
    desk: Desk, wrong: dict[str, str], field: str
) -> None:
    from tiwizi.records.care.models import Provider

    answer = desk("karim").post("/provider/new/", TAZI | wrong | {"key": "new"})
    page = answer.content.decode()
    assert answer.status_code == 422 and f'id="{field}-fault"' in page and 'value="Cardiologie"' in page
    assert not Provider.objects.filter(number="091234567").exists()


def test_a_number_is_registered_once(desk: Desk) -> None:
    client = registered(desk)
    again = client.post("/provider/new/", TAZI | {"key": "again"})
    assert again.status_code == 422 and 'id="number-fault"' in again.content.decode()


def test_a_manager_agrees_ends_it_and_agrees_anew(desk: Desk) -> None:
    client = registered(desk)
    first = {"do": "agree", "network": "in", "third_party": "1", "since": "2026-01-01", "until": ""}
    assert client.post(PLACE, first | {"key": "a1"}).status_code == 303
    crossing = client.post(PLACE, first | {"since": "2026-06-01", "key": "a2"})
    assert crossing.status_code == 422
    held = provider().agreements.get()
    ended = {"do": "end", "agreement": held.id, "ends": "2026-07-01"}
    assert client.post(PLACE, ended | {"ends": "", "key": "e0"}).status_code == 422
    assert client.post(PLACE, ended | {"key": "e1"}).status_code == 303
    assert client.post(PLACE, first | {"since": "2026-07-01", "third_party": "", "key": "a3"}).status_code == 303
    terms = [
        (str(one.since), str(one.until), one.third_party_payment) for one in provider().agreements.order_by("since")
    ]
    assert terms == [("2026-01-01", "2026-07-01", True), ("2026-07-01", "None", False)]
    assert "Conventionnel" in client.get("/provider/", {"words": "tazi", "agreed": "1"}).content.decode()
    foreign = client.post(PLACE, {"do": "end", "agreement": "999", "ends": "2026-08-01", "key": "e2"})
    assert foreign.status_code == 404


def test_the_counter_registers_but_agrees_on_nothing_and_of_one_region_only_reads(desk: Desk) -> None:
    from tiwizi.records.people.models import Region

    employ("samira", "desk_agent")
    client = registered(desk, "samira")
    page = client.get(PLACE).content.decode()
    assert 'value="describe"' in page and 'value="agree"' not in page
    refused = client.post(PLACE, {"do": "agree", "network": "in", "since": "2026-01-01", "key": "a1"})
    assert refused.status_code == 422 and not provider().agreements.exists()
    employ("hind", "desk_agent", region=Region.objects.create(code="RIF", name_ar="ر", name_latin="Rif"))
    hind = desk("hind")
    page = hind.get(PLACE).content.decode()
    assert 'value="describe"' not in page and "/provider/account/" not in page
    assert hind.post(PLACE, TAZI | {"do": "describe", "town": "Tétouan", "key": "d"}).status_code == 422
    assert prove(hind).get("/provider/account/091234567/").status_code == 404


def test_its_account_is_asked_for_by_one_confirmed_by_another_and_shown_by_its_ends(desk: Desk) -> None:
    from tiwizi.records.people.models import BankAccount

    registered(desk)
    employ("samira", "desk_agent")
    agent = prove(desk("samira"))
    address = "/provider/account/091234567/"
    assert agent.post(address, {"number": RIB[:-1] + "0", "key": "0"}).status_code == 422
    assert agent.post(address, {"number": RIB, "key": "1"}).status_code == 303
    asked = BankAccount.objects.get(payee=provider().payee)
    office = prove(desk("tariq"))
    waiting = office.get("/accounts/").content.decode()
    assert "Dr Salma Tazi" in waiting and RIB not in waiting
    assert office.post("/accounts/", {"account": asked.id, "number": RIB, "key": "2"}).status_code == 303
    shown = desk("nadia").get(PLACE).content.decode()
    assert "011 … 1245" in shown and RIB not in shown
    assert "1245" not in desk("salma").get(PLACE).content.decode()


def test_its_files_are_added_up_for_who_reads_files_within_their_region(desk: Desk) -> None:
    from tiwizi.doors import clock
    from tiwizi.records.care.models import Claim, Decision
    from tiwizi.records.care.queries.provider_file import files_of_provider
    from tiwizi.records.people.models import Household, Region
    from tiwizi.records.trail.gate import By
    from tiwizi.records.trail.roles import Grant

    claims = Claim.objects.filter(provider__isnull=False)
    paid = Decision.objects.filter(paid_1__gt=0, line__claim__received__gte=clock.today() - timedelta(days=300))
    one = paid.exclude(line__claim__provider=None).values_list("line__claim__provider", flat=True)[0]
    now, today = clock.now(), clock.today()

    def told(role: str, region: int | None = None) -> Any:
        return files_of_provider(By(1, (Grant(role, region),), now), one, on=today)

    every = told("adjudicator")
    lately = claims.filter(provider=one, received__gte=every.since)
    assert (
        every.files == lately.count() > 0
        and every.paid > 0
        and every.billed >= every.paid + every.reductions + every.share
    )
    assert told("payment_preparer") is None
    region = Region.objects.create(code="RIF", name_ar="ر", name_latin="Rif")
    assert told("adjudicator", region.id).files == 0
    Household.objects.filter(id=lately[0].household_id).update(region=region)
    assert 0 < told("adjudicator", region.id).files <= every.files


def test_the_page_of_a_file_leads_to_its_provider_for_who_reads_the_care(desk: Desk) -> None:
    from tiwizi.records.care.models import Claim

    claim = Claim.objects.filter(provider__isnull=False).select_related("provider").order_by("id")[0]
    place = f"/provider/of/{claim.provider.number}/"
    assert place in desk("salma").get(f"/claim/{claim.number}/").content.decode()
    assert place not in desk("malika").get(f"/claim/{claim.number}/").content.decode()
