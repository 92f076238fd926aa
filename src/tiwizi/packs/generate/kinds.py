"""The kinds of file that generator.toml describes, as columns by kind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tiwizi.packs.generate.draw import cumulative
from tiwizi.packs.generate.settings import Settings, Table
from tiwizi.rules.adjudicate.columns import Column
from tiwizi.rules.terms import ATTRIBUTES

VISITS = ATTRIBUTES["visit"]


@dataclass(frozen=True)
class Kinds:
    """``tables`` are the entries of [[files]]; the columns have a row for each of them."""

    tables: tuple[Table, ...]
    provider_running: Column  # [kinds, provider kinds]
    visit_running: Column  # [kinds, visits]
    span: Column  # [kinds, 2] days; nights for a stay
    stay: Column  # bool
    hospital: Column  # bool
    every_day: Column  # bool
    third_party: Column
    approved: Column
    running: Column  # [age band x 2 + ill, kinds]
    birth_running: Column  # [kinds]: which kind of file a birth brings


def read_kinds(settings: Settings) -> Kinds:
    tables = tuple(settings["files"])
    providers, bands = list(settings["providers"]), len(settings["ages"])
    weight = np.zeros((bands * 2, len(tables)))
    for at, table in enumerate(tables):
        by_age = np.array(table.get("by_age", [1.0] * bands)) * table["weight"]
        weight[0::2, at], weight[1::2, at] = by_age, by_age * table.get("illness", 1.0)
    return Kinds(
        tables=tables,
        provider_running=cumulative(np.array([[t["providers"].get(p, 0.0) for p in providers] for t in tables])),
        visit_running=cumulative(np.array([[_visits(t).get(v, 0.0) for v in VISITS] for t in tables])),
        span=np.array([t.get("stay", t.get("span", [0, 0])) for t in tables]),
        stay=np.array(["stay" in t for t in tables]),
        hospital=np.array([t.get("setting") == "hospital" for t in tables]),
        every_day=np.array([t.get("every_day", False) for t in tables]),
        third_party=np.array([t.get("third_party", 0.0) for t in tables]),
        approved=np.array([t.get("approved", 0.0) for t in tables]),
        running=cumulative(weight),
        birth_running=cumulative(np.array([t.get("birth", 0.0) for t in tables])),
    )


def _visits(table: Table) -> Table:
    visits: Table = table.get("visit", {"ordinary": 1.0})
    return visits
