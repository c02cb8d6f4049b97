"""The systems that can be set side by side, by name: the retriever's parts, the whole, and other libraries.

A system finds passages for a question; those of the tool's own that retrieve as it does also choose quotes from them.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

import numpy as np

from eval import overlap
from eval.part import Part
from qa.errors import QAError
from qa.extract import Rated, Selection, quotes, rate, rerank
from qa.extract.explain import GROUPS
from qa.extract.features import FEATURES
from qa.extract.model import Model, model
from qa.fusion import shipped_fusion
from qa.index import Clue, Index, bm25, tfidf, top
from qa.index.segment import Array
from qa.model import Quote
from qa.query import Query, query
from qa.retrieve import SIGNALS, retrieve
from qa.text import content_terms

__all__ = ["DEFAULT", "NAMES", "OUTSIDE", "QUOTES", "STAGES", "Found", "System", "system"]

QUOTES = 10
"""Quotes of a question that are looked at."""
SHOWN = 3
"""Quotes that are timed, as many as are shown to a user."""
STAGES = ("retrieve", "select", "spans")
"""What is timed: finding passages, rating and ordering their sentences, making quotes with their short answers."""
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
_Find = Callable[[Index, str, int], tuple[Array, Array]]
"""The same of a system that chooses no quotes: passages and scores."""


def _bm25(index: Index, question: str, depth: int) -> tuple[Array, Array]:
    return top(index, bm25(query(index, question).terms), depth)


def _overlap(index: Index, question: str, depth: int) -> Found:
    passages, scores = top(index, bm25(tuple(content_terms(question))), depth)
    return Found(passages, scores, overlap.chosen(index, question, passages, QUOTES))


def _tfidf(index: Index, question: str, depth: int) -> tuple[Array, Array]:
    """By cosine alone, over every passage that holds any of the terms in its text or above it."""
    asked = query(index, question)
    passages, _ = top(index, [Clue(term, 1.0, 1.0) for term in asked.terms], index.passage_count)
    cosines = tfidf(index, asked.terms, index.said(passages))
    best = np.lexsort((np.arange(len(passages)), -cosines))[:depth]
    return passages[best], cosines[best]


def _timed(find: _Find, index: Index, question: str, depth: int) -> Found:
    """What a system that chooses no quotes finds, and in which time."""
    began = time.perf_counter()
    passages, scores = find(index, question, depth)
    return Found(passages, scores, seconds={"retrieve": time.perf_counter() - began})


def _whole(
    index: Index,
    question: str,
    depth: int,
    *,
    signal: str | None = None,
    group: str | None = None,
    reranked: bool = False,
    bare: bool = False,
) -> Found:
    """The tool as it ships, or with the weight of a signal or of a group of features 0, and the quotes it chooses.

    `reranked` passages are in the order of their best sentences, as a search shows them; `bare` quotes are each the
    sentence that was chosen, without those that a quote takes in beside it.
    """
    shipped = shipped_fusion()
    weights = {name: 0.0 if name == signal else weight for name, weight in shipped.weights.items()}
    stamps = [time.perf_counter()]
    asked = query(index, question)
    found = retrieve(index, asked, k=depth, fusion=replace(shipped, weights=weights))
    stamps.append(time.perf_counter())
    rated = rate(index, asked, found, k=QUOTES, weights=_without(group))
    if reranked:
        found = rerank(index, found, rated)
    stamps.append(time.perf_counter())
    quote = _bare if bare else quotes
    selection = _selected(quote(index, asked, rated) if rated else iter(()), rated, stamps)
    seconds = dict(zip(STAGES, np.diff(stamps).tolist(), strict=True))
    return Found(found.passages[:depth], found.scores[:depth], selection, seconds)


@cache
def _without(group: str | None) -> Model:
    """The weights that ship, those of one group of features 0."""
    left_out = np.isin(FEATURES, GROUPS[group] if group else ())
    return replace(model(), sentence=np.where(left_out, 0.0, model().sentence))


def _bare(index: Index, asked: Query, rated: Rated) -> Iterator[Quote]:
    """The sentences in order, each quoted alone."""
    for row in rated.order.tolist():
        document = index.document_of(int(rated.rows.passages[row]))
        start, end, _, _ = index.sentence(int(rated.rows.sentences[row]))
        yield document.quote(start, end, confidence=rated.confidence)


def _selected(made: Iterator[Quote], rated: Rated | None, stamps: list[float]) -> Selection:
    """QUOTES of them, as `qa.extract.select` would have it; the time is stamped when those SHOWN are made."""
    shown = tuple(islice(made, SHOWN))
    stamps.append(time.perf_counter())
    confidence = rated.confidence if rated else 0.0
    return Selection((*shown, *islice(made, QUOTES - SHOWN)), confidence, bool(shown) and confidence >= model().cut)


class _Outside:
    """Another library with the settings that its manual advises, over the text of the same passages."""

    def __init__(self, name: str, package: str) -> None:
        if find_spec(package) is None:
            raise QAError(f"the system {name} needs the package {package}: install the extra bench")
        self._name = name
        self._package = package
        self._made: tuple[Index, _Find] | None = None

    def __call__(self, index: Index, question: str, depth: int) -> Found:
        if isinstance(index, Part):
            raise QAError(f"{self._package} searches all documents: it cannot be asked of some of them only")
        if self._made is None or self._made[0] is not index:
            self._made = index, self._built(index)
        return _timed(self._made[1], index, question, depth)

    def _built(self, index: Index) -> _Find:
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

        def find(_: Index, question: str, depth: int) -> tuple[Array, Array]:
            found = made.top(question, depth)
            return np.array([number for number, _ in found], dtype=np.int64), np.array([score for _, score in found])

        return find


OUTSIDE = {"rank_bm25": ("rank_bm25-spaces", "rank_bm25"), "bm25s": ("bm25s", "bm25s")}
"""Other libraries: the name in `benchmarks.systems`, and the package that it needs."""

_OWN: dict[str, System] = {
    "bm25": partial(_timed, _bm25),
    "tfidf": partial(_timed, _tfidf),
    "fused": _whole,
    **{f"fused-without-{name}": partial(_whole, signal=name) for name in SIGNALS},
    "answer": partial(_whole, reranked=True),
    **{f"answer-without-{name.replace(' ', '-')}": partial(_whole, group=name, reranked=True) for name in GROUPS},
    "sentence": partial(_whole, reranked=True, bare=True),
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
