"""Views of lists: kept once under a name, forgotten by their own."""

from __future__ import annotations

import pytest
from tests.records.world import by, user

from tiwizi.records.people.operations.views import MOST, forget_view, save_view
from tiwizi.records.people.queries import saved_views
from tiwizi.records.trail.refusal import Refused


def _save(number: int, name: str, *, shared: bool = False) -> int:
    who = by("desk_agent", user=number, region=3)
    return save_view(who, listing="files", name=name, query=f"q={name}", shared=shared)


def test_a_name_is_one_view_of_a_list_also_for_who_works_in_one_region() -> None:
    number = user("a").id
    assert _save(number, "late") == _save(number, " late ")
    assert [view.query for view in saved_views("files", user=number)] == ["q= late "]
    assert saved_views("batches", user=number) == []


def test_ones_own_views_come_before_those_that_are_shared() -> None:
    one, other = user("a").id, user("b").id
    _save(other, "aaa", shared=True)
    _save(other, "not shared")
    _save(one, "zzz")
    assert [view.name for view in saved_views("files", user=one)] == ["zzz", "aaa"]


def test_too_many_views_and_those_of_others_are_refused() -> None:
    one, other = user("a").id, user("b").id
    theirs = _save(other, "theirs", shared=True)
    for number in range(MOST):
        _save(one, str(number))
    with pytest.raises(Refused, match="already keep"):
        _save(one, "one more")
    with pytest.raises(Refused, match="not there any more"):
        forget_view(by("desk_agent", user=one), view=theirs)
