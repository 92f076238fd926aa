"""The tables claims, lines and reported -> claims by household, and lines in the order in which they are decided."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tiwizi.formats.tables.approvals import Approvals, on_approvals, read_approvals
from tiwizi.formats.tables.check import keys
from tiwizi.formats.tables.households import Cover, People, Statuses, once_each
from tiwizi.formats.tables.order import chosen, number_ranks, places, sorting_order, starts
from tiwizi.formats.tables.schema import fold, words
from tiwizi.formats.tables.sheet import Sheet
from tiwizi.formats.tables.tariff import Prices, codes_in_tariff
from tiwizi.rules.money import MAX_AMOUNT, QUANTITY_SCALE
from tiwizi.rules.period import NO_DAY
from tiwizi.rules.terms import ATTRIBUTES, CLAIM_ATTRIBUTES

Rows = NDArray[Any]


@dataclass(frozen=True)
class Claims:
    claims: Any
    household: Rows
    start: Rows
    attributes: Rows
    provider: Rows
    providers: Any
    received: Rows
    care_to: Rows
    episode: Rows
    approvals: Approvals | None  # by row of the table
    row: Rows
    lost: Any


@dataclass(frozen=True)
class Lines:
    """``names`` are the identifiers of the lines as positions (``name``) in a vocabulary, ranked as numbers.
    ``approvals``: the columns OF_APPROVALS of the facts."""

    name: Rows
    names: Any
    start: Rows
    claim: Rows
    person: Rows
    day: Rows
    code: Rows
    quantity: Rows
    billed: Rows
    allowed: Rows
    session: Rows
    approvals: dict[str, Rows]
    row: Rows
    unit_price: Rows
    lost: Any  # of rows in repair: claim and line, as _claim_and_line joins them


def read_claims(sheet: Sheet, people: People, prices: Prices) -> Claims:
    """Checks the table; what is wrong stays in the sheet."""
    names, home_names = sheet.keys("claim"), sheet.keys("household")
    household = sheet.match("household", home_names, people.households, people.lost_households, of="household")
    attributes = read_attributes(sheet)
    provider, providers = sheet.coded("provider")
    care_to, received = read_days(sheet)
    named = attributes[:, _APPROVAL] != 0
    approvals = read_approvals(sheet, people, prices, named=named, household=household)
    ranks = once_each(sheet, names, "claim", key="duplicate_claim")
    rows = sheet.good
    order = sorting_order((household[rows], ranks[rows]))
    rows = rows if order is None else rows[order]
    return Claims(
        names.take(pa.array(rows)), household[rows], starts(household[rows], len(people.households)), attributes[rows],
        provider[rows], providers, received[rows], care_to[rows], _episodes(sheet, rows, household[rows]),
        approvals.shared(~sheet.bad) if approvals else None,
        rows, sheet.lost(names),
    )  # fmt: skip


def read_days(sheet: Sheet) -> tuple[Rows, Rows]:
    """The last day of care and the day received, NO_DAY where not given."""
    care_from, care_to = sheet.days("care_from", blank=NO_DAY), sheet.days("care_to", blank=NO_DAY)
    received = sheet.days("received_on", blank=NO_DAY)
    given = care_from != NO_DAY
    sheet.find(given & (care_to != NO_DAY) & (care_to < care_from), "care_to", "ends_before_start")
    sheet.find(given & (received != NO_DAY) & (received < care_from), "received_on", "received_before_care")
    return care_to, received


def read_attributes(sheet: Sheet) -> Rows:
    """int8 [claims, CLAIM_ATTRIBUTES]."""
    columns = [
        _approval(sheet) if name == "prior_approval" else sheet.words(name, ATTRIBUTES[name])
        for name in CLAIM_ATTRIBUTES
    ]
    return np.ascontiguousarray(np.stack(columns, axis=1)).astype(np.int8)


_APPROVAL = CLAIM_ATTRIBUTES.index("prior_approval")
#: In letters, written with every accent apart.
_LONGEST_FLAG = 8


def _approval(sheet: Sheet) -> Rows:
    """Whether a prior approval is named: anything but a blank or a word for "no"."""
    codes, names = sheet.coded("prior_approval")
    refused = np.zeros(len(names), bool)
    # Most are numbers of approvals, and there are many: only what is as short as a word can be one.
    short = pc.less_equal(pc.utf8_length(names), pa.scalar(_LONGEST_FLAG)).to_numpy(zero_copy_only=False)
    for at in np.flatnonzero(short):
        refused[at] = words("flag").get(fold(names[at].as_py())) == "no"
    return np.append(~refused, False)[codes].astype(np.int8)


def _episodes(sheet: Sheet, rows: Rows, household: Rows) -> Rows:
    """The first claim of the household's same episode; the claim itself where it names none."""
    alone = np.arange(len(rows))
    if not sheet.has("episode"):
        return alone
    episode = sheet.coded("episode")[0][rows].astype(np.int64)
    named = np.flatnonzero(episode >= 0)
    together = household[named] * (int(episode.max(initial=0)) + 1) + episode[named]
    _, first, group = np.unique(together, return_index=True, return_inverse=True)
    alone[named] = named[first][group]
    return alone


