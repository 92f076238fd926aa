"""Home: what waits for whoever looks, how the mutual keeps pace, and what a new mutual does first."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.databases import fresh_database
from tests.doors.desk import waiting
from tests.doors.desk.conftest import Desk

from tiwizi.doors import clock
from tiwizi.doors.desk.home import DUTIES, STEPS
from tiwizi.doors.look.bars import draw
from tiwizi.locale import catalogue
from tiwizi.records.trail.roles import ROLES


@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
@pytest.mark.parametrize("login", ["imane", "salma", "nadia", "omar", "leila", "hicham", "karim", "anna"])
def test_everybody_has_a_home_in_their_language(desk: Desk, login: str, lang: str) -> None:
    page = desk(login, lang=lang).get("/")
    assert page.status_code == 200
    assert catalogue("desk/home", lang)["title"] in page.content.decode()


def test_who_decides_is_told_of_what_waits_and_who_pays_is_not(desk: Desk) -> None:
    from tiwizi.records.people.models import Household, Touch

    Touch.objects.create(household=Household.objects.order_by("id").first(), cause="test")
    said = catalogue("desk/home", "en")["duty_households_to_decide"]
    assert said in desk("salma", lang="en").get("/").content.decode()
    assert said not in desk("nadia", lang="en").get("/").content.decode()


def test_a_batch_waits_for_whoever_did_not_prepare_it(desk: Desk) -> None:
    from django.contrib.auth import get_user_model
    from django.utils import timezone
    from tests.records import world

    users = get_user_model().objects
    told = {"prepared_by": users.get(login="nadia").id, "prepared_at": timezone.now() - timedelta(days=3)}
    batch = world.preparing(world.owed(_accounts(), amount=12_300), day=clock.today() - timedelta(days=2), **told)
    world.finish(batch)
    said = catalogue("desk/home", "en")
    page = desk("omar", lang="en").get("/").content.decode()
    assert said["duty_to_approve"] in page and said["overdue"] in page and "123.00" in page
    assert "for 3 days" in page.replace("\u00a0", " ")


@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_what_home_says_of_the_queue_the_queue_says_in_the_same_words(desk: Desk, lang: str) -> None:
    waiting.hand_in("R1")
    salma, words = desk("salma", lang=lang), catalogue("desk/review", lang)
    home, queue = (_plain(salma.get(address).content.decode()) for address in ("/", "/review/"))
    card = re.search(
        r'href="/review/">\s*<span class="figure"><bdi dir="ltr">(\d+)</bdi></span>\s*<strong>(.*?)</', home
    )
    tab = re.search(r'href="\?show=ready" aria-current="page">(.*?) <span class="figure">(\d+)<', queue)
    assert card and tab and (card[1], tab[1]) == (tab[2], words["ready"]) and card[2] == tab[1][0].lower() + tab[1][1:]


def _plain(page: str) -> str:
    """Without the marks that keep a number's direction."""
    return re.sub("[\u2066-\u2069]", "", page)


def _accounts() -> Any:
    """A book and the two of its accounts that something is owed from and to."""
    from tiwizi.records.money.models import Book

    book = Book.objects.get(code="sm")
    role = {name: account for account in book.accounts.all() for name in account.roles.split()}
    return book, role["benefits"], role["members_payable"]


def test_home_asks_as_often_whatever_the_records_hold(desk: Desk) -> None:
    from tiwizi.records.people.models import Household, Touch

    client = desk("imane")
    client.get("/")
    with CaptureQueriesContext(connection) as before:
        client.get("/")
    Touch.objects.bulk_create(Touch(household=home, cause="test") for home in Household.objects.all())
    with CaptureQueriesContext(connection) as after:
        client.get("/")
    assert len(before) == len(after) <= 20


def test_an_empty_system_says_what_to_do_first(tmp_path: Path) -> None:
    from tiwizi.records.intake.duties import opening

    with fresh_database("sqlite", tmp_path):
        assert not any(opening())


def test_a_mutual_that_runs_is_not_greeted(desk: Desk) -> None:
    assert catalogue("desk/home", "en")["welcome"] not in desk("imane", lang="en").get("/").content.decode()


def test_every_duty_and_step_has_its_words_and_somebody_who_does_it() -> None:
    texts = catalogue("desk/home", "en")
    for duty in DUTIES:
        assert all(duty.says(lang) for lang in ("ar", "fr", "en"))
        assert any(duty.need in role.permissions for role in ROLES.values())
    assert all(f"step_{step}" in texts and f"step_help_{step}" in texts for step in STEPS)


def test_every_verb_has_its_words() -> None:
    import ast

    import tiwizi.records

    verbs = set()
    for path in Path(tiwizi.records.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "operation":
                verbs.add(node.args[0].value)  # type: ignore[attr-defined]
    assert verbs - set(catalogue("desk/verbs", "en")) == set()


def test_bars_are_read_from_the_readers_side() -> None:
    groups = [("first", (2, 0)), ("second", (4, 1))]
    left, right = draw(groups, kinds="ad"), draw(groups, kinds="ad", rtl=True)
    assert [bar.x for bar in left.bars] == [360 - bar.x - bar.width for bar in right.bars]
    assert left.bars[2].height == 2 * left.bars[0].height and left.names[0].x < left.names[1].x


def test_the_last_things_i_did_say_to_which_household_and_lead_there(desk: Desk) -> None:
    waiting.hand_in("H1", decide=False)
    home = waiting.household()[1]
    assert f'<a href="/household/{home}/">' in desk("imane").get("/").content.decode().partition('id="acts"')[2]
