"""A plan document as text -> a plan as values, or what is wrong with it. docs/concepts/plan.md is the language."""

from __future__ import annotations

from dataclasses import replace

from tiwizi.rules.law import Law
from tiwizi.rules.money import HALF_UP, MAX_PRICE, MINOR_DIGITS, ROUNDINGS
from tiwizi.rules.plan.authority import DATED, put_once, read_sources, read_wordings
from tiwizi.rules.plan.block import Block
from tiwizi.rules.plan.care import OLDEST, Head, read_categories, read_condition
from tiwizi.rules.plan.check import check
from tiwizi.rules.plan.citation import cutter
from tiwizi.rules.plan.document import DUPLICATES, Category, Dates, Kind, LetterValue, Plan, ReviewAbove
from tiwizi.rules.plan.problem import Problem, shown
from tiwizi.rules.plan.read_layer import read_layer
from tiwizi.rules.plan.read_session import read_session
from tiwizi.rules.plan.syntax import open_document
from tiwizi.rules.terms import ATTRIBUTES

TABLES = ("plan", "sources", "categories", "letters", "kinds", "layers", "sessions", "review_above")
HEAD = ("id", "name", "currency", "country", "rounding", "round_to", "adult_from", "choice", "duplicates", "tariffs")
CHOICES = ("outcome", "terms")


def read_plan(text: str, *, file: str, law: Law | None = None) -> tuple[Plan | None, list[Problem]]:
    """The plan that a text says, and every problem found in it; no plan when one of them is an error.

    law: of the plan's country, for the values that the plan cites. Money comes out in minor units, rates in basis
    points, counts and coefficients in thousandths, and every block with the day on which it ends.
    """
    root, reading = open_document(text, file=file)
    return (None, reading.found()) if root is None else read_opened(root, law=law)


def country_of(root: Block) -> str:
    """The country that the head of a plan names, "" where it names none."""
    head = root.table.get("plan")
    country = head.get("country") if isinstance(head, dict) else None
    return country if isinstance(country, str) else ""


def read_opened(root: Block, *, law: Law | None = None) -> tuple[Plan | None, list[Problem]]:
    """The same as ``read_plan``, for a text that has been opened."""
    plan = _read(root, law)
    check(plan, root)
    problems = root.reading.found()
    return (None if root.reading.errors else plan), problems


def _read(root: Block, law: Law | None) -> Plan:
    root.expect(TABLES)
    root.need("plan", "sources", "categories")
    plan = _read_head(root)
    sources = read_sources(root)
    categories = _read_categories(root)
    cut = cutter(law)
    letters = read_wordings(root.inners("letters"), sources, _read_letter, cut=cut)
    kinds = tuple(str(block.table.get("id")) for block in root.inners("kinds"))
    head = Head(sources, categories, frozenset(value.letter for value in letters), kinds, plan.adult_from, cut)
    return replace(
        plan,
        categories=categories,
        letters=letters,
        kinds=_read_kinds(root, head),
        layers=tuple(read_layer(block, head) for block in root.inners("layers")),
        sessions=read_wordings(root.inners("sessions"), sources, lambda block, dates: read_session(block, dates, head)),
        review_above=read_wordings(root.inners("review_above"), sources, _read_review),
        sources={**sources, **root.reading.borrowed},
    )


def _read_head(root: Block) -> Plan:
    """``[plan]``: the head's own fields. Money is read in its currency from here on."""
    block, reading = root.inner("plan"), root.reading
    if block is None:
        return Plan("", {}, reading.currency, file=reading.file)
    block.expect(HEAD)
    block.need("id", "name", "currency")
    reading.currency = block.choice("currency", MINOR_DIGITS, reading.currency, "unknown_currency")
    rounding = block.choice("rounding", ROUNDINGS, ROUNDINGS[HALF_UP])
    round_to = block.money("round_to", most=MAX_PRICE)
    if round_to == 0:
        block.error("round_to", "below_one", value="0")
    return Plan(
        id=block.text("id"),
        name=block.name(),
        currency=reading.currency,
        country=block.text("country"),
        rounding=ROUNDINGS.index(rounding),
        round_to=round_to or 1,
        adult_from=block.whole("adult_from", 18, high=OLDEST),
        choice=block.choice("choice", CHOICES, "outcome"),
        duplicates=block.choice("duplicates", DUPLICATES, "refuse"),
        tariffs=block.texts("tariffs"),
        file=reading.file,
    )


def _read_categories(root: Block) -> dict[str, Category]:
    found: dict[str, Category] = {}
    for block in root.inners("categories"):
        block.expect(("id", "name", "group"))
        block.need("id", "name")
        category = Category(block.text("id"), block.name(), block.text("group"))
        if category.id == "*" or ":" in category.id:
            block.error("id", "id_like_target", id=shown(category.id))
        put_once(found, block, category.id, category)
    return found


def _read_letter(block: Block, dates: Dates) -> LetterValue:
    block.expect((*DATED, "letter", "value", "sector"))
    block.need("letter", "value")
    value = block.money("value", most=MAX_PRICE)
    return LetterValue(block.text("letter"), value or 0, block.choice("sector", ATTRIBUTES["sector"], ""), dates)


def _read_kinds(root: Block, head: Head) -> tuple[Kind, ...]:
    found: dict[str, Kind] = {}
    for block in root.inners("kinds"):
        block.expect(("id", "name", "categories", "when"))
        block.need("id", "name")
        categories = read_categories(block, "categories", head.categories)
        kind = Kind(block.text("id"), block.name(), categories, read_condition(block, "when", head, of_claim=True))
        put_once(found, block, kind.id, kind)
    return tuple(found.values())


def _read_review(block: Block, dates: Dates) -> ReviewAbove:
    block.expect((*DATED, "billed"))
    block.need("billed")
    return ReviewAbove(block.text("id"), block.money("billed") or 0, dates)
