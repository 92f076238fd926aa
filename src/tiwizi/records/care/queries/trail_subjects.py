"""What the trail's subjects are called by people: "household:81" is H000081, "claim:7" is F000007; and back."""

from __future__ import annotations

from collections.abc import Iterable

from tiwizi.records.care.models import Claim, Provider
from tiwizi.records.people.models import Household, User

_NUMBERED = {"household": (Household, "number"), "claim": (Claim, "number"), "provider": (Provider, "number"),
             "user": (User, "login")}  # fmt: skip
#: Kinds whose events carry their number as people know it.
PLAIN = ("batch", "run", "import", "plan_version", "book", "approval", "payee")
KINDS = (*_NUMBERED, *PLAIN)


def subjects_of(kind: str, number: str) -> list[str]:
    """How events name a thing that people call by a number; nothing where there is none. Of a household: its files
    too."""
    if kind in PLAIN:
        return [f"{kind}:{number}"]
    model, field = _NUMBERED[kind]
    found = [f"{kind}:{row}" for row in model._default_manager.filter(**{field: number}).values_list("id", flat=True)]
    if kind == "household":
        files = Claim.objects.filter(household__number=number).order_by("-id").values_list("id", flat=True)[:500]
        found += [f"claim:{claim}" for claim in files]
    return found


def called(subjects: Iterable[str]) -> dict[str, str]:
    """Of each subject that has one, the number that people know; a question for each kind."""
    wanted: dict[str, set[int]] = {}
    for subject in subjects:
        kind, _, number = subject.partition(":")
        if kind in _NUMBERED and number.isdecimal():
            wanted.setdefault(kind, set()).add(int(number))
    names: dict[str, str] = {}
    for kind, numbers in wanted.items():
        model, field = _NUMBERED[kind]
        rows = model._default_manager.filter(id__in=numbers).values_list("id", field)
        names |= {f"{kind}:{row}": str(name) for row, name in rows}
    return names
