"""The number of a receipt: what two people write of one paper is one number, and it is fixed once it was claimed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError
from tests.records import world
from tests.records.care import mutual
from tests.records.intake.mutual import bring_in, folder

from tiwizi.records.care.models import Claim, ClaimLine
from tiwizi.records.care.operations.watch import look_out_now
from tiwizi.records.care.queries.receipts import filed_by
from tiwizi.records.care.queries.review_file import review_file
from tiwizi.records.care.receipts import compared
from tiwizi.records.people.models import Household, Region

SALMA = world.by("adjudicator", user=41, at=datetime(2026, 5, 4, 9, tzinfo=UTC))
IMANE = world.by("desk_agent", user=42)


@pytest.mark.parametrize(
    ("written", "as_compared"),
    [
        ("F-2026/014", "F-2026-14"), ("f2026 14", "F-2026-14"), ("N° 0012/26", "12-26"), ("Nº 12-26", "12-26"),
        ("١٢/٢٦", "12-26"), ("0", "0"), ("12-3", "12-3"), ("1-23", "1-23"), ("  ", ""), ("---", ""), ("", ""),
        ("رقم 7", "7"), ("فـ7", "ف-7"), ("Reçu 7", "RECU-7"), ("ﷺ" * 40, None),
    ],
)  # fmt: skip
def test_numbers_are_compared_by_their_letters_and_figures(written: str, as_compared: str | None) -> None:
    assert compared(written) == as_compared if as_compared is not None else len(compared(written)) <= 80


def village(at: Path, *receipts: str, homes: tuple[str, ...] = ("H1", "H2", "H3")) -> None:
    """A file of one line a household, all of one provider, each with its receipt."""
    mutual.open_village(at / "village", list(homes))
    mutual.hand_in(at, **told(*receipts, homes=homes))
    mutual.decided()


def told(*receipts: str, homes: tuple[str, ...] = ("H1", "H2", "H3")) -> Any:
    files = [
        mutual.file(f"F{n}", (f"2026-02-0{n}", f"8{n}.00"), home=home, provider="D1") for n, home in enumerate(homes, 1)
    ]
    tables = mutual.together(files)
    for line, receipt in zip(tables["lines"], receipts, strict=False):
        line["receipt"] = receipt
    return tables


def provider() -> int:
    return int(ClaimLine.objects.values_list("claim__provider", flat=True)[0])


def test_a_sheet_brings_receipts_in_and_the_watch_finds_one_on_two_files(tmp_path: Path) -> None:
    village(tmp_path, "F 0014", "f-14", "")
    kept = ClaimLine.objects.order_by("claim__number").values_list("receipt", "receipt_compared")
    assert list(kept) == [("F 0014", "F-14"), ("f-14", "F-14"), (None, None)]
    counts = look_out_now(SALMA)
    assert counts["receipt_numbers"] == 1 and counts["receipts"] == 0


def test_who_reviews_a_file_has_its_receipts_before_them(tmp_path: Path) -> None:
    village(tmp_path, "F 0014", "", "")
    shown = [review_file(SALMA, claim.id, "fr").lines[0].receipt for claim in Claim.objects.order_by("number")]
    assert shown == ["F 0014", "", ""]


def test_a_sheet_without_the_column_is_taken_as_before(tmp_path: Path) -> None:
    mutual.open_village(tmp_path / "village", ["H1"])
    mutual.hand_in(tmp_path, **mutual.file("F1", ("2026-02-01", "80.00")))
    assert ClaimLine.objects.get().receipt is None


def test_a_line_that_comes_again_is_the_same_unless_it_names_another_receipt(tmp_path: Path) -> None:
    village(tmp_path, "F 14", "F 15", "F 16")
    again = bring_in(folder(tmp_path / "again", told("f-014", "", "F 17")))
    assert again.outcome["lines"] == {"new": 0, "changed": 0, "same": 2, "repair": 1}


def test_a_receipt_stays_what_it_was_claimed_as(tmp_path: Path) -> None:
    village(tmp_path, "F 14", homes=("H1",))
    with pytest.raises(IntegrityError, match="fixed"):
        ClaimLine.objects.update(receipt="F 15")


def test_a_file_out_of_reach_is_told_without_its_number(tmp_path: Path) -> None:
    village(tmp_path, "F 14", "F 15", "")
    south = Region.objects.create(code="S", name_ar="x", name_latin="x")
    Household.objects.filter(number="H2").update(region=south)
    north = Region.objects.create(code="N", name_ar="x", name_latin="x")
    Household.objects.filter(number="H1").update(region=north)
    there = world.by("desk_agent", user=42, region=south.id)
    asked = ("F-014", "F-015", "F-016", "")
    assert filed_by(there, provider=provider(), receipts=asked) == {"F-014": "", "F-015": "F2"}
    assert filed_by(IMANE, provider=provider(), receipts=asked) == {"F-014": "F1", "F-015": "F2"}
    ClaimLine.objects.filter(claim__number="F1").update(withdrawn=True)
    assert filed_by(IMANE, provider=provider(), receipts=asked) == {"F-015": "F2"}
