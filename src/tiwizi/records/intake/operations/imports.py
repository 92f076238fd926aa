"""Bringing in what arrives as tables: seen, accepted against the totals that its sender declared, posted in parts.

    arrived = look(by, folder, currency="MAD", on=day)      # what it adds up to, what it would do, what goes to repair
    posted = bring_in(by, folder, currency="MAD", on=day, declared=totals)

The content names the import: sent again it has no second effect, and after a kill the same call goes on where the last
part ended. Files that come later add to what is there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import IntegrityError

from tiwizi.formats.tables.book import AmountsIn
from tiwizi.formats.tables.fault import Said
from tiwizi.formats.tables.repair import Repair
from tiwizi.formats.tables.totals import Total
from tiwizi.records.care.bulk.providers import provider_ids
from tiwizi.records.cover.bulk.covers import plan_ids
from tiwizi.records.cover.bulk.tariff import act_ids, add_tariff, rename_acts
from tiwizi.records.database.findings import Findings
from tiwizi.records.database.locks import take_turn
from tiwizi.records.intake.arrival import Arrival, find_files, read_files
from tiwizi.records.intake.lifecycles import IMPORT
from tiwizi.records.intake.models import Import
from tiwizi.records.intake.posting import Content, Names, Outcome, Part
from tiwizi.records.people.bulk.contacts import open_first_regions
from tiwizi.records.trail.gate import Act, By, operation
from tiwizi.records.trail.lifecycle import after
from tiwizi.records.trail.refusal import Refused
from tiwizi.rules.period import NEVER, NO_DAY

#: Told households done, and all of them.
Progress = Callable[[int, int], None]
#: table -> the permission that its rows need, besides that of importing.
NEEDS = {
    "people": "people.write", "statuses": "people.write", "cover": "cover.write", "claims": "care.receive",
    "lines": "care.receive", "reported": "care.receive", "tariff": "cover.propose_plan",
}  # fmt: skip


@dataclass(frozen=True)
class Arrived:
    """An import as whoever sent it sees it. ``totals``: what was counted; ``outcome``: table -> "new", "changed",
    "same", "repair" -> rows; ``question``: what must be answered before anything is posted; ``repeated``: it had been
    posted before, and nothing was done."""

    number: int
    state: str
    totals: dict[str, Total]
    outcome: Outcome
    repair: Repair
    question: Said | None = None
    notes: tuple[Said, ...] = ()
    repeated: bool = False


def look(
    by: By, folder: Path, *, currency: str, on: date, tariff_files: Sequence[Path] = (),
    amounts_in: AmountsIn | None = None, source: str = "tables", uploaded: bool = False, lang: str = "en",
) -> Arrived:  # fmt: skip
    """What a folder of tables holds and what it would do, without doing it. Raises TableError, Refused."""
    _refuse_others(by, "intake.look")
    files = find_files(folder, currency=currency, tariff_files=tariff_files, amounts_in=amounts_in, lang=lang)
    arrival = read_files(files, uploaded=uploaded, lang=lang)
    number = _seen(by, arrival, on=on, source=source)
    content, findings = Content(arrival, on=on, own=by.household), Findings()
    outcome: Outcome = {}
    names = content.known_names()
    for low, high in content.parts():
        _add(outcome, Part(content, low, high, names, findings).compare())
    return _arrived(arrival, number, outcome, findings)


def bring_in(
    by: By, folder: Path, *, currency: str, on: date, declared: Mapping[str, Total] | None,
    tariff_files: Sequence[Path] = (), amounts_in: AmountsIn | None = None, source: str = "tables",
    uploaded: bool = False, lang: str = "en", progress: Progress | None = None,
) -> Arrived:  # fmt: skip
    """Post a folder of tables, if it adds up to what its sender declared; a part is a transaction.

    declared: table -> its totals; None where the one who sends is the one who counts (a file that this system made).
    Raises TableError, or Refused: ``totals_missing``, ``totals_differ``, ``amounts_asked``, ``not_allowed``.
    """
    _refuse_others(by, "intake.bring_in")
    by = replace(by, key=None)
    files = find_files(folder, currency=currency, tariff_files=tariff_files, amounts_in=amounts_in, lang=lang)
    if (done := Import.objects.filter(digest=files.digest, state="posted").first()) is not None:
        return replace(_told(done), repeated=True)
    arrival = read_files(files, uploaded=uploaded, lang=lang)
    number = _seen(by, arrival, on=on, source=source)
    if arrival.book.question is not None:
        raise Refused("amounts_asked", question=arrival.book.question.message(lang))
    totals = _plain(arrival.totals if declared is None else declared)
    accept(by, number=number, declared=totals, tables=sorted(arrival.told))
    return _post(by, arrival, number, progress)


def post_accepted(
    by: By, folder: Path, *, number: int, currency: str, amounts_in: AmountsIn | None = None, uploaded: bool = False,
    lang: str = "en", progress: Progress | None = None,
) -> Arrived:  # fmt: skip
    """Post what somebody accepted, from where a worker before left it. Raises TableError."""
    _refuse_others(by, "intake.post")
    files = find_files(folder, currency=currency, amounts_in=amounts_in, lang=lang)
    assert Import.objects.filter(id=number, digest=files.digest).exists(), "other files than were accepted"
    return _post(by, read_files(files, uploaded=uploaded, lang=lang), number, progress)


def _refuse_others(by: By, verb: str) -> None:
    """Before anything is read or told: what was imported long ago is nobody else's business either."""
    if not by.may("intake.write"):
        raise Refused("not_allowed", verb=verb, permission="intake.write")


