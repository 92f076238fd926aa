"""Members' cards: printed and revoked at the desk; and the page that a card's picture leads to, for anybody.

That page answers one thing, whether the card covers today, and never whose it is. What its address says is signed with
the house's secret; the first part names which secret, so that one can take another's place while cards are out.
"""

from __future__ import annotations

import base64
import hmac
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tiwizi.doors import clock
from tiwizi.doors.desk.letters import NEED, as_pdf, setting
from tiwizi.doors.desk.page import Desk, attempt, page, told
from tiwizi.doors.look.templatetags.look import t
from tiwizi.records.care.queries.cards import covers, holders, household_of_card, person_in_reach
from tiwizi.records.database import files
from tiwizi.records.people.looks import leave_trace
from tiwizi.records.people.operations.cards import make_card, revoke_card
from tiwizi.records.trail.refusal import Refused
from tiwizi.reports.letters.others import card as card_content
from tiwizi.reports.letters.print import printed

#: Questions that one place may ask in a minute.
MOST, MINUTE = 30, 60


@page(NEED, post=True)
def cards(request: Desk, household: str) -> HttpResponse:
    """Who is in a household and the card that each has; its form makes one, where there is none that is good."""
    refusal = None
    if request.method == "POST":
        found = person_in_reach(request.by, request.POST.get("person", ""))
        if found is None or found[1] != household:
            raise Http404
        _, refusal = attempt(request, make_card, person=found[0])
        if refusal is None:
            messages.success(request, t("cards:made"), extra_tags="done")
            return HttpResponseRedirect(reverse("cards", args=[household]), status=303)
    people = holders(request.by, household, on=clock.today())
    if people is None:
        raise Http404
    leave_trace(request.by, subject=f"household:{people[0]}", what="cards")
    shown = {"household": household, "people": people[1], "refusal": refusal}
    return render(request, "desk/cards.html", shown, status=422 if refusal else 200)


@page(NEED)
def print_card(request: Desk, card: int) -> HttpResponse:
    """A card that is good, to be printed on plastic or paper."""
    home = household_of_card(request.by, card)
    people = holders(request.by, home[0], on=clock.today()) if home else None
    holder = next((one for one in people[1] if one.card == card), None) if people else None
    if home is None or people is None or holder is None:
        raise Http404
    try:
        head = setting(request).head
    except Refused as refused:
        shown = {"household": home[0], "people": people[1], "refusal": told(refused)}
        return render(request, "desk/cards.html", shown, status=422)
    leave_trace(request.by, subject=f"household:{people[0]}", what="card")
    made = clock.today() if holder.made_at is None else holder.made_at.date()
    content = card_content(holder, household=home[0], head=head, address=address_of(card), on=made)
    logo = files.read(head.logo) if head.logo else None
    return as_pdf(printed([content], template="card", logo=logo), f"card-{holder.number}-{holder.card_number}")


@page(NEED, post=True)
def revoke(request: Desk, card: int) -> HttpResponse:
    """Ask whether a card shall say no from now on, and have it do so."""
    home = household_of_card(request.by, card)
    if home is None:
        raise Http404
    refusal = None
    if request.method == "POST":
        _, refusal = attempt(request, revoke_card, card=card)
        if refusal is None:
            messages.success(request, t("cards:revoked"), extra_tags="done")
            return HttpResponseRedirect(reverse("cards", args=[home[0]]), status=303)
    shown = {"household": home[0], "card": card, "refusal": refusal}
    return render(request, "desk/card_revoke.html", shown, status=422 if refusal else 200)


# -- for anybody ---------------------------------------------------------------------------------------------------


@login_not_required
@require_safe
@never_cache
def check(request: HttpRequest, token: str) -> HttpResponse:
    """Yes or no: covered today or not. What is forged, revoked or unknown is no, in the same words."""
    if _asks_too_often(request):
        return render(request, "desk/card_check.html", {"too_often": True}, status=429)
    card = card_of(token)
    return render(request, "desk/card_check.html", {"yes": covers(card or 0, on=clock.today()) and card is not None})


_open: Any = check
_open.need, _open.post, _open.step_up = None, False, False


def address_of(card: int) -> str:
    """Where the picture on a card leads."""
    key = _key(settings.SECRET_KEY)
    return settings.ADDRESS + reverse("card_check", args=[f"{_name(key)}.{card}.{_signature(key, card)}"])


def card_of(token: str) -> int | None:
    """The card that an address names, where one of the house's secrets signed it."""
    name, _, rest = token.partition(".")
    number, _, signature = rest.partition(".")
    if not (number.isascii() and number.isdecimal() and len(number) < 16):
        return None
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        key = _key(secret)
        if name == _name(key) and hmac.compare_digest(_signature(key, int(number)).encode(), signature.encode()):
            return int(number)
    return None


def _key(secret: str) -> bytes:
    return sha256(b"member's card" + secret.encode()).digest()


def _name(key: bytes) -> str:
    """Four letters that say which secret signed, and nothing about it."""
    return sha256(b"name" + key).hexdigest()[:4]


def _signature(key: bytes, card: int) -> str:
    signed = hmac.digest(key, str(card).encode(), "sha256")[:16]
    return base64.urlsafe_b64encode(signed).decode().rstrip("=")


def _asks_too_often(request: HttpRequest) -> bool:
    """By place, in this process: who would guess a signature of 128 bits is stopped by that alone; this spares the
    database."""
    name = f"card:{request.META.get('REMOTE_ADDR', '')}"
    cache.add(name, 0, MINUTE)
    try:
        return cache.incr(name) > MOST
    except ValueError:  # it ran out between the two
        return False


PAGES = (
    ("cards/<str:household>/", cards, "cards"),
    ("cards/print/<int:card>.pdf", print_card, "card_print"),
    ("cards/revoke/<int:card>/", revoke, "card_revoke"),
    ("card/<str:token>/", check, "card_check"),
)
