"""Files and lines by the names that people know them by, and runs that are not at an end."""

from __future__ import annotations

from django.db import connection

from tiwizi.records.care.models import Claim, ClaimLine, Provider, Run
from tiwizi.rules.terms import PAID, REDUCED, REFUSED


def household_of(claim: str) -> int | None:
    """The household of a file, by its number."""
    found = Claim.objects.filter(number=claim).values_list("household_id", flat=True).first()
    return int(found) if found is not None else None


def line_of(name: str) -> int | None:
    """``line_of("F000123/1")``: a line by its file's number and its own, or by what its sender calls it."""
    claim, _, line = name.rpartition("/")
    lines = ClaimLine.objects.filter(claim__number=claim)
    found = lines.filter(label=line).first()
    if found is None and line.isdecimal() and len(line) < 9:
        found = lines.filter(number=int(line), label=None).first()
    return found.id if found is not None else None


def open_runs() -> list[int]:
    """Runs that workers have something to do in, the first one first."""
    return list(Run.objects.filter(state__in=("waiting", "working")).order_by("id").values_list("id", flat=True))


def payees_of_providers(numbers: list[str]) -> dict[str, int]:
    """Whom to pay for providers, by their numbers; those who were never owed anything have nobody yet."""
    rows = Provider.objects.filter(number__in=numbers, payee__isnull=False)
    return dict(rows.values_list("number", "payee_id"))


def payees_without_account() -> list[tuple[int, str, str]]:
    """(payee, number of the person, number of the provider) of whom something may be owed and who has no account: one
    of the two numbers is blank."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT p.id, COALESCE(q.number, ''), COALESCE(MIN(v.number), '') FROM people_payee p
               LEFT JOIN people_person q ON q.id = p.person_id LEFT JOIN care_provider v ON v.payee_id = p.id
               WHERE NOT EXISTS (SELECT 1 FROM people_bankaccount a WHERE a.payee_id = p.id AND a.ended_at IS NULL)
               GROUP BY p.id, q.number ORDER BY p.id"""
        )
        return list(cursor.fetchall())


def telling_lines() -> list[str]:
    """Three lines that show much: one reduced, one paid, one refused, each with the most rules that spoke."""
    found = []
    with connection.cursor() as cursor:
        for state in (REDUCED, PAID, REFUSED):
            cursor.execute(
                """SELECT c.number, COALESCE(l.label, CAST(l.number AS varchar(40))) FROM care_decision d
                   JOIN care_line l ON l.id = d.line_id JOIN care_claim c ON c.id = l.claim_id
                   WHERE d.state = %s ORDER BY LENGTH(d.trail) DESC, d.line_id LIMIT 1""",
                [state],
            )
            found += ["/".join(row) for row in cursor.fetchall()]
    return found
