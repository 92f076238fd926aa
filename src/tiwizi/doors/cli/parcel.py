"""A value in a file whose arrays are read in place: pickle protocol 5, https://peps.python.org/pep-0574/.

For processes of one run only: a pickle of someone else's is a program of someone else's.
"""

from __future__ import annotations

import mmap
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

#: Arrays begin at multiples of this, as processors like to read them.
_ALIGNED = 64


def pack(path: Path, value: Any) -> None:
    """Write: the arrays, then the value without them, then where each of these ends."""
    arrays: list[pickle.PickleBuffer] = []
    rest = memoryview(pickle.dumps(value, protocol=5, buffer_callback=arrays.append))
    ends: list[int] = []
    with path.open("wb") as file:
        for part in (*(array.raw() for array in arrays), rest):
            file.write(part)
            ends.append(file.tell())
            file.write(bytes(-file.tell() % _ALIGNED))
        table = pickle.dumps(ends)
        file.write(table)
        file.write(len(table).to_bytes(8, "little"))


def unpack(path: Path) -> Any:
    """The value; its arrays are those of the file, until someone writes into them: that stays in this process."""
    with path.open("rb") as file:
        whole = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY))
    size = int.from_bytes(whole[-8:], "little")
    *arrays, rest = _parts(whole, pickle.loads(whole[-8 - size : -8]))
    return pickle.loads(rest, buffers=arrays)


def _parts(whole: memoryview, ends: list[int]) -> Iterator[memoryview]:
    start = 0
    for end in ends:
        yield whole[start:end]
        start = end + -end % _ALIGNED
