"""``tiwizi files``: the papers beside the database: those that no row names, and those that a row names in vain."""

from __future__ import annotations

from datetime import timedelta

from tiwizi.doors import clock
from tiwizi.doors.cli.open_records import records
from tiwizi.doors.cli.voice import Stop, Voice, speaks

#: A file comes before its row: one that is younger may be about to be named.
YOUNG = timedelta(days=1)


@speaks
@records
def clean(voice: Voice) -> None:
    """Take away what no row names."""
    from tiwizi.records.care.queries.papers import orphans

    found = orphans(before=clock.now() - YOUNG)
    size = sum(path.stat().st_size for path in found)
    for path in found:
        path.unlink(missing_ok=True)
    voice.say("files_cleaned", count=len(found), size=size)
    voice.answer({"removed": len(found), "bytes": size})


@speaks
@records
def check(voice: Voice) -> None:
    """Read every file that a row names."""
    from tiwizi.records.care.queries.papers import digests_in_use
    from tiwizi.records.database.files import read

    named = set(digests_in_use())
    bad = [digest for digest in sorted(named) if read(digest) is None]
    voice.answer({"files": len(named), "bad": bad})
    if bad:
        raise Stop("files_bad", count=len(bad), first=bad[0])
    voice.say("files_good", count=len(named))


COMMANDS = {"clean": clean, "check": check}
