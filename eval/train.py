"""Question sets -> the weights that ship.

    python -m eval.train --squad nqg.json --sentences selqa-dev.jsonl --gold eval/gold.jsonl \
        --out qa/extract/weights.json

The sentence weights are a listwise logistic regression: for each question, the sentences that hold the answer against
all that do not. Confidence is a logistic regression of whether the first quote answers, on every question asked
of all the documents, and, where they answer it, of what `eval.masking` leaves of them, too. Of a gold file the tuning
half alone is used. Each set weighs the same, however many questions it has.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression

from eval.listwise import Listed, listwise
from eval.masking import Masking
from eval.part import ready_for_parts
from eval.questions import Question, QuestionSet
from eval.training import options_for, sets_of
from qa import dialogue
from qa.extract.choose import confidence_signs
from qa.extract.features import FEATURES, Rows, rows
from qa.extract.model import CONFIDENCE_FEATURES
from qa.index import Index, build
from qa.index.segment import Array
from qa.query import Query, query
from qa.retrieve import retrieve

PENALTY = 1e-4
"""Of the squared weights, beside a mean loss of some 1."""
ABOUT_AS_GOOD = 0.005
"""Balanced error by which cuts do not differ."""
PINNED = {"code": -1.0, "row": 0.0, "question": -2.0}
"""Weights set by hand: the sets hold hardly any code, tables, or questions that stand in a text and are asked again."""


def main() -> None:
    """Train on the sets named on the command line and write the weights."""
    options = options_for(__doc__).parse_args()
    sets = sets_of(options)
    sentence = train_sentences(sets)
    examples = [confidence_examples(questions, sentence) for questions in sets]
    weights = {"sentence": _named(FEATURES, sentence), **train_confidence(examples)}
    options.out.write_text(json.dumps(weights, indent=2) + "\n", encoding="utf-8")


def _named(names: Sequence[str], weights: Array) -> dict[str, float]:
    return dict(zip(names, weights.round(4).tolist(), strict=True))


def train_sentences(sets: Sequence[QuestionSet]) -> Array:
    """Weights of the sentence features, shape (features,). Each set weighs the same, and in it each question."""
    pinned = {FEATURES.index(name): weight for name, weight in PINNED.items()}
    return listwise([list(_listed(questions)) for questions in sets], penalty=PENALTY, pinned=pinned, each=False)


def _listed(questions: QuestionSet) -> Iterator[Listed]:
    """For each question that can be learned from, its sentences' features and which of them answer."""
    index = build(questions.documents)
    for question in questions.questions:
        asked = query(index, dialogue.standalone(question.text, question.history))
        if question.answerable and (seen := _rows(index, asked)) is not None:
            right = _answering(index, seen, question)
            if right.any() and not right.all():
                yield seen.values, right


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


class Examples(NamedTuple):
    """What confidence is learned from: signs, shape (examples, signs); whether the first quote answered, and whether
    anything could have, both of shape (examples,).
    """

    signs: Array
    right: Array
    answerable: Array


def confidence_examples(questions: QuestionSet, sentence: Array) -> Examples:
    """Every question asked of all the documents, and an answerable one of what is left without its evidence, too."""
    rows: list[tuple[Array, bool, bool]] = []
    whole = ready_for_parts(build(questions.documents))
    masking = Masking(whole)
    for question in questions.questions:
        rows += _example(whole, question, sentence, answerable=question.answerable)
        if question.answerable:
            rows += _example(masking.without(question.anchors), question, sentence, answerable=False)
    return Examples(*map(np.array, zip(*rows, strict=True)))


def _example(
    index: Index, question: Question, sentence: Array, *, answerable: bool
) -> Iterator[tuple[Array, bool, bool]]:
    asked = query(index, dialogue.standalone(question.text, question.history))
    found = retrieve(index, asked)
    if len(found.passages):
        seen = rows(index, asked, found)
        scores = seen.values @ sentence
        order = np.argsort(-scores, kind="stable")
        signs = confidence_signs(asked, seen, scores, order, found)
        yield signs, bool(_answering(index, seen, question)[order[0]]), answerable


def train_confidence(sets: Sequence[Examples]) -> dict[str, object]:
    """Weights, bias and cut of confidence, from the signs and outcomes of some sets, each weighing the same."""
    signs = np.concatenate([examples.signs for examples in sets])
    right = np.concatenate([examples.right for examples in sets])
    shares = np.concatenate([np.full(len(examples.right), 1000 / len(examples.right)) for examples in sets])
    learned = LogisticRegression(C=100.0, max_iter=1000).fit(signs, right, sample_weight=shares)
    return {
        "confidence": _named(CONFIDENCE_FEATURES, learned.coef_[0]),
        "bias": round(float(learned.intercept_[0]), 4),
        "cut": best_cut([(learned.predict_proba(every.signs)[:, 1], every.answerable) for every in sets]),
    }


def best_cut(judged: Sequence[tuple[Array, Array]]) -> float:
    """The cut of least balanced error: refusing what is there and answering what is not, over all sets alike.

    Of cuts that are about as good, the lowest: it answers most.
    """
    grid = np.linspace(0.02, 0.98, 97)
    errors = np.mean(
        [
            [(shares[there] < cut).mean() / 2 + (shares[~there] >= cut).mean() / 2 for cut in grid]
            for shares, there in judged
        ],
        axis=0,
    )
    return round(float(grid[int(np.argmax(errors <= errors.min() + ABOUT_AS_GOOD))]), 2)


if __name__ == "__main__":
    main()
