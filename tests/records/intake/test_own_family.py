"""Who brings tables in does not act on their own family with them (S3)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.formats.tables.sample import tables
from tests.records.intake.mutual import BY, bring_in, folder, look

from tiwizi.records.care.models import Claim, ClaimLine
from tiwizi.records.people.models import Household, Membership


def clerk_of(claim: str) -> tuple[object, str]:
    """Who acts, as a member of the household that a claim of the sample is of."""
    row = next(row for row in tables()["claims"] if row["claim"] == claim)
    home = Household.objects.get(number=row["household"])
    return replace(BY, household=home.id), row["household"]


def test_files_of_ones_own_family_go_to_repair_and_the_others_come_in(tmp_path: Path) -> None:
    bring_in(folder(tmp_path / "a", only=("people", "cover", "tariff", "statuses")))
    clerk, home = clerk_of("C1")
    own = [row["claim"] for row in tables()["claims"] if row["household"] == home]
    arrived = bring_in(folder(tmp_path / "b", only=("claims", "lines")), by=clerk)
    assert set(Claim.objects.values_list("number", flat=True)).isdisjoint(own)
    assert Claim.objects.count() == 3 - len(own) > 0
    assert not ClaimLine.objects.filter(claim__number__in=own).exists()
    reasons = {key for row in arrived.repair.rows("en") for key in row.keys}
    assert reasons == {"own_family", "claim_in_repair"}
    assert arrived.outcome["claims"]["repair"] == len(own)


def test_what_a_colleague_brings_in_of_it_comes_in(tmp_path: Path) -> None:
    bring_in(folder(tmp_path / "a", only=("people", "cover", "tariff", "statuses")))
    clerk, _ = clerk_of("C1")
    bring_in(folder(tmp_path / "b", only=("claims", "lines")), by=clerk)
    again = tables()
    again["claims"][0] = again["claims"][0] | {"channel": ""}
    bring_in(folder(tmp_path / "c", {"claims": again["claims"], "lines": [*again["lines"]][::-1]}))
    assert Claim.objects.count() == 3 and ClaimLine.objects.count() == 5


def test_what_says_nothing_new_of_ones_family_needs_nobody(tmp_path: Path) -> None:
    bring_in(folder(tmp_path / "a"))
    clerk, home = clerk_of("C1")
    turned = {table: list(reversed(rows)) for table, rows in tables().items()}
    assert not look(folder(tmp_path / "b", turned), by=clerk).repair.tables
    changed = [row | {"name_latin": "Another"} if row["household"] == home else row for row in tables()["people"]]
    seen = look(folder(tmp_path / "c", {"people": changed}), by=clerk)
    assert seen.outcome["people"]["changed"] == 0 and seen.outcome["people"]["repair"] > 0


def test_nobody_moves_a_relative_out_of_their_household(tmp_path: Path) -> None:
    bring_in(folder(tmp_path / "a"))
    clerk, home = clerk_of("C1")
    moved = [
        row | {"household": "elsewhere", "role": "member"} for row in tables()["people"] if row["household"] == home
    ]
    bring_in(folder(tmp_path / "b", {"people": moved[:1]}), by=clerk)
    assert Membership.objects.filter(household__number="elsewhere").count() == 0


def test_a_preview_tells_plans_apart_that_are_not_known_yet(tmp_path: Path) -> None:
    content = tables()
    first = content["cover"][0]
    content["cover"] = [first, first | {"plan": "ANOTHER"}, *content["cover"][1:]]
    at = folder(tmp_path / "a", content)
    seen = look(at)
    assert seen.outcome["cover"]["repair"] == 0
    assert bring_in(at).outcome == seen.outcome
