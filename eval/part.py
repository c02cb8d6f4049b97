"""Some passages of an index, weighed as the whole index is: a question's own, or all but those that answer it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qa.index import Index
from qa.index.index import count_frequencies
from qa.index.segment import Array

__all__ = ["Part", "passages_by_path", "ready_for_parts"]


class Part(Index):
    """The passages of `kept`; how rare a word is, and how long a passage, is still counted over all.

    `kept` says so for each segment of the whole, shape (its passages,).
    """

    def __init__(self, whole: Index, kept: Sequence[Array]) -> None:
        live = [
            np.bincount(segment.passage_documents[mask], minlength=segment.document_count) > 0
            for segment, mask in zip(whole.segments, kept, strict=True)
        ]
        super().__init__(whole.segments, live, whole.frequencies)
        self._whole = whole
        self._kept = tuple(kept)

    @classmethod
    def of_document(cls, whole: Index, path: str) -> Part:
        """The passages of one document."""
        documents = [np.array([own == path for own in segment.paths], dtype=bool) for segment in whole.segments]
        return cls(
            whole, [own[segment.passage_documents] for own, segment in zip(documents, whole.segments, strict=True)]
        )

    def live_passages(self, number: int) -> Array:
        """Which passages of a segment are in the part, shape (its passages,)."""
        return self._kept[number]

    @property
    def passage_count(self) -> int:
        """Of the whole index."""
        return self._whole.passage_count

    @property
    def mean_length(self) -> float:
        """Of the whole index."""
        return self._whole.mean_length

    def near(self, row: int, *, least: float, k: int) -> tuple[tuple[int, float], ...]:
        """Of the whole index, which remembers them."""
        return self._whole.near(row, least=least, k=k)


def ready_for_parts(index: Index) -> Index:
    """The same index with its frequencies counted beforehand, so that a Part need not count them anew."""
    return Index(index.segments, index.live, count_frequencies(index.segments, index.live))


def passages_by_path(index: Index) -> dict[str, list[int]]:
    """The numbers of each document's passages, ascending."""
    found: dict[str, list[int]] = {}
    for passage in range(index.passage_bases[-1]):
        found.setdefault(index.path_of(passage), []).append(passage)
    return found
