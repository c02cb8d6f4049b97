"""Listwise logistic regression (ListNet, Cao et al. 2007): what the right candidates of a question have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.optimize import minimize

from qa.index.segment import Array

__all__ = ["Listed", "listwise"]

Listed = tuple[Array, Array]
"""The candidates of a question: features, shape (candidates, features), and which are right, shape (candidates,)."""


def listwise(sets: Sequence[Sequence[Listed]], *, penalty: float, pinned: Mapping[int, float], each: bool) -> Array:
    """Weights of the features, shape (features,), that give the right candidates of each question the most probability.

    The candidates of a question share a probability of 1 by the exponential of their scores; the loss is the mean, over
    the sets, of the mean over their questions of the negative logarithm of what the right ones get, and `penalty` times
    half the squared weights. With `each` it is the mean of what every right one gets: all are to be found; else of what
    they get together: one is enough. `pinned` weights, by number of the feature, stay as they are.

    >>> larger_is_right = [[(np.array([[1.0, 0.0], [0.0, 0.0]]), np.array([True, False]))]]
    >>> weights = listwise(larger_is_right, penalty=0.01, pinned={1: 0.5}, each=True)
    >>> bool(weights[0] > 1), float(weights[1])
    (True, 0.5)
    """
    values = np.concatenate([values for questions in sets for values, _ in questions])
    right = np.concatenate([right for questions in sets for _, right in questions])
    sizes = np.array([len(right) for questions in sets for _, right in questions])
    shares = np.concatenate([np.full(len(questions), 1 / len(questions) / len(sets)) for questions in sets])
    starts, owner = np.cumsum(sizes) - sizes, np.repeat(np.arange(len(sizes)), sizes)
    equal = right / np.add.reduceat(right.astype(np.float64), starts)[owner]
    free = np.array([number not in pinned for number in range(values.shape[1])])

    def loss(weights: Array) -> tuple[float, Array]:
        scores = values @ weights
        scores -= np.maximum.reduceat(scores, starts)[owner]
        odds = np.exp(scores)
        every = np.add.reduceat(odds, starts)
        good = np.maximum(np.add.reduceat(odds * right, starts), 1e-300)
        wanted = shares[owner] * (equal if each else odds * right / good[owner])
        gained = wanted @ scores if each else shares @ np.log(good)
        slope = values.T @ (shares[owner] * odds / every[owner] - wanted)
        lost = float(shares @ np.log(every) - gained) + penalty / 2 * float(weights @ weights)
        return lost, np.where(free, slope + penalty * weights, 0.0)

    start = np.array([pinned.get(number, 0.0) for number in range(values.shape[1])])
    weights: Array = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 500}).x
    return weights
