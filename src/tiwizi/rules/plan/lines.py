"""On which line of a TOML text each key stands. The standard reader gives values without their places.

Only a text that the standard reader has accepted is scanned, so nothing is checked here: the scanner follows the
grammar of https://toml.io/en/v1.0.0 as far as it takes to tell keys, values and brackets apart.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from functools import cached_property

#: Where something stands in a document: ("layers", 0, "coverage", 3, "rate").
Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_KEY = re.compile(r"""[ \t]*(?:([A-Za-z0-9_-]+)|("(?:[^"\\]|\\.)*")|'([^']*)')[ \t]*(\.?)""")
_STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}' r"|'''(?:[^']|'(?!''))*'{3,5}" r'|"(?:[^"\\]|\\.)*"' r"|'[^']*'",
    re.DOTALL,
)
_BARE = re.compile(r"[^,\]}#\n]*")
#: What most lines are: a bare key and a short string, number or day. Read in one step.
_SIMPLE = re.compile(r"""([A-Za-z0-9_-]+)[ \t]*=[ \t]*(?:"[^"\\\n]*"(?!")|[0-9tf+-][^,\]}#\n]*)""")


class Lines:
    """The line of every key, table and list element of a document, counted from 1."""

    def __init__(self, text: str) -> None:
        self._text = text

    def at(self, path: Path) -> int:
        """The line of a path, or of the nearest place around it that is written (a missing key has its table's)."""
        while path and path not in self._offsets:
            path = path[:-1]
        return bisect_left(self._ends, self._offsets[path]) + 1 if path else 1

    @cached_property
    def _ends(self) -> list[int]:
        return [match.start() for match in re.finditer("\n", self._text)]

    @cached_property
    def _offsets(self) -> dict[Path, int]:
        return _Scanner(self._text).scan()


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.offsets: dict[Path, int] = {}
        self.counts: dict[Path, int] = {}  # elements so far of each array of tables

    def scan(self) -> dict[Path, int]:
        table: Path = ()
        at = self.blank(0)
        while at < len(self.text):
            if self.text[at] == "[":
                table, at = self.header(at)
            else:
                at = self.pair(table, at)
            at = self.blank(at)
        return self.offsets

    def blank(self, at: int) -> int:
        """Past spaces, line ends and comments."""
        match = _BLANK.match(self.text, at)
        return match.end() if match else at

    def header(self, at: int) -> tuple[Path, int]:
        """``[a.b]`` or ``[[a.b]]``: the table that what follows belongs to."""
        many = self.text.startswith("[[", at)
        keys, end = self.keys(at + 1 + many)
        path: Path = ()
        for key in keys[:-1]:
            path = self.latest((*path, key))
            self.offsets.setdefault(path, at)
        path = (*path, keys[-1])
        self.offsets.setdefault(path, at)
        if many:
            self.counts[path] = self.counts.get(path, 0) + 1
            path = self.latest(path)
            self.offsets[path] = at
        return path, end + 1 + many

    def latest(self, path: Path) -> Path:
        """The path itself or, for an array of tables, its last element so far."""
        return (*path, self.counts[path] - 1) if path in self.counts else path

    def keys(self, at: int) -> tuple[list[str], int]:
        """A dotted key, and where it ends."""
        keys: list[str] = []
        while match := _KEY.match(self.text, at):
            bare, quoted, literal, dot = match.groups()
            at = match.end()
            keys.append(bare or (_unquoted(quoted) if quoted else literal or ""))
            if not dot:
                break
        return keys, at

    def pair(self, table: Path, at: int) -> int:
        """``key = value``: where it ends."""
        if simple := _SIMPLE.match(self.text, at):
            self.offsets.setdefault((*table, simple[1]), at)
            return simple.end()
        keys, end = self.keys(at)
        path = table
        for key in keys:
            path = (*path, key)
            self.offsets.setdefault(path, at)
        return self.value(path, self.blank(end + 1))  # past the sign "="

    def value(self, path: Path, at: int) -> int:
        """A value and all that lies in it: where it ends."""
        mark = self.text[at]
        if mark in "\"'":
            match = _STRING.match(self.text, at)
            assert match is not None
            return match.end()
        if mark == "[":
            return self.items(path, at)
        if mark == "{":
            return self.pairs(path, at)
        match = _BARE.match(self.text, at)
        return match.end() if match else at

    def items(self, path: Path, at: int) -> int:
        at, position = self.blank(at + 1), 0
        while self.text[at] != "]":
            element = (*path, position)
            self.offsets[element] = at
            at = self.blank(self.value(element, at))
            at = self.blank(at + 1) if self.text[at] == "," else at
            position += 1
        return at + 1

    def pairs(self, path: Path, at: int) -> int:
        at = self.blank(at + 1)
        while self.text[at] != "}":
            at = self.blank(self.pair(path, at))
            at = self.blank(at + 1) if self.text[at] == "," else at
        return at + 1


def _unquoted(key: str) -> str:
    """A quoted key without its quotes and escapes."""
    (unquoted,) = tomllib.loads(f"{key} = 0")
    return unquoted
