"""What the records know already, as tables: so that late files may speak of people and claims that came in before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tiwizi.formats.tables.check import keys
from tiwizi.formats.tables.source import Source
from tiwizi.records.cover import queries as cover
from tiwizi.records.database.columns import read_matching
from tiwizi.rules.money import MINOR_DIGITS
from tiwizi.rules.terms import ATTRIBUTES

#: A person's last place in a household.
_PEOPLE = """SELECT p.number AS person, h.number AS household, m.role AS role, p.birth AS birth, p.sex AS sex
    FROM {keys} k {found}
    JOIN people_membership m ON m.person_id = p.id JOIN people_household h ON h.id = m.household_id
    WHERE NOT EXISTS (SELECT 1 FROM people_membership o WHERE o.person_id = p.id AND o.since > m.since)"""
_BY_NUMBER = "JOIN people_person p ON p.number = k.key"
_BY_HOUSEHOLD = """JOIN people_household a ON a.number = k.key JOIN people_membership b ON b.household_id = a.id
    JOIN people_person p ON p.id = b.person_id"""
_CLAIMS = """SELECT c.number AS claim, h.number AS household, c.received AS received FROM {keys} k
    JOIN care_claim c ON c.number = k.key JOIN people_household h ON h.id = c.household_id"""
_LINES = """SELECT c.number AS claim, l.number AS number, l.label AS label, p.number AS person, l.day AS day,
    a.code AS code, l.quantity AS quantity, l.billed AS billed FROM {keys} k JOIN care_claim c ON c.number = k.key
    JOIN care_line l ON l.claim_id = c.id JOIN people_person p ON p.id = l.person_id JOIN cover_act a ON a.id = l.act_id
    WHERE NOT l.withdrawn"""
_TARIFF = """SELECT a.code AS code, MIN(r.category) AS category, MAX(r.price) AS price FROM {keys} k
    JOIN cover_act a ON a.code = k.key
    JOIN cover_tariffrow r ON r.act_id = a.id AND r.version_id = %s GROUP BY a.code"""

Sources = dict[str, Source]


def complete(told: Sources, *, currency: str, in_minor: bool) -> dict[str, list[Source]]:
    """Of each table the source that was told, if there is one, and after it what the records add to it."""
    parts: dict[str, list[Source]] = {table: [source] for table, source in told.items()}

    def add(table: str, source: Source) -> Source:
        if source.rows:
            parts.setdefault(table, []).append(source)
        return source

    lines = _named(told, "code", ("lines",))
    if "reported" in told:
        brought = add("lines", _lines(_missing(told, "claim", ("reported",), "lines"), currency, in_minor))
        lines += _named({"lines": brought}, "code", ("lines",))
    claims = add("claims", _claims(_missing(told, "claim", ("lines", "reported"), "claims")))
    people = _missing(told, "person", ("lines", "statuses", "cover"), "people")
    homes = _missing(told, "household", ("claims", "cover"), "people")
    homes = pa.concat_arrays([homes, *_named({"claims": claims}, "household", ("claims",))])
    add("people", _people(people, homes, _named(told, "person", ("people",))))
    if "tariff" not in told:
        add("tariff", _tariff(pc.unique(pa.chunked_array(lines, pa.string())), currency))
    return parts


def _named(told: Sources, column: str, tables: tuple[str, ...]) -> list[Any]:
    """The identifiers in a column of some tables, as text arrays."""
    sources = [told[table] for table in tables if table in told and column in told[table].columns]
    return [pc.unique(keys(source.columns[column])) for source in sources]


def _missing(told: Sources, column: str, tables: tuple[str, ...], where: str) -> Any:
    """The identifiers that some tables lead to and one table does not have."""
    asked = pc.unique(pa.chunked_array(_named(told, column, tables), pa.string()))
    there = pa.chunked_array(_named(told, column, (where,)), pa.string())
    return asked.filter(pc.invert(pc.or_(pc.is_in(asked, value_set=there), pc.equal(asked, pa.scalar("")))))


def _source(table: str, columns: Mapping[str, Any]) -> Source:
    """Rows that stand in no file; nothing can be wrong with them that a file's reader could put right."""
    held = {name: pa.chunked_array([column], column.type) for name, column in columns.items()}
    rows = len(next(iter(held.values())))

    def original(at: Any) -> dict[str, Any]:
        return {name: pc.cast(column.combine_chunks().take(pa.array(at)), pa.string()) for name, column in held.items()}

    return Source(table, table, rows, held, lambda at: at + 1, original)


