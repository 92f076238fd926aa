"""Names in both scripts: folded, heard alike, found with a letter wrong, spelt in the other script."""

from __future__ import annotations

import csv

import pytest

from tiwizi.packs import folder
from tiwizi.rules.names import (
    NO_ANSWER,
    answers,
    asked_keys,
    distance,
    fold,
    in_arabic,
    in_latin,
    keys,
    words,
    wrong_script,
)  # fmt: skip


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("أحمد", "احمد"), ("إلهام", "الهام"), ("آمنة", "امنه"), ("ليلى", "ليلي"), ("مُحَمَّد", "محمد"),
        ("فاطـــمة", "فاطمه"),
        ("Naïma", "naima"), ("El-Idrissi", "el idrissi"), ("M’hamed", "mhamed"), ("  BÉNI  Mellal ", "beni mellal"),
    ],
)  # fmt: skip
def test_a_name_is_folded(written: str, folded: str) -> None:
    assert fold(written) == folded


@pytest.mark.parametrize(
    ("asked", "borne"),
    [
        ("fatima", "فاطمة"), ("bennani", "بناني"), ("mohamed", "محمد"), ("alaoui", "العلوي"), ("ilyas", "إلياس"),
        ("khadija", "خديجة"), ("larbi", "العربي"), ("youssef", "يوسف"), ("خديجة", "Khadija"), ("العلوي", "Alaoui"),
    ],
)  # fmt: skip
def test_a_name_is_found_in_the_other_script(asked: str, borne: str) -> None:
    typed, word = words(asked)[0], words(borne)[0]
    assert answers(typed, word) <= 1 and asked_keys(typed) & keys(word)


@pytest.mark.parametrize(
    ("asked", "borne"),
    [("benani", "bennani"), ("mohamad", "mohammed"), ("fatmia", "fatima"), ("fatim", "fatima"), ("nabia", "nadia"),
     ("khadja", "khadija"), ("abderahman", "abderrahmane"), ("بنان", "بناني"), ("فاطم", "فاطمة")],
)  # fmt: skip
def test_a_name_is_found_with_a_letter_or_two_wrong_or_left_out(asked: str, borne: str) -> None:
    typed, word = words(asked)[0], words(borne)[0]
    assert answers(typed, word) < NO_ANSWER and asked_keys(typed) & keys(word)


@pytest.mark.parametrize(("asked", "other"), [("fatima", "khadija"), ("sara", "سرور"), ("ali", "omar")])
def test_another_name_is_no_answer(asked: str, other: str) -> None:
    assert answers(words(asked)[0], words(other)[0]) == NO_ANSWER


def test_nearly_all_names_of_the_made_up_mutual_are_found_from_either_script() -> None:
    with (folder("ma") / "names.csv").open(encoding="utf-8") as file:
        pairs = [(words(row["arabic"]), words(row["latin"])) for row in csv.DictReader(file)]
    alone = [(arabic[0], latin[0]) for arabic, latin in pairs if len(arabic) == len(latin) == 1]
    lost = [
        (arabic, latin)
        for arabic, latin in alone
        if answers(latin, arabic) == NO_ANSWER or not asked_keys(latin) & keys(arabic)
    ]
    assert len(lost) <= len(alone) * 2 // 100, lost


def test_letters_in_each_others_place_are_one_mistake() -> None:
    assert distance("fatmia", "fatima", most=2) == 1
    assert distance("a", "abcdef", most=2) == 3


def test_a_name_in_the_wrong_script_is_seen_and_another_spelling_offered() -> None:
    assert wrong_script("Fatima", script="arabic") and wrong_script("فاطمة", script="latin")
    assert not wrong_script("فاطمة", script="arabic") and not wrong_script("Fatima", script="latin")
    assert in_arabic("Bennani") == "بناني"
    assert in_latin("يوسف") and in_latin("يوسف").isascii()


def test_what_is_no_name_has_no_words() -> None:
    assert words(" '\0% -- ") == () and words("x" * 500) == ("x" * 40,)
