"""Question sets -> the weights by which the short answer is chosen.

    python -m eval.train_spans --squad nqg.json --marks eval/marks.json --gold eval/gold.jsonl \
        --out qa/extract/spans.json

A logistic regression over the ranges of the sentences that answer: each is right to the degree that it shares words
with the right answer by SQuAD's F1. Where a set's answers are whole sentences, `--marks` says what in them is the short
answer: a JSON object of question id -> [start, end] in the paragraph; of such a set only marked questions are used. Of
a gold file the tuning half alone is used.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, vstack
from sklearn.linear_model import LogisticRegression

from eval.metrics import f1
from eval.questions import Question, QuestionSet, from_gold, from_squad
from eval.training import tuning_half
from qa.extract.ask import ask
from qa.extract.span import read
from qa.index import build, idf
from qa.index.segment import Array
from qa.model import Document
from qa.text import content_terms, sentence_spans

__all__ = ["Example", "example", "fitted", "learned", "main", "matrix"]

STRENGTH = 0.1
"""C of the regression."""
SCALE = 4.0
"""By what measured features are multiplied, so that their weights cost less than those of classes, which are many."""
SHARPNESS = 0.1
"""Difference in F1 to the best range that makes a range e times less right."""
NEGLIGIBLE = 0.05
"""Degree of being right up to which a range is but wrong."""
LEAST = 0.3
"""F1 of the best range below which a question teaches nothing."""
WORTH_KEEPING = 0.05
"""Size below which a weight is left out: two thirds of them, and no figure is worse for it."""
SEEN = 3
"""Questions in which a feature must occur to be kept."""


@dataclass(frozen=True, slots=True)
class Example:
    """The ranges of one sentence: what is weighed of each, and its F1, shape (ranges,)."""

    features: list[dict[str, float]]
    f1: Array


def main() -> None:
    """Train on the sets named on the command line and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--squad", type=Path, action="append", default=[], metavar="FILE")
    parser.add_argument(
        "--marks", type=Path, metavar="FILE", help="where the short answers of the --squad questions are"
    )
    parser.add_argument("--gold", type=Path, metavar="FILE", help="a gold file of the bundled documents")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    options = parser.parse_args()
    marks = json.loads(options.marks.read_text(encoding="utf-8")) if options.marks else None
    examples = [found for file in options.squad for found in examples_of(from_squad(file), marks)]
    if options.gold:
        examples += examples_of(tuning_half(from_gold(options.gold, None)), None)
    weights = learned(examples)
    kept = {name: round(weight, 3) for name, weight in sorted(weights.items()) if abs(weight) >= WORTH_KEEPING}
    options.out.write_text(json.dumps(kept, indent=0, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{len(examples)} questions, {len(kept)} weights")


def examples_of(questions: QuestionSet, marks: Mapping[str, Sequence[int]] | None) -> Iterator[Example]:
    """What can be learned from a set: the ranges of each answering sentence, by how right they are."""
    documents = {document.path: document for document in questions.documents}
    weigh = _weigher(questions.documents)
    for question in questions.questions:
        where = _marked(question, documents, marks)
        if where is not None:
            found = example(where[0], question.standalone or question.text, weigh(question.text), where[1])
            if len(found.f1) > 1 and found.f1.max() > LEAST:
                yield found


def _marked(
    question: Question, documents: Mapping[str, Document], marks: Mapping[str, Sequence[int]] | None
) -> tuple[str, tuple[str, ...]] | None:
    """The sentence that answers a question, and its short answers; None where these are not known."""
    if not question.anchors or (marks is not None and question.id not in marks):
        return None
    anchor = question.anchors[0]
    text = documents[anchor.path].text
    if marks is None:
        start, end, answers = anchor.start, anchor.end, question.answers
    else:
        start, end = marks[question.id]
        answers = (text[start:end],)
    sentence = next(
        (text[a:b] for a, b in sentence_spans(text) if a <= start and end <= b), text[anchor.start : anchor.end]
    )
    return (sentence, answers) if answers else None


def _weigher(documents: Iterable[Document]) -> Callable[[str], dict[str, float]]:
    index = build(documents)
    return lambda question: {term: idf(index.passage_count, index.frequency(term)) for term in content_terms(question)}


def example(text: str, question: str, shares: Mapping[str, float], answers: Sequence[str]) -> Example:
    """What is weighed of each range of a sentence, and how right it is."""
    asked = ask(question, shares)
    (reading,) = read([text], asked)
    ranges = range(len(reading.first))
    return Example(
        [_summed(reading.features(asked, number)) for number in ranges],
        np.array([f1(text[slice(*reading.place(number))], answers) for number in ranges]),
    )


def _summed(features: Iterable[tuple[str, float]]) -> dict[str, float]:
    found: Counter[str] = Counter()
    for name, value in features:
        found[name] += value  # type: ignore[assignment]
    return dict(found)


def learned(examples: Sequence[Example]) -> dict[str, float]:
    """The weight of each feature that occurs in some questions."""
    model, names = fitted(examples)
    return {name: weight * _scale(name) for name, weight in zip(names, model.coef_[0].tolist(), strict=True)}


def _scale(name: str) -> float:
    return SCALE if "# " in name or name.startswith("like ") else 1.0


def fitted(examples: Sequence[Example]) -> tuple[LogisticRegression, list[str]]:
    """The regression, and the names of its columns: each range is right to a degree, so it is there twice."""
    seen = Counter(name for each in examples for name in {name for row in each.features for name in row})
    names = sorted(name for name, count in seen.items() if count >= SEEN)
    values = matrix(examples, names)
    degrees = np.concatenate([_degrees(each.f1) for each in examples])
    right = np.flatnonzero(degrees > NEGLIGIBLE)
    model = LogisticRegression(C=STRENGTH, max_iter=500)
    model.fit(
        vstack([values, values[right]]),
        np.repeat([0, 1], [len(degrees), len(right)]),
        sample_weight=np.concatenate([1 - degrees, degrees[right]]),
    )
    return model, names


def _degrees(right: Array) -> Array:
    """How far each range is right beside the best of its sentence, from its F1, shape (ranges,)."""
    degrees: Array = np.exp((right - right.max()) / SHARPNESS)
    return degrees


def matrix(examples: Sequence[Example], names: Sequence[str]) -> csr_matrix:
    """The named features of all ranges as the regression sees them, shape (ranges, names)."""
    column = {name: (number, _scale(name)) for number, name in enumerate(names)}
    rows = [row for each in examples for row in each.features]
    known = [[(*column[name], value) for name, value in row.items() if name in column] for row in rows]
    bounds = np.cumsum([0, *map(len, known)])
    places = np.array([place for row in known for place, _, _ in row], dtype=np.int64)
    values = np.array([scale * value for row in known for _, scale, value in row])
    return csr_matrix((values, places, bounds), shape=(len(rows), len(column)))


if __name__ == "__main__":
    main()
