"""Everything about one question, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from eval.blame import stage
from eval.judge import Results
from eval.questions import QuestionSet
from eval.run import Choice, Outcome

__all__ = ["show"]

_TOP = 5


def show(questions: QuestionSet, results: Results) -> str:
    """The first outcome of the results: what was asked, what answers, what each system found and quoted."""
    return "\n".join(_lines(questions, results, results.outcomes[0]))


def _lines(questions: QuestionSet, results: Results, outcome: Outcome) -> Iterator[str]:
    question = outcome.question
    yield f"{question.id} [{question.group}] {question.text}"
    if question.history:
        yield f"after: {' | '.join(question.history)}"
    yield f"understood as: {outcome.standalone}"
    yield f"short answers: {', '.join(question.answers) or 'none known'}"
    yield from _relevant(questions, outcome)
    for system, ranking in outcome.rankings.items():
        yield f"\n{system}" + "".join(f"  {m} {results.values[f'{system} {m}'][0]:.3f}" for m in results.measures)
        for rank, (label, score) in enumerate(zip(ranking.labels[:_TOP], ranking.scores, strict=False), 1):
            yield f"  {rank} {'*' if label in outcome.wanted else ' '} {score:8.4f}  {label}"
        if system in results.answering:
            yield from _quotes(outcome, system, outcome.choices[system])
    for system, seconds in outcome.seconds.items():
        yield f"\n{system}: " + ", ".join(f"{name} {1000 * value:.1f} ms" for name, value in seconds.items())


def _relevant(questions: QuestionSet, outcome: Outcome) -> Iterator[str]:
    """The places that answer, or the documents that are judged relevant."""
    documents = {document.path: document for document in questions.documents}
    yield "answered by:" if outcome.question.answerable else "answered by nothing: to be refused"
    for anchor in outcome.question.anchors:
        document = documents[anchor.path]
        yield f"  {anchor.path}:{document.line(anchor.start)} {document.text[anchor.start : anchor.end]!r}"
    for judgement in outcome.question.judgements:
        if judgement.grade > 0:
            yield f"  {judgement.path} (grade {judgement.grade})"


def _quotes(outcome: Outcome, system: str, choice: Choice) -> Iterator[str]:
    verdict = "answered" if choice.answered else "refused"
    yield f"  {verdict}, confidence {choice.confidence:.3f}: {stage(outcome, system)}"
    for rank, (quote, held) in enumerate(zip(choice.quotes[:_TOP], choice.held, strict=False), 1):
        place = f"{quote.path}:{quote.line} {quote.start}:{quote.end}"
        yield f"  {rank} {'*' if held else ' '} {quote.confidence:.3f} {place} {' '.join(quote.text.split())!r}"
        if quote.answer:
            yield f"           short answer {quote.answer!r}"
