"""OpenDocument texts (ODT) -> readable text, without what was deleted while changes were tracked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element

from qa.load.package import Package, attribute, name_of, named
from qa.load.protocol import Parsed, TextBuilder, Unreadable
from qa.load.styles import LEVELS, kind_of
from qa.model import BlockKind

__all__ = ["parse"]

_UNREAD = frozenset(
    {
        *(
            "tracked-changes",
            "table-of-content",
            "alphabetical-index",
            "annotation",
            "ruby-text",
            "forms",
            "note-citation",
        )
    }
)
_SPACES = 1_000  # at most, in a row
_ROWS = ("table-header-rows", "table-rows", "table-row-group")


def parse(data: bytes) -> Parsed:
    """Reads the text of a document. Raises Unreadable for what is no document, damaged or encrypted."""
    package = Package(data)
    if next(named(package.beside("META-INF/manifest.xml"), "encryption-data"), None) is not None:
        raise Unreadable("encrypted; remove its password or leave it out with --exclude")
    content = package.xml("content.xml")
    body = next((part for part in named(content, "text") if part.tag.endswith("office:1.0}text")), None)
    if body is None:
        raise Unreadable("not a text document")
    reader = _Reader(dict([*_parents(package.beside("styles.xml")), *_parents(content)]))
    reader.blocks(body)
    about = {name_of(item): " ".join("".join(item.itertext()).split()) for item in _meta(package)}
    return replace(
        reader.builder.finish("odt"),
        source_map=None,  # a place in compressed XML is nothing that anybody could open
        title=about.get("title") or None,
        author=about.get("creator") or about.get("initial-creator") or None,
        date=(about.get("date") or about.get("creation-date") or "")[:10] or None,
    )


def _meta(package: Package) -> Iterator[Element]:
    return named(package.beside("meta.xml"), "title", "creator", "initial-creator", "date", "creation-date")


def _parents(part: Element | None) -> Iterator[tuple[str, str]]:
    """Styles with the style that each is based on."""
    for style in named(part, "style"):
        yield attribute(style, "name") or "", attribute(style, "parent-style-name") or ""


def _count(written: str | None) -> int:
    """How many spaces an element stands for."""
    return min(int(written), _SPACES) if written and re.fullmatch("[0-9]{1,9}", written) else 1


@dataclass(slots=True)
class _Reader:
    """Walks the text and writes it down. Footnotes and boxes stand behind the block that they belong to."""

    parents: dict[str, str]
    builder: TextBuilder = field(default_factory=lambda: TextBuilder(""))
    _aside: list[Element] = field(default_factory=list)
    _last: BlockKind = "paragraph"

    def blocks(self, element: Element, level: int = 0) -> None:
        """Headings, paragraphs, lists and tables, in order; `level` is that of the list they stand in."""
        for part in element:
            name = name_of(part)
            if name in ("h", "p"):
                self._paragraph(part, level)
            elif name == "table":
                self._rows(part)
            elif name not in _UNREAD:
                self.blocks(part, level + (name == "list"))

    def _paragraph(self, element: Element, level: int) -> None:
        kind, depth = self._kind(element, level)
        if kind == self._last == "code":
            self.builder.space("\n")
        else:
            self.builder.begin(kind, depth)
        self._last = kind
        self._inside(element)
        self._write_aside()

    def _kind(self, element: Element, level: int) -> tuple[BlockKind, int]:
        if name_of(element) == "h":
            written = attribute(element, "outline-level") or ""
            return "heading", min(max(int(written) if written.isdecimal() else 1, 1), LEVELS)
        if level:
            return "item", level
        name, seen = attribute(element, "style-name") or "", set[str]()
        while name and name not in seen:
            if kind := kind_of(name.replace("_20_", " ")):
                return kind
            seen.add(name)
            name = self.parents.get(name, "")
        return "paragraph", 0

    def _write_aside(self) -> None:
        while self._aside:
            waiting, self._aside = self._aside, []
            for element in waiting:
                self._last = "paragraph"
                self.blocks(element)
            self._last = "paragraph"

    def _rows(self, table: Element, *, kind: BlockKind = "row") -> None:
        for row in table:
            if name_of(row) in _ROWS:
                self._rows(row, kind="header" if name_of(row) == "table-header-rows" else kind)
            elif name_of(row) == "table-row":
                self.builder.begin(kind)
                for cell in row:
                    self.builder.space("\t")
                    for paragraph in named(cell, "p", "h"):
                        self._inside(paragraph)
                        self.builder.space("\n")
                self._last = "row"
                self._write_aside()

    def _inside(self, element: Element) -> None:
        """The text of a paragraph or a part of it."""
        self.builder.add(element.text or "", 0)
        for part in element:
            name = name_of(part)
            if name == "s":
                self.builder.add(" " * _count(attribute(part, "c")), 0)
            elif name == "tab":
                self.builder.add("\t", 0)
            elif name == "line-break":
                self.builder.space("\n")
            elif name in ("note", "frame"):
                self._aside += named(part, "note-body", "text-box")
            elif name not in _UNREAD:
                self._inside(part)
            self.builder.add(part.tail or "", 0)
