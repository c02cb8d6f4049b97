"""What a reader is given and what it gives back, and the builder that keeps text and source side by side."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate

from qa.model import Block, BlockKind, SourceMap

__all__ = ["LIMIT", "Excerpt", "Parsed", "Reader", "TextBuilder", "Unreadable", "joined", "line_starts", "verbatim"]

LIMIT = 64 << 20  # bytes of a file, also once it is expanded: it is held in memory more than once while it is read

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

    What is `packed` has no lines: it is read in a process of its own.

    `parse` gets the file's bytes whole; it raises Unreadable, with the reason in words, for what it cannot read. Any
    other exception counts as a failure of the reader and costs that one file, never the corpus.
    """

    name: str
    suffixes: tuple[str, ...]
    parse: Callable[[bytes], Parsed]
    packed: bool = False


def line_starts(source: str) -> tuple[int, ...]:
    r"""Offset of every line's first character, lines ending at a line feed and at nothing else.

    >>> line_starts("a\r\nb\n")
    (0, 3, 5)
    """
    lines = source.split("\n")
    return tuple(accumulate((len(line) + 1 for line in lines[:-1]), initial=0))


@dataclass(slots=True)
class Excerpt:
    """Text that stands in a source in pieces, or encoded, put together for a reader of its own, with its places.

    >>> excerpt = Excerpt()
    >>> excerpt.add("a", 5); excerpt.add_decoded("\\n", 6); excerpt.add("b", 8)
    >>> excerpt.text, [excerpt.places.source_offset(offset) for offset in range(3)]
    ('a\\nb', [5, 6, 8])
    """

    _pieces: list[str] = field(default_factory=list)
    _length: int = 0
    _text_starts: list[int] = field(default_factory=list)
    _source_starts: list[int] = field(default_factory=list)

    def add(self, text: str, at: int) -> None:
        """Add text that stands word for word at offset `at` of the source."""
        if not text:
            return
        if not self._text_starts or at - self._source_starts[-1] != self._length - self._text_starts[-1]:
            self._text_starts.append(self._length)
            self._source_starts.append(at)
        self._pieces.append(text)
        self._length += len(text)

    def add_decoded(self, text: str, at: int) -> None:
        """Add what some code at offset `at` of the source stands for: all of its characters begin there."""
        for character in text:
            self.add(character, at)

    def add_excerpt(self, text: str, places: SourceMap, start: int, end: int) -> None:
        """Add a range of another excerpt's text, whose `places` lead to the source."""
        for piece, at in _pieces(text, places, start, end):
            self.add(piece, at)

    @property
    def empty(self) -> bool:
        """Whether there is no text yet."""
        return not self._length

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(self._pieces)

    @property
    def places(self) -> SourceMap:
        """Where the text so far stands in the source; lines are the source's to know."""
        return SourceMap(tuple(self._text_starts), tuple(self._source_starts), ())


def _pieces(text: str, places: SourceMap, start: int, end: int) -> Iterator[tuple[str, int]]:
    """The pieces of a range of some text that stand together in the source, each with its place there."""
    run = bisect_right(places.text_starts, start)
    while start < end:
        stop = min(end, places.text_starts[run]) if run < len(places.text_starts) else end
        yield text[start:stop], places.source_offset(start)
        start, run = stop, run + 1


def verbatim(text: str) -> Parsed:
    """Some text as one block of code."""
    builder = TextBuilder(text)
    builder.begin("code")
    builder.add(text, 0)
    return builder.finish("code")


