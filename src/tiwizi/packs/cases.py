"""Worked cases: facts with the decision that a lawyer expects. docs/concepts/cases.md is the format.

The cases of a file are decided together, each as a household of its own, by the readable engine and by the kernel.
What differs is said in sentences; nothing here decides anything.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from tiwizi import locale, packs
from tiwizi.formats.tables import Book, from_rows
from tiwizi.rules.adjudicate import engine, reference
from tiwizi.rules.adjudicate.columns import Decisions
from tiwizi.rules.adjudicate.explain import trail
from tiwizi.rules.adjudicate.shares import allot
from tiwizi.rules.money import major, minor
from tiwizi.rules.plan.compile import compile_plan
from tiwizi.rules.plan.document import Plan
from tiwizi.rules.terms import REASON_CODE, REASONS, STATES

Row = dict[str, str]
FILE_KEYS = ("plan", "given", "cases")
GIVEN_KEYS = ("people", "cover", "statuses")
CASE_KEYS = ("id", "title", "why", *GIVEN_KEYS, "claims", "payers")
#: What a line of a case expects; everything else on it are columns of the table `lines`.
EXPECTED_KEYS = ("state", "paid", "reductions", "share")


class Unreadable(ValueError):
    """A case file that cannot be run: the sentence says why and the way out."""


@dataclass(frozen=True)
class CaseResult:
    """One case and how it went: ``differences`` are sentences, none when both engines decide as expected."""

    file: str
    name: str
    title: str
    why: str = ""
    differences: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.differences

    def json(self) -> dict[str, Any]:
        return {"file": self.file, "name": self.name, "title": self.title, "differences": list(self.differences)}


@dataclass(frozen=True)
class Outcome:
    """What is decided on a line, in minor units; layers that pay nothing and reasons that take nothing are left out."""

    state: str
    paid: Mapping[str, int]
    reductions: Mapping[str, int]
    share: int


@dataclass(frozen=True)
class ExpectedLine:
    """One line of a case: where it stands, for people, its row in the table `lines`, and what is expected."""

    where: str
    row: int
    outcome: Outcome


@dataclass
class Case:
    """A case as read: its lines, and what is wrong with the case itself."""

    id: str
    title: str
    why: str
    lines: list[ExpectedLine] = field(default_factory=list)
    payers: Sequence[Mapping[str, Any]] = ()
    faults: list[str] = field(default_factory=list)


def run(path: Path, *, lang: str = "en") -> list[CaseResult]:
    """The results of every case in a file, or in the files of a folder, in their order.

    A file that cannot be run is one result whose difference says why. Raises OSError where there is no such file.
    """
    files = sorted(path.glob("*.toml")) if path.is_dir() else [path]
    return [result for file in files for result in _run_file(file, lang)]


def _run_file(path: Path, lang: str) -> list[CaseResult]:
    try:
        loaded = load(path, lang)
    except Unreadable as why:
        return [CaseResult(str(path), path.stem, path.stem, differences=(str(why),))]
    decided = loaded.decide()
    return [
        CaseResult(str(path), case.id, case.title, case.why, tuple(loaded.differences(case, decided)))
        for case in loaded.cases
    ]


@dataclass(frozen=True)
class CaseFile:
    """A case file with its plan and its facts, ready to be decided."""

    path: Path
    plan: Plan
    cases: Sequence[Case]
    book: Book
    lang: str

    def decide(self) -> dict[str, Decisions]:
        """The decisions of each engine, by the engine's key in locale/<lang>/cases.toml."""
        facts, tariff = self.book.facts, self.book.tariff
        return {
            "reference": reference.decide(self.plan, facts, tariff),
            "kernel": engine.decide(compile_plan(self.plan, tariff), facts, tariff),
        }

    def differences(self, case: Case, decided: Mapping[str, Decisions]) -> Iterator[str]:
        """What is not as the case expects, in sentences."""
        yield from case.faults
        position = {int(row): line for line, row in enumerate(self.book.facts.line_row)}
        for line in case.lines:
            if line.row not in position:
                yield _say("not_decided", self.lang, where=line.where)
                continue
            for name, decisions in decided.items():
                found = outcome(self.plan, decisions, position[line.row])
                yield from self._compare(line, found, locale.text("cases", name, lang=self.lang))
        yield from self._payers(case)

    def _compare(self, line: ExpectedLine, found: Outcome, by: str) -> Iterator[str]:
        expected, where = line.outcome, {"where": line.where, "by": by, "lang": self.lang}
        if found.state != expected.state:
            yield _say("state", **where, found=found.state, expected=expected.state)
        for layer in _either(found.paid, expected.paid):
            amounts = self._amounts(found.paid.get(layer, 0), expected.paid.get(layer, 0))
            yield _say("paid", **where, layer=layer, **amounts)
        for reason in _either(found.reductions, expected.reductions):
            amounts = self._amounts(found.reductions.get(reason, 0), expected.reductions.get(reason, 0))
            yield _say("reduction", **where, reason=reason, **amounts)
        if found.share != expected.share:
            yield _say("share", **where, **self._amounts(found.share, expected.share))

    def _payers(self, case: Case) -> Iterator[str]:
        """Who manages a layer on a day, where the case says so."""
        for row in case.payers:
            layer = next((layer for layer in self.plan.layers if layer.id == row["layer"]), None)
            payers = [p.name for p in layer.payers if p.dates.holds(row["date"])] if layer else []
            if not any(row["name"] in name.values() for name in payers):
                values = {"day": row["date"].isoformat(), "expected": row["name"], "layer": row["layer"]}
                found = ", ".join(name[self.lang] for name in payers) or "–"
                yield _say("payer", self.lang, found=found, **values)

    def _amounts(self, found: int, expected: int) -> dict[str, str]:
        currency = self.plan.currency
        return {"found": major(found, currency), "expected": major(expected, currency)}


