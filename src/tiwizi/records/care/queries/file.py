"""A sickness file once it is kept: states, amounts, what paid it; and the care, for who may read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

import numpy as np
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from tiwizi.records.care.models import Appeal, Claim, ClaimLine, Correction, Decision, Withdrawal
from tiwizi.records.care.queries.decisions import Decided, explained, label_of
from tiwizi.records.database.columns import among, read_columns
from tiwizi.records.database.keyset import keyset
from tiwizi.records.money.models import DECISION, PaymentItem
from tiwizi.records.people.looks import leave_trace, reads_care, regions_within, within_reach
from tiwizi.records.people.models import Person
from tiwizi.records.people.queries import user_names
from tiwizi.records.trail.gate import By
from tiwizi.rules.adjudicate.waterfall import Explained
from tiwizi.rules.terms import ATTRIBUTES, REASONS, STATES

NEED = "care.read"
#: A file of more lines is explained for the first ones alone.
MOST_TOLD = 60
#: A line that nobody has decided yet.
WAITING = "waiting"
#: What a file is called by its lines: the first of these that one of them is.
_ORDER = (WAITING, "to_review", "reduced", "paid", "refused")


@dataclass(frozen=True)
class Care:
    """What was done: for who may read it."""

    person: Person
    day: date
    code: str
    label: str
    quantity: int
    unit_price: int | None
    receipt: str


@dataclass(frozen=True)
class FileLine:
    """``state``: of the last decision, or waiting. ``decisions``: the first one first. ``care`` is None for who may not
    read it, and ``explained`` then names no care only in its waterfall without rules and clauses."""

    line: int
    name: str
    billed: int
    withdrawn: bool
    state: str
    reasons: tuple[str, ...]
    paid: int
    reductions: int
    share: int
    decisions: tuple[Decided, ...]
    care: Care | None
    explained: Explained | None
    why_withdrawn: Withdrawn | None


class Withdrawn(NamedTuple):
    reason: str
    by: str
    at: datetime


class Paid(NamedTuple):
    """An order that pays some of the file."""

    reference: str
    batch: int
    day: date
    amount: int
    state: str


class Corrected(NamedTuple):
    before: int
    after: int
    state: str
    run: int


class Appealed(NamedTuple):
    appeal: int
    raised_on: date
    deadline: date
    state: str


@dataclass(frozen=True)
class ClaimFile:
    claim: int
    number: str
    household: str
    received: date
    care_from: date | None
    care_to: date | None
    payee: str
    channel: str
    provider: str
    provider_ar: str
    provider_latin: str
    medical: bool
    lines: tuple[FileLine, ...]
    payments: tuple[Paid, ...]
    corrections: tuple[Corrected, ...]
    appeals: tuple[Appealed, ...]

    @property
    def may_be_appealed(self) -> bool:
        """Whether there is a decision that the member may not agree with, and no appeal that waits."""
        return any(line.decisions for line in self.standing) and all(one.state != "raised" for one in self.appeals)

    @property
    def standing(self) -> list[FileLine]:
        return [line for line in self.lines if not line.withdrawn]

    @property
    def state(self) -> str:
        states = {line.state for line in self.standing}
        return next((state for state in _ORDER if state in states), "withdrawn")

    @property
    def sums(self) -> dict[str, int]:
        """Of the lines that stand, minor units; what nobody has decided yet is billed only."""
        return {name: sum(getattr(line, name) for line in self.standing) for name in (
            "billed", "paid", "reductions", "share")}  # fmt: skip


def claim_file(by: By, number: str, lang: str, *, need: str = NEED, what: str = "file") -> ClaimFile | None:
    """A file by its number, and a trace of the look, at which page ``what`` says. None where there is none within the
    reach of who asks."""
    claim = Claim.objects.filter(number=number).select_related("household", "provider").first()
    if claim is None or not within_reach(by, need, claim.household.region_id):
        return None
    leave_trace(by, subject=f"household:{claim.household_id}", what=what)
    medical = reads_care(by, claim.household_id, claim.household.region_id)
    provider = claim.provider
    return ClaimFile(
        claim.id, claim.number, claim.household.number, claim.received, claim.care_from, claim.care_to,
        ATTRIBUTES["payee"][claim.payee], claim.channel, provider.number if provider else "",
        provider.name_ar if provider else "", provider.name_latin if provider else "", medical,
        _lines(claim, medical, lang), _payments(claim.id), _corrections(claim.id),
        _appeals(claim.id),
    )  # fmt: skip


def _lines(claim: Claim, medical: bool, lang: str) -> tuple[FileLine, ...]:
    rows = list(ClaimLine.objects.filter(claim=claim).select_related("act", "person").order_by("number"))
    decided: dict[int, list[Decision]] = {}
    for row in Decision.objects.filter(line__in=[line.pk for line in rows]).order_by("number"):
        decided.setdefault(row.line_id, []).append(row)
    told = explained([line.pk for line in rows if line.pk in decided][:MOST_TOLD], lang)
    gone = _withdrawn([line.pk for line in rows if line.withdrawn])
    return tuple(_line(row, decided.get(row.pk, []), told.get(row.pk), gone.get(row.pk), medical, lang) for row in rows)


def _withdrawn(lines: list[int]) -> dict[int, Withdrawn]:
    if not lines:
        return {}
    rows = list(Withdrawal.objects.filter(line__in=lines))
    names = user_names(row.by for row in rows)
    return {row.line_id: Withdrawn(row.reason, names.get(row.by, ""), row.at) for row in rows}


def _line(
    row: ClaimLine, decisions: list[Decision], told: Explained | None, gone: Withdrawn | None, medical: bool, lang: str
) -> FileLine:
    history = tuple(_decided(one) for one in decisions)
    last = history[-1] if history else None
    bits = decisions[-1].reasons if decisions else 0
    reasons = tuple(reason.name for place, reason in enumerate(REASONS) if bits >> place & 1)
    act = label_of(row.act, lang)
    care = (
        Care(row.person, row.day, row.act.code, act, row.quantity, row.unit_price, row.receipt or "")
        if medical
        else None
    )
    return FileLine(
        row.pk, row.label or str(row.number), row.billed, row.withdrawn, last.state if last else WAITING, reasons,
        last.paid if last else 0, last.reductions if last else 0, last.share if last else 0, history, care, told, gone,
    )  # fmt: skip


def _decided(row: Decision) -> Decided:
    paid = row.paid_1 + row.paid_2 + row.paid_3 + row.paid_4
    return Decided(row.line_id, row.number, row.run_id, STATES[row.state], row.billed, paid, row.reductions, row.share)


def _payments(claim: int) -> tuple[Paid, ...]:
    items = PaymentItem.objects.filter(transfer__source=DECISION, transfer__subject=claim)
    orders = items.values("order__reference", "order__batch", "order__batch__day", "order__state")
    found = orders.annotate(amount=Sum("transfer__amount")).order_by("order__batch__day", "order__reference")
    return tuple(
        Paid(
            row["order__reference"], row["order__batch"], row["order__batch__day"], row["amount"], row["order__state"]
        )
        for row in found
    )  # fmt: skip


def _corrections(claim: int) -> tuple[Corrected, ...]:
    rows = Correction.objects.filter(claim=claim).order_by("id")
    return tuple(Corrected(*row) for row in rows.values_list("before", "after", "state", "run_id"))


def _appeals(claim: int) -> tuple[Appealed, ...]:
    rows = Appeal.objects.filter(claim=claim).order_by("id")
    return tuple(Appealed(*row) for row in rows.values_list("id", "raised_on", "deadline", "state"))


# -- the files of a desk -----------------------------------------------------------------------------------------------


class Filed(NamedTuple):
    """A file in a list; minor units of the lines that stand."""

    claim: int
    number: str
    household: str
    received: date
    channel: str
    lines: int
    billed: int
    paid: int
    state: str


def files(
    by: By, *, words: str = "", state: str = "", received: tuple[date | None, date | None] = (None, None),
    after: str = "", size: int = 50,
) -> tuple[list[Filed], str]:  # fmt: skip
    """The files within the reach of who asks, the latest first, and what to give as ``after`` for those that follow.
    ``words``: the number of a file or a household, or how it begins; ``state``: waiting or to_review."""
    rows = _within(by)
    if words:
        rows = rows.filter(Q(number__startswith=words) | Q(household__number=words))
    since, until = received
    rows = rows.filter(received__gte=since) if since else rows
    rows = rows.filter(received__lte=until) if until else rows
    rows = rows.filter(_with_line(state)) if state in (WAITING, "to_review") else rows
    found, more = keyset(rows.select_related("household"), by="id", descending=True, after=after, size=size)
    return _summed(found), more


def neighbours(by: By, claim: int) -> tuple[str | None, str | None]:
    """The numbers of the files before and after one in that list."""
    rows = _within(by)
    newer = rows.filter(id__gt=claim).order_by("id").values_list("number", flat=True).first()
    older = rows.filter(id__lt=claim).order_by("-id").values_list("number", flat=True).first()
    return newer, older


def _within(by: By) -> QuerySet[Claim]:
    regions = regions_within(by, NEED)
    return Claim.objects.all() if regions is None else Claim.objects.filter(household__region_id__in=regions)


def _with_line(state: str) -> Exists:
    """Whether a line of the claim waits for a decision, or for a person."""
    lines = ClaimLine.objects.filter(claim=OuterRef("pk"), withdrawn=False)
    decided = Decision.objects.filter(line=OuterRef("pk"))
    if state == WAITING:
        return Exists(lines.filter(~Exists(decided)))
    last = decided.order_by("-number").values("state")[:1]
    return Exists(lines.annotate(last=last).filter(last=STATES.index("to_review")))


_SUMS = """SELECT l.claim_id AS claim, l.billed AS billed, COALESCE(d.state, -1) AS state,
    COALESCE(d.paid_1 + d.paid_2 + d.paid_3 + d.paid_4, 0) AS paid FROM care_line l
    LEFT JOIN care_decision d ON d.line_id = l.id AND d.number = (
        SELECT MAX(o.number) FROM care_decision o WHERE o.line_id = l.id)
    WHERE NOT l.withdrawn AND {claims}"""


def _summed(claims: list[Claim]) -> list[Filed]:
    """With what their lines come to: one question for all."""
    ids = np.sort(np.array([claim.pk for claim in claims], np.int64))
    rows = read_columns(
        _SUMS.format(claims=among("l.claim_id", ids)), dict.fromkeys(("claim", "billed", "state", "paid"), "int")
    )
    own: dict[int, list[tuple[int, int, int]]] = {}
    for claim, *sums in zip(*(rows[name].tolist() for name in ("claim", "billed", "state", "paid")), strict=True):
        own.setdefault(claim, []).append(tuple(sums))
    return [_filed(claim, own.get(claim.pk, [])) for claim in claims]


def _filed(claim: Claim, lines: list[tuple[int, int, int]]) -> Filed:
    states = {WAITING if state < 0 else STATES[state] for _, state, _ in lines}
    return Filed(
        claim.pk, claim.number, claim.household.number, claim.received, claim.channel, len(lines),
        sum(billed for billed, _, _ in lines), sum(paid for _, _, paid in lines),
        next((state for state in _ORDER if state in states), "withdrawn"),
    )  # fmt: skip
