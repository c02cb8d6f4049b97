"""Question set -> outcomes: what each system found for each question, and what the whole tool answered."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from eval.questions import Question, QuestionSet
from qa import dialogue
from qa.extract import Selection, select
from qa.index import Clue, Index, bm25, build, tfidf, top
from qa.retrieve import query, retrieve

__all__ = ["SYSTEMS", "Outcome", "run"]

DEPTH = 10
System = Callable[[Index, str], Sequence[int]]


def _bm25(index: Index, question: str) -> Sequence[int]:
    return [int(passage) for passage in top(index, bm25(query(index, question).terms), DEPTH)[0]]


def _tfidf(index: Index, question: str) -> Sequence[int]:
    """By cosine alone, over every passage that holds any of the terms in its text or above it."""
    asked = query(index, question)
    passages, _ = top(index, [Clue(term, 1.0, 1.0) for term in asked.terms], index.passage_count)
    cosines = tfidf(index, asked.terms, passages)
    return [int(passages[at]) for at in np.lexsort((np.arange(len(passages)), -cosines))[:DEPTH]]


def _fused(index: Index, question: str) -> Sequence[int]:
    return [int(passage) for passage in retrieve(index, query(index, question)).passages[:DEPTH]]


SYSTEMS: dict[str, System] = {"bm25": _bm25, "tfidf": _tfidf, "fused": _fused}
"""The retriever's parts, and the whole."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened to one question: ranks from 1, None for not found.

    `sentence` is the rank of the first answering quote in the ranking, be it shown as an answer or as a near miss.
    """

    question: Question
    ranks: dict[str, int | None]
    sentence: int | None
    confidence: float
    answered: bool
    quotes: tuple[str, ...]
    seconds: float

    @property
    def shown(self) -> int | None:
        """Rank of the first answering quote among those shown as an answer: a refusal shows none."""
        return self.sentence if self.answered else None


def run(questions: QuestionSet, chosen: Iterable[Question] | None = None) -> list[Outcome]:
    """Ask every question, or the chosen ones, of an index of the set's documents."""
    index = build(questions.documents)
    return [_outcome(index, question) for question in (questions.questions if chosen is None else chosen)]


def _outcome(index: Index, question: Question) -> Outcome:
    text = dialogue.standalone(question.text, question.history)
    began = time.perf_counter()
    asked = query(index, text)
    selection = select(index, asked, retrieve(index, asked), k=DEPTH)
    seconds = time.perf_counter() - began
    ranks = {name: _passage_rank(index, system(index, text), question) for name, system in SYSTEMS.items()}
    return Outcome(
        question=question,
        ranks=ranks,
        sentence=_quote_rank(selection, question),
        confidence=selection.confidence,
        answered=selection.answered,
        quotes=tuple(quote.text for quote in selection.quotes[:3]),
        seconds=seconds,
    )


def _passage_rank(index: Index, ranking: Sequence[int], question: Question) -> int | None:
    for rank, passage in enumerate(ranking, 1):
        if question.held_by(index.path_of(passage), *index.passage_range(passage)):
            return rank
    return None


def _quote_rank(selection: Selection, question: Question) -> int | None:
    """Rank of the first quote that holds a whole evidence, whether or not the tool went on to refuse."""
    for rank, quote in enumerate(selection.quotes, 1):
        if question.held_by(quote.path, quote.start, quote.end):
            return rank
    return None
