"""Pairwise logistic regression (Joachims 2002): what tells the right candidate of a question from its rivals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression

from qa.index.segment import Array

__all__ = ["pairwise"]


def pairwise(sets: Sequence[Sequence[Array]], spread: Array, *, weight: float) -> Array:
    """Weights of the features, shape (features,), from what the right candidates have beyond their rivals.

    `sets` hold an array a question, of shape (pairs, features): features of a right candidate less those of a rival.
    Each set has the same `weight`, which stands against a regularisation of 1, and in it each question. Features are
    divided by `spread` first, so that regularisation treats them alike.

    >>> right_is_larger = [[np.array([[1.0, 0.0], [2.0, 0.0]])]]
    >>> weights = pairwise(right_is_larger, np.ones(2), weight=100.0)
    >>> bool(weights[0] > 0), round(float(weights[1]), 6)
    (True, 0.0)
    """
    pairs = np.concatenate([pairs for questions in sets for pairs in questions]) / spread
    shares = [np.full(len(pairs), weight / len(pairs) / len(questions)) for questions in sets for pairs in questions]
    learned = LogisticRegression(C=1.0, fit_intercept=False, max_iter=1000).fit(
        np.concatenate([pairs, -pairs]), np.repeat([1, 0], len(pairs)), sample_weight=np.concatenate(shares * 2)
    )
    weights: Array = learned.coef_[0] / spread
    return weights
