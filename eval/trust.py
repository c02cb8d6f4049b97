"""Results -> how far confidence and refusals can be trusted: figures with intervals, system beside system.

Judged apart, by what the answerable questions stand beside: nothing; the set's own unanswerable ones; and themselves
asked again while what answers them is hidden. An answer is right when the first quote holds one, be it shown or not.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from eval.compared import span
from eval.judge import Array, Mask, Results
from eval.metrics import auroc, brier, calibration_error, recall, risk_coverage_area, share
from eval.questions import MASKED
from eval.run import Outcome
from eval.statistics import CLUSTERS_NEEDED, CURVE_DRAWS, SEED, Interval, bootstrap_of

__all__ = [
    "MEASURES",
    "WITH_MASKED",
    "Replies",
    "Trust",
    "explained",
    "populations",
    "replies",
    "trust_table",
    "trusted",
]

MEASURES = {
    "AUROC": "confidence of answerable above that of other questions",
    "refused": "share of the others that are refused",
    "balanced error": "mean of answerable refused and others answered",
    "coverage": "share of all that are answered, at the cut that ships",
    "risk": "share wrong of what is answered",
    "AURC": "mean risk over all coverages",
    "ECE": "calibration error, 10 bins",
    "Brier": "mean squared error of confidence",
}
"""By name, what each is; the first three say nothing where all questions are answerable."""

ANSWERABLE, WITH_UNANSWERABLE, WITH_MASKED = "answerable alone", "with unanswerable", "with masked"
"""The populations, as the tables call them."""
_WIDTH = 36
_HEAD = f"{'figure':>8}{'95 % interval':>16}{'by document':>16}"


@dataclass(frozen=True, slots=True)
class Replies:
    """How one system replied to some questions, shape (questions,) each."""

    confidences: Array
    answerable: Mask
    answered: Mask
    right: Mask

    def figures(self, weights: Array | None = None) -> dict[str, float]:
        """The MEASURES, each question counting as often as its weight says."""
        counts = np.ones(len(self.right)) if weights is None else weights
        refused = share(~self.answered[~self.answerable], counts[~self.answerable])
        missed = share(~self.answered[self.answerable], counts[self.answerable])
        return {
            "AUROC": auroc(self.confidences, self.answerable, counts),
            "refused": refused,
            "balanced error": (missed + 1 - refused) / 2,
            "coverage": share(self.answered, counts),
            "risk": share(~self.right[self.answered], counts[self.answered]),
            "AURC": risk_coverage_area(self.confidences, self.right, counts),
            "ECE": calibration_error(self.confidences, self.right, counts),
            "Brier": brier(self.confidences, self.right, counts),
        }

    def intervals(self, units: Sequence[str]) -> dict[str, Interval | None]:
        """The interval of each, when what is drawn anew are units, one named for each question."""
        found = bootstrap_of(lambda weights: [*self.figures(weights).values()], units)
        return dict(zip(MEASURES, found, strict=True))


@dataclass(frozen=True, slots=True)
class Trust:
    """One figure of one system over some questions; None for an interval that cannot be had."""

    population: str
    questions: int
    measure: str
    system: str
    figure: float
    interval: Interval | None
    clustered: Interval | None


def replies(results: Results, system: str, mask: Mask) -> Replies:
    """How a system replied to some of the questions."""
    outcomes = _of_mask(results, mask)
    choices = [outcome.choices[system] for outcome in outcomes]
    return Replies(
        confidences=np.array([choice.confidence for choice in choices]),
        answerable=np.array([outcome.question.answerable for outcome in outcomes]),
        answered=np.array([choice.answered for choice in choices]),
        right=np.array([recall(choice.rank, 1) > 0 for choice in choices]),
    )


def _of_mask(results: Results, mask: Mask) -> list[Outcome]:
    return [outcome for outcome, chosen in zip(results.outcomes, mask, strict=True) if chosen]


def populations(results: Results) -> dict[str, Mask]:
    """Which questions are judged together."""
    answerable = results.mask(lambda outcome: outcome.question.answerable)
    masked = results.mask(lambda outcome: outcome.question.group == MASKED)
    found = {ANSWERABLE: answerable}
    if not (answerable | masked).all():
        found[WITH_UNANSWERABLE] = ~masked
    if masked.any():
        found[WITH_MASKED] = answerable | masked
    return {name: mask for name, mask in found.items() if mask.any()}


def trusted(results: Results) -> list[Trust]:
    """Every figure that can be had, of every system that answers, by population, measure and system."""
    found = [
        row
        for population, mask in populations(results).items()
        for system in results.answering
        for row in _of(results, population, system, mask)
    ]
    order = [*populations(results)]
    return sorted(found, key=lambda row: (order.index(row.population), list(MEASURES).index(row.measure)))


def _of(results: Results, population: str, system: str, mask: Mask) -> Iterator[Trust]:
    found = replies(results, system, mask)
    questions = [outcome.question for outcome in _of_mask(results, mask)]
    intervals = found.intervals([question.asked_as for question in questions])
    clustered: Mapping[str, Interval | None] = {}
    if len({question.source for question in questions}) >= CLUSTERS_NEEDED:
        # a question about no document is drawn by itself
        clustered = found.intervals([question.source or question.asked_as for question in questions])
    for name, figure in found.figures().items():
        if not math.isnan(figure):
            yield Trust(population, len(questions), name, system, figure, intervals[name], clustered.get(name))


def trust_table(results: Results) -> str:
    """The table of all figures, and what they are. Nothing where no system answers."""
    rows = trusted(results) if results.answering else []
    if not rows:
        return ""
    names = max(8, *(len(row.system) for row in rows)) + 2
    blocks = [
        "\n".join(_block(population, [row for row in rows if row.population == population], names))
        for population in dict.fromkeys(row.population for row in rows)
    ]
    return "\n\n".join([*blocks, "\n".join(explained(rows))])


def _block(population: str, rows: Sequence[Trust], names: int) -> Iterator[str]:
    yield f"{f'{population}: {rows[0].questions} questions':<{_WIDTH}}{'system':<{names}}" + _HEAD
    measure = ""
    for row in rows:
        own = f"{row.figure:>8.3f}{span(row.interval):>16}{span(row.clustered):>16}"
        yield f"{row.measure if row.measure != measure else '':<{_WIDTH}}{row.system:<{names}}{own}"
        measure = row.measure


def explained(rows: Sequence[Trust]) -> Iterator[str]:
    """What the figures are, and their intervals."""
    told = {row.measure for row in rows}
    yield "; ".join(f"{measure}: {meaning}" for measure, meaning in MEASURES.items() if measure in told)
    twins = ", a masked one with its twin" if any(row.population == WITH_MASKED for row in rows) else ""
    yield f"intervals: bootstrap by question{twins}, and by document; {CURVE_DRAWS:,} draws, seed {SEED}"
