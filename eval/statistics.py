"""Is it real? Intervals, tests and what a set of this size can show; of values per question, with a fixed seed.

What is drawn is never whole samples of questions but how often each distinct value is in one, which has the same
distribution and, as most measures take few values, costs next to nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = [
    "CLUSTERS_NEEDED",
    "CURVE_DRAWS",
    "DRAWS",
    "SEED",
    "Comparison",
    "Interval",
    "bootstrap",
    "bootstrap_of",
    "clustered_bootstrap",
    "compare",
    "detectable",
    "effect_size",
    "holm",
    "randomisation_test",
]

Array = npt.NDArray[np.float64]

DRAWS = 10_000
CURVE_DRAWS = 1_000
"""The same of figures that must be computed anew for each draw."""
SEED = 20
CLUSTERS_NEEDED = 35
"""Documents below which a bootstrap over them is not to be trusted: it comes out too narrow."""

_LEVEL = (2.5, 97.5)
_REACH = 1.959964 + 0.841621
"""Standard errors that a difference must have to be found at 5 %, two-sided, in 80 % of samples."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % interval of a mean."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two systems on the same questions: mean difference, shares of questions won and lost, p, what could be found.

    `effect` is the difference in standard deviations of the questions' differences (Cohen's d of pairs): near 0.2 is
    small, near 0.8 large.
    """

    difference: float
    effect: float
    won: float
    lost: float
    p: float
    detectable: float


def bootstrap(values: Array, *, draws: int = DRAWS, seed: int = SEED) -> Interval:
    """The interval of the mean of some questions' values when the questions are drawn anew (Efron, percentiles)."""
    distinct, counts = np.unique(values, return_counts=True)
    drawn = np.random.default_rng(seed).multinomial(len(values), counts / len(values), size=draws)
    return _percentiles(drawn @ distinct / len(values))


def clustered_bootstrap(
    values: Array, sources: Sequence[str], *, draws: int = DRAWS, seed: int = SEED
) -> Interval | None:
    """The same when whole documents are drawn with all their questions; None with fewer than CLUSTERS_NEEDED."""
    _, cluster = np.unique(np.array(sources), return_inverse=True)
    sizes = np.bincount(cluster)
    if len(sizes) < CLUSTERS_NEEDED:
        return None
    drawn = np.random.default_rng(seed).multinomial(len(sizes), np.full(len(sizes), 1 / len(sizes)), size=draws)
    return _percentiles((drawn @ np.bincount(cluster, weights=values)) / (drawn @ sizes))


def _percentiles(means: Array) -> Interval:
    low, high = np.percentile(means, _LEVEL)
    return Interval(float(low), float(high))


def bootstrap_of(
    figures: Callable[[Array], Sequence[float]], units: Sequence[str], *, draws: int = CURVE_DRAWS, seed: int = SEED
) -> list[Interval | None]:
    """Intervals of figures that are no means, such as an area under a curve, when units are drawn anew.

    `figures` takes how often each question is in a draw; `units` names for each question what it is drawn with, such as
    itself or its document. Draws that cannot have a figure (nan) say nothing about it; None where none can.
    """
    _, unit = np.unique(np.array(units), return_inverse=True)
    count = int(unit.max()) + 1
    random = np.random.default_rng(seed)
    drawn = [
        figures(np.bincount(random.integers(count, size=count), minlength=count)[unit].astype(float))
        for _ in range(draws)
    ]
    columns = (column[~np.isnan(column)] for column in np.array(drawn).T)
    return [_percentiles(column) if len(column) else None for column in columns]


def randomisation_test(differences: Array, *, draws: int = DRAWS, seed: int = SEED) -> float:
    """How probable a mean difference as large is if the two do not differ: paired, two-sided.

    Each question's difference is as likely to have had the other sign (Smucker, Allan and Carterette 2007). Of n
    questions with the same size of difference, the sum of signs is 2 × Binomial(n, 1/2) − n.

    >>> randomisation_test(np.array([0.0, 0.0]))
    1.0
    >>> randomisation_test(np.ones(30)) < 0.001
    True
    """
    sizes, counts = np.unique(np.abs(differences[differences != 0]), return_counts=True)
    random = np.random.default_rng(seed)
    sums = np.zeros(draws)
    for size, count in zip(sizes, counts, strict=True):
        sums += size * (2 * random.binomial(count, 0.5, size=draws) - count)
    observed = abs(float(differences.sum()))
    beyond = int((np.abs(sums) >= observed - 1e-9 * max(1.0, observed)).sum())
    return (beyond + 1) / (draws + 1)


def holm(ps: Sequence[float]) -> list[float]:
    """p-values corrected for their number, in the order given (Holm 1979).

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    corrected = [0.0] * len(ps)
    highest = 0.0
    for rank, at in enumerate(sorted(range(len(ps)), key=ps.__getitem__)):
        highest = max(highest, min(1.0, (len(ps) - rank) * ps[at]))
        corrected[at] = highest
    return corrected


def detectable(differences: Array) -> float:
    """The smallest mean difference that a test at 5 % would find in four of five such sets of questions.

    From the spread of the differences seen: with none there is nothing to go by, and it is nan.
    """
    if len(differences) < 2 or not differences.any():
        return math.nan
    return _REACH * float(differences.std(ddof=1)) / math.sqrt(len(differences))


def effect_size(differences: Array) -> float:
    """The mean difference in standard deviations of the differences (Cohen 1988); nan where these are all the same.

    >>> effect_size(np.array([1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0])).__round__(3)
    0.935
    """
    spread = float(differences.std(ddof=1)) if len(differences) > 1 else 0.0
    return float(differences.mean()) / spread if spread else math.nan


def compare(values: Array, base: Array) -> Comparison:
    """One system's values against another's on the same questions."""
    differences = values - base
    return Comparison(
        difference=float(differences.mean()),
        effect=effect_size(differences),
        won=float((differences > 0).mean()),
        lost=float((differences < 0).mean()),
        p=randomisation_test(differences),
        detectable=detectable(differences),
    )
