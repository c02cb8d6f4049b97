"""Time and memory of every system at several sizes, in one run, on the same passages and questions.

    python -m benchmarks.speed passages.jsonl --questions questions.txt --sizes 10000,100000,1000000 --out DIR

Each build and each searcher is a process of its own. Questions are asked in rounds, a batch of each system in turn, so
that a noisy moment meets all of them; a question's time is the median of its rounds. What is finished is kept in DIR
and not measured again; `--again` measures all of it anew.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from benchmarks.report import plot, report
from benchmarks.systems import NAMES, system

__all__ = ["Benchmark", "difference"]

DEFAULT = "qa,rank_bm25,bm25s,bm25s-numba,tantivy"
REFERENCE = "rank_bm25"
BATCH = 20
"""Questions that a system is asked before it is the next one's turn."""

_SAMPLED = 0.1  # seconds between two looks at the memory of a build
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
Figures = dict[str, Any]
_Kept = TypeVar("_Kept")


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What is measured, and the folder that keeps the indexes and the figures."""

    passages: Path
    questions: tuple[str, ...]
    out: Path
    rounds: int = 3
    builds: int = 1

    def run(self, names: Sequence[str], size: int) -> Figures:
        """Figures of every system at one size, by name; None for one that is not run at this size."""
        chosen = [name for name in names if (most := system(name).most) is None or size <= most]
        builds: dict[str, Figures] = {}
        for number in range(1, self.builds + 1):
            builds = {name: self._built(name, size, number) for name in chosen}
        searches = self._searched(chosen, size)
        return {name: {**builds[name], **searches[name]} if name in builds else None for name in names}

    def _built(self, name: str, size: int, number: int) -> Figures:
        """Medians over `number` builds of an index; those that an earlier run did are recalled."""
        key = {"passages": _print_of(self.passages), "size": size, "version": system(name).version()}
        folder, kept = self._folder(name, size), self.out / "state" / f"{size}-{name}.json"
        known: list[Figures] = (folder.is_dir() and _recalled(kept, key)) or []
        if len(known) < number:
            known = _keep(kept, key, [*known, self._build(name, size, folder)])
        return {"build": {figure: statistics.median(build[figure] for build in known) for figure in known[0]}}

    def _build(self, name: str, size: int, folder: Path) -> Figures:
        _say(f"{size:,} {name}: building")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        figures = _build(name, self.passages, size, folder)
        figures["disk"] = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        return figures

    def _searched(self, builds: Sequence[str], size: int) -> dict[str, Figures]:
        """Ask, or recall the asking of, all systems at one size: they are measured together or not at all."""
        key = {
            "passages": _print_of(self.passages),
            "versions": {name: system(name).version() for name in builds},
            "questions": hashlib.sha256("\n".join(self.questions).encode()).hexdigest(),
            "rounds": self.rounds,
        }
        kept = self.out / "state" / f"{size}-search.json"
        known: dict[str, Figures] | None = _recalled(kept, key)
        if known is not None:
            return known
        _say(f"{size:,}: asking {len(self.questions)} questions of {', '.join(builds)}")
        with ExitStack() as stack:
            searchers = {name: stack.enter_context(_Searcher(name, self._folder(name, size))) for name in builds}
            hits = {name: searcher.ask(self.questions)["hits"] for name, searcher in searchers.items()}  # warms, too
            times = self._times(searchers)
            memory = {name: searcher.memory() for name, searcher in searchers.items()}
            opened = {name: searcher.opened for name, searcher in searchers.items()}
        figures = {
            name: {"search": {"open": opened[name], **memory[name], "times": times[name], **_exactness(name, hits)}}
            for name in builds
        }
        return _keep(kept, key, figures)

    def _times(self, searchers: dict[str, _Searcher]) -> dict[str, list[float]]:
        """Median seconds of each question by system; who begins a batch changes with every batch."""
        seconds: dict[str, list[list[float]]] = {name: [] for name in searchers}
        order = list(searchers)
        for _ in range(self.rounds):
            for name in order:
                seconds[name].append([])
            for begin in range(0, len(self.questions), BATCH):
                order.append(order.pop(0))
                for name in order:
                    seconds[name][-1] += searchers[name].ask(self.questions[begin : begin + BATCH])["seconds"]
        return {
            name: [statistics.median(same) for same in zip(*of_rounds, strict=True)]
            for name, of_rounds in seconds.items()
        }

    def _folder(self, name: str, size: int) -> Path:
        return self.out / "indexes" / str(size) / name


def _build(name: str, passages: Path, size: int, folder: Path) -> Figures:
    """Run the build in a process of its own; the peak is that of it and its workers together."""
    command = [sys.executable, "-m", "benchmarks.worker", "build", name, str(passages), str(size), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        watch = _Watch(process.pid)
        watch.start()
        output = process.communicate()[0]
        watch.join()
    if process.returncode:
        raise RuntimeError(f"building {name} at {size:,} passages failed; what it said is above")
    figures: Figures = json.loads(output)
    figures["peak"] = max(figures["peak"], watch.peak)
    return figures


class _Watch(threading.Thread):
    """Follows the resident memory of a process and its children until it ends."""

    def __init__(self, pid: int) -> None:
        import psutil

        super().__init__(daemon=True)
        self.peak = 0
        self._process = psutil.Process(pid)

    def run(self) -> None:
        import psutil

        try:
            while self._process.is_running() and self._process.status() != psutil.STATUS_ZOMBIE:
                self.peak = max(self.peak, self._resident())
                time.sleep(_SAMPLED)
        except psutil.Error:
            return

    def _resident(self) -> int:
        """Bytes; pages that several processes share count once, as far as the system tells."""
        import psutil

        children = self._process.children(recursive=True)
        if not children:
            return int(self._process.memory_info().rss)
        total = 0
        for process in (self._process, *children):
            try:
                memory = process.memory_full_info()
            except psutil.Error:
                continue  # it ended meanwhile
            total += getattr(memory, "pss", 0) or memory.rss
        return total


class _Searcher:
    """A process that holds one open index and answers questions."""

    def __init__(self, name: str, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", "serve", name, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**os.environ, **_ONE_THREAD},
        )
        self._name = name
        self.opened: float = self._reply()["seconds"]

    def ask(self, questions: Sequence[str]) -> Figures:
        """Seconds and hits of each question."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(list(questions)) + "\n")
        self._process.stdin.flush()
        return self._reply()

    def _reply(self) -> Figures:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"searching with {self._name} failed; what it said is above")
        reply: Figures = json.loads(line)
        return reply

    def memory(self) -> dict[str, int]:
        """Bytes resident now, mapped files included, and those that are this process's alone."""
        import psutil

        memory = psutil.Process(self._process.pid).memory_full_info()
        return {"resident": memory.rss, "private": memory.uss}

    def __enter__(self) -> _Searcher:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()


