"""Question sets -> the weights by which the retriever's signals are fused.

    python -m eval.fuse --squad nqg.json --sentences selqa-dev.jsonl --beir npl --gold eval/gold.jsonl \
        --out qa/fusion.json

A pairwise logistic regression: for each question, the signals of a passage that holds the answer against those of the
best that do not, as the weights themselves rank them. Each set weighs the same, and in it each question; of a gold file
the tuning half alone is used. Only the proportions of the weights count, so they are scaled to sum to 1.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from eval.pairwise import pairwise
from eval.questions import Question, QuestionSet
from eval.training import options_for, sets_of
from qa import dialogue
from qa.index import Index, build
from qa.index.segment import Array
from qa.query import query
from qa.retrieve import SIGNALS, retrieve

RIVALS = 15
"""Wrong passages a question is trained on."""
WEIGHT = 1000.0
"""Of a set, beside the regularisation."""
ROUNDS = 3
"""Times the rivals are chosen anew by what was learned from those before; at first all signals count alike."""


def main() -> None:
    """Train on the sets named on the command line and write the weights."""
    parser = options_for(__doc__)
    parser.add_argument("--beir", type=Path, action="append", default=[], metavar="DIR")
    options = parser.parse_args()
    weights = fused([_examples(questions) for questions in sets_of(options)])
    options.out.write_text(json.dumps(weights, indent=2) + "\n", encoding="utf-8")


def _examples(questions: QuestionSet) -> list[tuple[Array, Array]]:
    """For each question that can be learned from, its candidates' signals and which of them answer."""
    index = build(questions.documents)
    examples = []
    for question in questions.questions:
        found = retrieve(index, query(index, dialogue.standalone(question.text, question.history)))
        right = np.array([_answers(index, question, int(passage)) for passage in found.passages], dtype=bool)
        if right.any() and not right.all():
            examples.append((found.signals, right))
    return examples


def _answers(index: Index, question: Question, passage: int) -> bool:
    """Whether a passage holds an answer, or is of a document judged relevant."""
    path = index.path_of(passage)
    relevant = any(judgement.path == path and judgement.grade > 0 for judgement in question.judgements)
    return relevant or question.held_by(path, *index.passage_range(passage))


def fused(sets: Sequence[Sequence[tuple[Array, Array]]]) -> dict[str, float]:
    """The weight of each signal, from each set's candidates as (signals, which of them answer)."""
    spread = np.concatenate([signals for examples in sets for signals, _ in examples]).std(axis=0)
    weights = 1 / spread
    for _ in range(ROUNDS):
        pairs = [[_differences(*example, weights) for example in examples] for examples in sets]
        weights = pairwise(pairs, spread, weight=WEIGHT)
    return dict(zip(SIGNALS, (weights / weights.sum()).round(4).tolist(), strict=True))


def _differences(signals: Array, right: Array, weights: Array) -> Array:
    """The signals of each passage that answers less those of the rivals that the weights rank highest."""
    rivals = signals[~right]
    rivals = rivals[np.argsort(-(rivals @ weights), kind="stable")[:RIVALS]]
    return np.concatenate([one - rivals for one in signals[right]])


if __name__ == "__main__":
    main()
