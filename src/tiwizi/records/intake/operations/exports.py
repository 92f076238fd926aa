"""What another system exported, brought in as the tables that it becomes."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tiwizi.formats import openimis, synthea
from tiwizi.records.cover.operations import propose_plan
from tiwizi.records.intake.operations.imports import Arrived, Progress, bring_in
from tiwizi.records.trail.gate import By

CONVERTERS: dict[str, Callable[..., Any]] = {"openimis": openimis.convert, "synthea": synthea.convert}


def bring_in_export(
    by: By, src: Path, *, kind: str, on: date, currency: str = "", lang: str = "en", progress: Progress | None = None
) -> tuple[Arrived, int]:
    """What arrived, and the version of the plan that it came with, which somebody else publishes. ``kind``: one of
    CONVERTERS. Raises TableError (also formats' SourceError), Refused."""
    options = {"currency": currency} if kind == "openimis" else {}
    with TemporaryDirectory(prefix="tiwizi-import-") as scratch:
        folder = Path(scratch)
        CONVERTERS[kind](src, folder, lang=lang, **options)
        text = (folder / "plan.toml").read_text(encoding="utf-8")
        arrived = bring_in(
            by, folder, currency=_currency(text), on=on, declared=None, amounts_in="major", source=kind, lang=lang,
            progress=progress,
        )  # fmt: skip
    return arrived, propose_plan(by, text=text, effective_on=on)


def _currency(plan: str) -> str:
    return str(tomllib.loads(plan)["plan"]["currency"])
