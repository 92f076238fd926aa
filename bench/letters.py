"""Statements of reimbursement: composed from the records and laid out, by two processes, as workers do it.

The files of a small made-up mutual are told over and over until there are so many letters: each is composed anew, and
each part is laid out by a process of its own, so that nothing is remembered from one to the next. Once a letter a file;
once a letter a payment, where each payment of that mutual settles two years of files, 3.8 on average.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from bench.figure import Figure
from bench.mutual import Mutual

if TYPE_CHECKING:
    from tiwizi.reports.letters.compose import Composed

MEMBERS, FILES = 300, 900
WORKERS = 2
#: Letters of a part, as records/care/operations/letters.py has it, which is not asked here: it wants a database first.
PART = 50


def figures(mutual: Mutual) -> list[Figure]:
    records = _records(mutual.scratch)
    found = []
    for count in _counts(mutual.sizes.orders):
        for of, asked in (("file", "at most"), ("payment", None)):
            took, cpu, pages, size = write(records, count, of)
            each = f"{pages / count:.1f} pages, {size // count // 1000} kB, {cpu / count * 1000:.0f} ms of a core each"
            target = 300 * count / 10_000
            found.append(Figure(f"{count:,} statements, each of a {of}", "s", took, asked, target, each))
    return found


def _counts(orders: int) -> tuple[int, ...]:
    return (1_000, 10_000) if orders >= 200_000 else (1_000,) if orders >= 20_000 else (20,)


def _records(folder: Path) -> str:
    """A demo's records, made by the command itself."""
    out = folder / "letters"
    words = ["demo", "--once", "--members", str(MEMBERS), "--files", str(FILES), "--out", str(out), "--force"]
    subprocess.run([sys.executable, "-m", "tiwizi", *words], check=True, capture_output=True)
    return str(out / "records.sqlite3")


def write(records: str, count: int, of: str) -> tuple[float, float, int, int]:
    """(seconds, seconds of processors, pages, bytes) of so many letters, each of a "file" or a "payment"."""
    parts = [min(PART, count - first) for first in range(0, count, PART)]
    with ProcessPoolExecutor(WORKERS, get_context("spawn"), _open, (records,)) as pool:
        list(
            pool.map(_part, [0] * WORKERS, [1] * WORKERS, [of] * WORKERS)
        )  # plan and tariff are read before the clock starts
        began = perf_counter()
        done = list(pool.map(_part, range(len(parts)), parts, [of] * len(parts)))
        took = perf_counter() - began
    return took, sum(cpu for cpu, *_ in done), sum(pages for _, pages, _ in done), sum(size for *_, size in done)


def _open(records: str) -> None:
    os.environ |= {"TIWIZI_DATABASE": records, "DJANGO_SETTINGS_MODULE": "tiwizi.site.settings"}
    os.environ.setdefault("TIWIZI_SECRET", "only to measure " * 4)
    import django

    django.setup()


def _part(number: int, count: int, of: str) -> tuple[float, int, int]:
    import pypdfium2

    from tiwizi.reports.letters.print import printed_apart

    before = _spent()
    pdf = printed_apart([letter.content for letter in _letters(number * PART, count, of)])
    spent = _spent() - before
    document = pypdfium2.PdfDocument(pdf)
    pages = len(document)
    document.close()
    return spent, pages, len(pdf)


def _letters(first: int, count: int, of: str) -> list[Composed]:
    from tiwizi.records.care.queries.letters import orders_of_batch
    from tiwizi.records.care.queries.letters_made import mutual
    from tiwizi.records.money.queries.batches import batches
    from tiwizi.reports.letters.compose import Setting, of_claim, of_orders

    head = mutual()
    assert head is not None
    setting = Setting(head, "MAD", date(2026, 11, 25))
    if of == "payment":
        orders = [order for batch in batches() for order in orders_of_batch(batch.batch)]
        return list(of_orders(_around(orders, first, count), setting, care=lambda _: True))
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT l.claim_id FROM care_decision d JOIN care_line l ON l.id = d.line_id ORDER BY 1"
        )
        claims = [claim for (claim,) in cursor.fetchall()]
    return [of_claim("statement", claim, setting, care=True) for claim in _around(claims, first, count)]


def _around(ids: list[int], first: int, count: int) -> list[int]:
    """So many of them, from the first on, again from the start where they end."""
    return [ids[place % len(ids)] for place in range(first, first + count)]


def _spent() -> float:
    """Seconds of processors, of this process and those that it started and that have ended."""
    own, started = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + started.ru_utime + started.ru_stime
