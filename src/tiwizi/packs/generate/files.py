"""Sickness files: who, of what kind, by whom, when the care was and when the file came in."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from tiwizi.packs.generate.days import working_day
from tiwizi.packs.generate.draw import Rng, happens, pick_by_group, shares, whole
from tiwizi.packs.generate.events import Events, draw_events
from tiwizi.packs.generate.people import CHILD, FEMALE, ORPHAN, People
from tiwizi.packs.generate.settings import DAYS_A_YEAR, Table
from tiwizi.packs.generate.statuses import ILLNESS, Statuses
from tiwizi.packs.generate.world import World
from tiwizi.rules.adjudicate.columns import Column
from tiwizi.rules.period import NEVER
from tiwizi.rules.terms import ATTRIBUTES

NOBODY = -1
OTHER_SECTOR, OTHER_LEVEL = ATTRIBUTES["sector"].index("other"), ATTRIBUTES["level"].index("other")


@dataclass(frozen=True)
class Files:
    """Files in the order of their numbers: by household, then as they came in. Days since 1970-01-01."""

    household: Column
    person: Column  # row of People
    kind: Column  # position in World.kinds, -1 for a grant
    grant: Column  # position in World.grants, -1 for care
    provider: Column  # row of Providers, -1 for a grant
    sector: Column
    level: Column
    visit: Column
    care_from: Column
    care_to: Column
    received: Column
    to_provider: Column  # bool: third-party payment
    approved: Column  # bool
    channel: Column
    copy_of: Column  # row of the file that this one files again, -1 for the others

    def __len__(self) -> int:
        return len(self.person)

    def take(self, rows: Column) -> Files:
        """Some of the files, in the order given; ``copy_of`` still counts in the old rows."""
        return Files(**{field.name: getattr(self, field.name)[rows] for field in fields(Files)})


def draw_files(rng: Rng, count: int, people: People, statuses: Statuses, covered: Column, world: World) -> Files:
    """``count`` files of these people. covered: the day from which each household is covered."""
    again = min(round(count * world.settings["filing"]["duplicates"]), count // 3)
    events = draw_events(rng, people, statuses, covered, world, most=(count - again) // 4)
    files = _originals(rng, count - again, events, people, statuses, covered, world)
    files = _with_copies(rng, files, again, world)
    order = np.lexsort((files.copy_of, files.care_from, files.received, files.household))
    new_row = np.empty(len(order) + 1, np.int64)
    new_row[order], new_row[-1] = np.arange(len(order)), -1
    files = files.take(order)
    return replace(files, copy_of=new_row[files.copy_of])


def _originals(
    rng: Rng, count: int, events: Events, people: People, statuses: Statuses, covered: Column, world: World
) -> Files:
    kinds, filing, ordinary = world.kinds, world.settings["filing"], count - len(events)
    person = np.concatenate((_who(rng, ordinary, people, statuses, covered, world), events.person))
    kind = np.concatenate((_kinds(rng, person[:ordinary], people, statuses, world), events.kind))
    household, care = people.household[person], kind >= 0
    care_from, care_to, received = _dates(rng, person, kind, events, people, covered, world)
    provider, sector, level = _providers(rng, kind, household, len(covered), world)
    third_party = happens(rng, np.where(care, kinds.third_party[kind], 0.0), count)
    return Files(
        household=household,
        person=person,
        kind=kind,
        grant=np.concatenate((np.full(ordinary, -1), events.grant)),
        provider=provider,
        sector=sector,
        level=level,
        visit=np.where(care, pick_by_group(kinds.visit_running, np.maximum(kind, 0), rng.random(count)), 0),
        care_from=care_from,
        care_to=care_to,
        received=received,
        to_provider=third_party,
        approved=happens(rng, np.where(care, kinds.approved[kind], 0.0), count),
        channel=_channels(rng, third_party, filing),
        copy_of=np.full(count, -1),
    )


def _dates(
    rng: Rng, person: Column, kind: Column, events: Events, people: People, covered: Column, world: World
) -> tuple[Column, Column, Column]:
    """First and last day of care, and day received: within the person's life and the window; a few before the cover."""
    settings, kinds, filing, count = world.settings, world.kinds, world.settings["filing"], len(person)
    care, start, born = kind >= 0, covered[people.household[person]], people.birth[person]
    low, high = (np.where(care, kinds.span[kind, i], 0) for i in (0, 1))
    span = np.floor(low + (high - low + 1) * rng.random(count) ** 1.5).astype(np.int64)
    delay = _delays(rng, count, filing)
    earliest = np.maximum(np.maximum(settings.first, born + 3), start)
    latest = np.minimum(settings.until - delay - span, people.death[person] - 1)
    care_from = world.days.draw(rng, kinds.every_day[kind] & care, earliest, latest)
    early = happens(rng, filing["before_cover"], count) & (start > settings.first)
    ahead = np.maximum(start - rng.integers(3, 60, count), born + 3)
    care_from = np.where(early, np.minimum(care_from, ahead), care_from)
    care_from[count - len(events) :] = events.day
    last = np.minimum(settings.until, people.death[person])
    care_to = np.maximum(np.minimum(care_from + span, last), care_from)
    return care_from, care_to, np.minimum(working_day(care_to + delay, care_to), settings.until)


