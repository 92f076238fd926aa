"""A life cycle as a table to be read: steps of (before, verb, after)."""

from __future__ import annotations

from typing import NamedTuple

from tiwizi.records.trail.refusal import Refused


class Step(NamedTuple):
    before: str
    verb: str
    after: str


Lifecycle = tuple[Step, ...]


def after(lifecycle: Lifecycle, state: str, verb: str) -> str:
    """The state that a verb leads to. Raises Refused where the verb has no place, and says which have."""
    for step in lifecycle:
        if (step.before, step.verb) == (state, verb):
            return step.after
    possible = ", ".join(step.verb for step in lifecycle if step.before == state)
    raise Refused("not_now", verb=verb, state=state, possible=possible or "-")
