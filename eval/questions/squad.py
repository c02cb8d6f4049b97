"""SQuAD 1.1 and 2.0: articles of paragraphs, questions whose answers are ranges of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from eval.questions.model import Question, QuestionSet, paragraph_document
from eval.questions.wrong import Wrong, read_text, text, whole
from qa.errors import GoldError
from qa.gold import Anchor
from qa.model import Document

__all__ = ["from_squad"]


def from_squad(file: Path, limit: int | None = None, *, given: bool = False, wrong: Wrong | None = None) -> QuestionSet:
    """Every paragraph a document of its article; each question asked of all of them or, `given`, of its own alone.

    Raises GoldError, naming the entry, for another layout.
    """
    wrong = wrong or Wrong()
    documents: list[Document] = []
    questions: dict[str, Question] = {}
    for place, title, number, paragraph in _paragraphs(file):
        with wrong.at(f"{file}: not SQuAD JSON: {place}"):
            document = paragraph_document(f"{title}/{number:04}.txt", title, paragraph["context"])
            documents.append(document)
            for at, entry in enumerate(paragraph["qas"]):
                with wrong.at(f"{file}: not SQuAD JSON: {place}.qas[{at}]"):
                    question = replace(_question(entry, document), asked_of=document.path if given else None)
                    if question.id in questions:
                        raise ValueError(f"id {question.id} is taken by an earlier question")
                    questions[question.id] = question
    return QuestionSet(file.name, tuple(documents), tuple(questions.values())[:limit], wrong.notes)


def _paragraphs(file: Path) -> Iterator[tuple[str, str, int, Mapping[str, Any]]]:
    """Place in the file, article's title, number in the article, and the paragraph itself."""
    place = ""
    try:
        for a, article in enumerate(json.loads(read_text(file))["data"]):
            place = f"data[{a}]"
            for number, paragraph in enumerate(article["paragraphs"]):
                place = f"data[{a}].paragraphs[{number}]"
                if not isinstance(paragraph["context"], str) or not isinstance(paragraph["qas"], list):
                    raise TypeError("expected the text context and the list qas")
                yield place, str(article["title"]), number, paragraph
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise GoldError(f"{file}: not SQuAD JSON: {place}{': ' if place else ''}{error!r}") from None


def _question(entry: object, document: Document) -> Question:
    if not isinstance(entry, dict):
        raise ValueError("expected an object with id, question and answers")
    answers = () if entry.get("is_impossible") else entry.get("answers")
    if not isinstance(answers, list | tuple) or not all(isinstance(answer, dict) for answer in answers):
        raise ValueError("answers: expected a list of objects with text and answer_start")
    anchors = dict.fromkeys(_anchor(answer, document) for answer in answers)
    question = text(entry, "question")
    return Question(
        id=str(entry.get("id") or ""),
        text=question,
        group="answerable" if anchors else "adversarial",
        source=document.path.split("/")[0],
        anchors=tuple(anchors),
        answers=tuple(dict.fromkeys(text(answer, "text") for answer in answers)),
        standalone=question,
    )


def _anchor(answer: Mapping[str, Any], document: Document) -> Anchor:
    wanted, start = text(answer, "text"), whole(answer, "answer_start")
    found = document.text[start : start + len(wanted)]
    if found != wanted:
        raise ValueError(f"answer_start: expected {wanted!r} at {start} of the context, where {found!r} stands")
    return Anchor(document.path, start, start + len(wanted))
