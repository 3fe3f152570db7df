"""Changes as Atom (RFC 4287), the same bytes as long as nothing changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from xml.etree import ElementTree as ET

ATOM = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True, slots=True)
class Entry:
    """One change; `id` never changes."""

    id: UUID
    title: str
    url: str
    at: datetime


def feed(entries: Sequence[Entry], *, id: UUID, title: str, language: str, since: datetime) -> bytes:  # noqa: A002 -- its name in Atom
    """A feed; `since` is its moment while it has no entry. Its own address is a secret and not in it."""
    root = ET.Element("feed", {"xmlns": ATOM, "xml:lang": language})
    _add(root, "id", id.urn)
    _add(root, "title", title)
    _add(root, "updated", (entries[0].at if entries else since).isoformat())
    _add(ET.SubElement(root, "author"), "name", title)
    for entry in entries:
        shown = ET.SubElement(root, "entry")
        _add(shown, "id", entry.id.urn)
        _add(shown, "title", entry.title)
        _add(shown, "updated", entry.at.isoformat())
        ET.SubElement(shown, "link", {"href": entry.url})
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text
