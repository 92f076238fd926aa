"""Bank accounts at the desk: asked for by one, confirmed by another who reads the paper again (S4)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.doors.desk.conftest import Desk, prove

from tiwizi.rules.rib import key_of

FIRST = "0118100000123456789012"
RIB = FIRST + key_of(FIRST)
PASTED = f"{RIB[:3]}-{RIB[3:6]} {RIB[6:22]} {RIB[22:]}"


def a_member() -> tuple[str, int]:
    """(household, payee) of one who can be paid and has no account that waits."""
    from tiwizi.records.people.models import Membership, Payee

    payee = Payee.objects.filter(person__isnull=False).order_by("id")[0]
    return Membership.objects.filter(person=payee.person_id)[0].household.number, payee.id


def asked(desk: Desk, number: str = PASTED, *, key: str = "k") -> tuple[Any, str]:
    home, payee = a_member()
    client = prove(desk("imane"))
    return client.post(f"/household/{home}/accounts/", {"key": key, "payee": payee, "number": number}), home


def waiting() -> Any:
    from tiwizi.records.people.models import BankAccount

    return BankAccount.objects.get(number=RIB)


def test_a_pasted_rib_is_asked_for_once_and_shown_by_its_end_alone(desk: Desk) -> None:
    (answer, home), (again, _) = asked(desk), asked(desk)
    assert answer.status_code == again.status_code == 303
    page = desk("imane").get(f"/household/{home}/accounts/").content.decode()
    assert RIB not in page and RIB[-4:] in page and waiting().confirmed_by_id is None


@pytest.mark.parametrize("number", ["", "123", RIB[:-2] + "00", "x" * 300, "FR7630006000011234567890189"])
def test_a_wrong_number_is_said_beside_the_field(desk: Desk, number: str) -> None:
    answer, _ = asked(desk, number)
    assert answer.status_code == 422 and 'class="error"' in answer.content.decode()


def test_the_key_is_checked_while_one_types(desk: Desk) -> None:
    client = desk("imane")
    assert RIB[-4:] in client.post("/accounts/check/", {"number": PASTED}).content.decode()
    assert "error" in client.post("/accounts/check/", {"number": RIB[:-2] + "00"}).content.decode()


def test_whoever_asked_does_not_confirm_and_a_colleague_reads_the_number_again(desk: Desk) -> None:
    asked(desk)
    account = waiting().id
    own = prove(desk("imane")).post("/accounts/", {"key": "k1", "account": account, "number": RIB})
    assert own.status_code == 422
    other = prove(desk("tariq"))
    page = other.get("/accounts/").content.decode()
    assert RIB not in page and str(account) in page
    wrong = other.post("/accounts/", {"key": "k2", "account": account, "number": RIB[:-1] + "9"})
    assert wrong.status_code == 422
    right = other.post("/accounts/", {"key": "k2", "account": account, "number": PASTED})
    assert right.status_code == 303 and (waiting().usable_from - waiting().confirmed_at).days == 2


def test_without_a_fresh_proof_of_who_one_is_no_account_changes(desk: Desk) -> None:
    home, payee = a_member()
    answer = desk("imane").post(f"/household/{home}/accounts/", {"payee": payee, "number": RIB})
    assert answer.status_code == 302 and "reauthenticate" in answer["Location"]


def test_a_request_is_taken_back_and_an_account_of_others_is_not_found(desk: Desk) -> None:
    from tiwizi.records.people.models import BankAccount, Membership

    _, home = asked(desk)
    client = prove(desk("imane"))
    assert client.post(f"/household/{home}/accounts/", {"key": "k1", "end": waiting().id}).status_code == 303
    assert waiting().ended_at is not None
    people = Membership.objects.filter(household__number=home).values("person")
    foreign = BankAccount.objects.exclude(payee__person__in=people).filter(ended_at=None)[0]
    assert client.post(f"/household/{home}/accounts/", {"key": "k2", "end": foreign.id}).status_code == 404
