"""A small plan that says a little of everything and has nothing wrong; tests break it one line at a time."""

GOOD = """\
[plan]
id = "good"
name = { ar = "نظام", fr = "Plan", en = "Plan" }
currency = "MAD"
rounding = "half_even"
round_to = "0.05"
adult_from = 21
choice = "terms"
tariffs = ["tariffs/a.csv"]

[[sources]]
id = "law"
title = "A law"
status = "S"
url = "https://example.org/law"
[[sources]]
id = "vote"
title = "A vote"
status = "D"

[[categories]]
id = "visit"
name = { ar = "زيارة", fr = "Visite", en = "Visit" }
group = "ambulatory"
[[categories]]
id = "drug"
name = { ar = "دواء", fr = "Médicament", en = "Medicine" }
group = "ambulatory"
[[categories]]
id = "surgery"
name = { ar = "جراحة", fr = "Chirurgie", en = "Surgery" }
[[categories]]
id = "sleep"
name = { ar = "تخدير", fr = "Anesthésie", en = "Anaesthesia" }
[[categories]]
id = "room"
name = { ar = "قاعة", fr = "Bloc", en = "Theatre" }
[[categories]]
id = "bundle"
name = { ar = "حزمة", fr = "Forfait", en = "Package" }
[[categories]]
id = "birth"
name = { ar = "منحة", fr = "Prime", en = "Grant" }

[[letters]]
id = "K-private"
letter = "K"
value = "22.50"
sector = "private"
effective = 2006-09-01
source = "law"

[[kinds]]
id = "stay"
name = { ar = "إقامة", fr = "Séjour", en = "Stay" }
when = { overnight = "yes" }
[[kinds]]
id = "operation"
name = { ar = "عملية", fr = "Opération", en = "Operation" }
categories = ["surgery"]

[[review_above]]
id = "large"
billed = "20000.00"
effective = 2020-01-01
source = "vote"

[[layers]]
id = "basic"
name = { ar = "أساسي", fr = "Base", en = "Basic" }
step = 1
covers = ["AMO"]
insurance_months = 6

[[layers.payers]]
id = "manager"
name = { ar = "صندوق", fr = "Caisse", en = "Fund" }
effective = 2005-08-18
until = 2027-02-01
source = "law"
[[layers.payers]]
id = "manager"
name = { ar = "صندوق آخر", fr = "Autre caisse", en = "Other fund" }
effective = 2027-02-01
source = "law"

[[layers.eligibility]]
id = "child"
when = { role = ["child", "orphan"], age = "<26" }
effective = 2005-08-18
source = "law"

[[layers.filing]]
id = "filing"
days = 60
effective = 2005-08-18
source = "law"

[[layers.coverage]]
id = "visit-private"
for = ["visit"]
when = { sector = "private", age = "18..25", kind = "stay" }
only = { sex = "F" }
base = "lower"
rate = "80%"
at_most_billed = false
unit_cap = "150.00"
copayment = { amount = "20.00", per = "line" }
prior_approval = true
waiting = { months = 6, waived = { visit = "accident" } }
relative = true
effective = 2006-01-01
source = "law"
name = { ar = "زيارة", fr = "Visite", en = "Visit" }
[[layers.coverage]]
id = "ambulatory"
for = ["group:ambulatory"]
rate = "tariff"
effective = 2006-01-01
until = 2010-01-01
source = "law"
[[layers.coverage]]
id = "ambulatory"
for = ["group:ambulatory"]
fixed = "40.00"
voted = 2009-05-01
approved = 2009-06-01
published = 2009-07-01
effective = 2010-01-01
source = "vote"
[[layers.coverage]]
id = "theatre-work"
for = ["surgery", "sleep", "room", "bundle"]
rate = "12.5%"
effective = 2006-01-01
source = "law"

[[layers.limits]]
id = "year"
kind = "ceiling"
for = ["visit"]
except = ["code:A1"]
when = { setting = "ambulatory" }
per = "household"
period = "12 months"
value = "3000.00"
family = { over_members = 4, extra = "500.00", at_most = "6000.00" }
effective = 2006-01-01
source = "law"
name = { ar = "سقف", fr = "Plafond", en = "Ceiling" }
[[layers.limits]]
id = "boxes"
kind = "count"
for = ["drug"]
value = "2.5"
each = "code"
effective = 2006-01-01
source = "law"
[[layers.limits]]
id = "stays"
kind = "count"
for = ["*"]
of = "claims"
period = "insurance period"
value = 3
effective = 2006-01-01
source = "law"
[[layers.limits]]
id = "glasses"
kind = "gap"
for = ["visit"]
value = 730
effective = 2006-01-01
source = "law"
[[layers.limits]]
id = "asleep"
kind = "count"
for = ["sleep"]
of = "lines"
period = "lifetime"
value = 9
effective = 2006-01-01
source = "law"
[[layers.limits]]
id = "own-share"
kind = "deductible"
for = ["*"]
per = "claim"
value = "10.00"
effective = 2006-01-01
source = "law"

[[layers.points]]
id = "points"
value = "0.8731"
effective = 2026-01-01
until = 2026-04-01
source = "vote"

[[layers]]
id = "fund"
name = { ar = "تكميلي", fr = "Complémentaire", en = "Fund" }
step = 2
covers = ["FUND"]

[[layers.coverage]]
id = "birth"
for = ["birth"]
base = "lump_sum"
amount = "300.00"
effective = 2018-01-01
source = "vote"
[[layers.coverage]]
id = "rest"
for = ["visit", "drug", "surgery", "code:A1"]
base = "remainder"
effective = 2018-01-01
source = "vote"

[[sessions]]
id = "session"
acts = ["surgery"]
shares = ["100%", "50%", "0%"]
exceptions = [{ codes = ["A100"], shares = ["100%", "75%"] }]
consultation = ["visit"]
anaesthesia = { categories = ["sleep"], letter = "K", default = "15" }
theatre = { categories = ["room"], share = "50%" }
packages = { categories = ["bundle"], include = ["drug"] }
effective = 2006-01-01
source = "law"
"""
