"""An index in a folder of the cache, kept in step with files.

    manifest.json   which segments there are, and under which settings; replaced in one step, last of all
    *.segment       documents with their postings; never changed once written
    *.state         which documents are deleted, and term frequencies over all segments

A change writes a segment of the changed files only, and a manifest. Small segments are merged as they pile up. Readers
map what a manifest names and are never blocked; writers take turns by a lock. Whatever a killed writer left behind is
named by no manifest and removed by the next.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from qa.chunk import CHUNKING
from qa.errors import CacheError
from qa.index.index import Index
from qa.index.merge import keep, merge
from qa.index.segment import Array, Segment
from qa.index.store import read_arrays, replacing, write_arrays
from qa.load import Source
from qa.model import Skipped
from qa.text import ANALYSIS
from qa.vectors import TABLE

__all__ = ["FORMAT", "Opened", "open_folder", "roots_of"]

FORMAT = 6
"""Version of the files' layout; an index with another is built anew."""
_SETTINGS = {"format": FORMAT, "analysis": ANALYSIS, "chunking": CHUNKING, "vectors": TABLE}
_MANIFEST = "manifest.json"
_MOST_SEGMENTS = 6
_WORTH_MERGING = 0.25
"""Share of the largest segment that the others, or its deleted documents, may come to before everything is merged."""

Stat = tuple[int, int, int]
Progress = Callable[[int, int], None]
"""Called with bytes of files done and bytes in all."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An index as it was when a manifest was read, what could not be read, and a line for the user, if any."""

    index: Index
    unread: tuple[Skipped, ...]
    notice: str | None = None


@dataclass(frozen=True, slots=True)
class _State:
    """Segments with what is live in them, and the files that could not be read with their stats."""

    names: tuple[str, ...]
    segments: tuple[Segment, ...]
    live: tuple[Array | None, ...]
    frequencies: tuple[Array, ...] | None
    unread: dict[str, tuple[Stat, str]]

    def files(self) -> dict[str, tuple[Stat, int, int]]:
        """Stat, segment and number of every live document, by path."""
        found = {}
        for number, segment in enumerate(self.segments):
            stats = segment.arrays["file_stats"].tolist()
            mask = self.live[number]
            for document, (path, stat) in enumerate(zip(segment.paths, stats, strict=True)):
                if mask is None or mask[document]:
                    found[path] = (tuple(stat), number, document)
        return found


_EMPTY = _State((), (), (), None, {})


@dataclass(frozen=True, slots=True)
class _Changes:
    """What files did since the index: these are to be read, and the documents at these places are no more."""

    read: tuple[Source, ...]
    gone: tuple[tuple[int, int], ...]
    forgotten: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.read or self.gone or self.forgotten)


def open_folder(
    folder: Path, sources: Sequence[Source], *, roots: Sequence[str], progress: Progress | None = None
) -> Opened:
    """The index in a folder, after bringing it in step with the files. Raises CacheError when it cannot be written."""
    notice = None
    try:
        state = _load(folder)
        if state is not None and not _changes(state, sources):
            return _opened(state)
        if state is None and (folder / _MANIFEST).exists():
            notice = f"{folder}: the index is of another version of qa; built anew"
    except CacheError as error:
        notice = f"{error}; built anew"
    from filelock import FileLock

    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with FileLock(folder / "lock"):
            return replace(_opened(_refreshed(folder, sources, roots, progress)), notice=notice)
    except OSError as error:
        raise CacheError(f"{folder}: the index cannot be written: {error.strerror or error}") from None


def _opened(state: _State) -> Opened:
    unread = tuple(Skipped(path, reason) for path, (_, reason) in sorted(state.unread.items()))
    return Opened(Index(state.segments, state.live, state.frequencies), unread)


def _load(folder: Path) -> _State | None:
    """What the folder's manifest names; None where there is none or its settings are others."""
    for _ in range(3):  # a writer may replace the manifest and remove what the old one named between our two steps
        manifest = _manifest(folder)
        if manifest is None:
            return None
        try:
            return _named(folder, manifest)
        except FileNotFoundError:
            continue
    raise CacheError(f"{folder}: the index is damaged (files are missing)")


def _manifest(folder: Path) -> dict[str, Any] | None:
    try:
        manifest: dict[str, Any] = json.loads((folder / _MANIFEST).read_bytes())
        return manifest if manifest["settings"] == _SETTINGS else None
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CacheError(f"{folder}: the index is damaged ({error})") from None


def _named(folder: Path, manifest: dict[str, Any]) -> _State:
    names = tuple(manifest["segments"])
    for name in (*names, *filter(None, [manifest["state"]])):
        (folder / name).stat()
    segments = tuple(Segment(read_arrays(folder / name)) for name in names)
    state = read_arrays(folder / manifest["state"]) if manifest["state"] else {}
    live = tuple(state.get(f"live_{number}") for number in range(len(names)))
    frequencies = tuple(state[f"frequencies_{number}"] for number in range(len(names))) if state else None
    unread = {path: ((size, mtime, changed), reason) for path, size, mtime, changed, reason in manifest["unread"]}
    return _State(names, segments, live, frequencies, unread)


def _changes(state: _State, sources: Sequence[Source]) -> _Changes:
    """What is new or different among the files, and what is no longer there."""
    files = state.files()
    now = {source.path: source.stat for source in sources}
    known = {path: stat for path, (stat, _, _) in files.items()} | {
        path: stat for path, (stat, _) in state.unread.items()
    }
    return _Changes(
        read=tuple(source for source in sources if known.get(source.path) != now[source.path]),
        gone=tuple((number, document) for path, (stat, number, document) in files.items() if now.get(path) != stat),
        forgotten=tuple(path for path, (stat, _) in state.unread.items() if now.get(path) != stat),
    )


