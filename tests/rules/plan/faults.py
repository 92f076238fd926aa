"""Every mistake that a plan can hold: one edit of the good plan, and what the checker must say of it."""

from __future__ import annotations

from typing import NamedTuple

from tests.rules.plan.good_plan import GOOD

from tiwizi.rules.plan.problem import ERROR, WARNING

BASIC = "layers[basic]"
VISIT = f"{BASIC}.coverage[visit-private]"
AMBULATORY = f"{BASIC}.coverage[ambulatory]"
YEAR, BOXES, STAYS, GLASSES = (f"{BASIC}.limits[{name}]" for name in ("year", "boxes", "stays", "glasses"))
DATED = 'effective = 2006-01-01\nsource = "law"\n'
LAYERS = '[[layers]]\nid = "fund"'


class Fault(NamedTuple):
    """One edit of the good plan, and the problem that it makes on the line where ``at`` stands."""

    old: str
    new: str
    key: str
    at: str
    field: str
    severity: str = ERROR


def coverage(more: str, *, name: str = "extra", care: str = '["surgery"]') -> str:
    """A further coverage block at the end of the basic layer's."""
    return f'[[layers.coverage]]\nid = "{name}"\nfor = {care}\n{more}\n{DATED}\n[[layers.limits]]\nid = "year"'


FIRST_LIMIT = '[[layers.limits]]\nid = "year"'
GRANTS = f'[[layers.limits]]\nid = "grants"\nkind = "ceiling"\nfor = ["birth"]\nvalue = "1.00"\n{DATED}'
OWN_SHARE_ANEW = GRANTS.replace("grants", "own-share").replace("ceiling", "deductible").replace("2006", "2008")
MORE_AGES = "\n".join(
    f'[[layers.eligibility]]\nid = "age{age}"\nwhen = {{ age = "<{age}" }}\n{DATED}' for age in range(30, 40)
)
MORE_KINDS = "\n".join(f'[[kinds]]\nid = "kind{n}"\nname = {{ ar = "a", fr = "f", en = "e" }}' for n in range(9))
MORE_LAYERS = "\n".join(
    f'[[layers]]\nid = "more{n}"\nname = {{ ar = "a", fr = "f", en = "e" }}\nstep = 3\ncovers = ["X"]\n'
    for n in range(119)
)

