"""Answers from your own documents, quoted word for word.

>>> import qa
>>> reply = qa.answer("Who acquired Unikernel Systems?")
>>> reply.answered
True
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from qa.errors import CacheError, CorpusError, GoldError, QAError, QuestionError, ReadError
from qa.model import (
    Answer,
    Block,
    Document,
    Hit,
    Passage,
    Promise,
    Quote,
    Sentence,
    Skipped,
    SourceMap,
)
from qa.reasons import Contribution, Explanation, Reason, WordFound

if TYPE_CHECKING:
    from qa.library import Library, PathLike

__all__ = [
    "Answer",
    "Block",
    "CacheError",
    "Contribution",
    "CorpusError",
    "Document",
    "Explanation",
    "GoldError",
    "Hit",
    "Library",
    "Passage",
    "Promise",
    "QAError",
    "QuestionError",
    "Quote",
    "ReadError",
    "Reason",
    "Sentence",
    "Skipped",
    "SourceMap",
    "WordFound",
    "__version__",
    "answer",
    "open",
]

__version__ = "0.1.0"


def open(  # noqa: A001  # the contract's name: qa.open reads as the built-in does
    corpus: PathLike | Sequence[PathLike] | None = None, *, exclude: Sequence[str] = (), language: str = "auto"
) -> Library:
    """Load or build the index of a path, or of several, and return the Library; without one, the bundled corpus.

    `language` is that of all documents and questions, such as "de" or "german"; "auto" lets each document tell its own.
    Raises CorpusError for a path that does not exist or holds nothing readable.
    """
    from qa.library import open_library

    return open_library(corpus, exclude=exclude, language=language)


def answer(
    question: str,
    *,
    corpus: PathLike | Sequence[PathLike] | Library | None = None,
    history: Sequence[Answer | str] = (),
    k: int = 3,
    language: str = "auto",
) -> Answer:
    """Answer a question from a corpus: a path, several, an open Library, or, without one, the bundled documents.

    `language` is as to `open`; an open Library has its own.

    Raises QuestionError for an empty question, CorpusError for a corpus that cannot be opened.
    """
    from qa.library import Library, check, open_library

    if isinstance(corpus, Library):
        return corpus.answer(question, history=history, k=k)
    check(question, k=k, history=history)
    with open_library(corpus, language=language) as library:
        return library.answer(question, history=history, k=k)


if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """`qa.Library`, imported when first asked for: it brings numpy, which `qa --help` can do without."""
        if name == "Library":
            from qa.library import Library

            return Library
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
