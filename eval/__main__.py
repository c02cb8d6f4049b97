"""`python -m eval`: the tool's figures on a question set, and whether they fell below a baseline.

Exit codes: 0 passed, 1 below the baseline, 2 wrong usage or a wrong question file.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from eval.questions import QuestionSet, from_gold, from_squad
from eval.report import figures, table
from eval.run import run
from qa.errors import QAError

HERE = Path(__file__).resolve().parent
TOLERANCE = 0.005
"""How far a figure may fall below the baseline: less than one question of the bundled set."""


def main(argv: list[str] | None = None) -> int:
    """Evaluate one question set and print the report."""
    parser = argparse.ArgumentParser(prog="python -m eval", description=__doc__)
    given = parser.add_mutually_exclusive_group()
    given.add_argument("--gold", type=Path, metavar="FILE", help="a gold question file (default: the bundled one)")
    given.add_argument("--squad", type=Path, metavar="FILE", help="SQuAD 1.1 or 2.0 JSON, all paragraphs as one corpus")
    parser.add_argument(
        "--corpus", type=Path, metavar="PATH", help="the documents of --gold (default: the bundled ones)"
    )
    parser.add_argument("--split", choices=("tune", "test"), help="only the questions of one split of a gold file")
    parser.add_argument("--misses", action="store_true", help="list the questions whose first quote does not answer")
    parser.add_argument(
        "--baseline", type=Path, metavar="FILE", help="fail when a figure in it is higher by more than 0.005"
    )
    parser.add_argument("--update-baseline", action="store_true", help="write the figures to the baseline file")
    options = parser.parse_args(argv)
    try:
        return _evaluate(options)
    except QAError as error:
        print(f"eval: {error}", file=sys.stderr)
        return 2


def _evaluate(options: argparse.Namespace) -> int:
    bundled = options.gold is None and options.squad is None
    questions = _questions(options)
    chosen = [question for question in questions.questions if options.split in (None, question.split)]
    outcomes = run(questions, chosen)
    print(f"{questions.name}: {len(questions.documents)} documents, {len(chosen)} questions\n")
    print(table(outcomes))
    if options.misses:
        for outcome in outcomes:
            if outcome.question.answerable and outcome.sentence != 1:
                print(f"\n{outcome.question.id} [{outcome.question.group}] {outcome.question.text}")
                print(f"  ranks {outcome.ranks}, sentence {outcome.sentence}; first: {' '.join(outcome.quotes[:1])!r}")
    baseline = options.baseline or (HERE / "baseline.json" if bundled and options.split is None else None)
    found = figures(outcomes)
    if baseline and options.update_baseline:
        kept = {name: round(value, 4) for name, value in found.items()}
        baseline.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    elif baseline:
        return _compare(found, baseline)
    return 0


def _questions(options: argparse.Namespace) -> QuestionSet:
    return (
        from_squad(options.squad) if options.squad else from_gold(options.gold or HERE / "gold.jsonl", options.corpus)
    )


def _compare(found: dict[str, float], baseline: Path) -> int:
    """Name every figure that fell, and return the exit code."""
    try:
        kept = json.loads(baseline.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise QAError(f"{baseline}: no baseline: {error}") from None
    if not isinstance(kept, dict) or not all(isinstance(value, int | float) for value in kept.values()):
        raise QAError(f"{baseline}: no baseline: expected an object of numbers; --update-baseline writes one")
    fallen = [name for name, value in kept.items() if not found.get(name, 0.0) >= value - TOLERANCE]
    for name in fallen:
        print(f"below the baseline: {name} is {found.get(name, 0.0):.4f}, was {kept[name]:.4f}", file=sys.stderr)
    return 1 if fallen else 0


if __name__ == "__main__":
    sys.exit(main())