FAULTS = {
    # the text
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
    # values
    "a text is empty": Fault('title = "A law"', 'title = ""', "empty_text", 'title = ""', "sources[law].title"),
    "a text is a number": Fault('title = "A law"', "title = 65", "not_text", "title = 65", "sources[law].title"),
    "yes is a text": Fault(
        "prior_approval = true", 'prior_approval = "yes"', "not_yes_no", "prior_app", f"{VISIT}.prior_approval"
    ),
    "days are a text": Fault("days = 60", 'days = "60"', "not_whole", 'days = "60"', f"{BASIC}.filing[filing].days"),
    "a count of claims is not whole": Fault("value = 3\n", 'value = "3.5"\n', "not_whole", '"3.5"', f"{STAYS}.value"),
    "days are none": Fault("days = 60", "days = 0", "out_of_range", "days = 0", f"{BASIC}.filing[filing].days"),
    "months are too many": Fault("months = 6,", "months = 6000,", "out_of_range", "6000", f"{VISIT}.waiting.months"),
    "a day is a text": Fault("2020-01-01", '"2020-01-01"', "not_a_day", '"2020', "review_above[large].effective"),
    "a day has an hour": Fault(
        "2020-01-01", "2020-01-01T10:00:00", "not_a_day", "T10", "review_above[large].effective"
    ),
    "a day is centuries away": Fault(
        "2020-01-01", "0202-01-01", "day_out_of_range", "0202", "review_above[large].effective"
    ),
    "a list is a text": Fault('covers = ["AMO"]', 'covers = "AMO"', "not_a_list", 'covers = "AMO"', f"{BASIC}.covers"),
    "a table is a text": Fault(
        'when = { setting = "ambulatory" }', 'when = "ambulatory"', "not_a_table", 'when = "amb', f"{YEAR}.when"
    ),
    "blocks are a table": Fault("[[review_above]]", "[review_above]", "not_tables", "[review_above]", "review_above"),
    "money is a float": Fault('"20000.00"', "20000.00", "money_not_text", "billed", "review_above[large].billed"),
    "money is a whole number": Fault('"3000.00"', "3000", "money_not_text", "3000", f"{YEAR}.value"),
    "money is a boolean": Fault('"3000.00"', "true", "not_money", "value = true", f"{YEAR}.value"),
    "money has a comma": Fault('"20000.00"', '"20000,00"', "not_money", "20000,00", "review_above[large].billed"),
    "money is finer than the currency": Fault('"22.50"', '"22.505"', "not_money", "22.505", "letters[K-private].value"),
    "money is below zero": Fault(
        'amount = "20.00"', 'amount = "-20.00"', "below_zero", "-20.00", f"{VISIT}.copayment.amount"
    ),
    "money is astronomical": Fault('"3000.00"', f'"{10**18}"', "too_large", str(10**18), f"{YEAR}.value"),
    "money is rounded to nothing": Fault('"0.05"', '"0.00"', "below_one", "round_to", "plan.round_to"),
    "a rate is a float": Fault('rate = "80%"', "rate = 0.8", "rate_not_text", "rate = 0.8", f"{VISIT}.rate"),
    "a rate has no sign": Fault('rate = "80%"', 'rate = "0.8"', "not_rate", 'rate = "0.8"', f"{VISIT}.rate"),
    "a rate is too fine": Fault(
        'rate = "12.5%"', 'rate = "12.505%"', "not_rate", "12.505", f"{BASIC}.coverage[theatre-work].rate"
    ),
    "a rate is above the whole": Fault('rate = "80%"', 'rate = "180%"', "rate_above_100", "180%", f"{VISIT}.rate"),
    "a share is above the whole": Fault(
        '"50%", "0%"]', '"500%", "0%"]', "rate_above_100", "500%", "sessions[session].shares[1]"
    ),
    "a coefficient is a float": Fault(
        'default = "15"', "default = 15.5", "number_not_text", "15.5", "sessions[session].anaesthesia.default"
    ),
    "a count is not a number": Fault('value = "2.5"', 'value = "a few"', "not_number", "a few", f"{BOXES}.value"),
    "a point has seven decimals": Fault(
        '"0.8731"', '"0.8731001"', "not_number", "0.8731001", f"{BASIC}.points[points].value"
    ),
    "a name is in no language": Fault(
        'name = { ar = "قاعة", fr = "Bloc", en = "Theatre" }',
        "name = {}",
        "no_language",
        "name = {}",
        "categories[room].name",
    ),
    "a name is not in Arabic": Fault(
        'name = { ar = "قاعة", fr', "name = { fr", "missing_language", '{ fr = "Bloc"', "categories[room].name", WARNING
    ),
    "an age is not one": Fault(
        'age = "<26"', 'age = "26"', "not_an_age", 'age = "26"', f"{BASIC}.eligibility[child].when.age"
    ),
    "an age range is empty": Fault('"18..25"', '"25..18"', "empty_age", "25..18", f"{VISIT}.when.age"),
    "no one is so old": Fault('"18..25"', '">=200"', "empty_age", ">=200", f"{VISIT}.when.age"),
    "care is an empty list": Fault('for = ["drug"]', "for = []", "names_no_care", "for = []", f"{BOXES}.for"),
    "a category is called like all care": Fault(
        'id = "birth"\nname', 'id = "*"\nname', "id_like_target", 'id = "*"', "categories[*].id"
    ),
    "two categories share an id": Fault(
        'id = "sleep"\nname', 'id = "drug"\nname', "twice", 'id = "drug"\nname = { ar = "تخدير"', "categories[drug].id"
    ),
    "two sources share an id": Fault(
        'id = "vote"\ntitle', 'id = "law"\ntitle', "twice", 'id = "law"\ntitle = "A vote"', "sources[law].id"
    ),
    "two kinds share an id": Fault(
        'id = "operation"', 'id = "stay"', "twice", 'id = "stay"\nname = { ar = "عملية"', "kinds[stay].id"
    ),
    "two layers share an id": Fault(
        'id = "fund"', 'id = "basic"', "twice", 'id = "basic"\nname = { ar = "تكميلي"', "layers[basic].id"
    ),
    # dates
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
    # coverage
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
    # limits
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
    # layers, sessions and the whole
    "a layer covers nobody": Fault('["AMO"]', "[]", "covers_nobody", "covers = []", f"{BASIC}.covers"),
    "a plan has no layer": Fault(
        GOOD[GOOD.index("[[layers]]") : GOOD.index("[[sessions]]")], "", "no_layers", "[plan]", "layers"
    ),
    "a limit and a coverage share an id": Fault(
        'id = "year"',
        'id = "visit-private"',
        "id_of_two_kinds",
        'id = "visit-private"\nkind',
        f"{BASIC}.limits[visit-private].id",
        WARNING,
    ),
    "a reported layer has coverage": Fault(
        'covers = ["FUND"]',
        'covers = ["FUND"]\ndecided = "reported"',
        "reported_and_decided",
        '[[layers.coverage]]\nid = "birth"',
        "layers[fund].coverage",
        WARNING,
    ),
    "a layer has no coverage": Fault(
        GOOD[GOOD.index('[[layers.coverage]]\nid = "birth"') : GOOD.index("[[sessions]]")],
        "",
        "layer_without_coverage",
        LAYERS,
        "layers[fund].coverage",
        WARNING,
    ),
    "an adult is nine": Fault("adult_from = 21", "adult_from = 9", "odd_adult_age", "= 9", "plan.adult_from", WARNING),
    "conditions name too many ages": Fault(
        "[[layers.filing]]", MORE_AGES + "[[layers.filing]]", "too_many_ages", "[plan]", ""
    ),
    "kinds are too many": Fault(
        "[[review_above]]", MORE_KINDS + "\n[[review_above]]", "too_many_kinds", "[[kinds]]", "kinds"
    ),
    "layers are too many": Fault(
        "[[sessions]]", MORE_LAYERS + "[[sessions]]", "too_many_layers", "[[layers]]", "layers"
    ),
    "a session says nothing": Fault(
        GOOD[GOOD.index("acts = ") : GOOD.index("effective", GOOD.index("acts = "))],
        "",
        "empty_session",
        "[[sessions]]",
        "sessions[session]",
    ),
    "shares have no acts": Fault(
        'acts = ["surgery"]\n', "", "shares_without_acts", 'shares = ["100%", "50%"', "sessions[session].shares"
    ),
    "a category plays two parts in a session": Fault(
        'consultation = ["visit"]', 'consultation = ["sleep"]', "two_roles", "[[sessions]]", "sessions[session]"
    ),
    "a package includes itself": Fault(
        'include = ["drug"]',
        'include = ["drug", "bundle"]',
        "packs_itself",
        'include = ["drug", "bundle"]',
        "sessions[session].packages.include",
    ),
}
