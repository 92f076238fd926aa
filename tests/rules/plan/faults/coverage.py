"""Coverage that pays nothing, twice, or never."""

from __future__ import annotations

from tests.rules.plan.faults.edit import AMBULATORY, BASIC, FIRST_LIMIT, LAYERS, VISIT, Fault, coverage
from tests.rules.plan.good_plan import GOOD

from tiwizi.rules.plan.problem import WARNING

FAULTS = {
    "a lump sum has no amount": Fault(
        'amount = "300.00"\n',
        "",
        "lump_sum_without_amount",
        '[[layers.coverage]]\nid = "birth"',
        "layers[fund].coverage[birth].amount",
    ),
    "an amount is not a lump sum's": Fault(
        'fixed = "40.00"',
        'amount = "40.00"\nrate = "5%"',
        "amount_without_lump_sum",
        'amount = "40.00"',
        f"{AMBULATORY}.amount",
    ),
    "a fixed amount has a rate": Fault(
        'fixed = "40.00"', 'fixed = "40.00"\nrate = "50%"', "fixed_with_rate", 'rate = "50%"', f"{AMBULATORY}.rate"
    ),
    "a block pays nothing in particular": Fault(
        'fixed = "40.00"\n',
        "",
        "missing_rate",
        '[[layers.coverage]]\nid = "ambulatory"\nfor = ["group:ambulatory"]\nvoted',
        f"{AMBULATORY}.rate",
    ),
    "a lump sum takes the tariff's rate": Fault(
        'amount = "300.00"',
        'amount = "300.00"\nrate = "tariff"',
        "lump_sum_with_tariff_rate",
        'rate = "tariff"\neffective = 2018',
        "layers[fund].coverage[birth].rate",
    ),
    "a refusal pays": Fault(
        'rate = "12.5%"',
        'rate = "12.5%"\nrefuse = true',
        "refused_and_paid",
        'rate = "12.5%"',
        f"{BASIC}.coverage[theatre-work].rate",
        WARNING,
    ),
    "a block comes after a wider one": Fault(
        FIRST_LIMIT,
        coverage('rate = "5%"\nwhen = { sector = "public" }'),
        "unreachable",
        '[[layers.coverage]]\nid = "extra"',
        f"{BASIC}.coverage[extra]",
    ),
    "a block comes after wordings that together are wider": Fault(
        FIRST_LIMIT,
        coverage('rate = "5%"', care='["visit", "drug"]'),
        "unreachable",
        '[[layers.coverage]]\nid = "extra"',
        f"{BASIC}.coverage[extra]",
    ),
    "a block comes after a condition that its own implies": Fault(
        FIRST_LIMIT,
        coverage(
            'rate = "5%"\nwhen = { sector = "private", age = "20..22", kind = "stay", sex = "F" }', care='["visit"]'
        ),
        "unreachable",
        '[[layers.coverage]]\nid = "extra"',
        f"{BASIC}.coverage[extra]",
    ),
    "a category is never covered": Fault(
        'for = ["birth"]',
        'for = ["bundle"]',
        "never_covered",
        '[[categories]]\nid = "birth"',
        "categories[birth]",
        WARNING,
    ),
    "a lump sum of one step is care of another": Fault(
        FIRST_LIMIT,
        coverage('rate = "5%"', care='["birth"]'),
        "lump_sum_twice",
        'for = ["birth"]\nbase',
        "layers[fund].coverage[birth].for",
    ),
    "points have no value": Fault(
        GOOD[GOOD.index("[[layers.points]]") : GOOD.index(LAYERS)],
        "",
        "points_without_value",
        "relative = true",
        f"{VISIT}.relative",
        WARNING,
    ),
    "a value has no points": Fault(
        "relative = true\n", "", "value_without_points", "[[layers.points]]", f"{BASIC}.points[points]", WARNING
    ),
}
