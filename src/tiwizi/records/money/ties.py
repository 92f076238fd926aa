"""Who has a hand in what is paid, and so neither prepares, approves nor releases it (S2, S3).

The view ``money_tie`` (user_id, payee_id, source, subject) ties a user to a payee, or to what a transfer comes from.
Here it knows families of payees and entries made by hand; care widens it by who decided a file and whose family it is
of, which only its tables know. Verbs and the database's own guard ask it with the same words. So too ``money_hold``.
"""

from __future__ import annotations

from tiwizi.records.money.models import MANUAL, OPENING, RETURN

#: The view ``money_hold`` (source, subject): what transfers come from that are not paid meanwhile. Here it is empty;
#: care names the files that are to lose by a correction that waits.
HOLDS = "SELECT CAST(NULL AS smallint) AS source, CAST(NULL AS bigint) AS subject WHERE 1 = 0"

FAMILIES = """SELECT u.id AS user_id, p.id AS payee_id,
    CAST(NULL AS smallint) AS source, CAST(NULL AS bigint) AS subject
    FROM people_user u JOIN people_membership m ON m.person_id = u.person_id
    JOIN people_membership o ON o.household_id = m.household_id JOIN people_payee p ON p.person_id = o.person_id
    UNION ALL SELECT u.id, p.id, NULL, NULL FROM people_user u JOIN people_payee p ON p.person_id = u.person_id"""
BY_HAND = " UNION ALL ".join(
    f"SELECT {who}, NULL, source, id FROM money_entry WHERE source IN ({OPENING}, {MANUAL})"
    for who in ("asked_by", "confirmed_by")
)
TIES = f"{FAMILIES} UNION ALL {BY_HAND}"

#: Orders of a batch that one of some users is tied to: by its payee, by what it pays, or by what it pays again because
#: the payment came back, once or more. Cross joins: SQLite then begins with what users are tied to, not with a batch.
_PAID = "money_tie k CROSS JOIN money_transfer t CROSS JOIN money_paymentitem i"
_PAID_WHERE = "t.source = k.source AND t.subject = k.subject AND i.transfer_id = t.id"
TIED_IN_BATCH = f"""
    EXISTS (SELECT 1 FROM money_tie k CROSS JOIN money_paymentorder o
            WHERE k.user_id IN ({{users}}) AND o.payee_id = k.payee_id AND o.batch_id = {{batch}})
    OR EXISTS (SELECT 1 FROM {_PAID} CROSS JOIN money_paymentorder o
               WHERE k.user_id IN ({{users}}) AND {_PAID_WHERE} AND o.id = i.order_id AND o.batch_id = {{batch}})
    OR EXISTS (SELECT 1 FROM {_PAID} CROSS JOIN money_again a CROSS JOIN money_paymentorder o
               WHERE k.user_id IN ({{users}}) AND {_PAID_WHERE} AND a.first = i.order_id AND o.id = a.again
               AND o.batch_id = {{batch}})"""

#: The view ``money_again`` (first, again): orders of which the payment came back, and those that pay the same again,
#: however often it comes back.
AGAIN = f"""
    WITH RECURSIVE next_one(first, again) AS (
        SELECT r.subject, i.order_id FROM money_transfer r JOIN money_paymentitem i ON i.transfer_id = r.id
        WHERE r.source = {RETURN}),
    all_after(first, again) AS (
        SELECT first, again FROM next_one
        UNION SELECT a.first, n.again FROM all_after a JOIN next_one n ON n.first = a.again)
    SELECT first, again FROM all_after"""
