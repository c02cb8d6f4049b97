"""The measures, each a function of what was found for one question, or of all questions' confidences.

An unanswered question scores 0 and is never skipped. A question may have several places that answer it, any one of
which will do, so recall@k is 1 when the first of them is among the first k, the reciprocal rank is 1 / its rank (MRR is
its mean), and nDCG@10 is 1 / log2(1 + rank) with the ideal at rank 1 (Järvelin and Kekäläinen 2002). Precision and
average precision count them all. Judgements of whole documents by grade are left to ir-measures, which calls trec_eval.
"""

from __future__ import annotations

import math
import re
import string
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import numpy.typing as npt

__all__ = [
    "auroc",
    "average_precision",
    "brier",
    "calibration_error",
    "confidence_bins",
    "exact_match",
    "f1",
    "judged",
    "mean",
    "ndcg",
    "normalised",
    "precision",
    "recall",
    "reciprocal_rank",
    "risk_coverage_area",
    "risks",
    "share",
]

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


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


def precision(ranks: Collection[int], k: int) -> float:
    """Share of the first k places that answer, from the ranks of all that do.

    >>> precision([1, 4, 9], 5)
    0.4
    """
    return sum(rank <= k for rank in ranks) / k


def average_precision(ranks: Collection[int], relevant: int) -> float:
    """Mean, over all places that answer, of the precision where each was found, 0 for one that was not.

    >>> average_precision([1, 4], relevant=3)
    0.5
    """
    return sum(found / rank for found, rank in enumerate(sorted(ranks), 1)) / relevant if relevant else 0.0


_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_MARKS = str.maketrans("", "", string.punctuation)


def normalised(text: str) -> str:
    """An answer as SQuAD's official script compares it: lower case, no ASCII punctuation, no articles, single spaces.

    >>> normalised("The  U.S. Army, a force")
    'us army force'
    """
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_MARKS)).split())


def exact_match(given: str, answers: Collection[str]) -> float:
    """1 when the answer given is one of the right ones. No right answer means that "" is right, as in SQuAD 2.0.

    >>> exact_match("the Beatles!", ["Beatles", "Wings"]), exact_match("", [])
    (1.0, 1.0)
    """
    return float(normalised(given) in {normalised(answer) for answer in answers or ("",)})


def f1(given: str, answers: Collection[str]) -> float:
    """The best harmonic mean of precision and recall of words, over the right answers, as SQuAD's script has it.

    >>> f1("in May 1901", ["1901", "May"])
    0.5
    """
    return max(_f1(normalised(given).split(), normalised(answer).split()) for answer in answers or ("",))


def _f1(given: Sequence[str], answer: Sequence[str]) -> float:
    if not given or not answer:
        return float(given == answer)
    shared = sum((Counter(given) & Counter(answer)).values())
    return 2 * shared / (len(given) + len(answer))


def mean(values: Sequence[float] | Array | Flags) -> float:
    """The mean, nan of nothing."""
    return float(sum(values)) / len(values) if len(values) else math.nan


def auroc(scores: Array, positive: Flags, weights: Array | None = None) -> float:
    """The probability that a positive's score is above another's, ties counting half.

    `weights` say here and below how often each question counts, once where none are given: in a draw of the bootstrap.

    >>> auroc(np.array([0.9, 0.5, 0.5, 0.1]), np.array([True, True, False, False]))
    0.875
    """
    counts = _counts(len(scores), weights)
    of = _tied(scores)
    above, below = (np.bincount(of, weights=counts * chosen) for chosen in (positive, ~positive))
    pairs = float(above.sum() * below.sum())
    return float((above * (np.cumsum(below) - below / 2)).sum()) / pairs if pairs else math.nan


def _counts(questions: int, weights: Array | None) -> Array:
    return np.ones(questions) if weights is None else weights


def _tied(values: Array) -> npt.NDArray[np.intp]:
    """For each value its place among the distinct ones, ascending."""
    return np.unique(values, return_inverse=True)[1]


