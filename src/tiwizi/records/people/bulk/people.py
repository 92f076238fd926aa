"""Many people at once: what the tables say, held against what the records know, and written in columns.

``compare`` looks and writes nothing, so that a preview tells what the import will do; ``write`` does it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tiwizi.records.database.columns import add_columns, find_ids, read_matching, update_columns, write_columns
from tiwizi.records.database.findings import Findings
from tiwizi.records.database.text import unfit
from tiwizi.records.people.bulk.addresses import COLUMNS, read_addresses, write_addresses
from tiwizi.records.people.bulk.contacts import or_null, read_cins, read_phones, read_regions
from tiwizi.records.people.bulk.names import index_names
from tiwizi.records.people.models import Address, Household, Membership, Payee, Person
from tiwizi.records.trail.former import keep_former
from tiwizi.records.trail.gate import By
from tiwizi.rules.period import NO_DAY, day_of
from tiwizi.rules.terms import ATTRIBUTES

Rows = NDArray[Any]
MEMBER = ATTRIBUTES["role"].index("member")
UNKNOWN_SEX = ATTRIBUTES["sex"].index("unknown")

#: Texts about a person that a later table may put right; a blank says nothing.
TEXTS = ("name_ar", "name_latin", "cin", "phone")
_KNOWN = """SELECT k.place AS place, p.id AS id, p.name_ar AS name_ar, p.name_latin AS name_latin,
    p.cin AS cin, p.phone AS phone, p.birth AS birth,
    p.sex AS sex, m.id AS membership, m.household_id AS home, m.role AS role, m.since AS since,
    (SELECT MAX(l.until) FROM people_membership l WHERE l.person_id = p.id) AS last
    FROM {keys} k JOIN people_person p ON p.id = k.key
    LEFT JOIN people_membership m ON m.person_id = p.id AND m.until IS NULL
    ORDER BY 1"""
_KNOWN_KINDS: dict[str, Any] = {
    "place": "int", "id": "int", "name_ar": "text", "name_latin": "text", "cin": "text", "phone": "text",
    "birth": "day", "sex": "int",
    "membership": "int", "home": "int", "role": "int", "since": "day", "last": "day",
}  # fmt: skip
_HEADS = """SELECT k.place AS place, m.person_id AS person FROM {keys} k
    JOIN people_membership m ON m.household_id = k.key WHERE m.role = 0 AND m.until IS NULL ORDER BY 1"""


@dataclass(frozen=True)
class Stated:
    """What tables say of people, by household. ``household``: of each person the place in ``homes``; ``since``: the day
    from which a person who is new belongs to it. ``told``: False for those whom the records brought along. ``region``:
    of the household, by its code or name. ``address``: of the household too, by field."""

    homes: Any
    household: Rows
    number: Any
    name_ar: Any
    name_latin: Any
    birth: Rows
    sex: Rows
    role: Rows
    since: Rows
    told: Rows
    cin: Any
    phone: Any
    region: Any
    address: dict[str, Any]


@dataclass
class Compared:
    """home, person: ids, -1 where new. What is to be done is a mask a person: ``new``, ``corrected`` (what the person
    is), ``joins`` (gets a place in the household), ``other_role`` and ``moves`` (the place held until now ends on
    ``on``), ``same_day`` (the role itself is put right, for the place began on that day or later)."""

    stated: Stated
    on: int
    home: Rows
    person: Rows
    known: dict[str, Any]
    new: Rows
    corrected: Rows
    joins: Rows
    other_role: Rows
    moves: Rows
    same_day: Rows
    refused: Rows
    region: Rows

    @property
    def counts(self) -> dict[str, int]:
        changed = self.corrected | self.other_role | self.moves | self.same_day
        told = int((self.stated.told & ~self.refused).sum())
        new = int(self.new.sum())
        return {"new": new, "changed": int((changed & ~self.new).sum()), "same": told - int((self.new | changed).sum())}


def compare(stated: Stated, *, on: int, findings: Findings) -> Compared:
    """What is new and what has changed; what the records cannot take goes to ``findings`` (table "people")."""
    home = find_ids(Household, "number", stated.homes)
    cin, no_cin = read_cins(stated.cin)
    phone, no_phone = read_phones(stated.phone)
    region, no_region = read_regions(stated.region)
    address, incomplete = read_addresses(stated.address)
    stated = replace(stated, cin=cin, phone=phone, address=address)
    known = _known(stated)
    person = known["id"]
    there = person >= 0
    has = there & (known["membership"] >= 0)
    same_home = has & (known["home"] == home[stated.household])
    late = has & (known["since"] >= on)
    told = stated.told
    found = Compared(
        stated, on, home, person, known,
        new=told & ~there,
        corrected=told & there & _differs(stated, known),
        joins=told & ~has,
        other_role=told & same_home & (known["role"] != stated.role) & ~late,
        moves=told & has & ~same_home & ~late,
        same_day=told & same_home & (known["role"] != stated.role) & late,
        refused=np.zeros(len(person), bool), region=_region_of_homes(stated, region),
    )  # fmt: skip
    for field, wrong in (("cin", no_cin), ("phone", no_phone), ("region", no_region)):
        refuse(found, told & wrong, field, f"no_{field}", findings)
    refuse(found, told & incomplete, "address", "address_incomplete", findings)
    refuse(found, told & _other_card(stated, person), "cin", "cin_taken", findings)
    refuse(found, told & has & ~same_home & late, "household", "moved_before_it_joined", findings)
    _refuse_unfit(found, findings)
    _refuse_second_members(found, findings)
    return found


def _known(stated: Stated) -> dict[str, Any]:
    """What the records say of each person, in the order stated; -1 and NO_DAY where they know nobody."""
    count = len(stated.number)
    ids = find_ids(Person, "number", stated.number)
    there = np.flatnonzero(ids >= 0)
    rows = read_matching(_KNOWN, ids[there], _KNOWN_KINDS)
    at = there[rows.pop("place")]
    known: dict[str, Any] = {}
    for name, cells in rows.items():
        if _KNOWN_KINDS[name] == "text":
            texts = np.full(count, "", object)
            texts[at] = np.array(cells.to_pylist(), object)
            known[name] = pa.array(texts, pa.string())
        else:
            known[name] = np.full(count, NO_DAY if _KNOWN_KINDS[name] == "day" else -1, np.int64)
            known[name][at] = cells
    return known


def _differs(stated: Stated, known: dict[str, Any]) -> Rows:
    """A blank says nothing."""
    differs = (stated.birth != known["birth"]) | ((stated.sex != UNKNOWN_SEX) & (stated.sex != known["sex"]))
    for name in TEXTS:
        said = getattr(stated, name)
        other = pc.and_(pc.not_equal(said, pa.scalar("")), pc.not_equal(said, known[name]))
        differs |= other.to_numpy(zero_copy_only=False)
    return np.asarray(differs)


def _region_of_homes(stated: Stated, region: Rows) -> Rows:
    """Of each household the region that the first of its people names; -1 where none does."""
    found = np.full(len(stated.homes), -1, np.int64)
    named = np.flatnonzero((region >= 0) & stated.told)[::-1]
    found[stated.household[named]] = region[named]
    return found


def _other_card(stated: Stated, person: Rows) -> Rows:
    """Whether a card is somebody else's: of the records, or of an earlier row (bool)."""
    taken = np.zeros(len(person), bool)
    named = np.flatnonzero(pc.not_equal(stated.cin, pa.scalar("")).to_numpy(zero_copy_only=False))
    if len(named):
        cards = stated.cin.take(pa.array(named))
        holder = find_ids(Person, "cin", cards)
        code = cards.dictionary_encode().indices.to_numpy()
        first = np.zeros(len(named), bool)
        first[np.unique(code, return_index=True)[1]] = True
        taken[named] = ~first | ((holder >= 0) & (holder != person[named]))
    return taken


