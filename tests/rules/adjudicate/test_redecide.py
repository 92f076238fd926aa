"""Re-decision touches exactly the households whose facts, prices or rules changed; the others stay as they were."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from tests.rules.adjudicate.strategies import Example, example

from tiwizi.doors.cli.redecide import touched_households
from tiwizi.formats.tables import Book, from_rows
from tiwizi.packs import folder, read_plan_file
from tiwizi.packs.generate import generate
from tiwizi.rules.adjudicate import engine
from tiwizi.rules.adjudicate.columns import Decisions, Facts, Tariff
from tiwizi.rules.adjudicate.redecide import Names, fingerprints
from tiwizi.rules.period import NEVER, day_number
from tiwizi.rules.plan.compile import compile_plan
from tiwizi.rules.plan.document import Coverage, Layer, Plan

Row = dict[str, str]
Tables = dict[str, list[Row]]
PLANS = folder("ma") / "plans"
#: What is decided on each line of a household: its name, state, reasons, amounts, and who pays what.
Decided = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Run:
    """A plan and its facts, decided."""

    plan: Plan
    book: Book

    @cached_property
    def decided(self) -> Decided:
        return self.decide(self.book)

    def decide(self, book: Book) -> Decided:
        d = engine.decide(compile_plan(self.plan, book.tariff), book.facts, book.tariff)
        found: Decided = {str(name): [] for name in book.ids.households.to_pylist()}
        households = np.repeat(np.arange(book.facts.households), np.diff(book.facts.line_start))
        names = list(found)
        for row, household in enumerate(households):
            amounts = (d.state[row], d.reasons[row], d.billed[row], d.reductions[row], d.share[row])
            paid = [(self.plan.layers[y].id, int(p)) for y, p in zip(d.chosen[row], d.paid[row], strict=True) if y >= 0]
            found[names[household]].append((*book.name_line(row), *map(int, amounts), *paid))
        return found

    def households_where(self, true: Callable[[Facts], Any]) -> set[str]:
        """The households with a line of which something is true."""
        lines = np.flatnonzero(true(self.book.facts))
        at = np.unique(np.searchsorted(self.book.facts.line_start, lines, side="right") - 1)
        return {str(self.book.ids.households[int(h)].as_py()) for h in at}


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """A made-up mutual of some hundred households, as rows."""
    path = tmp_path_factory.mktemp("mutual")
    generate(path, members=250, files=700, seed=3, mistakes=False)
    rows = {file.stem: pq.read_table(file).to_pylist() for file in path.glob("*.parquet")}
    found = {name: [{k: "" if v is None else str(v) for k, v in row.items()} for row in rows[name]] for name in rows}
    return found | {"tariff": [row for file in sorted((PLANS.parent / "tariffs").glob("*.csv")) for row in _csv(file)]}


def _csv(file: Path) -> Iterable[Row]:
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


@pytest.fixture(scope="module")
def plan() -> Plan:
    found, _ = read_plan_file(PLANS / "public.toml")
    assert found is not None
    return found


@pytest.fixture(scope="module")
def before(plan: Plan, tables: Tables) -> Run:
    return Run(plan, from_rows(tables, currency="MAD"))


def touched(before: Run, after: Run) -> set[str]:
    """The households that are touched; it is held that those not touched are decided as before, and that deciding the
    touched ones alone gives, with the old decisions of the others, what deciding everything anew gives."""
    found = set(touched_households(before.plan, before.book, after.plan, after.book))
    names = [str(name) for name in after.book.ids.households.to_pylist()]
    part = after.book.take(np.array([at for at, name in enumerate(names) if name in found], np.int64))
    untouched = {name: before.decided[name] for name in names if name not in found}
    assert untouched | after.decide(part) == after.decided
    return found


def changed(before: Run, change: Callable[[Tables], None], tables: Tables) -> Run:
    """The run after a change of its tables."""
    copy = deepcopy(tables)
    change(copy)
    return Run(before.plan, from_rows(copy, currency="MAD"))


# --- facts ------------------------------------------------------------------------------------------------------


def test_a_late_file_touches_its_own_household(before: Run, tables: Tables) -> None:
    home = tables["people"][40]

    def arrives(late: Tables) -> None:
        claim = dict(late["claims"][0], claim="late", household=home["household"], received_on="2026-02-20")
        line = dict(late["lines"][0], claim="late", person=home["person"], date="2026-02-02", code="CS")
        late["claims"].append(claim | {"care_from": "2026-02-02", "care_to": "", "episode": ""})
        late["lines"].append(line | {"quantity": "1", "unit_price": "", "billed": "200.00"})

    assert touched(before, changed(before, arrives, tables)) == {home["household"]}


def test_a_file_that_is_withdrawn_touches_its_own_household(before: Run, tables: Tables) -> None:
    gone = tables["claims"][17]

    def withdrawn(tables: Tables) -> None:
        for name in ("claims", "lines"):
            tables[name] = [row for row in tables[name] if row["claim"] != gone["claim"]]

    assert touched(before, changed(before, withdrawn, tables)) == {gone["household"]}


def test_a_corrected_line_a_status_and_a_cover_touch_their_households(before: Run, tables: Tables) -> None:
    line, person, cover = tables["lines"][5], tables["people"][100], tables["cover"][200]

    def corrected(tables: Tables) -> None:
        tables["lines"][5]["billed"] = "999.99"
        row = {"person": person["person"], "status": "disability", "start": "2020-01-01", "end": "", "code": ""}
        tables["statuses"].append(row)
        tables["cover"][200]["paid_until"] = "2026-01-01"

    homes = {claim["claim"]: claim["household"] for claim in tables["claims"]}
    people = {person["person"]: person["household"] for person in tables["people"]}
    covered = cover["household"] or people[cover["person"]]
    found = touched(before, changed(before, corrected, tables))
    assert found == {homes[line["claim"]], person["household"], covered}


def test_a_household_that_comes_or_goes_is_touched(before: Run, tables: Tables) -> None:
    def comes(tables: Tables) -> None:
        tables["people"].append(dict(tables["people"][0], person="new", household="new"))

    after = changed(before, comes, tables)
    assert touched(before, after) == {"new"}
    assert touched(after, before) == {"new"}


def test_rows_in_any_order_touch_nobody_and_are_decided_alike(before: Run, tables: Tables) -> None:
    for seed in range(3):

        def shuffled(tables: Tables, seed: int = seed) -> None:
            for rows in tables.values():
                random.Random(seed).shuffle(rows)

        after = changed(before, shuffled, tables)
        assert touched(before, after) == set()
        assert {name: sorted(lines) for name, lines in after.decided.items()} == {
            name: sorted(lines) for name, lines in before.decided.items()
        }


def test_a_report_of_another_payer_touches_the_household_that_it_is_about(plan: Plan, tables: Tables) -> None:
    reported = layer_changed(plan, "amo", decided="reported", coverage=(), limits=())
    nothing = Run(reported, from_rows(tables, currency="MAD"))
    line = tables["lines"][9]

    def arrives(tables: Tables) -> None:
        tables["reported"] = [{"claim": line["claim"], "line": line["line"], "layer": "amo", "paid": "10.00"}]

    home = next(claim["household"] for claim in tables["claims"] if claim["claim"] == line["claim"])
    assert touched(nothing, changed(nothing, arrives, tables)) == {home}


# --- prices -----------------------------------------------------------------------------------------------------


def priced(rows: list[Row], code: str) -> list[Row]:
    return [row for row in rows if row["code"] == code]


def test_a_corrected_price_touches_those_whose_care_it_prices(before: Run, tables: Tables) -> None:
    since = "2026-03-01"

    def corrected(tables: Tables) -> None:
        (row,) = priced(tables["tariff"], "CS")
        own = {"sector": "private", "letter": "", "coefficient": "", "price": "165.00", "valid_from": since}
        tables["tariff"].append(row | own)

    after = changed(before, corrected, tables)
    code, day = before.book.tariff.codes.index("CS"), day_number(date.fromisoformat(since))

    def concerned(facts: Facts) -> Any:
        private = facts.claim_attributes[facts.claim, 0] == 1
        return (facts.code == code) & private & (facts.day >= day)

    found = touched(before, after)
    assert found == before.households_where(concerned)
    assert 0 < len(found) < len(before.households_where(lambda facts: facts.code == code))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("price", "77.00"),
        ("coefficient", "2"),
        ("reimbursement_base", "20.00"),
        ("generic_base", "10.00"),
        ("rate", "55%"),
        ("anaesthesia_coefficient", "12"),
        ("doubt", "printed badly"),
    ],
)
def test_every_figure_of_a_price_counts(column: str, value: str, before: Run, tables: Tables) -> None:
    def corrected(tables: Tables) -> None:
        (row,) = priced(tables["tariff"], "CS")
        row[column] = value

    code = before.book.tariff.codes.index("CS")
    found = touched(before, changed(before, corrected, tables))
    assert found == before.households_where(lambda facts: facts.code == code)


def test_a_price_for_days_to_come_and_another_name_touch_nobody(before: Run, tables: Tables) -> None:
    def renamed(tables: Tables) -> None:
        for row in priced(tables["tariff"], "CS"):
            row["label_fr"] = "Consultation chez le spécialiste"
            tables["tariff"].append(row | {"price": "300.00", "valid_from": "2035-01-01"})

    assert touched(before, changed(before, renamed, tables)) == set()


def test_a_new_value_of_a_key_letter_touches_those_whose_care_it_prices(before: Run, plan: Plan) -> None:
    letters = tuple(replace(v, value=v.value + 1) if v.letter == "B" else v for v in plan.letters)
    after = Run(replace(plan, letters=letters), before.book)
    tariff = before.book.tariff
    by_letter = {
        code
        for code in range(len(tariff.codes))
        if any(tariff.letter[row] == tariff.letters.index("B") for row in rows_of(tariff, code))
    }
    found = touched(before, after)
    assert found == before.households_where(lambda facts: np.isin(facts.code, list(by_letter)))
    assert 0 < len(found) < len(before.decided)


def rows_of(tariff: Tariff, code: int) -> range:
    return range(tariff.code_start[code], tariff.code_start[code + 1])


# --- plans ------------------------------------------------------------------------------------------------------


def layer_changed(plan: Plan, layer: str, **values: Any) -> Plan:
    return replace(plan, layers=tuple(replace(y, **values) if y.id == layer else y for y in plan.layers))


def rules_changed(plan: Plan, layer: str, change: Callable[[Coverage], Coverage]) -> Plan:
    found: Layer = next(y for y in plan.layers if y.id == layer)
    return layer_changed(plan, layer, coverage=tuple(change(rule) for rule in found.coverage))


def rule_for(plan: Plan, category: str) -> tuple[Layer, Coverage]:
    """The first rule of a plan that names a category, and its layer."""
    return next((y, rule) for y in plan.layers for rule in y.coverage if category in rule.targets)


def with_such_care(run: Run, rule: Coverage) -> set[str]:
    """The households with care that a rule names, on days on which it is in force."""
    tariff, until = run.book.tariff, rule.dates.until
    named = [at for at, category in enumerate(tariff.categories) if category in rule.targets]
    first, end = day_number(rule.dates.effective), day_number(until) if until else NEVER
    return run.households_where(
        lambda facts: np.isin(tariff.code_category[facts.code], named) & (facts.day >= first) & (facts.day < end)
    )


def test_a_new_version_of_the_plan_touches_those_whose_care_it_changes(before: Run, plan: Plan) -> None:
    layer, rule = rule_for(plan, "medicine")

    def lower(other: Coverage) -> Coverage:
        return replace(rule, rate=5_000) if other is rule else other

    found = touched(before, Run(rules_changed(plan, layer.id, lower), before.book))
    assert found == with_such_care(before, rule)
    assert 0 < len(found) < len(before.decided)


def test_a_plan_that_only_reads_otherwise_touches_nobody(before: Run, plan: Plan) -> None:
    def reworded(rule: Coverage) -> Coverage:
        return replace(rule, id=f"{rule.id}-2", name={"en": "said again"}, dates=replace(rule.dates, source="other"))

    assert touched(before, Run(rules_changed(plan, "amo", reworded), before.book)) == set()


def test_a_rule_for_an_age_that_no_other_rule_asks_touches_only_its_care(before: Run, plan: Plan) -> None:
    """The ages of a plan share a vocabulary; a new one must not make the old conditions look new."""
    layer, rule = rule_for(plan, "optics")
    young = replace(rule, id="young", when=replace(rule.when, age=(0, 7)), rate=10_000)
    after = Run(layer_changed(plan, layer.id, coverage=(young, *layer.coverage)), before.book)
    found = touched(before, after)
    assert found == with_such_care(before, rule)
    assert 0 < len(found) < len(before.decided)


# --- anything ---------------------------------------------------------------------------------------------------


def test_many_changes_at_once_leave_the_others_as_they_were(before: Run, tables: Tables) -> None:
    for seed in range(4):

        def spoilt(tables: Tables, seed: int = seed) -> None:
            rng = random.Random(seed)
            for row in rng.sample(tables["lines"], 20):
                row["billed"] = f"{rng.randint(1, 900)}.00"
            for row in rng.sample(tables["claims"], 5):
                row["received_on"] = "2026-10-31"
            tables["lines"] = rng.sample(tables["lines"], len(tables["lines"]) - 10)
            for row in rng.sample([row for row in tables["tariff"] if row["price"]], 3):
                row["price"] = "33.00"

        assert len(touched(before, changed(before, spoilt, tables))) > 10


@pytest.mark.parametrize("seed", range(30))
def test_households_with_equal_fingerprints_are_decided_alike(seed: int) -> None:
    """Random plans and facts, of which one part is changed at random: nobody is missed."""
    made = example(seed, households=20, lines=12)
    rng = random.Random(seed)
    for change in CHANGES:
        other = change(made, rng)
        same = np.flatnonzero(prints(made) == prints(other))
        assert rows(made, same) == rows(other, same), change.__name__


def prints(made: Example) -> Any:
    facts = made.facts
    providers = 1 + int(max(facts.provider.max(), made.tariff.provider.max(), 0))
    sizes = (len(facts.birth), len(facts.provider), facts.lines, providers)
    names = Names(*(np.arange(size, dtype=np.uint64) * np.uint64(7919) + np.uint64(n) for n, size in enumerate(sizes)))
    return fingerprints(compile_plan(made.plan, made.tariff), facts, made.tariff, names=names)


def rows(made: Example, households: Any) -> dict[str, list[Any]]:
    facts = made.facts.take(households)
    decisions = engine.decide(compile_plan(made.plan, made.tariff), facts, made.tariff)
    told = [column.name for column in fields(Decisions) if not column.name.startswith("trail")]
    return {name: getattr(decisions, name).tolist() for name in told}


def without_one(made: Example, rng: random.Random, part: str) -> Example:
    plan, at = made.plan, rng.randrange(len(made.plan.layers))
    blocks = list(getattr(plan.layers[at], part))
    if blocks:
        blocks.pop(rng.randrange(len(blocks)))
    layers = list(plan.layers)
    layers[at] = replace(layers[at], **{part: tuple(blocks)})
    return made._replace(plan=replace(plan, layers=tuple(layers)))


def with_other_values(made: Example, rng: random.Random) -> Example:
    """Other figures for the limits and points of a layer."""
    at = rng.randrange(len(made.plan.layers))
    layer = made.plan.layers[at]
    limits = tuple(
        replace(limit, value=1 + limit.value // 3) if rng.random() < 0.5 else limit for limit in layer.limits
    )
    points = tuple(replace(point, value=point.value // 2) for point in layer.points)
    return made._replace(plan=layer_changed(made.plan, layer.id, limits=limits, points=points))


def without_a_rule(made: Example, rng: random.Random) -> Example:
    return without_one(made, rng, "coverage")


def without_a_limit(made: Example, rng: random.Random) -> Example:
    return without_one(made, rng, "limits")


def without_eligibility(made: Example, rng: random.Random) -> Example:
    return without_one(made, rng, rng.choice(("eligibility", "filing", "points")))


def with_other_prices(made: Example, rng: random.Random) -> Example:
    tariff, at = made.tariff, rng.randrange(3)
    name = rng.choice(("price", "reimbursement_base", "coefficient", "anaesthesia", "rate", "valid_from"))
    column = getattr(tariff, name).copy()
    column[at::3] = rng.choice((0, 5_000, 20_500))
    return made._replace(tariff=replace(tariff, **{name: column}))


def with_other_settings(made: Example, rng: random.Random) -> Example:
    plan, part = made.plan, rng.choice(("sessions", "kinds", "letters", "review_above"))
    if part == "kinds":
        return made._replace(plan=replace(plan, kinds=tuple(reversed(plan.kinds))))
    return made._replace(plan=replace(plan, **{part: getattr(plan, part)[:-1]}))


CHANGES = (
    without_a_rule, without_a_limit, without_eligibility, with_other_values, with_other_prices, with_other_settings,
)  # fmt: skip
