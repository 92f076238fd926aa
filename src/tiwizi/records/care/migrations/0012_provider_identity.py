"""Who gives care, more of: what they are specialised in, where, and the firm that invoices."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("care", "0011_two_reviewers"),
    ]

    operations = [
        migrations.AddField(
            model_name="provider",
            name="ice",
            field=models.CharField(max_length=15, null=True),
        ),
        migrations.AddField(
            model_name="provider",
            name="specialty",
            field=models.CharField(max_length=100, null=True),
        ),
        migrations.AddField(
            model_name="provider",
            name="town",
            field=models.CharField(max_length=100, null=True),
        ),
    ]
