"""A bank's own transfer format ("virement de masse") as a document, described in docs/concepts/transfer-file.md.

Records of a header, a detail for each order and a trailer; fields side by side, of fixed length or parted by a mark.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tiwizi.rules.plan.authority import put_once, read_sources
from tiwizi.rules.plan.block import Block
from tiwizi.rules.plan.document import Source, Text
from tiwizi.rules.plan.problem import Problem, quoted, shown
from tiwizi.rules.plan.syntax import open_document

KINDS = ("fixed", "csv")
RECORDS = ("header", "detail", "trailer")
ENCODINGS = ("ascii", "cp1252", "utf-8")
LINE_ENDS = {"crlf": "\r\n", "lf": "\n"}
ALIGNS = ("left", "right")
#: How a value is written: a day by its parts, an amount in minor units or with a decimal mark.
SHAPES = ("", "ddmmyyyy", "ddmmyy", "yyyymmdd", "dd/mm/yyyy", "yyyy-mm-dd", "minor", "1234.56", "1234,56", "upper")

#: What a field can hold, and whether it is a text, a number, an amount or a day.
BATCH_VALUES = {
    "batch.id": "text", "batch.created": "day", "batch.on": "day", "batch.payer": "text", "batch.rib": "text",
    "batch.bank": "text", "batch.orders": "number", "batch.total": "amount", "batch.currency": "text",
}  # fmt: skip
ORDER_VALUES = {
    "order.number": "number", "order.id": "text", "order.name": "text", "order.rib": "text", "order.bank": "text",
    "order.place": "text", "order.account": "text", "order.key": "text", "order.amount": "amount", "order.text": "text",
}  # fmt: skip
VALUES = BATCH_VALUES | ORDER_VALUES


@dataclass(frozen=True)
class Field:
    """One field: a constant ``text``, or the value ``source`` in a ``shape``. ``length`` 0: as long as its value.

    ``cut``: a value that is too long may lose its end (a name may, an account never).
    """

    id: str
    text: str = ""
    source: str = ""
    length: int = 0
    align: str = "left"
    fill: str = " "
    shape: str = ""
    cut: bool = False


@dataclass(frozen=True)
class Template:
    """A format: its records by RECORDS. ``length``: characters of a record, 0 where it is not fixed."""

    id: str
    name: Text
    kind: str
    encoding: str
    line_end: str
    delimiter: str = ";"
    length: int = 0
    records: Mapping[str, tuple[Field, ...]] = field(default_factory=dict)
    source: Source | None = None


def parse_template(text: str, *, file: str) -> tuple[Template | None, list[Problem]]:
    """A format from the text of its document; None when one of the problems is an error."""
    root, reading = open_document(text, file=file)
    if root is None:
        return None, reading.found()
    root.expect(("sources", "format", "records"))
    root.need("sources", "format", "records")
    template = _read_format(root)
    found = reading.found()
    return (None if any(problem.is_error for problem in found) else template), found


def _read_format(root: Block) -> Template | None:
    sources, head = read_sources(root), root.inner("format")
    if head is None:
        return None
    head.expect(("id", "name", "kind", "encoding", "line_end", "delimiter", "length", "source"))
    head.need("id", "name", "kind", "source")
    kind, length = head.choice("kind", KINDS, "fixed"), head.whole("length", 0, low=0, high=2000)
    encoding = head.choice("encoding", ENCODINGS, "ascii")
    delimiter = head.text("delimiter", ";")
    if len(delimiter) != 1:
        head.unknown("delimiter", "unknown_value", delimiter, (";", ",", "|"))
    return Template(
        head.text("id"),
        head.name(),
        kind,
        encoding,
        LINE_ENDS[head.choice("line_end", tuple(LINE_ENDS), "crlf")],
        delimiter,
        length,
        _read_records(root, kind, length, encoding),
        sources.get(head.choice("source", sources, "", "unknown_source")),
    )


def _read_records(root: Block, kind: str, length: int, encoding: str) -> dict[str, tuple[Field, ...]]:
    records: dict[str, tuple[Field, ...]] = {}
    for block in root.inners("records"):
        block.expect(("id", "fields"))
        block.need("id", "fields")
        name = block.choice("id", RECORDS, "", "unknown_value")
        fields = tuple(_read_field(each, name, kind, encoding) for each in block.inners("fields"))
        put_once(records, block, name, fields)
        total = sum(each.length for each in fields)
        if kind == "fixed" and length and total != length:
            block.error("fields", "record_length", total=str(total), length=str(length))
    if "detail" not in records:
        root.error("records", "missing_key", name="detail")
    return records


def _read_field(block: Block, record: str, kind: str, encoding: str) -> Field:
    block.expect(("id", "text", "from", "length", "align", "fill", "shape", "cut"))
    block.need("id")
    if block.has("text") == block.has("from"):
        block.error("from", "text_or_from")
    known = VALUES if record == "detail" else BATCH_VALUES
    source = block.choice("from", tuple(known), "")
    if kind == "fixed":
        block.need("length")
    if block.has("shape"):
        _check_shape(block, source)
    text = _constant(block, encoding)
    fill = block.text("fill") if block.has("fill") and str(block.table["fill"]).strip() else " "
    if len(fill) != 1:
        block.unknown("fill", "unknown_value", fill, ("0", " "))
    return Field(
        block.text("id"),
        text,
        source,
        block.whole("length", 0, low=0, high=2000),
        block.choice("align", ALIGNS, "left"),
        fill,
        block.text("shape", ""),
        block.flag("cut"),
    )


def _constant(block: Block, encoding: str) -> str:
    """The constant of a field, which may be blank, in characters that the file can hold."""
    text = block.table.get("text", "")
    if not isinstance(text, str):
        block.error("text", "not_text", value=quoted(text))
        return ""
    if text.encode(encoding, "ignore").decode(encoding) != text or not text.isprintable():
        block.error("text", "not_in_encoding", value=quoted(text), encoding=encoding)
    return text


def _check_shape(block: Block, source: str) -> None:
    """A day needs the shape of a day, an amount that of an amount."""
    fitting = {
        "day": SHAPES[1:6],
        "amount": SHAPES[6:9],
        "text": SHAPES[9:],
        "number": (),
    }[VALUES.get(source, "text")]
    shape = block.text("shape", "")
    if shape not in fitting:
        block.unknown("shape", "unknown_value", shown(shape), fitting)
