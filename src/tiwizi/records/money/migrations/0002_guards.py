"""What the database refuses about books and payments."""

from django.db import migrations

from tiwizi.records.database.guards import (
    append_only,
    fixed,
    lives,
    never_deleted,
    no_overlap,
    references,
    refuse,
    refuse_rows,
)
from tiwizi.records.database.views import View
from tiwizi.records.money.lifecycles import BATCH, ORDER
from tiwizi.records.money.models import MANUAL, OPENING, PAYMENT, RETURN
from tiwizi.records.money.ties import HOLDS, TIES

KEPT = ("book", "account", "period", "entry", "paymentbatch", "paymentorder", "bankfile")
ADDED = ("transfer", "leg", "summed", "daytotal", "statement", "statementline", "match")
APPROVERS = "NEW.approved_by, NEW.second_approved_by, NEW.released_by"

#: An account that somebody changed is first paid without those who changed it (S4).
SIGNED_NOW = """(NEW.approved_by IS DISTINCT FROM OLD.approved_by
    OR NEW.second_approved_by IS DISTINCT FROM OLD.second_approved_by
    OR NEW.released_by IS DISTINCT FROM OLD.released_by)"""
CHANGED_BY_AN_APPROVER = f"""{SIGNED_NOW} AND EXISTS (
        SELECT 1 FROM money_paymentorder o JOIN people_bankaccount a ON a.id = o.account_id
        WHERE o.batch_id = NEW.id AND (a.asked_by_id IN ({APPROVERS}) OR a.confirmed_by_id IN ({APPROVERS}))
        AND NOT EXISTS (SELECT 1 FROM money_paymentorder p
                        WHERE p.account_id = a.id AND p.batch_id <> NEW.id AND p.state IN ('sent', 'paid')))"""

#: Nobody pays what they decided, nor their own family (S2, S3).
_PAID = """SELECT o.batch_id AS batch_id FROM money_tie k
    JOIN money_transfer t ON t.source = k.source AND t.subject = k.subject
    JOIN money_paymentitem i ON i.transfer_id = t.id"""
_WHOSE = f"WHERE k.user_id IN (NEW.prepared_by, {APPROVERS}) AND o.batch_id = NEW.id"
#: Until 0003 follows what came back more than once.
TIED = f"""{SIGNED_NOW} AND (
    EXISTS (SELECT 1 FROM money_tie k JOIN money_paymentorder o ON o.payee_id = k.payee_id {_WHOSE})
    OR EXISTS ({_PAID} JOIN money_paymentorder o ON o.id = i.order_id {_WHOSE})
    OR EXISTS ({_PAID} JOIN money_transfer r ON r.source = {RETURN} AND r.subject = i.order_id
               JOIN money_paymentitem j ON j.transfer_id = r.id JOIN money_paymentorder o ON o.id = j.order_id
               {_WHOSE}))"""

#: Above the ceiling of its book a batch has two approvers (S7).
ONE_APPROVER = """NEW.state = 'released' AND NEW.second_approved_by IS NULL
    AND NEW.amount > (SELECT b.ceiling FROM money_book b WHERE b.id = NEW.book_id)"""

#: An account that was taken out of use since is not paid to.
ENDED_ACCOUNT = """NEW.state = 'released' AND OLD.state = 'approved' AND EXISTS (
    SELECT 1 FROM money_paymentorder o JOIN people_bankaccount a ON a.id = o.account_id
    WHERE o.batch_id = NEW.id AND a.ended_at IS NOT NULL)"""

#: What a batch says is what its orders say, and what an order says is what is owed.
NOT_WHAT_IS_OWED = """NEW.state = 'approved' AND OLD.state = 'prepared' AND (
    NEW.orders <> (SELECT COUNT(*) FROM money_paymentorder o WHERE o.batch_id = NEW.id)
    OR NEW.amount <> (SELECT COALESCE(SUM(o.amount), 0) FROM money_paymentorder o WHERE o.batch_id = NEW.id)
    OR EXISTS (
        SELECT 1 FROM money_paymentorder o
        LEFT JOIN money_paymentitem i ON i.order_id = o.id
        LEFT JOIN money_transfer t ON t.id = i.transfer_id
        LEFT JOIN money_account c ON c.id = t.credit_id
        WHERE o.batch_id = NEW.id GROUP BY o.id, o.amount
        HAVING o.amount <> COALESCE(SUM(CASE WHEN c.roles LIKE '%payable%' THEN t.amount ELSE -t.amount END), 0)))"""
