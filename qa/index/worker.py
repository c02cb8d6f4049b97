"""A process that counts batches of files: a JSON line in, a segment file and JSON lines out for each.

The last line out says what could not be read, or why the file could not be written, those before it how many bytes
have been read. Started as `python -m qa.index.worker`; see `qa.index.batches`. A process of its own uses another core,
and its death costs a batch and not the tool.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from qa.errors import CacheError, ReadError
from qa.index.count import Counter
from qa.index.store import write_arrays
from qa.languages import AUTO
from qa.load import Source, read
from qa.model import Skipped

__all__ = ["count_files", "main"]

_TELL_SECONDS = 0.2


def count_files(
    sources: Sequence[Source],
    file: Path,
    *,
    language: str = AUTO,
    tell: Callable[[int], None] = lambda _: None,
) -> tuple[int, list[Skipped]]:
    """Read and count some files into a segment file; how many documents that made, and what could not be read.

    No file is written where there is no document. `language` is as to a Counter. `tell` is called with the size of each
    file.
    """
    counter, documents = Counter(language), 0
    unread: list[Skipped] = []
    for source in sources:
        tell(source.size)
        try:
            document = read(source)
        except ReadError as error:
            unread.append(Skipped(source.path, error.reason))
            continue
        counter.add(document, source.stat)
        documents += 1
    if documents:
        write_arrays(file, counter.arrays().items())
    return documents, unread


def main() -> None:
    """Serve batches from standard input until it ends."""
    for line in sys.stdin:
        batch = json.loads(line)
        sources = [Source(*fields) for fields in batch["sources"]]
        print(json.dumps(_counted(sources, Path(batch["file"]), batch["language"])), flush=True)


def _counted(sources: Sequence[Source], file: Path, language: str) -> dict[str, Any]:
    """What came of a batch: what could not be read, or why the segment could not be written."""
    try:
        documents, unread = count_files(sources, file, language=language, tell=_teller())
    except CacheError as error:
        return {"failed": str(error)}
    return {"documents": documents, "unread": [[entry.path, entry.reason] for entry in unread]}


def _teller() -> Callable[[int], None]:
    """Adds up what is read of a batch, and prints the sum every now and then."""
    read_bytes, told = 0, time.monotonic()

    def tell(size: int) -> None:
        nonlocal read_bytes, told
        read_bytes += size
        if time.monotonic() - told > _TELL_SECONDS:
            told = time.monotonic()
            print(json.dumps({"read": read_bytes}), flush=True)

    return tell


if __name__ == "__main__":
    main()
