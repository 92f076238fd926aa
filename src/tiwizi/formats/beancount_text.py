"""The books as text for beancount, https://beancount.github.io/docs/beancount_language_syntax.html.

Every transfer is a transaction with its id; at the end the balance of every account is asserted, without beancount's
usual tolerance, so that it finds a line that was lost or changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import TextIO

from tiwizi.rules.chart import Account, Chart
from tiwizi.rules.ledger import Transfer
from tiwizi.rules.money import major

_ROOTS = {
    "asset": "Assets", "liability": "Liabilities", "equity": "Equity", "income": "Income", "expense": "Expenses",
}  # fmt: skip


def write(
    file: TextIO, transfers: Iterable[Transfer], chart: Chart, *, title: str, currency: str, since: date, lang: str
) -> int:
    """Write the books; gives the number of transfers. ``since``: no transfer is of an earlier day."""
    file.write(f'option "title" {_quoted(title)}\noption "operating_currency" "{currency}"\n\n')
    names = {account.id: _name(account) for account in chart.accounts.values()}
    for account in chart.accounts.values():
        file.write(f"{since} open {names[account.id]} {currency}\n  name: {_quoted(account.name[lang])}\n")
    balances: defaultdict[str, int] = defaultdict(int)
    count, last = 0, since
    for transfer in transfers:
        assert transfer.day >= since, f"{transfer.id} is of {transfer.day}, before {since}"
        file.write(_transaction(transfer, names, currency))
        balances[transfer.debit] += transfer.amount
        balances[transfer.credit] -= transfer.amount
        count, last = count + 1, max(last, transfer.day)
    file.write("\n")
    for account_id, balance in sorted(balances.items()):
        file.write(f"{last + timedelta(1)} balance {names[account_id]} {major(balance, currency)} ~ 0 {currency}\n")
    return count


def _name(account: Account) -> str:
    """``Assets:SM:5141``: each part begins with a capital letter or a digit."""
    return f"{_ROOTS[account.kind]}:{account.fund.upper()}:{account.code.upper()}"


def _transaction(transfer: Transfer, names: dict[str, str], currency: str) -> str:
    amount = major(transfer.amount, currency)
    more = [("id", transfer.id), ("reverses", transfer.reverses), ("party", transfer.party)]
    said = "".join(f"  {name}: {_quoted(value)}\n" for name, value in more if value)
    return (
        f"\n{transfer.day} * {_quoted(transfer.label)}\n{said}"
        f"  {names[transfer.debit]}  {amount} {currency}\n  {names[transfer.credit]}  -{amount} {currency}\n"
    )


def _quoted(text: str) -> str:
    plain = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain}"'
