"""Plans at the desk: read on any day, held beside each other, proposed by one and published by another."""

from __future__ import annotations

from datetime import date

import pytest
from tests.doors.desk.conftest import Desk

from tiwizi import packs
from tiwizi.locale import catalogue
from tiwizi.packs.cases import run_against
from tiwizi.rules.plan.show import beside

TEXT = (packs.folder("ma") / "plans" / "public.toml").read_text(encoding="utf-8")
CHANGED = TEXT.replace('value = "800.00"', 'value = "750.00"', 1)


def propose(client: object, text: str = CHANGED, *, key: str = "k", action: str = "propose", **days: str) -> object:
    form = {"key": key, "text": text, "action": action, "effective_on": "2027-01-01"} | days
    return client.post("/plans/propose/", form)  # type: ignore[attr-defined]


@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_a_plan_is_read_in_sentences(desk: Desk, lang: str) -> None:
    client, said = desk("karim", lang=lang), catalogue("desk/plans", lang)
    assert said["title"] in client.get("/plans/").content.decode()
    page = client.get("/plans/1/?on=2026-01-01")
    assert page.status_code == 200 and said["cases"] in page.content.decode()


def test_one_proposes_and_another_publishes(desk: Desk) -> None:
    karim, imane = desk("karim", lang="en"), desk("imane", lang="en")
    address = propose(karim)["Location"]  # type: ignore[index]
    assert propose(karim)["Location"] == address, "sent twice it is one"  # type: ignore[index]
    assert catalogue("desk/plans", "en")["waits_for_second"] in karim.get(address).content.decode()
    own = karim.post(address, {"key": "p"})
    assert own.status_code == 422 and "proposed" in own.content.decode()
    done = imane.post(address, {"key": "p"})
    assert done.status_code == 303
    assert catalogue("desk/plans", "en")["publish"] not in imane.get(address).content.decode()


def test_problems_stand_beside_the_text_and_nothing_is_lost(desk: Desk) -> None:
    wrong = TEXT.replace('period = "year"', 'period = "yeer"', 1) + "\n# my own note"
    page = propose(desk("karim", lang="en"), wrong, action="check")
    said = page.content.decode()  # type: ignore[attr-defined]
    assert "yeer" in said and "# my own note" in said and "Did you mean" in said
    assert page.status_code == 422  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", ["", "not toml [", "\0", "[plan]\nid = 1"])
def test_hostile_text_is_a_plain_message(desk: Desk, text: str) -> None:
    assert propose(desk("karim"), text).status_code == 422  # type: ignore[attr-defined]


def test_a_version_without_its_day_is_not_kept(desk: Desk) -> None:
    page = propose(desk("karim", lang="en"), effective_on="")
    assert page.status_code == 422  # type: ignore[attr-defined]
    assert catalogue("desk/plans", "en")["no_day"] in page.content.decode()  # type: ignore[attr-defined]


def test_two_versions_stand_side_by_side(desk: Desk) -> None:
    client = desk("karim", lang="en")
    propose(client)
    page = client.get("/plans/1/beside/2/").content.decode()
    assert "750.00" in page and "800.00" in page and "sm-dental-year" in page
    assert page.count("<tr") < 5 < client.get("/plans/1/beside/2/?all=1").content.decode().count("<tr")


def test_what_is_not_there_is_not_found(desk: Desk) -> None:
    client = desk("karim")
    for address in ("/plans/9/", "/plans/9/cases/", "/plans/1/beside/9/"):
        assert client.get(address).status_code == 404
    assert client.get("/plans/propose/?from=9").status_code == 200


def test_blocks_of_two_plans_are_told_apart() -> None:
    one, two = (packs.read_plan_text(text, file="p")[0] for text in (TEXT, CHANGED))
    assert one is not None and two is not None
    rows = beside(one, two, on=date(2026, 6, 1), lang="en")
    assert [row.change for row in rows if row.change != "same"] == ["changed"]
    assert all(row.change == "same" for row in beside(one, one, on=date(2026, 6, 1), lang="ar"))


def test_worked_cases_say_what_another_plan_decides_otherwise() -> None:
    plan = packs.read_plan_text(CHANGED, file="p")[0]
    assert plan is not None
    failed = [result for result in run_against(plan) if not result.ok]
    assert failed and all(result.differences for result in failed)
