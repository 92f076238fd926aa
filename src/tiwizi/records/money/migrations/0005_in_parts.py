"""Batches are prepared, handed over and given up part by part, and statements come in part by part."""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

from tiwizi.records.database.guards import fixed, lives, never_deleted, refuse, refuse_rows
from tiwizi.records.database.remake import Remaking
from tiwizi.records.money.lifecycles import BATCH

before = import_module("tiwizi.records.money.migrations.0002_guards")
since = import_module("tiwizi.records.money.migrations.0004_guards")

#: What comes into a batch comes in while it is prepared, and after what was added up.
OPEN_BATCH = "b.state = 'preparing' AND {order} > b.last_order"
FOREIGN_ACCOUNT = before.FOREIGN_ACCOUNT.replace(
    "WHERE a.id = n.account_id", f"WHERE {OPEN_BATCH.format(order='n.id')} AND a.id = n.account_id"
)
FOREIGN_ITEM = before.FOREIGN_ITEM.replace("b.state = 'prepared'", OPEN_BATCH.format(order="o.id"))

#: What a batch says grows by what its new orders say, and an order says what is owed. The unary plus has SQLite look
#: through the new orders rather than through all of the batch.
NEW_ORDERS = "+o.batch_id = NEW.id AND o.id > OLD.last_order AND o.id <= NEW.last_order"
NOT_WHAT_IS_OWED = f"""OLD.state = 'preparing' AND (
    NEW.last_order < OLD.last_order
    OR NEW.orders - OLD.orders <> (SELECT COUNT(*) FROM money_paymentorder o WHERE {NEW_ORDERS})
    OR NEW.amount - OLD.amount <> (SELECT COALESCE(SUM(o.amount), 0) FROM money_paymentorder o WHERE {NEW_ORDERS})
    OR EXISTS (
        SELECT 1 FROM money_paymentorder o
        LEFT JOIN money_paymentitem i ON i.order_id = o.id
        LEFT JOIN money_transfer t ON t.id = i.transfer_id
        LEFT JOIN money_account c ON c.id = t.credit_id
        WHERE {NEW_ORDERS} GROUP BY o.id, o.amount
        HAVING o.amount <> COALESCE(SUM(CASE WHEN c.roles LIKE '%payable%' THEN t.amount ELSE -t.amount END), 0))
    OR (NEW.state = 'prepared' AND (NEW.orders = 0 OR EXISTS (
        SELECT 1 FROM money_paymentorder o WHERE o.batch_id = NEW.id AND o.id > NEW.last_order))))"""
SUMS = ("orders", "amount", "last_order", "prepared_at", "left")
CHANGED_LATER = " OR ".join(f'NEW."{column}" IS DISTINCT FROM OLD."{column}"' for column in SUMS)

#: Guards of a batch, on a table that SQLite has made anew.
GUARDS = (
    never_deleted("money_paymentbatch"),
    *lives("money_paymentbatch", "state", BATCH),
    fixed("money_paymentbatch", ("book_id", "day", "text", "asked", "prepared_by")),
    refuse(
        "money_paymentbatch", "begins_empty", "NEW.orders <> 0 OR NEW.amount <> 0 OR NEW.last_order <> 0",
        on=("INSERT",),
    ),
    refuse(
        "money_paymentbatch", "added_up_once", f"OLD.state <> 'preparing' AND ({CHANGED_LATER})", on=("UPDATE",)
    ),
    refuse("money_paymentbatch", "owed", NOT_WHAT_IS_OWED, on=("UPDATE",)),
    refuse("money_paymentbatch", "signed_once", before.SIGNED_AGAIN, on=("UPDATE",)),
    refuse("money_paymentbatch", "changed_account", before.CHANGED_BY_AN_APPROVER, on=("UPDATE",)),
    refuse("money_paymentbatch", "tied", since.TIED, on=("UPDATE",)),
    refuse("money_paymentbatch", "ended_account", before.ENDED_ACCOUNT, on=("UPDATE",)),
    refuse("money_paymentbatch", "two_approvers", before.ONE_APPROVER, on=("UPDATE",)),
    refuse("money_paymentbatch", "handed_over_with_its_file", before.NO_FILE, on=("UPDATE",)),
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("money", "0004_guards")]

    operations = [
        migrations.CreateModel(
            name="Taking",
            fields=[
                (
                    "statement",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="taking",
                        serialize=False,
                        to="money.statement",
                    ),
                ),
                ("lines", models.IntegerField(default=0)),
                ("paid", models.IntegerField(default=0)),
                ("returned", models.IntegerField(default=0)),
                ("suspense", models.IntegerField(default=0)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
        ),
        never_deleted("money_taking"),
        fixed("money_taking", ("statement_id",)),
        refuse("money_taking", "ended_for_good", "OLD.ended_at IS NOT NULL", on=("UPDATE",)),
        Remaking(),
        migrations.RemoveConstraint(
            model_name="paymentbatch",
            name="money_batch_state_known",
        ),
        migrations.RemoveConstraint(
            model_name="paymentbatch",
            name="money_batch_approved_by_somebody",
        ),
        migrations.RemoveConstraint(
            model_name="paymentbatch",
            name="money_batch_released_by_somebody",
        ),
        migrations.AddField(
            model_name="paymentbatch",
            name="asked",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="paymentbatch",
            name="last_order",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="paymentbatch",
            name="left",
            field=models.JSONField(default=dict),
        ),
        migrations.AlterField(
            model_name="paymentbatch",
            name="amount",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="paymentbatch",
            name="orders",
            field=models.IntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="paymentbatch",
            name="state",
            field=models.CharField(default="preparing", max_length=12),
        ),
        migrations.AddConstraint(
            model_name="paymentbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        ("preparing", "prepared", "approved", "released", "handed_over", "settled", "cancelled"),
                    )
                ),
                name="money_batch_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentbatch",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "preparing")),
                fields=("book",),
                name="money_batch_one_is_prepared_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ("preparing", "prepared", "cancelled")),
                    ("approved_by__isnull", False),
                    _connector="OR",
                ),
                name="money_batch_approved_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ("preparing", "prepared", "approved", "cancelled")),
                    ("released_by__isnull", False),
                    _connector="OR",
                ),
                name="money_batch_released_by_somebody",
            ),
        ),
        Remaking(ends=True),
        *GUARDS,
        refuse_rows("money_paymentorder", "own_account", FOREIGN_ACCOUNT),
        refuse_rows("money_paymentitem", "owed", FOREIGN_ITEM),
        refuse(
            "money_paymentitem",
            "kept",
            "NOT EXISTS (SELECT 1 FROM money_paymentorder o JOIN money_paymentbatch b ON b.id = o.batch_id"
            " WHERE o.id = OLD.order_id AND b.state = 'cancelled')",
            on=("DELETE",),
        ),
    ]
