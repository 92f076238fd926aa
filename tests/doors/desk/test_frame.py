"""The frame of every page: its language and direction, who is there, what a browser may do."""

from __future__ import annotations

import pytest
from tests.doors.desk.conftest import Desk


@pytest.mark.parametrize(("lang", "direction"), [("ar", "rtl"), ("fr", "ltr"), ("en", "ltr")])
def test_a_page_has_the_language_and_direction_of_its_reader(desk: Desk, lang: str, direction: str) -> None:
    page = desk("imane", lang=lang).get("/").content.decode()
    assert f'<html lang="{lang}" dir="{direction}">' in page


def test_a_stranger_is_asked_to_sign_in(desk: Desk) -> None:
    answer = desk().get("/")
    assert (answer.status_code, answer["Location"]) == (302, "/account/login/?next=/")


def test_outside_the_demo_nobody_works_without_a_second_factor(desk: Desk) -> None:
    answer = desk("imane", second_factor=True).get("/")
    assert (answer.status_code, answer["Location"]) == (302, "/account/2fa/")


def test_a_page_that_is_not_there_says_what_to_do(desk: Desk) -> None:
    answer = desk("imane", lang="en").get("/nowhere/")
    assert answer.status_code == 404
    assert "Check the number" in answer.content.decode()


@pytest.mark.parametrize(
    ("lang", "said"), [("ar", "لم يُسجَّل"), ("fr", "Rien n’a été enregistré"), ("en", "Nothing was")]
)
def test_a_form_of_another_session_or_of_another_house_is_refused_on_a_page_of_ours(
    desk: Desk, lang: str, said: str
) -> None:
    client = desk("imane", lang=lang)
    client.handler.enforce_csrf_checks = True
    answer = client.post("/views/save/", {"name": "x"}, headers={"Origin": "https://evil.example"})
    page = answer.content.decode()
    assert answer.status_code == 403 and said in page and "look.css" in page


def test_a_browser_may_load_from_this_house_alone_and_run_nothing_written_in_a_page(desk: Desk) -> None:
    policy = desk("imane").get("/")["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src 'self'" in policy
    assert "unsafe" not in policy and "http" not in policy


class Unread:
    """A body that nobody may touch."""

    def read(self, *_: int) -> bytes:
        raise AssertionError("it was read")

    readline = read


@pytest.mark.parametrize(
    ("login", "length", "status"),
    [
        ("", "1048577", 413), ("", "99999999999999999999", 413), ("", "-1", 413), ("", "²", 413),
        ("imane", "1074790401", 413),
    ],
)  # fmt: skip
def test_what_is_too_large_is_turned_away_unread(desk: Desk, login: str, length: str, status: int) -> None:
    sent = {"CONTENT_LENGTH": length, "CONTENT_TYPE": "multipart/form-data; boundary=x", "wsgi.input": Unread()}
    answer = desk(login, lang="en").generic("POST", "/account/login/", **sent)
    assert answer.status_code == status
    assert "nothing of it was taken" in answer.content.decode()


def test_a_member_of_staff_may_send_more_than_a_stranger(desk: Desk) -> None:
    for login, status in (("", 413), ("imane", 403)):  # 403: read, and its token missing
        client = desk(login)
        client.handler.enforce_csrf_checks = True
        answer = client.post("/intake/", {"note": "x" * 2_000_000})
        assert answer.status_code == status
