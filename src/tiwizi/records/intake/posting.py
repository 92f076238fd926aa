"""A part of an import, the households from one to another: held against the records, then written in columns.

``Part.compare`` looks and writes nothing: a preview is all parts compared. ``Part.write`` does what was found, in the
transaction of who calls. What is there already has no second effect, so that a part may be written again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tiwizi.formats.tables.check import keys
from tiwizi.formats.tables.order import number_ranks
from tiwizi.records.care.bulk import claims as care_claims
from tiwizi.records.care.bulk import lines as care_lines
from tiwizi.records.care.models import Provider, Touch
from tiwizi.records.cover.bulk import covers as cover_covers
from tiwizi.records.cover.models import Act, Plan
from tiwizi.records.database.columns import find_ids, write_columns
from tiwizi.records.database.findings import Findings
from tiwizi.records.database.text import unfit
from tiwizi.records.intake.arrival import Arrival
from tiwizi.records.intake.own_family import OwnFamily
from tiwizi.records.people.bulk import addresses as people_addresses
from tiwizi.records.people.bulk import people as people_people
from tiwizi.records.people.bulk import statuses as people_statuses
from tiwizi.records.trail.gate import By
from tiwizi.rules.money import QUANTITY_SCALE
from tiwizi.rules.period import NEVER, NO_DAY, day_number
from tiwizi.rules.terms import CLAIM_ATTRIBUTES

Rows = NDArray[Any]
Outcome = dict[str, dict[str, int]]
#: People, covers, claims and lines of a part together: one transaction.
PART = 250_000


@dataclass(frozen=True)
class Names:
    """Ids of the plans, acts and providers that an import names; those that are not there yet have each a number of
    their own below -1, so that a preview tells two of them apart."""

    plan: Rows
    act: Rows
    provider: Rows


class Content:
    """All that an arrival says, in the order of the facts: read once, cut into parts."""

    def __init__(self, arrival: Arrival, *, on: date, own: int | None = None) -> None:
        """``own``: the household of who brings it in, whose rows go to repair (own_family.py)."""
        self.own = own
        self.arrival, self.facts, self.ids, self.on = arrival, arrival.book.facts, arrival.book.ids, day_number(on)

    def parts(self) -> Iterator[tuple[int, int]]:
        """Households from one to before another, of about PART rows."""
        facts = self.facts
        weight = facts.person_start + facts.cover_start + facts.claim_start + facts.line_start
        low = 0
        while low < facts.households:
            high = int(np.searchsorted(weight, weight[low] + PART, side="right")) - 1
            high = min(max(high, low + 1), facts.households)
            yield low, high
            low = high

    def text(self, table: str, name: str) -> Any:
        """A column of texts in the order of the facts; blank where the table has none."""
        rows, sheet = self.arrival.book.rows[table], self.arrival.book.sheets[table]
        if not sheet.has(name):
            return pa.array([""] * len(rows), pa.string())
        at: Any = pa.array(rows)
        return keys(sheet.source.columns[name].take(at))

    @cached_property
    def told(self) -> dict[str, Rows]:
        return {table: self.arrival.is_told(table) for table in ("people", "claims", "lines")}

    @cached_property
    def texts_of_people(self) -> dict[str, Any]:
        return {name: self.text("people", name) for name in ("name_ar", "name_latin", "cin", "phone", "region")}

    @cached_property
    def addresses(self) -> dict[str, Any]:
        return {field: self.text("people", name) for field, name in people_addresses.COLUMNS.items()}

    @cached_property
    def status_codes(self) -> Any:
        return self.text("statuses", "code")

    @cached_property
    def claim_texts(self) -> dict[str, Any]:
        return {field: self.text("claims", name) for field, name in care_claims.TEXTS.items()}

    @cached_property
    def receipts(self) -> Any:
        return self.text("lines", "receipt")

    @cached_property
    def care_from(self) -> Rows:
        sheet, rows = self.arrival.sheet("claims"), self.arrival.book.rows["claims"]
        return np.asarray(sheet.days("care_from", blank=NO_DAY)[rows])

    @cached_property
    def approvals(self) -> dict[str, Any]:
        """What claims say of the prior approvals that they name: the columns that the table has."""
        sheet, rows = self.arrival.sheet("claims"), self.arrival.book.rows["claims"]

        def cells(name: str, blank: Any) -> Any:
            if blank == "":
                return self.text("claims", name)
            return sheet.days(name, blank=blank)[rows] if blank == NO_DAY else sheet.numbers(name)[rows]

        return {name: cells(name, blank) for name, blank in care_claims.APPROVALS.items() if sheet.has(name)}

    @cached_property
    def claimed(self) -> dict[str, Rows]:
        """What the facts of lines leave out: what was claimed before a reviewer saw it."""
        sheet, rows = self.arrival.sheet("lines"), self.arrival.book.rows["lines"]
        return {
            "quantity": sheet.numbers("quantity", blank=QUANTITY_SCALE)[rows],
            "unit_price": sheet.numbers("unit_price")[rows],
            "quantity_approved": sheet.numbers("quantity_approved")[rows],
            "price_approved": sheet.numbers("price_approved")[rows],
        }

    @cached_property
    def joined(self) -> Rows:
        """The day from which each person belongs to the household: as far back as anything is said of them, their birth
        or the household's first cover, so that it leaves no day of their cover out."""
        facts = self.facts
        first = np.full(facts.households, NEVER, np.int64)
        np.minimum.at(first, np.repeat(np.arange(facts.households), np.diff(facts.cover_start)), facts.cover_from)
        return np.minimum(facts.birth, np.repeat(first, np.diff(facts.person_start)))

    @cached_property
    def line_ranks(self) -> Rows:
        return number_ranks(self.ids.line_names)

    @cached_property
    def unfit(self) -> dict[str, Rows]:
        """Codes that the tables have no room for; the last of each stands for no code."""
        named: dict[str, Any] = {"plan": (Plan, "code", pa.array(self.facts.plan_codes, pa.string()))}
        named |= {"act": (Act, "code", self.ids.codes), "provider": (Provider, "number", self.ids.providers)}
        return {name: np.append(unfit(*told), False) for name, told in named.items()}

    def known_names(self) -> Names:
        """Ids of what is there already."""
        return Names(
            _told_apart(find_ids(Plan, "code", pa.array(self.facts.plan_codes, pa.string()))),
            _told_apart(find_ids(Act, "code", self.ids.codes)),
            _told_apart(find_ids(Provider, "number", self.ids.providers)),
        )


