"""Verbs of the trail itself."""

from __future__ import annotations

from tiwizi.records.trail.chain import Head, Verdict, verify
from tiwizi.records.trail.gate import Act, By, operation
from tiwizi.records.trail.refusal import Refused


def verify_trail(by: By, *, expected: Head | None = None) -> Verdict:
    """Walk the whole chain, and leave an event that says who did and what came out. Nobody waits meanwhile: the walk is
    no transaction. Raises Refused."""
    if not by.may("trail.verify"):
        raise Refused("not_allowed", verb="trail.verify", permission="trail.verify")
    verdict = verify(expected)
    _note(by, rows=verdict.rows, head=verdict.head.hash, faults=len(verdict.faults))
    return verdict


@operation("trail.verify", need="trail.verify")
def _note(act: Act, *, rows: int, head: bytes, faults: int) -> int:
    act.within(None)
    act.about("trail", rows)
    act.note(head=head, faults=faults)
    return rows
