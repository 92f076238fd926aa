"""Breaking the glass at the desk."""

from __future__ import annotations

import pytest
from tests.doors.desk.conftest import Desk, prove
from tests.doors.desk.test_matrix import employ

from tiwizi.locale import LANGUAGES

REASON = "شكاية رقم 12 بطلب من المكتب المسير"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_is_there_in_each_language(desk: Desk, lang: str) -> None:
    employ("aziz", "internal_auditor")
    assert desk("aziz", lang=lang).get("/glass/").status_code == 200
    assert desk("imane", lang=lang).get("/glass/").status_code == 403


def test_the_glass_is_broken_once_after_a_proof_for_a_reason_that_is_kept_while_it_is_too_short(desk: Desk) -> None:
    employ("aziz", "internal_auditor")
    employ("dounia", "dpo")
    assert desk("aziz").post("/glass/", {"reason": REASON})["Location"].startswith("/account/reauthenticate/")
    client = prove(desk("aziz"))
    short = client.post("/glass/", {"reason": "شكاية", "key": "k0"})
    assert short.status_code == 422 and "شكاية</textarea>" in short.content.decode()
    for _ in range(2):
        assert client.post("/glass/", {"reason": REASON, "key": "k1"}).status_code == 303
    page = desk("dounia").get("/glass/").content.decode()
    assert page.count(REASON) == 1