def _exactness(name: str, hits: dict[str, list[list[tuple[int, float]]]]) -> Figures:
    if name != "qa" or REFERENCE not in hits:
        return {}
    return {"difference": max(map(difference, hits[name], hits[REFERENCE]))}


def difference(found: Sequence[tuple[int, float]], expected: Sequence[tuple[int, float]]) -> float:
    """The largest relative difference of two rankings' scores, rank by rank; 1 where one of them ends earlier.

    Which of several passages with one score comes first, or is left out at the end, is not compared.

    >>> difference([(7, 2.0), (3, 1.0)], [(7, 2.0), (9, 1.0)]), difference([(7, 2.0)], [])
    (0.0, 1.0)
    """
    if len(found) != len(expected):
        return 1.0
    return max((abs(a - b) / abs(b) for (_, a), (_, b) in zip(found, expected, strict=True)), default=0.0)


def _recalled(file: Path, key: Figures) -> Any:
    """Figures that were kept under the same key; None when there are none."""
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return kept["figures"] if kept["key"] == key else None


def _keep(file: Path, key: Figures, figures: _Kept) -> _Kept:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"key": key, "figures": figures}, indent=1) + "\n", encoding="utf-8")
    return figures


def _print_of(file: Path) -> str:
    """Tells passage files apart without reading them whole."""
    with file.open("rb") as stream:
        return f"{file.stat().st_size}-{hashlib.sha256(stream.read(1 << 20)).hexdigest()[:16]}"


def machine() -> Figures:
    """What the figures depend on, without names or paths."""
    import psutil

    return {
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "memory": psutil.virtual_memory().total,
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "python": platform.python_version(),
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
    }


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, and write the table, the plot and the raw figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__.splitlines()[0])
    parser.add_argument("passages", type=Path, help="passage file, made by python -m benchmarks.passages")
    parser.add_argument("--questions", type=Path, required=True, metavar="FILE", help="one question a line")
    parser.add_argument("--sizes", default="10000,100000", help="numbers of passages, separated by commas")
    parser.add_argument("--systems", default=DEFAULT, help=f"of {', '.join(NAMES)} (default: {DEFAULT})")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="of questions; medians are shown (3)")
    parser.add_argument("--builds", type=int, default=1, metavar="N", help="of each index; medians are shown (1)")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--again", action="store_true", help="forget what DIR holds of earlier runs")
    options = parser.parse_args(argv)
    names, questions = options.systems.split(","), options.questions.read_text(encoding="utf-8").splitlines()
    if unknown := set(names) - set(NAMES):
        parser.error(f"no such system: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    if options.again:
        shutil.rmtree(options.out / "state", ignore_errors=True)
    benchmark = Benchmark(options.passages, tuple(questions), options.out, options.rounds, options.builds)
    raw: Figures = {
        "machine": machine(),
        "versions": {name: system(name).version() for name in names},
        "questions": len(questions),
        "rounds": options.rounds,
        "builds": options.builds,
        "sizes": {},
    }
    with options.passages.open("rb") as lines:
        held = sum(1 for _ in lines)
    for size in sorted({min(int(size), held) for size in options.sizes.split(",")}):
        raw["sizes"][str(size)] = benchmark.run(names, size)
        (options.out / "speed.json").write_text(json.dumps(raw, indent=1) + "\n", encoding="utf-8")
        (options.out / "speed.md").write_text(report(raw), encoding="utf-8")
    plot(raw, options.out)
    print(report(raw))
    return 0


if __name__ == "__main__":
    sys.exit(main())
