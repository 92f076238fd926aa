"""The letters of a batch, part by part: composed here, laid out in a process of its own, kept whole or not at all."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from subprocess import CalledProcessError

from django.db import Error, connection

from tiwizi.records.care.operations.letters import keep_part, lease_part
from tiwizi.records.care.queries.letter_runs import part_to_write
from tiwizi.records.care.queries.letters_made import mutual
from tiwizi.records.cover.queries import currency
from tiwizi.records.database import files
from tiwizi.records.people.operations.letters import packed
from tiwizi.records.trail.gate import By
from tiwizi.reports.letters.compose import Composed, Setting, of_orders
from tiwizi.reports.letters.print import printed_apart

_log = logging.getLogger(__name__)


def write_parts(by: Callable[[], By], *, clock: Callable[[], datetime], most: int = 10) -> int:
    """Write parts that wait, at most so many; how many that were. ``by``: the system, now."""
    done = 0
    while done < most and (part := lease_part(clock())) is not None:
        try:
            _write(by(), part)
        except (Error, CalledProcessError, AssertionError, LookupError, ValueError, OSError):
            _log.exception("letters, part %s", part)  # its lease runs out, and it is tried again
            connection.close_if_unusable_or_obsolete()
            continue
        done += 1
    return done


def _write(by: By, part: int) -> None:
    wanted, head = part_to_write(part), mutual()
    assert head is not None, "a batch of letters without a head"
    setting = Setting(head, currency() or "MAD", wanted.day)
    letters = list(of_orders(wanted.orders, setting, care=lambda _: wanted.tells_care))
    logo = files.read(head.logo) if head.logo else None
    pdf = printed_apart([letter.content for letter in letters], logo=logo)
    digest = files.keep(pdf)
    keep_part(replace(by, key=None), part=part, digest=digest, size=len(pdf), letters=[_row(one) for one in letters])


def _row(letter: Composed) -> tuple[int, str, str, bool, str, bytes]:
    return letter.household, letter.subject, letter.language, letter.tells_care, *packed(letter.content)
