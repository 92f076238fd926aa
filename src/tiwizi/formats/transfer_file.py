"""Orders in a bank's own format, by its template: fixed-width or CSV, the same bytes when made again."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import BinaryIO

from tiwizi.formats.latin import latin
from tiwizi.formats.live_formula import LIVE
from tiwizi.formats.orders import Batch, Order, Written
from tiwizi.formats.orders import fault as order_fault
from tiwizi.formats.transfer_template import VALUES, Field, Template
from tiwizi.rules.mistake import Mistake
from tiwizi.rules.money import major

_DAYS = {"ddmmyyyy": "%d%m%Y", "ddmmyy": "%d%m%y", "yyyymmdd": "%Y%m%d", "dd/mm/yyyy": "%d/%m/%Y", "": "%Y-%m-%d"}
_PIECE = 1000

_BATCH: Mapping[str, Callable[[Batch], object]] = {
    "batch.id": lambda batch: batch.id,
    "batch.created": lambda batch: batch.created.date(),
    "batch.on": lambda batch: batch.on,
    "batch.payer": lambda batch: latin(batch.payer),
    "batch.rib": lambda batch: batch.rib,
    "batch.bank": lambda batch: batch.rib[:3],
    "batch.orders": lambda batch: batch.orders,
    "batch.total": lambda batch: batch.total,
    "batch.currency": lambda batch: batch.currency,
}
_ORDER: Mapping[str, Callable[[Order], object]] = {
    "order.id": lambda order: order.id,
    "order.name": lambda order: latin(order.name),
    "order.rib": lambda order: order.rib,
    "order.bank": lambda order: order.rib[:3],
    "order.place": lambda order: order.rib[3:6],
    "order.account": lambda order: order.rib[6:22],
    "order.key": lambda order: order.rib[22:],
    "order.amount": lambda order: order.amount,
    "order.text": lambda order: latin(order.text),
}


def fault(order: Order, template: Template, batch: Batch) -> Mistake | None:
    """Why an order cannot be written in a format, or None. Texts: ``order_*`` of locale/<lang>/bank.toml."""
    if found := order_fault(order):
        return found
    for each in template.records["detail"]:
        if _cell(each, template, _value(each.source, batch, order, 1), batch.currency) is None:
            key = "order_field" if each.length else "order_field_live"
            said = {"order": order.id, "field": each.id} | ({"most": each.length} if each.length else {})
            return Mistake("bank", key, said, field=each.source)
    return None


def batch_fault(template: Template, batch: Batch) -> Mistake | None:
    """Why a batch cannot be written in a format, or None."""
    for record in ("header", "trailer"):
        for each in template.records.get(record, ()):
            if _cell(each, template, _value(each.source, batch, None, 0), batch.currency) is None:
                said = {"batch": batch.id, "field": each.id, "most": each.length}
                return Mistake("bank", "batch_field", said, field=each.source)
    return None


def write(file: BinaryIO, template: Template, batch: Batch, orders: Iterable[Order]) -> Written:
    """Write the file, a piece at a time; memory is that of the orders' ids.

    The orders are those that ``fault`` passed, the batch one that ``batch_fault`` passed. That they add up to what the
    batch says is checked on the way out: a file that raises here is not to be handed over.
    """
    digest, size = hashlib.sha256(), 0

    def put(lines: list[str]) -> None:
        nonlocal size
        data = "".join(lines).encode(template.encoding)
        file.write(data)
        digest.update(data)
        size += len(data)

    seen: set[str] = set()
    total, piece = 0, _record("header", template, batch, None, 0)
    for number, order in enumerate(orders, 1):
        assert order_fault(order) is None, f"order {order.id} cannot be paid"
        seen.add(order.id)
        total += order.amount
        piece += _record("detail", template, batch, order, number)
        if len(piece) >= _PIECE:
            put(piece)
            piece = []
    put(piece + _record("trailer", template, batch, None, 0))
    count = len(seen)
    assert (count, total) == (batch.orders, batch.total), f"{count} orders of {total}, not what batch {batch.id} says"
    return Written(count, total, size, digest.hexdigest())


def _record(kind: str, template: Template, batch: Batch, order: Order | None, number: int) -> list[str]:
    """A line, or none where the format has no such record."""
    fields = template.records.get(kind)
    if fields is None:
        return []
    cells = []
    for each in fields:
        cell = _cell(each, template, _value(each.source, batch, order, number), batch.currency)
        assert cell is not None, f"{each.id} of {order.id if order else batch.id} does not fit"
        cells.append(cell)
    if template.kind == "fixed":
        return ["".join(cells) + template.line_end]
    line = io.StringIO(newline="")
    csv.writer(line, delimiter=template.delimiter, lineterminator=template.line_end).writerow(cells)
    return [line.getvalue()]


def _value(source: str, batch: Batch, order: Order | None, number: int) -> object:
    if source == "order.number":
        return number
    if source in _ORDER:
        assert order is not None, f"{source} stands in a record without an order"
        return _ORDER[source](order)
    return _BATCH[source](batch) if source else None


def _cell(field: Field, template: Template, value: object, currency: str) -> str | None:
    """A value as it stands in the file; None where it does not fit."""
    written = field.text if not field.source else _written(field, value, currency)
    if field.length and len(written) > field.length:
        if not field.cut:
            return None
        written = written[: field.length].rstrip()
    if template.kind == "csv" and VALUES.get(field.source) == "text" and re.match(LIVE, written):
        return None
    return written.ljust(field.length, field.fill) if field.align == "left" else written.rjust(field.length, field.fill)


def _written(field: Field, value: object, currency: str) -> str:
    if isinstance(value, date):
        return value.strftime(_DAYS.get(field.shape, "%Y-%m-%d"))
    if VALUES[field.source] == "amount" and isinstance(value, int):
        plain = major(value, currency)
        return {"1234.56": plain, "1234,56": plain.replace(".", ",")}.get(field.shape, str(value))
    text = str(value)
    return text.upper() if field.shape == "upper" else text
