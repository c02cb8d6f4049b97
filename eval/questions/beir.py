"""A folder in BEIR's layout: `corpus.jsonl`, `queries.jsonl`, `qrels/*.tsv` (Thakur et al. 2021)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eval.questions.model import Judgement, Question, QuestionSet, titled_document
from eval.questions.wrong import Wrong, json_lines, lines, text
from qa.errors import GoldError
from qa.model import Document

__all__ = ["from_beir", "judged_questions", "parsed_grade", "unknown_documents"]

Judgements = dict[str, dict[str, int]]
"""Grades by question and document."""


def from_beir(folder: Path, wrong: Wrong | None = None) -> QuestionSet:
    """The questions that are judged, in the order of queries.jsonl. Raises GoldError, naming the line, for a wrong one.

    Of several files of judgements, test.tsv is taken, else dev.tsv, else the first by name.
    """
    wrong = wrong or Wrong()
    documents: dict[str, Document] = {}
    for place, entry in json_lines(folder / "corpus.jsonl", wrong):
        with wrong.at(place):
            _add(documents, _document(entry))
    texts: dict[str, str] = {}
    for place, entry in json_lines(folder / "queries.jsonl", wrong):
        with wrong.at(place):
            if text(entry, "_id") in texts:
                raise ValueError(f"_id {entry['_id']} is taken by an earlier question")
            texts[text(entry, "_id")] = text(entry, "text")
    qrels = _chosen(folder)
    grades = _grades(qrels, texts, wrong)
    notes = (*wrong.notes, *unknown_documents(grades, documents))
    name = f"{folder.resolve().name} ({qrels.stem})"
    return QuestionSet(name, tuple(documents.values()), judged_questions(texts, grades), notes)


def _add(documents: dict[str, Document], document: Document) -> None:
    if document.path in documents:
        raise ValueError(f"_id {document.path} is taken by an earlier document")
    documents[document.path] = document


def _document(entry: Mapping[str, Any]) -> Document:
    title, body = entry.get("title") or "", entry.get("text", "")
    if not isinstance(title, str) or not isinstance(body, str):
        raise ValueError("title, text: expected text")
    return titled_document(text(entry, "_id"), title, body)


def _chosen(folder: Path) -> Path:
    found = {file.name: file for file in sorted((folder / "qrels").glob("*.tsv"))}
    if not found:
        raise GoldError(f"{folder}: not in BEIR's layout: no qrels/*.tsv")
    return found.get("test.tsv") or found.get("dev.tsv") or next(iter(found.values()))


def _grades(file: Path, texts: Mapping[str, str], wrong: Wrong) -> Judgements:
    grades: Judgements = {}
    for number, (place, line) in enumerate(lines(file)):
        fields = line.strip().split("\t")
        if not number and fields[-1] == "score":
            continue
        with wrong.at(place):
            if len(fields) != 3:
                raise ValueError(f"expected question, document and grade between tabs, not {len(fields)} fields")
            question, document, grade = fields
            if question not in texts:
                raise ValueError(f"question {question} is not in queries.jsonl")
            grades.setdefault(question, {})[document] = parsed_grade(grade)
    return grades


def parsed_grade(written: str) -> int:
    """A grade as trec_eval reads it: a whole number."""
    try:
        return int(written)
    except ValueError:
        raise ValueError(f"expected a grade that is a whole number, not {written!r}") from None


def judged_questions(texts: Mapping[str, str], grades: Judgements) -> tuple[Question, ...]:
    """The questions that at least one document is relevant to; the others say nothing about a ranking."""
    return tuple(
        Question(
            id=name,
            text=asked,
            group="judged",
            source="",
            anchors=(),
            standalone=asked,
            judgements=tuple(Judgement(path, grade) for path, grade in grades[name].items()),
        )
        for name, asked in texts.items()
        if any(grade > 0 for grade in grades.get(name, {}).values())
    )


def unknown_documents(grades: Judgements, known: Mapping[str, object]) -> tuple[str, ...]:
    """One line about relevant documents that the corpus lacks, if it does: trec_eval counts them as not found."""
    count = sum(grade > 0 and path not in known for found in grades.values() for path, grade in found.items())
    return (f"{count} relevant documents are not in the corpus and count as not found",) if count else ()
