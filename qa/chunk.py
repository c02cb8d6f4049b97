"""Document -> passages.

A passage is what is found: some 80 to 160 words that belong together. It follows the document: it never crosses a
heading of the same or a higher level, never cuts a sentence, and keeps a list or a short paragraph with the paragraph
that introduces it. Passages cover every non-blank character of the text exactly once, in order.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from qa.languages import ENGLISH
from qa.model import Block, Document, Passage, Sentence
from qa.text import sentence_spans, trim, word_count

__all__ = ["CHUNKING", "MAX_WORDS", "MIN_WORDS", "passages"]

CHUNKING = "blocks-5"
"""Names these rules in an index's manifest; a change to what a passage is needs a new name."""

MIN_WORDS = 80
MAX_WORDS = 160
_SHORT = MIN_WORDS // 2
"""Words below which a paragraph stays with what stands before it."""

_MAX_ROW = 400
"""Characters up to which a table's row is quoted whole; of a longer one a sentence of a cell is, if a cell has text."""
_MAX_CELL = 120
"""Characters up to which a cell is a value: a row of nothing else is quoted whole, however many there are."""

_ENDS = ".!?。！？"
_RECORDS = ("csv",)
"""Formats whose rows have nothing to do with each other: each is a passage."""

_MAX_SENTENCE = 2_000
"""Characters after which text without sentence ends, such as a log, is cut at a line or, failing that, a space."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """Sentences that packing moves together: a block, a part of a long one, or a lead-in with its first item."""

    sentences: tuple[Sentence, ...]
    words: int
    leans: bool

    @property
    def is_heading(self) -> bool:
        return self.sentences[-1].kind == "heading"

    @property
    def opens(self) -> bool:
        """Whether it is nothing without what follows."""
        return self.sentences[-1].kind in ("heading", "header")


def passages(document: Document, language: str = ENGLISH) -> tuple[Passage, ...]:
    """The passages of a document in some language, in order.

    Source of the size: passages of about 100 words are what open-domain question answering settled on (Karpukhin et
    al. 2020, "Dense Passage Retrieval", use exactly 100).
    """
    groups = (
        group
        for section in _sections(document.blocks)
        for group in _pack(
            _glue(document.text, [piece for block in section for piece in _pieces(document.text, block, language)]),
            alone=document.format in _RECORDS,
        )
    )
    return tuple(Passage(group[0].start, group[-1].end, tuple(group)) for group in groups)


def _sections(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    """Runs of blocks that no passage leaves: a heading begins one, unless all before it are of a higher level."""
    section: list[Block] = []
    deepest = 0  # level of the headings in the section, 0 for none
    for block in blocks:
        if block.kind == "heading":
            if section and not 0 < deepest < block.level:
                yield section
                section, deepest = [], 0
            deepest = max(deepest, block.level)
        section.append(block)
    if section:
        yield section


def _pieces(text: str, block: Block, language: str) -> Iterator[_Piece]:
    """A block as one piece, or as few pieces of even size where it is longer than a passage."""
    sentences = tuple(_sentences(text, block, language))
    words = [word_count(text[sentence.start : sentence.end]) for sentence in sentences]
    total = sum(words)
    leans = block.kind in ("item", "row", "header", "code") or total < _SHORT
    even = total / math.ceil(max(total, 1) / MAX_WORDS)
    begin, size = 0, 0
    for position, count in enumerate(words):
        if size and size + count / 2 > even:
            yield _Piece(sentences[begin:position], size, leans)
            begin, size = position, 0
        size += count
    yield _Piece(sentences[begin:], size, leans)


def _sentences(text: str, block: Block, language: str) -> Iterator[Sentence]:
    """The sentences of a block: by line for code, whole for headings and short rows, by sentence end for the rest."""
    if block.kind in ("heading", "header") or (block.kind == "row" and _is_whole(text[block.start : block.end])):
        ranges: Iterable[tuple[int, int]] = [(block.start, block.end)]
    elif block.kind == "row":
        ranges = _in_cells(text, block.start, block.end, language)
    elif block.kind == "code":
        ranges = _lines(text, block.start, block.end)
    else:
        body = text[block.start : block.end]
        spans = sentence_spans(body, language)
        if block.kind == "item":
            spans = _with_term(body, spans)
        ranges = ((block.start + start, block.start + end) for start, end in spans)
    for start, end in ranges:
        for piece in _cut(text, start, end):
            yield Sentence(*piece, block.kind)


def _with_term(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The sentences of an item, of which the first lines, where no sentence ends, are a term: it stays with the next.

    >>> _with_term("run (…)\\nIt runs. Then it ends.", [(0, 7), (8, 16), (17, 30)])
    [(0, 16), (17, 30)]
    """
    while len(spans) > 1 and text[spans[0][1] : spans[1][0]].startswith("\n") and text[spans[0][1] - 1] not in _ENDS:
        spans[:2] = [(spans[0][0], spans[1][1])]
    return spans


def _is_whole(row: str) -> bool:
    """Whether a row is quoted whole: a value alone says nothing without the first cell, which says what it is of."""
    return len(row) <= _MAX_ROW or max(map(len, row.split("\t"))) <= _MAX_CELL


def _in_cells(text: str, start: int, end: int, language: str) -> Iterator[tuple[int, int]]:
    """The sentences of a row's cells."""
    while start < end:
        stop = text.find("\t", start, end) + 1 or end
        for first, last in sentence_spans(text[start:stop], language):
            yield start + first, start + last
        start = stop


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end:
        stop = text.find("\n", start, end) + 1 or end
        if line := trim(text, start, stop):
            yield line
        start = stop


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cuts what is longer than any sentence at a line, else a space, else anywhere."""
    while end - start > _MAX_SENTENCE:
        limit = start + _MAX_SENTENCE
        stop = text.rfind("\n", start + 1, limit) + 1 or text.rfind(" ", start + 1, limit) + 1 or limit
        if part := trim(text, start, stop):
            yield part
        start = stop
    if part := trim(text, start, end):
        yield part


def _glue(text: str, pieces: list[_Piece]) -> Iterator[_Piece]:
    """Joins a heading with what follows, and a lead-in ("There are three:") with the item or row it introduces."""
    held: _Piece | None = None
    for piece in pieces:
        if held is not None and (held.opens or (piece.leans and held.words + piece.words <= MAX_WORDS)):
            leans = held.leans and not held.is_heading
            piece = _Piece(held.sentences + piece.sentences, held.words + piece.words, leans)
        elif held is not None:
            yield held
        held = None
        last = piece.sentences[-1]
        if piece.opens or text[last.end - 1] in ":：":
            held = piece
        else:
            yield piece
    if held is not None:
        yield held


def _pack(pieces: Iterable[_Piece], *, alone: bool) -> Iterator[list[Sentence]]:
    """Fills passages up to MAX_WORDS with pieces that lean on what stands before, up to MIN_WORDS with others.

    Each piece makes a passage where each stands `alone`.
    """
    group: list[Sentence] = []
    words = 0
    for piece in pieces:
        has_body = any(sentence.kind != "heading" for sentence in group)
        full = alone or words + piece.words > MAX_WORDS or (words >= MIN_WORDS and not piece.leans)
        if has_body and full:
            yield group
            group, words = [], 0
        group.extend(piece.sentences)
        words += piece.words
    if group:
        yield group
