"""The systems that can be set side by side, by name: the retriever's parts, the whole, and other libraries.

A system finds passages for a question; those of the tool's own that retrieve as it does also choose quotes from them.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from eval import overlap
from eval.part import Part
from qa.errors import QAError
from qa.extract import Selection, rerank, select
from qa.index import Clue, Index, bm25, tfidf, top
from qa.index.segment import Array
from qa.query import query
from qa.retrieve import SIGNALS, retrieve, shipped_weights
from qa.text import content_terms

__all__ = ["DEFAULT", "NAMES", "OUTSIDE", "QUOTES", "Found", "System", "system"]

QUOTES = 10
"""Quotes of a question that are looked at."""
DEFAULT = ("bm25", "tfidf", "fused")


@dataclass(frozen=True, slots=True)
class Found:
    """Passages, best first, with their scores; what was chosen to quote, by a system that does; seconds by stage."""

    passages: Array
    scores: Array
    selection: Selection | None = None
    seconds: dict[str, float] = field(default_factory=dict)


System = Callable[[Index, str, int], Found]
"""Index, question and how many passages are wanted -> what is found."""


def _bm25(index: Index, question: str, depth: int) -> Found:
    return Found(*top(index, bm25(query(index, question).terms), depth))


def _overlap(index: Index, question: str, depth: int) -> Found:
    passages, scores = top(index, bm25(tuple(content_terms(question))), depth)
    return Found(passages, scores, overlap.chosen(index, question, passages, QUOTES))


def _tfidf(index: Index, question: str, depth: int) -> Found:
    """By cosine alone, over every passage that holds any of the terms in its text or above it."""
    asked = query(index, question)
    passages, _ = top(index, [Clue(term, 1.0, 1.0) for term in asked.terms], index.passage_count)
    cosines = tfidf(index, asked.terms, passages)
    best = np.lexsort((np.arange(len(passages)), -cosines))[:depth]
    return Found(passages[best], cosines[best])


def _fused(index: Index, question: str, depth: int, *, without: str | None = None) -> Found:
    """As it ships, or with one signal's weight 0; and the quotes chosen from what is found."""
    weights = {name: 0.0 if name == without else weight for name, weight in shipped_weights().items()}
    began = time.perf_counter()
    asked = query(index, question)
    found = retrieve(index, asked, k=depth, weights=weights)
    retrieved = time.perf_counter()
    selection = select(index, asked, found, k=QUOTES)
    seconds = {"retrieve": retrieved - began, "extract": time.perf_counter() - retrieved}
    return Found(found.passages[:depth], found.scores[:depth], selection, seconds)


def _answer(index: Index, question: str, depth: int) -> Found:
    """The whole tool: passages in the order of their best sentences, as a search shows them."""
    began = time.perf_counter()
    asked = query(index, question)
    found = rerank(index, asked, retrieve(index, asked, k=depth))
    seconds = {"retrieve": time.perf_counter() - began}
    return Found(found.passages[:depth], found.scores[:depth], seconds=seconds)


class _Outside:
    """Another library with the settings that its manual advises, over the text of the same passages."""

    def __init__(self, name: str, package: str) -> None:
        if find_spec(package) is None:
            raise QAError(f"the system {name} needs the package {package}: install the extra bench")
        self._name = name
        self._package = package
        self._made: tuple[Index, Callable[[str, int], list[tuple[int, float]]]] | None = None

    def __call__(self, index: Index, question: str, depth: int) -> Found:
        if isinstance(index, Part):
            raise QAError(f"{self._package} searches all documents: it cannot be asked of some of them only")
        if self._made is None or self._made[0] is not index:
            self._made = index, self._built(index)
        found = self._made[1](question, depth)
        return Found(np.array([number for number, _ in found], dtype=np.int64), np.array([score for _, score in found]))

    def _built(self, index: Index) -> Callable[[str, int], list[tuple[int, float]]]:
        from benchmarks.rows import Row
        from benchmarks.systems import system as library

        made = library(self._name)
        rows = (
            Row(index.path_of(number), "", index.passage_range(number)[0], index.passage_text(number))
            for number in range(index.passage_count)
        )
        with tempfile.TemporaryDirectory() as folder:
            made.build(rows, Path(folder))
            made.open(Path(folder))
        return made.top


OUTSIDE = {"rank_bm25": ("rank_bm25-spaces", "rank_bm25"), "bm25s": ("bm25s", "bm25s")}
"""Other libraries: the name in `benchmarks.systems`, and the package that it needs."""

_OWN: dict[str, System] = {
    "bm25": _bm25,
    "tfidf": _tfidf,
    "fused": _fused,
    **{f"fused-without-{name}": partial(_fused, without=name) for name in SIGNALS},
    "answer": _answer,
    "overlap": _overlap,
}
NAMES: Sequence[str] = (*_OWN, *OUTSIDE)


def system(name: str) -> System:
    """The system with this name. Raises QAError for an unknown one and for one whose package is not installed."""
    if name in _OWN:
        return _OWN[name]
    if name in OUTSIDE:
        return _Outside(*OUTSIDE[name])
    raise QAError(f"{name}: no such system; there are {', '.join(NAMES)}")
