"""The pages of docs/concepts as help beside the screen: found in the package or, where Tiwizi runs from its sources,
beside them; rendered from Markdown without any HTML of their own.

A page is <name>.md in English, ar/<name>.md and fr/<name>.md where somebody has written it; who reads another language
is given the English one, which says so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

_INSTALLED = Path(__file__).parent / "concepts"
_SOURCES = Path(__file__).resolve().parents[4] / "docs" / "concepts"
_NAME = re.compile(r"[a-z][a-z-]*")
_PAGE = re.compile(r"(?:\.\./)?([a-z][a-z-]*)\.md(?:#.*)?")


class Concept(NamedTuple):
    """``lang``: that of the page itself."""

    name: str
    lang: str
    title: str
    html: SafeString


def folder() -> Path:
    return _INSTALLED if _INSTALLED.is_dir() else _SOURCES


@cache
def names() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in folder().glob("*.md")))


def concept(name: str, lang: str) -> Concept | None:
    """A page by its name; None where there is none."""
    return _concept(name, lang) if _NAME.fullmatch(name) and name in names() else None


@cache
def _concept(name: str, lang: str) -> Concept:
    translated = folder() / lang / f"{name}.md"
    spoken = lang if lang != "en" and translated.is_file() else "en"
    text = (translated if spoken == lang and lang != "en" else folder() / f"{name}.md").read_text(encoding="utf-8")
    tokens = _markdown().parse(text)
    _lead_to_help(tokens)
    html = _markdown().renderer.render(tokens, _markdown().options, {})
    html = html.replace("<pre>", '<pre tabindex="0">')  # a long line is moved by the keyboard too
    return Concept(name, spoken, _title(text) or name, mark_safe(html))


def _title(text: str) -> str:
    first = text.lstrip().partition("\n")[0]
    return first.removeprefix("# ").strip() if first.startswith("# ") else ""


@cache
def _markdown() -> MarkdownIt:
    """CommonMark with tables; HTML in a page is shown as it is written. Headings stand one level below the page's own.
    A table scrolls on a narrow screen."""
    made = MarkdownIt("commonmark", {"html": False}, renderer_cls=RendererHTML).enable("table")
    made.add_render_rule("table_open", lambda *_: '<div class="table-box"><table>')
    made.add_render_rule("table_close", lambda *_: "</table></div>")
    return made


def _lead_to_help(tokens: list[Token]) -> None:
    """Links to other concepts open as help; those to what is not shown here become plain text."""
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"
        if token.type == "th_open":
            token.attrSet("scope", "col")
        if token.children:
            _lead_to_help(token.children)
        if token.type == "link_open":
            _lead(token)


def _lead(link: Token) -> None:
    address = str(link.attrs.get("href", ""))
    page = _PAGE.fullmatch(address)
    if page and page[1] in names():
        link.attrs = {"href": f"/help/{page[1]}/", "hx-get": f"/help/{page[1]}/", "hx-target": "#help"}
    elif address.startswith("https://"):
        link.attrs = {"href": address, "rel": "noreferrer"}
    else:
        link.attrs = {}


#: name of a page of the desk -> its concept. A page that is not named here has that of its subject (``of``).
PAGES: Mapping[str, str] = {
    "delivery": "intake", "intake": "intake", "plan_cases": "cases", "statements": "bank-statement", "books": "ledger",
    "entries": "ledger", "entry": "ledger", "entry_new": "ledger", "closing": "ledger", "home": "desk", "runs": "run",
}  # fmt: skip
_SUBJECTS: Mapping[str, str] = {
    "plans": "plan", "tariffs": "plan", "payments": "payment", "batch": "payment", "returned": "payment", "runs": "run",
    "bank": "bank-statement", "books": "ledger", "entries": "ledger", "closing": "ledger", "trail": "trail",
    "staff": "trail", "review": "adjudication", "entry": "adjudication", "file": "adjudication",
    "watch": "adjudication", "appeals": "adjudication", "approvals": "adjudication", "accounts": "payment",
    "intake": "intake",
}  # fmt: skip


def of(page: str, subject: str) -> str:
    """The concept that helps at a page: ``page`` by its name, ``subject`` by the module that it stands in."""
    found = PAGES.get(page) or _SUBJECTS.get(subject, "desk")
    return found if found in names() else next(iter(names()))
