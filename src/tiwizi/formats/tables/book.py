"""What a folder of tables says, checked: the facts, the prices, who is who, and the rows that went to repair."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tiwizi.formats.tables import inputs
from tiwizi.formats.tables.claims import Claims, Lines, read_claims, read_lines, read_reported
from tiwizi.formats.tables.fault import Said, TableError
from tiwizi.formats.tables.households import Cover, People, Statuses, read_cover, read_people, read_statuses
from tiwizi.formats.tables.magnitude import question
from tiwizi.formats.tables.repair import Counts, Repair, SetApart, repair_of, set_apart
from tiwizi.formats.tables.schema import TABLES
from tiwizi.formats.tables.seen import Look, Seen
from tiwizi.formats.tables.sheet import Sheet
from tiwizi.formats.tables.source import Source, chained, find_tables, from_mappings, read_source
from tiwizi.formats.tables.tariff import Prices, read_tariff
from tiwizi.rules.adjudicate.columns import Facts, Taken, Tariff, runs_of
from tiwizi.rules.money import MINOR_DIGITS

AmountsIn = Literal["major", "minor"]
Progress = Callable[[str], None]
T = TypeVar("T")
#: So many columns that were not read are named; a file can have thousands.
MOST_NAMED = 20


@dataclass(frozen=True)
class Ids:
    """Identifiers as text arrays, in the order of the facts. A line's own is ``line_names[line_name[row]]``."""

    households: Any
    people: Any
    claims: Any
    line_name: NDArray[Any]
    line_names: Any
    codes: Any
    providers: Any
    labels: dict[str, Any]

    def take(self, facts: Facts, households: NDArray[Any]) -> Ids:
        """The identifiers of some households alone, for ``facts.take(households)``."""
        runs = runs_of(households)
        people, claims, lines = (
            Taken(start, *runs).rows for start in (facts.person_start, facts.claim_start, facts.line_start)
        )
        return replace(
            self,
            households=self.households.take(pa.array(households)),
            people=_picked(self.people, people),
            claims=_picked(self.claims, claims),
            line_name=self.line_name[lines],
        )


def _picked(texts: Any, rows: NDArray[Any] | slice) -> Any:
    return texts.slice(rows.start, rows.stop - rows.start) if isinstance(rows, slice) else texts.take(pa.array(rows))


@dataclass(frozen=True)
class Book:
    """``questions``: what a person must answer before amounts are trusted. ``notes``: columns that were not read.

    ``sheets`` are the tables as they were read, and ``rows`` says for each table which of its rows the facts' entries
    came from; both are there for who asked to ``keep`` them.
    ``seen``: what the tables said, as numbers. ``unread``: the numbers of households that were left out, since they
    are as they were before.
    """

    facts: Facts
    tariff: Tariff
    ids: Ids
    currency: str
    repair: Repair = field(default_factory=Repair)
    questions: tuple[Said, ...] = ()
    notes: tuple[Said, ...] = ()
    lang: str = "en"
    sources: Callable[[str], Source] | None = None
    sheets: Mapping[str, Sheet] = field(default_factory=dict)
    rows: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    seen: Seen | None = None
    unread: NDArray[Any] = field(default_factory=lambda: np.zeros(0, np.uint64))

    @property
    def question(self) -> Said | None:
        return self.questions[0] if self.questions else None

    @property
    def counts(self) -> dict[str, Counts]:
        """Of each table the rows that came in, were accepted, went to repair."""
        return self.repair.counts or {}

    def read_rows(self, table: str, rows: NDArray[Any]) -> list[dict[str, str]]:
        """Rows of a table as its file has them, by the file's headings; the file is read again."""
        assert self.sources is not None, "a book that was saved no longer has its files"
        cells = {heading: column.to_pylist() for heading, column in self.sources(table).original(rows).items()}
        return [{heading: column[i] for heading, column in cells.items()} for i in range(len(rows))]

    def name_line(self, row: int) -> tuple[str, str]:
        """(claim, line) as the tables name a line of the facts."""
        claim = self.ids.claims[int(self.facts.claim[row])].as_py()
        return claim, self.ids.line_names[int(self.ids.line_name[row])].as_py()

    def find_line(self, named: str) -> int | None:
        """The row of a line named "claim/line", or "claim" where the claim has one line only."""
        for cut in [len(named), *(i for i, letter in enumerate(named) if letter == "/")]:
            claim = pc.index(self.ids.claims, named[:cut]).as_py()
            rows = self._lines_of(claim) if claim >= 0 else []
            found = [row for row in rows if cut == len(named) or self.name_line(row)[1] == named[cut + 1 :]]
            if len(found) == 1:
                return found[0]
        return None

    def _lines_of(self, claim: int) -> list[int]:
        household = int(np.searchsorted(self.facts.claim_start, claim, side="right")) - 1
        low, high = (int(end) for end in self.facts.line_start[household : household + 2])
        return [low + int(at) for at in np.flatnonzero(self.facts.claim[low:high] == claim)]

    def label(self, code: int, lang: str) -> str:
        """What a code is called in a language; in another where it has no name there; else the code itself."""
        for known in (lang, "fr", "ar", "en"):
            if name := self.ids.labels[known][code].as_py():
                return str(name)
        return self.tariff.codes[code]

    def take(self, households: NDArray[Any]) -> Book:
        """The book of some households alone."""
        return replace(self, facts=self.facts.take(households), ids=self.ids.take(self.facts, households))

    def save_inputs(self, folder: Path) -> None:
        """Keep what the decisions rest on, so that they can be explained when the tables are gone."""
        inputs.save(folder, facts=self.facts, tariff=self.tariff, ids=self.ids, seen=self.seen, currency=self.currency)

    @classmethod
    def load_inputs(cls, folder: Path) -> Book:
        """The book of a run as it was saved, without its repair. Raises OSError or TableError."""
        facts, tariff, ids, seen, currency = inputs.load(folder)
        return cls(facts, tariff, Ids(**ids), currency, seen=seen)


