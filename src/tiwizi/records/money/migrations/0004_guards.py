"""What came back is followed however often it did (S2), and a ceiling is changed by two (S7)."""

from django.db import migrations

from tiwizi.records.database.guards import append_only, fixed, never_deleted, refuse
from tiwizi.records.database.views import View
from tiwizi.records.money.ties import AGAIN, TIED_IN_BATCH

SIGNED_NOW = """(NEW.approved_by IS DISTINCT FROM OLD.approved_by
    OR NEW.second_approved_by IS DISTINCT FROM OLD.second_approved_by
    OR NEW.released_by IS DISTINCT FROM OLD.released_by)"""
SIGNERS = "NEW.prepared_by, NEW.approved_by, NEW.second_approved_by, NEW.released_by"
TIED = f"{SIGNED_NOW} AND ({TIED_IN_BATCH.format(users=SIGNERS, batch='NEW.id')})"
BY_ONE = """OLD.ceiling IS NOT NULL AND NEW.ceiling IS DISTINCT FROM OLD.ceiling AND NOT EXISTS (
    SELECT 1 FROM money_ceilingchange c WHERE c.book_id = NEW.id AND c.confirmed_by IS NOT NULL
    AND c.ceiling IS NOT DISTINCT FROM NEW.ceiling)"""


class Migration(migrations.Migration):
    dependencies = [("money", "0003_ceiling_changes")]

    operations = [
        View("money_again", AGAIN),
        refuse(
            "money_paymentbatch",
            "tied",
            TIED,
            on=("UPDATE",),
        ),
        append_only("money_matchedorder"),
        never_deleted("money_ceilingchange"),
        fixed("money_ceilingchange", ("book_id", "ceiling", "asked_by", "asked_at")),
        refuse(
            "money_ceilingchange",
            "answered_once",
            "OLD.confirmed_by IS NOT NULL OR OLD.refused_by IS NOT NULL",
            on=("UPDATE",),
        ),
        refuse("money_book", "ceiling_by_two", BY_ONE, on=("UPDATE",)),
    ]
