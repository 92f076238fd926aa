"""``[[layers]]``: who is covered, what is paid for which care, and up to which limits."""

from __future__ import annotations

from tiwizi.rules.money import MAX_PRICE, MOST_POINT_VALUE, RATE_SCALE, millionths
from tiwizi.rules.plan.authority import DATED, read_wordings
from tiwizi.rules.plan.block import Block
from tiwizi.rules.plan.care import Head, read_condition, read_period, read_targets
from tiwizi.rules.plan.document import (
    ALWAYS,
    BASES,
    COUNTED,
    LIMIT_KINDS,
    SCOPES,
    Copayment,
    Coverage,
    Dates,
    Eligibility,
    Family,
    Filing,
    Layer,
    Limit,
    Payer,
    PointValue,
    Waiting,
)

LAYER = (
    "id", "name", "step", "covers", "decided", "insurance_months",
    "payers", "eligibility", "filing", "coverage", "limits", "points",
)  # fmt: skip
COVERAGE = (
    *DATED, "for", "when", "only", "base", "rate", "at_most_billed", "unit_cap", "fixed", "amount", "copayment",
    "prior_approval", "waiting", "refuse", "relative", "name",
)  # fmt: skip
LIMIT = (*DATED, "kind", "for", "except", "when", "per", "period", "value", "of", "each", "family", "name")
DECIDED = ("here", "reported")
COPAID = ("unit", "line")
MOST_STEPS, MOST_MONTHS, MOST_DAYS = 1000, 1200, 36_500
MOST_MEMBERS = 100


def read_layer(block: Block, head: Head) -> Layer:
    block.expect(LAYER)
    block.need("id", "name", "step", "covers")
    if block.table.get("covers") == []:
        block.error("covers", "covers_nobody")

    def blocks(name: str) -> list[Block]:
        return block.inners(name)

    sources, cut = head.sources, head.cut
    layer = Layer(
        id=block.text("id"),
        name=block.name(),
        step=block.whole("step", 1, high=MOST_STEPS),
        covers=frozenset(block.texts("covers")),
        decided=block.choice("decided", DECIDED, "here"),
        insurance_months=block.whole("insurance_months", 12, low=1, high=MOST_MONTHS),
        payers=read_wordings(blocks("payers"), sources, _read_payer),
        eligibility=read_wordings(blocks("eligibility"), sources, lambda b, d: _read_eligibility(b, d, head)),
        filing=read_wordings(blocks("filing"), sources, _read_filing, cut=cut),
        coverage=read_wordings(blocks("coverage"), sources, lambda b, d: _read_coverage(b, d, head), cut=cut),
        limits=read_wordings(blocks("limits"), sources, lambda b, d: _read_limit(b, d, head), cut=cut, parted=True),
        points=read_wordings(blocks("points"), sources, lambda b, d: _read_points(b, d, head), parted=True),
    )
    block.reading.keep(layer, block)
    return layer


def _read_payer(block: Block, dates: Dates) -> Payer:
    block.expect((*DATED, "name"))
    block.need("name")
    return Payer(block.text("id"), block.name(), dates)


def _read_eligibility(block: Block, dates: Dates, head: Head) -> Eligibility:
    block.expect((*DATED, "when"))
    block.need("when")
    return Eligibility(block.text("id"), read_condition(block, "when", head), dates)


def _read_filing(block: Block, dates: Dates) -> Filing:
    block.expect((*DATED, "days"))
    block.need("days")
    return Filing(block.text("id"), block.whole("days", 1, low=1, high=MOST_DAYS, law="days"), dates)


def _read_points(block: Block, dates: Dates, head: Head) -> PointValue:
    block.expect((*DATED, "value", "when"))
    block.need("value")
    value = block.scaled("value", millionths, MOST_POINT_VALUE, example="0.8731")
    return PointValue(value or 0, dates, read_condition(block, "when", head))


# -- coverage ----------------------------------------------------------------------------------------------------


def _read_coverage(block: Block, dates: Dates, head: Head) -> Coverage:
    block.expect(COVERAGE)
    fixed = block.money("fixed", most=MAX_PRICE)
    base = block.choice("base", BASES, "tariff")
    amount = block.money("amount", most=MAX_PRICE)
    refuse = block.flag("refuse")
    _check_payment(block, base, refuse=refuse)
    return Coverage(
        id=block.text("id"),
        targets=read_targets(block, "for", head),
        dates=dates,
        when=read_condition(block, "when", head),
        only=read_condition(block, "only", head),
        base=base,
        rate=_read_rate(block),
        at_most_billed=block.flag("at_most_billed", True),
        unit_cap=block.money("unit_cap", most=MAX_PRICE),
        fixed=fixed,
        amount=amount,
        copayment=_read_copayment(block),
        prior_approval=block.flag("prior_approval"),
        waiting=_read_waiting(block, head),
        refuse=refuse,
        relative=block.flag("relative"),
        name=block.name() if block.has("name") else {},
    )


