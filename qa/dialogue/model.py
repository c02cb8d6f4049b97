"""What each sign of a follow-up is worth: learned by `eval/train_dialogue.py`, read from JSON, run on numpy alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from qa.dialogue.signs import NEED, TERM, Array, Candidate, Turn, candidates, need_signs, term_signs

__all__ = ["Model", "shipped_model"]


@dataclass(frozen=True, slots=True)
class Model:
    """Two logistic regressions, as weights of the features with their bias last, and the cuts in log odds.

    `generic` are the terms that questions about anything may hold.
    """

    generic: frozenset[str]
    need: Array
    term: Array
    need_cut: float
    term_cut: float

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Model:
        """The model as `to_json` writes it."""
        return cls(
            generic=frozenset(plain["generic"]),
            need=_weights(plain["need"], NEED),
            term=_weights(plain["term"], TERM),
            need_cut=plain["need_cut"],
            term_cut=plain["term_cut"],
        )

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values: weights by the name of their feature."""
        return {
            "need_cut": self.need_cut,
            "term_cut": self.term_cut,
            "need": _named(self.need, NEED),
            "term": _named(self.term, TERM),
            "generic": sorted(self.generic),
        }

    def needs(self, question: str, history: Sequence[Turn]) -> float:
        """Log odds that a question leans on its history."""
        return float(np.array([*need_signs(question, history, self.generic), 1.0]) @ self.need)

    def carried(self, question: str, history: Sequence[Turn]) -> list[Candidate]:
        """The terms that a question takes from its history; none when it stands alone."""
        need = self.needs(question, history)
        offered = candidates(question, history) if need > self.need_cut else []
        if not offered:
            return []
        signs = term_signs(question, history, offered, need, self.generic)
        odds = signs @ self.term[:-1] + self.term[-1]
        return [one for one, each in zip(offered, odds.tolist(), strict=True) if each > self.term_cut]


def _named(weights: Array, names: Sequence[str]) -> dict[str, float]:
    return dict(zip((*names, "bias"), weights.round(4).tolist(), strict=True))


def _weights(plain: Mapping[str, float], names: Sequence[str]) -> Array:
    return np.array([plain[name] for name in (*names, "bias")])


@cache
def shipped_model() -> Model:
    """The model that ships with the package."""
    return Model.from_json(json.loads(files("qa.dialogue").joinpath("weights.json").read_text(encoding="utf-8")))
