"""Outcomes -> the list of questions: what was asked, what answers, what was quoted, and what went wrong.

Marked is evidence, bold are words of the question, underlined is the short answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from eval.blame import RIGHT, stage
from eval.html.markup import number, text
from eval.html.plots import leading
from eval.judge import Results, ranks
from eval.questions import QuestionSet
from eval.run import Choice, Outcome
from qa.gold import Anchor
from qa.model import Document, Quote
from qa.present import above, place
from qa.syntax import parse
from qa.text import STOP_TERMS, content_terms, spans

__all__ = ["MOST", "listed", "marked", "question_list", "verdict"]

MOST = 200
"""Questions of a verdict that are listed, when not all can be."""
_ALL = 1_200
"""Questions up to which all are."""
_QUOTES = 3
_PLACES = 5
_LABELS = 5
_LONGEST = 1_500
"""Characters of a quote or an evidence that are shown."""

_MARKS = ("mark", "b", "u")
"""Elements for evidence, words of the question, the short answer; the first is the outermost."""


def verdict(results: Results, outcome: Outcome) -> str:
    """The stage to blame, or that it is right; where nothing is quoted, where the ranking has what is relevant."""
    if results.answering:
        return stage(outcome, leading(results))
    if not outcome.question.answerable:
        return "nothing to retrieve"
    places = ranks(outcome.rankings[leading(results)], outcome.wanted)
    return "not retrieved" if not places else RIGHT if places[0] == 1 else "retrieved, not first"


def listed(results: Results) -> list[int]:
    """The numbers of the questions to list, in order: all, or of each verdict those whose confidence misleads most."""
    count = len(results.outcomes)
    if count <= _ALL:
        return list(range(count))
    trust = results.values.get(f"{leading(results)} trust")
    by_verdict: dict[str, list[int]] = {}
    for at in sorted(range(count), key=lambda at: 0.0 if trust is None else trust[at]):
        by_verdict.setdefault(verdict(results, results.outcomes[at]), []).append(at)
    return sorted(at for members in by_verdict.values() for at in members[:MOST])


def question_list(questions: QuestionSet, results: Results) -> str:
    """A table of a row a question, all about it folded away in the row; and what is not in it."""
    documents = {document.path: document for document in questions.documents}
    chosen = listed(results)
    rows = "\n".join(_row(results, at, documents) for at in chosen)
    head = "".join(f'<th scope="col">{name}</th>' for name in ("id", "kind", "question", "verdict", *_columns(results)))
    return (
        f'{_note(results, len(chosen))}\n<div id="filter"></div>\n'
        f'<table id="questions"><thead><tr>{head}</tr></thead><tbody>\n{rows}\n</tbody></table>'
    )


def _columns(results: Results) -> tuple[str, ...]:
    return ("confidence", "rank") if results.answering else ("rank", "nDCG@10")


def _note(results: Results, shown: int) -> str:
    legend = ""
    if results.answering:
        legend = (
            "In the quotes <mark>evidence</mark> is marked, <b>words of the question</b> are bold, and the "
            "<u>short answer</u> is underlined; a quote that holds evidence has a green edge. "
        )
    if shown < len(results.outcomes):
        legend += (
            f"Listed are {shown:,} of {len(results.outcomes):,} questions: of each verdict the {MOST} "
            f"{'whose confidence misleads most' if results.answering else 'first'}. A run kept with --save has them "
            "all, and --show ID tells everything about one."
        )
    return f"<p>{legend}</p>" if legend else ""


def _row(results: Results, at: int, documents: dict[str, Document]) -> str:
    """A question by its number, with all about it, between what it is sorted by."""
    outcome = results.outcomes[at]
    question, found = outcome.question, verdict(results, outcome)
    style = "right" if found in (RIGHT, "nothing to retrieve") else "wrong"
    about = "\n".join(_about(results, outcome, documents))
    cells = "".join(
        f'<td data-label="{name}" data-value="{value}">{shown}</td>' for name, value, shown in _figures(results, at)
    )
    return (
        f"<tr><td>{text(question.id)}</td><td>{text(question.group)}</td>"
        f"<td><details><summary>{text(question.text)}</summary>\n{about}\n</details></td>"
        f'<td class="{style}">{text(found)}</td>{cells}</tr>'
    )


def _figures(results: Results, at: int) -> Iterator[tuple[str, str, str]]:
    """Name, what it is sorted by, and what is shown, of the last columns."""
    system, outcome = leading(results), results.outcomes[at]
    places = ranks(outcome.rankings[system], outcome.wanted)
    rank = ("rank", str(places[0] if places else 10**6), str(places[0]) if places else "–")
    if results.answering:
        sure = outcome.choices[system].confidence
        yield "confidence", f"{sure:.4f}", f"{sure:.0%}"
        yield rank
        return
    yield rank
    value = float(results.values[f"{system} nDCG@10"][at])
    yield "nDCG@10", number(value), number(value)


def _about(results: Results, outcome: Outcome, documents: dict[str, Document]) -> Iterator[str]:
    question = outcome.question
    if question.history:
        yield f"<p>after: {text(' | '.join(question.history))}</p>"
    if outcome.standalone != question.text:
        yield f"<p>understood as: {text(outcome.standalone)}</p>"
    yield from _answered_by(outcome, documents)
    if question.answers:
        yield f"<p>short answers: {text(', '.join(question.answers))}</p>"
    if results.answering:
        yield from _quoted(outcome, outcome.choices[leading(results)])
    else:
        yield _ranked(outcome, leading(results), documents)
    if len(results.systems) > 1:
        found = (f"{name} {_rank(outcome, name)}" for name in results.systems)
        yield f'<p class="soft">first relevant at rank: {text(", ".join(found))}</p>'


def _rank(outcome: Outcome, system: str) -> str:
    places = ranks(outcome.rankings[system], outcome.wanted)
    return str(places[0]) if places else "none"


def _answered_by(outcome: Outcome, documents: dict[str, Document]) -> Iterator[str]:
    """The places that answer, or the documents that are judged relevant, the first few of many."""
    question = outcome.question
    if not question.answerable:
        yield "<p>Nothing answers it: to be refused.</p>"
        return
    for anchor in question.anchors[:_PLACES]:
        document = documents[anchor.path]
        quote = document.quote(anchor.start, anchor.end)
        yield f"<p>answered by: <q>{_cut(quote.text)}</q> <small>{text(place(quote))}</small></p>"
    relevant = [f"{judgement.path} ({judgement.grade})" for judgement in question.judgements if judgement.grade > 0]
    if relevant:
        yield f"<p>relevant, with grade: {text(', '.join(relevant[: 4 * _PLACES]))}{_more(relevant, 4 * _PLACES)}</p>"
    elif question.anchors[_PLACES:]:
        yield f"<p>{_more(question.anchors, _PLACES)}</p>"


def _more(found: Sequence[object], most: int) -> str:
    return f" and {len(found) - most} more" if len(found) > most else ""


def _cut(value: str) -> str:
    return text(value if len(value) <= _LONGEST else f"{value[:_LONGEST]}…")


def _quoted(outcome: Outcome, choice: Choice) -> Iterator[str]:
    """The first quotes, shown as an answer or as near misses."""
    yield f"<p>{'answered' if choice.answered else 'refused; the nearest'}:</p>" if choice.quotes else "<p>no quote</p>"
    wanted = set(content_terms(parse(outcome.standalone).text)) - STOP_TERMS
    for quote, held in zip(choice.quotes[:_QUOTES], choice.held, strict=False):
        below = f"{text(place(quote))} · {text(above(quote))} · {quote.confidence:.0%}"
        style = " ".join(["quote", *["holds"] * bool(held), *["lines"] * ("\n\n" in quote.text)])
        shown = marked(quote, outcome.question.anchors, wanted)
        yield f'<blockquote class="{style}"><div dir="auto">{shown}</div><span class="soft">{below}</span></blockquote>'


def marked(quote: Quote, anchors: Sequence[Anchor], wanted: set[str]) -> str:
    """A quote, its evidence, the question's words and the short answer each in an element; where they overlap, nested.

    A long one is cut.
    """
    evidence = [
        (anchor.start - quote.start, anchor.end - quote.start) for anchor in anchors if anchor.path == quote.path
    ]
    words = [(span.start, span.end) for span in spans(quote.text) if span.term in wanted]
    short = [(quote.answer_start or 0, quote.answer_end or 0)]
    length = min(len(quote.text), _LONGEST)
    cuts = sorted({0, length, *(at for ranges in (evidence, words, short) for pair in ranges for at in pair)})
    inside = [at for at in cuts if 0 <= at <= length]
    parts = []
    for start, end in pairwise(inside):
        names = [
            name
            for name, ranges in zip(_MARKS, (evidence, words, short), strict=True)
            if any(first <= start and end <= last for first, last in ranges)
        ]
        opened, closed = "".join(f"<{name}>" for name in names), "".join(f"</{name}>" for name in reversed(names))
        parts.append(f"{opened}{text(quote.text[start:end])}{closed}")
    return "".join(parts) + ("…" if len(quote.text) > length else "")


def _ranked(outcome: Outcome, system: str, documents: dict[str, Document]) -> str:
    """What was found first, what is relevant marked."""
    items = []
    for label in outcome.rankings[system].labels[:_LABELS]:
        document = documents.get(label)
        title = f" {document.title}" if document and document.title != label else ""
        shown = text(f"{label}{title}")
        items.append(f"<li>{f'<mark>{shown}</mark>' if label in outcome.wanted else shown}</li>")
    return f"<p>{text(system)} found:</p><ol>{''.join(items)}</ol>"
