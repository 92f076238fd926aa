"""What claims are decided by: a version of the plan and one of the tariff, ready for the engine."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
from django.db import connection

from tiwizi.formats.tables.order import sorting_order, starts, vocabulary
from tiwizi.records.cover.models import TariffRow, TariffVersion
from tiwizi.records.cover.versions import open_plan
from tiwizi.records.database.columns import Kind, read_columns
from tiwizi.rules.adjudicate.accumulators import Histories
from tiwizi.rules.adjudicate.columns import Column, Tariff
from tiwizi.rules.adjudicate.histories import history
from tiwizi.rules.period import NEVER, NO_DAY
from tiwizi.rules.plan.compile import CompiledPlan, compile_plan
from tiwizi.rules.plan.document import Plan

_NUMBERS = ("coefficient", "price", "reimbursement_base", "generic_base", "rate", "anaesthesia")
_TARIFF = f"""SELECT a.id AS act, a.code AS code, COALESCE(r.id, -1) AS row, r.category AS category,
    r.letter AS letter, {", ".join(f"r.{name} AS {name}" for name in _NUMBERS)}, r.valid_from AS valid_from,
    r.valid_to AS valid_to, r.sector AS sector, r.doubt <> '' AS doubt,
    CASE WHEN r.provider = '' THEN -1 ELSE COALESCE(p.id, -2) END AS provider
    FROM cover_act a LEFT JOIN cover_tariffrow r ON r.act_id = a.id AND r.version_id = %s
    LEFT JOIN care_provider p ON p.number = r.provider"""

_KINDS: dict[str, Kind] = {"act": "int", "code": "text", "row": "int", "category": "text", "letter": "text"}
_KINDS |= dict.fromkeys(_NUMBERS, "int")
_KINDS |= {"valid_from": "day", "valid_to": "day", "sector": "int", "doubt": "flag", "provider": "int"}


@dataclass(frozen=True)
class Basis:
    """``code_of_act``, ``code_of_plan``: where an act and a plan, by id, stand in the engine's vocabularies, or -1."""

    plan_version: int
    tariff_version: int
    compiled: CompiledPlan
    tariff: Tariff
    code_of_act: Column
    plan_codes: tuple[str, ...]
    code_of_plan: Column

    @property
    def plan(self) -> Plan:
        return self.compiled.plan

    @property
    def histories(self) -> Histories:
        """What households have used up of limits, as the kernel counts it."""
        return partial(history, self.compiled)


def basis(plan_version: int, tariff_version: int) -> Basis:
    """Versions as the engine takes them. Kept in memory: versions never change, acts and plans are only added."""
    database = str(connection.settings_dict["NAME"])
    named = _names_providers(database, tariff_version)
    own = f"(SELECT COUNT(*) FROM care_provider WHERE number IN ({', '.join(['%s'] * len(named))}))" if named else "0"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT (SELECT MAX(id) FROM cover_act), (SELECT MAX(id) FROM cover_plan), {own}", named)
        known = cursor.fetchone()
    return _basis(database, plan_version, tariff_version, known)


@lru_cache(maxsize=16)
def _names_providers(_database: str, tariff_version: int) -> tuple[str, ...]:
    """The providers that a tariff has rows of: of the others nobody needs to know how many there are."""
    rows = TariffRow.objects.filter(version=tariff_version).exclude(provider="")
    return tuple(rows.values_list("provider", flat=True).distinct())


@lru_cache(maxsize=4)
def _basis(_database: str, plan_version: int, tariff_version: int, _known: tuple[int, ...]) -> Basis:
    plan = open_plan(plan_version)
    tariff, code_of_act = _open_tariff(tariff_version)
    plans = read_columns("SELECT id, code FROM cover_plan ORDER BY id", {"id": "int", "code": "text"})
    return Basis(
        plan_version, tariff_version, compile_plan(plan, tariff), tariff, code_of_act,
        tuple(plans["code"].to_pylist()), _places(plans["id"], np.arange(len(plans["id"]), dtype=np.int16)),
    )  # fmt: skip


def _open_tariff(version: int) -> tuple[Tariff, Column]:
    """The tariff, and by act id where the act stands in it; so does an act without a price, which has no rows."""
    assert TariffVersion.objects.filter(pk=version).exists()
    rows = read_columns(_TARIFF, _KINDS, [version])
    act_code, codes = vocabulary(rows["code"])
    code_of_act = _places(rows["act"], act_code.astype(np.int32))
    open_end = rows["valid_to"] == NO_DAY
    # A row of a provider that never came is nobody's; the most specific row comes first, as tables/tariff.py has it.
    kept = np.flatnonzero((rows["row"] >= 0) & (rows["provider"] != -2))
    provider, sector = rows["provider"][kept], rows["sector"][kept]
    order = sorting_order(
        (act_code[kept], provider < 0, provider, sector < 0, sector, -rows["valid_from"][kept].astype(np.int64))
    )
    kept = kept if order is None else kept[order]
    category, categories = vocabulary(rows["category"])
    letter, letters = vocabulary(rows["letter"])
    unsaid = np.array([name == "" for name in letters.to_pylist()], bool)[letter]
    letter = np.where(unsaid | (rows["doubt"] & (rows["coefficient"] < 0)), -1, letter)
    of_code = np.zeros(len(codes), np.int32)
    of_code[act_code] = category
    numbers = {name: rows[name][kept] for name in _NUMBERS}
    tariff = Tariff(
        codes=tuple(codes.to_pylist()),
        categories=tuple(categories.to_pylist()),
        letters=tuple(letters.to_pylist()),
        code_category=of_code,
        code_start=starts(act_code[kept], len(codes)).astype(np.int32),
        letter=letter[kept].astype(np.int16),
        coefficient=numbers["coefficient"].astype(np.int32),
        price=numbers["price"],
        reimbursement_base=numbers["reimbursement_base"],
        generic_base=numbers["generic_base"],
        rate=numbers["rate"].astype(np.int32),
        valid_from=rows["valid_from"][kept],
        valid_to=np.where(open_end, NEVER, rows["valid_to"])[kept].astype(np.int32),
        sector=rows["sector"][kept].astype(np.int8),
        provider=rows["provider"][kept].astype(np.int32),
        anaesthesia=numbers["anaesthesia"].astype(np.int32),
        doubtful=rows["doubt"][kept],
    )
    return tariff, code_of_act


def _places(ids: Column, values: Column) -> Column:
    """The values by id; -1 for an id that there is none of."""
    found = np.full(int(ids.max(initial=0)) + 1, -1, values.dtype)
    found[ids] = values
    return found
