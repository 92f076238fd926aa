"""The small fund of the folder world/: its tables, changed as a scenario says, written as a CSV folder or a dump."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

WORLD = Path(__file__).parent / "world"
Row = dict[str, str]
Tables = dict[str, list[Row]]

_CLAIM = re.compile(
    r"(?P<start>[\d-]{10})(?:\.\.(?P<end>[\d-]{10}))? (?P<at>\w+) (?P<who>\w+) (?P<visit>[ORE]): (?P<lines>.+)"
)
_LINE = re.compile(
    r"(?P<code>\w+) (?P<quantity>[\d.]+) x (?P<price>[\d.]+)"
    r"(?: approved (?P<approved>[\d.]+)(?: x (?P<at>[\d.]+))?)?(?: rejected (?P<rejected>-?\d+))?"
    r" = (?P<paid>[\d.]+)(?: (?!here)(?P<reason>\w+))?(?: here (?P<here>[\d.]+)(?: (?P<why>\w+))?)?"
)

#: What pg_dump ends with.
END = "--\n-- PostgreSQL database dump complete\n--\n"


@dataclass(frozen=True)
class Expected:
    """What one line should come to: by the documented meaning, and what the engines give where that is not yet it."""

    where: str
    paid: str
    reason: str
    here: str = ""

    @property
    def decided(self) -> str:
        return self.here or self.paid


@dataclass
class Fund:
    tables: Tables
    columns: dict[str, list[str]]
    expected: dict[tuple[str, str], Expected] = field(default_factory=dict)

    def change(self, table: str, number: str, fields: Mapping[str, str]) -> None:
        """Change some fields of one row, by its number (the first column)."""
        row = next(row for row in self.tables[table] if row[self.columns[table][0]] == number)
        unknown = set(fields) - set(row)
        assert not unknown, f"{table} has no {unknown}"
        row |= fields

    def add(self, table: str, fields: Mapping[str, str]) -> None:
        """Add a row; what it leaves out is as in the table's first row."""
        first = self.tables[table][0] if self.tables[table] else dict.fromkeys(self.columns[table], "")
        self.tables[table].append(first | fields)

    def claim(self, written: str) -> None:
        """Add a claim and its lines, and remember what is expected of them."""
        said = _CLAIM.fullmatch(written)
        assert said, written
        number, end = str(len(self.tables["tblClaim"]) + 1), said["end"] or said["start"]
        code = f"C{number.zfill(2)}"
        self._row(
            "tblClaim",
            ClaimID=number, ClaimCode=code, InsureeID=self._number("tblInsuree", "CHFID", said["who"]),
            HFID=self._number("tblHF", "HFCode", said["at"]), DateFrom=said["start"], DateTo=said["end"] or "",
            DateClaimed=end, VisitType=said["visit"], ClaimStatus="4", RejectionReason="0", ICDID="4",
        )  # fmt: skip
        for line in said["lines"].split("; "):
            self._line(number, code, line)

    def _line(self, claim: str, code: str, written: str) -> None:
        said = _LINE.fullmatch(written)
        assert said, written
        item = any(row["ItemCode"] == said["code"] for row in self.tables["tblItems"])
        table, key = ("tblClaimItems", "ClaimItemID") if item else ("tblClaimServices", "ClaimServiceID")
        care, code_field, letter = ("Item", "ItemCode", "I") if item else ("Service", "ServCode", "S")
        number = str(len(self.tables[table]) + 1)
        fields = {
            key: number, "ClaimID": claim, f"{care}ID": self._number(f"tbl{care}s", code_field, said["code"]),
            "QtyProvided": said["quantity"], "PriceAsked": said["price"], "QtyApproved": said["approved"] or "",
            "PriceApproved": said["at"] or "", "RejectionReason": said["rejected"] or "0",
        }  # fmt: skip
        self._row(table, **fields)
        reason = said["why"] if said["here"] else said["reason"]
        expected = Expected(f"{code} {written}", said["paid"], reason or "", said["here"] or "")
        self.expected[code, f"{letter}{number}"] = expected

    def _row(self, table: str, **fields: str) -> None:
        self.tables[table].append(dict.fromkeys(self.columns[table], "") | fields)

    def _number(self, table: str, field: str, value: str) -> str:
        return next(row[self.columns[table][0]] for row in self.tables[table] if row[field] == value)

    # --- as files ------------------------------------------------------------------------------------------------

    def as_folder(self, folder: Path) -> Path:
        folder.mkdir()
        for table, rows in self.tables.items():
            with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, self.columns[table])
                writer.writeheader()
                writer.writerows(rows)
        return folder

    def as_copy_dump(self, path: Path) -> Path:
        """As pg_dump writes it: COPY blocks, NULL as \\N."""
        parts = []
        for table, rows in self.tables.items():
            names = ", ".join(f'"{name}"' for name in self.columns[table])
            lines = "".join("\t".join(row[name] or "\\N" for name in self.columns[table]) + "\n" for row in rows)
            parts.append(f'COPY public."{table}" ({names}) FROM stdin;\n' + lines + "\\.\n\n")
        path.write_text("--\n-- PostgreSQL database dump\n--\n\n" + "".join(parts) + END, encoding="utf-8")
        return path

    def as_insert_dump(self, path: Path) -> Path:
        """As pg_dump --inserts writes it: no column names, which stand in CREATE TABLE; several rows a statement."""
        parts = []
        for table, rows in self.tables.items():
            columns = "".join(f'    "{name}" character varying,\n' for name in self.columns[table])
            parts.append(f'CREATE TABLE public."{table}" (\n{columns}    CONSTRAINT "k" PRIMARY KEY ("x")\n);\n')
            values = [", ".join(_literal(row[name]) for name in self.columns[table]) for row in rows]
            rows_written = "),\n\t(".join(values)
            if values:
                parts.append(f'INSERT INTO public."{table}" VALUES\n\t({rows_written});\n')
        path.write_text("".join(parts), encoding="utf-8")
        return path


def _literal(value: str) -> str:
    if value == "":
        return "NULL"
    if re.fullmatch(r"[\d.]+", value):
        return f"CAST({value} AS Decimal(18, 2))" if "." in value else f"'{value}'::text"
    return {"t": "true", "f": "0::boolean"}.get(value) or "N'" + value.replace("'", "''") + "'"


def fund(scenario: Mapping[str, Any] | None = None) -> Fund:
    """The fund of world/, changed as a scenario says."""
    scenario = scenario or {}
    tables: Tables = {}
    columns: dict[str, list[str]] = {}
    for path in sorted(WORLD.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            tables[path.stem] = list(reader)
            columns[path.stem] = list(reader.fieldnames or ())
    made = Fund(tables, columns)
    for where, fields in scenario.get("set", {}).items():
        made.change(*where.split(), fields)
    for table, rows in scenario.get("add", {}).items():
        for row in rows:
            made.add(table, row)
    for claim in scenario.get("claims", ()):
        made.claim(claim)
    return made
