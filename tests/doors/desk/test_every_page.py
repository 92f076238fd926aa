"""Every page of the desk in a real browser, in each language: nothing serious for axe, on a desk and on a phone at
night, nothing wider than the narrowest phone, none heavier than 150 kB at first sight, nothing on the console
(tests/browser.py)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page
from tests.browser import DeskIn, axe_finds, settles
from tests.doors.desk.access_table import routes, table

from tiwizi.locale import LANGUAGES

MOST_BYTES = 150_000
#: Who opens the pages of a role in the demo's mutual.
LOGINS = {
    "desk_agent": "imane", "contributions_officer": "tariq", "adjudicator": "salma", "payment_preparer": "nadia",
    "payment_approver": "omar", "treasurer": "leila", "accountant": "hicham", "manager": "karim",
    "internal_auditor": "malika", "it_admin": "anna", "medical_adviser": "yasmine",
}  # fmt: skip
#: Addresses that are no pages: answers within one, files, or what only a form leads to.
NO_PAGES = {
    "account_logout", "mfa_login_webauthn", "mfa_authenticate", "account_reset_password_from_key", "set_language",
    "search_answers", "acts", "providers", "check_account", "delivery_progress", "delivery_repair", "run_progress",
    "intake_template", "batch_file", "paper", "paper_small", "letter", "letter_preview", "letter_sent",
    "batch_letters_file", "card_print", "export_books", "mfa_deactivate_totp", "mfa_view_recovery_codes",
    "mfa_remove_webauthn", "mfa_edit_webauthn", "mfa_reauthenticate", "mfa_reauthenticate_webauthn", "save_view",
    "forget_view", "review_next", "mfa_generate_recovery_codes", "statement_preview", "letter_made", "letter_language",
    "card_revoke", "verify_progress", "account_inactive",
}  # fmt: skip
#: What the demo has none of: their own tests show them.
NONE_THERE = {
    "delivery",
    "transfer",
    "appeal",
    "approval",
    "flag",
    "line",
    "entry",
    "correction",
    "sample",
    "opinion",
    "plan_beside",
    "cover_request",
}
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
#: What a page of 1280 is at four times its size (WCAG 1.4.10).
NARROWEST = {"width": 320, "height": 640}


def examples() -> dict[str, dict[str, object]]:
    """Of the pages whose addresses name something, something that the demo has."""
    from tiwizi.records.care.models import Claim, Decision, Run
    from tiwizi.records.cover.models import PlanVersion, TariffVersion
    from tiwizi.records.money.models import PaymentBatch, PaymentOrder, Statement
    from tiwizi.records.people.models import Household

    decided = Decision.objects.order_by("-line_id").values_list("line__claim", flat=True)[0]
    home = Household.objects.order_by("id").values_list("number", flat=True)[0]
    household, claim = {"number": home}, {"number": Claim.objects.get(id=decided).number}
    provider = Claim.objects.exclude(provider=None).values_list("provider__number", flat=True)[0]
    batch = {"number": PaymentBatch.objects.order_by("id").values_list("id", flat=True)[0]}
    run = {"run": Run.objects.order_by("id").values_list("id", flat=True)[0]}
    return {
        **dict.fromkeys(("household", "new_file", "changes", "accounts", "household_glass"), household),
        **dict.fromkeys(("slip", "file", "withdraw", "appeal_new", "review_file"), claim),
        "change": household | {"situation": "birth"},
        "papers": household | {"what": "household"},
        "letter_write": household | {"what": "household"},
        "cards": {"household": home},
        "batch": batch,
        "batch_letters": {"batch": batch["number"]},
        **{f"batch_{step}": batch for step in ("approve", "release", "cancel", "make_file", "hand_over")},
        **dict.fromkeys(("fund_to_pay", "prepare_batch", "close_period", "ceiling"), {"book": "amo"}),
        "order": {"reference": PaymentOrder.objects.order_by("id")[0].reference},
        "statement": {"number": Statement.objects.order_by("id").values_list("id", flat=True)[0]},
        **dict.fromkeys(("run", "corrections"), run),
        **dict.fromkeys(("plan", "plan_cases"), {"version": PlanVersion.objects.order_by("id")[0].pk}),
        "tariff": {"version": TariffVersion.objects.order_by("id")[0].pk},
        **dict.fromkeys(("provider", "provider_account"), {"number": provider}),
        "colleague": {"login": "imane"},
        "card_check": {"token": "nothing"},
        "help": {"name": "payment"},
    }


def pages() -> Iterator[tuple[str, str, str]]:
    """(name, the login that opens it, its address); a page that has neither an example nor an excuse has no address."""
    known = examples()
    for route in routes():
        row = table().get(route.name)
        if route.name in NO_PAGES | NONE_THERE or row is None or not row.opens:
            continue
        if route.parts and route.name not in known:
            yield route.name, "", ""
            continue
        login = "" if None in row.opens else next(LOGINS[role] for role in LOGINS if role in row.opens)
        yield route.name, login, reverse(route.name, kwargs=known.get(route.name))


@pytest.mark.timeout(900)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page_is_open_to_everybody_light_and_as_narrow_as_a_phone(desk_in: DeskIn, lang: str) -> None:
    faults: list[tuple[object, ...]] = []
    opened: dict[str, Page] = {}
    heaviest = (0, "")
    for name, login, address in pages():
        if not address:
            faults.append((name, "say in examples() what it can show, or in NONE_THERE that the demo has none"))
            continue
        if login not in opened:
            opened[login] = desk_in(login, lang=lang)
        page = opened[login]
        answer = page.goto(address)
        status = answer.status if answer else 0
        if status != 200 and name not in ("card_check",):
            faults.append((name, status))
            continue
        settles(page)
        heaviest = max(heaviest, (_weight(page), name))
        faults += [(name, fault) for fault in axe_finds(page)]
        page.set_viewport_size(NARROWEST)  # type: ignore[arg-type]
        if (width := page.evaluate("document.documentElement.scrollWidth")) > NARROWEST["width"]:
            faults.append((name, f"{width} px wide on a phone of {NARROWEST['width']}"))
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        _picture(page, f"{name}-{lang}")
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    assert not faults, "\n".join(map(str, faults))
    print(f"the heaviest: {heaviest}")
    assert heaviest[0] <= MOST_BYTES, heaviest


@pytest.mark.timeout(900)
def test_every_page_is_open_to_everybody_on_a_phone_at_night(desk_in: DeskIn) -> None:
    faults: list[tuple[str, object]] = []
    opened: dict[str, Page] = {}
    for name, login, address in pages():
        if login not in opened:
            opened[login] = desk_in(login, lang="ar", **PHONE)
            opened[login].emulate_media(color_scheme="dark")
        page = opened[login]
        if address and page.goto(address):
            settles(page)
            faults += [(name, fault) for fault in axe_finds(page)]
    assert not faults, "\n".join(map(str, faults))


def _weight(page: Page) -> int:
    """Bytes over the line of the page and all that it loads, as if nothing had been kept from before."""
    return int(
        page.evaluate(
            "performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource'))"
            ".reduce((sum, one) => sum + one.encodedBodySize, 0)"
        )
    )


def _picture(page: Page, name: str) -> None:
    """For who wants to look: TIWIZI_PICTURES names a folder."""
    if folder := os.environ.get("TIWIZI_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}-360.png", full_page=True)
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]
        page.screenshot(path=Path(folder) / f"{name}-1280.png", full_page=True)
