"""How a run, its shards, a correction, a prior approval and an appeal go on. A claim has no state of its own: what it
is follows from its decisions and payments (queries)."""

from __future__ import annotations

from tiwizi.records.trail.lifecycle import Lifecycle, Step

RUN: Lifecycle = (
    Step("waiting", "start", "working"),
    Step("waiting", "cancel", "cancelled"),
    Step("working", "finish", "done"),
    Step("working", "cancel", "cancelled"),
)

SHARD: Lifecycle = (
    Step("waiting", "lease", "leased"),
    Step("leased", "release", "waiting"),
    Step("leased", "finish", "done"),
    Step("leased", "park", "parked"),
    Step("parked", "retry", "waiting"),
)

CORRECTION: Lifecycle = (
    Step("waiting", "book", "booked"),
    Step("waiting", "replace", "replaced"),
)

APPROVAL: Lifecycle = (
    Step("asked", "approve", "approved"),
    Step("asked", "refuse", "refused"),
    Step("asked", "expire", "expired"),
    Step("approved", "withdraw", "withdrawn"),
)

APPEAL: Lifecycle = (
    Step("raised", "uphold", "upheld"),
    Step("raised", "reject", "rejected"),
    Step("raised", "withdraw", "withdrawn"),
)

FLAG: Lifecycle = (
    Step("open", "dismiss", "dismissed"),
    Step("open", "send", "sent"),
)
