"""What waits for somebody among payments and books. Who signed once is not asked again (S1, S6)."""

from __future__ import annotations

from django.db.models import F, Q, Sum

from tiwizi.records.money.models import Account, Entry, PaymentBatch, StatementLine
from tiwizi.records.money.queries.balances import balances
from tiwizi.records.trail.gate import By
from tiwizi.records.trail.waits import Waits, waits


def to_prepare(by: By) -> Waits:
    """How much is owed to payees that no order has taken, in minor units, and in how many books: what the payable
    accounts hold, less what stands in batches that have not left yet. Some payees may have to wait, as preparing tells.
    """
    payable = {
        f"{fund}:{code}": fund
        for fund, code in Account.objects.filter(roles__contains="payable").values_list("book__code", "code")
    }
    owed: dict[str, int] = {}
    for balance in balances():
        if fund := payable.get(balance.account):
            owed[fund] = owed.get(fund, 0) - balance.net
    under_way = PaymentBatch.objects.filter(state__in=("prepared", "approved", "released")).values("book__code")
    for fund, amount in under_way.annotate(total=Sum("amount")).values_list("book__code", "total"):
        owed[fund] = owed.get(fund, 0) - amount
    left = [amount for amount in owed.values() if amount > 0]
    return Waits(len(left), amount=sum(left))


def to_approve(by: By) -> Waits:
    """Batches that somebody else prepared, and those above the ceiling that a second person has to approve (S7)."""
    prepared = Q(state="prepared") & ~Q(prepared_by=by.user)
    second = Q(state="approved", second_approved_by=None, amount__gt=F("book__ceiling"))
    second &= ~Q(prepared_by=by.user) & ~Q(approved_by=by.user)
    return waits(PaymentBatch.objects.filter(prepared | second), since="prepared_at", amount="amount", due="day")


def to_release(by: By) -> Waits:
    """Batches that are approved as often as they must be, by others."""
    signed = Q(book__ceiling=None) | Q(amount__lte=F("book__ceiling")) | Q(second_approved_by__isnull=False)
    mine = Q(prepared_by=by.user) | Q(approved_by=by.user) | Q(second_approved_by=by.user, second_approved_by__gt=-1)
    found = PaymentBatch.objects.filter(signed, state="approved").exclude(mine)
    return waits(found, since="approved_at", amount="amount", due="day")


def to_hand_over(by: By) -> Waits:
    """Batches that are released and not yet handed to the bank."""
    return waits(PaymentBatch.objects.filter(state="released"), since="released_at", amount="amount", due="day")


def lines_to_explain(by: By) -> Waits:
    """Movements of the bank's statements that nothing explains."""
    return waits(StatementLine.objects.filter(match=None), since="day")


def entries_to_confirm(by: By) -> Waits:
    """Entries by hand that somebody else asked for (S6)."""
    asked = Entry.objects.filter(confirmed_by=None, refused_by=None).exclude(asked_by=by.user)
    return waits(asked, since="asked_at")
