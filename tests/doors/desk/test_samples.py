"""Second opinions at the desk: a sample is drawn once, its lines are answered, and the agreement is shown."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.doors.desk.conftest import Desk

from tiwizi.doors import clock
from tiwizi.records.care.models import Opinion, Sample

LANGUAGES = ("ar", "fr", "en")


def draw(at: Any, **more: str) -> Any:
    day = clock.today()
    told = {"since": f"{day - timedelta(days=60)}", "until": f"{day + timedelta(days=1)}", "share": "2", "seed": "5",
            "key": "k"}  # fmt: skip
    return at.post("/samples/", told | more)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_pages_open_in_the_three_languages(desk: Desk, lang: str) -> None:
    salma = desk("salma", lang=lang)
    assert salma.get("/samples/").status_code == 200
    place = draw(salma)["Location"]
    one = Opinion.objects.order_by("id")[0]
    for address in (place, f"/samples/line/{one.id}/"):
        assert salma.get(address).status_code == 200
        assert desk("imane", lang=lang).get(address).status_code == 403


def test_sent_twice_one_sample_is_drawn(desk: Desk) -> None:
    salma = desk("salma")
    assert [draw(salma).status_code for _ in range(2)] == [303, 303]
    assert Sample.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"), [("share", "beaucoup"), ("seed", "-1"), ("seed", "9" * 20), ("since", "hier")]
)
def test_a_mistake_is_told_beside_its_field(desk: Desk, field: str, value: str) -> None:
    answer = draw(desk("salma"), **{field: value})
    assert answer.status_code == 422 and f'id="{field}-fault"' in answer.content.decode()


def test_a_share_that_cannot_be_is_refused_in_words(desk: Desk) -> None:
    answer = draw(desk("salma"), share="250")
    assert answer.status_code == 422 and 'id="refusal"' in answer.content.decode()


def test_an_opinion_is_given_once_and_the_agreement_shown(desk: Desk) -> None:
    yasmine = desk("yasmine")
    place = draw(desk("salma"))["Location"]
    first, second = Opinion.objects.order_by("id")[:2]
    silent = yasmine.post(f"/samples/line/{first.id}/", {"do": "otherwise", "note": "", "key": "a"})
    assert silent.status_code == 422 and 'id="note-fault"' in silent.content.decode()
    assert yasmine.post(f"/samples/line/{first.id}/", {"do": "same", "key": "b"}).status_code == 303
    assert (
        yasmine.post(f"/samples/line/{second.id}/", {"do": "otherwise", "note": "moins", "key": "c"}).status_code == 303
    )
    assert yasmine.post(f"/samples/line/{first.id}/", {"do": "same", "key": "d"}).status_code == 422
    assert "50\xa0%" in yasmine.get(place).content.decode()
    assert yasmine.get("/samples/999/").status_code == 404
