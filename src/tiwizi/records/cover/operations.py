"""Verbs of plans and cover."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from tiwizi import packs
from tiwizi.records.cover.models import Cover, CoverRequest, Plan, PlanVersion, TariffSignature, TariffVersion
from tiwizi.records.cover.versions import plan_digest
from tiwizi.records.database.locks import take_turn
from tiwizi.records.people.models import Membership, Region
from tiwizi.records.people.operations.households import employ, end_membership, enrol_member, write_address
from tiwizi.records.people.reach import reach_household, touch, word
from tiwizi.records.trail.former import keep_former
from tiwizi.records.trail.gate import Act, operation
from tiwizi.records.trail.refusal import Refused, one_of


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
    proposed = one_of(PlanVersion.objects.filter(id=version), "plan_version", version)
    if proposed.published_by is not None:
        raise Refused("published_already", number=version)
    if proposed.proposed_by == act.by.user:
        raise Refused("own_proposal")
    proposed.published_by, proposed.published_on = act.by.user, on
    proposed.save(update_fields=["published_by", "published_on"])
    return version


@operation("cover.publish_tariff", need="cover.publish_plan")
def publish_tariff(act: Act, *, version: int, on: date) -> int:
    """Sign a tariff, so that claims are decided by it from a day on; by somebody other than who brought it in (S6). Its
    id. The next run decides again whom its prices touch."""
    act.about("tariff", version)
    act.within(None)
    take_turn(f"tariff:{version}")
    proposed = one_of(TariffVersion.objects.filter(id=version), "tariff", version)
    if TariffSignature.objects.filter(version=proposed).exists():
        raise Refused("published_already", number=version)
    if proposed.proposed_by == act.by.user:
        raise Refused("own_proposal")
    TariffSignature.objects.create(version=proposed, by=act.by.user, on=on, at=act.at)
    return version


@operation("cover.start_cover", need="cover.write")
def start_cover(
    act: Act,
    *,
    household: int,
    plan: str,
    since: date,
    until: date | None = None,
    person: int | None = None,
    stage: str = "new",
    joined: date | None = None,
    paid_until: date | None = None,
) -> int:
    """A household, or one person of it, has a plan from a day on, to before another; the id of the cover.

    plan: what the layers of plans call it. joined: where waiting counts from, ``since`` where left out. paid_until:
    care from that day on is not paid for. Refused: period_crosses.
    """
    reach_household(act, household)
    if person is not None and not Membership.objects.filter(household_id=household, person_id=person).exists():
        raise Refused("of_another_household", number=person)
    _check_end(since, until)
    of, _ = Plan.objects.get_or_create(code=plan)
    who: dict[str, Any] = {"person": None} if person is None else {"person_id": person}
    _check_crossing(Cover.objects.filter(household_id=household, plan=of, **who), since, until)
    begun = Cover.objects.create(
        household_id=household, person_id=person, plan=of, since=since, until=until, stage=word("stage", stage),
        joined=joined or since, paid_until=paid_until,
    )  # fmt: skip
    touch(household, f"cover:{begun.id}")
    return begun.id


@operation("cover.ask_cover", need="people.write")
def ask_cover(act: Act, *, household: int, plan: str, since: date) -> int:
    """Ask that a household have a plan from a day on, without the right to start it: the contributions office answers.
    The number of the request. Refused: period_crosses, cover_asked_already."""
    reach_household(act, household)
    of, _ = Plan.objects.get_or_create(code=plan)
    _check_crossing(Cover.objects.filter(household_id=household, plan=of, person=None), since, None)
    if CoverRequest.objects.filter(household_id=household, plan=of, answered_at=None).exists():
        raise Refused("cover_asked_already", plan=plan)
    return CoverRequest.objects.create(
        household_id=household, plan=of, since=since, asked_by=act.by.user, asked_at=act.at
    ).id


@operation("cover.answer_request", need="cover.write")
def answer_request(act: Act, *, number: int, accepted: bool, reason: str = "") -> int | None:
    """Start the cover that was asked for, or say why not; the id of the cover. Refused: cover_request_answered,
    no_reason, period_crosses."""
    take_turn(f"cover_request:{number}")
    asked = one_of(CoverRequest.objects.select_related("plan").filter(id=number), "cover_request", number)
    reach_household(act, asked.household_id)
    if asked.answered_at is not None:
        raise Refused("cover_request_answered", number=number)
    if accepted:
        asked.cover_id = start_cover(act.by, household=asked.household_id, plan=asked.plan.code, since=asked.since)
    elif not reason.strip():
        raise Refused("no_reason")
    asked.answered_by, asked.answered_at = act.by.user, act.at
    asked.reason = "" if accepted else reason.strip()[:200]
    asked.save(update_fields=["answered_by", "answered_at", "cover", "reason"])
    return asked.cover_id


@operation("cover.open_covers", need="people.write")
def open_covers(act: Act, *, household: int, plans: list[str], on: date) -> dict[str, int]:
    """Plans that a household is to have from a day on: started by who may start a cover, asked for by who may not. How
    many were ``started`` and ``asked``."""
    reach_household(act, household)
    return _open(act, household, plans, on)


@operation("cover.change_cover", need="cover.write")
def change_cover(
    act: Act, *, cover: int, stage: str | None = None, joined: date | None = None, paid_until: date | None = None
) -> list[str]:
    """Put right how somebody is covered; what is left out stays. The fields that changed; what they said is kept."""
    held = _held(act, cover)
    told = {"stage": None if stage is None else word("stage", stage), "joined": joined, "paid_until": paid_until}
    return _change(act, held, {name: value for name, value in told.items() if value is not None})


@operation("cover.end_cover", need="cover.write")
def end_cover(act: Act, *, cover: int, until: date) -> list[str]:
    """A cover ends: ``until`` is the first day without it. One that has ended is not made longer: it starts anew."""
    held = _held(act, cover)
    _check_end(held.since, until)
    if held.until is not None and until > held.until:
        raise Refused("ended_already", since=held.since)
    return _change(act, held, {"until": until})


@operation("cover.enrol", need="people.write")
def enrol(
    act: Act,
    *,
    household: str,
    member: dict[str, Any],
    region: str | None = None,
    address: dict[str, str] | None = None,
    employer: dict[str, str] | None = None,
    plans: list[str] = (),  # type: ignore[assignment]
    on: date,
) -> dict[str, int]:
    """A new member in one act: the household, the member (as ``enrol_member`` takes them), where letters go (as
    ``write_address`` takes it), the employer (``employer``, ``name``, ``number``), and a cover of each plan: started by
    who may, asked for by who may not. The ids of household and person, and how many covers were ``started`` and
    ``asked``."""
    where = None if region is None else Region.objects.filter(code=region).values_list("id", flat=True).first()
    if region is not None and where is None:
        raise Refused("no_such_region", code=region)
    act.within(where)
    ids = enrol_member(act.by, household=household, region=where, on=on, **member)
    act.about("household", ids["household"])
    if address:
        write_address(act.by, household=ids["household"], **address)
    if employer is not None:
        employ(act.by, person=ids["person"], since=on, **employer)
    return ids | _open(act, ids["household"], list(plans), on)


@operation("cover.leave", need="people.write")
def leave(act: Act, *, household: int, on: date) -> dict[str, int]:
    """A household leaves the mutual: ``on`` is the first day on which nobody is of it and nothing covers it. How many
    places and covers ended; covers end by who may end them."""
    reach_household(act, household)
    places = list(Membership.objects.filter(household=household, until=None).values_list("id", flat=True))
    covers = Cover.objects.filter(Q(until=None) | Q(until__gt=on), household=household, since__lt=on)
    ended = [end_cover(act.by, cover=cover, until=on) for cover in covers.values_list("id", flat=True)]
    for place in places:
        end_membership(act.by, membership=place, on=on)
    return {"places": len(places), "covers": len(ended)}


def _open(act: Act, household: int, plans: list[str], on: date) -> dict[str, int]:
    begin, done = (start_cover, "started") if act.by.may("cover.write") else (ask_cover, "asked")
    for plan in plans:
        begin(act.by, household=household, plan=plan, since=on)
    return {"started": 0, "asked": 0} | {done: len(plans)}


def _held(act: Act, cover: int) -> Cover:
    held = one_of(Cover.objects.filter(id=cover), "cover", cover)
    reach_household(act, held.household_id)
    return held


def _check_crossing(same: QuerySet[Cover], since: date, until: date | None) -> None:
    crossing = same.filter(Q(until=None) | Q(until__gt=since))
    if (crossing if until is None else crossing.filter(since__lt=until)).exists():
        raise Refused("period_crosses")


def _check_end(since: date, until: date | None) -> None:
    if until is not None and until <= since:
        raise Refused("ends_before_it_began", since=since)


def _change(act: Act, held: Cover, told: dict[str, Any]) -> list[str]:
    changed = {name: value for name, value in told.items() if value != getattr(held, name)}
    if changed:
        keep_former(act.by, "cover", [(held.id, {name: getattr(held, name) for name in changed})])
        Cover.objects.filter(id=held.id).update(**changed)
        touch(held.household_id, f"cover:{held.id}")
    return sorted(changed)
