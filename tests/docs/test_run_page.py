"""The page about the run comes out as it says, on both databases."""

from __future__ import annotations

import doctest
import re
from pathlib import Path
from typing import Any

import pytest
from tests.databases import VENDORS, fresh_database, set_up_django

set_up_django()

from tests.records import world  # noqa: E402
from tests.records.care import mutual  # noqa: E402

from tiwizi.records.care.models import Claim, ClaimLine  # noqa: E402
from tiwizi.records.care.operations.corrections import book_corrections  # noqa: E402
from tiwizi.records.care.operations.run import start_run  # noqa: E402
from tiwizi.records.care.queries.corrections import corrections  # noqa: E402
from tiwizi.records.care.queries.decisions import explain  # noqa: E402
from tiwizi.records.care.queries.progress import progress  # noqa: E402
from tiwizi.records.care.worker import LEASE, MOST_TRIES, work  # noqa: E402
from tiwizi.records.money.models import DECISION, Transfer  # noqa: E402

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "concepts" / "run.md").read_text(encoding="utf-8")


def transfers() -> list[tuple[str, int]]:
    """(file, minor units) in the order in which they were booked; a reversal is negative."""
    numbers = dict(Claim.objects.values_list("id", "number"))
    found = []
    for transfer in Transfer.objects.select_related("reverses").order_by("id"):
        of = transfer if transfer.source == DECISION else transfer.reverses
        assert of is not None
        found.append((numbers[of.subject], transfer.amount if of is transfer else -transfer.amount))
    return found


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_page_comes_out_as_it_says(vendor: str, tmp_path: Path) -> None:
    session = "\n".join(re.findall(r"```python\n(>>>.*?)```", PAGE, re.S))
    example = doctest.DocTestParser().get_doctest(session, {}, "run", "run", 0)
    assert len(example.examples) > 15
    with fresh_database(vendor, tmp_path):
        mutual.open_village(tmp_path)
        example.globs = _given(tmp_path)
        said: list[str] = []
        runner = doctest.DocTestRunner(verbose=False)
        runner.run(example, out=said.append, clear_globs=False)
    assert not runner.failures, "".join(said)


def _given(at: Path) -> dict[str, Any]:
    return {
        "clerk": world.by("adjudicator", user=41), "today": mutual.DAY, "clock": mutual.clock(), "file": mutual.file,
        "hand_in": lambda *files: mutual.hand_in(at, **mutual.together(files)), "paid": mutual.paid,
        "line": lambda claim: ClaimLine.objects.get(claim__number=claim).pk, "transfers": transfers,
        "start_run": start_run, "work": work, "progress": progress, "corrections": corrections, "explain": explain,
        "book_corrections": book_corrections,
    }  # fmt: skip


def test_the_lease_and_the_tries_of_the_page_are_those_of_the_workers() -> None:
    assert f"its lease of {LEASE.seconds} seconds" in PAGE
    assert MOST_TRIES == 5 and "after five times" in PAGE
