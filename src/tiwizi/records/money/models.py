"""Books of transfers, and payments. Amounts are whole minor units.

Whatever is owed to somebody is a transfer with a ``payee`` that credits a payable account; it is open until a
``PaymentItem`` takes it into an order, and no transfer is in two. What corrects it is its reversal and a new transfer;
a payment that comes back is a transfer that is open again.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from tiwizi.records.database.fields import link, minor, ordered
from tiwizi.records.trail.two_people import WAITS, Asked

#: Where a transfer comes from; with ``subject`` and ``part`` it names the transfer for ever. Entries are only added.
SOURCES = (
    "opening",  # subject: an entry; part: its leg
    "manual",  # subject: an entry; part: its leg
    "decision",  # subject: a claim; part: award_part(book, sequence)
    "reversal",  # subject: the transfer that it takes back
    "payment",  # subject: an order; part: the payable account that it clears
    "statement",  # subject: a statement line
    "return",  # subject: an order; part: the payable account that owes again
    "contribution",  # subject: a call
    "closing",  # subject: an account; part: the year that ends
)
OPENING, MANUAL, DECISION, REVERSAL, PAYMENT, STATEMENT, RETURN, CONTRIBUTION, CLOSING = range(len(SOURCES))
MAX_TRANSFER = 10**15


def award_part(book: int, sequence: int) -> int:
    """The part of a claim's booking: the fund's book, and the how-manieth time that the claim is booked in it. Layers
    change their place from one version of a plan to the next; books keep their number."""
    assert 0 <= book < 1 << 15 and 0 <= sequence < 1 << 16
    return (book << 16) | sequence


class Book(models.Model):
    """The books of one ring-fenced fund. ``layers``: the layers of plans that it pays, parted by spaces. ``rib`` is its
    account at the bank and ``payer`` its name there; above ``ceiling`` a batch has two approvers (S7)."""

    code = models.CharField(max_length=20)
    name = models.JSONField()  # language -> text
    currency = models.CharField(max_length=3)
    layers = models.CharField(max_length=200, default="")
    payer = models.CharField(max_length=70, default="")
    rib = models.CharField(max_length=24, null=True)
    ceiling = minor(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code"], name="money_book_code"),
            models.UniqueConstraint(fields=["rib"], name="money_book_rib"),
            models.CheckConstraint(condition=Q(ceiling=None) | Q(ceiling__gte=0), name="money_book_ceiling"),
        ]


class Account(models.Model):
    """kind: one of rules.chart.KINDS. roles: of rules.chart.ROLES, parted by spaces."""

    book = models.ForeignKey(Book, models.PROTECT, db_index=False, related_name="accounts")
    code = models.CharField(max_length=20)
    kind = models.CharField(max_length=10)
    roles = models.CharField(max_length=200, default="")
    name = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["book", "code"], name="money_account_code")]


class Period(models.Model):
    """A month or a year of a book. Once closed it stays closed, and takes no transfer."""

    book = models.ForeignKey(Book, models.PROTECT, related_name="periods")
    since = models.DateField()
    until = models.DateField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [ordered("since", "until", "money_period_period")]


class Transfer(models.Model):
    """An amount from the account that it credits to the one that it debits, in one book. Never changed or removed."""

    book = link("money.Book")
    debit = link("money.Account")
    credit = link("money.Account")
    amount = minor()
    day = models.DateField()
    source = models.SmallIntegerField()
    subject = models.BigIntegerField()
    part = models.IntegerField(default=0)
    payee = link("people.Payee", null=True)
    reverses = link("money.Transfer", null=True)
    memo = models.CharField(max_length=140, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "subject", "part"], name="money_transfer_once"),
            models.UniqueConstraint(
                fields=["reverses"], condition=Q(reverses__isnull=False), name="money_transfer_reversed_once"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0, amount__lte=MAX_TRANSFER), name="money_transfer_amount"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="money_transfer_two_accounts"),
            models.CheckConstraint(
                condition=Q(source__gte=0, source__lt=len(SOURCES)), name="money_transfer_source_known"
            ),
            models.CheckConstraint(
                condition=Q(source=REVERSAL, reverses__isnull=False) | (~Q(source=REVERSAL) & Q(reverses=None)),
                name="money_transfer_reversal_names_what",
            ),
        ]


class Entry(Asked):
    """What somebody asks to be booked by hand, and somebody else confirms (S6): its legs, or that a transfer is taken
    back. ``source``: OPENING, MANUAL or REVERSAL."""

    book = models.ForeignKey(Book, models.PROTECT, related_name="+")
    source = models.SmallIntegerField()
    day = models.DateField()
    memo = models.CharField(max_length=140)
    reverses = link("money.Transfer", null=True)
    line = link("money.StatementLine", null=True)  # that it explains

    class Meta(Asked.Meta):
        verbose_name_plural = "entries"
        constraints = [
            *Asked.Meta.constraints,
            models.CheckConstraint(
                condition=Q(source=REVERSAL, reverses__isnull=False) | Q(source__in=(OPENING, MANUAL), reverses=None),
                name="money_entry_source",
            ),
        ]


class Leg(models.Model):
    """A part of an entry, as it will be booked."""

    entry = models.ForeignKey(Entry, models.PROTECT, db_index=False, related_name="legs")
    number = models.IntegerField()
    debit = link("money.Account")
    credit = link("money.Account")
    amount = minor()
    payee = link("people.Payee", null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "number"], name="money_leg_number")]


class Summed(models.Model):
    """Transfers ``first`` to ``last`` are added up in the day totals that name this row: balances ask those, and add
    the transfers after the last. Each begins where the one before ended, so that none is left out or taken twice."""

    first = models.BigIntegerField()
    last = models.BigIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "summed"
        constraints = [
            models.UniqueConstraint(fields=["first"], name="money_summed_first"),
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="money_summed_range"),
        ]


class DayTotal(models.Model):
    """What an account was debited and credited on a day, by the transfers of one ``Summed``."""

    summed = models.ForeignKey(Summed, models.PROTECT, db_index=False, related_name="totals")
    account = link("money.Account")
    day = models.DateField()
    debit = minor()
    credit = minor()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["summed", "account", "day"], name="money_daytotal_once")]


class CeilingChange(Asked):
    """Another ceiling for a book, or none: asked for by one and confirmed by another (S7)."""

    book = models.ForeignKey(Book, models.PROTECT, related_name="+")
    ceiling = minor(null=True)

    class Meta(Asked.Meta):
        constraints = [
            *Asked.Meta.constraints,
            models.CheckConstraint(condition=Q(ceiling=None) | Q(ceiling__gte=0), name="money_ceilingchange_ceiling"),
            models.UniqueConstraint(fields=["book"], condition=WAITS, name="money_ceilingchange_one_waits"),
        ]


BATCH_STATES = ("preparing", "prepared", "approved", "released", "handed_over", "settled", "cancelled")


class PaymentBatch(models.Model):
    """Orders of one book that go to the bank together: prepared, approved and released by three people (S1).

    It is prepared part by part: ``orders`` and ``amount`` are those of its orders up to ``last_order``, and stay once
    it is prepared. ``asked``: whom it was asked to pay, and without whom. ``left``: what the preparer is told that the
    orders do not say (how many transfers they take; who waits; what is tied)."""

    book = models.ForeignKey(Book, models.PROTECT, related_name="+")
    day = models.DateField()
    state = models.CharField(max_length=12, default="preparing")
    orders = models.IntegerField(default=0)
    amount = minor(default=0)
    last_order = models.BigIntegerField(default=0)
    asked = models.JSONField(default=dict)
    left = models.JSONField(default=dict)
    text = models.CharField(max_length=140, default="")  # what the payees read
    prepared_by = models.BigIntegerField()
    prepared_at = models.DateTimeField()
    approved_by = models.BigIntegerField(null=True)
    approved_at = models.DateTimeField(null=True)
    second_approved_by = models.BigIntegerField(null=True)  # above the ceiling (S7)
    second_approved_at = models.DateTimeField(null=True)
    released_by = models.BigIntegerField(null=True)
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=BATCH_STATES),
                name="money_batch_state_known",
            ),
            models.UniqueConstraint(
                fields=["book"], condition=Q(state="preparing"), name="money_batch_one_is_prepared_at_a_time"
            ),
            models.CheckConstraint(
                condition=(Q(approved_by=None) | ~Q(approved_by=F("prepared_by")))
                & (Q(released_by=None) | (~Q(released_by=F("prepared_by")) & ~Q(released_by=F("approved_by"))))
                & (
                    Q(second_approved_by=None)
                    | (
                        ~Q(second_approved_by=F("prepared_by"))
                        & ~Q(second_approved_by=F("approved_by"))
                        & (Q(released_by=None) | ~Q(second_approved_by=F("released_by")))
                    )
                ),
                name="money_batch_different_people",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("preparing", "prepared", "cancelled")) | Q(approved_by__isnull=False),
                name="money_batch_approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("preparing", "prepared", "approved", "cancelled"))
                | Q(released_by__isnull=False),
                name="money_batch_released_by_somebody",
            ),
        ]


class PaymentOrder(models.Model):
    """What one payee is sent in one batch, to one account. ``reference`` is the EndToEndId, unique for ever."""

    batch = models.ForeignKey(PaymentBatch, models.PROTECT, db_index=False, related_name="items")
    payee = link("people.Payee")
    account = link("people.BankAccount")
    amount = minor()
    reference = models.CharField(max_length=35)
    state = models.CharField(max_length=10, default="ready")

    class Meta:
        indexes = [models.Index(fields=["account"], name="money_order_account")]
        constraints = [
            models.UniqueConstraint(fields=["batch", "payee"], name="money_order_one_per_payee"),
            models.UniqueConstraint(fields=["reference"], name="money_order_reference"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="money_order_amount"),
            models.CheckConstraint(
                condition=Q(state__in=("ready", "sent", "paid", "returned")), name="money_order_state_known"
            ),
        ]


class PaymentItem(models.Model):
    """An open transfer that an order settles: its key is the transfer, so that nothing is paid twice."""

    transfer = models.OneToOneField(
        Transfer, models.PROTECT, primary_key=True, db_constraint=False, related_name="item"
    )
    order = link("money.PaymentOrder")

    class Meta:
        indexes = [models.Index(fields=["order"], name="money_item_order")]


class BankFile(models.Model):
    """The file that a batch became. Made again it has the same digest; it is handed over once."""

    batch = models.OneToOneField(PaymentBatch, models.PROTECT, related_name="file")
    format = models.CharField(max_length=40)
    message = models.CharField(max_length=35)  # MsgId
    digest = models.BinaryField(max_length=32)
    size = models.BigIntegerField()
    made_at = models.DateTimeField()
    handed_over_at = models.DateTimeField(null=True)
    handed_over_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message"], name="money_bankfile_message")]


class Statement(models.Model):
    """A statement of the bank; the same one is not read twice."""

    book = models.ForeignKey(Book, models.PROTECT, db_index=False, related_name="+")
    identifier = models.CharField(max_length=60)
    digest = models.BinaryField(max_length=32)
    since = models.DateField()
    until = models.DateField()  # the last day itself
    opening = minor()
    closing = minor()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "identifier"], name="money_statement_once"),
            models.UniqueConstraint(fields=["digest"], name="money_statement_digest"),
        ]


class Taking(models.Model):
    """How far a statement has come in: of its lines so far, those that are new, the orders that they paid and that came
    back, and the lines that nothing explained. ``ended_at``: when it was in as a whole."""

    statement = models.OneToOneField(Statement, models.PROTECT, primary_key=True, related_name="taking")
    lines = models.IntegerField(default=0)
    paid = models.IntegerField(default=0)
    returned = models.IntegerField(default=0)
    suspense = models.IntegerField(default=0)
    ended_at = models.DateTimeField(null=True)


class StatementLine(models.Model):
    """amount: positive where the mutual receives. reference: EndToEndId where the bank gives it. identity: what a
    movement is known by in whatever statement it stands (formats.statement), so that it is booked once.

    ``booked_on``: the bank's day, or the first open one after it. bank_reference: the bank's own. returned: it is a
    payment that came back, for a ``reason``."""

    statement = models.ForeignKey(Statement, models.PROTECT, db_index=False, related_name="lines")
    book = models.ForeignKey(Book, models.PROTECT, db_index=False, related_name="+")
    number = models.IntegerField()
    day = models.DateField()
    booked_on = models.DateField()
    amount = minor()
    reference = models.CharField(max_length=35, default="")
    identity = models.CharField(max_length=32)
    bank_reference = models.CharField(max_length=60, default="")
    text = models.CharField(max_length=200, default="")
    returned = models.BooleanField(default=False)
    reason = models.CharField(max_length=60, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["statement", "number"], name="money_line_number"),
            models.UniqueConstraint(fields=["identity", "book"], name="money_line_identity"),
            models.CheckConstraint(condition=~Q(amount=0), name="money_line_amount"),
        ]


class Match(models.Model):
    """What a line of a statement is: an order that was paid or came back, a whole batch that was paid in one, or what
    an entry made by hand says. A line that has none stands in suspense."""

    line = models.OneToOneField(StatementLine, models.PROTECT, primary_key=True, related_name="match")
    order = models.ForeignKey(PaymentOrder, models.PROTECT, null=True, related_name="+")
    batch = models.ForeignKey(PaymentBatch, models.PROTECT, null=True, db_index=False, related_name="+")
    transfer = link("money.Transfer")
    returned = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "returned"], name="money_match_order_once"),
            models.UniqueConstraint(fields=["batch"], name="money_match_batch_once"),
        ]


class MatchedOrder(models.Model):
    """An order that a line of a statement paid together with others of its batch: banks book what is left of a batch in
    one sum. Somebody has said which they are."""

    order = models.OneToOneField(PaymentOrder, models.PROTECT, primary_key=True, related_name="+")
    line = models.ForeignKey(StatementLine, models.PROTECT, related_name="+")