def refuse(found: Compared, at: Rows, field: str, key: str, findings: Findings) -> None:
    """Rows (a mask) that go to repair and are not written."""
    at = at & ~found.refused
    findings.add("people", at, field, key)
    found.refused |= at
    for mask in (found.new, found.corrected, found.joins, found.other_role, found.moves, found.same_day):
        mask &= ~at


def _refuse_unfit(found: Compared, findings: Findings) -> None:
    stated = found.stated
    for field, name in (("number", "person"), ("name_ar", "name_ar"), ("name_latin", "name_latin")):
        refuse(found, stated.told & unfit(Person, field, getattr(stated, field)), name, "unfit_text", findings)
    for field, name in COLUMNS.items():
        refuse(found, stated.told & unfit(Address, field, stated.address[field]), name, "unfit_text", findings)
    long = unfit(Household, "number", stated.homes)
    refuse(found, stated.told & long[stated.household], "household", "unfit_text", findings)


def _refuse_second_members(found: Compared, findings: Findings) -> None:
    """A household has one member at a time: who holds the place keeps it, else the first."""
    stated, home = found.stated, found.stated.household
    becomes = (stated.role == MEMBER) & (found.joins | found.other_role | found.moves | found.same_day)
    stays = (stated.role == MEMBER) & stated.told & ~becomes & ~found.refused
    held = np.zeros(len(stated.homes), bool)
    held[home[stays]] = True
    old = np.flatnonzero(found.home >= 0)
    if len(old):
        rows = read_matching(_HEADS, found.home[old], {"place": "int", "person": "int"})
        leaving = found.person[found.other_role | found.moves | found.same_day]
        keeps = ~np.isin(rows["person"], leaving)
        held[old[rows["place"][keeps]]] = True
    place = np.flatnonzero(becomes)
    first = np.zeros(len(home), bool)
    first[place[np.unique(home[place], return_index=True)[1]]] = True
    refuse(found, becomes & (held[home] | ~first), "role", "second_member", findings)


