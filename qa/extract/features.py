"""Question and sentence -> numbers, one row a sentence.

Every feature is between -1 and 1 or close to it, 0 where it says nothing, so that a weight is worth what it says.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qa.evidence import Evidence
from qa.extract.answer_type import counted, counts, expected, offers
from qa.index import Index
from qa.index.segment import KINDS, Array, first_of_each
from qa.languages import ENGLISH
from qa.query import Query
from qa.retrieve import Candidates

__all__ = ["FEATURES", "SHORTLIST", "Rows", "rows", "sentence_text"]

FEATURES = (
    "inside",  # share of the question's weight in the sentence
    "above",  # … in title, headings or file name, and not in it
    "near",  # … in the sentences beside it, as far as it may speak of what they name, and in neither
    "soft",  # words that mean much the same, as far as the question's own are not there
    "pairs",  # neighbouring question words that are neighbours here
    "meaning",  # cosine of what the question and the sentence mean
    "fused",  # how far the passage's fused score is behind the best
    "type",  # offers what the question wants: a date, a name, a reason
    "defines",  # "X is a …", where that is what the question wants
    "counts",  # a number stands before what the question wants counted, or before a word near it
    "mistype",  # wants something of a kind that can be seen, and does not offer it
    "short",  # fewer than six words
    "long",  # words beyond thirty, by thirty
    "code",  # is a line of code, or of a log
    "row",  # is a row of a table
    "first",  # opens its passage's text
    "question",  # ends in a question mark
)

SHORTLIST = 24
"""Sentences whose words are looked at, chosen by their place-independent features."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Sentences with their features.

    Shapes: `values` (sentences, features), the others (sentences,).
    """

    sentences: Array
    passages: Array
    values: Array
    texts: tuple[str, ...]


def sentence_text(index: Index, passage: int, sentence: int) -> str:
    """A sentence of a passage as it stands in the text."""
    begin = index.passage_range(passage)[0]
    start, end, _, _ = index.sentence(sentence)
    return index.passage_text(passage)[start - begin : end - begin]


def rows(index: Index, asked: Query, found: Candidates) -> Rows:
    """The features of the candidates' most promising sentences."""
    seen = found.evidence
    values = np.zeros((len(seen.sentences), len(FEATURES)))
    column = {name: values[:, number] for number, name in enumerate(FEATURES)}
    shares = asked.idfs / max(float(asked.idfs.sum()), 1e-9)  # importance was learned of passages
    known = np.zeros_like(seen.inside)
    for name in ("inside", "above", "near"):
        held: Array = getattr(seen, name)
        column[name][:] = np.maximum(held - known, 0.0) @ shares
        known = np.maximum(known, held)
    column["soft"][:] = np.maximum(seen.soft - seen.credited, 0.0) @ shares
    column["pairs"][:] = seen.pairs
    column["meaning"][:] = seen.meaning
    column["fused"][:] = (found.scores - found.scores.max())[seen.owners]
    _shape(seen, column)
    rough = column["inside"] + 0.5 * column["near"] + 0.5 * column["above"] + 0.5 * column["soft"]
    rough += 0.5 * column["meaning"] + 2.0 * column["fused"]
    announces = (seen.kinds == KINDS.index("heading")) | (seen.kinds == KINDS.index("header"))  # they are not quoted
    rough -= 10.0 * (announces & ~announces.all())
    kept = np.sort(np.argsort(-rough, kind="stable")[: min(SHORTLIST, max(int((~announces).sum()), 1))])
    passages = found.passages[seen.owners[kept]]
    texts = _words(index, asked, seen.sentences[kept], passages, kept, column)
    return Rows(seen.sentences[kept], passages, values[kept], texts)


def _shape(seen: Evidence, column: dict[str, Array]) -> None:
    """Features of the sentence alone: length, kind, position."""
    kinds = seen.kinds
    column["short"][:] = seen.words < 6
    column["long"][:] = np.minimum(np.maximum((seen.words - 30) / 30, 0), 2)
    column["code"][:] = kinds == KINDS.index("code")
    column["row"][:] = kinds == KINDS.index("row")
    body = np.flatnonzero(kinds != KINDS.index("heading"))
    column["first"][body] = first_of_each(seen.owners[body])


def _words(
    index: Index, asked: Query, sentences: Array, passages: Array, kept: Array, column: dict[str, Array]
) -> tuple[str, ...]:
    """Fill in the features that need the sentences' words; the sentences."""
    english = asked.language == ENGLISH  # patterns know no other language
    wanted, number_of = (expected(asked.text), counted(asked.text)) if english else ("other", None)
    texts = {each: (index.passage_range(each)[0], index.passage_text(each)) for each in set(passages.tolist())}
    found = []
    ranges = index.sentence_ranges(sentences)
    for (start, end), passage, row in zip(ranges, passages.tolist(), kept.tolist(), strict=True):
        begin, whole = texts[passage]
        text = whole[start - begin : end - begin]
        offered = wanted != "other" and offers(text, wanted, asked.text, whole)
        column["defines" if wanted == "definition" else "type"][row] = offered
        column["counts"][row] = counts(text, number_of) if number_of else 0.0
        column["mistype"][row] = wanted in ("date", "number", "person") and not offered
        column["question"][row] = text.endswith(("?", "？", "؟"))
        found.append(text)
    return tuple(found)
