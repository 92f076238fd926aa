"""The page about the ledger names every role that a chart must have, and shows a chart as it is read."""

from __future__ import annotations

import re
from pathlib import Path

from tiwizi.rules.chart import KINDS, ROLES, parse_chart

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "concepts" / "ledger.md").read_text(encoding="utf-8")


def test_every_role_and_kind_stands_on_the_page() -> None:
    table = "\n".join(line for line in PAGE.splitlines() if line.startswith("| `"))
    assert set(re.findall(r"`(\w+)`", table)) == set(ROLES)
    assert all(f"`{kind}`" in PAGE for kind in KINDS)


def test_the_chart_of_the_page_lacks_nothing_but_the_other_roles() -> None:
    (shown,) = re.findall(r"```toml\n(.*?)```", PAGE, re.S)
    _, problems = parse_chart(shown, file="accounts.toml")
    assert {problem.key for problem in problems} == {"role_once"}
    assert len(problems) == len(ROLES) - 1
    every = shown.replace('"bank"', ", ".join(f'"{role}"' for role in ROLES))
    assert parse_chart(every, file="accounts.toml")[1] == []
