"""The passage file: a line of JSON a passage. Imports nothing of the project, nor of its peers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

__all__ = ["Row", "rows"]


class Row(NamedTuple):
    """A line of the passage file: where a passage stands, and its text."""

    path: str
    title: str
    start: int
    text: str

    def line(self) -> str:
        """As it stands in the file."""
        return json.dumps(self._asdict(), ensure_ascii=False) + "\n"


def rows(file: Path, limit: int | None = None) -> Iterator[Row]:
    """The first `limit` passages of a passage file, one at a time."""
    with file.open(encoding="utf-8") as lines:
        for line in islice(lines, limit):
            yield Row(**json.loads(line))
