"""A segment: some documents, their passages and postings as flat arrays, immutable, in memory or mapped from a file.

    documents  0 ───────────── 1 ──────── …       passage_documents   the document of each passage
    passages   0 ── 1 ── 2 ─── 3 ── 4 ─── …       passage_sentences   first sentence of each passage
    sentences  0 1 2 3 4 5 6 … … … … … …          sentence_tokens     first token of each sentence
    tokens     17 3 99 4 17 …                     numbers of terms, in text order: the forward index

`words` and `context` are the inverted index: which passages hold a term, and how often, and which have it in their
title, headings or file name. Counts are raw: idf and norms are applied when asked, so that one more file changes
nothing here.
Terms are sorted by their UTF-8 bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from qa.languages import LANGUAGES
from qa.lazy import LazyNumbers
from qa.model import Block, BlockKind, Document, LazyBlocks, SourceMap

__all__ = ["KINDS", "Array", "Postings", "Said", "Segment", "distinct", "first_of_each", "runs"]

Array = npt.NDArray[Any]

KINDS: tuple[BlockKind, ...] = ("heading", "paragraph", "item", "row", "code", "quotation", "header")
"""Block kinds by their number in the arrays."""

_REMEMBERED = 64
_REMEMBERED_TERMS = 10_000
_UNASKED = -1
_SEARCHED = 4_096
"""Terms that are looked up at a time."""


@dataclass(frozen=True, slots=True)
class Postings:
    """Which passages hold each term, and how often.

    Shapes: `starts` (terms + 1,), `passages` and `counts` (postings,); the passages of term `t` are
    `passages[starts[t]:starts[t + 1]]`, ascending.
    """

    starts: Array
    passages: Array
    counts: Array

    def of(self, term: int) -> tuple[Array, Array]:
        """The passages that hold the term, and its counts there."""
        part = slice(int(self.starts[term]), int(self.starts[term + 1]))
        return self.passages[part], self.counts[part]


@dataclass(frozen=True, slots=True)
class Said:
    """What some passages of one segment say, word by word.

    `number` is the segment's, `places` say where its passages stand among all that were asked for, `passages` are their
    numbers in it. `tokens` are the terms of their `sentences` in order, `above` those that stand above the passages.
    `owners` holds for each sentence the position in `passages` of the one that it is from, `within` for each token the
    position of its sentence, `below` for each term above the position of the passage that it stands above.
    """

    number: int
    places: Array
    passages: Array
    sentences: Array
    owners: Array
    tokens: Array
    within: Array
    above: Array
    below: Array


class Segment:
    """A view of the arrays that `count` makes, `merge` joins and `store` keeps.

    Threads may share one: what is remembered may be forgotten at any time by another, and is only ever added whole.
    """

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        self.arrays = arrays
        self.words = self._postings("words")
        self.context = self._postings("context")
        self.tokens = arrays["tokens"]
        self.sentence_tokens = arrays["sentence_tokens"]
        self.sentence_starts = arrays["sentence_starts"]
        self.sentence_ends = arrays["sentence_ends"]
        self.sentence_kinds = arrays["sentence_kinds"]
        self.passage_sentences = arrays["passage_sentences"]
        self.passage_documents = arrays["passage_documents"]
        self.passage_lengths = arrays["passage_lengths"]
        self.document_languages = arrays["document_languages"]
        self.term_rows = arrays["term_rows"]
        self._term_starts = arrays["term_starts"]
        self._terms = memoryview(arrays["terms"])  # type: ignore[arg-type]
        self._documents: dict[int, Document] = {}
        self._ids: dict[str, int | None] = {}

    def impacts_of(self, term: int) -> Array:
        """How much BM25 gives the passages that hold a term, in steps; see `qa.index.count.impacts`."""
        starts = self.words.starts
        part: Array = self.arrays["word_impacts"][int(starts[term]) : int(starts[term + 1])]
        return part

    def _postings(self, name: str) -> Postings:
        return Postings(*(self.arrays[f"{name}_{part}"] for part in ("starts", "passages", "counts")))

    @property
    def passage_count(self) -> int:
        """Number of passages, deleted ones among them."""
        return len(self.passage_documents)

    @property
    def sentence_count(self) -> int:
        """Number of sentences."""
        return len(self.sentence_starts)

    @property
    def document_count(self) -> int:
        """Number of documents, deleted ones among them."""
        return len(self.arrays["record_starts"]) - 1

    @property
    def term_count(self) -> int:
        """Number of distinct terms."""
        return len(self._term_starts) - 1

    def term_id(self, term: str) -> int | None:
        """The number of a term, or None when the segment does not hold it; the last few are remembered."""
        found = self._ids.get(term, _UNASKED)
        if found == _UNASKED:
            if len(self._ids) >= _REMEMBERED_TERMS:
                self._ids.clear()
            found = self._ids[term] = self._searched(term.encode())
        return found

    def _searched(self, wanted: bytes) -> int | None:
        low, high = 0, self.term_count
        while low < high:
            middle = (low + high) // 2
            if self._term(middle) < wanted:
                low = middle + 1
            else:
                high = middle
        return low if low < self.term_count and self._term(low) == wanted else None

    def _term(self, number: int) -> bytes:
        return bytes(self._terms[self._term_starts[number] : self._term_starts[number + 1]])

    def term(self, number: int) -> str:
        """The term with this number."""
        return self._term(number).decode()

    def terms(self, first: int = 0, stop: int | None = None) -> list[bytes]:
        """The terms from one number up to another, sorted, as UTF-8; every term where none is given."""
        edges = self._term_starts[first : self.term_count + 1 if stop is None else stop + 1].tolist()
        if len(edges) < 2:
            return []
        base = edges[0]
        blob = self._terms[base : edges[-1]].tobytes()
        return [blob[start - base : end - base] for start, end in pairwise(edges)]

    def places(self, wanted: Sequence[bytes]) -> Array:
        """How many of the terms come before each of some byte strings, shape (wanted,): one binary search for all."""
        asked = np.array(wanted, dtype=bytes)
        low = np.zeros(len(asked), dtype=np.int64)
        high = np.full(len(asked), self.term_count)
        while (searched := low < high).any():
            middle = (low + high) // 2
            before = searched & (self._beginnings(np.minimum(middle, self.term_count - 1), asked.itemsize) < asked)
            low = np.where(before, middle + 1, low)
            high = np.where(searched & ~before, middle, high)
        return low

    def numbers(self, names: Sequence[bytes]) -> Array:
        """The numbers of some terms, -1 for one that the segment does not hold, shape (names,)."""
        found = np.full(len(names), -1, dtype=np.int64)
        for begin in range(0, len(names) if self.term_count else 0, _SEARCHED):
            asked = np.array(names[begin : begin + _SEARCHED], dtype=bytes)
            at = np.minimum(self.places(names[begin : begin + _SEARCHED]), self.term_count - 1)
            sizes = self._term_starts[at + 1] - self._term_starts[at]
            here = (self._beginnings(at, asked.itemsize) == asked) & (sizes == np.char.str_len(asked))
            found[begin : begin + _SEARCHED][here] = at[here]
        return found

    def _beginnings(self, numbers: Array, width: int) -> Array:
        """The first bytes of some terms, at most `width` of each, shape (numbers,)."""
        starts, stops = self._term_starts[numbers], self._term_starts[numbers + 1]
        places = starts[:, None] + np.arange(width)
        found = self.arrays["terms"][np.minimum(places, len(self._terms) - 1)]
        found[places >= stops[:, None]] = 0
        return found.view(f"S{width}").ravel()

    def sentences_of(self, passages: Array) -> tuple[Array, Array]:
        """The sentences of some passages, and for each the position in `passages` of the one it is from."""
        return runs(self.passage_sentences[passages], self.passage_sentences[passages + 1])

    def tokens_of(self, sentences: Array) -> tuple[Array, Array]:
        """The terms of some sentences in order, and for each the position in `sentences` of the one it is from."""
        places, owners = runs(self.sentence_tokens[sentences], self.sentence_tokens[sentences + 1])
        return self.tokens[places], owners

    def context_of(self, passages: Array) -> tuple[Array, Array]:
        """The terms above some passages, and for each the position in `passages` of the one it stands above."""
        context = self.arrays["passage_contexts"][passages]
        starts = self.arrays["context_tokens_starts"]
        places, owners = runs(starts[context], starts[context + 1])
        return self.arrays["context_tokens"][places], owners

    def passage_range(self, passage: int) -> tuple[int, int]:
        """Where a passage stands in its document's text."""
        first, stop = self.passage_sentences[passage], self.passage_sentences[passage + 1]
        return int(self.sentence_starts[first]), int(self.sentence_ends[stop - 1])

    def passage_text(self, passage: int) -> str:
        """The text of a passage, without making its document."""
        return self._text(*self.arrays["passage_bytes"][passage])

    def _text(self, start: int, end: int) -> str:
        """The text between two bytes of the texts of all documents."""
        return str(self.arrays["texts"][start:end].data, "utf-8")

    def document(self, number: int) -> Document:
        """The document with this number, made from the arrays; the last few are remembered."""
        found = self._documents.get(number)
        if found is None:
            if len(self._documents) >= _REMEMBERED:
                self._documents.clear()
            found = self._documents[number] = self._make_document(number)
        return found

    def record(self, number: int) -> dict[str, Any]:
        """What is known of a document beside its text and structure."""
        starts = self.arrays["record_starts"]
        record: dict[str, Any] = json.loads(bytes(self.arrays["records"][starts[number] : starts[number + 1]]))
        return record

    def language(self, number: int) -> str:
        """The language that a document is read in."""
        return LANGUAGES[int(self.document_languages[number])]

    def path(self, number: int) -> str:
        """One document's path, without those of the others."""
        starts = self.arrays["path_starts"]
        return bytes(self.arrays["paths"][starts[number] : starts[number + 1]]).decode()

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """The documents' paths, by number."""
        starts = self.arrays["path_starts"].tolist()
        blob = bytes(self.arrays["paths"])
        return tuple(blob[start:end].decode() for start, end in pairwise(starts))

    def _make_document(self, number: int) -> Document:
        starts = self.arrays["text_starts"]
        text = self._text(starts[number], starts[number + 1])
        record = self.record(number)
        source_map = None
        if record.pop("has_lines"):
            runs_ = self._rows("runs", number)
            columns = (runs_[:, 0], runs_[:, 1], self._rows("lines", number))
            source_map = SourceMap(*(LazyNumbers(column.data) for column in columns))
        pages = tuple(record.pop("pages"))
        blocks = _lazy_blocks(self._rows("blocks", number))
        return Document(self.path(number), text, blocks=blocks, source_map=source_map, pages=pages, **record)

    def _rows(self, name: str, number: int) -> Array:
        starts = self.arrays[f"{name}_starts"]
        rows: Array = self.arrays[name][starts[number] : starts[number + 1]]
        return rows


