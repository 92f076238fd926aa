"""Signing in: an invitation, a password, a second factor; and that guessing at any of them ends soon."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings
from django.test import Client
from tests.doors.desk.conftest import Desk, prove

from tiwizi.doors.desk.sign_in import invitation

PASSWORD, OTHER = "trois mulets sur la crete", "quatre mulets dans la vallee"
ELSEWHERE = {"REMOTE_ADDR": "10.9.8.7"}


def code_of(secret: str, *, ahead: int = 0) -> str:
    """What the app shows now, or ``ahead`` half minutes later."""
    counters = list(yield_hotp_counters_from_time())
    return format_hotp_value(hotp_value(secret, counters[len(counters) // 2] + ahead))


def invited(client: Client, login: str, password: str = PASSWORD) -> None:
    """Somebody follows their link and sets a password."""
    link = invitation(login).removeprefix(settings.ADDRESS)
    form = client.get(link, follow=True)
    assert form.status_code == 200, link
    kept = client.post(form.request["PATH_INFO"], {"password1": password, "password2": password})
    assert (kept.status_code, kept["Location"]) == (302, "/account/password/done/")


def sign_in(client: Client, login: str, password: str = PASSWORD, **place: str):  # type: ignore[no-untyped-def]
    return client.post("/account/login/", {"login": login, "password": password}, **place)


def set_up_app(client: Client) -> tuple[str, list[str]]:
    """(the app's secret, the codes on paper), of who is signed in."""
    page = prove(client).get("/account/2fa/app/").content.decode()
    found = re.search(r'id="secret">(\w+)<', page)
    assert found, page
    done = client.post("/account/2fa/app/", {"code": code_of(found[1])}, follow=True)
    assert done.redirect_chain == [("/account/2fa/codes/", 302)]
    return found[1], re.findall(r'<li class="code">([\w-]+)</li>', done.content.decode())


@pytest.fixture
def enrolled(desk: Desk) -> tuple[Client, str, list[str]]:
    """Imane's browser, signed out; what her app knows; her codes on paper."""
    client = desk(second_factor=True)
    invited(client, "imane")
    assert sign_in(client, "imane")["Location"] == "/"
    secret, codes = set_up_app(client)
    client.post("/account/logout/")
    return client, secret, codes


def test_who_is_invited_sets_a_password_and_a_second_factor_and_only_then_works(desk: Desk) -> None:
    client = desk(second_factor=True)
    invited(client, "imane")
    assert sign_in(client, "imane")["Location"] == "/"
    assert client.get("/")["Location"] == "/account/2fa/"
    assert "second facteur" in client.get("/account/2fa/").content.decode()
    _, codes = set_up_app(client)
    assert len(codes) == 10
    assert client.get("/").status_code == 200


def test_the_next_time_a_code_is_asked_for_and_taken_once(enrolled: tuple[Client, str, list[str]]) -> None:
    client, secret, _ = enrolled
    assert sign_in(client, "imane")["Location"] == "/account/2fa/authenticate/"
    assert client.get("/")["Location"].startswith("/account/login/")
    code = code_of(secret)
    assert client.post("/account/2fa/authenticate/", {"code": code})["Location"] == "/"
    client.post("/account/logout/")
    sign_in(client, "imane")
    again = client.post("/account/2fa/authenticate/", {"code": code})
    assert again.status_code == 200 and "Le code est faux, a déjà servi" in again.content.decode()


def test_a_code_on_paper_opens_once(enrolled: tuple[Client, str, list[str]]) -> None:
    client, _, codes = enrolled
    sign_in(client, "imane")
    assert client.post("/account/2fa/authenticate/", {"code": codes[0]})["Location"] == "/"
    client.post("/account/logout/")
    sign_in(client, "imane")
    assert client.post("/account/2fa/authenticate/", {"code": codes[0]}).status_code == 200
    assert client.post("/account/2fa/authenticate/", {"code": codes[1]})["Location"] == "/"


def test_the_secret_of_an_app_is_not_readable_in_the_database(enrolled: tuple[Client, str, list[str]]) -> None:
    from allauth.mfa.models import Authenticator

    _, secret, _ = enrolled
    assert secret not in str(list(Authenticator.objects.values_list("data", flat=True)))


def test_an_invitation_works_once_and_for_three_days(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    client, link = desk(), invitation("imane").removeprefix(settings.ADDRESS)
    monkeypatch.setattr(settings, "PASSWORD_RESET_TIMEOUT", -1)
    assert "ne fonctionne plus" in client.get(link, follow=True).content.decode()
    monkeypatch.undo()
    assert timedelta(days=3).total_seconds() == settings.PASSWORD_RESET_TIMEOUT
    invited(client, "imane")
    assert "ne fonctionne plus" in client.get(link, follow=True).content.decode()


def test_five_failures_lock_this_name_out_from_this_place_alone(desk: Desk) -> None:
    client = desk(lang="ar")
    for login in ("imane", "karim"):
        invited(client, login)
    spellings = ("imane", "Imane", "IMANE", " imane ", "imanE")
    answers = [sign_in(client, login, "no such thing").status_code for login in spellings]
    assert answers == [200, 200, 200, 200, 429]
    assert "محاولات فاشلة كثيرة" in sign_in(client, "imane").content.decode()
    assert sign_in(desk(), "imane", **ELSEWHERE)["Location"] == "/"
    assert sign_in(desk(), "karim")["Location"] == "/"


def test_after_a_quarter_of_an_hour_the_name_opens_again(desk: Desk) -> None:
    from axes.models import AccessAttempt

    client = desk()
    invited(client, "imane")
    for _ in range(5):
        sign_in(client, "imane", "no such thing")
    attempt = AccessAttempt.objects.get()
    for minutes, status in ((14, 429), (16, 302)):
        AccessAttempt.objects.update(attempt_time=attempt.attempt_time - timedelta(minutes=minutes))
        assert sign_in(client, "imane").status_code == status


def test_guesses_at_a_code_are_counted_from_wherever_they_come(enrolled: tuple[Client, str, list[str]]) -> None:
    """Who knows the password guesses from many places: five codes, and no more."""
    client, secret, codes = enrolled
    answers = []
    for place in range(5):
        client.post("/account/logout/")
        where = {"REMOTE_ADDR": f"10.0.0.{place}"}
        sign_in(client, "imane", **where)
        answers.append(client.post("/account/2fa/authenticate/", {"code": "000000"}, **where).status_code)
    assert answers == [200, 200, 200, 200, 429]
    sign_in(client, "imane", REMOTE_ADDR="10.0.0.9")
    for right in (code_of(secret, ahead=1), codes[0]):
        answer = client.post("/account/2fa/authenticate/", {"code": right}, REMOTE_ADDR="10.0.0.9")
        assert answer.status_code == 429


def test_no_guess_is_kept_in_the_table_of_failures(enrolled: tuple[Client, str, list[str]]) -> None:
    from axes.models import AccessAttempt

    client, _, _ = enrolled
    sign_in(client, "imane", "almost right")
    sign_in(client, "imane")
    client.post("/account/2fa/authenticate/", {"code": "123456"})
    kept = str(list(AccessAttempt.objects.values()))
    assert "almost right" not in kept and "123456" not in kept


@pytest.mark.parametrize(
    ("address", "field"),
    [("/account/reauthenticate/", "password"), ("/account/password/change/", "oldpassword")],
)
def test_who_found_a_browser_open_does_not_guess_the_password_there(desk: Desk, address: str, field: str) -> None:
    client = desk()
    invited(client, "imane")
    sign_in(client, "imane")
    said = {field: "no such thing", "password1": OTHER, "password2": OTHER}
    assert [client.post(address, said).status_code for _ in range(5)] == [200, 200, 200, 200, 429]
    assert client.post(address, said | {field: PASSWORD}).status_code == 429


def test_codes_are_not_guessed_where_one_proves_again_who_one_is(enrolled: tuple[Client, str, list[str]]) -> None:
    client, secret, codes = enrolled
    sign_in(client, "imane")
    client.post("/account/2fa/authenticate/", {"code": codes[0]})
    guesses = [client.post("/account/2fa/reauthenticate/", {"code": "000000"}).status_code for _ in range(5)]
    assert guesses == [200, 200, 200, 200, 429]
    assert client.post("/account/2fa/reauthenticate/", {"code": code_of(secret, ahead=1)}).status_code == 429


def test_who_was_closed_signs_in_no_more_and_is_out_at_once(desk: Desk) -> None:
    from tiwizi.records.people.models import User

    client = desk()
    invited(client, "imane")
    sign_in(client, "imane")
    User.objects.filter(login="imane").update(is_active=False)
    assert client.get("/").status_code == 302
    assert "Vous ne travaillez plus ici" in sign_in(desk(), "imane").content.decode() or (
        sign_in(desk(), "imane")["Location"] == "/account/inactive/"
    )


def test_all_other_sessions_are_ended_from_one(desk: Desk) -> None:
    here, there = desk(), desk()
    invited(here, "imane")
    for client in (here, there):
        sign_in(client, "imane")
        assert client.get("/").status_code == 200
    assert here.get("/account/sessions/").content.decode().count("<tr>") == 3
    here.post("/account/sessions/")
    assert here.get("/").status_code == 200
    assert there.get("/").status_code == 302


def test_nobody_signs_up_and_no_other_page_of_the_library_answers(desk: Desk) -> None:
    client = desk("imane")
    for address in ("signup/", "email/", "password/reset/", "password/set/", "2fa/trust/", "2fa/webauthn/signup/"):
        assert client.get(f"/account/{address}").status_code == 404, address


def test_no_browser_keeps_what_somebody_was_shown_and_no_script_reads_a_cookie(desk: Desk) -> None:
    client = desk()
    invited(client, "imane")
    sign_in(client, "imane")
    for address in ("/", "/files/", "/account/2fa/"):
        assert "no-store" in client.get(address)["Cache-Control"], address
    client.post("/language/", {"language": "ar"})
    flags = {
        name: (bool(cookie["httponly"]), cookie["samesite"]) for name, cookie in client.cookies.items() if cookie.value
    }
    assert flags == dict.fromkeys(("sessionid", "csrftoken", "lang"), (True, "Lax"))
