"""The passage file: a line of JSON a passage. Imports nothing of the project, nor of its peers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

__all__ = ["Part", "Passages", "Row", "rows"]


class Row(NamedTuple):
    """A line of the passage file: where a passage stands, and its text."""

    path: str
    title: str
    start: int
    text: str

    def line(self) -> str:
        """As it stands in the file."""
        return json.dumps(self._asdict(), ensure_ascii=False) + "\n"


@dataclass(frozen=True, slots=True)
class Part:
    """Some lines of a passage file, by the bytes where they begin and end."""

    file: Path
    start: int
    stop: int

    def __iter__(self) -> Iterator[Row]:
        with self.file.open("rb") as stream:
            stream.seek(self.start)
            lines = stream.read(self.stop - self.start).decode().split("\n")
        return (Row(**json.loads(line)) for line in lines if line)


@dataclass(frozen=True, slots=True)
class Passages:
    """The first `limit` passages of a file, to be read one after the other, or in parts by several processes."""

    file: Path
    limit: int | None = None

    @classmethod
    def write(cls, passages: Iterable[Row], file: Path) -> Passages:
        """Make a passage file."""
        with file.open("w", encoding="utf-8", newline="\n") as stream:
            stream.writelines(row.line() for row in passages)
        return cls(file)

    def __iter__(self) -> Iterator[Row]:
        return rows(self.file, self.limit)

    def parts(self, size: int) -> Iterator[Part]:
        """Parts of somewhat more than `size` bytes, each with all passages of its documents."""
        with self.file.open("rb") as lines:
            start = at = 0
            path = None
            for line in islice(lines, self.limit):
                if at - start >= size:
                    here = json.loads(line)["path"]
                    if path not in (None, here):
                        yield Part(self.file, start, at)
                        start, here = at, None
                    path = here
                at += len(line)
            if at > start:
                yield Part(self.file, start, at)


def rows(file: Path, limit: int | None = None) -> Iterator[Row]:
    """The first `limit` passages of a passage file, one at a time."""
    with file.open(encoding="utf-8") as lines:
        for line in islice(lines, limit):
            yield Row(**json.loads(line))
