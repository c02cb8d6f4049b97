"""Documents and their passages -> the arrays of an Index."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import PurePosixPath

import numpy as np

from qa.chunk import passages
from qa.index.index import KINDS, Array, Index
from qa.model import Document, Passage
from qa.text import STOP_WORDS, terms

__all__ = ["build"]


@dataclass(slots=True)
class _Counted:
    """What one pass over the documents collects; term numbers are in order of first use until `_renumber`."""

    numbers: dict[str, int] = field(default_factory=dict)
    tokens: list[int] = field(default_factory=list)
    context: list[int] = field(default_factory=list)
    sentence_tokens: list[int] = field(default_factory=lambda: [0])
    context_tokens: list[int] = field(default_factory=lambda: [0])
    sentences: list[tuple[int, int, int]] = field(default_factory=list)
    passage_sentences: list[int] = field(default_factory=lambda: [0])
    passage_documents: list[int] = field(default_factory=list)

    def number(self, text: str) -> list[int]:
        numbers = self.numbers
        return [numbers.setdefault(term, len(numbers)) for term in terms(text)]

    def add(self, position: int, document: Document, passage: Passage) -> None:
        for sentence in passage.sentences:
            self.tokens.extend(self.number(document.text[sentence.start : sentence.end]))
            self.sentence_tokens.append(len(self.tokens))
            self.sentences.append((sentence.start, sentence.end, KINDS.index(sentence.kind)))
        self.passage_sentences.append(len(self.sentences))
        self.passage_documents.append(position)
        self.context.extend(self.number(_context(document, passage)))
        self.context_tokens.append(len(self.context))


def build(documents: Iterable[Document]) -> Index:
    """The index of some documents, the same whatever their order."""
    ordered = sorted(documents, key=lambda document: document.path)
    counted = _Counted()
    for position, document in enumerate(ordered):
        for passage in passages(document):
            counted.add(position, document, passage)
    return Index({**_forward(counted), **_inverted(counted), **_texts(ordered)})


def _context(document: Document, passage: Passage) -> str:
    """What stands above a passage: title, headings, and the file's name without its suffix."""
    name = PurePosixPath(document.path).stem.replace("_", " ")
    above = document.headings(passage.sentences[-1].start)
    return "\n".join((document.title, *above, name))


def _forward(counted: _Counted) -> dict[str, Array]:
    sentences = np.array(counted.sentences, dtype=np.int64).reshape(-1, 3)
    names = sorted(counted.numbers)
    encoded = [name.encode() for name in names]
    return {
        "terms": np.frombuffer(b"".join(encoded), dtype=np.uint8),
        "term_starts": _starts(len(name) for name in encoded),
        "tokens": _renumber(counted)[np.array(counted.tokens, dtype=np.int64)],
        "sentence_tokens": np.array(counted.sentence_tokens, dtype=np.int64),
        "sentence_starts": sentences[:, 0].astype(np.int32),
        "sentence_ends": sentences[:, 1].astype(np.int32),
        "sentence_kinds": sentences[:, 2].astype(np.uint8),
        "passage_sentences": np.array(counted.passage_sentences, dtype=np.int64),
        "passage_documents": np.array(counted.passage_documents, dtype=np.int32),
    }


def _renumber(counted: _Counted) -> Array:
    """Number of first use -> number in sorted order, as bytes sort, shape (terms,)."""
    names = list(counted.numbers)
    order = sorted(range(len(names)), key=lambda number: names[number].encode())
    renumbered = np.empty(len(names), dtype=np.int32)
    renumbered[order] = np.arange(len(names), dtype=np.int32)
    return renumbered


def _inverted(counted: _Counted) -> dict[str, Array]:
    renumbered = _renumber(counted)
    tokens = renumbered[np.array(counted.tokens, dtype=np.int64)].astype(np.int64)
    sentence_tokens = np.array(counted.sentence_tokens, dtype=np.int64)
    sentence_of = np.repeat(np.arange(len(counted.sentences)), np.diff(sentence_tokens))
    passage_of_sentence = np.repeat(np.arange(len(counted.passage_documents)), np.diff(counted.passage_sentences))
    passage_of = passage_of_sentence[sentence_of]
    terms_total = len(counted.numbers)

    stop = np.zeros(terms_total, dtype=bool)
    stop[[renumbered[counted.numbers[word]] for word in STOP_WORDS if word in counted.numbers]] = True
    together = (sentence_of[1:] == sentence_of[:-1]) & ~stop[tokens[1:]] & ~stop[tokens[:-1]]
    keys = (tokens[:-1] << 32 | tokens[1:])[together]
    pair_keys, pairs = np.unique(keys, return_inverse=True)

    context = renumbered[np.array(counted.context, dtype=np.int64)].astype(np.int64)
    context_of = np.repeat(np.arange(len(counted.passage_documents)), np.diff(counted.context_tokens))
    return {
        **_postings("words", tokens, passage_of, terms_total),
        **_postings("pairs", pairs, passage_of[1:][together], len(pair_keys)),
        **_postings("context", context, context_of, terms_total),
        "pair_keys": pair_keys,
    }


def _postings(name: str, features: Array, passage_of: Array, total: int) -> dict[str, Array]:
    """Counts each (feature, passage), grouped by feature."""
    width = int(passage_of.max()) + 1 if len(passage_of) else 1
    keys, counts = np.unique(features * width + passage_of, return_counts=True)
    per_feature = np.bincount(keys // width, minlength=total)
    return {
        f"{name}_starts": np.concatenate(([0], np.cumsum(per_feature))).astype(np.int64),
        f"{name}_passages": (keys % width).astype(np.int32),
        f"{name}_counts": counts.astype(np.int32),
    }


def _texts(documents: Sequence[Document]) -> dict[str, Array]:
    """Texts, records and structure of the documents, each as one run of rows with the first row of every document."""
    texts = [document.text.encode() for document in documents]
    records = [json.dumps(_record(document), ensure_ascii=False, sort_keys=True).encode() for document in documents]
    blocks = [[(b.start, b.end, KINDS.index(b.kind), b.level) for b in document.blocks] for document in documents]
    maps = [document.source_map for document in documents]
    runs = [list(zip(m.text_starts, m.source_starts, strict=True)) if m else [] for m in maps]
    lines = [m.line_starts if m else () for m in maps]
    return {
        "texts": np.frombuffer(b"".join(texts), dtype=np.uint8),
        "text_starts": _starts(map(len, texts)),
        "records": np.frombuffer(b"".join(records), dtype=np.uint8),
        "record_starts": _starts(map(len, records)),
        "blocks": np.array([row for rows in blocks for row in rows], dtype=np.int32).reshape(-1, 4),
        "blocks_starts": _starts(map(len, blocks)),
        "runs": np.array([row for rows in runs for row in rows], dtype=np.int32).reshape(-1, 2),
        "runs_starts": _starts(map(len, runs)),
        "lines": np.array([row for rows in lines for row in rows], dtype=np.int32),
        "lines_starts": _starts(map(len, lines)),
    }


def _record(document: Document) -> dict[str, object]:
    names = ("path", "title", "format", "sha256", "url", "date", "author")
    record: dict[str, object] = {name: getattr(document, name) for name in names}
    return record | {"has_lines": document.source_map is not None, "pages": list(document.pages)}


def _starts(sizes: Iterable[int]) -> Array:
    """Where each of some consecutive runs begins, and where the last ends."""
    return np.array([0, *accumulate(sizes)], dtype=np.int64)
