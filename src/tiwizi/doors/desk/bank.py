"""The bank: its statements, handed in and looked at before they are taken; movements, matched or in suspense."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tiwizi.doors import turns
from tiwizi.doors.desk import typed
from tiwizi.doors.desk.page import Desk, attempt, page, told
from tiwizi.doors.look.listing import Asked, Column, Filter, Listing, Page, answer
from tiwizi.doors.look.templatetags.look import language, say, t
from tiwizi.formats import statement_file
from tiwizi.formats.statement import MOST_BYTES, Statement
from tiwizi.records.money.operations import match_line, match_part_of_batch, preview, take_statement
from tiwizi.records.money.queries.funds import funds
from tiwizi.records.money.queries.lines import SORTS, candidates, line_numbered, lines_page, parts, suspense_of
from tiwizi.records.money.queries.statements import StatementRow, book_of, reconciliation, rib_of, statements
from tiwizi.records.trail.gate import By
from tiwizi.records.trail.refusal import Refused
from tiwizi.rules.ledger import MAX_TRANSFER

RECONCILE = "money.reconcile"
#: Movements of a statement that are shown before it is taken; of a longer one the effect is not worked out before, for
#: nobody else books meanwhile.
SHOWN, MOST_PREVIEWED = 100, 20_000
WHATS = ("suspense", "explained")


def fund_names() -> dict[str, str]:
    return {fund.code: fund.name[language()] for fund in funds()}


@page("money.read")
def bank(request: Desk) -> HttpResponse:
    return _bank(request, {})


def _bank(request: Desk, wrong: dict[str, Any]) -> HttpResponse:
    names = fund_names()
    listing = Listing(
        "statements", "bank:statements",
        (
            Column("identifier", "bank:statement", "code", link=lambda row: reverse("statement", args=[row.id])),
            Column("book", "bank:fund", value=lambda row: names[row.book]),
            Column("since", "bank:from", "day"),
            Column("until", "bank:to", "day"),
            Column("opening", "bank:opening", "amount"),
            Column("left", "bank:left", "amount", value=lambda row: -row.left, total=True),
            Column("came", "bank:came", "amount", total=True),
            Column("closing", "bank:closing", "amount"),
            Column("lines", "bank:movements", "number", total=True),
            Column("unexplained", "bank:unexplained", "number", total=True),
            Column("gap", "bank:gap", value=_gap, sorts=False),
        ),
        rows=statements,
        filters=(
            Filter("book", "bank:fund", "choice", choices=lambda: list(names.items())),
            Filter("until", "bank:days", "days"),
            Filter("unexplained", "bank:only_unexplained", "flag"),
        ),
        sort="-until", empty="bank:no_statement", bare=True,
    )  # fmt: skip
    context = {
        "standing": [_standing(code, name) for code, name in names.items()], "names": names, "wrong": wrong,
        "given": request.POST if wrong else {},
    }  # fmt: skip
    answered = answer(request, listing, "desk/bank.html", context)
    if wrong:
        answered.status_code = 422
    return answered


def _gap(row: StatementRow) -> str:
    return t("bank:gap_there") if row.gap else t("bank:gap_none")


def _standing(code: str, name: str) -> dict[str, Any]:
    count, amount = suspense_of(code)
    return {"code": code, "name": name, "at": reconciliation(book=code), "count": count, "amount": amount}


# -- a statement comes in ----------------------------------------------------------------------------------------------


@page(RECONCILE, post=True)
def hand_in(request: Desk) -> HttpResponse:
    """A file is kept as it came, and looked at; nothing is booked yet."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("statements"))
    asked, wrong = _given(request.POST)
    file = request.FILES.get("file")
    if file is None or not file.size:
        wrong["file"] = t("bank:no_file")
    elif file.size > MOST_BYTES:
        wrong["file"] = say("statement", "too_large")
    if wrong or file is None:
        return _bank(request, wrong)
    name = Path(file.name or "").name[:60] or "statement"
    address = reverse("statement_preview", args=[_keep(file)])
    return HttpResponseRedirect(f"{address}?{urlencode({**asked, 'name': name})}", status=303)


def _given(given: Any) -> tuple[dict[str, str], dict[str, str]]:
    """What was typed beside the file, and what of it cannot be understood."""
    said = {name: given.get(name, "")[:80] for name in ("book", "opening", "closing")}
    wrong = {}
    for name in ("opening", "closing"):
        try:
            signed_amount(said[name])
        except ValueError:
            wrong[name] = t("bank:not_an_amount")
    return said, wrong


