"""How much is measured: all of it, a little to try, and next to nothing for the tests."""

from __future__ import annotations

from dataclasses import dataclass

#: Of the made-up mutual; a file has 2.7 lines.
MEMBERS_PER_FILE = 150 / 550
LINES_PER_FILE = 2.715


@dataclass(frozen=True)
class Sizes:
    """``growth`` are the lines of ever larger runs; ``runs`` is how often a figure is taken."""

    name: str
    files: int
    growth: tuple[int, ...]
    reference_lines: int
    random_lines: int
    single_claims: int
    orders: int
    runs: int


FULL = Sizes(
    "full",
    files=550_000,
    growth=(1_000_000, 3_300_000, 10_000_000),
    reference_lines=20_000,
    random_lines=1_000_000,
    single_claims=2_000,
    orders=200_000,
    runs=5,
)
QUICK = Sizes(
    "quick",
    files=20_000,
    growth=(10_000, 33_000, 100_000),
    reference_lines=2_000,
    random_lines=10_000,
    single_claims=300,
    orders=20_000,
    runs=3,
)
TINY = Sizes(
    "tiny",
    files=150,
    growth=(200, 660, 2_000),
    reference_lines=60,
    random_lines=300,
    single_claims=10,
    orders=200,
    runs=1,
)
