"""The files that an index was made of: where each one's document is, or why it could not be read.

Sorted by path and kept as arrays, so that with a hundred thousand files seeing that none has changed is one comparison
and not a hundred thousand.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from operator import attrgetter
from typing import overload

import numpy as np

from qa.index.segment import Array, Segment
from qa.load import Source
from qa.model import Skipped

__all__ = ["NO_FILES", "Changes", "Files", "Stat"]

Stat = tuple[int, ...]
"""A `Source.stat`."""

_BETWEEN = "\0"
"""Stands between paths; no file's name has it."""
_STATS = ("size", "mtime_ns", "changed")
_UNREAD = -1
"""In place of a segment's number."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What files did since the index: these are to be read, and the documents at these places are no more."""

    read: tuple[Source, ...]
    gone: tuple[tuple[int, int], ...]
    forgotten: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.read or self.gone or self.forgotten)


class Files:
    """Paths, stats and places of files.

    `file_paths` holds the paths as UTF-8 with a NUL between two; `file_stats`, shape (files, 3), their stats;
    `file_places`, shape (files, 2), segment and number of each one's document, or -1 and, for one that could not be
    read, the number of the reason in `file_reasons`, a JSON list.
    """

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        self.arrays = {name: arrays[name] for name in ("file_paths", "file_stats", "file_places", "file_reasons")}
        self._stats = arrays["file_stats"]
        self._places = arrays["file_places"]

    @classmethod
    def of(
        cls, segments: Sequence[Segment], live: Sequence[Array | None], unread: Mapping[str, tuple[Stat, str]]
    ) -> Files:
        """The files of the live documents of some segments, and those that could not be read."""
        reasons = {
            reason: number for number, reason in enumerate(dict.fromkeys(reason for _, reason in unread.values()))
        }
        paths = list(unread)
        stats = [np.array([stat for stat, _ in unread.values()], dtype=np.int64).reshape(-1, len(_STATS))]
        places = [np.array([(_UNREAD, reasons[why]) for _, why in unread.values()], dtype=np.int32).reshape(-1, 2)]
        for number, (segment, mask) in enumerate(zip(segments, live, strict=True)):
            kept = np.arange(segment.document_count) if mask is None else np.flatnonzero(mask)
            paths += segment.paths if mask is None else compress(segment.paths, mask.tolist())
            stats.append(segment.arrays["file_stats"][kept])
            places.append(np.stack([np.full(len(kept), number), kept], axis=1).astype(np.int32))
        order = sorted(range(len(paths)), key=paths.__getitem__)
        return cls(
            {
                "file_paths": _joined([paths[number] for number in order]),
                "file_stats": np.concatenate(stats)[order],
                "file_places": np.concatenate(places)[order],
                "file_reasons": np.frombuffer(json.dumps(list(reasons)).encode(), dtype=np.uint8),
            }
        )

    def are(self, sources: Sequence[Source]) -> bool:
        """Whether some files, sorted by path, are these and none has changed."""
        return (
            len(sources) == len(self._stats)
            and all(np.array_equal(_column(sources, name), self._stats[:, at]) for at, name in enumerate(_STATS))
            and np.array_equal(_joined([source.path for source in sources]), self.arrays["file_paths"])
        )

    def changes(self, sources: Sequence[Source]) -> Changes:
        """What is new or different among some files, and what is no longer there."""
        now = {source.path: source.stat for source in sources}
        known = dict(zip(self._paths, map(tuple, self._stats.tolist()), strict=True))
        changed = [place for place, (path, stat) in enumerate(known.items()) if now.get(path) != stat]
        places = self._places[changed].tolist()
        return Changes(
            read=tuple(source for source in sources if known.get(source.path) != now[source.path]),
            gone=tuple((segment, number) for segment, number in places if segment != _UNREAD),
            forgotten=tuple(
                self._paths[at] for at, (segment, _) in zip(changed, places, strict=True) if segment == _UNREAD
            ),
        )

    @cached_property
    def _paths(self) -> list[str]:
        return bytes(self.arrays["file_paths"]).decode().split(_BETWEEN) if len(self._stats) else []

    @cached_property
    def _reasons(self) -> list[str]:
        reasons: list[str] = json.loads(bytes(self.arrays["file_reasons"]))
        return reasons

    @property
    def unread(self) -> Unread:
        """The files that could not be read, by path."""
        return Unread(self)

    def unread_stats(self) -> dict[str, tuple[Stat, str]]:
        """Stat of each file that could not be read, and why, by path."""
        here = np.flatnonzero(self._places[:, 0] == _UNREAD)
        rows = zip(here.tolist(), map(tuple, self._stats[here].tolist()), self._places[here, 1].tolist(), strict=True)
        return {self._paths[at]: (stat, self._reasons[reason]) for at, stat, reason in rows}

    def skipped(self, at: int) -> Skipped:
        """One of the files as what could not be read."""
        return Skipped(self._paths[at], self._reasons[self._places[at, 1]])


class Unread(Sequence[Skipped]):
    """Files that could not be read, each made when it is asked for: most questions ask how many there are."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._at = np.flatnonzero(files.arrays["file_places"][:, 0] == _UNREAD)

    def __len__(self) -> int:
        return len(self._at)

    @overload
    def __getitem__(self, number: int) -> Skipped: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[Skipped]: ...
    def __getitem__(self, number: int | slice) -> Skipped | Sequence[Skipped]:
        if isinstance(number, slice):
            return tuple(map(self._files.skipped, self._at[number].tolist()))
        return self._files.skipped(int(self._at[number]))


def _joined(paths: Sequence[str]) -> Array:
    return np.frombuffer(_BETWEEN.join(paths).encode(), dtype=np.uint8)


def _column(sources: Sequence[Source], name: str) -> Array:
    return np.fromiter(map(attrgetter(name), sources), dtype=np.int64, count=len(sources))


NO_FILES = Files.of((), (), {})
"""Those of an index that there is not yet."""