def signed_amount(text: str) -> int | None:
    """Minor units, negative after a minus. Raises ValueError."""
    plain = text.strip().replace("\u2212", "-")
    value = typed.amount(plain.removeprefix("-"), "MAD", most=MAX_TRANSFER)
    return -value if value is not None and plain.startswith("-") else value


def _folder() -> Path:
    return Path(settings.FILES) / "statements"


def _keep(file: UploadedFile[Any]) -> str:
    """Write a file under its SHA-256; that name."""
    folder, digest = _folder(), sha256()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = folder / f".{uuid4().hex}.part"
    with part.open("wb") as kept:
        for piece in file.chunks():
            digest.update(piece)
            kept.write(piece)
    part.replace(folder / digest.hexdigest())
    return digest.hexdigest()


@page(RECONCILE, post=True)
def statement_preview(request: Desk, digest: str) -> HttpResponse:
    """What a file says and what taking it would do; sent, it is taken."""
    path = _folder() / digest
    if not (len(digest) == 64 and digest.isalnum() and path.is_file()):
        raise Http404
    asked, _ = _given(request.GET)
    name = request.GET.get("name", "")[:60] or "statement"
    with turns.elsewhere():
        found, mistakes = statement_file.read(
            path, name=name, account=rib_of(asked["book"]) or "", opening=_amount(asked["opening"]),
            closing=_amount(asked["closing"]),
        )  # fmt: skip
    refusal = None
    if request.method == "POST" and found:
        _, refusal = attempt(request, take_all, found=found, digest=digest)
        if refusal is None:
            messages.success(request, t("bank:taken"))
            return HttpResponseRedirect(reverse("statements"), status=303)
    told_of = [_previewed(request, one, bytes_of(digest, at)) for at, one in enumerate(found)]
    context = {
        "name": name, "mistakes": [_mistake(one) for one in mistakes[:20]], "found": told_of, "refusal": refusal,
        "may": bool(told_of) and all(_may_take(one) for one in told_of),
    }  # fmt: skip
    return render(request, "desk/statement_preview.html", context, status=422 if refusal or mistakes else 200)


def _may_take(shown: dict[str, Any]) -> bool:
    return not shown["refusal"] and not (shown["told"] and shown["told"].taken_before)


def _amount(text: str) -> int | None:
    try:
        return signed_amount(text)
    except ValueError:
        return None


def bytes_of(digest: str, at: int) -> bytes:
    """By what the statement at a place in a file is known."""
    return bytes.fromhex(digest) if not at else sha256(bytes.fromhex(digest) + at.to_bytes(4, "big")).digest()


def take_all(by: By, *, found: Sequence[Statement], digest: str) -> list[Any]:
    """Take every statement of a file, each once however often it is sent."""
    return [
        take_statement(
            replace(by, key=f"{by.key}-{at}" if by.key else None), statement=one, digest=bytes_of(digest, at)
        )
        for at, one in enumerate(found)
    ]


def _previewed(request: Desk, one: Statement, digest: bytes) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "statement": one, "movements": [(m, abs(m.amount)) for m in one.movements[:SHOWN]],
        "more": max(0, len(one.movements) - SHOWN),
        "came": sum(m.amount for m in one.movements if m.amount > 0),
        "left": -sum(m.amount for m in one.movements if m.amount < 0), "account": f"…{one.account[-4:]}",
    }  # fmt: skip
    if len(one.movements) > MOST_PREVIEWED:
        return shown | {"told": None, "refusal": None, "fund": fund_names().get(book_of(one.account), "?")}
    try:
        shown["told"], shown["refusal"] = preview(request.by, statement=one, digest=digest), None
        shown["fund"] = fund_names()[shown["told"].book]
        expected = shown["told"].expected
        shown["gap"] = one.opening - expected if expected is not None and not shown["told"].taken_before else 0
    except Refused as refused:
        shown["told"], shown["refusal"] = None, told(refused)
    return shown


def _mistake(one: Any) -> dict[str, Any]:
    lang = language()
    return {"message": one.message(lang), "way_out": one.way_out(lang), "line": one.line, "field": one.field}