def write(found: Compared, *, by: By) -> tuple[Rows, Rows, Rows]:
    """Ids of the households and of the people, -1 for those refused; and which households something happened to."""
    stated = found.stated
    home = _add_homes(found, by)
    telling = np.flatnonzero(stated.told & ~found.refused)
    write_addresses(stated.address, telling, home[stated.household[telling]], by)
    person = _add_people(found)
    _correct(found, by)
    _move(found, home, person, by)
    touched = np.zeros(len(home), bool)
    touched[stated.household[found.corrected | found.joins | found.other_role | found.moves | found.same_day]] = True
    return home, person, touched


def _add_homes(found: Compared, by: By) -> Rows:
    """Those of which at least one person is accepted."""
    wanted = np.zeros(len(found.home), bool)
    wanted[found.stated.household[~found.refused]] = True
    new = np.flatnonzero(wanted & (found.home < 0))
    home = found.home.copy()
    said = found.region[new]
    home[new] = add_columns(
        Household,
        {"number": found.stated.homes.take(pa.array(new)), "region": pa.array(said, pa.int64(), mask=said < 0)},
    )
    _move_homes(found, home, by)
    return home


def _move_homes(found: Compared, home: Rows, by: By) -> None:
    """Households that are known lie where the tables say, if they say it."""
    at = np.flatnonzero((found.home >= 0) & (found.region >= 0))
    if len(at) == 0:
        return
    sql = "SELECT k.place AS place, h.region_id AS region FROM {keys} k JOIN people_household h ON h.id = k.key"
    rows = read_matching(sql, home[at], {"place": "int", "region": "int"})
    at = at[rows["place"]]
    other = np.flatnonzero(rows["region"] != found.region[at])
    ids, was = home[at[other]], rows["region"][other]
    former = [{"region": None if region < 0 else region} for region in was.tolist()]
    keep_former(by, "household", zip(ids.tolist(), former, strict=True))
    update_columns(Household, ids, {"region": found.region[at[other]]})


