"""Layers, sessions, and the plan as a whole."""

from __future__ import annotations

from tests.rules.plan.faults.edit import BASIC, LAYERS, MORE_AGES, MORE_KINDS, MORE_LAYERS, Fault
from tests.rules.plan.good_plan import GOOD

from tiwizi.rules.plan.problem import WARNING

FAULTS = {
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
