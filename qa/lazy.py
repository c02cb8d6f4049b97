"""Sequences whose values are made when they are looked at."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar, overload

__all__ = ["Lazy", "LazyNumbers", "up_to"]

_LOOKED_AT = 256
"""Values that are made at a time where all are wanted, or the first of a kind."""
_T = TypeVar("_T")


class Lazy(Sequence[_T]):
    """A tuple whose values are made when they are looked at: a document has thousands, and a quote needs few.

    >>> squares = Lazy(4, lambda first, stop: [number * number for number in range(first, stop)])
    >>> squares[3], squares == (0, 1, 4, 9)
    (9, True)
    """

    def __init__(self, size: int, made: Callable[[int, int], Sequence[_T]]) -> None:
        self._size = size
        self._made = made

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, at: int) -> _T: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[_T, ...]: ...
    def __getitem__(self, at: int | slice) -> _T | tuple[_T, ...]:
        if isinstance(at, slice):
            return tuple(self)[at]
        number = range(self._size)[at]
        return self._made(number, number + 1)[0]

    def __iter__(self) -> Iterator[_T]:
        for first in range(0, self._size, _LOOKED_AT):
            yield from self._made(first, min(first + _LOOKED_AT, self._size))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Lazy | tuple) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __reduce__(self) -> tuple[Any, ...]:
        return tuple, (tuple(self),)


class LazyNumbers(Lazy[int]):
    """The numbers of an array, made when they are looked at; in its `view` one is found without making any."""

    def __init__(self, view: memoryview[int]) -> None:
        super().__init__(len(view), lambda first, stop: view[first:stop].tolist())
        self.view = view


def up_to(numbers: Sequence[int], offset: int) -> int:
    """How many of some numbers in order are `offset` or less."""
    return bisect_right(numbers.view if isinstance(numbers, LazyNumbers) else numbers, offset)
