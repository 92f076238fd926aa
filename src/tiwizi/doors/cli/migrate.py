"""``tiwizi migrate``: make the tables, or bring them to what this version wants."""

from __future__ import annotations

from tiwizi.doors.cli.open_records import new_records, where
from tiwizi.doors.cli.voice import Voice, speaks


@speaks
@new_records
def migrate(voice: Voice) -> None:
    from tiwizi.records.database.schema import bring_up_to_date, missing_migrations

    with voice.progress("migrating", total=len(missing_migrations())) as advance:
        made = bring_up_to_date(advance)
    voice.say("migrated" if made else "up_to_date", count=len(made), database=where())
    voice.answer({"database": where(), "made": made})
