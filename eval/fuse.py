"""Question sets -> the weights by which the retriever's signals are fused.

    python -m eval.fuse --squad nqg.json --sentences selqa-dev.jsonl --beir npl --gold eval/gold.jsonl \
        --out qa/fusion.json

A listwise logistic regression: for each question, the signals of the passages that hold the answer against those of all
that do not. Each set weighs the same, and in it each question; of a gold file the tuning half alone is used. Only the
proportions of the weights count, so they are scaled to sum to 1. The constants behind the signals stay as they are;
`eval.tune` chooses those.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from eval.listwise import listwise
from eval.questions import Question, QuestionSet
from eval.training import options_for, sets_of
from qa import dialogue
from qa.fusion import Constants, Fusion, shipped_fusion
from qa.index import Index, build
from qa.index.segment import Array
from qa.query import Query, query
from qa.retrieve import SIGNALS, retrieve

PENALTY = 1e-5
"""Of the squared weights, beside a mean loss of some 1."""
PINNED = {"pairs": 0.25, "tfidf": 0.15}
"""Weights set by hand, before scaling: neighbours tell these sets nothing, but phrases are worth some of it; nor does
TF-IDF beside the others (-0.01 when learned, by which of two passages that say the same the longer one was first)."""


@dataclass(frozen=True, slots=True)
class Task:
    """The index of a set's documents, and its questions, each as the index sees it."""

    index: Index
    asked: tuple[tuple[Question, Query], ...]


@dataclass(frozen=True, slots=True)
class Example:
    """The signals of a question's candidates, shape (candidates, SIGNALS), and which of them answer."""

    signals: Array
    right: Array


def main() -> None:
    """Train on the sets named on the command line and write the weights."""
    options = fusion_options(__doc__).parse_args()
    constants = shipped_fusion().constants
    weights = fused([examples(task(questions), constants) for questions in sets_of(options)])
    write(Fusion(weights, constants), options.out)


def fusion_options(description: str | None) -> argparse.ArgumentParser:
    """A parser of the sets to learn from, and the file to write."""
    parser = options_for(description)
    parser.add_argument("--beir", type=Path, action="append", default=[], metavar="DIR")
    return parser


def write(fusion: Fusion, file: Path) -> None:
    """Keep what was learned as the package reads it."""
    kept = {"weights": dict(fusion.weights), "constants": asdict(fusion.constants)}
    file.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


def task(questions: QuestionSet) -> Task:
    """A question set, ready to be asked again and again."""
    index = build(questions.documents)
    return Task(
        index,
        tuple(
            (question, query(index, dialogue.standalone(question.text, question.history)))
            for question in questions.questions
        ),
    )


def examples(given: Task, constants: Constants) -> list[Example]:
    """What is found for each question; weights play no part in it."""
    fusion = Fusion(shipped_fusion().weights, constants)
    made = []
    for question, asked in given.asked:
        found = retrieve(given.index, asked, fusion=fusion)
        made.append(Example(found.signals, answering(given.index, question, found.passages)))
    return made


def answering(index: Index, question: Question, passages: Array) -> Array:
    """Which of some passages answer a question, shape (passages,)."""
    return np.array([_answers(index, question, int(passage)) for passage in passages], dtype=bool)


def _answers(index: Index, question: Question, passage: int) -> bool:
    """Whether a passage holds an answer, or is of a document judged relevant."""
    path = index.path_of(passage)
    relevant = any(judgement.path == path and judgement.grade > 0 for judgement in question.judgements)
    return relevant or question.held_by(path, *index.passage_range(passage))


def fused(sets: Sequence[Sequence[Example]]) -> dict[str, float]:
    """The weight of each signal, learned from each set's examples that hold both right and wrong passages."""
    learnable = [
        [(one.signals, one.right) for one in every if one.right.any() and not one.right.all()] for every in sets
    ]
    weights = listwise(
        learnable, penalty=PENALTY, pinned={SIGNALS.index(name): weight for name, weight in PINNED.items()}, each=True
    )
    return dict(zip(SIGNALS, (weights / weights.sum()).round(4).tolist(), strict=True))


if __name__ == "__main__":
    main()
