"""Whoever works here sees the last things that they did."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("trail", "0002_guards")]

    operations = [
        migrations.AddIndex("event", models.Index(fields=["user", "-position"], name="trail_event_user")),
    ]
