"""The registers as plain numbers, the columns of the kernel's tables, and how its functions are compiled."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from tiwizi.rules.adjudicate import context
from tiwizi.rules.adjudicate.columns import CLAUSE_BITS, Column
from tiwizi.rules.adjudicate.columns import REASON_BITS as REASON_BITS
from tiwizi.rules.adjudicate.kernel.memory import ColumnType, RecordType, TableType, columns_type
from tiwizi.rules.plan.compile import KIND_ORDER, PlanTables
from tiwizi.rules.plan.document import BASES, COUNTED, SCOPES, SESSION_ROLES
from tiwizi.rules.terms import ATTRIBUTES, REASON_CODE, REASONS

(REVIEW, DUPLICATE, NO_COVER, NOT_PAID_UP, NOT_ELIGIBLE, LATE_FILING, NOT_IN_TARIFF, NOT_COVERED, EXCLUDED, CONTEXT,
 AGE, SEX, NO_APPROVAL, WAITING, DOUBTFUL_PRICE, NO_PRICE, TOO_SOON, COUNT, REFERENCE, SESSION, CONSULTATION_WITH_ACT,
 IN_PACKAGE, UNIT_CAP, FIXED_AMOUNT, DEDUCTIBLE, COPAYMENT, RATE, CEILING, AWAITING_POINT_VALUE, POINT_VALUE,
 COORDINATION, ROUNDING, AWAITING_REPORT, REPORTED, REVIEW_ABOVE,
 APPROVED_AMOUNT, APPROVED_QUANTITY) = np.arange(len(REASONS))  # fmt: skip
assert [REASON_CODE[name] for name in ("waiting", "approved_quantity")] == [WAITING, APPROVED_QUANTITY]
ZERO, ONE, NONE = np.int64(0), np.int64(1), np.int64(-1)
IS_SHARE = np.array([reason.effect == "share" for reason in REASONS])
IS_PAID = np.array([reason.effect == "paid" for reason in REASONS])
IS_REVIEW = np.array([reason.effect == "review" for reason in REASONS])
CLAIM_BASE, TARIFF_BASE, LOWER_BASE, REMAINDER_BASE, LUMP_SUM = range(len(BASES))
LINE_SCOPE, CLAIM_SCOPE, EPISODE_SCOPE, PERSON_SCOPE, HOUSEHOLD_SCOPE = range(len(SCOPES))
BY_QUANTITY, BY_LINES, BY_CLAIMS = range(len(COUNTED))
ACT, CONSULTATION, ANAESTHESIA, THEATRE, PACKAGE = range(1, len(SESSION_ROLES) + 1)
GAP_KIND, COUNT_KIND, DEDUCTIBLE_KIND, CEILING_KIND = range(len(KIND_ORDER))
STAGE_BIT, APPROVAL_BIT = context.FIRST_BIT["stage"], context.FIRST_BIT["prior_approval"]
KIND_BIT, MAX_KINDS, OLDEST = context.KIND_BIT, context.MAX_KINDS, context.OLDEST
AGE_BITS, SEX_BITS = context.AGE_BITS, context.SEX_BITS
REASON_SHIFT, LAYER_SHIFT = CLAUSE_BITS, CLAUSE_BITS + REASON_BITS

# The tables below are flat: a row is named by where it starts, and its columns are counted from there.
P_BORN, P_WORD = range(2)
PERSON_COLUMNS = 2
ST_BIT, ST_FROM, ST_TO = range(3)
STATUS_COLUMNS = 3
CV_PERSON, CV_PLAN, CV_FROM, CV_TO, CV_STAGE, CV_JOINED, CV_PAID_UNTIL, CV_SINCE = range(8)
COVER_COLUMNS = 8
CL_WORD, CL_SECTOR, CL_PROVIDER, CL_RECEIVED, CL_CARE_TO, CL_EPISODE = range(6)
CLAIM_COLUMNS = 6
T_FROM, T_TO, T_SECTOR, T_PROVIDER, T_PRICE, T_LETTER, T_COEFFICIENT, T_DOUBTFUL = range(8)
T_REIMBURSEMENT, T_GENERIC, T_RATE, T_ANAESTHESIA = range(8, 12)
TARIFF_COLUMNS = 12
SL_VALUE, SL_STAMP = range(2)
SLOT_COLUMNS = 2
U_PERSON, U_CLAIM, U_EPISODE, U_CODE, U_DAY, U_PERIOD, U_AMOUNT, U_TOTAL, U_BEFORE, U_LINE = range(10)
USE_COLUMNS = 10
C_STAMP, C_LAST = range(2)
CHAIN_COLUMNS = 2
G_COVER, G_ANSWER, G_REFUSAL, G_CLAUSE = range(4)
RULING_COLUMNS = 4
LN_PRICE, LN_CARE, LN_POSSIBLE, LN_VALUE, LN_SHARE, LN_BASE, LN_NOTHING = range(7)
LINE_COLUMNS = 8
H_HOUSEHOLD, H_COVER = range(2)
HOME_COVER_COLUMNS = 2
#: Instead of a cover: the household has several for a layer.
SEVERAL = np.int64(-2)
N_USES, N_ANSWERS, N_WIDTH, N_INDEX = range(4)
Z_LINES, Z_PLAN_CODES, Z_APPROVALS = range(3)
SECTORS = len(ATTRIBUTES["sector"])

# An answer: what a layer says of some care in some context, and the limits that concern it there.
M_ASK, M_WORD, M_HARD, M_FILING, M_CODE, M_RULE, M_FLAGS, M_BASE = range(8)
M_RATE, M_UNIT_CAP, M_FIXED, M_COUNTS, M_DEDUCTIBLES, M_CEILINGS = range(8, 14)
M_ELIGIBLE, M_REFUSAL, M_CLAUSE, M_WAITING = range(14, 18)
M_LIMITS = 18
#: How many answers are kept.
ANSWERS = 4096
#: Days that no claim is late by.
NEVER_LATE = 1 << 40


class FactTables(NamedTuple):
    """Facts as the kernel reads them: what is read together lies together, and conditions are words.

    Starts and rows are uint32; ``claim`` and ``person`` of a line say where the row of its table starts.
    """

    person_start: Column
    cover_start: Column
    claim_start: Column
    line_start: Column
    people: Column  # [person, P_]
    status_start: Column
    statuses: Column  # [status, ST_]
    covers: Column  # [cover, CV_]
    claims: Column  # [claim, CL_]
    claim: Column
    person: Column
    day: Column
    code: Column
    quantity: Column
    billed: Column
    allowed: Column
    session: Column
    approval: Column  # by line, or nothing
    approved: Column
    approved_quantity: Column
    unfit: Column
    reported: Column  # [layer, line], or nothing
    layer_covers: Column  # whether a layer covers: [layer, plan code]
    sizes: Column  # [Z_]


class TariffTables(NamedTuple):
    """A tariff as the kernel reads it, with the plan's classes of care and values of key letters."""

    class_of: Column  # per code
    code_start: Column  # per code + 1
    rows: Column  # [row, T_]
    letter_values: Column  # [epoch, letter of the tariff, sector]
    session_letter_values: Column  # [epoch, letter of the plan, sector]
    letters: Column  # how many letters the tariff has, and the plan


