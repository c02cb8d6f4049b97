"""EPUB -> readable text: the chapters of the spine in order, each read as HTML."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from qa.load import html
from qa.load.decode import decode
from qa.load.package import Package, attribute, name_of, named, resolved
from qa.load.protocol import Parsed, Unreadable
from qa.model import Block

__all__ = ["parse"]

_CONTAINER, _ENCRYPTION = "META-INF/container.xml", "META-INF/encryption.xml"
_HTML = ("application/xhtml+xml", "text/html", "application/html+xml")


def parse(data: bytes) -> Parsed:
    """Reads a book. Raises Unreadable for what is none, damaged or under copy protection."""
    package = Package(data)
    root = next(named(package.xml(_CONTAINER), "rootfile"), None)
    main = resolved("", unquote(root.get("full-path") or "")) if root is not None else ""
    book = package.xml(main)
    encrypted = _encrypted(package)
    text = _Text()
    for part in _spine(book, main):
        if part in encrypted:
            raise Unreadable("encrypted: copy protected; leave it out with --exclude")
        if package.has(part):
            text.add(html.parse(decode(package.read(part))))
    about = _metadata(book)
    date = about.get("date")
    return replace(
        text.finished("epub"), title=about.get("title"), author=about.get("creator"), date=date and date[:10]
    )


def _spine(book: Element, main: str) -> list[str]:
    """The parts that make up the text, in reading order; the table of contents is none of them."""
    items = {item.get("id"): item for item in named(book, "item")}
    read = [items[id_] for entry in named(book, "itemref") if (id_ := entry.get("idref")) in items]
    parts = [
        resolved(main, unquote(item.get("href") or ""))
        for item in read
        if item.get("media-type") in _HTML and "nav" not in (item.get("properties") or "").split()
    ]
    return list(dict.fromkeys(parts))


def _encrypted(package: Package) -> set[str]:
    """The parts that are encrypted, which in many books are the fonts alone."""
    references = named(package.beside(_ENCRYPTION), "CipherReference")
    return {resolved("", unquote(attribute(reference, "URI") or "")) for reference in references}


def _metadata(book: Element) -> dict[str, str]:
    """Title, authors and date, as far as the book gives them; the first title and date count."""
    found: dict[str, str] = {}
    for element in named(book, "title", "creator", "date"):
        name, value = name_of(element), " ".join("".join(element.itertext()).split())
        if value and name == "creator" and name in found:
            found[name] += f", {value}"
        elif value:
            found.setdefault(name, value)
    return found


@dataclass(slots=True)
class _Text:
    """Texts that were read one by one, put together."""

    pieces: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    length: int = 0

    def add(self, parsed: Parsed) -> None:
        if not parsed.text:
            return
        if self.pieces:
            self.pieces.append("\n\n")
            self.length += 2
        at = self.length
        self.blocks += (replace(block, start=block.start + at, end=block.end + at) for block in parsed.blocks)
        self.pieces.append(parsed.text)
        self.length += len(parsed.text)

    def finished(self, name: str) -> Parsed:
        return Parsed(name, "".join(self.pieces), tuple(self.blocks))
