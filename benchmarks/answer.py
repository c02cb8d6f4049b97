"""What a whole answer takes in an open library, warm, one thread, and each stage of it.

    python -m benchmarks.answer FOLDER --questions questions.txt

Every question is answered once before the timed rounds; its time is the median of them. Opening builds the index in the
cache when it is not there, as everywhere.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from threadpoolctl import threadpool_limits

from benchmarks.ours import answered_in_stages
from benchmarks.report import markdown, percentile
from qa.errors import QAError
from qa.library import Library, open_library

__all__ = ["SHOWN", "measure", "table"]

SHOWN = 3
"""Quotes of an answer, as many as are shown to a user."""
WHOLE = "whole answer"


def measure(library: Library, questions: Sequence[str], *, rounds: int = 3) -> dict[str, list[float]]:
    """Seconds of a whole answer and of its stages by name, for each question.

    Stages are timed when all questions have been answered, so that a document is made again for both.
    """
    for question in questions:
        library.answer(question, k=SHOWN)
    taken = [_round(library, questions) for _ in range(rounds)]
    return {
        stage: [statistics.median(times) for times in zip(*(each[stage] for each in taken), strict=True)]
        for stage in taken[0]
    }


def _round(library: Library, questions: Sequence[str]) -> dict[str, list[float]]:
    whole = [_seconds(library, question) for question in questions]
    stages = [answered_in_stages(library, question, SHOWN) for question in questions]
    return {WHOLE: whole, **{stage: [each[stage] for each in stages] for stage in stages[0]}}


def _seconds(library: Library, question: str) -> float:
    began = time.perf_counter()
    library.answer(question, k=SHOWN)
    return time.perf_counter() - began


def table(taken: dict[str, list[float]]) -> str:
    """The stages with their p50 and p95, as Markdown."""
    lines = [
        (stage if stage == WHOLE else f"of it: {stage}", *(f"{1e3 * percentile(times, of):.2f}" for of in (50, 95)))
        for stage, times in taken.items()
    ]
    return markdown(("one thread, warm", "p50 ms", "p95 ms"), lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.answer", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="documents")
    parser.add_argument("--questions", type=Path, required=True, metavar="FILE", help="one question a line")
    parser.add_argument("--exclude", action="append", default=[], metavar="GLOB", help="files to leave out")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="timed rounds (default: 3)")
    options = parser.parse_args(argv)
    try:
        library = open_library(options.folder, exclude=options.exclude)
        questions = options.questions.read_text(encoding="utf-8").splitlines()
        with threadpool_limits(1):
            taken = measure(library, questions, rounds=options.rounds)
    except (QAError, OSError) as error:
        print(f"benchmarks.answer: {error}", file=sys.stderr)
        return 2
    print(f"{library.passage_count:,} passages, {len(questions)} questions, median of {options.rounds} rounds\n")
    print(table(taken))
    return 0


if __name__ == "__main__":
    sys.exit(main())
