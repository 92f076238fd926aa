"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any

CORES = 2


def keep_to_two_cores() -> None:
    """The figures are asked for on two cores; a larger machine lends two, to the commands that are started too."""
    if hasattr(os, "sched_getaffinity"):
        own = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, own[:CORES])


def facts() -> dict[str, Any]:
    """The machine, its load as the run begins, and the versions that matter."""
    import llvmlite
    import numba
    import numpy
    import pyarrow

    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_mib": os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20,
        "load": [round(load, 2) for load in os.getloadavg()],
        "system": platform.platform(),
        "python": platform.python_version(),
        **{module.__name__: module.__version__ for module in (numpy, numba, llvmlite, pyarrow)},
    }


def _processor() -> str:
    listed = Path("/proc/cpuinfo")
    names = [line for line in listed.read_text().splitlines() if "model name" in line] if listed.is_file() else []
    return names[0].partition(":")[2].strip() if names else platform.processor() or platform.machine()
