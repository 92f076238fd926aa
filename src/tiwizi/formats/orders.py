"""Payment orders as values, whatever the file that takes them to the bank."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from tiwizi.formats.latin import is_identifier, latin
from tiwizi.rules.mistake import Mistake
from tiwizi.rules.money import MAX_AMOUNT
from tiwizi.rules.rib import read_rib

#: What banks pass on of a name (EPC130-08), and of the text that the payee reads.
LONGEST_NAME, LONGEST_TEXT = 70, 140


@dataclass(frozen=True, slots=True)
class Order:
    """Pay ``amount`` (minor units) to an account. ``id`` comes back on the statement as EndToEndId, unique for ever.

    ``name``: the payee's in Latin letters, as on the identity card. ``rib``: 24 digits. ``text``: what the payee reads.
    """

    id: str
    name: str
    rib: str
    amount: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """Whose money is paid, when, and what the orders must add up to: their number, their sum in minor units.

    ``id`` is the message's (MsgId): a bank takes each once. ``created``: a moment with its time zone.
    """

    id: str
    created: datetime
    on: date
    payer: str
    rib: str
    orders: int
    total: int
    currency: str = "MAD"


@dataclass(frozen=True, slots=True)
class Written:
    """What was written; the digest proves that a file made again is the same."""

    orders: int
    total: int
    bytes: int
    sha256: str


def fault(order: Order) -> Mistake | None:
    """Why an order cannot go to the bank, or None. Texts ``order_*`` and ``rib_*`` of locale/<lang>/bank.toml."""
    if not is_identifier(order.id):
        return Mistake("bank", "order_id", {"order": order.id}, field="id")
    name = latin(order.name)
    if not name:
        key = "order_name_blank" if name == "" else "order_name_not_latin"
        return Mistake("bank", key, {"order": order.id, "name": order.name}, field="name")
    if len(name) > LONGEST_NAME:
        return Mistake("bank", "order_name_long", {"order": order.id, "name": name, "most": LONGEST_NAME}, field="name")
    text = latin(order.text)
    if text is None or len(text) > LONGEST_TEXT:
        return Mistake(
            "bank", "order_text", {"order": order.id, "text": order.text[:60], "most": LONGEST_TEXT}, field="text"
        )
    if not 0 < order.amount <= MAX_AMOUNT:
        return Mistake("bank", "order_amount", {"order": order.id}, field="amount")
    rib = read_rib(order.rib)
    return rib if isinstance(rib, Mistake) else None
