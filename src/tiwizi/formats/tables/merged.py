"""Two books of different households as one, with one vocabulary for both."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tiwizi.formats.tables.book import Book, one_vocabulary
from tiwizi.rules.adjudicate.columns import Facts


def merged(old: Book, kept: NDArray[Any], new: Book) -> Book:
    """The kept households of the old book (a mask) and all of the new, by their identifiers; the rest is the new's.

    Both have tariffs that say the same.
    """
    assert old.tariff.codes == new.tariff.codes
    providers, (of_old, of_new) = one_vocabulary(old.ids.providers, new.ids.providers)
    plans, (plan_of_old, plan_of_new) = one_vocabulary(*(pa.array(b.facts.plan_codes, pa.string()) for b in (old, new)))
    lines, (line_of_old, line_of_new) = one_vocabulary(old.ids.line_names, new.ids.line_names)
    names = tuple(plans.to_pylist())
    facts = Facts.join(_renamed(old.facts, of_old, plan_of_old, names), _renamed(new.facts, of_new, plan_of_new, names))
    a, b = old.ids, new.ids
    ids = replace(
        b,
        households=pa.concat_arrays([a.households, b.households]),
        people=pa.concat_arrays([a.people, b.people]),
        claims=pa.concat_arrays([a.claims, b.claims]),
        line_name=np.concatenate((line_of_old[a.line_name], line_of_new[b.line_name])),
        line_names=lines,
        providers=providers,
    )
    tariff = replace(new.tariff, provider=of_new[new.tariff.provider])
    whole = replace(new, facts=facts, ids=ids, tariff=tariff)
    order = pc.sort_indices(ids.households).to_numpy().astype(np.int64)
    return whole.take(order[np.append(kept, np.ones(len(b.households), bool))[order]])


def _renamed(facts: Facts, provider: NDArray[Any], plan: NDArray[Any], plans: tuple[str, ...]) -> Facts:
    return replace(
        facts,
        provider=provider[facts.provider],
        cover_plan=plan[facts.cover_plan].astype(facts.cover_plan.dtype),
        plan_codes=plans,
    )
