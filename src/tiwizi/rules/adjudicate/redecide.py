"""Re-decision: find the households that new facts touch, decide those again, and say what changes.

Nothing is ever updated: the difference to the earlier decision is a correction. A household is touched when its
*fingerprint* changes: a number made of everything that decides it - its people, cover, claims and lines, the price of
each line, and what the plan says of such care on that day. So a late file, a corrected tariff and a new version of the
plan are found in one way, and a household that nothing touches is left alone. docs/concepts/redecision.md tells it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from tiwizi.rules.adjudicate.columns import Column, Decisions, Facts, Tariff
from tiwizi.rules.adjudicate.kernel.registers import entry
from tiwizi.rules.period import day_of
from tiwizi.rules.plan.compile import CompiledPlan, accumulator
from tiwizi.rules.plan.document import Condition, Coverage, Layer, Limit, Plan, Session, names, steps
from tiwizi.rules.terms import CLAIM_ATTRIBUTES

#: What a block is called, where it stands and what it aims at decide nothing that its being in force does not say.
SILENT = ("id", "name", "dates", "targets", "excepted")
#: The head of a plan that decides nothing: conditions hold the age of adults already.
UNHEARD = ("id", "file", "country", "adult_from")
SECTOR = CLAIM_ATTRIBUTES.index("sector")


def fingerprints(plan: CompiledPlan, facts: Facts, tariff: Tariff, *, names: Names) -> Column:
    """uint64 per household: equal when, and as good as only when, all that decides the household is equal.

    names: what identifies people, claims, lines and providers across runs, since rows are numbered anew in each.
    """
    statuses = _sums(facts.status_start, _rows(facts.status, facts.status_from, facts.status_to))
    people = _rows(names.people, facts.birth, facts.role, facts.sex, statuses)
    covered = np.where(facts.cover_person < 0, np.uint64(7), _at(people, facts.cover_person))
    plans = np.array([_text(code) for code in facts.plan_codes], np.uint64)
    cover = _rows(covered, _at(plans, facts.cover_plan), facts.cover_from, facts.cover_to, facts.cover_stage,
                  facts.joined, facts.paid_until)  # fmt: skip
    claims = _rows(names.claims, *facts.claim_attributes.T, _at(names.providers, facts.provider), facts.received,
                   facts.care_to, _at(names.claims, facts.episode))  # fmt: skip
    lines = _rows(names.lines, claims[facts.claim], people[facts.person], facts.day, facts.quantity, facts.billed,
                  facts.allowed, facts.session, _care(plan, facts, tariff), _prices(plan, facts, tariff))  # fmt: skip
    if len(facts.approval):
        stands = facts.approval >= 0
        first = np.where(stands, _at(names.lines, facts.approval), np.uint64(0))
        on = _rows(lines, first, facts.approved, facts.approved_quantity, facts.unfit)
        lines = np.where(stands | (facts.unfit != 0), on, lines)
    for layer in plan.plan.layers:
        if layer.decided == "reported" and layer.id in facts.reported:
            amounts = facts.reported[layer.id]
            lines = np.where(amounts < 0, lines, _rows(lines, np.array([_text(layer.id)], np.uint64), amounts))
    parts = [(facts.person_start, people), (facts.cover_start, cover), (facts.line_start, lines)]
    return _rows(*(_sums(start, numbers) for start, numbers in parts))


class Names(NamedTuple):
    """uint64 per row: numbers that stand for identifiers and stay the same from run to run (``number_texts``)."""

    people: Column
    claims: Column
    lines: Column
    providers: Column  # by position in the vocabulary of providers


def touched(before: dict[str, int], after: dict[str, int]) -> list[str]:
    """The households whose fingerprint changed, appeared or disappeared, in order. Both: household -> fingerprint."""
    return sorted(h for h in before.keys() | after.keys() if before.get(h) != after.get(h))


def changed(before: Decisions, after: Decisions, old: Column, new: Column) -> Column:
    """Which pairs of lines (row ``old[i]`` of before, row ``new[i]`` of after) were decided otherwise.

    A line is decided otherwise when its state, an amount or a reason differs; -1 says that there is no such line.
    """
    both = (old >= 0) & (new >= 0)
    differs = ~both
    a, b = old[both], new[both]
    same = before.state[a] == after.state[b]
    for name in ("billed", "reductions", "share", "reasons"):
        same &= getattr(before, name)[a] == getattr(after, name)[b]
    if before.paid.shape[1] == after.paid.shape[1]:
        same &= (before.paid[a] == after.paid[b]).all(axis=1)
    differs[both] = ~same
    return differs


def number_texts(offsets: Column, data: Column) -> Column:
    """uint64 per text, the same in every run (FNV-1a). Text i is ``data[offsets[i]:offsets[i + 1]]``, in UTF-8."""
    found = np.empty(len(offsets) - 1, np.uint64)
    _number(found, offsets, data)
    return found


@entry
def _number(found: Column, offsets: Column, data: Column) -> None:
    for row in range(len(found)):
        number = np.uint64(0xCBF29CE484222325)
        for at in range(offsets[row], offsets[row + 1]):
            number = (number ^ np.uint64(data[at])) * np.uint64(0x100000001B3)
        found[row] = number


def _prices(plan: CompiledPlan, facts: Facts, tariff: Tariff) -> Column:
    """uint64 per line: its code, and the price that it has on its day, in its sector, with its provider."""
    row = np.empty(facts.lines, np.int64)
    sector = facts.claim_attributes[:, SECTOR][facts.claim]
    _find_prices(row, tariff.code_start, tariff.valid_from, tariff.valid_to, tariff.sector, tariff.provider,
                 facts.code, facts.day, sector, facts.provider[facts.claim])  # fmt: skip
    codes = np.array([*map(_text, tariff.codes), 0], np.uint64)[:-1]
    categories = np.array([*map(_text, tariff.categories), 0], np.uint64)[:-1]
    values = (tariff.coefficient, tariff.price, tariff.reimbursement_base, tariff.generic_base, tariff.rate,
              tariff.anaesthesia, tariff.doubtful)  # fmt: skip
    letter = np.append(tariff.letter, np.int16(-1))[row]  # without a price, row is -1: the last
    prices = _at(_rows(*values), row)
    return _rows(_at(codes, facts.code), _at(_at(categories, tariff.code_category), facts.code), row < 0, prices,
                 _letter_values(plan, tariff, facts.day, letter, sector))  # fmt: skip


@entry
def _find_prices(found: Column, code_start: Column, valid_from: Column, valid_to: Column, of_sector: Column,
                 of_provider: Column, code: Column, day: Column, sector: Column, provider: Column) -> None:  # fmt: skip
    """The tariff row of each line, or -1: the first that fits, as facts.py has it."""
    for line in range(len(found)):
        found[line] = -1
        for row in range(code_start[code[line]], code_start[code[line] + 1]):
            if (
                valid_from[row] <= day[line] < valid_to[row]
                and (of_sector[row] < 0 or of_sector[row] == sector[line])
                and (of_provider[row] < 0 or of_provider[row] == provider[line])
            ):
                found[line] = row
                break


def _letter_values(plan: CompiledPlan, tariff: Tariff, day: Column, letter: Column, sector: Column) -> Column:
    """int64 per line: the value of the key letter of its price, -1 where it has none."""
    known, values = plan.letters
    position = np.array([*(known.index(name) if name in known else -1 for name in tariff.letters), -1], np.int64)
    at = np.where(letter < 0, -1, position[letter])
    epoch = _epoch_of(plan, day)
    found = values[epoch, at, sector] if len(known) else np.full(len(day), -1, np.int64)
    return np.where(at < 0, -1, found)


def _epoch_of(plan: CompiledPlan, day: Column) -> Column:
    return np.searchsorted(plan.tables.epoch_start, day, side="right") - 1


def _care(plan: CompiledPlan, facts: Facts, tariff: Tariff) -> Column:
    """uint64 per line: what the plan says of such care on its day."""
    classes = plan.class_of(tariff.codes, tariff.categories, tariff.code_category)
    cell = _epoch_of(plan, facts.day) * plan.classes + classes[facts.code]
    cells, of_line = np.unique(cell, return_inverse=True)
    category = {code: tariff.categories[c] for code, c in zip(tariff.codes, tariff.code_category, strict=True)}
    care = {number: ("", category) for category, number in plan.class_of_category.items()}
    care |= {number: (code, category.get(code, "")) for code, number in plan.class_of_code.items()}
    wording = _Wording(plan.plan)
    numbers = np.zeros(len(cells), np.uint64)
    for at, (epoch, of_care) in enumerate(zip(*np.divmod(cells, plan.classes), strict=True)):
        on = day_of(int(plan.tables.epoch_start[epoch])) if epoch else date.min
        numbers[at] = _text(repr(wording.of(*care.get(int(of_care), ("", "")), on)))
    return numbers[of_line]


class _Wording:
    """What a plan says of some care on a day, as plain values: equal when the plan says the same."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.order = [(number, plan.layers[y]) for number, step in enumerate(steps(plan)) for y in step]
        settings = {f.name: getattr(plan, f.name) for f in fields(plan) if f.name not in UNHEARD}
        self.general = {name: value for name, value in settings.items() if isinstance(value, str | int)}
        self.kinds = _plain(plan.kinds, silent=("name",))
        self.blocks: dict[int, Any] = {}

    def of(self, code: str, category: str, on: date) -> Any:
        """The layers that are asked, and what each says of the care; then what the sessions and the house say."""
        group = self.plan.categories[category].group if category in self.plan.categories else ""

        def concerns(block: Coverage | Limit) -> bool:
            return block.dates.holds(on) and names(block.targets, code, category, group)

        rules = [[rule for rule in layer.coverage if concerns(rule)] for _, layer in self.order]
        asked = [bool(r) or layer.decided == "reported" for r, (_, layer) in zip(rules, self.order, strict=True)]
        said = []
        for (step, layer), here, speaks in zip(self.order, rules, asked, strict=True):
            if speaks or not any(asked):
                limits = [limit for limit in layer.limits if concerns(limit) and
                          not names(limit.excepted, code, category, group)]  # fmt: skip
                said.append((step, *self._layer(layer, here, limits, on)))
        large = [block.billed for block in self.plan.review_above if block.dates.holds(on)]
        return self.general, said, self._session(category, on), large, self.kinds if _asks_kind(said) else ()

    def _layer(self, layer: Layer, rules: list[Coverage], limits: list[Limit], on: date) -> tuple[Any, ...]:
        head = (layer.id, sorted(layer.covers), layer.decided, layer.insurance_months)
        eligible = [block for block in layer.eligibility if block.dates.holds(on)]
        filing = [block for block in layer.filing if block.dates.holds(on)]
        points = [point for point in layer.points if point.dates.holds(on)] if any(r.relative for r in rules) else []
        used = [accumulator(layer, limit) for limit in limits]
        return head, *(self._said(blocks) for blocks in (eligible, filing, rules, limits, points)), used

    def _session(self, category: str, on: date) -> Any:
        """What the session rules say, where they say anything of the category."""
        for session in self.plan.sessions:
            if session.dates.holds(on) and category in _in_session(session):
                values = [v for v in self.plan.letters if v.letter == session.anaesthesia_letter and v.dates.holds(on)]
                anaesthesia = category in session.anaesthesia
                return self._said([session]), self._said(values) if anaesthesia else ()
        return ()

    def _said(self, blocks: Iterable[Any]) -> list[Any]:
        for block in blocks:
            if id(block) not in self.blocks:
                self.blocks[id(block)] = _plain(block)
        return [self.blocks[id(block)] for block in blocks]


