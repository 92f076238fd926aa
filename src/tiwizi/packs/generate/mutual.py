"""A realistic mutual, written as the tables of docs/concepts/tables.md.

Households are drawn in batches, each from its own stream of random numbers: the same seed gives the same bytes, and
memory does not grow with the mutual.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import numpy as np

from tiwizi.packs import folder as pack_folder
from tiwizi.packs import read_plan_file
from tiwizi.packs.generate.catalogue import Catalogue, read_catalogue
from tiwizi.packs.generate.cover import draw_cover
from tiwizi.packs.generate.days import read_days
from tiwizi.packs.generate.draw import Rng
from tiwizi.packs.generate.files import draw_files
from tiwizi.packs.generate.kinds import read_kinds
from tiwizi.packs.generate.lines import draw_lines
from tiwizi.packs.generate.mistakes import plant
from tiwizi.packs.generate.names import read_names
from tiwizi.packs.generate.people import draw_people
from tiwizi.packs.generate.providers import draw_providers
from tiwizi.packs.generate.settings import Settings, Table, read_settings
from tiwizi.packs.generate.statuses import draw_statuses
from tiwizi.packs.generate.summary import Summary, facts
from tiwizi.packs.generate.tables import Batch, arrow_tables
from tiwizi.packs.generate.text import as_text, vary
from tiwizi.packs.generate.world import Grant, World
from tiwizi.packs.generate.writing import Folder
from tiwizi.rules.money import minor

HOUSEHOLDS_A_BATCH = 16_384
UNTIL = date(2026, 10, 31)
#: What is drawn from separate streams, so that planting mistakes changes nothing else.
DRAWING, PLANTING, SETTING_UP = range(3)
Progress = Callable[[int, int], None]


def generate(
    folder: Path,
    *,
    members: int,
    files: int,
    seed: int,
    country: str = "ma",
    format: str = "parquet",
    mistakes: bool = True,
    clustered: bool = True,
    until: date = UNTIL,
    progress: Progress | None = None,
) -> Summary:
    """Writes people, statuses, cover, claims and lines for so many members (a household each) and sickness files.

    format: "parquet" or "csv". mistakes: plant bad rows, at the rates of the pack's generator.toml, and count them.
    clustered: claims and lines by household; else as the files came in. until: the last day received. progress is told
    (files drawn, files in all) after each batch.
    """
    assert members >= 1 and files >= 0, (members, files)
    world = read_world(country, members=members, seed=seed, until=until)
    rows, planted, variants, figures = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    with Folder(folder, format, clustered=clustered) as out:
        for number, start in enumerate(range(0, members, HOUSEHOLDS_A_BATCH)):
            stop = min(start + HOUSEHOLDS_A_BATCH, members)
            first_file, last_file = files * start // members, files * stop // members
            rng = _stream(seed, DRAWING, number)
            batch = _draw(rng, world, start, stop - start, first_file, last_file - first_file)
            tables = arrow_tables(batch, world)
            rng = _stream(seed, PLANTING, number)
            if format == "csv":
                tables = {name: as_text(table) for name, table in tables.items()}
            if mistakes:
                done = plant(rng, batch, tables, world.settings, as_text=format == "csv")
                tables, planted = done.tables, planted + done.counts
            if format == "csv":
                tables["lines"], other = vary(rng, tables["lines"], world.settings)
                variants += other
            out.add(tables)
            rows.update({name: table.num_rows for name, table in tables.items()})
            figures.update(facts(batch, world.settings))
            if progress is not None:
                progress(last_file, files)
    return Summary(dict(rows), dict(planted), dict(variants), dict(figures))


def read_world(country: str, *, members: int, seed: int, until: date) -> World:
    """What the whole mutual is drawn from: the country's pack, and its providers."""
    pack = pack_folder(country)
    settings = read_settings(pack, until)
    plan, problems = read_plan_file(pack / settings["plan"])
    assert plan is not None, problems
    catalogue = read_catalogue(plan, settings)
    return World(
        settings=settings,
        names=read_names(pack / "names.csv"),
        catalogue=catalogue,
        kinds=read_kinds(settings),
        days=read_days(settings),
        providers=draw_providers(_stream(seed, SETTING_UP, 0), members, settings),
        grants=_grants(settings, catalogue, plan.currency),
        channels=(*settings["filing"]["channels"], settings["filing"]["third_party_channel"]),
        currency=plan.currency,
    )


def _stream(seed: int, purpose: int, number: int) -> Rng:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, purpose, number])))


def _grants(settings: Settings, catalogue: Catalogue, currency: str) -> tuple[Grant, ...]:
    """The grants whose codes the tariff knows."""
    grants = []
    for name, entry in settings["grants"].items():
        for table in entry if isinstance(entry, list) else [entry]:
            if isinstance(table, Mapping) and table["code"] in catalogue.codes:
                grants.append(_grant(name, table, catalogue, currency))
    return tuple(grants)


def _grant(name: str, table: Table, catalogue: Catalogue, currency: str) -> Grant:
    low, high = table.get("ages", (0, 200))
    return Grant(name, catalogue.codes.index(table["code"]), minor(table["claimed"], currency), (low, high))


def _draw(rng: Rng, world: World, start: int, households: int, first_file: int, files: int) -> Batch:
    people = draw_people(rng, households, world.settings, world.names)
    statuses = draw_statuses(rng, people, world.settings)
    cover, covered = draw_cover(rng, people, world.settings)
    drawn = draw_files(rng, files, people, statuses, covered, world)
    lines = draw_lines(rng, drawn, people, statuses, world)
    return Batch(start, first_file, people, statuses, cover, drawn, lines)
