"""What a reader is given and what it gives back, and the builder that keeps text and source side by side."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import accumulate

from qa.model import Block, BlockKind, SourceMap

__all__ = ["Parsed", "Reader", "TextBuilder", "Unreadable", "line_starts"]

_RUN = re.compile(r"\S+(?: \S+)*")  # words with single spaces between: stands in the text as it stands in the source
_TIGHT = {"item": "list", "row": "table", "header": "table"}  # what stands on the next line, without a blank one


class Unreadable(Exception):
    """A file that a reader cannot read; the message is the reason in words. `read()` turns it into a ReadError."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file as its reader understood it: everything of a Document but its path and hash."""

    format: str
    text: str
    blocks: tuple[Block, ...]
    source_map: SourceMap | None = None
    pages: tuple[int, ...] = ()
    title: str | None = None
    url: str | None = None
    date: str | None = None
    author: str | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """One format: its name, the file suffixes it takes (lower case, with the dot), and how its bytes become Parsed.

    `parse` gets the file's bytes whole; it raises Unreadable, with the reason in words, for what it cannot read. Any
    other exception counts as a failure of the reader and costs that one file, never the corpus.
    """

    name: str
    suffixes: tuple[str, ...]
    parse: Callable[[bytes], Parsed]


def line_starts(source: str) -> tuple[int, ...]:
    r"""Offset of every line's first character, lines ending at a line feed and at nothing else.

    >>> line_starts("a\r\nb\n")
    (0, 3, 5)
    """
    lines = source.split("\n")
    return tuple(accumulate((len(line) + 1 for line in lines[:-1]), initial=0))


@dataclass(slots=True)
class TextBuilder:
    """Builds a document's readable text block by block and remembers where in the source each piece stood.

    Within a block, white space collapses to one space as a browser would show it, unless the block is `code`. Only
    white space is ever added to the text: every other character of it stands in the source. A block that would be
    blank is not made.

    >>> builder = TextBuilder("a &amp;  b")
    >>> builder.begin("paragraph")
    >>> builder.add("a ", 0); builder.add_decoded("&", 2); builder.add("  b", 7)
    >>> parsed = builder.finish("html")
    >>> parsed.text, parsed.source_map.source_offset(4)
    ('a & b', 9)
    """

    source: str
    _pieces: list[str] = field(default_factory=list)
    _length: int = 0
    _blocks: list[Block] = field(default_factory=list)
    _text_starts: list[int] = field(default_factory=list)
    _source_starts: list[int] = field(default_factory=list)
    _kind: BlockKind = "paragraph"
    _level: int = 0
    _apart: bool = False
    _start: int | None = None  # where the block under construction begins in the text, once it has a character
    _gap: str = ""  # white space to stand before whatever comes next in this block; never begins or ends a block

    @property
    def empty(self) -> bool:
        """Whether the block under construction has no text yet."""
        return self._start is None

    def begin(self, kind: BlockKind, level: int = 0) -> None:
        """End the block under construction, if any, and begin one of this kind."""
        self.end()
        self._kind, self._level = kind, level

    def apart(self) -> None:
        """End the block under construction; the next belongs to no list or table that stands before it."""
        self.end()
        self._apart = True

    def add(self, text: str, at: int) -> None:
        """Add text that stands word for word at offset `at` of the source, except for its white space."""
        if self._kind == "code":
            self._add_verbatim(text, at)
            return
        end = 0
        for run in _RUN.finditer(text):
            if run.start() > end:
                self.space()
            self._append(run.group(), at + run.start())
            end = run.end()
        if end < len(text):
            self.space()

    def add_decoded(self, text: str, at: int) -> None:
        """Add what an entity at offset `at` of the source stands for: all of its characters begin there."""
        for character in text:
            self.add(character, at)

    def space(self, text: str = " ") -> None:
        r"""Ask for white space before what comes next in this block: `"\n"` is a line break, `"\t"` begins a table's cell."""
        if self._kind == "code":
            self._gap += text
        elif text == "\t":
            self._gap = self._gap + "\t" if "\t" in self._gap else "\t"
        elif text == "\n":
            self._gap = self._gap if "\t" in self._gap else "\n"
        else:
            self._gap = self._gap or " "

    def end(self) -> None:
        """End the block under construction."""
        if self._start is not None:
            self._blocks.append(Block(self._start, self._length, self._kind, self._level))
        self._start, self._gap = None, ""

    def finish(self, name: str) -> Parsed:
        """The text, its blocks and the map back to the source, as read by the reader of this name."""
        self.end()
        source_map = SourceMap(tuple(self._text_starts), tuple(self._source_starts), line_starts(self.source))
        return Parsed(name, "".join(self._pieces), tuple(self._blocks), source_map)

    def _add_verbatim(self, text: str, at: int) -> None:
        body = text.strip()
        lead = len(text) - len(text.lstrip())
        if not body:
            self._gap += text
            return
        self._gap += text[:lead]
        self._append(body, at + lead)
        self._gap = text[lead + len(body) :]

    def _append(self, text: str, at: int) -> None:
        if self._start is None:
            if self._kind in ("row", "header"):
                self._level = max(self._gap.count("\t") - 1, 0)
            self._gap = self._separator()
            self._start = self._length + len(self._gap)
        if self._gap:
            self._pieces.append(self._gap)
            self._length += len(self._gap)
            self._gap = ""
        if not self._text_starts or at - self._source_starts[-1] != self._length - self._text_starts[-1]:
            self._text_starts.append(self._length)
            self._source_starts.append(at)
        self._pieces.append(text)
        self._length += len(text)

    def _separator(self) -> str:
        apart, self._apart = self._apart, False
        if not self._blocks:
            return ""
        run = _TIGHT.get(self._kind)
        return "\n" if run and not apart and _TIGHT.get(self._blocks[-1].kind) == run else "\n\n"
