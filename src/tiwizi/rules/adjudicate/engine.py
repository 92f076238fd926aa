"""Decide: bind a compiled plan to facts and a tariff, and let the kernel run over ranges of households.

One claim at the desk and ten million lines in a run take the same path.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import local

import numpy as np

from tiwizi.rules.adjudicate import context
from tiwizi.rules.adjudicate.columns import Column, Decisions, Facts, Tariff
from tiwizi.rules.adjudicate.kernel import registers as kernel
from tiwizi.rules.adjudicate.kernel.calendar import months
from tiwizi.rules.adjudicate.kernel.lines import decide_households
from tiwizi.rules.adjudicate.kernel.memory import Addresses
from tiwizi.rules.money import QUANTITY_SCALE
from tiwizi.rules.plan import compile as c
from tiwizi.rules.plan.compile import CompiledPlan, PlanTables
from tiwizi.rules.terms import ATTRIBUTES, CLAIM_ATTRIBUTES, STATUSES

#: Lines that one call of the kernel takes: large enough to forget the call, small enough to keep threads busy.
CHUNK = 100_000


def decide(plan: CompiledPlan, facts: Facts, tariff: Tariff, *, threads: int = 1) -> Decisions:
    """The decisions on every line of the facts, in their order.

    plan: compiled for this tariff. threads: how many ranges of households are decided at once; the result is the same.
    """
    bound = _Bound(plan, facts, tariff)
    ranges = _ranges(facts, threads)
    if threads == 1 or len(ranges) == 1:
        trails = [bound.run(low, high) for low, high in ranges]
    else:
        with ThreadPoolExecutor(threads) as pool:
            trails = list(pool.map(lambda r: bound.run(*r), ranges))
    return bound.decisions(trails)


def uses(plan: CompiledPlan, facts: Facts, tariff: Tariff) -> tuple[Column, Column]:
    """Decide one household; (its uses of limits, flat, [use, U_]; by limit, [limit id, C_]): with_histories, all."""
    bound = _Bound(plan, facts, tariff)
    bound.run(0, 1)
    scratch = kernel.Scratch(*bound.scratch()[0].parts)
    return scratch.uses, scratch.chains.reshape(-1, kernel.CHAIN_COLUMNS)


def fact_tables(plan: CompiledPlan, facts: Facts) -> kernel.FactTables:
    """The facts as the kernel reads them."""
    layers = plan.plan.layers
    covers = np.zeros((len(layers), max(1, len(facts.plan_codes))), np.uint8)
    for y, layer in enumerate(layers):
        covers[y, : len(facts.plan_codes)] = [code in layer.covers for code in facts.plan_codes]
    reported = np.full((len(layers), facts.lines if facts.reported else 0), -1, np.int64)
    for y, layer in enumerate(layers):
        if layer.id in facts.reported:
            reported[y] = facts.reported[layer.id]
    return kernel.FactTables(
        person_start=_rows(facts.person_start),
        cover_start=_rows(facts.cover_start),
        claim_start=_rows(facts.claim_start),
        line_start=_rows(facts.line_start),
        people=_table(_birthday_keys(facts.birth), context.person_words(facts.role, facts.sex)),
        status_start=_rows(facts.status_start),
        statuses=_table(_STATUS_BITS[facts.status], facts.status_from, facts.status_to),
        covers=_table(facts.cover_person, facts.cover_plan, facts.cover_from, facts.cover_to, facts.cover_stage,
                      facts.joined, facts.paid_until, np.maximum(facts.cover_from, facts.joined)),
        claims=_table(context.claim_words(facts.claim_attributes), facts.claim_attributes[:, _SECTOR], facts.provider,
                      facts.received, facts.care_to, facts.episode),
        claim=_rows(facts.claim, kernel.CLAIM_COLUMNS),
        person=_rows(facts.person, kernel.PERSON_COLUMNS),
        day=facts.day,
        code=_rows(facts.code),
        quantity=facts.quantity,
        billed=facts.billed,
        allowed=facts.allowed,
        session=facts.session,
        approval=facts.approval,
        approved=facts.approved,
        approved_quantity=facts.approved_quantity,
        unfit=facts.unfit,
        reported=reported.ravel(),
        layer_covers=covers.ravel(),
        sizes=np.array([reported.shape[1], covers.shape[1], len(facts.approval)], np.int64),
    )  # fmt: skip


_MONTHS = months()
_STATUS_BITS = np.array([context.FIRST_BIT[status] for status in STATUSES], np.int64)
_SECTOR = CLAIM_ATTRIBUTES.index("sector")


def _rows(numbers: Column, columns: int = 1) -> Column:
    """uint32: where rows start in a flat table of so many columns."""
    starts = numbers.astype(np.uint32)
    return starts if columns == 1 else starts * np.uint32(columns)


def _birthday_keys(birth: Column) -> Column:
    """int64 per birth: year x 512 + month x 32 + day, so that an age is a difference of keys, divided by 512."""
    day = birth.astype("datetime64[D]")
    month, year = day.astype("datetime64[M]"), day.astype("datetime64[Y]")
    of_month = (day - month).astype(np.int64) + 1
    of_year = (month - year).astype(np.int64) + 1
    return np.asarray((year.astype(np.int64) + 1970) * 512 + of_year * 32 + of_month)


def _table(*columns: Column) -> Column:
    """int64, flat: what is read together lies together."""
    table = np.empty((len(columns[0]), len(columns)), np.int64)
    for n, column in enumerate(columns):
        table[:, n] = column
    return table.ravel()


def tariff_tables(plan: CompiledPlan, tariff: Tariff) -> kernel.TariffTables:
    """The tariff as the kernel reads it: with the plan's classes and the values of its key letters."""
    names, values = plan.letters
    found = np.full((values.shape[0], max(1, len(tariff.letters)), len(ATTRIBUTES["sector"])), -1, np.int64)
    for n, letter in enumerate(tariff.letters):
        if letter in names:
            found[:, n] = values[:, names.index(letter)]
    return kernel.TariffTables(
        class_of=_rows(plan.class_of(tariff.codes, tariff.categories, tariff.code_category)),
        code_start=_rows(tariff.code_start),
        rows=_table(tariff.valid_from, tariff.valid_to, tariff.sector, tariff.provider, tariff.price * QUANTITY_SCALE,
                    tariff.letter, tariff.coefficient, tariff.doubtful, tariff.reimbursement_base, tariff.generic_base,
                    tariff.rate, tariff.anaesthesia),
        letter_values=found.ravel(),
        session_letter_values=values.ravel(),
        letters=np.array([found.shape[1], values.shape[1]], np.int64),
    )  # fmt: skip


