"""What many send at once under one key is done once; everybody has the same answer, another content is refused (F4)."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from tests.soak.conftest import many
from tests.soak.crew import crew, told

from tiwizi.records.people.queries import users
from tiwizi.records.trail.chain import verify

DESKS = 8


def test_a_key_has_one_effect_and_one_answer(database: str) -> None:
    keys = [f"form-{number}" for number in range(many(test=10, soak=200))]
    changed = keys[::10]
    with crew(database, "submit_twice", count=DESKS, keys=keys, changed=changed) as desks:
        said = [act for desk in desks for act in told(desk)]
    assert len(said) == DESKS * len(keys)
    answers: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for act in said:
        answers[act["key"]].append(act)
    for key in keys:
        done = [act for act in answers[key] if "answer" in act]
        refused = [act for act in answers[key] if "answer" not in act]
        assert len({act["answer"] for act in done}) == 1, key
        assert len({act["name"] for act in done}) == 1, key
        assert all(act["refused"] == "key_used" and act["name"] != done[0]["name"] for act in refused), key
        assert refused or key not in changed, key
    assert sorted(who.login for who in users()) == sorted(keys)
    assert verify().rows == len(keys)
