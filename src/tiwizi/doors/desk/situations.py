"""What may happen in a family: what is asked, which verb does it, and what will follow from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tiwizi import locale
from tiwizi.doors import clock
from tiwizi.doors.look.templatetags.look import t
from tiwizi.records.care.queries.household import HouseholdFile
from tiwizi.records.cover.expected import covers_of_all, waits
from tiwizi.records.cover.operations import enrol, leave, open_covers
from tiwizi.records.people.operations.households import (
    add_dependant,
    change_role,
    correct_person,
    end_membership,
    move_household,
    record_death,
    write_address,
)  # fmt: skip
from tiwizi.records.people.operations.statuses import add_status

Values = Mapping[str, Any]
WHO = ("number", "name_ar", "name_latin", "birth", "sex")
ADDRESS = ("first", "second", "postal_code", "town")
WRITTEN = ("name_ar", "name_latin", "birth", "sex", "cin", "phone")


@dataclass(frozen=True)
class Situation:
    """``values``: what the verb is given; ``follows``: sentences, before anything is done. ``optional``, ``needed``:
    fields that may, or may not, stay blank here, otherwise than elsewhere."""

    name: str
    fields: tuple[str, ...]
    verb: Callable[..., Any]
    values: Callable[[HouseholdFile | None, Values], dict[str, Any]]
    follows: Callable[[HouseholdFile | None, Values, str], list[str]]
    optional: frozenset[str] = frozenset()
    needed: frozenset[str] = frozenset()


# -- what the verbs are given ------------------------------------------------------------------------------------------


def _member(file: HouseholdFile | None, values: Values) -> dict[str, Any]:
    member = {"person": values["number"]} | {name: values[name] for name in WRITTEN if name in values}
    employer = None
    if values.get("employer"):
        employer = {
            "employer": values["employer"], "name": values.get("employer_name", ""),
            "number": values.get("employee_number", ""),
        }  # fmt: skip
    address = {name: values[name] for name in ADDRESS if name in values}
    return {
        "household": values["household"], "member": member, "region": values.get("region"), "employer": employer,
        **({"address": address} if address else {}),
        "plans": list(values.get("plans", ())), "on": values["on"],
    }  # fmt: skip


def _dependant(role: str) -> Callable[[HouseholdFile | None, Values], dict[str, Any]]:
    def values_of(file: HouseholdFile | None, values: Values) -> dict[str, Any]:
        assert file is not None
        given = {"household": file.household, "person": values["number"], "role": role}
        given |= {name: values[name] for name in WRITTEN if name in values}
        return given | {"on": values.get("on", values["birth"])}

    return values_of


def _status(status: str) -> Callable[[HouseholdFile | None, Values], dict[str, Any]]:
    def values_of(file: HouseholdFile | None, values: Values) -> dict[str, Any]:
        return {
            "person": int(values["person"]), "status": status, "since": values["on"], "until": values.get("until"),
            "code": values.get("code", ""),
        }  # fmt: skip

    return values_of


def _ending(file: HouseholdFile | None, values: Values) -> dict[str, Any]:
    assert file is not None
    place = next(who for who in reversed(file.people) if str(who.person) == values["person"])
    return {"membership": place.membership, "on": values["on"]}


def _person(file: HouseholdFile | None, values: Values) -> dict[str, Any]:
    return {"person": int(values["person"])} | {name: values[name] for name in WRITTEN if name in values}


# -- what will follow --------------------------------------------------------------------------------------------------


def _day(day: date, lang: str) -> str:
    return locale.day(day, lang)


def _enrolled(file: HouseholdFile | None, values: Values, lang: str) -> list[str]:
    plans, on = list(values.get("plans", ())), values["on"]
    told = [t("changes:follows_member", household=values["household"], day=_day(on, lang))]
    told += [t("changes:follows_address", address=_written(values))] if "town" in values else []
    return told + _begins(plans, values, lang)


def _opened(file: HouseholdFile | None, values: Values, lang: str) -> list[str]:
    return [*_begins(list(values["plans"]), values, lang), t("changes:follows_again")]


def _begins(plans: list[str], values: Values, lang: str) -> list[str]:
    """What covers the household, or is asked for by who may not start it, and what has to be waited for in it."""
    on = values["on"]
    key = "follows_asked" if values.get("asks") else "follows_cover"
    told = [t(f"changes:{key}", plans=", ".join(plans), day=_day(on, lang))] if plans else []
    told += [] if plans else [t("changes:follows_no_cover")]
    return told + _waits(plans, on, lang)


def _waits(plans: list[str], joined: date, lang: str) -> list[str]:
    told = []
    for wait in waits(plans, joined=joined, today=clock.today(), lang=lang):
        key = "follows_wait_waived" if wait.waived else "follows_wait"
        told.append(t(f"changes:{key}", care=wait.care, day=_day(wait.until, lang), waived=wait.waived))
    return told


def _joined(file: HouseholdFile | None, values: Values, lang: str) -> list[str]:
    assert file is not None
    on = values.get("on", values["birth"])
    begins: dict[date, list[str]] = {}
    for plan, since in covers_of_all(file.household, on=on):
        begins.setdefault(since, []).append(plan)
    told = [t("changes:follows_cover", plans=", ".join(plans), day=_day(day, lang)) for day, plans in begins.items()]
    return told or [t("changes:follows_no_cover")]


def _left(file: HouseholdFile | None, values: Values, lang: str) -> list[str]:
    return [t("changes:follows_left", day=_day(values["on"], lang)), t("changes:follows_again")]


def _died(file: HouseholdFile | None, values: Values, lang: str) -> list[str]:
    assert file is not None
    after = values["on"] + timedelta(days=1)
    told = [t("changes:follows_left", day=_day(after, lang))]
    here = [who for who in file.people if who.until is None]
    died = next((who for who in here if str(who.person) == values["person"]), None)
    if died is not None and died.role == "member":
        children = sum(who.role == "child" for who in here)
        told.append(t("changes:follows_orphans", count=locale.counted(children, "people", lang)))
        told.append(t("changes:follows_heirs"))
    return told


def _held(file: HouseholdFile | None, values: Values, lang: str) -> list[str]:
    until = values.get("until")
    if until is None:
        told = [t("changes:follows_status", day=_day(values["on"], lang))]
    else:
        told = [t("changes:follows_status_until", day=_day(values["on"], lang), until=_day(until, lang))]
    return [*told, t("changes:follows_again")]


def _corrected(file: HouseholdFile | None, values: Values, lang: str) -> list[str]:
    told = [t("changes:follows_kept")]
    return [*told, t("changes:follows_again")] if {"birth", "sex"} & set(values) else told


def _taken_over(file: HouseholdFile | None, values: Values, lang: str) -> list[str]:
    return [t("changes:follows_takes_over", day=_day(values["on"], lang)), t("changes:follows_again")]


def _moved(file: HouseholdFile | None, values: Values, lang: str) -> list[str]:
    return [t("changes:follows_moved")]


def _addressed(file: HouseholdFile | None, values: Values, lang: str) -> list[str]:
    return [t("changes:follows_address", address=_written(values)), t("changes:follows_kept")]


def _written(values: Values) -> str:
    """An address in one line; each of its own lines isolated, for one may be Arabic and the next Latin."""
    town = " ".join(values[name] for name in ("postal_code", "town") if name in values)
    lines = [values[name] for name in ("first", "second") if name in values] + [town]
    return " · ".join(f"\u2068{line}\u2069" for line in lines)


def _ended(file: HouseholdFile | None, values: Values, lang: str) -> list[str]:
    assert file is not None
    people = sum(who.until is None for who in file.people)
    covers = sum(cover.until is None or cover.until > values["on"] for cover in file.covers)
    counts = {"people": locale.counted(people, "people", lang), "covers": locale.number(covers, lang)}
    return [t("changes:follows_end", day=_day(values["on"], lang), **counts), t("changes:follows_paid")]


def _covers_of(file: HouseholdFile | None, values: Values) -> dict[str, Any]:
    assert file is not None
    return {"household": file.household, "plans": list(values["plans"]), "on": values["on"]}


def _home_of(file: HouseholdFile | None, values: Values) -> dict[str, Any]:
    assert file is not None
    return {"household": file.household} | dict(values)


NEW_MEMBER = Situation(
    "new_member",
    ("household", *WHO, "cin", "phone", *ADDRESS, "region", "employer", "employer_name", "employee_number", "on",
     "plans"),
    enrol, _member, _enrolled, optional=frozenset(("first", "town")),
)  # fmt: skip
SITUATIONS: dict[str, Situation] = {
    situation.name: situation
    for situation in (
        Situation("marriage", (*WHO, "cin", "phone", "on"), add_dependant, _dependant("spouse"), _joined),
        Situation("birth", WHO, add_dependant, _dependant("child"), _joined),
        Situation("child", (*WHO, "on"), add_dependant, _dependant("child"), _joined),
        Situation("parent", (*WHO, "cin", "phone", "on"), add_dependant, _dependant("ascendant"), _joined),
        Situation("divorce", ("person", "on"), end_membership, _ending, _left),
        Situation("death", ("person", "on"), record_death, lambda file, values: _person(file, values) | {
            "on": values["on"]}, _died),
        Situation("schooling", ("person", "on", "until"), add_status, _status("schooling"), _held),
        Situation("disability", ("person", "on", "until"), add_status, _status("disability"), _held),
        Situation("long_term_illness", ("person", "on", "until", "code"), add_status,
                  _status("long_term_illness"), _held),
        Situation("correction", ("person", *WRITTEN), correct_person, _person, _corrected,
                  frozenset(("birth", "sex"))),
        Situation("takes_over", ("person", "on"), change_role, lambda file, values: {
            "person": int(values["person"]), "role": "member", "on": values["on"]}, _taken_over),
        Situation("move", ("region",), move_household, _home_of, _moved, needed=frozenset(("region",))),
        Situation("address", ADDRESS, write_address, _home_of, _addressed),
        Situation("cover", ("on", "plans"), open_covers, _covers_of, _opened, needed=frozenset(("plans",))),
        Situation("end", ("on",), leave, _home_of, _ended),
    )
}  # fmt: skip
#: As the page of them shows them: who comes, who goes, what somebody is entitled to, what is written of them.
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("group_comes", ("marriage", "birth", "child", "parent")),
    ("group_goes", ("divorce", "death", "end")),
    ("group_holds", ("cover", "schooling", "disability", "long_term_illness")),
    ("group_written", ("correction", "takes_over", "address", "move")),
)
