"""Our own index behind the face that the peers have. Everything in benchmarks/ that touches `qa.index` is here.

What it needs of the index: a build from an iterable of ready passages into a file or folder, opening that, the exact
top k of BM25 with scores, and (for quality) an index of whole documents with the fused ranking.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

import qa
from benchmarks.rows import Row
from qa.index import Index, bm25, build, load, save
from qa.index.build import _Counted, _forward, _inverted, _texts
from qa.model import Document, Passage, Sentence
from qa.retrieve import query, retrieve

__all__ = ["Fused", "Ours"]


class Ours:
    """Word postings and BM25. Passages are numbered in the order in which they were given."""

    name = "qa"
    most: int | None = None

    def __init__(self) -> None:
        self._index: Index
        self.paths: Sequence[str] = ()

    def build(self, passages: Iterable[Row], folder: Path) -> None:
        """Index ready passages, with no reading and no sentence splitting, and save the index in the folder."""
        counted = _Counted()
        for number, row in enumerate(passages):
            whole = Sentence(0, len(row.text), "paragraph")
            document = Document(row.path, row.text, "", "text", "", ())
            counted.add(number, document, Passage(0, len(row.text), (whole,)))
        counted.context, counted.context_tokens = [], [0] * len(counted.context_tokens)
        save(Index({**_forward(counted), **_inverted(counted), **_texts(())}), folder / "qa.index", {})

    def open(self, folder: Path) -> None:
        """Open a saved index."""
        self._index, _ = load(folder / "qa.index")

    def build_documents(self, documents: Iterable[Document]) -> None:
        """Index whole documents in memory as the tool does, all evidence included; `paths` says whose a passage is."""
        self._index = build(documents)
        names = self._index.paths
        self.paths = [names[number] for number in self._index.passage_documents]

    def top(self, question: str, k: int) -> list[tuple[int, float]]:
        """The k best passages with their scores, best first, ties to the lower number."""
        scores = bm25(self._index, query(self._index, question).known)
        found = np.flatnonzero(scores > 0)
        if len(found) > k:
            found = found[scores[found] >= np.partition(scores[found], -k)[-k]]
        best = found[np.lexsort((found, -scores[found]))][:k]
        return list(zip(best.tolist(), scores[best].tolist(), strict=True))

    @staticmethod
    def version() -> str:
        """The version and a hash of the code, so that a figure of other code is not taken for one of this."""
        code = hashlib.sha256()
        for file in sorted(Path(qa.__file__).parent.rglob("*.py")):
            code.update(file.read_bytes())
        return f"{qa.__version__}+{code.hexdigest()[:8]}"


class Fused(Ours):
    """The whole retriever over an index of documents."""

    name = "qa-fused"

    def top(self, question: str, k: int) -> list[tuple[int, float]]:
        """The k best passages with their scores, best first."""
        found = retrieve(self._index, query(self._index, question), k=k)
        return list(zip(found.passages.tolist(), found.scores.tolist(), strict=True))
