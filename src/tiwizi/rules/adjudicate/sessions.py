"""Several acts of one person in one session: which are paid whole, half or not at all, and what follows an act.

Source of the Moroccan rules: general nomenclature of professional acts, articles 9, 9B, 22 and 23.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tiwizi.rules.adjudicate.facts import Line, Price
from tiwizi.rules.money import MAX_PRICE, QUANTITY_SCALE, RATE_SCALE, divide
from tiwizi.rules.plan.compile import letter_value, session_on, session_role
from tiwizi.rules.plan.document import SESSION_ROLES, Plan, Session, clauses


@dataclass(frozen=True)
class Terms:
    """What the session makes of a line: a share (basis points) of its amount, another base (minor units), or nothing
    (the reason why)."""

    share: int = RATE_SCALE
    base: int | None = None
    nothing: str = ""
    clause: int = 0


ALONE = Terms()


def share_out(plan: Plan, lines: Sequence[Line], possible: Sequence[bool]) -> list[Terms]:
    """The terms of each line of one claim and day. Lines refused before any limit (not possible) take no rank."""
    pairs = zip(lines, possible, strict=True)
    return [_terms(plan, line, _session_of(line, lines, possible)) if p else ALONE for line, p in pairs]


def unit_price(plan: Plan, price: Price, line: Line) -> int:
    """The tariff's price of one unit, in thousandths of a minor unit: its own, or coefficient x key letter; or -1."""
    if price.price >= 0:
        return 1000 * price.price
    return _by_letter(plan, price.letter, price.coefficient, line)


def _by_letter(plan: Plan, letter: str, coefficient: int, line: Line) -> int:
    value = letter_value(plan, letter, line.claim.attributes["sector"], line.day)
    if value < 0 or coefficient < 0 or value * coefficient > 1000 * MAX_PRICE:
        return -1
    return value * coefficient


def _session_of(line: Line, lines: Sequence[Line], possible: Sequence[bool]) -> list[Line]:
    mine = (line.person.number, line.session)
    return [o for o, p in zip(lines, possible, strict=True) if p and (o.person.number, o.session) == mine]


def _terms(plan: Plan, line: Line, together: list[Line]) -> Terms:
    session = session_on(plan, line.day)
    role = _role(session, line)
    if session is None or not (role or line.category in session.packaged):
        return ALONE
    clause = next(n for n, block in enumerate(clauses(plan)) if block is session)
    acts = _dearest_first(plan, [o for o in together if _role(session, o) == "act"])
    consultations = _dearest_first(plan, [o for o in together if _role(session, o) == "consultation"])
    if line.category in session.packaged and any(_role(session, o) == "package" for o in together):
        return Terms(nothing="in_package", clause=clause)
    if not acts:
        return ALONE
    dearer = bool(consultations) and _value(plan, consultations[0]) > _value(plan, acts[0])
    if role == "consultation":
        best = dearer and line is consultations[0]
        return Terms(nothing="" if best else "consultation_with_act", clause=clause)
    if role == "act":
        if dearer:
            return Terms(nothing="consultation_with_act", clause=clause)
        return Terms(share=_share(session, line, acts.index(line)), clause=clause)
    if dearer and role in ("theatre", "anaesthesia"):
        return Terms(nothing="consultation_with_act", clause=clause)
    if role == "theatre":
        theatre = divide(_value(plan, acts[0]) * session.theatre_share, RATE_SCALE, plan.rounding)
        return Terms(base=theatre, clause=clause)
    if role == "anaesthesia":
        return Terms(base=_anaesthesia(plan, session, line, acts[0]), clause=clause)
    return ALONE


def _role(session: Session | None, line: Line) -> str:
    position = session_role(session, line.category) if session else 0
    return SESSION_ROLES[position - 1] if position else ""


def _value(plan: Plan, line: Line) -> int:
    """What a line weighs among the acts of its session: tariff price x quantity, or what is claimed without a price."""
    price = -1 if line.price is None or line.price.doubtful else unit_price(plan, line.price, line)
    if price < 0:
        return line.allowed
    return divide(price * line.quantity, 1000 * QUANTITY_SCALE, plan.rounding)


def _dearest_first(plan: Plan, lines: list[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: -_value(plan, line))


def _share(session: Session, line: Line, rank: int) -> int:
    shares = next((x.shares for x in session.exceptions if line.code in x.codes), session.shares)
    return shares[min(rank, len(shares) - 1)]


def _anaesthesia(plan: Plan, session: Session, line: Line, act: Line) -> int | None:
    """The act's own anaesthesia coefficient, or the default one, x key letter; never above the act."""
    coefficient = act.price.anaesthesia if act.price and act.price.anaesthesia >= 0 else session.default_anaesthesia
    price = _by_letter(plan, session.anaesthesia_letter, coefficient, line)
    if price < 0:
        return None
    return min(divide(price * line.quantity, 1000 * QUANTITY_SCALE, plan.rounding), _value(plan, act))
