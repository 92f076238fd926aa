"""How a batch and an order come to be paid."""

from __future__ import annotations

from tiwizi.records.trail.lifecycle import Lifecycle, Step

BATCH: Lifecycle = (
    Step("preparing", "finish", "prepared"),
    Step("preparing", "cancel", "cancelled"),
    Step("prepared", "approve", "approved"),
    Step("prepared", "cancel", "cancelled"),
    Step("approved", "release", "released"),
    Step("approved", "cancel", "cancelled"),
    Step("released", "hand_over", "handed_over"),
    Step("handed_over", "settle", "settled"),
)

ORDER: Lifecycle = (
    Step("ready", "send", "sent"),
    Step("sent", "confirm", "paid"),
    Step("sent", "return", "returned"),
    Step("paid", "return", "returned"),
)
