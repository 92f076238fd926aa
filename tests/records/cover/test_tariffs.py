"""A tariff decides claims once somebody other than who brought it in has signed it (S6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from tests.records import world
from tests.records.care import mutual
from tests.records.intake.mutual import BY, bring_in, folder
from tests.records.refused import refused, refuses

from tiwizi.records.cover import duties
from tiwizi.records.cover.models import TariffSignature
from tiwizi.records.cover.operations import publish_tariff
from tiwizi.records.cover.queries import in_force, prices, tariffs, unsigned_tariffs
from tiwizi.records.trail.gate import By
from tiwizi.records.trail.refusal import Refused

MANAGER = world.by("manager", user=32)
DAY = date(2026, 5, 4)


@pytest.fixture
def tariff(tmp_path: Path) -> int:
    bring_in(folder(tmp_path / "a"))
    [version] = unsigned_tariffs()
    return version


def brings(by: By) -> By:
    return replace(by, user=BY.user)


def test_nothing_is_decided_by_a_tariff_that_one_person_brought_in(tariff: int) -> None:
    mutual.publish(mutual.VILLAGE)
    with pytest.raises(Refused, match="No tariff"):
        in_force(DAY)
    publish_tariff(MANAGER, version=tariff, on=DAY)
    assert in_force(DAY)[1] == tariff
    with pytest.raises(Refused, match="No tariff"):
        in_force(date(2026, 5, 3))


def test_who_brought_it_in_does_not_sign_it(tariff: int) -> None:
    with refuses("own_proposal"):
        publish_tariff(brings(MANAGER), version=tariff, on=DAY)
    with refused("two_people"):
        TariffSignature.objects.create(version_id=tariff, by=BY.user, on=DAY, at=world.NOW)
    assert duties.tariffs_to_confirm(brings(MANAGER)).count == 0
    assert duties.tariffs_to_confirm(MANAGER).count == 1


def test_it_is_signed_once_for_ever(tariff: int) -> None:
    publish_tariff(MANAGER, version=tariff, on=DAY)
    with refuses("published_already"):
        publish_tariff(world.by("manager", user=33), version=tariff, on=DAY)
    with refused("append-only"):
        TariffSignature.objects.filter(version_id=tariff).update(on=date(2020, 1, 1))
    assert [(one.version, one.in_force) for one in tariffs(on=DAY)] == [(tariff, True)]


def test_prices_are_found_by_code_by_word_and_by_day(tariff: int) -> None:
    every = prices(tariff)
    assert len(every) == 3
    assert {row.code for row in prices(tariff, words=every[0].code.lower())} == {every[0].code}
    assert prices(tariff, after=(every[1].code, every[1].id)) == every[2:]
    assert prices(tariff, words="nothing like it") == [] and prices(tariff, doubtful=True) == []
    assert len(prices(tariff, on=DAY)) <= 3
