"""What must hold of all books and payments, whoever wrote them: asked anew of every row."""

from __future__ import annotations

from collections.abc import Iterator

from tiwizi.records.database.check import NAMED, Check, check
from tiwizi.records.money.models import PAYMENT
from tiwizi.records.money.queries.balances import control_accounts, wrong_day_totals


def checks() -> Iterator[Check]:
    yield check(
        "transfers",
        "SELECT COUNT(*) FROM money_transfer",
        """SELECT t.id FROM money_transfer t
           LEFT JOIN money_account d ON d.id = t.debit_id LEFT JOIN money_account c ON c.id = t.credit_id
           WHERE t.amount <= 0 OR d.id IS NULL OR c.id IS NULL OR d.id = c.id
           OR d.book_id <> t.book_id OR c.book_id <> t.book_id""",
    )
    yield check(
        "trial_balance",
        "SELECT COUNT(*) FROM money_book",
        """SELECT book_id, SUM(amount) AS net FROM (
               SELECT a.book_id, t.amount FROM money_transfer t JOIN money_account a ON a.id = t.debit_id
               UNION ALL
               SELECT a.book_id, -t.amount FROM money_transfer t JOIN money_account a ON a.id = t.credit_id
           ) legs GROUP BY book_id HAVING SUM(amount) <> 0""",
    )
    yield check(
        "batches",
        "SELECT COUNT(*) FROM money_paymentbatch",
        """SELECT b.id FROM money_paymentbatch b
           LEFT JOIN (SELECT batch_id, COUNT(*) AS orders, SUM(amount) AS amount FROM money_paymentorder
                      GROUP BY batch_id) o ON o.batch_id = b.id
           WHERE b.state <> 'cancelled'
           AND (b.orders <> COALESCE(o.orders, 0) OR b.amount <> COALESCE(o.amount, 0))""",
    )
    yield check(
        "orders",
        "SELECT COUNT(*) FROM money_paymentorder",
        f"""SELECT o.id FROM money_paymentorder o LEFT JOIN (
                SELECT t.subject, SUM(CASE WHEN c.roles LIKE '%in_transit%' THEN t.amount ELSE -t.amount END) AS net
                FROM money_transfer t JOIN money_account c ON c.id = t.credit_id
                WHERE t.source = {PAYMENT} GROUP BY t.subject) p ON p.subject = o.id
            WHERE COALESCE(p.net, 0) <> CASE WHEN o.state = 'ready' THEN 0 ELSE o.amount END""",
    )
    owed = control_accounts()
    differ = [one.account for one in owed if one.held != one.parts]
    yield Check("control_accounts", len(owed), len(differ), tuple(differ[:NAMED]))
    wrong = wrong_day_totals()
    yield Check("day_totals", wrong, wrong)
