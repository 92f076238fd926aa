"""The desk's search box over 1.5 million people, on both databases: how long an answer takes, and the index to write.

python -m bench.desk_search sqlite 1500000 /tmp/search
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from time import perf_counter, process_time
from typing import Any

VENDORS = ("postgresql", "sqlite")
PART, PEOPLE_EACH, FAMILIES, REGIONS = 250_000, 3, 40_000, 12
NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
SYLLABLES = (
    ("be", "ب"), ("na", "نا"), ("la", "لا"), ("ra", "را"), ("mi", "مي"), ("sou", "سو"), ("ta", "طا"), ("ka", "قا"),
    ("di", "دي"), ("ha", "حا"), ("cha", "شا"), ("gha", "غا"), ("fi", "في"), ("zou", "زو"), ("ja", "جا"), ("kha", "خا"),
)  # fmt: skip
ASKED = (
    "fatima", "mohamed", "فاطمة", "محمد", "benani", "fatima zahra", "mohamed alaoui", "alaoui moh", "khadja", "abd",
    "مح بنا", "benna fat", "yusef", "hasan elalaoui", "zzzz", "مصطفا", "bena", "naïma", "soumaya", "ab",
)  # fmt: skip


def main(vendor: str, people: int, scratch: Path) -> None:
    from tests.databases import fresh_database, set_up_django

    set_up_django()
    folder = scratch / f"search-{vendor}"
    folder.mkdir(parents=True, exist_ok=True)
    with fresh_database(vendor, folder):
        took = _bring_in(people) | _ask()
    print(json.dumps(took))


def _bring_in(people: int) -> dict[str, float]:
    """As an import writes people, a part at a time; how long it took, and of that the index."""
    from django.db import transaction

    from tiwizi.records.database.findings import Findings
    from tiwizi.records.people.bulk import people as bulk
    from tiwizi.records.people.models import Region
    from tiwizi.records.trail.gate import By

    index, spent = bulk.index_names, [0.0]

    def timed(*told: Any) -> None:
        started = perf_counter()
        index(*told)
        spent[0] += perf_counter() - started

    bulk.index_names = timed
    for number in range(REGIONS):
        Region.objects.create(code=f"R{number}", name_ar=f"ج {number}", name_latin=f"R {number}")
    by, started = By(1, (), NOW), perf_counter()
    for part in _parts(people):
        with transaction.atomic():
            bulk.write(bulk.compare(part, on=20_000, findings=Findings()), by=by)
    took = perf_counter() - started
    print("brought in", took, "index", spent[0], file=sys.stderr)
    return {"people": people, "bring in": took, "of that the index": spent[0]}


def _parts(people: int) -> Iterator[Any]:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    from tiwizi.records.people.bulk.people import Stated

    rng = np.random.default_rng(1)
    with Path("src/tiwizi/packs/ma/names.csv").open(encoding="utf-8") as file:
        known = list(csv.DictReader(file))
    first = [row for row in known if row["kind"] != "family"]
    family = [(row["latin"], row["arabic"]) for row in known if row["kind"] == "family"]
    made = rng.integers(0, len(SYLLABLES), (FAMILIES, 4))
    family += [tuple("".join(SYLLABLES[at][side] for at in row) for side in (0, 1)) for row in made]  # type: ignore[misc]
    latin, arabic = (pa.array([name[side] for name in family]) for side in (0, 1))
    for low in range(0, people, PART):
        size = min(PART, people - low)
        given = np.minimum(rng.zipf(1.4, size) - 1, len(first) - 1)
        of = np.where(rng.random(size) < 0.5, np.minimum(rng.zipf(1.3, size) - 1, len(family) - 1), 0)
        of = np.where(of == 0, rng.integers(0, len(family), size), of)
        home = np.arange(size) // PEOPLE_EACH
        numbers = pa.array(np.arange(low, low + size)).cast(pa.string())
        homes = int(home[-1]) + 1
        names = [
            pc.binary_join_element_wise(pa.array([row[side] for row in first]).take(pa.array(given)), words, " ")
            for side, words in (("arabic", arabic.take(pa.array(of))), ("latin", latin.take(pa.array(of))))
        ]
        lead = np.arange(size) % PEOPLE_EACH == 0
        yield Stated(
            pc.binary_join_element_wise("H", pa.array(np.arange(low, low + homes)).cast(pa.string()), ""), home,
            pc.binary_join_element_wise("P", numbers, ""), names[0], names[1], rng.integers(0, 18_000, size),
            rng.integers(0, 2, size), np.where(lead, 0, 2), np.full(size, 19_000), np.ones(size, bool),
            pc.binary_join_element_wise("BK", pc.utf8_slice_codeunits(numbers, 0, 6), "") if low == 0
            else pa.array([""] * size, pa.string()),
            pc.binary_join_element_wise("06", pc.utf8_lpad(numbers, 8, "0"), ""),
            pa.array([f"R{at % REGIONS}" for at in home.tolist()]),
        )  # fmt: skip


def _ask() -> dict[str, Any]:
    """What people type, as it grows letter by letter, by somebody who sees all and by somebody of one region."""
    from django.db import connection

    from tiwizi.records.care.queries.search import find
    from tiwizi.records.people.models import Region
    from tiwizi.records.trail.gate import By
    from tiwizi.records.trail.roles import Grant

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    took: dict[str, Any] = {}
    region = Region.objects.order_by("id")[5].id
    for who, grant in (("everywhere", Grant("desk_agent")), ("of a region", Grant("desk_agent", region))):
        by = By(1, (grant,), NOW)
        asked = [
            *ASKED,
            *(word[:size] for word in ASKED for size in range(2, len(word))),
            "P1234",
            "0600012345",
            "BK77",
        ]
        times, busy = [], process_time()
        for words in asked:
            started = perf_counter()
            find(by, words, most=8)
            times.append(((perf_counter() - started) * 1000, words))
        ms = sorted(time for time, _ in times)
        cut = quantiles(ms, n=100)
        cpu = (process_time() - busy) * 1000 / len(ms)
        took[who] = {"questions": len(ms), "processor each": cpu, "p50": cut[49], "p95": cut[94], "max": ms[-1]}
        took[who]["slowest"] = sorted(times)[-5:]
        print(who, took[who], file=sys.stderr)
    return took


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
