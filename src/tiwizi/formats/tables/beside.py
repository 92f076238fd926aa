"""Work beside other work, in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


@contextmanager
def beside() -> Iterator[ThreadPoolExecutor]:
    """A thread whose work ends before the block does, however the block ends."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(int).result()  # a thread that Ctrl+C meets as it starts is not waited for: start it idle
        yield thread


def use_each(use: Callable[[T], object], made: Iterable[T]) -> None:
    """Use one thing after the other, beside the making of the next."""
    with beside() as thread:
        using: Future[object] | None = None
        for thing in made:
            if using is not None:
                using.result()
            using = thread.submit(use, thing)
        if using is not None:
            using.result()
