"""Arrays as one file: written under a temporary name and renamed, checked when first opened, mapped and not read.

    QASEGMT1 │ array │ array │ … │ header (JSON) │ header length (8 bytes) │ header CRC-32 (4) │ QASEGEND

Each array begins at a multiple of 64. The header names every array with its type, shape, offset and the CRC-32 of each
of its blocks. A reader that has mapped a file keeps what it mapped when the file is replaced or removed.
"""

from __future__ import annotations

import json
import math
import mmap
import os
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO

import numpy as np

from qa.errors import CacheError
from qa.index.segment import Array

__all__ = ["Mapped", "Stamp", "read_arrays", "replacing", "unfinished", "write_arrays"]

_MAGIC, _END = b"QASEGMT1", b"QASEGEND"
_ALIGN = 64
_BLOCK = 1 << 20

Stamp = tuple[int, int, int]
"""Size, time of writing and time of any change of a file."""
_Entry = tuple[str, list[int], int, list[int]]


class Mapped(dict[str, Array]):
    """Arrays that are mapped from a file, and its stamp when that was whole."""

    def __init__(self, data: mmap.mmap, arrays: dict[str, Array], stamp: Stamp) -> None:
        super().__init__(arrays)
        self._data = data
        self.stamp = stamp

    def forget(self) -> None:
        """Let go of the memory that reading has filled; what is read again comes from the file again."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self._data.madvise(mmap.MADV_DONTNEED)


def write_arrays(file: Path, arrays: Iterable[tuple[str, Array]]) -> None:
    """Write some arrays; those of one name that follow each other are the parts of one array.

    Raises CacheError when the disk will not take them.
    """
    with replacing(file) as stream:
        stream.write(_MAGIC)
        entries = {name: _write(stream, parts) for name, parts in groupby(arrays, key=itemgetter(0))}
        header = json.dumps(entries).encode()
        stream.write(header + len(header).to_bytes(8, "little") + zlib.crc32(header).to_bytes(4, "little") + _END)


def unfinished(file: Path, process: int) -> Path:
    """Where a process keeps what a file will hold until it is whole."""
    return file.with_name(f"{file.name}.{process}.new")


@contextmanager
def replacing(file: Path) -> Iterator[BinaryIO]:
    """A stream to what the file will hold, under a temporary name until it is whole and on the disk.

    Raises CacheError when the disk will not take it; the file is then as it was.
    """
    temporary = unfinished(file, os.getpid())
    try:
        with temporary.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, file)
    except OSError as error:
        raise CacheError(f"{file.parent}: the index cannot be written: {error.strerror or error}") from None
    finally:
        temporary.unlink(missing_ok=True)


def _write(stream: BinaryIO, parts: Iterable[tuple[str, Array]]) -> list[object]:
    """Write one array and return its entry in the header: type, shape, offset, and the checksum of each block."""
    stream.write(b"\0" * (-stream.tell() % _ALIGN))
    offset, length, checksums, filled = stream.tell(), 0, [0], 0
    for _, part in parts:
        data = _bytes(np.ascontiguousarray(part))
        stream.write(data)
        length += len(part)
        while data:
            piece, data = data[: _BLOCK - filled], data[_BLOCK - filled :]
            checksums[-1] = zlib.crc32(piece, checksums[-1])
            filled += len(piece)
            if filled == _BLOCK:
                checksums.append(0)
                filled = 0
    return [part.dtype.str, (length, *part.shape[1:]), offset, checksums]


def _bytes(array: Array) -> memoryview:
    return array.reshape(-1).view(np.uint8).data if array.size else memoryview(b"")


def read_arrays(file: Path, checked: Stamp | None = None) -> Mapped:
    """The arrays of a file, mapped. Raises CacheError for a file that is not whole.

    Every byte is checked, unless the file's stamp is `checked`: that of the `Mapped` that an earlier check gave, and so
    nothing has touched the file since.
    """
    try:
        with file.open("rb") as stream:
            status = os.fstat(stream.fileno())
            stamp = (status.st_size, status.st_mtime_ns, status.st_ctime_ns)
            data = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
            entries = _header(data)
            if stamp != checked:
                for entry in entries.values():
                    _check(stream, *entry)
        return Mapped(data, {name: _array(data, *entry) for name, entry in entries.items()}, stamp)
    except (OSError, ValueError, TypeError) as error:
        raise CacheError(f"{file}: the index is damaged ({error})") from None


def _header(data: mmap.mmap) -> dict[str, _Entry]:
    """The entry of each array. Raises ValueError for a file that does not end as it should."""
    tail = len(_END) + 12
    if data[: len(_MAGIC)] != _MAGIC or data[-len(_END) :] != _END:
        raise ValueError("cut short, or not an index")
    length = int.from_bytes(data[-tail : -tail + 8], "little")
    header = data[-tail - length : -tail]
    if zlib.crc32(header) != int.from_bytes(data[-tail + 8 : -tail + 12], "little"):
        raise ValueError("its header is damaged")
    entries: dict[str, _Entry] = json.loads(header)
    return entries


def _check(stream: BinaryIO, dtype: str, shape: list[int], offset: int, checksums: list[int]) -> None:
    """Raises ValueError when an array is not what was written. Reads it: a mapping would stay in memory."""
    left = math.prod(shape) * np.dtype(dtype).itemsize
    stream.seek(offset)
    for checksum in checksums:
        block = stream.read(min(left, _BLOCK))
        left -= len(block)
        if zlib.crc32(block) != checksum:
            raise ValueError("a checksum differs")


def _array(data: mmap.mmap, dtype: str, shape: list[int], offset: int, _: list[int]) -> Array:
    return np.frombuffer(data, dtype=dtype, count=math.prod(shape), offset=offset).reshape(shape)
