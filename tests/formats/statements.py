"""A bank's statements as banks write them, made from movements."""

from __future__ import annotations

from tiwizi.formats.statement import Movement
from tiwizi.rules.money import major

RIB = "011519000001205000534921"


def camt(movements: list[Movement], opening: int, closing: int, *, version: str = "08", account: str = RIB) -> str:
    """A message of one statement; a negative amount is a debit."""
    status = "<Cd>BOOK</Cd>" if int(version) >= 8 else "BOOK"
    entries = "".join(_entry(movement, status) for movement in movements)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}">'
        "<BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-03-05T18:00:00</CreDtTm></GrpHdr>\n"
        f"<Stmt><Id>S-2026-03-05</Id><Acct><Id><Othr><Id>{account}</Id></Othr></Id><Ccy>MAD</Ccy></Acct>\n"
        f"{_balance('OPBD', opening)}{_balance('CLBD', closing)}{entries}</Stmt></BkToCstmrStmt></Document>"
    )


def _amount(amount: int) -> str:
    goes = "DBIT" if amount < 0 else "CRDT"
    return f'<Amt Ccy="MAD">{major(abs(amount), "MAD")}</Amt><CdtDbtInd>{goes}</CdtDbtInd>'


def _balance(code: str, amount: int) -> str:
    return f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amount(amount)}<Dt><Dt>2026-03-05</Dt></Dt></Bal>\n"


def _entry(movement: Movement, status: str) -> str:
    bank = f"<AcctSvcrRef>{movement.bank_id}</AcctSvcrRef>" if movement.bank_id else ""
    back = f"<RtrInf><Rsn><Cd>{movement.return_reason}</Cd></Rsn></RtrInf>" if movement.return_reason else ""
    reference = f"<Refs><EndToEndId>{movement.reference or 'NOTPROVIDED'}</EndToEndId></Refs>"
    text = f"<RmtInf><Ustrd>{movement.text}</Ustrd></RmtInf>" if movement.text else ""
    return (
        f"<Ntry>{_amount(movement.amount)}<Sts>{status}</Sts><BookgDt><Dt>{movement.day}</Dt></BookgDt>{bank}"
        f"<NtryDtls><TxDtls>{reference}{text}{back}</TxDtls></NtryDtls></Ntry>\n"
    )
