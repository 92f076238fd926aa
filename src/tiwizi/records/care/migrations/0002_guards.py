"""What the database refuses about claims, runs and decisions."""

from django.db import migrations

from tiwizi.records.care.lifecycles import APPEAL, APPROVAL, CORRECTION, RUN, SHARD
from tiwizi.records.database.guards import (
    append_only,
    fixed,
    lives,
    never_deleted,
    no_overlap,
    references,
    refuse,
    refuse_rows,
)
from tiwizi.records.database.views import View
from tiwizi.records.money.models import DECISION
from tiwizi.records.money.ties import HOLDS, TIES

KEPT = ("provider", "agreement", "claim", "line", "reported", "run", "shard", "correction", "priorapproval", "appeal")
CLAIMED = ("claim_id", "number", "label", "person_id", "day", "act_id", "quantity", "unit_price", "billed", "session")
OUT_OF_TURN = """n.number <> 1 AND NOT EXISTS (
    SELECT 1 FROM care_decision d WHERE d.line_id = n.line_id AND d.number = n.number - 1)"""
ANOTHER_RUN = "o.id <> n.id AND o.state IN ('waiting', 'working') AND n.state IN ('waiting', 'working')"

#: Who may not pay a file (money.ties): who asked for its run, reviewed it, approved its care or answered its appeal,
#: and whose family it is of. A cross join, for SQLite then begins with what is few.
DECIDERS = f"""SELECT r.asked_by, NULL, {DECISION}, l.claim_id FROM care_run r
    CROSS JOIN care_decision d JOIN care_line l ON l.id = d.line_id WHERE d.run_id = r.id
    UNION ALL SELECT v.by, NULL, {DECISION}, l.claim_id FROM care_review v JOIN care_line l ON l.id = v.line_id
    UNION ALL SELECT a.decided_by, NULL, {DECISION}, c.id FROM care_priorapproval a
    CROSS JOIN care_claim c WHERE c.approval = a.number
    UNION ALL SELECT a.decided_by, NULL, {DECISION}, a.claim_id FROM care_appeal a
    UNION ALL SELECT u.id, NULL, {DECISION}, c.id FROM people_user u
    JOIN people_membership m ON m.person_id = u.person_id JOIN care_claim c ON c.household_id = m.household_id"""

#: A file that is decided to be worth less than is booked for it is not paid until that is booked (money.ties).
CORRECTED = f"""SELECT {DECISION} AS source, claim_id AS subject FROM care_correction
    WHERE state = 'waiting' AND after <= before"""


class Migration(migrations.Migration):
    dependencies = [("care", "0001_tables"), ("cover", "0002_guards"), ("money", "0002_guards")]

    operations = [
        *(never_deleted(f"care_{table}") for table in KEPT),
        *(append_only(f"care_{table}") for table in ("touch", "decision", "review")),
        no_overlap("care_agreement", ("provider_id",)),
        references("care_claim", "household_id", "people_household"),
        references("care_claim", "provider_id", "care_provider"),
        fixed("care_claim", ("number", "household_id")),
        references("care_line", "claim_id", "care_claim"),
        references("care_line", "person_id", "people_person"),
        references("care_line", "act_id", "cover_act"),
        fixed("care_line", CLAIMED),
        refuse("care_line", "withdrawn_for_good", "OLD.withdrawn AND NOT NEW.withdrawn", on=("UPDATE",)),
        references("care_reported", "line_id", "care_line"),
        references("care_touch", "household_id", "people_household"),
        *lives("care_run", "state", RUN, begins=("waiting", "done")),
        fixed("care_run", ("plan_version_id", "tariff_version_id", "day", "touched_after", "touched_upto", "asked_by")),
        refuse_rows("care_run", "one_at_a_time", ANOTHER_RUN, against="care_run o", alone="care_run"),
        *lives("care_shard", "state", SHARD, begins=("waiting", "done")),
        fixed("care_shard", ("run_id", "number", "first_household", "last_household", "members")),
        refuse("care_shard", "done_for_good", "OLD.state = 'done'", on=("UPDATE",)),
        references("care_decision", "line_id", "care_line"),
        references("care_decision", "run_id", "care_run"),
        refuse_rows("care_decision", "in_turn", OUT_OF_TURN),
        *lives("care_correction", "state", CORRECTION),
        fixed("care_correction", ("claim_id", "run_id", "before", "after")),
        references("care_correction", "claim_id", "care_claim"),
        references("care_review", "line_id", "care_line"),
        *lives("care_priorapproval", "state", APPROVAL),
        *lives("care_appeal", "state", APPEAL),
        references("care_appeal", "claim_id", "care_claim"),
        View("money_tie", f"{TIES} UNION ALL {DECIDERS}", before=TIES),
        View("money_hold", CORRECTED, before=HOLDS),
    ]
