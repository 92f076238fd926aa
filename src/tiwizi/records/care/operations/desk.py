"""The desk's case: the files of one household decided while its member waits."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from tiwizi.records.care.basis import basis
from tiwizi.records.care.deciding import decide_and_keep
from tiwizi.records.care.models import Run, Shard
from tiwizi.records.care.operations.run import TURN, said, tell
from tiwizi.records.cover.queries import in_force
from tiwizi.records.database.locks import share_turn, take_turn
from tiwizi.records.people.models import Household
from tiwizi.records.trail.gate import Act, operation


@operation("care.decide_household", need="care.decide")
def decide_household(act: Act, *, household: int, day: date) -> dict[str, Any]:
    """Decide a household's files by the plan and tariff in force on ``day``, a run of its own; what was done.

    It waits for a run that has the household at hand, and a run for it.
    """
    act.within(Household.objects.values_list("region_id", flat=True).get(pk=household))
    act.not_own(household)
    act.about("household", household)
    return decide_now(act, household, day)


def decide_now(act: Act, household: int, day: date) -> dict[str, Any]:
    """The same, for verbs that have a household decided as a part of what they do and have asked who may."""
    share_turn(TURN)
    take_turn(f"household:{household}")
    own = Shard.objects.filter(
        first_household__lte=household, last_household__gte=household, state__in=("waiting", "leased"),
        run__state__in=("waiting", "working"),
    )  # fmt: skip
    list(own.select_for_update(of=("self",)).values_list("id"))
    versions = in_force(day)
    run = Run.objects.create(
        plan_version_id=versions[0], tariff_version_id=versions[1], day=day, state="done", touched_after=0,
        touched_upto=0, asked_by=act.by.user, asked_at=act.at, finished_at=act.at,
    )  # fmt: skip
    members = np.array([household], np.int64)
    found = decide_and_keep(members, basis(*versions), run=run.pk, day=day)
    shard = Shard(run=run, number=1, first_household=household, last_household=household, members=members.tobytes(),
                  state="done")  # fmt: skip
    tell(shard, found)
    shard.save(force_insert=True)
    act.note(run=run.pk, digest=found.digest)
    return {"run": run.pk} | said(found)
