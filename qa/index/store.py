"""An Index as one file: written under a temporary name and renamed, checked when opened, mapped and not read.

    QAINDEX │ header length (8 bytes) │ header (JSON) │ array │ array │ …        each array begins at a multiple of 64

The header names every array with its type, shape, offset and CRC-32, and carries the caller's manifest. A reader that
has mapped the file keeps what it mapped when a writer renames a newer one into place.
"""

from __future__ import annotations

import json
import mmap
import os
import tempfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from qa.errors import CacheError
from qa.index.index import Array, Index

__all__ = ["load", "save"]

_MAGIC = b"QAINDEX\n"
_ALIGN = 64


def save(index: Index, file: Path, manifest: dict[str, Any]) -> None:
    """Write the index and a manifest of plain JSON values. Raises CacheError when the disk will not take it."""
    arrays = {name: np.ascontiguousarray(array) for name, array in index.arrays.items()}
    temporary = None
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=file.name, suffix=".new", dir=file.parent)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(_header(arrays, manifest))
            for array in arrays.values():
                stream.write(b"\0" * (-stream.tell() % _ALIGN))
                stream.write(array.data.cast("B") if array.size else b"")
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, file)
    except OSError as error:
        raise CacheError(f"{file.parent}: the index cannot be written: {error.strerror or error}") from None
    finally:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)


def _header(arrays: dict[str, Array], manifest: dict[str, Any]) -> bytes:
    """Everything before the first array, padded so that the header's length does not move the arrays."""
    entries: dict[str, Any] = {}
    offset = 0
    for name, array in arrays.items():
        offset += -offset % _ALIGN
        entries[name] = [array.dtype.str, array.shape, offset, zlib.crc32(array.data.cast("B") if array.size else b"")]
        offset += array.nbytes
    header = json.dumps({"manifest": manifest, "arrays": entries, "size": offset}).encode()
    header += b" " * (-(len(_MAGIC) + 8 + len(header)) % _ALIGN)
    return _MAGIC + len(header).to_bytes(8, "little") + header


def load(file: Path) -> tuple[Index, dict[str, Any]]:
    """The index in a file, mapped, and its manifest. Raises CacheError for a file that is not whole."""
    try:
        with file.open("rb") as stream:
            data = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        length = int.from_bytes(data[len(_MAGIC) : len(_MAGIC) + 8], "little")
        begin = len(_MAGIC) + 8 + length
        if data[: len(_MAGIC)] != _MAGIC or begin > len(data):
            raise ValueError("not an index")
        header = json.loads(data[len(_MAGIC) + 8 : begin])
        arrays = {name: _array(data, begin, *entry) for name, entry in header["arrays"].items()}
        return Index(arrays), header["manifest"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CacheError(f"{file}: the index is damaged ({error})") from None


def _array(data: mmap.mmap, begin: int, dtype: str, shape: list[int], offset: int, checksum: int) -> Array:
    array = np.frombuffer(data, dtype=dtype, count=int(np.prod(shape)), offset=begin + offset).reshape(shape)
    if zlib.crc32(array.data.cast("B") if array.size else b"") != checksum:
        raise ValueError("a checksum differs")
    return array
