"""A case file: cases for people to read, as rows of the tables and as what is expected of each line.

docs/concepts/cases.md is the format. The id of a case before every name keeps the households apart, so that the cases
of a file are one batch.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from tiwizi import locale, packs
from tiwizi.formats.tables import Book, TableError, from_rows
from tiwizi.formats.tables.schema import TABLES as COLUMNS
from tiwizi.formats.tables.source import read_source
from tiwizi.rules.money import major, minor
from tiwizi.rules.plan.document import Plan
from tiwizi.rules.terms import REASON_CODE, STATES

Row = dict[str, str]
FILE_KEYS = ("plan", "given", "cases")
GIVEN_KEYS = ("people", "cover", "statuses")
CASE_KEYS = ("id", "title", "why", *GIVEN_KEYS, "claims", "payers")
#: The tables that cases fill.
TABLES = ("people", "cover", "statuses", "claims", "lines", "reported")
#: What a line of a case expects; everything else on it are columns of the table `lines`.
EXPECTED_KEYS = ("state", "paid", "reductions", "share", "reasons")


class Unreadable(ValueError):
    """A case file that cannot be run: the sentence says why and the way out."""


@dataclass(frozen=True)
class Outcome:
    """What is decided on a line, in minor units; layers that pay nothing and reasons that take nothing are left out."""

    state: str
    paid: Mapping[str, int]
    reductions: Mapping[str, int]
    share: int


@dataclass(frozen=True)
class ExpectedLine:
    """One line of a case: where it stands, for people; its claim and line, and its row, in the table `lines`."""

    where: str
    key: tuple[str, str]
    row: int
    outcome: Outcome
    #: by layer, a reason that must be in its trail
    reasons: Mapping[str, str]


@dataclass(frozen=True)
class ExpectedPayer:
    """Who is expected to manage a layer on a day, by the payer's name in any language."""

    layer: str
    date: date
    name: str


@dataclass
class Case:
    """A case as read: its lines, and what is wrong with the case itself."""

    id: str
    title: str
    why: str
    lines: list[ExpectedLine] = field(default_factory=list)
    payers: list[ExpectedPayer] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class CaseFile:
    """A case file with its plan and its facts, ready to be decided."""

    path: Path
    plan: Plan
    cases: Sequence[Case]
    book: Book


def load(path: Path, lang: str = "en", *, instead: Plan | None = None) -> CaseFile:
    """A case file with its plan, or with another one in its place. Raises Unreadable where it is not a case file or its
    plan has errors."""
    document = _document(path, lang)
    plan_path = path.parent / str(document["plan"])
    plan = _plan(plan_path, lang) if instead is None else instead
    reader = _Reader(plan, document, lang)
    cases = reader.cases()
    if not reader.tables["lines"]:
        raise Unreadable(" ".join([fault for case in cases for fault in case.faults] or [say("no_cases", lang)]))
    try:
        reader.tables["tariff"] = [row for file in plan.tariffs for row in _tariff(plan_path.parent / file, lang)]
        return CaseFile(path, plan, cases, from_rows(reader.tables, currency=plan.currency, lang=lang))
    except TableError as why:
        raise Unreadable(str(why)) from None


def plan_of(path: Path, lang: str = "en") -> Plan:
    """The plan that a case file is about. Raises Unreadable."""
    return _plan(path.parent / str(_document(path, lang)["plan"]), lang)


def _plan(path: Path, lang: str) -> Plan:
    if not path.is_file():
        raise Unreadable(say("no_such_plan", lang, plan=path))
    plan, problems = packs.read_plan_file(path)
    if plan is None:
        why = next(problem for problem in problems if problem.is_error)
        raise Unreadable(say("plan_unreadable", lang, plan=path, line=why.line, why=why.message(lang)))
    return plan