def joined(name: str, source: str, parts: Iterable[tuple[Parsed, SourceMap]]) -> Parsed:
    """Several texts, each as its own reader understood it, as one document; a map leads from each to the source.

    Without the source the map knows no lines, which are counted anew each time.
    """
    pieces: list[str] = []
    blocks: list[Block] = []
    places: list[tuple[int, int]] = []
    length = 0
    for parsed, outer in parts:
        if not parsed.blocks or parsed.source_map is None:
            continue
        begin, end = parsed.blocks[0].start, parsed.blocks[-1].end
        pieces += ["\n\n"] * bool(pieces) + [parsed.text[begin:end]]
        shift = length + 2 * bool(length) - begin
        blocks += (Block(block.start + shift, block.end + shift, block.kind, block.level) for block in parsed.blocks)
        for offset in _edges(parsed.source_map, outer, begin, end):
            places.append((offset + shift, outer.source_offset(parsed.source_map.source_offset(offset))))
        length = end + shift
    source_map = SourceMap(tuple(text for text, _ in places), tuple(at for _, at in places), line_starts(source))
    return Parsed(name, "".join(pieces), tuple(blocks), source_map)


def _edges(inner: SourceMap, outer: SourceMap, begin: int, end: int) -> Iterator[int]:
    """The offsets of a range from which its places, through two maps, advance with the text until the next one."""
    yield begin
    first = max(bisect_right(inner.text_starts, begin) - 1, 0)
    for run in range(first, bisect_left(inner.text_starts, end)):
        start, middle = inner.text_starts[run], inner.source_starts[run]
        stop = inner.text_starts[run + 1] if run + 1 < len(inner.text_starts) else end
        if start > begin:
            yield start
        for at in range(bisect_right(outer.text_starts, middle), len(outer.text_starts)):
            edge = start + outer.text_starts[at] - middle
            if edge >= min(stop, end):
                break
            if edge > max(start, begin):
                yield edge


@dataclass(slots=True)
class TextBuilder:
    """Builds a document's readable text block by block and remembers where in the source each piece stood.

    Within a block, white space collapses to one space as a browser would show it, unless the block is `code`. Only
    white space is ever added to the text: every other character of it stands in the source, or is what a code there
    stands for. A block that would be blank is not made.

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

    @property
    def length(self) -> int:
        """Characters of text so far: whatever comes next stands there or, behind white space, later."""
        return self._length

    @property
    def count(self) -> int:
        """How many blocks have ended."""
        return len(self._blocks)

    def kind(self, number: int) -> BlockKind:
        """The kind of a block that has ended."""
        return self._blocks[number].kind

    def tail(self, number: int, most: int) -> str:
        """The last so many characters of a block that has ended."""
        end = self._blocks[number].end
        start = max(self._blocks[number].start, end - most)
        size, pieces = self._length, list[str]()
        for piece in reversed(self._pieces):
            if size <= start:
                break
            size -= len(piece)
            pieces.append(piece)
        return "".join(reversed(pieces))[start - size : end - size]

    def take_back(self, count: int) -> None:
        """End the block under construction, and leave out all but the first so many blocks."""
        self.end()
        if count >= len(self._blocks):
            return
        del self._blocks[count:]
        self._length, length = self._blocks[-1].end if self._blocks else 0, self._length
        while length > self._length:
            length -= len(self._pieces.pop())
        while self._text_starts and self._text_starts[-1] >= self._length:
            self._text_starts.pop()
            self._source_starts.pop()

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

    def add_excerpt(self, text: str, places: SourceMap, start: int, end: int) -> None:
        """Add a range of an Excerpt's text, whose `places` lead to the source."""
        for piece, at in _pieces(text, places, start, end):
            self.add(piece, at)

    def space(self, text: str = " ") -> None:
        r"""Ask for white space before what comes next in this block: `"\n"` is a line break, `"\t"` begins a cell."""
        if self._kind == "code":
            self._gap += text
        elif text == "\t":
            self._gap = self._gap + "\t" if "\t" in self._gap else "\t"
        elif text == "\n":
            self._gap = self._gap if "\t" in self._gap else "\n"
        else:
            self._gap = self._gap or " "

    def end_line(self) -> None:
        """Ask for a line break in a block of code, if none is asked for yet."""
        if not self.empty and not self._gap.endswith("\n"):
            self.space("\n")

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
