"""Papers in pages; letters that were made; members' cards; who the mutual is, as its letters say."""

import django.db.models.deletion
from django.db import migrations, models

from tiwizi.records.database.guards import append_only, fixed, never_deleted, references, refuse

SENT_ONCE = "OLD.way <> '' AND NEW.way IS DISTINCT FROM OLD.way"
REVOKED_ONCE = "OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at"


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0003_saved_views"),
    ]

    operations = [
        migrations.AddField(
            model_name="document",
            name="original",
            field=models.BinaryField(max_length=32, null=True),
        ),
        migrations.AddField(
            model_name="document",
            name="page",
            field=models.SmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="person",
            name="language",
            field=models.CharField(max_length=2, null=True),
        ),
        migrations.CreateModel(
            name="Mutual",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name_ar", models.CharField(max_length=200)),
                ("name_latin", models.CharField(max_length=200)),
                ("address_ar", models.CharField(max_length=300)),
                ("address_latin", models.CharField(max_length=300)),
                ("phone", models.CharField(default="", max_length=40)),
                ("email", models.CharField(default="", max_length=120)),
                ("site", models.CharField(default="", max_length=120)),
                ("appeal_days", models.SmallIntegerField()),
                ("appeal_to_ar", models.CharField(max_length=300)),
                ("appeal_to_latin", models.CharField(max_length=300)),
                ("logo", models.BinaryField(max_length=32, null=True)),
                ("by", models.BigIntegerField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("appeal_days__gt", 0)), name="people_mutual_appeal_days")
                ],
            },
        ),
        migrations.CreateModel(
            name="Card",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.SmallIntegerField()),
                ("made_by", models.BigIntegerField()),
                ("made_at", models.DateTimeField()),
                ("revoked_by", models.BigIntegerField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("person", "number"), name="people_card_number"),
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at", None)), fields=("person",), name="people_card_one_is_good"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Letter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("subject", models.CharField(max_length=60)),
                ("language", models.CharField(max_length=2)),
                ("digest", models.BinaryField(max_length=32)),
                ("content", models.BinaryField()),
                ("tells_care", models.BooleanField()),
                ("made_by", models.BigIntegerField()),
                ("made_at", models.DateTimeField()),
                ("way", models.CharField(default="", max_length=10)),
                ("sent_by", models.BigIntegerField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "household",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.household",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["household"], name="people_letter_household")],
                "constraints": [
                    models.UniqueConstraint(fields=("subject", "kind", "digest"), name="people_letter_once"),
                    models.CheckConstraint(
                        condition=models.Q(("way__in", ("", "post", "counter", "e_mail"))), name="people_letter_way"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("sent_at", None), ("sent_by", None), ("way", "")),
                            models.Q(
                                models.Q(("way", ""), _negated=True),
                                ("sent_at__isnull", False),
                                ("sent_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="people_letter_sent_whole",
                    ),
                ],
            },
        ),
        append_only("people_mutual"),
        never_deleted("people_letter"),
        references("people_letter", "household_id", "people_household"),
        fixed(
            "people_letter",
            ("household_id", "kind", "subject", "language", "digest", "content", "tells_care", "made_by", "made_at"),
        ),
        refuse("people_letter", "sent_once", SENT_ONCE, on=("UPDATE",)),
        never_deleted("people_card"),
        fixed("people_card", ("person_id", "number", "made_by", "made_at")),
        refuse("people_card", "revoked_once", REVOKED_ONCE, on=("UPDATE",)),
    ]
