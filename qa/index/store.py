"""Arrays as one file: written under a temporary name and renamed, checked when opened, mapped and not read.

    QASEGMT1 │ array │ array │ … │ header (JSON) │ header length (8 bytes) │ header CRC-32 (4) │ QASEGEND

Each array begins at a multiple of 64. The header names every array with its type, shape, offset and the CRC-32 of each
of its blocks. A reader that has mapped a file keeps what it mapped when the file is replaced or removed.
"""

from __future__ import annotations

import json
import mmap
import os
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

import numpy as np

from qa.errors import CacheError
from qa.index.segment import Array

__all__ = ["read_arrays", "write_arrays"]

_MAGIC, _END = b"QASEGMT1", b"QASEGEND"
_ALIGN = 64
_BLOCK = 1 << 20
_CHECKED_WHOLE = 1 << 25
"""Bytes up to which a file is checked whole when it is opened; of a larger one, each array's first and last block."""


def write_arrays(file: Path, arrays: Iterable[tuple[str, Array]]) -> None:
    """Write some arrays, one after the other. Raises CacheError when the disk will not take them."""
    temporary = file.with_name(f"{file.name}.{os.getpid()}.new")
    try:
        with temporary.open("wb") as stream:
            stream.write(_MAGIC)
            entries = {name: _write(stream, array) for name, array in arrays}
            header = json.dumps(entries).encode()
            stream.write(header + len(header).to_bytes(8, "little") + zlib.crc32(header).to_bytes(4, "little") + _END)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, file)
    except OSError as error:
        raise CacheError(f"{file.parent}: the index cannot be written: {error.strerror or error}") from None
    finally:
        temporary.unlink(missing_ok=True)


def _write(stream: BinaryIO, array: Array) -> list[object]:
    """Write one array and return its entry in the header."""
    stream.write(b"\0" * (-stream.tell() % _ALIGN))
    offset = stream.tell()
    data = _bytes(np.ascontiguousarray(array))
    stream.write(data)
    return [
        array.dtype.str,
        array.shape,
        offset,
        [zlib.crc32(data[at : at + _BLOCK]) for at in range(0, len(data), _BLOCK)],
    ]


def _bytes(array: Array) -> memoryview:
    return array.reshape(-1).view(np.uint8).data if array.size else memoryview(b"")


def read_arrays(file: Path) -> dict[str, Array]:
    """The arrays of a file, mapped. Raises CacheError for a file that is not whole."""
    try:
        with file.open("rb") as stream:
            data = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        tail = len(_END) + 12
        if data[: len(_MAGIC)] != _MAGIC or data[-len(_END) :] != _END:
            raise ValueError("cut short, or not an index")
        length = int.from_bytes(data[-tail : -tail + 8], "little")
        header = data[-tail - length : -tail]
        if zlib.crc32(header) != int.from_bytes(data[-tail + 8 : -tail + 12], "little"):
            raise ValueError("its header is damaged")
        return {name: _array(data, *entry) for name, entry in json.loads(header).items()}
    except (OSError, ValueError, TypeError) as error:
        raise CacheError(f"{file}: the index is damaged ({error})") from None


def _array(data: mmap.mmap, dtype: str, shape: list[int], offset: int, checksums: list[int]) -> Array:
    array = np.frombuffer(data, dtype=dtype, count=int(np.prod(shape)), offset=offset).reshape(shape)
    blocks = range(len(checksums)) if len(data) <= _CHECKED_WHOLE else {0, len(checksums) - 1} if checksums else ()
    content = _bytes(array)
    for block in blocks:
        if zlib.crc32(content[block * _BLOCK : (block + 1) * _BLOCK]) != checksums[block]:
            raise ValueError("a checksum differs")
    return array
