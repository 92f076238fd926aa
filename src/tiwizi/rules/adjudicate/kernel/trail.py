"""The trail of a line while it grows, as amount.py of the reference has it.

An entry is always written, and counts only where the rule changed the amount: that is cheaper than to ask first.
"""

from __future__ import annotations

import numpy as np

from tiwizi.rules.adjudicate.kernel.registers import (
    COORDINATION,
    IS_REVIEW,
    IS_SHARE,
    ONE,
    REASON_BITS,
    REASON_SHIFT,
    ZERO,
    inlined,
)


@inlined
def put(w, code, reason, cut):
    """One entry. code: the layer and the clause, as `pack_rule` has them."""
    w.out.trail_rule[w.here.end], w.out.trail_cut[w.here.end] = code | (reason << REASON_SHIFT), cut
    w.here.end += 1
    w.here.reasons |= ONE << reason


@inlined
def change(w, code, reason, amount, value):
    """Let a rule change the amount of a candidate."""
    changed = np.int64(value != amount)
    w.out.trail_rule[w.here.end], w.out.trail_cut[w.here.end] = code | (reason << REASON_SHIFT), amount - value
    w.here.end += changed
    w.here.reasons |= changed << reason
    if IS_SHARE[reason]:
        w.here.shares += amount - value
    return value


@inlined
def waits_for_a_person(reason):
    """1 where a reason waits for a person, 0 where it refuses."""
    return ONE if IS_REVIEW[reason] else ZERO


@inlined
def split(w, first, end, unpaid):
    """(reductions, member's share) of what is unpaid, in the words of some entries of the trail."""
    share, left = ZERO, unpaid
    for n in range(first, end):
        reason = (w.out.trail_rule[n] >> REASON_SHIFT) & ((1 << REASON_BITS) - 1)
        amount = max(ZERO, min(w.out.trail_cut[n], left)) if reason != COORDINATION else ZERO
        left -= amount
        share += amount if IS_SHARE[reason] else ZERO
    return unpaid - left - share, share
