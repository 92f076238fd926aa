"""The demo's mutual: who works there, what its members are paid to, and what its bank answers. All of it is made up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tiwizi.doors import clock
from tiwizi.doors.cli.account import confirm_all, request
from tiwizi.doors.cli.money_words import major
from tiwizi.doors.cli.open_records import Who, the_clock
from tiwizi.doors.cli.summary import written
from tiwizi.doors.cli.voice import Voice
from tiwizi.locale import text

if TYPE_CHECKING:
    from tiwizi.formats.orders import Order
    from tiwizi.formats.statement import Movement

ADMINISTRATORS = ("anna", "idir")
AGENT, MANAGER, ADJUDICATOR = Who("imane"), Who("karim"), Who("salma")
COLLEAGUE, PREPARER, APPROVER = Who("tariq"), Who("nadia"), Who("omar")
TREASURER, ACCOUNTANT, SECOND_ACCOUNTANT = Who("leila"), Who("hicham"), Who("zineb")
ADVISER, SECOND_ADJUDICATOR, AUDITOR = Who("yasmine"), Who("brahim"), Who("malika")
ROLES = {
    AGENT: ("desk_agent", "contributions_officer", "manager"), COLLEAGUE: ("desk_agent", "contributions_officer"),
    MANAGER: ("manager",), ADJUDICATOR: ("adjudicator",), SECOND_ADJUDICATOR: ("adjudicator",),
    ADVISER: ("medical_adviser",), PREPARER: ("payment_preparer",), APPROVER: ("payment_approver",),
    TREASURER: ("treasurer",), ACCOUNTANT: ("accountant",), SECOND_ACCOUNTANT: ("accountant",),
    AUDITOR: ("internal_auditor",),
}  # fmt: skip
#: Of everybody there, in a demo that says on every page that it is one.
PASSWORD = "tiwizi-demo"
BANK, PAYER = "011", "Mutuelle Tiwizi"
#: What a fund holds when its book opens, in minor units; of every so many payments one comes back.
OPENING, ONE_IN = 500_000_000_00, 400


def open_the_mutual(voice: Voice, plan: str) -> None:
    """Tables, people who work there, a plan that is in force, a book for each fund."""
    from datetime import date

    from tiwizi.doors.cli.open_plan import open_plan
    from tiwizi.packs import regions
    from tiwizi.records.cover.operations import propose_plan, publish_plan
    from tiwizi.records.database.schema import bring_up_to_date
    from tiwizi.records.people.operations.regions import open_regions

    bring_up_to_date(lambda _: None)
    _employ()
    _, path = open_plan(voice, plan)
    version = propose_plan(MANAGER.by(), text=path.read_text(encoding="utf-8"), effective_on=date(2000, 1, 1))
    publish_plan(AGENT.by(), version=version, on=clock.today())
    country = plan.partition("/")[0]
    open_regions(MANAGER.by(), regions=[list(region) for region in regions(country)])
    _open_books(country, voice.lang)
    _say_who_it_is()


def sign_tariff() -> None:
    """The prices that came along, signed by somebody other than who brought them."""
    from tiwizi.records.cover.operations import publish_tariff
    from tiwizi.records.cover.queries import unsigned_tariffs

    for version in unsigned_tariffs():
        publish_tariff(MANAGER.by(), version=version, on=clock.today())


def _employ() -> None:
    from tiwizi.records.people.operations.users import ask_grant, confirm_grant, create_user, open_administration
    from tiwizi.records.trail.roles import ROLES as KNOWN

    open_administration(the_clock(), logins=list(ADMINISTRATORS))
    one, other = (Who(login) for login in ADMINISTRATORS)
    for who, roles in ROLES.items():
        create_user(one.by(), login=who.login, name=who.login.title())
        for role in roles:
            ask_grant(one.by(), login=who.login, role=role)
            if KNOWN[role].privileged:
                confirm_grant(other.by(), login=who.login, role=role)
    _give_passwords()


def _give_passwords() -> None:
    """To everybody; and names to those who were there first."""
    from django.contrib.auth import get_user_model
    from django.contrib.auth.hashers import make_password

    users = get_user_model().objects
    users.update(password=make_password(PASSWORD))
    for login in ADMINISTRATORS:
        users.filter(login=login).update(name=login.title())


def _open_books(country: str, lang: str) -> None:
    """Each with an account at the bank, and money on it."""
    from tiwizi.packs import chart
    from tiwizi.records.money.operations import ask_entry, confirm_entry, open_books

    funds = chart(country)
    memo = text("desk/books", "source_opening", lang=lang)
    banks = {fund: rib(number) for number, fund in enumerate(funds.funds, 1)}
    open_books(ACCOUNTANT.by(), country=country, payer=PAYER, banks=banks)
    for fund in funds.funds:
        sides = [funds.account(fund, role).partition(":")[2] for role in ("bank", "opening")]
        entry = ask_entry(
            ACCOUNTANT.by(), book=fund, day=clock.today(), memo=memo, moves=[[*sides, OPENING]], opening=True
        )
        confirm_entry(SECOND_ACCOUNTANT.by(), entry=entry)


def _say_who_it_is() -> None:
    """What its letters say at their head."""
    from tiwizi.records.people.operations.letters import describe_mutual

    describe_mutual(
        MANAGER.by(), name_ar="تعاضدية تيويزي", name_latin="Mutuelle Tiwizi", address_ar="12 شارع الحرية، الرباط",
        address_latin="12, avenue de la Liberté, Rabat", phone="05 37 00 00 00", email="contact@tiwizi.example",
        appeal_days=60, appeal_to_ar="لجنة التظلمات، 12 شارع الحرية، الرباط",
        appeal_to_latin="Commission des recours, 12, avenue de la Liberté, Rabat",
    )  # fmt: skip


def rib(number: int) -> str:
    """A made-up account with the right key."""
    from tiwizi.rules.rib import key_of

    first = f"{BANK}780{number:016d}"
    return first + key_of(first)


def bring_accounts(voice: Voice) -> int:
    """An account for everybody who is owed something, asked for by one and confirmed by another; how many."""
    from tiwizi.records.care.queries.lines import payees_without_account

    rows = [(person, provider, rib(payee)) for payee, person, provider in payees_without_account()]
    asked = request(voice, AGENT, rows)
    confirmed = confirm_all(COLLEAGUE)
    voice.say("demo_accounts", count=written(confirmed, voice), wrong=written(asked["wrong"], voice))
    return confirmed


def pay(voice: Voice, country: str, folder: Path) -> list[dict[str, int | str]]:
    """What each fund owes, by three people, to the bank."""
    from tiwizi.doors.gateways.bank_folder import hand_over_file, make_file
    from tiwizi.packs import chart
    from tiwizi.records.money.operations import approve, prepare, release
    from tiwizi.records.trail.refusal import Refused

    paid: list[dict[str, int | str]] = []
    for book in chart(country).funds:
        try:
            made = prepare(PREPARER.by(), book=book, on=clock.today(), text="Remboursement")
        except Refused as refused:
            if refused.key != "nothing_to_pay":
                raise
            continue
        batch = made["batch"]
        approve(APPROVER.by(), batch=batch)
        release(TREASURER.by(), batch=batch)
        make_file(TREASURER.by(), batch=batch, folder=folder)
        hand_over_file(TREASURER.by(), batch=batch, folder=folder)
        voice.say(
            "demo_batch", book=book, orders=written(made["orders"], voice), amount=major(made["amount"], voice),
        )  # fmt: skip
        paid.append({"book": book, "batch": batch, "orders": made["orders"], "amount": made["amount"]})
    return paid


def take_statements() -> tuple[int, int]:
    """The bank says that it paid, and that a few payments came back: (paid, returned)."""
    from hashlib import sha256

    from tiwizi.formats.statement import Statement
    from tiwizi.records.money.operations import take_statement
    from tiwizi.records.money.queries.bank_orders import bank_batch, bank_orders
    from tiwizi.records.money.queries.batches import batches

    paid = returned = 0
    for batch in batches():
        orders = list(bank_orders(batch.batch))
        movements = (*map(_left, orders), *map(_came_back, orders[::ONE_IN]))
        closing = OPENING + sum(movement.amount for movement in movements)
        account = bank_batch(batch.batch).rib
        read = Statement(f"S{batch.batch}", account, batch.currency, OPENING, closing, movements)
        answer = take_statement(ACCOUNTANT.by(), statement=read, digest=sha256(repr(read).encode()).digest())
        paid, returned = paid + answer["paid"], returned + answer["returned"]
    return paid, returned


def _left(order: Order) -> Movement:
    from tiwizi.formats.statement import Movement

    return Movement(clock.today(), -order.amount, order.id, f"D{order.id}")


def _came_back(order: Order) -> Movement:
    from tiwizi.formats.statement import Movement

    return Movement(clock.today(), order.amount, order.id, f"R{order.id}", return_reason="AC04")
