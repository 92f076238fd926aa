"""Whatever cuts an import off, or spoils what is sent, nothing is half there and nothing comes twice."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from tests.formats.tables.sample import tables
from tests.formats.tables.workbook import write_book
from tests.records import world
from tests.records.intake.mutual import DECLARED, bring_in, folder

from tiwizi import packs
from tiwizi.formats.tables.fault import TableError
from tiwizi.formats.tables.repair import write_repair_book
from tiwizi.packs.generate import generate
from tiwizi.records.intake import posting
from tiwizi.records.intake.models import Import
from tiwizi.records.intake.operations import look
from tiwizi.records.intake.queries import imports
from tiwizi.records.trail.chain import verify
from tiwizi.records.trail.gate import By
from tiwizi.records.trail.refusal import Refused
from tiwizi.records.trail.roles import Grant

WHAT = {
    "people": "SELECT p.number, p.name_latin, p.birth, h.number, m.role, m.since FROM people_person p"
    " JOIN people_membership m ON m.person_id = p.id JOIN people_household h ON h.id = m.household_id ORDER BY 1",
    "statuses": "SELECT p.number, s.status, s.since, s.until FROM people_status s"
    " JOIN people_person p ON p.id = s.person_id ORDER BY 1, 2, 3",
    "cover": "SELECT h.number, p.code, c.since, c.until, c.paid_until FROM cover_cover c"
    " JOIN people_household h ON h.id = c.household_id JOIN cover_plan p ON p.id = c.plan_id ORDER BY 1, 2, 3",
    "lines": "SELECT c.number, l.number, p.number, l.day, a.code, l.billed, l.price_approved FROM care_line l"
    " JOIN care_claim c ON c.id = l.claim_id JOIN people_person p ON p.id = l.person_id"
    " JOIN cover_act a ON a.id = l.act_id ORDER BY 1, 2",
    "claims": "SELECT c.number, p.number FROM care_claim c LEFT JOIN care_provider p ON p.id = c.provider_id"
    " ORDER BY 1",
    "payees": "SELECT name FROM people_payee ORDER BY 1",
    "touched": "SELECT h.number, COUNT(*) FROM care_touch t JOIN people_household h ON h.id = t.household_id"
    " GROUP BY 1 ORDER BY 1",
}


def all_rows() -> dict[str, list[Any]]:
    found = {}
    for name, sql in WHAT.items():
        with connection.cursor() as cursor:
            cursor.execute(sql)
            found[name] = cursor.fetchall()
    return found


class Cut(Exception):
    pass


def test_an_import_that_is_cut_off_anywhere_goes_on_to_the_same_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate(tmp_path / "made", members=40, files=120, seed=5, format="csv")
    plan, _ = packs.read_plan_file(file := packs.folder("ma") / "plans" / "public.toml")
    assert plan is not None
    options: dict[str, Any] = {"tariff_files": [file.parent / name for name in plan.tariffs], "amounts_in": "major"}
    monkeypatch.setattr(posting, "PART", 60)
    real, left = posting.Part.write, 0

    def write(part: posting.Part, **how: Any) -> None:
        nonlocal left
        real(part, **how)
        left -= 1
        if left == 0:
            raise Cut

    monkeypatch.setattr(posting.Part, "write", write)
    for parts in (1, 2, 3):  # each time some parts further, and the rows of the last one are written when it ends
        left = parts
        with pytest.raises(Cut):
            bring_in(tmp_path / "made", **options)
        assert imports()[0].state == "posting" and imports()[0].done < imports()[0].households
    assert imports()[0].done > 0
    done = bring_in(tmp_path / "made", **options)
    assert done.state == "posted" and verify().faults == ()
    (told,) = imports()
    assert told.done == told.households == 40
    found = all_rows()
    assert all(count == 1 for _, count in found["touched"])
    assert len({row[:2] for row in found["lines"]}) == len(found["lines"]) == done.outcome["lines"]["new"]
    again = look(world.by("system"), tmp_path / "made", currency="MAD", on=told.seen_at.date(), **options)
    assert all(not counts.get("new") and not counts.get("changed") for counts in again.outcome.values())


@pytest.mark.parametrize("seed", range(12))
def test_a_spoilt_upload_posts_all_that_was_declared_or_nothing(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    at = folder(tmp_path / "a")
    path = at / chance.choice(["people.csv", "cover.csv", "claims.csv", "lines.csv"])
    data = bytearray(path.read_bytes())
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(data))
        if chance.random() < 0.3:
            del data[place : place + chance.randint(1, 40)]
        else:
            data[place] = chance.randrange(256)
    path.write_bytes(bytes(data))
    try:
        done = bring_in(at, declared=DECLARED, uploaded=True)
    except (TableError, Refused) as plain:
        assert plain.message("ar") and plain.message("fr") and plain.way_out("en")
        assert all(rows == [] for rows in all_rows().values())
    else:
        assert done.totals == DECLARED


def test_workbooks_come_in_and_what_goes_to_repair_comes_back_as_the_same_sheet(tmp_path: Path) -> None:
    at, content = tmp_path / "a", tables()
    content["lines"][0]["person"] = "P99"
    at.mkdir()
    for table, rows in content.items():
        head = list(dict.fromkeys(name for row in rows for name in row))
        write_book(at / f"{table}.xlsx", {table: [head, *([str(row.get(name, "")) for name in head] for row in rows)]})
    done = bring_in(at, uploaded=True)
    assert done.outcome["lines"] == {"new": 4, "changed": 0, "same": 0, "repair": 1}
    back = tmp_path / "back"
    back.mkdir()
    write_repair_book(back / "lines.xlsx", done.repair, lang="fr")
    sent_again = bring_in(back)
    assert sent_again.outcome["lines"]["repair"] == 1  # nobody corrected it yet


def test_amounts_that_may_be_centimes_are_asked_about_before_anything_is_posted(tmp_path: Path) -> None:
    content = tables()
    line = content["lines"][3] | {"unit_price": "15000", "billed": "15000"}
    content["lines"] = [line | {"line": str(number)} for number in range(1, 16)]
    with pytest.raises(Refused) as asked:
        bring_in(folder(tmp_path / "a", content))
    assert asked.value.key == "amounts_asked"
    assert all(rows == [] for rows in all_rows().values())
    bring_in(folder(tmp_path / "b", content), amounts_in="minor")
    assert {row[5] for row in all_rows()["lines"]} == {15000}


@pytest.mark.parametrize(
    ("grants", "key"),
    [
        ([Grant("desk_agent")], "not_allowed"),  # people and claims, but no cover
        ([Grant("desk_agent"), Grant("contributions_officer"), Grant("manager")], None),
        ([Grant("desk_agent", 7)], "elsewhere"),
        ([Grant("accountant")], "not_allowed"),
    ],
)
def test_who_imports_may_do_all_that_the_tables_do_and_everywhere(
    tmp_path: Path, grants: list[Grant], key: str | None
) -> None:
    by = By(user=5, grants=tuple(grants), at=world.NOW)
    if key is None:
        assert bring_in(folder(tmp_path / "a"), by=by).state == "posted"
        return
    with pytest.raises(Refused) as refused:
        bring_in(folder(tmp_path / "a"), by=by)
    assert refused.value.key == key and Import.objects.filter(state="posted").count() == 0
