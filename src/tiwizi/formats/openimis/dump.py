"""PostgreSQL's plain dump (pg_dump: COPY blocks, INSERT statements) or a folder with a CSV file a table -> text.

Every value becomes the text that PostgreSQL itself would write: NULL is "", a boolean is "t" or "f", blanks at the ends
are gone. Only the tables that the register names are kept; of the others the rows are counted.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tiwizi.formats.openimis.register import NEEDED, NEVER_EMPTY
from tiwizi.formats.tables.fault import TableError
from tiwizi.locale import text

Row = dict[str, str]
Progress = Callable[[str], None]

_TABLE = r'(?:"?\w+"?\.)?"?(\w+)"?'
_COPY = re.compile(rf"COPY\s+{_TABLE}\s*\((.*)\)\s+FROM\s+stdin;", re.IGNORECASE)
_INSERT = re.compile(rf"INSERT\s+INTO\s+{_TABLE}\s*(?:\(([^)]*)\)\s*)?VALUES\s*", re.IGNORECASE)
_CREATE = re.compile(rf"CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?{_TABLE}\s*\(\s*$", re.IGNORECASE)
_NAME = re.compile(r'"([^"]+)"|(\w+)')
_LITERAL = r"(?:[NE]?'(?:[^']|'')*'|[-+\w.]+)"
_VALUE = re.compile(
    rf"\s*(?:CAST\s*\(\s*(?P<cast>{_LITERAL})\s+AS\s+(?P<type>\w+)[\w ]*(?:\([\d, ]*\))?\s*\)"
    rf"|(?P<plain>{_LITERAL})(?:::(?P<of>\w+)[\w ]*(?:\([\d, ]*\))?)*)\s*(?P<after>[,)])",
    re.IGNORECASE,
)
#: What pg_dump writes first and last. The last line of a statement ends with a semicolon, whoever wrote it.
_BEGIN, _END = "-- PostgreSQL database dump", "-- PostgreSQL database dump complete"
_NOT_A_COLUMN = ("CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN", "EXCLUDE")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}
_TRUTH = {"1": "t", "0": "f", "true": "t", "false": "f"}


class SourceError(TableError):
    """A source that cannot be read as openIMIS tables. Texts ``source_<key>`` of locale/<lang>/openimis.toml."""

    def message(self, lang: str | None = None) -> str:
        return text("openimis", f"source_{self.key}", lang=lang or self.lang, **self.said.values)

    def way_out(self, lang: str | None = None) -> str:
        return text("openimis", f"source_{self.key}_way_out", lang=lang or self.lang, **self.said.values)


@dataclass
class Database:
    """Tables of text. ``columns`` has the heading of every table; ``passed_over`` counts the rows of those not read."""

    tables: dict[str, list[Row]] = field(default_factory=dict)
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    passed_over: dict[str, int] = field(default_factory=dict)

    def rows(self, table: str) -> list[Row]:
        return self.tables.get(table, [])

    def current(self, table: str) -> list[Row]:
        """The rows in force: every change and every deletion in openIMIS closes a row by its ValidityTo."""
        return [row for row in self.rows(table) if not row.get("ValidityTo")]

    def by(self, table: str, key: str) -> dict[str, Row]:
        """The rows in force by one of their columns; the first of equals."""
        found: dict[str, Row] = {}
        for row in self.current(table):
            found.setdefault(row.get(key, ""), row)
        return found


def read_source(src: Path, *, wanted: Callable[[str], bool], progress: Progress | None = None) -> Database:
    """The tables of a dump file or of a folder of CSV files. Raises SourceError for what is neither."""
    database = Database()
    rows = _folder(src, database) if src.is_dir() else _dump(src)
    last = ""
    try:
        for table, row in rows:
            if progress is not None and table != last:
                progress(last := table)
            _keep(database, table, row, wanted)
    except UnicodeDecodeError:
        raise SourceError("not_utf8", file=src.name) from None
    _check(database, src)
    return database


def _check(database: Database, src: Path) -> None:
    """Stop at a source that is no openIMIS database, or only a part of one."""
    if not any(database.tables.get(table) for table in NEEDED):
        raise SourceError("no_tables", file=src.name)
    missing = [table for table in (NEEDED if src.is_dir() else NEVER_EMPTY) if table not in database.tables]
    if missing:
        raise SourceError("missing_tables", file=src.name, tables=", ".join(missing))
    for table, needed in NEEDED.items():
        lacking = [name for name in needed if name not in database.columns.get(table, needed)]
        if lacking:
            raise SourceError("missing_columns", file=src.name, table=table, columns=", ".join(lacking))


def _keep(database: Database, table: str, row: Row, wanted: Callable[[str], bool]) -> None:
    if not wanted(table):
        database.passed_over[table] = database.passed_over.get(table, 0) + 1
        return
    rows = database.tables.setdefault(table, [])
    if not rows or len(row) != len(database.columns[table]):
        database.columns[table] = tuple(dict.fromkeys((*database.columns.get(table, ()), *row)))
    rows.append(row)


# --- a folder of CSV files -------------------------------------------------------------------------------------------


def _folder(folder: Path, database: Database) -> Iterator[tuple[str, Row]]:
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as lines:
            heading = lines.readline()
            if not heading.endswith("\n"):
                raise SourceError("truncated", file=path.name, table=path.stem)
            separator = ";" if heading.count(";") > heading.count(",") else ","
            names = next(csv.reader([heading], delimiter=separator), [])
            database.columns[path.stem] = tuple(names)
            database.tables.setdefault(path.stem, [])
            reader = csv.reader(lines, delimiter=separator, strict=True)
            try:
                for values in reader:
                    if values and len(values) != len(names):
                        raise SourceError("uneven_row", file=path.name, line=str(reader.line_num + 1))
                    if values:
                        yield path.stem, {n: v.strip() for n, v in zip(names, values, strict=True)}
            except csv.Error:  # a quotation mark that nothing closes, as where a file ends too early
                raise SourceError("broken_quotes", file=path.name, line=str(reader.line_num + 1)) from None


# --- a dump ----------------------------------------------------------------------------------------------------------


def _dump(path: Path) -> Iterator[tuple[str, Row]]:
    created: dict[str, list[str]] = {}
    begun, last = 0, ""
    with path.open(encoding="utf-8-sig") as file:
        lines = iter(file)
        for line in lines:
            begun += (line.rstrip() == _BEGIN) - (line.rstrip() == _END)
            last = line if line.strip() else last
            if copy := _COPY.match(line):
                yield from _copied(copy[1], _names(copy[2]), lines, path)
            elif line[:5].upper() == "COPY ":
                raise SourceError("broken_statement", file=path.name, table=line[:60].strip())
            elif _CREATE.match(line):
                _created(line, lines, created, path)
            elif line[:6].upper() == "INSERT":
                yield from _inserted(_statement(line, lines), created, path)
    if begun > 0 or not last.endswith(("\n", ";", _END)):
        raise SourceError("cut_off", file=path.name)


def _names(listed: str) -> list[str]:
    return [quoted or bare for quoted, bare in _NAME.findall(listed)]


def _created(line: str, lines: Iterator[str], created: dict[str, list[str]], path: Path) -> None:
    """Remember the columns of a CREATE TABLE, for the INSERT statements that name none."""
    match = _CREATE.match(line)
    assert match is not None
    columns: list[str] = []
    for inner in lines:
        if inner.strip().startswith(")"):
            break
        name = _NAME.match(inner.strip())
        if name and (name[1] or name[2].upper() not in _NOT_A_COLUMN):
            columns.append(name[1] or name[2])
    else:
        raise SourceError("truncated", file=path.name, table=match[1])
    created[match[1]] = columns


def _copied(table: str, names: list[str], lines: Iterable[str], path: Path) -> Iterator[tuple[str, Row]]:
    for line in lines:
        values = line.rstrip("\n").split("\t")
        if values == ["\\."]:
            return
        if len(values) != len(names):
            raise SourceError("broken_statement", file=path.name, table=table)
        yield table, {n: _unescaped(v).strip() for n, v in zip(names, values, strict=True)}
    raise SourceError("truncated", file=path.name, table=table)


def _unescaped(value: str) -> str:
    if value == "\\N":
        return ""
    if "\\" not in value:
        return value
    return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), value)


def _statement(line: str, lines: Iterator[str]) -> str:
    """The whole of a statement: up to a semicolon that ends a line outside of quotes."""
    parts, quotes = [line], line.count("'")
    while quotes % 2 or not parts[-1].rstrip().endswith(";"):
        following = next(lines, None)
        if following is None:
            break
        parts.append(following)
        quotes += following.count("'")
    return "".join(parts)


def _inserted(statement: str, created: dict[str, list[str]], path: Path) -> Iterator[tuple[str, Row]]:
    head = _INSERT.match(statement)
    if head is None:
        raise SourceError("broken_statement", file=path.name, table=statement[:60].split("(")[0].strip())
    table = head[1]
    names = _names(head[2]) if head[2] else created.get(table, [])
    at = head.end()
    while at < len(statement) and statement[at] == "(":
        values, at = _tuple(statement, at + 1, path, table)
        if len(values) != len(names):
            raise SourceError("broken_statement", file=path.name, table=table)
        yield table, dict(zip(names, values, strict=True))
        at = _skip(statement, at)
    if not statement.endswith((";", ";\n")):
        raise SourceError("truncated", file=path.name, table=table)


def _tuple(statement: str, at: int, path: Path, table: str) -> tuple[list[str], int]:
    """The values of one row in parentheses, and where it ends."""
    values: list[str] = []
    while True:
        match = _VALUE.match(statement, at)
        if match is None:
            raise SourceError("broken_statement", file=path.name, table=table)
        values.append(_plain(match["cast"] or match["plain"], match["type"] or match["of"] or ""))
        at = match.end()
        if match["after"] == ")":
            return values, at


def _skip(statement: str, at: int) -> int:
    while at < len(statement) and statement[at] in ", \t\r\n":
        at += 1
    return at


def _plain(literal: str, kind: str) -> str:
    if literal.endswith("'"):
        value = literal[literal.index("'") + 1 : -1].replace("''", "'").strip()
    else:
        value = "" if literal.upper() == "NULL" else literal
    return _TRUTH.get(value.lower(), value) if kind.lower().startswith("bool") or value in ("true", "false") else value
