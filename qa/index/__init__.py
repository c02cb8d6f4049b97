"""Passages -> postings, and the scores that are computed from them.

`count` makes a segment of documents, `merge` joins segments, `store` keeps one in a file and maps it back, `Index` is
some segments seen as one, `folder` keeps an index in step with files. `top` finds the best passages for a question's
terms, `score` says what each term adds. Nothing here knows what an answer is.
"""

from qa.index.index import Index, build
from qa.index.score import Clue, bm25, idf, idfs, score, tfidf
from qa.index.top import ranked, top

__all__ = ["Clue", "Index", "bm25", "build", "idf", "idfs", "ranked", "score", "tfidf", "top"]
