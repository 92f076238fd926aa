"""The ledger: transfers between two accounts, and what follows from them.

A transfer moves an amount > 0 (whole minor units) from the account that it credits to the account that it debits, so
that all debits equal all credits by construction: no set of transfers has a trial balance other than 0. A transfer is
never changed; what was wrong is reversed by another transfer, and posted anew.

Each fund keeps its own book: a transfer never leaves its fund. Money that one fund owes another is two transfers, one
in each book (``between_funds``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tiwizi.rules.chart import Chart
from tiwizi.rules.mistake import Mistake

Array = NDArray[np.int64]
#: The largest amount of one transfer: a year of a national scheme is a thousandth of it.
MAX_TRANSFER = 10**15


@dataclass(frozen=True)
class Transfer:
    """``id``: unique for ever, given by who posts it. ``reverses``: the id of the transfer that this one takes back.

    ``party``: whom it concerns, a member, a provider or an employer, as the books name them.
    """

    id: str
    day: date
    debit: str
    credit: str
    amount: int
    label: str = ""
    reverses: str = ""
    party: str = ""


class Balance(NamedTuple):
    """What an account was debited and credited, in minor units."""

    account: str
    debit: int
    credit: int

    @property
    def net(self) -> int:
        """Positive for a debit balance, negative for a credit balance."""
        return self.debit - self.credit


# -- what may be posted ----------------------------------------------------------------------------------------------


def fault(transfer: Transfer, chart: Chart, *, closed_before: date | None = None) -> Mistake | None:
    """Why a transfer cannot be posted, or None. Texts: locale/<lang>/ledger.toml."""
    for name in ("debit", "credit"):
        code = getattr(transfer, name)
        if code not in chart.accounts:
            return Mistake("ledger", "unknown_account", {"account": code}, field=name)
    if not 0 < transfer.amount <= MAX_TRANSFER:
        return Mistake("ledger", "amount_not_positive", {"amount": transfer.amount}, field="amount")
    if transfer.debit == transfer.credit:
        return Mistake("ledger", "same_account", {"account": transfer.debit}, field="credit")
    funds = [chart.accounts[code].fund for code in (transfer.debit, transfer.credit)]
    if funds[0] != funds[1]:
        return Mistake("ledger", "two_funds", {"first": funds[0], "second": funds[1]}, field="credit")
    if closed_before is not None and transfer.day < closed_before:
        return Mistake("ledger", "period_closed", {"day": transfer.day, "closed": closed_before}, field="day")
    return None


def entry(id: str, *, day: date, legs: Mapping[str, int], label: str = "") -> tuple[Transfer, ...] | Mistake:
    """An entry of several accounts as transfers ``<id>/1``, ``<id>/2`` ...: a leg is positive for a debit.

    Debits and credits are paired in the order of the legs. Mistake: the legs do not add up to 0.
    """
    if rest := sum(legs.values()):
        return Mistake("ledger", "not_balanced", {"entry": id, "amount": abs(rest)}, field="amount")
    accounts = list(legs)
    return tuple(
        Transfer(f"{id}/{number}", day, accounts[debit], accounts[credit], amount, label)
        for number, (debit, credit, amount) in enumerate(pairs(list(legs.values())), 1)
    )


def pairs(amounts: Sequence[int]) -> list[tuple[int, int, int]]:
    """Amounts of legs, positive for a debit, which add up to 0, as (leg debited, leg credited, amount > 0): the first
    debit against the first credit, and so on."""
    assert sum(amounts) == 0, "legs that do not balance have no pairs"
    debits = [(at, amount) for at, amount in enumerate(amounts) if amount > 0]
    credits = [(at, -amount) for at, amount in enumerate(amounts) if amount < 0]
    found = []
    while debits:
        (debit, owed), (credit, given) = debits.pop(0), credits.pop(0)
        found.append((debit, credit, amount := min(owed, given)))
        if owed > amount:
            debits.insert(0, (debit, owed - amount))
        if given > amount:
            credits.insert(0, (credit, given - amount))
    return found


def reversal(transfer: Transfer, *, day: date, id: str = "") -> Transfer:
    """The transfer that takes another back, whole. Its id, ``<id>!``, is one: nothing is reversed twice."""
    return replace(
        transfer,
        id=id or f"{transfer.id}!",
        day=day,
        debit=transfer.credit,
        credit=transfer.debit,
        reverses=transfer.id,
    )


def between_funds(
    id: str,
    chart: Chart,
    *,
    day: date,
    debtor: tuple[str, str],
    creditor: tuple[str, str],
    amount: int,
    label: str = "",
) -> tuple[Transfer, Transfer]:
    """A fund owes another: (fund, role debited) of the debtor's book, (fund, role credited) of the creditor's.

    Each book holds the other side on its account ``other_funds``.
    """
    (owing, charged), (owed, credited) = debtor, creditor
    return (
        Transfer(
            f"{id}/{owing}", day, chart.account(owing, charged), chart.account(owing, "other_funds"), amount, label
        ),
        Transfer(f"{id}/{owed}", day, chart.account(owed, "other_funds"), chart.account(owed, credited), amount, label),
    )


# -- what follows ----------------------------------------------------------------------------------------------------


def trial_balance(transfers: Iterable[Transfer], *, until: date | None = None) -> tuple[Balance, ...]:
    """Every account that moved, by its code, as of the end of a day: the nets add up to 0."""
    sums: dict[str, list[int]] = {}
    for transfer in transfers:
        if until is None or transfer.day <= until:
            sums.setdefault(transfer.debit, [0, 0])[0] += transfer.amount
            sums.setdefault(transfer.credit, [0, 0])[1] += transfer.amount
    return tuple(Balance(account, *sums[account]) for account in sorted(sums))


def sums(debit: Array, credit: Array, amount: Array, *, accounts: int) -> tuple[Array, Array]:
    """(debits, credits) of each of so many accounts, from columns: positions of accounts, minor units.

    Exact: sums that could outgrow 64 bits are a bug.
    """
    assert amount.sum(dtype=np.float64) < 2**62, "these sums could outgrow 64 bits"
    debits, credits = np.zeros(accounts, np.int64), np.zeros(accounts, np.int64)
    np.add.at(debits, debit, amount)
    np.add.at(credits, credit, amount)
    return debits, credits


def closing(balances: Sequence[Balance], chart: Chart, *, fund: str, year: int) -> tuple[Transfer, ...]:
    """The year's end of a fund: every income and expense account is carried to the fund's result, and is then at 0.

    ``balances``: those of the fund at the end of the year, before closing. The ids, ``close:<fund>:<year>:<account>``,
    are the same when the year is closed again: it cannot be closed twice.
    """
    day, result = date(year, 12, 31), chart.account(fund, "result")
    transfers = []
    for balance in balances:
        account = chart.accounts[balance.account]
        if account.fund != fund or account.kind not in ("income", "expense") or not balance.net:
            continue
        debit, credit = (result, account.id) if balance.net > 0 else (account.id, result)
        transfers.append(Transfer(f"close:{fund}:{year}:{account.id}", day, debit, credit, abs(balance.net)))
    return tuple(transfers)


def control(balances: Iterable[Balance], account: str, parts: Mapping[str, int]) -> Mistake | None:
    """A control account against what its sub-ledger holds (net, by name): None where they agree."""
    held = next((balance.net for balance in balances if balance.account == account), 0)
    if held == sum(parts.values()):
        return None
    return Mistake("ledger", "control_differs", {"account": account, "held": held, "parts": sum(parts.values())})
