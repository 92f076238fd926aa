"""The one search box: on its page, below the box, for who may, within their reach."""

from __future__ import annotations

import pytest
from tests.doors.desk.conftest import Desk


def someone() -> tuple[str, str, str, str]:
    """(number, Arabic name, Latin name, household) of a member of the demo."""
    from tiwizi.records.people.models import Membership

    place = Membership.objects.filter(role=0, until=None).exclude(person__name_ar="").order_by("id")[3]
    return place.person.number, place.person.name_ar, place.person.name_latin, place.household.number


@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_the_page_answers_without_a_script(desk: Desk, lang: str) -> None:
    number, arabic, latin, home = someone()
    for asked in (number, arabic, latin, home):
        page = desk("imane", lang=lang).get("/search/", {"q": asked}).content.decode()
        assert f"/household/{home}/" in page and number in page
        assert (arabic if lang == "ar" else latin) in page


def test_answers_below_the_box_are_options_that_lead_somewhere(desk: Desk) -> None:
    number, _, latin, home = someone()
    part = desk("imane").get("/search/answers/", {"q": latin}).content.decode()
    assert 'role="option"' in part and f'href="/household/{home}/"' in part and "<html" not in part
    assert "Aucun résultat" in desk("imane").get("/search/answers/", {"q": "zrkplt"}).content.decode()


@pytest.mark.parametrize("asked", ["", "%", "<script>alert(1)</script>", "\0", "é" * 3000, "' OR 1 --", "\u202ex"])
def test_hostile_words_are_answered_with_nothing(desk: Desk, asked: str) -> None:
    for address in ("/search/", "/search/answers/"):
        answer = desk("imane").get(address, {"q": asked})
        assert answer.status_code == 200 and b"<script>alert" not in answer.content


def test_who_may_not_read_people_has_no_search(desk: Desk) -> None:
    assert desk("leila").get("/search/", {"q": "x"}).status_code == 403
    assert 'role="search"' not in desk("leila").get("/").content.decode()


def test_a_file_and_a_payment_are_found_by_number(desk: Desk) -> None:
    from tiwizi.records.care.models import Claim
    from tiwizi.records.money.models import PaymentOrder

    file, order = Claim.objects.all()[0], PaymentOrder.objects.filter(payee__person__isnull=False)[0]
    for asked in (file.number, order.reference):
        page = desk("imane").get("/search/", {"q": asked}).content.decode()
        assert asked in page and "/household/" in page


def test_the_number_of_questions_does_not_grow_with_the_answers(desk: Desk) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client, counts = desk("imane"), []
    client.get("/search/", {"q": "mo"})
    for asked in ("mohamed", "benjelloun"):
        with CaptureQueriesContext(connection) as queries:
            client.get("/search/", {"q": asked})
        counts.append(len(queries))
    assert abs(counts[0] - counts[1]) <= 2 and max(counts) < 16
