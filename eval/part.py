"""One document of an index, weighed as the whole index is: for choosing among a question's own sentences."""

from __future__ import annotations

import numpy as np

from qa.index import Index
from qa.index.index import count_frequencies

__all__ = ["Part", "parts_of"]


class Part(Index):
    """The passages of one document; how rare a word is, and how long a passage, is still counted over all."""

    def __init__(self, whole: Index, path: str) -> None:
        live = [np.array([own == path for own in segment.paths]) for segment in whole.segments]
        super().__init__(whole.segments, live, whole.frequencies)
        self._whole = whole

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


def parts_of(index: Index) -> Index:
    """The same index with its frequencies counted beforehand, so that a Part need not count them anew."""
    return Index(index.segments, index.live, count_frequencies(index.segments, index.live))
