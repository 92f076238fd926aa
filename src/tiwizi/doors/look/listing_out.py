"""A list is taken away: all pages of what is shown, as a sheet or as CSV, with headings in the reader's language.

Amounts are numbers, days are days, and no cell is a live formula whatever somebody is called: a sheet holds its texts
as texts, and a CSV file has an apostrophe before what a spreadsheet would obey. That it was taken away stands in the
trail, before the first byte leaves.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponseBase, HttpResponseRedirect

from tiwizi import locale
from tiwizi.doors import clock
from tiwizi.doors.look import proof
from tiwizi.doors.look.listing import Asked, Column, Listing, said
from tiwizi.doors.look.templatetags import look
from tiwizi.formats.live_formula import harmless
from tiwizi.formats.tables import xlsx_out
from tiwizi.records.people.looks import leave_trace_of_export
from tiwizi.rules.money import MINOR_DIGITS

#: Rows of a sheet below its headings; of a longer list there is only CSV.
MOST_IN_SHEET = 1_048_575
_PIECE = 5_000
_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv; charset=utf-8",
}  # fmt: skip


def export(request: HttpRequest, listing: Listing, asked: Asked) -> Any:
    """The file; to a proof of who one is; or back to the list with what is wrong. Raises PermissionDenied."""
    by: Any = getattr(request, "by", None)
    if by is None or (listing.need and not by.may(listing.need)):
        raise PermissionDenied(listing.need)
    if not proof.is_fresh(request):
        return proof.ask_to_take(request, "export")
    format = "xlsx" if request.GET.get("export") == "xlsx" else "csv"
    write: Callable[..., int] = _write_xlsx if format == "xlsx" else _write_csv
    with tempfile.TemporaryDirectory(prefix="tiwizi-") as folder:
        path = Path(folder) / f"list.{format}"
        currency = str(getattr(request, "currency", "MAD"))
        count = write(path, listing, listing.every(asked), currency)
        if format == "xlsx" and count > MOST_IN_SHEET:
            messages.error(request, said("list:too_long_for_a_sheet"))
            return HttpResponseRedirect(request.path)
        leave_trace_of_export(by, name=listing.name, format=format, rows=count, query=request.GET.urlencode())
        return sent(path, f"{listing.name}-{clock.today().isoformat()}.{format}")


def sent(path: Path, name: str) -> HttpResponseBase:
    """A file as an attachment; it may be removed as soon as this answers."""
    kind = _TYPES.get(path.suffix.removeprefix("."), "application/octet-stream")
    response = FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=kind)
    response["Cache-Control"] = "no-store"
    return response


# -- a sheet ---------------------------------------------------------------------------------------------------------


def _write_xlsx(path: Path, listing: Listing, rows: Iterator[Any], currency: str) -> int:
    kinds = [_arrow(column, currency) for column in listing.columns]
    schema = pa.schema(list(zip(_headings(listing), kinds, strict=True)))
    count = 0

    def tables() -> Iterator[Any]:
        nonlocal count
        rest = islice(rows, MOST_IN_SHEET + 1)
        while True:
            piece = list(islice(rest, _PIECE))
            if count == 0 or piece:
                columns = zip(listing.columns, kinds, strict=True)
                yield pa.table([_array(c, piece, kind, currency) for c, kind in columns], schema=schema)
            count += len(piece)
            if len(piece) < _PIECE:
                return

    xlsx_out.write(path, listing.name[:31], tables())
    return count


def _headings(listing: Listing) -> list[str]:
    """Each once: a sheet's table does not have two columns of one name."""
    headings: list[str] = []
    for column in listing.columns:
        heading = said(column.heading)
        headings.append(f"{heading} ({column.key})" if heading in headings else heading)
    return headings


def _arrow(column: Column, currency: str) -> Any:
    if column.kind == "amount":
        return pa.decimal128(20, MINOR_DIGITS.get(currency, 2))
    return {"number": pa.decimal128(20, 0), "day": pa.date32()}.get(column.kind, pa.string())


def _array(column: Column, rows: Iterable[Any], kind: Any, currency: str) -> Any:
    values = [column.of(row) for row in rows]
    if column.kind in ("amount", "number"):
        scale = -MINOR_DIGITS.get(currency, 2) if column.kind == "amount" else 0
        return pa.array([None if v in (None, "") else Decimal(v).scaleb(scale) for v in values], kind)
    if column.kind == "day":
        return pa.array([v or None for v in values], kind)
    return pa.array([_text(v, column.kind) for v in values], kind)


# -- CSV -------------------------------------------------------------------------------------------------------------


def _write_csv(path: Path, listing: Listing, rows: Iterable[Any], currency: str) -> int:
    """UTF-8 with a mark, cells parted as spreadsheets of the reader's language part them."""
    count, is_english = 0, look.language() == "en"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter="," if is_english else ";", lineterminator="\r\n")
        writer.writerow([harmless(heading) for heading in _headings(listing)])
        for row in rows:
            writer.writerow([_csv(column.of(row), column.kind, currency, is_english) for column in listing.columns])
            count += 1
    return count


def _csv(value: Any, kind: str, currency: str, is_english: bool) -> str:
    if value is None or value == "":
        return ""
    if kind == "amount":
        digits = MINOR_DIGITS.get(currency, 2)
        written = f"{Decimal(value).scaleb(-digits):.{digits}f}"
        return written if is_english else written.replace(".", ",")
    if kind == "number":
        return str(value)
    return harmless(_text(value, kind))


def _text(value: Any, kind: str) -> str:
    """A value that is neither an amount nor a number, in the reader's language."""
    if value is None or value == "":
        return ""
    if kind == "state":
        return locale.text("desk/states", value, lang=look.language())
    if isinstance(value, datetime):
        return f"{value.astimezone():%Y-%m-%d %H:%M}"
    if hasattr(value, "name_ar"):
        first, second = (
            (value.name_ar, value.name_latin) if look.language() == "ar" else (value.name_latin, value.name_ar)
        )
        return str(first or second)
    return str(value).replace(locale.FIRST_STRONG_ISOLATE, "").replace(locale.POP_ISOLATE, "")
