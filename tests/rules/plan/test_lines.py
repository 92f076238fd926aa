"""The scanner finds every key of every TOML document on its line."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiwizi.rules.plan.lines import Lines, Path

DOCUMENT = '''\
# a comment with [brackets] and "quotes"
title = "a # is no comment here"   # here it is
dotted.key . "with space" = 1
'single' = { a = [1, 2], b.c = "}" }
many = [
  "one", # ]
  """
  two, over
  three lines""",
  [ "deep",
    'est' ],
]

[table]
day = 2026-01-31 # comment
quote = "say \\"] = {\\" twice"
literal = 'C:\\'
end = \'\'\'it's
over\'\'\'
[[table.rows]]
id = "first"
[[table.rows]]
id = "second"
  [[table.rows.cells]]
  x = 1
  [[table.rows.cells]]
  "y z" = -0.5
  [table.rows.note]
  "\\u00e9t\\u00e9" = true
'''

PLACES: dict[Path, int] = {
    ("title",): 2,
    ("dotted", "key", "with space"): 3,
    ("single", "a", 1): 4,
    ("single", "b", "c"): 4,
    ("many",): 5,
    ("many", 0): 6,
    ("many", 1): 7,
    ("many", 2): 10,
    ("many", 2, 1): 11,
    ("table",): 14,
    ("table", "day"): 15,
    ("table", "literal"): 17,
    ("table", "end"): 18,
    ("table", "rows"): 20,
    ("table", "rows", 0): 20,
    ("table", "rows", 1): 22,
    ("table", "rows", 1, "id"): 23,
    ("table", "rows", 1, "cells", 1, "y z"): 27,
    ("table", "rows", 1, "note", "été"): 29,
}


@pytest.mark.parametrize(("path", "line"), PLACES.items(), ids=[".".join(map(str, path)) for path in PLACES])
def test_a_key_is_found_on_its_line(path: Path, line: int) -> None:
    assert Lines(DOCUMENT).at(path) == line


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_the_sample_is_read_whole_whatever_its_line_ends(ending: str) -> None:
    text = DOCUMENT.replace("\n", ending)
    lines = Lines(text)
    paths = list(paths_of(tomllib.loads(text)))
    assert len(paths) > 30
    assert all(lines.at(path) == Lines(DOCUMENT).at(path) for path in paths)
    assert set(paths) == set(lines._offsets)


def test_a_missing_key_has_the_line_of_what_is_around_it() -> None:
    assert Lines(DOCUMENT).at(("table", "rows", 1, "cells", 0, "absent")) == 24
    assert Lines(DOCUMENT).at(("absent",)) == 1


def paths_of(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every path in a document that the standard reader gives."""
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, element in inner:
        yield from paths_of(element, (*path, key))


KEYS = st.sampled_from(["a", "b-1", '"q k"', "'l.k'", "a.b", 'c . "d"'])
SCALARS = st.sampled_from(
    [
        "1",
        "-2.5",
        "true",
        "2026-01-31",
        "inf",
        '"t"',
        '"a \\" ] # }"',
        "'l'",
        '"""m\n"x" """',
        "'''n\n'x' '''",
        '""',
        "''",
    ]
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[" + " , # ] c\n".join(items) + "\n]"),
        st.lists(inner.filter(lambda v: "\n" not in v), max_size=2).map(
            lambda items: "{ " + ", ".join(f"k{n} = {item}" for n, item in enumerate(items)) + " }"
        ),
    ),
    max_leaves=6,
)
STATEMENTS = st.one_of(
    st.tuples(KEYS, VALUES).map(lambda pair: f"{pair[0]} = {pair[1]} # c"),
    KEYS.map(lambda key: f"[[x.{key}]]"),
    KEYS.map(lambda key: f" [y.{key}] # [c]"),
    st.sampled_from(["", "# comment = [", "\t"]),
)


@given(st.lists(STATEMENTS, max_size=8).map("\n".join))
def test_the_scanner_agrees_with_the_standard_reader(text: str) -> None:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    lines = Lines(text)
    assert lines.at(("nothing",)) == 1
    assert set(paths_of(document)) == set(lines._offsets)
