"""The learned weights: which sentence answers, and how sure that is. Plain JSON in, numpy only."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from qa.extract.confidence import CONFIDENCE_FEATURES
from qa.extract.features import FEATURES
from qa.index.segment import Array

__all__ = ["Model", "model"]

_LONGEST_ODDS = 700.0
"""Logarithm of the odds against an answer, up to which there is an exponential in double precision."""


@dataclass(frozen=True, slots=True)
class Model:
    """Weights of a linear score for sentences, of a logistic one for confidence, and the cut below which it refuses."""

    sentence: Array
    confidence: Array
    bias: float
    cut: float

    def scores(self, values: Array) -> Array:
        """Score of each sentence, shape (sentences,), from its features, shape (sentences, features)."""
        result: Array = values @ self.sentence
        return result

    def probability(self, signs: Array) -> float:
        """The probability that the first quote answers, from CONFIDENCE_FEATURES."""
        against = -float(signs @ self.confidence + self.bias)
        return float(1 / (1 + np.exp(min(against, _LONGEST_ODDS))))


@cache
def model() -> Model:
    """The weights that ship with the package."""
    data = json.loads(files("qa.extract").joinpath("weights.json").read_text())
    return Model(
        sentence=np.array([data["sentence"][name] for name in FEATURES]),
        confidence=np.array([data["confidence"][name] for name in CONFIDENCE_FEATURES]),
        bias=data["bias"],
        cut=data["cut"],
    )
