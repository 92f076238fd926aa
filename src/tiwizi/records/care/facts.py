"""Households in the tables -> Facts: all that decides their claims, read column by column.

Rows are put in the order that the engine wants (rules.adjudicate.columns) by what people wrote, the numbers of claims
and lines, and never by when a row came in: the same facts in any order of arrival give the same columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tiwizi.formats.tables.approvals import Approvals, on_approvals
from tiwizi.formats.tables.claims import after_review
from tiwizi.formats.tables.order import sorting_order, starts, text_ranks
from tiwizi.records.care.basis import Basis
from tiwizi.records.database.columns import Kind, among, read_columns
from tiwizi.rules.adjudicate.columns import Column, Facts
from tiwizi.rules.period import NEVER, NO_DAY
from tiwizi.rules.terms import CLAIM_ATTRIBUTES

Rows = dict[str, Any]

#: A prior approval that is named counts, unless we know it and have not given it.
_APPROVED = """c.approval <> '' AND NOT EXISTS (
    SELECT 1 FROM care_priorapproval a WHERE a.number = c.approval AND a.state <> 'approved')"""
_CLAIM = [name for name in CLAIM_ATTRIBUTES if name != "prior_approval"]
_CLAIMS = f"""SELECT c.id AS id, c.household_id AS household, c.number AS number, c.provider_id AS provider,
    {", ".join(f"c.{name} AS {name}" for name in _CLAIM)}, CASE WHEN {_APPROVED} THEN 1 ELSE 0 END AS prior_approval,
    c.received AS received, c.care_to AS care_to, c.episode AS episode FROM care_claim c"""
_CLAIM_KINDS: dict[str, Kind] = {"id": "int", "household": "int", "number": "text", "provider": "int"}
_CLAIM_KINDS |= dict.fromkeys((*_CLAIM, "prior_approval"), "int")
_CLAIM_KINDS |= {"received": "day", "care_to": "day", "episode": "text"}


#: The prior approvals that claims name and the records know, with all that they are for.
_NAMED = """SELECT {claim} AS claim, a.id AS same, a.person_id AS person, a.act_id AS act, a.since AS since,
    a.until AS until, COALESCE(a.amount_approved, a.amount) AS amount,
    COALESCE(a.quantity_approved, a.quantity) AS quantity, CASE a.state WHEN 'approved' THEN 1 ELSE 0 END AS given
    FROM care_priorapproval a {named} WHERE """
_NAMED_KINDS: dict[str, Kind] = dict.fromkeys(("claim", "same", "person", "act", "amount", "quantity", "given"), "int")
_NAMED_KINDS |= {"since": "day", "until": "day"}


@dataclass(frozen=True)
class Known:
    """The facts of some households, and the ids of their rows.

    households, claims, lines: ids in the order of the facts. payee, provider: of each claim, as they stand on it.
    reviewed: whether a reviewer's quantity or price stands on the line. head: the person of each household who is paid
    for it (heads_of). withdrawn, withdrawn_claim: ids of the lines that were withdrawn, and of their claims."""

    facts: Facts
    households: Column
    claims: Column
    payee: Column
    provider: Column
    lines: Column
    reviewed: Column
    head: Column
    withdrawn: Column
    withdrawn_claim: Column


@dataclass(frozen=True)
class Typed:
    """A claim that nobody has kept yet, as rows beside those of the tables: the columns that are read from them, with
    ids from TYPED on. approval: the number of the prior approval that it names, or ""."""

    claims: Rows
    lines: Rows
    approval: str


#: The first id of what is only typed: no table ever grows as far.
TYPED = 2**62


def read_known(households: Column, by: Basis, *, also_withdrawn: bool = False, typed: Typed | None = None) -> Known:
    """The facts of some households, given by id, ascending; ``also_withdrawn``: with the lines that were withdrawn;
    ``typed``: with a claim that is being typed."""
    people, roles, heads, periods = _people(households)
    claims, claim_home, episode = _claims(households, typed)
    lines, claim, person, withdrawn = _lines(claims, claim_home, people, also_withdrawn, typed)
    reported = _reported(lines["id"]) if any(y.decided == "reported" for y in by.plan.layers) else {}
    quantity, allowed = _after_review(lines)
    cover = _cover(households, people, periods, by)
    codes = by.code_of_act[lines["act"]]
    assert (codes >= 0).all(), "a line names an act that came after the tariff was opened"
    facts = Facts(
        plan_codes=by.plan_codes,
        person_start=starts(people["home"], len(households)),
        cover_start=starts(cover["home"], len(households)),
        claim_start=starts(claim_home, len(households)),
        line_start=starts(claim_home[claim], len(households)),
        birth=people["birth"],
        role=roles.astype(np.int8),
        sex=people["sex"].astype(np.int8),
        **_statuses(people),
        cover_person=cover["person"],
        cover_plan=cover["plan"].astype(np.int16),
        cover_from=cover["since"].astype(np.int32),
        cover_to=cover["until"].astype(np.int32),
        cover_stage=cover["stage"].astype(np.int8),
        joined=cover["joined"].astype(np.int32),
        paid_until=_open(cover["paid_until"]),
        claim_attributes=np.stack([claims[name] for name in CLAIM_ATTRIBUTES], axis=1).astype(np.int8),
        provider=claims["provider"].astype(np.int32),
        received=claims["received"],
        care_to=claims["care_to"],
        episode=episode,
        claim=claim,
        person=person,
        day=lines["day"],
        code=codes,
        quantity=quantity.astype(np.int32),
        billed=lines["billed"],
        allowed=allowed,
        session=lines["session"].astype(np.int16),
        **_approvals(lines, households, typed),
        reported=reported,
    )
    return Known(
        facts, households, claims["id"], claims["payee"], claims["provider"], lines["id"], _reviewed(lines), heads,
        *withdrawn,
    )  # fmt: skip


def _people(households: Column) -> tuple[Rows, Column, Column, Rows]:
    """People by household and id, their last roles, the head of each household, and the periods of memberships."""
    rows = _at_home(_memberships(households), households)
    rows = _sorted(rows, "home", "person", "since")
    last = np.append((np.diff(rows["home"]) != 0) | (np.diff(rows["person"]) != 0), True)[: len(rows["home"])]
    people = {name: rows[name][last] for name in ("home", "person")}
    ids = np.unique(people["person"])
    known = _sorted(
        read_columns(
            f"SELECT id, birth, sex FROM people_person WHERE {among('id', ids)}",
            {"id": "int", "birth": "day", "sex": "int"},
        ),
        "id",
    )
    at = _places(known["id"], people["person"])
    people |= {"birth": known["birth"][at], "sex": known["sex"][at]}
    rows["place"] = np.cumsum(np.append(0, last[:-1])) if len(last) else np.zeros(0, np.int64)
    return people, rows["role"][last], _heads(rows, len(households)), rows


def heads_of(households: Column) -> Column:
    """Who is paid for each household (ids, ascending): its member; where there is none any more, who comes next in the
    order of roles among those who are still there; -1 where nobody ever was."""
    return _heads(_at_home(_memberships(households), households), len(households))


def _memberships(households: Column) -> Rows:
    return read_columns(
        "SELECT household_id AS household, person_id AS person, role, since, until FROM people_membership"
        f" WHERE {among('household_id', households)}",
        {"household": "int", "person": "int", "role": "int", "since": "day", "until": "day"},
    )


def _heads(rows: Rows, households: int) -> Column:
    gone = rows["until"] != NO_DAY
    order = np.lexsort((rows["person"], rows["since"], rows["role"], gone, rows["home"]))
    homes, first = np.unique(rows["home"][order], return_index=True)
    found = np.full(households, -1, np.int64)
    found[homes] = rows["person"][order[first]]
    return found


def _statuses(people: Rows) -> dict[str, Column]:
    """Dated statuses, by the people of the facts; somebody who moved stands there twice."""
    ids = np.unique(people["person"])
    rows = read_columns(
        f"SELECT person_id AS person, status, since, until FROM people_status WHERE {among('person_id', ids)}",
        {"person": "int", "status": "int", "since": "day", "until": "day"},
    )
    rows = _kept(rows, np.isin(rows["person"], ids))
    rows = _sorted(rows, "person", "status", "since", "until")
    start = starts(_places(ids, rows["person"]), len(ids))
    own = _places(ids, people["person"])
    sizes = start[own + 1] - start[own]
    status_start = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
    at = np.arange(status_start[-1]) + np.repeat(start[own] - status_start[:-1], sizes)
    return {
        "status_start": status_start,
        "status": rows["status"][at].astype(np.int8),
        "status_from": rows["since"][at],
        "status_to": _open(rows["until"][at]),
    }


def _cover(households: Column, people: Rows, periods: Rows, by: Basis) -> Rows:
    """Covers by household; ``person`` is a place among the people, or -1 for the whole household."""
    rows = read_columns(
        "SELECT household_id AS household, person_id AS who, plan_id AS plan, since, until, stage, joined, paid_until"
        f" FROM cover_cover WHERE {among('household_id', households)}",
        {"household": "int", "who": "int", "plan": "int", "since": "day", "until": "day", "stage": "int",
         "joined": "day", "paid_until": "day"},
    )  # fmt: skip
    rows = _at_home(rows, households)
    rows["until"] = _open(rows["until"])
    rows["plan"] = by.code_of_plan[rows["plan"]]
    rows["person"] = np.where(rows["who"] < 0, -1, _people_at(people, rows["home"], rows["who"]))
    rows = _kept(rows, (rows["who"] < 0) | (rows["person"] >= 0))
    return _sorted(
        _for_members_only(rows, periods), "home", "person", "plan", "since", "until", "stage", "joined", "paid_until"
    )


def _for_members_only(rows: Rows, periods: Rows) -> Rows:
    """Covers of whole households in which somebody came or went while covered, as covers of each person for the time
    that they belonged to it. Those who were there first were there from the start of the cover, whenever that was."""
    until = _open(periods["until"])
    households = int(max(rows["home"].max(initial=-1), periods["home"].max(initial=-1))) + 1
    latest, earliest, first = (np.full(households, day, np.int64) for day in (NO_DAY, NEVER, NEVER))
    np.minimum.at(first, periods["home"], periods["since"])
    since = np.where(periods["since"] == first[periods["home"]], NO_DAY, periods["since"])
    np.maximum.at(latest, periods["home"], since)
    np.minimum.at(earliest, periods["home"], until)
    whole = rows["person"] < 0
    changing = whole & ((rows["since"] < latest[rows["home"]]) | (rows["until"] > earliest[rows["home"]]))
    if not changing.any():
        return rows
    start = starts(periods["home"], households)
    split = np.flatnonzero(changing)
    sizes = np.diff(start)[rows["home"][split]]
    of_row = np.repeat(split, sizes)
    of_period = np.arange(sizes.sum()) + np.repeat(start[rows["home"][split]] - (np.cumsum(sizes) - sizes), sizes)
    parts = {name: column[of_row] for name, column in rows.items()}
    parts["person"] = periods["place"][of_period]
    parts["since"] = np.maximum(parts["since"], since[of_period])
    parts["until"] = np.minimum(parts["until"], until[of_period])
    parts = _kept(parts, parts["since"] < parts["until"])
    rest = _kept(rows, ~changing)
    return {name: np.concatenate([rest[name], parts[name]]) for name in rows}


def _claims(households: Column, typed: Typed | None) -> tuple[Rows, Column, Column]:
    """Claims by household and number, their households' places, and the first claim of each one's episode."""
    rows = read_columns(f"{_CLAIMS} WHERE {among('c.household_id', households)}", _CLAIM_KINDS)
    rows = _with(rows, typed.claims) if typed else rows
    rows["number"] = text_ranks(rows["number"])
    rows["episode"] = _numbered(rows["episode"])
    rows = _sorted(_at_home(rows, households), "home", "number")
    return rows, rows["home"], _episodes(rows)


def _numbered(texts: Any) -> Column:
    """Texts as numbers, equal where they are equal; -1 where blank."""
    coded = texts.dictionary_encode()
    blank = pc.binary_length(coded.dictionary).to_numpy(zero_copy_only=False) == 0
    return np.where(np.append(blank, False)[coded.indices.to_numpy()], -1, coded.indices.to_numpy()).astype(np.int64)


def _episodes(claims: Rows) -> Column:
    """The first claim of the household's same episode; the claim itself where it names none."""
    first = np.arange(len(claims["home"]))
    named = np.flatnonzero(claims["episode"] >= 0)
    together = claims["home"][named] * (int(claims["episode"].max(initial=0)) + 1) + claims["episode"][named]
    _, at, group = np.unique(together, return_index=True, return_inverse=True)
    first[named] = named[at][group]
    return first


