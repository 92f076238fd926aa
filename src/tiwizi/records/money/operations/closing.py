"""Adding up, so that balances stay quick, and closing, so that what was reported stays as it was."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection
from django.db.models import Max

from tiwizi.records.database.locks import take_turn, wait_for_writers
from tiwizi.records.money.models import CLOSING, Account, Book, Period, Summed, Transfer
from tiwizi.records.money.queries.balances import balances
from tiwizi.records.money.queries.funds import book_called
from tiwizi.records.trail.gate import Act, operation
from tiwizi.records.trail.refusal import Refused
from tiwizi.rules.ledger import Balance

#: Where the first period of a book begins: no day before it is booked on.
FIRST_DAY = date(1900, 1, 1)

_DAY_TOTALS = """INSERT INTO money_daytotal (summed_id, account_id, day, debit, credit)
    WITH moved AS (SELECT debit_id, credit_id, day, SUM(amount) AS amount FROM money_transfer
                   WHERE id BETWEEN %s AND %s GROUP BY debit_id, credit_id, day)
    SELECT %s, account_id, day, SUM(debit), SUM(credit) FROM (
        SELECT debit_id AS account_id, day, amount AS debit, 0 AS credit FROM moved
        UNION ALL SELECT credit_id, day, 0, amount FROM moved) both_sides
    GROUP BY account_id, day ORDER BY account_id, day"""


@operation("money.sum_up", need="money.post")
def sum_up(act: Act) -> int:
    """Add up the transfers that came since the last time, account by account and day by day; how many they were.

    Balances are the same before and after, and quicker. Others wait to book meanwhile.
    """
    act.about("books", "all")
    return _sum_up(act)


def _sum_up(act: Act) -> int:
    take_turn("money.sum_up")
    wait_for_writers(Transfer)
    done = Summed.objects.aggregate(last=Max("last"))["last"] or 0
    last = Transfer.objects.aggregate(last=Max("id"))["last"] or 0
    if last <= done:
        return 0
    summed = Summed.objects.create(first=done + 1, last=last, made_at=act.at)
    with connection.cursor() as cursor:
        cursor.execute(_DAY_TOTALS, [summed.first, summed.last, summed.id])
        cursor.execute("SELECT COUNT(*) FROM money_transfer WHERE id BETWEEN %s AND %s", [summed.first, summed.last])
        return int(cursor.fetchone()[0])


@operation("money.close_period", need="money.close")
def close_period(act: Act, *, book: str, until: date, year_end: bool = False) -> int:
    """Close everything before a day: nothing is booked there any more, which the database sees to. The period's number.

    A period begins where the last closed one ends, the first one before all that is booked. year_end: carry
    income and expenses to the result first, on the last day of the period; they stand at 0 afterwards.
    """
    within = book_called(book)
    act.about("book", within.id)
    if until > act.day:
        raise Refused("period_not_over", until=until)
    since = _open_since(within, until)
    _sum_up(act)  # before the period is locked: who books holds its transfers first, and the period after
    if year_end:
        act.note(carried=_carry_result(within, until - timedelta(days=1)))
        _sum_up(act)
    period = Period.objects.create(book=within, since=since, until=until)
    period.closed_at, period.closed_by = act.at, act.by.user
    period.save()
    return period.id


def _open_since(book: Book, until: date) -> date:
    """The first day that is not closed."""
    last = Period.objects.filter(book=book, closed_at__isnull=False).aggregate(last=Max("until"))["last"]
    if last is not None and last >= until:
        raise Refused("nothing_to_close", until=until, closed=last)
    return last or FIRST_DAY


def _carry_result(book: Book, day: date) -> int:
    """The year's income and expenses as transfers to the result; how many. ``rules.ledger.closing`` in this book."""
    accounts = {account.code: account for account in book.accounts.all()}
    result = next(account for account in accounts.values() if "result" in account.roles.split())
    Transfer.objects.bulk_create(
        closings := [
            _closing(book, accounts[balance.account.partition(":")[2]], result, balance, day)
            for balance in balances(book=book.code, until=day)
            if balance.net and accounts[balance.account.partition(":")[2]].kind in ("income", "expense")
        ]
    )
    return len(closings)


def _closing(book: Book, account: Account, result: Account, balance: Balance, day: date) -> Transfer:
    debit, credit = (result, account) if balance.net > 0 else (account, result)
    return Transfer(
        book=book, debit=debit, credit=credit, amount=abs(balance.net), day=day, source=CLOSING, subject=account.id,
        part=day.year,
    )  # fmt: skip
