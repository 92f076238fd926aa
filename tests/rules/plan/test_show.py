"""A plan as it stands on a day, in sentences: who is covered, what is paid, by what authority, what changes next."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tiwizi.locale import LANGUAGES
from tiwizi.rules.plan.document import (
    Category,
    Condition,
    Copayment,
    Coverage,
    Dates,
    Eligibility,
    Family,
    Filing,
    Kind,
    Layer,
    LetterValue,
    Limit,
    Payer,
    Period,
    Plan,
    PointValue,
    ReviewAbove,
    Session,
    SharesException,
    Source,
    Waiting,
)
from tiwizi.rules.plan.show import Section, show
from tiwizi.rules.plan.wording import Wording
from tiwizi.rules.terms import ATTRIBUTES

LAW = Dates(date(2006, 1, 1), source="law")
TO_2027 = Dates(date(2006, 1, 1), until=date(2027, 2, 1), source="law")
FROM_2027 = Dates(date(2027, 2, 1), source="demo")
ON = date(2026, 7, 8)


def named(ar: str, fr: str, en: str) -> dict[str, str]:
    return {"ar": ar, "fr": fr, "en": en}


def one_of(**values: str) -> Condition:
    return Condition({name: frozenset({value}) for name, value in values.items()})


STUDENTS = Condition({"role": frozenset({"child"}), "schooling": frozenset({"yes"})}, age=(0, 26))
AMO = Layer(
    "amo",
    named("التأمين الإجباري الأساسي عن المرض", "Assurance maladie obligatoire (AMO)", "Basic scheme (AMO)"),
    1,
    frozenset({"AMO"}),
    payers=(
        Payer("manager", named("الكنوبس", "CNOPS", "CNOPS"), TO_2027),
        Payer("manager", named("الضمان الاجتماعي", "CNSS", "CNSS"), FROM_2027),
    ),
    eligibility=(Eligibility("students", STUDENTS, LAW),),
    filing=(Filing("filing", 60, LAW),),
    coverage=(
        Coverage("private", ("specialist",), LAW, when=one_of(sector="private"), rate=8000),
        Coverage("later", ("specialist",), FROM_2027, rate=9000),
    ),
    limits=(Limit("year", "ceiling", ("specialist",), LAW, 300000),),
)
PLAN = Plan(
    id="model",
    name=named("نموذج", "Modèle", "Model"),
    currency="MAD",
    sources={"law": Source("law", {"en": "Law 65-00"}, "S"), "demo": Source("demo", {}, "D")},
    categories={
        "specialist": Category("specialist", named("استشارة الاختصاصي", "Consultation de spécialiste", "Specialist")),
        "dental": Category("dental", named("علاجات الأسنان", "Soins dentaires", "Dental care"), "teeth"),
        "orthodontics": Category("orthodontics", named("تقويم الأسنان", "Orthodontie", "Orthodontics"), "teeth"),
    },
    layers=(AMO,),
)


def plain(sections: list[Section]) -> list[tuple[str, list[str]]]:
    def bare(sentence: str) -> str:
        return sentence.replace("\u2068", "").replace("\u2069", "").replace("\u00a0", " ").replace("\u202f", " ")

    return [(bare(heading), [bare(sentence) for sentence in sentences]) for heading, sentences in sections]


def test_a_plan_in_english() -> None:
    assert plain(show(PLAN, on=ON, lang="en")) == [
        (
            "Model, as it stands on 8 July 2026",
            ["What each layer pays is rounded to a multiple of 0.01 DH, halves upwards."],
        ),
        (
            "1. Basic scheme (AMO)",
            [
                "It applies to whoever has the cover AMO.",
                "Of the rules on care that follow, the first that names the care and whose conditions are met applies.",
                "Managed by CNOPS (from 1 January 2006 to 31 January 2027; Law 65-00, secondary source).",
                "Cover is open for children under 26 who are at school"
                " (since 1 January 2006; Law 65-00, secondary source).",
                "A claim must be received within 60 days of the end of care"
                " (since 1 January 2006; Law 65-00, secondary source).",
                "Specialist, in the private sector: 80 % of the reference price"
                " (since 1 January 2006; Law 65-00, secondary source).",
                "Specialist: at most 3,000.00 DH per person and calendar year"
                " (since 1 January 2006; Law 65-00, secondary source).",
            ],
        ),
        (
            "Next change: 1 February 2027",
            [
                "1. Basic scheme (AMO): “Managed by CNOPS” becomes “Managed by CNSS”.",
                "1. Basic scheme (AMO): begins “Specialist: 90 % of the reference price”.",
            ],
        ),
    ]


def test_a_plan_in_french() -> None:
    (_, head), (_, layer), (heading, changes) = plain(show(PLAN, on=ON, lang="fr"))
    assert head == ["Le montant payé par chaque régime est arrondi au multiple de 0,01 DH, les moitiés vers le haut."]
    assert layer[2:] == [
        "Organisme gestionnaire : CNOPS (du 1er janvier 2006 au 31 janvier 2027 ; Law 65-00, source secondaire).",
        "Couverture ouverte pour les enfants de moins de 26 ans qui poursuivent leurs études"
        " (depuis le 1er janvier 2006 ; Law 65-00, source secondaire).",
        "Le dossier doit parvenir dans les 60 jours qui suivent la fin des soins"
        " (depuis le 1er janvier 2006 ; Law 65-00, source secondaire).",
        "Consultation de spécialiste, dans le secteur privé : 80 % du tarif de référence"
        " (depuis le 1er janvier 2006 ; Law 65-00, source secondaire).",
        "Consultation de spécialiste : plafond de 3 000,00 DH par personne et par année civile"
        " (depuis le 1er janvier 2006 ; Law 65-00, source secondaire).",
    ]
    assert heading == "Prochain changement : 1er février 2027"
    assert "« Organisme gestionnaire : CNOPS » devient « Organisme gestionnaire : CNSS »" in changes[0]


def test_a_plan_in_arabic() -> None:
    (_, head), (_, layer), (heading, changes) = plain(show(PLAN, on=ON, lang="ar"))
    assert head == ["يُقرب المبلغ الذي يؤديه كل نظام إلى مضاعفات 0,01 درهم، والنصف إلى الأعلى."]
    assert layer[2:] == [
        "الهيئة المدبرة: الكنوبس (من فاتح يناير 2006 إلى غاية 31 يناير 2027؛ Law 65-00، مصدر ثانوي).",
        "التغطية مفتوحة لفائدة الأطفال المتمدرسين دون سن 26 سنة (ابتداء من فاتح يناير 2006؛ Law 65-00، مصدر ثانوي).",
        "يجب أن يرد الملف داخل أجل 60 يوما من نهاية العلاج (ابتداء من فاتح يناير 2006؛ Law 65-00، مصدر ثانوي).",
        "استشارة الاختصاصي، في القطاع الخاص: 80% من التعريفة المرجعية"
        " (ابتداء من فاتح يناير 2006؛ Law 65-00، مصدر ثانوي).",
        "استشارة الاختصاصي: السقف 3 000,00 درهم لكل شخص في السنة المدنية"
        " (ابتداء من فاتح يناير 2006؛ Law 65-00، مصدر ثانوي).",
    ]
    assert heading == "التغيير المقبل: فاتح فبراير 2027"
    assert "عوض «الهيئة المدبرة: الكنوبس» يُعمل بـ«الهيئة المدبرة: الضمان الاجتماعي»" in changes[0]


def test_what_is_not_in_force_on_the_day_is_left_out() -> None:
    def says(on: date, sentence: str) -> bool:
        return any(sentence in s for section in show(PLAN, on=on, lang="en")[:-1] for s in section.sentences)

    assert says(ON, "Managed by CNOPS") and not says(ON, "Managed by CNSS")
    assert says(date(2027, 2, 1), "Managed by CNSS") and not says(date(2027, 2, 1), "Managed by CNOPS")


def test_a_plan_that_never_changes_again_says_so() -> None:
    last = show(PLAN, on=date(2027, 2, 1), lang="en")[-1]
    assert last == Section("Next change", ["The plan announces no later change."])


def test_a_new_wording_that_says_the_same_is_not_a_change() -> None:
    twice = replace(AMO, payers=(), coverage=(), filing=(Filing("f", 60, TO_2027), Filing("f", 60, FROM_2027)))
    assert show(replace(PLAN, layers=(twice,)), on=ON, lang="en")[-1].heading == "Next change"


def test_a_rise_voted_long_before_is_shown_with_the_days_of_its_life() -> None:
    voted = Dates(date(2023, 10, 16), voted=date(2011, 6, 18), approved=date(2023, 9, 1), published=date(2023, 10, 5))
    grant = Coverage("grant", ("specialist",), voted, base="lump_sum", amount=3500000)
    (sentence,) = told(coverage=grant)
    assert sentence == (
        "Specialist: a lump sum of 35,000.00 DH (since 16 October 2023; voted on 18 June 2011;"
        " approved on 1 September 2023; published on 5 October 2023)."
    )


def told(*, lang: str = "en", **block: object) -> list[str]:
    """What a layer with one block says of it."""
    empty = replace(AMO, payers=(), eligibility=(), filing=(), coverage=(), limits=())
    layer = replace(empty, **{name if name != "limit" else "limits": (value,) for name, value in block.items()})  # type: ignore[arg-type]
    sections = plain(show(replace(PLAN, layers=(layer,)), on=ON, lang=lang))
    return [
        sentence
        for sentence in sections[1][1]
        if "cover AMO" not in sentence and "insurance period lasts" not in sentence
    ]


def rule(*targets: str, **more: object) -> Coverage:
    return Coverage("rule", targets or ("specialist",), Dates(date(2006, 1, 1)), **more)  # type: ignore[arg-type]


def limit(kind: str, value: int, *targets: str, **more: object) -> Limit:
    return Limit("limit", kind, targets or ("specialist",), Dates(date(2006, 1, 1)), value, **more)  # type: ignore[arg-type]


SINCE = "(since 1 January 2006)."


@pytest.mark.parametrize(
    ("block", "sentence"),
    [
        (rule("*", base="claim", refuse=True), "All care: not covered"),
        (rule(base="claim", fixed=12000), "Specialist: the amount claimed, up to 120.00 DH a unit"),
        (
            rule(rate=None, base="lower"),
            "Specialist: the rate that the tariff gives the code, on the basis of the lowest of price,"
            " reimbursement base and generic base",
        ),
        (
            rule(copayment=Copayment(2000), unit_cap=5000),
            "Specialist: 100 % of the reference price; at most 50.00 DH a unit is recognised;"
            " 20.00 DH a unit stays with the member",
        ),
        (
            rule(only=one_of(sex="F", setting="hospital"), prior_approval=True, relative=True),
            "Specialist: 100 % of the reference price; only for women and girls, in hospital; with prior approval;"
            " counted in points, paid at the value of the point",
        ),
        (
            rule(base="remainder", rate=5000, waiting=Waiting(6, one_of(visit="accident"))),
            "Specialist: 50 % of what the earlier schemes left unpaid;"
            " from 6 months after the person joined, or at once after an accident",
        ),
        (rule(at_most_billed=False), "Specialist: 100 % of the reference price; even above the amount billed"),
        (rule("group:teeth", "code:D800"), "Dental care, Orthodontics and the code D800: 100 % of the reference price"),
    ],
)
def test_what_a_rule_pays_reads_as_a_sentence(block: Coverage, sentence: str) -> None:
    assert told(coverage=block) == [f"{sentence} {SINCE}"]


@pytest.mark.parametrize(
    ("block", "sentence"),
    [
        (
            limit("count", 2000, period=Period("months", 24), each_code=True),
            "Specialist: at most 2 units per person over any 24 months; each code is counted by itself",
        ),
        (limit("count", 12, counted="claims"), "Specialist: at most 12 claims per person and calendar year"),
        (limit("gap", 180, period=Period("lifetime")), "Specialist: at least 180 days between two"),
        (
            limit("deductible", 4000, scope="claim", period=Period("none")),
            "Specialist: the first 40.00 DH per claim stays with the member",
        ),
        (
            limit("ceiling", 600000, "*", scope="household", excepted=("dental",), family=Family(4, 100000, 1000000)),
            "All care except Dental care: at most 6,000.00 DH per household and calendar year;"
            " 1,000.00 DH more for each member of the household beyond 4 members, but never more than 10,000.00 DH",
        ),
        (
            limit("ceiling", 5000, "group:teeth", excepted=("orthodontics",), period=Period("insurance")),
            "Dental care: at most 50.00 DH per person and insurance period",
        ),
    ],
)
def test_a_limit_reads_as_a_sentence_with_its_scope_and_period(block: Limit, sentence: str) -> None:
    assert told(limit=block) == [f"{sentence} {SINCE}"]


@pytest.mark.parametrize(
    ("condition", "en", "fr", "ar"),
    [
        (
            STUDENTS,
            "for children under 26 who are at school",
            "pour les enfants de moins de 26 ans qui poursuivent leurs études",
            "لفائدة الأطفال المتمدرسين دون سن 26 سنة",
        ),
        (
            Condition({"role": frozenset({"child", "orphan"}), "disability": frozenset({"yes"})}),
            "for children and orphans with a disability",
            "pour les enfants et les orphelins en situation de handicap",
            "لفائدة الأطفال واليتامى الموجودين في وضعية إعاقة",
        ),
        (
            Condition({"long_term_illness": frozenset({"yes"})}, age=(60, 200)),
            "for persons aged 60 or over with a long-term illness",
            "pour les personnes de 60 ans et plus en affection de longue durée (ALD)",
            "لفائدة الأشخاص المصابين بمرض طويل الأمد في سن 60 سنة فما فوق",
        ),
        (
            Condition({"sector": frozenset({"private", "public"}), "visit": frozenset({"emergency"})}, age=(18, 26)),
            "for persons aged 18 to 25, in the public sector or in the private sector, in an emergency",
            "pour les personnes de 18 à 25 ans, dans le secteur public ou dans le secteur privé, en urgence",
            "لفائدة الأشخاص في سن ما بين 18 و25 سنة، في القطاع العام أو في القطاع الخاص، في حالة استعجال",
        ),
    ],
)
def test_a_condition_is_said_as_people_say_it(condition: Condition, en: str, fr: str, ar: str) -> None:
    def said(lang: str) -> str:
        return plain([Section(Wording(PLAN, lang).condition(condition), [])])[0][0]

    assert (said("en"), said("fr"), said("ar")) == (en, fr, ar)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_value_of_every_attribute_can_be_said(lang: str) -> None:
    words = Wording(PLAN, lang)
    said = [words.condition(one_of(**{name: value})) for name, values in ATTRIBUTES.items() for value in values]
    assert all(said) and len(set(said)) == len(said)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_whole_of_a_plan_can_be_said(lang: str) -> None:
    session = Session(
        "s",
        LAW,
        acts=frozenset({"dental"}),
        shares=(10000, 5000, 0),
        exceptions=(SharesException(frozenset({"A1"}), (10000, 7500)),),
        consultation=frozenset({"specialist"}),
        anaesthesia=frozenset({"orthodontics"}),
        anaesthesia_letter="K",
        default_anaesthesia=15000,
        theatre=frozenset({"orthodontics"}),
        theatre_share=5000,
        package=frozenset({"dental"}),
        packaged=frozenset({"specialist"}),
    )
    other = replace(AMO, id="other", decided="reported", points=(PointValue(873100, LAW),))
    plan = replace(
        PLAN,
        layers=(AMO, other),
        sessions=(session,),
        letters=(LetterValue("K", 2250, "private", LAW), LetterValue("B", 110, "", LAW)),
        kinds=(Kind("teeth", named("أسنان", "Dents", "Teeth"), frozenset({"dental"})), Kind("rest", {})),
        review_above=(ReviewAbove("r", 2000000, LAW),),
    )
    sections = plain(show(plan, on=ON, lang=lang))
    sentences = [sentence for _, section in sections for sentence in section]
    assert all(sentence.endswith(".") and "{" not in sentence for sentence in sentences)
    expected = {"ar": "K15", "fr": "100 %, 50 %, puis 0 % du montant", "en": "100 %, 50 %, then 0 % of the amount"}
    assert any(expected[lang] in sentence for sentence in sentences)
    assert any("0.8731" in s or "0,8731" in s for s in sentences)


@pytest.mark.parametrize(
    ("lang", "head", "point"),
    [
        (
            "en",
            "The same care claimed again for the same person, day and provider is paid again",
            "A point is worth 0.5 ",
        ),
        ("fr", "Les mêmes soins demandés à nouveau", "Le point vaut 0,5 "),
        ("ar", "إذا طُلب العلاج نفسه مرة أخرى", "قيمة النقطة 0,5 "),
    ],
)
def test_what_is_paid_again_and_whose_point_is_worth_what_is_told(lang: str, head: str, point: str) -> None:
    values = (PointValue(500_000, LAW, one_of(setting="hospital")), PointValue(800_000, LAW))
    plan = replace(PLAN, duplicates="pay", layers=(replace(AMO, points=values),))
    (_, said), (_, layer), _ = plain(show(plan, on=ON, lang=lang))
    assert said[1].startswith(head)
    assert layer[-2].startswith(point + Wording(plan, lang).condition(values[0].when))
