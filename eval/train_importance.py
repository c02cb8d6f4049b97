"""Question sets -> how much each term of a question matters: `qa.importance`.

    python -m eval.train_importance --squad nqg.json --sentences selqa-dev.jsonl --beir npl --gold eval/gold.jsonl \
        --out qa/importance.json

A logistic regression of whether the passages that answer, among those found, hold a term, in their text or above it. Of
several, the share that does is learned. Each set weighs the same; of a gold file the tuning half alone is used. Terms
that no document holds teach nothing: no passage can have them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from eval.fuse import Task, answering, fusion_options, task
from eval.training import sets_of
from qa.importance import SIGNS, Importance, signs
from qa.index.segment import Array
from qa.query import Query
from qa.retrieve import Candidates, retrieve

REGULARISATION = 0.02
"""scikit-learn's C, terms weighing 1 on average."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a question: what is known of each, shape (terms, signs and dimensions), and how far it was held."""

    known: Array
    held: Array


def main() -> None:
    """Learn on the sets named on the command line and write the weights."""
    options = fusion_options(__doc__).parse_args()
    write(learned([list(terms_of(task(questions))) for questions in sets_of(options)]), options.out)


def terms_of(given: Task) -> Iterator[Terms]:
    """The terms of each question whose answer is among what is found."""
    for question, asked in given.asked:
        alike = replace(asked, importance=np.ones(len(asked.terms)))  # as if nothing had been learned yet
        found = retrieve(given.index, alike)
        right = answering(given.index, question, found.passages)
        here = asked.frequencies > 0
        if right.any() and here.any():
            known = np.concatenate(signs(asked.text, asked.terms, asked.idfs, asked.rows), axis=1)
            yield Terms(known[here], _held(asked, found)[right].mean(axis=0)[here])


def _held(asked: Query, found: Candidates) -> Array:
    """Which passages hold which terms, in their text or above it, shape (passages, terms)."""
    held = np.zeros((len(found.passages), len(asked.terms)))
    np.maximum.at(held, found.evidence.owners, np.maximum(found.evidence.inside, found.evidence.above))
    return held


def learned(sets: list[list[Terms]]) -> Importance:
    """The weights; a term that a share of the passages hold counts for both outcomes by that share."""
    known = np.concatenate([one.known for every in sets for one in every])
    held = np.concatenate([one.held for every in sets for one in every])
    sizes = [sum(len(one.held) for one in every) for every in sets]
    shares = np.repeat([len(known) / len(sizes) / size for size in sizes], sizes)
    model = LogisticRegression(C=REGULARISATION, fit_intercept=False, max_iter=1000).fit(
        np.concatenate([known, known]),
        np.repeat([1, 0], len(known)),
        sample_weight=np.concatenate([shares * held, shares * (1 - held)]),
    )
    weights = model.coef_[0].round(4)
    return Importance(weights[: len(SIGNS)], weights[len(SIGNS) :])


def write(importance: Importance, file: Path) -> None:
    """Keep what was learned as the package reads it."""
    named = dict(zip(SIGNS, importance.signs.tolist(), strict=True))
    kept = {"signs": named, "vector": importance.vector.tolist()}
    file.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