def _lines(
    claims: Rows, claim_home: Column, people: Rows, also_withdrawn: bool, typed: Typed | None
) -> tuple[Rows, Column, Column, tuple[Column, Column]]:
    """Lines in the order in which they are decided, their claims and people, and (ids, claims) of the withdrawn."""
    order = np.argsort(claims["id"], kind="stable")
    ids = claims["id"][order]
    rows = read_columns(
        "SELECT id, claim_id AS claim, number, person_id AS person, day, act_id AS act, quantity, unit_price, billed,"
        " session, quantity_approved, price_approved, withdrawn FROM care_line"
        f" WHERE {among('claim_id', ids)}",
        {"id": "int", "claim": "int", "number": "int", "person": "int", "day": "day", "act": "int", "quantity": "int",
         "unit_price": "int", "billed": "int", "session": "int", "quantity_approved": "int", "price_approved": "int",
         "withdrawn": "flag"},
    )  # fmt: skip
    rows = _with(rows, typed.lines) if typed else rows
    at = _places(ids, rows["claim"])
    rows["place"] = np.append(order, -1)[at]
    rows = _kept(rows, at >= 0)
    gone = rows["withdrawn"] & (not also_withdrawn)
    withdrawn: tuple[Any, Any] = rows["id"][gone], rows["claim"][gone]
    rows = _kept(rows, ~gone) if gone.any() else rows
    rows["home"], rows["received"] = claim_home[rows["place"]], claims["received"][rows["place"]]
    rows = _sorted(rows, "home", "day", "received", "place", "number")
    person = _people_at(people, rows["home"], rows["person"])
    assert (person >= 0).all(), "a line is about somebody who never belonged to the household"
    return rows, rows["place"], person, withdrawn


