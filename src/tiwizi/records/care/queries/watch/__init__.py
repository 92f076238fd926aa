"""The watch: what is odd among all lines, found column by column, a file a kind. It decides nothing."""

from __future__ import annotations

from collections.abc import Callable

from tiwizi.records.care.queries.watch import (
    days,
    deliveries,
    life,
    members,
    numbers,
    providers,
    receipts,
    sex_age,
    stays,
)
from tiwizi.records.care.queries.watch.seen import Found, Seen

#: In the order in which a person should look: what cannot be before what is rare.
KINDS: dict[str, Callable[[Seen], list[Found]]] = {
    "receipt_numbers": numbers.find,
    "receipts": receipts.find,
    "life": life.find,
    "sex_age": sex_age.find,
    "stays": stays.find,
    "deliveries": deliveries.find,
    "provider_days": days.find_of_providers,
    "person_days": days.find_of_people,
    "provider_prices": providers.find_prices,
    "provider_lines": providers.find_lines,
    "member_lines": members.find,
}
#: Of one kind, at one look: the dearest of them. Nobody goes through more.
MOST = 2_000


def look_out(seen: Seen) -> dict[str, list[Found]]:
    """kind -> what was found, the dearest first."""
    return {
        kind: sorted(find(seen), key=lambda one: (-one.amount, one.key))[:MOST] for kind, find in KINDS.items()
    }  # fmt: skip
