"""A file as a reviewer has it before them: its lines with what was decided and why, its people, and of the care of
those people what matters for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F

from tiwizi.records.care.models import Claim, ClaimLine, Decision, PriorApproval, Recheck, Review
from tiwizi.records.care.queries.decisions import explain
from tiwizi.records.care.reviewing import HELD
from tiwizi.records.people.looks import leave_trace, within_reach
from tiwizi.records.people.models import Membership, Status
from tiwizi.records.people.queries import user_names
from tiwizi.records.trail.gate import By
from tiwizi.rules.terms import ATTRIBUTES, REASONS, STATES, STATUSES, TO_REVIEW

#: How far back care matters, and how much of it is shown.
BACK, MOST = timedelta(days=730), 40
#: A file of more lines tells why of those alone that wait, for each sentence has the household decided once more.
TOLD = 12


@dataclass(frozen=True)
class Patient:
    """``age``: on the day of the care. ``statuses``: (what, code, since, until) that were so then."""

    person: int
    number: str
    name_ar: str
    name_latin: str
    birth: date
    sex: str
    role: str
    age: int
    statuses: tuple[tuple[str, str, date, date | None], ...]


@dataclass(frozen=True)
class Reviewed:
    number: int
    quantity: int | None
    price: int | None
    cause: str | None
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True)
class ReviewLine:
    """``left``: what a reviewer left of it last, (quantity, price), None where nothing stands. ``held``: it waits for
    a fact that no reviewer can give by looking."""

    line: int
    number: int
    patient: Patient
    day: date
    code: str
    label: str
    quantity: int
    unit_price: int | None
    billed: int
    receipt: str
    withdrawn: bool
    left: tuple[int | None, int | None]
    state: str
    reasons: tuple[str, ...]
    paid: int
    reductions: int
    share: int
    explanation: tuple[str, ...]
    reviews: tuple[Reviewed, ...]

    @property
    def held(self) -> bool:
        return self.state == "to_review" and any(reason in HELD for reason in self.reasons)

    @property
    def waits(self) -> bool:
        return self.state == "to_review"


@dataclass(frozen=True)
class Earlier:
    """Care that somebody of the file had before or since."""

    claim: str
    person: int
    day: date
    code: str
    label: str
    quantity: int
    billed: int
    state: str
    same_act: bool


@dataclass(frozen=True)
class Approved:
    number: str
    person: int
    code: str
    quantity: int | None
    amount: int | None
    state: str
    since: date | None
    until: date | None


@dataclass(frozen=True)
class ReviewFile:
    """``calls``: (cause, reason) of each open call for another look."""

    claim: int
    number: str
    household: int
    home: str
    provider: str
    provider_ar: str
    provider_latin: str
    sector: str
    setting: str
    visit: str
    payee: str
    received: date
    approval: str
    lines: tuple[ReviewLine, ...]
    calls: tuple[tuple[str, str], ...]
    earlier: tuple[Earlier, ...]
    approvals: tuple[Approved, ...]

    @property
    def patients(self) -> list[Patient]:
        return list({line.patient.person: line.patient for line in self.lines}.values())

    @property
    def billed(self) -> int:
        return sum(line.billed for line in self.lines if not line.withdrawn)


def claim_for_review(by: By, number: str) -> int | None:
    """The id of a file by its number; None where there is none, or outside the reach or of the family of who asks."""
    row = Claim.objects.filter(number=number).values_list("id", "household_id", "household__region_id").first()
    if row is None or not within_reach(by, "care.review", row[2]) or row[1] == by.household:
        return None
    return int(row[0])


def review_file(by: By, claim: int, lang: str) -> ReviewFile:
    """A file with its care, in the words of ``lang``; a trace of the look stays."""
    row = Claim.objects.select_related("household", "provider").get(pk=claim)
    leave_trace(by, subject=f"household:{row.household_id}", what=f"review:{claim}")
    lines = _lines(row, lang)
    people = {line.patient.person for line in lines}
    calls = Recheck.objects.filter(claim_id=claim, closed_at=None).exclude(cause__startswith="limit:").order_by("id")
    provider = row.provider
    return ReviewFile(
        claim, row.number, row.household_id, row.household.number, provider.number if provider else "",
        provider.name_ar if provider else "", provider.name_latin if provider else "",
        ATTRIBUTES["sector"][row.sector], ATTRIBUTES["setting"][row.setting], ATTRIBUTES["visit"][row.visit],
        ATTRIBUTES["payee"][row.payee], row.received, row.approval, lines,
        tuple((call.cause.partition(":")[0], call.reason) for call in calls),
        _earlier(row, people, {line.code for line in lines}, lang), _approvals(row.household_id, people),
    )  # fmt: skip


def _lines(claim: Claim, lang: str) -> tuple[ReviewLine, ...]:
    rows = list(ClaimLine.objects.filter(claim=claim).select_related("act", "person").order_by("number"))
    last: dict[int, Decision] = {}
    for decision in Decision.objects.filter(line__in=[row.id for row in rows]).order_by("number"):
        last[decision.line_id] = decision
    patients = _patients(claim, rows)
    reviews = _reviews([row.id for row in rows])
    told = {row.id for row in rows if row.id in last and (len(rows) <= TOLD or last[row.id].state == TO_REVIEW)}
    why = {line: tuple(explain(line, lang)) for line in sorted(told)[:TOLD]}
    return tuple(_line(row, last.get(row.id), patients, reviews, why, lang) for row in rows)


def _line(
    row: ClaimLine,
    decision: Decision | None,
    patients: dict[int, Patient],
    reviews: dict[int, list[Reviewed]],
    why: dict[int, tuple[str, ...]],
    lang: str,
) -> ReviewLine:
    paid = 0 if decision is None else decision.paid_1 + decision.paid_2 + decision.paid_3 + decision.paid_4
    bits = 0 if decision is None else decision.reasons
    return ReviewLine(
        row.id, row.number, patients[row.person_id], row.day, row.act.code, label_of(row.act, lang), row.quantity,
        row.unit_price, row.billed, row.receipt or "", row.withdrawn, (row.quantity_approved, row.price_approved),
        "waiting" if decision is None else STATES[decision.state],
        tuple(reason.name for place, reason in enumerate(REASONS) if bits >> place & 1), paid,
        0 if decision is None else decision.reductions, 0 if decision is None else decision.share,
        why.get(row.id, ()), tuple(reviews.get(row.id, ())),
    )  # fmt: skip


def label_of(act: object, lang: str) -> str:
    """What an act is called in a language, or in another where it has no name there."""
    return next((name for known in (lang, "fr", "ar", "en") if (name := getattr(act, f"label_{known}"))), "")


def _reviews(lines: list[int]) -> dict[int, list[Reviewed]]:
    rows = list(Review.objects.filter(line__in=lines).order_by("line_id", "number"))
    names = user_names(row.by for row in rows)
    found: dict[int, list[Reviewed]] = {}
    for row in rows:
        told = Reviewed(row.number, row.quantity, row.price, row.cause, row.reason, names.get(row.by, ""), row.at)
        found.setdefault(row.line_id, []).append(told)
    return found


def _patients(claim: Claim, rows: list[ClaimLine]) -> dict[int, Patient]:
    people = {row.person_id: row for row in rows}
    roles = dict(
        Membership.objects.filter(household_id=claim.household_id, person__in=people)
        .order_by("since").values_list("person_id", "role")
    )  # fmt: skip
    statuses: dict[int, list[tuple[str, str, date, date | None]]] = {}
    for held in Status.objects.filter(person__in=people).order_by("since"):
        day = people[held.person_id].day
        if held.since <= day and (held.until is None or held.until > day):
            told = (STATUSES[held.status], held.code, held.since, held.until)
            statuses.setdefault(held.person_id, []).append(told)
    return {
        number: Patient(
            number, row.person.number, row.person.name_ar, row.person.name_latin, row.person.birth,
            ATTRIBUTES["sex"][row.person.sex], ATTRIBUTES["role"][roles.get(number, 5)],
            _age(row.person.birth, row.day), tuple(statuses.get(number, ())),
        )
        for number, row in people.items()
    }  # fmt: skip


def _age(birth: date, on: date) -> int:
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def _earlier(claim: Claim, people: set[int], codes: set[str], lang: str) -> tuple[Earlier, ...]:
    """The same acts first, then the latest care."""
    since = claim.received - BACK
    rows = (
        ClaimLine.objects.filter(claim__household_id=claim.household_id, person__in=people, withdrawn=False)
        .filter(day__gte=since).exclude(claim=claim).select_related("act", "claim")
        .order_by("-day", "-id")[:400]
    )  # fmt: skip
    found = sorted(rows, key=lambda row: (row.act.code not in codes, -row.day.toordinal()))[:MOST]
    states = dict(
        Decision.objects.filter(line__in=[row.id for row in found])
        .order_by("number").values_list("line_id", "state")
    )  # fmt: skip
    return tuple(
        Earlier(
            row.claim.number, row.person_id, row.day, row.act.code, label_of(row.act, lang), row.quantity, row.billed,
            STATES[states[row.id]] if row.id in states else "waiting", row.act.code in codes,
        )
        for row in found
    )  # fmt: skip


def _approvals(household: int, people: set[int]) -> tuple[Approved, ...]:
    rows = PriorApproval.objects.filter(person__in=people, household_id=household).annotate(code=F("act__code"))
    return tuple(
        Approved(row.number, row.person_id, row.code or "", row.quantity, row.amount, row.state, row.since, row.until)
        for row in rows.order_by("-asked_on", "-id")[:20]
    )
