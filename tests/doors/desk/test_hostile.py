"""Whatever somebody types into any field of any page, or sends in any address: an answer, never a fault of ours."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import lxml.html
import pytest
from django.conf import settings
from django.test import Client
from django.urls import NoReverseMatch, reverse
from tests.doors.desk.access_table import routes, table
from tests.doors.desk.conftest import Desk, prove
from tests.doors.desk.test_every_page import LOGINS, pages

#: What no field expects: NULs, halves of letters, other digits, numbers and days that no column holds, long texts.
HOSTILE = (
    "a\0b", "\ufffd", "\ud83d", "x" * 70_000, "9" * 400, "9" * 18, "-9223372036854775809", "1e400", "NaN", "Infinity",
    "٣²Ⅷ", "²", "99999-01-01", "9999-12-31", "0001-01-01", "2026-02-30", "999999999999/9/9", "\u202e\u2066",
    "\r\nX: y", "%s%n%00", "../../etc/passwd", "<script>alert(1)</script>", "'\"--", "{{ 7|add:7 }}", "🫏" * 300,
)  # fmt: skip
#: Forms that end the session of who sends them, or hash a password each time (test_sign_in.py).
LEFT_OUT = (
    "/account/login/", "/account/logout/", "/account/sessions/", "/account/password/change/",
    "/account/reauthenticate/",
)  # fmt: skip
#: Of each form so many spoilt ones; TIWIZI_SOAK sends all there are, more than ten thousand.
SOME = None if os.environ.get("TIWIZI_SOAK") else 4


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, str]

    def spoilt(self) -> list[dict[str, str]]:
        """Each time with one hostile value in one field, or in all."""
        whole = [dict.fromkeys(self.fields, value) | {"key": "k"} for value in HOSTILE]
        return whole + [self.fields | {name: value} for value in HOSTILE for name in self.fields]


def forms_in(page: str, address: str) -> Iterator[Form]:
    for form in lxml.html.fromstring(page).forms:
        fields = dict.fromkeys(form.inputs.keys(), "") | {name: value or "" for name, value in form.form_values()}
        fields |= {button.get("name"): button.get("value") or "" for button in form.xpath(".//button[@name]")[:1]}
        fields.pop("csrfmiddlewaretoken", None)
        yield Form(form.get("action") or address, form.method.upper(), fields)


def fault_of(client: Client, form: Form, values: dict[str, str]) -> str:
    """What is wrong with the answer, "" for nothing."""
    body = "&".join(f"{quote(name)}={quote(value, errors='surrogatepass')}" for name, value in values.items())
    if form.method == "GET":
        answer: Any = client.get(f"{form.action.partition('?')[0]}?{body}")
    else:
        answer = client.generic("POST", form.action, body, content_type="application/x-www-form-urlencoded")
    if answer.status_code >= 500:
        return str(answer.status_code)
    shown = b"" if answer.streaming else answer.content
    return "the script is live" if b"<script>alert(1)" in shown else ""


@pytest.mark.timeout(3600 if SOME is None else 600)
def test_no_field_of_any_form_makes_a_fault(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "BANK_FOLDER", tmp_path / "bank")
    dice, seen, faults = random.Random(1), set(), {}
    for _, login, address in pages():
        if not address or address in LEFT_OUT:
            continue
        client = prove(desk(login)) if login else desk()
        client.raise_request_exception = False
        page: Any = client.get(address)
        if page.streaming or not page.content or "html" not in page.headers.get("Content-Type", ""):
            continue
        for form in forms_in(page.content.decode(), address):
            if form.action in LEFT_OUT or (form.action, *form.fields) in seen:
                continue
            seen.add((form.action, *form.fields))
            every = form.spoilt()
            for values in every if SOME is None else dice.sample(every, min(SOME, len(every))):
                if fault := fault_of(client, form, values):
                    spoilt = {name: value[:20] for name, value in values.items() if value != form.fields.get(name)}
                    faults[form.method, form.action] = (fault, spoilt)
    assert len(seen) > 60, "the forms were not found"
    assert not faults


def test_no_part_of_an_address_makes_a_fault(desk: Desk) -> None:
    clients: dict[str, Client] = {}
    faults, count = [], 0
    for route in routes():
        row = table().get(route.name)
        roles = sorted(filter(None, row.opens | row.posts)) if row and route.parts else []
        login = next((LOGINS[role] for role in roles if role in LOGINS), None)
        if login is None or row is None:
            continue
        client = clients.setdefault(login, prove(desk(login)))
        client.raise_request_exception = False
        for text, number in (("a\0b", 10**30), ("x" * 3000, 2**63), ("\u202e\ufffd'", 0), ("٣", 2**31)):
            parts = {name: number if isinstance(value, int) else text for name, value in route.parts.items()}
            try:
                address = reverse(route.name, kwargs=parts)
            except NoReverseMatch:
                continue
            answers = [client.get(address)] * bool(row.opens) + [client.post(address, {"key": "k"})] * bool(row.posts)
            count += len(answers)
            faults += [(address[:80], one.status_code) for one in answers if one.status_code >= 500]
    assert count > 100, "the addresses were not made"
    assert not faults
