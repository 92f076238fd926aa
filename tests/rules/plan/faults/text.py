"""What is no plan text at all, and names that it does not know."""

from __future__ import annotations

from tests.rules.plan.faults.edit import AMBULATORY, BASIC, BOXES, GLASSES, VISIT, YEAR, Fault
from tests.rules.plan.good_plan import GOOD

FAULTS = {
    "a text is not closed": Fault('title = "A law"', 'title = "A law', "syntax_open_string", '"A law', ""),
    "a list is not closed": Fault('["AMO"]', '["AMO"', "syntax_open_list", "insurance_months", ""),
    "an equals sign is missing": Fault("step = 1", "step 1", "syntax_no_equals", "step 1", ""),
    "a rate stands without quotes": Fault('rate = "80%"', "rate = 80%", "syntax_after_value", "80%", ""),
    "a word stands without quotes": Fault('base = "lower"', "base = lower", "syntax_value", "base = lower", ""),
    "a field is written twice": Fault("step = 1", "step = 1\nstep = 2", "syntax_twice", "step = 2", ""),
    "a day is not in the calendar": Fault("2020-01-01", "2020-02-31", "syntax_no_such_day", "2020-02-31", ""),
    "a table has a stray bracket": Fault("[plan]", "[plan]]", "syntax_after_value", "[plan]]", ""),
    "a line is no statement": Fault("step = 1", "step = 1\n? ", "syntax", "? ", ""),
    # names
    "a table is unknown": Fault("[[review_above]]", "[[revue_above]]", "unknown_key", "[[revue", "revue_above"),
    "a field is unknown": Fault("unit_cap =", "unit_cab =", "unknown_key", "unit_cab", f"{VISIT}.unit_cab"),
    "a field of a condition is unknown": Fault(
        'setting = "ambulatory"', 'settting = "x"', "unknown_attribute", "settting", f"{YEAR}.when.settting"
    ),
    "a field of a family is unknown": Fault("extra =", "extras =", "unknown_key", "extras", f"{YEAR}.family.extras"),
    "the head is missing": Fault(GOOD[: GOOD.index("[[sources]]")], "", "missing_key", "[[sources]]", "plan"),
    "an effective day is missing": Fault(
        "effective = 2020-01-01\n", "", "missing_key", "[[review_above]]", "review_above[large].effective"
    ),
    "a source is missing": Fault(
        '2026-04-01\nsource = "vote"',
        "2026-04-01",
        "missing_key",
        "[[layers.points]]",
        f"{BASIC}.points[points].source",
    ),
    "an id is missing": Fault('id = "filing"\n', "", "missing_key", "[[layers.filing]]", f"{BASIC}.filing[0].id"),
    "the value of a gap is missing": Fault(
        "value = 730\n", "", "missing_key", '[[layers.limits]]\nid = "glasses"', f"{GLASSES}.value"
    ),
    "a source is unknown": Fault(
        '2026-04-01\nsource = "vote"',
        '2026-04-01\nsource = "veto"',
        "unknown_source",
        '"veto"',
        f"{BASIC}.points[points].source",
    ),
    "a category is unknown": Fault(
        'for = ["drug"]', 'for = ["drugs"]', "unknown_category", '"drugs"', f"{BOXES}.for[0]"
    ),
    "a category on a further line is unknown": Fault(
        'for = ["drug"]', 'for = [\n  "drug", # known\n  "drugs",\n]', "unknown_category", '"drugs"', f"{BOXES}.for[1]"
    ),
    "a category of a kind is unknown": Fault(
        'categories = ["surgery"]',
        'categories = ["sugary"]',
        "unknown_category",
        "sugary",
        "kinds[operation].categories[0]",
    ),
    "a category of a session is unknown": Fault(
        'consultation = ["visit"]',
        'consultation = ["vizit"]',
        "unknown_category",
        "vizit",
        "sessions[session].consultation[0]",
    ),
    "a group is unknown": Fault(
        '"group:ambulatory"]\nrate',
        '"group:hospital"]\nrate',
        "unknown_group",
        "group:hospital",
        f"{AMBULATORY}.for[0]",
    ),
    "a code is empty": Fault(
        '"code:A1"]\nbase', '"code: "]\nbase', "empty_text", '"code: "', "layers[fund].coverage[rest].for[3]"
    ),
    "a kind is unknown": Fault('kind = "stay"', 'kind = "stray"', "unknown_kind", '"stray"', f"{VISIT}.when.kind"),
    "a value of an attribute is unknown": Fault(
        '["child", "orphan"]',
        '["child", "orfan"]',
        "unknown_attribute_value",
        "orfan",
        f"{BASIC}.eligibility[child].when.role[1]",
    ),
    "a yes is written as true": Fault(
        'overnight = "yes"', "overnight = true", "unknown_attribute_value", "overnight", "kinds[stay].when.overnight"
    ),
    "a key letter is unknown": Fault(
        'letter = "K", default',
        'letter = "Q", default',
        "unknown_letter",
        '"Q"',
        "sessions[session].anaesthesia.letter",
    ),
    "a kind of limit is unknown": Fault('"ceiling"', '"sealing"', "unknown_value", "sealing", f"{YEAR}.kind"),
    "a base is unknown": Fault('base = "lower"', 'base = "lowest"', "unknown_value", "lowest", f"{VISIT}.base"),
    "a copayment is per day": Fault(
        'per = "line" }', 'per = "day" }', "unknown_value", '"day"', f"{VISIT}.copayment.per"
    ),
    "a choice is unknown": Fault('choice = "terms"', 'choice = "best"', "unknown_value", '"best"', "plan.choice"),
    "a rounding is unknown": Fault('"half_even"', '"half_way"', "unknown_value", "half_way", "plan.rounding"),
    "a decision is made elsewhere": Fault(
        "insurance_months = 6", 'decided = "there"', "unknown_value", '"there"', f"{BASIC}.decided"
    ),
    "a status is unknown": Fault('status = "S"', 'status = "X"', "unknown_value", '"X"', "sources[law].status"),
    "a sector is unknown": Fault(
        'sector = "private"\neffective',
        'sector = "privy"\neffective',
        "unknown_value",
        "privy",
        "letters[K-private].sector",
    ),
    "a currency is unknown": Fault('"MAD"', '"DH"', "unknown_currency", '"DH"', "plan.currency"),
    "a period is unknown": Fault('"12 months"', '"12 moons"', "unknown_period", "moons", f"{YEAR}.period"),
    "a period is empty": Fault('"12 months"', '"0 months"', "unknown_period", "0 months", f"{YEAR}.period"),
    "a kind asks about a person": Fault(
        'when = { overnight = "yes" }',
        'when = { role = "child" }',
        "kind_asks_person",
        'when = { role = "child"',
        "kinds[stay].when.role",
    ),
    "a kind asks an age": Fault(
        'when = { overnight = "yes" }', 'when = { age = "<7" }', "kind_asks_person", '"<7"', "kinds[stay].when.age"
    ),
}
