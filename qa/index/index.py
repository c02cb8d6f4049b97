"""The index: raw counts, offsets and texts as flat arrays, in memory or mapped from a file.

    documents  0 ───────────── 1 ──────── …       document_passages   first passage of each document
    passages   0 ── 1 ── 2 ─── 3 ── 4 ─── …       passage_sentences   first sentence of each passage
    sentences  0 1 2 3 4 5 6 … … … … … …          sentence_tokens     first token of each sentence
    tokens     17 3 99 4 17 …                     ids of terms, in text order: the forward index

Documents are in the order of their paths and terms in the order of their characters, so that equal corpora make equal
arrays. `words`, `pairs` and `context` are the inverted index: which passages hold a term, two neighbouring terms, or a
term in their title, headings or file name, and how often. Counts are raw; idf and norms are applied when asked.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from qa.model import Block, BlockKind, Document, SourceMap

__all__ = ["KINDS", "Array", "Index", "Postings"]

Array = npt.NDArray[Any]

KINDS: tuple[BlockKind, ...] = ("heading", "paragraph", "item", "row", "code", "quotation")
"""Block kinds by their number in the arrays."""


@dataclass(frozen=True, slots=True)
class Postings:
    """Which passages hold each feature, and how often.

    Shapes: `starts` (features + 1,), `passages` and `counts` (postings,); the passages of feature `f` are
    `passages[starts[f]:starts[f + 1]]`, ascending.
    """

    starts: Array
    passages: Array
    counts: Array

    def of(self, feature: int) -> tuple[Array, Array]:
        """The passages that hold the feature and its counts there."""
        part = slice(self.starts[feature], self.starts[feature + 1])
        return self.passages[part], self.counts[part]

    def document_frequency(self, feature: int) -> int:
        """In how many passages the feature stands."""
        return int(self.starts[feature + 1] - self.starts[feature])


class Index:
    """An immutable view of the arrays that `build` makes and `store` keeps."""

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        self.arrays = arrays
        self.words = self._postings("words")
        self.pairs = self._postings("pairs")
        self.context = self._postings("context")
        self.pair_keys = arrays["pair_keys"]
        self.tokens = arrays["tokens"]
        self.sentence_tokens = arrays["sentence_tokens"]
        self.sentence_starts = arrays["sentence_starts"]
        self.sentence_ends = arrays["sentence_ends"]
        self.sentence_kinds = arrays["sentence_kinds"]
        self.passage_sentences = arrays["passage_sentences"]
        self.passage_documents = arrays["passage_documents"]
        self._documents: dict[int, Document] = {}

    def _postings(self, name: str) -> Postings:
        return Postings(*(self.arrays[f"{name}_{part}"] for part in ("starts", "passages", "counts")))

    @property
    def passage_count(self) -> int:
        """Number of passages."""
        return len(self.passage_documents)

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """The documents' paths, in order."""
        return tuple(self._record(number)["path"] for number in range(len(self.arrays["record_starts"]) - 1))

    @cached_property
    def lengths(self) -> Array:
        """Words of each passage, shape (passages,)."""
        edges = self.sentence_tokens[self.passage_sentences]
        return np.diff(edges)

    @cached_property
    def mean_length(self) -> float:
        """Mean words of a passage; 1 for an index without words."""
        return float(self.lengths.mean()) if self.passage_count and self.lengths.any() else 1.0

    @cached_property
    def norms(self) -> Array:
        """Euclidean length of each passage's TF-IDF vector, shape (passages,); 1 where the vector is zero."""
        from qa.index.score import norms

        return norms(self)

    def term_id(self, term: str) -> int | None:
        """The number of a term, or None when no passage holds it. Binary search in the sorted vocabulary."""
        wanted = term.encode()
        low, high = 0, len(self.arrays["term_starts"]) - 1
        while low < high:
            middle = (low + high) // 2
            if self._term(middle) < wanted:
                low = middle + 1
            else:
                high = middle
        found = low < len(self.arrays["term_starts"]) - 1 and self._term(low) == wanted
        return low if found else None

    def _term(self, number: int) -> bytes:
        starts = self.arrays["term_starts"]
        return self.arrays["terms"][starts[number] : starts[number + 1]].tobytes()

    def pair_id(self, first: int, second: int) -> int | None:
        """The number of two neighbouring terms, or None when they are neighbours nowhere."""
        key = pair_key(first, second)
        at = int(np.searchsorted(self.pair_keys, key))
        return at if at < len(self.pair_keys) and self.pair_keys[at] == key else None

    def passage_range(self, passage: int) -> tuple[int, int]:
        """Where a passage stands in its document's text."""
        first, stop = self.passage_sentences[passage], self.passage_sentences[passage + 1]
        return int(self.sentence_starts[first]), int(self.sentence_ends[stop - 1])

    def document_of(self, passage: int) -> Document:
        """The document that holds a passage."""
        return self.document(int(self.passage_documents[passage]))

    def document(self, number: int) -> Document:
        """The document with this number, made from the arrays and remembered."""
        if number not in self._documents:
            self._documents[number] = self._make_document(number)
        return self._documents[number]

    def _record(self, number: int) -> dict[str, Any]:
        starts = self.arrays["record_starts"]
        record: dict[str, Any] = json.loads(self.arrays["records"][starts[number] : starts[number + 1]].tobytes())
        return record

    def _make_document(self, number: int) -> Document:
        text_starts = self.arrays["text_starts"]
        text = self.arrays["texts"][text_starts[number] : text_starts[number + 1]].tobytes().decode()
        block_rows = self._rows("blocks", number)
        blocks = tuple(Block(start, end, KINDS[kind], level) for start, end, kind, level in block_rows)
        record = self._record(number)
        source_map = None
        if record.pop("has_lines"):
            runs = self._rows("runs", number)
            source_map = SourceMap(
                tuple(run[0] for run in runs),
                tuple(run[1] for run in runs),
                tuple(self._rows("lines", number)),
            )
        pages = tuple(record.pop("pages"))
        return Document(text=text, blocks=blocks, source_map=source_map, pages=pages, **record)

    def _rows(self, name: str, number: int) -> list[Any]:
        starts = self.arrays[f"{name}_starts"]
        rows: list[Any] = self.arrays[name][starts[number] : starts[number + 1]].tolist()
        return rows


def pair_key(first: int, second: int) -> int:
    """Two term numbers as one."""
    return first << 32 | second
