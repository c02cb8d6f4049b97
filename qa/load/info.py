"""GNU Info -> its text: without the lines that lead from node to node, menus, indices and tables of offsets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from qa.load import plain
from qa.load.decode import decode
from qa.load.protocol import Excerpt, Parsed, joined

__all__ = ["parse"]

_NODE_END = re.compile(r"^\x1f\f?[ \t]*\r?\n", re.MULTILINE)
_HEADER = re.compile(r"[ \t\r\n]{0,9}File:[ \t]*([^,\n]*?)(?:\.info)?,[^\n]*\bNode:[^\n]*(?:\n|\Z)")
_TABLES = re.compile(
    r"[ \t\r\n]{0,9}(?:(?:End )?Tag Table|Indirect|Local Variables):?[ \t]*\r?(?:\n|\Z)", re.IGNORECASE
)
_MADE = re.compile(
    r"^This is [^\n]*\bproduced by makeinfo[^\n]*\n(?:[^\n]*\.te?xi(?:nfo)?\.?[ \t\r]*\n)?"
    r"|^INFO-DIR-SECTION[^\n]*\n|^START-INFO-DIR-ENTRY[^\n]*\n(?:(?!START-INFO|END-INFO)[^\n]*\n)*+END-INFO-DIR-ENTRY[^\n]*\n",
    re.MULTILINE,
)
_MENU = re.compile(r"^\* Menu:[ \t]*\r?$", re.MULTILINE)
_ENTRY = re.compile(r"^\* [^\n]*:[^\n]*(?:\n[ \t]+\S[^\n]*)*(?:\n|\Z)", re.MULTILINE)
_IMAGE_OR_INDEX = b"\0\b"


def parse(data: bytes) -> Parsed:
    r"""Reads an Info file, or one part of it; its title is the manual's name.

    >>> made = b"This is a.info, produced by makeinfo from a.texi.\n\n\x1f\nFile: a.info,  Node: Top,  Up: (dir)\n\n"
    >>> parse(made + b"1 One\n*****\n\nText.\n\n* Menu:\n\n* Two::   More.\n").text
    '1 One\n*****\n\nText.'
    """
    # Marks round images and indices hold a null: as wide as they are, but text.
    source = decode(data.replace(_IMAGE_OR_INDEX, b"  "))
    text = Excerpt()
    first = next(filter(None, (_HEADER.match(source, mark.end()) for mark in _NODE_END.finditer(source))), None)
    for start, end in _nodes(source):
        text.add(source[start:end], start)
        text.add_decoded("\n\n", end)
    return replace(joined("info", source, [(plain.parse(text.text), text.places)]), title=first and first[1])


def _nodes(source: str) -> Iterator[tuple[int, int]]:
    """The ranges that are text."""
    edges = [0, *(edge for mark in _NODE_END.finditer(source) for edge in mark.span()), len(source)]
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if _TABLES.match(source, start, end):
            continue
        header = _HEADER.match(source, start, end)
        yield from _without_menu(source, header.end() if header else start, end, preamble=not header)


def _without_menu(source: str, start: int, end: int, *, preamble: bool) -> Iterator[tuple[int, int]]:
    """What a node says but for its menu, which goes from its first line to its last entry."""
    left_out = [made.span() for made in _MADE.finditer(source, start, end)] if preamble else []
    if menu := _MENU.search(source, start, end):
        entries = [entry.end() for entry in _ENTRY.finditer(source, menu.start(), end)]
        left_out.append((menu.start(), entries[-1]))
    for first, last in left_out:
        yield start, first
        start = last
    yield start, end
