"""The k best passages for some clues, exactly, without touching every passage.

MaxScore (Turtle and Flood 1995): clues are taken by how much they can add at most. Once the k-th best score so far is
more than all remaining clues can add together, no passage that has not been met can get among the best; the remaining
clues are then looked up only for those that were met and can still make it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np

from qa.index.index import Index
from qa.index.score import Clue, Gains, gains_of, score
from qa.index.segment import Array

__all__ = ["ranked", "top"]

_SLACK = 1e-5
"""Relative; sums in single precision, which name the candidates, differ from the exact ones by less."""

_EXACT = 1e-12
"""The same for exact scores: the same gains added in another order."""
_SEEDS = 10
"""Passages, for each one that is wanted, whose full score gives the first threshold."""

_WORTH_SCANNING = 0.1
"""Postings, for each passage there is, from which it is faster to look at every passage's sum once."""

_WORTH_ADDING = 1.0
"""Postings of a clue, for each one taken before, up to which adding it is faster than looking it up."""

_own = threading.local()


def top(index: Index, clues: Sequence[Clue], k: int, allowed: Sequence[Array] | None = None) -> tuple[Array, Array]:
    """The numbers of the `k` best passages and their scores, best first; ties by path, then position.

    `allowed` says for each segment which of its live passages may be found, shape (its passages,); None for all. Fewer
    than `k` when fewer passages hold any of the clues' terms. Shapes: both (up to k,).
    """
    floor = 0.0
    found: list[Array] = []
    for number, base in enumerate(index.passage_bases[:-1]):
        gains = sorted(gains_of(index, number, clues, roughly=True), key=lambda gain: -gain.bound)
        live = index.live_passages(number) if allowed is None else allowed[number]
        passages, scores = _best(gains, index.segments[number].passage_count, k, floor, live)
        floor = max(floor, _kth(scores, k))
        found.append(passages[scores >= floor * (1 - _SLACK)] + base)
    passages = np.concatenate(found) if found else np.zeros(0, dtype=np.int64)
    scores = score(index, clues, passages)
    kept = np.flatnonzero(scores >= _kth(scores, k) * (1 - _EXACT))
    order = ranked(index, passages[kept], scores[kept])[:k]
    return passages[kept][order], scores[kept][order]


def ranked(index: Index, passages: Array, scores: Array) -> Array:
    """The order of some passages by score, best first, then path, then position, shape (passages,)."""
    order = np.argsort(-scores, kind="stable")
    if (np.diff(scores[order]) < 0).all():
        return order

    def place(at: int) -> tuple[float, str, int]:
        passage = int(passages[at])
        return -float(scores[at]), index.path_of(passage), index.passage_range(passage)[0]

    return np.array(sorted(order.tolist(), key=place), dtype=np.int64)


def _kth(scores: Array, k: int) -> float:
    """The k-th highest score, 0 when there are fewer."""
    return float(np.partition(scores, -k)[-k]) if len(scores) >= k else 0.0


def _scratch(size: int) -> Array:
    """A vector of zeros that this thread keeps for its sums; whoever uses it leaves zeros behind."""
    if getattr(_own, "sums", None) is None or len(_own.sums) < size:
        _own.sums = np.zeros(size, dtype=np.float32)
    sums: Array = _own.sums
    return sums


def _best(gains: Sequence[Gains], size: int, k: int, floor: float, live: Array | None) -> tuple[Array, Array]:
    """Passages of one segment that may be among the k best, with their scores; all that reach `floor` are there."""
    try:
        return _added_up(gains, size, k, floor, live)
    except BaseException:  # Control-C: sums that were begun are no zeros for the next question
        _own.sums = None
        raise


def _added_up(gains: Sequence[Gains], size: int, k: int, floor: float, live: Array | None) -> tuple[Array, Array]:
    """The same, adding up in this thread's scratch."""
    rest = np.append(np.cumsum([gain.bound for gain in gains][::-1])[::-1], 0.0)
    sums = _scratch(size)
    met: list[Array] = []
    threshold, taken = floor, 0
    for number, gain in enumerate(gains):
        essential = rest[number] >= threshold * (1 - _SLACK)
        if not essential and len(gain.passages) > _WORTH_ADDING * taken:
            break
        passages, values = _live_gains(gain, live)
        np.add.at(sums, passages, values)
        met.append(passages)
        taken += len(passages)
        if not number:
            threshold = max(threshold, _promised(gains, passages, values, k))
        elif essential:
            scores = sums.take(passages)
            threshold = max(threshold, _kth(scores[scores > threshold], k))
    added = len(met)
    candidates, scores = _harvest(sums, met, threshold * (1 - _SLACK) - rest[added], size)
    return _completed(gains[added:], rest[added + 1 :], candidates, scores, k, threshold)


def _promised(gains: Sequence[Gains], passages: Array, values: Array, k: int) -> float:
    """A score that the k best reach for certain: the k-th of those that the first clue likes best, scored in full."""
    most = _SEEDS * k
    liked = np.sort(passages[np.argpartition(values, -most)[-most:]] if len(values) > most else passages)
    return _kth(np.sum([gain.of(liked) for gain in gains], axis=0), k)


def _harvest(sums: Array, met: Sequence[Array], least: float, size: int) -> tuple[Array, Array]:
    """The passages that were met and reach `least`, ascending, and their sums; the sums are zero again afterwards."""
    least = max(least, float(np.finfo(np.float32).tiny))  # a passage taken once is worth 0 and is not taken again
    if sum(map(len, met)) > size * _WORTH_SCANNING:
        candidates = np.flatnonzero(sums[:size] >= least)
        scores = sums[candidates]
        sums[:size] = 0.0
        return candidates, scores
    found, values = [np.zeros(0, dtype=np.int32)], [np.zeros(0, dtype=np.float32)]
    for passages in met:
        reached = passages[sums[passages] >= least]
        found.append(reached)
        values.append(sums[reached])
        sums[reached] = 0.0
    for passages in met:
        sums[passages] = 0.0
    candidates = np.concatenate(found)
    order = np.argsort(candidates)
    return candidates[order], np.concatenate(values)[order]


def _live_gains(gain: Gains, live: Array | None) -> tuple[Array, Array]:
    """A clue's live passages and its gains there."""
    if live is None:
        return gain.passages, gain.at(slice(None))
    places = np.flatnonzero(live[gain.passages])
    return gain.passages[places], gain.at(places)


def _completed(
    gains: Sequence[Gains], rest: Array, candidates: Array, scores: Array, k: int, threshold: float
) -> tuple[Array, Array]:
    """Adds the remaining clues to the candidates, dropping those that fall behind on the way."""
    for gain, remaining in zip(gains, rest, strict=True):
        scores = scores + gain.of(candidates)
        threshold = max(threshold, _kth(scores, k))
        kept = scores >= threshold * (1 - _SLACK) - remaining
        candidates, scores = candidates[kept], scores[kept]
    return candidates, scores
