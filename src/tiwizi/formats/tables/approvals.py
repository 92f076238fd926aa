"""What the prior approvals that claims name are for -> what lines stand on, and which do not fit the one they name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tiwizi.formats.tables.households import People
from tiwizi.formats.tables.order import places
from tiwizi.formats.tables.sheet import Sheet
from tiwizi.formats.tables.tariff import Prices, codes_in_tariff
from tiwizi.rules.adjudicate.columns import OF_APPROVALS
from tiwizi.rules.period import NEVER, NO_DAY
from tiwizi.rules.terms import UNFIT

Rows = NDArray[Any]
#: The columns of claims that say what the approval is for.
STATED = (
    "amount_approved", "approval_person", "approval_code", "approval_quantity", "approval_from", "approval_until",
)  # fmt: skip
_NOTHING = np.int64(2**62)
_BLANK = dict.fromkeys(("same", "amount", "quantity", "person", "act"), -1)
_BLANK |= {"since": NO_DAY, "until": NEVER, "given": 1}
#: Somebody whom the tables do not have: nobody whom a line is about.
_STRANGER = -2


@dataclass(frozen=True)
class Approvals:
    """Prior approvals, a row each. ``same``: equal numbers share an amount and a quantity; the others are -1, NO_DAY or
    NEVER where the approval is for anybody, any act, any day, without an amount or a quantity."""

    same: Rows
    amount: Rows  # minor units
    quantity: Rows  # thousandths
    person: Rows
    act: Rows
    since: Rows
    until: Rows  # the first day on which it holds no more
    given: Rows  # 0 where it was asked for alone

    def shared(self, good: Rows) -> Approvals:
        """Those of the good rows (bool), each with the smallest amount and quantity that is stated for it."""
        same = np.where(good, self.same, -1)
        return replace(self, same=same, amount=_least(same, self.amount), quantity=_least(same, self.quantity))


def read_approvals(sheet: Sheet, people: People, prices: Prices, *, named: Rows, household: Rows) -> Approvals | None:
    """By row of the claims, as each states it; None where none says what its approval is for."""
    if not any(sheet.has(name) for name in STATED):
        return None
    amount, quantity = sheet.numbers("amount_approved"), sheet.numbers("approval_quantity")
    since, until = sheet.days("approval_from", blank=NO_DAY), sheet.days("approval_until", blank=NEVER)
    who, act = sheet.keys("approval_person"), codes_in_tariff(sheet, "approval_code", prices)
    place, anybody = places(who, people.people), pc.equal(who, pa.scalar("")).to_numpy(zero_copy_only=False)
    person = np.where(anybody, -1, np.where(place < 0, _STRANGER, place))
    for column in STATED:
        sheet.find(sheet.filled(column) & ~named, column, "for_no_approval")
    sheet.find((since != NO_DAY) & (until <= since), "approval_until", "ends_before_start")
    name = sheet.coded("prior_approval")[0].astype(np.int64)
    same = np.where(named, household * (int(name.max(initial=0)) + 1) + name, -1)
    return Approvals(same, amount, quantity, person, act, since, until, np.ones(sheet.rows, np.int64))


def _least(same: Rows, figure: Rows) -> Rows:
    """The smallest figure that is stated for each approval, for all who name it; -1 where none is."""
    _, group = np.unique(same, return_inverse=True)
    least = np.full(int(group.max(initial=0)) + 1, _NOTHING)
    np.minimum.at(least, group, np.where(figure < 0, _NOTHING, figure))
    return np.where((same < 0) | (least[group] == _NOTHING), -1, least[group])


def on_approvals(known: Approvals, at: Rows, *, home: Rows, person: Rows, act: Rows, day: Rows) -> dict[str, Rows]:
    """The columns OF_APPROVALS of lines; none at all where no line stands on an approval or misses the one it names.

    at: for each line the row of the approval that its claim names, -1 for none. A line stands on it when person, act
    and day fit, and it is for an amount or a quantity: then it has the first line of its household (home) that stands
    on the same. Households share nothing, also where somebody who moved has claims in two of them.
    """
    own = {name: np.append(getattr(known, name), blank)[at] for name, blank in _BLANK.items()}
    given = own["given"] != 0
    misses = {
        "person": given & (own["person"] != -1) & (own["person"] != person),
        "act": given & (own["act"] >= 0) & (own["act"] != act),
        "day": given & ((day < own["since"]) | (day >= own["until"])),
        "given": ~given,
    }
    unfit = sum((misses[name] << bit for bit, name in enumerate(UNFIT)), np.zeros(len(at), np.int8)).astype(np.int8)
    stands = np.flatnonzero((unfit == 0) & ((own["amount"] >= 0) | (own["quantity"] >= 0)))
    if len(stands) == 0 and not unfit.any():
        return {}
    found = {name: np.full(len(at), blank, np.int64) for name, blank in OF_APPROVALS.items()} | {"unfit": unfit}
    names, name = np.unique(own["same"][stands], return_inverse=True)
    _, first, group = np.unique(home[stands] * len(names) + name, return_index=True, return_inverse=True)
    found["approval"][stands] = stands[first][group]
    found["approved"][stands], found["approved_quantity"][stands] = own["amount"][stands], own["quantity"][stands]
    return found
