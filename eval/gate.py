"""The baseline: values per question that a later run is held to, and the figures that were reported with them.

    {"set": …, "figures": {"fused R@5 (paraphrase)": 0.72, …},
     "measures": ["fused R@5", …], "questions": {"g001": [1, …], …}}

A run fails when a measure fell and the fall is real (paired randomisation, Holm-corrected, 5 %), or when it fell beyond
the tolerance over enough questions to speak of; and when a question of the baseline is no longer asked, or measured.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from eval.judge import Results
from eval.report import figures
from eval.statistics import holm, randomisation_test
from qa.errors import QAError

__all__ = ["ENOUGH", "SIGNIFICANT", "TOLERANCE", "Baseline", "Verdict", "baseline_of", "held_to", "load", "write"]

TOLERANCE = 0.02
"""How far a measure may fall by what may be chance."""
ENOUGH = 100
"""Questions below which the tolerance does not hold, for one question moves the mean too far."""
SIGNIFICANT = 0.05
NEGLIGIBLE = 0.001
"""A change that is not spoken of, however sure: the last bits of another processor make one."""
_PASSAGES = ("R@1", "R@5", "nDCG@10")
_DOCUMENTS = ("R@10", "nDCG@10", "MAP")
_ANSWERS = ("sentence@1", "sentence@3", "shown@1", "refused", "trust")
_MOST_NAMED = 12
"""Questions of a change that are named."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """What was reported, and by measure and question, what was measured; a question has only what applies to it."""

    name: str
    figures: Mapping[str, float]
    values: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What fell, and what else should be known, each a line."""

    failures: tuple[str, ...]
    notices: tuple[str, ...]


def baseline_of(name: str, results: Results) -> Baseline:
    """The baseline that this run would be."""
    measures = [f"{system} {m}" for system in results.systems for m in (_DOCUMENTS if results.judged else _PASSAGES)]
    measures += [f"{system} {measure}" for system in results.answering for measure in _ANSWERS]
    ids = [outcome.question.id for outcome in results.outcomes]
    values = {
        measure: {
            question: round(float(value), 4)
            for question, value in zip(ids, results.values[measure], strict=True)
            if not math.isnan(value)
        }
        for measure in measures
    }
    found = {figure: round(value, 4) for figure, value in figures(results).items() if not math.isnan(value)}
    return Baseline(name, found, {measure: of for measure, of in values.items() if of})


def write(baseline: Baseline, file: Path) -> None:
    """Keep a baseline in a file, a line a question. Raises QAError when it cannot be written."""
    ids = dict.fromkeys(question for of in baseline.values.values() for question in of)
    lines = [
        f"  {json.dumps(question)}: {json.dumps([_short(of.get(question)) for of in baseline.values.values()])}"
        for question in ids
    ]
    head = {"set": baseline.name, "figures": dict(baseline.figures), "measures": list(baseline.values)}
    text = json.dumps(head, indent=1, ensure_ascii=False).removesuffix("\n}")
    try:
        file.write_text(text + ',\n "questions": {\n' + ",\n".join(lines) + "\n }\n}\n", encoding="utf-8")
    except OSError as error:
        raise QAError(f"{file}: the baseline cannot be written: {error.strerror}") from None


def _short(value: float | None) -> float | None:
    """Without a decimal point where none is needed."""
    return value if value is None or value % 1 else int(value)


def load(file: Path) -> Baseline:
    """The baseline in a file. Raises QAError when there is none."""
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise QAError(f"{file}: no baseline: {getattr(error, 'strerror', None) or error}") from None
    try:
        return _parsed(kept)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise QAError(f"{file}: no baseline of this format; --update-baseline writes one") from None


def _parsed(kept: Any) -> Baseline:
    columns: dict[str, dict[str, float]] = {measure: {} for measure in kept["measures"]}
    for question, row in kept["questions"].items():
        for measure, value in zip(columns, row, strict=True):
            if value is not None:
                columns[measure][question] = float(value)
    return Baseline(str(kept["set"]), {name: float(value) for name, value in kept["figures"].items()}, columns)


def held_to(baseline: Baseline, now: Baseline, tolerance: float = TOLERANCE) -> Verdict:
    """Whether a run, as the baseline it would be, is as good as the baseline."""
    failures, notices = _questions(baseline, now)
    changes = [_change(measure, then, now.values.get(measure, {})) for measure, then in baseline.values.items()]
    compared = [change for change in changes if change.shared]
    for change, p in zip(compared, holm([change.p for change in compared]), strict=True):
        sure = p <= SIGNIFICANT and abs(change.difference) > NEGLIGIBLE
        if sure or (abs(change.difference) > tolerance and change.shared >= ENOUGH):
            (failures if change.difference < 0 else notices).append(change.told(p))
    failures += [f"no longer measured: {change.measure} of {_named(change.gone)}" for change in changes if change.gone]
    return Verdict(tuple(failures), tuple(notices))


def _questions(baseline: Baseline, now: Baseline) -> tuple[list[str], list[str]]:
    """What is to be said of questions that are in one of the two only; a new label shows in what is measured."""
    then_ids, now_ids = (
        {question for of in values.values() for question in of} for values in (baseline.values, now.values)
    )
    failures = [f"no longer asked: {_named(sorted(then_ids - now_ids))}"] if then_ids - now_ids else []
    notices = [f"not in the baseline: {_named(sorted(now_ids - then_ids))}"] if now_ids - then_ids else []
    return failures, notices


@dataclass(frozen=True, slots=True)
class _Change:
    """One measure, then and now, over the questions that both have."""

    measure: str
    shared: int
    then: float
    now: float
    p: float
    won: Sequence[str]
    lost: Sequence[str]
    gone: Sequence[str]

    @property
    def difference(self) -> float:
        return self.now - self.then

    def told(self, p: float) -> str:
        """One line: how far, how sure, and which questions."""
        where = "below" if self.difference < 0 else "above"
        means = f"{self.measure} is {self.now:.4f}, was {self.then:.4f} (p {p:.4f} by Holm, n {self.shared})"
        return f"{where} the baseline: {means}; lost: {_named(self.lost)}; won: {_named(self.won)}"


def _change(measure: str, then: Mapping[str, float], now: Mapping[str, float]) -> _Change:
    shared = [question for question in then if question in now]
    before = np.array([then[question] for question in shared])
    after = np.array([now[question] for question in shared])
    return _Change(
        measure=measure,
        shared=len(shared),
        then=float(before.mean()) if shared else math.nan,
        now=float(after.mean()) if shared else math.nan,
        p=randomisation_test(after - before),
        won=[question for question in shared if now[question] > then[question]],
        lost=[question for question in shared if now[question] < then[question]],
        gone=[question for question in then if question not in now],
    )


def _named(questions: Sequence[str]) -> str:
    """The first few by id, and how many more."""
    if not questions:
        return "none"
    more = f" and {len(questions) - _MOST_NAMED} more" if len(questions) > _MOST_NAMED else ""
    return ", ".join(questions[:_MOST_NAMED]) + more
