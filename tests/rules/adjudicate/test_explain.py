"""The decision on a line as sentences: the model case word for word in three languages, and every reason there is."""

from __future__ import annotations

from datetime import date

import pytest
from tests.rules.adjudicate.one_line import (
    AMO_RULE,
    MODEL,
    PLAN,
    SM,
    decided,
    facts,
    iso,
    limit,
    one_layer,
    plain,
    tariff,
)

from tiwizi.locale import LANGUAGES
from tiwizi.rules.adjudicate.explain import explain
from tiwizi.rules.adjudicate.trail import codes
from tiwizi.rules.plan.document import (
    Clause,
    Condition,
    Copayment,
    Coverage,
    Filing,
    Period,
    PointValue,
    ReviewAbove,
    Session,
    Waiting,
)
from tiwizi.rules.terms import REASON_CODE, REASONS, REDUCED, REFUSED, TO_REVIEW


def test_the_model_case_in_english() -> None:
    assert explain(PLAN, facts(), tariff(), MODEL, 0, lang="en", label="Specialist consultation") == [
        "Specialist consultation (CS), 8 July 2026: 250.00 DH billed.",
        "Basic scheme (AMO), managed by CNOPS:",
        "The reference price is 150.00 DH: 100.00 DH of the 250.00 DH is above it.",
        "It pays 80 % of 150.00 DH = 120.00 DH (Law 65-00, secondary source; since 1 January 2006).",
        "Complementary layer (SM):",
        "The reference price is 150.00 DH: 100.00 DH of the 250.00 DH is above it.",
        "It pays 16 % of 150.00 DH = 24.00 DH"
        " (Rate of the complementary layer, conflicting sources; since 1 January 2010).",
        "Paid: 144.00 DH (Basic scheme (AMO) 120.00 DH and Complementary layer (SM) 24.00 DH).",
        "Basic scheme (AMO) leaves 130.00 DH, which is 100.00 DH (above the reference price) and 30.00 DH"
        " (member's own share); 24.00 DH of it is taken over by Complementary layer (SM).",
        "Left to the member: 106.00 DH,"
        " which is 100.00 DH (above the reference price) and 6.00 DH (member's own share).",
        "250.00 DH billed = 144.00 DH paid + 100.00 DH recognised by no payer + 6.00 DH member's own share.",
    ]


def test_the_model_case_in_french() -> None:
    told = explain(PLAN, facts(), tariff(), MODEL, 0, lang="fr")
    assert [sentence.replace("\u00a0", " ") for sentence in told] == [
        "Consultation de spécialiste (CS), 8 juillet 2026 : 250,00 DH facturés.",
        "Assurance maladie obligatoire (AMO), organisme gestionnaire CNOPS :",
        "Le tarif de référence est de 150,00 DH : sur les 250,00 DH, 100,00 DH le dépassent.",
        "Prise en charge : 80 % de 150,00 DH = 120,00 DH (Law 65-00, source secondaire ; depuis le 1er janvier 2006).",
        "Secteur mutualiste (SM) :",
        "Le tarif de référence est de 150,00 DH : sur les 250,00 DH, 100,00 DH le dépassent.",
        "Prise en charge : 16 % de 150,00 DH = 24,00 DH"
        " (Rate of the complementary layer, sources divergentes ; depuis le 1er janvier 2010).",
        "Payé : 144,00 DH (Assurance maladie obligatoire (AMO) 120,00 DH et Secteur mutualiste (SM) 24,00 DH).",
        "Reste après Assurance maladie obligatoire (AMO) : 130,00 DH, soit 100,00 DH (au-dessus du tarif de référence)"
        " et 30,00 DH (ticket modérateur) ; dont repris par Secteur mutualiste (SM) : 24,00 DH.",
        "Reste à la charge de l'adhérent : 106,00 DH,"
        " soit 100,00 DH (au-dessus du tarif de référence) et 6,00 DH (ticket modérateur).",
        "250,00 DH facturés = 144,00 DH payés + 100,00 DH non pris en charge + 6,00 DH de part de l'adhérent.",
    ]


