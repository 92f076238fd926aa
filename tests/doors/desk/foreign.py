"""One of each kind that an address can name, out of the reach of somebody who works for one region.

A page whose address names something says what in its row of access/*.toml: ``of = { number = "household" }``.
The mutual of the tests has no household in the region where nobody reaches them from.
"""

from __future__ import annotations

from collections.abc import Callable

from tiwizi.doors.clock import now
from tiwizi.records.care.models import Appeal, Claim, ClaimLine, Flag, Opinion, PriorApproval, Run, Sample
from tiwizi.records.people.models import Card, Document, Household, Letter, Membership, User


def _household() -> object:
    return Household.objects.order_by("id").values_list("number", flat=True)[0]


def _claim() -> object:
    """A file of that household."""
    home = Household.objects.order_by("id").values_list("id", flat=True)[0]
    return Claim.objects.create(number="FOREIGN-1", household_id=home, received=now().date()).number


def _passkey() -> object:
    """A key of somebody else."""
    from allauth.mfa.models import Authenticator

    owner = User.objects.order_by("id").first()
    return Authenticator.objects.create(user=owner, type=Authenticator.Type.WEBAUTHN, data={"name": "key"}).pk


def _household_word() -> object:
    return "household"


def _paper() -> object:
    """The page of a certificate that lies with that household."""
    home = Household.objects.order_by("id").values_list("id", flat=True)[0]
    return Document.objects.create(
        household_id=home, subject=f"household:{home}", kind="school", digest=bytes(32), size=1, received_at=now(),
        original=bytes(32), page=1,
    ).id  # fmt: skip


def _run() -> object:
    """One of the whole mutual."""
    return Run.objects.order_by("id").values_list("id", flat=True)[0]


def _appeal() -> object:
    day = now().date()
    return Appeal.objects.create(claim=Claim.objects.get(number=_claim()), raised_on=day, deadline=day, grounds="x").id


def _approval() -> object:
    day = now().date()
    home = Household.objects.order_by("id")[0]
    person = Membership.objects.filter(household=home).values_list("person_id", flat=True)[0]
    return PriorApproval.objects.create(
        number="FOREIGN-A", household=home, person_id=person, asked_on=day, deadline=day
    ).number


def _flag() -> object:
    claim = Claim.objects.get(number=_claim())
    return Flag.objects.create(kind="receipts", key="x", claim=claim, figures={}, amount=0, found_on=now().date()).id


def _letter() -> object:
    """One that lies in no region, and names no care."""
    home = Household.objects.order_by("id").values_list("id", flat=True)[0]
    return Letter.objects.create(
        household_id=home, kind="slip", subject="claim:1", language="fr", digest=bytes(32), content=b"", made_by=1,
        tells_care=False, made_at=now(),
    ).id  # fmt: skip


def _cover_request() -> object:
    from tiwizi.records.cover.models import CoverRequest, Plan

    home = Household.objects.order_by("id").values_list("id", flat=True)[0]
    plan, _ = Plan.objects.get_or_create(code="FOREIGN")
    asked = CoverRequest.objects.create(household_id=home, plan=plan, since=now().date(), asked_by=1, asked_at=now())
    return asked.id


def _letter_kind() -> object:
    return "missing_piece"


def _card() -> object:
    person = Membership.objects.order_by("id").values_list("person_id", flat=True)[0]
    return Card.objects.create(person_id=person, number=1, made_by=1, made_at=now()).id


def _batch() -> object:
    from tiwizi.records.money.models import PaymentBatch

    return PaymentBatch.objects.order_by("id").values_list("id", flat=True)[0]


def _opinion() -> object:
    line = ClaimLine.objects.filter(claim__household=Household.objects.order_by("id")[0]).order_by("id")[0]
    day = now().date()
    drawn = Sample.objects.create(seed=1, share=1, since=day, until=day, population=[], drawn=[], by=1, at=now())
    return Opinion.objects.create(sample=drawn, line=line, decision=1, stratum=0).id


FOREIGN: dict[str, Callable[[], object]] = {
    "claim": _claim, "household": _household, "household_word": _household_word, "paper": _paper, "passkey": _passkey,
    "run": _run, "appeal": _appeal, "flag": _flag, "opinion": _opinion, "approval": _approval,
    "situation": lambda: "death",
    "letter": _letter, "letter_kind": _letter_kind, "card": _card, "cover_request": _cover_request,
    "batch_of_letters": _batch,
}  # fmt: skip
