"""The made-up mutual that is measured, and what it is decided by: both layers of the Moroccan pack, all rules on."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import numpy as np

from bench.clock import command
from bench.sizes import LINES_PER_FILE, MEMBERS_PER_FILE, Sizes
from tiwizi import packs
from tiwizi.formats.tables import Book, read_folder
from tiwizi.rules.adjudicate.columns import Column
from tiwizi.rules.plan.compile import CompiledPlan, compile_plan
from tiwizi.rules.plan.document import Plan

PLAN, SEED = "ma/public", 1


class Mutual:
    """Tables of so many files in a folder of their own, made when they are first asked for."""

    def __init__(self, scratch: Path, sizes: Sizes) -> None:
        self.scratch, self.sizes = scratch, sizes

    def tables(self, files: int, format: str = "parquet") -> Path:
        folder = self.scratch / f"tables-{files}-{format}"
        if not folder.exists():
            members = max(10, round(files * MEMBERS_PER_FILE))
            size = ("--members", members, "--files", files, "--seed", SEED)
            command("generate", *size, "--format", format, "--out", folder, "--json")
        return folder

    def tables_of_lines(self, lines: int) -> Path:
        return self.tables(round(lines / LINES_PER_FILE))

    @cached_property
    def plan_file(self) -> Path:
        pack, _, name = PLAN.partition("/")
        return packs.folder(pack) / "plans" / f"{name}.toml"

    @cached_property
    def plan(self) -> Plan:
        plan, problems = packs.read_plan_file(self.plan_file)
        assert plan is not None, problems
        return plan

    @cached_property
    def book(self) -> Book:
        return self.read(self.tables(self.sizes.files))

    @cached_property
    def compiled(self) -> CompiledPlan:
        return compile_plan(self.plan, self.book.tariff)

    def read(self, tables: Path) -> Book:
        tariffs = [self.plan_file.parent / name for name in self.plan.tariffs]
        return read_folder(tables, currency=self.plan.currency, tariff_files=tariffs)

    def some_households(self, count: int, *, seed: int = SEED) -> Column:
        """So many households, drawn once each, in their order."""
        of = self.book.facts.households
        return np.sort(np.random.default_rng(seed).choice(of, min(count, of), replace=False))
