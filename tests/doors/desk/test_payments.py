"""Three people pay a batch at the desk: each sees what will happen, and is told why not before they try."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.doors.desk.conftest import Desk, prove
from tests.doors.desk.money_desk import owe

from tiwizi.doors import clock
from tiwizi.records.money.models import Book, PaymentBatch, PaymentOrder
from tiwizi.records.trail.models import Event

LANGS = ("ar", "fr", "en")


@pytest.fixture(autouse=True)
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the bank of this test."""
    monkeypatch.setattr(settings, "BANK_FOLDER", tmp_path / "bank")
    return tmp_path / "bank"


def _prepare(client: Client, *, key: str = "p1", **more: Any) -> Any:
    said = {"on": clock.today().isoformat(), "to": "", "text": "Remboursement", "key": key, **more}
    return client.post("/payments/funds/sm/prepare/", said)


def _prepared(desk: Desk, amounts: list[int] | None = None) -> int:
    owe(amounts or [14_400, 20_000])
    _prepare(desk("nadia"))
    return PaymentBatch.objects.order_by("-id")[0].id


def _step(client: Client, batch: int, name: str, key: str = "") -> Any:
    return prove(client).post(f"/payments/batches/{batch}/{name}/", {"key": key or f"{name}-{batch}"})


@pytest.mark.parametrize("lang", LANGS)
def test_every_page_of_payments_speaks_the_readers_language(desk: Desk, lang: str) -> None:
    batch = _prepared(desk)
    reference = PaymentOrder.objects.filter(batch=batch)[0].reference
    for address in (
        "/payments/", "/payments/funds/sm/", f"/payments/batches/{batch}/", f"/payments/orders/{reference}/",
        "/payments/returned/",
    ):  # fmt: skip
        for login in ("nadia", "omar", "leila", "hicham"):
            assert desk(login, lang=lang).get(address).status_code == 200, (address, login)
        assert desk("salma", lang=lang).get(address).status_code == 403
    for login, step in (("omar", "approve"), ("leila", "release"), ("nadia", "cancel"), ("leila", "hand_over")):
        assert desk(login, lang=lang).get(f"/payments/batches/{batch}/{step}/").status_code == 200, step


def test_a_batch_goes_from_what_is_owed_to_the_bank_by_three_people(desk: Desk, bank: Path) -> None:
    owe([14_400, 20_000])
    page = desk("nadia", lang="en").get("/payments/funds/sm/").content.decode()
    assert "344.00" in page
    answered = _prepare(desk("nadia"))
    batch = PaymentBatch.objects.order_by("-id")[0]
    assert (answered.status_code, answered["Location"]) == (303, f"/payments/batches/{batch.id}/")
    assert (batch.amount, batch.orders, batch.state) == (34_400, 2, "prepared")
    assert _step(desk("omar"), batch.id, "approve").status_code == 303
    assert _step(desk("leila"), batch.id, "release").status_code == 303
    assert _step(desk("leila"), batch.id, "make_file").status_code == 303
    sent = prove(desk("leila")).get(f"/payments/batches/{batch.id}/file/")
    data = b"".join(sent.streaming_content)  # type: ignore[attr-defined]
    page = desk("hicham", lang="en").get(f"/payments/batches/{batch.id}/").content.decode()
    assert hashlib.sha256(data).hexdigest() in page and "download" not in page.lower().partition("orders")[0]
    assert _step(desk("leila"), batch.id, "hand_over").status_code == 303
    assert [path.read_bytes() for path in (bank / "handed-over").iterdir()] == [data]
    batch.refresh_from_db()
    assert batch.state == "handed_over"
    assert Event.objects.filter(verb="people.looked", subject=f"batch:{batch.id}").count() == 1


def test_a_form_that_is_sent_twice_prepares_one_batch(desk: Desk) -> None:
    owe([14_400])
    before = PaymentBatch.objects.count()
    first, second = _prepare(desk("nadia")), _prepare(desk("nadia"))
    assert first["Location"] == second["Location"] and PaymentBatch.objects.count() == before + 1


def test_what_cannot_be_prepared_keeps_what_was_typed(desk: Desk) -> None:
    answered = _prepare(desk("nadia", lang="en"), on="2001-01-01", text="Remboursement d'été", without=["7"])
    page = answered.content.decode()
    assert answered.status_code == 422 and "Nobody can be paid" in page
    assert 'value="01/01/2001"' in page and "Remboursement d&#x27;été" in page
    assert _prepare(desk("nadia"), on="yesterday", key="p2").status_code == 422


def test_who_prepared_a_batch_is_told_before_trying_that_others_sign(desk: Desk) -> None:
    from tests.doors.desk.test_matrix import employ

    employ("somebody", "payment_approver")
    batch = _prepared(desk)
    assert _step(desk("somebody"), batch, "approve").status_code == 303
    page = desk("somebody", lang="en").get(f"/payments/batches/{batch}/approve/").content.decode()
    assert "You have signed batch" in page or "signed" in page
    assert _step(desk("somebody"), batch, "approve", key="again").status_code == 422


