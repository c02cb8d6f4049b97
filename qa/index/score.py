"""BM25 and TF-IDF over the same raw counts.

BM25 is rank_bm25's `BM25Okapi` with an idf that is never negative (see `qa.index.reference`), TF-IDF is scikit-learn's
`TfidfVectorizer(sublinear_tf=True)`; tests hold both to 1e-6. Both score every passage at once and give arrays of shape
(passages,) that are 0 where nothing matches.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from qa.index.index import Array, Index, Postings

__all__ = ["BM25_B", "BM25_K1", "bm25", "idf", "norms", "tfidf"]

BM25_K1 = 1.5
BM25_B = 0.75


def idf(passages: int, document_frequency: int) -> float:
    """How much a term tells: Lucene's `ln(1 + (N - n + 0.5) / (n + 0.5))`, above 0 for every n up to N.

    >>> round(idf(10, 1), 3), idf(10, 10) > 0
    (1.992, True)
    """
    return math.log(1 + (passages - document_frequency + 0.5) / (document_frequency + 0.5))


def bm25(index: Index, term_ids: Sequence[int]) -> Array:
    """BM25 of every passage for a question's terms; a term given twice counts twice (Robertson and Zaragoza 2009)."""
    scores = np.zeros(index.passage_count)
    damping = BM25_K1 * (1 - BM25_B + BM25_B * index.lengths / index.mean_length)
    for term, repeats in Counter(term_ids).items():
        passages, counts = index.words.of(term)
        weight = repeats * idf(index.passage_count, len(passages)) * (BM25_K1 + 1)
        scores[passages] += weight * counts / (counts + damping[passages])
    return scores


def tfidf(index: Index, term_ids: Sequence[int]) -> Array:
    """Cosine of every passage with a question, over words, pairs of neighbouring words, and words of the context."""
    scores = np.zeros(index.passage_count)
    squares = 0.0
    for postings, feature, repeats in _features(index, term_ids):
        passages, counts = postings.of(feature)
        weight = _tfidf_idf(index, len(passages))
        wanted = (1 + math.log(repeats)) * weight
        squares += wanted * wanted
        scores[passages] += wanted * weight * (1 + np.log(counts))
    return scores / (index.norms * math.sqrt(squares)) if squares else scores


def _features(index: Index, term_ids: Sequence[int]) -> list[tuple[Postings, int, int]]:
    """Postings, feature and count of everything in a question that TF-IDF counts."""
    neighbours = (index.pair_id(first, second) for first, second in pairwise(term_ids))
    pairs = Counter(pair for pair in neighbours if pair is not None)
    words = Counter(term_ids)
    return [
        *((index.words, term, count) for term, count in words.items() if index.words.document_frequency(term)),
        *((index.pairs, pair, count) for pair, count in pairs.items()),
        *((index.context, term, count) for term, count in words.items() if index.context.document_frequency(term)),
    ]


def _tfidf_idf(index: Index, document_frequency: int) -> float:
    """scikit-learn's smoothed idf, `ln((1 + N) / (1 + n)) + 1`."""
    return math.log((1 + index.passage_count) / (1 + document_frequency)) + 1


def norms(index: Index) -> Array:
    """Euclidean length of each passage's TF-IDF vector, shape (passages,); 1 where the vector is zero."""
    squares = np.zeros(index.passage_count)
    for postings in (index.words, index.pairs, index.context):
        frequencies = np.diff(postings.starts)
        weights = np.log((1 + index.passage_count) / (1 + frequencies)) + 1
        entries = np.repeat(weights, frequencies) * (1 + np.log(postings.counts))
        squares += np.bincount(postings.passages, weights=entries * entries, minlength=index.passage_count)
    return np.sqrt(np.where(squares > 0, squares, 1.0))
