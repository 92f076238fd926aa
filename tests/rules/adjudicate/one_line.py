"""One line, its plan and its decision, made by hand: what the engines decide is tested elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from tiwizi.rules.adjudicate.columns import Decisions, Facts, Tariff, pack_rule
from tiwizi.rules.period import NEVER, NO_DAY, day_number
from tiwizi.rules.plan.document import (
    Category,
    Clause,
    Coverage,
    Dates,
    Filing,
    Layer,
    Limit,
    Payer,
    Plan,
    PointValue,
    ReviewAbove,
    Session,
    Source,
    clauses,
    steps,
)
from tiwizi.rules.terms import ATTRIBUTES, CLAIM_ATTRIBUTES, REASON_CODE, REASONS, REDUCED

SINCE_2006 = Dates(date(2006, 1, 1), source="law-65-00")
SM = Dates(date(2010, 1, 1), source="sm-rate")


def iso(value: str) -> str:
    return f"\u2068{value}\u2069"


def named(ar: str, fr: str, en: str) -> dict[str, str]:
    return {"ar": ar, "fr": fr, "en": en}


AMO_RULE = Coverage("amo", ("specialist",), SINCE_2006, rate=8000)
SM_RULE = Coverage("sm", ("specialist",), SM, rate=1600)
CNOPS = Payer("manager", named("الكنوبس", "CNOPS", "CNOPS"), Dates(date(2005, 8, 18), until=date(2027, 2, 1)))
CNSS = Payer("manager", named("الصندوق الوطني للضمان الاجتماعي", "CNSS", "CNSS"), Dates(date(2027, 2, 1)))
PLAN = Plan(
    id="model",
    name=named("نموذج", "Modèle", "Model"),
    currency="MAD",
    sources={
        "law-65-00": Source("law-65-00", {"en": "Law 65-00"}, "S"),
        "sm-rate": Source("sm-rate", {"en": "Rate of the complementary layer"}, "?"),
    },
    categories={
        "specialist": Category("specialist", named("استشارة الاختصاصي", "Consultation de spécialiste", "Specialist"))
    },
    layers=(
        Layer(
            "amo",
            named("التأمين الإجباري الأساسي عن المرض", "Assurance maladie obligatoire (AMO)", "Basic scheme (AMO)"),
            1,
            frozenset({"AMO"}),
            payers=(CNOPS, CNSS),
            coverage=(AMO_RULE,),
        ),
        Layer(
            "sm",
            named("القطاع التعاضدي", "Secteur mutualiste (SM)", "Complementary layer (SM)"),
            2,
            frozenset({"SM"}),
            coverage=(SM_RULE,),
        ),
    ),
)


def column(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


def tariff(*, rate: int = -1) -> Tariff:
    none = column(-1)
    return Tariff(
        codes=("CS",),
        categories=("specialist",),
        letters=(),
        code_category=column(0),
        code_start=column(0, 1),
        letter=none,
        coefficient=none,
        price=column(15000),
        reimbursement_base=none,
        generic_base=none,
        rate=column(rate),
        valid_from=column(NO_DAY),
        valid_to=column(NEVER),
        sector=none,
        provider=none,
        anaesthesia=none,
        doubtful=np.array([False]),
    )


def facts(
    *,
    billed: int = 25000,
    quantity: int = 1000,
    on: date = date(2026, 7, 8),
    received: date | None = None,
    payee: str = "member",
) -> Facts:
    """One person, born on 1 March 1980, with one line, covered by AMO and SM."""
    attributes = [
        ATTRIBUTES[name].index(payee if name == "payee" else ATTRIBUTES[name][0]) for name in CLAIM_ATTRIBUTES
    ]
    return Facts(
        plan_codes=("AMO", "SM"),
        person_start=column(0, 1),
        cover_start=column(0, 2),
        claim_start=column(0, 1),
        line_start=column(0, 1),
        birth=column(day_number(date(1980, 3, 1))),
        role=column(0),
        sex=column(0),
        status_start=column(0, 0),
        status=column(),
        status_from=column(),
        status_to=column(),
        cover_person=column(-1, -1),
        cover_plan=column(0, 1),
        cover_from=column(0, 0),
        cover_to=column(NEVER, NEVER),
        cover_stage=column(0, 0),
        joined=column(0, 0),
        paid_until=column(NEVER, NEVER),
        claim_attributes=np.array([attributes], np.int8),
        provider=column(-1),
        received=column(day_number(received or on)),
        care_to=column(NO_DAY),
        episode=column(0),
        claim=column(0),
        person=column(0),
        day=column(day_number(on)),
        code=column(0),
        quantity=column(quantity),
        billed=column(billed),
        allowed=column(billed),
        session=column(0),
    )


def decided(
    plan: Plan,
    cuts: Sequence[tuple[int, str, Clause | None, int]],
    paid: Sequence[int],
    *,
    billed: int = 25000,
    state: int = REDUCED,
    chosen: Sequence[int] | None = None,
) -> Decisions:
    """The decision of one line: (layer, reason, clause, cut) of each entry of its trail."""
    number = {id(block): at for at, block in enumerate(clauses(plan))}
    share = sum(cut for _, reason, _, cut in cuts if REASONS[REASON_CODE[reason]].effect == "share")
    return Decisions(
        state=column(state),
        reasons=column(0),
        billed=column(billed),
        paid=np.array([paid], np.int64),
        chosen=np.array([chosen or [layers[0] for layers in steps(plan)]], np.int8),
        reductions=column(billed - sum(paid) - share),
        share=column(share),
        trail_start=column(0, len(cuts)),
        trail_rule=column(
            *(
                pack_rule(layer, REASON_CODE[reason], number[id(block)] if block else 0)
                for layer, reason, block, _ in cuts
            )
        ),
        trail_cut=column(*(cut for *_, cut in cuts)),
    )


MODEL = decided(
    PLAN,
    [
        (0, "reference", AMO_RULE, 10000),
        (0, "rate", AMO_RULE, 3000),
        (1, "reference", SM_RULE, 10000),
        (1, "rate", SM_RULE, 12600),
    ],
    [12000, 2400],
)


# A plan of one layer whose clause can be of any kind


def one_layer(clause: Clause | None, **more: object) -> Plan:
    layer = replace(PLAN.layers[1], step=1)
    where = {Coverage: "coverage", Limit: "limits", Filing: "filing", PointValue: "points"}
    if type(clause) in where:
        layer = replace(layer, **{where[type(clause)]: (clause,)})
    plan = replace(PLAN, layers=(layer,), **more)
    if isinstance(clause, Session):
        return replace(plan, sessions=(clause,))
    return replace(plan, review_above=(clause,)) if isinstance(clause, ReviewAbove) else plan


def limit(kind: str, value: int, **more: object) -> Limit:
    return Limit("limit", kind, ("specialist",), SM, value, **more)  # type: ignore[arg-type]


def plain(sentence: str) -> str:
    return sentence.replace("\u2068", "").replace("\u2069", "").replace("\u00a0", " ")