def test_the_model_case_in_arabic() -> None:
    told = explain(PLAN, facts(), tariff(), MODEL, 0, lang="ar")
    assert [plain(sentence) for sentence in told] == [
        "استشارة الاختصاصي (CS)، بتاريخ 8 يوليوز 2026: المبلغ المفوتر 250,00 درهم.",
        "التأمين الإجباري الأساسي عن المرض، الهيئة المدبرة الكنوبس:",
        "التعريفة المرجعية هي 150,00 درهم، ومن مبلغ 250,00 درهم يتجاوزها 100,00 درهم.",
        "المبلغ المؤدى: 80% من 150,00 درهم = 120,00 درهم (Law 65-00، مصدر ثانوي؛ ابتداء من فاتح يناير 2006).",
        "القطاع التعاضدي:",
        "التعريفة المرجعية هي 150,00 درهم، ومن مبلغ 250,00 درهم يتجاوزها 100,00 درهم.",
        "المبلغ المؤدى: 16% من 150,00 درهم = 24,00 درهم"
        " (Rate of the complementary layer، مصادر متضاربة؛ ابتداء من فاتح يناير 2010).",
        "المؤدى: 144,00 درهم (التأمين الإجباري الأساسي عن المرض 120,00 درهم والقطاع التعاضدي 24,00 درهم).",
        "الباقي بعد أداء التأمين الإجباري الأساسي عن المرض: 130,00 درهم،"
        " أي 100,00 درهم (ما يفوق التعريفة المرجعية) و30,00 درهم (الجزء الباقي على عاتق المنخرط)؛"
        " والمؤدى منه من طرف القطاع التعاضدي: 24,00 درهم.",
        "ما يتحمله المنخرط: 106,00 درهم،"
        " أي 100,00 درهم (ما يفوق التعريفة المرجعية) و6,00 درهم (الجزء الباقي على عاتق المنخرط).",
        "المفوتر 250,00 درهم = المؤدى 144,00 درهم + غير المشمول بالتعويض 100,00 درهم + حصة المنخرط 6,00 درهم.",
    ]


def test_in_arabic_every_number_and_latin_name_is_isolated() -> None:
    told = explain(PLAN, facts(), tariff(), MODEL, 0, lang="ar")
    assert iso("CS") in told[0]
    assert f"{iso('80%')} من {iso('150,00')}\u00a0درهم = {iso('120,00')}\u00a0درهم ({iso('Law 65-00')}" in told[3]
    assert all(sentence.count("\u2068") == sentence.count("\u2069") for sentence in told)


def test_the_payer_named_is_the_one_of_the_day_of_care() -> None:
    in_2027 = facts(on=date(2027, 2, 1))
    assert explain(PLAN, in_2027, tariff(), MODEL, 0, lang="en")[1] == "Basic scheme (AMO), managed by CNSS:"


def test_the_machine_form_says_layer_reason_clause_source_and_amounts() -> None:
    assert codes(PLAN, MODEL, 0)[1] == {
        "layer": "amo",
        "reason": "rate",
        "clause": "amo",
        "source": "law-65-00",
        "before": 15000,
        "after": 12000,
        "cut": 3000,
    }
    assert [entry["cut"] for entry in codes(PLAN, MODEL, 0)] == [10000, 3000, 10000, 12600]


def told(
    reason: str,
    clause: Clause | None,
    cut: int,
    *,
    lang: str = "en",
    paid: int | None = None,
    state: int = REDUCED,
    **of: date,
) -> list[str]:
    """What is told between the layer's heading and the sums, of a line of 250.00 that one rule cuts."""
    plan = one_layer(clause)
    paid = 25000 - cut if paid is None else paid
    decisions = decided(plan, [(0, reason, clause, cut)], [paid], state=state)
    return explain(plan, facts(**of), tariff(), decisions, 0, lang=lang)[2:]


