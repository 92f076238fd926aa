"""The queue of the reviewers: files with lines that wait for a person, and files to be looked at again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from tiwizi.records.care.models import Recheck, Task
from tiwizi.records.care.reviewing import BIT, HELD, WAITS
from tiwizi.records.people.looks import regions_within
from tiwizi.records.people.models import Region
from tiwizi.records.people.queries import user_names
from tiwizi.records.trail.gate import By
from tiwizi.records.trail.waits import Waits
from tiwizi.rules.terms import TO_REVIEW


@dataclass(frozen=True)
class Waiting:
    """A file that waits for a reviewer. ``lines``: of its lines that do; ``billed``: of these, in minor units.
    ``reasons``: names of rules.terms, and "appeal", "flag", "opinion", "limit" for who asks for a second look.
    ``since``: from when it waits: the day it came in, or the first call for a second look where no line waits.
    ``held``: whether it waits for a fact that no reviewer can give by looking. ``holder``: who has it at hand, until
    ``until``."""

    claim: int
    number: str
    household: str
    region: str
    received: date
    lines: int
    billed: int
    reasons: tuple[str, ...]
    held: bool
    since: date
    holder: int | None = None
    holder_name: str = ""
    until: datetime | None = None


#: Of each claim: lines that wait by their last decision; and claims of which somebody wants another look.
_QUEUE = f"""WITH w AS (SELECT l.claim_id AS claim_id, COUNT(*) AS lines, SUM(d.billed) AS billed,
        {", ".join(f"MAX(CASE WHEN d.reasons & {BIT[name]} <> 0 THEN 1 ELSE 0 END) AS {name}" for name in WAITS)}
        FROM care_decision d JOIN care_line l ON l.id = d.line_id
        WHERE d.state = {TO_REVIEW} AND NOT l.withdrawn AND NOT EXISTS (
            SELECT 1 FROM care_decision n WHERE n.line_id = d.line_id AND n.number = d.number + 1)
        GROUP BY l.claim_id),
    r AS (SELECT DISTINCT claim_id FROM care_recheck WHERE closed_at IS NULL)
    SELECT {{what}} FROM (SELECT claim_id FROM w UNION SELECT claim_id FROM r) q
    JOIN care_claim c ON c.id = q.claim_id JOIN people_household h ON h.id = c.household_id
    LEFT JOIN w ON w.claim_id = q.claim_id LEFT JOIN r ON r.claim_id = q.claim_id WHERE {{within}}"""
_ANSWERED = """SELECT 1 FROM care_heldanswer a WHERE a.claim_id = c.id AND a.state = 'waiting' AND a.answered_by = %s"""
#: Nobody asks for another look, and every reason is one that looking does not settle.
_HELD = f"""CASE WHEN r.claim_id IS NULL AND 1 IN ({", ".join(f"w.{name}" for name in HELD)})
    AND 1 NOT IN ({", ".join(f"w.{name}" for name in WAITS if name not in HELD)}) THEN 1 ELSE 0 END"""
_FILE = f"""c.id, c.number, h.number, h.region_id, c.received, COALESCE(w.lines, 0), COALESCE(w.billed, 0), {_HELD},
    {", ".join(f"COALESCE(w.{name}, 0)" for name in WAITS)}"""


def waiting_for_review(by: By) -> list[Waiting]:
    """The files within the reach of who asks, without their own family's, in the order in which they should be done:
    what somebody waits for an answer to first, then what was handed in first, the larger before the smaller."""
    rows = _asked(by, _FILE)
    second = _second_looks([row[0] for row in rows])
    tasks = {task.claim_id: task for task in Task.objects.filter(until__gt=by.at)}
    names = user_names(t.holder for t in tasks.values())
    codes = dict(Region.objects.values_list("id", "code"))
    found = [
        Waiting(
            row[0], row[1], row[2], codes.get(row[3], ""), _day(row[4]), row[5], int(row[6]),
            (*second.get(row[0], {}), *(name for name, is_so in zip(WAITS, row[8:], strict=True) if is_so)),
            bool(row[7]), _since(row, second.get(row[0], {})), *_at_hand(tasks.get(row[0]), names),
        )
        for row in rows
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.held, not _second(one), one.received, -one.billed, one.claim))


def how_many(by: By, *, held: bool) -> Waits:
    """Of the same files, those that a look can settle, or those that are ``held``; what their waiting lines bill."""
    what = f"{_HELD}, COUNT(*), MIN(c.received), SUM(COALESCE(w.billed, 0))"
    told = {bool(row[0]): row for row in _asked(by, what, " GROUP BY 1")}
    if held not in told:
        return Waits(0, None, 0)
    _, count, oldest, billed = told[held]
    return Waits(count, _day(oldest), int(billed))


def _asked(by: By, what: str, after: str = "") -> list[Any]:
    """Of the files within the reach of who asks, without their own family's, and those that they have answered and that
    wait for a second person."""
    within = f"h.id <> %s AND NOT EXISTS ({_ANSWERED})"
    values = [by.household or 0, by.user]
    regions = regions_within(by, "care.review")
    if regions is not None:
        within += f" AND h.region_id IN ({', '.join(['%s'] * len(regions)) or 'NULL'})"
        values += sorted(regions)
    with connection.cursor() as cursor:
        cursor.execute(_QUEUE.format(what=what, within=within) + after, values)
        return list(cursor.fetchall())


def next_of(by: By, *, after: int | None = None) -> list[int]:
    """Claims that nobody else has at hand and a look can settle, in their order, those behind ``after`` first."""
    claims = [one.claim for one in waiting_for_review(by) if not one.held and one.holder in (None, by.user)]
    at = claims.index(after) + 1 if after in claims else 0
    return [claim for claim in claims[at:] + claims[:at] if claim != after]


def has_at_hand(by: By, claim: int) -> bool:
    """Whether whoever asks holds a file now."""
    return Task.objects.filter(claim_id=claim, holder=by.user, until__gt=by.at).exists()


def _since(row: Any, calls: dict[str, date]) -> date:
    """From when a file waits: where no line of it does, from the first call for another look."""
    came = _day(row[4])
    return came if row[5] else min(calls.values(), default=came)


def _second(one: Waiting) -> bool:
    return any(reason not in WAITS for reason in one.reasons)


def _second_looks(claims: list[int]) -> dict[int, dict[str, date]]:
    """claim -> who asks for another look ("appeal", "flag", "opinion", "limit"), and since when."""
    found: dict[int, dict[str, date]] = {}
    wanted, calls = set(claims), Recheck.objects.filter(closed_at=None).order_by("id")
    for claim, cause, asked in calls.values_list("claim_id", "cause", "asked_at"):
        if claim in wanted:
            found.setdefault(claim, {}).setdefault(cause.partition(":")[0], asked.date())
    return found


def _at_hand(task: Task | None, names: dict[int, str]) -> tuple[int | None, str, datetime | None]:
    return (None, "", None) if task is None else (task.holder, names.get(task.holder, ""), task.until)


def _day(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value