def test_above_the_ceiling_two_approve(desk: Desk) -> None:
    from tests.doors.desk.test_matrix import employ

    Book.objects.filter(code="sm").update(ceiling=10_000)
    employ("second", "payment_approver")
    batch = _prepared(desk)
    _step(desk("omar"), batch, "approve")
    assert "batch_release" not in desk("leila").get(f"/payments/batches/{batch}/").content.decode()
    assert _step(desk("leila"), batch, "release").status_code == 422
    assert _step(desk("second"), batch, "approve", key="second").status_code == 303
    assert _step(desk("leila"), batch, "release", key="r2").status_code == 303


def test_a_cancelled_batch_leaves_its_payees_to_be_paid(desk: Desk) -> None:
    batch = _prepared(desk)
    assert _step(desk("nadia"), batch, "cancel").status_code == 303
    assert "344,00" in desk("nadia").get("/payments/funds/sm/").content.decode().replace("\u202f", "")


def test_approving_and_releasing_ask_again_who_one_is(desk: Desk) -> None:
    from django.contrib.auth import get_user_model
    from django.contrib.auth.hashers import make_password

    get_user_model().objects.filter(login="omar").update(password=make_password("correct horse battery"))
    batch = _prepared(desk)
    answered = desk("omar").post(f"/payments/batches/{batch}/approve/", {"key": "k"})
    assert answered.status_code == 302 and "/account/reauthenticate/" in answered["Location"]


def test_a_batch_says_what_is_different(desk: Desk) -> None:
    batch = _prepared(desk, [9_000_000, 20_000])
    page = desk("omar", lang="en").get(f"/payments/batches/{batch}/?kind=larger").content.decode()
    assert "90,000.00" in page
    told = desk("omar", lang="en").get(f"/payments/batches/{batch}/?kind=new").content.decode()
    assert "Nothing matches" in told or "rows" in told


def test_only_who_knows_people_sees_names_and_digits(desk: Desk) -> None:
    batch = _prepared(desk)
    order = PaymentOrder.objects.filter(batch=batch).select_related("payee", "account")[0]
    for login, may in (("nadia", True), ("omar", True), ("leila", False), ("hicham", False)):
        for address in (f"/payments/batches/{batch}/", f"/payments/orders/{order.reference}/"):
            page = desk(login).get(address).content.decode()
            assert (f"…{order.account.number[-4:]}" in page) is may, (login, address)
            assert order.account.number not in page
    assert PaymentOrder.objects.filter(payee__name=order.payee.name).exists()
    found = desk("leila").get(f"/payments/batches/{batch}/?words={order.payee.name}").content.decode()
    assert order.reference not in found


@pytest.mark.parametrize(
    "address",
    ["/payments/batches/999999/", "/payments/orders/TWZ000000999999/", "/payments/funds/nowhere/",
     "/payments/batches/999999/file/", "/payments/batches/999999/approve/"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(desk: Desk, address: str) -> None:
    login = "omar" if "approve" in address else "leila"
    assert desk(login).get(address).status_code == 404


def test_questions_of_a_batch_do_not_grow_with_its_orders(desk: Desk) -> None:
    from django.db import connection

    few = _prepared(desk, [1_000])
    client = desk("omar")
    client.get(f"/payments/batches/{few}/")
    with CaptureQueriesContext(connection) as before:
        client.get(f"/payments/batches/{few}/")
    _step(desk("nadia"), few, "cancel")
    owe([1_000 + at for at in range(9)])
    _prepare(desk("nadia"), key="many")
    many = PaymentBatch.objects.order_by("-id")[0].id
    with CaptureQueriesContext(connection) as after:
        client.get(f"/payments/batches/{many}/")
    assert len(after) <= len(before)


def test_a_file_that_the_folder_cannot_take_is_told_and_nothing_is_handed_over(desk: Desk, bank: Path) -> None:
    batch = _prepared(desk)
    _step(desk("omar"), batch, "approve")
    _step(desk("leila"), batch, "release")
    bank.write_text("a file where the folder should be")
    answered = _step(desk("leila", lang="en"), batch, "make_file")
    assert answered.status_code == 422 and "folder" in answered.content.decode()


def test_a_stale_page_is_told_how_the_batch_stands_now(desk: Desk) -> None:
    batch = _prepared(desk)
    _step(desk("nadia"), batch, "cancel")
    answered = _step(desk("omar"), batch, "approve")
    page = answered.content.decode()
    assert answered.status_code == 422 and "Le lot est : Annulé" in page.replace("\u00a0", " ")
    assert "approve " not in page.partition('role="alert"')[2].partition("</div>")[0]