def _check_payment(block: Block, base: str, *, refuse: bool) -> None:
    """What is paid is said once: by a rate, a fixed amount or a lump sum. All of a remainder goes without saying."""
    if base == "lump_sum" and not block.has("amount"):
        block.error("amount", "lump_sum_without_amount")
    if base != "lump_sum" and block.has("amount"):
        block.error("amount", "amount_without_lump_sum")
    if block.has("fixed") and block.has("rate") and block.table["rate"] != "100%":
        block.error("rate", "fixed_with_rate")
    if not (block.has("rate") or block.has("fixed") or base in ("lump_sum", "remainder") or refuse):
        block.error("rate", "missing_rate")
    if base == "lump_sum" and block.table.get("rate") == "tariff":
        block.error("rate", "lump_sum_with_tariff_rate")
    if refuse:
        for name in ("rate", "fixed", "amount", "unit_cap", "copayment"):
            if block.has(name):
                block.warning(name, "refused_and_paid", name=name)


def _read_rate(block: Block) -> int | None:
    """Basis points; None where the row of the tariff carries the rate."""
    if block.table.get("rate") == "tariff":
        return None
    rate = block.rate("rate")
    return RATE_SCALE if rate is None else rate


def _read_copayment(block: Block) -> Copayment | None:
    inner = block.inner("copayment")
    if inner is None:
        return None
    inner.expect(("amount", "per"))
    inner.need("amount")
    return Copayment(inner.money("amount", most=MAX_PRICE) or 0, inner.choice("per", COPAID, "unit"))


def _read_waiting(block: Block, head: Head) -> Waiting | None:
    inner = block.inner("waiting")
    if inner is None:
        return None
    inner.expect(("months", "waived"))
    inner.need("months")
    waived = read_condition(inner, "waived", head)
    return Waiting(inner.whole("months", 1, low=1, high=MOST_MONTHS), None if waived == ALWAYS else waived)


# -- limits ------------------------------------------------------------------------------------------------------


def _read_limit(block: Block, dates: Dates, head: Head) -> Limit:
    block.expect(LIMIT)
    block.need("kind", "value")
    kind = block.choice("kind", LIMIT_KINDS, "ceiling")
    scope = block.choice("per", SCOPES, "person")
    counted = block.choice("of", COUNTED, "quantity")
    each_code = block.choice("each", ("code",), "") == "code"
    _check_limit(block, kind, scope, counted, each_code=each_code)
    value = _read_value(block, "value", kind, counted)
    return Limit(
        id=block.text("id"),
        kind=kind,
        targets=read_targets(block, "for", head),
        dates=dates,
        value=value,
        scope=scope,
        period=read_period(block, scope, kind),
        counted=counted,
        each_code=each_code,
        excepted=read_targets(block, "except", head, required=False),
        when=read_condition(block, "when", head),
        family=_read_family(block, kind, scope, counted, value),
        name=block.name() if block.has("name") else {},
    )


def _check_limit(block: Block, kind: str, scope: str, counted: str, *, each_code: bool) -> None:
    """What a limit of its kind can say."""
    if kind == "gap" and scope not in ("person", "household"):
        block.error("per", "gap_scope", scope=scope)
    if kind != "count" and block.has("of"):
        block.error("of", "of_without_count", kind=kind)
    if kind == "count" and counted != "quantity" and scope in ("line", *(("claim",) if counted == "claims" else ())):
        block.error("per", "count_of_one", counted=counted, scope=scope)
    if kind == "count" and counted == "claims" and each_code:
        block.error("each", "claims_each_code")
    if block.has("family") and (kind == "gap" or scope != "household"):
        block.error("family", "family_not_household", kind=kind, scope=scope)


def _read_value(block: Block, name: str, kind: str, counted: str) -> int:
    """Minor units of a ceiling or deductible, thousandths or a whole number of a count, days of a gap."""
    if kind in ("ceiling", "deductible"):
        return block.money(name) or 0
    if kind == "gap":
        return block.whole(name, 1, low=1, high=MOST_DAYS, law="days")
    if counted == "quantity":
        return block.number(name, law="count") or 0
    thousandths = block.number(name, law="count") or 0
    if thousandths % 1000:
        block.error(name, "not_whole", value=str(block.table[name]))
    return thousandths // 1000


def _read_family(block: Block, kind: str, scope: str, counted: str, value: int) -> Family | None:
    inner = block.inner("family")
    if inner is None:
        return None
    inner.expect(("over_members", "extra", "at_most"))
    inner.need("over_members", "extra")
    extra = _read_value(inner, "extra", kind, counted)
    at_most = _read_value(inner, "at_most", kind, counted) if inner.has("at_most") else None
    if at_most is not None and at_most < value:
        inner.error("at_most", "family_cap_below_value")
    return Family(inner.whole("over_members", 0, high=MOST_MEMBERS), extra, at_most)
