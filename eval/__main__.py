"""`python -m eval`: the tool's figures on a question set, other systems beside it, and whether a difference is real.

Exit codes: 0 passed, 1 below the baseline or a quote that is not verbatim, 2 wrong usage or a wrong question file,
130 after Control-C.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from eval import gate, html, runs, trec_files
from eval.against import against
from eval.compared import comparison
from eval.files import write
from eval.judge import Results, ranks
from eval.options import BASELINE, is_bundled, parsed, question_set
from eval.questions import Question, QuestionSet, Wrong, with_masked
from eval.report import table
from eval.run import NotVerbatim, run
from eval.show import show
from eval.systems import DEFAULT
from eval.trust import trust_table
from qa.errors import QAError
from qa.present import one_line, printable


def main(argv: list[str] | None = None) -> int:
    """Evaluate one question set and print the report."""
    options = parsed(__doc__, argv)
    try:
        return _evaluate(options)
    except KeyboardInterrupt:
        return 130
    except NotVerbatim as error:
        print(f"eval: {one_line(str(error))}", file=sys.stderr)
        return 1
    except QAError as error:
        print(f"eval: {one_line(str(error))}", file=sys.stderr)
        return 2


def _evaluate(options: argparse.Namespace) -> int:
    if options.html:
        html.check(options.html)
    earlier = runs.load(options.compare) if options.compare else None  # what is wrong is said before a long run
    kept = _baseline(options)
    questions = question_set(options)
    results = _results(options, questions)
    if options.show:
        print(printable(show(questions, results)))
        return 0
    print(f"{one_line(questions.name)}: {len(questions.documents)} documents, {len(results.outcomes)} questions")
    print("".join(f"note: {one_line(note)}\n" for note in questions.notes))
    print("\n\n".join(filter(None, (table(results), trust_table(results), comparison(results)))))
    if options.misses and results.answering:
        print(printable("\n".join(_misses(results))))
    _keep(options, questions, results, earlier)
    return _gated(options, questions, results, kept)


def _results(options: argparse.Namespace, questions: QuestionSet) -> Results:
    """Every system's outcomes, those of runs that were made elsewhere beside them."""
    outcomes = run(
        questions,
        _chosen(options, questions),
        systems=list(dict.fromkeys(options.system or DEFAULT)),
        processes=options.processes,
        progress=_show_progress,
    )
    for file in options.run if outcomes else ():
        name, rankings = trec_files.read_run(file, outcomes, Wrong(skip=options.skip_bad))
        if name in outcomes[0].rankings:
            raise QAError(f"{file}: there is a system {name} already; give the run another name in its last column")
        outcomes = [
            replace(outcome, rankings={**outcome.rankings, name: ranking})
            for outcome, ranking in zip(outcomes, rankings, strict=True)
        ]
    return Results(outcomes, planned=options.planned)


def _chosen(options: argparse.Namespace, questions: QuestionSet) -> list[Question]:
    every = list(questions.questions)
    if not options.show:
        every = [question for question in every if options.split in (None, question.split)][: options.limit]
    if options.masked:
        every = with_masked(every)
    asked = [question for question in every if options.show in (None, question.id)]
    if options.show and not asked:
        raise QAError(f"{options.show}: no question of {questions.name} has this id")
    return asked


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
            found = {name: next(iter(ranks(of, outcome.wanted)), None) for name, of in outcome.rankings.items()}
            first = choice.quotes[0].text if choice.quotes else ""
            yield f"\n{outcome.question.id} [{outcome.question.group}] {outcome.question.text}"
            yield f"  ranks {found}, sentence {choice.rank}; first: {' '.join(first.split())!r}"


def _keep(options: argparse.Namespace, questions: QuestionSet, results: Results, earlier: runs.Saved | None) -> None:
    """Compare with a saved run, save this one, write what other programs read."""
    settings = {
        name: getattr(options, name)
        for name in ("split", "limit", "by_document", "own_sentences", "masked", "follow_ups", "skip_bad")
    }
    changes = ""
    if earlier:
        changes = against(results, earlier, runs.manifest(questions, results, settings))
        print(f"\n{changes}")
    if options.html:
        write(options.html, html.page(questions, results, runs.manifest(questions, results, settings), changes))
    if options.save:
        runs.save(options.save, questions, results, settings)
    if options.export_run:
        trec_files.export_run(results.outcomes, options.export_run)
    if options.export_qrels:
        trec_files.export_qrels(results.outcomes, options.export_qrels)
    if options.export_squad:
        trec_files.export_predictions(results.outcomes, options.export_squad)


def _baseline_file(options: argparse.Namespace) -> Path | None:
    file: Path | None = options.baseline or (BASELINE if is_bundled(options) else None)
    return file


def _baseline(options: argparse.Namespace) -> gate.Baseline | None:
    """What the run is held to, if anything. Raises QAError where the file that is named holds none."""
    file = _baseline_file(options)
    if file is None and options.update_baseline:
        raise QAError("--update-baseline needs --baseline FILE, for this is not all of the bundled questions")
    return gate.load(file) if file and not options.update_baseline else None


def _gated(options: argparse.Namespace, questions: QuestionSet, results: Results, kept: gate.Baseline | None) -> int:
    """Hold the run to its baseline, if there is one, or make it the baseline; the exit code."""
    file = _baseline_file(options)
    if file is None:
        return 0
    now = gate.baseline_of(questions.name, results)
    if kept is None:
        gate.write(now, file)
        return 0
    verdict = gate.held_to(kept, now, options.tolerance)
    for line in (*verdict.notices, *verdict.failures):
        print(line, file=sys.stderr)
    return 1 if verdict.failures else 0


if __name__ == "__main__":
    sys.exit(main())
