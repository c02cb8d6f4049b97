"""Question sets -> the weights that ship.

    python -m eval.train --squad nqg.json --sentences selqa-dev.jsonl --gold eval/gold.jsonl \
        --confidence squad-a.json --out qa/extract/weights.json

The sentence weights are a listwise logistic regression: for each question, the sentences that hold the answer against
all that do not. Confidence is a logistic regression of whether the first quote answers, on every question asked
of all the documents, and, where they answer it, of what `eval.masking` leaves of them, too; on questions that were
written to look answered (`--confidence`, a file of SQuAD 2.0, and those of the gold file); and on questions of the
other sets. Of a gold file the tuning half alone is used. No set weighs more for having more questions.

Printed is how good confidence is on documents that it was not learned from, cross-validated by document; the sentence
weights are those learned from all of the first three sets.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import numpy as np
from sklearn.linear_model import LogisticRegression

from eval.listwise import Listed, listwise
from eval.masking import Masking
from eval.metrics import auroc, calibration_error
from eval.part import ready_for_parts
from eval.questions import MASKED, Question, QuestionSet, from_squad
from eval.training import SEED, options_for, sets_of
from qa import dialogue
from qa.extract.choose import quoted, rate
from qa.extract.confidence import CONFIDENCE_FEATURES
from qa.extract.features import FEATURES, Rows, rows
from qa.extract.model import model
from qa.index import Index, build
from qa.index.segment import Array
from qa.query import Query, query
from qa.retrieve import retrieve

PENALTY = 1e-4
"""Of the squared weights, beside a mean loss of some 1."""
THERE, OWN, STRANGER = "", "own", "stranger"
"""Why nothing answers, beside MASKED: something does; it was written so; it is about other documents."""
REGULARISATION = 0.01
"""scikit-learn's C of confidence, examples weighing 1 on average."""
WORTH = {(THERE, MASKED): 1.0, (OWN,): 0.13, (STRANGER,): 0.15}
"""What the examples of a set weigh together: answerable ones and their masked twins, questions written to be refused,
questions about other documents."""
STRANGERS = 250
"""Questions of each other set that are asked of a set's documents."""
FOLDS = 5
ALIKE = 0.002
"""How far balanced errors may be apart that are told from each other by chance alone: a tenth of their intervals."""
PINNED = {"code": -1.0, "row": 0.0, "question": -2.0}
"""Weights set by hand: the sets hold hardly any code, tables, or questions that stand in a text and are asked again."""


def main() -> None:
    """Train on the sets named on the command line and write the weights."""
    parser = options_for(__doc__)
    parser.add_argument(
        "--confidence", type=Path, action="append", default=[], metavar="FILE", help="SQuAD 2.0, for confidence alone"
    )
    options = parser.parse_args()
    sets = sets_of(options)
    sentence = train_sentences(sets)
    sets += map(from_squad, options.confidence)
    examples = [
        confidence_examples(questions, strangers_to(sets, number), sentence) for number, questions in enumerate(sets)
    ]
    for line in cross_validated(examples, [questions.name for questions in sets]):
        print(line)
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
    """What confidence is learned from: signs, shape (examples, signs); whether the first quote answered; why nothing
    could have, "" where something could; and the document that each question is about, of shape (examples,).
    """

    signs: Array
    right: Array
    lacking: Array
    sources: Array

    @property
    def answerable(self) -> Array:
        """Whether anything could have answered."""
        found: Array = self.lacking == THERE
        return found

    @property
    def shares(self) -> Array:
        """What each example weighs, by WORTH, however many there are of its kind."""
        shares = np.zeros(len(self.right))
        for kinds, worth in WORTH.items():
            these = np.isin(self.lacking, kinds)
            shares[these] = worth / max(int(these.sum()), 1)
        return shares

    def of(self, kept: Array) -> Examples:
        """Some of the examples."""
        return Examples(*(column[kept] for column in self))


def confidence_examples(questions: QuestionSet, strangers: Sequence[Question], sentence: Array) -> Examples:
    """Every question asked of all the documents, an answerable one of what is left without what answers it, too, and
    those of `strangers`, which are about other documents.
    """
    found: list[tuple[Array, bool, str, str]] = []
    whole = ready_for_parts(build(questions.documents))
    masking = Masking(whole)
    for question in questions.questions:
        text = dialogue.standalone(question.text, question.history)
        found += _example(whole, question, text, sentence, THERE if question.answerable else OWN)
        if question.answerable:
            hidden = masking.without(question.anchors, text, question.answers)
            found += _example(hidden, question, text, sentence, MASKED)
    for stranger in strangers:
        text = dialogue.standalone(stranger.text, stranger.history)
        found += _example(whole, replace(stranger, anchors=()), text, sentence, STRANGER)
    return Examples(*map(np.array, zip(*found, strict=True)))