NO_FILE = """NEW.state = 'handed_over' AND OLD.state = 'released' AND NOT EXISTS (
    SELECT 1 FROM money_bankfile f WHERE f.batch_id = NEW.id AND f.handed_over_at IS NOT NULL)"""
SIGNED = ("approved_by", "approved_at", "second_approved_by", "second_approved_at", "released_by", "released_at")
SIGNED_AGAIN = " OR ".join(
    f"(OLD.{column} IS NOT NULL AND NEW.{column} IS DISTINCT FROM OLD.{column})" for column in SIGNED
)

FOREIGN_ACCOUNT = """NOT EXISTS (
    SELECT 1 FROM people_bankaccount a JOIN money_paymentbatch b ON b.id = n.batch_id
    WHERE a.id = n.account_id AND a.payee_id = n.payee_id AND a.usable_from <= b.prepared_at
    AND (a.ended_at IS NULL OR a.ended_at > b.prepared_at))"""
FOREIGN_ITEM = """NOT EXISTS (
    SELECT 1 FROM money_transfer t JOIN money_paymentorder o ON o.id = n.order_id
    JOIN money_paymentbatch b ON b.id = o.batch_id
    JOIN money_account d ON d.id = t.debit_id JOIN money_account c ON c.id = t.credit_id
    WHERE t.id = n.transfer_id AND t.payee_id = o.payee_id AND t.book_id = b.book_id AND b.state = 'prepared'
    AND t.source <> {payment} AND (d.roles LIKE '%payable%') <> (c.roles LIKE '%payable%'))""".replace(
    "{payment}", str(PAYMENT)
)
OTHER_BOOK = """NOT EXISTS (
    SELECT 1 FROM money_account d JOIN money_account c ON c.book_id = d.book_id
    WHERE d.id = n.debit_id AND c.id = n.credit_id AND d.book_id = n.book_id)"""
CLOSED_PERIOD = "p.book_id = n.book_id AND p.closed_at IS NOT NULL AND p.since <= n.day AND n.day < p.until"
NOT_THE_MIRROR = """n.reverses_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM money_transfer t WHERE t.id = n.reverses_id AND t.book_id = n.book_id AND t.debit_id = n.credit_id
    AND t.credit_id = n.debit_id AND t.amount = n.amount AND t.payee_id IS NOT DISTINCT FROM n.payee_id)"""

#: What is booked by hand, or taken back of it, was asked for by one and confirmed by another, as it is booked (S6).
BY_ONE = f"""n.source IN ({OPENING}, {MANUAL}) AND NOT EXISTS (
    SELECT 1 FROM money_leg l JOIN money_entry e ON e.id = l.entry_id
    WHERE l.entry_id = n.subject AND l.number = n.part AND e.confirmed_by IS NOT NULL AND e.source = n.source
    AND e.book_id = n.book_id AND e.day = n.day AND l.debit_id = n.debit_id AND l.credit_id = n.credit_id
    AND l.amount = n.amount AND l.payee_id IS NOT DISTINCT FROM n.payee_id)"""
REVERSED_BY_ONE = f"""n.reverses_id IS NOT NULL
    AND EXISTS (SELECT 1 FROM money_transfer t WHERE t.id = n.reverses_id AND t.source IN ({OPENING}, {MANUAL}))
    AND NOT EXISTS (
        SELECT 1 FROM money_entry e WHERE e.reverses_id = n.reverses_id AND e.confirmed_by IS NOT NULL)"""
ENTRY = ("book_id", "source", "day", "memo", "reverses_id", "line_id", "asked_by", "asked_at")


