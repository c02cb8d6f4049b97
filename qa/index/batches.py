"""Many files -> segment files, batch by batch, on all cores.

A batch bounds the memory that building needs. Small corpora are one batch and are counted right here; larger ones go to
worker processes, which are killed when the caller is interrupted. A batch that is done stays done.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import astuple, dataclass
from pathlib import Path
from queue import SimpleQueue

from qa.errors import CacheError
from qa.index.store import unfinished
from qa.index.worker import count_files
from qa.languages import AUTO
from qa.load import Source, rest
from qa.load.process import start
from qa.model import Skipped

__all__ = ["BATCH_BYTES", "Counted", "Progress", "count_batches"]

BATCH_BYTES = 16 << 20
"""Bytes of files in a batch, at most; a file is never divided."""
_LEAST_BYTES = 1 << 20
_BATCHES_A_CORE = 4
"""Batches that a core gets at least, so that all cores end together and an interruption costs little."""
_BATCH_FILES = 4_000
_WORTH_WORKERS = 4 << 20
"""Bytes from which starting worker processes, a third of a second, pays."""

_TELL_SECONDS = 0.2
"""How often the caller hears of the progress, and can interrupt, while workers count."""

Progress = Callable[[int, int], None]
"""Called with bytes done and bytes in all."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A batch that is done: its segment file, which is not there when no document could be read, and what could not."""

    file: Path
    unread: tuple[Skipped, ...]


def count_batches(
    sources: Sequence[Source],
    folder: Path,
    prefix: str,
    *,
    language: str = AUTO,
    progress: Progress | None = None,
) -> Generator[Counted, None, None]:
    """Count some files into segment files in a folder, `prefix` before their names; each batch as it is done.

    `language` is as to a Counter. The names of the files come in the order of `sources`, which is that of their
    documents. Whatever `progress` raises ends the counting.
    """
    total = sum(source.size for source in sources)
    batches = list(_batches(sources, total))
    files = [folder / f"{prefix}{number:05}.segment" for number in range(len(batches))]
    small = total < _WORTH_WORKERS or (os.cpu_count() or 1) == 1
    run = _counted_here if small else _counted_by_workers
    done = [0] * len(batches)

    def tell() -> None:
        if progress:
            progress(sum(done), total)

    tell()
    for number, skipped in run(batches, files, language, done, tell):
        yield Counted(files[number], tuple(skipped))
        done[number] = sum(source.size for source in batches[number])
        tell()


def _batches(sources: Sequence[Source], total: int) -> Iterator[list[Source]]:
    batch: list[Source] = []
    size, share = 0, total // (_BATCHES_A_CORE * (os.cpu_count() or 1))
    most = min(max(share, _LEAST_BYTES), BATCH_BYTES)
    for source in sources:
        if batch and (size + source.size > most or len(batch) >= _BATCH_FILES):
            yield batch
            batch, size = [], 0
        batch.append(source)
        size += source.size
    if batch:
        yield batch


def _counted_here(
    batches: Sequence[list[Source]],
    files: Sequence[Path],
    language: str,
    done: list[int],
    tell: Callable[[], None],
) -> Iterator[tuple[int, list[Skipped]]]:
    """Numbers of batches as they are counted, with what could not be read in each.

    `done` holds the bytes that are read of each, and `tell` is called when there are more, and every now and then.
    """
    try:
        for number, (batch, file) in enumerate(zip(batches, files, strict=True)):

            def read(size: int, number: int = number) -> None:
                tell()
                done[number] += size

            yield number, count_files(batch, file, language=language, tell=read)[1]
    finally:
        rest()


def _counted_by_workers(
    batches: Sequence[list[Source]],
    files: Sequence[Path],
    language: str,
    done: list[int],
    tell: Callable[[], None],
) -> Iterator[tuple[int, list[Skipped]]]:
    """The same, by a process a core."""
    workers = [start("qa.index.worker") for _ in range(min(os.cpu_count() or 1, len(batches)))]
    idle: SimpleQueue[subprocess.Popen[bytes]] = SimpleQueue()
    for worker in workers:
        idle.put(worker)

    def count(number: int) -> tuple[int, list[Skipped]]:
        def read(size: int) -> None:
            done[number] = size

        worker = idle.get()
        try:
            return number, _asked(worker, batches[number], files[number], language, read)
        finally:
            idle.put(worker)

    try:
        with ThreadPoolExecutor(len(workers)) as pool:
            tasks = {pool.submit(count, number) for number in range(len(batches))}
            waiting = tasks
            try:
                while waiting:
                    ended, waiting = wait(waiting, timeout=_TELL_SECONDS, return_when=FIRST_COMPLETED)
                    yield from (task.result() for task in ended)
                    tell()
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
            for file in files:
                with suppress(OSError):
                    unfinished(file, worker.pid).unlink(missing_ok=True)


def _asked(
    worker: subprocess.Popen[bytes],
    batch: Sequence[Source],
    file: Path,
    language: str,
    read: Callable[[int], None],
) -> list[Skipped]:
    """One batch's turn with a worker; `read` is told how many bytes it has.

    Raises CacheError when the worker dies or cannot write.
    """
    assert worker.stdin is not None
    assert worker.stdout is not None
    task = {"file": str(file), "language": language, "sources": [astuple(source) for source in batch]}
    try:
        worker.stdin.write(json.dumps(task).encode() + b"\n")
        worker.stdin.flush()
        reply = json.loads(worker.stdout.readline() or b"{}")
        while "read" in reply:
            read(reply["read"])
            reply = json.loads(worker.stdout.readline() or b"{}")
    except (OSError, ValueError):  # the pipe is broken, or ends amid a line
        reply = {}
    if not reply:
        raise CacheError(
            f"{file.parent}: indexing stopped at {batch[0].path} or one of the {len(batch)} files from there"
        )
    if "failed" in reply:
        raise CacheError(reply["failed"])
    return [Skipped(*entry) for entry in reply["unread"]]