def _told_apart(ids: Rows) -> Rows:
    return np.where(ids >= 0, ids, -2 - np.arange(len(ids)))


class Part:
    """Households ``low`` to before ``high`` of a content."""

    def __init__(self, content: Content, low: int, high: int, names: Names, findings: Findings) -> None:
        facts = content.facts
        self.content, self.names, self.findings = content, names, findings
        self.homes = slice(low, high)
        self.people = slice(int(facts.person_start[low]), int(facts.person_start[high]))
        self.statuses = slice(int(facts.status_start[self.people.start]), int(facts.status_start[self.people.stop]))
        self.covers = slice(int(facts.cover_start[low]), int(facts.cover_start[high]))
        self.claims = slice(int(facts.claim_start[low]), int(facts.claim_start[high]))
        self.lines = slice(int(facts.line_start[low]), int(facts.line_start[high]))
        findings.first = {
            "people": self.people.start, "statuses": self.statuses.start, "cover": self.covers.start,
            "claims": self.claims.start, "lines": self.lines.start,
        }  # fmt: skip

    # -- what is stated, cut out of the whole -------------------------------------------------------------------------

    def _owner(self, start: Rows, part: slice) -> Rows:
        """Of each entry of a ragged column the place, in the part, of what it belongs to."""
        return np.repeat(np.arange(part.stop - part.start), np.diff(start[part.start : part.stop + 1]))

    def _text(self, cells: Any, part: slice) -> Any:
        return cells.slice(part.start, part.stop - part.start)

    def _stated_people(self) -> people_people.Stated:
        content, facts, part = self.content, self.content.facts, self.people
        return people_people.Stated(
            self._text(content.ids.households, self.homes), self._owner(facts.person_start, self.homes),
            self._text(content.ids.people, part), self._text(content.texts_of_people["name_ar"], part),
            self._text(content.texts_of_people["name_latin"], part), facts.birth[part], facts.sex[part],
            facts.role[part], content.joined[part], content.told["people"][part],
            self._text(content.texts_of_people["cin"], part), self._text(content.texts_of_people["phone"], part),
            self._text(content.texts_of_people["region"], part),
            {field: self._text(texts, part) for field, texts in content.addresses.items()},
        )  # fmt: skip

    def _stated_statuses(self) -> people_statuses.Stated:
        facts, part = self.content.facts, self.statuses
        return people_statuses.Stated(
            self._owner(facts.status_start, self.people), facts.status[part], facts.status_from[part],
            facts.status_to[part], self._text(self.content.status_codes, part),
        )  # fmt: skip

    def _stated_covers(self) -> cover_covers.Stated:
        facts, part = self.content.facts, self.covers
        person = np.where(facts.cover_person[part] < 0, -1, facts.cover_person[part] - self.people.start)
        return cover_covers.Stated(
            self._owner(facts.cover_start, self.homes), person, self.names.plan[facts.cover_plan[part]],
            facts.cover_from[part], facts.cover_to[part], facts.cover_stage[part], facts.joined[part],
            facts.paid_until[part],
        )  # fmt: skip

    def _stated_claims(self) -> care_claims.Stated:
        content, facts, part = self.content, self.content.facts, self.claims
        provider = np.append(self.names.provider, -1)[facts.provider[part]]
        codes = facts.claim_attributes[part]
        return care_claims.Stated(
            self._text(content.ids.claims, part), self._owner(facts.claim_start, self.homes), provider,
            {name: codes[:, CLAIM_ATTRIBUTES.index(name)] for name in care_claims.ATTRIBUTES},
            {name: self._text(texts, part) for name, texts in content.claim_texts.items()},
            {"care_from": content.care_from[part], "care_to": facts.care_to[part], "received": facts.received[part]},
            {name: cells[part] for name, cells in content.approvals.items()}, content.told["claims"][part],
        )  # fmt: skip

    def _stated_lines(self) -> care_lines.Stated:
        content, facts, part = self.content, self.content.facts, self.lines
        columns = {name: values[part] for name, values in content.claimed.items()}
        columns |= {"day": facts.day[part], "act_id": self.names.act[facts.code[part]]}
        columns |= {"billed": facts.billed[part], "session": facts.session[part]}
        columns["person_id"] = np.full(part.stop - part.start, -1, np.int64)  # known once people are
        return care_lines.Stated(
            facts.claim[part] - self.claims.start, content.ids.line_name[part].astype(np.int64),
            content.ids.line_names, content.line_ranks, columns, self._text(content.receipts, part),
            content.told["lines"][part],
        )  # fmt: skip

    # -- looking ------------------------------------------------------------------------------------------------------

    def compare(self) -> Outcome:
        """What would be new, changed, the same; what the records cannot take goes to the findings."""
        people = people_people.compare(self._stated_people(), on=self.content.on, findings=self.findings)
        own = OwnFamily(self.content.own, self.findings)
        own.people(people)
        self.found_people, stated = people, people.stated
        #: Households that stand, or will.
        stands = people.home >= 0
        stands[stated.household[~people.refused]] = True
        statuses = self._compare_statuses(people)
        own.dated(statuses, "statuses", "person", stated.household[statuses.stated.person])
        covers = self._compare_covers(people, stands)
        own.dated(covers, "cover", "plan", covers.stated.household)
        self.found_claims = self._compare_claims(people, stands)
        own.claims(self.found_claims)
        self.found_lines = self._compare_lines(people, statuses, covers)
        own.lines(self.found_lines, self.found_claims)
        self.found_statuses, self.found_covers = statuses, covers
        outcome = {
            "people": people.counts, "statuses": statuses.periods.counts, "cover": covers.periods.counts,
            "claims": self.found_claims.counts, "lines": self.found_lines.counts,
        }  # fmt: skip
        return {table: counts for table, counts in outcome.items() if table in self.content.arrival.told}

    def _refuse(self, table: str, at: Rows, field: str, key: str, refused: Rows) -> Rows:
        self.findings.add(table, at & ~refused, field, key)
        return np.asarray(refused | at)

    def _compare_statuses(self, people: people_people.Compared) -> people_statuses.Compared:
        stated = self._stated_statuses()
        refused = np.zeros(len(stated.person), bool)
        refused = self._refuse("statuses", people.refused[stated.person], "person", "person_in_repair", refused)
        return people_statuses.compare(stated, people.person, refused=refused, findings=self.findings)

    def _compare_covers(self, people: people_people.Compared, stands: Rows) -> cover_covers.Compared:
        stated = self._stated_covers()
        refused = np.zeros(len(stated.household), bool)
        own = np.append(people.refused, False)[stated.person]
        refused = self._refuse("cover", own, "person", "person_in_repair", refused)
        refused = self._refuse("cover", ~stands[stated.household], "household", "household_in_repair", refused)
        plan = self.content.unfit["plan"][self.content.facts.cover_plan[self.covers]]
        refused = self._refuse("cover", plan, "plan", "unfit_text", refused)
        return cover_covers.compare(stated, people.home, people.person, refused=refused, findings=self.findings)

    def _compare_claims(self, people: people_people.Compared, stands: Rows) -> care_claims.Compared:
        stated = self._stated_claims()
        refused = np.zeros(len(stated.household), bool)
        refused = self._refuse("claims", ~stands[stated.household], "household", "household_in_repair", refused)
        provider = self.content.unfit["provider"][self.content.facts.provider[self.claims]]
        refused = self._refuse("claims", provider, "provider", "unfit_text", refused)
        return care_claims.compare(stated, people.home, refused=refused, findings=self.findings)

    def _compare_lines(
        self, people: people_people.Compared, statuses: people_statuses.Compared, covers: cover_covers.Compared
    ) -> care_lines.Compared:
        facts, stated = self.content.facts, self._stated_lines()
        person = facts.person[self.lines] - self.people.start
        stated.columns["person_id"] = people.person[person]
        refused = np.zeros(len(person), bool)
        refused = self._refuse("lines", self.found_claims.refused[stated.claim], "claim", "claim_in_repair", refused)
        refused = self._refuse("lines", people.refused[person], "person", "person_in_repair", refused)
        doubt = np.zeros(len(people.person), bool)
        doubt[statuses.stated.person[statuses.refused]] = True
        refused = self._refuse("lines", doubt[person], "person", "status_in_repair", refused)
        refused = self._refuse("lines", self._uncertain(people, covers)[person], "person", "cover_in_repair", refused)
        code = self.content.unfit["act"][facts.code[self.lines]]
        refused = self._refuse("lines", code, "code", "unfit_text", refused)
        return care_lines.compare(stated, self.found_claims.claim, refused=refused, findings=self.findings)

    def _uncertain(self, people: people_people.Compared, covers: cover_covers.Compared) -> Rows:
        """People of whom nobody knows what they are covered by: their cover, or their household's, is in repair."""
        stated, bad = covers.stated, covers.refused
        doubt, homes = np.zeros(len(people.person), bool), np.zeros(len(people.home), bool)
        doubt[stated.person[bad & (stated.person >= 0)]] = True
        homes[stated.household[bad & (stated.person < 0)]] = True
        return np.asarray(doubt | homes[people.stated.household])

    # -- writing ------------------------------------------------------------------------------------------------------

    def write(self, *, by: By, cause: str) -> None:
        """Do what was found. ``cause``: what touches the households and gives reviews their reason ("import:7")."""
        home, person, touched = people_people.write(self.found_people, by=by)
        ill = people_statuses.write(self.found_statuses, person, by=by)
        touched[self.found_people.stated.household[ill]] = True
        touched[cover_covers.write(self.found_covers, home, person, by=by)] = True
        claim = care_claims.write(self.found_claims, home)
        line_person = self.content.facts.person[self.lines] - self.people.start
        self.found_lines.stated.columns["person_id"] = person[line_person]
        line = care_lines.write(self.found_lines, claim, by=by, cause=cause)
        lines = self.found_lines.new | self.found_lines.reviewed | self._report(line, by)
        touched[self.found_claims.stated.household[self.found_lines.stated.claim[lines]]] = True
        write_columns(Touch, {"household": home[touched], "cause": [cause] * int(touched.sum())})

    def _report(self, line: Rows, by: By) -> Rows:
        """What other payers paid; which lines have a new or another amount (bool)."""
        changed = np.zeros(len(line), bool)
        for layer, amounts in self.content.facts.reported.items():
            rows = np.flatnonzero((amounts[self.lines] >= 0) & (line >= 0))
            if len(rows):
                changed[rows[care_lines.report(layer, line[rows], amounts[self.lines][rows], by=by)]] = True
        return changed
