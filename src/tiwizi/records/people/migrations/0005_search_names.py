"""The index by which people are found, filled with those who are there; and their phones."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

from tiwizi.records.people.bulk.names import index_everybody


def _index(*_: Any) -> None:
    index_everybody()


def _of_word() -> Any:
    return models.ForeignKey(
        db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+",
        to="people.nameword",
    )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("people", "0004_papers_letters_cards")]

    operations = [
        migrations.AddField(model_name="person", name="phone", field=models.CharField(max_length=20, null=True)),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                condition=models.Q(("phone__isnull", False)), fields=["phone"], name="people_person_phone"
            ),
        ),
        migrations.CreateModel(
            name="NameWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("word", models.CharField(max_length=90)),
            ],
        ),
        migrations.AddConstraint(
            model_name="nameword",
            constraint=models.UniqueConstraint(fields=("word",), name="people_nameword_once"),
        ),
        migrations.CreateModel(
            name="NameKey",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "key", "word_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.BigIntegerField()),
                ("word", _of_word()),
            ],
        ),
        migrations.CreateModel(
            name="NamePeople",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("people", models.BinaryField()),
                ("word", _of_word()),
            ],
        ),
        migrations.AddIndex(
            model_name="namepeople", index=models.Index(fields=["word"], name="people_namepeople_word")
        ),
        migrations.RunPython(_index, migrations.RunPython.noop),
    ]
