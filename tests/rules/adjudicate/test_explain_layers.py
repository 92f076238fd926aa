"""How layers are told: what pays in full, what is told together, who takes over what, and what is left to whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from tests.rules.adjudicate.one_line import (
    AMO_RULE,
    MODEL,
    PLAN,
    SINCE_2006,
    SM,
    SM_RULE,
    decided,
    facts,
    limit,
    named,
    one_layer,
    tariff,
)

from tiwizi.rules.adjudicate.explain import explain
from tiwizi.rules.adjudicate.trail import trail
from tiwizi.rules.plan.document import (
    Coverage,
    Filing,
    Layer,
)
from tiwizi.rules.terms import PAID, REFUSED


def test_a_line_paid_in_full_says_so() -> None:
    plan = one_layer(replace(AMO_RULE, base="claim", rate=10_000))
    sentences = explain(plan, facts(), tariff(), decided(plan, [], [25000], state=PAID), 0, lang="en")
    assert sentences[2:] == [
        "It pays 100 % of 250.00 DH = 250.00 DH (Law 65-00, secondary source; since 1 January 2006).",
        "Paid in full: 250.00 DH (Complementary layer (SM) 250.00 DH).",
        "250.00 DH billed = 250.00 DH paid + 0.00 DH recognised by no payer + 0.00 DH member's own share.",
    ]


def test_a_layer_that_reports_the_whole_amount_says_so() -> None:
    plan = replace(one_layer(None), layers=(replace(PLAN.layers[1], step=1, decided="reported", coverage=()),))
    sentences = explain(plan, facts(), tariff(), decided(plan, [], [25000], state=PAID), 0, lang="en")
    assert sentences[2] == "It has reported that it pays 250.00 DH of the 250.00 DH."


#: A rule that pays in full: what of it is told, and with which clause.
IN_FULL = {
    "of the reference price": (
        {"base": "tariff"}, [("reference", 10000)],
        ["The reference price is 150.00 DH: 100.00 DH of the 250.00 DH is above it.",
         "It pays 100 % of 150.00 DH = 150.00 DH"],
    ),
    "up to an amount": ({"base": "claim", "fixed": 30000}, [], ["It pays 250.00 DH"]),
    "a lump sum": ({"base": "lump_sum", "amount": 25000}, [], ["It pays the lump sum of 250.00 DH"]),
}  # fmt: skip


@pytest.mark.parametrize(("of", "cuts", "told_so"), IN_FULL.values(), ids=IN_FULL)
def test_a_rule_that_pays_in_full_is_cited(
    of: dict[str, object], cuts: list[tuple[str, int]], told_so: list[str]
) -> None:
    rule = Coverage("whole", ("*",), SM, rate=10_000, **of)  # type: ignore[arg-type]
    plan = one_layer(rule)
    entries = [(0, reason, rule, cut) for reason, cut in cuts]
    decisions = decided(plan, entries, [25000 - sum(cut for _, cut in cuts)])
    *before, last = explain(plan, facts(), tariff(), decisions, 0, lang="en")[2 : 2 + len(told_so)]
    cited = " (Rate of the complementary layer, conflicting sources; since 1 January 2010)."
    assert [*before, last] == [*told_so[:-1], told_so[-1] + cited]


def test_a_rule_that_pays_in_full_is_told_before_the_ceiling_that_cuts_it() -> None:
    ceiling = limit("ceiling", 20000)
    rule = Coverage("whole", ("*",), SINCE_2006, base="claim", rate=10_000)
    plan = replace(PLAN, layers=(replace(PLAN.layers[0], coverage=(rule,), limits=(ceiling,)),))
    sentences = explain(plan, facts(), tariff(), decided(plan, [(0, "ceiling", ceiling, 5000)], [20000]), 0, lang="en")
    assert sentences[2] == "100 % of 250.00 DH is 250.00 DH (Law 65-00, secondary source; since 1 January 2006)."
    assert sentences[3].startswith("The ceiling of 200.00 DH per person and calendar year leaves 200.00 DH of the")


def test_layers_that_refuse_in_the_same_words_are_told_together_and_others_give_the_way_out_once() -> None:
    filing = Filing("filing", 60, SM)
    layers = tuple(replace(layer, filing=(replace(filing),)) for layer in PLAN.layers)
    late = {"received": date(2026, 9, 19)}
    for one, two, headings in (
        (layers[0], layers[1], 1),
        (layers[0], replace(layers[1], filing=(Filing("filing", 60, SINCE_2006),)), 2),
    ):
        plan = replace(PLAN, layers=(one, two))
        cuts = [(n, "late_filing", plan.layers[n].filing[0], 25000) for n in (0, 1)]
        told = explain(plan, facts(**late), tariff(), decided(plan, cuts, [0, 0], state=REFUSED), 0, lang="en")
        assert sum(sentence.endswith(":") for sentence in told) == headings
        assert told.count("If the date of care or of receipt is wrong, have it corrected.") == 1


def test_what_an_earlier_scheme_has_paid_is_told_where_it_leaves_less_to_pay() -> None:
    rest = Coverage("rest", ("specialist",), SM, base="remainder", rate=5000)
    plan = replace(PLAN, layers=(PLAN.layers[0], replace(PLAN.layers[1], coverage=(rest,))))
    cuts = [(0, "rate", AMO_RULE, 5000), (1, "coordination", rest, 20000), (1, "rate", rest, 2500)]
    told = explain(plan, facts(), tariff(), decided(plan, cuts, [20000, 2500]), 0, lang="en")
    assert "The earlier schemes have paid 200.00 DH of the 250.00 DH: 50.00 DH is left." in told
    cuts = [(0, "rate", AMO_RULE, 5000), (1, "rate", SM_RULE, 10000), (1, "coordination", None, 10000)]
    told = explain(PLAN, facts(), tariff(), decided(PLAN, cuts, [20000, 5000], state=PAID), 0, lang="en")
    assert (
        "The schemes together never pay more than the 250.00 DH billed and approved, and 200.00 DH is paid already:"
        " 150.00 DH becomes 50.00 DH."
    ) in told


def test_what_an_earlier_payer_has_paid_of_what_a_later_one_leaves_is_told_as_paid_already() -> None:
    cuts = [(0, "rate", AMO_RULE, 20000), (1, "rate", SM_RULE, 15000)]
    told = explain(PLAN, facts(), tariff(), decided(PLAN, cuts, [5000, 10000]), 0, lang="en")
    assert (
        "Basic scheme (AMO) leaves 200.00 DH (member's own share);"
        " 100.00 DH of it is taken over by Complementary layer (SM)."
    ) in told
    cuts = [(0, "reported", None, 13000), (1, "rate", SM_RULE, 22600)]
    told = explain(PLAN, facts(), tariff(), decided(PLAN, cuts, [12000, 2400]), 0, lang="en")
    assert (
        "Complementary layer (SM) leaves 226.00 DH (member's own share);"
        " 120.00 DH of it is already paid by Basic scheme (AMO)."
    ) in told
    assert "Left to the member: 106.00 DH (member's own share)." in told


def test_what_is_unpaid_is_left_to_the_member_only_where_the_member_has_spent_it() -> None:
    refused = decided(PLAN, [(0, "duplicate", None, 25000), (1, "duplicate", None, 25000)], [0, 0], state=REFUSED)
    grant = one_layer(Coverage("grant", ("specialist",), SM, base="lump_sum", amount=25000))
    no_grant = decided(grant, [(0, "no_cover", None, 25000)], [0], state=REFUSED)
    for plan, decisions, of in ((PLAN, MODEL, {"payee": "provider"}), (PLAN, refused, {}), (grant, no_grant, {})):
        told = explain(plan, facts(**of), tariff(), decisions, 0, lang="en")
        assert any(sentence.startswith("Not paid: ") for sentence in told)
        assert not any(sentence.startswith("Left to the member") for sentence in told)


def test_a_rate_that_the_tariff_carries_is_told_as_the_tariff_has_it() -> None:
    rule = Coverage("c", ("*",), SM, rate=None)
    plan = one_layer(rule)
    decisions = decided(plan, [(0, "rate", rule, 7500)], [17500])
    assert (
        "It pays 70 % of 250.00 DH = 175.00 DH" in explain(plan, facts(), tariff(rate=7000), decisions, 0, lang="en")[2]
    )


def test_layers_that_do_not_cover_the_care_are_told_together_after_those_that_pay() -> None:
    funds = [Layer(f, named(f, f, f), step, frozenset({f})) for step, f in ((3, "CCD"), (4, "OS"))]
    plan = replace(PLAN, layers=(*PLAN.layers, *funds))
    cuts = [(0, "rate", AMO_RULE, 5000), (1, "coordination", None, 20000)]
    cuts += [(2, "not_covered", None, 25000), (3, "not_covered", None, 25000)]
    sentences = explain(plan, facts(), tariff(), decided(plan, cuts, [20000, 5000, 0, 0]), 0, lang="en")
    assert sentences[-3:-1] == [
        "This care is not covered: CCD and OS.",
        "Paid in full: 250.00 DH (Basic scheme (AMO) 200.00 DH and Complementary layer (SM) 50.00 DH).",
    ]


def test_of_several_alternatives_the_one_chosen_is_named() -> None:
    plan = replace(PLAN, layers=(PLAN.layers[0], replace(PLAN.layers[1], step=1)))
    decisions = decided(plan, [(1, "rate", SM_RULE, 21000)], [4000], chosen=[1])
    assert explain(plan, facts(), tariff(), decisions, 0, lang="en")[2] == (
        "Of Basic scheme (AMO) and Complementary layer (SM), Complementary layer (SM) applies:"
        " it leaves the smaller share to the member."
    )


def test_the_trail_starts_each_layer_from_the_amount_billed() -> None:
    assert [(entry.layer, entry.before, entry.after) for entry in trail(MODEL, 0)] == [
        (0, 25000, 15000),
        (0, 15000, 12000),
        (1, 25000, 15000),
        (1, 15000, 2400),
    ]
