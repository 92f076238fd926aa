"""Why a line was withdrawn, by whom and when."""

import django.db.models.deletion
from django.db import migrations, models

from tiwizi.records.database.guards import append_only, references


class Migration(migrations.Migration):
    dependencies = [("care", "0009_receipts")]

    operations = [
        migrations.CreateModel(
            name="Withdrawal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=200)),
                ("by", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "line",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="withdrawal",
                        to="care.claimline",
                    ),
                ),
            ],
        ),
        references("care_withdrawal", "line_id", "care_line"),
        append_only("care_withdrawal"),
    ]