ONLY_CHILDREN = Condition({"role": frozenset({"child"}), "schooling": frozenset({"yes"})}, age=(0, 26))
#: A clause and a cut with which each reason can speak.
SPEAKING: dict[str, tuple[Clause | None, int]] = {
    **{reason.name: (None, 25000) for reason in REASONS},
    "review": (None, 5000),
    "late_filing": (Filing("filing", 60, SM), 25000),
    "excluded": (Coverage("c", ("specialist",), SM, refuse=True), 25000),
    "context": (Coverage("c", ("*",), SM, only=Condition({"setting": frozenset({"hospital"})})), 25000),
    "age": (Coverage("c", ("*",), SM, only=ONLY_CHILDREN), 25000),
    "sex": (Coverage("c", ("*",), SM, only=Condition({"sex": frozenset({"F"})})), 25000),
    "no_prior_approval": (Coverage("c", ("*",), SM, prior_approval=True), 25000),
    "waiting": (Coverage("c", ("*",), SM, waiting=Waiting(6)), 25000),
    "too_soon": (limit("gap", 180), 25000),
    "count": (limit("count", 2000, period=Period("months", 24)), 25000),
    "reference": (AMO_RULE, 10000),
    "session": (Session("s", SM, acts=frozenset({"specialist"}), shares=(10000, 5000, 0)), 12500),
    "consultation_with_act": (Session("s", SM), 25000),
    "in_package": (Session("s", SM), 25000),
    "unit_cap": (Coverage("c", ("*",), SM, unit_cap=5000), 20000),
    "fixed_amount": (Coverage("c", ("*",), SM, fixed=12000), 13000),
    "deductible": (limit("deductible", 10000), 10000),
    "copayment": (Coverage("c", ("*",), SM, copayment=Copayment(2000)), 2000),
    "rate": (AMO_RULE, 5000),
    "ceiling": (limit("ceiling", 100000, scope="household"), 5000),
    "point_value": (PointValue(873100, SM), 3173),
    "coordination": (None, 5000),
    "rounding": (None, -5),
    "reported": (None, 5000),
    "review_above": (ReviewAbove("r", 20000, SM), 0),
}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("reason", [reason.name for reason in REASONS])
def test_every_reason_is_told_in_every_language(reason: str, lang: str) -> None:
    clause, cut = SPEAKING[reason]
    effect = REASONS[REASON_CODE[reason]].effect
    # what earlier layers have paid is no part of what is unpaid
    sentences = told(reason, clause, cut, lang=lang, paid=25000 if effect == "paid" else None)
    assert all(sentence.endswith((".", ":")) and "{" not in sentence for sentence in sentences)
    # what happened, a way out where the member or the staff can do something, and the sums
    assert len(sentences) >= (4 if effect in ("refusal", "review") else 3)


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [
        ("en", "The amount is in points, and a point is worth 0.5 with an overnight stay: 250.00 DH becomes 125.00 DH"),
        ("fr", "Le montant est en points, et le point vaut 0,5 avec nuitée : 250,00 DH deviennent 125,00 DH"),
        ("ar", "المبلغ محسوب بالنقط، وقيمة النقطة 0,5 مع المبيت: المبلغ 250,00 درهم يصبح 125,00 درهم"),
    ],
)
def test_a_point_that_is_worth_several_values_is_told_with_its_case(lang: str, sentence: str) -> None:
    stays = PointValue(500_000, SM, Condition({"overnight": frozenset({"yes"})}))
    assert plain(told("point_value", stays, 12_500, lang=lang)[0]).startswith(sentence)


@pytest.mark.parametrize(
    ("lang", "whom"),
    [
        ("en", "for persons with a long-term illness"),
        ("fr", "pour les personnes en affection de longue durée (ALD)"),
        ("ar", "لفائدة الأشخاص المصابين بمرض طويل الأمد"),
    ],
)
def test_a_rule_for_some_says_for_whom_it_is(lang: str, whom: str) -> None:
    ill = Condition({"long_term_illness": frozenset({"yes"})})
    sentence = told("rate", Coverage("ill", ("*",), SM, rate=8000, when=ill), 5000, lang=lang)[0]
    assert f"({whom}" in plain(sentence)


