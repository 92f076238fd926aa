"""What must hold of all decisions, whoever wrote them: asked anew of every row."""

from __future__ import annotations

from collections.abc import Iterator

from tiwizi.records.database.check import Check, check

_PAID = "paid_1 + paid_2 + paid_3 + paid_4"


def checks() -> Iterator[Check]:
    yield check(
        "line_balance",
        "SELECT COUNT(*) FROM care_decision",
        f"SELECT line_id, number FROM care_decision WHERE billed <> {_PAID} + reductions + share"
        " OR paid_1 < 0 OR paid_2 < 0 OR paid_3 < 0 OR paid_4 < 0 OR reductions < 0 OR share < 0",
    )
    yield check(
        "decided_once",
        "SELECT COUNT(DISTINCT line_id) FROM care_decision",
        "SELECT line_id, MAX(number) AS last FROM care_decision GROUP BY line_id HAVING COUNT(*) <> MAX(number)",
    )
    yield check(
        "run_balance",
        "SELECT COUNT(*) FROM care_run",
        """SELECT r.id FROM care_run r
            LEFT JOIN (SELECT run_id, SUM(changed) AS changed FROM care_shard WHERE state = 'done' GROUP BY run_id) s
                ON s.run_id = r.id
            LEFT JOIN (SELECT run_id, COUNT(*) AS lines FROM care_decision GROUP BY run_id) d ON d.run_id = r.id
            WHERE COALESCE(s.changed, 0) <> COALESCE(d.lines, 0)""",
    )
