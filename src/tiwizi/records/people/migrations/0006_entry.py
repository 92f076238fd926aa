"""A lost second factor is taken away by two people; a role more, which the guards of roles learn."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from tiwizi.records.database.guards import fixed, never_deleted, refuse, refuse_rows
from tiwizi.records.trail.roles import NEVER_TOGETHER, ROLES

PAIRS = ", ".join(f"'{a}+{b}', '{b}+{a}'" for a, b in NEVER_TOGETHER)
GIVEN = ", ".join(f"'{role}'" for role in ROLES if role != "system")


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0005_search_names"),
    ]

    operations = [
        migrations.CreateModel(
            name="FactorReset",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("asked_by", models.F("user")), _negated=True),
                        name="people_factorreset_not_for_oneself",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by", None),
                            models.Q(
                                models.Q(("confirmed_by", models.F("user")), _negated=True),
                                models.Q(("confirmed_by", models.F("asked_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="people_factorreset_confirmed_by_a_third",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("user",), name="people_factorreset_one_waits"
                    ),
                ],
            },
        ),
        never_deleted("people_factorreset"),
        fixed("people_factorreset", ("user_id", "asked_by_id", "asked_at")),
        refuse("people_rolegrant", "known", f"NEW.role NOT IN ({GIVEN})"),
        refuse_rows(
            "people_rolegrant",
            "never_together",
            "g.user_id = n.user_id AND g.revoked_at IS NULL AND n.revoked_at IS NULL"
            f" AND (n.role || '+' || g.role) IN ({PAIRS})",
            against="people_rolegrant g",
            alone="people_rolegrant",
        ),
    ]