def _seen(by: By, arrival: Arrival, *, on: date, source: str) -> int:
    known = Import.objects.filter(digest=arrival.files.digest).values_list("id", flat=True).first()
    if known is not None:
        return int(known)
    return see(
        by, digest=arrival.files.digest, source=source, on=on, currency=arrival.files.currency,
        counted=_plain(arrival.totals), households=arrival.book.facts.households,
    )  # fmt: skip


def _plain(totals: Mapping[str, Total]) -> dict[str, list[int | None]]:
    return {table: list(total) for table, total in totals.items()}


@operation("intake.see", need="intake.write")
def see(
    act: Act, *, digest: bytes, source: str, on: date, currency: str, counted: dict[str, Any], households: int
) -> int:
    """Note that something arrived; its number."""
    act.within(None)
    arrived, _ = Import.objects.get_or_create(
        digest=digest,
        defaults={
            "source": source, "on": on, "currency": currency, "counted": counted, "households": households,
            "seen_by": act.by.user, "seen_at": act.at,
        },
    )  # fmt: skip
    act.about("import", arrived.id)
    act.note(digest=digest, counted=counted)
    return int(arrived.id)


@operation("intake.accept", need="intake.write")
def accept(act: Act, *, number: int, declared: dict[str, Any], tables: list[str]) -> str:
    """Let an import be posted, if it adds up to what its sender declares; its state."""
    act.about("import", number)
    act.within(None)
    for table in tables:
        if not act.by.may(NEEDS[table]):
            raise Refused("not_allowed", verb="intake.accept", permission=NEEDS[table])
    arrived = _held(number)
    _check_totals(arrived.counted, declared)
    if arrived.state == "seen":
        arrived.state, arrived.declared = after(IMPORT, arrived.state, "accept"), declared
        arrived.accepted_by, arrived.accepted_at = act.by.user, act.at
        arrived.save(update_fields=["state", "declared", "accepted_by", "accepted_at"])
    act.note(declared=declared)
    return arrived.state


def _held(number: int) -> Import:
    """An import that nobody else changes meanwhile."""
    take_turn(f"import:{number}")
    return Import.objects.get(id=number)


def _check_totals(counted: Mapping[str, Any], declared: Mapping[str, Any]) -> None:
    for table in sorted({*counted, *declared}):
        if table not in declared:
            raise Refused("totals_missing", table=table)
        there, told = Total(*counted.get(table, (0, None))), Total(*declared[table])
        if there.rows != told.rows:
            raise Refused("rows_differ", table=table, counted=there.rows, declared=told.rows)
        if there.amount is not None and told.amount is None:
            raise Refused("totals_missing", table=table)
        if there.amount != told.amount:
            values = {"counted": there.amount, "declared": told.amount, "unread": there.unread}
            raise Refused("amounts_differ", table=table, **values)


