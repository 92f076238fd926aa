"""What came of each attempt to send a message."""

import django.db.models.deletion
from django.db import migrations, models

from tiwizi.records.database.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("trail", "0004_searched"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="due_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="Sending",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("channel", models.CharField(max_length=10)),
                ("outcome", models.CharField(max_length=10)),
                ("why", models.CharField(default="", max_length=60)),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="sendings", to="trail.message"
                    ),
                ),
            ],
        ),
        append_only("trail_sending"),
    ]
