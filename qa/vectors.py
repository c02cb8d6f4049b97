"""Static word vectors: which terms, and which texts, mean much the same, from two small tables and numpy alone.

Both were distilled once from a sentence encoder (model card `qa/VECTORS.md`) and hold a row a term: of `shipped`
(`scripts/distill_vectors.py`) single words are compared, of `fitted` (`scripts/fit_vectors.py`) sums of words. A row is
of odd whole numbers from -15 to 15, two in a byte. Only directions count, so a row needs no scale, and because the dot
product of two rows is a whole number below 2**24, float32 holds it exactly: a cosine is the same on every machine,
whatever order a matrix product adds in.

A term is looked up once and then goes by its row, the same in both tables: an index keeps the rows of its vocabulary, a
question looks up its few terms, `cosines` compares rows. Function words and numbers have no row, nor have most names;
they match only themselves.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = [
    "FITTED",
    "TABLE",
    "UNKNOWN",
    "Vectors",
    "compared",
    "fitted",
    "rows_of",
    "scaled",
    "shipped",
    "sums",
]

Array = npt.NDArray[Any]

TABLE = "minilm-29000x128-2"
"""Names the tables in an index's manifest, which keeps rows of them; others need a new name."""

WORDS, FITTED = "vectors.npy", "vectors_fitted.npy"
"""The files of the two matrices."""

UNKNOWN = -1
"""The row of a term that the table does not have."""

_AT_ONCE = 1 << 18
"""Multiplications in one step of a product. OpenBLAS shares out more of them among threads, which then wait busily for
the next: a question took 1.7 times the processor time, and how many threads a program has is not a library's to set."""
_MOST = 15
"""The greatest of the odd whole numbers, which are 16 from its negative on: four bits."""
_SCALES = np.arange(3.0, 9.0, 0.25)
"""Root mean squares of a row of them, of which the one is chosen that changes its direction least."""
_TERMS = "vectors_terms.npy"


@dataclass(frozen=True)
class Vectors:
    """A table.

    `matrix` holds a row a term, shape (terms, dimensions / 2), uint8: in the low four bits of its bytes the first half
    of the dimensions, in the high ones the second. `blob` holds the terms sorted by their bytes, each with a newline
    after it.
    """

    matrix: Array
    blob: Array

    @classmethod
    def make(cls, vectors: dict[str, Array]) -> Vectors:
        """A table of some terms' vectors, rounded.

        Raises ValueError for an odd number of dimensions and for a vector that has no direction.
        """
        terms = sorted(vectors, key=lambda term: term.encode())
        rows = np.array([vectors[term] for term in terms], dtype=np.float64)
        if rows.shape[1] % 2:
            raise ValueError(f"{rows.shape[1]} dimensions cannot be packed in pairs")
        lengths = np.linalg.norm(rows, axis=1)
        lost = ~np.isfinite(lengths) | (lengths == 0)
        if lost.any():
            raise ValueError(f"{terms[int(lost.argmax())]}: its vector has no direction")
        blob = np.frombuffer("".join(f"{term}\n" for term in terms).encode(), dtype=np.uint8)
        return cls(_packed(_rounded(rows)), blob)

    @classmethod
    def load(cls, folder: Path, matrix: str = WORDS) -> Vectors:
        """The table in a folder, mapped, not read."""
        loaded = (np.load(folder / name, mmap_mode="r", allow_pickle=False) for name in (matrix, _TERMS))
        return cls(*map(np.asarray, loaded))  # plain arrays: taking rows of a memmap takes longer than copying them

    def save(self, folder: Path, matrix: str = WORDS) -> None:
        """Write the two files that `load` maps."""
        np.save(folder / matrix, self.matrix)
        np.save(folder / _TERMS, self.blob)

    def __len__(self) -> int:
        return len(self.matrix)

    @cached_property
    def terms(self) -> Array:
        """The terms as byte strings of one width, sorted, shape (terms,)."""
        return np.array(self.blob.tobytes().split(b"\n")[:-1], dtype=bytes)

    def rows(self, terms: Sequence[str]) -> Array:
        """The row of each term, UNKNOWN for one that the table does not have. Binary search.

        >>> shipped().rows(["the", "unheardofword"]).tolist()
        [-1, -1]
        """
        if not len(terms) or not len(self):
            return np.full(len(terms), UNKNOWN, dtype=np.int64)
        width = self.terms.itemsize + 1  # a longer term is none of the table's, and would make all as wide
        wanted = np.array([term.encode(errors="surrogatepass")[:width] for term in terms])
        at = np.minimum(np.searchsorted(self.terms, wanted), len(self) - 1)
        return np.where(self.terms[at] == wanted, at, UNKNOWN)

    def cosines(self, left: Array, right: Array) -> Array:
        """The cosine of each row of `left` with each of `right`, shape (left, right), float32; 0 beside UNKNOWN.

        Right up to the last bit, and so the same however the rows are grouped.
        """
        return self.cosines_to(left, self.gathered(right))

    def cosines_to(self, left: Array, right: tuple[Array, Array]) -> Array:
        """The same, with rows that were gathered before and are compared again and again."""
        return compared(self.gathered(left), right)

    def similarities(self, terms: Sequence[str], others: Sequence[str]) -> Array:
        """The cosine of each term with each of the others, shape (terms, others); 0 where one has no vector.

        >>> near, far = shipped().similarities(["buy"], ["acquir", "boot"])[0]
        >>> bool(near > far)
        True
        """
        return self.cosines(self.rows(terms), self.rows(others))

    def gathered(self, rows: Array) -> tuple[Array, Array]:
        """The rows as float32 whole numbers, 0 for UNKNOWN, and their lengths, 1 for UNKNOWN."""
        rows = np.asarray(rows)
        if not len(self):
            return np.zeros((len(rows), 1), np.float32), np.ones(len(rows), np.float32)
        whole = _unpacked(self.matrix.take(np.maximum(rows, 0), axis=0))
        whole[rows == UNKNOWN] = 0.0
        squares = np.einsum("ij,ij->i", whole, whole)
        return whole, np.sqrt(np.where(squares > 0, squares, np.float32(1.0)))