def _in_session(session: Session) -> frozenset[str]:
    """The categories that a session's rules can change, or that change others."""
    found = session.acts | session.consultation | session.anaesthesia | session.theatre
    return found | session.package | session.packaged


def _plain(value: Any, silent: tuple[str, ...] = SILENT) -> Any:
    """A block as plain values that are equal whenever it says the same."""
    if isinstance(value, Condition):
        return ("when", _plain(value.values), value.age, value.kinds and sorted(value.kinds))
    if is_dataclass(value):
        return tuple(_plain(getattr(value, f.name), silent) for f in fields(value) if f.name not in silent)
    if isinstance(value, Mapping):
        return sorted((key, _plain(entry, silent)) for key, entry in value.items())
    if isinstance(value, frozenset):
        return sorted(value)
    return tuple(_plain(entry, silent) for entry in value) if isinstance(value, tuple) else value


def _asks_kind(said: Any) -> bool:
    """Whether some condition in what is said asks for the kind of a claim."""
    if isinstance(said, tuple) and len(said) == 4 and said[0] == "when":
        return bool(said[3])
    return isinstance(said, list | tuple) and any(_asks_kind(part) for part in said)


def _rows(*columns: Column) -> Column:
    """uint64 per row: the columns of the row stirred together, in their order."""
    length = max(np.size(column) for column in columns)
    numbers = np.zeros(length, np.uint64)
    for column in columns:
        stir(numbers, np.atleast_1d(column))
    return numbers