class Output(NamedTuple):
    """The columns of Decisions, allocated by the caller; trail_size instead of trail_start. Paid starts as 0 and chosen
    as -1: only the steps that are asked are written."""

    state: Column
    reasons: Column
    billed: Column
    paid: Column  # [line, step]
    chosen: Column  # [line, step]
    reductions: Column
    share: Column
    trail_size: Column
    trail_rule: Column  # of this call
    trail_cut: Column


class Scratch(NamedTuple):
    """The working memory of one thread."""

    slots: Column  # running figures: [entity, slot, SL_]
    uses: Column  # of the household: [use, U_]
    chains: Column  # by limit: [limit id, (household, its last use)]
    rulings: Column  # [line of the group, ask, G_]
    lines: Column  # [line of the group, LN_]
    home_covers: Column  # by layer: the household last asked about, and its only cover for that layer
    answers: Column  # [answer, M_]: what a layer says of some care in some context, with the limits that concern it
    index: Column  # where the answer to (ask, word) starts, or -1; a power of two, mostly empty
    used: Column  # by limit of the candidate at hand: what was used of it before
    taken: Column  # ... what a deductible took of the line; for a count, 1 where its claim is counted already
    kind_bits: Column  # by claim of the household
    paid_on: Column  # by line of the household: what was paid on the approval on which it stands as the first
    units_on: Column  # ... and for what quantity
    counts: Column  # [N_]


