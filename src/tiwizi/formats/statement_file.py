"""A bank's statement that somebody hands in, camt.053 or CSV, read by a process that can only harm itself."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from tiwizi.formats import bank_statement_csv, camt053
from tiwizi.formats.statement import Movement, Statement
from tiwizi.formats.tables.confined import Limits, ask
from tiwizi.formats.tables.fault import TableError
from tiwizi.rules.mistake import Mistake

#: A third of a million movements, as Python holds them, and time for them on a busy machine.
LIMITS = Limits(memory=1 << 30, seconds=60, longest=180)


def read(
    path: Path, *, name: str, account: str = "", currency: str = "MAD", opening: int | None = None,
    closing: int | None = None, limits: Limits = LIMITS,
) -> tuple[tuple[Statement, ...], list[Mistake]]:  # fmt: skip
    """The statements of a file, or none and what is wrong with it. name: what the file is called in a mistake.

    A camt.053 message says whose it is; of a CSV file ``account`` (a RIB) does, and where it has no running balance
    ``opening`` and ``closing`` (minor units) are needed. Texts: locale/<lang>/statement.toml.
    """
    handle, result = tempfile.mkstemp(prefix="tiwizi-", suffix=".json")
    os.close(handle)
    request = {
        "kind": "statement", "path": str(path.absolute()), "result": result, "name": name, "account": account,
        "currency": currency, "opening": opening, "closing": closing,
    }  # fmt: skip
    try:
        ask(request, limits)
        said = json.loads(Path(result).read_text(encoding="utf-8"))
    except TableError:
        return (), [Mistake("statement", "unreadable", file=name)]
    finally:
        Path(result).unlink(missing_ok=True)
    return tuple(map(_statement, said["statements"])), [Mistake(**mistake) for mistake in said["mistakes"]]


def said_of(request: dict[str, Any]) -> str:
    """In the confined process: what stands in the file that ``read`` asks about, as JSON."""
    path, named = Path(request["path"]), {"name": request["name"]}
    with path.open("rb") as file:
        is_xml = file.read(4096).lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<"
        file.seek(0)
        if is_xml:
            statements, mistakes = camt053.read(file, **named)
        else:
            more = {key: request[key] for key in ("account", "currency", "opening", "closing")}
            one, mistakes = bank_statement_csv.read(file.read(), **named, **more)
            statements = (one,) if one is not None else ()
    return json.dumps({"statements": [asdict(one) for one in statements], "mistakes": [
        {**asdict(mistake), "values": {key: str(value) for key, value in mistake.values.items()}}
        for mistake in mistakes[:MOST_MISTAKES]
    ]}, default=str)  # fmt: skip


#: Who has so many to mend mends the first ones first.
MOST_MISTAKES = 100


def _statement(said: dict[str, Any]) -> Statement:
    movements = (
        Movement(**{**movement, "day": date.fromisoformat(movement["day"])}) for movement in said.pop("movements")
    )
    return Statement(**said, movements=tuple(movements))
