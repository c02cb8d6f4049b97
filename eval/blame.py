"""Which stage of the tool is to blame for a wrong answer."""

from __future__ import annotations

from eval.judge import ranks
from eval.metrics import f1
from eval.run import Outcome

__all__ = ["RIGHT", "stage"]

RIGHT = "right"


def stage(outcome: Outcome, system: str) -> str:
    """The first stage that went wrong, or RIGHT.

    A span is wrong when a short answer was marked that shares no word with any that is known.
    """
    choice = outcome.choices[system]
    if not outcome.question.answerable:
        return "answered, though nothing answers" if choice.answered else RIGHT
    if not ranks(outcome.rankings[system], outcome.wanted):
        return "not retrieved"
    if choice.rank != 1:
        return "retrieved but not selected"
    if not choice.answered:
        return "selected but refused"
    marked = choice.quotes[0].answer
    if marked and outcome.question.answers and not f1(marked, outcome.question.answers):
        return "wrong span"
    return RIGHT
