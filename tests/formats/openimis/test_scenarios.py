"""The documented meaning of openIMIS products, case by case: through the import, the tables and both engines."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from tests.formats.openimis.decided import decide
from tests.formats.openimis.fund import fund

from tiwizi.formats.openimis.register import CARRIED, register

FILE = Path(__file__).parent / "scenarios.toml"
SCENARIOS: list[dict[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8"))["scenario"]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario["says"])
def test_the_documented_meaning(scenario: dict[str, Any], tmp_path: Path) -> None:
    made = fund(scenario)
    decided = decide(made.as_folder(tmp_path / "csv"), tmp_path / "out")
    assert decided.lines.keys() == made.expected.keys(), "every line is decided"
    for name, expected in made.expected.items():
        decided.holds(name, expected)


#: Carried, and not a matter of scenarios: what joins the tables, and what names a product.
NOT_A_RULE = (
    "ValidityFrom", "ProdID", "ItemID", "ServiceID", "ProductCode", "ProductName", "DateFrom", "InsurancePeriod",
)  # fmt: skip


@pytest.mark.parametrize("table", ["tblProduct", "tblProductServices"])
def test_every_rule_that_is_carried_has_a_scenario(table: str) -> None:
    sets = [pair for scenario in SCENARIOS for pair in scenario.get("set", {}).items()]
    changed = {field for where, fields in sets if where.startswith(f"{table} ") for field in fields}
    rules = {field for field, fate in register()[table].items() if fate.how == CARRIED} - set(NOT_A_RULE)
    assert rules - changed == set()
