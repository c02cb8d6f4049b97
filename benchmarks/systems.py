"""The systems that are compared, each behind the same four methods, each with the settings that its manual advises.

Libraries are imported when a system is used, so that a process carries the memory of its own system only.
"""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterable, Sequence
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

from benchmarks.rows import Row

__all__ = ["NAMES", "System", "system"]

K1, B = 1.5, 0.75
_WORD = re.compile(r"[^\W_]+")


class System(Protocol):
    """A search engine over passages. `most` is the number of passages above which it is not run, if any."""

    name: str
    most: int | None

    def build(self, passages: Iterable[Row], folder: Path) -> None:
        """Index the passages, numbered from 0, and leave the index in the folder, which is empty."""

    def open(self, folder: Path) -> None:
        """Make ready to search what `build` left, perhaps in another process."""

    def top(self, question: str, k: int) -> list[tuple[int, float]]:
        """The numbers of up to k passages that match, with their scores, best first."""

    @staticmethod
    def version() -> str:
        """The release that is measured."""


class RankBM25:
    """rank_bm25 with the project's analysis and idf, which makes it the reference for our scores.

    It scores every passage in Python, takes some seconds a question at 10^6 passages, and cannot save an index: pickle
    does that here.
    """

    name = "rank_bm25"
    most: int | None = 100_000

    def build(self, passages: Iterable[Row], folder: Path) -> None:
        from qa.index.reference import ReferenceBM25
        from qa.text import terms

        _dump(ReferenceBM25([terms(row.text) for row in passages]), folder)

    def open(self, folder: Path) -> None:
        self._model = _restore(folder)

    def top(self, question: str, k: int) -> list[tuple[int, float]]:
        from qa.text import content_terms

        return _top_scores(self._model, content_terms(question), k)

    @staticmethod
    def version() -> str:
        return version("rank-bm25")


class RankBM25Spaces(RankBM25):
    """rank_bm25 as its manual shows it: `BM25Okapi`, words split at spaces, here in lower case, too."""

    name = "rank_bm25-spaces"

    def build(self, passages: Iterable[Row], folder: Path) -> None:
        from rank_bm25 import BM25Okapi

        _dump(BM25Okapi([row.text.lower().split() for row in passages]), folder)

    def top(self, question: str, k: int) -> list[tuple[int, float]]:
        return _top_scores(self._model, question.lower().split(), k)


def _dump(model: Any, folder: Path) -> None:
    with (folder / "model.pickle").open("wb") as stream:
        pickle.dump(model, stream, protocol=pickle.HIGHEST_PROTOCOL)


def _restore(folder: Path) -> Any:
    with (folder / "model.pickle").open("rb") as stream:
        return pickle.load(stream)


def _top_scores(model: Any, words: Sequence[str], k: int) -> list[tuple[int, float]]:
    """`get_scores` and a partial sort; rank_bm25's own `get_top_n` sorts every passage."""
    import numpy as np

    scores = model.get_scores(words)
    best = np.argpartition(scores, -k)[-k:] if len(scores) > k else np.arange(len(scores))
    best = best[np.lexsort((best, -scores[best]))]
    return [(int(number), float(scores[number])) for number in best if scores[number] > 0]


