"""What was asked in earlier conversations with the same documents, and how sure the answers were: for /review."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from qa.model import Answer

__all__ = ["Asked", "note", "noted"]

_MOST = 2_000
"""Lines that are looked at, the last ones."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in its standalone form, how sure its answer was, and that itself if it is of this conversation."""

    question: str
    confidence: float
    answer: Answer | None = None


def note(file: Path, answer: Answer) -> None:
    """Add a question to a file that its user alone can read; where that cannot be, it goes unnoted."""
    line = json.dumps({"question": answer.standalone, "confidence": round(answer.confidence, 4)})
    with suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.touch(mode=0o600)
        with file.open("a", encoding="ascii") as stream:
            stream.write(f"{line}\n")


def noted(file: Path) -> list[Asked]:
    """The questions of a file, each as it was answered last; damaged lines, or a file that cannot be read, are none."""
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()[-_MOST:]
    except OSError:
        return []
    return list({asked.question: asked for asked in map(_parsed, lines) if asked}.values())


def _parsed(line: str) -> Asked | None:
    with suppress(ValueError, KeyError, TypeError, RecursionError):
        entry = json.loads(line)
        if isinstance(entry["question"], str) and 0 <= entry["confidence"] <= 1:
            return Asked(entry["question"], float(entry["confidence"]))
    return None