@pytest.mark.parametrize(
    ("reason", "lang", "sentence", "way_out"),
    [
        (
            "no_prior_approval",
            "en",
            "Refused: this care needs prior approval, and the claim has none",
            "Ask for prior approval before the care; if one was given, have its number put on the claim.",
        ),
        (
            "age",
            "en",
            "Refused: it is covered only for children under 26 who are at school; the age on the day of care was 46",
            "If the date of birth is wrong, have it corrected.",
        ),
        (
            "age",
            "fr",
            "Refus : la prise en charge n'est accordée que pour les enfants de moins de 26 ans"
            " qui poursuivent leurs études ; l'âge au jour des soins était de 46 ans",
            "Si la date de naissance est erronée, la faire corriger.",
        ),
        (
            "age",
            "ar",
            "رفض: لا يُمنح التعويض إلا لفائدة الأطفال المتمدرسين دون سن 26 سنة؛ وكان السن يوم العلاج 46 سنة",
            "إذا كان تاريخ الازدياد خاطئا، فالمرجو طلب تصحيحه.",
        ),
        (
            "count",
            "en",
            "Refused: the limit of 2 units per person over any 24 months is reached",
            "The care is covered again once the period of the limit leaves room.",
        ),
        (
            "count",
            "fr",
            "Refus : la limite de 2 unités par personne sur 24 mois glissants est atteinte",
            "Les soins sont de nouveau couverts dès que la période de la limite le permet.",
        ),
        (
            "count",
            "ar",
            "رفض: تم بلوغ الحد المحدد في وحدتين لكل شخص على مدى 24 شهرا",
            "يُغطى العلاج من جديد عندما تسمح بذلك فترة احتساب هذا الحد.",
        ),
        (
            "waiting",
            "fr",
            "Refus : ces soins sont couverts 6 mois après l'adhésion, ici à partir du 1er juillet 1970",
            "Si la personne était couverte ailleurs auparavant, remettre l'attestation : cette durée compte.",
        ),
    ],
)
def test_a_refusal_says_why_and_the_way_out(reason: str, lang: str, sentence: str, way_out: str) -> None:
    clause, cut = SPEAKING[reason]
    why, out, *_ = (plain(s) for s in told(reason, clause, cut, lang=lang, state=REFUSED))
    assert why.startswith(f"{sentence} (")
    assert out == way_out


def test_a_late_file_is_told_with_its_day_and_the_limit() -> None:
    sentences = told("late_filing", Filing("filing", 60, SM), 25000, on=date(2026, 7, 8), received=date(2026, 9, 19))
    assert sentences[0].startswith(
        "Refused: the claim came on 19 September 2026, 73 days after the end of care, and the limit is 60 days ("
    )
    assert sentences[2:] == [
        "In all, nothing is paid.",
        "Left to the member: 250.00 DH (filed too late).",
        "250.00 DH billed = 0.00 DH paid + 250.00 DH recognised by no payer + 0.00 DH member's own share.",
    ]


def test_a_limit_that_leaves_something_is_not_told_as_a_refusal() -> None:
    partly = told("count", limit("count", 2000), 12500)
    assert partly[0].startswith(
        "Of the limit of 2 units per person and calendar year, only a part was left: 250.00 DH becomes 125.00 DH"
    )
    assert partly[1] == "It pays 125.00 DH."


def test_a_line_held_for_review_says_that_it_waits() -> None:
    sentences = told("no_price", AMO_RULE, 25000, state=TO_REVIEW)
    assert sentences[1] == "Once the tariff is completed, the line is decided again."
    assert sentences[2] == "For the time being, nothing is paid."
    assert sentences[-1] == "This is not final: the line waits, and until then these amounts are proposed."
