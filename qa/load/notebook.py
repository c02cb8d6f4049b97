"""Jupyter notebooks -> their cells: Markdown read as such, code and what it printed as code.

Lines are those of the `.ipynb` file: Jupyter writes each line of a cell on a line of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from qa.load import markdown, plain
from qa.load.json_text import NotJsonError, add_string, events
from qa.load.protocol import Excerpt, Parsed, joined, verbatim
from qa.model import SourceMap

__all__ = ["parse"]

_SOURCES = ("source", "input")  # the second until version 3 of the format
_PRINTED = ("text", "text/plain")
_OBJECT = "<"  # what Python shows of something that has no text: <Figure size 640x480 with 1 Axes>


@dataclass(slots=True)
class _Cell:
    kind: str = "code"
    source: Excerpt = field(default_factory=Excerpt)
    printed: list[Excerpt] = field(default_factory=list)


def parse(source: str, start: int = 0) -> Parsed:
    r"""Reads a notebook from `start` on; as plain text where it is not JSON.

    >>> cells = '{"cell_type": "markdown", "source": ["# A\\n", "*b*"]}, {"cell_type": "code", "source": "c\\n  d"}'
    >>> parse('{"cells": [' + cells + "]}").text
    'A\n\nb\n\nc\n  d'
    """
    try:
        cells = list(_cells(source, start))
    except NotJsonError:
        return replace(plain.parse(source, start), format="notebook")
    return joined("notebook", source, (part for cell in cells for part in _parts(cell)))


def _cells(source: str, start: int) -> Iterator[_Cell]:
    """The cells in order. Raises NotJsonError."""
    path: list[str] = []  # the keys of the open values, "" for one in a list
    cell = _Cell()
    printed = Excerpt()
    for event in events(source, start, len(source)):
        key = source[slice(*event.key)] if event.key else ""
        if event.kind == "open":
            path.append(key)
            if path[-2:] == ["cells", ""]:
                cell = _Cell()
            printed = Excerpt()
        elif event.kind == "close":
            if path[-2:] == ["cells", ""]:
                yield cell
            path.pop()
        elif event.kind == "string" and "cells" in path:
            inside = [*path[path.index("cells") + 2 :], key]
            name = next((part for part in reversed(inside) if part), "")
            if inside == ["cell_type"]:
                cell.kind = source[event.at : event.end]
            elif inside[0] in _SOURCES:
                add_string(cell.source, source, event.at, event.end)
            elif inside[0] == "outputs" and name in _PRINTED:
                if key:  # one string, not a list of lines
                    printed = Excerpt()
                add_string(printed, source, event.at, event.end)
                if not cell.printed or cell.printed[-1] is not printed:
                    cell.printed.append(printed)


def _parts(cell: _Cell) -> Iterator[tuple[Parsed, SourceMap]]:
    """What a cell says, then what it printed, each with its places."""
    text = cell.source.text
    if cell.kind == "code":
        yield verbatim(text), cell.source.places
    else:
        yield plain.parse(text) if cell.kind == "raw" else markdown.parse(text), cell.source.places
    for printed in cell.printed:
        if not printed.text.startswith(_OBJECT):
            yield verbatim(printed.text), printed.places
