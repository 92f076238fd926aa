"""Medical data for an hour, for a reason that stays."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from tiwizi.records.database.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0006_entry"),
    ]

    operations = [
        migrations.CreateModel(
            name="BrokenGlass",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=1000)),
                ("opened_at", models.DateTimeField()),
                ("until", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["user", "-until"], name="people_brokenglass_user")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="people_brokenglass_has_a_reason"
                    )
                ],
            },
        ),
        append_only("people_brokenglass"),
    ]
