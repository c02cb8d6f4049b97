"""Gold questions -> a promise: of the answers shown at most so many are wrong.

The questions are asked, and nothing is fitted to them. A fixed grid of cuts on confidence is tested from the strictest
down, each with an exact binomial test, and the first that fails ends it: each hypothesis is tested only when all before
it were rejected, so that all tests together keep the level of one (fixed-sequence testing; for selective answers see
Angelopoulos et al. 2021, "Learn then Test"). The sequence begins where enough is shown that a wrong answer or two need
not end it; how much a cut shows says nothing about what is wrong. That start assumes only that answers of less
confidence than where the promise is first broken do not keep it either.

    >>> fewest(0.10), fewest(0.10, wrong=1)
    (29, 46)
    >>> down = descend([Judged(0.97, True)] * 50 + [Judged(0.62, False)] * 10, risk=0.10)
    >>> [(tested.cut, tested.shown, tested.wrong, tested.holds) for tested in down][-2:]
    [(0.65, 50, 0, True), (0.6, 60, 10, False)]
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qa.errors import GoldError, QAError, QuestionError
from qa.gold import Anchor, GoldItem
from qa.library import Library
from qa.model import Promise, Quote

__all__ = [
    "CUTS",
    "SURE",
    "Calibration",
    "Judged",
    "Trial",
    "calibrate",
    "chance_of_so_few",
    "check",
    "descend",
    "fewest",
    "judge",
    "upper_bound",
]

SURE = 0.95
CUTS = tuple(round(0.95 - 0.05 * step, 2) for step in range(19))
"""The grid, strictest first. Chosen before any question was asked; never by what it gives."""
_FIRST_SHARE = 0.2
"""Share of the questions that the first cut tested need not exceed. In simulation less made fewer promises where the
sure answers are all about as good, more where they are the better the surer."""


@dataclass(frozen=True, slots=True)
class Judged:
    """How sure the tool was of its first quote, and whether that quote holds the answer."""

    confidence: float
    right: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """A cut, how many answers it shows and how many of them are wrong, and whether the promise holds there."""

    cut: float
    shown: int
    wrong: int
    holds: bool


@dataclass(frozen=True, slots=True)
class Calibration:
    """What came of asking: the cuts that were tested, in order, and the promise that the last good one allows, if any.

    `most` is how many of the questions the loosest cut of all would show an answer to.
    """

    risk: float
    asked: int
    most: int
    tested: tuple[Trial, ...]
    promise: Promise | None

    @property
    def needed(self) -> int:
        """How many answers it takes for the promise with as many wrong ones as there are among the surest."""
        return fewest(self.risk, self.tested[0].wrong if self.tested else 0)


def calibrate(library: Library, items: Iterable[GoldItem], *, risk: float = 0.10) -> Calibration:
    """Ask the questions and test what can be promised. Nothing is stored: `library.keep_promise` does that.

    Raises QAError for a risk that is not between 0 and 1, GoldError for a question that cannot be asked.
    """
    check(risk)
    judged = judge(library, items)
    tested = descend(judged, risk=risk)
    best = next((one for one in reversed(tested) if one.holds), None)
    promise = Promise(risk, SURE, best.cut, asked=len(judged), shown=best.shown, wrong=best.wrong) if best else None
    most = sum(one.confidence >= CUTS[-1] for one in judged)
    return Calibration(risk, len(judged), most, tested, promise)


def check(risk: float) -> None:
    """Raise QAError for a risk that is none."""
    if not 0 < risk < 1:
        raise QAError(f"risk is {risk}: it is a share of wrong answers, more than 0 and less than 1")


def judge(library: Library, items: Iterable[GoldItem]) -> list[Judged]:
    """Ask each question once, even if it comes twice: a copy is no further evidence."""
    judged = {}
    for item in items:
        asked = (item.question, item.history)
        if asked not in judged:
            judged[asked] = _judged(library, item)
    return list(judged.values())


def _judged(library: Library, item: GoldItem) -> Judged:
    """The first quote counts, shown as an answer or, below the present cut, as a near miss."""
    try:
        answer = library.answer(item.question, history=item.history, k=1)
    except QuestionError as error:
        raise GoldError(f"question {item.id}: {error}") from None
    first = next(iter(answer.quotes or answer.nearest), None)
    if first is None:
        return Judged(0.0, False)
    return Judged(answer.confidence, any(_holds(first, anchor) for anchor in item.anchors))


def _holds(quote: Quote, anchor: Anchor) -> bool:
    return quote.path == anchor.path and quote.start <= anchor.start and anchor.end <= quote.end


def descend(judged: Sequence[Judged], *, risk: float) -> tuple[Trial, ...]:
    """The cuts that are tested, strictest first; all hold but perhaps the last, which ended it."""
    tested: list[Trial] = []
    least = _first_shown(risk, len(judged))
    for cut in CUTS:
        shown = [one for one in judged if one.confidence >= cut]
        if len(shown) < least:
            continue
        wrong = sum(not one.right for one in shown)
        holds = chance_of_so_few(wrong, len(shown), risk) <= 1 - SURE
        tested.append(Trial(cut, len(shown), wrong, holds))
        if not holds:
            break
    return tuple(tested)


def _first_shown(risk: float, asked: int) -> int:
    """How many answers the first cut shows at least: what passes with as many wrong as a share of the questions lets.

    >>> _first_shown(0.10, 50), _first_shown(0.10, 300)
    (29, 46)
    """
    wrong = 0
    while fewest(risk, wrong + 1) <= _FIRST_SHARE * asked:
        wrong += 1
    return fewest(risk, wrong)


def chance_of_so_few(wrong: int, shown: int, risk: float) -> float:
    """The chance of `wrong` or fewer wrong answers of `shown` when each is wrong with probability `risk`: binomial.

    >>> round(chance_of_so_few(0, 29, 0.10), 4), round(chance_of_so_few(0, 28, 0.10), 4)
    (0.0471, 0.0523)
    """
    if wrong >= shown:
        return 1.0
    of_all, right, failed = math.lgamma(shown + 1), math.log1p(-risk), math.log(risk)
    logs = (
        of_all - math.lgamma(k + 1) - math.lgamma(shown - k + 1) + k * failed + (shown - k) * right
        for k in range(wrong + 1)
    )
    return min(math.fsum(map(math.exp, logs)), 1.0)


def upper_bound(wrong: int, shown: int, *, sure: float = SURE) -> float:
    """The highest risk that `wrong` of `shown` leaves possible: the one-sided bound of Clopper and Pearson (1934).

    >>> round(upper_bound(0, 29), 4), upper_bound(3, 3)
    (0.0981, 1.0)
    """
    if wrong >= shown:
        return 1.0
    low, high = 0.0, 1.0
    while (middle := (low + high) / 2) not in (low, high):
        if chance_of_so_few(wrong, shown, middle) <= 1 - sure:
            high = middle
        else:
            low = middle
    return high


def fewest(risk: float, wrong: int = 0) -> int:
    """How many answers a promise needs when `wrong` of them are wrong."""
    low, high = wrong, wrong + 1
    while chance_of_so_few(wrong, high, risk) > 1 - SURE:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if chance_of_so_few(wrong, middle, risk) > 1 - SURE:
            low = middle
        else:
            high = middle
    return high
