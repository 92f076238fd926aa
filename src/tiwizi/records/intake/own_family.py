"""Nobody acts on the file of their own family (S3): of an import, what would change something about the family of who
brings it in goes to repair, from where a colleague brings it in. What says nothing new stays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tiwizi.records.care.bulk.claims import Compared as Claims
from tiwizi.records.care.bulk.lines import Compared as Lines
from tiwizi.records.database.findings import Findings
from tiwizi.records.people.bulk import people as people_people

Rows = NDArray[Any]
KEY = "own_family"


class OwnFamily:
    """``household``: the id of who acts, None where they are no member. Each method takes its rows out of what was
    compared, before it is written."""

    def __init__(self, household: int | None, findings: Findings) -> None:
        self.household, self.findings = household, findings
        self.homes: Rows = np.zeros(0, bool)

    def people(self, found: people_people.Compared) -> None:
        """Also who moves out of the family's household."""
        self.homes = found.home == (-2 if self.household is None else self.household)
        if self.household is None:
            return
        acts = found.new | found.corrected | found.joins | found.other_role | found.moves | found.same_day
        leaves = found.moves & (found.known["home"] == self.household)
        own = acts & self.homes[found.stated.household]
        people_people.refuse(found, own | leaves, "household", KEY, self.findings)

    def dated(self, found: Any, table: str, field: str, household: Rows) -> None:
        """Statuses or cover, as compared; ``household``: of each row the place of its household."""
        acts = found.periods.new | found.periods.changed
        own = acts & self.homes[household[found.kept]]
        found.periods.refuse(own)
        found.refused[found.kept[own]] = True
        self.findings.add(table, found.kept[own], field, KEY)

    def claims(self, found: Claims) -> None:
        own = found.new & self.homes[found.stated.household]
        found.new &= ~own
        found.refused |= own
        self.findings.add("claims", own, "household", KEY)

    def lines(self, found: Lines, claims: Claims) -> None:
        own = (found.new | found.reviewed) & self.homes[claims.stated.household[found.stated.claim]]
        found.new &= ~own
        found.reviewed &= ~own
        found.refused |= own
        self.findings.add("lines", own, "claim", KEY)
