"""The tool's own question files, as `qa.gold` describes them."""

from __future__ import annotations

from pathlib import Path

from eval.questions.model import Question, QuestionSet
from eval.questions.wrong import Wrong
from qa.gold import GoldItem, read_gold
from qa.library import open_library

__all__ = ["from_gold"]


def from_gold(file: Path, corpus: Path | None, wrong: Wrong | None = None) -> QuestionSet:
    """A gold file with the corpus that it is about. Raises GoldError for a wrong line."""
    wrong = wrong or Wrong()
    with open_library(corpus) as library:
        documents = tuple(library.document(path) for path in library.paths)
        items = read_gold(file, library.document, wrong=wrong.report)
    return QuestionSet(file.name, documents, tuple(map(_question, items)), wrong.notes)


def _question(item: GoldItem) -> Question:
    return Question(
        id=item.id,
        text=item.question,
        group=_group(item.kind, item.paraphrase, bool(item.history)),
        source=item.anchors[0].path if item.anchors else "",
        anchors=item.anchors,
        answers=(item.answer,) if item.answer else (),
        history=item.history,
        standalone=item.standalone,
        split=item.split,
        paraphrase=item.paraphrase,
    )


def _group(kind: str, paraphrase: bool, follow_up: bool) -> str:
    if kind in ("unanswerable", "off-topic"):
        return kind
    return "follow-up" if follow_up else "paraphrase" if paraphrase else kind
