"""What names a version of a plan, and what it says."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256

from tiwizi.records.cover.models import PlanVersion
from tiwizi.rules.law import parse_law
from tiwizi.rules.plan.document import Plan
from tiwizi.rules.plan.read import read_plan


def plan_digest(text: str, law: str) -> bytes:
    """What names a version of a plan: SHA-256 of its text and of the law that it cites."""
    return sha256(f"{len(text.encode())}\n{text}{law}".encode()).digest()


def open_plan(version: int) -> Plan:
    """The plan that a version says, by the law of its time."""
    return _plan(*PlanVersion.objects.values_list("text", "law").get(pk=version))


@lru_cache(maxsize=8)
def _plan(text: str, law_text: str) -> Plan:
    law, _ = parse_law(law_text, file="law.toml") if law_text else (None, [])
    plan, problems = read_plan(text, file="plan.toml", law=law)
    assert plan is not None, f"a version was published that cannot be read: {problems}"
    return plan
