"""Files -> Documents: finds what can be read under the roots, and reads each format into one shape."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import time
from functools import lru_cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

from qa.errors import ReadError
from qa.load.find import Source, find
from qa.load.formats import formats, reader_for
from qa.load.isolated import rest
from qa.load.locate import locate
from qa.load.protocol import LIMIT, Parsed, Reader, Unreadable
from qa.model import Document, heading_text

if TYPE_CHECKING:
    from qa.load.archive import Archive

__all__ = ["LIMIT", "Reader", "Source", "find", "formats", "locate", "read", "rest"]

_ATTEMPTS = 3
_CLOCK_STEP = 0.02
"""Seconds by which the clock of a file system advances at most."""


def read(source: Source) -> Document:
    """Reads one file. Raises ReadError, and nothing else, for whatever cannot be read."""
    data, name, sha256 = _contents(source)
    if not data.strip():
        raise ReadError(source.path, "empty")
    reader = reader_for(name)
    try:
        parsed = reader.parse(data)
    except Unreadable as error:
        raise ReadError(source.path, str(error)) from None
    except Exception as error:  # a reader, or the library below it, met something unforeseen: one file, not the corpus
        reason = f"the {reader.name} reader failed ({type(error).__name__}: {error})"
        raise ReadError(source.path, " ".join(reason.split())) from error
    if not parsed.text.strip():
        raise ReadError(source.path, "empty")
    return Document(
        path=source.path,
        text=parsed.text,
        title=_title(source, parsed),
        format=parsed.format,
        sha256=sha256,
        blocks=parsed.blocks,
        source_map=parsed.source_map,
        pages=parsed.pages,
        url=parsed.url,
        date=parsed.date,
        author=parsed.author,
    )


def _contents(source: Source) -> tuple[bytes, str, str]:
    """What a file holds once it is taken out of its archive and expanded, its name then, and the hash of the file."""
    try:
        if source.member:
            archive = _archive(source.location, source.stat[1:])
            data, sha256 = archive.member(source.member), archive.sha256
        else:
            _archive.cache_clear()  # members come one after the other: the archive they came from is done with
            data = _bytes(source)
            sha256 = hashlib.sha256(data).hexdigest()
        name = PurePosixPath(source.path).name
        if name.lower().endswith(".gz"):
            from qa.load.archive import expanded  # late: few files are compressed

            data, name = expanded(data, name)
    except Unreadable as error:
        raise ReadError(source.path, str(error)) from None
    except ReadError as error:  # of the archive as a whole
        raise ReadError(source.path, error.reason) from None
    return data, name, sha256


@lru_cache(maxsize=1)
def _archive(location: str, when: tuple[int, int]) -> Archive:
    from qa.load.archive import Archive

    return Archive(_bytes(Source(location, location, 0, *when)))


def _bytes(source: Source) -> bytes:
    """The file's bytes as they all were at one time, so that the hash is that of what was read."""
    try:
        # Not to wait for a writer, should the file have become a pipe since it was found.
        with os.fdopen(os.open(source.location, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise ReadError(source.path, "not a regular file")
            size, data = status.st_size, b"" if status.st_size > LIMIT else _steady(source, file)
    except FileNotFoundError:
        raise ReadError(source.path, "no longer there") from None
    except PermissionError:
        raise ReadError(source.path, "permission denied") from None
    except (OSError, ValueError) as error:  # ValueError: a name with a null character
        raise ReadError(source.path, getattr(error, "strerror", None) or str(error)) from None
    if max(size, len(data)) > LIMIT:
        raise ReadError(source.path, f"too large: {max(size, len(data)):,} bytes, the limit is {LIMIT:,}")
    return data


def _steady(source: Source, file: BinaryIO) -> bytes:
    """What a file holds while nobody writes to it, and no more than one byte beyond LIMIT of that.

    Its stat then tells it from all that it holds later: writes within one step of the clock look alike, so a file that
    was written just now is read a step later.
    """
    for _ in range(_ATTEMPTS):
        before = os.fstat(file.fileno())
        time.sleep(min(max(before.st_ctime_ns / 1e9 + _CLOCK_STEP - time.time(), 0.0), _CLOCK_STEP))
        data = file.read(LIMIT + 1)
        after = os.fstat(file.fileno())
        if (before.st_mtime_ns, before.st_ctime_ns) == (after.st_mtime_ns, after.st_ctime_ns):
            return data
        file.seek(0)
    raise ReadError(source.path, "written to while it was read")


def _title(source: Source, parsed: Parsed) -> str:
    """What the file calls itself; else its first top heading, else a heading it begins with, else its name."""
    top = [block for block in parsed.blocks if block.kind == "heading" and block.level == 1]
    top += [block for block in parsed.blocks[:1] if block.kind == "heading"]
    named = parsed.title or (heading_text(parsed.text[top[0].start : top[0].end]) if top else "")
    path = PurePosixPath(re.sub(r"\.gz$", "", source.path, flags=re.IGNORECASE))  # the location need not be text
    return " ".join(named.split()) or re.sub(r"[-_\s]+", " ", path.stem).strip() or path.name
