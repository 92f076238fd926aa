"""An act that does not fit the sex or the age of who is said to have had it."""

from __future__ import annotations

import numpy as np

from tiwizi.records.care.queries.watch.seen import Found, Seen, as_day
from tiwizi.rules.terms import ATTRIBUTES

FEMALE, MALE = (ATTRIBUTES["sex"].index(word) for word in ("F", "M"))


def find(seen: Seen) -> list[Found]:
    wrong_sex = (seen.named("women") & (seen.sex == MALE)) | (seen.named("men") & (seen.sex == FEMALE))
    found = [_found(seen, line, "sex", 0, 0) for line in np.flatnonzero(wrong_sex).tolist()]
    for rule in seen.watch.ages:
        wrong_age = seen.acts(rule.acts) & ((seen.age < rule.since) | (seen.age > rule.until)) & ~wrong_sex
        found += [_found(seen, line, "age", rule.since, rule.until) for line in np.flatnonzero(wrong_age).tolist()]
    return found


def _found(seen: Seen, line: int, what: str, since: int, until: int) -> Found:
    provider = int(seen.provider[line])
    return Found(
        f"{what}:{seen.line[line]}", int(seen.claim[line]), int(seen.person[line]), provider if provider >= 0 else None,
        int(seen.billed[line]),
        {"what": what, "code": seen.code_of[int(seen.act[line])], "age": int(seen.age[line]),
         "sex": ATTRIBUTES["sex"][int(seen.sex[line])], "since": since, "until": until,
         "day_day": as_day(seen.day[line])},
    )  # fmt: skip
