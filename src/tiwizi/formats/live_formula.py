"""Text that no spreadsheet takes for a formula, however it is opened (OWASP, CSV injection).

The patterns mean the same to Python and to Arrow (RE2), which guards whole columns with them (tables/repair.py).
"""

from __future__ import annotations

import re

_SIGNS = r"[=+\-@＝＋－＠]"
#: What a cell begins with that a spreadsheet would obey, full-width forms included.
LIVE = rf"^([\t\r\n]|\s*{_SIGNS})"
#: The same within a cell. Where semicolons part columns, as in French and Arabic spreadsheets, a cell of a file that
#: commas part begins after each semicolon, and after a line's end that lies between quotation marks.
LIVE_INSIDE, GUARDED_INSIDE = rf"([;\t\r\n][\s\"']*)({_SIGNS})", r"\1'\2"
PLAIN_NUMBER = r"^[+-]?\d+([.,]\d+)?$"
_LIVE, _LIVE_INSIDE, _PLAIN_NUMBER = re.compile(LIVE), re.compile(LIVE_INSIDE), re.compile(PLAIN_NUMBER)


def harmless(text: str) -> str:
    """A text with an apostrophe before what looks like a formula; a plain number stays as it is."""
    guarded = f"'{text}" if _LIVE.match(text) and not _PLAIN_NUMBER.match(text) else text
    return _LIVE_INSIDE.sub(GUARDED_INSIDE, guarded)
