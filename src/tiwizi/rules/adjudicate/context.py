"""The context of a line as one 64-bit word, and a condition as a mask over it.

Every attribute has a bit for each of its values, and a line has exactly one bit of each attribute set. A condition
allows some bits of the attributes that it names and every bit of the others, so it holds exactly when
``word & mask == word``: one machine instruction for any number of conditions. Ages become bands between all the ages
that the plan mentions; kinds of claim are the plan's own.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from tiwizi.rules.adjudicate.columns import Column
from tiwizi.rules.plan.document import Condition, Plan
from tiwizi.rules.terms import ATTRIBUTES, CLAIM_ATTRIBUTES, STATUSES

#: First bit of each attribute.
FIRST_BIT: dict[str, int] = {}
_next = 0
for _name, _values in ATTRIBUTES.items():
    FIRST_BIT[_name] = _next
    _next += len(_values)
AGE_BIT = _next
MAX_AGE_BANDS = 12
KIND_BIT = AGE_BIT + MAX_AGE_BANDS
MAX_KINDS = 10
#: The word without kind: the bit after the last kind says "none of the plan's kinds".
WORD_BITS = KIND_BIT + MAX_KINDS + 1
assert WORD_BITS <= 63
EVERYTHING = (1 << WORD_BITS) - 1
OLDEST = 200


def bits(attribute: str) -> int:
    """All the bits of one attribute."""
    return ((1 << len(ATTRIBUTES[attribute])) - 1) << FIRST_BIT[attribute]


AGE_BITS = ((1 << MAX_AGE_BANDS) - 1) << AGE_BIT
KIND_BITS = ((1 << (MAX_KINDS + 1)) - 1) << KIND_BIT
SEX_BITS = bits("sex")


@dataclass(frozen=True)
class Vocabulary:
    """What is the plan's own in a word: the ages at which a band starts, and the kinds."""

    band_starts: tuple[int, ...]
    kinds: tuple[str, ...]

    def mask(self, condition: Condition) -> int:
        """The bits that a condition allows."""
        allowed = EVERYTHING
        for attribute, values in condition.values.items():
            wanted = sum(1 << (FIRST_BIT[attribute] + ATTRIBUTES[attribute].index(value)) for value in values)
            allowed &= ~bits(attribute) | wanted
        if condition.age is not None:
            allowed &= ~AGE_BITS | self._bands(*condition.age)
        if condition.kinds is not None:
            allowed &= ~KIND_BITS | sum(1 << (KIND_BIT + self.kinds.index(kind)) for kind in condition.kinds)
        return allowed

    def asked(self, masks: Iterable[int]) -> int:
        """All the bits of the attributes that some masks ask about."""
        refused = 0
        for mask in masks:
            refused |= EVERYTHING & ~mask
        return sum(of_one for of_one in (*map(bits, ATTRIBUTES), AGE_BITS, KIND_BITS) if refused & of_one)

    def _bands(self, low: int, below: int) -> int:
        return sum(1 << (AGE_BIT + band) for band, start in enumerate(self.band_starts) if low <= start < below)

    def band_of_age(self) -> Column:
        """int64 per age in completed years, 0 to OLDEST: the bit of its band."""
        return np.array(
            [1 << (AGE_BIT + bisect_right(self.band_starts, age) - 1) for age in range(OLDEST + 1)], dtype=np.int64
        )


def vocabulary(plan: Plan, conditions: list[Condition]) -> Vocabulary:
    """The vocabulary of a plan: every age that one of its conditions mentions starts a band."""
    ages = {0}
    for condition in conditions:
        if condition.age is not None:
            ages |= {max(0, condition.age[0]), condition.age[1]}
    starts = tuple(sorted(age for age in ages if age < OLDEST))
    assert len(starts) <= MAX_AGE_BANDS, "read_plan refuses more age bands"
    assert len(plan.kinds) <= MAX_KINDS, "read_plan refuses more kinds"
    return Vocabulary(starts, tuple(kind.id for kind in plan.kinds))


def claim_words(attributes: Column) -> Column:
    """int64 per claim: the bits of what a claim has. attributes: int8 [claims, CLAIM_ATTRIBUTES]."""
    word = np.zeros(len(attributes), np.int64)
    for column, name in enumerate(CLAIM_ATTRIBUTES):
        word |= np.int64(1) << (FIRST_BIT[name] + attributes[:, column].astype(np.int64))
    return word


def person_words(role: Column, sex: Column) -> Column:
    """int64 per person: role, sex, and "no" for every status (the engine sets the dated ones)."""
    word = np.int64(1) << (FIRST_BIT["role"] + role.astype(np.int64))
    word |= np.int64(1) << (FIRST_BIT["sex"] + sex.astype(np.int64))
    return np.asarray(word | sum(1 << FIRST_BIT[status] for status in STATUSES))
