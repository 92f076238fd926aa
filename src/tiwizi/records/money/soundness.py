"""What must hold of all books and payments, whoever wrote them: asked anew of every row."""

from __future__ import annotations

from collections.abc import Iterator

from tiwizi.records.database.check import Check, check


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
