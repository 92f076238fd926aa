"""What is owed for decided claims: a transfer for each claim and fund that pays some of it, from the fund's benefits to
what it owes members or providers, in the fund's own book.

A transfer is named by the claim, the book and how often the claim was booked there, so that the same booking is refused
the second time. Lines that wait for a person are owed nothing yet; layers that another payer decides are not ours to
book.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from django.db import connection

from tiwizi.records.care.decision import unpack_chosen
from tiwizi.records.care.models import STEPS, Provider
from tiwizi.records.database.columns import among, read_columns, write_columns
from tiwizi.records.money.models import DECISION, REVERSAL, Transfer, award_part
from tiwizi.records.people.models import Payee, Person
from tiwizi.records.trail.refusal import Refused
from tiwizi.rules.adjudicate.columns import Column
from tiwizi.rules.plan.document import Plan
from tiwizi.rules.terms import ATTRIBUTES, TO_REVIEW

PROVIDER = ATTRIBUTES["payee"].index("provider")


@dataclass(frozen=True)
class Books:
    """All books, and which of them pay a plan. ids, benefits (accounts): a place a book; payable: [books, 2], the
    accounts of what is owed to members and to providers; of_layer: the place of the book of each layer, or -1."""

    ids: Column
    benefits: Column
    payable: Column
    of_layer: Column


def books_of(plan: Plan) -> Books:
    """Raises Refused where no book pays a layer that is decided here."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT b.id, b.layers, a.id, a.roles FROM money_book b JOIN money_account a ON a.book_id = b.id"
            " ORDER BY b.id"
        )
        rows = cursor.fetchall()
    layers = {layer: book for book, paid, _, _ in rows for layer in paid.split()}
    with_role = {(book, role): account for book, _, account, roles in rows for role in roles.split()}
    used = sorted({book for book, *_ in rows})
    of_layer = []
    for layer in plan.layers:
        if layer.decided != "reported" and layer.id not in layers:
            raise Refused("layer_without_book", layer=layer.id)
        of_layer.append(used.index(layers[layer.id]) if layer.decided != "reported" else -1)
    roles = ("members_payable", "providers_payable")
    return Books(
        np.array(used, np.int64),
        np.array([with_role[book, "benefits"] for book in used], np.int64),
        np.array([[with_role[book, role] for role in roles] for book in used], np.int64).reshape(-1, 2),
        np.array([*of_layer, -1], np.int64),  # the last stands for layer -1: nobody decided
    )


def owed(sums: dict[str, Column], claim: Column, claims: int, books: Books) -> Column:
    """int64 [claims, books]: what each claim is owed from each book. claim: of each line, its place among so many."""
    found = np.zeros((claims, len(books.ids)), np.int64)
    book = books.of_layer[unpack_chosen(sums["chosen"])]
    settled = sums["state"] != TO_REVIEW
    for step in range(STEPS):
        paid = sums[f"paid_{step + 1}"]
        here = np.flatnonzero((book[:, step] >= 0) & settled & (paid > 0))
        np.add.at(found, (claim[here], book[here, step]), paid[here])
    return found


@dataclass(frozen=True)
class Standing:
    """What is booked for some claims: [claims, books] the open transfer (id, -1 for none), its amount, credited account
    and payee, and how often the claim was booked there."""

    transfer: Column
    amount: Column
    credit: Column
    payee: Column
    times: Column

    def take(self, claims: Column) -> Standing:
        return Standing(*(getattr(self, field.name)[claims] for field in fields(self)))


def nothing_stands(claims: int, books: Books) -> Standing:
    shape = (claims, len(books.ids))
    return Standing(np.full(shape, -1), *(np.zeros(shape, np.int64) for _ in range(4)))


def standing(claims: Column, books: Books) -> Standing:
    """What is booked for some claims, by id, ascending."""
    rows = read_columns(
        f"""SELECT t.id AS id, t.subject AS claim, t.book_id AS book, t.credit_id AS credit,
            t.payee_id AS payee, t.amount AS amount, CASE WHEN r.id IS NULL THEN 1 ELSE 0 END AS open
            FROM money_transfer t LEFT JOIN money_transfer r ON r.reverses_id = t.id
            WHERE t.source = {DECISION} AND {among("t.subject", claims)}""",
        {name: "int" for name in ("id", "claim", "book", "credit", "payee", "amount", "open")},
    )
    found = nothing_stands(len(claims), books)
    if len(claims) == 0:
        return found
    at: Column = np.minimum(np.searchsorted(claims, rows["claim"]), len(claims) - 1)
    book = np.asarray(np.searchsorted(books.ids, rows["book"]))
    mine: Column = np.flatnonzero(claims[at] == rows["claim"])
    np.add.at(found.times, (at[mine], book[mine]), 1)
    still = np.asarray(mine[rows["open"][mine] == 1])
    for name, column in (("transfer", "id"), ("amount", "amount"), ("credit", "credit"), ("payee", "payee")):
        getattr(found, name)[at[still], book[still]] = rows[column][still]
    return found


