"""What the database refuses about people, accounts and roles."""

from django.db import migrations

from tiwizi.records.database.guards import (
    append_only,
    fixed,
    never_deleted,
    no_overlap,
    references,
    refuse,
    refuse_rows,
)
from tiwizi.records.trail.roles import NEVER_TOGETHER, ROLES

KEPT = (
    "region", "employer", "household", "person", "membership", "status", "employment", "payee", "bankaccount",
    "consent", "user", "rolegrant",
)  # fmt: skip
MEMBER = 0  # rules.terms: the first role

# A RIB is a multiple of 97. It is longer than a 64-bit number, so its two halves are taken one after the other.
WRONG_RIB = """NEW.scheme = 'rib' AND CASE
    WHEN LENGTH(NEW.number) <> 24 OR TRIM(NEW.number, '0123456789') <> '' THEN 1 = 1
    ELSE (CAST(SUBSTR(NEW.number, 1, 12) AS bigint) % 97 * 1000000000000
          + CAST(SUBSTR(NEW.number, 13, 12) AS bigint)) % 97 <> 0
    END"""
CONFIRMED = ("confirmed_by_id", "confirmed_at", "usable_from")
CONFIRMED_CHANGED = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in CONFIRMED)
PAIRS = ", ".join(f"'{a}+{b}', '{b}+{a}'" for a, b in NEVER_TOGETHER)
GIVEN = ", ".join(f"'{role}'" for role in ROLES if role != "system")


class Migration(migrations.Migration):
    dependencies = [("people", "0001_tables")]

    operations = [
        *(never_deleted(f"people_{table}") for table in KEPT),
        append_only("people_document"),
        references("people_membership", "household_id", "people_household"),
        references("people_membership", "person_id", "people_person"),
        references("people_status", "person_id", "people_person"),
        fixed("people_membership", ("household_id", "person_id")),
        no_overlap("people_membership", ("person_id",), name="one_household"),
        no_overlap(
            "people_membership",
            ("household_id",),
            only="{row}.role = " + str(MEMBER),
            name="one_member",
        ),
        no_overlap("people_status", ("person_id", "status")),
        no_overlap("people_employment", ("person_id", "employer_id")),
        refuse("people_bankaccount", "rib", WRONG_RIB),
        fixed("people_bankaccount", ("payee_id", "scheme", "number", "asked_by_id", "asked_at")),
        refuse(
            "people_bankaccount",
            "confirmed_once",
            f"OLD.confirmed_by_id IS NOT NULL AND ({CONFIRMED_CHANGED})",
            on=("UPDATE",),
        ),
        refuse(
            "people_bankaccount",
            "pause",
            "NEW.usable_from < NEW.confirmed_at + interval '48 hours'",
            sqlite_when="julianday(NEW.usable_from) - julianday(NEW.confirmed_at) < 1.999999",
        ),
        refuse(
            "people_bankaccount",
            "ended_once",
            "OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at",
            on=("UPDATE",),
        ),
        fixed("people_rolegrant", ("user_id", "role", "region_id", "asked_by_id", "asked_at")),
        refuse("people_rolegrant", "known", f"NEW.role NOT IN ({GIVEN})"),
        refuse(
            "people_rolegrant",
            "first_administrators",
            "NEW.asked_by_id IS NULL AND (NEW.role <> 'it_admin' OR (SELECT COUNT(*) FROM people_rolegrant) >= 2)",
            on=("INSERT",),
        ),
        refuse(
            "people_rolegrant",
            "ends_once",
            "OLD.revoked_at IS NOT NULL OR (OLD.confirmed_by_id IS NOT NULL"
            " AND NEW.confirmed_by_id IS DISTINCT FROM OLD.confirmed_by_id)",
            on=("UPDATE",),
        ),
        refuse_rows(
            "people_rolegrant",
            "never_together",
            "g.user_id = n.user_id AND g.revoked_at IS NULL AND n.revoked_at IS NULL"
            f" AND (n.role || '+' || g.role) IN ({PAIRS})",
            against="people_rolegrant g",
            alone="people_rolegrant",
        ),
    ]
