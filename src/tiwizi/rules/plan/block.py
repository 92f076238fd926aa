"""A table of a document, read field by field: what is wrong with a field is reported, and reading goes on.

Each accessor gives the value of a field, or its default where it is absent or unusable; what is unusable is reported.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from tiwizi.locale import LANGUAGES
from tiwizi.rules.money import MAX_AMOUNT, MAX_QUANTITY, MINOR_DIGITS, RATE_SCALE, basis_points, minor, thousandths
from tiwizi.rules.period import FIRST_YEAR, LAST_YEAR
from tiwizi.rules.plan.document import Source, Text
from tiwizi.rules.plan.lines import Lines, Path
from tiwizi.rules.plan.problem import ERROR, WARNING, Problem, listed, nearest, quoted, shown

Table = Mapping[str, object]
#: In a document with more errors than these, what a mistyped word may mean is no longer looked for.
GUESSES = 100


@dataclass(frozen=True)
class Cited:
    """What the law gives for a field that cites it: a value of a kind (rate, money, days, months, years, count)."""

    parameter: str
    kind: str
    value: int


@dataclass
class Reading:
    """The reading of one document: where its keys stand, and the problems found so far."""

    file: str
    lines: Lines
    currency: str = "EUR"
    problems: dict[tuple[str, str, int], Problem] = field(default_factory=dict)
    errors: int = 0
    #: places of the blocks in which an error was found: what they say cannot be relied on
    broken: set[Path] = field(default_factory=set)
    #: by the identity of a value that was read, the block that says it
    blocks: dict[int, Block] = field(default_factory=dict)
    #: sources of the law that its values brought into the document
    borrowed: dict[str, Source] = field(default_factory=dict)

    def report(self, severity: str, line: int, where: str, key: str, /, **values: str) -> None:
        """Keep a problem; the same one is kept once."""
        if (where, key, line) not in self.problems:
            self.problems[where, key, line] = Problem(severity, self.file, line, where, key, values)
            self.errors += severity == ERROR

    def keep(self, value: object, block: Block) -> None:
        """Remember which block says a value, so that a later check can point at it."""
        self.blocks[id(value)] = block

    def block(self, value: object) -> Block:
        """The block that says a value."""
        return self.blocks[id(value)]

    def is_sound(self, value: object) -> bool:
        """Whether the block of a value was read without an error."""
        return self.block(value).path not in self.broken

    def found(self) -> list[Problem]:
        """The problems in the order of the document."""
        return sorted(self.problems.values(), key=lambda problem: (problem.line, problem.field, problem.key))


@dataclass(frozen=True)
class Block:
    """One table: its fields, its place, and how a person would call that place (``layers[amo].coverage[optics]``)."""

    reading: Reading
    table: Table
    path: Path
    where: str
    #: fields that cite the law, and what it gives for them; what is wrong with a citation is reported by the cutter
    citing: frozenset[str] = frozenset()
    cited: Mapping[str, Cited] = field(default_factory=dict)

    @property
    def line(self) -> int:
        return self.reading.lines.at(self.path)

    # -- problems ------------------------------------------------------------------------------------------------

    def error(self, name: str, key: str, /, **values: str) -> None:
        """Report an error on a field ("" is the block itself)."""
        self._report(ERROR, name, key, values)

    def warning(self, name: str, key: str, /, **values: str) -> None:
        self._report(WARNING, name, key, values)

    def _report(self, severity: str, name: str, key: str, values: Mapping[str, str]) -> None:
        at = (*self.path, *name.split(".")) if name else self.path
        where = f"{self.where}.{name}".strip(".") if name else self.where
        self.reading.report(severity, self.reading.lines.at(at), where, key, **values)

    def unknown(self, name: str, key: str, word: str, known: Collection[str]) -> None:
        """Report a word that is not in a register, with the nearest that is."""
        choices = tuple(known)
        near = nearest(word, choices) if self.reading.errors < GUESSES else ""
        self.error(name, key, value=shown(word), near=shown(near), known=listed(choices))

    def expect(self, known: Collection[str]) -> None:
        """Report each field that no one would read."""
        for name in self.table:
            if name not in known:
                self.unknown(name, "unknown_key", name, known)

    def need(self, *names: str) -> None:
        """Report each field that is missing."""
        for name in names:
            if name not in self.table:
                self.error("" if name in self.path else name, "missing_key", name=name)

    # -- fields --------------------------------------------------------------------------------------------------

    def has(self, name: str) -> bool:
        return name in self.table

    def text(self, name: str, default: str = "") -> str:
        value = self.table.get(name, default)
        if isinstance(value, str):
            if value.strip() or name not in self.table:
                return value
            self.error(name, "empty_text")
        else:
            self.error(name, "not_text", value=quoted(value))
        return default

    def choice(self, name: str, known: Collection[str], default: str, key: str = "unknown_value") -> str:
        """A word of a register."""
        word = self.text(name, default)
        if name in self.table and word != default and word not in known:
            self.unknown(name, key, word, known)
            return default
        return word

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.table.get(name, default)
        if isinstance(value, bool):
            return value
        self.error(name, "not_yes_no", value=quoted(value))
        return default

    def whole(self, name: str, default: int, *, low: int = 0, high: int = 1_000_000, law: str = "") -> int:
        """A whole number between two bounds, or what the law gives of the kind ``law``."""
        if name in self.cited:
            return self._from_law(name, (law,), default)
        value = self.table.get(name, default)
        if name in self.citing:
            return default
        if not isinstance(value, int) or isinstance(value, bool):
            self.error(name, "not_whole", value=quoted(value))
        elif not low <= value <= high:
            self.error(name, "out_of_range", value=shown(value), low=str(low), high=str(high))
        else:
            return value
        return default

    def money(self, name: str, *, most: int = MAX_AMOUNT) -> int | None:
        """An amount in minor units of the plan's currency, written as text."""
        if name in self.cited:
            return self._from_law(name, ("money",), 0)
        example = "150" if MINOR_DIGITS[self.reading.currency] == 0 else "150.00"
        return self._exact(name, "money", lambda text: minor(text, self.reading.currency), most, example=example)

    def rate(self, name: str) -> int | None:
        """A percentage in basis points, at most 100 %."""
        if name in self.cited:
            return self._from_law(name, ("rate",), 0)
        value = self._exact(name, "rate", basis_points, MAX_AMOUNT, example="80%")
        if value is not None and value > RATE_SCALE:
            self.error(name, "rate_above_100", value=shown(self.table[name]))
            return None
        return value

    def number(self, name: str, *, law: str = "") -> int | None:
        """A count or coefficient in thousandths; a whole number may stand without quotes."""
        if law and name in self.cited:
            return self._from_law(name, (law,), 0) * 1000
        value = self.table.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return self.whole(name, 0, high=MAX_QUANTITY // 1000) * 1000
        return self._exact(name, "number", thousandths, MAX_QUANTITY, example="22.5")

    def scaled(self, name: str, convert: Callable[[str], int], most: int, *, example: str) -> int | None:
        """A decimal number written as text, in units of its own."""
        return self._exact(name, "number", convert, most, example=example)

    def day(self, name: str) -> date | None:
        value = self.table.get(name)
        if value is None:
            return None
        if type(value) is not date:  # a day with an hour is a datetime, which is a date too
            self.error(name, "not_a_day", value=quoted(value))
        elif not FIRST_YEAR <= value.year <= LAST_YEAR:
            self.error(name, "day_out_of_range", value=shown(value), low=str(FIRST_YEAR), high=str(LAST_YEAR))
        else:
            return value
        return None

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; each element that is not one is reported."""
        value = self.table.get(name, [])
        if not isinstance(value, list):
            self.error(name, "not_a_list", value=quoted(value))
            return ()
        for position, element in enumerate(value):
            if not isinstance(element, str) or not element.strip():
                self.element(name, position).error("", "not_text", value=quoted(element))
        return tuple(element for element in value if isinstance(element, str) and element.strip())

    def rates(self, name: str) -> tuple[int, ...]:
        """A list of percentages in basis points."""
        value = self.table.get(name, [])
        if not isinstance(value, list):
            self.error(name, "not_a_list", value=quoted(value))
            return ()
        return tuple(self.element(name, position).rate("") or 0 for position in range(len(value)))

    def name(self, name: str = "name") -> Text:
        """A text in the three languages."""
        inner = self.inner(name)
        if inner is None:
            return {}
        inner.expect(LANGUAGES)
        missing = [lang for lang in LANGUAGES if lang not in inner.table]
        if len(missing) == len(LANGUAGES):
            self.error(name, "no_language")
        elif missing:
            self.warning(name, "missing_language", languages=listed(missing))
        return {lang: inner.text(lang) for lang in LANGUAGES if lang in inner.table}

    def title(self, name: str) -> Text:
        """A text in the three languages, or one text that stands in all of them, such as a title quoted as it is."""
        if isinstance(self.table.get(name), dict):
            return self.name(name)
        quoted_as_it_is = self.text(name)
        return dict.fromkeys(LANGUAGES, quoted_as_it_is) if quoted_as_it_is else {}

    # -- blocks within -------------------------------------------------------------------------------------------

    def inner(self, name: str) -> Block | None:
        """A table within, or None."""
        value = self.table.get(name)
        if isinstance(value, dict):
            return Block(self.reading, value, (*self.path, name), f"{self.where}.{name}".strip("."))
        if value is not None:
            self.error(name, "not_a_table", value=quoted(value))
        return None

    def inners(self, name: str) -> list[Block]:
        """The tables of a list of tables, each called by its id."""
        value = self.table.get(name, [])
        if not isinstance(value, list):
            self.error(name, "not_tables", name=name)
            return []
        blocks = []
        for position, element in enumerate(value):
            block = self.element(name, position)
            if isinstance(element, dict):
                blocks.append(replace(block, table=element, where=self._called(name, element, position)))
            else:
                block.error("", "not_a_table", value=quoted(element))
        return blocks

    def element(self, name: str, position: int) -> Block:
        """One element of a list: its value is the field "" of the block."""
        value = self.table[name][position]  # type: ignore[index]
        return Block(
            self.reading, {"": value}, (*self.path, name, position), f"{self.where}.{name}[{position}]".strip(".")
        )

    def _called(self, name: str, table: Table, position: int) -> str:
        label = table.get("id")
        return f"{self.where}.{name}[{shown(label) if isinstance(label, str) else position}]".strip(".")

    # -- conversions ---------------------------------------------------------------------------------------------

    def _exact(self, name: str, kind: str, convert: Callable[[str], int], most: int, *, example: str) -> int | None:
        value = self.table.get(name)
        if value is None or name in self.citing:
            return None
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            self.error(name, f"{kind}_not_text", value=shown(value))
            return None
        if not isinstance(value, str):
            self.error(name, f"not_{kind}", value=shown(value), example=example)
            return None
        return self._converted(name, kind, convert, most, value, example)

    def _converted(
        self, name: str, kind: str, convert: Callable[[str], int], most: int, value: str, example: str
    ) -> int | None:
        try:
            exact = convert(value)
        except ValueError:
            self.error(name, f"not_{kind}", value=shown(value), example=example)
            return None
        if exact < 0:
            self.error(name, "below_zero", value=shown(value))
        elif exact > most:
            self.error(name, "too_large", value=shown(value))
        else:
            return exact
        return None

    def cites(self, name: str) -> bool:
        """Whether the field is written as a citation of the law: ``{ law = "amo.ambulatory_rate" }``."""
        value = self.table.get(name)
        return isinstance(value, dict) and "law" in value

    def _from_law(self, name: str, kinds: Collection[str], default: int) -> int:
        cited = self.cited[name]
        if cited.kind in kinds:
            return cited.value
        self.error(name, "law_other_kind", parameter=cited.parameter, kind=cited.kind, wanted=listed(tuple(kinds)))
        return default
