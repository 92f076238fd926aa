"""The chain is walked by workers."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("trail", "0005_sendings"),
    ]

    operations = [
        migrations.CreateModel(
            name="Verification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_by", models.BigIntegerField()),
                ("asked_at", models.DateTimeField()),
                ("expected", models.CharField(default="", max_length=90)),
                ("upto", models.BigIntegerField()),
                ("position", models.BigIntegerField(default=0)),
                ("rows", models.BigIntegerField(default=0)),
                ("before", models.BinaryField(max_length=32)),
                ("seen", models.BooleanField(default=False)),
                ("faults", models.JSONField(default=list)),
                ("worker", models.CharField(default="", max_length=120)),
                ("leased_until", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
        ),
    ]
