"""Above the limit of a single reviewer two people answer a file."""

import django.db.models.deletion
from django.db import migrations, models

from tiwizi.records.database.guards import fixed, never_deleted, references


class Migration(migrations.Migration):
    dependencies = [
        ("care", "0010_withdrawals"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReviewLimit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.BigIntegerField(null=True)),
                ("asked_by", models.BigIntegerField()),
                ("asked_at", models.DateTimeField()),
                ("confirmed_by", models.BigIntegerField(null=True)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("refused_by", models.BigIntegerField(null=True)),
                ("refused_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount", None), ("amount__gte", 0), _connector="OR"),
                        name="care_reviewlimit_amount",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by", None),
                            models.Q(
                                models.Q(("confirmed_by", models.F("asked_by")), _negated=True), ("refused_by", None)
                            ),
                            _connector="OR",
                        ),
                        name="care_reviewlimit_two_people",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HeldAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("lines", models.JSONField()),
                ("pays", models.BigIntegerField()),
                ("limit", models.BigIntegerField()),
                ("answered_by", models.BigIntegerField()),
                ("answered_at", models.DateTimeField()),
                ("state", models.CharField(default="waiting", max_length=10)),
                ("ended_by", models.BigIntegerField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("note", models.CharField(default="", max_length=200)),
                (
                    "claim",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="care.claim",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "waiting")), fields=("claim",), name="care_heldanswer_one_waits"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("waiting", "kept", "returned"))),
                        name="care_heldanswer_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "kept"), _negated=True),
                            models.Q(
                                ("ended_by__isnull", False),
                                models.Q(("ended_by", models.F("answered_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="care_heldanswer_two_people",
                    ),
                ],
            },
        ),
        *(never_deleted(f"care_{table}") for table in ("reviewlimit", "heldanswer")),
        fixed("care_reviewlimit", ("amount", "asked_by")),
        fixed("care_heldanswer", ("claim_id", "pays", "limit", "answered_by")),
        references("care_heldanswer", "claim_id", "care_claim"),
    ]