def share(flags: Flags, weights: Array | None = None) -> float:
    """The share of questions of which something is true, nan of no questions.

    >>> share(np.array([True, False, False, True])), share(np.array([True, False]), np.array([3, 1]))
    (0.5, 0.75)
    """
    counts = _counts(len(flags), weights)
    return float((counts * flags).sum()) / float(counts.sum()) if counts.any() else math.nan


def brier(confidences: Array, right: Flags, weights: Array | None = None) -> float:
    """Mean squared distance of a probability from what happened (Brier 1950).

    >>> brier(np.array([1.0, 0.5]), np.array([True, False]))
    0.125
    """
    counts = _counts(len(confidences), weights)
    return float((counts * (confidences - right) ** 2).sum()) / float(counts.sum()) if counts.any() else math.nan


def confidence_bins(confidences: Array, bins: int = 10) -> list[Flags]:
    """Which answers are in each of the bins of equal width that confidence is divided into; empty bins are left out.

    A bin includes its upper end, as in Guo et al. 2017.

    >>> [members.tolist() for members in confidence_bins(np.array([0.9, 0.85, 0.2]))]
    [[False, False, True], [True, True, False]]
    """
    bin_of = np.clip(np.ceil(confidences * bins).astype(int) - 1, 0, bins - 1)
    return [bin_of == number for number in np.unique(bin_of)]


def calibration_error(confidences: Array, right: Flags, weights: Array | None = None, *, bins: int = 10) -> float:
    """Expected calibration error: mean distance of confidence from the share that is right, over bins of equal width.

    >>> round(calibration_error(np.array([0.9, 0.9, 0.2]), np.array([True, False, False])), 3)
    0.333
    """
    counts = _counts(len(confidences), weights)
    gaps = counts * (confidences - right)
    total = sum(abs(float(gaps[members].sum())) for members in confidence_bins(confidences, bins))
    return total / float(counts.sum()) if counts.any() else math.nan


def risks(confidences: Array, right: Flags, weights: Array | None = None) -> Array:
    """Share of wrong answers when the n surest questions are answered, for each n (Geifman and El-Yaniv 2017).

    Of equally sure questions each counts as wrong as they are on average, so that their order does not matter.

    >>> risks(np.array([0.9, 0.8]), np.array([True, False])).tolist()
    [0.0, 0.5]
    """
    counts = _counts(len(confidences), weights)
    tied = _tied(-confidences)
    members, wrong = np.bincount(tied, weights=counts), np.bincount(tied, weights=counts * ~right)
    each = np.repeat(wrong / np.maximum(members, 1), members.astype(int))
    found: Array = np.cumsum(each) / np.arange(1, len(each) + 1)
    return found


def risk_coverage_area(confidences: Array, right: Flags, weights: Array | None = None) -> float:
    """The mean of these risks over all n: the area under risk and coverage, AURC.

    >>> risk_coverage_area(np.array([0.9, 0.8]), np.array([True, False]))
    0.25
    """
    found = risks(confidences, right, weights)
    return float(found.mean()) if len(found) else math.nan


def judged(
    qrels: Mapping[str, Mapping[str, int]], rankings: Mapping[str, Sequence[str]], measures: Mapping[str, str]
) -> dict[str, dict[str, float]]:
    """Value by measure and question, as trec_eval has them; a question without a ranking scores 0.

    `measures` gives each name its definition for ir-measures, such as "AP" or "nDCG@10".
    """
    import ir_measures

    names = {ir_measures.parse_measure(definition): name for name, definition in measures.items()}
    found = {name: dict.fromkeys(qrels, 0.0) for name in measures}
    run = {
        question: {path: -float(rank) for rank, path in enumerate(ranking)} for question, ranking in rankings.items()
    }
    for metric in ir_measures.iter_calc(list(names), qrels, run):
        found[names[metric.measure]][metric.query_id] = float(metric.value)
    return found
