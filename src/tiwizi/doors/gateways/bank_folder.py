"""The folder that the bank's gateway takes files from: each file is whole there, once, and stays.

A file is made beside it, under a temporary name, synced and renamed; made again it is the same, byte for byte. It is
handed over by a link under the message's name, which there can be only one of. Whoever takes files out of the folder
copies them and leaves the name: it is what says that the file was handed over. A kill anywhere is made good by doing
the same again.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from hashlib import file_digest
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

from tiwizi import packs
from tiwizi.formats import pain001, transfer_file
from tiwizi.formats.orders import Batch, Order, Written
from tiwizi.records.money.operations import hand_over, note_file
from tiwizi.records.money.queries.bank_orders import NotedFile, bank_batch, bank_orders, noted_file
from tiwizi.records.trail.gate import By
from tiwizi.records.trail.refusal import Refused
from tiwizi.rules.mistake import Mistake

ISO = "pain.001.001.09"
MADE, HANDED_OVER = "made", "handed-over"


def make_file(by: By, *, batch: int, folder: Path, format: str = ISO) -> Path:
    """Make the file of a released batch, and note its digest. format: ISO, or a bank's own, "<pack>/<template>".

    Refused: bank_format (with what does not fit), file_differs. Raises OSError where the folder cannot be written to.
    """
    message = bank_batch(batch)
    orders = list(bank_orders(batch))
    write = _writer(format, message, orders)
    place = folder / MADE / _name(message.id, format)
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_name(f".{place.name}.{uuid4().hex}.part")  # of one maker: several may be at it at once
    try:
        with part.open("w+b") as file:
            written = write(file)
            file.flush()
            os.fsync(file.fileno())
            _assert_valid(file, format)
        note_file(by, batch=batch, format=format, digest=bytes.fromhex(written.sha256), size=written.bytes)
        os.replace(part, place)
        _sync(place.parent)
    finally:
        part.unlink(missing_ok=True)
    return place


def made_file(*, batch: int, folder: Path) -> Path:
    """The file of a batch as it was noted. Refused: no_file_yet, file_gone."""
    noted = noted_file(batch)
    if noted is None:
        raise Refused("no_file_yet", batch=batch)
    return _made(folder, noted)


def hand_over_file(by: By, *, batch: int, folder: Path) -> Path:
    """Give the file of a batch to the bank; where it lies now. Once: asked again, it changes nothing."""
    made = made_file(batch=batch, folder=folder)
    digest = _sha256(made)
    hand_over(by, batch=batch)
    place = folder / HANDED_OVER / made.name
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(made, place)
        _sync(place.parent)
    except FileExistsError:
        assert _sha256(place) == digest, f"{place} is another file than the one of this batch"
    return place


def _writer(format: str, batch: Batch, orders: list[Order]) -> Callable[[BinaryIO], Written]:
    """What writes the file, once nothing is found that the format does not take."""
    if format == ISO:
        return lambda file: pain001.write(file, batch, orders)
    country, _, name = format.partition("/")
    template = packs.transfer_template(country, name)
    wrong: Mistake | None = transfer_file.batch_fault(template, batch)
    for order in orders:
        wrong = wrong or transfer_file.fault(order, template, batch)
    if wrong:
        raise Refused("bank_format", why=wrong)
    return lambda file: transfer_file.write(file, template, batch, orders)


def _assert_valid(file: BinaryIO, format: str) -> None:
    """Against the standard's own schema: what we wrote and it does not take is our mistake."""
    if format == ISO:
        file.seek(0)
        wrong = pain001.first_error(file)
        assert not wrong, wrong


def _name(message: str, format: str) -> str:
    return f"{message}.xml" if format == ISO else f"{message}.txt"


def _made(folder: Path, noted: NotedFile) -> Path:
    """The file as it was noted, in the folder. Refused: file_gone."""
    place = folder / MADE / _name(noted.message, noted.format)
    if not place.exists() or _sha256(place) != noted.digest:
        raise Refused("file_gone", message=noted.message)
    return place


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _sync(folder: Path) -> None:
    """What a folder says of its files outlives a power cut, too."""
    handle: Any = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
