"""The registers as plain numbers, the columns of the kernel's tables, and how its functions are compiled."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from tiwizi.rules.adjudicate import context
from tiwizi.rules.adjudicate.columns import CLAUSE_BITS, Column
from tiwizi.rules.adjudicate.columns import REASON_BITS as REASON_BITS
from tiwizi.rules.plan.compile import KIND_ORDER
from tiwizi.rules.plan.document import BASES, COUNTED, SCOPES, SESSION_ROLES
from tiwizi.rules.terms import REASON_CODE, REASONS

(REVIEW, DUPLICATE, NO_COVER, NOT_PAID_UP, NOT_ELIGIBLE, LATE_FILING, NOT_IN_TARIFF, NOT_COVERED, EXCLUDED, CONTEXT,
 AGE, SEX, NO_APPROVAL, WAITING, DOUBTFUL_PRICE, NO_PRICE, TOO_SOON, COUNT, REFERENCE, SESSION, CONSULTATION_WITH_ACT,
 IN_PACKAGE, UNIT_CAP, FIXED_AMOUNT, DEDUCTIBLE, COPAYMENT, RATE, CEILING, AWAITING_POINT_VALUE, POINT_VALUE,
 COORDINATION, ROUNDING, AWAITING_REPORT, REPORTED, REVIEW_ABOVE) = np.arange(len(REASONS))  # fmt: skip
assert [REASON_CODE[name] for name in ("waiting", "review_above")] == [WAITING, REVIEW_ABOVE]
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
CV_PERSON, CV_PLAN, CV_FROM, CV_TO, CV_STAGE, CV_JOINED, CV_PAID_UNTIL = range(7)
COVER_COLUMNS = 7
CL_WORD, CL_SECTOR, CL_PROVIDER, CL_RECEIVED, CL_CARE_TO, CL_EPISODE = range(6)
CLAIM_COLUMNS = 6
T_LETTER, T_COEFFICIENT, T_PRICE, T_REIMBURSEMENT, T_GENERIC, T_RATE = range(6)
T_FROM, T_TO, T_SECTOR, T_PROVIDER, T_ANAESTHESIA, T_DOUBTFUL = range(6, 12)
TARIFF_COLUMNS = 12
SL_VALUE, SL_STAMP = range(2)
SLOT_COLUMNS = 2
U_PERSON, U_CLAIM, U_EPISODE, U_CODE, U_DAY, U_PERIOD, U_AMOUNT, U_TOTAL, U_BEFORE = range(9)
USE_COLUMNS = 9
C_STAMP, C_LAST = range(2)
CHAIN_COLUMNS = 2
G_COVER, G_RULE, G_WORD, G_REFUSAL, G_CLAUSE = range(5)
RULING_COLUMNS = 5
LN_PRICE, LN_POSSIBLE, LN_VALUE, LN_SHARE, LN_BASE, LN_NOTHING, LN_WORD, LN_CARE = range(8)
LINE_COLUMNS = 8
M_ASK, M_WORD, M_ELIGIBLE, M_RULE, M_REFUSAL, M_CLAUSE, M_WAITING = range(7)
SAID_COLUMNS = 8
#: How many answers are remembered; a power of two.
SAID = 4096
H_TAG, H_COVER = range(2)
PERSON_COVER_COLUMNS = 2
N_USES, N_ENTRIES, _, N_TAG = range(4)

#: ``row & ROW`` says to the compiler that a row is not negative, which spares it a test at every column.
ROW = 0x7FFFFFFF


class FactTables(NamedTuple):
    """Facts as the kernel reads them: what is read together lies together, and conditions are words.

    Starts and rows are uint32; ``claim`` and ``person`` of a line say where the row of its table starts.
    """

    person_start: Column
    cover_start: Column
    claim_start: Column
    line_start: Column
    people: Column  # int64 [person, P_]
    status_start: Column
    statuses: Column  # int64 [status, ST_]
    covers: Column  # int64 [cover, CV_]
    claims: Column  # int64 [claim, CL_]
    claim: Column
    person: Column
    day: Column
    code: Column
    quantity: Column
    billed: Column
    allowed: Column
    session: Column
    reported: Column  # int64 [layer, line], or nothing
    layer_covers: Column  # bool [layer, plan code]


class TariffTables(NamedTuple):
    """A tariff as the kernel reads it, with the plan's classes of care and values of key letters."""

    class_of: Column  # uint32 per code
    code_start: Column  # uint32 per code + 1
    rows: Column  # int64 [row, T_]
    letter_values: Column  # int64 [epoch, letter of the tariff, sector]
    session_letter_values: Column  # int64 [epoch, letter of the plan, sector]


class Output(NamedTuple):
    """The columns of Decisions, allocated by the caller; trail_size instead of trail_start. Paid starts as 0 and chosen
    as -1: only the steps that are asked are written."""

    state: Column
    reasons: Column
    billed: Column
    paid: Column
    chosen: Column
    reductions: Column
    share: Column
    trail_size: Column
    trail_rule: Column  # of this call
    trail_cut: Column


class Scratch(NamedTuple):
    """The working memory of one thread. All int64, flat but for uses."""

    slots: Column  # running figures: [entity, slot, SL_]
    uses: Column  # of the household: [use, U_]
    chains: Column  # by limit: [limit id, (household, its last use)]
    rulings: Column  # [line of the group, ask, G_]
    lines: Column  # [line of the group, LN_]
    person_covers: Column  # of the person at hand: [layer, H_]
    said: Column  # [SAID, M_]: what a layer says of some care in some context, remembered
    taken: Column  # [candidate, limit]: what the line would use up of it, or NOT_USED
    kind_bits: Column  # by claim of the household
    counts: Column  # [N_]: uses, entries of candidate 0, of candidate 1, tag of the person


# Nothing is allocated inside, so no reference counts; only `entry` has a wrapper for Python. Functions that take whole
# tables are inlined (a call would push hundreds of words); those that take a few numbers are called.
_OPTIONS: dict[str, Any] = {"nogil": True, "boundscheck": False, "error_model": "numpy", "_nrt": False}


def part(function: Any) -> Any:
    """A function over the tables, inlined where it is called."""
    return njit(**_OPTIONS, forceinline=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)(function)


def scalar(function: Any) -> Any:
    """A function of a few numbers and columns, called by compiled functions only."""
    return njit(**_OPTIONS, no_cpython_wrapper=True, no_cfunc_wrapper=True)(function)


def entry(function: Any) -> Any:
    """A function that Python calls: compiled once with all its parts, and kept on disk."""
    return njit(**_OPTIONS, cache=True)(function)


#: In `taken`: the limit does not concern the line. For counts, 0 says that the claim has been counted already.
NOT_USED = np.int64(-1)