def read_folder(
    folder: Path,
    *,
    currency: str,
    tariff_files: Sequence[Path] = (),
    lang: str = "en",
    amounts_in: AmountsIn | None = None,
    progress: Progress | None = None,
    uploaded: bool = False,
    before: Seen | None = None,
) -> Book:
    """The tables of a folder, checked and joined.

    tariff_files: tariff tables that a plan brings, besides the folder's own. amounts_in: "minor" where the amounts of
    lines and reported are written in minor units. progress: told each table as it is begun. uploaded: the files come
    from a stranger, and are read by a confined process. before: what was seen of these tables another time; households
    of which they say the same are left out, the rows of all tables are counted all the same. Raises TableError.
    """
    paths = find_tables(folder, lang=lang)
    if "tariff" not in paths and not tariff_files:
        raise TableError("missing_table", lang=lang, table="tariff", folder=str(folder))

    def source(table: str) -> Source:
        if progress:
            progress(table)
        if table != "tariff":
            return read_source(paths[table], table, lang=lang, uploaded=uploaded)
        own = [("tariff", paths["tariff"])] if "tariff" in paths else []
        named = own + [(path.name, path) for path in tariff_files]
        return chained([(name, read_source(path, table, lang=lang)) for name, path in named], table)

    known = {table: source for table in TABLES if table in paths or table == "tariff"}
    return _looked_at(known, Asked(currency, lang, amounts_in), before)


def from_rows(
    tables: Mapping[str, Sequence[Mapping[str, Any]]],
    *,
    currency: str,
    lang: str = "en",
    amounts_in: AmountsIn | None = None,
) -> Book:
    """The same from rows in memory, heading -> cell; a table left out has no rows. Raises TableError."""
    rows = {table: list(found) for table, found in tables.items()}
    known = {table: (lambda name: from_mappings(rows[name], name)) for table in TABLES if table in rows}
    return read_sources(known, currency=currency, lang=lang, amounts_in=amounts_in)


#: The order in which tables are checked: each rests on those before it.
ORDER = ("people", "statuses", "cover", "tariff", "claims", "lines", "reported")
Sources = Mapping[str, Callable[[str], Source]]


class Asked(NamedTuple):
    """How tables are to be read: see ``read_folder``."""

    currency: str
    lang: str
    amounts_in: AmountsIn | None

    def digits(self, table: str) -> int:
        """Decimals of the amounts in a table."""
        in_minor = self.amounts_in == "minor" and table in ("lines", "reported")
        return 0 if in_minor else MINOR_DIGITS[self.currency]


def read_sources(
    sources: Sources, *, currency: str, lang: str = "en", amounts_in: AmountsIn | None = None, keep: bool = False
) -> Book:
    """The same from sources of any kind: table -> what reads it. While a table is checked, the next is read.

    keep: the tables are kept beside the facts (``Book.sheets``), for who stores more than the engine needs.
    """
    with ThreadPoolExecutor(1) as reader:
        ahead = {table: reader.submit(sources[table], table) for table in ORDER if table in sources}
        try:
            asked = Asked(currency, lang, amounts_in)
            return _checked(sources, lambda table: ahead.pop(table).result(), asked, {}, keep=keep)
        finally:
            reader.shutdown(wait=False, cancel_futures=True)


def _looked_at(sources: Sources, asked: Asked, before: Seen | None) -> Book:
    """The book of tables in files. While a table is checked, the next are read, and then looked at."""
    look = Look({table: asked.digits(table) for table in ORDER})
    apart: dict[str, SetApart] = {}
    with ThreadPoolExecutor(1) as reader:
        ahead = {table: reader.submit(sources[table], table) for table in ORDER if table in sources}
        looks = [reader.submit(_look_at, look, source) for source in ahead.values()] if before is None else []
        try:
            if before is not None:
                for source in ahead.values():
                    look.at(source.result())
                look.leave_out(before)
            book = _checked(sources, lambda table: look.to_read(ahead.pop(table).result()), asked, apart)
            for done in looks:
                done.result()
        finally:
            reader.shutdown(wait=False, cancel_futures=True)
    for table, found in apart.items():
        look.doubt(table, found.bad.rows if found.bad else np.zeros(0, np.int64))
    counts = {table: look.of_all(table, found) for table, found in book.counts.items()}
    return replace(book, repair=replace(book.repair, counts=counts), seen=look.seen(), unread=look.unread())


