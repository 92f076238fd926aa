"""What the database refuses about plans, tariffs and cover."""

from django.db import migrations

from tiwizi.records.database.guards import append_only, fixed, never_deleted, no_overlap, references, refuse


class Migration(migrations.Migration):
    dependencies = [("cover", "0001_tables"), ("people", "0002_guards")]

    operations = [
        *(never_deleted(f"cover_{table}") for table in ("plan", "planversion", "act", "cover")),
        append_only("cover_tariffversion"),
        append_only("cover_tariffrow"),
        fixed("cover_plan", ("code",)),
        fixed("cover_act", ("code",)),
        fixed("cover_planversion", ("plan_id", "text", "law", "digest", "proposed_by")),
        refuse("cover_planversion", "published_for_good", "OLD.published_by IS NOT NULL", on=("UPDATE",)),
        references("cover_cover", "household_id", "people_household"),
        references("cover_cover", "person_id", "people_person"),
        references("cover_cover", "plan_id", "cover_plan"),
        fixed("cover_cover", ("household_id", "person_id", "plan_id")),
        no_overlap("cover_cover", ("household_id", "person_id", "plan_id")),
    ]
