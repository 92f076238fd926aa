"""The number of the provider's receipt, as written and as compared, fixed like all that was claimed."""

from django.db import migrations, models

from tiwizi.records.database.guards import fixed

CLAIMED = (
    "claim_id", "number", "label", "person_id", "day", "act_id", "quantity", "unit_price", "billed", "session",
    "receipt", "receipt_compared",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("care", "0008_letters_of_batches")]

    operations = [
        migrations.AddField("claimline", "receipt", models.CharField(max_length=40, null=True)),
        migrations.AddField("claimline", "receipt_compared", models.CharField(max_length=80, null=True)),
        migrations.AddIndex(
            "claimline",
            models.Index(
                fields=["receipt_compared"],
                condition=models.Q(receipt_compared__isnull=False),
                name="care_line_receipt",
            ),
        ),
        fixed("care_line", CLAIMED),
    ]
