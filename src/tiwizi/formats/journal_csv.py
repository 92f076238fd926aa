"""The journal as CSV for an accountant's program: two rows a transfer, one debit and one credit.

``write_sage``: the columns that Sage 100 imports by its parameterised format, as French-speaking accountants know them
(journal, date, compte, tiers, libellé, débit, crédit, pièce). ``write_odoo``: account.move with its lines, for Odoo's
own import: what belongs to the move stands in the first of its rows. No cell is a live formula.
https://www.odoo.com/documentation/17.0/applications/essentials/export_import_data.html
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import TextIO

from tiwizi.formats.live_formula import harmless
from tiwizi.rules.chart import Chart
from tiwizi.rules.ledger import Transfer
from tiwizi.rules.money import major

#: journal -> the roles of which one on either side puts a transfer there; what is in none is a miscellaneous operation.
JOURNALS = {"BQ": ("bank", "in_transit"), "CT": ("contributions",), "PR": ("benefits",)}
MISCELLANEOUS = "OD"
SAGE = ("journal", "date", "compte", "tiers", "libellé", "débit", "crédit", "pièce")
ODOO = (
    "name", "date", "journal_id", "ref", "line_ids/account_id", "line_ids/partner_id", "line_ids/name",
    "line_ids/debit", "line_ids/credit",
)  # fmt: skip


def write_sage(file: TextIO, transfers: Iterable[Transfer], chart: Chart, *, currency: str) -> int:
    """UTF-8 with a mark, ``;`` between cells, days as 31/01/2026, amounts as 1234,56. Gives the number of rows."""
    file.write("\ufeff")
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow(SAGE)
    count = 0
    for transfer in transfers:
        journal, day = journal_of(transfer, chart), transfer.day.strftime("%d/%m/%Y")
        for account, debit, credit in _sides(transfer, chart, currency):
            said = (transfer.party, transfer.label)
            amounts = (debit.replace(".", ","), credit.replace(".", ","))
            writer.writerow((journal, day, account, *map(_said, said), *amounts, _said(transfer.id)))
            count += 1
    return count


def write_odoo(file: TextIO, transfers: Iterable[Transfer], chart: Chart, *, currency: str) -> int:
    """UTF-8, ``,`` between cells, days as 2026-01-31, amounts as 1234.56. Gives the number of rows."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(ODOO)
    count = 0
    for transfer in transfers:
        name = _said(transfer.id)
        head: tuple[str, ...] = (name, str(transfer.day), journal_of(transfer, chart), _said(transfer.reverses))
        for account, debit, credit in _sides(transfer, chart, currency):
            said = (_said(transfer.party), _said(transfer.label))
            writer.writerow((*head, account, *said, debit or "0", credit or "0"))
            head = ("",) * len(head)
            count += 1
    return count


def journal_of(transfer: Transfer, chart: Chart) -> str:
    """The journal in which an accountant looks for a transfer."""
    roles = chart.accounts[transfer.debit].roles | chart.accounts[transfer.credit].roles
    return next((journal for journal, some in JOURNALS.items() if roles.intersection(some)), MISCELLANEOUS)


def _said(text: str) -> str:
    """A text of one line."""
    return harmless(" ".join(text.split()))


def _sides(transfer: Transfer, chart: Chart, currency: str) -> Iterator[tuple[str, str, str]]:
    """(account, debit, credit) of each side. An account is called by its fund and code: sm-5141."""
    amount = major(transfer.amount, currency)
    for account_id, debit, credit in ((transfer.debit, amount, ""), (transfer.credit, "", amount)):
        account = chart.accounts[account_id]
        yield f"{account.fund}-{account.code}", debit, credit
