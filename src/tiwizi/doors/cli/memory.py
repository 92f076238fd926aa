"""No command asks for more memory than the machine has: a small file can claim any amount of it."""

from __future__ import annotations

import os

#: Address space is more than memory in use: a small machine is given this much.
LEAST = 8 << 30


def keep_within_memory() -> None:
    """Let a request for more than there is fail here, where it becomes a message, and not end the process from outside.

    Does nothing where the system knows no such limit (Windows), or holds the process to less already.
    """
    try:
        import resource
    except ModuleNotFoundError:
        return
    most = max(LEAST, os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    held, highest = resource.getrlimit(resource.RLIMIT_DATA)
    if all(limit == resource.RLIM_INFINITY or limit > most for limit in (held, highest)):
        resource.setrlimit(resource.RLIMIT_DATA, (most, highest))
