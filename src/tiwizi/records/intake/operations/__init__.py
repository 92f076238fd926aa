"""What comes in: many files at once (imports.py), or one claim over the counter (claims.py)."""

from tiwizi.records.intake.operations.claims import enter_claim
from tiwizi.records.intake.operations.imports import Arrived, bring_in, look

__all__ = ["Arrived", "bring_in", "enter_claim", "look"]
