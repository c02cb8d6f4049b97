"""ZIP packages of XML, as DOCX and EPUB are: their parts, unpacked within limits, and their XML, without entities."""

from __future__ import annotations

import posixpath
import zlib
from collections.abc import Iterator
from io import BytesIO
from xml.etree.ElementTree import Element, ParseError, fromstring
from zipfile import BadZipFile, LargeZipFile, ZipFile

from qa.load.protocol import Unreadable

__all__ = ["EXPANDED", "Package", "attribute", "name_of", "named", "resolved"]

EXPANDED = 256 << 20
"""Bytes that the parts of one package may unpack to, those that are read, together."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # what encrypted Office files are wrapped in, and what the old ones are


class Package:
    """An open package. Every method raises Unreadable for what is damaged, encrypted or too large."""

    def __init__(self, data: bytes) -> None:
        if data.startswith(_OLE):
            raise Unreadable("encrypted, or of an old Office format; save it anew or leave it out with --exclude")
        try:
            self._zip = ZipFile(BytesIO(data))
        except (BadZipFile, LargeZipFile, ValueError, OSError, NotImplementedError) as error:
            raise Unreadable(f"damaged: {error}") from None
        self._left = EXPANDED

    def has(self, part: str) -> bool:
        """Whether there is a part of this name."""
        return part in self._zip.NameToInfo

    def read(self, part: str) -> bytes:
        """A part's bytes."""
        if not self.has(part):
            raise Unreadable(f"damaged: it has no {part}")
        if self._zip.getinfo(part).flag_bits & 1:
            raise Unreadable("encrypted; remove its password or leave it out with --exclude")
        try:
            with self._zip.open(part) as file:
                data = file.read(self._left + 1)  # what the part says of its size need not be true
        except (BadZipFile, EOFError, OSError, RuntimeError, ValueError, zlib.error) as error:
            raise Unreadable(f"damaged: {part}: {error}") from None
        self._left -= len(data)
        if self._left < 0:
            raise Unreadable(f"too large: its parts unpack to more than {EXPANDED:,} bytes")
        return data

    def xml(self, part: str) -> Element:
        """A part's XML. Entities of its own are refused: they can stand for gigabytes, and these formats have none."""
        data = self.read(part)
        if b"<!ENTITY" in data.replace(b"\0", b""):  # in UTF-16, too
            raise Unreadable(f"{part} declares entities of its own")
        try:
            return fromstring(data)
        except (ParseError, ValueError, LookupError) as error:
            raise Unreadable(f"damaged: {part}: {error}") from None

    def beside(self, part: str) -> Element | None:
        """The XML of a part that only adds to the text, None where it is not there or cannot be read."""
        try:
            return self.xml(part)
        except Unreadable:
            return None


def name_of(element: Element) -> str:
    """An element's name without its namespace, of which strict and transitional documents have different ones."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def named(element: Element | None, *names: str) -> Iterator[Element]:
    """The elements of these names below an element, in the order of the document; none below none."""
    return (found for found in element.iter() if name_of(found) in names) if element is not None else iter(())


def attribute(element: Element, name: str) -> str | None:
    """An attribute by its name without namespace, None where there is none."""
    for key, value in element.items():
        if key.rpartition("}")[2] == name:
            return value
    return None


def resolved(base: str, target: str) -> str:
    """The part that a link leads to, from the part it stands in.

    >>> resolved("OPS/content.opf", "../text/a.xhtml"), resolved("word/document.xml", "/word/styles.xml")
    ('text/a.xhtml', 'word/styles.xml')
    """
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(base), target)).lstrip("/")