# -- movements ---------------------------------------------------------------------------------------------------------


def _movements(request: Desk, *, statement: int | None = None) -> Listing:
    names = fund_names()

    def ask(asked: Asked) -> Page:
        since, until = asked.get("day") or (None, None)
        found = lines_page(
            book=asked.get("book") or "", statement=statement, what=asked.get("what") or "", since=since, until=until,
            words=asked.get("words") or "", late=bool(asked.get("late")), sort=asked.sort, size=asked.size,
            descending=asked.descending, after=asked.after,
        )  # fmt: skip
        return Page(found.rows, found.next, found.many, {"came": found.came, "left": found.left})

    columns = (
        Column("number", "bank:movement", "code", link=lambda row: reverse("line", args=[row.number])),
        *((Column("book", "bank:fund", value=lambda row: names[row.book], sorts=False),) if statement is None else ()),
        Column("day", "bank:day", "day"),
        Column("text", "bank:text", sorts=False),
        Column("reference", "bank:reference", "code"),
        Column("what", "bank:what", value=lambda row: what_it_is(row), sorts=False),
        Column("left", "bank:left", "amount", sorts=False, total=True),
        Column("came", "bank:came", "amount", sorts=False, total=True),
    )
    assert {column.key for column in columns if column.sorts} <= set(SORTS)
    filters = (
        Filter("words", "bank:words"),
        Filter("what", "bank:what", "choice", choices=lambda: [(w, t(f"bank:only_{w}")) for w in WHATS]),
        *((Filter("book", "bank:fund", "choice", choices=lambda: list(names.items())),) if statement is None else ()),
        Filter("day", "bank:day", "days"),
        Filter("late", "bank:late", "flag"),
    )
    name = "movements" if statement is None else "statement_movements"
    return Listing(
        name, "bank:movements", columns, ask=ask, filters=filters, sort="-number", empty="bank:no_movement", bare=True
    )


def what_it_is(row: Any) -> str:
    """A movement in words, with the day that it was booked on where it came late."""
    said = t(f"bank:is_{row.what}", order=row.order or "", batch=row.batch or "")
    return f"{said} {t('bank:booked_on', day=f'{row.booked_on:%d/%m/%Y}')}" if row.is_late else said


@page("money.read")
def lines(request: Desk) -> HttpResponse:
    return answer(request, _movements(request), "desk/bank_lines.html")


@page("money.read")
def statement(request: Desk, number: int) -> HttpResponse:
    found = next((row for row in statements() if row.id == number), None)
    if found is None:
        raise Http404
    context = {"statement": found, "fund": fund_names()[found.book], "out": -found.left}
    return answer(request, _movements(request, statement=number), "desk/statement.html", context)


@page("money.read", post=RECONCILE)
def line(request: Desk, number: int) -> HttpResponse:
    """A movement; while nothing explains it, the ways to say what it is."""
    found = line_numbered(number)
    if found is None:
        raise Http404
    refusal = None
    if request.method == "POST":
        if request.POST.get("way") == "part":
            batch = typed.number(request.POST.get("batch", ""))
            chosen = {"batch": batch, "without": request.POST.getlist("without")}
            _, refusal = attempt(request, match_part_of_batch, line=number, **chosen)
        else:
            order = (request.POST.get("typed") or request.POST.get("order") or "").strip()[:35]
            _, refusal = attempt(request, match_line, line=number, order=order)
        if refusal is None:
            messages.success(request, t("bank:explained"))
            return HttpResponseRedirect(reverse("line", args=[number]), status=303)
    waits = found.what == "suspense"
    context = {
        "line": found, "what": what_it_is(found), "fund": fund_names()[found.book], "refusal": refusal,
        "waits": waits, "candidates": candidates(number) if waits else [], "parts": parts(number) if waits else [],
        "given": request.POST, "left_out": request.POST.getlist("without"),
    }  # fmt: skip
    return render(request, "desk/bank_line.html", context, status=422 if refusal else 200)


PAGES = (
    ("bank/", bank, "statements"),
    ("bank/hand-in/", hand_in, "hand_in"),
    ("bank/preview/<slug:digest>/", statement_preview, "statement_preview"),
    ("bank/statements/<int:number>/", statement, "statement"),
    ("bank/movements/", lines, "lines"),
    ("bank/movements/<int:number>/", line, "line"),
)
