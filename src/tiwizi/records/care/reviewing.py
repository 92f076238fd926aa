"""Why a reviewer left less than was claimed: the list that a letter can cite (locale/<lang>/review.toml)."""

from __future__ import annotations

from tiwizi.rules.terms import REASON_CODE, REASONS

CAUSES = (
    "above_tariff",
    "above_prescription",
    "not_prescribed",
    "not_justified",
    "not_medically_needed",
    "illegible",
    "not_signed",
    "wrong_person",
    "paid_elsewhere",
    "not_covered_act",
    "other",
)
#: Why a line waits for a person: the reasons of rules.terms that hold it, and the note that asks for a look.
WAITS = tuple(reason.name for reason in REASONS if reason.effect == "review" or reason.name == "review_above")
#: Those that no reviewer can settle by looking: a price, a report or a point value has to come first.
HELD = tuple(name for name in WAITS if name != "review_above")
BIT = {name: 1 << REASON_CODE[name] for name in WAITS}
