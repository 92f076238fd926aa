"""Verbs of plans and cover."""

from __future__ import annotations

from datetime import date

from tiwizi import packs
from tiwizi.records.cover.models import Plan, PlanVersion
from tiwizi.records.cover.versions import plan_digest
from tiwizi.records.database.locks import take_turn
from tiwizi.records.trail.gate import Act, operation
from tiwizi.records.trail.refusal import Refused


@operation("cover.propose_plan", need="cover.propose_plan")
def propose_plan(
    act: Act,
    *,
    text: str,
    effective_on: date,
    voted_on: date | None = None,
    approved_on: date | None = None,
) -> int:
    """Keep the text of a plan, and its country's law as it is now, as its next version; its id. The same again is the
    same version.

    Raises Refused (``plan_has_errors``: the first of them; ``tiwizi plan check`` shows all).
    """
    act.within(None)
    plan, problems = packs.read_plan_text(text, file="plan.toml")
    if plan is None:
        first = next(problem for problem in problems if problem.is_error)
        raise Refused("plan_has_errors", line=first.line, what=first.message("en"))
    of, _ = Plan.objects.get_or_create(code=plan.id)
    law = packs.law_text(plan.country)
    digest = plan_digest(text, law)
    version, _ = PlanVersion.objects.get_or_create(
        plan=of,
        digest=digest,
        defaults={
            "text": text, "law": law, "voted_on": voted_on, "approved_on": approved_on, "effective_on": effective_on,
            "proposed_by": act.by.user,
        },
    )  # fmt: skip
    act.about("plan_version", version.id)
    act.note(digest=digest, effective_on=version.effective_on)
    return int(version.id)


@operation("cover.publish_plan", need="cover.publish_plan")
def publish_plan(act: Act, *, version: int, on: date) -> int:
    """Put a version into force from its day on; by somebody other than who proposed it (S6). Its id."""
    act.about("plan_version", version)
    act.within(None)
    take_turn(f"plan_version:{version}")
    proposed = PlanVersion.objects.filter(id=version).first()
    if proposed is None:
        raise Refused("no_such", what="plan_version", number=version)
    if proposed.published_by is not None:
        raise Refused("published_already", number=version)
    if proposed.proposed_by == act.by.user:
        raise Refused("own_proposal")
    proposed.published_by, proposed.published_on = act.by.user, on
    proposed.save(update_fields=["published_by", "published_on"])
    return version
