"""Home: what waits for me, by duty; how the mutual keeps pace; the last things I did; what a new mutual does first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, NamedTuple

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tiwizi import locale
from tiwizi.doors import clock
from tiwizi.doors.desk.page import Desk, page
from tiwizi.doors.look.bars import draw
from tiwizi.doors.look.templatetags.look import language
from tiwizi.records.care import duties as care
from tiwizi.records.care.queries.trail_subjects import called
from tiwizi.records.cover import duties as cover
from tiwizi.records.intake import duties as intake
from tiwizi.records.money import duties as money
from tiwizi.records.people import duties as people
from tiwizi.records.trail.gate import By
from tiwizi.records.trail.queries import last_acts
from tiwizi.records.trail.waits import Waits


class Duty(NamedTuple):
    """``need``: whoever may do this is told that it waits. ``page``, ``view``: where it is done; ``label``: its text
    where that page has one for the same things; else "duty_<name>" of desk/home.toml."""

    name: str
    need: str
    ask: Callable[[By], Waits]
    page: str
    view: str = ""
    label: str = ""

    def says(self, lang: str) -> str:
        """What follows the count."""
        subject, _, key = (self.label or f"desk/home:duty_{self.name}").partition(":")
        said = locale.text(subject, key, lang=lang)
        return said[0].lower() + said[1:]


#: In the order of a file's way: in, decided, paid, booked; then who and what it rests on.
DUTIES = (
    Duty("imports_to_accept", "intake.write", intake.imports_to_accept, "intake"),
    Duty("rows_to_repair", "intake.write", intake.rows_to_repair, "intake"),
    Duty("households_to_decide", "care.decide", care.households_to_decide, "runs"),
    Duty("shards_put_aside", "care.decide", care.shards_put_aside, "runs"),
    Duty("files_to_review", "care.review", care.files_to_review, "review", label="desk/review:ready"),
    Duty("files_lacking_a_fact", "care.review", care.files_lacking_a_fact, "review", "?show=held", "desk/review:held"),
    Duty("approvals_to_answer", "care.approve_care", care.approvals_to_answer, "approvals"),
    Duty("appeals_to_answer", "care.review", care.appeals_to_answer, "appeals"),
    Duty("corrections_to_book", "care.decide", care.corrections_to_book, "runs"),
    Duty("accounts_to_confirm", "people.confirm_account", people.accounts_to_confirm, "accounts_waiting"),
    Duty("covers_to_start", "cover.write", cover.covers_to_start, "covers_waiting"),
    Duty("to_prepare", "money.prepare", money.to_prepare, "payments"),
    Duty("to_approve", "money.approve", money.to_approve, "payments"),
    Duty("to_release", "money.release", money.to_release, "payments"),
    Duty("to_hand_over", "money.release", money.to_hand_over, "payments"),
    Duty("lines_to_explain", "money.reconcile", money.lines_to_explain, "statements"),
    Duty("entries_to_confirm", "money.post", money.entries_to_confirm, "entries"),
    Duty("plans_to_publish", "cover.publish_plan", cover.plans_to_publish, "plans"),
    Duty("tariffs_to_confirm", "cover.publish_plan", cover.tariffs_to_confirm, "tariffs"),
    Duty("grants_to_confirm", "people.confirm_grant", people.grants_to_confirm, "staff"),
)
#: What a new mutual does first, and where: the fields of intake.duties.Opening.
STEPS = {
    "users": "staff", "plan": "plans", "tariff": "tariffs", "books": "books", "people": "intake", "claims": "intake",
    "run": "runs",
}  # fmt: skip
#: Of what somebody did something to, the page that shows it, and the permission that opens it.
OPENS = {"household": ("household", "people.read"), "claim": ("file", "care.read")}
#: Who is shown how many files came in and were decided: whoever has to do with them.
SEES_PACE = ("care.read", "intake.write", "money.read")


class Waiting(NamedTuple):
    said: str
    waits: Waits
    days: int | None
    left: int | None
    address: str | None


@page(None)
def home(request: Desk) -> HttpResponse:
    by, today = request.by, clock.today()
    opening = intake.opening()
    shown: dict[str, Any] = {
        "waiting": waiting(by, today),
        "acts": _acts(by),
    }
    if not all(opening):
        shown["steps"] = [(name, done, address(STEPS[name], by)) for name, done in opening._asdict().items()]
    if any(by.may(need) for need in SEES_PACE) and opening.claims:
        shown["pace"] = pace(today)
    return render(request, "desk/home.html", shown)


def _acts(by: By) -> list[tuple[str, datetime, str, str | None]]:
    """The last things that somebody did: (in words, when, the number that people know, where that opens)."""
    acts = last_acts(by.user)
    numbers = called(act.subject for act in acts)
    found = []
    for act in acts:
        number, page = numbers.get(act.subject, ""), OPENS.get(act.subject.partition(":")[0])
        where = reverse(page[0], args=[number]) if number and page and by.may(page[1]) else None
        found.append((told(act.verb), act.at, number if page else "", where))
    return found


def waiting(by: By, today: date) -> list[Waiting]:
    """The duties of whoever asks that have something in them. ``days``: the age of the oldest; ``left``: until the
    first deadline, negative where it is past."""
    found = []
    for duty in DUTIES:
        if by.may(duty.need) and (told := duty.ask(by)).count:
            days = (today - told.oldest).days if told.oldest else None
            left = (told.due - today).days if told.due else None
            where = address(duty.page, by)
            found.append(Waiting(duty.says(language()), told, days, left, where and where + duty.view))
    return found


def pace(today: date) -> dict[str, Any]:
    """Files that came in and were decided, by week, as a picture and as a table."""
    lang, weeks = language(), care.weeks(until=today)

    def said(key: str, **values: object) -> str:
        return locale.text("desk/home", key, lang=lang, **values)

    def written(count: int) -> str:
        return locale.number(count, lang)

    groups = [(f"{week.monday:%d/%m}", (week.received, week.decided)) for week in weeks]
    last = weeks[-1]
    return {
        "name": "pace", "title": said("pace"), "picture": draw(groups, kinds="da", rtl=locale.direction(lang) == "rtl"),
        "says": said("pace_says", received=written(last.received), decided=written(last.decided)),
        "series": [("d", said("received")), ("a", said("decided"))],
        "heads": [said("week_from"), said("received"), said("decided")],
        "rows": [(name, *values) for name, values in groups],
    }  # fmt: skip


def told(verb: str) -> str:
    """An act in words; by its name where the words were forgotten, which a test finds."""
    return locale.catalogue("desk/verbs", language()).get(verb, verb)


def address(name: str, by: By) -> str | None:
    """Where a page is, for whom it opens."""
    from tiwizi.doors.desk.urls import NEEDS

    if name not in NEEDS:
        return None
    need = NEEDS[name]
    return reverse(name) if need is None or by.may(need) else None


PAGES = (("", home, "home"),)
