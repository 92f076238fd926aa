"""What must hold of all decisions, whoever wrote them: asked anew of every row."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tiwizi.records.care import booking
from tiwizi.records.care.standing import owed_now
from tiwizi.records.database.check import NAMED, Check, check
from tiwizi.records.database.columns import read_columns

#: Claims that are compared with the books at a time.
PIECE = 50_000
_DECIDED = """SELECT DISTINCT l.claim_id AS claim FROM care_decision d JOIN care_line l ON l.id = d.line_id
    WHERE NOT EXISTS (SELECT 1 FROM care_correction c WHERE c.claim_id = l.claim_id AND c.state = 'waiting')
    ORDER BY l.claim_id"""
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
    yield _booked_as_decided()


def _booked_as_decided() -> Check:
    """What stands in the books for a claim, fund by fund, is what its last decisions say: no more, and no less."""
    claims = read_columns(_DECIDED, {"claim": "int"})["claim"]
    wrong: list[int] = []
    for low in range(0, len(claims), PIECE):
        piece = claims[low : low + PIECE]
        owed, books = owed_now(piece)
        differ = (owed != booking.standing(piece, books).amount).any(axis=1)
        wrong += piece[np.flatnonzero(differ)].tolist()
    return Check("booked_as_decided", len(claims), len(wrong), tuple(map(str, wrong[:NAMED])))