def _add_people(found: Compared) -> Rows:
    stated, new = found.stated, np.flatnonzero(found.new)
    rows = pa.array(new)
    person = found.person.copy()
    names = [stated.name_ar.take(rows), stated.name_latin.take(rows)]
    person[new] = add_columns(
        Person,
        {
            "number": stated.number.take(rows), "name_ar": names[0], "name_latin": names[1],
            "birth": stated.birth[new].astype("datetime64[D]"), "sex": stated.sex[new],
            "cin": or_null(stated.cin.take(rows)), "phone": or_null(stated.phone.take(rows)),
        },
    )  # fmt: skip
    index_names(person[new], names)
    return person


def _correct(found: Compared, by: By) -> None:
    rows = np.flatnonzero(found.corrected)
    if len(rows) == 0:
        return
    stated, known = found.stated, found.known
    was = [
        {**{name: known[name][i].as_py() for name in TEXTS},
         "birth": day_of(int(known["birth"][i])), "sex": int(known["sex"][i])}
        for i in rows.tolist()
    ]  # fmt: skip
    keep_former(by, "person", zip(found.person[rows].tolist(), was, strict=True))
    said = {
        name: pc.if_else(pc.equal(getattr(stated, name), pa.scalar("")), known[name], getattr(stated, name)).take(
            pa.array(rows)
        )
        for name in TEXTS
    }
    sex = np.where(stated.sex == UNKNOWN_SEX, known["sex"], stated.sex)[rows]
    order = np.argsort(found.person[rows])
    index_names(found.person[rows][order], [said[name].take(pa.array(order)) for name in ("name_ar", "name_latin")])
    said |= {name: or_null(said[name]) for name in ("cin", "phone")}
    update_columns(Person, found.person[rows], said | {"birth": stated.birth[rows].astype("datetime64[D]"), "sex": sex})


def _move(found: Compared, home: Rows, person: Rows, by: By) -> None:
    """Places that end, roles put right, then places that begin."""
    stated, known = found.stated, found.known
    ending = np.flatnonzero(found.other_role | found.moves)
    until = np.full(len(ending), found.on).astype("datetime64[D]")
    update_columns(Membership, known["membership"][ending], {"until": until})
    put_right = np.flatnonzero(found.same_day)
    was = [{"role": int(known["role"][i])} for i in put_right.tolist()]
    keep_former(by, "membership", zip(known["membership"][put_right].tolist(), was, strict=True))
    update_columns(Membership, known["membership"][put_right], {"role": stated.role[put_right]})
    beginning = np.flatnonzero(found.joins | found.other_role | found.moves)
    if len(beginning):
        write_columns(
            Membership,
            {
                "household": home[stated.household[beginning]], "person": person[beginning],
                "role": stated.role[beginning], "since": _since(found)[beginning].astype("datetime64[D]"),
            },
        )  # fmt: skip
    heads = beginning[stated.role[beginning] == MEMBER]
    _make_payable(found, heads, person)


def _since(found: Compared) -> Rows:
    """A person new to the records joins on the day stated; one who was somewhere else, and a member who takes over an
    existing household, from the day of the change."""
    stated, known = found.stated, found.known
    takes_over = (stated.role == MEMBER) & (found.home[stated.household] >= 0)
    fresh = found.new & ~takes_over
    changed = np.maximum(found.on, known["last"])
    return np.where(fresh, stated.since, np.maximum(changed, np.where(found.new, stated.birth, NO_DAY)))


def _make_payable(found: Compared, heads: Rows, person: Rows) -> None:
    """Whoever heads a household can be paid; the bank knows them by their latin name."""
    if len(heads) == 0:
        return
    heads = heads[find_ids(Payee, "person_id", person[heads]) < 0]
    stated, rows = found.stated, pa.array(heads)
    latin, arabic, number = (column.take(rows) for column in (stated.name_latin, stated.name_ar, stated.number))
    name = pc.if_else(
        pc.not_equal(latin, pa.scalar("")), latin, pc.if_else(pc.not_equal(arabic, pa.scalar("")), arabic, number)
    )
    add_columns(Payee, {"person": person[heads], "name": pc.utf8_slice_codeunits(name, 0, 140)})
