"""What every batch of households is drawn from: read or drawn once for the whole mutual."""

from __future__ import annotations

from dataclasses import dataclass

from tiwizi.packs.generate.catalogue import Catalogue
from tiwizi.packs.generate.days import Days
from tiwizi.packs.generate.kinds import Kinds
from tiwizi.packs.generate.names import Names
from tiwizi.packs.generate.providers import Providers
from tiwizi.packs.generate.settings import Settings


@dataclass(frozen=True)
class Grant:
    """A lump sum of one of the funds; claimed in minor units."""

    name: str
    code: int  # position in the catalogue
    claimed: int
    ages: tuple[int, int]  # both included


@dataclass(frozen=True)
class World:
    settings: Settings
    names: Names
    catalogue: Catalogue
    kinds: Kinds
    days: Days
    providers: Providers
    grants: tuple[Grant, ...]
    channels: tuple[str, ...]
    currency: str
