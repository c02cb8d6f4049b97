"""Systems side by side: each one's mean with its intervals, and whether its difference from the first is real."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from eval.judge import Array, Results
from eval.statistics import (
    CLUSTERS_NEEDED,
    DRAWS,
    SEED,
    Comparison,
    Interval,
    bootstrap,
    clustered_bootstrap,
    compare,
    holm,
)
from qa.errors import QAError

__all__ = ["HEAD", "MEASURES", "Row", "cells", "compared", "comparison", "explained", "span"]

PASSAGES = ("R@1", "R@5", "MRR", "nDCG@10")
DOCUMENTS = ("R@10", "MRR", "nDCG@10", "MAP")
ANSWERS = ("sentence@1", "shown@1")
"""What is compared where passages are found, where documents are judged, and of systems that choose quotes."""
MEASURES = tuple(dict.fromkeys((*PASSAGES, *DOCUMENTS, *ANSWERS)))

HEAD = {
    "mean": 8,
    "95 % interval": 16,
    "by document": 16,
    "difference": 13,
    "effect": 9,
    "won": 9,
    "lost": 9,
    "p": 9,
    "detects": 9,
}
"""Columns and their widths."""


@dataclass(frozen=True, slots=True)
class Row:
    """One system and measure; `against` is None for the first system, which the others are compared with."""

    measure: str
    system: str
    mean: float
    interval: Interval
    clustered: Interval | None
    against: Comparison | None


def compared(results: Results) -> list[Row]:
    """Every system in every measure, or in the planned one, over all answerable questions; p is corrected (Holm).

    Raises QAError for a planned measure that says nothing of these systems.
    """
    measures = [(measure, systems) for measure, systems in _measures(results) if results.planned in (None, measure)]
    if not measures:
        compared_in = ", ".join(dict(_measures(results)))
        raise QAError(f"{results.planned}: these systems are not compared in it, but in {compared_in}")
    rows = [row for measure, systems in measures for row in _rows(results, measure, systems)]
    corrected = iter(holm([row.against.p for row in rows if row.against]))
    return [replace(row, against=replace(row.against, p=next(corrected))) if row.against else row for row in rows]


def _measures(results: Results) -> Iterator[tuple[str, Sequence[str]]]:
    for measure in DOCUMENTS if results.judged else PASSAGES:
        yield measure, results.systems
    for measure in ANSWERS if results.answering else ():
        yield measure, results.answering


def _rows(results: Results, measure: str, systems: Sequence[str]) -> Iterator[Row]:
    asked = results.mask(lambda outcome: outcome.question.answerable)
    if not asked.any():
        return
    sources = [outcome.question.source for outcome in results.outcomes if outcome.question.answerable]
    base: Array = results.values[f"{systems[0]} {measure}"][asked]
    for system in systems:
        values = results.values[f"{system} {measure}"][asked]
        yield Row(
            measure=measure,
            system=system,
            mean=float(values.mean()),
            interval=bootstrap(values),
            clustered=clustered_bootstrap(values, sources),
            against=None if system == systems[0] else compare(values, base),
        )


def comparison(results: Results) -> str:
    """The table of all rows, and how to read it. Nothing when no question can be answered."""
    rows = compared(results)
    if not rows:
        return ""
    names = max(8, *(len(row.system) for row in rows)) + 2
    lines = [f"{'is it real?':<12}{'system':<{names}}" + _aligned(tuple(HEAD))]
    measure = ""
    for row in rows:
        lines.append(f"{row.measure if row.measure != measure else '':<12}{row.system:<{names}}{_aligned(cells(row))}")
        measure = row.measure
    return "\n".join([*map(str.rstrip, lines), "", *explained(results, rows)])


def _aligned(cells: Sequence[str]) -> str:
    return "".join(f"{cell:>{width}}" for cell, width in zip(cells, HEAD.values(), strict=True))


def cells(row: Row) -> tuple[str, ...]:
    """What stands in the columns of HEAD."""
    own = f"{row.mean:.3f}", span(row.interval), span(row.clustered)
    if row.against is None:
        return (*own, *[""] * (len(HEAD) - len(own)))
    against = row.against
    p = f"{against.p:.4f}" if against.p >= 0.0001 else "<.0001"
    found = "-" if math.isnan(against.detectable) else f"{against.detectable:.3f}"
    effect = "-" if math.isnan(against.effect) else f"{against.effect:+.2f}"
    return (*own, f"{against.difference:+.3f}", effect, f"{against.won:.1%}", f"{against.lost:.1%}", p, found)


def span(interval: Interval | None) -> str:
    """An interval as a table has it, a dash for none."""
    return "-" if interval is None else f"{interval.low:.3f}–{interval.high:.3f}"


def explained(results: Results, rows: Sequence[Row]) -> Iterator[str]:
    """What the columns are, and what so many questions can show, in words."""
    asked = [outcome.question for outcome in results.outcomes if outcome.question.answerable]
    yield f"intervals: bootstrap by question, and by document with all its questions; {DRAWS:,} draws, seed {SEED}"
    if rows[0].clustered is None and not results.judged:
        sources = len({question.source for question in asked})
        yield f"none by document: the questions are about {sources} of them, and {CLUSTERS_NEEDED} are needed"
    tests = [row.against for row in rows if row.against]
    if tests:
        first = results.systems[0]
        if len(results.answering) > 1 and results.answering[0] != first:
            first += f", of quotes against {results.answering[0]}"
        yield "effect: the difference in standard deviations of the questions' differences; 0.2 is small, 0.8 large"
        yield f"p: paired randomisation test against {first}; {DRAWS:,} draws, {_correction(results, len(tests))}"
        yield from _in_words(len(asked), [row for row in rows if row.against])


def _correction(results: Results, tests: int) -> str:
    planned = f", in the one measure that was planned, {results.planned}" if results.planned else ""
    return f"Holm-corrected for {tests} test{'s' if tests > 1 else ''}{planned}"


def _in_words(asked: int, rows: Sequence[Row]) -> Iterator[str]:
    """The smallest difference that four of five such sets of questions show, of the first row that has one."""
    for row in rows:
        if row.against and not math.isnan(row.against.detectable):
            yield (
                f"detects: with {asked} questions like these, a difference of {row.against.detectable:.3f} in "
                f"{row.measure} between {row.system} and the first would be found four times in five; "
                "a smaller one may go unseen"
            )
            return
