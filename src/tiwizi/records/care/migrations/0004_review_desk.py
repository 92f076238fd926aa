"""What the review desk keeps: files at hand, second looks, samples, flags, and when workers were seen."""

import django.db.models.deletion
from django.db import migrations, models

from tiwizi.records.care.lifecycles import FLAG
from tiwizi.records.database.guards import append_only, fixed, lives, never_deleted, references


class Migration(migrations.Migration):
    dependencies = [
        ("care", "0003_claims_by_day"),
        ("people", "0002_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="Flag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=30)),
                ("key", models.CharField(max_length=120)),
                ("figures", models.JSONField()),
                ("amount", models.BigIntegerField()),
                ("found_on", models.DateField()),
                ("state", models.CharField(default="open", max_length=10)),
                ("answer", models.CharField(default="", max_length=200)),
                ("answered_by", models.BigIntegerField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Opinion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("decision", models.SmallIntegerField()),
                ("stratum", models.SmallIntegerField()),
                ("verdict", models.CharField(default="waiting", max_length=10)),
                ("note", models.CharField(default="", max_length=200)),
                ("by", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Recheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cause", models.CharField(max_length=60)),
                ("reason", models.CharField(max_length=200)),
                ("asked_by", models.BigIntegerField()),
                ("asked_at", models.DateTimeField()),
                ("closed_by", models.BigIntegerField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Sample",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seed", models.BigIntegerField()),
                ("share", models.IntegerField()),
                ("since", models.DateField()),
                ("until", models.DateField()),
                ("population", models.JSONField()),
                ("drawn", models.JSONField()),
                ("by", models.BigIntegerField()),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Task",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("holder", models.BigIntegerField()),
                ("until", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Worker",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, unique=True)),
                ("seen_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="review",
            name="cause",
            field=models.CharField(max_length=30, null=True),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(
                condition=models.Q(("state", 3)), fields=["line", "number"], name="care_decision_to_review"
            ),
        ),
        migrations.AddField(
            model_name="flag",
            name="claim",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="care.claim",
            ),
        ),
        migrations.AddField(
            model_name="flag",
            name="person",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.person",
            ),
        ),
        migrations.AddField(
            model_name="flag",
            name="provider",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="care.provider",
            ),
        ),
        migrations.AddField(
            model_name="opinion",
            name="line",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="care.claimline",
            ),
        ),
        migrations.AddField(
            model_name="recheck",
            name="claim",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="care.claim"
            ),
        ),
        migrations.AddConstraint(
            model_name="sample",
            constraint=models.CheckConstraint(
                condition=models.Q(("share__range", (1, 10000))), name="care_sample_share"
            ),
        ),
        migrations.AddField(
            model_name="opinion",
            name="sample",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="opinions", to="care.sample"
            ),
        ),
        migrations.AddField(
            model_name="task",
            name="claim",
            field=models.OneToOneField(
                db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="care.claim"
            ),
        ),
        migrations.AddConstraint(
            model_name="flag",
            constraint=models.UniqueConstraint(fields=("kind", "key"), name="care_flag_once"),
        ),
        migrations.AddConstraint(
            model_name="flag",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ("open", "dismissed", "sent"))), name="care_flag_state_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="flag",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "open"), ("answered_by__isnull", False), _connector="OR"),
                name="care_flag_answered_by_somebody",
            ),
        ),
        migrations.AddIndex(
            model_name="recheck",
            index=models.Index(condition=models.Q(("closed_at", None)), fields=["claim"], name="care_recheck_open"),
        ),
        migrations.AddConstraint(
            model_name="recheck",
            constraint=models.UniqueConstraint(fields=("claim", "cause"), name="care_recheck_once"),
        ),
        migrations.AddConstraint(
            model_name="opinion",
            constraint=models.UniqueConstraint(fields=("sample", "line"), name="care_opinion_once"),
        ),
        migrations.AddConstraint(
            model_name="opinion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("by", None), ("verdict", "waiting")),
                    models.Q(("by__isnull", False), ("verdict__in", ("same", "otherwise"))),
                    _connector="OR",
                ),
                name="care_opinion_by_somebody",
            ),
        ),
        *(never_deleted(f"care_{table}") for table in ("recheck", "opinion", "flag")),
        append_only("care_sample"),
        *lives("care_flag", "state", FLAG),
        fixed("care_flag", ("kind", "key", "claim_id")),
        fixed("care_recheck", ("claim_id", "cause", "reason", "asked_by")),
        fixed("care_opinion", ("sample_id", "line_id", "decision", "stratum")),
        *(references(f"care_{table}", "claim_id", "care_claim") for table in ("task", "recheck", "flag")),
        references("care_opinion", "line_id", "care_line"),
    ]
