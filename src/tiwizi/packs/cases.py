"""Worked cases, run by the readable engine and by the kernel. docs/concepts/cases.md is the format.

What differs from what a case expects is said in sentences; nothing here decides anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tiwizi import locale, packs
from tiwizi.packs.case_file import Case, CaseFile, ExpectedLine, Outcome, Unreadable, load, plan_of, say
from tiwizi.rules.adjudicate import engine, reference
from tiwizi.rules.adjudicate.columns import Decisions
from tiwizi.rules.adjudicate.shares import allot
from tiwizi.rules.adjudicate.trail import trail
from tiwizi.rules.money import major
from tiwizi.rules.plan.compile import compile_plan
from tiwizi.rules.plan.document import Plan
from tiwizi.rules.terms import REASON_CODE, REASONS, STATES


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
        told = {"file": self.file, "name": self.name, "title": self.title, "why": self.why}
        return told | {"differences": list(self.differences)}


def run(path: Path, *, lang: str = "en") -> list[CaseResult]:
    """The results of every case in a file, or in the files of a folder, in their order.

    A file that cannot be run is one result whose difference says why. Raises OSError where there is no such file.
    """
    files = sorted(path.glob("*.toml")) if path.is_dir() else [path]
    return [result for file in files for result in _run_file(file, lang)]


def run_against(plan: Plan, *, lang: str = "en") -> list[CaseResult]:
    """The worked cases that the pack of the plan's country has for it, decided by this plan as it is; none for a
    country without cases."""
    folder = packs.folder(plan.country) / "cases" if plan.country in packs.available() else None
    files = sorted(folder.glob("*.toml")) if folder is not None else []
    about = [file for file in files if plan_of(file, lang).id == plan.id]
    return [result for file in about for result in _run_file(file, lang, plan)]


def _run_file(path: Path, lang: str, instead: Plan | None = None) -> list[CaseResult]:
    try:
        loaded = load(path, lang, instead=instead)
    except Unreadable as why:
        return [CaseResult(str(path), path.stem, path.stem, differences=(str(why),))]
    comparison = _Comparison(loaded, lang)
    return [CaseResult(str(path), case.id, case.title, case.why, tuple(comparison.of(case))) for case in loaded.cases]


def decide(loaded: CaseFile) -> dict[str, Decisions]:
    """The decisions of each engine, by the engine's key in locale/<lang>/cases.toml."""
    plan, facts, tariff = loaded.plan, loaded.book.facts, loaded.book.tariff
    return {
        "reference": reference.decide(plan, facts, tariff),
        "kernel": engine.decide(compile_plan(plan, tariff), facts, tariff),
    }


class _Comparison:
    """The decisions of both engines on a case file, beside what its cases expect."""

    def __init__(self, loaded: CaseFile, lang: str) -> None:
        facts = loaded.book.facts
        self.plan, self.lang = loaded.plan, lang
        self.position = {int(row): line for line, row in enumerate(facts.line_row)}
        self.repair = {
            (row.cells["claim"], row.cells["line"]): f"{row.reason} {row.way_out}"
            for row in loaded.book.repair.rows(lang)
            if row.table == "lines"
        }
        self.decided = {locale.text("cases", name, lang=lang): made for name, made in decide(loaded).items()}

    def of(self, case: Case) -> Iterator[str]:
        """What is not as the case expects, in sentences."""
        yield from case.faults
        for line in case.lines:
            at = self.position.get(line.row)
            if at is None:
                yield say("not_decided", self.lang, where=line.where, why=self.repair.get(line.key, ""))
                continue
            for by, decisions in self.decided.items():
                yield from self._amounts_differ(line, outcome(self.plan, decisions, at), by)
                yield from self._reasons(line, decisions, at, by)
        yield from self._payers(case)

    def _amounts_differ(self, line: ExpectedLine, found: Outcome, by: str) -> Iterator[str]:
        expected, where = line.outcome, {"where": line.where, "by": by, "lang": self.lang}
        if found.state != expected.state:
            yield say("state", **where, found=found.state, expected=expected.state)
        for layer in _either(found.paid, expected.paid):
            amounts = self._amounts(found.paid.get(layer, 0), expected.paid.get(layer, 0))
            yield say("paid", **where, layer=layer, **amounts)
        for reason in _either(found.reductions, expected.reductions):
            amounts = self._amounts(found.reductions.get(reason, 0), expected.reductions.get(reason, 0))
            yield say("reduction", **where, reason=reason, **amounts)
        if found.share != expected.share:
            yield say("share", **where, **self._amounts(found.share, expected.share))

    def _reasons(self, line: ExpectedLine, decisions: Decisions, at: int, by: str) -> Iterator[str]:
        spoken = [(self.plan.layers[entry.layer].id, entry.reason) for entry in trail(decisions, at)]
        for layer, reason in line.reasons.items():
            if (layer, reason) not in spoken:
                found = ", ".join(r for y, r in spoken if y == layer) or "–"
                yield say("reason", self.lang, where=line.where, by=by, layer=layer, found=found, expected=reason)

    def _payers(self, case: Case) -> Iterator[str]:
        """Who manages a layer on a day, where the case says so."""
        for payer in case.payers:
            layers = [layer for layer in self.plan.layers if layer.id == payer.layer]
            found = [p.name for layer in layers for p in layer.payers if p.dates.holds(payer.date)]
            if not any(payer.name in name.values() for name in found):
                names = ", ".join(name[self.lang] for name in found) or "–"
                day = payer.date.isoformat()
                yield say("payer", self.lang, day=day, layer=payer.layer, found=names, expected=payer.name)

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


def _either(a: Mapping[str, int], b: Mapping[str, int]) -> list[str]:
    """The names whose amounts differ."""
    return [name for name in {**b, **a} if a.get(name, 0) != b.get(name, 0)]
