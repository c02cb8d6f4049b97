"""The frozen nouns of an explanation: why a quote has its score, and what decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from qa.model import Quote

__all__ = ["Contribution", "Explanation", "Reason", "WordFound", "WordPlace"]

WordPlace = Literal["inside", "above", "beside", "around", "alike", "missing"]
"""Where a question's word stands, seen from a sentence: in it, in what is above it, in the sentences beside it that it
may speak of, elsewhere in its passage; not at all, but the sentence has a word that means much the same; none of
these."""


@dataclass(frozen=True, slots=True)
class WordFound:
    """A word of a question, as it spells it, where it stands, and its share of the question's weight."""

    word: str
    place: WordPlace
    share: float


@dataclass(frozen=True, slots=True)
class Contribution:
    """A part of a score: a value times its weight. `group` is what it is told together with."""

    name: str
    group: str
    value: float
    weight: float

    @property
    def amount(self) -> float:
        """What it adds to the score."""
        return self.value * self.weight


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a quote has its score: the contributions add up to it."""

    quote: Quote
    score: float
    words: tuple[WordFound, ...]
    contributions: tuple[Contribution, ...]

    @property
    def groups(self) -> dict[str, float]:
        """What each group of contributions adds to the score."""
        amounts: dict[str, float] = {}
        for part in self.contributions:
            amounts[part.group] = amounts.get(part.group, 0.0) + part.amount
        return amounts

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        quote = self.quote
        return {
            "path": quote.path,
            "start": quote.start,
            "end": quote.end,
            "line": quote.line,
            "page": quote.page,
            "score": self.score,
            "words": [{"word": found.word, "place": found.place, "share": found.share} for found in self.words],
            "contributions": [
                {
                    "name": part.name,
                    "group": part.group,
                    "value": part.value,
                    "weight": part.weight,
                    "amount": part.amount,
                }
                for part in self.contributions
            ],
            "groups": self.groups,
        }


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an answer is what it is: a Reason for each of its quotes, or near misses, and for the next best sentence.

    It answers when `confidence` is `cut` or more. `runner_up` is the best sentence outside the first quote, which may
    be the second quote; None when there is no other.
    """

    question: str
    answered: bool
    confidence: float
    cut: float
    reasons: tuple[Reason, ...]
    runner_up: Reason | None

    @property
    def decided(self) -> dict[str, float]:
        """By how much the first quote is ahead of the runner-up in each group; together, of the runner-up's score."""
        if not self.reasons or self.runner_up is None:
            return {}
        first, second = self.reasons[0].groups, self.runner_up.groups
        ahead = {group: first.get(group, 0.0) - second.get(group, 0.0) for group in (*first, *second)}
        return dict(sorted(ahead.items(), key=lambda entry: -abs(entry[1])))

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "question": self.question,
            "answered": self.answered,
            "confidence": self.confidence,
            "cut": self.cut,
            "reasons": [reason.to_dict() for reason in self.reasons],
            "runner_up": self.runner_up and self.runner_up.to_dict(),
            "decided": self.decided,
        }
