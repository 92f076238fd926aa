"""Names in both scripts, drawn as people of an age and a sex bear them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tiwizi.packs.generate.draw import Rng, cumulative, pick, pick_by_group
from tiwizi.rules.adjudicate.columns import Column

#: Births from these years on (days since 1970) are of the next era: old, any, young.
ERA_STARTS = np.array([-2_500, 8_400])
ERAS = ("old", "any", "young")
#: How often a name of one era is borne by people of another.
IN_ERA, OUT_OF_ERA, OF_ANY_ERA = 1.0, 0.04, 0.8
ZIPF_FIRST, ZIPF_FAMILY = 0.7, 0.35


@dataclass(frozen=True)
class Names:
    """First names (women's, then men's) and family names; each has its Latin and its Arabic form."""

    first_latin: tuple[str, ...]
    first_arabic: tuple[str, ...]
    family_latin: tuple[str, ...]
    family_arabic: tuple[str, ...]
    first_running: Column  # [sex x 3 + era, first names]
    family_running: Column

    def draw_first(self, rng: Rng, sex: Column, birth: Column) -> Column:
        """int64: first names for people of this sex (0 women, 1 men) and day of birth."""
        group = sex * len(ERAS) + np.searchsorted(ERA_STARTS, birth, side="right")
        return pick_by_group(self.first_running, group, rng.random(len(sex)))

    def draw_family(self, rng: Rng, size: int) -> Column:
        return pick(self.family_running, rng.random(size))


def read_names(path: Path) -> Names:
    """The names of names.csv (kind F, M or family; latin; arabic; era), the commonest of each kind first."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    first = [row for kind in ("F", "M") for row in rows if row["kind"] == kind]
    family = [row for row in rows if row["kind"] == "family"]
    return Names(
        first_latin=tuple(row["latin"] for row in first),
        first_arabic=tuple(row["arabic"] for row in first),
        family_latin=tuple(row["latin"] for row in family),
        family_arabic=tuple(row["arabic"] for row in family),
        first_running=cumulative(np.array([_weights(first, kind, era) for kind in ("F", "M") for era in ERAS])),
        family_running=cumulative((np.arange(len(family)) + 1.0) ** -ZIPF_FAMILY),
    )


def _weights(first: list[dict[str, str]], kind: str, era: str) -> Column:
    """How often people of a sex and an era bear each name: by its rank among those of its own era."""
    weights = np.zeros(len(first))
    rank = dict.fromkeys(ERAS, 0)
    for position, row in enumerate(first):
        if row["kind"] == kind:
            rank[row["era"]] += 1
            share = OF_ANY_ERA if row["era"] == "any" else IN_ERA if row["era"] == era else OUT_OF_ERA
            weights[position] = share * rank[row["era"]] ** -ZIPF_FIRST
    return weights