def _who(rng: Rng, count: int, people: People, statuses: Statuses, covered: Column, world: World) -> Column:
    """Rows of the people whose files they are: some households and some people need far more care than others."""
    settings, use = world.settings, world.settings["use"]
    weight = np.array(use["by_age"])[settings.band(people.birth, settings.until)]
    weight = weight * np.where(people.sex == FEMALE, use["women"], 1.0)
    weight[statuses.person[statuses.status == ILLNESS]] *= use["long_term_illness"]
    weight *= np.array([use["by_role"].get(role, 1.0) for role in ATTRIBUTES["role"]])[people.role]
    grown = settings.until - people.birth > settings["children"]["listed_until"] * DAYS_A_YEAR
    weight *= np.where(grown & np.isin(people.role, (CHILD, ORPHAN)), use["over_age"], 1.0)
    household = np.exp(use["households"] * rng.standard_normal(len(covered)))
    household *= np.where(happens(rng, use["heavy"], len(covered)), use["heavy_factor"], 1.0)
    weight *= household[people.household] * np.exp(use["people"] * rng.standard_normal(len(people)))
    begins = np.maximum(np.maximum(people.birth + 3, covered[people.household]), settings.first)
    ends = np.minimum(people.death, settings.until - 30)
    weight *= np.clip(ends - begins, 0, None) / (settings.until - settings.first)
    weight += 1e-9 * (people.death == NEVER)
    return np.repeat(np.arange(len(people)), rng.multinomial(count, weight / weight.sum()))


def _kinds(rng: Rng, person: Column, people: People, statuses: Statuses, world: World) -> Column:
    ill = np.zeros(len(people), np.int64)
    ill[statuses.person[statuses.status == ILLNESS]] = 1
    group = 2 * world.settings.band(people.birth[person], world.settings.until) + ill[person]
    return pick_by_group(world.kinds.running, group, rng.random(len(person)))


def _delays(rng: Rng, count: int, filing: Table) -> Column:
    """Days from the end of care to reception: three at least before the limit (a week-end moves it), or after it."""
    median, spread = filing["delay"]
    ordinary = np.clip(median * np.exp(spread * rng.standard_normal(count)), 1, filing["limit"] - 3)
    late = filing["limit"] + 1 + rng.exponential(filing["late_by"], count)
    days = np.where(happens(rng, filing["late"], count), np.minimum(late, 330), ordinary)
    return np.asarray(days.astype(np.int64))


def _providers(
    rng: Rng, kind: Column, household: Column, households: int, world: World
) -> tuple[Column, Column, Column]:
    providers, care = world.providers, kind >= 0
    home = providers.draw_cities(rng, households)[household]
    wanted = pick_by_group(world.kinds.provider_running, np.maximum(kind, 0), rng.random(len(kind)))
    provider = np.where(care, providers.draw(rng, wanted, home), NOBODY)
    sector = np.where(care, providers.sector[provider], OTHER_SECTOR)
    return provider, sector, np.where(care, providers.level[provider], OTHER_LEVEL)


def _channels(rng: Rng, third_party: Column, filing: Table) -> Column:
    """Positions in World.channels; the last is the one by which providers send theirs."""
    running = shares(filing["channels"])
    drawn = np.searchsorted(running, rng.random(len(third_party)), side="right")
    return np.where(third_party, len(running), drawn)


def _with_copies(rng: Rng, files: Files, again: int, world: World) -> Files:
    """Some care is filed a second time, days later and over another channel, by the member."""
    settings, filing = world.settings, world.settings["filing"]
    low, high = filing["duplicate_after"]
    room = np.flatnonzero((files.grant < 0) & (files.received + high <= settings.until))
    again = min(again, len(room))
    chosen = np.sort(rng.permutation(room)[:again])
    copies, channels = files.take(chosen), len(filing["channels"])
    other = (copies.channel + 1 + rng.integers(0, channels - 1, again)) % channels
    later = np.minimum(working_day(copies.received + whole(rng, (low, high), again), copies.received), settings.until)
    copies = replace(copies, received=later, channel=other, to_provider=np.zeros(again, bool), copy_of=chosen)
    return _join(files, copies)


def _join(one: Files, other: Files) -> Files:
    names = [field.name for field in fields(Files)]
    return Files(**{name: np.concatenate((getattr(one, name), getattr(other, name))) for name in names})
