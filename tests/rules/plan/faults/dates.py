"""Days that do not fit together, and the law cited where it cannot be."""

from __future__ import annotations

from tests.rules.plan.faults.edit import AMBULATORY, BASIC, BOXES, DATED, FIRST_LIMIT, VISIT, Fault

from tiwizi.rules.plan.problem import WARNING

FAULTS = {
    "a rule ends before it starts": Fault(
        "until = 2026-04-01", "until = 2025-04-01", "dates_reversed", "2025-04-01", f"{BASIC}.points[points].until"
    ),
    "a rule is voted after it takes effect": Fault(
        "voted = 2009-05-01", "voted = 2011-05-01", "retroactive", "2011", f"{AMBULATORY}.voted", WARNING
    ),
    "a rule is approved after it takes effect": Fault(
        "approved = 2009-06-01", "approved = 2011-06-01", "retroactive", "2011", f"{AMBULATORY}.approved", WARNING
    ),
    "a rule is published after it takes effect": Fault(
        "published = 2009-07-01", "published = 2011-07-01", "retroactive", "2011", f"{AMBULATORY}.published", WARNING
    ),
    "two wordings overlap": Fault(
        "until = 2010-01-01", "until = 2010-02-01", "overlap", "effective = 2010", f"{AMBULATORY}.effective"
    ),
    "two wordings leave a gap": Fault(
        "until = 2010-01-01", "until = 2009-12-31", "gap", "effective = 2010", f"{AMBULATORY}.effective"
    ),
    "two wordings start together": Fault(
        "effective = 2010-01-01", "effective = 2006-01-01 # again", "same_day", "# again", f"{AMBULATORY}.effective"
    ),
    "two managers at once": Fault(
        'until = 2027-02-01\nsource = "law"\n[[layers.payers]]\nid = "manager"',
        'source = "law"\n[[layers.payers]]\nid = "other"',
        "two_at_once",
        '[[layers.payers]]\nid = "other"',
        f"{BASIC}.payers[other]",
    ),
    "two filing limits at once": Fault(
        "days = 60",
        f'days = 60\n{DATED}[[layers.filing]]\nid = "late"\ndays = 90',
        "two_at_once",
        '[[layers.filing]]\nid = "filing"',
        f"{BASIC}.filing[filing]",
    ),
    "two values of a letter at once": Fault(
        '[[kinds]]\nid = "stay"',
        f'[[letters]]\nid = "K2"\nletter = "K"\nvalue = "1.00"\nsector = "private"\n{DATED}[[kinds]]\nid = "stay"',
        "two_at_once",
        '[[letters]]\nid = "K-private"',
        "letters[K-private]",
    ),
    "two values of a point at once": Fault(
        "[[layers.points]]",
        f'[[layers.points]]\nid = "early"\nvalue = "1.0"\n{DATED}[[layers.points]]',
        "point_of_two_values",
        '[[layers.points]]\nid = "points"',
        f"{BASIC}.points[points]",
    ),
    "a value of a point stands behind one for all care": Fault(
        "[[layers.points]]",
        f'[[layers.points]]\nid = "points"\nvalue = "1.0"\n{DATED.replace("2006", "2026")}'
        '[[layers.points]]\nwhen = { sector = "private" }',
        "point_of_two_values",
        "[[layers.points]]\nwhen",
        f"{BASIC}.points[points]",
    ),
    "two parts of a limit are for the same care": Fault(
        FIRST_LIMIT,
        f'[[layers.limits]]\nid = "boxes"\nkind = "count"\nfor = ["drug"]\nvalue = 1\neach = "code"\n'
        f'when = {{ overnight = "no" }}\n{DATED}{FIRST_LIMIT}',
        "same_day",
        'effective = 2006-01-01\nsource = "law"\n[[layers.limits]]\nid = "stays"',
        f"{BOXES}.effective",
    ),
    # the law
    "the law is cited without a country": Fault(
        'rate = "12.5%"', 'rate = { law = "amo.rate" }', "no_law", "amo.rate", f"{BASIC}.coverage[theatre-work].rate"
    ),
    "the law is cited where it cannot be": Fault(
        'amount = "20.00"', 'amount = { law = "amo.rate" }', "not_money", "amo.rate", f"{VISIT}.copayment.amount"
    ),
}
