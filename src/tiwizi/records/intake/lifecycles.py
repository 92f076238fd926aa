"""How an import goes on."""

from __future__ import annotations

from tiwizi.records.trail.lifecycle import Lifecycle, Step

IMPORT: Lifecycle = (
    Step("seen", "accept", "posting"),
    Step("posting", "finish", "posted"),
)

#: Sheets that were dropped at the desk: read by a worker, accepted by a person, posted by a worker.
DELIVERY: Lifecycle = (
    Step("arrived", "read", "seen"),
    Step("arrived", "fail", "failed"),
    Step("arrived", "withdraw", "withdrawn"),
    Step("failed", "ask", "arrived"),
    Step("failed", "withdraw", "withdrawn"),
    Step("seen", "ask", "arrived"),
    Step("seen", "withdraw", "withdrawn"),
    Step("seen", "accept", "posting"),
    Step("posting", "finish", "posted"),
    Step("posting", "stop", "stopped"),
    Step("stopped", "resume", "posting"),
)
