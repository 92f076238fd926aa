"""A tariff has two signatures, as a plan has (S6). Those that were there before are in force as they were."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

from tiwizi.records.database.guards import append_only, refuse


def sign_what_is_there(apps: Any, schema_editor: Any) -> None:
    signatures = apps.get_model("cover", "TariffSignature").objects
    for version in apps.get_model("cover", "TariffVersion").objects.all():
        moment = f"{version.published_on.isoformat()}T00:00:00+00:00"
        signatures.create(version=version, by=0, on=version.published_on, at=moment)


class Migration(migrations.Migration):
    dependencies = [("cover", "0002_guards")]

    operations = [
        migrations.AddField("tariffversion", "proposed_by", models.BigIntegerField(null=True)),
        migrations.CreateModel(
            "TariffSignature",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("by", models.BigIntegerField()),
                ("on", models.DateField()),
                ("at", models.DateTimeField()),
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="signature", to="cover.tariffversion"
                    ),
                ),
            ],
        ),
        migrations.RunPython(sign_what_is_there, migrations.RunPython.noop),
        append_only("cover_tariffsignature"),
        refuse(
            "cover_tariffsignature",
            "two_people",
            'EXISTS (SELECT 1 FROM "cover_tariffversion" v WHERE v.id = NEW."version_id" AND v.proposed_by = NEW."by")',
            on=("INSERT",),
        ),
    ]
