"""The measures, per question; an unanswered question scores 0 and is never skipped.

A question may have several places that answer it, any one of which will do, so the rank that counts is that of the
first: recall@k is 1 when it is at most k, the reciprocal rank is 1 / rank (MRR is its mean), nDCG@10 is
1 / log2(1 + rank) with the ideal at rank 1 (Järvelin and Kekäläinen 2002).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

__all__ = ["auroc", "mean", "ndcg", "recall", "reciprocal_rank"]


def recall(rank: int | None, k: int) -> float:
    """1 when the first answering place is among the first k.

    >>> recall(3, 5), recall(6, 5), recall(None, 5)
    (1.0, 0.0, 0.0)
    """
    return float(rank is not None and rank <= k)


def reciprocal_rank(rank: int | None) -> float:
    """1 / rank of the first answering place.

    >>> reciprocal_rank(4), reciprocal_rank(None)
    (0.25, 0.0)
    """
    return 1 / rank if rank else 0.0


def ndcg(rank: int | None, k: int = 10) -> float:
    """Discounted gain of the first answering place among the first k.

    >>> ndcg(1), ndcg(3), ndcg(11)
    (1.0, 0.5, 0.0)
    """
    return 1 / math.log2(1 + rank) if rank and rank <= k else 0.0


def mean(values: Sequence[float]) -> float:
    """The mean, nan of nothing."""
    return sum(values) / len(values) if values else math.nan


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """The probability that a positive's score is above a negative's, ties counting half.

    >>> auroc([0.9, 0.5], [0.5, 0.1])
    0.875
    """
    if not positive or not negative:
        return math.nan
    ranks: dict[float, float] = {}
    every = sorted([*positive, *negative])
    start = 0
    while start < len(every):
        stop = start
        while stop < len(every) and every[stop] == every[start]:
            stop += 1
        ranks[every[start]] = (start + stop + 1) / 2
        start = stop
    total = sum(ranks[score] for score in positive)
    return (total - len(positive) * (len(positive) + 1) / 2) / (len(positive) * len(negative))
