"""Which households are to be decided again: those that something happened to, and those that a new version of the plan
or the tariff may decide otherwise."""

from __future__ import annotations

import numpy as np

from tiwizi.records.care.basis import Basis
from tiwizi.records.care.facts import Known, read_known
from tiwizi.records.database.columns import read_columns
from tiwizi.rules.adjudicate.columns import Column
from tiwizi.rules.adjudicate.redecide import Names, fingerprints

#: Households whose facts are held in memory at a time.
PIECE = 40_000


def touched_between(after: int, upto: int) -> Column:
    """The households of the touches after one up to another, ascending, each once."""
    rows = read_columns(
        "SELECT DISTINCT household_id AS household FROM care_touch WHERE id > %s AND id <= %s",
        {"household": "int"},
        [after, upto],
    )
    return np.sort(rows["household"])


def affected(before: Basis, now: Basis) -> Column:
    """The households with claims of whose care the two do not say the same (rules.adjudicate.redecide), ascending."""
    rows = read_columns("SELECT DISTINCT household_id AS household FROM care_claim", {"household": "int"})
    households = np.sort(rows["household"])
    found = [np.zeros(0, np.int64)]
    for low in range(0, len(households), PIECE):
        known = read_known(households[low : low + PIECE], now)
        found.append(known.households[_fingerprints(known, before) != _fingerprints(known, now)])
    return np.concatenate(found)


def _fingerprints(known: Known, by: Basis) -> Column:
    """Acts and plans have the same places in every tariff and plan that is opened at one time (basis.py)."""
    return fingerprints(by.compiled, known.facts, by.tariff, names=_names(known))


def _names(known: Known) -> Names:
    """Ids tell rows apart; a person is one in their household, whose rows are in one order."""
    people = np.arange(len(known.facts.birth), dtype=np.uint64)
    providers = np.arange(int(known.facts.provider.max(initial=0)) + 1, dtype=np.uint64)
    return Names(people, known.claims.astype(np.uint64), known.lines.astype(np.uint64), providers)
