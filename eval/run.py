"""Question set -> outcomes: what each system found for each question, and what was chosen to quote."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

from threadpoolctl import threadpool_limits

from eval.masking import Masking
from eval.part import Part, passages_by_path, ready_for_parts
from eval.questions import Question, QuestionSet
from eval.systems import DEFAULT, Found, system
from qa import dialogue
from qa.errors import QAError
from qa.extract import Selection
from qa.gold import Anchor
from qa.index import Index, build
from qa.index.segment import Array
from qa.library import sureness
from qa.model import Quote
from qa.retrieve import CANDIDATES

__all__ = ["Choice", "NotVerbatim", "Outcome", "Ranking", "document_label", "label", "run"]

JUDGED_DEPTH = 100
"""Documents that are ranked where whole documents are judged."""
_CHUNK = 40
_WORTH_A_PROCESS = 500
"""Questions below which starting another process takes longer than it saves."""

Progress = Callable[[int, int], None]
"""Called with questions done and questions in all."""


class NotVerbatim(QAError):
    """A quote is not what stands in its document: the run has failed."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """What one system found, best first: labels of passages, or of documents where those are judged, and scores."""

    labels: tuple[str, ...]
    scores: Array


@dataclass(frozen=True, slots=True)
class Choice:
    """The quotes of one system, best first, shown as an answer or, when it refuses, as near misses.

    `held` are the answering places that each quote holds whole.
    """

    quotes: tuple[Quote, ...]
    held: tuple[frozenset[Anchor], ...]
    confidence: float
    answered: bool

    @property
    def rank(self) -> int | None:
        """Rank of the first answering quote, be it shown as an answer or as a near miss."""
        return next((rank for rank, places in enumerate(self.held, 1) if places), None)

    @property
    def shown(self) -> int | None:
        """Rank of the first answering quote among those shown as an answer: a refusal shows none."""
        return self.rank if self.answered else None

    @property
    def short_answer(self) -> str:
        """What the SQuAD script is told: the short answer of the first quote, else the quote; "" for a refusal."""
        return self.first_words if self.answered else ""

    @property
    def first_words(self) -> str:
        """The short answer of the first quote, else the quote, be it shown as an answer or as a near miss."""
        return (self.quotes[0].answer or self.quotes[0].text) if self.quotes else ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened to one question, by system.

    `standalone` is the question as understood with its history; `relevant` are the labels that were judged, with their
    grades: passages that hold a place that answers, or the documents that are judged.
    """

    question: Question
    standalone: str
    relevant: dict[str, int]
    rankings: dict[str, Ranking]
    choices: dict[str, Choice]
    seconds: dict[str, dict[str, float]]

    @property
    def wanted(self) -> frozenset[str]:
        """The labels that are relevant: a grade of 0 or less says that a document is not."""
        return frozenset(label for label, grade in self.relevant.items() if grade > 0)


def label(path: str, start: int, end: int) -> str:
    """The name of a passage in run and judgement files, which are cut at white space.

    >>> label("my notes.md", 10, 95)
    'my%20notes.md:10-95'
    """
    return f"{document_label(path)}:{start}-{end}"


def document_label(path: str) -> str:
    """The name of a document in these files."""
    return re.sub(r"[\s%]", lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), path)


