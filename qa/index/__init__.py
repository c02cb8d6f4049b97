"""Passages -> postings, and the scores that are computed from them.

`build` counts documents into an `Index`, `store` keeps one in a file and maps it back, `bm25` and `tfidf` score every
passage for the terms of a question. Nothing here knows where documents come from or what an answer is.
"""

from qa.index.build import build
from qa.index.index import Index, Postings
from qa.index.score import BM25_B, BM25_K1, bm25, idf, tfidf
from qa.index.store import load, save

__all__ = ["BM25_B", "BM25_K1", "Index", "Postings", "bm25", "build", "idf", "load", "save", "tfidf"]
