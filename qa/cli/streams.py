"""What comes in and what goes out: answers to standard output, all else to standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TextIO

from qa.errors import QAError

__all__ = ["drop", "encoding", "lines_of", "note", "prepare_streams", "say"]


def prepare_streams() -> None:
    """Fill the places of streams that the caller closed, and let no character break the others.

    The next file to be opened would become standard output, and `print(file=None)` writes to standard output.
    """
    if sys.stdin is None:
        sys.stdin = os.fdopen(os.open(os.devnull, os.O_RDONLY))
    if sys.stdout is None:  # stays None for `say`
        os.open(os.devnull, os.O_WRONLY)
    if sys.stderr is None:
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def drop(stream: TextIO | None) -> None:
    """Point a stream elsewhere, so that the flush at exit does not complain."""
    if stream is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def say(text: str) -> None:
    """Print an answer."""
    if sys.stdout is None:
        raise OSError("standard output is closed")
    print(text)


def note(line: str) -> None:
    """Print a line about the answer, where somebody listens."""
    from qa.present import one_line  # brings much, and is seldom needed

    try:
        print(f"qa: {one_line(line)}", file=sys.stderr)
    except OSError:
        drop(sys.stderr)


def encoding() -> str:
    return getattr(sys.stdout, "encoding", None) or "utf-8"


def lines_of(name: str) -> Iterable[str]:
    """The lines of a file, or of standard input for "-"; a mark of the byte order is none of them.

    Bytes that are no UTF-8 become U+FFFD.
    """
    if name == "-":
        if hasattr(sys.stdin, "reconfigure"):
            sys.stdin.reconfigure(encoding="utf-8-sig", errors="replace")
        return sys.stdin
    try:
        with open(name, encoding="utf-8-sig", errors="replace") as file:
            return file.readlines()
    except OSError as error:
        raise QAError(f"{name}: cannot be read: {error.strerror}") from None
