"""Outcomes -> one value a measure and question: what every table, interval, test and baseline is made of."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence

import numpy as np
import numpy.typing as npt

from eval.metrics import (
    average_precision,
    exact_match,
    f1,
    judged,
    mean,
    ndcg,
    precision,
    recall,
    reciprocal_rank,
)
from eval.run import Choice, Outcome, Ranking
from qa.errors import QAError

__all__ = ["ANSWERS", "JUDGED", "RETRIEVAL", "Array", "Mask", "Results", "Values", "ranks"]

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Values = dict[str, Array]
"""By name, such as `fused R@5`: the value of each question, nan where the measure says nothing about it."""

_RANKED = 10
"""Places that the reciprocal rank looks at."""

RETRIEVAL: dict[str, Callable[[Sequence[int], int], float]] = {
    "R@1": lambda ranks, _: recall(_first(ranks), 1),
    "R@5": lambda ranks, _: recall(_first(ranks), 5),
    "R@10": lambda ranks, _: recall(_first(ranks), 10),
    "MRR": lambda ranks, _: reciprocal_rank(_first(ranks, _RANKED)),
    "nDCG@10": lambda ranks, _: ndcg(_first(ranks)),
    "MAP": average_precision,
    "P@5": lambda ranks, _: precision(ranks, 5),
}
"""Measures of a ranking of passages, from the ranks of those that answer and how many there are to be found."""

JUDGED = {
    "R@5": "R@5",
    "R@10": "R@10",
    "R@100": "R@100",
    "MRR": f"RR@{_RANKED}",
    "nDCG@10": "nDCG@10",
    "MAP": "AP",
    "P@10": "P@10",
}
"""Measures of a ranking of documents that are judged by grade, as ir-measures defines them."""


def _first(ranks: Sequence[int], deepest: int | None = None) -> int | None:
    return ranks[0] if ranks and (deepest is None or ranks[0] <= deepest) else None


def ranks(ranking: Ranking, relevant: Collection[str]) -> list[int]:
    """The ranks, from 1 and ascending, at which a ranking has what is relevant."""
    return [rank for rank, label in enumerate(ranking.labels, 1) if label in relevant]


def _average_precision(outcome: Outcome, choice: Choice) -> float:
    """Over the answering places: the precision of the quotes up to the one that holds it."""
    found, right = [], 0
    seen: set[object] = set()
    for rank, held in enumerate(choice.held, 1):
        right += bool(held)
        found += [right / rank] * len(held - seen)
        seen |= held
    return sum(found) / len(outcome.question.anchors)


ANSWERS: dict[str, Callable[[Outcome, Choice], float | None]] = {
    "sentence@1": lambda _, choice: recall(choice.rank, 1),
    "sentence@3": lambda _, choice: recall(choice.rank, 3),
    "sentence MRR": lambda _, choice: reciprocal_rank(choice.rank),
    "sentence MAP": _average_precision,
    "first EM": lambda outcome, choice: _short(exact_match, outcome, choice.first_words),
    "first F1": lambda outcome, choice: _short(f1, outcome, choice.first_words),
    "shown@1": lambda _, choice: recall(choice.shown, 1),
    "answered": lambda _, choice: float(choice.answered),
    "EM": lambda outcome, choice: _short(exact_match, outcome, choice.short_answer),
    "F1": lambda outcome, choice: _short(f1, outcome, choice.short_answer),
    "words": lambda _, choice: mean([len(quote.text.split()) for quote in choice.quotes[:3]]),
}
"""Measures of what was quoted for a question that the documents answer; None where they say nothing about it.

The answer sentence, and the short answer in the first, is judged in the ranking of the quotes, near misses too;
`shown@1`, EM and F1 count a refused question as not answered.
"""


def _short(measure: Callable[[str, Collection[str]], float], outcome: Outcome, given: str) -> float | None:
    return measure(given, outcome.question.answers) if outcome.question.answers else None


class Results:
    """The outcomes of a run, at least one, and their values. Raises QAError when there are none.

    `planned` is the one measure that systems are to be compared in, None for all: a comparison that was planned before
    the run needs no correction for tests that nobody asked for.
    """

    def __init__(self, outcomes: Sequence[Outcome], *, planned: str | None = None) -> None:
        if not outcomes:
            raise QAError("no questions: the set, or the split asked for, is empty")
        self.outcomes = tuple(outcomes)
        self.planned = planned
        self.judged = any(outcome.question.judgements for outcome in outcomes)
        self.systems = tuple(outcomes[0].rankings)
        self.answering = () if self.judged else tuple(outcomes[0].choices)
        """Those that choose quotes; tables about answers are of the first."""
        self.values = self._valued()

    @property
    def measures(self) -> tuple[str, ...]:
        """The names of the measures of retrieval."""
        return tuple(JUDGED if self.judged else RETRIEVAL)

    def mask(self, wanted: Callable[[Outcome], bool]) -> Mask:
        """Which outcomes are as wanted, shape (questions,)."""
        return np.array([wanted(outcome) for outcome in self.outcomes])

    def mean(self, name: str, mask: Mask) -> float:
        """The mean of a value over some questions, without those of which it says nothing."""
        chosen = self.values[name][mask]
        return mean(chosen[~np.isnan(chosen)])

    def _valued(self) -> Values:
        """Every measure of every system; retrieval and answers of answerable questions only."""
        found = _judged(self.outcomes, self.systems) if self.judged else _retrieval(self.outcomes, self.systems)
        for name in self.answering:
            found.update(_answers(self.outcomes, name))
        return found


def _judged(outcomes: Sequence[Outcome], systems: Sequence[str]) -> Values:
    qrels = {outcome.question.id: outcome.relevant for outcome in outcomes if outcome.question.answerable}
    found: Values = {}
    for name in systems:
        rankings = {outcome.question.id: outcome.rankings[name].labels for outcome in outcomes}
        for measure, by_question in judged(qrels, rankings, JUDGED).items():
            column = [by_question.get(outcome.question.id, math.nan) for outcome in outcomes]
            found[f"{name} {measure}"] = np.array(column)
    return found


def _retrieval(outcomes: Sequence[Outcome], systems: Sequence[str]) -> Values:
    found: Values = {}
    for name in systems:
        placed = [ranks(outcome.rankings[name], outcome.relevant) for outcome in outcomes]
        for measure, of in RETRIEVAL.items():
            column = [
                of(places, len(outcome.relevant)) if outcome.question.answerable else math.nan
                for places, outcome in zip(placed, outcomes, strict=True)
            ]
            found[f"{name} {measure}"] = np.array(column)
    return found


def _answers(outcomes: Sequence[Outcome], name: str) -> Values:
    """Of one system: the ANSWERS, of questions that nothing answers whether they were `refused`, and of all `trust`.

    Trust is 1 less the squared distance of confidence from whether the first quote answers: Brier's score turned round.
    """
    chosen = [outcome.choices[name] for outcome in outcomes]
    found = {
        measure: [
            of(outcome, choice) if outcome.question.answerable else None
            for outcome, choice in zip(outcomes, chosen, strict=True)
        ]
        for measure, of in ANSWERS.items()
    }
    found["refused"] = [
        None if outcome.question.answerable else float(not choice.answered)
        for outcome, choice in zip(outcomes, chosen, strict=True)
    ]
    found["trust"] = [1 - (choice.confidence - recall(choice.rank, 1)) ** 2 for choice in chosen]
    return {
        f"{name} {measure}": np.array([math.nan if value is None else value for value in column])
        for measure, column in found.items()
    }
