"""Decide households and keep what comes of it: new decisions on lines that had none or come out otherwise, what is
owed for claims that nothing was booked for, and corrections, which wait to be seen, for those that something was.

One household at the desk and a shard of a million take this path. The caller holds whatever keeps others from deciding
the same households, and the transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

import numpy as np
import pyarrow as pa

from tiwizi.records.care import booking
from tiwizi.records.care.basis import Basis
from tiwizi.records.care.booking import Books, Standing
from tiwizi.records.care.decision import NOBODY, SUMS, pack_chosen, settled, sums_of, trails_of, unpack_chosen
from tiwizi.records.care.facts import Known, read_known
from tiwizi.records.care.models import STEPS, Correction, Decision, Run
from tiwizi.records.care.standing import read_standing
from tiwizi.records.cover.versions import open_plan
from tiwizi.records.database.columns import among, read_columns, write_columns
from tiwizi.rules.adjudicate import engine
from tiwizi.rules.adjudicate.columns import Column, Decisions
from tiwizi.rules.terms import REFUSED, STATES

Rows = dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What was decided, and how much of it is new. ``changed``: decisions written; amounts are those of all lines."""

    households: int
    claims: int
    lines: int
    changed: int
    billed: int
    paid: int
    reductions: int
    share: int
    transfers: int
    corrections: int
    digest: bytes
    states: tuple[int, ...]  # lines by the state in which they stand now


def decide_and_keep(households: Column, by: Basis, *, run: int, day: date, threads: int = 1) -> Outcome:
    """households: ids, ascending. day: when it is booked."""
    known = read_known(households, by)
    found = decide_known(known, by, threads=threads)
    sums = sums_of(found)
    before = read_standing(np.sort(np.concatenate([known.lines, known.withdrawn])))
    fresh, undone = _changed(known, sums, before, by)
    written = _written(known, sums, trails_of(found), fresh, undone, before)
    digest = _keep(written, run)
    books = booking.books_of(by.plan)
    transfers, corrections = _book(known, sums, fresh, undone, before, books, run=run, day=day)
    return Outcome(
        len(households), len(known.claims), len(known.lines), len(written["line"]), transfers=transfers,
        corrections=corrections, digest=digest, paid=int(found.paid.sum()),
        states=tuple(np.bincount(found.state, minlength=len(STATES)).tolist()),
        **{name: int(sums[name].sum()) for name in ("billed", "reductions", "share")},
    )  # fmt: skip


def decide_known(known: Known, by: Basis, *, threads: int = 1) -> Decisions:
    """All lines of some households, as they would stand: nothing is kept."""
    found = settled(engine.decide(by.compiled, known.facts, by.tariff, threads=threads), known.reviewed)
    assert found.balanced(), "the three sums hold on every line"
    return found


def _at(before: Rows, lines: Column) -> Column:
    """Where each line stands among the standing decisions, or -1."""
    if len(before["line"]) == 0:
        return np.full(len(lines), -1, np.int64)
    at = np.minimum(np.searchsorted(before["line"], lines), len(before["line"]) - 1)
    return np.where(before["line"][at] == lines, at, -1)


def _changed(known: Known, sums: Rows, before: Rows, by: Basis) -> tuple[Column, Column]:
    """bool per line: has no decision, or comes out otherwise; bool per withdrawn line: still stands for something."""
    at = _at(before, known.lines)
    fresh = at < 0
    old = np.flatnonzero(~fresh)
    if len(old):
        compared = before | {"chosen": _as_now(before, by)}
        for name in SUMS:
            fresh[old] |= compared[name][at[old]] != sums[name][old]
    gone = _at(before, known.withdrawn)
    undone = np.array([place >= 0 and before["billed"][place] > 0 for place in gone], bool)
    return fresh, undone


def _as_now(before: Rows, by: Basis) -> Column:
    """The layers that were chosen, as the plan that decides now numbers them."""
    chosen = unpack_chosen(before["chosen"])
    versions = dict(Run.objects.filter(id__in=np.unique(before["run"]).tolist()).values_list("id", "plan_version_id"))
    now = {layer.id: place for place, layer in enumerate(by.plan.layers)}
    for run, version in versions.items():
        if version != by.plan_version:
            own = before["run"] == run
            places = [now.get(layer.id, NOBODY - 1) for layer in open_plan(version).layers]
            chosen[own] = np.array([*places, -1], np.int16)[chosen[own]]
    return pack_chosen(chosen)


# -- what is kept --------------------------------------------------------------------------------------------------


def _written(known: Known, sums: Rows, trails: Any, fresh: Column, undone: Column, before: Rows) -> Rows:
    """The new decisions, by line."""
    at = np.flatnonzero(fresh)
    at = at[np.argsort(known.lines[at], kind="stable")]
    rows: Rows = {name: sums[name][at] for name in SUMS}
    rows["line"], rows["trail"] = known.lines[at], trails.take(pa.array(at))
    if undone.any():
        rows = _with_undone(rows, known.withdrawn[undone])
    place = _at(before, rows["line"])
    rows["number"] = np.where(place < 0, 0, np.append(before["number"], 0)[place]) + 1
    return rows


