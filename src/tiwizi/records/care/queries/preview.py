"""A claim as it would be decided if it were kept now, with what its household has behind it. Nothing is kept.

The path is that of deciding: the household's facts, the typed claim among them, the engine, the explanation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from tiwizi.formats.tables.repair import Fault, faults
from tiwizi.records.care.basis import Basis, basis
from tiwizi.records.care.deciding import decide_known
from tiwizi.records.care.facts import TYPED, Known, read_known
from tiwizi.records.care.models import Claim
from tiwizi.records.care.queries.acts import ActFound, acts_by
from tiwizi.records.care.queries.providers import ProviderFound, filled, named_provider
from tiwizi.records.care.queries.receipts import filed_by
from tiwizi.records.care.typed import NEW_PROVIDER, Kin, read_typed
from tiwizi.records.cover.models import Act
from tiwizi.records.cover.queries import in_force
from tiwizi.records.people.looks import within_reach
from tiwizi.records.people.models import Household, Membership
from tiwizi.records.trail.gate import By
from tiwizi.records.trail.refusal import Refused
from tiwizi.rules.adjudicate.columns import Decisions
from tiwizi.rules.adjudicate.waterfall import Explained, explained
from tiwizi.rules.plan.wording import Wording
from tiwizi.rules.terms import STATES, UNFIT

Cells = Mapping[str, Any]
#: More lines than this are not typed: they come in as a sheet.
MOST_TYPED = 100


@dataclass(frozen=True)
class Line:
    """A typed line, by its place, as it would be decided; minor units. ``twin``: the number of the file in which the
    same care was filed before, "" for none, NUMBER of the typed claim itself never."""

    place: int
    state: str
    billed: int
    paid: int
    reductions: int
    share: int
    explained: Explained
    twin: str


@dataclass(frozen=True)
class Preview:
    """``claim_faults`` and ``line_faults``: what cannot be read, and so is not decided. ``payers``: the bars of those
    who pay, added up over the lines; amounts are sums of the lines that could be decided. ``acts``: by what was typed,
    those that are known. ``receipts``: those filed before, as typed, and by which file (receipts.py). ``approval``: why
    the prior approval that is named fits none of the lines, "" where it fits one."""

    lines: tuple[Line, ...]
    claim_faults: tuple[Fault, ...]
    line_faults: tuple[Fault, ...]
    payers: tuple[tuple[str, int], ...]
    acts: Mapping[str, ActFound]
    provider: ProviderFound | None
    receipts: Mapping[str, str]
    approval: str

    @property
    def billed(self) -> int:
        return sum(line.billed for line in self.lines)

    @property
    def paid(self) -> int:
        return sum(line.paid for line in self.lines)

    @property
    def reductions(self) -> int:
        return sum(line.reductions for line in self.lines)

    @property
    def share(self) -> int:
        return sum(line.share for line in self.lines)

    @property
    def waits(self) -> bool:
        """Whether a person looks at a line before it is paid."""
        return any(line.state == "to_review" for line in self.lines)

    @property
    def whole(self) -> bool:
        """Whether all that was typed could be read."""
        return not (self.claim_faults or self.line_faults)


def preview(by: By, *, household: str, claim: Cells, lines: Sequence[Cells], day: date, lang: str) -> Preview | None:
    """``household``: its number; ``claim``, ``lines``: cells as enter_claim takes them; ``day``: the plan and
    tariff are those in force on it. None where there is no such household within the reach of who asks.

    Raises Refused: ``too_many_lines``, ``no_plan_in_force``, ``no_tariff_in_force``.
    """
    home = Household.objects.filter(number=household).values_list("id", "region_id").first()
    if home is None or not within_reach(by, "care.receive", home[1]):
        return None
    hold_to_a_desk(lines)
    with_what = basis(*in_force(day))
    whose = named_provider(claim, on=day)
    claim = filled(claim, whose)
    typed = {str(line.get("code") or "") for line in lines}
    acts = acts_by(with_what, typed, lang=lang, on=day, sector=str(claim.get("sector") or "other"))
    read = read_typed(
        claim, _with_codes(lines, acts), household=home[0], people=_people(home[0]), provider=_id_of(claim, whose),
        by=with_what,
    )  # fmt: skip
    decided: tuple[Line, ...] = ()
    approval = ""
    if read.typed is not None and read.places:
        known = read_known(np.array([home[0]], np.int64), with_what, typed=read.typed)
        decided = _decided(known, decide_known(known, with_what), with_what, read.places, lang)
        approval = _unfit(known, Wording(with_what.plan, lang))
    about, rows = (tuple(faults(sheet, lang)) for sheet in (read.claim, read.lines))
    named = {str(line.get("receipt") or "") for line in lines} - {""}
    filed = filed_by(by, provider=whose.id, receipts=named) if whose and named else {}
    return Preview(decided, about, rows, _payers(decided), acts, whose, filed, approval)


def warm(day: date) -> None:
    """Have at hand what the first decision waits seconds for: the plan and tariff in force, and the compiled engine.
    Where there is nothing to decide by yet, nothing happens."""
    try:
        with_what = basis(*in_force(day))
    except Refused:
        return
    some = Claim.objects.order_by("-id").values_list("household_id", flat=True)[:1]
    decide_known(read_known(np.array(some, np.int64), with_what), with_what)


def _id_of(claim: Cells, whose: ProviderFound | None) -> int:
    if whose is not None:
        return whose.id
    return NEW_PROVIDER if claim.get("provider") else -1


def _with_codes(lines: Sequence[Cells], acts: Mapping[str, ActFound]) -> list[Cells]:
    """The lines, with the codes of acts as the tariff writes them."""
    return [{**line, "code": acts[code].code} if (code := str(line.get("code") or "")) in acts else line
            for line in lines]  # fmt: skip


def hold_to_a_desk(lines: Sequence[Cells]) -> None:
    """Refuse what nobody types."""
    if len(lines) > MOST_TYPED:
        raise Refused("too_many_lines", lines=len(lines), most=MOST_TYPED)


def _people(home: int) -> list[Kin]:
    rows = Membership.objects.filter(household_id=home)
    return [Kin(*row) for row in rows.values_list("person_id", "person__number", "person__birth").distinct()]


def _decided(known: Known, found: Decisions, by: Basis, places: tuple[int, ...], lang: str) -> tuple[Line, ...]:
    order = np.flatnonzero(known.lines >= TYPED)
    order = order[np.argsort(known.lines[order])]
    twins, labels = _twins(known, order), _labels(known, order, by, lang)
    told = explained(
        by.plan, known.facts, by.tariff, found, order.tolist(), lang=lang, labels=labels, histories=by.histories
    )
    return tuple(
        Line(
            places[n], STATES[found.state[at]], int(found.billed[at]), int(found.paid[at].sum()),
            int(found.reductions[at]), int(found.share[at]), told[n], twins[n],
        )
        for n, at in enumerate(order.tolist())
    )  # fmt: skip


def _unfit(known: Known, words: Wording) -> str:
    """Why the prior approval that is named fits no typed line."""
    bits = known.facts.unfit[known.lines >= TYPED] if len(known.facts.unfit) else np.zeros(1, np.int8)
    if not bits.all():
        return ""
    unfit = [words.say("explain", f"unfit_{name}") for bit, name in enumerate(UNFIT) if (bits >> bit & 1).any()]
    return words.say("explain", "approval_unfit", unfit=words.joined(unfit)) + "."


def _labels(known: Known, order: Any, by: Basis, lang: str) -> list[str]:
    """What the acts are called in the language, or in another where they have no name there."""
    codes = [by.tariff.codes[code] for code in known.facts.code[order].tolist()]
    named = {code: names for code, *names in Act.objects.filter(code__in=codes).values_list(
        "code", *(f"label_{known}" for known in dict.fromkeys((lang, "fr", "ar", "en")))
    )}  # fmt: skip
    return [next(filter(None, named[code]), "") for code in codes]


def _twins(known: Known, order: Any) -> list[str]:
    """For each typed line the number of a file that has the same person, act and day of the same provider."""
    facts = known.facts
    mine = np.isin(known.lines, known.lines[order])
    same = (facts.person, facts.day, facts.code, facts.provider[facts.claim])
    found = []
    for at in order.tolist():
        twin = np.flatnonzero(np.logical_and.reduce([column == column[at] for column in same]) & ~mine)
        found.append(int(known.claims[facts.claim[twin[0]]]) if len(twin) else 0)
    numbers = dict(Claim.objects.filter(id__in=found).values_list("id", "number")) if any(found) else {}
    return [numbers.get(claim, "") for claim in found]


def _payers(lines: tuple[Line, ...]) -> tuple[tuple[str, int], ...]:
    sums: dict[str, int] = {}
    for step in (step for line in lines for step in line.explained.waterfall if step.kind == "paid"):
        sums[step.label] = sums.get(step.label, 0) + step.amount
    return tuple(sums.items())
