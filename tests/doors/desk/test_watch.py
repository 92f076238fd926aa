"""The watch at the desk: reviewers alone see it, each flag says its figures, and a person answers with a reason."""

from __future__ import annotations

from typing import Any

import pytest
from tests.doors.desk import waiting
from tests.doors.desk.conftest import Desk

from tiwizi.doors import clock
from tiwizi.doors.desk.watch import told
from tiwizi.records.care.models import Claim, Flag, Recheck
from tiwizi.records.care.queries.flags import flags
from tiwizi.records.care.queries.watch import KINDS

LANGUAGES = ("ar", "fr", "en")
#: Figures as each kind gives them.
FIGURES: dict[str, tuple[dict[str, Any], ...]] = {
    "receipt_numbers": ({"count": 2, "households": 2, "receipt": "F-26-14", "first_day": "2026-02-01",
                         "last_day": "2026-03-01", "billed_amount": 25000, "claims": []},),
    "receipts": ({"count": 2, "households": 2, "people": 1, "day_day": "2026-02-01", "code": "CS",
                  "billed_amount": 25000, "claims": []},),
    "life": tuple({"what": what, "day_day": "2026-02-01", "event_day": "2026-01-01", "days": 31, "code": "CS"}
                  for what in ("birth", "death")),
    "sex_age": tuple({"what": what, "code": "VOIE-BASSE", "age": 7, "sex": "M", "since": 13, "until": 55,
                      "day_day": "2026-02-01"} for what in ("sex", "age")),
    "stays": ({"day_day": "2026-02-01", "code": "CS", "from_day": "2026-01-30", "to_day": "2026-02-05",
               "claims": []},),
    "deliveries": ({"first_day": "2026-01-01", "day_day": "2026-03-01", "days": 59, "claims": []},),
    "provider_days": ({"count": 80, "most": 60, "day_day": "2026-02-01", "claims": []},),
    "person_days": ({"count": 8, "most": 4, "day_day": "2026-02-01", "claims": []},),
    "provider_prices": ({"lines": 300, "category": "specialist", "peers": 41, "spreads": 7.5, "value_bp": 20000,
                         "middle_bp": 10100},),
    "provider_lines": ({"lines": 300, "category": "specialist", "peers": 41, "spreads": 7.5, "value": 9.1,
                        "middle": 1.5},),
    "member_lines": ({"lines": 90, "middle": 12, "peers": 400, "spreads": 8.1, "from_age": 18,
                      "until_day": "2026-02-01"},),
}  # fmt: skip


def plant(kind: str = "receipts", place: int = 0) -> Flag:
    """A flag on a file of a household, as a look would have left it."""
    home, _, _ = waiting.household(place)
    claim = Claim.objects.filter(household_id=home).order_by("id").first()
    assert claim is not None
    figures = FIGURES[kind][0] | {"claims": [claim.id]}
    return Flag.objects.create(
        kind=kind, key=f"k{place}", claim=claim, figures=figures, amount=25_000, found_on=claim.received
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_kind_says_its_figures_in_the_three_languages(records: str, lang: str) -> None:
    assert set(FIGURES) == set(KINDS)
    plant()
    (row,) = flags(waiting.by("salma"))
    for kind, sets in FIGURES.items():
        for figures in sets:
            from dataclasses import replace

            said = told(replace(row, kind=kind, figures=figures), "MAD", lang)
            assert "{" not in said and str(figures.get("count", figures.get("lines", ""))) in said


@pytest.mark.parametrize("lang", LANGUAGES)
def test_reviewers_open_the_watch_and_a_flag(desk: Desk, lang: str) -> None:
    one = plant()
    yasmine = desk("yasmine", lang=lang)
    assert yasmine.get("/watch/").status_code == 200
    page = yasmine.get(f"/watch/{one.id}/").content.decode()
    assert one.claim is not None and one.claim.number in page


@pytest.mark.parametrize("login", ["imane", "nadia", "karim", "hicham"])
def test_nobody_else_sees_it(desk: Desk, login: str) -> None:
    one = plant()
    assert [desk(login).get(place).status_code for place in ("/watch/", f"/watch/{one.id}/")] == [403, 403]


def test_a_look_is_asked_for_and_finds_nothing_twice(desk: Desk) -> None:
    salma = desk("salma")
    assert salma.post("/watch/", {"key": "a"}).status_code == 303
    found = Flag.objects.count()
    assert salma.post("/watch/", {"key": "b"}).status_code == 303
    assert Flag.objects.count() == found
    page = salma.get("/watch/").content.decode()
    assert f"{clock.today():%d/%m/%Y} " in page.partition("chaque traitement")[2].partition("</p>")[0]
    assert "&lt;" not in page


def test_sent_to_review_it_waits_there_and_dismissed_it_does_not(desk: Desk) -> None:
    yasmine, first, second = desk("yasmine"), plant(), plant(place=1)
    silent = yasmine.post(f"/watch/{first.id}/", {"do": "send", "reason": " ", "key": "a"})
    assert silent.status_code == 422 and 'id="reason-fault"' in silent.content.decode()
    told_twice = {"do": "send", "reason": "deux copies", "key": "b"}
    assert [yasmine.post(f"/watch/{first.id}/", told_twice).status_code for _ in range(2)] == [303, 303]
    assert yasmine.post(f"/watch/{second.id}/", {"do": "dismiss", "reason": "jumeaux", "key": "c"}).status_code == 303
    assert list(Recheck.objects.values_list("claim_id", flat=True)) == [first.claim_id]
    assert yasmine.post(f"/watch/{second.id}/", {"do": "send", "reason": "x", "key": "d"}).status_code == 422
    assert yasmine.get("/watch/999999/").status_code == 404
