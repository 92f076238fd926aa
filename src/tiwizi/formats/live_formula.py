"""Text that no spreadsheet takes for a formula, however it is opened (OWASP, CSV injection)."""

from __future__ import annotations

import re

#: What a cell begins with that a spreadsheet would obey, full-width forms included.
LIVE = r"^[=+\-@\t\r\n＝＋－＠]"
PLAIN_NUMBER = r"^[+-]?\d+([.,]\d+)?$"
_LIVE, _PLAIN_NUMBER = re.compile(LIVE), re.compile(PLAIN_NUMBER)


def harmless(text: str) -> str:
    """A text with an apostrophe before what looks like a formula; a plain number stays as it is."""
    return f"'{text}" if _LIVE.match(text) and not _PLAIN_NUMBER.match(text) else text
