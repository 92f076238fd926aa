"""What the outbox holds goes out once, by day, with nothing of the care in it, and what came of it is known."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from tests.records import world
from tests.records.world import NOW

from tiwizi.doors.gateways import notices, sms_folder
from tiwizi.doors.gateways.notices import TO_MEMBERS, TO_OFFICE, TO_OFFICER, send_due
from tiwizi.locale import LANGUAGES, text
from tiwizi.records.people.models import Payee, Person
from tiwizi.records.people.operations.accounts import request_account
from tiwizi.records.trail import outbox
from tiwizi.records.trail.chain import Draft, append
from tiwizi.records.trail.models import Message, Sending

DAY = NOW.replace(hour=10)
PHONE = "+212612345678"


@pytest.fixture
def folder(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Both channels are set up."""
    set_up(monkeypatch, SMS_FOLDER=tmp_path / "sms", EMAIL_HOST="smtp", OFFICE_MAIL="office@mutual.ma")
    set_up(monkeypatch, EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend")
    mail.outbox = []
    yield tmp_path / "sms"


def set_up(monkeypatch: pytest.MonkeyPatch, **values: Any) -> None:
    for name, value in values.items():
        monkeypatch.setattr(settings, name, value)


def asked(*, language: str | None = None, phone: str | None = PHONE) -> None:
    """Somebody's account is to change."""
    place = world.member()
    Person.objects.filter(id=place.person_id).update(phone=phone, language=language)
    payee = Payee.objects.create(person=place.person, name="AMINA")
    request_account(world.by("desk_agent", user=world.user("clerk").id, at=DAY), payee=payee.id, number=world.RIB)


def written(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.json"))]


def outcomes() -> list[tuple[str, str, str]]:
    return list(Sending.objects.order_by("id").values_list("channel", "outcome", "why"))


@pytest.mark.parametrize("language", [None, "fr", "en"])
def test_a_member_is_told_in_their_language_once(folder: Path, language: str | None) -> None:
    asked(language=language)
    assert (send_due(DAY), send_due(DAY + timedelta(days=1))) == (1, 0)
    (said,) = written(folder)
    lang = language or "ar"
    assert (said["to"], said["language"], said["text"]) == (
        PHONE, lang, text("notice", "bank_account_requested", lang=lang, number=0),
    )  # fmt: skip
    assert outcomes() == [("sms", "sent", "")] and list(folder.glob(".*")) == []


def test_no_telephone_rings_at_night(folder: Path) -> None:
    asked()
    for hour in (21, 23):
        assert send_due(DAY.replace(hour=hour)) == 0
    assert send_due(DAY.replace(hour=7, minute=59) + timedelta(days=1)) == 0
    assert send_due(DAY.replace(hour=8) + timedelta(days=1)) == 1
    assert Message.objects.get().attempts == 1


def test_what_cannot_be_sent_is_tried_again_later_and_given_up_in_the_end(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError("the disk is full")

    asked()
    monkeypatch.setattr(sms_folder, "send", full)
    now, tries = DAY, 0
    while Message.objects.filter(sent_at=None).exists():
        assert send_due(now) == 0 and send_due(now) == 0
        tries += 1
        now = now + outbox.BACKOFF[min(tries, 5) - 1]
        if not notices.MORNING <= now.time() < notices.NIGHT:
            now = (now + timedelta(days=now.time() >= notices.NIGHT)).replace(hour=9)
    assert tries == len(outbox.BACKOFF)
    assert outcomes() == [("sms", "failed", "OSError")] * 4 + [("sms", "given_up", "OSError")]


def test_who_died_between_sending_and_saying_so_is_followed_by_one_who_sends_no_copy(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: Any, **__: Any) -> None:
        raise Killed

    asked()
    with monkeypatch.context() as dying:
        dying.setattr(outbox, "sent", killed)
        with pytest.raises(Killed):
            send_due(DAY)
    assert send_due(DAY) == 0  # it is still leased
    assert send_due(DAY + timedelta(minutes=1)) == 1
    assert len(written(folder)) == 1 and outcomes() == [("sms", "sent", "")]


def test_who_has_no_telephone_is_not_told_and_that_is_known(folder: Path) -> None:
    asked(phone=None)
    assert send_due(DAY) == 0 and outcomes() == [("sms", "given_up", "no_telephone")]


def test_what_waited_for_a_week_is_not_sent_any_more(folder: Path) -> None:
    asked()
    assert send_due(DAY + timedelta(days=8)) == 0 and outcomes() == [("", "given_up", "too_old")]


def test_a_channel_that_is_not_set_up_leaves_its_messages_waiting(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(monkeypatch, SMS_FOLDER=None, EMAIL_HOST="")
    asked()
    tell("appeal.raised", appeal=7)
    assert send_due(DAY) == 0 and Message.objects.filter(sent_at=None, attempts=0).count() == 2


def test_the_office_is_told_by_mail_in_the_three_languages(folder: Path) -> None:
    tell("appeal.raised", appeal=4711)
    assert send_due(DAY.replace(hour=23)) == 1
    (letter,) = mail.outbox
    assert letter.to == ["office@mutual.ma"] and str(letter.body).count("4711") == 3
    assert letter.extra_headers["Message-ID"].startswith(f"<message-{Message.objects.get().pk}@")


def test_the_data_protection_officer_is_told_that_the_glass_was_broken(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell("glass.broken", glass=12, user=3, to=[4])
    set_up(monkeypatch, OFFICER_MAIL="dpo@mutual.ma")
    assert send_due(DAY) == 1
    tell("glass.broken", glass=13, user=3, to=[4])
    set_up(monkeypatch, OFFICER_MAIL="")
    assert send_due(DAY) == 1
    assert [letter.to for letter in mail.outbox] == [["dpo@mutual.ma"], ["office@mutual.ma"]]


def test_every_topic_that_a_verb_tells_has_its_words() -> None:
    import re

    import tiwizi.records

    code = "".join(path.read_text() for path in Path(tiwizi.records.__path__[0]).rglob("*.py"))
    told = set(re.findall(r'act\.say\(\s*"([a-z_.]+)"', code))
    assert told and told <= set(TO_MEMBERS + TO_OFFICE + TO_OFFICER)
    for topic in told:
        for lang in LANGUAGES:
            assert text("notice", topic.replace(".", "_"), lang=lang, number=1)


def tell(topic: str, **body: Any) -> None:
    from django.db import transaction

    with transaction.atomic():
        append([Draft(DAY, 1, "some.verb", "thing:1", {}, [(topic, body)])])
