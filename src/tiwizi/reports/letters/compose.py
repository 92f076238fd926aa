"""From a file or a payment to a letter: what is asked of the records for it, and what comes out to be kept.

    made = of_claim("statement", 81, head=head, currency="MAD", on=day, care=True)
    made.content, made.language ...

The letter is in the member's language unless another is asked for. For many payments the records are asked once for all
of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tiwizi.records.care.queries.decisions import explained
from tiwizi.records.care.queries.letters import File, Order, Recipient, files_told, orders_told, recipients
from tiwizi.records.care.queries.letters_made import Head
from tiwizi.reports.letters import others, statements
from tiwizi.reports.letters.words import Words

OF_CLAIM = ("statement", "refusal", "missing_piece", "slip")


@dataclass(frozen=True)
class Composed:
    """A letter as ``keep_letter`` takes it. ``tells_care``: whether it names acts."""

    household: int
    kind: str
    subject: str
    language: str
    tells_care: bool
    content: dict[str, Any]


@dataclass(frozen=True)
class Setting:
    """What letters that are made together share. ``lang``: instead of each member's own."""

    head: Head
    currency: str
    on: date
    lang: str = ""

    def words(self, to: Recipient) -> Words:
        return Words(self.lang or to.language, self.currency)


@dataclass(frozen=True)
class Wanted:
    """Pieces that are asked for, until a day; ``note``: one in words."""

    until: date
    pieces: tuple[str, ...] = ()
    note: str = ""


def of_claim(kind: str, claim: int, setting: Setting, *, care: bool, wanted: Wanted | None = None) -> Composed:
    """A letter of OF_CLAIM about a file. ``care``: with the names of acts."""
    file = files_told([claim])[claim]
    to = recipients([file.household])[file.household]
    words = setting.words(to)
    if kind == "slip":
        content, care = others.slip(words, to, file, head=setting.head, on=setting.on), False
    elif kind == "missing_piece":
        assert wanted is not None
        content, care = _asking(words, to, file, setting, wanted), False
    else:
        told = explained([line.line for line in file.lines], words.lang)
        make = statements.statement if kind == "statement" else others.refusal
        content = make(words, to, file, told, head=setting.head, on=setting.on, care=care)
    return Composed(file.household, kind, f"claim:{claim}", words.lang, care, content)


def of_household(household: int, setting: Setting, *, wanted: Wanted) -> Composed:
    """A request for pieces that belong to no file."""
    to = recipients([household])[household]
    words = setting.words(to)
    content = _asking(words, to, None, setting, wanted)
    return Composed(household, "missing_piece", f"household:{household}", words.lang, False, content)


def _asking(words: Words, to: Recipient, file: File | None, setting: Setting, wanted: Wanted) -> dict[str, Any]:
    return others.missing_piece(
        words, to, file, head=setting.head, on=setting.on, until=wanted.until, pieces=wanted.pieces, note=wanted.note
    )


def of_orders(orders: Sequence[int], setting: Setting, *, care: Callable[[int | None], bool]) -> Iterator[Composed]:
    """The statements of some payments, in their order. ``care``: whether acts may be named in a region."""
    told = orders_told(orders)
    files = files_told([claim for order in told.values() for claim in order.claims])
    whom = recipients(list({order.household for order in told.values()}))
    by_order: dict[int, list[File]] = defaultdict(list)
    for number, order in told.items():
        by_order[number] = [files[claim] for claim in sorted(order.claims) if claim in files]
    reasons = _reasons(told, by_order, {home: setting.words(to).lang for home, to in whom.items()})
    for number in orders:
        if number not in told or told[number].household not in whom:
            continue
        order, to = told[number], whom[told[number].household]
        words, names_care = setting.words(to), care(to.region)
        content = statements.payment_statement(
            words, to, order, by_order[number], reasons[words.lang], head=setting.head, on=setting.on, care=names_care
        )
        yield Composed(order.household, "payment", f"order:{number}", words.lang, names_care, content)


def _reasons(
    told: Mapping[int, Order], files: Mapping[int, Sequence[File]], language: Mapping[int, str]
) -> dict[str, statements.Told]:
    """The reasons of all lines, by the language of the letters (``language``: by household) that tell them."""
    lines: dict[str, set[int]] = defaultdict(set)
    for number, order in told.items():
        if order.household in language:
            lines[language[order.household]] |= {line.line for file in files[number] for line in file.lines}
    return {lang: explained(sorted(own), lang) for lang, own in lines.items()}
