"""The k best passages for some clues, exactly, without touching every passage.

MaxScore (Turtle and Flood 1995): clues are taken by how much they can add at most. Once the k-th best score so far is
more than all remaining clues can add together, no passage that has not been met can get among the best; the remaining
clues are then looked up only for those that were met and can still make it.

Sums are of upper bounds, in whole units: an impact, a byte for each posting, is looked up in a small table of what it
is worth. What a bound may exceed its score by is known, so that the candidates it names are all there can be; these are
then scored exactly.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np

from qa.index.count import IMPACT_STEPS
from qa.index.index import Index
from qa.index.score import Clue, Part, every_gain, gains, parts_of
from qa.index.segment import Array, Segment, distinct

__all__ = ["ranked", "top"]

_EXACT = 1e-12
"""Relative; the same gains added in another order differ by less."""

_SURELY = 1 + 1e-6
"""Makes a bound of what was rounded: impacts in single precision, and thresholds on their way to units and back."""

_SEEDS = 5
"""Passages, for each one that is wanted, whose full score gives the first threshold."""

_SCORED_WHOLE = 30_000
"""Postings of all clues, and passages, up to which scoring everything is faster than finding out what need not be."""

_WORTH_SEEDING = 30_000
"""Postings of a clue, in the mean, up to which adding them is faster than scoring passages for a first threshold."""

_PROBED = 8_192
"""The longest list of passages whose sums are looked at for a higher threshold."""

_WORTH_SCANNING = 0.08
"""Postings, for each passage there is, from which it is faster to look at every passage's sum once."""

_WORTH_ADDING = 1.5
"""Postings of a clue, for each one taken before, up to which it is added though no passage depends on it any more."""

_WORTH_LOOKING_UP = 16
"""Postings of a clue, for each candidate, from which looking the candidates up is faster than adding them."""

_WORTH_SCORING = 100
"""Candidates up to which scoring them exactly is faster than telling more of them apart by their bounds."""

_FEW = 5_000
"""Parts whose units, each rounded up, still leave sums that fit two bytes."""

_own = threading.local()


def top(index: Index, clues: Sequence[Clue], k: int, allowed: Sequence[Array] | None = None) -> tuple[Array, Array]:
    """The numbers of the `k` best passages and their scores, best first; ties by path, then position.

    `allowed` says for each segment which of its live passages may be found, shape (its passages,); None for all. Fewer
    than `k` when fewer passages hold any of the clues' terms. Shapes: both (up to k,).
    """
    passages, scores = np.zeros(0, dtype=np.int64), np.zeros(0)
    for number, base in enumerate(index.passage_bases[:-1]):
        parts = parts_of(index, number, clues)
        live = index.live_passages(number) if allowed is None else allowed[number]
        found, gained = _found(index, number, parts, k, _kth(scores, k), live)
        passages = np.append(passages, found + base)
        scores = np.append(scores, gained)
    kept = np.flatnonzero(scores >= _kth(scores, k) * (1 - _EXACT))
    order = ranked(index, passages[kept], scores[kept])[:k]
    return passages[kept][order], scores[kept][order]


def ranked(index: Index, passages: Array, scores: Array) -> Array:
    """The order of some passages by score, best first, then path, then position, shape (passages,)."""
    order = np.argsort(-scores, kind="stable")
    ordered = scores[order]
    tied = np.zeros(len(order) + 1, dtype=bool)  # with the one before
    tied[1:-1] = ordered[1:] == ordered[:-1]
    edges = np.flatnonzero(tied[1:] != tied[:-1])  # begin and end of every run of equal scores, in turn

    def place(at: int) -> tuple[str, int]:
        passage = int(passages[at])
        return index.path_of(passage), index.passage_range(passage)[0]

    for begin, end in edges.reshape(-1, 2):
        order[begin : end + 1] = sorted(order[begin : end + 1].tolist(), key=place)
    return order


def _kth(scores: Array, k: int) -> float:
    """The k-th highest score, 0 when there are fewer."""
    return float(np.partition(scores, -k)[-k]) if len(scores) >= k else 0.0


