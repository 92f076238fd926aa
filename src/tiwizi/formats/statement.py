"""What a bank's statement says, whatever its format: one account's movements between two balances."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tiwizi.rules.mistake import Mistake
from tiwizi.rules.money import major

#: A larger file is no statement.
MOST_BYTES = 128 << 20


@dataclass(frozen=True, slots=True)
class Movement:
    """Money that came (``amount`` > 0) or went (< 0), in minor units, on the day that the bank booked it.

    ``reference`` is the id that whoever paid gave it: ours for our orders. ``bank_id`` is the bank's own, "" where it
    gives none. ``return_reason``: why a payment came back (an ISO 20022 code or the bank's words), else "".
    """

    day: date
    amount: int
    reference: str = ""
    bank_id: str = ""
    text: str = ""
    return_reason: str = ""
    line: int = 0


@dataclass(frozen=True)
class Statement:
    """``opening`` + movements = ``closing``, in minor units. ``account``: 24 digits."""

    id: str
    account: str
    currency: str
    opening: int
    closing: int
    movements: tuple[Movement, ...]

    def identities(self) -> tuple[str, ...]:
        """For each movement what it is known by, the same in whatever statement it stands: nothing is booked twice.

        The bank's own id; where there is none, all that the movement says, and which of those that say the same it is.
        """
        same: Counter[str] = Counter()
        found = []
        for movement in self.movements:
            said = movement.bank_id or "|".join(
                (str(movement.day), str(movement.amount), movement.reference, movement.text, movement.return_reason)
            )
            same[said] += 1
            found.append(hashlib.sha256(f"{self.account}|{said}|{same[said]}".encode()).hexdigest()[:32])
        return tuple(found)


def unbalanced(opening: int, closing: int, movements: Iterable[Movement], currency: str) -> Mistake | None:
    """What is missing where a statement does not add up."""
    ends = opening + sum(movement.amount for movement in movements)
    if ends == closing:
        return None
    said = {"opening": opening, "ends": ends, "closing": closing, "missing": closing - ends}
    return Mistake("statement", "not_balanced", {name: major(value, currency) for name, value in said.items()})
