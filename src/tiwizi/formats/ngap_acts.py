"""The act list of the Moroccan general nomenclature (NGAP, order 177-06), as extracted from the PDF of data.gov.ma.

CSV with a heading: code, label_fr, key_letter, coefficient, anaesthesia_coefficient. The extraction is bad, so an act
may carry doubts, and an act in doubt prices nothing until a person has confirmed it:

- what the file of flags says (CSV: code, flag; several rows a code);
- what can be seen here: no label, no coefficient, an anaesthesia worth more than the act;
- the key letter. The extraction writes K for every act. K stays, as in the source, where the act is surgery or a
  specialist's; where the chapter is priced in another letter (Z for radiology, worth 9.00 where K is worth 22.50) the
  act is in doubt for its letter. CHAPTERS says which.

A confirmation (CSV: code, confirmed_by, on; letter, coefficient, anaesthesia_coefficient where they are corrected)
clears the doubts of its act, row by row, and its author and day go into the source of the act. A doubtful letter, or a
missing coefficient, is cleared only by a confirmation that writes it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from tiwizi.formats.report import Note, Report
from tiwizi.formats.rows import Fault, Row, Sorted, read, sort_out, write, write_repair
from tiwizi.rules.money import MAX_QUANTITY, QUANTITY_SCALE, thousandths

NEEDS = ("code", "label_fr", "key_letter", "coefficient", "anaesthesia_coefficient")
FLAG_NEEDS = ("code", "flag")
CONFIRMATION_NEEDS = ("code", "confirmed_by", "on")
COLUMNS = ("code", "category", "label_fr", "letter", "coefficient", "anaesthesia_coefficient", "doubt", "source")
SOURCE = "NGAP, CNOPS 2014"


class Chapter(NamedTuple):
    """Acts by code, both ends included. ``letter``: what they are priced in, "" where it is not known here.

    category "": surgery where the act has an anaesthesia coefficient, else a specialist's act.
    """

    first: str
    last: str
    category: str
    letter: str


#: The chapters that are not plain acts in K; the first that holds a code applies. Ranges: the chapters of the order.
CHAPTERS = (
    Chapter("D626", "D641", "orthodontics", "D"),
    Chapter("D700", "D785", "dental_care", "D"),
    Chapter("D800", "D816", "dental_prosthesis", "D"),
    Chapter("M208", "M211", "delivery", "K"),
    Chapter("M233", "M237", "delivery", "K"),
    Chapter("Q101", "Q401", "physiotherapy", "AMM"),
    Chapter("R400", "R430", "ultrasound", "KE"),
    Chapter("S100", "S229", "specialist_act", ""),
    Chapter("T100", "T410", "radiology", "Z"),
    Chapter("U100", "U410", "radiology", "Z"),
    Chapter("V100", "V301", "radiology", "Z"),
    Chapter("W100", "Y609", "radiology", ""),
    Chapter("Z100", "Z702", "biology", "P"),
)
NO_COEFFICIENT = "coefficient_missing_in_source"
LETTER_DOUBT = "letter: {written} in the source, {usual} in this chapter"
ELSEWHERE = Chapter("A100", "Z999", "", "K")


@dataclass(frozen=True)
class Act:
    """Coefficients in thousandths; None where the source has none."""

    code: str
    label: str
    letter: str
    coefficient: int | None
    anaesthesia: int | None
    doubts: tuple[str, ...] = ()
    source: str = SOURCE

    @property
    def chapter(self) -> Chapter:
        return next((chapter for chapter in CHAPTERS if chapter.first <= self.code <= chapter.last), ELSEWHERE)

    @property
    def category(self) -> str:
        return self.chapter.category or ("surgery" if self.anaesthesia else "specialist_act")


@dataclass(frozen=True)
class Confirmation:
    """What a person confirmed of an act; None where it stays as in the source."""

    code: str
    confirmed_by: str
    on: date
    letter: str
    coefficient: int | None
    anaesthesia: int | None


def convert(
    src: Path, out: Path, *, flags: Path | None = None, confirmed: Path | None = None, lang: str = "fr"
) -> Report:
    """Write ``tariff.csv`` into a folder, and ``repair*.csv`` for the rows that cannot be understood.

    flags: by default the file beside the source whose name ends in ``_flags``, if there is one.
    Raises TableError when a file is not what it should be.
    """
    acts = sort_out(src.name, read(src, needs=NEEDS), act, once="code")
    codes = {act.code for act in acts.good}
    flagged = sort_out(_name(flags := flags or _beside(src)), _rows(flags, FLAG_NEEDS), partial(flag, codes))
    confirmations = sort_out(
        _name(confirmed), _rows(confirmed, CONFIRMATION_NEEDS), partial(confirmation, codes), once="code"
    )
    doubted = doubt(acts.good, flagged.good)
    settled = settle(doubted, confirmations.good)
    write(out / "tariff.csv", COLUMNS, map(tariff_row, settled))
    repairs: dict[str, Sorted[Any]] = {
        "repair.csv": acts,
        "repair_flags.csv": flagged,
        "repair_confirmed.csv": confirmations,
    }
    files = [name for file, found in repairs.items() for name in write_repair(out / file, found.faults, lang=lang)]
    counts = [found.count for found in repairs.values() if found.file]
    return Report("acts", tuple(counts), notes(flagged.good, doubted, settled), ("tariff.csv", *files))


def _beside(src: Path) -> Path | None:
    path = src.with_name(f"{src.stem}_flags{src.suffix}")
    return path if path.exists() else None


def _name(path: Path | None) -> str:
    return path.name if path else ""


def _rows(path: Path | None, needs: Sequence[str]) -> list[Row]:
    return read(path, needs=needs) if path else []


def act(row: Row) -> Act | Fault:
    """A row as an act, without the doubts that others have about it, or why it is none."""
    if not row["code"]:
        return Fault("code", "blank", {"column": "code"})
    if not row["key_letter"].isalpha():
        return Fault("key_letter", "not_a_letter", {"value": row["key_letter"]})
    numbers = coefficients(row)
    if isinstance(numbers, Fault):
        return numbers
    return Act(row["code"], row["label_fr"].lstrip("* "), row["key_letter"], *numbers)


def coefficients(row: Row) -> tuple[int | None, int | None] | Fault:
    """The coefficient of an act and of its anaesthesia; None where the cell is blank."""
    found: list[int | None] = []
    for column in ("coefficient", "anaesthesia_coefficient"):
        try:
            value = thousandths(row[column]) if row[column] else None
        except ValueError:
            return Fault(column, "not_a_coefficient", {"value": row[column]})
        if value is not None and not 0 < value <= MAX_QUANTITY:
            return Fault(column, "not_a_coefficient", {"value": row[column]})
        found.append(value)
    return found[0], found[1]


def flag(codes: Set[str], row: Row) -> tuple[str, str] | Fault:
    """A row of the file of flags: (code, what is doubtful)."""
    if row["code"] not in codes:
        return Fault("code", "no_such_act", {"code": row["code"]})
    return row["code"], row["flag"] or "flag"


def confirmation(codes: Set[str], row: Row) -> Confirmation | Fault:
    """A row of the file of confirmations, or why it confirms nothing."""
    if row["code"] not in codes:
        return Fault("code", "no_such_act", {"code": row["code"]})
    if not row["confirmed_by"]:
        return Fault("confirmed_by", "blank", {"column": "confirmed_by"})
    try:
        on = date.fromisoformat(row["on"])
    except ValueError:
        return Fault("on", "not_a_day", {"value": row["on"]})
    if row["letter"] and not row["letter"].isalpha():
        return Fault("letter", "not_a_letter", {"value": row["letter"]})
    numbers = coefficients(row)
    return (
        numbers
        if isinstance(numbers, Fault)
        else Confirmation(row["code"], row["confirmed_by"], on, row["letter"], *numbers)
    )


def doubt(acts: Iterable[Act], flags: Iterable[tuple[str, str]]) -> list[Act]:
    """The acts with every doubt there is about them: those of the flags, then those that can be seen."""
    flagged: dict[str, list[str]] = defaultdict(list)
    for code, words in flags:
        flagged[code].append(words)
    return [replace(act, doubts=tuple(dict.fromkeys((*flagged[act.code], *seen(act))))) for act in acts]


def seen(act: Act) -> Iterator[str]:
    """The doubts that the act itself gives, in the words of the file of flags where it has them."""
    if not act.label:
        yield "label_missing_in_source"
    if act.coefficient is None:
        yield NO_COEFFICIENT
    if act.anaesthesia is not None and act.coefficient is not None and act.anaesthesia > act.coefficient:
        yield "secondary_greater_than_coefficient"
    if act.letter != act.chapter.letter:
        yield LETTER_DOUBT.format(written=act.letter, usual=act.chapter.letter or "?")


def settle(acts: Iterable[Act], confirmations: Iterable[Confirmation]) -> list[Act]:
    """The acts as they are confirmed. A doubt about the letter, or a missing coefficient, is cleared by writing it."""
    by_code = {confirmation.code: confirmation for confirmation in confirmations}
    return [_confirmed(act, by_code[act.code]) if act.code in by_code else act for act in acts]


def _confirmed(act: Act, by: Confirmation) -> Act:
    coefficient = act.coefficient if by.coefficient is None else by.coefficient
    return replace(
        act,
        letter=by.letter or act.letter,
        coefficient=coefficient,
        anaesthesia=act.anaesthesia if by.anaesthesia is None else by.anaesthesia,
        doubts=tuple(still_open(act, by, coefficient)),
        source=f"{act.source}; {by.confirmed_by}, {by.on.isoformat()}",
    )


def still_open(act: Act, by: Confirmation, coefficient: int | None) -> Iterator[str]:
    if coefficient is None:
        yield NO_COEFFICIENT
    if not by.letter:
        yield from filter(is_of_letter, act.doubts)


def tariff_row(act: Act) -> dict[str, str]:
    return {
        "code": act.code,
        "category": act.category,
        "label_fr": act.label,
        "letter": act.letter,
        "coefficient": _written(act.coefficient),
        "anaesthesia_coefficient": _written(act.anaesthesia),
        "doubt": "; ".join(act.doubts),
        "source": act.source,
    }


def _written(coefficient: int | None) -> str:
    return "" if coefficient is None else f"{Decimal(coefficient) / QUANTITY_SCALE:f}"


def notes(flags: Iterable[tuple[str, str]], doubted: Sequence[Act], settled: Sequence[Act]) -> tuple[Note, ...]:
    """What a person should know of the list."""
    flagged = {code for code, _ in flags}
    by_letter = [act for act in doubted if act.code not in flagged and any(map(is_of_letter, act.doubts))]
    return (
        Note("flagged", len(flagged)),
        Note("letter_in_doubt", len(by_letter)),
        Note("seen_only_here", sum(bool(act.doubts) and act.code not in flagged for act in doubted) - len(by_letter)),
        Note("confirmed", sum(act.source != SOURCE for act in settled)),
        Note("still_in_doubt", sum(bool(act.doubts) for act in settled)),
        Note("prices", sum(not act.doubts for act in settled)),
    )


def is_of_letter(doubt: str) -> bool:
    return doubt.startswith("letter:")
