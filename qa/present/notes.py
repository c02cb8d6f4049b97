"""What is said beside an answer, on a line or some: words read as others, files that were not read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qa.model import Skipped
from qa.present.shared import one_line

__all__ = ["read_as_text", "skipped_text", "unread_text"]


def read_as_text(read_as: Iterable[tuple[str, str]]) -> str:
    """Which words were taken for misspelt.

    >>> read_as_text([("unikernal", "unikernel"), ("Dcoker", "Docker")])
    "read 'unikernal' as 'unikernel', 'Dcoker' as 'Docker'"
    """
    return "read " + ", ".join(f"'{word}' as '{read}'" for word, read in read_as)


def skipped_text(skipped: Sequence[Skipped]) -> str:
    """What could not be read and why, a line each."""
    return "\n".join(one_line(f"{entry.path}: {entry.reason}") for entry in skipped)


def unread_text(count: int, first: Skipped | None) -> str:
    """How many files an answer does not rest on, with one of them and why."""
    if first is None:
        return ""
    shown = one_line(f"{first.path}: {first.reason}")
    return f"{count} files were not read, e.g. {shown}" if count > 1 else f"1 file was not read: {shown}"
