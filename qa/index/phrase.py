"""Terms that stand next to each other, in order, within a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np

from qa.index.segment import Array, Segment, distinct

__all__ = ["holding", "owners_of_run"]

_BLOCK = 4_096
"""Passages whose tokens are compared at a time."""


def owners_of_run(tokens: Array, owners: Array, run: Sequence[int] | Array) -> Array:
    """The owners, each once, in whose tokens some others stand as one run.

    >>> tokens, owners = np.array([5, 6, 7, 5, 6]), np.array([0, 0, 0, 1, 1])
    >>> owners_of_run(tokens, owners, [6, 7]).tolist(), owners_of_run(tokens, owners, [7, 5]).tolist()
    ([0], [])
    """
    at = np.flatnonzero(tokens[: max(len(tokens) - len(run) + 1, 0)] == run[0])
    for offset, token in enumerate(run[1:], 1):
        at = at[tokens[at + offset] == token]
    return distinct(owners[at[owners[at] == owners[at + len(run) - 1]]])


def holding(segment: Segment, terms: Sequence[str]) -> Array:
    """The passages of a segment with a sentence in which some terms stand as one run, ascending.

    Exact: the postings name the passages that hold every term, their tokens decide.
    """
    ids = [segment.term_id(term) for term in terms]
    held = [segment.words.of(number)[0] for number in dict.fromkeys(ids) if number is not None]
    if None in ids or not held:
        return np.zeros(0, dtype=np.int32)
    passages = reduce(lambda left, right: np.intersect1d(left, right, assume_unique=True), sorted(held, key=len))
    if len(ids) == 1:
        return passages
    run = [number for number in ids if number is not None]
    blocks = (passages[at : at + _BLOCK] for at in range(0, len(passages), _BLOCK))
    return np.concatenate([np.zeros(0, dtype=np.int32), *(_with_run(segment, block, run) for block in blocks)])


def _with_run(segment: Segment, passages: Array, run: Sequence[int]) -> Array:
    """Those of some passages that have a run in one of their sentences."""
    sentences, owners = segment.sentences_of(passages)
    found = owners_of_run(*segment.tokens_of(sentences), run)
    kept: Array = passages[distinct(owners[found])]
    return kept
