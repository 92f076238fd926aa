"""A page of docs/concepts as sections with examples that can be run.

A section (from one heading to the next) adds to the plan of the page (```toml plan), may have a household of its own
(```toml given), and shows lines as tables. A table with a column ``state`` is an example: each row is a line, its
columns are those of the tables claims and lines, then what is expected: ``state``, a column for each layer with what it
pays, ``reductions`` ("reference 100.00"), ``share``. A table with a column ``takes`` is the trail of the last line of
the example before it. A table with ``category`` is part of the tariff.
"""

from __future__ import annotations

import csv
import json
import re
import tomllib
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from pathlib import Path
from typing import Any

from tiwizi import packs
from tiwizi.formats.tables.schema import TABLES

Row = dict[str, str]
FENCE = re.compile(r"^```(\w*) ?(.*?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TABLE = re.compile(r"(?:^\|[^\n]*\|$\n?)+", re.MULTILINE)
PART = re.compile(f"{FENCE.pattern}|(?P<table>{TABLE.pattern})", re.MULTILINE | re.DOTALL)
CLAIM_COLUMNS = {column.name for column in TABLES["claims"]} - {"claim", "household"}


@dataclass
class Example:
    """The lines of one household, what is expected of each, and the trail and the sentences of the last one."""

    number: int
    rows: list[Row]
    trail: list[Row] = field(default_factory=list)
    explained: dict[str, str] = field(default_factory=dict)


@dataclass
class Section:
    title: str
    prose: str
    #: what the section adds to the plan of the page, in its order
    plan: list[dict[str, Any]] = field(default_factory=list)
    given: dict[str, Any] = field(default_factory=dict)
    tariff: list[Row] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)
    #: everything that an amount in the prose may be found in
    shown: str = ""


def read_page(path: Path) -> list[Section]:
    parts = re.split(r"^##+ (.*)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [_section(title, text) for title, text in zip(parts[1::2], parts[2::2], strict=True)]


def fences(path: Path) -> list[tuple[str, str, str]]:
    """(language, tag, content) of every fenced block of a page."""
    return FENCE.findall(path.read_text(encoding="utf-8"))


def _section(title: str, text: str) -> Section:
    section = Section(title, PART.sub("", text))
    for part in PART.finditer(text):
        if part["table"]:
            _add_table(section, read_table(part["table"]))
        else:
            _add_fence(section, f"{part[1]} {part[2]}".strip(), part[3])
        section.shown += part[0]
    return section


def _add_fence(section: Section, tag: str, content: str) -> None:
    if tag == "toml plan":
        section.plan.append(tomllib.loads(content))
    elif tag == "toml given":
        section.given = tomllib.loads(content)
    elif tag.startswith("text explain"):
        section.examples[-1].explained[tag.split()[-1]] = content


def _add_table(section: Section, rows: list[Row]) -> None:
    if "category" in rows[0]:
        section.tariff += rows
    elif "state" in rows[0]:
        section.examples.append(Example(len(section.examples) + 1, rows))
    elif "takes" in rows[0]:
        section.examples[-1].trail = rows


def read_table(text: str) -> list[Row]:
    """The rows of a Markdown table, by its headings; a cell that is blank is left out."""
    lines = [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in text.strip().splitlines()]
    heads = lines[0]
    return [{head: cell for head, cell in zip(heads, cells, strict=True) if cell} for cells in lines[2:]]


def merged(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Two plan documents as one: lists grow, tables are merged, and blocks of a layer go to the layer before them."""
    found = dict(one)
    for key, value in other.items():
        if key == "layers" and isinstance(value, dict):
            found[key] = [*one[key][:-1], merged(one[key][-1], value)]
        elif isinstance(value, list):
            found[key] = [*one.get(key, []), *value]
        elif isinstance(value, dict):
            found[key] = merged(one.get(key, {}), value)
        else:
            found[key] = value
    return found


def write_case(folder: Path, page: list[Section], section: Section, example: Example) -> Path:
    """An example as a case file with its plan and tariff beside it; the first section with a plan is every section's.

    A section whose ``given`` names a plan of a pack ("ma/public") is decided by that."""
    home = next(s for s in page if s.plan)
    given = home.given | section.given
    if "plan" in given:
        plan = pack_plan(given.pop("plan"))
    else:
        plan = folder / "plan.toml"
        document = reduce(merged, home.plan + (section.plan if section is not home else []))
        document["plan"] = document["plan"] | {"tariffs": ["tariff.csv"]}
        plan.write_text(toml(document), encoding="utf-8")
        _write_csv(folder / "tariff.csv", [*home.tariff, *(section.tariff if section is not home else [])])
    case = {"id": "case", "title": section.title, "why": "the page says so", "claims": _claims(example.rows, plan)}
    path = folder / "case.toml"
    path.write_text(toml({"plan": str(plan), "given": given, "cases": [case]}), encoding="utf-8")
    return path


def pack_plan(name: str) -> Path:
    """The file of a pack's plan, by its name: "ma/public"."""
    country, plan = name.split("/")
    return packs.folder(country) / "plans" / f"{plan}.toml"


def _claims(rows: list[Row], plan: Path) -> list[dict[str, Any]]:
    """The rows as claims with lines: those with the same ``claim`` are of one, a row without is one of its own."""
    layers = [layer["id"] for layer in tomllib.loads(plan.read_text(encoding="utf-8"))["layers"]]
    claims: dict[str, dict[str, Any]] = {}
    for number, row in enumerate(rows):
        claim = claims.setdefault(row.get("claim", f"row {number}"), {"lines": []})
        claim |= {name: cell for name, cell in row.items() if name in CLAIM_COLUMNS}
        claim.setdefault("care_from", row["date"])
        claim["received_on"] = max(claim.get("received_on", ""), row["date"], row.get("care_to", ""))
        claim["lines"].append(_line(row, layers))
    return list(claims.values())


def _line(row: Row, layers: list[str]) -> dict[str, Any]:
    known = {"claim", "state", "reductions", "reported", "share", *CLAIM_COLUMNS, *layers}
    line: dict[str, Any] = {name: cell for name, cell in row.items() if name not in known}
    line["state"], line["share"] = row["state"], row.get("share", "0")
    line["paid"] = {layer: row[layer] for layer in layers if layer in row}
    for name in ("reductions", "reported"):
        line[name] = dict(part.split() for part in row[name].split(", ")) if name in row else {}
    return line


def _write_csv(path: Path, rows: list[Row]) -> None:
    heads = list(dict.fromkeys(head for row in rows for head in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, heads)
        writer.writeheader()
        writer.writerows(rows)


def toml(value: Any, *, top: bool = True) -> str:
    """A value as TOML; a table within a table stands on one line."""
    if isinstance(value, dict):
        entries = [f"{json.dumps(key)} = {toml(entry, top=False)}" for key, entry in value.items()]
        return "\n".join(entries) + "\n" if top else "{ " + ", ".join(entries) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(toml(entry, top=False) for entry in value) + "]"
    return value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)
