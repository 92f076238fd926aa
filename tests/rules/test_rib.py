"""A Moroccan account number is taken only whole and with its key; it is one account, however it was written."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tiwizi.locale import LANGUAGES
from tiwizi.rules.cin import read_cin
from tiwizi.rules.mistake import Mistake
from tiwizi.rules.rib import bank_of, iban_of, key_of, read_rib, spaced

#: The account of the published example of a Moroccan IBAN (ISO 13616 registry), in its two forms.
RIB, IBAN = "011519000001205000534921", "MA64011519000001205000534921"

firsts = st.text("0123456789", min_size=22, max_size=22)
ribs = firsts.map(lambda first: first + key_of(first))


def test_the_account_of_the_iban_registry_is_one_account_in_both_forms() -> None:
    assert read_rib(RIB) == read_rib(IBAN) == RIB
    assert iban_of(RIB) == IBAN
    assert bank_of(RIB) == "011"


@pytest.mark.parametrize(
    "written",
    [
        "011 519 0000012050005349 21",
        " ma64 0115 1900 0001 2050 0053 4921 ",
        "011-519-0000012050005349-21",
        "\u200f011\u00a0519\u202f0000012050005349 21\n",
        "٠١١٥١٩٠٠٠٠٠١٢٠٥٠٠٠٥٣٤٩٢١",
    ],
)
def test_pasted_spaces_dashes_and_marks_of_direction_do_not_matter(written: str) -> None:
    assert read_rib(written) == RIB


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("", "rib_blank"),
        (" - ", "rib_blank"),
        ("compte 12", "rib_not_digits"),
        ("0115190000012050005349211", "rib_length"),
        ("01151900000120500053492", "rib_length"),
        ("011519000001205000534922", "rib_key"),
        ("MA65011519000001205000534921", "rib_iban_check"),
        ("FR1420041010050500013M02606", "rib_country"),
    ],
)
def test_what_is_no_account_comes_back_with_its_reason_and_way_out(written: str, key: str) -> None:
    mistake = read_rib(written)
    assert isinstance(mistake, Mistake)
    assert (mistake.key, mistake.field) == (key, "rib")
    assert all(mistake.message(lang) and mistake.way_out(lang) for lang in LANGUAGES)


@given(ribs)
def test_a_rib_survives_every_way_of_writing_it(rib: str) -> None:
    assert read_rib(rib) == read_rib(spaced(rib)) == read_rib(iban_of(rib)) == rib
    assert int(rib) % 97 == 0


@given(ribs, st.integers(0, 23), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_always_found(rib: str, place: int, digit: str) -> None:
    assume(rib[place] != digit)
    wrong = read_rib(rib[:place] + digit + rib[place + 1 :])
    assert isinstance(wrong, Mistake) and wrong.key == "rib_key"


@given(ribs, st.integers(0, 22))
def test_two_neighbours_in_each_others_place_are_always_found(rib: str, place: int) -> None:
    assume(rib[place] != rib[place + 1])
    swapped = rib[:place] + rib[place + 1] + rib[place] + rib[place + 2 :]
    assert isinstance(read_rib(swapped), Mistake)


@given(st.text())
def test_no_text_breaks_the_reader(written: str) -> None:
    read = read_rib(written)
    assert isinstance(read, Mistake) or (len(read) == 24 and int(read) % 97 == 0)


@pytest.mark.parametrize(("written", "cin"), [("BK123456", "BK123456"), (" a 1234 ", "A1234"), ("jb-45", "JB45")])
def test_a_card_number_is_read_as_it_is_typed(written: str, cin: str) -> None:
    assert read_cin(written) == cin


@pytest.mark.parametrize(
    ("written", "key"),
    [("", "cin_blank"), ("123456", "cin_syntax"), ("ABC123", "cin_syntax"), ("A1234567", "cin_syntax")],
)
def test_what_is_no_card_number_is_told(written: str, key: str) -> None:
    mistake = read_cin(written)
    assert isinstance(mistake, Mistake) and mistake.key == key
