"""One system in a process of its own: builds an index, or answers questions line by line.

python -m benchmarks.worker build SYSTEM PASSAGES COUNT FOLDER     prints what it took
python -m benchmarks.worker serve SYSTEM FOLDER                    a line of questions in, a line of figures out
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from pathlib import Path
from typing import Any, TextIO

from benchmarks.rows import Passages
from benchmarks.systems import system

__all__ = ["build", "peak_memory", "serve"]

TOP = 10


def build(name: str, passages: Path, count: int, folder: Path) -> dict[str, Any]:
    """Build an index of the first `count` passages: seconds by the clock and of all processors, and bytes resident."""
    began = time.perf_counter()
    system(name).build(Passages(passages, count), folder)
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "processor": sum(os.times()[:4]), "peak": peak_memory()}


def peak_memory() -> int:
    """Bytes that were resident at this process's peak.

    From the kernel's own figure for this program where there is one: `ru_maxrss` counts what a parent held before this
    program replaced it, too.
    """
    try:
        found = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())
    except OSError:
        found = None
    if found:
        return int(found[1]) << 10
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak << 10


def serve(name: str, folder: Path, asked: TextIO, told: TextIO) -> None:
    """Open an index; then, until the input ends, for a line `[question, …]` tell the seconds and the hits of each."""
    began = time.perf_counter()
    opened = system(name)
    opened.open(folder)
    _tell(told, {"seconds": time.perf_counter() - began})
    for line in asked:
        seconds, hits = [], []
        for question in json.loads(line):
            began = time.perf_counter()
            found = opened.top(question, TOP)
            seconds.append(time.perf_counter() - began)
            hits.append(found)
        _tell(told, {"seconds": seconds, "hits": hits})


def _tell(told: TextIO, figures: dict[str, Any]) -> None:
    told.write(json.dumps(figures) + "\n")
    told.flush()


def main(argv: list[str]) -> None:
    """Do one of the two; what libraries print goes to stderr."""
    told = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    if argv[0] == "build":
        _tell(told, build(argv[1], Path(argv[2]), int(argv[3]), Path(argv[4])))
    else:
        serve(argv[1], Path(argv[2]), sys.stdin, told)


if __name__ == "__main__":
    main(sys.argv[1:])
