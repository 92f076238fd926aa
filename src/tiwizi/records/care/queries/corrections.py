"""What runs decided otherwise than it is booked: claims, and the lines that make the difference."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, F, Sum

from tiwizi.records.care.models import Correction


@dataclass(frozen=True)
class Corrected:
    """A claim, or a line of it, and what all funds pay for it, in minor units."""

    claim: str
    line: int | None
    before: int
    after: int

    @property
    def difference(self) -> int:
        return self.after - self.before


def waiting(run: int) -> tuple[int, int]:
    """(how many corrections of a run wait, their difference in minor units): what book_corrections asks to be told."""
    found = Correction.objects.filter(run=run, state="waiting").aggregate(
        count=Count("id"), difference=Sum(F("after") - F("before"), default=0)
    )
    return found["count"], found["difference"]


def corrections(run: int, *, state: str = "waiting") -> Iterator[Corrected]:
    """The claims that a run corrects, by their numbers. Raises nothing for a run without any."""
    rows = Correction.objects.filter(run=run, state=state).order_by("claim__number")
    for claim, before, after in rows.values_list("claim__number", "before", "after").iterator():
        yield Corrected(claim, None, before, after)


#: Of each line: what the funds pay by the last decision before the run, and by the run's. Lines that wait for a person
#: are paid nothing yet.
_LINES = """SELECT c.number, l.number, COALESCE(b.paid, 0), a.paid FROM care_correction x
    JOIN care_claim c ON c.id = x.claim_id JOIN care_line l ON l.claim_id = c.id
    JOIN ({paid}) a ON a.line_id = l.id AND a.run_id = x.run_id
    LEFT JOIN ({paid}) b ON b.line_id = l.id AND b.number = a.number - 1
    WHERE x.run_id = %s ORDER BY c.number, l.number""".format(
    paid="SELECT line_id, run_id, number, CASE WHEN state = 3 THEN 0 ELSE paid_1 + paid_2 + paid_3 + paid_4 END AS paid"
    " FROM care_decision"
)


def corrected_lines(run: int) -> list[Corrected]:
    """The lines of those claims that the run decided otherwise, before and after."""
    with connection.cursor() as cursor:
        cursor.execute(_LINES, [run])
        return [Corrected(*row) for row in cursor.fetchall()]