def _document(path: Path, lang: str) -> dict[str, Any]:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as why:
        raise Unreadable(say("not_toml", lang, why=why)) from None
    for unknown in document.keys() - set(FILE_KEYS):
        raise Unreadable(say("unknown_key", lang, where=path.name, name=unknown, known=", ".join(FILE_KEYS)))
    if not isinstance(document.get("plan"), str) or not document.get("cases"):
        raise Unreadable(say("no_cases", lang))
    return document


def _tariff(path: Path, lang: str) -> Iterator[Row]:
    """The rows of a tariff file, as text by column."""
    if not path.is_file():
        raise Unreadable(say("no_such_tariff", lang, tariff=path))
    source = read_source(path, "tariff", lang=lang)
    columns = {name: cells.to_pylist() for name, cells in source.columns.items()}
    for row in range(source.rows):
        yield {name: "" if cells[row] is None else str(cells[row]) for name, cells in columns.items()}


class _Reader:
    """Turns cases into rows of the tables: the case's id before every name keeps the households apart."""

    def __init__(self, plan: Plan, document: Mapping[str, Any], lang: str) -> None:
        self.plan, self.document, self.lang = plan, document, lang
        self.given = self._table(document, "given", "")
        self.tables: dict[str, list[Row]] = {name: [] for name in TABLES}

    def cases(self) -> list[Case]:
        return [self.case(table, number) for number, table in enumerate(self._rows(self.document, "cases", ""), 1)]

    def case(self, table: Mapping[str, Any], number: int) -> Case:
        case = Case(str(table.get("id", number)), self._told(table.get("title")), self._told(table.get("why")))
        for unknown in table.keys() - set(CASE_KEYS):
            case.faults.append(self._say("unknown_key", where=case.id, name=unknown, known=", ".join(CASE_KEYS)))
        for name in ("title", "why"):
            if not self._told(table.get(name)):
                case.faults.append(self._say("missing_key", where=case.id, name=name))
        own = {name: self._rows(table if name in table else self.given, name, case.id) for name in GIVEN_KEYS}
        for name, rows in own.items():
            for row in rows:
                self._add(name, case, row)
        first = next((str(row.get("person", "")) for row in own["people"]), "")
        for claim_number, claim in enumerate(self._rows(table, "claims", case.id), 1):
            self._claim(case, claim, claim_number, first)
        case.payers = [self._payer(row, case.id) for row in self._rows(table, "payers", case.id)]
        return case

    def _told(self, words: object) -> str:
        """A text, or that of the reader's language where there are several; else of a language that has one."""
        if not isinstance(words, dict):
            return str(words or "")
        told = next((str(words[lang]) for lang in (self.lang, "fr", "en", "ar") if words.get(lang)), "")
        return locale.isolate_runs(told, self.lang) if words.get(self.lang) else locale.isolate(told, self.lang)

    def _add(self, name: str, case: Case, row: Mapping[str, Any], **more: str) -> None:
        """A row of a table, with every column: a cell that the case leaves out is blank."""
        columns = [column.name for column in COLUMNS[name]]
        for unknown in row.keys() - set(columns):
            case.faults.append(self._say("unknown_key", where=case.id, name=unknown, known=", ".join(columns)))
        cells = dict.fromkeys(columns, "") | {key: _cell(value) for key, value in row.items()} | more
        for of in ("person", "approval_person"):
            if cells.get(of):
                cells[of] = f"{case.id}/{cells[of]}"
        if name in ("people", "claims") or (name == "cover" and not cells["person"]):
            cells["household"] = case.id
        self.tables[name].append(cells)

    def _claim(self, case: Case, claim: Mapping[str, Any], number: int, first: str) -> None:
        claim_id = f"{case.id}/{number}"
        cells = {key: value for key, value in claim.items() if key != "lines"}
        cells.setdefault("received_on", claim.get("care_to", claim.get("care_from", "")))
        self._add("claims", case, cells, claim=claim_id)
        for line_number, line in enumerate(self._rows(claim, "lines", case.id), 1):
            values = {"person": first, "date": claim.get("care_from", ""), **line}
            where = self._say("line", claim=number, line=line_number, code=values.get("code", ""), day=values["date"])
            for layer, amount in self._table(values, "reported", where).items():
                row = {"claim": claim_id, "line": str(line_number), "layer": layer, "paid": str(amount)}
                self.tables["reported"].append(row)
            self._expect(case, where, (claim_id, str(line_number)), values)
            cells = {key: value for key, value in values.items() if key not in (*EXPECTED_KEYS, "reported")}
            self._add("lines", case, cells, claim=claim_id, line=str(line_number))

    def _expect(self, case: Case, where: str, key: tuple[str, str], line: Mapping[str, Any]) -> None:
        row = len(self.tables["lines"])
        try:
            paid, reductions = (self._money(self._table(line, name, where)) for name in ("paid", "reductions"))
            expected = Outcome(str(line["state"]), paid, reductions, self._minor(line["share"]))
        except KeyError as missing:
            return case.faults.append(self._say("missing_key", where=where, name=missing.args[0]))
        except ValueError as why:
            return case.faults.append(self._say("not_an_amount", where=where, why=why))
        case.faults += self._unknown(where, expected)
        case.faults += self._does_not_add_up(where, line, expected)
        case.lines.append(ExpectedLine(where, key, row, expected, self._table(line, "reasons", where)))

    def _payer(self, row: Mapping[str, Any], where: str) -> ExpectedPayer:
        on = row.get("date")
        if not isinstance(on, date):
            raise Unreadable(self._say("missing_key", where=where, name="payers.date"))
        return ExpectedPayer(str(row.get("layer", "")), on, str(row.get("name", "")))

    def _unknown(self, where: str, expected: Outcome) -> Iterator[str]:
        """Words of a case that the plan and the registers do not have."""
        layers, reasons = [layer.id for layer in self.plan.layers], list(REASON_CODE)
        words = (([expected.state], list(STATES)), (expected.paid, layers), (expected.reductions, reasons))
        for used, known in words:
            for word in used:
                if word not in known:
                    yield self._say("unknown_word", where=where, word=word, known=", ".join(known))

    def _does_not_add_up(self, where: str, line: Mapping[str, Any], expected: Outcome) -> Iterator[str]:
        """A case must balance by itself: billed = paid + reductions + share, before any engine is asked."""
        if "billed" in line:
            billed = self._minor(line["billed"])
            total = sum(expected.paid.values()) + sum(expected.reductions.values()) + expected.share
            if billed and billed != total:
                currency = self.plan.currency
                yield self._say("sums", where=where, billed=major(billed, currency), total=major(total, currency))

    def _rows(self, table: Mapping[str, Any], name: str, where: str) -> list[Mapping[str, Any]]:
        """A list of tables within a table, empty where it is left out."""
        rows = table.get(name, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise Unreadable(self._say("not_tables", where=where, name=name))
        return rows

    def _table(self, table: Mapping[str, Any], name: str, where: str) -> Mapping[str, Any]:
        """A table within a table, empty where it is left out."""
        found = table.get(name, {})
        if not isinstance(found, dict):
            raise Unreadable(self._say("not_a_table", where=where, name=name))
        return found

    def _money(self, amounts: Mapping[str, Any]) -> dict[str, int]:
        found = {name: self._minor(amount) for name, amount in amounts.items()}
        return {name: amount for name, amount in found.items() if amount}

    def _minor(self, amount: object) -> int:
        return minor(str(amount), self.plan.currency)

    def _say(self, key: str, **values: object) -> str:
        return say(key, self.lang, **values)


def _cell(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def say(key: str, lang: str, **values: object) -> str:
    """A sentence of locale/<lang>/cases.toml."""
    return locale.text("cases", key, lang=lang, **values)
