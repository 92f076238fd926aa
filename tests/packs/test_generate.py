"""A made-up mutual looks like one, and says what it planted."""

from __future__ import annotations

import csv
import json
import tomllib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tiwizi.formats.tables import Book, read_folder
from tiwizi.packs import folder, read_plan_file
from tiwizi.packs.generate import UNTIL, Summary, generate
from tiwizi.packs.generate.mistakes import TEXT_ONLY
from tiwizi.rules.adjudicate.engine import decide
from tiwizi.rules.plan.compile import compile_plan
from tiwizi.rules.plan.document import Plan
from tiwizi.rules.terms import ATTRIBUTES, REASON_CODE, STATES, STATUSES

MEMBERS, FILES = 2_500, 9_000
TABLES = ("people", "statuses", "cover", "claims", "lines")
Row = dict[str, Any]


class Mutual(NamedTuple):
    folder: Path
    summary: Summary
    people: list[Row]
    statuses: list[Row]
    cover: list[Row]
    claims: list[Row]
    lines: list[Row]


@pytest.fixture(scope="module")
def mutual(tmp_path_factory: pytest.TempPathFactory) -> Mutual:
    """A mutual without mistakes."""
    path = tmp_path_factory.mktemp("mutual")
    summary = generate(path, members=MEMBERS, files=FILES, seed=11, mistakes=False)
    return Mutual(path, summary, *(pq.read_table(path / f"{name}.parquet").to_pylist() for name in TABLES))


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Summary]:
    """A CSV mutual with mistakes."""
    path = tmp_path_factory.mktemp("spoilt")
    return path, generate(path, members=MEMBERS, files=FILES, seed=11, format="csv")


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by(rows: Sequence[Row], key: str) -> dict[Any, list[Row]]:
    groups = defaultdict(list)
    for row in rows:
        groups[row[key]].append(row)
    return groups


def age(person: Row) -> float:
    return (UNTIL - person["birth_date"]).days / 365.25


# --- people


def test_receipts_are_a_files_own_but_for_care_filed_again_and_the_few_that_were_lent(mutual: Mutual) -> None:
    claims = {claim["claim"]: claim for claim in mutual.claims}
    files: dict[tuple[str, str], set[str]] = defaultdict(set)
    for line in mutual.lines:
        if line["receipt"]:
            files[claims[line["claim"]]["provider"], line["receipt"]].add(line["claim"])
    said = {claim for found in files.values() for claim in found}
    assert 0.85 < len(said) / sum(claim["provider"] is not None for claim in mutual.claims) < 0.95
    twice = [found for found in files.values() if len(found) > 1]
    homes = [len({claims[claim]["household"] for claim in found}) for found in twice]
    assert 5 < sum(count > 1 for count in homes) < 60 and sum(count == 1 for count in homes) > 20
    assert len({receipt for _, receipt in files}) == len(files), "no number of two providers"


def test_six_point_eight_per_cent_of_the_people_have_a_long_term_illness(mutual: Mutual) -> None:
    ill = {row["person"] for row in mutual.statuses if row["status"] == "long_term_illness"}
    assert len(ill) / len(mutual.people) == pytest.approx(0.068, abs=0.0005)
    assert mutual.summary.long_term_illness_share == pytest.approx(0.068, abs=0.0005)


def test_long_term_illness_rises_with_age(mutual: Mutual) -> None:
    ill = {row["person"] for row in mutual.statuses if row["status"] == "long_term_illness"}
    share = [
        np.mean([person["person"] in ill for person in mutual.people if low <= age(person) < high])
        for low, high in ((0, 18), (18, 46), (46, 65), (65, 120))
    ]
    assert share == sorted(share) and share[-1] > 0.15


def test_names_are_written_in_both_scripts(mutual: Mutual) -> None:
    for person in mutual.people:
        assert any("\u0600" <= letter <= "\u06ff" for letter in person["name_ar"]), person
        assert person["name_latin"].isascii() or not any("\u0600" <= x <= "\u06ff" for x in person["name_latin"])