def _look_at(look: Look, source: Future[Source]) -> None:
    look.at(source.result())


def _checked(
    sources: Sources,
    source: Callable[[str], Source],
    asked: Asked,
    apart: dict[str, SetApart],
    *,
    keep: bool = False,
) -> Book:
    """The book of some tables; what of each is set apart goes to ``apart``."""
    sheets: dict[str, Sheet] = {}

    def read(table: str, check: Callable[..., T], *known: Any) -> T:
        """One table, checked. What is wrong with it is set apart, and its cells are let go: tables are large."""
        sheet = Sheet(source(table) if table in sources else from_mappings([], table), asked.digits(table))
        found = check(sheet, *known)
        if table in sources:
            apart[table] = set_apart(sheet)
        if keep:
            sheets[table] = sheet
        return found

    people = read("people", read_people)
    statuses, cover = read("statuses", read_statuses, people), read("cover", read_cover, people)
    prices = read("tariff", read_tariff)
    claims = read("claims", read_claims, people, prices)
    lines = read("lines", read_lines, people, claims, prices, statuses, cover)
    reported = read("reported", read_reported, claims, lines)
    doubt = question(lines.unit_price, lines.billed, lines.quantity, lines.code, prices.tariff, asked.currency)
    facts, tariff, ids = _joined(people, statuses, cover, prices, claims, lines, reported)
    known = {table: apart[table] for table in TABLES if table in apart}
    rows = {
        "people": people.person_row, "statuses": statuses.row, "cover": cover.row, "tariff": prices.row,
        "claims": claims.row, "lines": lines.row,
    }  # fmt: skip
    return Book(
        facts, tariff, ids, asked.currency, repair_of(known), (doubt,) if doubt else (), _notes(known), asked.lang,
        lambda table: sources[table](table), sheets, rows if keep else {},
    )  # fmt: skip


def _notes(tables: Mapping[str, SetApart]) -> tuple[Said, ...]:
    return tuple(
        Said("columns_not_read", {"table": name, "columns": _listed(table.ignored)})
        for name, table in tables.items()
        if table.ignored
    )


def _listed(columns: Sequence[str]) -> str:
    more = len(columns) - MOST_NAMED
    return ", ".join(columns[:MOST_NAMED]) + (f" ... (+{more})" if more > 0 else "")


def _joined(people: People, statuses: Statuses, cover: Cover, prices: Prices, claims: Claims, lines: Lines,
            reported: dict[str, NDArray[Any]]) -> tuple[Facts, Tariff, Ids]:  # fmt: skip
    providers, (own, priced) = one_vocabulary(claims.providers, prices.providers)
    facts = Facts(
        plan_codes=cover.plans,
        person_start=people.person_start, cover_start=cover.start, claim_start=claims.start, line_start=lines.start,
        birth=people.birth, role=people.role, sex=people.sex, status_start=statuses.start,
        status=statuses.status, status_from=statuses.since, status_to=statuses.to,
        cover_person=cover.person, cover_plan=cover.plan, cover_from=cover.since, cover_to=cover.to,
        cover_stage=cover.stage, joined=cover.joined, paid_until=cover.paid_until,
        claim_attributes=claims.attributes, provider=own[claims.provider], received=claims.received,
        care_to=claims.care_to, episode=claims.episode,
        claim=lines.claim, person=lines.person, day=lines.day, code=lines.code, quantity=lines.quantity,
        billed=lines.billed, allowed=lines.allowed, session=lines.session,
        **lines.approvals,
        household_row=people.person_row[people.person_start[:-1]], claim_row=claims.row, line_row=lines.row,
        reported=reported,
    )  # fmt: skip
    tariff = replace(prices.tariff, provider=priced[prices.tariff.provider])
    ids = Ids(
        people.households, people.people, claims.claims, lines.name, lines.names, prices.codes, providers, prices.labels
    )
    return facts, tariff, ids


def one_vocabulary(*vocabularies: Any) -> tuple[Any, list[NDArray[Any]]]:
    """Sorted vocabularies as one, and where the entries of each went (-1 stays -1)."""
    names = pc.unique(pa.chunked_array(vocabularies, pa.string()))
    names = names.take(pc.sort_indices(names))
    places = [pc.index_in(own, value_set=names).to_numpy(zero_copy_only=False) for own in vocabularies]
    return names, [np.append(place, -1).astype(np.int32) for place in places]
