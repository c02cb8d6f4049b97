"""The table of formats: which reader takes which file. A new reader is its own file and one line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import PurePath

from qa.load import html, markdown, plain
from qa.load.decode import decode
from qa.load.frontmatter import front_matter
from qa.load.isolated import isolated
from qa.load.protocol import Parsed, Reader

__all__ = ["formats", "reader_for"]


def _textual(parse: Callable[[str, int], Parsed]) -> Callable[[bytes], Parsed]:
    """A reader of bytes from a reader of decoded text, which is told where its text begins, below the front matter."""

    def read(data: bytes) -> Parsed:
        source = decode(data)
        front = front_matter(source)
        parsed = parse(source, front.end)
        return replace(
            parsed,
            title=front.title or parsed.title,
            url=front.url or parsed.url,
            date=front.date or parsed.date,
            author=front.author or parsed.author,
        )

    return read


def _text(source: str, start: int) -> Parsed:
    """Plain text, or HTML that somebody saved as such."""
    return html.parse(source, start) if html.is_html(source, start) else plain.parse(source, start)


_FORMATS = (
    Reader("text", (".txt", ".text", ".log", ""), _textual(_text)),  # and whatever no other reader takes
    Reader("markdown", (".md", ".markdown"), _textual(markdown.parse)),
    Reader("mdx", (".mdx",), _textual(markdown.parse_mdx)),
    Reader("html", (".html", ".htm", ".xhtml"), _textual(html.parse)),
    Reader("pdf", (".pdf",), isolated("pdf")),
    Reader("docx", (".docx", ".docm"), isolated("docx")),
    Reader("odt", (".odt",), isolated("odt")),
    Reader("epub", (".epub",), isolated("epub")),
)


def formats() -> tuple[Reader, ...]:
    """All formats, plain text first; it also takes every unknown suffix, as long as the file decodes as text."""
    return _FORMATS


@cache
def _by_suffix() -> dict[str, Reader]:
    return {suffix: reader for reader in _FORMATS for suffix in reader.suffixes}


def reader_for(name: str) -> Reader:
    """The reader for a file of this name.

    >>> reader_for("Notes.MD").name, reader_for("Makefile").name, reader_for("setup.cfg").name
    ('markdown', 'text', 'text')
    """
    return _by_suffix().get(PurePath(name).suffix.lower(), _FORMATS[0])
