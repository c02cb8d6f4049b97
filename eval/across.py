"""Several question sets -> one table: what the cut that ships does on each.

    python -m eval.across --squad squad-a.json --sentences selqa-dev.jsonl --gold eval/gold.jsonl

Each set is asked as `python -m eval --system fused --masked` asks it; of a gold file of the bundled documents only the
half that nothing was tuned on. Exit codes are those of `python -m eval`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from eval.compared import span
from eval.judge import Results
from eval.options import count
from eval.questions import Question, QuestionSet, from_gold, from_sentences, from_squad, with_masked
from eval.run import NotVerbatim, run
from eval.trust import Trust, trusted
from qa.errors import QAError
from qa.extract.model import model

SYSTEM = "fused"
COLUMNS = ("coverage", "risk", "refused", "balanced error")


def main(argv: list[str] | None = None) -> int:
    """Ask each set and print its rows as they come."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.across", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--squad", type=Path, action="append", default=[], metavar="FILE")
    parser.add_argument("--sentences", type=Path, action="append", default=[], metavar="FILE")
    parser.add_argument("--gold", type=Path, action="append", default=[], metavar="FILE")
    parser.add_argument("--limit", type=count, metavar="N", help="only the first N questions of each set")
    parser.add_argument("--processes", type=count, metavar="N", help="default: as there are cores and work for")
    options = parser.parse_args(argv)
    if not (options.squad or options.sentences or options.gold):
        parser.error("no question set: name one with --squad, --sentences or --gold")
    try:
        _report(options)
    except KeyboardInterrupt:
        return 130
    except QAError as error:
        print(f"eval.across: {error}", file=sys.stderr)
        return 1 if isinstance(error, NotVerbatim) else 2
    return 0


def _report(options: argparse.Namespace) -> None:
    sets = list(_sets(options))
    width = max(len(questions.name) for questions, _ in sets) + 2
    print(f"the cut that ships: {model().cut}; 95 % intervals, bootstrap by question")
    print(f"{'':<{width}}{'answerable':<20}{'questions':>9}" + "".join(f"{name:>21}" for name in COLUMNS))
    for questions, asked in sets:
        results = Results(run(questions, with_masked(asked), systems=[SYSTEM], processes=options.processes))
        name = questions.name
        for line in _lines(trusted(results)):
            print(f"{name:<{width}}{line}", flush=True)
            name = ""


def _sets(options: argparse.Namespace) -> Iterator[tuple[QuestionSet, list[Question]]]:
    """Every set and which of its questions are asked, read before any is asked."""
    found = [*map(from_squad, options.squad), *map(from_sentences, options.sentences)]
    for questions in found:
        yield questions, list(questions.questions)[: options.limit]
    for file in options.gold:
        questions = from_gold(file, None)
        yield questions, [question for question in questions.questions if question.split == "test"][: options.limit]


def _lines(rows: Sequence[Trust]) -> Iterator[str]:
    """A row a population, a column a measure with its interval."""
    for population in dict.fromkeys(row.population for row in rows):
        of = {row.measure: row for row in rows if row.population == population}
        cells = (f"{of[name].figure:.3f} {span(of[name].interval)}" if name in of else "-" for name in COLUMNS)
        asked = next(iter(of.values())).questions
        yield f"{population.removeprefix('answerable '):<20}{asked:>9}" + "".join(f"{cell:>21}" for cell in cells)


if __name__ == "__main__":
    sys.exit(main())
