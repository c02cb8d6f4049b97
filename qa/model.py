"""The frozen nouns that travel between the rooms: one a stage, none with behaviour beyond its own fields."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from qa.languages import ENGLISH
from qa.lazy import Lazy, up_to

if TYPE_CHECKING:
    from qa.agreement import Said

__all__ = [
    "AROUND",
    "Answer",
    "Block",
    "Document",
    "Hit",
    "LazyBlocks",
    "Passage",
    "Promise",
    "Quote",
    "Sentence",
    "Skipped",
    "SourceMap",
    "heading_text",
]

BlockKind = Literal["heading", "paragraph", "item", "row", "code", "quotation", "header"]
"""A `header` is a table's row of column headers, or the line that says who wrote what is quoted below it."""
HEADING_SEPARATOR = " › "
_FLOWING = frozenset({"asciidoc", "docx", "epub", "html", "man", "odt", "rst"})
"""Formats in whose text no line ends but where the source says so; in others a paragraph's lines may be wrapped."""
AROUND = 80
"""Characters before and after a quote that are kept to tell its place from others with the same text."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was left out, and why, in words for the reader."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of `Document.text` that the source itself sets apart: a heading, a paragraph, a list item, a table row.

    Blocks are in order and do not overlap; together they cover every non-blank character. `level` is 1 to 6 for a
    heading, the nesting depth (from 1) for an item, the number of empty cells before its text for a row or a header, 0
    otherwise. Tabs stand between cells.
    """

    start: int
    end: int
    kind: BlockKind
    level: int = 0


_NO_LEVEL = 99
"""Deeper than any heading is."""
_ByLevel = Mapping[int, tuple[Sequence[int], Sequence[int]]]
"""Where blocks of a kind begin and end, in order, by their level."""


class LazyBlocks(Lazy[Block]):
    """Blocks that are made when they are looked at.

    `starts` tells where each begins, and `by_level` where those of a kind stand, without making any.
    """

    def __init__(
        self,
        size: int,
        made: Callable[[int, int], Sequence[Block]],
        starts: Sequence[int],
        by_level: Callable[[BlockKind], _ByLevel],
    ) -> None:
        super().__init__(size, made)
        self.starts = starts
        self.by_level = by_level


@dataclass(frozen=True, slots=True)
class SourceMap:
    """Where each stretch of a document's text stands in its source file.

    Three sorted sequences. Run `i` begins at offset `text_starts[i]` of the text and `source_starts[i]` of the decoded
    source, and the two advance together until the next run. `line_starts` holds the source offset of every line's
    first character, lines ending at a line feed, so that `line_starts[0] == 0`.
    """

    text_starts: Sequence[int]
    source_starts: Sequence[int]
    line_starts: Sequence[int]

    def source_offset(self, offset: int) -> int:
        """Offset in the decoded source of the character at `offset` of the text."""
        run = max(up_to(self.text_starts, offset) - 1, 0)
        source = self.source_starts[run] + max(offset - self.text_starts[run], 0)
        if run + 1 < len(
            self.source_starts
        ):  # a decoded entity is longer in the source than in the text, never shorter
            following = self.source_starts[run + 1]  # earlier where a table's cells are read one after the other
            source = min(source, following) if following > self.source_starts[run] else source
        return source

    def source_range(self, start: int, end: int) -> tuple[int, int]:
        """Where in the decoded source the text from `start` to `end`, which is not empty, begins and ends."""
        return self.source_offset(start), self.source_offset(end - 1) + 1

    def line(self, offset: int) -> int:
        """Line of the source, from 1, on which the character at `offset` of the text stands."""
        return up_to(self.line_starts, self.source_offset(offset))


