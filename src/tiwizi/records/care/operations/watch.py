"""The watch looks out, and people answer what it found. It decides nothing: a flag is dismissed, or leads to a look."""

from __future__ import annotations

import json

from tiwizi.packs.watching import watch
from tiwizi.records.care.lifecycles import FLAG
from tiwizi.records.care.models import Flag
from tiwizi.records.care.operations.reviews import household_of
from tiwizi.records.care.operations.tasks import ask_recheck
from tiwizi.records.care.queries.watch import look_out
from tiwizi.records.care.queries.watch.seen import Found, read_seen
from tiwizi.records.cover.queries import in_force
from tiwizi.records.cover.versions import open_plan
from tiwizi.records.database.locks import take_turn
from tiwizi.records.people.reach import reach_household
from tiwizi.records.trail.gate import Act, By, assert_allowed, operation
from tiwizi.records.trail.lifecycle import after
from tiwizi.records.trail.refusal import Refused


def look_out_now(by: By) -> dict[str, int]:
    """Look at all lines for what is odd; by kind, how many flags are new. What was found before keeps its answer.

    All is read before the verb begins, so that nobody waits to write meanwhile."""
    assert_allowed(by, "care.look_out", need="care.look_out")
    plan, tariff = in_force(by.at.date())
    found = look_out(read_seen(watch(open_plan(plan).country), tariff))

    @operation("care.look_out", need="care.look_out")
    def keep(act: Act) -> dict[str, int]:
        act.within(None)
        take_turn("care.watch")
        act.about("watch", act.day.isoformat())
        act.note(found={kind: len(told) for kind, told in found.items()})
        return _kept(act, found)

    return keep(by)


def _kept(act: Act, found: dict[str, list[Found]]) -> dict[str, int]:
    known = set(Flag.objects.values_list("kind", "key"))
    fresh = [
        Flag(
            kind=kind, key=one.key, claim_id=one.claim, person_id=one.person, provider_id=one.provider,
            figures=json.loads(json.dumps(one.figures)), amount=one.amount, found_on=act.day,
        )
        for kind, told in found.items() for one in told if (kind, one.key) not in known
    ]  # fmt: skip
    Flag.objects.bulk_create(fresh, batch_size=500)
    return {kind: sum(1 for flag in fresh if flag.kind == kind) for kind in found}


@operation("care.answer_flag", need="care.review")
def answer_flag(act: Act, *, flag: int, sent: bool, reason: str) -> str:
    """Dismiss a flag, or have its file looked at by a reviewer; its state. Refused: no_reason, not_now."""
    take_turn(f"flag:{flag}")
    held = Flag.objects.filter(id=flag).first()
    if held is None or held.claim_id is None:
        raise Refused("no_such", what="flag", number=flag)
    reach_household(act, household_of(held.claim_id))
    act.about("claim", held.claim_id)
    if not reason.strip():
        raise Refused("no_reason")
    held.state = after(FLAG, held.state, "send" if sent else "dismiss")
    held.answer, held.answered_by, held.answered_at = reason[:200], act.by.user, act.at
    held.save(update_fields=["state", "answer", "answered_by", "answered_at"])
    if sent:
        ask_recheck(act, held.claim_id, f"flag:{flag}", reason)
    act.note(flag=flag)
    return held.state
