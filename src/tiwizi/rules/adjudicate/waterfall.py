"""A decided line as a fall of bars: what was billed, what no payer recognises of it, the base that is left, who pays of
it, and what remains for the member. The same values are drawn on the desk, in the letter and on the phone.

Of 250.00 billed 100.00 are above the reference price; of the base of 150.00 one fund pays 120.00, another 24.00; the
member's share is 6.00:

    kind    amount    start
    billed  250.00     0.00
    cut     100.00   150.00
    base    150.00     0.00
    paid    120.00    30.00
    paid     24.00     6.00
    share     6.00     0.00

The sums are those of the decision: billed = cuts + base, base = what is paid + shares.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tiwizi.rules.adjudicate.accumulators import Histories
from tiwizi.rules.adjudicate.columns import Decisions, Facts, Tariff
from tiwizi.rules.adjudicate.explain import Telling, tellings
from tiwizi.rules.adjudicate.shares import allot_by_rule, primary
from tiwizi.rules.adjudicate.trail import Entry, Part
from tiwizi.rules.plan.document import Plan
from tiwizi.rules.terms import REASON_CODE, REASONS

KINDS = ("billed", "cut", "base", "paid", "share")


@dataclass(frozen=True)
class Step:
    """One bar, from ``start`` to ``start + amount`` in minor units of what was billed.

    kind: one of KINDS. name: for machines, the reason of a cut or share, the layer that pays; "" for the others.
    label: what it is called. rule: what the rule did, in a sentence without its full stop. clause: what the rule rests
    on, which may name the care; both "" where no rule speaks.
    """

    kind: str
    name: str
    label: str
    amount: int
    start: int = 0
    rule: str = ""
    clause: str = ""


@dataclass(frozen=True)
class Hint:
    """A rule that leaves nothing of a line or holds it, and what a person can do about it."""

    reason: str
    sentence: str
    way_out: str


@dataclass(frozen=True)
class Explained:
    """A decided line in the words of one language: as sentences, as bars, and what stands against it."""

    sentences: tuple[str, ...]
    waterfall: tuple[Step, ...]
    hints: tuple[Hint, ...]


def explained(
    plan: Plan, facts: Facts, tariff: Tariff, decisions: Decisions, lines: Sequence[int], *, lang: str,
    labels: Sequence[str], histories: Histories | None = None,
) -> list[Explained]:  # fmt: skip
    """Some lines of one household, by their positions in facts and decisions; ``labels``: what each act is called;
    ``histories``: as explain.tellings takes it."""
    told = tellings(plan, facts, tariff, decisions, lines, lang=lang, histories=histories)
    return [
        Explained(tuple(one.all(label)), tuple(_steps(one)), tuple(_hints(one)))
        for one, label in zip(told, labels, strict=True)
    ]


def waterfall(
    plan: Plan, facts: Facts, tariff: Tariff, decisions: Decisions, line: int, *, lang: str
) -> tuple[Step, ...]:
    """One line, by its position in facts and decisions."""
    return tuple(_steps(next(tellings(plan, facts, tariff, decisions, [line], lang=lang))))


def _steps(told: Telling) -> Iterator[Step]:
    cuts, shares = _unpaid(told)
    level = told.billed
    yield Step("billed", "", told.say("step_billed"), told.billed)
    for entry, amount in cuts:
        level -= amount
        yield _of_rule("cut", told, entry, amount, level)
    if level:
        yield Step("base", "", told.say("step_base"), level)
    for part in told.parts:
        if part.paid:
            level -= part.paid
            yield _of_payer(told, part, level)
    for entry, amount in shares:
        level -= amount
        yield _of_rule("share", told, entry, amount, level)
    assert level == 0, "a waterfall that does not end at nothing"


def _unpaid(told: Telling) -> tuple[list[tuple[Entry, int]], list[tuple[Entry, int]]]:
    """The rules that leave something unpaid: of no payer, and the member's own share."""
    cuts = [part.cuts for part in told.parts]
    if not cuts:
        return [], []
    entries = told.parts[primary(cuts)].entries
    found = allot_by_rule(told.billed, cuts, [part.paid for part in told.parts])
    rules = [(entries[place], amount) for place, amount in found]
    own = [REASONS[REASON_CODE[entry.reason]].effect == "share" for entry, _ in rules]
    return [r for r, share in zip(rules, own, strict=True) if not share], [
        r for r, share in zip(rules, own, strict=True) if share
    ]


def _of_rule(kind: str, told: Telling, entry: Entry, amount: int, start: int) -> Step:
    label = told.words.say("reasons", entry.reason)
    rule = "" if entry.reason == "rate" else told.rule(entry)  # what a rate gives is told with who pays
    return Step(kind, entry.reason, label, amount, start, rule, told.clause(entry))


def _of_payer(told: Telling, part: Part, start: int) -> Step:
    layer = told.words.plan.layers[part.layer]
    rules = told.rules(part)
    last = rules[-1] if rules else None
    return Step(
        "paid", layer.id, told.words.name(layer.name, layer.id), part.paid, start,
        told.rule(last) if last else "", told.clause(last) if last else "",
    )  # fmt: skip


def _hints(told: Telling) -> Iterator[Hint]:
    """Refusals and doubts, where nobody pays: what one layer alone does not cover is nothing to be warned of."""
    if any(part.paid for part in told.parts):
        return
    said = set()
    for part in told.parts:
        entry = part.entries[-1] if part.entries else None
        if entry and (entry.after == 0 or entry.effect == "review") and entry.reason not in said and not part.held:
            said.add(entry.reason)
            yield Hint(entry.reason, told.sentence(entry, cited=False), told.way_out(part))
