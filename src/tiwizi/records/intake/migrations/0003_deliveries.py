"""Sheets that are dropped at the desk, and what the database refuses about them."""

import django.db.models.deletion
from django.db import migrations, models

from tiwizi.records.database.guards import fixed, lives, never_deleted
from tiwizi.records.intake.lifecycles import DELIVERY


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0002_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("folder", models.CharField(max_length=32)),
                ("sheets", models.JSONField()),
                ("on", models.DateField()),
                ("currency", models.CharField(max_length=3)),
                ("amounts_in", models.CharField(max_length=5, null=True)),
                ("lang", models.CharField(max_length=2)),
                ("state", models.CharField(default="arrived", max_length=10)),
                ("preview", models.JSONField(default=dict)),
                ("problem", models.JSONField(null=True)),
                ("to_repair", models.IntegerField(default=0)),
                ("brought_by", models.BigIntegerField()),
                ("brought_at", models.DateTimeField()),
                ("household", models.BigIntegerField(null=True)),
                ("worker", models.CharField(default="", max_length=60)),
                ("leased_until", models.DateTimeField(null=True)),
                ("tries", models.SmallIntegerField(default=0)),
                ("removed_at", models.DateTimeField(null=True)),
                (
                    "follows",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="followers",
                        to="intake.delivery",
                    ),
                ),
                (
                    "imported",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deliveries",
                        to="intake.import",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "deliveries",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ("arrived", "seen", "posting", "failed", "stopped"))),
                        fields=["state", "id"],
                        name="intake_delivery_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("folder",), name="intake_delivery_folder"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ("arrived", "seen", "posting", "posted", "failed", "stopped", "withdrawn"))
                        ),
                        name="intake_delivery_state_known",
                    ),
                ],
            },
        ),
        never_deleted("intake_delivery"),
        fixed("intake_delivery", ("folder", "brought_by", "brought_at", "follows_id")),
        *lives("intake_delivery", "state", DELIVERY),
    ]
