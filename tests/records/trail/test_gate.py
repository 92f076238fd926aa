"""One verb: permission, transaction and event in one place."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, Thread

import pytest
from django.db import connection

from tiwizi.records.trail.chain import verify
from tiwizi.records.trail.gate import Act, By, operation
from tiwizi.records.trail.models import Event, Message
from tiwizi.records.trail.queries import history
from tiwizi.records.trail.refusal import Refused
from tiwizi.records.trail.roles import NEVER_TOGETHER, ROLES, Grant

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
DESK = By(user=7, grants=(Grant("desk_agent"),), at=NOW, household=3)


@operation("people.greet", need="people.write")
def greet(act: Act, *, household: int, region: int = 1, fail: bool = False) -> dict[str, int]:
    act.about("household", household)
    act.within(region)
    act.not_own(household)
    act.note(times=1)
    act.say("greeting", household=household)
    if fail:
        raise Refused("own_family")
    return {"greeted": household}


@operation("people.greet_all", need="people.write")
def greet_all(act: Act, *, households: list[int]) -> int:
    act.about("region", 1)
    for household in households:
        greet(act.by, household=household)
    return len(households)


def by(role: str, *, region: int | None = None, key: str | None = None) -> By:
    return By(user=7, grants=(Grant(role, region),), at=NOW, key=key)


def test_an_act_leaves_one_event_and_its_message() -> None:
    assert greet(DESK, household=81) == {"greeted": 81}
    (done,) = history("household", 81)
    assert (done.at, done.user, done.verb, done.body) == (
        NOW, 7, "people.greet", {"answer": {"greeted": 81}, "times": 1},
    )  # fmt: skip
    assert Message.objects.get().body == {"household": 81}


def test_a_role_without_the_permission_is_refused_and_leaves_nothing() -> None:
    with pytest.raises(Refused, match="people.write"):
        greet(by("treasurer"), household=81)
    assert Event.objects.count() == 0


def test_a_role_of_one_region_acts_there_only() -> None:
    greet(by("desk_agent", region=1), household=81, region=1)
    with pytest.raises(Refused, match="another region"):
        greet(by("desk_agent", region=1), household=81, region=2)


def test_nobody_acts_on_their_own_family() -> None:
    with pytest.raises(Refused, match="family"):
        greet(DESK, household=3)


def test_an_act_that_fails_leaves_neither_event_nor_message() -> None:
    with pytest.raises(Refused):
        greet(DESK, household=81, fail=True)
    assert (Event.objects.count(), Message.objects.count()) == (0, 0)


def test_the_same_key_and_request_are_done_once_and_answered_alike() -> None:
    first = greet(by("desk_agent", key="form-1"), household=81)
    assert greet(by("desk_agent", key="form-1"), household=81) == first
    assert Event.objects.count() == 1


def test_the_same_key_with_another_request_is_refused() -> None:
    greet(by("desk_agent", key="form-1"), household=81)
    with pytest.raises(Refused, match="form-1"):
        greet(by("desk_agent", key="form-1"), household=82)


def test_a_key_belongs_to_who_used_it() -> None:
    greet(by("desk_agent", key="form-1"), household=81)
    greet(By(user=8, grants=(Grant("desk_agent"),), at=NOW, key="form-1"), household=82)
    assert Event.objects.count() == 2


def test_twelve_clicks_at_once_are_one_act() -> None:
    start, answers = Barrier(12), []

    def click() -> None:
        start.wait()
        answers.append(greet(by("desk_agent", key="form-1"), household=81))
        connection.close()

    threads = [Thread(target=click) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [{"greeted": 81}] * 12
    assert Event.objects.count() == 1


def test_a_verb_within_a_verb_has_its_own_event_in_the_same_transaction() -> None:
    greet_all(DESK, households=[81, 82])
    assert list(Event.objects.values_list("subject", flat=True).order_by("position")) == [
        "household:81", "household:82", "region:1",
    ]  # fmt: skip
    with pytest.raises(Refused):
        greet_all(DESK, households=[83, 3])
    assert Event.objects.count() == 3
    assert verify().faults == ()


def test_every_pair_that_must_not_meet_names_two_roles_that_exist() -> None:
    for pair in NEVER_TOGETHER:
        assert len(set(pair) & set(ROLES)) == 2, pair


@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_a_refusal_says_what_and_the_way_out(lang: str) -> None:
    refusal = Refused("key_used", name="form-1")
    assert "form-1" in refusal.message(lang)
    assert refusal.way_out(lang)


def test_the_page_about_the_trail_lists_every_role() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "concepts" / "trail.md").read_text()
    assert [role for role in ROLES if f"| `{role}` |" not in page] == []
