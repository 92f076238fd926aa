"""report.csv (table, row, field, value, why): all of an openIMIS database that has no meaning here or was left out."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from tiwizi.formats.openimis.dump import Database, Row
from tiwizi.formats.openimis.register import CARRIED, COUNTED, LISTED, ROW_NAME, fate
from tiwizi.locale import number, text

COLUMNS = ("table", "row", "field", "value", "why")
#: Values that say nothing: they are counted, not listed.
SAYS_NOTHING = ("", "0", "0.0", "0.00", "f")
#: Reasons that a person should read first: they change what is paid, or say that something waits for a decision.
WORTH_READING = (
    "currency_assumed",
    "policy_status",
    "no_effective_date",
    "periods_do_not_meet",
    "policy_not_in_force",
    "insuree_not_in_force",
    "product_not_in_force",
    "irregular_period",
    "same_name",
    "facility_not_in_force",
    "price_list_not_in_force",
    "not_in_any_price_list",
    "claim_without_insuree",
    "second_limit",
    "zero_is_no_limit",
    "limits_nothing",
    "covered_twice",
    "default_terms",
    "no_terms",
    "above_100",
    "nobody",
    "cap_below_limit",
    "index_not_carried",
    "asked_below_list",
    "approved_above_asked",
    "approved_price_aside",
)


@dataclass
class Report:
    """What a conversion did. Written row by row, so that a large fund's report needs no memory.

    tables: name -> rows in, in force, history, deleted; files: name -> rows written; whys: reason -> rows listed.
    """

    path: Path
    lang: str = "en"
    tables: dict[str, dict[str, int]] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)
    whys: Counter[str] = field(default_factory=Counter)

    def __enter__(self) -> Report:
        self._file = self.path.open("w", encoding="utf-8", newline="")
        self._rows = csv.writer(self._file, lineterminator="\n")
        self._rows.writerow(COLUMNS)
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def add(self, table: str, row: str, field: str, value: str, why: str) -> None:
        """One row of report.csv; ``why`` is the key of a text why_<why>."""
        self.whys[why] += 1
        self._rows.writerow((table, row, field, value, text("openimis", f"why_{why}", lang=self.lang)))

    # --- the fields, by the register ----------------------------------------------------------------------------

    def walk(self, database: Database, *, live: Mapping[str, list[Row]], diagnoses: Mapping[str, str]) -> None:
        """Every field that is not carried, of every row in force (``live``: of these rows alone, where given)."""
        for table in sorted(database.tables):
            rows = live.get(table, database.current(table))
            self._rows_of(table, database, rows)
            for column in database.columns[table]:
                self._field(table, column, rows, diagnoses)
        for table, count in sorted(database.passed_over.items()):
            known = fate(table, "*")
            self.tables[table] = {"rows": count}
            self.add(table, "", "*", self._count(count, "rows"), known.what if known else "unknown_table")

    def _rows_of(self, table: str, database: Database, rows: list[Row]) -> None:
        """Count the rows of a table; those no longer in force are left out."""
        every = database.rows(table)
        closed = [row for row in every if row.get("ValidityTo")]
        history = sum(1 for row in closed if row.get("LegacyID"))
        sizes = {"rows": len(every), "in_force": len(rows), "history": history, "deleted": len(closed) - history}
        self.tables[table] = sizes
        for why in ("history", "deleted"):
            if sizes[why]:
                self.add(table, "", "ValidityTo", self._count(sizes[why], "rows"), why)

    def _field(self, table: str, column: str, rows: list[Row], diagnoses: Mapping[str, str]) -> None:
        how, what = fate(table, column) or (LISTED, "unknown_column")
        if how == CARRIED:
            return
        silent = 0
        for position, row in enumerate(rows, start=1):
            value = row.get(column, "")
            if how == COUNTED or value in SAYS_NOTHING:
                silent += value != ""
            else:
                named = diagnoses.get(value, value) if what == "diagnosis" else value
                self.add(table, row.get(ROW_NAME.get(table, ""), f"#{position}"), column, named, what)
        if silent:
            self.add(table, "", column, self._count(silent, "values"), what)

    def _count(self, count: int, of: str) -> str:
        return text("openimis", f"counted_{of}", lang=self.lang, count=number(count, self.lang))

    # --- what the command says -----------------------------------------------------------------------------------

    @property
    def rows_in(self) -> int:
        return sum(sizes["rows"] for sizes in self.tables.values())

    def lines(self, lang: str) -> list[str]:
        """The report as sentences: what was read, what was written, what a person should look at."""

        def say(key: str, **values: object) -> str:
            return text("openimis", key, lang=lang, **values)

        files = ", ".join(f"{name}: {number(count, lang)}" for name, count in self.files.items())
        return [
            say("said_read", rows=number(self.rows_in, lang), tables=number(len(self.tables), lang)),
            say("said_written", files=files),
            *(
                say("said_look", count=number(self.whys[why], lang), why=say(f"why_{why}"))
                for why in WORTH_READING
                if self.whys[why]
            ),
            say("said_listed", rows=number(self.whys.total(), lang)),
        ]

    def json(self) -> dict[str, Any]:
        return {"kind": "openimis", "tables": self.tables, "files": self.files, "whys": dict(sorted(self.whys.items()))}
