"""ISO 20022 camt.053.001, bank to customer statement, versions 02 to 13: https://www.iso20022.org/catalogue-messages.

Booked entries only. An entry that gathers several transactions becomes a movement for each, where they add up to it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any, BinaryIO

from lxml import etree

from tiwizi.formats.iso20022 import HostileXml, elements, namespace
from tiwizi.formats.statement import MOST_BYTES, Movement, Statement, unbalanced
from tiwizi.rules.mistake import Mistake
from tiwizi.rules.money import MAX_AMOUNT, MINOR_DIGITS, minor
from tiwizi.rules.rib import read_rib

_NAMESPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.\d\d")
_PARTS = ("{*}Acct", "{*}Bal", "{*}Ntry", "{*}Stmt")
_OPENING, _CLOSING = ("OPBD", "PRCD"), ("CLBD",)
#: More tags than a third of a million movements have: what they would take in memory is bounded by their number.
MOST_TAGS = 8_000_000
_PIECE = 1 << 20


def read(file: BinaryIO, *, name: str) -> tuple[tuple[Statement, ...], list[Mistake]]:
    """The statements of a message, or, where anything is wrong with it, none and what is wrong.

    ``name`` is what the file is called in a mistake. Texts: locale/<lang>/statement.toml.
    """
    if _is_too_large(file):
        return (), [Mistake("statement", "too_large", file=name)]
    reading = _Reading(name)
    try:
        for element in elements(file, each=_PARTS):
            reading.take(element)
    except HostileXml:
        reading.found.append(Mistake("statement", "hostile", file=name))
    except etree.XMLSyntaxError as error:
        key = "prefix" if getattr(error, "code", 0) == etree.ErrorTypes.NS_ERR_UNDEFINED_NAMESPACE else "not_xml"
        reading.found.insert(0, Mistake("statement", key, file=name, line=error.lineno or 0))
    if not reading.statements and not reading.found:
        file.seek(0)
        is_one = _NAMESPACE.fullmatch(namespace(file))
        reading.found.append(Mistake("statement", "no_statement" if is_one else "not_camt053", file=name))
    return ((), reading.found) if reading.found else (tuple(reading.statements), [])


def _named(element: Any) -> tuple[str, str]:
    """(namespace, name) of an element, "" where it has no namespace."""
    space, _, name = str(element.tag).rpartition("}")
    return space[1:], name


def _is_too_large(file: BinaryIO) -> bool:
    size = tags = 0
    while piece := file.read(_PIECE):
        size += len(piece)
        tags += piece.count(b"<")
        if size > MOST_BYTES or tags > MOST_TAGS:
            return True
    file.seek(0)
    return False


class _Part:
    """An element by the paths within it: path -> the first element there. Each TxDtls within is a part of its own."""

    def __init__(self, element: Any) -> None:
        self.element = element
        self.line = int(element.sourceline or 0)
        self.found: dict[str, Any] = {}
        self.transactions: list[_Part] = []
        self._gather(element, "")

    def _gather(self, element: Any, above: str) -> None:
        for child in element:
            name = child.tag.rpartition("}")[2] if isinstance(child.tag, str) else ""
            if name == "TxDtls":
                self.transactions.append(_Part(child))
                continue
            path = above + name
            self.found.setdefault(path, child)
            if len(child):
                self._gather(child, path + "/")

    def text(self, *paths: str) -> str:
        """The text at the first of some paths that has any."""
        for path in paths:
            at = self.found.get(path)
            if at is not None and at.text and (said := " ".join(at.text.split())):
                return said
        return ""


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
        parent, (space, name) = element.getparent(), _named(element)
        if not _NAMESPACE.fullmatch(space):
            if all(mistake.key != "not_camt053" for mistake in self.found):
                self.wrong("not_camt053", element.sourceline or 0, name)
        elif name == "Stmt":
            self._end(element.sourceline or 0)
        elif parent is not None and _named(parent)[1] == "Stmt":
            if name == "Acct":
                self.id = _Part(parent).text("Id")
            {"Acct": self._begin, "Bal": self._balance, "Ntry": self._entry}[name](_Part(element))

    def wrong(self, key: str, line: int, field: str = "", **values: object) -> None:
        self.found.append(Mistake("statement", key, values, self.name, line, field))

    # -- the parts of a statement, in their order ------------------------------------------------------------------

    def _begin(self, account: _Part) -> None:
        self.balances, self.movements, self.account = {}, [], ""
        self.currency = account.text("Ccy") or "MAD"
        if self.currency not in MINOR_DIGITS:
            self.wrong("currency", account.line, "Ccy", currency=self.currency)
            self.currency = "MAD"
        rib = read_rib(account.text("Id/IBAN", "Id/Othr/Id"))
        if isinstance(rib, Mistake):
            self.found.append(rib.at(file=self.name, line=account.line, field="Acct/Id"))
        else:
            self.account = rib

    def _balance(self, balance: _Part) -> None:
        amount = self._signed(balance)
        if amount is not None:
            self.balances.setdefault(balance.text("Tp/CdOrPrtry/Cd"), amount)

    def _entry(self, entry: _Part) -> None:
        if entry.text("Sts/Cd", "Sts") != "BOOK":
            return
        total, day = self._signed(entry), _day(entry)
        if day is None:
            self.wrong("no_day", entry.line, "BookgDt")
        if total is None or day is None:
            return
        parts = entry.transactions
        if len(parts) < 2:
            self.movements.append(_movement(entry, parts[0] if parts else entry, total, day))
            return
        amounts = [self._amount_of(part, total) for part in parts]
        if sum(amounts) == total:
            told = zip(parts, amounts, range(1, len(parts) + 1), strict=True)
            self.movements += [_movement(entry, part, amount, day, place) for part, amount, place in told]
        else:
            self.wrong("entry_differs", entry.line, "NtryDtls", entry=entry.text("AcctSvcrRef") or str(day))

    def _amount_of(self, part: _Part, total: int) -> int:
        """What one of several transactions moved; it goes the way of its entry unless it says otherwise."""
        at = part.found.get("Amt", part.found.get("AmtDtls/TxAmt/Amt"))
        amount = self._amount(at) if at is not None else 0
        goes = part.text("CdtDbtInd") or ("DBIT" if total < 0 else "CRDT")
        return -amount if goes == "DBIT" else amount

    def _signed(self, part: _Part) -> int | None:
        """The amount of a balance or an entry, negative for a debit; a mistake and None where it is none."""
        at, goes = part.found.get("Amt"), part.text("CdtDbtInd")
        if at is None or goes not in ("CRDT", "DBIT"):
            self.wrong("no_amount", part.line, "Amt")
            return None
        before = len(self.found)
        amount = self._amount(at)
        return None if len(self.found) > before else -amount if goes == "DBIT" else amount

    def _amount(self, at: Any) -> int:
        said, currency = (at.text or "").strip(), at.get("Ccy", self.currency)
        if currency != self.currency:
            self.wrong("other_currency", at.sourceline or 0, "Amt", currency=currency, own=self.currency)
            return 0
        try:
            amount = minor(said, currency)
        except ValueError:
            amount = -1
        if not 0 <= amount <= MAX_AMOUNT * 1000:
            self.wrong("not_an_amount", at.sourceline or 0, "Amt", value=said[:30])
            return 0
        return amount

    def _end(self, line: int) -> None:
        opening, closing = (
            next((self.balances[code] for code in codes if code in self.balances), None)
            for codes in (_OPENING, _CLOSING)
        )
        if opening is None or closing is None:
            self.wrong("no_balance", line, "Bal", which="OPBD" if opening is None else "CLBD")
        elif self.found:
            return  # what is missing for that reason need not be told
        elif lacks := unbalanced(opening, closing, self.movements, self.currency):
            self.found.append(lacks.at(file=self.name, line=line, field="Bal"))
        else:
            movements = tuple(self.movements)
            self.statements.append(Statement(self.id, self.account, self.currency, opening, closing, movements))


def _movement(entry: _Part, part: _Part, amount: int, day: date, place: int = 0) -> Movement:
    """``place``: which of the transactions of its entry it is, 0 for the only one."""
    reference = part.text("Refs/EndToEndId")
    own = entry.text("AcctSvcrRef", "NtryRef")
    return Movement(
        day,
        amount,
        "" if reference == "NOTPROVIDED" else reference,
        part.text("Refs/AcctSvcrRef") or (f"{own}/{place}" if own and place else own),
        part.text("RmtInf/Ustrd", "AddtlTxInf") or entry.text("AddtlNtryInf"),
        part.text("RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry", "RtrInf/AddtlInf"),
        part.line,
    )


def _day(entry: _Part) -> date | None:
    for name in ("BookgDt", "ValDt"):
        try:
            return date.fromisoformat(entry.text(f"{name}/Dt") or entry.text(f"{name}/DtTm")[:10])
        except ValueError:
            continue
    return None