def _rounded(rows: Array) -> Array:
    """Odd whole numbers, _MOST at most, that are much in the direction of each row."""
    means = np.sqrt(np.square(rows).mean(axis=1, keepdims=True))
    best, nearest = np.ones(rows.shape), np.full(len(rows), -np.inf)
    for scale in _SCALES:
        whole = np.clip(2 * np.floor(rows * (scale / means) / 2) + 1, -_MOST, _MOST)
        near = np.einsum("ij,ij->i", whole, rows) / np.linalg.norm(whole, axis=1)
        nearer = near > nearest
        best[nearer], nearest[nearer] = whole[nearer], near[nearer]
    return best


def _packed(whole: Array) -> Array:
    """Rows of odd whole numbers, the two halves of each in the low and the high four bits of its bytes."""
    first, second = np.split(((whole + _MOST) / 2).astype(np.uint8), 2, axis=1)
    packed: Array = first | second << 4
    return packed


def _unpacked(packed: Array) -> Array:
    """The rows that were packed, float32."""
    half = packed.shape[1]
    whole = np.empty((len(packed), 2 * half), dtype=np.float32)
    whole[:, :half] = packed & 15
    whole[:, half:] = packed >> 4
    whole *= 2
    whole -= _MOST
    return whole


def compared(left: tuple[Array, Array], right: tuple[Array, Array]) -> Array:
    """The cosine of each of some gathered rows with each of others, shape (left, right), float32."""
    cosines = _products(left[0], right[0])
    cosines /= left[1][:, None] * right[1]
    return cosines


def _products(left: Array, right: Array) -> Array:
    """The product of each row of `left` with each of `right`, in steps over the longer of the two."""
    if len(left) < len(right):
        return np.ascontiguousarray(_products(right, left).T)
    products = np.empty((len(left), len(right)), dtype=np.float32)
    step = max(_AT_ONCE // max(right.size, 1), 1)
    for start in range(0, len(left), step):
        some = slice(start, start + step)
        np.matmul(left[some], right.T, out=products[some])
    return products


def scaled(gathered: tuple[Array, Array], lengths: Array) -> Array:
    """Gathered rows as vectors of some lengths, 0 for UNKNOWN, shape (rows, dimensions), float32."""
    vectors: Array = gathered[0] * (lengths / gathered[1]).astype(np.float32)[:, None]
    return vectors


def sums(vectors: Array, places: Array, sizes: Array) -> Array:
    """The sum of `vectors[places]` of each owner, shape (owners, dimensions).

    `sizes` says how many of the places, one owner after the other, are each owner's, shape (owners,).

    >>> sums(np.array([[1, 0], [0, 2]], np.float32), np.array([0, 1, 1]), np.array([2, 0, 1])).tolist()
    [[1.0, 2.0], [0.0, 0.0], [0.0, 2.0]]
    """
    order = np.argsort(-sizes, kind="stable")  # owners with a first place, with a second … are then the first so many
    starts = (np.cumsum(sizes) - sizes)[order]
    turns = np.searchsorted(-sizes[order], -np.arange(int(sizes.max(initial=0))), side="left")
    summed = np.zeros((len(sizes), vectors.shape[1]), dtype=np.float32)
    for turn, count in enumerate(turns.tolist()):
        summed[:count] += vectors.take(places.take(starts[:count] + turn), axis=0)
    found = np.empty_like(summed)
    found[order] = summed
    return found


@cache
def shipped() -> Vectors:
    """The table of words that comes with the tool, mapped when first asked for."""
    return Vectors.load(Path(__file__).parent)


@cache
def fitted() -> Vectors:
    """The same terms, their vectors fitted to what texts mean that hold them, mapped when first asked for."""
    return Vectors.load(Path(__file__).parent, FITTED)


def rows_of(terms: Iterable[str]) -> Array:
    """The rows of some terms in the tables that come with the tool, remembered, for texts repeat their words.

    >>> rows_of(["the", "unheardofword"]).tolist()
    [-1, -1]
    """
    return np.array([_row(term) for term in terms], dtype=np.int64)


@lru_cache(100_000)
def _row(term: str) -> int:
    known, wanted = shipped().terms, term.encode(errors="surrogatepass")
    at = bisect_left(known, wanted)
    return at if at < len(known) and known[at] == wanted else UNKNOWN
