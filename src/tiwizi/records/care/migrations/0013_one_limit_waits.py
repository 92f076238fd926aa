"""One limit of a single reviewer waits at a time, and each is answered once, as ceilings of payments are."""

from django.db import migrations, models

from tiwizi.records.database.guards import refuse


class Migration(migrations.Migration):
    dependencies = [("care", "0012_provider_identity")]

    operations = [
        migrations.AddConstraint(
            model_name="reviewlimit",
            constraint=models.UniqueConstraint(
                models.Value(1),
                condition=models.Q(("confirmed_by", None), ("refused_by", None)),
                name="care_reviewlimit_one_waits",
            ),
        ),
        refuse(
            "care_reviewlimit",
            "answered_once",
            "OLD.confirmed_by IS NOT NULL OR OLD.refused_by IS NOT NULL",
            on=("UPDATE",),
        ),
    ]
