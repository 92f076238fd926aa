"""A mutual that has no region yet takes those of the people who come in first."""

from __future__ import annotations

from pathlib import Path

from tests.records.intake.mutual import bring_in, folder
from tests.records.intake.test_contacts import people

from tiwizi.records.people.models import Household, Region


def test_a_mutual_without_regions_has_those_that_its_people_name(tmp_path: Path) -> None:
    bring_in(folder(tmp_path / "a", people(region=["TTA", "TTA", "Nador", ""])))
    assert dict(Region.objects.values_list("code", "name_latin")) == {
        "TTA": "Tanger-Tétouan-Al Hoceïma", "Nador": "Nador",
    }  # fmt: skip
    assert not Household.objects.filter(region=None, number=people()["people"][0]["household"]).exists()
