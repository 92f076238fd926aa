"""The pages about the ledger and about payment come out as they say, on both databases."""

from __future__ import annotations

import doctest
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from tests.databases import VENDORS, fresh_database, set_up_django

set_up_django()

from tests.records.money import house  # noqa: E402
from tests.records.world import NOW  # noqa: E402

from tiwizi.doors.gateways.bank_folder import hand_over_file, make_file  # noqa: E402
from tiwizi.records.money import operations  # noqa: E402
from tiwizi.records.money.queries.balances import balances  # noqa: E402
from tiwizi.records.money.queries.batches import to_pay  # noqa: E402
from tiwizi.records.people.models import Payee  # noqa: E402

CONCEPTS = Path(__file__).resolve().parents[2] / "docs" / "concepts"
PEOPLE = {
    "preparer": (house.PREPARER, "payment_preparer"), "approver": (house.APPROVER, "payment_approver"),
    "preparer, as approver": (house.PREPARER, "payment_approver"), "treasurer": (house.TREASURER, "treasurer"),
    "accountant": (house.ACCOUNTANT, "accountant"), "colleague": (house.COLLEAGUE, "accountant"),
}  # fmt: skip


@pytest.fixture(params=VENDORS)
def there(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """What the pages take for given."""
    with fresh_database(request.param, tmp_path):
        book = house.books()
        people = {name: house.payee() for name in ("amina", "brahim")}
        for name, payee in people.items():
            Payee.objects.filter(id=payee.id).update(name=name.upper())
        yield _Given(
            people
            | {name: getattr(operations, name) for name in operations.__all__}
            | {
                "book": book, "today": house.DAY, "yesterday": house.DAY - timedelta(days=1), "now": NOW,
                "tomorrow": house.DAY + timedelta(days=1), "folder": tmp_path / "bank", "balances": balances,
                "to_pay": to_pay, "make_file": make_file, "hand_over_file": hand_over_file,
                "by": lambda who: house.acting(PEOPLE[who][0], role=PEOPLE[who][1]),
                "owe": _quietly(house.owe),
                "net": lambda role: next(
                    (each.net for each in balances() if each.account.endswith(house.account(book, role).code)), 0
                ),
            }
        )  # fmt: skip


class _Given(dict[str, Any]):
    """Statements of the bank, as they follow from the orders that there are when the page asks for them."""

    def __missing__(self, name: str) -> Any:
        orders = list(house.PaymentOrder.objects.order_by("id"))
        read = {
            "monday": lambda: house.statement(*map(house.left, orders), name="S1"),
            "tuesday": lambda: house.statement(house.came_back(orders[-1]), name="S2"),
        }
        if name not in read:
            raise KeyError(name)
        said = read[name]()
        return {"statement": said, "digest": sha256(repr(said).encode()).digest()}


def _quietly(work: Callable[..., Any]) -> Callable[..., None]:
    def does(*words: Any) -> None:
        work(*words)

    return does


@pytest.mark.parametrize("name", ["payment", "ledger"])
def test_the_page_comes_out_as_it_says(name: str, there: dict[str, Any]) -> None:
    page = (CONCEPTS / f"{name}.md").read_text(encoding="utf-8")
    session = "\n".join(re.findall(r"```python\n(>>>.*?)```", page, re.S))
    example = doctest.DocTestParser().get_doctest(session, {}, name, name, 0)
    assert len(example.examples) > 8
    example.globs = there
    said: list[str] = []
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.IGNORE_EXCEPTION_DETAIL & 0)
    runner.run(example, out=said.append, clear_globs=False)
    assert not runner.failures, "".join(said)