def _post(by: By, arrival: Arrival, number: int, progress: Progress | None) -> Arrived:
    """Part by part; those that were done before a kill are only looked at, for their rows to repair."""
    on = Import.objects.values_list("on", flat=True).get(id=number)
    content, findings = Content(arrival, on=on, own=by.household), Findings()
    prepare(by, number=number, content=content)
    names = content.known_names()
    for low, high in content.parts():
        findings.found += _post_part(by, number, content, low, high, names).found
        if progress:
            progress(high, content.facts.households)
    repair = arrival.repair(findings)
    if Import.objects.filter(id=number, state="posting").exists():
        finish(by, number=number, repair={table: count.repair for table, count in (repair.counts or {}).items()})
    return replace(_told(Import.objects.get(id=number)), repair=repair, notes=arrival.book.notes)


def _post_part(by: By, number: int, content: Content, low: int, high: int, names: Names) -> Findings:
    """Where somebody at a desk was quicker with one of the rows, the part is held against the records once more."""
    for last_try in (False, True):
        findings = Findings()
        part = Part(content, low, high, names, findings)
        try:
            post(by, number=number, part=part)
            return findings
        except IntegrityError:
            if last_try:
                raise
    raise AssertionError("unreachable")


@operation("intake.prepare", need="intake.write")
def prepare(act: Act, *, number: int, content: Content) -> dict[str, int]:
    """Add what the whole import names: plans, acts with their tariff, providers, and the regions of a mutual that has
    none yet. Answers with how many it names."""
    act.about("import", number)
    act.within(None)
    accepted = _held(number)
    facts, ids, fit = content.facts, content.ids, content.unfit
    plan_ids(_fitting(pa.array(facts.plan_codes, pa.string()), fit["plan"]))
    providers = np.flatnonzero(~fit["provider"][:-1])
    first = np.zeros(len(ids.providers) + 1, np.int64)
    first[facts.provider[::-1]] = np.arange(len(facts.provider))[::-1]
    codes = facts.claim_attributes[first[providers]] if len(facts.provider) else np.zeros((len(providers), 2), np.int8)
    provider_ids(ids.providers.take(pa.array(providers)), sector=codes[:, 0], level=codes[:, 1])
    regions = open_first_regions(content.texts_of_people["region"]) if content.arrival.told.get("people") else 0
    if regions:
        act.note(regions=regions)
    _prepare_tariff(act, content, proposed_by=accepted.accepted_by or act.by.user)
    return {"plans": len(facts.plan_codes), "acts": len(ids.codes), "providers": len(providers)}


def _fitting(names: Any, unfit: Any) -> Any:
    return names.filter(pa.array(~unfit[:-1]))


def _prepare_tariff(act: Act, content: Content, *, proposed_by: int) -> None:
    """The tariff that came along is a version of its own, unless the same prices have come before. Whoever accepted it
    has proposed it, and somebody else signs it before claims are decided by it (S6)."""
    ids, fit = content.ids, ~content.unfit["act"][:-1]
    known = np.flatnonzero(fit)
    labels = {lang: texts.take(pa.array(known)) for lang, texts in ids.labels.items()}
    acts = np.full(len(fit), -1, np.int64)
    acts[known] = act_ids(ids.codes.take(pa.array(known)), labels)
    if not content.arrival.told.get("tariff"):
        return
    rows = _tariff_rows(content, acts)
    digest = sha256(repr([column.to_pylist() for column in rows.values()]).encode()).digest()
    files = content.arrival.files
    name = ", ".join(path.name for path in (*filter(None, [files.tables.get("tariff")]), *files.tariffs))
    version, added = add_tariff(
        name=name[:100],
        digest=digest,
        currency=files.currency,
        published_on=act.day,
        proposed_by=proposed_by,
        rows=rows,
    )
    if added:
        rename_acts(acts[known], labels)
    act.note(tariff=version)