def _with_undone(rows: Rows, lines: Column) -> Rows:
    """And of withdrawn lines: nothing was billed, nothing is paid."""
    count = len(lines)
    void = {name: np.zeros(count, np.int64) for name in SUMS} | {
        "state": np.full(count, REFUSED),
        "chosen": np.full(count, int.from_bytes([NOBODY] * STEPS, "little")),
        "line": lines,
    }
    joined = {name: np.concatenate([rows[name], void[name]]) for name in void}
    order = np.argsort(joined["line"], kind="stable")
    blank = pa.array([b""] * count, pa.large_binary())
    trail = pa.concat_arrays([rows["trail"], blank]).take(pa.array(order))
    return {name: column[order] for name, column in joined.items()} | {"trail": trail}


def _keep(rows: Rows, run: int) -> bytes:
    """Write decisions; their digest."""
    count = len(rows["line"])
    columns = {"line": rows["line"], "number": rows["number"], "run": np.full(count, run)}
    columns |= {name: rows[name] for name in SUMS} | {"trail": rows["trail"]}
    if count:
        write_columns(Decision, columns)
    digest = sha256()
    for name in ("line", "number", *SUMS):
        digest.update(rows[name].astype(np.int64).tobytes())
    return digest.digest()


def _book(
    known: Known, sums: Rows, fresh: Column, undone: Column, before: Rows, books: Books, *, run: int, day: date
) -> tuple[int, int]:
    """Book the claims that nothing was booked for; of the others, note what is to be corrected. How many of each."""
    amounts = booking.owed(sums, known.facts.claim, len(known.claims), books)
    changed, decided = _claims_of(known, fresh, undone, before)
    again = np.flatnonzero(changed & decided)
    again = again[np.argsort(known.claims[again], kind="stable")]
    stands = booking.standing(known.claims[again], books)
    unpaid = np.asarray((stands.transfer < 0).all(axis=1))
    credits = books.payable[:, known.payee[again]].T
    corrections = _note(known.claims[again], amounts[again], credits, stands, unpaid, run)
    new = np.flatnonzero(changed & ~decided)
    transfers = _post(known, new, amounts, booking.nothing_stands(len(new), books), books, day)
    transfers += _post(known, again[unpaid], amounts, stands.take(np.flatnonzero(unpaid)), books, day)
    return transfers, corrections


def _claims_of(known: Known, fresh: Column, undone: Column, before: Rows) -> tuple[Column, Column]:
    """bool per claim: has a line with a new decision; bool per claim: has a line that was decided before."""
    claim, order = known.facts.claim, np.argsort(known.claims, kind="stable")
    withdrawn = order[np.searchsorted(known.claims[order], known.withdrawn_claim)]
    changed, decided = np.zeros(len(known.claims), bool), np.zeros(len(known.claims), bool)
    changed[claim[fresh]] = changed[withdrawn[undone]] = True
    decided[claim[_at(before, known.lines) >= 0]] = decided[withdrawn[_at(before, known.withdrawn) >= 0]] = True
    return changed, decided


def _post(known: Known, own: Column, amounts: Column, stands: Standing, books: Books, day: date) -> int:
    """Book those of some claims, none of which is booked, that are owed something. How many transfers."""
    due = np.flatnonzero(amounts[own].any(axis=1))
    own = own[due]
    if len(own) == 0:
        return 0
    home = np.searchsorted(known.facts.claim_start, own, side="right") - 1
    kind = known.payee[own]
    payees = booking.payees_of(kind, known.provider[own], known.head[home])
    return booking.post(known.claims[own], amounts[own], kind, payees, stands.take(due), books, day=day)


def _note(claims: Column, amounts: Column, credits: Column, stands: Standing, unpaid: Column, run: int) -> int:
    """Corrections of claims (by id, ascending) that are booked otherwise; they take the place of those that wait."""
    if len(claims) == 0:
        return 0
    waiting = read_columns(
        f"SELECT id, claim_id AS claim FROM care_correction WHERE state = 'waiting' AND {among('claim_id', claims)}",
        {"id": "int", "claim": "int"},
    )
    replaced = waiting["id"][np.isin(waiting["claim"], claims)].tolist()
    Correction.objects.filter(id__in=replaced).update(state="replaced")
    wrong = np.flatnonzero(booking.differs(amounts, credits, stands).any(axis=1) & ~unpaid)
    if len(wrong):
        write_columns(
            Correction,
            {
                "claim": claims[wrong],
                "run": np.full(len(wrong), run),
                "before": stands.amount[wrong].sum(axis=1),
                "after": amounts[wrong].sum(axis=1),
                "state": pa.array(["waiting"] * len(wrong), pa.string()),
            },
        )
    return len(wrong)
