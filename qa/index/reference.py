"""The definition of the scores: rank_bm25's class with an idf that is never negative.

For tests, evaluation and benchmarks; a question never comes here.
"""

from __future__ import annotations

from rank_bm25 import BM25Okapi

from qa.index.score import idf

__all__ = ["ReferenceBM25"]


class ReferenceBM25(BM25Okapi):  # type: ignore[misc]  # rank_bm25 has no types
    """`BM25Okapi` (k1 1.5, b 0.75) with Lucene's idf, since Okapi's is 0 for a word in half of the documents."""

    def _calc_idf(self, nd: dict[str, int]) -> None:
        self.idf = {term: idf(self.corpus_size, frequency) for term, frequency in nd.items()}
