"""One claim, entered by hand or sent by a machine: a batch of one, held to all that tables are held to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from tiwizi.formats.tables.book import read_sources
from tiwizi.formats.tables.repair import Repair, RepairRow
from tiwizi.formats.tables.source import from_mappings
from tiwizi.records.care.bulk.providers import provider_ids
from tiwizi.records.care.models import Claim, ClaimLine
from tiwizi.records.care.queries.providers import as_provider_has_it
from tiwizi.records.cover import queries as cover
from tiwizi.records.database.columns import reserve_ids
from tiwizi.records.database.findings import Findings
from tiwizi.records.intake.arrival import Arrival, Files, joined_parts
from tiwizi.records.intake.known import complete
from tiwizi.records.intake.posting import Content, Names, Part
from tiwizi.records.people.reach import reach_household
from tiwizi.records.trail.gate import Act, operation
from tiwizi.records.trail.refusal import Refused
from tiwizi.rules.mistake import Mistake

Row = dict[str, Any]


@dataclass(frozen=True)
class Faults(Mistake):
    """What is wrong with rows, in the words in which it would go to repair."""

    repair: Repair = Repair()  # noqa: RUF009

    def message(self, lang: str) -> str:
        return " ".join(dict.fromkeys(row.reason for row in self._rows(lang)))

    def way_out(self, lang: str) -> str:
        return " ".join(dict.fromkeys(row.way_out for row in self._rows(lang)))

    def _rows(self, lang: str) -> list[RepairRow]:
        """A claim is one form: that its lines wait for it says nothing to who filled it in."""
        told = [row for row in self.repair.of_their_own().rows(lang) if row.reason]
        return told or list(self.repair.rows(lang))


@operation("care.enter_claim", need="care.receive")
def enter_claim(act: Act, *, household: int, claim: Row, lines: list[Row], as_provider: bool = False) -> dict[str, Any]:
    """A claim with its lines, by the columns of the tables claims and lines (docs/concepts/tables.md), all of it or
    nothing; who enters it may leave the claim's number to the system. {"claim": id, "number", "lines": ids, "new"}.

    ``as_provider``: what the claim leaves blank of its provider is what the records know.
    A claim that is known by its number has no second effect, and lines that come later are added to it. The same care
    under another number is what the plan's rule on duplicates finds. Refused: claim_not_taken.
    """
    home = reach_household(act, household)
    claim = as_provider_has_it(claim, on=act.day) if as_provider else claim
    number = str(claim.get("claim") or "") or _next_number()
    claim = claim | {"claim": number, "household": home.number}
    part, repair = _compared(claim, [line | {"claim": number} for line in lines], act)
    if repair.tables:
        raise Refused("claim_not_taken", why=Faults("", "", repair=repair))
    part.write(by=act.by, cause=f"claim:{number}"[:60])
    entered = Claim.objects.get(number=number)
    act.note(new=part.found_claims.counts["new"], lines=part.found_lines.counts)
    ids = ClaimLine.objects.filter(claim=entered).order_by("number").values_list("id", flat=True)
    return {"claim": entered.id, "number": number, "lines": list(ids), "new": bool(part.found_claims.new.any())}


def _next_number() -> str:
    while True:
        number = f"N{reserve_ids(Claim, 1):09d}"
        if not Claim.objects.filter(number=number).exists():
            return number


def _compared(claim: Row, lines: list[Row], act: Act) -> tuple[Part, Repair]:
    """The claim held against the records, and what is wrong with it."""
    currency = cover.currency()
    if currency is None:
        raise Refused("no_tariff")
    told = {"claims": from_mappings([claim], "claims"), "lines": from_mappings(lines, "lines")}
    sources = joined_parts(complete(told, currency=currency, in_minor=False))
    book = read_sources({table: (lambda name: sources[name]) for table in sources}, currency=currency, keep=True)
    arrival = Arrival(Files({}, (), currency, None, b""), book, {table: source.rows for table, source in told.items()})
    content, findings = Content(arrival, on=act.day), Findings()
    part = Part(content, 0, book.facts.households, _names(content), findings)
    part.compare()
    return part, arrival.repair(findings)


def _names(content: Content) -> Names:
    """Ids of what the claim names; a provider who is new is added."""
    names, facts, ids = content.known_names(), content.facts, content.ids
    new = np.flatnonzero((names.provider < 0) & ~content.unfit["provider"][:-1])
    if len(new) and len(facts.provider):
        codes = np.repeat(facts.claim_attributes[:1], len(new), axis=0)
        names.provider[new] = provider_ids(ids.providers.take(pa.array(new)), sector=codes[:, 0], level=codes[:, 1])
    return names
