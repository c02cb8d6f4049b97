"""A conversation written down, and read again to go on from it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.errors import CorpusError, QAError
from qa.model import Answer, Quote
from qa.present import json_text, markdown_text

if TYPE_CHECKING:
    from qa.library import Library

__all__ = ["exported", "resumed"]


def exported(answers: Sequence[Answer], suffix: str) -> str:
    """A conversation as the text of a `.md` or `.json` file."""
    if suffix == ".md":
        return markdown_text(answers)
    return json_text(answers, encoding="ascii") + "\n"


def resumed(file: Path, library: Library) -> list[Answer]:
    """The conversation in a `.json` file. Quotes that no longer stand in the documents are left out.

    Raises QAError for a file that cannot be read or is none of ours.
    """
    try:
        entries = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(entries, list):
            entries = [entries]
        return [_answer(entry, library) for entry in entries]
    except OSError as error:
        raise QAError(f"{file}: cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise QAError(f"{file}: no conversation that was saved here") from None


def _answer(entry: dict[str, Any], library: Library) -> Answer:
    question, standalone = entry["question"], entry["standalone"]
    if not isinstance(question, str) or not isinstance(standalone, str):
        raise TypeError
    return Answer(
        question=question,
        standalone=standalone,
        quotes=_standing(entry["quotes"], library),
        nearest=_standing(entry["nearest"], library),
        confidence=float(entry["confidence"]),
        corpus=tuple(map(str, entry.get("corpus", ()))),
        missing=tuple(map(str, entry.get("missing", ()))),
        changed=tuple(map(str, entry.get("changed", ()))),
        read_as=tuple((str(each["word"]), str(each["as"])) for each in entry.get("read_as", ())),
        promised=None if entry.get("promised") is None else float(entry["promised"]),
    )


def _standing(quotes: Sequence[dict[str, Any]], library: Library) -> tuple[Quote, ...]:
    """The quotes made again from the documents."""
    found = []
    for quote in quotes:
        try:
            document = library.document(quote["path"])
            start, end, inner = quote["start"], quote["end"], (quote["answer_start"], quote["answer_end"])
            answer = None if None in inner else (start + inner[0], start + inner[1])
            also = tuple(path for path in quote.get("also_in", ()) if path in library.paths)
            made = document.quote(start, end, confidence=float(quote["confidence"]), answer=answer, also_in=also)
        except (CorpusError, ValueError):
            continue
        if made.text == quote["text"]:
            found.append(made)
    return tuple(found)
