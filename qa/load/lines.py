"""A source -> its lines, each with where and how deep it stands, for formats that are read line by line."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Line", "lines_of"]


class Line(NamedTuple):
    """One line without its line end and its white space, and where and how deep it stands."""

    start: int
    text: str
    indent: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def lines_of(source: str, start: int = 0) -> list[Line]:
    r"""The lines of a source from an offset on.

    >>> lines_of("a\n\t b\n")
    [Line(start=0, text='a', indent=0), Line(start=4, text='b', indent=9), Line(start=6, text='', indent=0)]
    """
    found, at = [], start
    for raw in source[start:].split("\n"):
        text = raw.strip()
        lead = len(raw) - len(raw.lstrip()) if text else 0
        found.append(Line(at + lead, text, len(raw[:lead].expandtabs(8))))
        at += len(raw) + 1
    return found
