"""Limits of no care, or that count what they cannot."""

from __future__ import annotations

from tests.rules.plan.faults.edit import BASIC, BOXES, FIRST_LIMIT, GLASSES, GRANTS, OWN_SHARE_ANEW, STAYS, YEAR, Fault

from tiwizi.rules.plan.problem import WARNING

FAULTS = {
    "a limit concerns care that nobody pays": Fault(
        FIRST_LIMIT,
        f"{GRANTS}{FIRST_LIMIT}",
        "limit_of_no_care",
        'for = ["birth"]\nvalue',
        f"{BASIC}.limits[grants].for",
        WARNING,
    ),
    "a limit concerns care that is refused": Fault(
        'rate = "12.5%"', "refuse = true", "limit_of_no_care", 'for = ["sleep"]', f"{BASIC}.limits[asleep].for", WARNING
    ),
    "a limit changes its kind": Fault(
        'id = "glasses"\nkind = "gap"\nfor = ["visit"]\nvalue = 730\neffective = 2006',
        'id = "boxes"\nkind = "gap"\nfor = ["visit"]\nvalue = 730\neffective = 2007',
        "limit_other_kind",
        'kind = "gap"',
        f"{BOXES}.kind",
    ),
    "a limit is reworded and starts afresh": Fault(
        "[[layers.points]]",
        f"{OWN_SHARE_ANEW}[[layers.points]]",
        "limit_counts_afresh",
        '[[layers.limits]]\nid = "own-share"\nkind = "deductible"\nfor = ["birth"]\nvalue',
        f"{BASIC}.limits[own-share]",
        WARNING,
    ),
    "a gap is per claim": Fault(
        "value = 730", 'value = 730\nper = "claim"', "gap_scope", 'per = "claim"\neffective', f"{GLASSES}.per"
    ),
    "a gap has a period": Fault(
        "value = 730", 'value = 730\nperiod = "year"', "gap_with_period", 'period = "year"', f"{GLASSES}.period"
    ),
    "a ceiling per line has a year": Fault(
        'per = "claim"',
        'per = "line"\nperiod = "year"',
        "period_of_scope",
        'period = "year"',
        f"{BASIC}.limits[own-share].period",
    ),
    "a ceiling counts claims": Fault(
        'per = "claim"',
        'per = "claim"\nof = "claims"',
        "of_without_count",
        'of = "claims"\nvalue = "10',
        f"{BASIC}.limits[own-share].of",
    ),
    "claims are counted per claim": Fault(
        'period = "insurance period"', 'per = "claim"', "count_of_one", 'per = "claim"\nvalue = 3', f"{STAYS}.per"
    ),
    "claims are counted for each code": Fault(
        'of = "claims"', 'of = "claims"\neach = "code"', "claims_each_code", 'each = "code"\nperiod', f"{STAYS}.each"
    ),
    "a limit per person grows with the household": Fault(
        'per = "household"', 'per = "person"', "family_not_household", "family = ", f"{YEAR}.family"
    ),
    "a limit grows to less than it is": Fault(
        '"6000.00"', '"600.00"', "family_cap_below_value", "600.00", f"{YEAR}.family.at_most"
    ),
}
