"""Whatever the reading of tables can say has its words, and no words are left that nothing says."""

from __future__ import annotations

from pathlib import Path

import pytest

import tiwizi.formats.tables as package
import tiwizi.records as records
from tiwizi.locale import catalogue

PLACES = (Path(package.__file__).parent.glob("*.py"), Path(records.__file__).parent.rglob("*.py"))
CODE = "".join(path.read_text(encoding="utf-8") for place in PLACES for path in sorted(place))
#: Keys that are put together: unknown_<of> and <of>_in_repair, for what a row may name, and no_<column>.
JOINED = {
    key for of in ("household", "person", "claim", "status", "cover") for key in (f"unknown_{of}", f"{of}_in_repair")
} | {"no_cin", "no_phone", "no_region"}


@pytest.mark.parametrize("subject", ["tables", "repair"])
def test_every_text_is_said_somewhere_and_has_its_way_out(subject: str) -> None:
    keys = set(catalogue(subject, "en"))
    messages = {key for key in keys if not key.endswith("_way_out")}
    assert keys - messages == {f"{key}_way_out" for key in messages}
    assert {key for key in messages - JOINED if f'"{key}"' not in CODE} == set()