class _Bound:
    """A plan, its facts and its tariff, ready for the kernel, and room for what comes out."""

    def __init__(self, plan: CompiledPlan, facts: Facts, tariff: Tariff) -> None:
        self.plan, self.lines = plan.tables, facts.lines
        self.constants = (
            Addresses(kernel.FACTS, fact_tables(plan, facts)),
            Addresses(kernel.PLAN, plan.tables),
            Addresses(kernel.TARIFF, tariff_tables(plan, tariff)),
            _MONTHS,
        )
        self.steps = int(plan.tables.settings[c.STEPS])
        self.out = _output(facts.lines, self.steps)
        self.entries = int(plan.tables.settings[c.MOST_ENTRIES])
        self.widest = _Widest(facts)
        self.own = local()

    def run(self, low: int, high: int) -> tuple[Column, Column]:
        """Decide a range of households; gives its trail."""
        rule, cut = self._room()
        scratch, here = self.scratch()
        out = Addresses(kernel.OUTPUT, self.out._replace(trail_rule=rule, trail_cut=cut))
        world = Addresses(kernel.WORLD, (*self.constants, scratch, out, here))
        size = decide_households(low, high, world.address)
        return rule[:size].copy(), cut[:size].copy()

    def _room(self) -> tuple[Column, Column]:
        """Room of a thread for the longest possible trail. Only what is written is ever touched, so it costs little."""
        if not hasattr(self.own, "room"):
            lines = min(self.lines, CHUNK + self.widest.lines)  # a range ends with a whole household
            size = (lines * self.steps + 2) * (self.entries + 1)
            self.own.room = np.empty(size, np.int32), np.empty(size, np.int64)
        found: tuple[Column, Column] = self.own.room
        return found

    def scratch(self) -> tuple[Addresses, Column]:
        """The working memory of a thread, and its record of the line at hand."""
        if not hasattr(self.own, "scratch"):
            here = np.zeros(len(kernel.Here._fields), np.int64)
            self.own.scratch = Addresses(kernel.SCRATCH, self.widest.scratch(self.plan)), here
        found: tuple[Addresses, Column] = self.own.scratch
        return found

    def decisions(self, trails: list[tuple[Column, Column]]) -> Decisions:
        out, start = self.out, np.zeros(self.lines + 1, np.int64)
        np.cumsum(self.out.trail_size, out=start[1:])
        return Decisions(
            state=out.state,
            reasons=out.reasons,
            billed=out.billed,
            paid=out.paid,
            chosen=out.chosen,
            reductions=out.reductions,
            share=out.share,
            trail_start=start,
            trail_rule=np.concatenate([np.zeros(0, np.int32), *(rule for rule, _ in trails)]),
            trail_cut=np.concatenate([np.zeros(0, np.int64), *(cut for _, cut in trails)]),
        )


