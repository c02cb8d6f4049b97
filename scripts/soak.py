"""Thousands of questions over a folder that another process keeps changing: `python scripts/soak.py --questions 10000`.

The other process adds, rewrites, replaces, renames and deletes files, and keeps a journal of when a file ceased to hold
a text. Three things must hold, else the exit code is 1: no quote of a text that its file had ceased to hold before the
question was asked; resident memory that no longer grows; no error, for there is always a file to read.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

import qa
from qa.receipt import Claim, prove

ANIMALS = ("heron", "otter", "badger", "kestrel", "salmon", "beaver", "dormouse", "swift")
PLACES = ("weir", "reeds", "orchard", "quarry", "millpond", "churchyard", "hedge", "tower")
FILES = 200
REFRESH_EVERY = 7
"""Questions between two refreshes, so that most are asked of an index that files have left behind."""
PROVED_EVERY = 50
GROWTH = 1.10
"""Of resident memory, from the second quarter of the questions to the last."""
_KILOBYTES = 1024


@dataclass(slots=True)
class Journal:
    """When a file ceased to hold a text, by its name and the text's stamp, a number that no other text has."""

    ended: dict[tuple[str, int], float] = field(default_factory=dict)
    changes: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def read(self, told: Connection) -> None:
        """Take in what the other process has told since."""
        while told.poll():
            kind, left, when = told.recv()
            self.changes[kind] += 1
            if left is not None:
                self.ended[left] = when


def text_of(stamp: int, choose: random.Random) -> str:
    """A document of some sentences, each with the stamp."""
    sentence = "The {} of stamp {} was seen at the {} in {}."
    lines = (
        sentence.format(choose.choice(ANIMALS), stamp, choose.choice(PLACES), 1800 + stamp % 200)
        for _ in range(choose.randint(1, 12))
    )
    return "# Notes\n\n" + "\n\n".join(lines) + "\n"


def change_files(folder: Path, tell: Connection, pause: float) -> None:
    """Change the folder until the other end hangs up; after each change, tell of it."""
    choose = random.Random(1)
    held: dict[Path, int] = {}
    for stamp, kind in enumerate(_kinds(choose), 1):
        if len(held) < FILES // 2 or len(held) >= FILES:
            kind = "add" if len(held) < FILES else "delete"
        file = folder / f"{stamp:07}{choose.choice(('.md', '.txt'))}"
        if kind == "add":
            left = None
            file.write_text(text_of(stamp, choose))
            held[file] = stamp
        else:
            old = choose.choice(list(held))
            left = (old.name, held.pop(old))
            _change(kind, old, file, text_of(stamp, choose))
            held |= {"rename": {file: left[1]}, "delete": {}}.get(kind, {old: stamp})
        try:
            tell.send((kind, left, time.monotonic()))
        except OSError:
            return
        time.sleep(pause * choose.random())


def _kinds(choose: random.Random) -> Iterator[str]:
    while True:
        yield choose.choice(("add", "rewrite", "replace", "rename", "delete"))


def _change(kind: str, old: Path, new: Path, text: str) -> None:
    if kind == "rewrite":
        old.write_text(text)
    elif kind == "replace":
        beside = old.with_name(f".{old.name}")
        beside.write_text(text)
        beside.replace(old)
    elif kind == "rename":
        old.rename(new)
    else:
        old.unlink()


@dataclass(slots=True)
class Seen:
    """What the questions gave."""

    asked: int = 0
    answered: int = 0
    quotes: int = 0
    stale: list[str] = field(default_factory=list)
    left_out: int = 0
    proved: int = 0
    looked_at: int = 0
    errors: list[str] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)


def soak(folder: Path, told: Connection, questions: int) -> tuple[Seen, Journal]:
    """Ask the questions."""
    choose, journal, seen = random.Random(2), Journal(), Seen()
    library = qa.open(folder)
    kept: list[tuple[float, qa.Quote]] = []
    for number in range(questions):
        try:
            if number % REFRESH_EVERY == 0:
                library.refresh()
            kept += _ask(library, choose, seen, prove_too=number % PROVED_EVERY == 0)
        except qa.QAError as error:
            seen.errors.append(str(error))
        if number % 100 == 99 or number == questions - 1:
            _judge(kept, journal, told, seen)
            kept.clear()
            seen.memory.append(_resident())
            _show(seen, questions)
    return seen, journal