def test_the_two_scripts_name_the_same_person(mutual: Mutual) -> None:
    with (folder("ma") / "names.csv").open(encoding="utf-8") as file:
        names = list(csv.DictReader(file))
    first = {(row["latin"], row["arabic"]) for row in names if row["kind"] != "family"}
    family = {(row["latin"], row["arabic"]) for row in names if row["kind"] == "family"}
    pairs = {(f"{f[0]} {n[0]}", f"{f[1]} {n[1]}") for f in first for n in family}
    assert {(person["name_latin"], person["name_ar"]) for person in mutual.people} <= pairs


def test_there_are_names_enough_and_amazigh_ones_among_them() -> None:
    with (folder("ma") / "names.csv").open(encoding="utf-8") as file:
        names = list(csv.DictReader(file))
    kinds = Counter(row["kind"] for row in names)
    assert kinds["F"] >= 120 and kinds["M"] >= 120 and kinds["family"] >= 150
    assert len({(row["kind"], row["latin"]) for row in names}) == len(names)
    assert {"F", "M", "family"} == {row["kind"] for row in names if row["origin"] == "amazigh"}


def test_every_household_has_one_member_and_some_have_several_spouses(mutual: Mutual) -> None:
    households = by(mutual.people, "household")
    assert len(households) == MEMBERS
    assert all([person["role"] for person in people].count("member") == 1 for people in households.values())
    several = sum([person["role"] for person in people].count("spouse") > 1 for people in households.values())
    assert several == mutual.summary.facts["several_spouses"] > 0


def test_all_roles_and_statuses_occur(mutual: Mutual) -> None:
    assert {person["role"] for person in mutual.people} == set(ATTRIBUTES["role"]) - {"other"}
    assert {row["status"] for row in mutual.statuses} == set(STATUSES)


def test_children_are_younger_than_their_parents_and_not_born_months_apart(mutual: Mutual) -> None:
    for people in by(mutual.people, "household").values():
        member = next(person for person in people if person["role"] == "member")
        children = [person for person in people if person["role"] in ("child", "orphan")]
        assert all(age(child) < age(member) - 16 for child in children)
        wives = [person for person in people if person["role"] == "spouse" and person["sex"] == "F"]
        if len(wives) < 2:
            born = sorted(child["birth_date"] for child in children)
            assert all(later - earlier > timedelta(300) for earlier, later in zip(born, born[1:], strict=False))


def test_nobody_is_born_in_the_future_or_older_than_a_hundred(mutual: Mutual) -> None:
    assert all(0 <= age(person) <= 100 for person in mutual.people)


def test_a_certificate_covers_a_school_year_of_somebody_of_its_age(mutual: Mutual) -> None:
    people = {person["person"]: person for person in mutual.people}
    certificates = [row for row in mutual.statuses if row["status"] == "schooling"]
    assert certificates
    for row in certificates:
        assert (row["start"].month, row["end"] - row["start"] >= timedelta(365)) == (10, True)
        assert row["end"] - people[row["person"]]["birth_date"] > timedelta(15.9 * 365.25)


# --- cover


def test_every_household_has_the_basic_scheme_and_the_mutual(mutual: Mutual) -> None:
    plans = {household: {row["plan"] for row in rows} for household, rows in by(mutual.cover, "household").items()}
    assert len(plans) == MEMBERS
    assert all({"AMO", "MGPAP-SM"} <= held for held in plans.values())
    assert {"MGPAP-CCD", "MGPAP-OS"} <= set.union(*plans.values())


def test_some_joined_late_some_lapsed_and_some_came_back(mutual: Mutual) -> None:
    basic = {row["household"]: row["start"] for row in mutual.cover if row["plan"] == "AMO"}
    own = [row for row in mutual.cover if row["plan"] == "MGPAP-SM"]
    assert any(row["start"] > basic[row["household"]] for row in own)
    assert any(row["paid_until"] for row in own)
    back = [row for row in own if row["stage"] == "renewed"]
    assert back and all(row["joined_on"] < row["start"] for row in back)
    assert all(row["end"] is None or row["end"] > row["start"] for row in own)


# --- files and lines


def test_there_are_as_many_files_as_asked_for(mutual: Mutual) -> None:
    assert len(mutual.claims) == FILES == len({row["claim"] for row in mutual.claims})
    assert mutual.summary.rows == {name: len(getattr(mutual, name)) for name in TABLES}


