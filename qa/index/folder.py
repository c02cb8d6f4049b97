"""An index in a folder of the cache, kept in step with files.

    manifest.json   which segments there are, of what, and under which settings; replaced in one step, last of all
    *.segment       documents with their postings; never changed once written
    *.state         which documents are deleted, term frequencies over all segments, and the files it was made of
    checked.json    which of these files were found whole, and their size and times then

A change writes a segment of the changed files only, and a manifest. Small segments are merged as they pile up. Readers
map what a manifest names and are never blocked; writers take turns by a lock. Whatever a killed writer left behind is
named by no manifest and removed by the next; one that is interrupted names the batches that it has finished.

A file is checked whole when it is first opened, by its writer, and again whenever its size or times are others than at
the last such check: whatever has written to it since is noticed, and a gigabyte that nobody has touched is not read for
one question.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from qa.chunk import CHUNKING
from qa.errors import CacheError
from qa.index.files import NO_FILES, Changes, Files, Stat
from qa.index.index import Index
from qa.index.merge import keep, merge
from qa.index.segment import Array, Segment
from qa.index.store import Mapped, Stamp, read_arrays, replacing, write_arrays
from qa.languages import AUTO
from qa.load import Source
from qa.model import Skipped
from qa.text import ANALYSIS
from qa.vectors import TABLE

__all__ = ["FORMAT", "Corpus", "Opened", "corpus_of", "open_folder"]

FORMAT = 10
"""Version of the files' layout, and of how documents are read; an index with another is built anew."""
_SETTINGS = {"format": FORMAT, "analysis": ANALYSIS, "chunking": CHUNKING, "vectors": TABLE}
_MANIFEST = "manifest.json"
_CHECKED = "checked.json"
_MOST_SEGMENTS = 6
_WORTH_MERGING = 0.25
"""Share of the largest segment that the others, or its deleted documents, may come to before everything is merged."""

Progress = Callable[[int, int], None]
"""Called with bytes of files done and bytes in all."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """What an index is of: some files and folders, without what fits a pattern. Kept for who lists the cache.

    `language` is that of all documents, AUTO where each tells its own.
    """

    roots: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    language: str = AUTO


@dataclass(frozen=True, slots=True)
class Opened:
    """An index as it was when a manifest was read, what could not be read, and a line for the user, if any."""

    index: Index
    unread: Sequence[Skipped]
    notice: str | None = None


@dataclass(frozen=True, slots=True)
class _State:
    """Segments with what is live in them, and the files that they were made of, once that is written."""

    names: tuple[str, ...]
    segments: tuple[Segment, ...]
    live: tuple[Array | None, ...]
    frequencies: tuple[Array, ...] | None
    files: Files


_EMPTY = _State((), (), (), None, NO_FILES)


def open_folder(folder: Path, sources: Sequence[Source], *, corpus: Corpus, progress: Progress | None = None) -> Opened:
    """The index in a folder, after bringing it in step with the files; one of another language is built anew.

    Raises CacheError when it cannot be written.
    """
    notice = None
    try:
        state = _load(folder, corpus.language)
        if state is not None and state.files.are(sources):
            return _opened(state)
        if state is None and (folder / _MANIFEST).exists():
            notice = f"{folder}: the index is of another version of qa, or in another language; built anew"
    except CacheError as error:
        notice = f"{error}; built anew"
    from filelock import FileLock

    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with FileLock(folder / "lock"):
            return replace(_opened(_refreshed(folder, sources, corpus, progress)), notice=notice)
    except OSError as error:
        raise CacheError(f"{folder}: the index cannot be written: {error.strerror or error}") from None


def _opened(state: _State) -> Opened:
    return Opened(Index(state.segments, state.live, state.frequencies), state.files.unread)


def _load(folder: Path, language: str) -> _State | None:
    """What the folder's manifest names; None where there is none or its settings or its language are others."""
    for _ in range(3):  # a writer may replace the manifest and remove what the old one named between our two steps
        manifest = _manifest(folder)
        if manifest is None or manifest.get("language") != language:
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
    names, state_name = tuple(manifest["segments"]), manifest["state"]
    for name in (*names, state_name):
        (folder / name).stat()
    known = _known(folder)
    opened = {name: read_arrays(folder / name, known.get(name)) for name in (*names, state_name)}
    _remember(folder, known, opened)
    state = opened[state_name]
    counted = "frequencies_0" in state
    return _State(
        names,
        segments=tuple(Segment(opened[name]) for name in names),
        live=tuple(state.get(f"live_{number}") for number in range(len(names))),
        frequencies=tuple(state[f"frequencies_{number}"] for number in range(len(names))) if counted else None,
        files=Files(state),
    )


def _known(folder: Path) -> dict[str, Stamp]:
    """Size and times of the files that were found whole, when they were."""
    try:
        return {name: (*stamp,) for name, stamp in json.loads((folder / _CHECKED).read_bytes()).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}  # then everything is checked