def _approvals(lines: Rows, households: Column, typed: Typed | None) -> dict[str, Column]:
    """What lines stand on of the prior approvals that their claims name, and which of those do not fit them, as the
    facts have it: an approval is for one person, and for one act and for some days where it says so."""
    joined = _NAMED.format(claim="c.id", named="JOIN care_claim c ON c.approval = a.number")
    rows = read_columns(f"{joined} {among('c.household_id', households)}", _NAMED_KINDS)
    if typed is not None and typed.approval:
        more = read_columns(_NAMED.format(claim=TYPED, named="") + "a.number = %s", _NAMED_KINDS, [typed.approval])
        rows = _with(rows, more)
    rows = _sorted(rows, "claim")
    rows["until"] = _open(rows["until"])
    known = Approvals(**{name: rows[name] for name in _NAMED_KINDS if name != "claim"})
    at = _places(rows["claim"], lines["claim"])
    about = {name: lines[name] for name in ("home", "person", "act", "day")}
    return on_approvals(known, at, **about)


def _after_review(lines: Rows) -> tuple[Column, Column]:
    """Quantity after review, and what a reviewer left of what was billed."""
    reviewed = _reviewed(lines)
    claimed: tuple[Column, Column, Column] = (lines["quantity"], lines["unit_price"], lines["billed"])
    if not reviewed.any():
        return claimed[0], claimed[2]
    approved = (lines["quantity_approved"], lines["price_approved"])
    allowed = np.where(reviewed, np.minimum(after_review(claimed, approved), claimed[2]), claimed[2])
    return np.where(approved[0] >= 0, approved[0], claimed[0]), allowed


