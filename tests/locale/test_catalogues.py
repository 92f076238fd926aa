"""Every text is there in the three languages and asks for the same values."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from string import Formatter

import pytest

from tiwizi.locale import LANGUAGES, catalogue

_ROOM = Path(str(files("tiwizi.locale")))
#: "cli", "desk/home" ...
SUBJECTS = sorted(
    {
        path.relative_to(_ROOM / lang).with_suffix("").as_posix()
        for lang in LANGUAGES
        for path in (_ROOM / lang).rglob("*.toml")
    }
)
_NAMED = re.compile(r"""{% t ["']([\w/]+):(\w+)["']""")
_REFUSED = re.compile(r'\bRefused\(\s*"(\w+)"')


def _names(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_subject_has_the_same_keys_in_the_three_languages(subject: str) -> None:
    keys = {lang: set(catalogue(subject, lang)) for lang in LANGUAGES}
    for lang in LANGUAGES:
        assert keys[lang] == keys["en"], f"{subject}: {lang} differs from en by {sorted(keys[lang] ^ keys['en'])}"


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_text_asks_for_the_same_values_in_the_three_languages(subject: str) -> None:
    """Only "n" may be left out: the singular and the dual of Arabic say the number themselves."""
    english = catalogue(subject, "en")
    for lang in LANGUAGES:
        for key, template in catalogue(subject, lang).items():
            assert _names(template) | {"n"} == _names(english[key]) | {"n"}, f"{lang}/{subject}.toml: {key}"


def test_every_refusal_has_a_text_and_a_way_out() -> None:
    """One that has none is a fault of ours in the moment in which somebody is refused."""
    sources = Path(str(files("tiwizi"))).rglob("*.py")
    named = {key for source in sources for key in _REFUSED.findall(source.read_text(encoding="utf-8"))}
    assert len(named) > 100, "the refusals were not found"
    assert {text for key in named for text in (key, f"{key}_way_out")} <= set(catalogue("records", "en"))


def test_every_text_that_a_page_names_is_there() -> None:
    """Also of what stands on it only sometimes."""
    pages = Path(str(files("tiwizi"))).rglob("doors/**/*.html")
    named = {pair for page in pages for pair in _NAMED.findall(page.read_text(encoding="utf-8"))}
    assert len(named) > 1000, "the texts were not found"
    missing = {f"{subject}:{key}" for subject, key in named if key not in catalogue(f"desk/{subject}", "en")}
    assert not missing


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_text_is_empty(subject: str, lang: str) -> None:
    empty = [key for key, template in catalogue(subject, lang).items() if not template.strip()]
    assert not empty, f"{lang}/{subject}.toml: {empty}"


@pytest.mark.parametrize("subject", SUBJECTS)
def test_an_arabic_text_is_in_arabic_letters(subject: str) -> None:
    """A text that is only values and signs, such as "{date}: {amount}", has no letters in any language."""
    for key, template in catalogue(subject, "ar").items():
        letters = re.sub(r"\{\w*\}", "", template)
        if any(character.isalpha() for character in letters):
            assert re.search(r"[\u0621-\u064a]", letters), f"ar/{subject}.toml: {key}"


@pytest.mark.parametrize("subject", SUBJECTS)
def test_an_arabic_text_has_western_digits(subject: str) -> None:
    for key, template in catalogue(subject, "ar").items():
        assert not re.search(r"[\u0660-\u0669\u06f0-\u06f9]", template), f"ar/{subject}.toml: {key}"
