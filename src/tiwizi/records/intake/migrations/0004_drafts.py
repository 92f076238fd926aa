"""What somebody is typing, kept for them until it is sent."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0003_deliveries"),
    ]

    operations = [
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("user", models.BigIntegerField()),
                ("key", models.CharField(max_length=120)),
                ("household", models.CharField(max_length=40)),
                ("content", models.JSONField()),
                ("saved_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["saved_at"], name="intake_draft_age")],
                "constraints": [models.UniqueConstraint(fields=("user", "key"), name="intake_draft_once")],
            },
        ),
    ]
