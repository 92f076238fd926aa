"""Entering a sickness file: what it would come to is said while it is typed, what is typed is never lost, what is sent
is kept once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.doors.desk.conftest import Desk

from tiwizi.doors import clock
from tiwizi.doors.look.typed_day import typed_day

LANGUAGES = ("ar", "fr", "en")
TODAY = clock.today()
#: 250.00 for a specialist of the private sector, where the reference is 150.00: 80 % and 16 % of it are paid.
CARE = f"{TODAY - timedelta(days=5):%d/%m/%Y}"


@pytest.fixture
def home(records: str) -> str:
    """The household of a member who has cover to this day and no long-term illness, and no file of that day."""
    from tiwizi.records.care.models import Claim
    from tiwizi.records.cover.models import Cover
    from tiwizi.records.people.models import Household, Membership, Status

    ill = Status.objects.values("person")
    covered = Cover.objects.filter(until=None, paid_until=None).values("household")
    places = Membership.objects.filter(role=0, until=None, household__in=covered).exclude(person__in=ill)
    quiet = places.exclude(
        household__in=Claim.objects.filter(received__gte=TODAY - timedelta(days=60)).values("household")
    )
    return str(Household.objects.get(id=(quiet.first() or places.first()).household_id).number)


def person(home: str) -> str:
    from tiwizi.records.people.models import Membership

    return str(Membership.objects.filter(household__number=home, role=0).values_list("person__number", flat=True)[0])


def person_named(home: str) -> str:
    from tiwizi.records.people.models import Person

    return str(Person.objects.get(number=person(home)).name_latin)


def form(home: str, *lines: dict[str, str], **fields: str) -> dict[str, Any]:
    """What the page sends: one consultation of a specialist, unless other lines are given."""
    told = {"person": person(home), "provider": "987654321", "sector": "private", "care_from": CARE,
            "received_on": f"{TODAY:%d/%m/%Y}", "payee": "member", "setting": "ambulatory", "visit": "ordinary",
            "key": "form-1"}  # fmt: skip
    lines = lines or ({"code": "cs", "billed": "250"},)
    columns = {
        f"line_{name}": [line.get(name, "") for line in lines]
        for name in ("code", "date", "quantity", "unit_price", "billed", "receipt")
    }
    return told | {"line_row": [str(row) for row in range(len(lines))]} | columns | fields


def decision(client: Client, home: str, **sent: Any) -> str:
    answer = client.post(f"/household/{home}/new-file/decision/", sent or form(home))
    assert answer.status_code == 200
    return str(answer.content.decode())


def plain(page: str) -> str:
    return page.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_form_opens_for_who_takes_files_in_and_for_nobody_else(desk: Desk, home: str, lang: str) -> None:
    assert desk("imane", lang=lang).get(f"/household/{home}/new-file/").status_code == 200
    assert desk("nadia", lang=lang).get(f"/household/{home}/new-file/").status_code == 403


@pytest.mark.parametrize(("lang", "amount"), [("ar", "144,00"), ("fr", "144,00"), ("en", "144.00")])
def test_what_it_comes_to_appears_while_it_is_typed_with_its_reason(
    desk: Desk, home: str, lang: str, amount: str
) -> None:
    page = plain(decision(desk("imane", lang=lang), home))
    assert amount in page and "<svg" in page
    assert page.count("<li>") > 5, "one sentence a rule"


def test_nothing_is_kept_of_what_is_only_typed(desk: Desk, home: str) -> None:
    from tiwizi.records.care.models import Claim, Decision

    client = desk("imane")
    before = Claim.objects.count(), Decision.objects.count()
    decision(client, home)
    assert (Claim.objects.count(), Decision.objects.count()) == before


@pytest.mark.parametrize("typed", ["144", "144,50", "1 234.5", "١٤٤"])
def test_amounts_are_typed_as_people_write_them(desk: Desk, home: str, typed: str) -> None:
    page = decision(desk("imane", lang="en"), home, **form(home, {"code": "CS", "billed": typed}))
    assert "sum-paid" in page


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("20/11/2026", "2026-11-20"), ("20-11", "2026-11-20"), ("2012", "2025-12-20"), ("201126", "2026-11-20"),
        ("٢٠/١١/٢٠٢٦", "2026-11-20"), ("31/02/2026", "31/02/2026"), ("soon", "soon"), ("", ""),
        ("2026-11-20", "2026-11-20"),
    ],
)  # fmt: skip
def test_days_are_typed_as_people_write_them(typed: str, day: str) -> None:
    from datetime import date

    assert typed_day(typed, today=date(2026, 11, 25)) == day


def test_what_cannot_be_read_is_said_beside_its_field_and_the_rest_is_decided(desk: Desk, home: str) -> None:
    lines = ({"code": "CS", "billed": "250"}, {"code": "NOTHING", "billed": "ten", "date": "31/02/2026"})
    page = decision(desk("imane", lang="en"), home, **form(home, *lines))
    for field in ("code", "billed", "date"):
        assert page.partition(f'id="why-{field}-1" hx-swap-oob="true">')[2].partition("</p>")[0].strip()
    assert "144.00" in plain(page)


def test_a_late_file_and_a_day_without_cover_are_said_at_once(desk: Desk, home: str) -> None:
    late = TODAY - timedelta(days=200)
    page = decision(desk("imane", lang="en"), home, **form(home, care_from=f"{late:%d/%m/%Y}"))
    assert "200 days" in page.partition('id="why-received_on"')[2].partition("</p>")[0]
    page = decision(desk("imane", lang="en"), home, **form(home, care_from="20/11/1999", received_on="01/12/1999"))
    assert "cover" in page.partition('id="why-person"')[2].partition("</p>")[0]


def test_the_same_care_that_is_filed_already_is_said_with_its_file(desk: Desk, home: str) -> None:
    client = desk("imane", lang="en")
    sent = client.post(f"/household/{home}/new-file/", form(home))
    number = sent["Location"].strip("/").rpartition("/")[2]
    assert f'href="/claim/{number}/"' in decision(client, home)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_receipt_that_was_filed_is_said_at_once_with_its_file(desk: Desk, home: str, lang: str) -> None:
    client, other = desk("imane", lang=lang), _another_home(home)
    sent = client.post(f"/household/{home}/new-file/", form(home, receipt="N° 0012/26"))
    number = sent["Location"].strip("/").rpartition("/")[2]

    def said(field: str, *lines: dict[str, str], **fields: str) -> str:
        page = decision(client, other, **form(other, *lines, **fields))
        return page.partition(f'id="why-{field}" hx-swap-oob="true">')[2].partition("</p>")[0]

    assert f'href="/claim/{number}/"' in said("receipt", receipt="12-26"), "written otherwise, and of another day"
    own = {"code": "CS", "billed": "90", "receipt": "١٢/٢٦"}
    assert f'href="/claim/{number}/"' in said("receipt-0", own) and not said("receipt", own).strip()
    assert not said("receipt", receipt="13/26").strip()
    assert not said("receipt", receipt="12-26", provider="123456789").strip(), "each provider has its own numbers"


def _another_home(home: str) -> str:
    from tiwizi.records.people.models import Household, Membership

    ours = Membership.objects.filter(role=0, until=None).exclude(household__number=home).order_by("id").first()
    assert ours is not None
    return str(Household.objects.get(id=ours.household_id).number)


def test_the_lines_of_a_file_have_its_receipt_but_for_those_with_their_own(desk: Desk, home: str) -> None:
    from tiwizi.records.care.models import ClaimLine

    lines = ({"code": "CS", "billed": "250"}, {"code": "C", "billed": "90", "receipt": "B 7"})
    sent = desk("imane").post(f"/household/{home}/new-file/", form(home, *lines, receipt="A/06"))
    number = sent["Location"].strip("/").rpartition("/")[2]
    kept = ClaimLine.objects.filter(claim__number=number).order_by("number")
    assert list(kept.values_list("receipt", "receipt_compared")) == [("A/06", "A-6"), ("B 7", "B-7")]
    page = desk("salma").get(f"/claim/{number}/").content.decode()
    assert "A/06" in page and "B 7" in page
    assert "A/06" not in desk("imane").get(f"/claim/{number}/").content.decode(), "nothing of the care"


def test_a_file_is_kept_once_and_leads_to_its_slip(desk: Desk, home: str) -> None:
    from tiwizi.records.care.models import Claim

    client, before = desk("imane"), Claim.objects.count()
    first, second = (client.post(f"/household/{home}/new-file/", form(home)) for _ in range(2))
    assert (first.status_code, first["Location"]) == (303, second["Location"])
    assert Claim.objects.count() == before + 1
    slip = client.get(first["Location"]).content.decode()
    assert "<svg" in slip and "CS" not in slip.partition("<main")[2].partition("<svg")[0], "nothing of the care"


def test_who_decides_has_it_decided_at_once(desk: Desk, home: str) -> None:
    from tiwizi.records.care.models import Decision

    before = Decision.objects.count()
    client = desk("salma", lang="en")
    sent = client.post(f"/household/{home}/new-file/", form(home))
    assert Decision.objects.count() > before
    number = sent["Location"].strip("/").rpartition("/")[2]
    page = plain(client.get(f"/claim/{number}/").content.decode())
    assert "144.00" in page and "Specialist" in page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_refusal_keeps_all_that_was_typed(desk: Desk, home: str, lang: str) -> None:
    answer = desk("imane", lang=lang).post(
        f"/household/{home}/new-file/", form(home, {"code": "NOTHING", "billed": "12,5x"}, prior_approval="PA-77")
    )
    page = answer.content.decode()
    assert answer.status_code == 422 and 'role="alert"' in page
    for typed in ("NOTHING", "12,5x", "PA-77", CARE, 'value="form-1"'):
        assert typed in page


def test_a_file_of_two_thousand_lines_is_told_to_come_in_as_a_sheet_before_it_is_read(desk: Desk, home: str) -> None:
    long = form(home, *[{"code": "CS", "billed": "250"}] * 2000)
    client = desk("imane", lang="en")
    with CaptureQueriesContext(connection) as asked:
        assert "sheet" in decision(client, home, **long)
    assert len(asked) < 12
    answer = client.post(f"/household/{home}/new-file/", long)
    assert answer.status_code == 422 and answer.content.decode().count('value="CS"') == 2000


def test_a_draft_is_its_authors_alone_and_ends_when_it_is_sent(desk: Desk, home: str) -> None:
    client = desk("imane")
    assert client.post(f"/household/{home}/new-file/draft/", form(home)).status_code == 204
    kept = f"/household/{home}/new-file/?draft=form-1"
    listed = client.get("/files/new/").content.decode().partition(kept)[2]
    assert person_named(home) in listed.partition("</th>")[0]
    assert 'value="250"' in client.get(kept).content.decode()
    assert 'value="250"' not in desk("salma").get(kept).content.decode()
    client.post(f"/household/{home}/new-file/", form(home))
    assert 'value="250"' not in client.get(kept).content.decode()


def test_a_draft_ends_after_a_week(desk: Desk, home: str) -> None:
    from tiwizi.records.intake.models import Draft

    client = desk("imane")
    client.post(f"/household/{home}/new-file/draft/", form(home))
    Draft.objects.update(saved_at=clock.now() - timedelta(days=8))
    assert 'value="250"' not in client.get(f"/household/{home}/new-file/?draft=form-1").content.decode()
    client.post(f"/household/{home}/new-file/draft/", form(home) | {"key": "form-2"})
    assert list(Draft.objects.values_list("key", flat=True)) == ["form-2"]


def test_a_line_is_added_without_a_script_too(desk: Desk, home: str) -> None:
    page = desk("imane").post(f"/household/{home}/new-file/", form(home) | {"add": "1"}).content.decode()
    assert 'id="code-1"' in page and 'value="250"' in page


@pytest.mark.parametrize(
    ("asked", "code"), [("cs", "CS"), ("consult spec", "CS"), ("استشاره اختصاصي", "CS"), ("nfs", "BIO-NFS"),
                        ("ATLASPIRINE sirop", "MED-005")],
)  # fmt: skip
def test_an_act_is_found_by_code_or_by_words_of_any_language(desk: Desk, asked: str, code: str) -> None:
    page = desk("imane").get("/acts/", {"q": asked}).content.decode()
    assert page.partition('data-value="')[2].partition('"')[0] == code


def test_what_a_provider_files_most_is_offered_first(desk: Desk, home: str) -> None:
    client = desk("imane")
    client.post(f"/household/{home}/new-file/", form(home, {"code": "ECG", "billed": "300"}))
    assert 'data-value="ECG"' in client.get("/acts/", {"q": "", "provider": "987654321"}).content.decode()


def test_a_provider_is_found_by_number_or_by_name_in_either_script(desk: Desk) -> None:
    from tiwizi.records.care.models import Provider

    Provider.objects.create(number="900000001", name_ar="الدكتورة أمينة", name_latin="Dr Amina Éloui")
    client = desk("imane")
    for asked in ("900000", "امينه", "eloui AMINA"):
        assert 'data-value="900000001"' in client.get("/providers/", {"q": asked}).content.decode()


def test_a_decision_asks_as_few_questions_for_ten_lines_as_for_one(desk: Desk, home: str) -> None:
    client = desk("imane")
    decision(client, home)
    counts = []
    for lines in (1, 10):
        typed = [{"code": code, "billed": "90"} for code in ("C", "ECG", "BIO-NFS")[: lines // 3 + 1]] * 4
        with CaptureQueriesContext(connection) as asked:
            decision(client, home, **form(home, *typed[:lines]))
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 26, counts


def test_the_start_page_leads_from_a_number_to_the_form(desk: Desk, home: str) -> None:
    client = desk("imane")
    for number in (home, person(home)):
        assert client.get("/files/new/", {"household": number})["Location"] == f"/household/{home}/new-file/"
    assert client.get("/files/new/", {"household": "X1"}).status_code == 200


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_file_shows_its_care_to_who_may_read_it_and_its_amounts_to_the_others(
    desk: Desk, home: str, lang: str
) -> None:
    sent = desk("salma").post(f"/household/{home}/new-file/", form(home))
    number = sent["Location"].strip("/").rpartition("/")[2]
    medical = plain(desk("salma", lang=lang).get(f"/claim/{number}/").content.decode())
    other = plain(desk("imane", lang=lang).get(f"/claim/{number}/").content.decode())
    assert ">CS<" in medical and ">CS<" not in other
    for page in (medical, other):
        assert ("144.00" if lang == "en" else "144,00") in page
    assert "987654321" not in other and "sentences" not in other


def test_a_look_at_a_file_leaves_a_trace(desk: Desk, home: str) -> None:
    from tiwizi.records.trail.models import Event

    client = desk("imane")
    sent = client.post(f"/household/{home}/new-file/", form(home))
    number = sent["Location"].strip("/").rpartition("/")[2]
    before = Event.objects.filter(verb="people.looked").count()
    client.get(f"/claim/{number}/")
    assert Event.objects.filter(verb="people.looked").count() == before + 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_files_of_a_desk_are_listed_by_state_with_their_ages(desk: Desk, home: str, lang: str) -> None:
    client = desk("imane", lang=lang)
    sent = client.post(f"/household/{home}/new-file/", form(home))
    number = sent["Location"].strip("/").rpartition("/")[2]
    assert f"/claim/{number}/" in client.get("/files/", {"state": "waiting"}).content.decode()
    assert f"/claim/{number}/" not in client.get("/files/", {"state": "to_review"}).content.decode()


def test_a_list_of_files_asks_as_few_questions_for_many_as_for_few(desk: Desk) -> None:
    client = desk("imane")
    counts = []
    for words in ("", "D00000001"):
        client.get("/files/", {"words": words})
        with CaptureQueriesContext(connection) as asked:
            client.get("/files/", {"words": words})
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_alt_arrows_lead_to_the_files_beside(desk: Desk, home: str) -> None:
    client = desk("imane")
    numbers = [
        client.post(f"/household/{home}/new-file/", form(home) | {"key": key})["Location"].strip("/").rpartition("/")[2]
        for key in ("a", "b")
    ]
    assert f'rel="next" href="/claim/{numbers[0]}/"' in client.get(f"/claim/{numbers[1]}/").content.decode()
    assert f'rel="prev" href="/claim/{numbers[1]}/"' in client.get(f"/claim/{numbers[0]}/").content.decode()


def test_a_refusal_of_the_whole_names_what_was_typed_and_no_table(desk: Desk, home: str) -> None:
    late = form(home, {"code": "NO-SUCH", "billed": "250"}, care_from="26/11/2031")
    page = plain(desk("imane").post(f"/household/{home}/new-file/", late).content.decode().partition('id="refusal"')[2])
    said = page.partition("</div>")[0]
    assert "NO-SUCH" in said and f"{TODAY:%d/%m/%Y}" in said
    assert "claims" not in said and f"{TODAY}" not in said and "est à corriger" not in said


def test_the_slip_says_whose_it_is(desk: Desk, home: str) -> None:
    client = desk("imane")
    kept = client.post(f"/household/{home}/new-file/", form(home))
    assert person_named(home) in client.get(kept["Location"]).content.decode()
