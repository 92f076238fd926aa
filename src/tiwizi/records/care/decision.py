"""Decisions as columns of the table, and back: the chosen layers in one number, the trail of a line in one blob.

``chosen``: a byte a step, the first step the lowest, 255 where no layer decided. ``trail``: for each rule that spoke
twelve bytes, the rule (int32, columns.pack_rule) and what it took (int64), the lowest byte first.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from tiwizi.records.care.models import STEPS
from tiwizi.rules.adjudicate.columns import Column, Decisions
from tiwizi.rules.terms import PAID, REASONS, REDUCED, TO_REVIEW

#: Columns that tell two decisions on a line apart, whatever their trails say.
SUMS = ("state", "reasons", "billed", "paid_1", "paid_2", "paid_3", "paid_4", "chosen", "reductions", "share")
NOBODY = 255
_ENTRY = np.dtype([("rule", "<i4"), ("cut", "<i8")])
#: Reasons that hold a line until a fact comes, which no reviewer can settle by looking.
_HOLD = sum(1 << n for n, reason in enumerate(REASONS) if reason.effect == "review")


def settled(found: Decisions, reviewed: Column) -> Decisions:
    """The decisions where a reviewer has looked at what the plan wants looked at: such a line waits no longer.

    reviewed: bool per line, whether a reviewer's quantity or price stands on it."""
    looked = (found.state == TO_REVIEW) & (found.reasons & _HOLD == 0) & reviewed
    if not looked.any():
        return found
    nothing = (found.paid.sum(axis=1) == 0) & (found.billed > 0)
    state = np.where((found.reductions > 0) | nothing, REDUCED, PAID)
    return replace(found, state=np.where(looked, state, found.state).astype(np.int8))


def sums_of(found: Decisions) -> dict[str, Column]:
    """The columns SUMS."""
    paid = np.zeros((len(found.state), STEPS), np.int64)
    paid[:, : found.paid.shape[1]] = found.paid
    steps = {f"paid_{step + 1}": paid[:, step] for step in range(STEPS)}
    return steps | {
        "state": found.state,
        "reasons": found.reasons,
        "billed": found.billed,
        "chosen": pack_chosen(found.chosen),
        "reductions": found.reductions,
        "share": found.share,
    }


def pack_chosen(chosen: Column) -> Column:
    """int64 per line, of the layers [lines, steps]."""
    layers = np.full((len(chosen), STEPS), NOBODY, np.uint8)
    layers[:, : chosen.shape[1]] = np.where(chosen < 0, NOBODY, chosen)
    return np.asarray(layers.view("<u4").ravel().astype(np.int64))


def unpack_chosen(chosen: Column) -> Column:
    """int16 [lines, STEPS], -1 where no layer decided."""
    layers = chosen.astype("<u4").view(np.uint8).reshape(len(chosen), STEPS).astype(np.int16)
    return np.where(layers == NOBODY, -1, layers)


def trails_of(found: Decisions) -> Any:
    """The trail of each line as a blob (Arrow)."""
    entries = np.empty(len(found.trail_rule), _ENTRY)
    entries["rule"], entries["cut"] = found.trail_rule, found.trail_cut
    offsets = found.trail_start * _ENTRY.itemsize
    buffers = [None, pa.py_buffer(offsets.astype(np.int64).tobytes()), pa.py_buffer(entries.tobytes())]
    return pa.Array.from_buffers(pa.large_binary(), len(found.trail_start) - 1, buffers)


def decisions_of(columns: dict[str, Column], trails: list[bytes], *, steps: int) -> Decisions:
    """Stored decisions as the engine gave them."""
    entries = np.frombuffer(b"".join(trails), _ENTRY)
    sizes = [len(trail) // _ENTRY.itemsize for trail in trails]
    return Decisions(
        state=columns["state"].astype(np.int8),
        reasons=columns["reasons"],
        billed=columns["billed"],
        paid=np.stack([columns[f"paid_{step + 1}"] for step in range(steps)], axis=1),
        chosen=unpack_chosen(columns["chosen"])[:, :steps].astype(np.int8),
        reductions=columns["reductions"],
        share=columns["share"],
        trail_start=np.concatenate(([0], np.cumsum(sizes))).astype(np.int64),
        trail_rule=entries["rule"].astype(np.int32),
        trail_cut=entries["cut"].astype(np.int64),
    )
