"""Question files: one JSON object a line, each naming where its answer stands.

    {"id": "g001", "question": "…", "kind": "date", "split": "tune", "paraphrase": false,
     "evidence": [{"document": "jitsu.md", "text": "…"}], "answer": "2015",
     "history": ["…"], "standalone": "…"}

Each evidence text stands exactly once in its document, white space aside; any one of them answers, none means that the
documents do not. `history` and `standalone` are for follow-ups. A wrong line is refused by its number.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.errors import GoldError, QAError
from qa.model import Document

__all__ = ["KINDS", "Anchor", "GoldItem", "anchor", "read_gold"]

KINDS = (
    "factoid",
    "definition",
    "list",
    "why",
    "how",
    "date",
    "number",
    "person",
    "unanswerable",
    "off-topic",
)
_REFUSALS = ("unanswerable", "off-topic")


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where an answer stands: a range of a document's text."""

    path: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class GoldItem:
    """A question with the places that answer it; no place, no answer in the documents."""

    id: str
    question: str
    kind: str
    split: str
    paraphrase: bool
    anchors: tuple[Anchor, ...]
    answer: str | None
    history: tuple[str, ...]
    standalone: str


def read_gold(file: Path, document: Callable[[str], Document]) -> list[GoldItem]:
    """The items of a question file, anchored in the documents that `document` returns for a path.

    Raises GoldError, naming file and line, for a line that is not as the module says.
    """
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise GoldError(f"{file}: cannot be read: {error}") from None
    items: list[GoldItem] = []
    seen: set[str] = set()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            item = _item(json.loads(line), document)
        except (ValueError, KeyError, TypeError, QAError) as error:
            what = f"no {error}" if isinstance(error, KeyError) else str(error)
            raise GoldError(f"{file}:{number}: {what}") from None
        if item.id in seen:
            raise GoldError(f"{file}:{number}: id {item.id} is taken by an earlier line")
        seen.add(item.id)
        items.append(item)
    return items


def _item(entry: dict[str, Any], document: Callable[[str], Document]) -> GoldItem:
    kind = entry["kind"]
    if kind not in KINDS:
        raise ValueError(f"kind {kind!r}: expected one of {', '.join(KINDS)}")
    if not str(entry["question"]).strip():
        raise ValueError("the question is empty")
    evidence = entry["evidence"]
    if bool(evidence) == (kind in _REFUSALS):
        raise ValueError(
            f"kind {kind} with {len(evidence)} evidence texts: refusals have none, all others at least one"
        )
    anchors = tuple(anchor(document(place["document"]), place["text"]) for place in evidence)
    answer = entry.get("answer")
    if answer is not None and " ".join(answer.split()) not in " ".join(evidence[0]["text"].split()):
        raise ValueError(f"the answer {answer!r} is not in the first evidence")
    history = tuple(entry.get("history", ()))
    return GoldItem(
        id=entry["id"],
        question=entry["question"],
        kind=kind,
        split=entry["split"],
        paraphrase=entry["paraphrase"],
        anchors=anchors,
        answer=answer,
        history=history,
        standalone=entry["standalone"] if history else entry["question"],
    )


def anchor(document: Document, text: str) -> Anchor:
    """Where a text stands in a document, any run of white space matching any other.

    Raises ValueError when it stands there not at all or more than once.
    """
    words = text.split()
    if not words:
        raise ValueError("an evidence text is empty")
    found = [match.span() for match in re.finditer(r"\s+".join(map(re.escape, words)), document.text)]
    if len(found) != 1:
        how = "does not stand" if not found else f"stands {len(found)} times"
        raise ValueError(f"the evidence {_shortened(words)!r} {how} in {document.path}")
    return Anchor(document.path, *found[0])


def _shortened(words: Sequence[str]) -> str:
    return " ".join(words[:8]) + (" …" if len(words) > 8 else "")
