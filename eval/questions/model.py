"""What every question set is read into: documents, and questions with what is known about their answers."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from qa.gold import Anchor
from qa.model import Block, Document, SourceMap

__all__ = [
    "FOLLOW_UPS",
    "MASKED",
    "Judgement",
    "Question",
    "QuestionSet",
    "by_document",
    "followed",
    "paragraph_document",
    "titled_document",
    "with_masked",
]

MASKED = "masked"
"""The group of questions whose answer is hidden, and the end of their ids."""


FollowUps = Literal["read", "typed", "rewritten"]
FOLLOW_UPS: tuple[FollowUps, ...] = ("read", "typed", "rewritten")
"""How follow-ups are asked: with their history, without it, or as a person wrote them to stand alone."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """How relevant a whole document is to a question; 0 and less is not at all."""

    path: str
    grade: int


@dataclass(frozen=True, slots=True)
class Question:
    """A question, where it is answered (nowhere for one to refuse), and how it is reported.

    `anchors` are the places that answer it, any one of which will do; in a judged set there are `judgements` of whole
    documents in their place. `group` is what is reported together, such as a kind or "paraphrase"; `source` is what
    must stay together when a set is split or drawn from, such as an article. `asked_of` is the path of the document
    that alone is asked, None for all; `masked` are places that answered it and are hidden, with their passages, and
    `masked_answers` the short answers that hidden passages may give in other words.
    """

    id: str
    text: str
    group: str
    source: str
    anchors: tuple[Anchor, ...]
    answers: tuple[str, ...] = ()
    history: tuple[str, ...] = ()
    standalone: str = ""
    split: str = "test"
    paraphrase: bool = False
    judgements: tuple[Judgement, ...] = ()
    asked_of: str | None = None
    masked: tuple[Anchor, ...] = ()
    masked_answers: tuple[str, ...] = ()

    def held_by(self, path: str, start: int, end: int) -> bool:
        """Whether a range of a document's text holds a whole place that answers."""
        return any(_inside(anchor, path, start, end) for anchor in self.anchors)

    def places_in(self, path: str, start: int, end: int) -> frozenset[Anchor]:
        """The places that answer which a range of a document's text holds whole."""
        return frozenset(anchor for anchor in self.anchors if _inside(anchor, path, start, end))

    @property
    def asked_as(self) -> str:
        """What it has in common with its masked twin: its id without the mark of one."""
        return self.id.removesuffix(f" {MASKED}") if self.masked else self.id

    @property
    def answerable(self) -> bool:
        """Whether the documents answer it."""
        return bool(self.anchors) or any(judgement.grade > 0 for judgement in self.judgements)


def _inside(anchor: Anchor, path: str, start: int, end: int) -> bool:
    return anchor.path == path and start <= anchor.start and anchor.end <= end


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Documents and the questions asked of them.

    `notes` tell what its user should know, such as how many wrong lines were left out.
    """

    name: str
    documents: tuple[Document, ...]
    questions: tuple[Question, ...]
    notes: tuple[str, ...] = ()

    @property
    def judged(self) -> bool:
        """Whether relevance is known of whole documents only, and by grade."""
        return any(question.judgements for question in self.questions)


def by_document(questions: QuestionSet) -> QuestionSet:
    """The set judged by whole documents: one that holds an answer is relevant, by grade 1."""
    judged = (
        replace(
            question,
            anchors=(),
            judgements=question.judgements
            or tuple(Judgement(path, 1) for path in dict.fromkeys(anchor.path for anchor in question.anchors)),
        )
        for question in questions.questions
    )
    return replace(questions, questions=tuple(judged))


def followed(questions: QuestionSet, how: FollowUps) -> QuestionSet:
    """The set with its follow-ups asked as typed, without their history, or as a person rewrote them."""
    asked = (
        replace(question, text=question.standalone if how == "rewritten" else question.text, history=())
        if question.history
        else question
        for question in questions.questions
    )
    return questions if how == "read" else replace(questions, questions=tuple(asked))


def with_masked(questions: Sequence[Question]) -> list[Question]:
    """The questions, and each answerable one a second time, to be refused: what answers it is hidden then."""
    return [*questions, *(_masked(question) for question in questions if question.anchors)]


def _masked(question: Question) -> Question:
    return replace(
        question,
        id=f"{question.id} {MASKED}",
        group=MASKED,
        anchors=(),
        answers=(),
        masked=question.anchors,
        masked_answers=question.answers,
    )


def paragraph_document(path: str, title: str, text: str) -> Document:
    """A document of one paragraph that stands in no file. Raises ValueError for half a character, as JSON may hold."""
    start = len(text) - len(text.lstrip())
    blocks = (Block(start, len(text.rstrip()), "paragraph"),) if text.strip() else ()
    return _document(path, title.replace("_", " "), text, blocks)


def titled_document(path: str, title: str, body: str) -> Document:
    """A document whose title is its heading, so that every system reads the title, as BEIR's own baselines do."""
    title, body = title.strip(), body.strip()
    text = f"{title}\n\n{body}".strip()
    blocks = []
    if title:
        blocks.append(Block(0, len(title), "heading", 1))
    if body:
        blocks.append(Block(len(text) - len(body), len(text), "paragraph"))
    return _document(path, title, text, tuple(blocks))


def _document(path: str, title: str, text: str, blocks: tuple[Block, ...]) -> Document:
    return Document(
        path=path,
        text=text,
        title=title,
        format="text",
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        blocks=blocks,
        source_map=SourceMap((0,), (0,), (0,)),
    )