class BM25s:
    """bm25s with its English stop words and PyStemmer's stems, scored by numpy on one thread, arrays in memory."""

    name = "bm25s"
    most: int | None = None
    backend = "numpy"

    def build(self, passages: Iterable[Row], folder: Path) -> None:
        import bm25s

        tokens = self._tokens([row.text for row in passages])
        model = bm25s.BM25(k1=K1, b=B, method="lucene", backend=self.backend)
        model.index(tokens, show_progress=False)
        model.save(folder, show_progress=False)

    def open(self, folder: Path) -> None:
        import bm25s

        self._model = bm25s.BM25.load(folder, load_corpus=False, show_progress=False, backend=self.backend)
        self._count = int(self._model.scores["num_docs"])

    def top(self, question: str, k: int) -> list[tuple[int, float]]:
        words = self._tokens([question], return_ids=False)
        if not any(word in self._model.vocab_dict for word in words[0]):
            return []
        found, scores = self._model.retrieve(
            words, k=min(k, self._count), n_threads=0, show_progress=False, backend_selection=self.backend
        )
        hits = zip(found[0].tolist(), scores[0].tolist(), strict=True)
        return [(number, score) for number, score in hits if score > 0]

    def _tokens(self, texts: list[str], **options: Any) -> Any:
        import bm25s
        import Stemmer

        if not hasattr(self, "_stemmer"):
            self._stemmer = Stemmer.Stemmer("english")
        return bm25s.tokenize(texts, stopwords="en", stemmer=self._stemmer, show_progress=False, **options)

    @staticmethod
    def version() -> str:
        return version("bm25s")


class BM25sNumba(BM25s):
    """bm25s compiled by numba; the questions before the timed ones take the compilation."""

    name = "bm25s-numba"
    backend = "numba"


class Tantivy:
    """tantivy with its English stems, term frequencies without positions, one commit; a question's words or-ed."""

    name = "tantivy"
    most: int | None = None
    tokenizer = "en_stem"

    def build(self, passages: Iterable[Row], folder: Path) -> None:
        import tantivy

        writer = self._opened(folder).writer(heap_size=500_000_000, num_threads=2)
        for number, row in enumerate(passages):
            writer.add_document(tantivy.Document(number=number, body=row.text))
        writer.commit()
        writer.wait_merging_threads()

    def open(self, folder: Path) -> None:
        self._index = self._opened(folder)
        self._searcher = self._index.searcher()

    def _opened(self, folder: Path) -> Any:
        import tantivy

        schema = tantivy.SchemaBuilder()
        schema.add_integer_field("number", stored=False, indexed=False, fast=True)
        schema.add_text_field("body", stored=False, tokenizer_name=self.tokenizer, index_option="freq")
        return tantivy.Index(schema.build(), path=str(folder))

    def top(self, question: str, k: int) -> list[tuple[int, float]]:
        words = _WORD.findall(question.lower())  # lower case and without marks: none of it is query syntax
        if not words:
            return []
        asked = self._index.parse_query(" ".join(words), ["body"])
        hits = self._searcher.search(asked, k, count=False).hits
        numbers = self._searcher.fast_field_values("number", [address for _, address in hits])
        return [(int(number), float(score)) for number, (score, _) in zip(numbers, hits, strict=True)]

    @staticmethod
    def version() -> str:
        return version("tantivy")


class TantivyStop(Tantivy):
    """tantivy without stop words, as our tool and bm25s are, by an analyser of its own parts."""

    name = "tantivy-stop"
    tokenizer = "en_stop_stem"

    def _opened(self, folder: Path) -> Any:
        import tantivy

        index = super()._opened(folder)
        analyser = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        for part in (
            tantivy.Filter.remove_long(40),
            tantivy.Filter.lowercase(),
            tantivy.Filter.stopword("english"),
            tantivy.Filter.stemmer("english"),
        ):
            analyser = analyser.filter(part)
        index.register_tokenizer(self.tokenizer, analyser.build())
        return index


_WHERE = {
    "qa": "benchmarks.ours:Ours",
    "rank_bm25": "benchmarks.systems:RankBM25",
    "bm25s": "benchmarks.systems:BM25s",
    "bm25s-numba": "benchmarks.systems:BM25sNumba",
    "tantivy": "benchmarks.systems:Tantivy",
    "tantivy-stop": "benchmarks.systems:TantivyStop",
    "qa-fused": "benchmarks.ours:Fused",
    "rank_bm25-spaces": "benchmarks.systems:RankBM25Spaces",
}
NAMES = tuple(_WHERE)
"""Of all systems."""


def system(name: str) -> System:
    """A new instance of the system with this name. Raises KeyError for an unknown one."""
    module, _, made = _WHERE[name].partition(":")
    found: System = getattr(import_module(module), made)()
    return found
