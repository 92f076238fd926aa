"""The plan that goes with Synthea's tables: what the insurers paid is known, how they came to it is not.

Synthea exports no rules of its payers, only their payments. So both layers are "reported": the primary insurer, then
the secondary one. To try rules of one's own on these claims, write ``decided = "here"`` and coverage blocks.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date

PRIMARY, SECONDARY = "primary", "secondary"
CATEGORIES = {
    "encounter": {"ar": "زيارة", "fr": "Consultation ou séjour", "en": "Encounter"},
    "procedure": {"ar": "عمل طبي", "fr": "Acte", "en": "Procedure"},
    "medication": {"ar": "دواء", "fr": "Médicament", "en": "Medication"},
    "immunization": {"ar": "تلقيح", "fr": "Vaccin", "en": "Immunization"},
    "other": {"ar": "علاج آخر", "fr": "Autre soin", "en": "Other care"},
}
LAYERS = {
    PRIMARY: (1, {"ar": "المؤمن الأول", "fr": "Assureur principal", "en": "Primary insurer"}),
    SECONDARY: (2, {"ar": "المؤمن الثاني", "fr": "Assureur secondaire", "en": "Secondary insurer"}),
}


def secondary(payer: str) -> str:
    """The plan code of a payer where it comes second: it pays after another, by other terms."""
    return f"{payer} (secondary)"


def plan_text(covers: dict[str, Iterable[str]], *, since: date) -> str:
    """The document. covers: for each layer the plan codes of the cover table; since: the first day of any cover."""
    head = [
        "# What the insurers of a Synthea folder paid. Its export has their payments and not their rules: write",
        '# decided = "here" and coverage blocks to try rules of your own.',
        "[plan]",
        'id = "synthea"',
        f"name = {_names({'ar': 'تأمينات Synthea', 'fr': 'Assurances de Synthea', 'en': 'Synthea insurers'})}",
        'currency = "USD"',
        "",
        "[[sources]]",
        'id = "synthea"',
        'title = "Synthea, synthetic patients: payments in claims_transactions.csv"',
        'status = "D"',
    ]
    categories = [
        line
        for id, name in CATEGORIES.items()
        for line in ("", "[[categories]]", f'id = "{id}"', f"name = {_names(name)}")
    ]
    layers = [line for id in LAYERS if covers[id] for line in _layer(id, sorted(covers[id]), since)]
    return "\n".join([*head, *categories, *layers, ""])


def _layer(id: str, covers: list[str], since: date) -> list[str]:
    step, name = LAYERS[id]
    return [
        "",
        "[[layers]]",
        f'id = "{id}"',
        f"name = {_names(name)}",
        f"step = {step}",
        f"covers = [{', '.join(map(_quoted, covers))}]",
        'decided = "reported"',
        "",
        "[[layers.payers]]",
        'id = "insurer"',
        f"name = {_names(name)}",
        f"effective = {since.isoformat()}",
        'source = "synthea"',
    ]


def _names(names: dict[str, str]) -> str:
    return "{ " + ", ".join(f"{lang} = {_quoted(name)}" for lang, name in names.items()) + " }"


def _quoted(value: str) -> str:
    """A TOML string."""
    return json.dumps(value, ensure_ascii=False)