class Here(NamedTuple):
    """The line at hand, and the candidate at hand: a layer that may decide it."""

    household: int
    line: int
    claim: int  # where its row starts
    person: int  # where its row starts
    entity: int  # where the running figures of its person start
    day: int
    year: int
    epoch: int
    price_row: int
    session: int  # whether share_out has spoken on its group
    row: int  # where it starts in scratch.lines
    billed: int  # what is at stake
    approved: int  # what a reviewer left of it
    remaining: int  # what earlier steps left of that
    promised: int  # what is left of the amount that its prior approval is for
    units: int  # ... and of its quantity
    units_paid: int  # the quantity that some step pays for
    held: int  # the reason for which an earlier step holds it, or -1
    ask: int
    cover: int
    answer: int
    layer: int  # in its place within an entry of a trail
    end: int  # where the next entry of the trail goes
    reasons: int  # those in it, as bits
    shares: int  # what it leaves as own share
    paid: int
    stop: int  # the reason that stopped it, or -1
    worth: int  # what its limits are used up by
    by_terms: int  # the promise before limits
    countable: int  # whether the care itself is covered, whatever is left
    quantity: int  # what is left of it
    bill: int  # what it may pay at most: of what remains, the part for the units that are approved


# The columns that are no int64.
_KINDS: dict[str, type] = {
    **dict.fromkeys(("person_start", "cover_start", "claim_start", "line_start", "status_start"), np.uint32),
    **dict.fromkeys(("claim", "person", "code", "class_of", "code_start"), np.uint32),
    **dict.fromkeys(("day", "quantity", "epoch_start", "trail_size", "trail_rule"), np.int32),
    **dict.fromkeys(("state", "chosen", "unfit"), np.int8),
    "session": np.int16,
    "layer_covers": np.uint8,
}


def _table(columns: type[Any], *, constant: bool) -> TableType:
    kinds = {name: _KINDS.get(name, np.int64) for name in columns._fields}
    return columns_type(columns.__name__, kinds, constant=constant)


FACTS, TARIFF = _table(FactTables, constant=True), _table(TariffTables, constant=True)
PLAN = _table(PlanTables, constant=True)
SCRATCH, OUTPUT = _table(Scratch, constant=False), _table(Output, constant=False)
#: The first day of every month (calendar.months).
MONTHS = ColumnType("months", np.int32, constant=True)
HERE = RecordType("Here", Here._fields)
#: All that a compiled function sees, as one word.
WORLD = TableType(
    "World",
    {"f": FACTS, "p": PLAN, "t": TARIFF, "months": MONTHS, "s": SCRATCH, "out": OUTPUT, "here": HERE},
)


# Nothing is allocated inside, so no reference counts; only `entry` has a wrapper for Python.
_OPTIONS: dict[str, Any] = {"nogil": True, "boundscheck": False, "error_model": "numpy", "_nrt": False}


def part(function: Any) -> Any:
    """A function called by compiled functions only."""
    return njit(**_OPTIONS, no_cpython_wrapper=True, no_cfunc_wrapper=True)(function)


def inlined(function: Any) -> Any:
    """A short one, whose body is put where it is called."""
    return njit(**_OPTIONS, forceinline=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)(function)


def entry(function: Any) -> Any:
    """A function that Python calls: compiled once with all its parts, and kept on disk."""
    return njit(**_OPTIONS, cache=True)(function)
