"""What comes in: many files at once (imports.py), also as sheets that are dropped at the desk (deliveries.py), or one
claim over the counter (claims.py)."""

from tiwizi.records.intake.operations.claims import enter_claim
from tiwizi.records.intake.operations.deliveries import (
    accept_delivery,
    deliver,
    resume_delivery,
    tell_sheets,
    withdraw_delivery,
)
from tiwizi.records.intake.operations.imports import Arrived, bring_in, look

__all__ = [
    "Arrived", "accept_delivery", "bring_in", "deliver", "enter_claim", "look", "resume_delivery", "tell_sheets",
    "withdraw_delivery",
]  # fmt: skip
