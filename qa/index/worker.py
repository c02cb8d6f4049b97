"""A process that counts batches of files: JSON lines in, a segment file and a JSON line out for each.

Started as `python -m qa.index.worker`; see `qa.index.batches`. A process of its own uses another core, and its death
costs a batch and not the tool.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from qa.errors import ReadError
from qa.index.count import Counter
from qa.index.store import write_arrays
from qa.load import Source, read
from qa.model import Skipped

__all__ = ["count_files", "main"]


def count_files(sources: Sequence[Source], file: Path) -> tuple[int, list[Skipped]]:
    """Read and count some files into a segment file; how many documents that made, and what could not be read.

    No file is written where there is no document.
    """
    counter, documents = Counter(), 0
    unread: list[Skipped] = []
    for source in sources:
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
        documents, unread = count_files(sources, Path(batch["file"]))
        reply = {"documents": documents, "unread": [[entry.path, entry.reason] for entry in unread]}
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main()
