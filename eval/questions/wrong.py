"""Wrong entries of question files: refused by file and line, or counted; and reading files line by line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from qa.errors import GoldError, QAError, seen
from qa.gold import parsed_line

__all__ = ["Wrong", "json_lines", "labels", "lines", "read_text", "text", "whole"]


class Wrong:
    """What is wrong in a question file: raised by its place, or, when wrong entries are skipped, kept in `places`."""

    def __init__(self, *, skip: bool = False) -> None:
        self.skip = skip
        self.places: list[str] = []

    @contextmanager
    def at(self, place: str) -> Iterator[None]:
        """What goes wrong inside is wrong at this place. Raises GoldError unless wrong entries are skipped."""
        try:
            yield
        except GoldError:  # has named its place already
            raise
        except (ValueError, QAError) as error:
            self.report(GoldError(f"{place}: {error}"))

    def report(self, error: GoldError) -> None:
        """Raise the error, or keep its message when wrong entries are skipped."""
        if not self.skip:
            raise error from None
        self.places.append(str(error))

    @property
    def notes(self) -> tuple[str, ...]:
        """One line about all that was skipped, if anything was."""
        if not self.places:
            return ()
        return (f"{len(self.places)} wrong entries left out, the first: {self.places[0]}",)


def read_text(file: Path) -> str:
    """The text of a file. Raises GoldError when it cannot be read."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise GoldError(f"{file}: cannot be read: {getattr(error, 'strerror', None) or error}") from None


def lines(file: Path) -> Iterator[tuple[str, str]]:
    """The lines of a file that are not blank, each with its place for a message."""
    for number, line in enumerate(read_text(file).split("\n"), 1):
        if line.strip():
            yield f"{file}:{number}", line


def json_lines(file: Path, wrong: Wrong) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The objects of a JSON Lines file, each with its place."""
    for place, line in lines(file):
        with wrong.at(place):
            yield place, _object(line)


def _object(line: str) -> Mapping[str, Any]:
    entry = parsed_line(line)
    if not isinstance(entry, dict):
        raise ValueError(f"expected an object, not {seen(entry)}")
    return entry


def text(entry: Mapping[str, Any], name: str) -> str:
    """A field that is text and not blank.

    >>> text({"question": 5}, "question")
    Traceback (most recent call last):
    ValueError: question: expected text, not 5
    """
    value = _given(entry, name, "text")
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name}: expected text, not {seen(value)}")
    value.encode()  # half a character, which JSON can hold, is a ValueError here and not later
    return value


def whole(entry: Mapping[str, Any], name: str) -> int:
    """A field that is a whole number from 0."""
    value = _given(entry, name, "a whole number")
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{name}: expected a whole number from 0, not {seen(value)}")
    return value


def labels(entry: Mapping[str, Any], name: str, length: int) -> tuple[int, ...]:
    """A field that is a list of 0 and 1, of a given length."""
    value = _given(entry, name, "a list of 0 and 1")
    if not isinstance(value, list) or any(label not in (0, 1) for label in value):
        raise ValueError(f"{name}: expected a list of 0 and 1, not {seen(value)}")
    if len(value) != length:
        raise ValueError(f"{name}: expected {length} of them, one a sentence, not {len(value)}")
    return tuple(map(int, value))


def _given(entry: Mapping[str, Any], name: str, expected: str) -> Any:
    if name not in entry:
        raise ValueError(f"{name}: missing; expected {expected}")
    return entry[name]