@entry
def stir(numbers: Column, column: Column) -> None:
    """Stir a column into the numbers of its rows (splitmix64: Steele, Lea and Flood 2014)."""
    step = 0 if len(column) == 1 else 1
    for row in range(len(numbers)):
        number = numbers[row] + np.uint64(column[row * step]) + np.uint64(0x9E3779B97F4A7C15)
        number = (number ^ (number >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        number = (number ^ (number >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        numbers[row] = number ^ (number >> np.uint64(31))


def _sums(start: Column, numbers: Column) -> Column:
    """uint64 per part: the sum of its rows, whatever their order."""
    totals = np.concatenate((np.zeros(1, np.uint64), np.cumsum(numbers, dtype=np.uint64)))
    return np.asarray(totals[start[1:]] - totals[start[:-1]])


def _at(numbers: Column, positions: Column) -> Column:
    """The numbers at some positions; 0 where a position is -1."""
    if len(numbers) == 0:
        return np.zeros(len(positions), np.uint64)
    return np.where(positions < 0, np.uint64(0), numbers[np.maximum(positions, 0)])


def _text(text: str) -> int:
    """The number of one text."""
    data = np.frombuffer(text.encode(), np.uint8)
    return int(number_texts(np.array([0, len(data)], np.int64), data)[0])
