"""Our own index behind the face that the peers have. Everything in benchmarks/ that touches `qa.index` is here.

What it needs of the index: a build from an iterable of ready passages into a folder, opening that, the exact top k of
BM25 with scores, and (for quality) an index of whole documents with the fused ranking.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import accumulate, groupby, islice, pairwise
from multiprocessing import get_context
from operator import attrgetter
from pathlib import Path

import qa
from benchmarks.rows import Part, Passages, Row
from qa.extract import quotes, rate
from qa.index import Index, bm25, build, top
from qa.index.count import Counter
from qa.index.merge import merge
from qa.index.segment import Segment
from qa.index.store import Stamp, read_arrays, write_arrays
from qa.languages import ENGLISH
from qa.library import Library
from qa.model import Document, Passage, Sentence
from qa.query import query
from qa.retrieve import retrieve
from qa.text import content_terms

__all__ = ["Fused", "Ours", "answered_in_stages"]

_PART_BYTES = 32_000_000
_GIVEN = "passages.jsonl"


class Ours:
    """Word postings and BM25, beside the texts. Passages are numbered in the order in which they were given."""

    name = "qa"
    most: int | None = None

    def __init__(self) -> None:
        self._index: Index
        self.paths: Sequence[str] = ()

    def build(self, passages: Iterable[Row], folder: Path) -> None:
        """Index ready passages, with no reading and no sentence splitting, and save the index in the folder."""
        ready = passages if isinstance(passages, Passages) else Passages.write(passages, folder / _GIVEN)
        with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("fork")) as pool:
            parts = enumerate(ready.parts(_PART_BYTES))
            counted = [pool.submit(_count, part, folder / f"{number:05}.part") for number, part in parts]
            files = dict(part.result() for part in counted)
        segments = [Segment(read_arrays(file, stamp)) for file, stamp in files.items()]
        write_arrays(folder / "qa.segment", merge(segments))
        for file in (*files, folder / _GIVEN):
            file.unlink(missing_ok=True)

    def open(self, folder: Path) -> None:
        """Open a saved index."""
        self._index = Index([Segment(read_arrays(folder / "qa.segment"))])

    def build_documents(self, documents: Iterable[Document]) -> None:
        """Index whole documents in memory as the tool does, all evidence included; `paths` says whose a passage is."""
        self._index = build(documents)
        self.paths = [self._index.path_of(passage) for passage in range(self._index.passage_count)]

    def top(self, question: str, k: int) -> list[tuple[int, float]]:
        """The k best passages with their scores, best first, ties by path and position."""
        passages, scores = top(self._index, bm25(content_terms(question)), k)
        return list(zip(passages.tolist(), scores.tolist(), strict=True))

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
        return list(zip(found.passages[:k].tolist(), found.scores[:k].tolist(), strict=True))


def answered_in_stages(library: Library, question: str, k: int) -> dict[str, float]:
    """Seconds of each stage of an answer with `k` quotes, short answers included, by name."""
    index, stamps = library._index, [time.perf_counter()]
    asked = query(index, question)
    stamps.append(time.perf_counter())
    found = retrieve(index, asked)
    stamps.append(time.perf_counter())
    rated = rate(index, asked, found, k=k)
    stamps.append(time.perf_counter())
    if rated is not None:
        list(islice(quotes(index, asked, rated), k))
    stamps.append(time.perf_counter())
    seconds = (end - start for start, end in pairwise(stamps))
    return dict(zip(("query", "retrieve", "rate", "quotes"), seconds, strict=True))


def _count(part: Part, file: Path) -> tuple[Path, Stamp]:
    """Count a part of a passage file, each row a passage of the document at its path, into a segment file."""
    counter = Counter(ENGLISH)  # as its peers are told
    for path, group in groupby(part, key=attrgetter("path")):
        texts = [row.text for row in group]
        starts = accumulate((len(text) + 2 for text in texts), initial=0)
        ready = [_passage(start, start + len(text)) for start, text in zip(starts, texts, strict=False)]
        counter.add(Document(path, "\n\n".join(texts), "", "text", "", ()), ready=ready)
    write_arrays(file, counter.arrays().items())
    return file, read_arrays(file).stamp


def _passage(start: int, end: int) -> Passage:
    return Passage(start, end, (Sentence(start, end, "paragraph"),))
