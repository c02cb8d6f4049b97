"""Compressed files and archives: what is in them, and within which limits it is taken out."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator

from qa.load.protocol import LIMIT, Unreadable

__all__ = ["Archive", "Member", "expanded", "members"]

_MOST_MEMBERS = 10_000
_MOST_EXPANDED = 1 << 30  # bytes of an archive's members together
_HIGHEST_RATIO = 200  # of an archive's members to itself; text shrinks to a tenth, rarely to a fiftieth
_SMALL = 10 << 20  # bytes of members that are never too many
_ARCHIVES = (".zip", ".tar", ".tgz", ".7z", ".rar", ".tar.gz", ".tar.bz2", ".tar.xz")

Member = tuple[str, int, str | None]
"""Name in the archive, size in bytes, and why it is not read, None if it is."""


def members(location: str) -> Iterator[Member]:
    """The files in an archive, without reading them. Raises Unreadable for one that is damaged, or beyond limits."""
    try:
        packed = os.stat(location).st_size
        if packed > LIMIT:
            raise Unreadable(f"too large: {packed:,} bytes, the limit is {LIMIT:,}")
        with zipfile.ZipFile(location) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, UnicodeError) as error:
        raise Unreadable(f"a damaged archive ({error})") from None
    except OSError as error:
        raise Unreadable((error.strerror or str(error)).lower()) from None
    size = sum(entry.file_size for entry in entries)
    if len(entries) > _MOST_MEMBERS:
        raise Unreadable(f"an archive of {len(entries):,} files, the limit is {_MOST_MEMBERS:,}")
    if size > _MOST_EXPANDED or size > max(_HIGHEST_RATIO * packed, _SMALL):
        raise Unreadable(f"an archive that expands from {packed:,} to {size:,} bytes; unpack it if you trust it")
    seen: set[str] = set()
    for entry in entries:
        name = _name(entry)
        yield name, entry.file_size, _refusal(entry, name, seen)
        seen.add(name)


def _refusal(entry: zipfile.ZipInfo, name: str, seen: set[str]) -> str | None:
    """Why a member is not read, if it is not."""
    if entry.flag_bits & 1:
        return "encrypted; unpack the archive with its password"
    if name.startswith("/") or any(part in ("", ".", "..") for part in name.split("/")) or "\0" in name:
        return "its path leads out of the archive"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "a link in an archive"
    if name.lower().endswith(_ARCHIVES):
        return "an archive in an archive"
    if name in seen:
        return "another file of the archive has the same name"
    if entry.file_size > LIMIT:
        return f"too large: {entry.file_size:,} bytes, the limit is {LIMIT:,}"
    if any(part.startswith(".") or part == "__MACOSX" for part in name.split("/")):
        return "hidden"
    return None


class Archive:
    """An archive whose bytes are in memory: its hash, and what its members hold."""

    def __init__(self, data: bytes) -> None:
        self.sha256 = hashlib.sha256(data).hexdigest()
        try:
            self._file = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
            raise Unreadable(f"a damaged archive ({error})") from None
        self._entries: dict[str, zipfile.ZipInfo] = {}
        for entry in self._file.infolist():
            self._entries.setdefault(_name(entry), entry)

    def member(self, name: str) -> bytes:
        """What a member holds. Raises Unreadable where it cannot be taken out, or is longer than it says."""
        try:
            with self._file.open(self._entries[name]) as file:
                found = file.read(LIMIT + 1)
        except KeyError:
            raise Unreadable("no longer there") from None
        except (
            zipfile.BadZipFile,
            zlib.error,
            RuntimeError,
            NotImplementedError,
            ValueError,
            OSError,
            EOFError,
        ) as error:
            raise Unreadable(f"damaged in its archive ({error})") from None
        if len(found) > LIMIT:
            raise Unreadable(f"too large: more than {LIMIT:,} bytes")
        return found


def _name(entry: zipfile.ZipInfo) -> str:
    return entry.filename.replace("\\", "/")


def expanded(data: bytes, name: str) -> tuple[bytes, str]:
    """What a compressed file holds, and the name it has then; any other file as it is. Raises Unreadable.

    >>> expanded(gzip.compress(b"Text."), "changelog.gz"), expanded(b"Text.", "a.txt")
    ((b'Text.', 'changelog'), (b'Text.', 'a.txt'))
    """
    if not name.lower().endswith(".gz"):
        return data, name
    inner = name[: -len(".gz")]
    if inner.lower().endswith(".tar"):
        raise Unreadable("a tar archive; unpack it")
    try:
        found = gzip.GzipFile(fileobj=io.BytesIO(data)).read(LIMIT + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise Unreadable(f"damaged gzip ({error})") from None
    if len(found) > LIMIT:
        raise Unreadable(f"too large: expands to more than {LIMIT:,} bytes")
    return found, inner
