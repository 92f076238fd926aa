"""How many files came in, by week, is asked on the first page."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("care", "0002_guards")]

    operations = [
        migrations.AddIndex("claim", models.Index(fields=["received"], name="care_claim_received")),
    ]
