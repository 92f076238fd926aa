"""The helper of confined.py: for each request, a line of JSON, a process under limits reads one file.

Answers, a line of JSON: ``key`` ("" when the cells lie in the file asked for) and ``values`` of a TableError, or the
``headings``, the ``names`` and the ``ragged`` rows of the table.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute  # noqa: F401  what is loaded here once is not loaded for every file
import pyarrow.parquet  # noqa: F401

from tiwizi.formats.tables import csv_file, parquet_file, xlsx_file
from tiwizi.formats.tables.fault import TableError

#: What ended a process -> what to tell.
_ENDED = {signal.SIGXCPU: "too_long", signal.SIGALRM: "too_long", signal.SIGXFSZ: "too_large_table"}
_LARGEST_RESULT = 2 << 30


def serve() -> None:
    """Answer until nobody asks any more."""
    for line in sys.stdin:
        answers, answered = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(answers)
            _read_and_end(json.loads(line), answered)
        os.close(answered)
        with open(answers, encoding="utf-8") as file:
            said = file.read()
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status) or not said:
            key = _ENDED.get(signal.Signals(os.WTERMSIG(status)), "too_much_memory") if status else "damaged"
            said = json.dumps({"key": key, "values": {}})
        print(said, flush=True)


def _read_and_end(request: dict[str, Any], answered: int) -> None:
    """In the process that was split off: never comes back."""
    try:
        sys.stdin.close()
        _confine(**request["limits"])
        said = KINDS[request["kind"]](request) if "kind" in request else _read_table(request)
    except TableError as error:
        said = {"key": error.key, "values": {name: _plain(value) for name, value in error.said.values.items()}}
    except MemoryError:
        said = {"key": "too_much_memory", "values": {}}
    except BaseException:  # whatever a library makes of a hostile file: a panic of Rust's is no Exception
        said = {"key": "damaged", "values": {}}
    with open(answered, "w", encoding="utf-8") as file:
        json.dump(said, file)
    os._exit(0)


def _confine(*, memory: int, seconds: int, longest: float) -> None:
    limits = {
        resource.RLIMIT_AS: _size() + memory,
        resource.RLIMIT_FSIZE: _LARGEST_RESULT,
        resource.RLIMIT_CORE: 0,
    }
    for limit, most in limits.items():
        resource.setrlimit(limit, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))  # at the hard limit it is killed without a word
    for ends in (signal.SIGXCPU, signal.SIGALRM, signal.SIGXFSZ):
        signal.signal(ends, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, longest)
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)


def _size() -> int:
    """Bytes of address space that this process has; where the system does not tell, a generous guess."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:
        return 1 << 30


def _read_statement(request: dict[str, Any]) -> dict[str, Any]:
    """A bank's statement, of whatever format, left as JSON where ``result`` says."""
    from tiwizi.formats import statement_file

    Path(request["result"]).write_text(statement_file.said_of(request), encoding="utf-8")
    return {"key": ""}


#: Files that are no tables -> what reads them.
KINDS = {"statement": _read_statement}


def _read_table(request: dict[str, Any]) -> dict[str, Any]:
    path, table, result = Path(request["path"]), request["table"], request["cells"]
    if path.suffix.lower() == ".parquet":
        parquet_file.read(path, table, whole=True)
        return {"key": ""}
    read = xlsx_file.read_cells if path.suffix.lower() == ".xlsx" else csv_file.read_cells
    found = read(path, table)
    columns = [*found.cells.unify_dictionaries().columns, found.lines(np.arange(found.cells.num_rows))]
    held = pa.table(columns, names=[str(at) for at in range(len(columns))])
    with pa.ipc.new_file(result, held.schema) as file:
        file.write_table(held)
    ragged = [int(row) for row in found.ragged]
    return {"key": "", "headings": list(found.headings), "names": list(found.names), "ragged": ragged}


def _plain(value: Any) -> Any:
    return value if isinstance(value, int) else str(value)


if __name__ == "__main__":
    serve()