def _days(days: Any) -> Any:
    return pa.array(days.astype("datetime64[D]"))


def _amounts(minor: Any, currency: str, in_minor: bool) -> Any:
    """Amounts as the tables write them; blank for none."""
    unit = 1 if in_minor else 10 ** MINOR_DIGITS[currency]
    digits = 0 if in_minor else MINOR_DIGITS[currency]
    return pa.array([f"{amount // unit}" + (f".{amount % unit:0{digits}d}" if digits else "") if amount >= 0 else ""
                     for amount in minor.tolist()], pa.string())  # fmt: skip


def _words(register: str, codes: Any) -> Any:
    return pa.array(np.array(ATTRIBUTES[register], object)[codes], pa.string())


def _people(numbers: Any, homes: Any, there: list[Any]) -> Source:
    """People by their numbers and by their households, without those who are ``there`` already."""
    kinds: Any = {"person": "text", "household": "text", "role": "int", "birth": "day", "sex": "int"}
    parts = [
        read_matching(_PEOPLE.replace("{found}", found), names, kinds)
        for found, names in ((_BY_NUMBER, numbers), (_BY_HOUSEHOLD, homes))
    ]
    person = pa.concat_arrays([part["person"] for part in parts])
    known = pa.concat_arrays([*there, pa.array([], pa.string())])
    first = np.zeros(len(person), bool)
    if len(person):
        first[np.unique(person.to_numpy(zero_copy_only=False), return_index=True)[1]] = True
    rows = np.flatnonzero(first & ~pc.is_in(person, value_set=known).to_numpy(zero_copy_only=False))
    birth, role, sex = (np.concatenate([part[name] for part in parts])[rows] for name in ("birth", "role", "sex"))
    return _source(
        "people",
        {
            "person": person.take(pa.array(rows)),
            "household": pa.concat_arrays([part["household"] for part in parts]).take(pa.array(rows)),
            "role": _words("role", role), "birth_date": _days(birth), "sex": _words("sex", sex),
        },
    )  # fmt: skip


def _claims(numbers: Any) -> Source:
    rows = read_matching(_CLAIMS, numbers, {"claim": "text", "household": "text", "received": "day"})
    columns = {"claim": rows["claim"], "household": rows["household"], "received_on": _days(rows["received"])}
    return _source("claims", columns)


def _lines(claims: Any, currency: str, in_minor: bool) -> Source:
    kinds: Any = {
        "claim": "text", "number": "int", "label": "text", "person": "text", "day": "day", "code": "text",
        "quantity": "int", "billed": "int",
    }  # fmt: skip
    rows = read_matching(_LINES, claims, kinds)
    number = pa.array(rows["number"]).cast(pa.string())
    quantity = pa.array([f"{count // 1000}.{count % 1000:03d}" for count in rows["quantity"].tolist()], pa.string())
    return _source(
        "lines",
        {
            "claim": rows["claim"], "line": pc.if_else(pc.equal(rows["label"], pa.scalar("")), number, rows["label"]),
            "person": rows["person"], "date": _days(rows["day"]), "code": rows["code"], "quantity": quantity,
            "billed": _amounts(rows["billed"], currency, in_minor),
        },
    )  # fmt: skip


def _tariff(codes: Any, currency: str) -> Source:
    """Codes of the tariff in force, with their category, and a price to know the magnitude by."""
    kinds: Any = {"code": "text", "category": "text", "price": "int"}
    rows = read_matching(_TARIFF, codes, kinds, [cover.latest_tariff() or 0])
    columns = {"code": rows["code"], "category": rows["category"], "price": _amounts(rows["price"], currency, False)}
    return _source("tariff", columns)