@dataclass(frozen=True)
class Document:
    """One readable source: its text without markup, its structure, and the way back to the file.

    `text` leaves out front matter and page furniture. `source_map` is None for formats without lines; `pages` holds the
    text offset at which each page begins, up to the last with text, empty for formats without pages. `sha256` is of the
    file's bytes.
    """

    path: str
    text: str
    title: str
    format: str
    sha256: str
    blocks: Sequence[Block]
    source_map: SourceMap | None = None
    pages: tuple[int, ...] = ()
    url: str | None = None
    date: str | None = None
    author: str | None = None

    def __getstate__(self) -> dict[str, Any]:
        """The fields alone: what is remembered beside them is found again."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def _by_level(self, kind: BlockKind) -> _ByLevel:
        """Where the blocks of a kind begin and end, by level."""
        if isinstance(self.blocks, LazyBlocks):
            return self.blocks.by_level(kind)
        found: dict[int, tuple[list[int], list[int]]] = {}
        for block in self.blocks:
            if block.kind == kind:
                starts, ends = found.setdefault(block.level, ([], []))
                starts.append(block.start)
                ends.append(block.end)
        return found

    @cached_property
    def _starts(self) -> Sequence[int]:
        """Where each block begins."""
        return self.blocks.starts if isinstance(self.blocks, LazyBlocks) else [block.start for block in self.blocks]

    def block_at(self, offset: int) -> int:
        """The number of the last block that begins at `offset` or before, -1 for none."""
        return bisect_right(self._starts, offset) - 1

    @cached_property
    def _headings(self) -> _ByLevel:
        """Where the headings stand."""
        return self._by_level("heading")

    def headings(self, offset: int) -> tuple[str, ...]:
        """The headings above the character at `offset`, outermost first, without one that only repeats the title."""
        path: list[str] = []
        last = self._last_heading(offset, _NO_LEVEL)
        while last:
            start, end, level = last
            path.insert(0, heading_text(self.text[start:end]))
            last = self._last_heading(start, level)
        return tuple(path[1:] if path and path[0] == self.title else path)

    def _last_heading(self, offset: int, below: int) -> tuple[int, int, int] | None:
        """Start, end and level of the last heading that begins at `offset` or before, of a level less than `below`."""
        reached = (
            (starts[at - 1], ends[at - 1], level)
            for level, (starts, ends) in self._headings.items()
            if level < below and (at := bisect_right(starts, offset))
        )
        return max(reached, default=None)

    def heading(self, offset: int) -> str | None:
        """The headings above the character at `offset` as one line, None where there are none."""
        return HEADING_SEPARATOR.join(self.headings(offset)) or None

    @cached_property
    def _headers(self) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """Each text offset from which other column headers hold, with these, () where there are none."""
        found: list[tuple[int, tuple[str, ...]]] = [(0, ())]
        end = 0
        for block in self.blocks if self._by_level("header") else ():
            if block.kind == "header":
                names = "\t" * block.level + self.text[block.start : block.end]
                found.append((block.start, tuple(" ".join(name.split()) for name in names.split("\t"))))
            elif found[-1][1] and (block.kind != "row" or "\n\n" in self.text[end : block.start]):
                found.append((block.start, ()))
            end = block.end
        return tuple(found)

    def columns(self, start: int, end: int | None = None) -> tuple[str, ...]:
        """The column headers of the cells of a table's row from `start` on, up to `end` or that of the row.

        The first is that of the cell in which `start` lies. Empty where there is no row, or its table has no headers.
        """
        at = self.block_at(start)
        row = self.blocks[at] if at >= 0 else None
        if row is None or row.kind != "row":
            return ()
        names = self._headers[bisect_right(self._headers, start, key=lambda entry: entry[0]) - 1][1]
        if not names:
            return ()
        first = row.level + self.text.count("\t", row.start, start)
        cells = self.text.count("\t", start, row.end if end is None else end) + 1
        return names[first : first + cells]

    def line(self, offset: int) -> int | None:
        """Line of the source file, from 1, or None for a format without lines."""
        return self.source_map.line(offset) if self.source_map else None

    def page(self, offset: int) -> int | None:
        """Page, from 1, or None for a format without pages."""
        return bisect_right(self.pages, offset) if self.pages else None

    def breaks(self, start: int, end: int) -> tuple[int, ...]:
        """The line ends in a range that are more than the wrapping of a paragraph: in code, and between blocks.

        They count from `start`. Those in a table's cell are none.
        """
        found = []
        for at in range(self.block_at(start), len(self.blocks)):
            block = self.blocks[max(at, 0)]
            if block.start >= end:
                break
            if block.kind == "code" or (self.format in _FLOWING and block.kind not in ("row", "header")):
                found += _line_ends(self.text, max(block.start, start), min(block.end, end))
            following = self.blocks[at + 1].start if at + 1 < len(self.blocks) else end
            found += _line_ends(self.text, max(block.end, start), min(following, end))
        return tuple(offset - start for offset in found)

    def around(self, start: int, end: int) -> tuple[str, str]:
        """Up to AROUND characters before and after a range of the text."""
        return self.text[max(start - AROUND, 0) : start], self.text[end : end + AROUND]

    def quote(
        self,
        start: int,
        end: int,
        *,
        confidence: float = 0.0,
        answer: tuple[int, int] | None = None,
        also_in: tuple[str, ...] = (),
    ) -> Quote:
        """The only way a Quote is made: `text[start:end]`, word for word, with the place where it stands.

        `answer` is the short answer's range in `text`, inside `start` and `end`. Raises ValueError for a range that is
        empty or leaves the text.
        """
        self._check(start, end, answer)
        source = self.source_map.source_range(start, end) if self.source_map else (None, None)
        before, after = self.around(start, end)
        return Quote(
            text=self.text[start:end],
            path=self.path,
            start=start,
            end=end,
            line=self.line(start),
            page=self.page(start),
            heading=self.heading(start),
            title=self.title,
            url=self.url,
            answer=self.text[slice(*answer)] if answer else None,
            answer_start=answer[0] - start if answer else None,
            answer_end=answer[1] - start if answer else None,
            confidence=confidence,
            sha256=self.sha256,
            source_start=source[0],
            source_end=source[1],
            before=before,
            after=after,
            also_in=also_in,
            columns=self.columns(start, end),
            breaks=self.breaks(start, end),
        )

    def _check(self, start: int, end: int, answer: tuple[int, int] | None) -> None:
        """Raise ValueError for a range that is not one of the text, or an answer that is not in it."""
        if not 0 <= start < end <= len(self.text):
            raise ValueError(f"{self.path}: no text at {start}:{end}, the document has {len(self.text)} characters")
        if answer is not None and not start <= answer[0] < answer[1] <= end:
            raise ValueError(f"{self.path}: the answer {answer[0]}:{answer[1]} is not inside the quote {start}:{end}")


def _line_ends(text: str, start: int, end: int) -> list[int]:
    """The offsets of the line feeds in a range."""
    return [start + found.start() for found in re.finditer("\n", text[start:end])]


def heading_text(text: str) -> str:
    """A heading on one line, without the underline or number signs by which plain text marks it."""
    return " ".join(re.sub(r"^\W+$|^#+\s", "", text, flags=re.MULTILINE).split())


@dataclass(frozen=True, slots=True)
class Sentence:
    """A range of `Document.text`: a sentence, or what stands for one (a heading, an item, a row, a line of code)."""

    start: int
    end: int
    kind: BlockKind


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences that is found together: a range of `Document.text`."""

    start: int
    end: int
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found, and how well: `score` orders the hits, `bm25` and `tfidf` are two of its parts."""

    text: str
    path: str
    start: int
    end: int
    line: int | None
    heading: str | None
    score: float
    bm25: float
    tfidf: float
    page: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Quote:
    """A stretch of a document, word for word, and where it stands. Made only by `Document.quote`.

    `start` and `end` are offsets in `Document.text`, `answer_start` and `answer_end` offsets in `text`; `line` counts
    from 1 in the source file; `confidence` is the calibrated probability that the quote answers the question. `also_in`
    holds the paths of other documents that have the same sentence. For a row of a table `columns` holds the column
    headers of its cells, which tabs separate; empty for anything else. `breaks` holds the offsets in `text` of the line
    ends that are to be kept when it is shown; the others only wrap a paragraph.

    With `path`, `sha256` (of the source file), its ranges in the text and in the decoded source (`source_start`,
    `source_end`; None for formats without lines) and the text `before` and `after` it, a Quote is its own receipt:
    `qa.receipt` finds it again from these.
    """

    text: str
    path: str
    start: int
    end: int
    line: int | None
    page: int | None
    heading: str | None
    title: str
    url: str | None
    answer: str | None
    answer_start: int | None
    answer_end: int | None
    confidence: float
    sha256: str
    source_start: int | None
    source_end: int | None
    before: str
    after: str
    also_in: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    breaks: tuple[int, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        lists = {"also_in": list(self.also_in), "columns": list(self.columns), "breaks": list(self.breaks)}
        return {name: getattr(self, name) for name in self.__slots__} | lists


@dataclass(frozen=True, slots=True)
class Promise:
    """What may be said of the answers from a corpus: at most a share `risk` of those shown is wrong, so `sure`.

    Shown are those of a confidence of `cut` or more; of the `asked` questions that it was measured with, these were
    `shown`, and `wrong` of them did not hold the answer.
    """

    risk: float
    sure: float
    cut: float
    asked: int
    shown: int
    wrong: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What the documents say to a question: quotes, or, when they do not answer, none and the nearest misses.

    `standalone` is the question as understood with its history. `confidence` is that of the first of `quotes`, or of
    `nearest` when it refuses. `corpus` holds the absolute roots of the documents. `missing` holds the question's
    words that stand nowhere in the documents, as it spells them, `read_as` those that were taken for misspelt, each
    with the word of the documents that it was read as. `changed` holds the paths of files that might have been quoted,
    and were left out because they are no longer as they were when they were indexed. `promised` is the share of wrong
    answers that was promised for the corpus (see `Library.promise`), None where nothing was. `language` is
    the one that the question was read in.
    """

    question: str
    standalone: str
    quotes: tuple[Quote, ...]
    nearest: tuple[Quote, ...]
    confidence: float
    corpus: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    read_as: tuple[tuple[str, str], ...] = ()
    promised: float | None = None
    language: str = ENGLISH

    @property
    def answered(self) -> bool:
        """Whether the documents answer: the same as having quotes."""
        return bool(self.quotes)

    @property
    def agreement(self) -> tuple[Said, ...]:
        """What the quotes' short answers say, most often first: one entry where they agree, several where they differ.

        Of quotes less than half as sure as the first nothing is said, nor when fewer than two answers compare. Rows of
        one table tell of different things: only the first of them is compared.
        """
        sure = self.quotes[0].confidence / 2 if self.quotes else 0.0
        tables = [(quote.path, quote.columns) if quote.columns else number for number, quote in enumerate(self.quotes)]
        answers = [
            quote.answer if quote.confidence >= sure and tables.index(tables[number]) == number else None
            for number, quote in enumerate(self.quotes)
        ]
        if sum(answer is not None for answer in answers) < 2:
            return ()
        from qa.agreement import agreement  # late: most answers need none

        return agreement(answers)

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "question": self.question,
            "standalone": self.standalone,
            "answered": self.answered,
            "confidence": self.confidence,
            "quotes": [quote.to_dict() for quote in self.quotes],
            "nearest": [quote.to_dict() for quote in self.nearest],
            "agreement": [{"answer": said.text, "quotes": list(said.quotes)} for said in self.agreement],
            "missing": list(self.missing),
            "changed": list(self.changed),
            "read_as": [{"word": word, "as": read} for word, read in self.read_as],
            "promised": self.promised,
            "language": self.language,
            "corpus": list(self.corpus),
        }
