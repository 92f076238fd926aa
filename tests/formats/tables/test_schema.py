"""The register of tables and the page that people read say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tiwizi.formats.tables.schema import KINDS, ONE_OF, TABLES, WORDS, fold, headings, words
from tiwizi.rules.terms import ATTRIBUTES, STATUSES

PAGE = Path(__file__).resolve().parents[3] / "docs" / "concepts" / "tables.md"


def _documented() -> dict[str, dict[str, str]]:
    """table -> column -> what the page says of it."""
    tables: dict[str, dict[str, str]] = {}
    current: dict[str, str] = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and not cells[0].startswith(("`", "-")) and not cells[1]:
            current = tables.setdefault(cells[0], {})
        elif line.startswith("| `"):
            for name in re.findall(r"`([a-z_]+)`", cells[0]):
                current[name] = " ".join(cells[1:])
    return tables


def test_the_page_and_the_register_have_the_same_columns() -> None:
    assert {t: sorted(c) for t, c in _documented().items() if t in TABLES} == {
        table: sorted(column.name for column in columns) for table, columns in TABLES.items()
    }


@pytest.mark.parametrize("table", TABLES)
def test_the_page_and_the_register_require_the_same(table: str) -> None:
    for column in TABLES[table]:
        said = _documented()[table][column.name]
        required = "required" in said
        one_of_two = column.name in ONE_OF.get(table, ())
        assert one_of_two or column.name == "end" or required == column.required, column.name


@pytest.mark.parametrize("table", TABLES)
def test_no_heading_names_two_columns(table: str) -> None:
    named: dict[str, set[str]] = {}
    for column in TABLES[table]:
        for heading in column.headings:
            named.setdefault(fold(heading), set()).add(column.name)
    assert {heading: names for heading, names in named.items() if len(names) > 1 or not heading} == {}
    assert len(headings(table)) == len(named)


@pytest.mark.parametrize("register", WORDS)
def test_no_word_means_two_things(register: str) -> None:
    meant: dict[str, set[str]] = {}
    for value, others in WORDS[register].items():
        for word in (value, *others.split("|")):
            meant.setdefault(fold(word), set()).add(value)
    assert {word: values for word, values in meant.items() if len(values) > 1 or not word} == {}
    assert len(words(register)) == len(meant)


def test_every_kind_of_column_is_known_and_every_register_is_a_register_of_the_rules() -> None:
    for columns in TABLES.values():
        for column in columns:
            assert column.kind in KINDS or column.kind in WORDS
            assert not column.blank or column.kind not in WORDS or column.blank in WORDS[column.kind]
    registers = {**ATTRIBUTES, "flag": ATTRIBUTES["overnight"], "status": STATUSES}
    for register, values in WORDS.items():
        assert tuple(values) == registers[register]


@pytest.mark.parametrize(
    "one, other",
    [("Conjoint(e)", "conjoint e"), ("زَوْجَة", "زوجه"), ("  LONG-term_illness", "long term illness"), ("Œuvre", "oeuvre"),
     ("أصل", "اصل"), ("N° de dossier", "n de dossier")],
)  # fmt: skip
def test_words_are_compared_without_case_accents_and_spacing(one: str, other: str) -> None:
    assert fold(one) == fold(other)