def read_lines(sheet: Sheet, people: People, claims: Claims, prices: Prices, statuses: Statuses, cover: Cover) -> Lines:
    """Checks the table; what is wrong stays in the sheet."""
    claim, person = _claim_and_person(sheet, people, claims)
    name, names = sheet.coded("line")
    code = codes_in_tariff(sheet, "code", prices)
    day = sheet.days("date", blank=NO_DAY)
    amounts = read_amounts(sheet)
    session = np.maximum(sheet.numbers("session"), 0).astype(np.int16)
    _check_person(sheet, people, claims, claim, person)
    _check_day(sheet, people, claims, claim, person, day)
    sheet.find(statuses.doubtful[person], "person", "status_in_repair")
    sheet.find(cover.doubtful[person], "person", "cover_in_repair")
    rank = number_ranks(names)
    ranked = rank[name] if len(rank) else name.astype(np.int64)
    _refuse_repeated_lines(sheet, claim, ranked, len(names))
    good = sheet.good
    rows, pick = chosen(good, _decided_order(good, claims, claim, day, ranked), sheet.rows)
    claim, person = claim[pick].astype(np.int64), person[pick].astype(np.int64)
    home, on = claims.household[claim], {}
    if claims.approvals is not None:
        about = {"person": person, "act": code[pick], "day": day[pick]}
        on = on_approvals(claims.approvals, claims.row[claim], home=home, **about)
    return Lines(
        name[pick], names, starts(home, len(people.households)), claim, person, day[pick],
        code[pick], amounts["quantity"][pick].astype(np.int32), amounts["billed"][pick], amounts["allowed"][pick],
        session[pick], on, rows, amounts["unit_price"][pick],
        _claim_and_line(sheet, np.flatnonzero(sheet.bad)),
    )  # fmt: skip


def _claim_and_person(sheet: Sheet, people: People, claims: Claims) -> tuple[Rows, Rows]:
    """Where the claim and the person of each line stand: the two longest look-ups, side by side."""
    claim_names, person_names = sheet.keys("claim"), sheet.keys("person")
    with ThreadPoolExecutor(2) as pool:
        claim, person = pool.map(places, (claim_names, person_names), (claims.claims, people.people))
    sheet.match("claim", claim_names, claims.claims, claims.lost, of="claim", place=claim)
    sheet.match("person", person_names, people.people, people.lost_people, of="person", place=person)
    return claim, person


def read_amounts(sheet: Sheet) -> dict[str, Rows]:
    """Quantity after review, amount billed, what a reviewer left of it, and the unit price (-1 for none)."""
    quantity = _or(sheet.numbers("quantity"), QUANTITY_SCALE)
    price, billed = sheet.numbers("unit_price"), sheet.numbers("billed")
    approved_quantity, approved_price = sheet.numbers("quantity_approved"), sheet.numbers("price_approved")
    sheet.find(~sheet.bad & (quantity == 0), "quantity", "zero_quantity")
    without = billed < 0
    sheet.find(~sheet.bad & without & (price < 0), "billed", "neither_price_nor_billed")
    exact = np.maximum(price, 0) * quantity
    differs = (np.abs(billed * QUANTITY_SCALE - exact) >= QUANTITY_SCALE) & (price >= 0) & ~without & ~sheet.bad
    sheet.find(differs, "billed", "billed_differs")
    if without.any():
        billed = np.where(without, _rounded(exact), billed)
        sheet.find(~sheet.bad & (billed > MAX_AMOUNT), "unit_price", "too_large")
    reviewed = (approved_quantity >= 0) | (approved_price >= 0)
    allowed = billed
    if reviewed.any():
        allowed = _allowed(sheet, reviewed, (quantity, price, billed), (approved_quantity, approved_price))
        quantity = np.where(approved_quantity >= 0, approved_quantity, quantity)
    return {"quantity": quantity, "billed": billed, "allowed": allowed, "unit_price": price}


def _allowed(sheet: Sheet, reviewed: Rows, claimed: tuple[Rows, Rows, Rows], approved: tuple[Rows, Rows]) -> Rows:
    """What a reviewer left of the amount billed; never more than that."""
    billed = claimed[2]
    exact = _reviewed(claimed, approved)
    above = reviewed & ~sheet.bad & (exact >= (billed + 1) * QUANTITY_SCALE)
    field = "price_approved" if sheet.has("price_approved") else "quantity_approved"
    sheet.find(above, field, "approved_above_billed")
    return np.where(reviewed, np.minimum(_rounded(exact), billed), billed)


def after_review(claimed: tuple[Rows, Rows, Rows], approved: tuple[Rows, Rows]) -> Rows:
    """Approved price x approved quantity in minor units, each as claimed where the reviewer left it (-1).

    claimed: quantity (thousandths), unit price (-1 for none), amount billed. approved: quantity, price."""
    return _rounded(_reviewed(claimed, approved))


