"""Roots -> Sources: the files below some folders, in a fixed order, and what was passed over."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from qa.errors import CorpusError
from qa.load.protocol import Unreadable
from qa.model import Skipped

__all__ = ["IGNORE_FILE", "Source", "find", "is_inside", "named_roots"]

IGNORE_FILE = ".qaignore"
_ARCHIVE = ".zip"


@dataclass(frozen=True, slots=True)
class Source:
    """A file that may become a Document, or a `member` of an archive.

    `location` is absolute; `path` is what readers see: relative to its root, with `/` between its parts. `changed` is
    when the file was last written, replaced or given other permissions, which size and time of writing need not show.
    """

    location: str
    path: str
    size: int
    mtime_ns: int
    changed: int = 0
    member: str = ""

    @property
    def file(self) -> Path:
        """The location as a Path, made when asked for: a hundred thousand of them take a second."""
        return Path(self.location)

    @property
    def stat(self) -> tuple[int, int, int]:
        """What tells whether the file is still the same: size, time of writing and time of any change.

        The size is the member's, the times are those of its archive.
        """
        return self.size, self.mtime_ns, self.changed

    def is_as_found(self) -> bool:
        """Whether the file is still there and the same, going by its stat."""
        try:
            now = os.stat(self.location)
        except OSError:
            return False
        size = self.size if self.member else now.st_size
        return self.stat == (size, now.st_mtime_ns, now.st_ctime_ns)


class _Pattern(Protocol):
    def match_file(self, file: str) -> bool: ...


def find(roots: Sequence[Path], *, exclude: Sequence[str] = ()) -> tuple[list[Source], list[Skipped]]:
    """The files under the roots, which are absolute, sorted by path, and what was left out of them and why.

    `exclude` holds patterns as in a `.gitignore`; so does a file `.qaignore` in a root. What they leave out is not
    reported. A file that is reached twice, through a link of either kind or through two roots, counts once; a link out
    of all roots is not followed. Raises CorpusError for a root that is not there, cannot be opened or has a name that
    is not UTF-8, and for a pattern that is none.
    """
    for root in dict.fromkeys(roots):
        _check(root)
    named = named_roots(roots)
    walk = _Walk(tuple(os.path.realpath(root) for _, root in named))
    for name, root in named:
        if root.is_dir():
            walk.folder(root, f"{name}/" if name else "", exclude)
        else:
            walk.single(root, name or root.name, _spec(exclude))
    return sorted(walk.sources, key=lambda source: source.path), sorted(walk.skipped, key=lambda skip: skip.path)


def named_roots(roots: Sequence[Path]) -> list[tuple[str, Path]]:
    """Each root with what its paths begin with: nothing for a single root, else its name made unique."""
    different = list(dict.fromkeys(roots))
    if len(different) <= 1:
        return [("", root) for root in different]
    names: list[str] = []
    for root in different:
        stem, suffix = (root.name or "root", "") if os.path.isdir(root) else (root.stem, root.suffix)
        name, number = stem + suffix, 1
        while name in names:
            number += 1
            name = f"{stem}-{number}{suffix}"
        names.append(name)
    return list(zip(names, different, strict=True))


def _check(root: Path) -> None:
    """Raises CorpusError for a root that is not there, or cannot be opened, or whose name cannot be shown."""
    try:
        if stat.S_ISDIR(root.stat().st_mode):
            os.scandir(os.path.join(root, os.curdir)).close()  # the dot is found only where what is inside can be read
    except PermissionError:
        raise CorpusError(f"{_printable(str(root))}: permission denied") from None
    except (OSError, ValueError):
        raise CorpusError(f"{_printable(str(root))}: no such file or folder") from None
    if not _is_unicode(root.name):
        raise CorpusError(f"{_printable(str(root))}: its name is not valid UTF-8; rename it")


@dataclass(slots=True)
class _Walk:
    """One search: the real places of its roots, what it found, and the files and folders it has been to."""

    roots: tuple[str, ...]
    sources: list[Source] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    seen: set[tuple[int, int]] = field(default_factory=set)

    def folder(self, root: Path, prefix: str, exclude: Sequence[str]) -> None:
        """Everything below a root. Links wait until all that really lies there is found and has its own path."""
        spec = _spec([*self._ignore_lines(root, prefix), *exclude])
        links: list[tuple[str, str]] = []
        self._below(str(root), prefix, len(prefix), spec, links)
        for file, path in links:  # grows while links to folders lead to further links
            self._link(file, path, len(prefix), spec, links)

    def single(self, file: Path, path: str, spec: _Pattern | None) -> None:
        """A root that is a file: read even when hidden, since somebody named it."""
        if spec is None or not spec.match_file(file.name):
            self._file(str(file), path, 0, spec)

    def _below(self, folder: str, prefix: str, cut: int, spec: _Pattern | None, links: list[tuple[str, str]]) -> None:
        waiting = [(folder, prefix)]
        while waiting:  # a list, not recursion: folders may be nested deeper than Python's stack
            folder, prefix = waiting.pop()
            status = self._status(folder, prefix)
            if status is None or not self._is_new(status):
                continue
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
                    self._file(entry.path, path, cut, spec)

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
        status = self._status(file, path)
        if status is None or _identity(status) in self.seen:
            return
        is_folder = stat.S_ISDIR(status.st_mode)
        if is_folder and spec is not None and spec.match_file(path[cut:] + "/"):
            return
        if not is_inside(file, self.roots):
            self._skip(path, "a link that leads out of the corpus")
        elif is_folder:
            self._below(file, path + "/", cut, spec, links)
        else:
            self._file(file, path, cut, spec)

    def _file(self, file: str, path: str, cut: int, spec: _Pattern | None) -> None:
        status = self._status(file, path)
        if status is None:
            return
        if not stat.S_ISREG(status.st_mode):
            self._skip(path, "not a regular file")
        elif not self._is_new(status):
            pass
        elif path.lower().endswith(_ARCHIVE):
            self._members(file, path, status, cut, spec)
        else:
            source = Source(file, path, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
            self.sources.append(source)

    def _members(self, file: str, path: str, status: os.stat_result, cut: int, spec: _Pattern | None) -> None:
        """The files in an archive; each is a source of its own."""
        from qa.load.archive import members  # late: few folders hold any

        found = len(self.sources) + len(self.skipped)
        try:
            for name, size, refusal in members(file):
                inner = f"{path}/{name}"
                if spec is not None and spec.match_file(inner[cut:]):
                    found -= 1
                elif refusal:
                    self._skip(inner, refusal)
                else:
                    self.sources.append(Source(file, inner, size, status.st_mtime_ns, status.st_ctime_ns, name))
        except Unreadable as error:
            self._skip(path, str(error))
        if found == len(self.sources) + len(self.skipped):
            self._skip(path, "empty")

    def _status(self, file: str, path: str) -> os.stat_result | None:
        """What the system says of a file or folder, through links; where it says nothing, that is noted."""
        try:
            return os.stat(file)
        except OSError as error:
            self._skip(path, "broken link" if os.path.islink(file) else _reason(error))
            return None

    def _is_new(self, status: os.stat_result) -> bool:
        """Whether this is the first time here, which it no longer is then."""
        new = _identity(status) not in self.seen
        self.seen.add(_identity(status))
        return new

    def _ignore_lines(self, root: Path, prefix: str) -> list[str]:
        """The patterns that a root itself holds. What cannot be read, perhaps a pipe without end, holds none."""
        file, path = root / IGNORE_FILE, prefix + IGNORE_FILE
        if not os.path.lexists(file) or (status := self._status(str(file), path)) is None:
            return []
        try:
            if stat.S_ISREG(status.st_mode):
                return file.read_text("utf-8", "replace").split("\n")
            self._skip(path, "not a regular file")
        except OSError as error:
            self._skip(path, _reason(error))
        return []

    def _skip(self, path: str, reason: str) -> None:
        self.skipped.append(Skipped(_printable(path) or ".", reason))


def is_inside(file: str, real_roots: Sequence[str]) -> bool:
    """Whether a file, or what a link leads to, really lies in one of the roots, whose real places are given."""
    real = os.path.realpath(file)
    return any(real == root or real.startswith(os.path.join(root, "")) for root in real_roots)


def _spec(patterns: Sequence[str]) -> _Pattern | None:
    """The patterns as one matcher, None when there are none."""
    wanted = [pattern.rstrip("\r") for pattern in patterns if pattern.strip()]
    if not wanted:
        return None
    from pathspec import GitIgnoreSpec  # only for who leaves something out

    for pattern in wanted:
        try:
            GitIgnoreSpec.from_lines([pattern])
        except (ValueError, re.error) as error:  # re.error: pathspec does not see what is wrong in brackets
            raise CorpusError(f"{pattern!r}: not a pattern ({error})") from None
    return GitIgnoreSpec.from_lines(wanted)


def _identity(status: os.stat_result) -> tuple[int, int]:
    """What a file or folder has in common with nothing but its own links."""
    return status.st_dev, status.st_ino


def _is_unicode(name: str) -> bool:
    if name.isascii():
        return True
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
