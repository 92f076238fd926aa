"""What a provider files most is offered first to who types."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("care", "0006_approved_of_what_was_asked")]

    operations = [
        migrations.AddIndex("claim", models.Index(fields=["provider", "id"], name="care_claim_provider")),
    ]
