"""What a whole process takes: one answer from a cold start with a warm cache, and taking in one more file.

    python -m benchmarks.cold [FOLDER] --questions questions.txt --out DIR

FOLDER is not written to: the file that is added stands in a second root, in DIR. Without FOLDER the bundled corpus is
asked. The first run builds the index, in a cache of its own in DIR, and may take long.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.report import markdown

__all__ = ["measure"]

_WALK = """
import json, sys, time
from pathlib import Path
from qa.load import find
roots, exclude = json.loads(sys.argv[1])
began = time.perf_counter()
sources, _ = find([Path(root) for root in roots], exclude=exclude)
print(time.perf_counter() - began, len(sources))
"""
_BUNDLED = "import qa.library; print(qa.library.bundled_corpus())"
_ADDED = "The quokkabenchmark lighthouse was painted green in 1923 by Wilhelmina Ostrander."
_ASKED = "Who painted the quokkabenchmark lighthouse green?"
Figures = dict[str, Any]


def measure(
    folder: Path | None, questions: Sequence[str], out: Path, *, exclude: Sequence[str] = (), times: int = 11
) -> Figures:
    """Seconds of the first build, of an answer, of the walk for changes within it, and of adding one file."""
    source = folder or Path(_python("-c", _BUNDLED).strip())
    extra = out / "extra"
    extra.mkdir(parents=True, exist_ok=True)
    added = extra / "added.txt"
    added.unlink(missing_ok=True)
    roots = [str(source.resolve()), str(extra.resolve())]
    corpus = [*(part for root in roots for part in ("--corpus", root)), *(f"--exclude={glob}" for glob in exclude)]
    environment = {**os.environ, "QA_CACHE": str((out / "cache").resolve())}

    built = (out / "cache").is_dir()
    first, _ = _ask(questions[0], corpus, environment)
    figures: Figures = {"build": None if built else first}
    asked = [_ask(question, corpus, environment) for question in (list(questions) * times)[:times]]
    figures["ask"] = [seconds for seconds, _ in asked]
    walks = [_python("-c", _WALK, json.dumps([roots, list(exclude)])).split() for _ in range(5)]
    figures["walk"], figures["files"] = [float(seconds) for seconds, _ in walks], int(walks[0][1])
    figures["start"] = [_seconds([sys.executable, "-c", "pass"]) for _ in range(5)]

    figures["add"], figures["remove"] = [], []
    for number in range(3):
        added.write_text(f"{_ADDED}\nIt has {number + 3} windows.\n", encoding="utf-8")
        seconds, answer = _ask(_ASKED, corpus, environment)
        if not any(quote["path"].endswith(added.name) for quote in answer["quotes"] + answer["nearest"]):
            raise RuntimeError("the file that was added is not found")
        figures["add"].append(seconds)
        added.unlink()
        figures["remove"].append(_ask(_ASKED, corpus, environment)[0])
    return figures


def _ask(question: str, corpus: Sequence[str], environment: dict[str, str]) -> tuple[float, Figures]:
    """Seconds of a whole `qa ask`, and the answer."""
    command = [sys.executable, "-m", "qa", "ask", "--json", *corpus, "--", question]
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, env=environment, text=True)
    seconds = time.perf_counter() - began
    if done.returncode not in (0, 1):
        raise RuntimeError(f"qa ask failed: {done.stderr.strip()}")
    answer: Figures = json.loads(done.stdout)
    return seconds, answer


def _python(*arguments: str) -> str:
    return subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


def _seconds(command: Sequence[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True)
    return time.perf_counter() - began


def table(figures: Figures) -> str:
    """The medians, as Markdown."""
    ask, walk = statistics.median(figures["ask"]), statistics.median(figures["walk"])
    lines = {
        f"`qa ask`, whole process, warm cache (median of {len(figures['ask'])})": ask,
        "the slowest of them": max(figures["ask"]),
        "of it: walk that looks for changed files": walk,
        "of it: the rest": ask - walk,
        "of it: Python's own start": statistics.median(figures["start"]),
        "`qa ask` after one file was added": statistics.median(figures["add"]),
        "of it: taking the file in": statistics.median(figures["add"]) - ask,
        "`qa ask` after it was removed": statistics.median(figures["remove"]),
    }
    if figures["build"] is not None:
        lines = {f"first question, building the index of {figures['files']:,} files": figures["build"], **lines}
    return markdown(("one process", "s"), [(name, f"{seconds:.3f}") for name, seconds in lines.items()])


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print the table, and keep the raw figures as cold.json and cold.md."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cold", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", help="documents (default: the bundled corpus)")
    parser.add_argument("--questions", type=Path, required=True, metavar="FILE", help="one question a line")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--exclude", action="append", default=[], metavar="GLOB", help="files to leave out")
    parser.add_argument("--again", action="store_true", help="build the index anew")
    options = parser.parse_args(argv)
    if options.again:
        shutil.rmtree(options.out / "cache", ignore_errors=True)
    questions = options.questions.read_text(encoding="utf-8").splitlines()
    figures = measure(options.folder, questions, options.out, exclude=options.exclude)
    (options.out / "cold.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    (options.out / "cold.md").write_text(table(figures) + "\n", encoding="utf-8")
    print(table(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
