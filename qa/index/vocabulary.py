"""Texts -> numbers of their words, many texts at a time.

numpy finds where words begin and end in the bytes of all texts and looks the words up in a table that is a cache of a
dictionary: a word of up to 16 bytes is two whole numbers, these say at which row of the table it may stand, and what
stands there is the word itself, compared whole, with its number. What is not there is asked of the dictionary, a word
at a time, and put in the table where its row is free.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qa.index.segment import Array
from qa.text import joined_words

__all__ = ["Vocabulary"]

_LONGEST = 16
"""Bytes of a word that the table can hold; one in a hundred is longer."""
_BITS = 17
"""Of the number of rows, 20 bytes each: a table that a core has at hand, and that holds two thirds of 100,000 words."""
_MIX = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F))
"""Odd numbers without a pattern (of the golden ratio, and of xxHash), to spread words over the rows."""
_MASKS = np.array([(1 << 8 * size) - 1 for size in range(9)], dtype="<u8")
"""What keeps the first bytes of eight."""


class _Numbers(dict[bytes, int]):
    """Word -> number in order of first use."""

    def __missing__(self, word: bytes) -> int:
        number = self[word] = len(self)
        return number


class Vocabulary:
    """The words that were met so far, each with its number."""

    def __init__(self) -> None:
        self._numbers = _Numbers()
        self._heads = np.zeros(1 << _BITS, dtype="<u8")  # 0 is no word's: a free row
        self._tails = np.zeros(1 << _BITS, dtype="<u8")
        self._known = np.zeros(1 << _BITS, dtype=np.int32)

    def words(self) -> list[bytes]:
        """The words by their numbers, as UTF-8."""
        return list(self._numbers)

    def number(self, word: str) -> int:
        """The number of one word."""
        return self._numbers[word.encode()]

    def numbers(self, texts: Sequence[str]) -> tuple[Array, Array]:
        """The numbers of the words of some texts, one text after the other, and how many each text has.

        >>> [part.tolist() for part in Vocabulary().numbers(["one and two", "", "two"])]
        [[0, 1, 2, 2], [3, 0, 1]]
        """
        data = b" %b%b" % (joined_words(texts), bytes(_LONGEST))
        starts, sizes, per_text = _places(np.frombuffer(data, dtype=np.uint8), len(texts))
        heads, tails = _keys(data, starts, sizes)
        rows = _rows(heads, tails)
        found = self._known[rows]
        held = (self._heads[rows] == heads) & (self._tails[rows] == tails) & (sizes <= _LONGEST)
        others = np.flatnonzero(~held)
        words = map(data.__getitem__, map(slice, starts[others].tolist(), (starts[others] + sizes[others]).tolist()))
        found[others] = list(map(self._numbers.__getitem__, words))
        short = others[sizes[others] <= _LONGEST]
        self._remember(rows[short], heads[short], tails[short], found[short])
        return found, per_text

    def _remember(self, rows: Array, heads: Array, tails: Array, numbers: Array) -> None:
        """Put words in the table where their rows are free; of several with one row the first."""
        free, first = np.unique(rows, return_index=True)
        new = self._heads[free] == 0
        free, first = free[new], first[new]
        self._heads[free], self._tails[free], self._known[free] = heads[first], tails[first], numbers[first]


def _places(data: Array, texts: int) -> tuple[Array, Array, Array]:
    """Where each word begins, its size, and how many words each text has; a zero byte ends each text."""
    letters = data > ord(" ")
    edges = np.flatnonzero(letters[1:] != letters[:-1]) + 1
    starts = edges[::2]
    ends = np.flatnonzero(data == 0)[:texts]
    return starts, edges[1::2] - starts, np.diff(np.searchsorted(starts, ends), prepend=0)


def _keys(data: bytes, starts: Array, sizes: Array) -> tuple[Array, Array]:
    """The first eight bytes of each word and the next eight, as whole numbers, 0 where it has ended."""
    eights: Array = np.ndarray(len(data) - 7, "<u8", data, strides=(1,))  # from every byte on
    return (
        eights[starts] & _MASKS[np.minimum(sizes, 8)],
        eights[starts + 8] & _MASKS[np.clip(sizes - 8, 0, 8)],
    )


def _rows(heads: Array, tails: Array) -> Array:
    """At which row of the table each word may stand."""
    mixed = heads * _MIX[0] ^ tails * _MIX[1]
    mixed ^= mixed >> np.uint64(29)
    return (mixed * _MIX[0] >> np.uint64(64 - _BITS)).astype(np.int64)
