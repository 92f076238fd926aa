"""The files that the README gives, and its commands: the sample that its readers and our tests share."""

from __future__ import annotations

import re
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
#: ```language file-name, the content, ```
BLOCK = re.compile(r"^```(\w*) ?(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FIRST_PLAN = "A first plan of your own"


def blocks(section: str) -> list[tuple[str, str, str]]:
    """(language, file name, content) of each block of a section, in their order."""
    readme = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    start = readme.index(f"## {section}")
    return BLOCK.findall(readme[start : readme.find("\n## ", start + 1)])


def write_village(folder: Path) -> Path:
    """The village fund of the README, in a folder: plan.toml and its tables."""
    folder.mkdir(parents=True, exist_ok=True)
    for _, name, content in blocks(FIRST_PLAN):
        if name:
            (folder / name).write_text(content, encoding="utf-8")
    return folder
