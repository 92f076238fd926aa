"""Other systems' exports and the made-up mutual come in through the same import."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from tests.records.intake.mutual import BY, bring_in

from tiwizi import packs
from tiwizi.packs.generate import generate
from tiwizi.records.care.models import Claim, ClaimLine
from tiwizi.records.cover.models import PlanVersion
from tiwizi.records.intake.operations.exports import bring_in_export
from tiwizi.records.people.models import Person


@pytest.mark.parametrize("name", ["openimis/demo_db.sql"])
def test_the_openimis_demo_fund_comes_in_whole_and_once(outside_data: Callable[[str], Path], name: str) -> None:
    arrived, version = bring_in_export(BY, outside_data(name), kind="openimis", on=date(2026, 5, 4))
    assert {table: counts["repair"] for table, counts in arrived.outcome.items()} == dict.fromkeys(arrived.outcome, 0)
    for table, model in (("people", Person), ("claims", Claim), ("lines", ClaimLine)):
        assert model.objects.count() == arrived.totals[table].rows > 0
    assert PlanVersion.objects.get().id == version
    again, same = bring_in_export(BY, outside_data(name), kind="openimis", on=date(2026, 5, 4))
    assert again.repeated and same == version


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_a_made_up_mutual_comes_in_with_its_mistakes_set_apart(tmp_path: Path, form: str) -> None:
    made = generate(tmp_path / "made", members=60, files=220, seed=3, format=form)
    plan, _ = packs.read_plan_file(file := packs.folder("ma") / "plans" / "public.toml")
    assert plan is not None
    tariffs = [file.parent / name for name in plan.tariffs]
    arrived = bring_in(tmp_path / "made", tariff_files=tariffs, amounts_in="major")
    assert arrived.totals["lines"].rows == made.rows["lines"]
    for table, counts in arrived.outcome.items():
        assert sum(counts.values()) == arrived.totals[table].rows or table == "tariff", table
    assert ClaimLine.objects.count() == arrived.outcome["lines"]["new"]
