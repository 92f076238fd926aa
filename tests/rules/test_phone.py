"""Phone numbers as people write them."""

from __future__ import annotations

import pytest

from tiwizi.rules.mistake import Mistake
from tiwizi.rules.phone import read_phone, spaced_phone


@pytest.mark.parametrize(
    "written",
    ["0612345678", "06 12 34 56 78", "06-12-34-56-78", "+212612345678", "+212 (0)6 12 34 56 78", "00212612345678",
     "212612345678", "612345678", "٠٦١٢٣٤٥٦٧٨"],
)  # fmt: skip
def test_a_moroccan_number_is_read_however_it_is_written(written: str) -> None:
    assert read_phone(written) == "+212612345678"


def test_a_number_of_another_country_keeps_its_code() -> None:
    assert read_phone("+33 1 23 45 67 89") == "+33123456789" == spaced_phone("+33123456789")


@pytest.mark.parametrize("written", ["", "061234567", "0912345678", "abc", "+212", "06123456789", "+2126123"])
def test_what_is_no_number_is_a_mistake(written: str) -> None:
    assert isinstance(read_phone(written), Mistake)


def test_a_number_is_shown_as_people_say_it() -> None:
    assert spaced_phone("+212612345678") == "06 12 34 56 78"