def _lazy_blocks(rows: Array) -> LazyBlocks:
    """The blocks of a document, from the rows that `count` makes of them."""

    def made(first: int, stop: int) -> list[Block]:
        return [Block(start, end, KINDS[kind], level) for start, end, kind, level in rows[first:stop].tolist()]

    def by_level(kind: BlockKind) -> dict[int, tuple[memoryview[int], memoryview[int]]]:
        own = rows[rows[:, 2] == KINDS.index(kind)]
        levels = ((level, own[own[:, 3] == level]) for level in distinct(own[:, 3]).tolist())
        return {level: (these[:, 0].data, these[:, 1].data) for level, these in levels}

    return LazyBlocks(len(rows), made, rows[:, 0].data, by_level)


def runs(starts: Array, stops: Array) -> tuple[Array, Array]:
    """The numbers from each start up to its stop, one run after the other, and which run each is of.

    >>> [part.tolist() for part in runs(np.array([5, 0]), np.array([7, 1]))]
    [[5, 6, 0], [0, 0, 1]]
    """
    sizes = stops - starts
    owners = np.repeat(np.arange(len(sizes)), sizes)
    before = np.cumsum(sizes) - sizes
    return np.arange(len(owners)) + np.repeat(starts - before, sizes), owners


def first_of_each(values: Array) -> Array:
    """Whether each value differs from the one before, shape (values,): where runs of equal values begin.

    >>> first_of_each(np.array([5, 5, 3, 5])).tolist()
    [True, False, True, True]
    """
    first = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=first[1:])
    return first


def distinct(values: Array) -> Array:
    """The values, each once, ascending: np.unique without its import of numpy.ma, which takes as long as a question.

    >>> distinct(np.array([5, 3, 5])).tolist(), distinct(np.array([], dtype=int)).tolist()
    ([3, 5], [])
    """
    ordered = np.sort(values)
    found: Array = ordered[first_of_each(ordered)]
    return found