def outcome(plan: Plan, decisions: Decisions, line: int) -> Outcome:
    """What was decided on a line, as a case says it."""
    cuts: dict[int, list[tuple[int, int]]] = {}
    for entry in trail(decisions, line):
        if entry.effect != "note":
            cuts.setdefault(entry.layer, []).append((REASON_CODE[entry.reason], entry.cut))
    paid = [int(amount) for amount in decisions.paid[line]]
    unpaid = allot(int(decisions.billed[line]), list(cuts.values()), paid)
    reductions: dict[str, int] = {}
    for reason, amount in unpaid:
        if REASONS[reason].effect != "share":
            name = REASONS[reason].name
            reductions[name] = reductions.get(name, 0) + amount
    layers = {
        plan.layers[layer].id: amount
        for layer, amount in zip(decisions.chosen[line], paid, strict=True)
        if layer >= 0 and amount
    }
    return Outcome(STATES[decisions.state[line]], layers, reductions, int(decisions.share[line]))


# --- reading ---------------------------------------------------------------------------------------------------------


def load(path: Path, lang: str = "en") -> CaseFile:
    """A case file with its plan. Raises Unreadable where it is not a case file or its plan has errors."""
    document = _document(path, lang)
    plan_path = path.parent / str(document["plan"])
    if not plan_path.is_file():
        raise Unreadable(_say("no_such_plan", lang, plan=plan_path))
    plan, problems = packs.read_plan_file(plan_path)
    if plan is None:
        why = next(problem for problem in problems if problem.is_error)
        raise Unreadable(_say("plan_unreadable", lang, plan=plan_path, line=why.line, why=why.message(lang)))
    reader = _Reader(plan, document.get("given", {}), lang)
    cases = [reader.case(table, number) for number, table in enumerate(document["cases"], 1)]
    reader.tables["tariff"] = [row for file in plan.tariffs for row in _csv_rows(plan_path.parent / file)]
    return CaseFile(path, plan, cases, from_rows(reader.tables, currency=plan.currency), lang)


def _document(path: Path, lang: str) -> dict[str, Any]:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as why:
        raise Unreadable(_say("not_toml", lang, why=why)) from None
    for unknown in document.keys() - set(FILE_KEYS):
        raise Unreadable(_say("unknown_key", lang, where=path.name, key=unknown, known=", ".join(FILE_KEYS)))
    if not isinstance(document.get("plan"), str) or not document.get("cases"):
        raise Unreadable(_say("no_cases", lang))
    return document


