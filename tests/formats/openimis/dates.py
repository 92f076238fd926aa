"""openIMIS's demo database with its policies' dates put right: as they are, nobody is covered on any day of care."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path


def put_dates_right(database: Path, folder: Path) -> Path:
    """A copy of the CSV folder in which the policies have the dates that the insurees' parts in them have."""
    shutil.copytree(database, folder)
    parts = {row["PolicyId"]: row for row in read_rows(database / "tblInsureePolicy.csv")}
    policies = read_rows(database / "tblPolicy.csv")
    for policy in policies:
        if policy["PolicyID"] in parts:
            policy |= {name: parts[policy["PolicyID"]][name] for name in ("StartDate", "EffectiveDate", "ExpiryDate")}
    path = folder / "tblPolicy.csv"
    path.unlink()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(policies[0]))
        writer.writeheader()
        writer.writerows(policies)
    return folder


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
