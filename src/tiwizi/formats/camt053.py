"""ISO 20022 camt.053.001, bank to customer statement, versions 02 to 13: https://www.iso20022.org/catalogue-messages.

Booked entries only. An entry that gathers several transactions becomes a movement for each, where they add up to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, BinaryIO

from lxml import etree

from tiwizi.formats.iso20022 import HostileXml, elements
from tiwizi.formats.statement import MOST_BYTES, Movement, Statement, unbalanced
from tiwizi.rules.mistake import Mistake
from tiwizi.rules.money import MAX_AMOUNT, MINOR_DIGITS, minor
from tiwizi.rules.rib import read_rib

_NAMESPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.\d\d")
_PARTS = ("{*}Acct", "{*}Bal", "{*}Ntry", "{*}Stmt")
_OPENING, _CLOSING = ("OPBD", "PRCD"), ("CLBD",)


def read(file: BinaryIO, *, name: str) -> tuple[tuple[Statement, ...], list[Mistake]]:
    """The statements of a message, or, where anything is wrong with it, none and what is wrong.

    ``name`` is what the file is called in a mistake. Texts: locale/<lang>/statement.toml.
    """
    if file.seek(0, 2) > MOST_BYTES:
        return (), [Mistake("statement", "too_large", file=name)]
    file.seek(0)
    reading = _Reading(name)
    try:
        for element in elements(file, each=_PARTS):
            reading.take(element)
    except HostileXml:
        reading.found.append(Mistake("statement", "hostile", file=name))
    except etree.XMLSyntaxError as error:
        reading.found.append(Mistake("statement", "not_xml", file=name, line=error.lineno or 0))
    if not reading.statements and not reading.found:
        reading.found.append(Mistake("statement", "no_statement", file=name))
    return ((), reading.found) if reading.found else (tuple(reading.statements), [])


@dataclass
class _Reading:
    """The statement that is being read, those before it, and what is wrong so far."""

    name: str
    statements: list[Statement] = field(default_factory=list)
    found: list[Mistake] = field(default_factory=list)
    id: str = ""
    account: str = ""
    currency: str = ""
    balances: dict[str, int] = field(default_factory=dict)
    movements: list[Movement] = field(default_factory=list)

    def take(self, element: Any) -> None:
        parent = element.getparent()
        part = etree.QName(element)
        if part.localname == "Stmt":
            self._end(element)
        elif parent is not None and etree.QName(parent).localname == "Stmt":
            {"Acct": self._begin, "Bal": self._balance, "Ntry": self._entry}[part.localname](element)

    def wrong(self, key: str, element: Any, field: str = "", **values: object) -> None:
        self.found.append(Mistake("statement", key, values, self.name, element.sourceline or 0, field))

    # -- the parts of a statement, in their order ------------------------------------------------------------------

    def _begin(self, account: Any) -> None:
        if not _NAMESPACE.fullmatch(etree.QName(account).namespace or ""):
            self.wrong("not_camt053", account)
        self.id = _text(account.getparent(), "Id")
        self.balances, self.movements, self.account = {}, [], ""
        self.currency = _text(account, "Ccy") or "MAD"
        if self.currency not in MINOR_DIGITS:
            self.wrong("currency", account, "Ccy", currency=self.currency)
            self.currency = "MAD"
        rib = read_rib(_text(account, "Id/IBAN") or _text(account, "Id/Othr/Id"))
        if isinstance(rib, Mistake):
            self.found.append(rib.at(file=self.name, line=account.sourceline or 0, field="Acct/Id"))
        else:
            self.account = rib

    def _balance(self, balance: Any) -> None:
        amount = self._signed(balance)
        if amount is not None:
            self.balances.setdefault(_text(balance, "Tp/CdOrPrtry/Cd"), amount)

    def _entry(self, entry: Any) -> None:
        if (_text(entry, "Sts/Cd") or _text(entry, "Sts")) != "BOOK":
            return
        total, day = self._signed(entry), _day(entry, "BookgDt") or _day(entry, "ValDt")
        if day is None:
            self.wrong("no_day", entry, "BookgDt")
        if total is None or day is None:
            return
        movements = [self._movement(entry, part, total, day) for part in _transactions(entry)]
        if len(movements) < 2:
            self.movements.append(self._movement(entry, next(_transactions(entry), entry), total, day, whole=True))
        elif sum(movement.amount for movement in movements) == total:
            self.movements += movements
        else:
            self.wrong("entry_differs", entry, "NtryDtls", entry=_text(entry, "AcctSvcrRef") or str(day))

    def _movement(self, entry: Any, part: Any, total: int, day: date, *, whole: bool = False) -> Movement:
        amount = total if whole else self._amount_of(part, total)
        reference = _text(part, "Refs/EndToEndId")
        own, gathers = _text(entry, "AcctSvcrRef") or _text(entry, "NtryRef"), "" if whole else f"/{_place(part)}"
        return Movement(
            day,
            amount,
            "" if reference == "NOTPROVIDED" else reference,
            _text(part, "Refs/AcctSvcrRef") or (own and own + gathers),
            _text(part, "RmtInf/Ustrd") or _text(part, "AddtlTxInf") or _text(entry, "AddtlNtryInf"),
            _text(part, "RtrInf/Rsn/Cd") or _text(part, "RtrInf/Rsn/Prtry") or _text(part, "RtrInf/AddtlInf"),
            part.sourceline or 0,
        )

    def _amount_of(self, part: Any, total: int) -> int:
        """What one of several transactions moved; it goes the way of its entry unless it says otherwise."""
        at = next((found for path in ("Amt", "AmtDtls/TxAmt/Amt") if (found := _find(part, path)) is not None), None)
        amount = self._amount(at) if at is not None else 0
        goes = _text(part, "CdtDbtInd") or ("DBIT" if total < 0 else "CRDT")
        return -amount if goes == "DBIT" else amount

    def _signed(self, element: Any) -> int | None:
        """The amount of a balance or an entry, negative for a debit; a mistake and None where it is none."""
        at, goes = _find(element, "Amt"), _text(element, "CdtDbtInd")
        if at is None or goes not in ("CRDT", "DBIT"):
            self.wrong("no_amount", element, "Amt")
            return None
        before = len(self.found)
        amount = self._amount(at)
        return None if len(self.found) > before else -amount if goes == "DBIT" else amount

    def _amount(self, at: Any) -> int:
        said, currency = (at.text or "").strip(), at.get("Ccy", self.currency)
        if currency != self.currency:
            self.wrong("other_currency", at, "Amt", currency=currency, own=self.currency)
            return 0
        try:
            amount = minor(said, currency)
        except ValueError:
            amount = -1
        if not 0 <= amount <= MAX_AMOUNT * 1000:
            self.wrong("not_an_amount", at, "Amt", value=said[:30])
            return 0
        return amount

    def _end(self, statement: Any) -> None:
        opening, closing = (
            next((self.balances[code] for code in codes if code in self.balances), None)
            for codes in (_OPENING, _CLOSING)
        )
        if opening is None or closing is None:
            self.wrong("no_balance", statement, "Bal", which="OPBD" if opening is None else "CLBD")
        elif self.found:
            return  # what is missing for that reason need not be told
        elif lacks := unbalanced(opening, closing, self.movements, self.currency):
            self.found.append(lacks.at(file=self.name, line=statement.sourceline or 0, field="Bal"))
        else:
            movements = tuple(self.movements)
            self.statements.append(Statement(self.id, self.account, self.currency, opening, closing, movements))


def _find(element: Any, path: str) -> Any:
    return element.find("/".join(f"{{*}}{name}" for name in path.split("/")))


def _text(element: Any, path: str) -> str:
    found = _find(element, path)
    return " ".join((found.text or "").split()) if found is not None else ""


def _day(entry: Any, name: str) -> date | None:
    said = _text(entry, f"{name}/Dt") or _text(entry, f"{name}/DtTm")[:10]
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None


def _transactions(entry: Any) -> Iterator[Any]:
    return iter(entry.findall("{*}NtryDtls/{*}TxDtls"))


def _place(part: Any) -> int:
    """Which of its siblings a transaction is."""
    return 1 + sum(1 for _ in part.itersiblings(preceding=True))
