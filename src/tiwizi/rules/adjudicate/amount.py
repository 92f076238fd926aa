"""An amount on its way from what was billed to what a layer pays, and the trail that it leaves."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Entry:
    """One line of a trail: the rule that spoke and what it took of the layer's amount."""

    reason: str
    clause: int
    cut: int


@dataclass
class Amount:
    """The amount of a line within a layer, on its way from what was billed to what is paid."""

    left: int
    entries: list[Entry] = field(default_factory=list)
    stopped: bool = False

    def to(self, value: int, reason: str, clause: int = 0) -> None:
        """Let a rule change the amount."""
        if value != self.left:
            self.entries.append(Entry(reason, clause, self.left - value))
            self.left = value

    def stop(self, reason: str, clause: int = 0) -> None:
        """Let a rule take all that is left, whatever it is."""
        self.entries.append(Entry(reason, clause, self.left))
        self.left, self.stopped = 0, True