def _example(
    index: Index, question: Question, text: str, sentence: Array, lacking: str
) -> Iterator[tuple[Array, bool, str, str]]:
    asked = query(index, text)
    weights = replace(model(), sentence=sentence)
    rated = rate(index, asked, retrieve(index, asked), k=1, weights=weights)
    if rated is not None:
        row, place = next(quoted(index, rated))
        right = question.held_by(index.path_of(int(rated.rows.passages[row])), *place)
        yield rated.signs, right, lacking, question.source or question.id


def strangers_to(sets: Sequence[QuestionSet], number: int) -> list[Question]:
    """Some questions of the sets but that of a number, drawn."""
    draw = np.random.default_rng(SEED)
    others = (questions.questions for at, questions in enumerate(sets) if at != number)
    return [asked[place] for asked in others for place in draw.permutation(len(asked))[:STRANGERS]]


def train_confidence(sets: Sequence[Examples]) -> dict[str, object]:
    """Weights, bias and cut of confidence, from the signs and outcomes of some sets, each weighing the same."""
    weights, bias = _logistic(sets)
    judged = (every.of(np.isin(every.lacking, (THERE, MASKED))) for every in sets)
    return {
        "confidence": _named(CONFIDENCE_FEATURES, weights),
        "bias": round(bias, 4),
        "cut": best_cut([(_probabilities(every, weights, bias), every.answerable) for every in judged]),
    }


def _logistic(sets: Sequence[Examples]) -> tuple[Array, float]:
    """Weights of the signs and a bias: regularised as if each sign had a deviation of 1."""
    signs = np.concatenate([every.signs for every in sets])
    right = np.concatenate([every.right for every in sets])
    shares = np.concatenate([every.shares for every in sets])
    scale = signs.std(axis=0) + 1e-9
    middle = np.average(signs, axis=0, weights=shares)
    learned = LogisticRegression(C=REGULARISATION, max_iter=1000).fit(
        (signs - middle) / scale, right, sample_weight=shares * len(shares) / shares.sum()
    )
    weights: Array = learned.coef_[0] / scale
    return weights, float(learned.intercept_[0] - weights @ middle)


def _probabilities(examples: Examples, weights: Array, bias: float) -> Array:
    found: Array = 1 / (1 + np.exp(-(examples.signs @ weights + bias)))
    return found


def cross_validated(sets: Sequence[Examples], names: Sequence[str]) -> Iterator[str]:
    """How good confidence is on documents that it was not learned from: a line a set."""
    judged = [np.zeros(len(every.right)) for every in sets]
    folds = [np.array([crc32(source.encode()) % FOLDS for source in every.sources]) for every in sets]
    for fold in range(FOLDS):
        weights, bias = _logistic([every.of(own != fold) for every, own in zip(sets, folds, strict=True)])
        for every, own, sure in zip(sets, folds, judged, strict=True):
            sure[own == fold] = _probabilities(every.of(own == fold), weights, bias)
    for name, every, sure in zip(names, sets, judged, strict=True):
        figures = {
            f"AUROC {kind}": auroc(sure[these], every.answerable[these])
            for kind in (MASKED, OWN, STRANGER)
            if (these := np.isin(every.lacking, (THERE, kind))).any() and (every.lacking == kind).any()
        }
        masked = np.isin(every.lacking, (THERE, MASKED))
        figures["ECE"] = calibration_error(sure[masked], every.right[masked])
        yield name + "".join(f"  {measure} {figure:.3f}" for measure, figure in figures.items())


def best_cut(judged: Sequence[tuple[Array, Array]]) -> float:
    """The cut of least balanced error: refusing what is there and answering what is not, over all sets alike.

    Of cuts that are as good but for ALIKE it is the lowest, which refuses least of what is there.
    """
    grid = np.linspace(0.02, 0.98, 97)
    errors = np.mean(
        [
            [(shares[there] < cut).mean() / 2 + (shares[~there] >= cut).mean() / 2 for cut in grid]
            for shares, there in judged
        ],
        axis=0,
    )
    return round(float(grid[np.flatnonzero(errors <= errors.min() + ALIKE)[0]]), 2)


if __name__ == "__main__":
    main()