def _remember(folder: Path, known: Mapping[str, Stamp], opened: Mapping[str, Mapped]) -> None:
    """Keep the size and times of the files that were found whole, where that is new."""
    found = {name: arrays.stamp for name, arrays in opened.items()}
    if any(known.get(name) != stamp for name, stamp in found.items()):
        with suppress(CacheError), replacing(folder / _CHECKED) as stream:  # else the next one checks again
            stream.write(json.dumps(found).encode())


def _refreshed(folder: Path, sources: Sequence[Source], corpus: Corpus, progress: Progress | None) -> _State:
    """The state after taking in the changes, written down. The caller holds the lock."""
    try:
        before = _load(folder, corpus.language) or _EMPTY
    except CacheError:
        before = _EMPTY
    changes = before.files.changes(sources)
    if not changes:
        return before
    prefix = f"{int(max((name.split('-')[0] for name in _manifest_names(folder)), default='0')) + 1:08}-"
    _clean(folder)
    _take_in(folder, prefix, before, changes, corpus, progress)
    _clean(folder)
    written = _load(folder, corpus.language)
    assert written is not None
    return written


def _take_in(
    folder: Path, prefix: str, before: _State, changes: Changes, corpus: Corpus, progress: Progress | None
) -> None:
    """Count what has changed and write down the state with it, or, when interrupted, with the batches that are done.

    The manifest then names fewer files than there are, so that the next one to open the index goes on from there.
    """
    from qa.index.batches import Counted, count_batches  # late: a question to an index in step starts no process

    counted: list[Counted] = []

    def joined() -> _State:
        return _joined(before, changes, sorted(batch.file for batch in counted if batch.file.exists()))

    def unread() -> dict[str, tuple[Stat, str]]:
        return _unread(before, changes, [entry for batch in counted for entry in batch.unread])

    try:
        counting = count_batches(changes.read, folder, f"{prefix}part-", language=corpus.language, progress=progress)
        with closing(counting) as batches:
            for batch in batches:
                counted.append(batch)  # one by one: what is there counts when the next one never comes
        _write(folder, f"{prefix}.state", _compacted(folder, prefix, joined()), unread(), corpus)
    except BaseException:
        if counted:
            with suppress(CacheError):
                _write(folder, f"{prefix}kept.state", joined(), unread(), corpus)
        raise


def _unread(before: _State, changes: Changes, skipped: Sequence[Skipped]) -> dict[str, tuple[Stat, str]]:
    """Stat of each file that cannot be read after the changes, and why, by path."""
    stats = {source.path: source.stat for source in changes.read}
    forgotten = set(changes.forgotten)
    kept = {path: entry for path, entry in before.files.unread_stats().items() if path not in forgotten}
    return kept | {entry.path: (stats[entry.path], entry.reason) for entry in skipped}


def _joined(before: _State, changes: Changes, files: Sequence[Path]) -> _State:
    """The state with deleted documents marked and new segments beside the old."""
    live = [None if mask is None else mask.copy() for mask in before.live]
    for number, document in changes.gone:
        if live[number] is None:
            live[number] = np.ones(before.segments[number].document_count, dtype=bool)
        live[number][document] = False  # type: ignore[index]
    added = [Segment(read_arrays(file)) for file in files]
    names = (*before.names, *(file.name for file in files))
    return _State(names, (*before.segments, *added), (*live, *(None for _ in added)), None, NO_FILES)


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


def _write(folder: Path, name: str, state: _State, unread: Mapping[str, tuple[Stat, str]], corpus: Corpus) -> None:
    """Write what is live in the segments, then the manifest that names them."""
    masks = {f"live_{number}": mask for number, mask in enumerate(state.live) if mask is not None}
    frequencies = Index(state.segments, state.live).frequencies or ()
    counts = {f"frequencies_{number}": array for number, array in enumerate(frequencies)}
    files = Files.of(state.segments, state.live, unread)
    arrays = {**masks, **counts, **files.arrays}
    write_arrays(folder / name, arrays.items())
    manifest = {"settings": _SETTINGS, **asdict(corpus), "segments": state.names, "state": name}
    with replacing(folder / _MANIFEST) as stream:
        stream.write(json.dumps(manifest).encode())


def _clean(folder: Path) -> None:
    """Remove what the manifest does not name: replaced, or left by a killed writer. The caller holds the lock."""
    named = {_MANIFEST, _CHECKED, "lock", *_manifest_names(folder)}
    for file in folder.iterdir():
        if file.name not in named:
            file.unlink(missing_ok=True)


def _manifest_names(folder: Path) -> set[str]:
    try:
        manifest = _manifest(folder)
    except CacheError:
        return set()
    return {*manifest["segments"], manifest["state"]} if manifest else set()


def corpus_of(folder: Path) -> Corpus:
    """What an index in a folder is of. Raises CacheError where there is no usable index."""
    manifest = _manifest(folder)
    if manifest is None:
        raise CacheError(f"{folder}: no index of this version")
    return Corpus(tuple(manifest["roots"]), tuple(manifest.get("exclude", ())))
