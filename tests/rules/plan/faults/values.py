"""Values that are not what their field holds."""

from __future__ import annotations

from tests.rules.plan.faults.edit import BASIC, BOXES, STAYS, VISIT, YEAR, Fault

from tiwizi.rules.plan.problem import WARNING

FAULTS = {
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
}
