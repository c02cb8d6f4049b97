"""Run and judgement files as trec_eval reads them, and predictions for SQuAD's official script."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from eval.files import write
from eval.questions.wrong import Wrong, lines
from eval.run import Outcome, Ranking, document_label
from qa.errors import GoldError, QAError

__all__ = ["export_predictions", "export_qrels", "export_run", "read_run"]


def export_run(outcomes: Sequence[Outcome], file: Path) -> None:
    """Every system's ranking; of several systems each in a file of its own, whose name has the system's before its end.

    trec_eval sorts by score, and equal scores by name; so that it finds the order that was found here, a score that is
    not below the one before it is written as the next smaller number.
    """
    systems = list(outcomes[0].rankings)
    for system in systems:
        target = file if len(systems) == 1 else file.with_name(f"{file.stem}.{system}{file.suffix}")
        write(target, "".join(line for outcome in outcomes for line in _run_lines(outcome, system)))


def _run_lines(outcome: Outcome, system: str) -> Iterator[str]:
    ranking = outcome.rankings[system]
    below = np.float32(math.inf)
    for rank, (label, score) in enumerate(zip(ranking.labels, ranking.scores, strict=True), 1):
        below = min(np.float32(score), np.nextafter(below, np.float32(-math.inf)))
        yield f"{document_label(outcome.question.id)} Q0 {label} {rank} {below} {document_label(system)}\n"


def export_qrels(outcomes: Sequence[Outcome], file: Path) -> None:
    """What is relevant to each question, with its grade."""
    write(
        file,
        "".join(
            f"{document_label(outcome.question.id)} 0 {label} {grade}\n"
            for outcome in outcomes
            for label, grade in outcome.relevant.items()
        ),
    )


def export_predictions(outcomes: Sequence[Outcome], file: Path) -> None:
    """The short answer to each question by its id, "" for a refusal, of the first system that answers."""
    system = next(iter(outcomes[0].choices), None)
    if system is None:
        raise QAError("--export-squad needs a system that answers, such as fused")
    answers = {outcome.question.id: outcome.choices[system].short_answer for outcome in outcomes}
    write(file, json.dumps(answers, ensure_ascii=False, indent=0) + "\n")


def read_run(file: Path, outcomes: Sequence[Outcome], wrong: Wrong) -> tuple[str, list[Ranking]]:
    """The name of a TREC run and its ranking for each outcome's question, in trec_eval's order.

    Raises GoldError, naming the line, for a wrong one, and when it ranks nothing that could be relevant: the names are
    then not those of `export_qrels`.
    """
    asked = {document_label(outcome.question.id) for outcome in outcomes}
    found: dict[str, dict[str, float]] = {name: {} for name in asked}
    tag = file.stem
    for place, line in lines(file):
        with wrong.at(place):
            question, label, score, tag = _fields(line)
            if label in found.get(question, {}):
                raise ValueError(f"{label} is ranked twice for question {question}")
            found.setdefault(question, {})[label] = score
    if not any(
        label in found[document_label(outcome.question.id)] for outcome in outcomes for label in outcome.relevant
    ):
        raise GoldError(
            f"{file}: ranks nothing that is relevant to any question: names are those of --export-qrels, which are "
            "passages unless --by-document is given"
        )
    return tag, [_ranking(found[document_label(outcome.question.id)]) for outcome in outcomes]


def _fields(line: str) -> tuple[str, str, float, str]:
    fields = line.split()
    if len(fields) != 6:
        raise ValueError(f"expected question, Q0, document, rank, score and system, not {len(fields)} fields")
    try:
        score = float(fields[4])
    except ValueError:
        raise ValueError(f"expected a score that is a number, not {fields[4]!r}") from None
    return fields[0], fields[2], score, fields[5]


def _ranking(scores: dict[str, float]) -> Ranking:
    order = sorted(sorted(scores, reverse=True), key=lambda label: -scores[label])
    return Ranking(tuple(order), np.array([scores[label] for label in order]))
