"""Question files: one JSON object a line, each naming where its answer stands.

    {"id": "g001", "question": "…", "kind": "date", "split": "tune", "paraphrase": false,
     "evidence": [{"document": "jitsu.md", "text": "…"}], "answer": "2015",
     "history": ["…"], "standalone": "…"}

Each evidence text stands exactly once in its document, white space aside; any one of them answers, none means that the
documents do not. An evidence may say more of where it stands, as those of the chat do: "start" and "end", offsets in
`Document.text`, and the text "before" and "after" it. Then the text may stand there several times, and it is found
again after the document has changed (`recheck`). `answer` may be null. `history` and `standalone` are for follow-ups. A
wrong line is refused by its number.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from qa.errors import CorpusError, GoldError, QAError, seen
from qa.model import AROUND, Document
from qa.state import put

__all__ = [
    "KINDS",
    "SPLITS",
    "Anchor",
    "GoldItem",
    "Moved",
    "add_item",
    "anchor",
    "free_ids",
    "judged_questions",
    "kind_of",
    "new_item",
    "parsed_line",
    "places_of",
    "read_gold",
    "recheck",
]

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
_KIND_SIGNS = (
    (r"\bwho(?:m|se)?\b", "person"),
    (r"\bwhen\b|\b(?:which|what) (?:year|date|day|month)\b", "date"),
    (r"\bhow (?:many|much|long|big|old|often|far|fast)\b", "number"),
    (r"\bwhy\b|\bhow come\b", "why"),
    (r"\bhow\b", "how"),
    (r"^\W*(?:what(?:'s|’s| is| are)|define|explain)\b", "definition"),
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
    items: list[GoldItem] = []
    taken: set[str] = set()
    for number, line in enumerate(_lines(file), 1):
        if not line.strip():
            continue
        try:
            item = _item(parsed_line(line), document)
            if item.id in taken:
                raise ValueError(f"id {item.id} is taken by an earlier line")
        except (ValueError, QAError) as error:
            wrong(GoldError(f"{file}:{number}: {error}"))
            continue
        taken.add(item.id)
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
_OFFSET = _Field("a whole number", lambda value: isinstance(value, int) and value >= 0, optional=True)
_BESIDE = _Field("text", lambda value: isinstance(value, str), optional=True)
_PLACE = {
    "document": _Field("text", _is_text),
    "text": _Field("text", _is_text),
    "start": _OFFSET,
    "end": _OFFSET,
    "before": _BESIDE,
    "after": _BESIDE,
}


def parsed_line(line: str) -> object:
    """What a line of JSON says. Raises ValueError, in words, for one that is none."""
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
    anchors = tuple(_anchored(document, place) for place in evidence)
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
        raise ValueError(f"expected an object, not {seen(entry)}")
    for name, field in fields.items():
        if name not in entry:
            if not field.optional:
                raise ValueError(f"{within}{name}: missing; expected {field.expected}")
        elif not field.fits(entry[name]):
            raise ValueError(f"{within}{name}: expected {field.expected}, not {seen(entry[name])}")
    return entry


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _anchored(document: Callable[[str], Document], place: Mapping[str, Any]) -> Anchor:
    return anchor(
        document(place["document"]),
        place["text"],
        start=place.get("start"),
        before=place.get("before", ""),
        after=place.get("after", ""),
    )


def anchor(document: Document, text: str, *, start: int | None = None, before: str = "", after: str = "") -> Anchor:
    """Where a text stands in a document, any run of white space matching any other.

    Where it stands several times, it is the place whose surroundings are most like `before` and `after`, and of those
    that are alike the nearest to `start`. Raises ValueError when it stands there not at all, or more than once and
    nothing is said of the place.
    """
    if not text.split():
        raise ValueError("an evidence text is empty")
    found = places_of(document, text)
    if not found or (len(found) > 1 and start is None):
        how = "does not stand" if not found else f"stands {len(found)} times"
        raise ValueError(f"the evidence {_shortened(text.split())!r} {how} in {document.path}")

    def fits(place: Anchor) -> tuple[int, int]:
        left, right = _spaced(before)[::-1], _spaced(after)
        like = _common(left, _spaced(document.text[max(place.start - 2 * AROUND, 0) : place.start])[::-1])
        like += _common(right, _spaced(document.text[place.end : place.end + 2 * AROUND]))
        return like, -abs(place.start - (start or 0))

    return max(found, key=fits)


def places_of(document: Document, text: str) -> list[Anchor]:
    """Every place where a text stands in a document, any run of white space matching any other."""
    words = text.split()
    pattern = r"\s+".join(map(re.escape, words))
    return [Anchor(document.path, *match.span()) for match in re.finditer(pattern, document.text)] if words else []


def _common(left: str, right: str) -> int:
    """How many characters two texts begin with alike."""
    pairs = enumerate(zip(left, right, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(left), len(right)))


def _shortened(words: Sequence[str]) -> str:
    return " ".join(words[:8]) + (" …" if len(words) > 8 else "")


def add_item(
    file: Path,
    *,
    question: str,
    standalone: str,
    history: Sequence[str],
    kind: str,
    answer: str | None,
    places: Sequence[Anchor],
    document: Callable[[str], Document],
) -> int:
    """Add a question to a file, in place of what it says of the same question; how many there are now.

    The file is made, for its user alone, where it is not there. Raises GoldError when it cannot be read or written.
    """
    lines = [line for line in _lines(file) if line.strip()] if file.exists() else []
    kept = [line for line in lines if _question_of(line) != (question, standalone)]
    item = new_item(next(_free_ids(kept)), question, kind=kind, answer=answer, places=places, document=document)
    if history:
        item |= {"history": list(history), "standalone": standalone}
    _write(file, [*kept, json.dumps(item, ensure_ascii=False)])
    return len(kept) + 1


def new_item(
    name: str,
    question: str | None,
    *,
    kind: str,
    answer: str | None,
    places: Sequence[Anchor],
    document: Callable[[str], Document],
) -> dict[str, Any]:
    """A line of a question file as plain JSON values; a question that is None is still to be written."""
    return {
        "id": name,
        "question": question,
        "kind": kind,
        "split": "test",
        "paraphrase": False,
        "evidence": [_place(document(place.path), place) for place in places],
        "answer": answer,
    }


def kind_of(question: str) -> str:
    """The kind of a question that the documents answer, as far as its words tell.

    >>> kind_of("By whom was it built?"), kind_of("Which stone is it made of?")
    ('person', 'factoid')
    """
    return next((kind for pattern, kind in _KIND_SIGNS if re.search(pattern, question, re.IGNORECASE)), "factoid")


def _place(document: Document, place: Anchor) -> dict[str, Any]:
    """An evidence with all that helps to find it again."""
    before, after = document.around(place.start, place.end)
    return {
        "document": place.path,
        "text": document.text[place.start : place.end],
        "start": place.start,
        "end": place.end,
        "before": before,
        "after": after,
    }


def judged_questions(file: Path) -> set[tuple[str, str]]:
    """The questions of a file, each with its standalone form; none where there is no such file."""
    return {_question_of(line) for line in _lines(file) if line.strip()} if file.exists() else set()


def _question_of(line: str) -> tuple[str, str]:
    try:
        entry = json.loads(line)
        return entry["question"], entry.get("standalone") or entry["question"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return "", ""


def free_ids(file: Path) -> Iterator[str]:
    """Ids that no line of a file has, which need not be there, in order and without end."""
    yield from _free_ids([line for line in _lines(file) if line.strip()] if file.exists() else [])


def _free_ids(lines: Sequence[str]) -> Iterator[str]:
    taken = {match[1] for line in lines if (match := re.search(r'"id"\s*:\s*"(u\d+)"', line))}
    numbered = (f"u{number:03}" for number in count(len(lines) + 1))
    return (name for name in numbered if name not in taken)


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise GoldError(f"{file}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise GoldError(f"{file}: cannot be read: not UTF-8") from None


def _write(file: Path, lines: Sequence[str]) -> None:
    try:
        put(file, "".join(f"{line}\n" for line in lines))
    except OSError as error:
        raise GoldError(f"{file}: cannot be written: {error.strerror}") from None
    except UnicodeEncodeError as error:
        raise GoldError(f"{file}: cannot be written: {error.reason}") from None


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of one evidence: `to` is where it stands now, None when it is gone."""

    line: int
    id: str
    path: str
    text: str
    to: Anchor | None


