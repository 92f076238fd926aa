"""Where letters to a household go."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0008_glass_of_one_household"),
    ]

    operations = [
        migrations.CreateModel(
            name="Address",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first", models.CharField(max_length=80)),
                ("second", models.CharField(default="", max_length=80)),
                ("postal_code", models.CharField(default="", max_length=10)),
                ("town", models.CharField(max_length=60)),
                (
                    "household",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.household"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=~models.Q(first="") & ~models.Q(town=""), name="people_address_first_and_town"
                    )
                ],
            },
        ),
    ]
