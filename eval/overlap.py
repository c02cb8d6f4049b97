"""The baseline that every question set is also measured with: BM25's passages, the sentence with most of the question.

What "plain overlap" means here: the sum of idf over the question's content terms, stemmed, that a sentence holds. Its
share of the whole question is all the confidence there is, and any overlap is an answer.
"""

from __future__ import annotations

import numpy as np

from qa.extract import Selection
from qa.index import Index, bm25, idf, top
from qa.index.segment import KINDS, Array
from qa.model import Quote
from qa.text import content_terms

__all__ = ["chosen", "overlaps"]


def overlaps(index: Index, terms: tuple[str, ...], passages: Array) -> tuple[Array, Array, Array]:
    """The sentences of some passages, the passage of each, and the share of the question's idf that it holds.

    In the order of the passages; without headings. Shapes: (sentences,).
    """
    weights = np.array([idf(index.passage_count, index.frequency(term)) for term in terms])
    parts = []
    for number, places, local in index.by_segment(passages):
        segment = index.segments[number]
        sentences, owners = segment.sentences_of(local)
        tokens, within = segment.tokens_of(sentences)
        ids = [segment.term_id(term) for term in terms]
        held = np.zeros((len(sentences), len(terms)), dtype=bool)
        for column, term in enumerate(ids):
            held[within[tokens == term], column] = term is not None
        body = segment.sentence_kinds[sentences] != KINDS.index("heading")
        shares = (held * weights).sum(axis=1) / max(float(weights.sum()), 1e-9)
        parts.append((places[owners[body]], (sentences + index.sentence_bases[number])[body], shares[body]))
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.lexsort((columns[1], columns[0]))
    owners, sentences, shares = (column[order] for column in columns)
    return sentences, passages[owners], shares


def chosen(index: Index, question: str, passages: Array, k: int) -> Selection:
    """The `k` sentences with the highest share as quotes; ties in the order of the passages, then as they stand."""
    if not len(passages):
        return Selection((), 0.0, False)
    sentences, owners, shares = overlaps(index, tuple(content_terms(question)), passages)
    best = np.argsort(-shares, kind="stable")[:k]
    quotes = tuple(_quote(index, int(owners[at]), int(sentences[at]), float(shares[at])) for at in best)
    return Selection(quotes, quotes[0].confidence if quotes else 0.0, bool(quotes))


def _quote(index: Index, passage: int, sentence: int, share: float) -> Quote:
    start, end, _, _ = index.sentence(sentence)
    return index.document_of(passage).quote(start, end, confidence=share)
