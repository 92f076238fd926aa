"""ISO 20022 messages as XML: read in pieces, against their schema where there is one, and never trusted.

A document type, an entity, or more depth or text than any message has ends the reading at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, BinaryIO

from lxml import etree

_SAFE: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}


class HostileXml(ValueError):
    """A document that declares a document type: no message does, and entities can be made to grow without end."""


def namespace(file: BinaryIO) -> str:
    """The namespace of the document's outermost element, "" for none. The document is well-formed."""
    for _, element in etree.iterparse(file, events=("start",), **_SAFE):
        return str(element.tag).rpartition("}")[0][1:]
    return ""


def elements(file: BinaryIO, *, each: str | Sequence[str], schema: str = "") -> Iterator[Any]:
    """Every element of a name, or of several, whole, then forgotten.

    Raises HostileXml, or etree.XMLSyntaxError, also for what a schema has against the document.
    """
    parts = etree.iterparse(file, tag=each, schema=_schema(schema) if schema else None, **_SAFE)
    for _, element in parts:
        if element.getroottree().docinfo.doctype:
            raise HostileXml
        yield element
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]
    if parts.root.getroottree().docinfo.doctype:
        raise HostileXml


def first_error(file: BinaryIO, schema: str, *, each: str, root: str) -> str:
    """The first thing that a schema has against a document, "" for none."""
    last = None
    try:
        for element in elements(file, each=(each, root), schema=schema):
            last = element.tag
    except (etree.XMLSyntaxError, HostileXml) as error:
        return str(error) or "a document type, which no message has"
    # lxml 6.1 takes a torn document for a whole one where it is given a schema: then the root has no end.
    return "" if last == root else "the document breaks off, or is no XML from some place on"


@cache
def _schema(name: str) -> Any:
    return etree.XMLSchema(etree.fromstring(files(__package__).joinpath("schemas", name).read_bytes()))
