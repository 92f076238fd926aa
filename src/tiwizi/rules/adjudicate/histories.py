"""What the lines of a household have used up of every limit, as the kernel counts it: quick, however many they are."""

from __future__ import annotations

from typing import Any

from tiwizi.rules.adjudicate import engine
from tiwizi.rules.adjudicate.accumulators import History, Use
from tiwizi.rules.adjudicate.columns import Column, Facts, Tariff
from tiwizi.rules.adjudicate.kernel import registers as kernel
from tiwizi.rules.period import day_of
from tiwizi.rules.plan.compile import CompiledPlan


def history(plan: CompiledPlan, facts: Facts, tariff: Tariff) -> History:
    """Of the only household of some facts; reference.history gives the same."""
    assert facts.households == 1
    return History(_Uses(plan, *engine.uses(plan.with_histories, facts, tariff), tariff.codes))


class _Uses(dict[Any, list[Use]]):
    """By limit, each read from the kernel's memory when it is asked for."""

    def __init__(self, plan: CompiledPlan, uses: Column, chains: Column, codes: tuple[str, ...]) -> None:
        super().__init__()
        self.plan, self.uses, self.chains, self.codes = plan, uses, chains, codes

    def __missing__(self, limit: Any) -> list[Use]:
        found: list[Use] = []
        number = self.plan.limit_ids.get(limit)  # none where there is no care that it limits
        household, at = (0, -1) if number is None else self.chains[number].tolist()
        while household == 0 and at >= 0:  # the last use comes first
            use = self.uses[at : at + kernel.USE_COLUMNS].tolist()
            found.insert(0, self._use(use))
            at = use[kernel.U_BEFORE]
        self[limit] = found
        return found

    def _use(self, use: list[int]) -> Use:
        return Use(
            line=use[kernel.U_LINE],
            day=day_of(use[kernel.U_DAY]),
            claim=use[kernel.U_CLAIM] // kernel.CLAIM_COLUMNS,
            episode=use[kernel.U_EPISODE],
            person=use[kernel.U_PERSON] // kernel.PERSON_COLUMNS,
            code=self.codes[use[kernel.U_CODE]],
            period=day_of(use[kernel.U_PERIOD]),
            amount=use[kernel.U_AMOUNT],
        )
