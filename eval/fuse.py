"""Question sets -> the weights by which the retriever's signals are fused.

    python -m eval.fuse --squad nqg.json --gold eval/gold.jsonl --out qa/fusion.json

A pairwise logistic regression: for each question, the signals of a passage that holds the answer against those of the
best that do not, as all signals alike would rank them. Each set weighs the same, however many questions it has; of a
gold file the tuning half alone is used. Only the proportions of the weights count, so they are scaled to sum to 1.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from eval.questions import QuestionSet, from_gold, from_squad
from eval.train import sampled, tuning_half
from qa import dialogue
from qa.index import build
from qa.index.segment import Array
from qa.retrieve import SIGNALS, query, retrieve

RIVALS = 15
"""Wrong passages a question is trained on."""


def main() -> None:
    """Train on the sets named on the command line and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--squad", type=Path, action="append", required=True, metavar="FILE")
    parser.add_argument("--gold", type=Path, metavar="FILE", help="a gold file of the bundled documents")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    options = parser.parse_args()
    sets = [sampled(from_squad(file)) for file in options.squad]
    if options.gold:
        sets.append(tuning_half(from_gold(options.gold, None)))
    weights = fused([np.concatenate(list(_pairs(questions))) for questions in sets])
    options.out.write_text(json.dumps(weights, indent=2) + "\n", encoding="utf-8")


def _pairs(questions: QuestionSet) -> Iterator[Array]:
    """For each question, the signals of the passages that hold its answer less those of each rival."""
    index = build(questions.documents)
    for question in questions.questions:
        asked = query(index, dialogue.standalone(question.text, question.history))
        found = retrieve(index, asked, weights=dict.fromkeys(SIGNALS, 1.0))
        places = [(index.path_of(int(passage)), *index.passage_range(int(passage))) for passage in found.passages]
        right = np.array([question.held_by(*place) for place in places], dtype=bool)
        rivals = found.signals[~right][:RIVALS]
        yield from (signals - rivals for signals in found.signals[right])


def fused(differences: list[Array]) -> dict[str, float]:
    """The weight of each signal, from the differences of some sets, each of shape (pairs, signals)."""
    positive = np.concatenate(differences)
    shares = np.concatenate([np.full(len(pairs), 1000 / len(pairs)) for pairs in differences] * 2)
    examples, labels = np.concatenate([positive, -positive]), np.repeat([1, 0], len(positive))
    learned = LogisticRegression(C=1.0, fit_intercept=False, max_iter=1000).fit(examples, labels, sample_weight=shares)
    weights = learned.coef_[0] / learned.coef_[0].sum()
    return dict(zip(SIGNALS, weights.round(4).tolist(), strict=True))


if __name__ == "__main__":
    main()
