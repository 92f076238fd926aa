"""Whose turn it is at the desk. So many requests as there are turns are worked on at once, and none of them while it
waits for bytes on their way or for another process: a slow line, or four of them, keep nobody else from their work.

    with turns.elsewhere(): ...      # in a view that waits for a process which reads a stranger's file

What breaks off on its way is nothing that somebody sent: it reaches no view.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from io import BufferedReader, RawIOBase
from threading import BoundedSemaphore, local
from typing import Any

#: Requests of a process that are worked on at once; that are there at once, most of them waiting for their bytes; of
#: these, from people who are not signed in; files of strangers that are read at once.
AT_A_TIME, AT_ONCE, STRANGERS, FILES = 4, 24, 8, 2
#: What a request says once it is known who asks (burden.py).
IS_KNOWN = "tiwizi.is_known"
#: Bytes that are waited for in one go.
_PIECE = 1 << 16

Environment = dict[str, Any]
Application = Callable[[Environment, Callable[..., Any]], Iterable[bytes]]

_turns, _strangers, _elsewhere = map(BoundedSemaphore, (AT_A_TIME, STRANGERS, FILES))
_here = local()


class BrokenOff(OSError):
    """The body of a request is not all there. Django calls it UnreadablePostError, and takes no form of it."""


def in_turns(application: Application) -> Application:
    """A WSGI application, each request of which waits for a turn."""

    def serve(environment: Environment, start_response: Callable[..., Any]) -> Iterable[bytes]:
        environment["wsgi.input"] = BufferedReader(Body(environment), _PIECE)  # all that is asked for, or BrokenOff
        with _turns:
            _here.has_turn = True
            try:
                return application(environment, start_response)
            finally:
                _here.has_turn = False

    return serve


@contextmanager
def away() -> Iterator[None]:
    """Somebody else works meanwhile. Outside a request nothing happens."""
    if not getattr(_here, "has_turn", False):
        yield
        return
    _here.has_turn = False
    _turns.release()
    try:
        yield
    finally:
        _turns.acquire()
        _here.has_turn = True


@contextmanager
def elsewhere() -> Iterator[None]:
    """Away while a process reads a stranger's file, which may take it a gigabyte: so there are few at once."""
    with away(), _elsewhere:
        yield


class Body(RawIOBase):
    """The body of a request (PEP 3333, wsgi.input), read without a turn. Raises BrokenOff where it ends before the
    length that it was announced with, and where too many strangers send something already."""

    def __init__(self, environment: Environment) -> None:
        length = str(environment.get("CONTENT_LENGTH") or "")
        self.environment, self.raw = environment, environment["wsgi.input"]
        self.left = int(length) if length.isascii() and length.isdecimal() else 0

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        size = min(len(into), self.left, _PIECE)
        if size == 0:
            return 0
        is_stranger = not self.environment.get(IS_KNOWN)
        if is_stranger and not _strangers.acquire(blocking=False):
            raise BrokenOff("too many who are not signed in send something at once")
        try:
            with away():
                piece = self.raw.read(size)
        finally:
            if is_stranger:
                _strangers.release()
        if not piece:
            raise BrokenOff(f"{self.left} bytes did not come")
        into[: len(piece)] = piece
        self.left -= len(piece)
        return len(piece)