def _found(
    index: Index, number: int, parts: Sequence[Part], k: int, floor: float, live: Array | None
) -> tuple[Array, Array]:
    """Passages of one segment that may be among the k best, ascending, and their scores; all that hold a clue, if few.

    No other passage scores `floor` or more.
    """
    postings = sum(len(part.passages) for part in parts)
    if postings and max(postings, index.segments[number].passage_count) <= _SCORED_WHOLE:
        gained = every_gain(index, number, parts)
        found = _among(np.flatnonzero(gained > floor * (1 - _EXACT)), live)
        return found, gained[found]
    found = _candidates(index, number, parts, k, floor, live)
    return found, gains(index, number, parts, found)


def _candidates(index: Index, number: int, parts: Sequence[Part], k: int, floor: float, live: Array | None) -> Array:
    """Passages of one segment that may be among the k best, ascending; all that score `floor` or more are there."""
    if not parts:
        return np.zeros(0, dtype=np.int64)
    bounds = _bounds(index, number, parts)
    if sum(len(part.passages) for part in parts) > _WORTH_SEEDING * len(parts):
        liked = bounds.parts[0].liked(_SEEDS * k, live)
        floor = max(floor, _kth(gains(index, number, parts, liked), k))
    search = _Search(bounds, index.segments[number].passage_count, k, floor / bounds.unit, live)
    try:
        return search.run()
    except BaseException:  # Control-C: sums that were begun are no zeros for the next question
        _own.sums = {}
        raise


@dataclass(frozen=True, slots=True)
class _Bound:
    """What one part adds in a segment at most: units by impact, or `most` everywhere where there are no impacts."""

    passages: Array
    impacts: Array | None
    worth: Array
    most: int

    @property
    def units(self) -> Array:
        """What it adds to each of its passages; a single number where that is the same for all."""
        return self.worth[-1] if self.impacts is None else self.worth.take(self.impacts)

    def of(self, passages: Array) -> Array:
        """What it adds to some passages, 0 to those that it does not touch, shape (passages,)."""
        wanted = passages.astype(self.passages.dtype)
        places = self.passages.searchsorted(wanted)
        units = self.worth[-1] if self.impacts is None else self.worth.take(self.impacts.take(places, mode="clip"))
        found: Array = units * (self.passages.take(places, mode="clip") == wanted)
        return found

    def liked(self, most: int, live: Array | None) -> Array:
        """Passages that it adds most to, ascending: about `most` of them."""
        if self.impacts is None or len(self.passages) <= most:
            return _among(self.passages, live)[:most]
        impacts = self.impacts if live is None else self.impacts * live[self.passages]
        reached = np.cumsum(np.bincount(impacts, minlength=IMPACT_STEPS + 1)[:0:-1])
        least = IMPACT_STEPS - np.searchsorted(reached[:-1], most)
        return self.passages[impacts >= least][: 2 * most]


@dataclass(frozen=True, slots=True)
class _Bounds:
    """What the parts of a question add in one segment, the one that may add most first, in whole units.

    A score in units is at least `tightness` times the sum of its bounds, less `error`, and never more than the sum.
    """

    parts: list[_Bound]
    unit: float
    tightness: float
    error: float


def _bounds(index: Index, number: int, parts: Sequence[Part]) -> _Bounds:
    """The bounds of some parts. Impacts hold at the segment's own mean length, and the whole index may have another."""
    segment = index.segments[number]
    drift = index.mean_length / (float(segment.arrays["mean_length"][0]) or 1.0)
    above = np.array([part.above for part in parts])
    weights = np.array([part.weight for part in parts]) * np.where(above, 1.0, max(1.0, drift)) * _SURELY
    peaks = np.where(above, IMPACT_STEPS, segment.arrays["word_peaks"][[part.term for part in parts]])
    kind: type = np.uint16 if len(parts) < _FEW else np.uint32
    unit = float(weights.sum()) / (0.9 * np.iinfo(kind).max)
    worth: Array = np.ceil(weights[:, None] / unit * (np.arange(IMPACT_STEPS + 1) / IMPACT_STEPS)).astype(kind)
    most = worth[np.arange(len(parts)), peaks].tolist()
    bounds = [_bound(segment, part, row, top) for part, row, top in zip(parts, worth, most, strict=True)]
    bounds.sort(key=lambda bound: -bound.most)
    error = len(parts) + float(weights.sum()) / IMPACT_STEPS / unit
    return _Bounds(bounds, unit, min(drift, 1 / drift), error)


