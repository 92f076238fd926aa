"""Which encoding a text file is in: UTF-8 where its bytes allow it, else cp1256 or cp1252, told apart by content.

The two code pages of Moroccan offices agree on French lower-case letters and differ where cp1256 has Arabic letters and
cp1252 accented capitals. An accented capital stands among ASCII letters, an Arabic word does not touch any: the file is
in the code page for which more of these bytes speak.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8

#: Bytes that are Arabic letters in cp1256 and are not French lower-case letters in cp1252.
_ARABIC = rb"\xc0-\xd6\xd8-\xdf\xe1\xe3-\xe6\xec\xed\x81\x8d\x8e\x8f\x90\x98\x9a\x9f\xaa"
_ARABIC_WORD = re.compile(rb"(?<![A-Za-z%b])[%b]+(?![A-Za-z%b])" % ((_ARABIC,) * 3))
_ACCENTED_CAPITAL = re.compile(rb"(?<=[A-Za-z])[%b]+|[%b]+(?=[A-Za-z])" % ((_ARABIC,) * 2))
#: What UTF-8 text looks like and text in a code page does not: two Arabic letters, or an accented letter in a word.
_UTF8 = re.compile(rb"(?:[\xd8-\xdb][\x80-\xbf]){2}|[A-Za-z]\xc3[\x80-\xbf]|\xc3[\x80-\xbf][a-z]")


class MixedEncodings(ValueError):
    """Some lines are UTF-8 and others are not. ``line`` is the number of a line that is not."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def is_utf8(data: bytes) -> bool:
    """Whether the bytes are UTF-8 as they stand."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def code_page(data: bytes) -> str:
    """ "cp1256" or "cp1252", for bytes that are not UTF-8. Raises MixedEncodings, or ValueError when it is neither."""
    if data.startswith(BOM_UTF8) or _UTF8.search(data):
        raise MixedEncodings(_first_line_not_utf8(data))
    arabic, latin = (sum(map(len, word.findall(data))) for word in (_ARABIC_WORD, _ACCENTED_CAPITAL))
    page = "cp1256" if arabic > latin else "cp1252"
    data.decode(page)
    return page


def _first_line_not_utf8(data: bytes) -> int:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as broken:
        return data.count(b"\n", 0, broken.start) + 1
    return 1