def run(
    questions: QuestionSet,
    chosen: Sequence[Question] | None = None,
    *,
    systems: Sequence[str] = DEFAULT,
    processes: int | None = None,
    progress: Progress | None = None,
) -> list[Outcome]:
    """Ask every question, or the chosen ones, of every system. In the order of the questions, however many processes.

    Raises QAError for an unknown system, NotVerbatim for a quote that does not stand in its document.
    """
    asked = tuple(questions.questions if chosen is None else chosen)
    for name in systems:
        system(name)
    if processes is None:
        processes = (os.process_cpu_count() if hasattr(os, "process_cpu_count") else os.cpu_count()) or 1
        processes = min(processes, 1 + len(asked) // _WORTH_A_PROCESS)
    found: list[Outcome] = []
    for chunk in _chunks(questions, asked, tuple(systems), processes):
        found += chunk
        if progress:
            progress(len(found), len(asked))
    return found


def _chunks(
    questions: QuestionSet, asked: tuple[Question, ...], systems: tuple[str, ...], processes: int
) -> Iterator[list[Outcome]]:
    numbers = [range(start, min(start + _CHUNK, len(asked))) for start in range(0, len(asked), _CHUNK)]
    if processes <= 1:
        with threadpool_limits(1):
            asker = _Asker(questions, asked, systems)
            yield from map(asker.outcomes, numbers)
        return
    with ProcessPoolExecutor(
        processes, mp_context=get_context("spawn"), initializer=_start, initargs=(questions, asked, systems)
    ) as pool:
        yield from pool.map(_asked, numbers)


_asker: _Asker


def _start(questions: QuestionSet, asked: tuple[Question, ...], systems: tuple[str, ...]) -> None:
    threadpool_limits(1)  # as above: numpy's threads would fight over the cores, and the last bits would vary
    global _asker
    _asker = _Asker(questions, asked, systems)


def _asked(numbers: Sequence[int]) -> list[Outcome]:
    return _asker.outcomes(numbers)


class _Asker:
    """An index of a set's documents, and the systems that are asked."""

    def __init__(self, questions: QuestionSet, asked: Sequence[Question], systems: Sequence[str]) -> None:
        self._asked = asked
        self._texts = {document.path: document.text for document in questions.documents}
        self._judged = questions.judged
        self._depth = JUDGED_DEPTH if questions.judged else CANDIDATES
        self._index = build(questions.documents)
        if any(question.asked_of or question.masked for question in asked):
            self._index = ready_for_parts(self._index)
        self._systems = {name: system(name) for name in systems}
        self._labels: dict[int, str] = {}
        self._passages = {} if questions.judged else passages_by_path(self._index)
        self._masking = Masking(self._index) if any(question.masked for question in asked) else None

    def outcomes(self, numbers: Sequence[int]) -> list[Outcome]:
        return [self._outcome(self._asked[number]) for number in numbers]

    def _outcome(self, question: Question) -> Outcome:
        index = self._index_for(question)
        text = dialogue.standalone(question.text, question.history, sure=lambda text: sureness(index, text))
        found = {name: ask(index, text, self._depth) for name, ask in self._systems.items()}
        return Outcome(
            question=question,
            standalone=text,
            relevant=self._relevant(question),
            rankings={name: self._ranking(index, each) for name, each in found.items()},
            choices={name: self._choice(question, each.selection) for name, each in found.items() if each.selection},
            seconds={name: each.seconds for name, each in found.items() if each.seconds},
        )

    def _index_for(self, question: Question) -> Index:
        """All documents, or the part of them that the question may see."""
        if self._masking and question.masked:
            text = dialogue.standalone(question.text, question.history)
            return self._masking.without(question.masked, text, question.masked_answers)
        return self._index if question.asked_of is None else Part.of_document(self._index, question.asked_of)

    def _relevant(self, question: Question) -> dict[str, int]:
        if self._judged:
            return {document_label(judgement.path): judgement.grade for judgement in question.judgements}
        return {
            self._label(self._index, passage): 1
            for path in dict.fromkeys(anchor.path for anchor in question.anchors)
            for passage in self._passages.get(path, ())
            if question.held_by(path, *self._index.passage_range(passage))
        }

    def _ranking(self, index: Index, found: Found) -> Ranking:
        """Labels with scores; of a document's passages the best stands for it where documents are judged."""
        labels = [self._label(index, int(passage)) for passage in found.passages]
        first = {name: at for at, name in reversed(list(enumerate(labels)))}
        kept = sorted(first.values())
        return Ranking(tuple(labels[at] for at in kept), found.scores[kept])

    def _label(self, index: Index, passage: int) -> str:
        if passage not in self._labels:
            path = index.path_of(passage)
            named = document_label(path) if self._judged else label(path, *index.passage_range(passage))
            self._labels[passage] = named
        return self._labels[passage]

    def _choice(self, question: Question, selection: Selection) -> Choice:
        for quote in selection.quotes:
            if self._texts[quote.path][quote.start : quote.end] != quote.text:
                place = f"{quote.path} at {quote.start}:{quote.end}"
                raise NotVerbatim(f"{question.id}: the quote of {place} is not what stands there: {quote.text!r}")
        held = tuple(question.places_in(quote.path, quote.start, quote.end) for quote in selection.quotes)
        return Choice(selection.quotes, held, selection.confidence, selection.answered)