def _tariff_rows(content: Content, acts: Any) -> dict[str, Any]:
    """The prices in the order in which they are asked, the most specific of a code first; blanks are null."""
    tariff, ids = content.arrival.book.tariff, content.ids
    code = np.repeat(np.arange(len(tariff.codes)), np.diff(tariff.code_start))
    kept = np.flatnonzero(acts[code] >= 0)
    take = pa.array(kept)

    def words(names: Any, at: Any) -> Any:
        """Texts by their positions, blank for -1."""
        place: Any = np.where(at < 0, len(names), at)[kept]
        return pa.array([*names, ""], pa.string()).take(pa.array(place))

    def number(values: Any) -> Any:
        return pa.array(values[kept], mask=values[kept] < 0)

    def day(values: Any) -> Any:
        blank = (values[kept] == NO_DAY) | (values[kept] == NEVER)
        return pa.array(np.where(blank, 0, values[kept]).astype("datetime64[D]"), mask=blank)

    texts = {name: pc.utf8_slice_codeunits(content.text("tariff", name).take(take), 0, 200) for name in _TARIFF_TEXTS}
    return {
        "act": pa.array(acts[code][kept]), "category": words(tariff.categories, tariff.code_category[code]),
        "letter": words(tariff.letters, tariff.letter), "coefficient": number(tariff.coefficient),
        "price": number(tariff.price), "reimbursement_base": number(tariff.reimbursement_base),
        "generic_base": number(tariff.generic_base), "rate": number(tariff.rate),
        "valid_from": day(tariff.valid_from), "valid_to": day(tariff.valid_to), "sector": number(tariff.sector),
        "provider": words(ids.providers.to_pylist(), tariff.provider), "anaesthesia": number(tariff.anaesthesia),
        **texts,
    }  # fmt: skip


_TARIFF_TEXTS = ("doubt", "source")


@operation("intake.post", need="intake.write")
def post(act: Act, *, number: int, part: Part) -> dict[str, Any]:
    """Write one part. A part that is written already is only compared, for its rows to repair."""
    act.about("import", number)
    act.within(None)
    arrived = _held(number)
    outcome = part.compare()
    if arrived.households_done >= part.homes.stop:
        return {"households": 0}
    assert arrived.state == "posting", arrived.state
    part.write(by=act.by, cause=f"import:{number}")
    _add(arrived.outcome, outcome)
    arrived.households_done = part.homes.stop
    arrived.save(update_fields=["outcome", "households_done"])
    return {"households": part.homes.stop - part.homes.start, "outcome": outcome}


@operation("intake.finish", need="intake.write")
def finish(act: Act, *, number: int, repair: dict[str, int]) -> str:
    """All parts are written."""
    act.about("import", number)
    act.within(None)
    arrived = _held(number)
    arrived.state, arrived.finished_at = after(IMPORT, arrived.state, "finish"), act.at
    _add(arrived.outcome, {table: {"repair": count} for table, count in repair.items()})
    arrived.save(update_fields=["state", "finished_at", "outcome"])
    return arrived.state


def _add(outcome: Outcome, more: Outcome) -> None:
    for table, counts in more.items():
        mine = outcome.setdefault(table, {})
        for effect, count in counts.items():
            mine[effect] = mine.get(effect, 0) + count


def _told(arrived: Import) -> Arrived:
    totals = {table: Total(*total) for table, total in arrived.counted.items()}
    return Arrived(arrived.id, arrived.state, totals, arrived.outcome, Repair())


def _arrived(arrival: Arrival, number: int, outcome: Outcome, findings: Findings) -> Arrived:
    repair = arrival.repair(findings)
    _add(outcome, {table: {"repair": count.repair} for table, count in (repair.counts or {}).items()})
    known = Import.objects.get(id=number)
    question, notes = arrival.book.question, arrival.book.notes
    return replace(_told(known), outcome=outcome, repair=repair, question=question, notes=notes)