def test_a_file_has_between_two_and_three_lines_in_the_mean_and_never_none(mutual: Mutual) -> None:
    assert 2.2 <= mutual.summary.lines_per_file <= 3.2
    assert {row["claim"] for row in mutual.lines} == {row["claim"] for row in mutual.claims}


def test_every_line_is_of_a_person_of_the_files_household(mutual: Mutual) -> None:
    home = {person["person"]: person["household"] for person in mutual.people}
    claims = {claim["claim"]: claim for claim in mutual.claims}
    assert all(home[line["person"]] == claims[line["claim"]]["household"] for line in mutual.lines)
    assert len({(line["claim"], line["line"]) for line in mutual.lines}) == len(mutual.lines)


def test_days_are_in_order_and_none_is_after_the_last_one(mutual: Mutual) -> None:
    claims = {claim["claim"]: claim for claim in mutual.claims}
    for claim in mutual.claims:
        assert claim["care_from"] <= claim["care_to"] <= claim["received_on"] <= UNTIL
    for line in mutual.lines:
        assert claims[line["claim"]]["care_from"] <= line["date"] <= claims[line["claim"]]["care_to"]


def test_nobody_has_care_before_birth(mutual: Mutual) -> None:
    born = {person["person"]: person["birth_date"] for person in mutual.people}
    assert all(line["date"] >= born[line["person"]] for line in mutual.lines)


def test_about_three_files_in_a_hundred_come_after_the_limit(mutual: Mutual) -> None:
    late = [claim for claim in mutual.claims if (claim["received_on"] - claim["care_to"]).days + 1 > 60]
    assert 0.02 < len(late) / FILES < 0.05
    assert len(late) == mutual.summary.facts["late_files"]


def test_some_care_is_filed_twice_over_another_channel(mutual: Mutual) -> None:
    lines = by(mutual.lines, "claim")
    same = defaultdict(list)
    for claim in mutual.claims:
        care = sorted((x["person"], x["date"], x["code"]) for x in lines[claim["claim"]])
        same[claim["household"], claim["provider"], *care].append(claim)
    twice = [claims for claims in same.values() if len(claims) > 1 and claims[0]["provider"]]
    assert len(twice) >= 0.9 * mutual.summary.facts["duplicate_files"] > 0.006 * FILES
    apart = [claims for claims in twice if len({claim["channel"] for claim in claims}) > 1]
    assert len(apart) > 0.9 * len(twice)


