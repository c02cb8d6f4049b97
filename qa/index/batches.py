"""Many files -> segment files, batch by batch, on all cores.

A batch bounds the memory that building needs. Small corpora are one batch and are counted right here; larger ones go to
worker processes, which are killed when the caller is interrupted.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import astuple
from pathlib import Path
from queue import SimpleQueue

from qa.errors import CacheError
from qa.index.worker import count_files
from qa.load import Source, rest
from qa.load.process import start
from qa.model import Skipped

__all__ = ["BATCH_BYTES", "Progress", "count_batches"]

BATCH_BYTES = 16 << 20
"""Bytes of files in a batch; a file is never divided."""
_BATCH_FILES = 4_000
_WORTH_WORKERS = 4 << 20
"""Bytes from which starting worker processes, a third of a second, pays."""

Progress = Callable[[int, int], None]
"""Called with bytes done and bytes in all."""


def count_batches(
    sources: Sequence[Source], folder: Path, prefix: str, progress: Progress | None = None
) -> tuple[list[Path], list[Skipped]]:
    """Count some files into segment files in a folder, `prefix` before their names; what could not be read.

    The files come in the order of `sources`, which is that of their documents.
    """
    total = sum(source.size for source in sources)
    batches = list(_batches(sources))
    files = [folder / f"{prefix}{number:05}.segment" for number in range(len(batches))]
    small = total < _WORTH_WORKERS or (os.cpu_count() or 1) == 1
    run = _counted_here if small else _counted_by_workers
    unread: list[list[Skipped]] = [[] for _ in batches]
    done = 0
    for number, skipped in run(batches, files):
        unread[number] = skipped
        done += sum(source.size for source in batches[number])
        if progress:
            progress(done, total)
    return [file for file in files if file.exists()], [entry for entries in unread for entry in entries]


def _batches(sources: Sequence[Source]) -> Iterator[list[Source]]:
    batch: list[Source] = []
    size = 0
    for source in sources:
        if batch and (size + source.size > BATCH_BYTES or len(batch) >= _BATCH_FILES):
            yield batch
            batch, size = [], 0
        batch.append(source)
        size += source.size
    if batch:
        yield batch


def _counted_here(batches: Sequence[list[Source]], files: Sequence[Path]) -> Iterator[tuple[int, list[Skipped]]]:
    try:
        for number, (batch, file) in enumerate(zip(batches, files, strict=True)):
            yield number, count_files(batch, file)[1]
    finally:
        rest()


def _counted_by_workers(batches: Sequence[list[Source]], files: Sequence[Path]) -> Iterator[tuple[int, list[Skipped]]]:
    """Numbers of batches as they are done, with what could not be read in each."""
    workers = [start("qa.index.worker") for _ in range(min(os.cpu_count() or 1, len(batches)))]
    idle: SimpleQueue[subprocess.Popen[bytes]] = SimpleQueue()
    for worker in workers:
        idle.put(worker)

    def count(number: int) -> tuple[int, list[Skipped]]:
        worker = idle.get()
        try:
            return number, _asked(worker, batches[number], files[number])
        finally:
            idle.put(worker)

    try:
        with ThreadPoolExecutor(len(workers)) as pool:
            tasks = [pool.submit(count, number) for number in range(len(batches))]
            try:
                for task in as_completed(tasks):
                    yield task.result()
            except BaseException:
                for task in tasks:
                    task.cancel()
                for worker in workers:
                    worker.kill()
                raise
    finally:
        for worker in workers:
            worker.kill()
            worker.communicate()  # waits, and closes the pipes


def _asked(worker: subprocess.Popen[bytes], batch: Sequence[Source], file: Path) -> list[Skipped]:
    """One batch's turn with a worker. Raises CacheError when the worker dies."""
    assert worker.stdin is not None
    assert worker.stdout is not None
    sources = [astuple(source) for source in batch]
    try:
        worker.stdin.write(json.dumps({"file": str(file), "sources": sources}).encode() + b"\n")
        worker.stdin.flush()
        reply = worker.stdout.readline()
    except OSError:
        reply = b""
    if not reply:
        raise CacheError(
            f"{file.parent}: indexing stopped at {batch[0].path} or one of the {len(batch)} files from there"
        )
    return [Skipped(*entry) for entry in json.loads(reply)["unread"]]
