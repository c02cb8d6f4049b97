"""The table of formats: which reader takes which file. A new reader is its own file and one line here."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import PurePath

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
    """Plain text, or HTML, AsciiDoc or a manual page that somebody saved as such."""
    from qa.load import adoc, html, plain

    if adoc.is_asciidoc(source, start):
        return adoc.parse(source, start)
    if source[start : start + 1] in (".", "'"):
        return _late("man")(source, start)
    return html.parse(source, start) if html.is_html(source, start) else plain.parse(source, start)


def _late(module: str, parse: str = "parse", **options: str) -> Callable[..., Parsed]:
    """A module's reader; the module is imported when there is something for it to read."""

    def read(*given: bytes | str | int) -> Parsed:
        parsed: Parsed = getattr(import_module(f"qa.load.{module}"), parse)(*given, **options)
        return parsed

    return read


def _code(language: str, *suffixes: str) -> Reader:
    return Reader(language, suffixes, _textual(_late("source_code", language=language)))


_FORMATS = (
    Reader("text", (".txt", ".text", ".log", ""), _textual(_text)),  # and whatever no other reader takes
    Reader("markdown", (".md", ".markdown"), _textual(_late("markdown"))),
    Reader("mdx", (".mdx",), _textual(_late("markdown", "parse_mdx"))),
    Reader("html", (".html", ".htm", ".xhtml"), _textual(_late("html", "parse_page"))),
    Reader("pdf", (".pdf",), isolated("pdf"), packed=True),
    Reader("docx", (".docx", ".docm"), isolated("docx"), packed=True),
    Reader("odt", (".odt",), isolated("odt"), packed=True),
    Reader("epub", (".epub",), isolated("epub"), packed=True),
    Reader("rst", (".rst", ".rest"), _textual(_late("rst"))),
    Reader("asciidoc", (".adoc", ".asciidoc"), _textual(_late("adoc"))),
    Reader("man", tuple(f".{section}" for section in "123456789ln"), _textual(_late("man"))),
    Reader("info", (".info",), _late("info")),
    Reader("csv", (".csv", ".tsv"), _textual(_late("delimited"))),
    Reader("json", (".json",), _textual(_late("json_text"))),
    Reader("jsonl", (".jsonl", ".ndjson"), _textual(_late("json_text", "parse_lines"))),
    Reader("notebook", (".ipynb",), _textual(_late("notebook"))),
    Reader("mail", (".eml",), _late("mail")),
    Reader("mailbox", (".mbox",), _late("mail", "parse_mailbox")),
    _code("python", ".py", ".pyi", ".pyx"),
    _code("shell", ".sh", ".bash", ".zsh"),
    _code("ruby", ".rb"),
    _code("perl", ".pl", ".pm"),
    _code(
        "c", ".c", ".h", ".cc", ".cpp", ".cxx", ".hh", ".hpp", ".hxx", ".java", ".kt", ".scala", ".swift", ".cs", ".php"
    ),
    _code("javascript", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx"),
    _code("go", ".go"),
    _code("rust", ".rs"),
    _code("ocaml", ".ml", ".mli"),
    _code("haskell", ".hs"),
    _code("sql", ".sql"),
    _code("lua", ".lua"),
)


_PART = re.compile(r"(?<=\.info)-\d+\Z")
_SOURCES = frozenset({".rst", ".md", ".adoc", ".asciidoc"})
"""What `.txt` is appended to where a page's source is published with it."""


def formats() -> tuple[Reader, ...]:
    """All formats, plain text first; it also takes every unknown suffix, as long as the file decodes as text."""
    return _FORMATS


@cache
def _by_suffix() -> dict[str, Reader]:
    return {suffix: reader for reader in _FORMATS for suffix in reader.suffixes}


def reader_for(name: str) -> Reader:
    """The reader for a file of this name. A page's source that is kept as text is what its first suffix says.

    >>> reader_for("Notes.MD").name, reader_for("Makefile").name, reader_for("ls.1").name, reader_for("a.rst.txt").name
    ('markdown', 'text', 'man', 'rst')
    """
    path = PurePath(name.lower())
    inner = PurePath(path.stem).suffix if path.suffix == ".txt" else ""
    suffix = inner if inner in _SOURCES else _PART.sub("", path.suffix)
    return _by_suffix().get(suffix, _FORMATS[0])
