"""The glass is broken for one household."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0007_broken_glass"),
    ]

    operations = [
        migrations.AddField(
            model_name="brokenglass",
            name="household",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.household",
            ),
        ),
    ]
