"""The letters of whole batches, in parts."""

import django.db.models.deletion
from django.db import migrations, models

from tiwizi.records.database.guards import fixed, never_deleted, refuse

WRITTEN_ONCE = "OLD.digest IS NOT NULL AND NEW.digest IS DISTINCT FROM OLD.digest"


class Migration(migrations.Migration):
    dependencies = [
        ("care", "0007_claims_by_provider"),
    ]

    operations = [
        migrations.CreateModel(
            name="LetterRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("batch", models.BigIntegerField()),
                ("tells_care", models.BooleanField()),
                ("day", models.DateField()),
                ("letters", models.IntegerField()),
                ("asked_by", models.BigIntegerField()),
                ("asked_at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("batch", "tells_care"), name="care_letterrun_once")],
            },
        ),
        migrations.CreateModel(
            name="LetterPart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.IntegerField()),
                ("orders", models.BinaryField()),
                ("letters", models.IntegerField(default=0)),
                ("leased_until", models.DateTimeField(null=True)),
                ("tries", models.SmallIntegerField(default=0)),
                ("digest", models.BinaryField(max_length=32, null=True)),
                ("size", models.IntegerField(default=0)),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="care.letterrun",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("run", "number"), name="care_letterpart_number")],
            },
        ),
        never_deleted("care_letterrun"),
        fixed("care_letterrun", ("batch", "tells_care", "day", "letters")),
        fixed("care_letterpart", ("run_id", "number", "orders")),
        refuse("care_letterpart", "written_once", WRITTEN_ONCE, on=("UPDATE",)),
    ]
