"""Every problem that the checker can report has its reason and its way out in three languages."""

from __future__ import annotations

import ast
from pathlib import Path
from string import Formatter

import pytest

import tiwizi.rules
from tiwizi.locale import LANGUAGES, catalogue

RULES = Path(tiwizi.rules.__file__).parent
GUESS = "did_you_mean"
CONVERSIONS = ("money", "rate", "number")


def words_of_the_checker() -> set[str]:
    """Every text constant in the files that report problems."""
    others = ("rules/law.py", "rules/chart.py", "formats/transfer_template.py", "packs/__init__.py")
    files = [*(RULES / "plan").glob("*.py"), *(RULES.parent / name for name in others)]
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in files)
    return {
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def keys() -> set[str]:
    return {key for key in catalogue("plan_check", "en") if not key.endswith("_way_out") and key != GUESS}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_reason_has_a_way_out(lang: str) -> None:
    texts = catalogue("plan_check", lang)
    assert set(texts) == keys() | {f"{key}_way_out" for key in keys()} | {GUESS}


def test_a_way_out_uses_no_name_that_its_reason_lacks_in_another_language() -> None:
    for key in catalogue("plan_check", "en"):
        names = [
            {name for _, name, _, _ in Formatter().parse(catalogue("plan_check", lang)[key]) if name}
            for lang in LANGUAGES
        ]
        assert names[0] == names[1] == names[2], key


def test_each_text_belongs_to_a_problem_that_is_reported() -> None:
    made = {f"not_{kind}" for kind in CONVERSIONS} | {f"{kind}_not_text" for kind in CONVERSIONS}
    assert keys() - words_of_the_checker() - made == set()
