"""The file that pays 200,000 orders: made, and checked against the schema of the standard."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

from bench.clock import seconds
from bench.figure import Figure
from bench.mutual import Mutual
from tiwizi import packs
from tiwizi.formats import pain001, transfer_file
from tiwizi.formats.orders import Batch, Order
from tiwizi.rules.rib import key_of

_CREATED, _ON = datetime(2026, 3, 2, 9, tzinfo=UTC), date(2026, 3, 3)


def figures(mutual: Mutual) -> list[Figure]:
    count = mutual.sizes.orders
    batch = Batch("B:2026-3", _CREATED, _ON, "Mutuelle générale", _account(0), count, sum(range(1, count + 1)))
    template = packs.transfer_template("ma", "demo_fixed")
    path = mutual.scratch / "orders.xml"

    def message() -> None:
        with path.open("w+b") as file:
            pain001.write(file, batch, _orders(count))
            file.seek(0)
            assert pain001.first_error(file) == ""

    def bank_own() -> None:
        with path.open("wb") as file:
            transfer_file.write(file, template, batch, _orders(count))

    took, own = seconds(message), seconds(bank_own)
    return [
        Figure(
            f"bank file of {count:,} orders, ISO 20022", "s", took, "at most", 10, "written and checked by the schema"
        ),
        Figure("... in a bank's own fixed width", "s", own, "at most", 10),
    ]


def _orders(count: int) -> Iterator[Order]:
    for number in range(1, count + 1):
        yield Order(f"pay:{number}", "Fatima Zahrâ El Amghar", _account(number), number, "Dossiers 1, 2 et 3")


def _account(number: int) -> str:
    first = f"0117800000{number:012d}"
    return first + key_of(first)
