"""Where the compiled kernel is kept: a folder of the user's cache, one for each wording of the rules.

numba marks what it keeps by the file of the entry function alone; the kernel is made of many, and of registers that
become numbers in it. So the folder carries a digest of every rule: whoever changes one compiles anew, and nobody ever
runs a kernel of yesterday's rules.
"""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

from tiwizi import rules

VARIABLE = "NUMBA_CACHE_DIR"


def place_kernel_cache() -> None:
    """Tell numba the folder, unless the host has. To be called before numba is imported."""
    if VARIABLE not in os.environ:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
        os.environ[VARIABLE] = os.path.join(base, "tiwizi", f"kernel-{_digest_of_rules()}")


def kernel_is_kept() -> bool:
    """Whether the kernel has been compiled before."""
    return any(Path(os.environ.get(VARIABLE, "")).glob("**/*.decide_households-*.nbc"))


def _digest_of_rules() -> str:
    digest = sha256()
    for file in sorted(Path(rules.__path__[0]).rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
