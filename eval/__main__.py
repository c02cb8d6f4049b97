"""`python -m eval`: the tool's figures on a question set, other systems beside it, and whether a difference is real.

Exit codes: 0 passed, 1 below the baseline or a quote that is not verbatim, 2 wrong usage or a wrong question file.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from eval.compared import comparison
from eval.judge import Results, ranks
from eval.options import BASELINE, is_bundled, parsed, question_set
from eval.report import figures, table
from eval.run import NotVerbatim, run
from eval.systems import DEFAULT
from qa.errors import QAError

TOLERANCE = 0.005
"""How far a figure may fall below the baseline: less than one question of the bundled set."""


def main(argv: list[str] | None = None) -> int:
    """Evaluate one question set and print the report."""
    options = parsed(__doc__, argv)
    try:
        return _evaluate(options)
    except NotVerbatim as error:
        print(f"eval: {error}", file=sys.stderr)
        return 1
    except QAError as error:
        print(f"eval: {error}", file=sys.stderr)
        return 2


def _evaluate(options: argparse.Namespace) -> int:
    questions = question_set(options)
    chosen = [question for question in questions.questions if options.split in (None, question.split)][: options.limit]
    systems = options.system or DEFAULT
    results = Results(run(questions, chosen, systems=systems, processes=options.processes, progress=_show_progress))
    print(f"{questions.name}: {len(questions.documents)} documents, {len(chosen)} questions")
    print("".join(f"note: {note}\n" for note in questions.notes))
    print("\n\n".join(filter(None, (table(results), comparison(results)))))
    if options.misses and results.answering:
        print("\n".join(_misses(results)))
    baseline = options.baseline or (BASELINE if is_bundled(options) else None)
    found = figures(results)
    if baseline and options.update_baseline:
        kept = {name: round(value, 4) for name, value in found.items()}
        baseline.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    elif baseline:
        return _compare(found, baseline)
    return 0


def _show_progress(done: int, total: int) -> None:
    """One line on a terminal's stderr, gone at the end."""
    if sys.stderr.isatty():
        end = "\r\033[K" if done == total else ""
        print(f"\r{done} of {total} questions{end}", end="", file=sys.stderr, flush=True)


def _misses(results: Results) -> Iterator[str]:
    """The answerable questions whose first quote does not answer, with the ranks of what does."""
    for outcome in results.outcomes:
        choice = outcome.choices[results.answering[0]]
        if outcome.question.answerable and choice.rank != 1:
            found = {name: next(iter(ranks(of, outcome.relevant)), None) for name, of in outcome.rankings.items()}
            first = choice.quotes[0].text if choice.quotes else ""
            yield f"\n{outcome.question.id} [{outcome.question.group}] {outcome.question.text}"
            yield f"  ranks {found}, sentence {choice.rank}; first: {' '.join(first.split())!r}"


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
