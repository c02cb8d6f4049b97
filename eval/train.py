"""Question sets -> the weights that ship.

    python -m eval.train --squad FILE [--squad FILE …] --out qa/extract/weights.json

The sentence weights are a pairwise logistic regression: for each question, a sentence that holds the answer against
each that does not. Confidence is a logistic regression of whether the first quote answers, on every question asked
twice: of all the documents, and of documents from which its own paragraph, with a fifth of the others, was taken out.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from eval.questions import Question, QuestionSet, from_squad
from qa.extract.choose import confidence_signs
from qa.extract.features import FEATURES, Rows, rows
from qa.extract.model import CONFIDENCE_FEATURES
from qa.index import Index, build
from qa.index.segment import Array
from qa.retrieve import Query, query, retrieve

FOLDS = 5
SEED = 20
NEGATIVES = 12
"""Wrong sentences a question is trained on."""
PINNED = {"defines": 2.0, "code": -1.0, "question": -2.0}
"""Weights set by hand: the public sets are plain paragraphs without headings and code, and seldom ask "what is X"."""


def main() -> None:
    """Train on the sets named on the command line and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--squad", type=Path, action="append", required=True, metavar="FILE")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    options = parser.parse_args()
    sets = [from_squad(file) for file in options.squad]
    sentence = train_sentences(sets)
    signs, right = confidence_examples(sets, sentence)
    learned = LogisticRegression(C=10.0, max_iter=1000).fit(signs, right)
    shares = learned.predict_proba(signs)[:, 1]
    weights = {
        "sentence": dict(zip(FEATURES, sentence.round(4).tolist(), strict=True)),
        "confidence": dict(zip(CONFIDENCE_FEATURES, learned.coef_[0].round(4).tolist(), strict=True)),
        "bias": round(float(learned.intercept_[0]), 4),
        "cut": best_cut(shares, right),
    }
    options.out.write_text(json.dumps(weights, indent=2) + "\n", encoding="utf-8")


def train_sentences(sets: Sequence[QuestionSet]) -> Array:
    """Weights of the sentence features, shape (features,)."""
    differences = [pair for questions in sets for pair in _pairs(questions)]
    positive = np.concatenate(differences)
    examples = np.concatenate([positive, -positive])
    labels = np.repeat([1, 0], len(positive))
    shares = np.concatenate([np.full(len(pair), 1 / len(pair)) for pair in differences] * 2)
    learned = LogisticRegression(C=1.0, fit_intercept=False, max_iter=1000).fit(examples, labels, sample_weight=shares)
    pinned = [PINNED.get(name) for name in FEATURES]
    return np.array([weight if pin is None else pin for weight, pin in zip(learned.coef_[0], pinned, strict=True)])


def _pairs(questions: QuestionSet) -> Iterator[Array]:
    """For each question, the answering sentence's features less those of each rival."""
    index = build(questions.documents)
    for question in questions.questions:
        if question.answerable and (seen := _rows(index, query(index, question.text))) is not None:
            right = _answering(index, seen, question)
            if right.any() and not right.all():
                best = seen.values[right][0]
                yield best - seen.values[~right][:NEGATIVES]


def _rows(index: Index, asked: Query) -> Rows | None:
    found = retrieve(index, asked)
    return rows(index, asked, found) if len(found.passages) else None


def _answering(index: Index, seen: Rows, question: Question) -> Array:
    """Which sentences hold a whole answer, shape (sentences,)."""
    found = [
        question.held_by(index.path_of(int(passage)), *index.sentence(int(sentence))[:2])
        for passage, sentence in zip(seen.passages, seen.sentences, strict=True)
    ]
    return np.array(found)


def confidence_examples(sets: Sequence[QuestionSet], sentence: Array) -> tuple[Array, Array]:
    """Signs, shape (examples, signs), and whether the first quote answered, shape (examples,)."""
    signs: list[Array] = []
    right: list[bool] = []
    for questions in sets:
        whole = build(questions.documents)
        for question in filter(lambda question: question.answerable, questions.questions):
            _example(whole, question, sentence, signs, right)
        fold_of = dict(zip([d.path for d in questions.documents], _folds(len(questions.documents)), strict=True))
        for fold in range(FOLDS):
            rest = build(document for document in questions.documents if fold_of[document.path] != fold)
            for question in questions.questions:
                if question.answerable and fold_of[question.anchors[0].path] == fold:
                    _example(rest, question, sentence, signs, right)
    return np.array(signs), np.array(right)


def _folds(count: int) -> list[int]:
    numbers: list[int] = np.random.default_rng(SEED).permutation(np.arange(count) % FOLDS).tolist()
    return numbers


def _example(index: Index, question: Question, sentence: Array, signs: list[Array], right: list[bool]) -> None:
    asked = query(index, question.text)
    if (seen := _rows(index, asked)) is not None:
        scores = seen.values @ sentence
        order = np.argsort(-scores, kind="stable")
        signs.append(confidence_signs(asked, seen, scores, order))
        right.append(bool(_answering(index, seen, question)[order[0]]))


def best_cut(shares: Array, right: Array) -> float:
    """The confidence below which refusing makes the mean of both error rates least."""
    grid = np.linspace(0.02, 0.98, 97)
    errors = [(shares[right] < cut).mean() + (shares[~right] >= cut).mean() for cut in grid]
    return round(float(grid[int(np.argmin(errors))]), 2)


if __name__ == "__main__":
    main()
