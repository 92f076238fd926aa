"""``with refused("same_book"):`` - the database itself refuses, by the constraint or guard of that name.

``with refuses("two_people"):`` - a verb refuses, for the reason of that name.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import IntegrityError, connection, transaction

from tiwizi.records.trail.refusal import Refused

#: What SQLite says of a unique constraint: its columns, not its name.
_UNNAMED = "UNIQUE constraint failed"


@contextmanager
def refused(name: str) -> Iterator[None]:
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        yield
    said = str(caught.value)
    assert name in said or (connection.vendor == "sqlite" and _UNNAMED in said), said


@contextmanager
def refuses(key: str) -> Iterator[None]:
    with pytest.raises(Refused) as caught:
        yield
    assert caught.value.key == key, caught.value.args
