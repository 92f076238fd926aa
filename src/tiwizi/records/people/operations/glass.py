"""Breaking the glass: the medical data of one household, for an hour, for a reason, with an alert (S8)."""

from __future__ import annotations

from datetime import timedelta

from tiwizi.records.people.models import BrokenGlass, Household, RoleGrant
from tiwizi.records.people.queries import BREAKS_GLASS, in_force
from tiwizi.records.trail.gate import Act, operation
from tiwizi.records.trail.refusal import Refused, one_of

OPEN_FOR = timedelta(minutes=60)
#: A reason is a sentence, not a sign.
SHORTEST, LONGEST = 20, 1000
ALERTED = "dpo"


@operation("people.break_glass", need=BREAKS_GLASS)
def break_glass(act: Act, *, household: int, reason: str) -> str:
    """Read what the care of a household was for an hour from now on. The data protection officers are told; every look
    leaves its trace as always. Until when, in ISO 8601. Refused: glass_needs_a_reason, no_such, own_family."""
    home = one_of(Household.objects.filter(id=household), "household", household)
    act.within(home.region_id)
    act.not_own(home.id)
    reason = " ".join(reason.split())
    if not SHORTEST <= len(reason) <= LONGEST:
        raise Refused("glass_needs_a_reason", least=SHORTEST, most=LONGEST)
    until = act.at + OPEN_FOR
    broken = BrokenGlass.objects.create(
        user_id=act.by.user, household=home, reason=reason, opened_at=act.at, until=until
    )
    act.about("household", home.id)
    act.note(glass=broken.id)
    held = RoleGrant.objects.filter(role=ALERTED, revoked_at=None, user__is_active=True)
    act.say("glass.broken", glass=broken.id, user=act.by.user, until=until, to=[g.user_id for g in held if in_force(g)])
    return until.isoformat()