def _refreshed(folder: Path, sources: Sequence[Source], roots: Sequence[str], progress: Progress | None) -> _State:
    """The state after taking in the changes, written down. The caller holds the lock."""
    try:
        before = _load(folder) or _EMPTY
    except CacheError:
        before = _EMPTY
    changes = _changes(before, sources)
    if not changes:
        return before
    prefix = f"{int(max((name.split('-')[0] for name in before.names), default='0')) + 1:08}-"
    _clean(folder, before.names)
    from qa.index.batches import count_batches  # late: a question to an index that is in step starts no process

    files, skipped = count_batches(changes.read, folder, f"{prefix}part-", progress)
    return _written(folder, prefix, _compacted(folder, prefix, _joined(before, changes, files, skipped)), roots)


def _joined(before: _State, changes: _Changes, files: Sequence[Path], skipped: Sequence[Skipped]) -> _State:
    """The state with deleted documents marked and new segments beside the old."""
    live = [None if mask is None else mask.copy() for mask in before.live]
    for number, document in changes.gone:
        if live[number] is None:
            live[number] = np.ones(before.segments[number].document_count, dtype=bool)
        live[number][document] = False  # type: ignore[index]
    stats = {source.path: source.stat for source in changes.read}
    unread = {path: entry for path, entry in before.unread.items() if path not in changes.forgotten}
    unread |= {entry.path: (stats[entry.path], entry.reason) for entry in skipped}
    added = [Segment(read_arrays(file)) for file in files]
    names = (*before.names, *(file.name for file in files))
    return _State(names, (*before.segments, *added), (*live, *(None for _ in added)), None, unread)


def _compacted(folder: Path, prefix: str, state: _State) -> _State:
    """The state with few segments: batches of one build become one, and small ones are merged when they pile up."""
    sizes = [segment.passage_count for segment in state.segments]
    parts = [number for number, name in enumerate(state.names) if name.startswith(prefix)]
    chosen = parts if len(parts) > 1 else []
    if len(state.segments) - len(parts) + 1 > _MOST_SEGMENTS:
        chosen = [number for number in range(len(sizes)) if number != sizes.index(max(sizes))]
    dead = sum(int((~mask).sum()) for mask in state.live if mask is not None)
    documents = sum(segment.document_count for segment in state.segments)
    rest = sum(sizes[number] for number in chosen) if chosen and chosen != parts else 0
    if dead > _WORTH_MERGING * documents or rest > _WORTH_MERGING * max(sizes, default=0):
        chosen = list(range(len(sizes)))
    return _merged(folder, f"{prefix}merged.segment", state, chosen) if chosen else state


def _merged(folder: Path, name: str, state: _State, chosen: Sequence[int]) -> _State:
    """The state with the chosen segments made one, without what is deleted in them."""
    parts = []
    for number in chosen:
        mask = state.live[number]
        segment = state.segments[number] if mask is None else keep(state.segments[number], mask)
        if segment.document_count:
            parts.append(segment)
    others = [number for number in range(len(state.segments)) if number not in set(chosen)]
    names = tuple(state.names[number] for number in others)
    segments = tuple(state.segments[number] for number in others)
    live = tuple(state.live[number] for number in others)
    if parts:
        write_arrays(folder / name, merge(parts))
        names, segments, live = (*names, name), (*segments, Segment(read_arrays(folder / name))), (*live, None)
    return replace(state, names=names, segments=segments, live=live)


def _written(folder: Path, prefix: str, state: _State, roots: Sequence[str]) -> _State:
    """The state with its frequencies, once the manifest that names it is in place."""
    index = Index(state.segments, state.live)
    frequencies = None if index.frequencies is None else tuple(index.frequencies)
    name = None
    if frequencies is not None:
        name = f"{prefix}.state"
        masks = ((f"live_{number}", mask) for number, mask in enumerate(state.live) if mask is not None)
        counts = ((f"frequencies_{number}", array) for number, array in enumerate(frequencies))
        write_arrays(folder / name, ((part, [array]) for part, array in (*masks, *counts)))
    unread = [[path, *stat, reason] for path, (stat, reason) in state.unread.items()]
    manifest = {"settings": _SETTINGS, "roots": list(roots), "segments": state.names, "state": name, "unread": unread}
    with replacing(folder / _MANIFEST) as stream:
        stream.write(json.dumps(manifest).encode())
    _clean(folder, [*state.names, *filter(None, [name])])
    return replace(state, frequencies=frequencies)


def _clean(folder: Path, named: Iterable[str]) -> None:
    """Remove what no manifest names: left by a writer that was killed, or replaced. The caller holds the lock."""
    manifest = _manifest_names(folder)
    for file in folder.iterdir():
        if file.name not in {_MANIFEST, "lock", *named, *manifest}:
            file.unlink(missing_ok=True)


def _manifest_names(folder: Path) -> set[str]:
    try:
        manifest = _manifest(folder)
    except CacheError:
        return set()
    return {*manifest["segments"], manifest["state"] or ""} if manifest else set()


def roots_of(folder: Path) -> list[str]:
    """The corpus roots that an index in a folder is of. Raises CacheError where there is no usable index."""
    manifest = _manifest(folder)
    if manifest is None:
        raise CacheError(f"{folder}: no index of this version")
    roots: list[str] = manifest["roots"]
    return roots
