"""What the database refuses about imports."""

from django.db import migrations

from tiwizi.records.database.guards import fixed, lives, never_deleted
from tiwizi.records.intake.lifecycles import IMPORT


class Migration(migrations.Migration):
    dependencies = [("intake", "0001_tables")]

    operations = [
        never_deleted("intake_import"),
        fixed("intake_import", ("digest", "source", "currency", "seen_by", "seen_at")),
        *lives("intake_import", "state", IMPORT),
    ]
