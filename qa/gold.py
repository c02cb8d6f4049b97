"""Question files: one JSON object a line, each naming where its answer stands.

    {"id": "g001", "question": "…", "kind": "date", "split": "tune", "paraphrase": false,
     "evidence": [{"document": "jitsu.md", "text": "…"}], "answer": "2015",
     "history": ["…"], "standalone": "…"}

Each evidence text stands exactly once in its document, white space aside; any one of them answers, none means that the
documents do not. `answer` may be null. `history` and `standalone` are for follow-ups. A wrong line is refused by its
number.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.errors import GoldError, QAError
from qa.model import Document

__all__ = ["KINDS", "SPLITS", "Anchor", "GoldItem", "anchor", "read_gold"]

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
SPLITS = ("tune", "test")
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


def _refuse(error: GoldError) -> None:
    raise error from None


def read_gold(
    file: Path, document: Callable[[str], Document], *, wrong: Callable[[GoldError], None] = _refuse
) -> list[GoldItem]:
    """The items of a question file, anchored in the documents that `document` returns for a path.

    Raises GoldError, naming file and line, for a line that is not as the module says, unless `wrong` is given, which is
    called with each such error and may let the line be left out.
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
            item = _item(_parsed(line), document)
            if item.id in seen:
                raise ValueError(f"id {item.id} is taken by an earlier line")
        except (ValueError, QAError) as error:
            wrong(GoldError(f"{file}:{number}: {error}"))
            continue
        seen.add(item.id)
        items.append(item)
    return items


@dataclass(frozen=True, slots=True)
class _Field:
    """What a field must be, in words and as a test."""

    expected: str
    fits: Callable[[Any], bool]
    optional: bool = False


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_list(value: object, fits: Callable[[object], bool]) -> bool:
    return isinstance(value, list) and all(map(fits, value))


_LINE = {
    "id": _Field("text", _is_text),
    "question": _Field("text", _is_text),
    "kind": _Field(f"one of {', '.join(KINDS)}", KINDS.__contains__),
    "split": _Field(f"one of {', '.join(SPLITS)}", SPLITS.__contains__),
    "paraphrase": _Field("true or false", lambda value: isinstance(value, bool)),
    "evidence": _Field("a list of objects", lambda value: _is_list(value, lambda place: isinstance(place, dict))),
    "answer": _Field("text or null", lambda value: value is None or _is_text(value), optional=True),
    "history": _Field("a list of texts", lambda value: _is_list(value, _is_text), optional=True),
    "standalone": _Field("text", _is_text, optional=True),
}
_PLACE = {"document": _Field("text", _is_text), "text": _Field("text", _is_text)}


def _parsed(line: str) -> object:
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} at column {error.colno}") from None
    except RecursionError:
        raise ValueError("not JSON that can be read: nested too deeply") from None


def _item(entry: object, document: Callable[[str], Document]) -> GoldItem:
    line = _checked(entry, _LINE)
    evidence = [_checked(place, _PLACE, within="evidence ") for place in line["evidence"]]
    kind, answer, history = line["kind"], line.get("answer"), tuple(line.get("history", ()))
    if bool(evidence) == (kind in _REFUSALS):
        raise ValueError(
            f"kind {kind} with {len(evidence)} evidence texts: refusals have none, all others at least one"
        )
    anchors = tuple(anchor(document(place["document"]), place["text"]) for place in evidence)
    if answer is not None and not (evidence and _spaced(answer) in _spaced(evidence[0]["text"])):
        raise ValueError(f"the answer {answer!r} is not in the first evidence")
    if history and "standalone" not in line:
        raise ValueError("standalone: missing; a follow-up needs it")
    return GoldItem(
        id=line["id"],
        question=line["question"],
        kind=kind,
        split=line["split"],
        paraphrase=line["paraphrase"],
        anchors=anchors,
        answer=answer,
        history=history,
        standalone=line["standalone"] if history else line["question"],
    )


def _checked(entry: object, fields: Mapping[str, _Field], *, within: str = "") -> dict[str, Any]:
    """The entry, an object whose fields are what they must be. Raises ValueError, naming the first that is not."""
    if not isinstance(entry, dict):
        raise ValueError(f"expected an object, not {_seen(entry)}")
    for name, field in fields.items():
        if name not in entry:
            if not field.optional:
                raise ValueError(f"{within}{name}: missing; expected {field.expected}")
        elif not field.fits(entry[name]):
            raise ValueError(f"{within}{name}: expected {field.expected}, not {_seen(entry[name])}")
    return entry


def _seen(value: object) -> str:
    """A value as it stands in the file, if short."""
    written = json.dumps(value, ensure_ascii=False)
    return written if len(written) <= 60 else f"{written[:59]}…"


def _spaced(text: str) -> str:
    return " ".join(text.split())


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
