"""Re-decision: find the households that new facts touch, decide those again, and say what changes.

Nothing is ever updated: the difference to the earlier decision is a correction. A household is touched when its
*fingerprint* changes: a number made of everything that decides it - its people, cover, claims and lines, the prices of
the codes that it used, and the plan's rules for that care on those days. So a late file, a corrected tariff and a new
version of the plan are found in one way, and a household that nothing touches is left alone.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tiwizi.rules.adjudicate.columns import Column, Decisions, Facts, Tariff
from tiwizi.rules.adjudicate.kernel.registers import entry
from tiwizi.rules.plan.compile import (
    C_GAPS,
    C_LIMITS_END,
    C_RULES,
    C_RULES_END,
    L_CLAUSE,
    L_ID,
    L_SLOT,
    LIMIT_COLUMNS,
    R_CLAUSE,
    RULE_COLUMNS,
    CompiledPlan,
    accumulator,
)
from tiwizi.rules.plan.document import Limit, clauses


def fingerprints(plan: CompiledPlan, facts: Facts, tariff: Tariff, *, names: Names) -> Column:
    """uint64 per household: equal when, and as good as only when, all that decides the household is equal.

    names: what identifies people, claims, lines and providers across runs, since rows are numbered anew in each.
    """
    people = _rows(names.people, facts.birth, facts.role, facts.sex)
    people += _sums(facts.status_start, _rows(facts.status, facts.status_from, facts.status_to))
    covered = np.where(facts.cover_person < 0, np.uint64(7), _at(people, facts.cover_person))
    plans = np.array([_text(code) for code in facts.plan_codes], np.uint64)
    cover = _rows(covered, _at(plans, facts.cover_plan), facts.cover_from, facts.cover_to, facts.cover_stage,
                  facts.joined, facts.paid_until)  # fmt: skip
    claims = _rows(names.claims, *facts.claim_attributes.T, _at(names.providers, facts.provider), facts.received,
                   facts.care_to, _at(names.claims, facts.episode))  # fmt: skip
    care = _care(plan, facts, tariff, names.providers)
    lines = _rows(names.lines, claims[facts.claim], people[facts.person], facts.day, facts.quantity, facts.billed,
                  facts.allowed, facts.session, care)  # fmt: skip
    for layer in sorted(facts.reported):
        lines = _rows(lines, facts.reported[layer], np.array([_text(layer)], np.uint64))
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


def _care(plan: CompiledPlan, facts: Facts, tariff: Tariff, providers: Column) -> Column:
    """uint64 per line: the prices of its code and the rules for its care on its day."""
    of_code = _code_numbers(tariff, providers)
    of_cell = _cell_numbers(plan)
    epoch = np.searchsorted(plan.tables.epoch_start, facts.day, side="right") - 1
    classes = plan.class_of(tariff.codes, tariff.categories, tariff.code_category)
    return _rows(of_code[facts.code], of_cell[epoch, classes[facts.code]])


def _code_numbers(tariff: Tariff, providers: Column) -> Column:
    letters = np.array([_text(letter) for letter in tariff.letters] or [0], np.uint64)
    rows = _rows(_at(letters, tariff.letter), tariff.coefficient, tariff.price, tariff.reimbursement_base,
                 tariff.generic_base, tariff.rate, tariff.valid_from, tariff.valid_to, tariff.sector,
                 _at(providers, tariff.provider), tariff.anaesthesia, tariff.doubtful)  # fmt: skip
    codes = np.array([_text(code) for code in tariff.codes] or [0], np.uint64)[: len(tariff.codes)]
    return _rows(codes, _sums(tariff.code_start, rows))


def _cell_numbers(plan: CompiledPlan) -> Column:
    """uint64 [epoch, class]: all that the plan says of some care in an epoch, whatever its blocks are numbered."""
    t, n = plan.tables, len(plan.plan.layers)
    rules = _rows(*(t.rules[:, column] for column in range(RULE_COLUMNS) if column != R_CLAUSE))
    blocks = clauses(plan.plan)
    keys = {id(limit): _text(repr(accumulator(layer, limit))) for layer in plan.plan.layers for limit in layer.limits}
    named = [keys[id(block)] if isinstance(block, Limit) else 0 for block in blocks]
    numbered = (L_CLAUSE, L_ID, L_SLOT)
    limits = _rows(np.array(named, np.uint64)[t.limits[:, L_CLAUSE]], *(
        t.limits[:, column] for column in range(LIMIT_COLUMNS) if column not in numbered))  # fmt: skip
    whole = _epoch_numbers(plan)
    found = np.zeros(t.cells.shape[0:1] + t.cells.shape[2:3], np.uint64)
    for e, k in np.ndindex(*found.shape):
        parts = [whole[e], np.uint64(t.session_role[e, k] + 1), np.uint64(t.kind_of_class[k])]
        for y in range(n):
            cell = t.cells[e, y, k]
            parts.append(_sequence(rules[cell[C_RULES] : cell[C_RULES_END]]))
            parts.append(_sequence(limits[cell[C_GAPS] : cell[C_LIMITS_END]]))
        if t.exception[e, k, 0] >= 0:
            parts.append(_sequence(t.shares[t.exception[e, k, 0] : t.exception[e, k, 1]]))
        found[e, k] = _sequence(np.array(parts, np.uint64))
    return found


def _epoch_numbers(plan: CompiledPlan) -> Column:
    """uint64 per epoch: what the plan says of all care in it."""
    t = plan.tables
    layers = np.array([_text(layer.id + repr(sorted(layer.covers))) for layer in plan.plan.layers], np.uint64)
    steps = (t.step_start, t.step_layers, t.reported, t.insurance_months)
    everywhere = [t.settings[:3], layers, *steps, t.kind_when, t.kind_anyway, t.band_of_age]
    found = np.zeros(len(t.epoch_start), np.uint64)
    for e in range(len(found)):
        eligible = [t.eligibility[a:b] for a, b in t.eligibility_range[e]]
        shares = t.shares[max(0, t.sessions[e, 1]) : max(0, t.sessions[e, 2])]
        here = [t.filing[e, :, 0], t.points[e, :, 0], t.sessions[e, 3:], shares, t.review_above[e, :1]]
        here.append(plan.letters.values[e])
        parts = [_sequence(np.ravel(part)) for part in (*everywhere, *eligible, *here)]
        found[e] = _sequence(np.array(parts, np.uint64))
    return found


def _rows(*columns: Column) -> Column:
    """uint64 per row: the columns of the row stirred together, in their order."""
    length = max(np.size(column) for column in columns)
    numbers = np.zeros(length, np.uint64)
    for column in columns:
        _mix(numbers, np.atleast_1d(column))
    return numbers


@entry
def _mix(numbers: Column, column: Column) -> None:
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


def _sequence(numbers: Column) -> np.uint64:
    """One number for a sequence, its order included."""
    row = np.array([len(numbers)], np.uint64)
    for number in np.asarray(numbers).reshape(-1, 1):
        _mix(row, number)
    return np.uint64(row[0])


def _at(numbers: Column, positions: Column) -> Column:
    """The numbers at some positions; 0 where a position is -1."""
    if len(numbers) == 0:
        return np.zeros(len(positions), np.uint64)
    return np.where(positions < 0, np.uint64(0), numbers[np.maximum(positions, 0)])


def _text(text: str) -> int:
    """The number of one text."""
    data = np.frombuffer(text.encode(), np.uint8)
    return int(number_texts(np.array([0, len(data)], np.int64), data)[0])
