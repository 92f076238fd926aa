"""What was decided about a line, the first time or the last, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from django.db.models import Q

from tiwizi.locale import text
from tiwizi.records.care.basis import basis
from tiwizi.records.care.decision import SUMS, decisions_of
from tiwizi.records.care.facts import Known, read_known
from tiwizi.records.care.models import ClaimLine, Decision, Run, Touch
from tiwizi.rules.adjudicate.waterfall import Explained
from tiwizi.rules.adjudicate.waterfall import explained as in_words
from tiwizi.rules.plan.document import steps
from tiwizi.rules.terms import STATES


@dataclass(frozen=True)
class Decided:
    """A decision on a line, the ``number``-th, in minor units: billed = paid + reductions + share."""

    line: int
    number: int
    run: int
    state: str
    billed: int
    paid: int
    reductions: int
    share: int


def decisions(line: int) -> list[Decided]:
    """All decisions on a line, the first one first; the last one stands."""
    return [
        Decided(
            line, row.number, row.run_id, STATES[row.state], row.billed,
            row.paid_1 + row.paid_2 + row.paid_3 + row.paid_4, row.reductions, row.share,
        )
        for row in Decision.objects.filter(line=line).order_by("number")
    ]  # fmt: skip


def explain(line: int, lang: str, *, number: int | None = None) -> list[str]:
    """Why a line was decided so, the ``number``-th time or the last: sentences in ar, fr or en.

    Raises Decision.DoesNotExist where the line was not decided so often.
    """
    told = explained([line], lang, number=number)
    if line not in told:
        raise Decision.DoesNotExist(f"line {line} is not decided so often")
    return list(told[line].sentences)


def explained(lines: Sequence[int], lang: str, *, number: int | None = None) -> dict[int, Explained]:
    """Of those lines that were decided, why, the ``number``-th time or the last: as sentences and as a waterfall, in
    ar, fr or en. The records are asked once for the lines of all households together.

    Told by the plan and the tariff that decided, from the trail that was kept then. What is left of limits is counted
    over the lines that were known then; people, cover and reviews are those of today, which is said where anything
    known to have happened to the household since.
    """
    chosen = {
        row.line_id: row
        for row in Decision.objects.filter(line__in=lines).order_by("line", "number")
        if number in (None, row.number)
    }
    told = {line: _withdrawn(lang) for line, row in chosen.items() if _undone(row)}
    about = ClaimLine.objects.select_related("claim", "act").in_bulk(list(chosen))
    for run in Run.objects.filter(pk__in={row.run_id for line, row in chosen.items() if line not in told}):
        own = [about[line] for line, row in chosen.items() if row.run_id == run.pk and line not in told]
        told |= _by_run(run, own, lang)
    return told


def _by_run(run: Run, lines: list[ClaimLine], lang: str) -> dict[int, Explained]:
    """Lines that one run decided."""
    by = basis(run.plan_version_id, run.tariff_version_id)
    of_home: dict[int, list[ClaimLine]] = {}
    for line in lines:
        of_home.setdefault(line.claim.household_id, []).append(line)
    known = read_known(np.array(sorted(of_home), np.int64), by, also_withdrawn=True)
    then, standing = _as_then(known, run.pk)
    stored = {name: np.array([getattr(one, name) for one in standing], np.int64) for name in SUMS}
    found = decisions_of(stored, [bytes(one.trail) for one in standing], steps=len(steps(by.plan)))
    place = {line: at for at, line in enumerate(then.lines.tolist())}
    changed = _changed_since(run, list(of_home))
    after = text("records", "left_as_of_today", lang=lang)
    told: dict[int, Explained] = {}
    for home, own in of_home.items():
        at, labels = [place[line.pk] for line in own], [label_of(line.act, lang) for line in own]
        said = in_words(by.plan, then.facts, by.tariff, found, at, lang=lang, labels=labels, histories=by.histories)
        if home in changed:
            said = [replace(one, sentences=(*one.sentences, after)) for one in said]
        told |= {line.pk: one for line, one in zip(own, said, strict=True)}
    return told


def _changed_since(run: Run, households: list[int]) -> set[int]:
    """The households whose people, cover or reviews may not be those any more that a run decided by. Of what was
    decided at the desk, outside the runs over all that waits, it is not known."""
    if run.touched_upto == 0:
        return set()
    changed = Q()
    for cause in ("person:", "cover:", "claim:", "appeal:", "approval:", "import:"):
        changed |= Q(cause__startswith=cause)
    since = Touch.objects.filter(changed, household__in=households, pk__gt=run.touched_upto)
    return set(since.values_list("household", flat=True))


def _withdrawn(lang: str) -> Explained:
    return Explained((text("records", "line_withdrawn", lang=lang),), (), ())


def _undone(row: Decision) -> bool:
    """Whether a decision says that the line was withdrawn (deciding.py)."""
    return not (row.billed or row.reasons or row.trail) and row.state == STATES.index("refused")


def _as_then(known: Known, run: int) -> tuple[Known, list[Decision]]:
    """The facts with the lines alone that a run or an earlier one decided and left standing, and how."""
    rows = Decision.objects.filter(line__in=known.lines.tolist(), run__lte=run).order_by("number")
    last = {row.line_id: row for row in rows}
    keep = np.array([line in last and not _undone(last[line]) for line in known.lines.tolist()], bool)
    then = replace(known, facts=known.facts.keep(keep), lines=known.lines[keep], reviewed=known.reviewed[keep])
    return then, [last[line] for line in then.lines.tolist()]


def label_of(act: Any, lang: str) -> str:
    """What an act is called in a language, or in another where it has no name there."""
    return next((name for known in (lang, "fr", "ar", "en") if (name := getattr(act, f"label_{known}"))), "")
