"""The tables that go in: their columns, the headings that name them, the words that a cell may hold.

docs/concepts/tables.md says the same for people; a test holds the two together.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

#: What a cell holds. "key": an identifier that joins tables; "name": a short text that repeats; "text": any text.
#: Every other kind is a register of WORDS.
KINDS = ("key", "name", "text", "day", "amount", "price", "quantity", "whole", "rate")


@dataclass(frozen=True)
class Column:
    """One column. ``fr``, ``ar`` and ``en`` are further headings parted by "|"; ``blank``: what a blank cell means."""

    name: str
    kind: str
    required: bool = False
    fr: str = ""
    ar: str = ""
    en: str = ""
    blank: str = ""

    @property
    def headings(self) -> tuple[str, ...]:
        """Every heading that names the column."""
        return (self.name, *(h for lang in (self.fr, self.ar, self.en) for h in lang.split("|") if h))


_PERSON = Column("person", "key", True, "personne|bénéficiaire|n° bénéficiaire", "المستفيد|رقم المستفيد", "person id")
_HOUSEHOLD = Column("household", "key", True, "foyer|famille|n° foyer", "الأسرة|رقم الأسرة", "household id|family")
_CLAIM = Column("claim", "key", True, "dossier|n° dossier|n° de dossier", "الملف|رقم الملف|ملف المرض", "claim id")
_LINE = Column("line", "name", True, "ligne|n° ligne|n° de ligne", "السطر|رقم السطر", "line id|line number")
_START = Column("start", "day", True, "début|date de début|du", "البداية|تاريخ البداية|ابتداء من", "start date|from")
_END = Column("end", "day", False, "fin|date de fin|au", "النهاية|تاريخ النهاية|إلى غاية", "end date|until")
_SECTOR = Column("sector", "sector", False, "secteur", "القطاع", "", "other")
_PROVIDER = Column("provider", "name", False, "prestataire|soignant", "مقدم العلاج|مقدم العلاجات|منتج العلاجات", "")


def _optional(column: Column) -> Column:
    return Column(column.name, column.kind, False, column.fr, column.ar, column.en, column.blank)


TABLES: Mapping[str, tuple[Column, ...]] = {
    "people": (
        _PERSON,
        _HOUSEHOLD,
        Column("role", "role", True, "qualité|lien|lien de parenté", "الصفة|صلة القرابة", "relation"),
        Column("birth_date", "day", True, "date de naissance|né le", "تاريخ الازدياد|تاريخ الولادة", "date of birth"),
        Column("sex", "sex", False, "sexe", "الجنس", "gender", "unknown"),
        Column("name_ar", "text", False, "nom arabe|nom en arabe", "الاسم|الاسم بالعربية", "arabic name"),
        Column("name_latin", "text", False, "nom|nom et prénom|nom latin", "الاسم باللاتينية", "name|latin name"),
        Column("cin", "text", False, "n° cin|carte d'identité", "رقم البطاقة الوطنية|البطاقة الوطنية", "identity card"),
        Column("phone", "text", False, "téléphone|tél|gsm", "الهاتف|رقم الهاتف", "telephone"),
        Column("region", "text", False, "région|délégation", "الجهة|المندوبية", "delegation"),
        Column("address", "text", False, "adresse|adresse postale", "العنوان|العنوان البريدي", "street"),
        Column("address_more", "text", False, "complément d'adresse|quartier", "تتمة العنوان|الحي", "address 2"),
        Column("postal_code", "text", False, "code postal", "الرمز البريدي", "postcode|zip"),
        Column("town", "text", False, "ville|commune", "المدينة|الجماعة", "city"),
    ),
    "statuses": (
        _PERSON,
        Column("status", "status", True, "statut|situation", "الوضعية|الحالة", ""),
        _START,
        _END,
        Column("code", "text", False, "code maladie", "رمز المرض", "illness code"),
    ),
    "cover": (
        _optional(_HOUSEHOLD),
        _optional(_PERSON),
        Column("plan", "name", True, "régime|couverture|produit", "النظام|التغطية", "product"),
        _START,
        _END,
        Column("stage", "stage", False, "étape", "المرحلة", "", "new"),
        Column("joined_on", "day", False, "date d'adhésion|adhésion", "تاريخ الانخراط", "joined"),
        Column("paid_until", "day", False, "cotisé jusqu'au|payé jusqu'au", "مؤدى إلى غاية", "paid up until"),
    ),
    "claims": (
        _CLAIM,
        _HOUSEHOLD,
        _PROVIDER,
        _SECTOR,
        Column("level", "level", False, "niveau", "المستوى", "", "other"),
        Column("setting", "setting", False, "cadre|cadre de soins", "إطار العلاج", "care setting", "ambulatory"),
        Column("overnight", "flag", False, "nuitée|avec nuitée", "مبيت|المبيت", "overnight stay", "no"),
        Column("visit", "visit", False, "visite|type de visite", "الزيارة|نوع الزيارة", "visit type", "ordinary"),
        Column("network", "network", False, "réseau", "الشبكة", "", "in"),
        Column("payee", "payee", False, "payé à|à payer à|destinataire", "المؤدى له", "pay to", "member"),
        Column(
            "prior_approval",
            "text",
            False,
            "entente préalable|accord préalable|prise en charge",
            "الموافقة المسبقة|التحمل",
            "approval",
        ),
        Column(
            "amount_approved",
            "amount",
            False,
            "montant accordé|montant pris en charge",
            "المبلغ المقبول|مبلغ التحمل",
            "approved amount",
        ),
        Column("approval_person", "key", False, "bénéficiaire de l'entente", "المستفيد من الموافقة", "approved person"),
        Column("approval_code", "name", False, "acte de l'entente", "رمز عمل الموافقة", "approved act"),
        Column("approval_quantity", "quantity", False, "quantité de l'entente", "كمية الموافقة", "approved units"),
        Column("approval_from", "day", False, "entente valable du", "الموافقة صالحة من", "approved from"),
        Column("approval_until", "day", False, "entente valable jusqu'au", "الموافقة صالحة إلى", "approved until"),
        Column("care_from", "day", False, "début des soins|soins du", "بداية العلاج", "care start"),
        Column("care_to", "day", False, "fin des soins|soins au", "نهاية العلاج", "care end"),
        Column(
            "received_on",
            "day",
            True,
            "reçu le|date de réception|date de dépôt",
            "تاريخ الإيداع|تاريخ التوصل",
            "received",
        ),
        Column("channel", "text", False, "canal|voie", "القناة", ""),
        Column("episode", "text", False, "épisode", "نوبة العلاج", ""),
    ),
    "lines": (
        _CLAIM,
        _LINE,
        _PERSON,
        Column(
            "date",
            "day",
            True,
            "date des soins|date de soin|date acte",
            "التاريخ|تاريخ العلاج",
            "care date|date of care",
        ),
        Column("code", "name", True, "code acte|acte", "الرمز|رمز العمل", "act|item"),
        Column("quantity", "quantity", False, "quantité|qté|nombre", "الكمية|العدد", "qty", "1"),
        Column("unit_price", "price", False, "prix unitaire|pu", "ثمن الوحدة|الثمن الفردي", "price"),
        Column(
            "billed",
            "amount",
            False,
            "montant|montant facturé|facturé",
            "المبلغ|المبلغ المفوتر",
            "amount|amount billed",
        ),
        Column("session", "whole", False, "séance", "الحصة", "", "0"),
        Column(
            "receipt",
            "text",
            False,
            "n° facture|n° de facture|n° quittance|n° de quittance|quittance|n° reçu",
            "رقم الفاتورة|الفاتورة|رقم التوصيل|التوصيل|رقم الوصل",
            "receipt number|invoice|invoice number",
        ),
        Column(
            "quantity_approved",
            "quantity",
            False,
            "quantité accordée|qté accordée",
            "الكمية المقبولة",
            "approved quantity",
        ),
        Column("price_approved", "price", False, "prix accordé|pu accordé", "الثمن المقبول", "approved price"),
    ),
    "tariff": (
        Column("code", "name", True, "code acte|acte", "الرمز|رمز العمل", "act|item"),
        Column("category", "name", True, "catégorie|rubrique", "الصنف|الفئة", ""),
        Column("label_fr", "text", False, "libellé|libellé français|désignation", "التسمية بالفرنسية", "french label"),
        Column("label_ar", "text", False, "libellé arabe", "التسمية|التسمية بالعربية", "arabic label"),
        Column("label_en", "text", False, "libellé anglais", "التسمية بالإنجليزية", "label|english label"),
        Column("letter", "name", False, "lettre clé|lettre-clé|lettre", "الحرف المفتاح", "key letter"),
        Column("coefficient", "quantity", False, "coef|cotation", "المعامل", ""),
        Column("price", "price", False, "prix|tarif|tnr", "الثمن|التعريفة", "tariff price"),
        Column(
            "reimbursement_base", "price", False, "base de remboursement|prix base remboursement", "أساس التعويض", ""
        ),
        Column("generic_base", "price", False, "base générique|prix du générique", "أساس الدواء الجنيس", ""),
        Column("rate", "rate", False, "taux|taux de remboursement", "النسبة|نسبة التعويض", "reimbursement rate"),
        Column("valid_from", "day", False, "valable du|valide du", "صالح من", ""),
        Column("valid_to", "day", False, "valable au|valide au", "صالح إلى", ""),
        _SECTOR,
        _PROVIDER,
        Column("anaesthesia_coefficient", "quantity", False, "coefficient d'anesthésie", "معامل التخدير", ""),
        Column("doubt", "text", False, "doute", "شك", ""),
        Column("source", "text", False, "référence", "المصدر", ""),
    ),
    "reported": (
        _CLAIM,
        _LINE,
        Column("layer", "name", True, "couche|payeur|organisme", "الجهة المؤدية", "payer"),
        Column("paid", "amount", True, "payé|remboursé|montant remboursé", "المؤدى|المبلغ المعوض", "amount paid"),
    ),
}
#: Tables without which nothing can be decided; the tariff may come with the plan.
REQUIRED_TABLES = ("people", "cover", "claims", "lines")
#: At least one of these columns must be there.
ONE_OF: Mapping[str, tuple[str, ...]] = {"cover": ("household", "person"), "lines": ("unit_price", "billed")}

#: register -> value -> the other words for it, parted by "|".
WORDS: Mapping[str, Mapping[str, str]] = {
    "role": {
        "member": "adhérent|adhérente|membre|assuré|assurée|affilié|affiliée|insured|head"
        "|منخرط|منخرطة|المنخرط|مؤمن|مؤمنة",
        "spouse": "conjoint|conjointe|conjoint(e)|époux|épouse|husband|wife|زوج|زوجة|زوج(ة)|الزوج|الزوجة",
        "child": "enfant|fils|fille|son|daughter|ولد|طفل|طفلة|ابن|ابنة|بنت",
        "orphan": "orphelin|orpheline|يتيم|يتيمة",
        "ascendant": "parent|père|mère|father|mother|أصل|أصول|والد|والدة|أب|أم",
        "other": "autre|آخر|أخرى",
    },
    "sex": {
        "F": "féminin|femme|female|woman|أنثى|امرأة|إناث",
        "M": "masculin|homme|male|man|h|ذكر|رجل|ذكور",
        "unknown": "inconnu|غير معروف",
    },
    "status": {
        "long_term_illness": "ald|alc|affection de longue durée|affection longue et coûteuse|longue maladie"
        "|مرض مزمن|مرض طويل الأمد|مرض مزمن ومكلف|أمراض مزمنة ومكلفة",
        "disability": "handicap|invalidité|إعاقة|عجز",
        "schooling": "scolarité|certificat de scolarité|scolarisé|scolarisée|تمدرس|شهادة مدرسية|متمدرس",
        "pensioner": "retraité|retraitée|pensionné|pensionnée|retired|متقاعد|متقاعدة",
    },
    "stage": {
        "new": "nouveau|nouvelle|n|جديد|جديدة",
        "renewed": "renouvelé|renouvelée|renouvellement|renewal|r|مجدد|مجددة|تجديد",
    },
    "sector": {
        "public": "publique|عام|عمومي|القطاع العام",
        "private": "privé|privée|خاص|خصوصي|القطاع الخاص",
        "other": "autre|آخر",
    },
    "level": {
        "primary": "primaire|أولي",
        "secondary": "secondaire|ثانوي",
        "tertiary": "tertiaire|ثالثي",
        "other": "autre|آخر",
    },
    "setting": {
        "ambulatory": "ambulatoire|externe|outpatient|خارجي|خارج المستشفى|علاجات خارجية",
        "hospital": "hôpital|hospitalier|hospitalisation|inpatient|استشفاء|استشفائي|مستشفى",
    },
    "flag": {"no": "non|n|false|faux|0|لا", "yes": "oui|o|y|true|vrai|1|نعم"},
    "visit": {
        "ordinary": "ordinaire|normale|normal|عادي|عادية",
        "referral": "référé|référée|orientation|referred|إحالة",
        "emergency": "urgence|urgent|مستعجل|مستعجلة|مستعجلات",
        "accident": "accidentel|حادث|حادثة",
    },
    "network": {
        "in": "dans le réseau|conventionné|داخل الشبكة|متعاقد",
        "out": "hors réseau|non conventionné|خارج الشبكة|غير متعاقد",
    },
    "payee": {
        "member": "adhérent|adhérente|assuré|assurée|منخرط|المنخرط",
        "provider": "prestataire|tiers payant|soignant|third party"
        "|الثالث المؤدي|مقدم العلاج|مقدم العلاجات|منتج العلاجات",
    },
}

#: What a workbook that went to repair carries beside its own columns; passed over when it comes back.
BESIDE = ("repair_line", "repair_field", "repair_reason", "repair_way_out")

_LETTERS = str.maketrans({"ة": "ه", "ى": "ي", "ـ": "", "œ": "oe", "æ": "ae"})
_GAPS = re.compile(r"[\s_\-'’./°()]+")


def fold(text: str) -> str:
    """What headings and words are compared by: no case, accents, vowel signs, or differences of spacing and hamza."""
    spread = unicodedata.normalize("NFKD", text.casefold()).translate(_LETTERS)
    kept = "".join(letter for letter in spread if unicodedata.category(letter) not in ("Mn", "Cf"))
    return _GAPS.sub(" ", kept).strip()


@cache
def headings(table: str) -> Mapping[str, str]:
    """Folded heading -> column of a table."""
    return {fold(heading): column.name for column in TABLES[table] for heading in column.headings}


@cache
def words(register: str) -> Mapping[str, str]:
    """Folded word -> value of a register."""
    known = WORDS[register].items()
    return {fold(word): value for value, others in known for word in (value, *others.split("|"))}


@cache
def column(table: str, name: str) -> Column:
    """A column of a table by its name."""
    return next(column for column in TABLES[table] if column.name == name)