def test_a_few_households_have_far_more_files_than_the_others(mutual: Mutual) -> None:
    files = sorted(len(claims) for claims in by(mutual.claims, "household").values())
    assert files[-1] > 8 * np.mean(files)
    assert sum(files[-len(files) // 10 :]) > 0.3 * FILES


def test_people_with_a_long_term_illness_file_more(mutual: Mutual) -> None:
    ill = {row["person"] for row in mutual.statuses if row["status"] == "long_term_illness"}
    files = Counter(person for _, person in {(line["claim"], line["person"]) for line in mutual.lines})
    sick = np.mean([files[person] for person in ill])
    well = np.mean([files[person["person"]] for person in mutual.people if person["person"] not in ill])
    assert sick > 2 * well


def test_billed_is_quantity_times_unit_price_rounded(mutual: Mutual) -> None:
    off = [abs(line["quantity"] * line["unit_price"] - line["billed"]) for line in mutual.lines]
    assert max(off) <= Decimal("0.005")


def test_the_public_sector_asks_the_tariff_and_the_private_one_mostly_more(mutual: Mutual) -> None:
    sector = {claim["claim"]: claim["sector"] for claim in mutual.claims}
    asked = defaultdict(list)
    for line in mutual.lines:
        if line["code"] == "CS":
            asked[sector[line["claim"]]].append(line["unit_price"])
    assert len(set(asked["public"])) == 1
    assert np.mean(asked["private"]) > 1.3 * 150 > float(asked["public"][0])


def test_codes_come_from_the_plans_tariff_and_are_skewed(mutual: Mutual) -> None:
    with (folder("ma") / "tariffs" / "medicines.csv").open(encoding="utf-8") as file:
        medicines = {row["code"] for row in csv.DictReader(file)}
    seen = Counter(line["code"] for line in mutual.lines if line["code"] in medicines)
    assert len(seen) > 40
    assert sum(count for _, count in seen.most_common(10)) > 0.4 * sum(seen.values())


def test_an_operation_comes_with_its_anaesthesia_and_theatre_in_one_session(mutual: Mutual) -> None:
    lines = by(mutual.lines, "claim")
    operations = [rows for rows in lines.values() if {"VESICULE", "HERNIE"} & {row["code"] for row in rows}]
    assert operations
    for rows in operations:
        session = [row["code"] for row in rows if row["session"] == 1]
        assert len(session) >= 1 and all(row["session"] == 1 for row in rows if row["code"] in ("ANES", "BLOC"))
    with_both = [rows for rows in operations if {"ANES", "BLOC"} <= {row["code"] for row in rows}]
    assert len(with_both) > 0.8 * len(operations)


def test_obstetric_care_is_womens(mutual: Mutual) -> None:
    sex = {person["person"]: person["sex"] for person in mutual.people}
    codes = ("ECHO-OBST", "VOIE-BASSE", "CESARIENNE")
    assert {sex[line["person"]] for line in mutual.lines if line["code"] in codes} == {"F"}


def test_lines_lie_by_household_when_clustered_and_as_they_came_in_when_not(mutual: Mutual, tmp_path: Path) -> None:
    households = [claim["household"] for claim in mutual.claims]
    assert households == sorted(households)
    assert [line["claim"] for line in mutual.lines] == sorted(line["claim"] for line in mutual.lines)
    generate(tmp_path, members=MEMBERS, files=FILES, seed=11, mistakes=False, clustered=False)
    claims = pq.read_table(tmp_path / "claims.parquet").to_pylist()
    assert [claim["received_on"] for claim in claims] == sorted(claim["received_on"] for claim in claims)
    assert sorted(claims, key=lambda claim: str(claim["claim"])) == mutual.claims
    lines = pq.read_table(tmp_path / "lines.parquet").to_pylist()
    assert sorted(lines, key=lambda line: (line["claim"], int(line["line"]))) == mutual.lines


# --- mistakes


def test_parquet_columns_keep_their_types_when_mistakes_are_planted(tmp_path: Path, mutual: Mutual) -> None:
    summary = generate(tmp_path, members=MEMBERS, files=FILES, seed=11)
    for name in TABLES:
        assert pq.read_schema(tmp_path / f"{name}.parquet").equals(pq.read_schema(mutual.folder / f"{name}.parquet"))
    assert pq.read_schema(tmp_path / "lines.parquet").field("billed").type == pa.decimal128(12, 2)
    assert summary.planted > 0 and not any(kind.endswith(TEXT_ONLY) for kind in summary.mistakes)


def test_every_kind_of_mistake_is_planted_in_csv(spoilt: tuple[Path, Summary]) -> None:
    settings = tomllib.loads((folder("ma") / "generator.toml").read_text(encoding="utf-8"))
    likely = {
        f"{table}.{kind}"
        for table, kinds in settings["mistakes"].items()
        for kind, rate in kinds.items()
        if rate * spoilt[1].rows[table] >= 1
    }
    assert likely <= set(spoilt[1].mistakes)
    assert 0.002 < spoilt[1].planted / spoilt[1].rows["lines"] < 0.008


def test_every_planted_mistake_is_counted(spoilt: tuple[Path, Summary]) -> None:
    path, summary = spoilt
    people, claims, lines = (read_csv(path / f"{name}.csv") for name in ("people", "claims", "lines"))
    households = {person["household"] for person in people}
    home = {person["person"]: person["household"] for person in people}
    claim_home = {claim["claim"]: claim["household"] for claim in claims}
    found = Counter(
        {
            "claims.unknown_household": sum(claim["household"] not in households for claim in claims),
            "claims.unknown_sector": sum(claim["sector"] not in ATTRIBUTES["sector"] for claim in claims),
            "claims.missing_day": sum(claim["received_on"] == "" for claim in claims),
            "claims.no_such_day": sum(
                claim["received_on"] != "" and not is_day(claim["received_on"]) for claim in claims
            ),
            "claims.duplicate_id": len(claims) - len(claim_home),
            "lines.no_such_day": sum(not is_day(line["date"]) for line in lines),
            "lines.missing_claim": sum(line["claim"] not in claim_home for line in lines),
            "lines.unknown_person": sum(line["person"] not in home for line in lines),
            "lines.wrong_household": sum(
                line["person"] in home
                and claim_home.get(line["claim"], "X")[0] != "X"
                and home[line["person"]] != claim_home[line["claim"]]
                for line in lines
            ),
            "lines.negative_quantity": sum(line["quantity"].startswith("-") for line in lines),
            "lines.negative_amount": sum(line["billed"].startswith("-") for line in lines),
            "lines.missing_amount": sum(line["billed"] == line["unit_price"] == "" for line in lines),
            "lines.letter_in_amount": sum(any(letter in line["billed"] for letter in "lO") for line in lines),
            "lines.unknown_code": sum(line["code"].endswith("?9") for line in lines),
            "lines.duplicate_id": len(lines) - len({(line["claim"], line["line"]) for line in lines}),
        }
    )
    planted = {kind: count for kind, count in summary.mistakes.items() if kind in found}
    assert +found == planted


def is_day(text: str) -> bool:
    try:
        date.fromisoformat("-".join(reversed(text.split("/"))) if "/" in text else text)
    except ValueError:
        return False
    return True


def test_days_and_amounts_are_sometimes_written_otherwise(spoilt: tuple[Path, Summary]) -> None:
    path, summary = spoilt
    lines = read_csv(path / "lines.csv")
    assert sum("/" in line["date"] and is_day(line["date"]) for line in lines) == summary.variants["day_first"] > 0
    assert sum("," in line["billed"] for line in lines) == pytest.approx(summary.variants["decimal_comma"], abs=5)


def test_csv_and_parquet_say_the_same(mutual: Mutual, tmp_path: Path) -> None:
    generate(tmp_path, members=MEMBERS, files=FILES, seed=11, mistakes=False, format="csv")
    people = read_csv(tmp_path / "people.csv")
    assert people == [
        {name: "" if value is None else str(value) for name, value in person.items()} for person in mutual.people
    ]
    claims = read_csv(tmp_path / "claims.csv")
    assert claims == [{name: "" if v is None else str(v) for name, v in claim.items()} for claim in mutual.claims]


# --- the run


@pytest.mark.parametrize("format", ["parquet", "csv"])
def test_the_same_seed_gives_the_same_bytes(format: str, tmp_path: Path) -> None:
    one, other, third = (tmp_path / name for name in ("one", "other", "third"))
    for path, seed in ((one, 3), (other, 3), (third, 4)):
        generate(path, members=300, files=1000, seed=seed, format=format)
    same = [(one / f"{name}.{format}").read_bytes() == (other / f"{name}.{format}").read_bytes() for name in TABLES]
    assert all(same)
    assert (one / f"lines.{format}").read_bytes() != (third / f"lines.{format}").read_bytes()


def test_the_largest_mutual_is_drawn_batch_by_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tiwizi.packs.generate.mutual.HOUSEHOLDS_A_BATCH", 100)
    told: list[tuple[int, int]] = []
    summary = generate(tmp_path, members=350, files=1001, seed=5, progress=lambda *at: told.append(at))
    assert told == [(286, 1001), (572, 1001), (858, 1001), (1001, 1001)]
    claims = pq.read_table(tmp_path / "claims.parquet")["claim"].to_pylist()
    assert len(set(claims)) == 1001 and summary.facts["households"] == 350


def test_the_summary_can_be_written_as_json(spoilt: tuple[Path, Summary]) -> None:
    told = json.loads(json.dumps(asdict(spoilt[1])))
    assert told["rows"]["claims"] >= FILES and told["mistakes"] == spoilt[1].mistakes


@pytest.mark.parametrize(("members", "files"), [(1, 0), (1, 1), (1, 60), (7, 3), (40, 2000)])
def test_the_smallest_mutuals_are_whole_too(members: int, files: int, tmp_path: Path) -> None:
    summary = generate(tmp_path, members=members, files=files, seed=1, mistakes=False)
    assert summary.rows["claims"] == files and summary.facts["households"] == members
    assert summary.rows["lines"] >= files


def test_an_interrupted_run_leaves_nothing(tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(tmp_path, members=200, files=500, seed=1, progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_care_ends_on_the_day_asked_for(tmp_path: Path) -> None:
    until = date(2024, 2, 29)
    generate(tmp_path, members=300, files=900, seed=1, until=until, mistakes=False)
    received = pq.read_table(tmp_path / "claims.parquet")["received_on"].to_pylist()
    assert max(received) <= until and max(received) > until - timedelta(10)


# --- through the reader and the engine

#: What the reader says of each kind of mistake: (field, key).
SAID = {
    "people.duplicate_id": ("person", "duplicate_person"),
    "people.unknown_role": ("role", "not_a_word"),
    "people.no_such_day": ("birth_date", "not_a_day"),
    "statuses.unknown_person": ("person", "unknown_person"),
    "statuses.unknown_status": ("status", "not_a_word"),
    "cover.unknown_household": ("household", "unknown_household"),
    "cover.end_before_start": ("end", "ends_before_start"),
    "claims.unknown_household": ("household", "unknown_household"),
    "claims.unknown_sector": ("sector", "not_a_word"),
    "claims.missing_day": ("received_on", "missing"),
    "claims.no_such_day": ("received_on", "not_a_day"),
    "claims.duplicate_id": ("claim", "duplicate_claim"),
    "lines.claim_in_repair": ("claim", "claim_in_repair"),
    "lines.status_in_repair": ("person", "status_in_repair"),
    "lines.cover_in_repair": ("person", "cover_in_repair"),
    "lines.unknown_code": ("code", "unknown_code"),
    "lines.unknown_person": ("person", "unknown_person"),
    "lines.wrong_household": ("person", "other_household"),
    "lines.negative_quantity": ("quantity", "negative"),
    "lines.negative_amount": ("billed", "negative"),
    "lines.missing_amount": ("billed", "neither_price_nor_billed"),
    "lines.missing_claim": ("claim", "unknown_claim"),
    "lines.duplicate_id": ("line", "duplicate_line"),
    "lines.no_such_day": ("date", "not_a_day"),
    "lines.letter_in_amount": ("billed", "not_a_number"),
}


def read(path: Path) -> tuple[Book, Plan]:
    file = folder("ma") / "plans" / "public.toml"
    plan, problems = read_plan_file(file)
    assert plan is not None, problems
    tariffs = [(file.parent / name).resolve() for name in plan.tariffs]
    return read_folder(path, currency=plan.currency, tariff_files=tariffs), plan


@pytest.mark.parametrize("format", ["parquet", "csv"])
def test_what_lands_in_repair_is_what_was_planted_kind_by_kind(format: str, tmp_path: Path) -> None:
    summary = generate(tmp_path, members=6_000, files=22_000, seed=2, format=format)
    book, _ = read(tmp_path)
    landed = Counter((row.table, *zip(row.fields, row.keys, strict=True)) for row in book.repair.rows("en"))
    planted = Counter({(kind.split(".")[0], SAID[kind]): count for kind, count in summary.mistakes.items()})
    assert landed == planted
    assert {name: book.counts[name].rows for name in TABLES} == summary.rows


def test_without_mistakes_every_row_is_accepted(mutual: Mutual) -> None:
    book, _ = read(mutual.folder)
    assert sum(count.repair for count in book.counts.values()) == 0
    assert book.question is None


def test_most_lines_are_paid_in_whole_or_in_part_some_refused_and_few_wait(mutual: Mutual) -> None:
    book, plan = read(mutual.folder)
    decisions = decide(compile_plan(plan, book.tariff), book.facts, book.tariff)
    share = {name: float(np.mean(decisions.state == code)) for code, name in enumerate(STATES)}
    assert share["paid"] + share["reduced"] > 0.8
    assert 0.04 < share["refused"] < 0.16
    assert share["to_review"] < 0.01
    said = np.bitwise_or.reduce(decisions.reasons)
    expected = ("duplicate", "late_filing", "no_cover", "not_eligible", "excluded", "reference", "session", "rate")
    assert all(said >> REASON_CODE[reason] & 1 for reason in (*expected, "coordination", "no_prior_approval"))
