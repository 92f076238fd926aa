"""Every mistake that a plan can hold, a file a subject: an edit of the good plan, and what the checker says of it."""

from __future__ import annotations

from tests.rules.plan.faults import coverage, dates, limits, text, values, whole
from tests.rules.plan.faults.edit import Fault

_SUBJECTS = (text, values, dates, coverage, limits, whole)
FAULTS = {name: fault for subject in _SUBJECTS for name, fault in subject.FAULTS.items()}
assert len(FAULTS) == sum(len(subject.FAULTS) for subject in _SUBJECTS), "a name stands twice"

__all__ = ["FAULTS", "Fault"]
