"""The errors that leave the package, all of them.

    QAError                    anything the tool reports in one line
    ├── CorpusError            no such path, nothing readable in it, a bad pattern
    ├── ReadError              one file that cannot be read: named, skipped, the rest served
    ├── QuestionError          an empty question, a question that is not text
    ├── CacheError             the cache, or a promise beside it, cannot be read or written
    └── GoldError              a question file with a wrong line, named by file and line

A message names the thing, what was seen and what to do. Only `qa.cli` turns one into a line and an exit code.
"""

import json

_LONGEST_SEEN = 60


def seen(value: object) -> str:
    """A wrong value as it stands in its file, if short.

    >>> seen("four"), seen([1] * 100)[-6:]
    ('"four"', ' 1, 1…')
    """
    return brief(json.dumps(value, ensure_ascii=False), _LONGEST_SEEN)


def brief(text: str, most: int = 100) -> str:
    """What somebody typed, short enough for a message.

    >>> brief("in:notes"), brief("in:a in:b in:c", 8)
    ('in:notes', 'in:a in…')
    """
    return text if len(text) <= most else f"{text[: most - 1]}…"


class QAError(Exception):
    """Anything the tool reports in one line."""


class CorpusError(QAError):
    """The corpus as a whole cannot be opened: no such path, or nothing readable in it."""


class ReadError(QAError):
    """One file cannot be read; `path` and `reason` say which and why."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class QuestionError(QAError):
    """The question is empty or is not text."""


class CacheError(QAError):
    """The index in the cache folder, or a promise in the state folder, cannot be read or written."""


class GoldError(QAError):
    """A question file has a wrong line."""
