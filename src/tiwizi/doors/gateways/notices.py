"""What the outbox holds, as short texts to members and to the office: without names, amounts or anything of the care.

Members get theirs by SMS, not at night; the office by e-mail. A channel that is not set up leaves its messages waiting,
for a week (records/trail/outbox.py).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta

from django.conf import settings

from tiwizi.doors.gateways import mail, sms_folder
from tiwizi.locale import LANGUAGES, text
from tiwizi.records.care.queries.addressee import addressee
from tiwizi.records.trail import outbox
from tiwizi.records.trail.outbox import Taken

TO_MEMBERS = (
    "bank_account.requested", "bank_account.confirmed", "bank_account.ended", "appeal.answered", "approval.decided",
    "approval.expired",
)  # fmt: skip
TO_OFFICE = ("appeal.raised", "appeal.withdrawn", "approval.asked")
#: To the data protection officer; to the office where no address of theirs is known.
TO_OFFICER = ("glass.broken",)
#: Nobody's telephone rings between these hours of the machine's time zone.
NIGHT, MORNING = time(21), time(8)


def send_due(now: datetime) -> int:
    """Send what is due; how many messages went out."""
    members = _all(TO_MEMBERS, now) if settings.SMS_FOLDER else 0
    office = _all(TO_OFFICE, now) if settings.EMAIL_HOST and settings.OFFICE_MAIL else 0
    officer = _all(TO_OFFICER, now) if settings.EMAIL_HOST and _officer() else 0
    return members + office + officer


def _officer() -> str:
    return str(settings.OFFICER_MAIL or settings.OFFICE_MAIL)


def _all(topics: tuple[str, ...], now: datetime) -> int:
    count = 0
    while (message := outbox.take(now=now, topics=topics)) is not None:
        count += _to_member(message, now) if topics is TO_MEMBERS else _to_office(message, now)
    return count


def _to_member(message: Taken, now: datetime) -> bool:
    if (until := _end_of_the_night(now)) is not None:
        outbox.postpone(message.number, until=until)
        return False
    who = addressee(message.topic, message.body, on=now.date())
    if who is None:
        outbox.given_up(message.number, channel="sms", at=now, why="no_telephone")
        return False
    words, folder = _words(message, who.language), settings.SMS_FOLDER
    assert folder is not None, "members are written to where there is a way to them"
    return _tried(message, "sms", now, lambda: sms_folder.send(folder, number=message.number, to=who, text=words))


def _to_office(message: Taken, now: datetime) -> bool:
    """In the three languages, for who is at the office is not known."""
    words = "\n\n".join(_words(message, lang) for lang in LANGUAGES)
    to = _officer() if message.topic in TO_OFFICER else settings.OFFICE_MAIL
    subject = " · ".join(text("notice", "subject", lang=lang) for lang in LANGUAGES)
    return _tried(
        message, "mail", now,
        lambda: mail.send(number=message.number, to=to, subject=subject, text=words),
    )  # fmt: skip


def _tried(message: Taken, channel: str, now: datetime, send: Callable[[], None]) -> bool:
    try:
        send()
    except OSError as problem:  # of a disk, of a network, of a server that refuses
        outbox.failed(message, channel=channel, at=now, why=type(problem).__name__)
        return False
    outbox.sent(message.number, channel=channel, at=now)
    return True


def _words(message: Taken, lang: str) -> str:
    number = next((message.body[name] for name in ("appeal", "approval", "glass") if name in message.body), 0)
    return text("notice", message.topic.replace(".", "_"), lang=lang, number=number)


def _end_of_the_night(now: datetime) -> datetime | None:
    """When the telephones may ring again; None where they may now."""
    if MORNING <= now.time() < NIGHT:
        return None
    day = now.date() + timedelta(days=now.time() >= NIGHT)
    return datetime.combine(day, MORNING, now.tzinfo)