def _reviewed(lines: Rows) -> Column:
    return np.asarray((lines["quantity_approved"] >= 0) | (lines["price_approved"] >= 0))


def _reported(lines: Column) -> dict[str, Column]:
    """What other payers reported, by layer: int64 a line, -1 where nothing is."""
    order = np.argsort(lines)
    ids = lines[order]
    rows = read_columns(
        f"SELECT line_id AS line, layer, paid FROM care_reported WHERE {among('line_id', ids)}",
        {"line": "int", "layer": "text", "paid": "int"},
    )
    found: dict[str, Column] = {}
    at = _places(ids, rows["line"])
    for name in pc.unique(rows["layer"]).to_pylist():
        own = pc.equal(rows["layer"], name).to_numpy(zero_copy_only=False) & (at >= 0)
        found[name] = np.full(len(lines), -1, np.int64)
        found[name][order[at[own]]] = rows["paid"][own]
    return found


# Columns


def _at_home(rows: Rows, households: Column) -> Rows:
    """Rows of the households alone, with the place of each in them (``home``)."""
    home = _places(households, rows["household"])
    return _kept(rows | {"home": home}, home >= 0)


def _with(rows: Rows, more: Rows) -> Rows:
    """Rows, and after them more rows of the same columns."""
    return {
        name: np.concatenate([column, more[name]])
        if isinstance(column, np.ndarray)
        else pa.concat_arrays([column, more[name]])
        for name, column in rows.items()
    }


def _kept(rows: Rows, keep: Column) -> Rows:
    if keep.all():
        return rows
    return {
        name: column[keep] if isinstance(column, np.ndarray) else column.filter(keep) for name, column in rows.items()
    }


def _sorted(rows: Rows, *keys: str) -> Rows:
    order = sorting_order([rows[key] for key in keys])
    return rows if order is None else {name: column[order] for name, column in rows.items()}


def _places(ids: Column, wanted: Column) -> Column:
    """Where each wanted id stands among ids that are ascending, or -1."""
    if len(ids) == 0:
        return np.full(len(wanted), -1, np.int64)
    at = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    return np.where(ids[at] == wanted, at, -1)


def _people_at(people: Rows, home: Column, person: Column) -> Column:
    """The place of a person of a household among the people, or -1."""
    ids = np.unique(people["person"])
    width = len(ids) + 1
    rank = _places(ids, person)
    known = people["home"] * width + _places(ids, people["person"])
    return _places(known, np.where(rank < 0, -1, home * width + rank))


def _open(days: Column) -> Column:
    """Ends of periods, NEVER where there is none."""
    return np.where(days == NO_DAY, NEVER, days).astype(np.int32)
