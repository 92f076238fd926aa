"""How an import goes on."""

from __future__ import annotations

from tiwizi.records.trail.lifecycle import Lifecycle, Step

IMPORT: Lifecycle = (
    Step("seen", "accept", "posting"),
    Step("posting", "finish", "posted"),
)