def _csv_rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


class _Reader:
    """Turns cases into rows of the tables: the case's id before every name keeps the households apart."""

    def __init__(self, plan: Plan, given: Mapping[str, Any], lang: str) -> None:
        self.plan, self.given, self.lang = plan, given, lang
        self.tables: dict[str, list[Row]] = {n: [] for n in ("people", "cover", "statuses", "claims", "lines", "reported")}

    def case(self, table: Mapping[str, Any], number: int) -> Case:
        case = Case(str(table.get("id", number)), str(table.get("title", "")), str(table.get("why", "")))
        case.payers = table.get("payers", ())
        for unknown in table.keys() - set(CASE_KEYS):
            case.faults.append(self._say("unknown_key", where=case.id, key=unknown, known=", ".join(CASE_KEYS)))
        for name in ("title", "why"):
            if not table.get(name):
                case.faults.append(self._say("missing_key", where=case.id, key=name))
        for name in GIVEN_KEYS:
            for row in table.get(name, self.given.get(name, ())):
                self._add(name, case, row)
        people = table.get("people", self.given.get("people", ()))
        first = people[0]["person"] if people else ""
        for claim_number, claim in enumerate(table.get("claims", ()), 1):
            self._claim(case, claim, claim_number, first)
        return case

    def _add(self, name: str, case: Case, row: Mapping[str, Any], **more: str) -> None:
        cells = {key: _cell(value) for key, value in row.items()} | more
        cells["household"] = case.id
        if "person" in cells:
            cells["person"] = f"{case.id}/{cells['person']}"
        self.tables[name].append(cells)

    def _claim(self, case: Case, claim: Mapping[str, Any], number: int, first: str) -> None:
        claim_id = f"{case.id}/{number}"
        cells = {key: value for key, value in claim.items() if key != "lines"}
        cells.setdefault("received_on", claim.get("care_to", claim.get("care_from")))
        self._add("claims", case, cells, claim=claim_id)
        for line_number, line in enumerate(claim.get("lines", ()), 1):
            values = {"person": first, "date": claim.get("care_from"), **line}
            where = self._say("line", claim=number, line=line_number, code=values.get("code", ""), day=values["date"])
            for layer, amount in values.pop("reported", {}).items():
                row = {"claim": claim_id, "line": str(line_number), "layer": layer, "paid": str(amount)}
                self.tables["reported"].append(row)
            self._expect(case, where, values)
            cells = {key: value for key, value in values.items() if key not in EXPECTED_KEYS}
            self._add("lines", case, cells, claim=claim_id, line=str(line_number))

    def _expect(self, case: Case, where: str, line: Mapping[str, Any]) -> None:
        row = len(self.tables["lines"])
        try:
            expected = Outcome(
                str(line["state"]), self._money(line["paid"]), self._money(line.get("reductions", {})), self._minor(line["share"])
            )
        except KeyError as missing:
            return case.faults.append(self._say("missing_key", where=where, key=missing.args[0]))
        except ValueError as why:
            return case.faults.append(self._say("not_an_amount", where=where, why=why))
        case.faults += self._unknown(where, expected)
        case.faults += self._does_not_add_up(where, line, expected)
        case.lines.append(ExpectedLine(where, row, expected))

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

    def _money(self, amounts: Mapping[str, str]) -> dict[str, int]:
        found = {name: self._minor(amount) for name, amount in amounts.items()}
        return {name: amount for name, amount in found.items() if amount}

    def _minor(self, amount: object) -> int:
        return minor(str(amount), self.plan.currency)

    def _say(self, key: str, **values: object) -> str:
        return _say(key, self.lang, **values)


def _cell(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _either(a: Mapping[str, int], b: Mapping[str, int]) -> list[str]:
    """The names whose amounts differ."""
    return [name for name in {**b, **a} if a.get(name, 0) != b.get(name, 0)]


def _say(key: str, lang: str, **values: object) -> str:
    return locale.text("cases", key, lang=lang, **values)
