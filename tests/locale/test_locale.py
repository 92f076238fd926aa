"""Amounts, rates and days as each language writes them."""

from __future__ import annotations

from datetime import date

import pytest

from tiwizi.locale import counted, day, direction, isolate, isolate_runs, money, percent, quantity, text
from tiwizi.rules.money import MINOR_DIGITS, major


def iso(value: str) -> str:
    return f"\u2068{value}\u2069"


@pytest.mark.parametrize(
    ("amount", "currency", "lang", "written"),
    [
        (14400, "MAD", "en", "144.00 DH"),
        (14400, "MAD", "fr", "144,00\u00a0DH"),
        (14400, "MAD", "ar", f"{iso('144,00')}\u00a0درهم"),
        (123456789, "MAD", "en", "1,234,567.89 DH"),
        (123456789, "MAD", "fr", "1\u202f234\u202f567,89\u00a0DH"),
        (-5, "MAD", "ar", f"{iso('-0,05')}\u00a0درهم"),
        (1500, "XOF", "fr", "1\u202f500\u00a0F\u202fCFA"),
        (1500, "TND", "en", "1.500 TND"),
        (1500, "EUR", "ar", f"{iso('15,00')}\u00a0يورو"),
    ],
)
def test_money_is_written_with_the_decimals_of_its_currency(
    amount: int, currency: str, lang: str, written: str
) -> None:
    assert money(amount, currency, lang) == written


@pytest.mark.parametrize(("lang", "written"), [("en", "22.5 %"), ("fr", "22,5\u00a0%"), ("ar", iso("22,5%"))])
def test_a_rate_is_written_with_the_decimals_it_needs(lang: str, written: str) -> None:
    assert percent(2250, lang) == written


@pytest.mark.parametrize(("lang", "written"), [("en", "1,000.5"), ("fr", "1\u202f000,5"), ("ar", iso("1\u202f000,5"))])
def test_a_quantity_is_written_without_useless_zeros(lang: str, written: str) -> None:
    assert quantity(1_000_500, lang) == written
    assert quantity(2000, "en") == "2"


def test_the_months_in_arabic_are_those_of_morocco() -> None:
    months = [day(date(2026, month, 2), "ar").split()[1] for month in range(1, 13)]
    assert " ".join(months) == "يناير فبراير مارس أبريل ماي يونيو يوليوز غشت شتنبر أكتوبر نونبر دجنبر"
    assert day(date(2026, 7, 8), "ar") == "8 يوليوز 2026"
    assert day(date(2026, 7, 8), "fr") == "8 juillet 2026"


def test_the_first_of_a_month_is_written_as_the_official_bulletin_does() -> None:
    assert [day(date(2027, 2, 1), lang) for lang in ("ar", "fr", "en")] == [
        "فاتح فبراير 2027",
        "1er février 2027",
        "1 February 2027",
    ]


def test_a_number_of_days_takes_the_plural_of_its_language() -> None:
    assert [counted(n, "days", "en") for n in (1, 2)] == ["1 day", "2 days"]
    assert [counted(n, "days", "fr") for n in (0, 1, 2)] == ["0 jour", "1 jour", "2 jours"]
    assert counted(2, "days", "ar") == "يومين"
    assert counted(3, "days", "ar") == f"{iso('3')} أيام"
    assert counted(60, "days", "ar") == f"{iso('60')} يوما"
    assert counted(100, "days", "ar") == f"{iso('100')} يوم"


def test_a_name_in_the_other_direction_is_isolated() -> None:
    assert isolate("AMO", "ar") == iso("AMO")
    assert isolate("تعاضدية", "fr") == iso("تعاضدية")
    assert isolate("AMO", "fr") == "AMO"


def test_in_a_sentence_in_arabic_each_number_and_sum_keeps_its_own_direction() -> None:
    written = "B 12,5 x 0,90 = 11,25: 9,00 + 1,80، ويبقى على المنخرط 0,45. ثم 1\u202f200,00."
    sums = ("B 12,5 x 0,90 = 11,25", "9,00 + 1,80", "0,45", "1\u202f200,00")
    expected = written
    for each in sums:
        expected = expected.replace(each, iso(each))
    assert isolate_runs(written, "ar") == expected
    assert isolate_runs(written, "fr") == written


def test_arabic_is_written_from_right_to_left() -> None:
    assert [direction(lang) for lang in ("ar", "fr", "en")] == ["rtl", "ltr", "ltr"]


def test_a_missing_text_is_our_bug_and_is_named() -> None:
    with pytest.raises(AssertionError, match="no text 'nothing'"):
        text("units", "nothing", lang="fr")


@pytest.mark.parametrize("currency", MINOR_DIGITS)
def test_an_amount_is_written_with_the_decimals_that_the_rules_count_in(currency: str) -> None:
    assert money(123, currency, "en").split()[0] == major(123, currency)


def test_a_french_line_never_ends_before_its_colon() -> None:
    assert text("explain", "layer", lang="fr", layer="AMO") == "AMO\u00a0:"
    assert text("wording", "kind", lang="fr", kind="Séjour").endswith("«\u00a0Séjour\u00a0»")
