"""Every page of the desk, and the menu in the order of a day. A subject's pages stand at the end of its file."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path
from django.views.i18n import set_language

from tiwizi.doors.desk import (
    accounts,
    appeals,
    approvals,
    batch,
    cards,
    changes,
    entry,
    file,
    glass,
    help,
    home,
    household,
    intake,
    letter_batch,
    letters,
    mutual,
    papers,
    payments,
    plans,
    returned,
    review,
    runs,
    samples,
    search,
    staff,
    trail,
    views,
    watch,
)

SUBJECTS = (
    home,
    search,
    household,
    entry,
    file,
    changes,
    accounts,
    views,
    papers,
    intake,
    review,
    payments,
    batch,
    returned,
    runs,
    appeals,
    approvals,
    staff,
    trail,
    watch,
    letters,
    letter_batch,
    cards,
    mutual,
    plans,
    glass,
    help,
    samples,
)

#: (name of the page, the permission that opens it); None: everybody.
MENU: tuple[tuple[str, str | None], ...] = (
    ("home", None),
    ("new_file_start", "care.receive"),
    ("files", "care.read"),
    ("enrol", "people.write"),
    ("accounts_waiting", "people.confirm_account"),
    ("intake", "intake.write"),
    ("review", "care.review"),
    ("approvals", "care.read"),
    ("appeals", "care.read"),
    ("watch", "care.review"),
    ("samples", "care.review"),
    ("runs", "care.decide"),
    ("payments", "money.read"),
    ("letters", "people.write_letters"),
    ("plans", "cover.read"),
    ("staff", "people.read_staff"),
    ("trail", "trail.read_technical"),
    ("glass", "people.break_glass"),
)
#: Of each page the permission that opens it.
NEEDS = {name: view.need for subject in SUBJECTS for _, view, name in subject.PAGES}

urlpatterns = [
    path("language/", login_not_required(set_language), name="set_language"),
    *(path(address, view, name=name) for subject in SUBJECTS for address, view, name in subject.PAGES),
]
