"""openIMIS's demonstration fund moves in with its plan, its members and its claims; they are decided, paid and booked.

It needs openIMIS's own demo database, which is not ours to give: without it, the story says where to put it and is
skipped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.doors.cli.conftest import Tiwizi
from tests.formats.openimis.dates import put_dates_right
from tests.stories.office import Office, rib


def test_the_demo_fund_of_openimis_is_moved_in_decided_and_paid(
    tiwizi: Tiwizi, database: str, outside_data: Callable[[str], Path], tmp_path: Path
) -> None:
    office = Office(tiwizi)
    source = put_dates_right(outside_data("openimis/csv"), tmp_path / "openimis")
    office.opens(days=9)
    moved = office.says("imane", "intake", source, "--from", "openimis", "--currency", "MAD", days=8)
    office.says("karim", "plan", "publish", moved["plan_version"], days=8)
    for tariff in moved["tariffs_waiting"]:
        office.says("karim", "tariff", "publish", tariff, days=8)
    layers = _layers()
    office.says("hicham", "books", "open", "ma", "--payer", "Fund", "--bank", f"os={rib(4)}",
                "--pays", f"os={' '.join(layers)}", days=8)  # fmt: skip
    run = office.says("salma", "run", "start", days=7)
    assert run["state"] == "done" and run["lines"] > 0
    assert run["billed"] == run["paid"] + run["reductions"] + run["share"]
    assert run["paid"] > 0
    accounts = tmp_path / "accounts.csv"
    rows = [f"{person},{provider},{rib(payee)}" for payee, person, provider in _payees()]
    accounts.write_text("\n".join(["person,provider,rib", *rows]) + "\n", encoding="utf-8")
    assert office.says("imane", "account", "bring", accounts, days=6)["asked"] == len(rows) > 0
    office.says("tariq", "account", "confirm", days=6)
    batch = office.says("nadia", "pay", "prepare", "os", days=3)
    office.says("omar", "pay", "approve", batch["batch"], days=3)
    office.says("leila", "pay", "release", batch["batch"], days=3)
    office.says("leila", "bank", "file", batch["batch"], "--folder", tmp_path / "bank", days=3)
    office.says("leila", "bank", "hand-over", batch["batch"], "--folder", tmp_path / "bank", days=3)
    assert batch["amount"] == run["paid"]
    assert office.asks("verify")["sound"]


def _layers() -> list[str]:
    from tiwizi.records.cover.models import PlanVersion
    from tiwizi.records.cover.versions import open_plan

    return [layer.id for layer in open_plan(PlanVersion.objects.values_list("id", flat=True).get()).layers]


def _payees() -> list[tuple[int, str, str]]:
    from tiwizi.records.care.queries.lines import payees_without_account

    return payees_without_account()
