"""The index that people are found by: the words of their names, and who bears each.

One word stands once however many bear it, with a few dozen keys (rules.names), so that the index of a million and a
half people is written in a second or two. Who bears a word is kept as packed ids, a row an import.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zlib import crc32

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection
from numpy.typing import NDArray

from tiwizi.records.database.columns import add_columns, find_ids, read_columns, write_columns
from tiwizi.records.database.locks import take_turn
from tiwizi.records.people.models import NameKey, NamePeople, NameWord
from tiwizi.rules.names import ARTICLES, keys, words

Rows = NDArray[Any]
#: A first word of at most so many letters is also read as one with the next: Ben Ali, Abd El Kader, Aït Taleb.
SHORT = 4
PIECE = 250_000


def index_names(people: Rows, names: Sequence[Any]) -> None:
    """Add people (ids, ascending) under the words of their names: a text column each way that they write it. Inside a
    transaction."""
    found: dict[str, int] = {}
    parts = [_borne(column, found) for column in names if len(column)]
    if not found:
        return
    ids = _word_ids(list(found))
    bears = np.unique(np.concatenate([word * len(people) + person for word, person in parts]))
    word, person = np.divmod(bears, len(people))
    first = np.flatnonzero(np.append(True, word[1:] != word[:-1]))
    packed = people[person].astype("<u4")
    offsets = (np.append(first, len(packed)) * 4).astype(np.int32)
    blobs = pa.Array.from_buffers(
        pa.binary(), len(first), [None, pa.py_buffer(offsets.tobytes()), pa.py_buffer(packed.tobytes())]
    )
    add_columns(NamePeople, {"word": ids[word[first]], "people": blobs})


def index_name(person: int, *names: str) -> None:
    """One person, as a batch of one."""
    index_names(np.array([person], np.int64), [pa.array([name], pa.string()) for name in names if name])


def index_everybody() -> None:
    """For records from before there was an index."""
    last = 0
    while True:
        rows = read_columns(
            "SELECT id, name_ar, name_latin FROM people_person WHERE id > %s ORDER BY id LIMIT %s",
            {"id": "int", "name_ar": "text", "name_latin": "text"}, [last, PIECE],
        )  # fmt: skip
        if len(rows["id"]) == 0:
            return
        index_names(rows["id"], [rows["name_ar"], rows["name_latin"]])
        last = int(rows["id"][-1])


def key_number(key: str) -> int:
    """A key as the table has it. Two that share a number make a word be looked at in vain, and nothing else."""
    return crc32(key.encode())


def _borne(column: Any, found: dict[str, int]) -> tuple[Rows, Rows]:
    """(word, place of who bears it), the words numbered in ``found``, which grows."""
    split = pc.utf8_split_whitespace(column)
    person = pc.list_parent_indices(split).to_numpy().astype(np.int64)
    coded = pc.list_flatten(split).dictionary_encode()
    code = coded.indices.to_numpy().astype(np.int64)
    folded = [words(text) for text in coded.dictionary.to_pylist()]
    sizes = np.array([len(one) for one in folded], np.int64)
    starts = np.append(0, np.cumsum(sizes))
    flat = np.array([_number(found, word) for one in folded for word in one], np.int64)
    count = sizes[code]
    at = np.arange(count.sum()) + np.repeat(starts[code] - (np.cumsum(count) - count), count)
    word, who = flat[at] if len(flat) else at, np.repeat(person, count)
    joined, whose = _joined(word, who, found)
    return np.concatenate([word, joined]), np.concatenate([who, whose])


def _number(found: dict[str, int], word: str) -> int:
    return found.setdefault(word, len(found))


def _joined(word: Rows, who: Rows, found: dict[str, int]) -> tuple[Rows, Rows]:
    """Short words with the one after them, over an article: "ben ali" also as "benali"."""
    texts = list(found)
    is_article = np.array([text in ARTICLES for text in texts], bool)
    is_short = np.array([len(text) <= SHORT for text in texts], bool) & ~is_article
    if len(word) < 2:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    first = np.flatnonzero(is_short[word[:-1]] & (who[:-1] == who[1:]))
    over = np.flatnonzero(is_article[word[first + 1]])
    last = first + 1
    last[over] = np.minimum(last[over] + 1, len(word) - 1)
    keep = (who[last] == who[first]) & ~is_article[word[last]]
    first, last = first[keep], last[keep]
    three = np.stack([word[first], np.where(last - first == 2, word[first + 1], -1), word[last]], axis=1)
    distinct, which = np.unique(three, axis=0, return_inverse=True)
    numbers = [_number(found, "".join(texts[at] for at in row if at >= 0)) for row in distinct.tolist()]
    return np.array(numbers, np.int64)[which.reshape(-1)], who[first]


def _word_ids(texts: list[str]) -> Rows:
    """The id of each word, made where there is none; whoever makes some has the turn."""
    column: Any = pa.array(texts, pa.string())
    ids = find_ids(NameWord, "word", column)
    if (ids >= 0).all():
        return ids
    assert connection.in_atomic_block, "words and who bears them come in together"
    take_turn("name_words")
    ids = find_ids(NameWord, "word", column)
    new = np.flatnonzero(ids < 0)
    ids[new] = add_columns(NameWord, {"word": column.take(pa.array(new))})
    _write_keys([texts[at] for at in new.tolist()], ids[new])
    return ids


def _write_keys(texts: list[str], ids: Rows) -> None:
    """The keys of new words, in the order in which the table has them."""
    found = [sorted(map(key_number, keys(text))) for text in texts]
    sizes = np.array([len(one) for one in found], np.int64)
    key = np.fromiter((number for one in found for number in one), np.int64, int(sizes.sum()))
    word = np.repeat(ids, sizes)
    same = np.zeros(len(key), bool)
    same[1:] = (key[1:] == key[:-1]) & (word[1:] == word[:-1])
    key, word = key[~same], word[~same]
    order = np.lexsort((word, key))
    write_columns(NameKey, {"key": key[order], "word": word[order]})