def _reviewed(claimed: tuple[Rows, Rows, Rows], approved: tuple[Rows, Rows]) -> Rows:
    """The same in thousandths of minor units."""
    quantity, price, billed = claimed
    left = np.where(approved[0] >= 0, approved[0], quantity)
    priced = np.where(approved[1] >= 0, approved[1], price)
    of_price = np.where(priced < 0, 0, priced) * left
    of_billed = billed * left * QUANTITY_SCALE // np.maximum(quantity, 1)
    return np.where(priced >= 0, of_price, of_billed)


def _or(values: Rows, blank: int) -> Rows:
    return np.where(values < 0, blank, values)


def _rounded(thousandths: Rows) -> Rows:
    """Minor units from thousandths of them, half up."""
    return (thousandths + QUANTITY_SCALE // 2) // QUANTITY_SCALE


def _check_person(sheet: Sheet, people: People, claims: Claims, claim: Rows, person: Rows) -> None:
    at = np.flatnonzero((claim >= 0) & (person >= 0))
    sheet.find(at[people.household[person[at]] != claims.household[claim[at]]], "person", "other_household")


def _check_day(sheet: Sheet, people: People, claims: Claims, claim: Rows, person: Rows, day: Rows) -> None:
    at = np.flatnonzero((claim >= 0) & (person >= 0) & (day != NO_DAY))
    check_days(sheet, at, day[at], birth=people.birth[person[at]], received=claims.received[claim[at]])


def check_days(sheet: Sheet, at: Rows, day: Rows, *, birth: Rows, received: Rows) -> None:
    """``at``: rows of the table; the others are of each of them."""
    sheet.find(at[day < birth], "date", "before_birth")
    sheet.find(at[day > received], "date", "received_before_care")


def _refuse_repeated_lines(sheet: Sheet, claim: Rows, ranked: Rows, names: int) -> None:
    identity = claim.astype(np.int64) * max(names, 1) + ranked
    ordered = np.sort(identity[~sheet.bad])
    if (ordered[1:] == ordered[:-1]).any():
        sheet.refuse_duplicates(identity, "line", key="duplicate_line")


def _decided_order(rows: Rows, claims: Claims, claim: Rows, day: Rows, ranked: Rows) -> Rows | None:
    """Household, day of care, day received, claim, line; None where the rows stand so."""
    own = claim[rows]
    return sorting_order((claims.household[own], day[rows], claims.received[own], own, ranked[rows]))


def read_reported(sheet: Sheet, claims: Claims, lines: Lines) -> dict[str, Rows]:
    """What other payers reported, by layer: int64 a line, -1 where nothing is."""
    if sheet.rows == 0:
        return {}
    claim = sheet.match("claim", sheet.keys("claim"), claims.claims, claims.lost, of="claim")
    line = _lines_named(sheet, claim, lines)
    layer, layers = sheet.coded("layer")
    paid = sheet.numbers("paid")
    known = np.flatnonzero(~sheet.bad)
    sheet.find(known[paid[known] > lines.billed[line[known]]], "paid", "reported_above_billed")
    identity = line * max(len(layers), 1) + layer
    if len(np.unique(identity[sheet.good])) < len(sheet.good):
        sheet.refuse_duplicates(identity, "layer", key="duplicate_report")
    good = sheet.good
    amounts = {name: np.full(len(lines.day), -1, np.int64) for name in layers.to_pylist()}
    for number, own in enumerate(amounts.values()):
        rows = good[layer[good] == number]
        own[line[rows]] = paid[rows]
    return amounts


def _lines_named(sheet: Sheet, claim: Rows, lines: Lines) -> Rows:
    """Where the line that each row names stands among the lines (int64), -1 for none."""
    name, names = sheet.coded("line")
    own = np.append(places(names, lines.names), -1)[name]
    width = len(lines.names)
    identity = lines.claim * width + lines.name
    order = np.argsort(identity)
    wanted = claim.astype(np.int64) * width + own
    at = np.searchsorted(identity[order], wanted)
    found = (claim >= 0) & (own >= 0) & (at < len(order))
    found[found] = identity[order[at[found]]] == wanted[found]
    _say_which_are_lost(sheet, np.flatnonzero(~found & ~sheet.bad), lines.lost)
    line = np.full(sheet.rows, -1, np.int64)
    line[found] = order[at[found]]
    return line


def _say_which_are_lost(sheet: Sheet, rows: Rows, lost: Any) -> None:
    """Rows that name a line in repair follow it there; the others name none."""
    in_repair = pc.is_in(_claim_and_line(sheet, rows), value_set=lost).to_numpy(zero_copy_only=False)
    sheet.find(rows[in_repair], "line", "line_in_repair")
    sheet.find(rows[~in_repair], "line", "unknown_line")


def _claim_and_line(sheet: Sheet, rows: Rows) -> Any:
    if len(rows) == 0:
        return pa.array([], pa.string())
    return pc.binary_join_element_wise(
        *(keys(sheet.source.columns[name].take(pa.array(rows))) for name in ("claim", "line")), "\0"
    )
