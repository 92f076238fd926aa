"""What was generated, in figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from tiwizi.packs.generate.people import SPOUSE
from tiwizi.packs.generate.settings import Settings
from tiwizi.packs.generate.statuses import ILLNESS
from tiwizi.packs.generate.tables import Batch
from tiwizi.rules.period import NEVER


@dataclass(frozen=True)
class Summary:
    """rows: by table, as written. mistakes: "<table>.<kind>" -> rows that belong in repair. variants: readable all the
    same, though written otherwise."""

    rows: Mapping[str, int]
    mistakes: Mapping[str, int]
    variants: Mapping[str, int]
    facts: Mapping[str, int] = field(default_factory=dict)  # households, several_spouses, late_files ...

    @property
    def long_term_illness_share(self) -> float:
        """Of the people, those who have one on the last day."""
        return self.facts["long_term_illness"] / max(1, self.facts["people"])

    @property
    def lines_per_file(self) -> float:
        return self.rows["lines"] / max(1, self.rows["claims"])

    @property
    def planted(self) -> int:
        """All rows that belong in repair."""
        return sum(self.mistakes.values())


def facts(batch: Batch, settings: Settings) -> Counter[str]:
    """The figures of one batch; those of the mutual are their sums."""
    people, statuses, files = batch.people, batch.statuses, batch.files
    spouses = np.bincount(people.household[people.role == SPOUSE], minlength=len(people.recruited))
    per_household = np.bincount(files.household, minlength=len(people.recruited))
    limit = settings["filing"]["limit"]
    return Counter(
        households=len(people.recruited),
        people=len(people),
        several_spouses=int((spouses > 1).sum()),
        long_term_illness=len(np.unique(statuses.person[statuses.status == ILLNESS])),
        deceased_members=int((people.death != NEVER).sum()),
        duplicate_files=int((files.copy_of >= 0).sum()),
        late_files=int((files.received - files.care_to + 1 > limit).sum()),
        grants=int((files.grant >= 0).sum()),
        households_over_100_files=int((per_household > 100).sum()),
    )
