"""Tables come in through one import: whole or not at all, once, and with what changed kept beside what it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.formats.tables.sample import tables
from tests.records.intake.mutual import BY, DECLARED, bring_in, folder, look

from tiwizi.formats.tables.totals import Total
from tiwizi.records.care.models import Claim, ClaimLine, Touch
from tiwizi.records.cover.models import Act, Cover, TariffRow, TariffVersion
from tiwizi.records.intake.models import Import
from tiwizi.records.people.models import Household, Membership, Payee, Person, Status
from tiwizi.records.trail.models import Event
from tiwizi.records.trail.refusal import Refused

EVERY = (Person, Household, Membership, Payee, Status, Cover, Claim, ClaimLine, Act, TariffVersion, TariffRow, Touch)


def count() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in EVERY}


def test_a_folder_of_tables_becomes_records(tmp_path: Path) -> None:
    arrived = bring_in(folder(tmp_path / "a"), declared=DECLARED)
    assert arrived.state == "posted" and arrived.totals == DECLARED
    assert arrived.outcome["lines"] == {"new": 5, "changed": 0, "same": 0, "repair": 0}
    assert count() == {
        "Person": 4, "Household": 2, "Membership": 4, "Payee": 4, "Status": 1, "Cover": 3, "Claim": 3, "ClaimLine": 5,
        "Act": 2, "TariffVersion": 1, "TariffRow": 3, "Touch": 2,
    }  # fmt: skip
    line = ClaimLine.objects.get(claim__number="C1", number=10)
    assert (line.person.number, line.act.code, line.billed, line.unit_price, line.label) == (
        "P2",
        "M1",
        3050,
        None,
        None,
    )
    assert Membership.objects.get(person__number="P2").since.isoformat() == "2015-01-01"  # from the first cover on
    assert Membership.objects.get(person__number="P1").since.isoformat() == "1980-05-01"  # from birth


def test_the_same_content_has_no_second_effect(tmp_path: Path) -> None:
    at = folder(tmp_path / "a")
    first = bring_in(at)
    before, events = count(), Event.objects.count()
    again = bring_in(at)
    assert again.repeated and again.number == first.number
    assert (count(), Event.objects.count()) == (before, events)


def test_the_same_facts_in_another_file_have_no_second_effect(tmp_path: Path) -> None:
    bring_in(folder(tmp_path / "a"))
    before = count()
    turned = {table: list(reversed(rows)) for table, rows in tables().items()}
    again = bring_in(folder(tmp_path / "b", turned))
    assert not again.repeated and count() == before
    assert {kind: counts["new"] + counts["changed"] for kind, counts in again.outcome.items() if "new" in counts} == {
        "people": 0, "statuses": 0, "cover": 0, "claims": 0, "lines": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("declared", "key"),
    [
        ({**DECLARED, "lines": Total(6, 164_150)}, "rows_differ"),
        ({**DECLARED, "lines": Total(5, 164_151)}, "amounts_differ"),
        ({**DECLARED, "people": Total(5)}, "rows_differ"),
        ({name: total for name, total in DECLARED.items() if name != "claims"}, "totals_missing"),
        ({**DECLARED, "lines": Total(5)}, "totals_missing"),
        ({**DECLARED, "reported": Total(1, 100)}, "rows_differ"),
    ],
)
def test_nothing_is_posted_unless_the_declared_totals_match(
    tmp_path: Path, declared: dict[str, Total], key: str
) -> None:
    with pytest.raises(Refused) as refused:
        bring_in(folder(tmp_path / "a"), declared=declared)
    assert refused.value.key == key
    assert set(count().values()) == {0}
    assert Import.objects.get().state == "seen"


def test_looking_tells_what_would_happen_and_does_nothing(tmp_path: Path) -> None:
    at = folder(tmp_path / "a")
    seen = look(at)
    assert seen.state == "seen" and set(count().values()) == {0}
    assert bring_in(at).outcome == seen.outcome
    assert BY.key is None