def _bound(segment: Segment, part: Part, worth: Array, most: int) -> _Bound:
    impacts = None if part.above else segment.impacts_of(part.term)
    return _Bound(part.passages, impacts, worth, most)


class _Search:
    """Adds bounds up for the passages of one segment until it is known which may be among the k best."""

    def __init__(self, bounds: _Bounds, size: int, k: int, threshold: float, live: Array | None) -> None:
        self._bounds = bounds
        self._parts = bounds.parts
        self._rest = [*accumulate([part.most for part in reversed(bounds.parts)], initial=0)][::-1]
        self._size = size
        self._k = k
        self._threshold = threshold  # units that the k-th best has for certain
        self._live = live
        self._sums = _scratch(size, bounds.parts[0].worth.dtype)
        self._met: list[Array] = []
        self._taken = 0

    def run(self) -> Array:
        """The passages that may be among the best, ascending. The sums are zero again afterwards."""
        added = self._add_essential()
        candidates = self._complete(added, self._harvest(self._threshold - self._rest[added]))
        self._clear()
        return candidates

    def _add_essential(self) -> int:
        """Adds parts up while a passage not yet met could be among the best; how many were added."""
        looked = 0
        for number, part in enumerate(self._parts):
            if self._rest[number] < self._threshold and len(part.passages) > _WORTH_ADDING * self._taken:
                return number
            self._add(part)
            if self._taken >= 2 * looked and len(part.passages) <= _PROBED:
                self._raise(self._sums.take(_among(part.passages, self._live)))
                looked = self._taken
        return len(self._parts)

    def _add(self, part: _Bound) -> None:
        np.add.at(self._sums, part.passages, part.units)
        self._met.append(part.passages)
        self._taken += len(part.passages)

    def _raise(self, sums: Array) -> None:
        """Raises the threshold to what the k-th of some different live passages has for certain."""
        least = _kth(sums, self._k) * self._bounds.tightness - self._bounds.error
        self._threshold = max(self._threshold, least)

    def _harvest(self, least: float) -> Array:
        """The live passages that were met and whose sums reach `least`, ascending."""
        least = max(1, math.ceil(least))
        if self._taken > self._size * _WORTH_SCANNING:
            found = np.flatnonzero(self._sums[: self._size] >= self._sums.dtype.type(least))
        else:
            reached = [passages[self._sums.take(passages) >= least] for passages in self._met]
            found = distinct(np.concatenate([np.zeros(0, dtype=np.int32), *reached]))
        return _among(found, self._live)

    def _complete(self, added: int, candidates: Array) -> Array:
        """Takes the parts that were not added into account too, dropping candidates that fall behind on the way."""
        looked_up = np.zeros(len(candidates), dtype=self._sums.dtype)
        for number in range(added, len(self._parts) + 1):
            sums = self._sums.take(candidates) + looked_up
            self._raise(sums)
            kept = sums >= self._threshold - self._rest[number]
            candidates, looked_up = candidates[kept], looked_up[kept]
            if number == len(self._parts) or len(candidates) <= max(_WORTH_SCORING, self._k):
                break
            part = self._parts[number]
            if len(part.passages) > _WORTH_LOOKING_UP * len(candidates):
                looked_up += part.of(candidates)
            else:
                self._add(part)
        return candidates

    def _clear(self) -> None:
        if self._taken > self._size * _WORTH_SCANNING:
            self._sums[: self._size] = 0
            return
        for passages in self._met:
            self._sums[passages] = 0


def _among(passages: Array, live: Array | None) -> Array:
    """Those of some passages that are live."""
    return passages if live is None else passages[live[passages]]


def _scratch(size: int, kind: np.dtype[Any]) -> Array:
    """A vector of zeros that this thread keeps for its sums; whoever uses it leaves zeros behind."""
    kept: dict[np.dtype[Any], Array] = _own.__dict__.setdefault("sums", {})
    if kind not in kept or len(kept[kind]) < size:
        kept[kind] = np.zeros(size, dtype=kind)
    return kept[kind]
