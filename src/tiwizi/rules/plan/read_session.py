"""``[[sessions]]``: several acts of one person in one session."""

from __future__ import annotations

from tiwizi.rules.money import RATE_SCALE
from tiwizi.rules.plan.authority import DATED
from tiwizi.rules.plan.block import Block
from tiwizi.rules.plan.care import Head, read_categories
from tiwizi.rules.plan.document import Dates, Session, SharesException
from tiwizi.rules.plan.problem import listed

FIELDS = ("acts", "shares", "exceptions", "consultation", "anaesthesia", "theatre", "packages")


def read_session(block: Block, dates: Dates, head: Head) -> Session:
    block.expect((*DATED, *FIELDS))
    if not any(block.has(name) for name in FIELDS):
        block.error("", "empty_session")
    for name in ("shares", "exceptions"):
        if block.has(name) and not block.has("acts"):
            block.error(name, "shares_without_acts")
    anaesthesia, letter, default = _read_anaesthesia(block, head)
    theatre, share = _read_theatre(block, head)
    package, packaged = _read_packages(block, head)
    session = Session(
        id=block.text("id"),
        dates=dates,
        acts=read_categories(block, "acts", head.categories),
        shares=_read_shares(block) if block.has("shares") else (RATE_SCALE,),
        exceptions=tuple(_read_exception(inner) for inner in block.inners("exceptions")),
        consultation=read_categories(block, "consultation", head.categories),
        anaesthesia=anaesthesia,
        anaesthesia_letter=letter,
        default_anaesthesia=default,
        theatre=theatre,
        theatre_share=share,
        package=package,
        packaged=packaged,
    )
    _check_roles(block, session)
    return session


def _check_roles(block: Block, session: Session) -> None:
    """A category plays one part in a session, whether or not a package includes it. No package includes itself."""
    parts = (session.acts, session.consultation, session.anaesthesia, session.theatre, session.package)
    seen: frozenset[str] = frozenset()
    for categories in parts:
        if seen & categories:
            block.error("", "two_roles", categories=listed(sorted(seen & categories)))
        seen |= categories
    if session.package & session.packaged:
        block.error("packages.include", "packs_itself", categories=listed(sorted(session.package & session.packaged)))


def _read_shares(block: Block) -> tuple[int, ...]:
    block.need("shares")
    if block.table.get("shares") == []:
        block.error("shares", "empty_list")
    return block.rates("shares")


def _read_exception(block: Block) -> SharesException:
    block.expect(("codes", "shares"))
    block.need("codes")
    return SharesException(frozenset(block.texts("codes")), _read_shares(block))


def _read_anaesthesia(block: Block, head: Head) -> tuple[frozenset[str], str, int]:
    """(categories, key letter, default coefficient in thousandths)"""
    inner = block.inner("anaesthesia")
    if inner is None:
        return frozenset(), "", 0
    inner.expect(("categories", "letter", "default"))
    inner.need("categories", "letter", "default")
    letter = inner.choice("letter", sorted(head.letters), "", "unknown_letter")
    return read_categories(inner, "categories", head.categories), letter, inner.number("default") or 0


def _read_theatre(block: Block, head: Head) -> tuple[frozenset[str], int]:
    inner = block.inner("theatre")
    if inner is None:
        return frozenset(), 0
    inner.expect(("categories", "share"))
    inner.need("categories", "share")
    return read_categories(inner, "categories", head.categories), inner.rate("share") or 0


def _read_packages(block: Block, head: Head) -> tuple[frozenset[str], frozenset[str]]:
    inner = block.inner("packages")
    if inner is None:
        return frozenset(), frozenset()
    inner.expect(("categories", "include"))
    inner.need("categories", "include")
    return (
        read_categories(inner, "categories", head.categories),
        read_categories(inner, "include", head.categories),
    )
