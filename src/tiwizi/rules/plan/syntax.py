"""From a TOML text to the block of its root; a text that is not TOML becomes a problem with its line."""

from __future__ import annotations

import re
import tomllib

from tiwizi.rules.plan.block import Block, Reading
from tiwizi.rules.plan.lines import Lines
from tiwizi.rules.plan.problem import ERROR, shown

_PLACE = re.compile(r"^(.*?) \(at (?:line (\d+), column (\d+)|end of document)\)$", re.DOTALL)
#: How the standard reader begins its complaint, and what we call it.
_COMPLAINTS = (
    ("Cannot overwrite", "syntax_twice"),
    ("Cannot declare", "syntax_twice"),
    ("Cannot mutate", "syntax_twice"),
    ("Duplicate inline table key", "syntax_twice"),
    ("Expected '='", "syntax_no_equals"),
    ("Unterminated string", "syntax_open_string"),
    ("Illegal character '\\n'", "syntax_open_string"),
    ("Expected \"'", "syntax_open_string"),
    ("Unclosed array", "syntax_open_list"),
    ("Unclosed inline table", "syntax_open_list"),
    ("Invalid value", "syntax_value"),
    ("Expected newline or end of document after a statement", "syntax_after_value"),
    ("Invalid date or datetime", "syntax_no_such_day"),
)

#: Dots in the name of a key or table; ours have two.
MOST_DOTS = 100
_NAMES = re.compile(
    r"\s*\[?\[?\s*([A-Za-z0-9_-]|\"[^\"]*\"|'[^']*')+\s*(\.\s*([A-Za-z0-9_-]|\"[^\"]*\"|'[^']*')+\s*){100}"
).match


def open_document(text: str, *, file: str) -> tuple[Block | None, Reading]:
    """The root of a document, and the reading that gathers its problems; no root when it is not TOML."""
    reading = Reading(file, Lines(text))
    # Of a name of so many parts the standard reader makes as many tables, which takes minutes and gigabytes.
    deep = next((n for n, line in enumerate(text.splitlines(), 1) if line.count(".") > MOST_DOTS and _NAMES(line)), 0)
    if deep:
        reading.report(ERROR, deep, "", "syntax_too_deep")
        return None, reading
    try:
        root = tomllib.loads(text)
    except RecursionError:
        reading.report(ERROR, 1, "", "syntax_too_deep")
    except ValueError as complaint:  # TOMLDecodeError, and numbers too long for int()
        line, key, detail = _complaint(str(complaint), text)
        reading.report(ERROR, line, "", key, detail=detail)
    else:
        return Block(reading, root, (), ""), reading
    return None, reading


def _complaint(message: str, text: str) -> tuple[int, str, str]:
    """(line, key, the standard reader's own words)"""
    place = _PLACE.match(message)
    detail = place[1] if place else message
    last_line = text.rstrip().count("\n") + 1
    line = int(place[2]) if place and place[2] else last_line
    key = next((key for start, key in _COMPLAINTS if detail.startswith(start)), "syntax")
    return line, key, shown(detail)
