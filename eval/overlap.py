"""Plain overlap, the baseline of choosing sentences: of BM25's passages, the sentence with most of the question.

Most is by the sum of idf over the question's content terms, stemmed, that a sentence holds. Its share of the whole
question is all the confidence there is, and whatever is found is shown as an answer.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qa.extract import Selection
from qa.index import Index, idf
from qa.index.segment import KINDS, Array
from qa.model import Quote
from qa.text import content_terms

__all__ = ["chosen", "overlaps"]


def overlaps(index: Index, terms: Sequence[str], passages: Array) -> tuple[Array, Array, Array]:
    """The sentences of some passages, the passage of each, and the share of the question's idf that it holds.

    In the order of the passages; without headings. Shapes: (sentences,).
    """
    weights = np.array([idf(index.passage_count, index.frequency(term)) for term in terms])
    parts = [
        _overlaps_in(index, number, terms, weights, places, local)
        for number, places, local in index.by_segment(passages)
    ]
    places, sentences, shares = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((sentences, places))
    return sentences[order], passages[places[order]], shares[order]


def _overlaps_in(
    index: Index, number: int, terms: Sequence[str], weights: Array, places: Array, local: Array
) -> tuple[Array, Array, Array]:
    """The place of the passage, number and share of each sentence of some passages of one segment."""
    segment = index.segments[number]
    sentences, owners = segment.sentences_of(local)
    tokens, within = segment.tokens_of(sentences)
    held = np.zeros((len(sentences), len(terms)), dtype=bool)
    for column, term in enumerate(terms):
        if (own := segment.term_id(term)) is not None:
            held[within[tokens == own], column] = True
    shares = (held * weights).sum(axis=1) / weights.sum()
    body = segment.sentence_kinds[sentences] != KINDS.index("heading")
    return places[owners[body]], sentences[body] + index.sentence_bases[number], shares[body]


def chosen(index: Index, question: str, passages: Array, k: int) -> Selection:
    """The `k` sentences with the highest share as quotes; ties in the order of the passages, then as they stand."""
    if not len(passages):
        return Selection((), 0.0, False)
    sentences, owners, shares = overlaps(index, content_terms(question), passages)
    best = np.argsort(-shares, kind="stable")[:k]
    quotes = tuple(_quote(index, int(owners[at]), int(sentences[at]), float(shares[at])) for at in best)
    return Selection(quotes, quotes[0].confidence if quotes else 0.0, bool(quotes))


def _quote(index: Index, passage: int, sentence: int, share: float) -> Quote:
    start, end, _, _ = index.sentence(sentence)
    return index.document_of(passage).quote(start, end, confidence=share)
