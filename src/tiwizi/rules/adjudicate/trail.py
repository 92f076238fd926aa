"""The trail of a line as values: which rule spoke, in which step of the plan, and what it took."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tiwizi.rules.adjudicate.columns import Decisions, unpack_rule
from tiwizi.rules.plan.document import Plan, clauses, steps
from tiwizi.rules.terms import REASON_CODE, REASONS

#: Reasons for which one layer of several may refuse without anything being wrong: told in a word, at the end.
ASIDE = ("no_cover", "not_covered")


@dataclass(frozen=True)
class Entry:
    """One rule that spoke on a line, with the layer's amount before it (minor units) and what it took.

    prior: what earlier steps had paid by then.
    """

    layer: int
    reason: str
    clause: int
    before: int
    cut: int
    prior: int = 0

    @property
    def after(self) -> int:
        return self.before - self.cut

    @property
    def effect(self) -> str:
        return REASONS[REASON_CODE[self.reason]].effect

    @property
    def refuses(self) -> bool:
        return self.effect == "refusal" or (self.reason in ("count", "approved_quantity") and self.after == 0)


@dataclass(frozen=True)
class Part:
    """What one step of the plan did with a line."""

    layer: int
    entries: tuple[Entry, ...]
    paid: int
    #: Whether the line is held here only because an earlier layer cannot decide it yet.
    held: bool = False

    @property
    def aside(self) -> bool:
        return len(self.entries) == 1 and self.entries[0].reason in ASIDE

    @property
    def waits(self) -> bool:
        return any(entry.effect == "review" for entry in self.entries)

    @property
    def refused(self) -> bool:
        return bool(self.entries) and self.entries[-1].refuses

    @property
    def cuts(self) -> list[tuple[int, int]]:
        """The cuts as ``shares`` takes them."""
        return [(REASON_CODE[entry.reason], entry.cut) for entry in self.entries]


def trail(decisions: Decisions, line: int) -> list[Entry]:
    """The rules that spoke on a line. In each layer the amount starts from what was billed."""
    left: dict[int, int] = {}
    entries = []
    for row in range(int(decisions.trail_start[line]), int(decisions.trail_start[line + 1])):
        layer, reason, clause = unpack_rule(int(decisions.trail_rule[row]))
        before, cut = left.get(layer, int(decisions.billed[line])), int(decisions.trail_cut[row])
        entries.append(Entry(layer, REASONS[reason].name, clause, before, cut))
        left[layer] = before - cut
    return entries


def parts(plan: Plan, decisions: Decisions, line: int) -> list[Part]:
    """The steps that were evaluated: the layer that decided each, or the one that carries the refusal."""
    entries = [entry for entry in trail(decisions, line) if entry.effect != "note"]
    found: list[Part] = []
    for step, layers in enumerate(steps(plan)):
        prior = sum(part.paid for part in found)
        own = tuple(replace(entry, prior=prior) for entry in entries if entry.layer in layers)
        layer = int(decisions.chosen[line, step])
        if layer < 0 and own:
            layer = own[0].layer
        if layer >= 0:
            found.append(Part(layer, own, int(decisions.paid[line, step]), held=_held(own, found)))
    return found


def _held(entries: tuple[Entry, ...], earlier: list[Part]) -> bool:
    waits = len(entries) == 1 and entries[0].effect == "review" and not entries[0].clause
    return waits and any(entry.reason == entries[0].reason for part in earlier for entry in part.entries)


def codes(plan: Plan, decisions: Decisions, line: int) -> list[dict[str, str | int]]:
    """The trail of a line for machines: layer, reason, clause id, source id, and minor units before, after and cut."""
    blocks = clauses(plan)
    return [
        {
            "layer": plan.layers[entry.layer].id,
            "reason": entry.reason,
            "clause": getattr(blocks[entry.clause], "id", ""),
            "source": block.dates.source if (block := blocks[entry.clause]) else "",
            "before": entry.before,
            "after": entry.after,
            "cut": entry.cut,
        }
        for entry in trail(decisions, line)
    ]
