"""ISO 20022 pain.001.001.09, customer credit transfer initiation: orders as a file for the bank.

https://www.iso20022.org/catalogue-messages; the schema lies in formats/schemas. One message pays from one account. The
same orders give the same bytes: nothing is drawn, and the moment of creation is an argument.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import BinaryIO

from tiwizi.formats import iso20022
from tiwizi.formats.latin import is_identifier, latin
from tiwizi.formats.orders import LONGEST_NAME, Batch, Order, Written, fault
from tiwizi.rules.money import major
from tiwizi.rules.rib import bank_of

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
SCHEMA = "pain.001.001.09.xsd"
_PIECE = 1000


def write(file: BinaryIO, batch: Batch, orders: Iterable[Order]) -> Written:
    """Write the message, a piece at a time; memory is that of the orders' ids.

    The orders are those that ``fault`` passed. That they add up to what the batch says is checked on the way out: a
    file that raises here is not to be handed over.
    """
    assert is_identifier(batch.id) and batch.created.tzinfo is not None and latin(batch.payer)
    digest, size = hashlib.sha256(), 0

    def put(texts: list[str]) -> None:
        nonlocal size
        data = "".join(texts).encode("ascii")
        file.write(data)
        digest.update(data)
        size += len(data)

    put([_head(batch)])
    seen: set[str] = set()
    total, piece = 0, []
    for order in orders:
        assert fault(order) is None, f"order {order.id} cannot be paid"
        seen.add(order.id)
        total += order.amount
        piece.append(_order(order, batch.currency))
        if len(piece) == _PIECE:
            put(piece)
            piece = []
    put([*piece, "</PmtInf>\n</CstmrCdtTrfInitn>\n</Document>\n"])
    count = len(seen)
    assert (count, total) == (batch.orders, batch.total), (
        f"{count} orders of {total}, not what the batch {batch.id} says"
    )
    return Written(count, total, size, digest.hexdigest())


def first_error(file: BinaryIO) -> str:
    """What the standard's schema has against a message, "" where it is valid; read in pieces."""
    each, root = f"{{{NAMESPACE}}}CdtTrfTxInf", f"{{{NAMESPACE}}}Document"
    return iso20022.first_error(file, SCHEMA, each=each, root=root)


def _head(batch: Batch) -> str:
    total, count = major(batch.total, batch.currency), batch.orders
    payer = (latin(batch.payer) or "")[:LONGEST_NAME].strip()
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="{NAMESPACE}">\n<CstmrCdtTrfInitn>\n'
        f"<GrpHdr><MsgId>{batch.id}</MsgId><CreDtTm>{batch.created.isoformat(timespec='seconds')}</CreDtTm>"
        f"<NbOfTxs>{count}</NbOfTxs><CtrlSum>{total}</CtrlSum><InitgPty><Nm>{payer}</Nm></InitgPty></GrpHdr>\n"
        f"<PmtInf><PmtInfId>{batch.id}</PmtInfId><PmtMtd>TRF</PmtMtd><BtchBookg>true</BtchBookg>"
        f"<NbOfTxs>{count}</NbOfTxs><CtrlSum>{total}</CtrlSum><ReqdExctnDt><Dt>{batch.on.isoformat()}</Dt></ReqdExctnDt>"
        f"<Dbtr><Nm>{payer}</Nm></Dbtr><DbtrAcct>{_account(batch.rib)}<Ccy>{batch.currency}</Ccy></DbtrAcct>"
        f"<DbtrAgt>{_bank(batch.rib)}</DbtrAgt>\n"
    )


def _order(order: Order, currency: str) -> str:
    text = latin(order.text)
    remittance = f"<RmtInf><Ustrd>{text}</Ustrd></RmtInf>" if text else ""
    return (
        f"<CdtTrfTxInf><PmtId><EndToEndId>{order.id}</EndToEndId></PmtId>"
        f'<Amt><InstdAmt Ccy="{currency}">{major(order.amount, currency)}</InstdAmt></Amt>'
        f"<CdtrAgt>{_bank(order.rib)}</CdtrAgt><Cdtr><Nm>{latin(order.name)}</Nm></Cdtr>"
        f"<CdtrAcct>{_account(order.rib)}</CdtrAcct>{remittance}</CdtTrfTxInf>\n"
    )


def _account(rib: str) -> str:
    """A RIB is a national account number (BBAN) that is not an IBAN."""
    return f"<Id><Othr><Id>{rib}</Id><SchmeNm><Cd>BBAN</Cd></SchmeNm></Othr></Id>"


def _bank(rib: str) -> str:
    return f"<FinInstnId><ClrSysMmbId><MmbId>{bank_of(rib)}</MmbId></ClrSysMmbId></FinInstnId>"
