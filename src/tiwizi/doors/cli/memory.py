"""How a command uses memory: no more than the machine has, and what is free again before it asks for more."""

from __future__ import annotations

import ctypes
import os

#: Address space is more than memory in use: a small machine is given this much.
LEAST = 8 << 30
#: glibc, malloc.h: M_MMAP_THRESHOLD and M_TRIM_THRESHOLD, how large what goes back to the system at once must be;
#: M_ARENA_MAX, how many stocks of free memory the threads have.
_KEPT = {-3: 1 << 30, -1: (1 << 31) - 1, -8: 1}


def keep_within_memory() -> None:
    """Let a request for more than there is fail here, where it becomes a message, and not end the process from outside.

    A small file can claim any amount. Does nothing where the system knows no such limit (Windows), or holds the process
    to less already.
    """
    try:
        import resource
    except ModuleNotFoundError:
        return
    most = max(LEAST, os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    held, highest = resource.getrlimit(resource.RLIMIT_DATA)
    if all(limit == resource.RLIM_INFINITY or limit > most for limit in (held, highest)):
        resource.setrlimit(resource.RLIMIT_DATA, (most, highest))


def use_memory_again() -> None:
    """Keep what is freed for the next array, in one stock for all threads and for Arrow.

    Columns come and go by the hundred. To give each back to the system, and to have every page of the next one cleared
    by it, is a fifth of a run's processor time, and a third of its memory. To be called before Arrow is imported; does
    nothing where the system's allocator is another.
    """
    try:
        set_option = ctypes.CDLL(None).mallopt
    except (AttributeError, TypeError):
        return
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    for option, value in _KEPT.items():
        set_option(option, value)
