"""Sentence selection: JSON Lines of `question`, `sentences` and `labels`, 1 where that sentence answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from eval.questions.model import Question, QuestionSet, paragraph_document
from eval.questions.wrong import Wrong, json_lines, labels, text
from qa.gold import Anchor
from qa.model import Document

__all__ = ["from_sentences"]


def from_sentences(file: Path, *, own: bool = False, wrong: Wrong | None = None) -> QuestionSet:
    """Every row's sentences a document of running text; rows with the same sentences share it.

    Asked of all rows' documents, or, with `own`, each question of its row's own. `title`, `id` or `qid` are used where
    a row has them. Raises GoldError, naming the line, for a wrong one.
    """
    wrong = wrong or Wrong()
    documents: dict[tuple[str, tuple[str, ...]], Document] = {}
    questions: dict[str, Question] = {}
    for place, entry in json_lines(file, wrong):
        with wrong.at(place):
            sentences, marks = _sentences(entry)
            title = str(entry.get("title") or "")
            key = (title, sentences)
            document = documents.get(key) or paragraph_document(
                f"{title or 'text'}/{len(documents):05}.txt", title, " ".join(sentences)
            )
            question = _question(entry, str(len(questions) + 1), document, sentences, marks)
            question = replace(question, asked_of=document.path if own else None)
            if question.id in questions:
                raise ValueError(f"id {question.id} is taken by an earlier line")
            documents[key], questions[question.id] = document, question
    return QuestionSet(file.name, tuple(documents.values()), tuple(questions.values()), wrong.notes)


def _sentences(entry: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    given = entry.get("sentences")
    if not isinstance(given, list) or not all(isinstance(sentence, str) for sentence in given) or not any(given):
        raise ValueError("sentences: expected a list of texts")
    marks = labels(entry, "labels", len(given))
    sentences = tuple(sentence.strip() for sentence in given)
    if any(mark and not sentence for sentence, mark in zip(sentences, marks, strict=True)):
        raise ValueError("labels: a sentence without text is said to answer")
    return sentences, marks


def _question(
    entry: Mapping[str, Any], number: str, document: Document, sentences: tuple[str, ...], marks: tuple[int, ...]
) -> Question:
    anchors, start = [], 0
    for sentence, mark in zip(sentences, marks, strict=True):
        if mark:
            anchors.append(Anchor(document.path, start, start + len(sentence)))
        start += len(sentence) + 1
    asked = text(entry, "question")
    return Question(
        id=str(entry.get("id") or entry.get("qid") or number),
        text=asked,
        group="answerable" if anchors else "unanswerable",
        source=document.title or document.path,
        anchors=tuple(anchors),
        standalone=asked,
    )
