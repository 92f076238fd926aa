"""openIMIS: a PostgreSQL dump or a folder of CSV exports -> plan.toml, the tables of tables.md, and report.csv.

By the documented meaning of products and claims, not by the behaviour of a release. register.toml says for every field
of every table where it went, or why it has no meaning here.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tiwizi.formats.openimis import claims as claim_tables
from tiwizi.formats.openimis import people as people_tables
from tiwizi.formats.openimis import products
from tiwizi.formats.openimis import tariff as tariff_table
from tiwizi.formats.openimis.coverage import FROM_CLAIM, coverage_lines
from tiwizi.formats.openimis.dump import Database, Progress, Row, SourceError, read_source
from tiwizi.formats.openimis.names import names_of
from tiwizi.formats.openimis.register import is_read
from tiwizi.formats.openimis.report import Report
from tiwizi.formats.rows import write

__all__ = ["Report", "SourceError", "convert"]


#: openIMIS does not say in which currency its amounts are; its demo database thinks of none in particular.
ASSUMED_CURRENCY = "USD"


def convert(src: Path, out: Path, *, currency: str = "", lang: str = "en", progress: Progress | None = None) -> Report:
    """Write plan.toml, people, cover, claims, lines and tariff (.csv) and report.csv into a folder.

    currency: of the amounts; where nobody says it, ASSUMED_CURRENCY, and the report asks. lang: of report.csv.
    Raises SourceError.
    """
    database = read_source(src, wanted=is_read, progress=progress)
    with Report(out / "report.csv", lang) as report:
        if not currency:
            report.add("plan.toml", "", "currency", ASSUMED_CURRENCY, "currency_assumed")
        claim_rows, line_rows = claim_tables.live(database)
        names = names_of(database, claim_rows, line_rows, report)
        covered = coverage_lines(database, names, report)
        document = products.plan(database, names, covered, currency=currency or ASSUMED_CURRENCY, report=report)
        (out / "plan.toml").write_text(document, encoding="utf-8")
        unknown = {code: _category(sort.care) for code, sort in claim_tables.codes_without_a_row(line_rows, names)}
        tables = {
            "people": (people_tables.PEOPLE, people_tables.people(database, names)),
            "cover": (people_tables.COVER, people_tables.cover(database, names, report)),
            "claims": (claim_tables.CLAIMS, claim_tables.claims(claim_rows, database, names, report)),
            "lines": (claim_tables.LINES, claim_tables.lines(claim_rows, line_rows, database, names, report)),
            "tariff": (tariff_table.TARIFF, tariff_table.tariff(database, names, unknown, report)),
        }
        by_claim = {line.code for lines in covered.values() for line in lines if line.origin == FROM_CLAIM}
        decided, asked, prices = (tables[name][1] for name in ("claims", "lines", "tariff"))
        claim_tables.say_where_another_price_counts(decided, asked, prices, by_claim, report)
        for name, (columns, rows) in tables.items():
            _write(out, name, columns, rows, report)
        live = line_rows | {"tblClaim": claim_rows}
        report.walk(database, live=live, diagnoses=_diagnoses(database))
    return report


def _write(out: Path, name: str, columns: Iterable[str], rows: list[Row], report: Report) -> None:
    write(out / f"{name}.csv", tuple(columns), rows)
    report.files[f"{name}.csv"] = len(rows)


def _category(care: str) -> str:
    return tariff_table.category(care, {})


def _diagnoses(database: Database) -> dict[str, str]:
    """Number -> "code name" of the diagnoses, where the source numbers them."""
    return {
        row["ICDID"]: f"{row.get('ICDCode', '')} {row.get('ICDName', '')}"
        for row in database.rows("tblICDCodes")
        if row.get("ICDID")
    }
