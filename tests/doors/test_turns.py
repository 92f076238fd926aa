"""Turns at the desk: slow lines keep nobody from their work, and what breaks off on its way is no form."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from threading import Event, Thread
from typing import Any

import pytest

from tiwizi.doors import turns
from tiwizi.doors.turns import AT_A_TIME, AT_ONCE, STRANGERS, BrokenOff, in_turns


class Line:
    """A line on which nothing comes before it is told to."""

    def __init__(self) -> None:
        self.comes, self.waits = Event(), Event()

    def read(self, size: int) -> bytes:
        self.waits.set()
        assert self.comes.wait(20)
        return b"x" * size


def ask(application: Callable[..., Any], line: Any = None, *, length: int = 5, **more: Any) -> bytes:
    environment = {"wsgi.input": line or BytesIO(b"x" * length), "CONTENT_LENGTH": str(length), **more}
    return b"".join(in_turns(application)(environment, lambda *_: None))


def echo(environment: dict[str, Any], _: Any) -> list[bytes]:
    return [environment["wsgi.input"].read()]


def slowly(line: Line, said: list[Any], **more: Any) -> Thread:
    def send() -> None:
        try:
            said.append(ask(echo, line, **more))
        except BrokenOff as broken:
            said.append(broken)

    thread = Thread(target=send)
    thread.start()
    return thread


def test_a_body_is_read_whole_or_not_at_all() -> None:
    assert ask(echo, length=200_000) == b"x" * 200_000
    for size in (-1, 11, 5_000_000):
        with pytest.raises(BrokenOff):
            ask(
                lambda environment, _, size=size: [environment["wsgi.input"].read(size)],
                BytesIO(b"amount=12"),
                length=11,
            )
    assert ask(lambda environment, _: [environment["wsgi.input"].readline()], BytesIO(b"a\nb"), length=3) == b"a\n"


@pytest.mark.parametrize("length", ["", "-1", "+5", "x", "٣"])
def test_a_body_of_no_stated_length_is_empty(length: str) -> None:
    assert ask(echo, BytesIO(b"hello"), CONTENT_LENGTH=length) == b""


def test_who_waits_for_bytes_holds_no_turn() -> None:
    lines, said = [Line() for _ in range(AT_A_TIME * 2)], []
    threads = [slowly(line, said, **{turns.IS_KNOWN: True}) for line in lines]
    assert all(line.waits.wait(20) for line in lines)
    assert ask(echo) == b"x" * 5, "and they keep nobody from theirs"
    for line, thread in zip(lines, threads, strict=True):
        line.comes.set()
        thread.join()
    assert said == [b"x" * 5] * len(lines)


def test_strangers_who_wait_leave_places_for_who_is_known() -> None:
    assert STRANGERS < AT_ONCE
    lines, said = [Line() for _ in range(STRANGERS)], []
    threads = [slowly(line, said) for line in lines]
    assert all(line.waits.wait(20) for line in lines)
    with pytest.raises(BrokenOff):
        ask(echo)
    assert ask(echo, **{turns.IS_KNOWN: True}) == b"x" * 5
    for line, thread in zip(lines, threads, strict=True):
        line.comes.set()
        thread.join()
    assert ask(echo) == b"x" * 5


def test_who_waits_for_another_process_holds_no_turn_and_few_do_so_at_once() -> None:
    at_it, most, ends = [], [], Event()

    def reads_a_file(_: Any, __: Any) -> list[bytes]:
        with turns.elsewhere():
            at_it.append(1)
            most.append(len(at_it))
            assert ends.wait(20)
            at_it.pop()
        return [b""]

    threads = [Thread(target=ask, args=(reads_a_file,)) for _ in range(AT_A_TIME * 2)]
    for thread in threads:
        thread.start()
    assert ask(echo) == b"x" * 5
    ends.set()
    for thread in threads:
        thread.join()
    assert max(most) <= turns.FILES


def test_outside_a_request_there_is_nothing_to_give_away() -> None:
    with turns.away(), turns.elsewhere():
        pass
