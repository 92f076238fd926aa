"""Cards, phones and regions as tables write them: read a column at a time; what is none goes to repair."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tiwizi import packs
from tiwizi.records.people.models import Region
from tiwizi.rules.mistake import Mistake
from tiwizi.rules.names import fold
from tiwizi.rules.phone import read_phone

Rows = NDArray[Any]
_HOME = r"^(?:\+212|00212|212)?0?([5-8][0-9]{8})$"


def read_cins(cells: Any) -> tuple[Any, Rows]:
    """In capitals without spaces, blank for none; and which are no number of a card (bool). As rules.cin reads one."""
    plain = pc.replace_substring_regex(pc.utf8_upper(cells), r"[^\p{L}\p{N}]", "")
    good = pc.match_substring_regex(plain, r"^(?:[A-Z]{1,2}[0-9]{1,6})?$")
    return plain, ~np.asarray(good.to_numpy(zero_copy_only=False), bool)


def read_phones(cells: Any) -> tuple[Any, Rows]:
    """As rules.phone reads one, blank for none; and which are none (bool)."""
    plain = pc.replace_substring_regex(cells, r"[ \-./()\x{a0}\x{202f}]", "")
    read = pc.replace_substring_regex(plain, _HOME, r"+212\1")
    odd = pc.invert(pc.match_substring_regex(read, r"^(?:\+212[5-8][0-9]{8})?$")).to_numpy(zero_copy_only=False)
    wrong = np.zeros(len(cells), bool)
    if odd.any():
        texts = np.array(read.to_pylist(), object)
        for at in np.flatnonzero(odd).tolist():
            one = read_phone(cells[at].as_py())
            wrong[at] = isinstance(one, Mistake)
            texts[at] = "" if isinstance(one, Mistake) else one
        read = pa.array(texts, pa.string())
    return read, wrong


def open_first_regions(cells: Any) -> int:
    """A mutual that has no region yet has those that its people's rows name, under the names that a pack knows them by;
    how many. Where there are regions, another name is a mistake until somebody opens it."""
    if Region.objects.exists():
        return 0
    longest = Region._meta.get_field("code").max_length or 0
    codes = sorted({word for word in pc.unique(cells).to_pylist() if word and len(word) <= longest})
    known = {code: (ar, latin) for pack in packs.available() for code, ar, latin in packs.regions(pack)}
    for code in codes:
        name_ar, name_latin = known.get(code, (code, code))
        Region.objects.create(code=code, name_ar=name_ar, name_latin=name_latin)
    return len(codes)


def read_regions(cells: Any) -> tuple[Rows, Rows]:
    """The id of the region that each names by its code or a name of it, -1 for none; and which name none (bool), though
    there are some."""
    coded = cells.dictionary_encode()
    known: dict[str, int] = {}
    if any(word for word in coded.dictionary.to_pylist()):
        for region in Region.objects.all():
            known |= dict.fromkeys(map(fold, (region.code, region.name_ar, region.name_latin)), region.id)
    named = [fold(word) for word in coded.dictionary.to_pylist()]
    ids = np.array([known.get(word, -1) for word in named], np.int64)
    lost = np.array([bool(word) and bool(known) and word not in known for word in named], bool)
    at = coded.indices.to_numpy()
    return (ids[at], lost[at]) if len(at) else (np.zeros(0, np.int64), np.zeros(0, bool))


def or_null(cells: Any) -> Any:
    """Blank texts as nulls, which a column of distinct values has any number of."""
    return pc.if_else(pc.equal(cells, pa.scalar("")), pa.scalar(None, pa.string()), cells)
