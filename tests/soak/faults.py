"""The n-th write, sync, rename or commit of a process fails, as a disk that fails makes it fail."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_FILES = ("fsync", "replace", "link")


@contextmanager
def fail_at(number: int) -> Iterator[None]:
    """Fail at the ``number``-th of these calls and at all after it, and end the process with code 75 then; 0: never."""
    if not number:
        yield
        return
    from django.db import OperationalError
    from django.db.backends.base.base import BaseDatabaseWrapper

    calls = 0

    def failing(real: Callable[..., Any], problem: Exception) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls >= number:
                raise problem
            return real(*args, **kwargs)

        return call

    for name in _FILES:
        setattr(os, name, failing(getattr(os, name), OSError(errno.EIO, os.strerror(errno.EIO))))
    BaseDatabaseWrapper._commit = failing(BaseDatabaseWrapper._commit, OperationalError("disk I/O error"))
    try:
        yield
    except (OSError, OperationalError):
        os._exit(75)
    if calls >= number:
        os._exit(75)  # the verb has dealt with it, as a worker does with a part that fails