def recheck(file: Path, document: Callable[[str], Document]) -> list[Moved]:
    """Find the evidence of a file again in documents that have changed; what has moved is corrected in the file.

    Returns what has moved or is gone; lines whose evidence is gone stay as they are. Raises GoldError for a line that
    is no item.
    """
    lines = _lines(file)
    changes: list[Moved] = []
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        try:
            item = _checked(parsed_line(line), _LINE)
            places = [_checked(place, _PLACE, within="evidence ") for place in item["evidence"]]
        except ValueError as error:
            raise GoldError(f"{file}:{number + 1}: {error}") from None
        found = [_found_again(place, document) for place in places]
        changes += [
            Moved(number + 1, item["id"], place["document"], place["text"], to)
            for place, to in zip(places, found, strict=True)
            if to is None or (to.start, to.end) != (place.get("start", to.start), place.get("end", to.end))
        ]
        if places and None not in found and any("start" in place for place in places):
            item["evidence"] = [
                {**place, **_place(document(to.path), to)} if to and "start" in place else place
                for place, to in zip(places, found, strict=True)
            ]
            lines[number] = json.dumps(item, ensure_ascii=False)
    if any(change.to for change in changes):
        _write(file, list(_without_end(lines)))
    return changes


def _found_again(place: Mapping[str, Any], document: Callable[[str], Document]) -> Anchor | None:
    try:
        return _anchored(document, place)
    except (ValueError, CorpusError):
        return None


def _without_end(lines: Sequence[str]) -> Iterator[str]:
    """The lines without the empty one that the last line feed leaves."""
    yield from lines[:-1] if lines and not lines[-1] else lines
