"""Question sets of several formats, as one: documents, and questions with the places that answer them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qa.errors import GoldError
from qa.gold import Anchor, read_gold
from qa.library import open_library
from qa.model import Block, Document, SourceMap

__all__ = ["Question", "QuestionSet", "from_gold", "from_squad"]


@dataclass(frozen=True, slots=True)
class Question:
    """A question, where it is answered (nowhere for one to refuse), and how it is reported.

    `group` is what is reported together, such as a kind or "paraphrase"; `source` is what must stay together when a set
    is split, such as an article.
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

    def held_by(self, path: str, start: int, end: int) -> bool:
        """Whether a range of a document's text holds a whole place that answers."""
        return any(anchor.path == path and start <= anchor.start and anchor.end <= end for anchor in self.anchors)

    @property
    def answerable(self) -> bool:
        """Whether the documents answer it."""
        return bool(self.anchors)


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Documents and the questions asked of them."""

    name: str
    documents: tuple[Document, ...]
    questions: tuple[Question, ...]


def from_gold(file: Path, corpus: Path | None) -> QuestionSet:
    """A gold file with the corpus that it is about. Raises GoldError for a wrong line."""
    with open_library(corpus) as library:
        documents = tuple(library.document(path) for path in library.paths)
        items = read_gold(file, library.document)
    questions = tuple(
        Question(
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
        for item in items
    )
    return QuestionSet(file.name, documents, questions)


def _group(kind: str, paraphrase: bool, follow_up: bool) -> str:
    if kind in ("unanswerable", "off-topic"):
        return kind
    return "follow-up" if follow_up else "paraphrase" if paraphrase else kind


def from_squad(file: Path, limit: int | None = None) -> QuestionSet:
    """SQuAD 1.1 or 2.0 JSON: every paragraph a document of its article. Raises GoldError for another layout."""
    documents: list[Document] = []
    questions: list[Question] = []
    try:
        for article in json.loads(file.read_text(encoding="utf-8"))["data"]:
            for number, paragraph in enumerate(article["paragraphs"]):
                document = paragraph_document(
                    f"{article['title']}/{number:04}.txt", article["title"], paragraph["context"]
                )
                documents.append(document)
                questions += [_squad_question(entry, document) for entry in paragraph["qas"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise GoldError(f"{file}: not SQuAD JSON: {error!r}") from None
    return QuestionSet(file.name, tuple(documents), tuple(questions[:limit]))


def _squad_question(entry: dict[str, object], document: Document) -> Question:
    answers: Sequence[dict[str, object]] = () if entry.get("is_impossible") else entry["answers"]  # type: ignore[assignment]
    anchors = dict.fromkeys(
        Anchor(document.path, int(str(a["answer_start"])), int(str(a["answer_start"])) + len(str(a["text"])))
        for a in answers
    )
    return Question(
        id=str(entry["id"]),
        text=str(entry["question"]),
        group="answerable" if anchors else "adversarial",
        source=document.path.split("/")[0],
        anchors=tuple(anchors),
        answers=tuple(dict.fromkeys(str(a["text"]) for a in answers)),
        standalone=str(entry["question"]),
    )


def paragraph_document(path: str, title: str, text: str) -> Document:
    """A document of one paragraph that stands in no file."""
    start = len(text) - len(text.lstrip())
    return Document(
        path=path,
        text=text,
        title=title.replace("_", " "),
        format="text",
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        blocks=(Block(start, len(text.rstrip()), "paragraph"),) if text.strip() else (),
        source_map=SourceMap((0,), (0,), (0,)),
    )
