"""Acts of several people, or of one at several windows, in the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection

from tiwizi.records.trail.refusal import Refused


def at_once(*acts: Callable[[], Any]) -> list[str]:
    """What each was told: the key of its refusal, "" where it was done; sorted."""
    begin = Barrier(len(acts))

    def told(act: Callable[[], Any]) -> str:
        begin.wait()
        try:
            act()
        except Refused as refused:
            return refused.key
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(len(acts)) as people:
        return sorted(people.map(told, acts))