class Migration(migrations.Migration):
    dependencies = [("money", "0001_tables"), ("people", "0002_guards")]

    operations = [
        *(never_deleted(f"money_{table}") for table in KEPT),
        *(append_only(f"money_{table}") for table in ADDED),
        View("money_tie", TIES),
        View("money_hold", HOLDS),
        fixed("money_book", ("code", "currency")),
        fixed("money_account", ("book_id", "code", "kind")),
        references("money_transfer", "payee_id", "people_payee"),
        refuse_rows("money_transfer", "same_book", OTHER_BOOK),
        refuse_rows("money_transfer", "open_period", CLOSED_PERIOD, against="money_period p", shared="money_period"),
        refuse_rows(
            "money_transfer",
            "mirror",
            NOT_THE_MIRROR,
        ),
        refuse_rows("money_transfer", "by_two", BY_ONE),
        refuse_rows("money_transfer", "reversed_by_two", REVERSED_BY_ONE),
        fixed("money_entry", ENTRY),
        refuse(
            "money_entry",
            "answered_once",
            "OLD.confirmed_by IS NOT NULL OR OLD.refused_by IS NOT NULL",
            on=("UPDATE",),
        ),
        refuse(
            "money_leg",
            "before_it_is_confirmed",
            "(SELECT e.confirmed_by FROM money_entry e WHERE e.id = NEW.entry_id) IS NOT NULL",
            on=("INSERT",),
        ),
        refuse(
            "money_summed",
            "in_turn",
            "NEW.first <> COALESCE((SELECT MAX(s.last) FROM money_summed s), 0) + 1",
            on=("INSERT",),
        ),
        no_overlap("money_period", ("book_id",)),
        refuse("money_period", "closed_for_good", "OLD.closed_at IS NOT NULL", on=("UPDATE",)),
        *lives("money_paymentbatch", "state", BATCH),
        fixed("money_paymentbatch", ("book_id", "day", "orders", "amount", "text", "prepared_by", "prepared_at")),
        refuse("money_paymentbatch", "signed_once", SIGNED_AGAIN, on=("UPDATE",)),
        refuse("money_paymentbatch", "changed_account", CHANGED_BY_AN_APPROVER, on=("UPDATE",)),
        refuse("money_paymentbatch", "tied", TIED, on=("UPDATE",)),
        refuse("money_paymentbatch", "ended_account", ENDED_ACCOUNT, on=("UPDATE",)),
        refuse("money_paymentbatch", "two_approvers", ONE_APPROVER, on=("UPDATE",)),
        refuse(
            "money_paymentbatch",
            "handed_over_with_its_file",
            NO_FILE,
            on=("UPDATE",),
        ),
        refuse("money_paymentbatch", "owed", NOT_WHAT_IS_OWED, on=("UPDATE",)),
        *lives("money_paymentorder", "state", ORDER),
        fixed("money_paymentorder", ("batch_id", "payee_id", "account_id", "amount", "reference")),
        refuse(
            "money_paymentorder",
            "sent_with_its_batch",
            "NEW.state = 'sent' AND OLD.state = 'ready' AND NOT EXISTS"
            " (SELECT 1 FROM money_paymentbatch b WHERE b.id = NEW.batch_id AND b.state = 'handed_over')",
            on=("UPDATE",),
        ),
        references("money_paymentorder", "payee_id", "people_payee"),
        refuse_rows("money_paymentorder", "own_account", FOREIGN_ACCOUNT),
        fixed("money_paymentitem", ("transfer_id", "order_id")),
        refuse_rows("money_paymentitem", "owed", FOREIGN_ITEM),
        refuse(
            "money_paymentitem",
            "kept",
            "EXISTS (SELECT 1 FROM money_paymentorder o JOIN money_paymentbatch b ON b.id = o.batch_id"
            " WHERE o.id = OLD.order_id AND b.state NOT IN ('prepared', 'approved'))",
            on=("DELETE",),
        ),
        fixed("money_bankfile", ("batch_id", "format", "message", "digest", "size")),
        refuse(
            "money_bankfile",
            "handed_over_once",
            "OLD.handed_over_at IS NOT NULL AND (NEW.handed_over_at IS DISTINCT FROM OLD.handed_over_at"
            " OR NEW.handed_over_by IS DISTINCT FROM OLD.handed_over_by)",
            on=("UPDATE",),
        ),
    ]
