"""One edit of the good plan, and what the checker must say of it; and the pieces that edits are made of."""

from __future__ import annotations

from typing import NamedTuple

from tiwizi.rules.plan.problem import ERROR

BASIC = "layers[basic]"
VISIT = f"{BASIC}.coverage[visit-private]"
AMBULATORY = f"{BASIC}.coverage[ambulatory]"
YEAR, BOXES, STAYS, GLASSES = (f"{BASIC}.limits[{name}]" for name in ("year", "boxes", "stays", "glasses"))
DATED = 'effective = 2006-01-01\nsource = "law"\n'
LAYERS = '[[layers]]\nid = "fund"'


class Fault(NamedTuple):
    """One edit of the good plan, and the problem that it makes on the line where ``at`` stands."""

    old: str
    new: str
    key: str
    at: str
    field: str
    severity: str = ERROR


def coverage(more: str, *, name: str = "extra", care: str = '["surgery"]') -> str:
    """A further coverage block at the end of the basic layer's."""
    return f'[[layers.coverage]]\nid = "{name}"\nfor = {care}\n{more}\n{DATED}\n[[layers.limits]]\nid = "year"'


FIRST_LIMIT = '[[layers.limits]]\nid = "year"'
GRANTS = f'[[layers.limits]]\nid = "grants"\nkind = "ceiling"\nfor = ["birth"]\nvalue = "1.00"\n{DATED}'
OWN_SHARE_ANEW = GRANTS.replace("grants", "own-share").replace("ceiling", "deductible").replace("2006", "2008")
MORE_AGES = "\n".join(
    f'[[layers.eligibility]]\nid = "age{age}"\nwhen = {{ age = "<{age}" }}\n{DATED}' for age in range(30, 40)
)
MORE_KINDS = "\n".join(f'[[kinds]]\nid = "kind{n}"\nname = {{ ar = "a", fr = "f", en = "e" }}' for n in range(9))
MORE_LAYERS = "\n".join(
    f'[[layers]]\nid = "more{n}"\nname = {{ ar = "a", fr = "f", en = "e" }}\nstep = 3\ncovers = ["X"]\n'
    for n in range(119)
)
