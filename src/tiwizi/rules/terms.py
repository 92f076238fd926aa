"""The registers that every other file speaks in: what can be asked of a line, what can be answered.

Each register is a tuple to be read. A position in it is the code that columns hold, so entries are only ever added
at the end.
"""

from __future__ import annotations

from typing import NamedTuple

#: What a plan's conditions may ask, with the values each can take. A line has exactly one value of each.
ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "sector": ("public", "private", "other"),
    "level": ("primary", "secondary", "tertiary", "other"),
    "setting": ("ambulatory", "hospital"),
    "overnight": ("no", "yes"),
    "visit": ("ordinary", "referral", "emergency", "accident"),
    "role": ("member", "spouse", "child", "orphan", "ascendant", "other"),
    "sex": ("F", "M", "unknown"),
    "network": ("in", "out"),
    "payee": ("member", "provider"),
    "prior_approval": ("no", "yes"),
    "stage": ("new", "renewed"),
    "long_term_illness": ("no", "yes"),
    "disability": ("no", "yes"),
    "schooling": ("no", "yes"),
    "pensioner": ("no", "yes"),
}
#: Those of them that a claim has, a person has, or that come and go with dates.
CLAIM_ATTRIBUTES = ("sector", "level", "setting", "overnight", "visit", "network", "payee", "prior_approval")
PERSON_ATTRIBUTES = ("role", "sex")
STATUSES = ("long_term_illness", "disability", "schooling", "pensioner")
#: What of the prior approval that a claim names may not fit a line, which then is one without approval; "given": it was
#: asked for, and is not given.
UNFIT = ("person", "act", "day", "given")
#: Besides, a condition may ask the age ("adult", "child", "<26", ">=60", "18..25") and the kind of claim.

STATES = ("paid", "reduced", "refused", "to_review")
PAID, REDUCED, REFUSED, TO_REVIEW = range(4)


class Reason(NamedTuple):
    """A rule that can change the amount of a line.

    effect: "refusal" takes the whole amount; "reduction" takes a part that no payer recognises; "share" is the part
    that the plan leaves to the member; "paid" is what earlier layers have paid already; "review" holds the line until
    a person has looked; "note" takes nothing.
    """

    name: str
    effect: str


#: In the order in which they apply to a line, within a layer.
REASONS: tuple[Reason, ...] = (
    Reason("review", "reduction"),  # a reviewer approved a smaller quantity or price
    Reason("duplicate", "refusal"),
    Reason("no_cover", "refusal"),
    Reason("not_paid_up", "refusal"),
    Reason("not_eligible", "refusal"),
    Reason("late_filing", "refusal"),
    Reason("not_in_tariff", "refusal"),
    Reason("not_covered", "refusal"),
    Reason("excluded", "refusal"),
    Reason("context", "refusal"),  # sector, level, setting, network, visit ... do not fit
    Reason("age", "refusal"),
    Reason("sex", "refusal"),
    Reason("no_prior_approval", "refusal"),
    Reason("waiting", "refusal"),
    Reason("doubtful_price", "review"),
    Reason("no_price", "review"),
    Reason("too_soon", "refusal"),  # minimum days between two
    Reason("count", "reduction"),  # nothing, or not all of the quantity, is left
    Reason("reference", "reduction"),  # above the reference base
    Reason("session", "reduction"),  # 100 / 50 / 0, theatre, anaesthesia
    Reason("consultation_with_act", "reduction"),
    Reason("in_package", "reduction"),
    Reason("unit_cap", "reduction"),
    Reason("fixed_amount", "reduction"),
    Reason("deductible", "share"),
    Reason("copayment", "share"),
    Reason("rate", "share"),
    Reason("ceiling", "reduction"),
    Reason("awaiting_point_value", "review"),
    Reason("point_value", "reduction"),
    Reason("coordination", "paid"),  # earlier layers have paid it
    Reason("rounding", "reduction"),
    Reason("awaiting_report", "review"),  # the other payer's decision is not there yet
    Reason("reported", "reduction"),  # what the other payer left
    Reason("review_above", "note"),  # so large that a person looks before it is paid
    Reason("approved_amount", "reduction"),  # above what its prior approval is for; after the ceilings and points
    Reason("approved_quantity", "reduction"),  # units beyond those that its prior approval is for; before the counts
)
REASON_CODE = {reason.name: code for code, reason in enumerate(REASONS)}
