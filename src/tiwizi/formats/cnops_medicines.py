"""The national list of medicines of the Moroccan public scheme (CNOPS, data.gov.ma "ref-des-medicaments-cnops-2014").

CSV with a heading: CODE (13-digit barcode), NOM, DCI1 (substance), DOSAGE1, UNITE_DOSAGE1, FORME, PRESENTATION, PPV
(price to the public, in dirhams), PH (price to hospitals), PRIX_BR (base of reimbursement), PRINCEPS_GENERIQUE (P, G),
TAUX_REMBOURSEMENT (0.70, or 0.00 where it is not reimbursed).

PRIX_BR is already the national base, generics considered, so ``generic_base`` stays blank. A PPV of 0.00 says that
pharmacies do not sell it: the price is left blank. A PRIX_BR of 0.00 on a reimbursed medicine contradicts itself: the
row carries a doubt, and prices nothing until a person has confirmed it. PH decides nothing here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tiwizi.formats.report import Note, Report
from tiwizi.formats.rows import Fault, Row, read, sort_out, write, write_repair
from tiwizi.rules.money import MAX_PRICE, RATE_SCALE, basis_points, major, minor

CURRENCY = "MAD"
REIMBURSED, NOT_REIMBURSED = "medicine", "medicine_not_reimbursable"
NEEDS = ("CODE", "NOM", "PPV", "PRIX_BR", "PRINCEPS_GENERIQUE", "TAUX_REMBOURSEMENT")
COLUMNS = ("code", "category", "label_fr", "price", "reimbursement_base", "rate", "doubt", "source")
SOURCE = "CNOPS 2014"
FLAGS = {"P": "princeps", "G": "générique"}
#: A base so many times the price, or the reverse, is more likely a slip of the decimal mark.
FAR_APART = 10


@dataclass(frozen=True)
class Medicine:
    """One row of the list. Amounts in centimes, rate in basis points."""

    code: str
    label: str
    price: int
    base: int
    rate: int
    flag: str

    @property
    def contradicts_itself(self) -> bool:
        return self.rate > 0 and self.base == 0

    @property
    def far_apart(self) -> bool:
        low, high = sorted((self.price, self.base))
        return 0 < low * FAR_APART <= high


def convert(src: Path, out: Path, *, lang: str = "fr") -> Report:
    """Write ``tariff.csv``, and ``repair.csv`` for the rows that cannot be understood, into a folder.

    Raises TableError when the file is not this list.
    """
    medicines = sort_out(src.name, read(src, needs=NEEDS), medicine, once="CODE")
    write(out / "tariff.csv", COLUMNS, map(tariff_row, medicines.good))
    repair = write_repair(out / "repair.csv", medicines.faults, lang=lang)
    return Report("medicines", (medicines.count,), notes(medicines.good), ("tariff.csv", *repair))


def medicine(row: Row) -> Medicine | Fault:
    """A row as a medicine, or why it is none."""
    if not (row["CODE"].isascii() and row["CODE"].isdigit()):
        return Fault("CODE", "not_a_barcode", {"value": row["CODE"]})
    if row["PRINCEPS_GENERIQUE"] not in FLAGS:
        return Fault("PRINCEPS_GENERIQUE", "not_a_flag", {"value": row["PRINCEPS_GENERIQUE"]})
    price, base, rate = _amount(row["PPV"]), _amount(row["PRIX_BR"]), _rate(row["TAUX_REMBOURSEMENT"])
    for column, value in (("PPV", price), ("PRIX_BR", base)):
        if value is None:
            return Fault(column, "not_an_amount", {"value": row[column]})
    if rate is None:
        return Fault("TAUX_REMBOURSEMENT", "not_a_rate", {"value": row["TAUX_REMBOURSEMENT"]})
    assert price is not None and base is not None
    return Medicine(row["CODE"], label(row), price, base, rate, row["PRINCEPS_GENERIQUE"])


def label(row: Row) -> str:
    """Name, substance, strength, form and presentation, as a pharmacist would say them."""
    substance = f"({row['DCI1']})" if row["DCI1"] and row["DCI1"] != row["NOM"] else ""
    strength = f"{row['DOSAGE1']} {row['UNITE_DOSAGE1']}" if row["DOSAGE1"] else ""
    head = " ".join(part for part in (row["NOM"], substance, strength) if part)
    return ", ".join(part for part in (head, row["FORME"], row["PRESENTATION"]) if part)


def _amount(written: str) -> int | None:
    """Centimes; None where it is no amount that a price can be."""
    try:
        amount = minor(written, CURRENCY)
    except ValueError:
        return None
    return amount if 0 <= amount <= MAX_PRICE else None


def _rate(written: str) -> int | None:
    """Basis points of a rate written as a fraction of one: "0.70" is 7000."""
    try:
        rate = basis_points(f"{written}%") * 100
    except ValueError:
        return None
    return rate if 0 <= rate <= RATE_SCALE else None


def tariff_row(drug: Medicine) -> dict[str, str]:
    return {
        "code": drug.code,
        "category": REIMBURSED if drug.rate else NOT_REIMBURSED,
        "label_fr": drug.label,
        "price": major(drug.price, CURRENCY) if drug.price else "",
        "reimbursement_base": major(drug.base, CURRENCY) if drug.base else "",
        "rate": f"{drug.rate / 100:g}%",
        "doubt": "PRIX_BR 0.00, remboursable" if drug.contradicts_itself else "",
        "source": f"{SOURCE}, {FLAGS[drug.flag]}",
    }


def notes(medicines: Sequence[Medicine]) -> tuple[Note, ...]:
    """What a person should know of the list."""
    return tuple(Note(key, sum(map(holds, medicines))) for key, holds in ODDITIES.items())


#: What is counted and said, as a register: the note, and of which medicines it speaks.
ODDITIES: dict[str, Callable[[Medicine], bool]] = {
    "not_reimbursed": lambda drug: drug.rate == 0,
    "generic": lambda drug: drug.flag == "G",
    "price_above_base": lambda drug: drug.price > drug.base,
    "no_public_price": lambda drug: drug.price == 0,
    "base_of_zero": lambda drug: drug.contradicts_itself,
    "far_apart": lambda drug: drug.far_apart,
    "check_digit": lambda drug: not barcode_holds(drug.code),
}


def barcode_holds(code: str) -> bool:
    """Whether the last digit of a barcode is the one that GS1 computes (modulo 10, weights 3 and 1 from the right)."""
    digits = [int(digit) for digit in reversed(code)]
    return (sum(digits[0::2]) + 3 * sum(digits[1::2])) % 10 == 0