class _Widest:
    """The largest household, which sizes the working memory."""

    def __init__(self, facts: Facts) -> None:
        self.people, self.claims, self.lines = (
            int(np.diff(start).max(initial=0)) for start in (facts.person_start, facts.claim_start, facts.line_start)
        )

    def scratch(self, plan: PlanTables) -> kernel.Scratch:
        layers, steps, slots, limits = (int(plan.settings[n]) for n in (c.LAYERS, c.STEPS, c.SLOTS, c.MOST_LIMITS))
        answers, width = kernel.ANSWERS + self.lines * layers + 1, kernel.M_LIMITS + limits
        index = 1 << (4 * answers).bit_length()
        counts = np.zeros(4, np.int64)
        counts[kernel.N_WIDTH], counts[kernel.N_INDEX] = width, index

        def room(*shape: int) -> Column:
            return np.full(int(np.prod(shape)), -1, np.int64)

        return kernel.Scratch(
            slots=room(self.people + 1, slots, kernel.SLOT_COLUMNS),
            uses=room(self.lines, max(1, limits), steps, kernel.USE_COLUMNS),
            chains=room(max(1, int(plan.settings[c.LIMIT_IDS])), kernel.CHAIN_COLUMNS),
            rulings=room(self.lines, layers, kernel.RULING_COLUMNS),
            lines=room(self.lines, kernel.LINE_COLUMNS),
            home_covers=room(layers, kernel.HOME_COVER_COLUMNS),
            answers=np.empty(answers * width, np.int64),
            index=room(index),
            used=room(max(1, limits)),
            taken=room(max(1, limits)),
            kind_bits=room(self.claims),
            paid_on=room(self.lines),
            units_on=room(self.lines),
            counts=counts,
        )


def _output(lines: int, steps: int) -> kernel.Output:
    return kernel.Output(
        state=np.empty(lines, np.int8),
        reasons=np.empty(lines, np.int64),
        billed=np.empty(lines, np.int64),
        paid=np.zeros((lines, steps), np.int64),
        chosen=np.full((lines, steps), -1, np.int8),
        reductions=np.empty(lines, np.int64),
        share=np.empty(lines, np.int64),
        trail_size=np.empty(lines, np.int32),
        trail_rule=np.zeros(0, np.int32),
        trail_cut=np.zeros(0, np.int64),
    )


def _ranges(facts: Facts, threads: int) -> list[tuple[int, int]]:
    """Ranges of whole households of about a chunk of lines each, several for each thread."""
    chunk = min(CHUNK, max(1, facts.lines // (4 * threads))) if threads > 1 else CHUNK
    cuts = np.searchsorted(facts.line_start, np.arange(0, facts.lines, chunk), side="left")
    edges = np.unique(np.concatenate(([0], cuts, [facts.households])))
    return [(int(low), int(high)) for low, high in zip(edges[:-1], edges[1:], strict=True)]
