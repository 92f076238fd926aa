"""Events and former values are never changed or removed; messages change (sent) and stay."""

from django.db import migrations

from tiwizi.records.database.guards import append_only, fixed, never_deleted


class Migration(migrations.Migration):
    dependencies = [("trail", "0001_tables")]

    operations = [
        append_only("trail_event"),
        append_only("trail_former"),
        never_deleted("trail_message"),
        fixed("trail_message", ("id", "event_id", "topic")),
    ]
