"""What the decision on a line adds up to, in sentences: who pays what, who takes over what, and what is left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tiwizi.rules.adjudicate.facts import Line
from tiwizi.rules.adjudicate.shares import Cuts, allot, member_share, primary
from tiwizi.rules.adjudicate.trail import Part
from tiwizi.rules.plan.document import names
from tiwizi.rules.plan.wording import Wording
from tiwizi.rules.terms import REASONS


@dataclass(frozen=True)
class Closing:
    """The sums of one line. parts: its steps; waiting: whether a person looks before it is paid."""

    words: Wording
    line: Line
    billed: int
    parts: Sequence[Part]
    waiting: bool

    def sentences(self) -> Iterator[str]:
        paid = sum(part.paid for part in self.parts)
        unpaid = allot(self.billed, [part.cuts for part in self.parts], [part.paid for part in self.parts])
        yield self._paid(paid) + "."
        if unpaid:
            yield from self._taken_over(unpaid)
            yield self._told("bears" if self._member_paid else "not_paid", unpaid) + "."
        share = member_share(unpaid)
        sums = {"billed": self.billed, "paid": paid, "reductions": self.billed - paid - share, "share": share}
        yield self._say("balance", **{name: self.words.money(amount) for name, amount in sums.items()}) + "."
        if self.waiting:
            yield self._say("waits") + "."

    def _say(self, key: str, **values: object) -> str:
        return self.words.say("explain", key, **values)

    def _layer(self, part: Part) -> str:
        layer = self.words.plan.layers[part.layer]
        return self.words.name(layer.name, layer.id)

    def _paid(self, paid: int) -> str:
        if not paid:
            return self._say("paid_nothing_yet" if any(part.waits for part in self.parts) else "paid_nothing")
        amounts = [
            self._say("amount_of", who=self._layer(part), amount=self.words.money(part.paid))
            for part in self.parts
            if part.paid
        ]
        key = "paid_all" if paid == self.billed else "paid"
        return self._say(key, paid=self.words.money(paid), payers=self.words.joined(amounts))

    def _taken_over(self, unpaid: Cuts) -> Iterator[str]:
        """What the layer in whose words the rest is told leaves by itself, and what the others take over of it."""
        at = primary([part.cuts for part in self.parts])
        own = self.parts[at]
        prior = sum(part.paid for part in self.parts[:at])
        already = min(prior, sum(cut for reason, cut in own.cuts if REASONS[reason].effect == "paid"))
        alone = allot(self.billed, [own.cuts], [own.paid + already])
        taken = _sum(alone) - _sum(unpaid)
        if taken:
            later = [part for part in self.parts[at + 1 :] if part.paid]
            others = later if sum(part.paid for part in later) == taken else [*self.parts[:at], *later]
            layers = self.words.joined(self._layer(part) for part in others if part.paid)
            values = {"layer": self._layer(own), "layers": layers, "taken": self.words.money(taken)}
            yield self._told("taken_over" if later else "already_paid", alone, **values) + "."

    @property
    def _member_paid(self) -> bool:
        """Whether the member has spent what is left unpaid: not under third-party payment, not for a grant, and not
        where the same care is claimed twice."""
        plan, line = self.words.plan, self.line
        group = category.group if (category := plan.categories.get(line.category)) else ""
        rules = (rule for layer in plan.layers for rule in layer.coverage)
        grant = any(r.base == "lump_sum" and names(r.targets, line.code, line.category, group) for r in rules)
        twice = any(entry.reason == "duplicate" for part in self.parts for entry in part.entries)
        return line.claim.attributes["payee"] == "member" and not (grant or twice or self.waiting)

    def _told(self, key: str, cuts: Cuts, **values: str) -> str:
        """A sum with its parts by reason: "106.00 DH, which is 100.00 DH (...) and 6.00 DH (...)"."""
        by_reason: dict[str, int] = {}
        for code, cut in cuts:
            reason = self.words.say("reasons", REASONS[code].name)
            by_reason[reason] = by_reason.get(reason, 0) + cut
        money = self.words.money
        told = [self._say("part", amount=money(cut), reason=reason) for reason, cut in by_reason.items()]
        whole = told[0]
        if len(told) > 1:
            whole = self._say("sum", whole=money(_sum(cuts)), parts=self.words.joined(told))
        return self._say(key, sum=whole, **values)


def _sum(cuts: Cuts) -> int:
    return sum(cut for _, cut in cuts)
