"""Questions that stand alone -> what ten turns about other things do to their readings and answers.

    python -m eval.unrelated [--gold FILE] [--corpus PATH]

Every question of a gold file, follow-ups as a person rewrote them, is asked alone, then after the answers to questions
about other documents, drawn with a fixed seed. Nothing should change. Exit codes: 0 no answer got worse, 1 one did, 2
wrong usage, 130 after Control-C.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from eval.judge import Results
from eval.options import GOLD, count
from eval.questions import Question, QuestionSet, followed, from_gold
from eval.run import Outcome, run
from eval.statistics import SEED
from qa import dialogue
from qa.errors import QAError
from qa.index import build
from qa.library import sureness
from qa.model import Answer
from qa.present import one_line, printable

__all__ = ["MEASURES", "Pair", "compared", "main", "pairs"]

SYSTEM = "fused"
TURNS = 10
DRAWS = 4
MEASURES = ("sentence@1", "sentence@3", "shown@1", "refused")
"""Of which none should fall: the last of questions that nothing answers, the others of those that something does."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A question asked alone, and after other turns, where those changed how it was read; the same outcome if not."""

    alone: Outcome
    late: Outcome

    @property
    def read_otherwise(self) -> bool:
        """Whether the other turns changed how the question was read."""
        return self.late.standalone != self.alone.standalone

    @property
    def quotes_otherwise(self) -> bool:
        """Whether its first quote is another."""
        first, then = (outcome.choices[SYSTEM].quotes[:1] for outcome in (self.alone, self.late))
        return [(quote.path, quote.start) for quote in first] != [(quote.path, quote.start) for quote in then]


def main(argv: list[str] | None = None) -> int:
    """Ask twice, print what changed, and say whether an answer got worse."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.unrelated", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--gold", type=Path, default=GOLD, metavar="FILE", help="default: the bundled questions")
    parser.add_argument("--corpus", type=Path, metavar="PATH", help="its documents (default: the bundled ones)")
    parser.add_argument("--draws", type=count, default=DRAWS, metavar="N", help=f"histories a question ({DRAWS})")
    parser.add_argument("--turns", type=count, default=TURNS, metavar="N", help=f"questions before it ({TURNS})")
    options = parser.parse_args(argv)
    try:
        found = pairs(from_gold(options.gold, options.corpus), draws=options.draws, turns=options.turns)
    except KeyboardInterrupt:
        return 130
    except QAError as error:
        print(f"eval.unrelated: {one_line(str(error))}", file=sys.stderr)
        return 2
    print(f"after {options.turns} turns about other documents, seed {SEED}")
    print(printable("\n".join(_lines(found))))
    return int(any(worse for _, worse in compared(found).values()))


def pairs(questions: QuestionSet, *, draws: int = DRAWS, turns: int = TURNS) -> list[Pair]:
    """Every question alone and after each of its histories. Raises QAError where there are no other documents."""
    questions = followed(questions, "rewritten")
    alone = run(questions, systems=[SYSTEM])
    index = build(questions.documents)
    answers = [_answer(outcome) for outcome in alone]
    draw = np.random.default_rng(SEED)
    read: list[tuple[Outcome, Question]] = []
    for outcome in alone * draws:
        others = _unrelated(outcome, alone)
        if not others:
            raise QAError(f"{questions.name}: {outcome.question.id}: no question is about other documents")
        history = [answers[number] for number in draw.permutation(others)[:turns]]
        text = dialogue.standalone(outcome.question.text, history, sure=partial(sureness, index))
        read.append((outcome, replace(outcome.question, text=text)))
    changed = list(dict.fromkeys(question for outcome, question in read if question.text != outcome.standalone))
    late = dict(zip(changed, run(questions, changed, systems=[SYSTEM]), strict=True))
    return [Pair(outcome, late.get(question, outcome)) for outcome, question in read]


def _answer(outcome: Outcome) -> Answer:
    """An outcome as the chat would remember it."""
    choice, asked = outcome.choices[SYSTEM], outcome.question.text
    quotes, nearest = (choice.quotes, ()) if choice.answered else ((), choice.quotes)
    return Answer(asked, outcome.standalone, quotes, nearest, choice.confidence)


def _unrelated(outcome: Outcome, every: Sequence[Outcome]) -> list[int]:
    """The numbers of the questions that no document answers together with this one."""
    own = {anchor.path for anchor in outcome.question.anchors}
    return [
        number
        for number, other in enumerate(every)
        if other is not outcome and own.isdisjoint(anchor.path for anchor in other.question.anchors)
    ]


def compared(found: Sequence[Pair]) -> dict[str, tuple[int, int]]:
    """In how many pairs each of MEASURES got better, and in how many worse."""
    alone, late = (Results([getattr(pair, which) for pair in found]).values for which in ("alone", "late"))
    differences = {name: late[f"{SYSTEM} {name}"] - alone[f"{SYSTEM} {name}"] for name in MEASURES}
    return {name: (int((by > 0).sum()), int((by < 0).sum())) for name, by in differences.items()}


def _lines(found: Sequence[Pair]) -> Iterator[str]:
    changed = [pair for pair in found if pair.read_otherwise]
    yield f"{'asked':<24}{len(found):>8}"
    yield f"{'read otherwise':<24}{len(changed):>8}"
    yield f"{'another first quote':<24}{sum(pair.quotes_otherwise for pair in found):>8}"
    yield f"{'':<24}{'better':>8}{'worse':>8}"
    for name, (better, worse) in compared(found).items():
        yield f"{name:<24}{better:>8}{worse:>8}"
    for pair in changed:
        yield f"{pair.alone.question.id}: {pair.late.standalone}"


if __name__ == "__main__":
    sys.exit(main())
