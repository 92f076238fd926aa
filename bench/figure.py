"""One line of the result: what is measured, what is asked of it, what was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Asked = Literal["at least", "at most", "exactly"]


@dataclass(frozen=True)
class Figure:
    """``asked`` and ``target`` are left out where a figure only informs; ``measured`` is None where it could not be."""

    what: str
    unit: str
    measured: float | None
    asked: Asked | None = None
    target: float | None = None
    note: str = ""

    @property
    def reached(self) -> bool | None:
        """None where nothing is asked."""
        if self.asked is None or self.target is None:
            return None
        if self.measured is None:
            return False
        if self.asked == "exactly":
            return self.measured == self.target
        return self.measured >= self.target if self.asked == "at least" else self.measured <= self.target
