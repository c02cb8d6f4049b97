"""Roots -> Sources: the files below some folders, in a fixed order, and what was passed over."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from qa.errors import CorpusError
from qa.model import Skipped

__all__ = ["IGNORE_FILE", "Source", "find"]

IGNORE_FILE = ".qaignore"


@dataclass(frozen=True, slots=True)
class Source:
    """A file that may become a Document.

    `file` is absolute; `path` is what readers see: relative to its root, with `/` between its parts.
    """

    file: Path
    path: str
    size: int
    mtime_ns: int


class _Pattern(Protocol):
    def match_file(self, file: str) -> bool: ...


def find(roots: Sequence[Path], *, exclude: Sequence[str] = ()) -> tuple[list[Source], list[Skipped]]:
    """The files under the roots, sorted by path, and what was left out of them and why.

    `exclude` holds patterns as in a `.gitignore`; so does a file `.qaignore` in a root. What they leave out is not
    reported. A file that is reached twice, through a link or through two roots, counts once. Raises CorpusError for a
    root that is not there and for a pattern that is none.
    """
    walk = _Walk()
    for name, root in _named(roots):
        if root.is_dir():
            patterns = [*_ignore_lines(root), *exclude]
            walk.folder(root, f"{name}/" if name else "", _spec(patterns))
        else:
            walk.single(root, name or _printable(root.name), _spec(exclude))
    return sorted(walk.sources, key=lambda source: source.path), sorted(walk.skipped, key=lambda skip: skip.path)


def _named(roots: Sequence[Path]) -> list[tuple[str, Path]]:
    """Each root, absolute, with what its paths begin with: nothing for a single root, else its name made unique."""
    absolute = list(dict.fromkeys(Path(os.path.abspath(root.expanduser())) for root in roots))
    for root in absolute:
        try:
            root.stat()
        except (OSError, ValueError) as error:
            if isinstance(error, PermissionError):
                raise CorpusError(f"{_printable(str(root))}: permission denied") from None
            raise CorpusError(f"{_printable(str(root))}: no such file or folder") from None
    if len(absolute) <= 1:
        return [("", root) for root in absolute]
    names: list[str] = []
    for root in absolute:
        stem, suffix = (root.name or "root", "") if root.is_dir() else (root.stem, root.suffix)
        stem, suffix = _printable(stem), _printable(suffix)
        name, number = stem + suffix, 1
        while name in names:
            number += 1
            name = f"{stem}-{number}{suffix}"
        names.append(name)
    return list(zip(names, absolute, strict=True))


@dataclass(slots=True)
class _Walk:
    """One search: what it found, and the real places it has been to."""

    sources: list[Source] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def folder(self, root: Path, prefix: str, spec: _Pattern | None) -> None:
        """Everything below a root. Links wait until all that really lies there is found and has its own path."""
        links: list[tuple[str, str]] = []
        self._below(str(root), prefix, len(prefix), spec, links)
        for file, path in links:  # grows while links to folders lead to further links
            self._link(file, path, len(prefix), spec, links)

    def single(self, file: Path, path: str, spec: _Pattern | None) -> None:
        """A root that is a file: read even when hidden, since somebody named it."""
        if spec is None or not spec.match_file(file.name):
            self._file(str(file), path)

    def _below(self, folder: str, prefix: str, cut: int, spec: _Pattern | None, links: list[tuple[str, str]]) -> None:
        waiting = [(folder, prefix)]
        while waiting:  # a list, not recursion: folders may be nested deeper than Python's stack
            folder, prefix = waiting.pop()
            real = os.path.realpath(folder)
            if real in self.seen:
                continue
            self.seen.add(real)
            for entry in self._entries(folder, prefix):
                path = prefix + entry.name
                is_folder = entry.is_dir(follow_symlinks=False)
                if self._left_out(entry, path, is_folder, path[cut:], spec):
                    continue
                if entry.is_symlink():
                    links.append((entry.path, path))
                elif is_folder:
                    waiting.append((entry.path, path + "/"))
                else:
                    self._file(entry.path, path)

    def _entries(self, folder: str, prefix: str) -> Iterator[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as entries:
                yield from sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            self._skip(prefix, _reason(error))

    def _left_out(
        self, entry: os.DirEntry[str], path: str, is_folder: bool, inside: str, spec: _Pattern | None
    ) -> bool:
        """Whether a name alone decides that the entry is not read; says so, unless the reader asked for it."""
        ending = "/" if is_folder else ""
        if not _is_unicode(entry.name):
            self._skip(path + ending, "its name is not valid UTF-8")
        elif entry.name == IGNORE_FILE or (spec is not None and spec.match_file(inside + ending)):
            pass
        elif entry.name.startswith("."):
            self._skip(path + ending, "hidden")
        else:
            return False
        return True

    def _link(self, file: str, path: str, cut: int, spec: _Pattern | None, links: list[tuple[str, str]]) -> None:
        if not os.path.isdir(file):
            self._file(file, path)
        elif spec is None or not spec.match_file(path[cut:] + "/"):
            self._below(file, path + "/", cut, spec, links)

    def _file(self, file: str, path: str) -> None:
        try:
            status = os.stat(file)
        except OSError as error:
            self._skip(path, "broken link" if os.path.islink(file) else _reason(error))
            return
        if not stat.S_ISREG(status.st_mode):
            self._skip(path, "not a regular file")
            return
        real = os.path.realpath(file)
        if real not in self.seen:
            self.seen.add(real)
            self.sources.append(Source(Path(file), path, status.st_size, status.st_mtime_ns))

    def _skip(self, path: str, reason: str) -> None:
        self.skipped.append(Skipped(_printable(path) or ".", reason))


def _ignore_lines(root: Path) -> list[str]:
    try:
        return (root / IGNORE_FILE).read_text("utf-8", "replace").split("\n")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise CorpusError(f"{_printable(str(root / IGNORE_FILE))}: {_reason(error)}") from None


def _spec(patterns: Sequence[str]) -> _Pattern | None:
    """The patterns as one matcher, None when there are none."""
    wanted = [pattern.rstrip("\r") for pattern in patterns if pattern.strip()]
    if not wanted:
        return None
    from pathspec import GitIgnoreSpec  # only for who leaves something out

    for pattern in wanted:
        try:
            GitIgnoreSpec.from_lines([pattern])
        except ValueError as error:
            raise CorpusError(f"{pattern!r}: not a pattern ({error})") from None
    return GitIgnoreSpec.from_lines(wanted)


def _is_unicode(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _printable(name: str) -> str:
    r"""A name that can be printed: bytes that are no UTF-8 become `\xff`."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
