"""How soon the chat takes a key, from the start of `qa` in a terminal, over a corpus that is indexed already.

    python -m benchmarks.prompt [FOLDER] [--times 9]

A key is pressed as soon as the prompt is there, and has been taken when the chat shows it; then a question is asked.
Not for Windows, which has no pseudo-terminals of this kind.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import re
import select
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.report import markdown

__all__ = ["Started", "main", "start"]

_PATIENCE_SECONDS = 60.0
_ASKED = "What is this about?"
_WHERE = b"\x1b[6n"
"""The chat asks where the cursor is; any terminal answers."""
_ESCAPES = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Started:
    """Seconds from the start of the process until the prompt stands there, takes a key, and has answered."""

    prompt: float
    key: float
    answer: float


def start(arguments: Sequence[str], environment: dict[str, str]) -> Started:
    """Start a chat, press a key, ask, end it. Raises RuntimeError when something does not come."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    began = time.perf_counter()
    chat = subprocess.Popen(
        [sys.executable, "-m", "qa", "chat", "--no-history", *arguments],
        stdin=its,
        stdout=its,
        stderr=its,
        env=environment,
        start_new_session=True,
    )
    os.close(its)
    try:
        seconds = [_seen(ours, began, lambda shown: b"?" in shown)]
        os.write(ours, b"x")
        seconds.append(_seen(ours, began, lambda shown: b"x" in shown))
        os.write(ours, b"\x7f" + _ASKED.encode() + b"\r")
        seconds.append(_seen(ours, began, lambda shown: b"1  " in shown or b"do not answer" in shown))
    finally:
        chat.kill()
        chat.wait()
        os.close(ours)
    return Started(*seconds)


def _seen(terminal: int, began: float, there: Callable[[bytes], bool]) -> float:
    """Seconds until what is shown from now on is as wanted."""
    shown, until = b"", time.perf_counter() + _PATIENCE_SECONDS
    while not there(_ESCAPES.sub(b"", shown)):
        if time.perf_counter() > until or not select.select([terminal], [], [], _PATIENCE_SECONDS)[0]:
            raise RuntimeError(f"the chat does not show what it should: {shown!r}")
        more = os.read(terminal, 65_536)
        shown += more
        if _WHERE in more:
            os.write(terminal, b"\x1b[3;1R")
    return time.perf_counter() - began


def table(runs: Sequence[Started]) -> str:
    """Median and slowest, as Markdown."""
    figures = {
        "the prompt is there": [run.prompt for run in runs],
        "a key is taken": [run.key for run in runs],
        "a question is answered, asked at once": [run.answer for run in runs],
    }
    rows = [(name, f"{statistics.median(each):.3f}", f"{max(each):.3f}") for name, each in figures.items()]
    return markdown((f"`qa`, from its start ({len(runs)} times)", "median s", "slowest s"), rows)


def main(argv: Sequence[str] | None = None) -> int:
    """Start once for the index, then measure, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.prompt", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", help="documents (default: the bundled corpus)")
    parser.add_argument("--times", type=int, default=9, metavar="N")
    options = parser.parse_args(argv)
    corpus = ["--corpus", str(options.folder.resolve())] if options.folder else []
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "QA_CACHE": str(Path(folder) / "cache"), "TERM": "xterm-256color"}
        start(corpus, environment)
        print(table([start(corpus, environment) for _ in range(options.times)]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