def _ask(library: qa.Library, choose: random.Random, seen: Seen, *, prove_too: bool) -> list[tuple[float, qa.Quote]]:
    """One question; its quotes, each with the time before it was asked."""
    question = f"Where was the {choose.choice(ANIMALS)} seen, in the {choose.choice(PLACES)}?"
    began = time.monotonic()
    reply = library.answer(question, k=5)
    seen.milliseconds.append((time.monotonic() - began) * 1000)
    quotes = reply.quotes + reply.nearest
    seen.asked += 1
    seen.answered += reply.answered
    seen.quotes += len(quotes)
    seen.left_out += len(reply.changed)
    if prove_too:
        claims = [Claim(library.roots, quote.path, quote.text, quote.start, quote.end) for quote in quotes]
        seen.looked_at += len(claims)
        seen.proved += sum(check.status == "intact" for check in prove(claims))
    return [(began, quote) for quote in quotes]


def _judge(kept: list[tuple[float, qa.Quote]], journal: Journal, told: Connection, seen: Seen) -> None:
    """Note the quotes whose text had ceased to be in its file before they were asked for.

    The journal is written after each change, so that what it does not say yet ended later than anything here.
    """
    time.sleep(0.01)
    journal.read(told)
    for asked, quote in kept:
        stamp = int(quote.text.split("stamp ")[1].split()[0])
        if journal.ended.get((quote.path, stamp), asked) < asked:
            seen.stale.append(f"{quote.path}: {quote.text}")


def _resident() -> int:
    """Kilobytes of this process in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // _KILOBYTES


def _show(seen: Seen, questions: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{seen.asked} of {questions}, {seen.memory[-1] // _KILOBYTES} MB", end="", file=sys.stderr, flush=True)


def _resident_then_and_now(memory: list[int]) -> tuple[float, float]:
    """Medians of the second quarter and the last; of a run too short for quarters, its end, which tells nothing."""
    quarter = len(memory) // 4
    if not quarter:
        return memory[-1], memory[-1]
    return statistics.median(memory[quarter : 2 * quarter]), statistics.median(memory[-quarter:])


def report(seen: Seen, journal: Journal) -> bool:
    """Print what was seen; whether all held."""
    early, late = _resident_then_and_now(seen.memory)
    changes = ", ".join(f"{count} {kind}" for kind, count in sorted(journal.changes.items()))
    print(f"{seen.asked} questions, {seen.answered} answered, {seen.quotes} quotes; changes: {changes}")
    print(f"{len(seen.stale)} stale quotes; files left out because they had changed: {seen.left_out}")
    print(f"{seen.proved} of {seen.looked_at} quotes proved intact right after, while files went on changing")
    print(f"{len(seen.errors)} errors{': ' + seen.errors[0] if seen.errors else ''}")
    print(f"resident: {early / _KILOBYTES:.1f} MB in the second quarter, {late / _KILOBYTES:.1f} MB in the last")
    print(f"an answer: median {statistics.median(seen.milliseconds):.1f} ms, longest {max(seen.milliseconds):.0f} ms")
    for line in seen.stale[:5]:
        print(f"stale: {line}")
    return not seen.stale and not seen.errors and late <= early * GROWTH


def main() -> int:
    """Run it in a folder and a cache of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=10_000)
    parser.add_argument("--pause", type=float, default=0.1, help="seconds between two changes at most (0.1)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        os.environ["QA_CACHE"], os.environ["QA_STATE"] = f"{place}/cache", f"{place}/state"
        folder = Path(place) / "corpus"
        folder.mkdir()
        (folder / "always.txt").write_text("The swan of stamp 0 was seen at the bridge in 1900.\n")
        told, tell = multiprocessing.Pipe(duplex=False)
        other = multiprocessing.Process(target=change_files, args=(folder, tell, options.pause), daemon=True)
        other.start()
        tell.close()
        try:
            seen, journal = soak(folder, told, options.questions)
        finally:
            other.terminate()
            other.join()
    return 0 if report(seen, journal) else 1


if __name__ == "__main__":
    sys.exit(main())