def differs(amounts: Column, credits: Column, before: Standing) -> Column:
    """bool [claims, books]: where what is owed, or to what kind of payee, is not what is booked."""
    return np.asarray((amounts != before.amount) | ((amounts > 0) & (credits != before.credit)))


def post(
    claims: Column, amounts: Column, payee_kind: Column, payees: Column, before: Standing, books: Books, *, day: date
) -> int:
    """Book what claims are owed where that differs from what is booked: what stands is reversed, and booked anew, for
    the payee that it stood for. amounts: [claims, books]; payee_kind, payees: of each claim. How many transfers."""
    credits = books.payable[:, payee_kind].T
    payee = np.where((before.transfer >= 0) & (credits == before.credit), before.payee, payees[:, None])
    changes = differs(amounts, credits, before)
    taken = _reverse(before.transfer[changes & (before.transfer >= 0)], day=day)
    claim, book = np.nonzero(changes & (amounts > 0))
    parts = (books.ids[book] << 16) | before.times[claim, book]
    assert len(parts) == 0 or award_part(int(books.ids[book].max()), int(before.times.max())) >= int(parts.max())
    count = len(claim)
    if count:
        write_columns(
            Transfer,
            {
                "book": books.ids[book],
                "debit": books.benefits[book],
                "credit": credits[claim, book],
                "amount": amounts[claim, book],
                "day": _days(day, count),
                "source": np.full(count, DECISION),
                "subject": claims[claim],
                "part": parts,
                "payee": payee[claim, book],
                "memo": _blank(count),
            },
        )
    return count + taken


def _reverse(transfers: Column, *, day: date) -> int:
    """Take transfers back, each by its mirror."""
    if len(transfers) == 0:
        return 0
    ids = np.sort(transfers)
    rows = read_columns(
        "SELECT id, book_id AS book, debit_id AS debit, credit_id AS credit, amount, payee_id AS payee"
        f" FROM money_transfer WHERE {among('id', ids)} ORDER BY id",
        {name: "int" for name in ("id", "book", "debit", "credit", "amount", "payee")},
    )
    rows = {name: column[np.isin(rows["id"], ids)] for name, column in rows.items()}
    count = len(ids)
    return write_columns(
        Transfer,
        {
            "book": rows["book"],
            "debit": rows["credit"],
            "credit": rows["debit"],
            "amount": rows["amount"],
            "day": _days(day, count),
            "source": np.full(count, REVERSAL),
            "subject": rows["id"],
            "part": np.zeros(count, np.int64),
            "payee": pa.array(rows["payee"], mask=rows["payee"] < 0),
            "reverses": rows["id"],
            "memo": _blank(count),
        },
    )


def _days(day: date, count: int) -> Column:
    return np.full(count, np.datetime64(day, "D"))


def _blank(count: int) -> Any:
    return pa.array([""] * count, pa.string())


# Who is paid


def payees_of(kind: Column, provider: Column, head: Column) -> Column:
    """The payee of each claim: the provider of a third-party payment, else the head of the household. Who was never
    paid becomes a payee."""
    to_provider = (kind == PROVIDER) & (provider >= 0)
    found = np.empty(len(kind), np.int64)
    found[~to_provider] = _by_id(head[~to_provider], _persons)
    found[to_provider] = _by_id(provider[to_provider], _providers)
    return found


def _by_id(ids: Column, payees: Any) -> Column:
    own, at = np.unique(ids, return_inverse=True)
    return np.asarray(payees(own)[at]) if len(own) else np.zeros(0, np.int64)


def _persons(persons: Column) -> Column:
    assert (persons >= 0).all(), "a household without people has claims"
    found = _known_persons(persons)
    if missing := persons[found < 0].tolist():
        named = Person.objects.in_bulk(missing)
        Payee.objects.bulk_create([Payee(person=named[i], name=_name(named[i])) for i in missing])
        found = _known_persons(persons)
    return found


def _known_persons(persons: Column) -> Column:
    rows = read_columns(
        f"SELECT id, person_id AS person FROM people_payee WHERE {among('person_id', persons)}",
        {"id": "int", "person": "int"},
    )
    return _looked_up(persons, rows["person"], rows["id"])


def _providers(providers: Column) -> Column:
    found = _known_providers(providers)
    for missing in Provider.objects.filter(id__in=providers[found < 0].tolist()):
        missing.payee = Payee.objects.create(name=_name(missing))
        missing.save(update_fields=["payee"])
    return _known_providers(providers) if (found < 0).any() else found


def _known_providers(providers: Column) -> Column:
    rows = read_columns(
        f"SELECT id, payee_id AS payee FROM care_provider WHERE {among('id', providers)}", {"id": "int", "payee": "int"}
    )
    return _looked_up(providers, rows["id"], rows["payee"])


def _name(who: Person | Provider) -> str:
    return (who.name_latin or who.name_ar or who.number)[:140]


def _looked_up(wanted: Column, keys: Column, values: Column) -> Column:
    """The value of each wanted key, -1 where there is none."""
    found = np.full(len(wanted), -1, np.int64)
    at = np.minimum(np.searchsorted(wanted, keys), len(wanted) - 1)
    own = wanted[at] == keys
    found[at[own]] = values[own]
    return found
