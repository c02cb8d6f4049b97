"""A folder -> the passage file that every system is given, and questions drawn from it.

    python -m benchmarks.passages FOLDER --out passages.jsonl [--limit N]
    python -m benchmarks.passages --out passages.jsonl --questions 200

Reading and sentence splitting are done and timed here, once, so that what the benchmark times afterwards is indexing.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from pathlib import Path

from benchmarks.rows import Row, rows
from qa.chunk import passages
from qa.errors import QAError, ReadError
from qa.load import Source, find, read
from qa.text import STOP_TERMS, sentence_spans

__all__ = ["SHARES", "Made", "draw", "make"]

SEED = 20240229
LONG_WORDS = 40
SHARES = {"words": 0.8, "one": 0.1, "long": 0.1}
"""Of the questions: a run of 3 to 10 words of a sentence, one content word, and 40 words of a passage."""


@dataclass(slots=True)
class Made:
    """What making passages took. Seconds are summed over the processes, `elapsed` is what the clock showed."""

    documents: int = 0
    passages: int = 0
    words: int = 0
    text_bytes: int = 0
    file_bytes: int = 0
    reading: float = 0.0
    splitting: float = 0.0
    elapsed: float = 0.0
    skipped: Counter[str] = field(default_factory=Counter)

    def report(self) -> str:
        """The counts and rates, as lines for the reader."""
        lines = [
            f"{self.documents:,} documents, {self.passages:,} passages, {self.words:,} words, "
            f"{self.text_bytes / 1e6:,.1f} MB of text from {self.file_bytes / 1e6:,.1f} MB of files",
            f"reading    {_rate(self.reading, self.file_bytes)} of files",
            f"splitting  {_rate(self.splitting, self.text_bytes)} of text",
            f"elapsed    {self.elapsed:10.1f} s",
            f"skipped    {sum(self.skipped.values()):,} files",
            *(f"           {count:8,} {reason}" for reason, count in self.skipped.most_common(10)),
        ]
        return "\n".join(lines)


def _rate(seconds: float, size: int) -> str:
    return f"{seconds:10.1f} s of one core, {size / 1e6 / max(seconds, 1e-9):6.1f} MB/s"


def make(folder: Path, out: Path, *, limit: int | None = None, exclude: Sequence[str] = (), processes: int = 1) -> Made:
    """Write the passages of a folder, one JSON line each, and say what that took.

    Files come in the order of a hash of their paths, so that the first passages are a fair sample of all of them, the
    same whatever the number of processes. Raises CorpusError for a folder that is not there.
    """
    began = time.perf_counter()
    sources, skipped = find([folder], exclude=exclude)
    sources.sort(key=lambda source: sha256(source.path.encode()).digest())
    made = Made(skipped=Counter(skip.reason for skip in skipped), reading=time.perf_counter() - began)
    with out.open("w", encoding="utf-8", newline="\n") as stream:
        for lines, part in _parts(sources, processes):
            kept = lines[: None if limit is None else limit - made.passages]
            stream.writelines(kept)
            _add(made, part, kept)
            if limit is not None and made.passages >= limit:
                break
    made.elapsed = time.perf_counter() - began
    return made


def _parts(sources: Sequence[Source], processes: int) -> Iterator[tuple[list[str], Made]]:
    if processes == 1:
        yield from map(_passages, sources)
        return
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield from pool.imap(_passages, sources, chunksize=16)


def _passages(source: Source) -> tuple[list[str], Made]:
    """The lines of one file, and what they took."""
    made = Made()
    began = time.perf_counter()
    try:
        document = read(source)
    except ReadError as error:
        made.skipped[_kind(error.reason)] += 1
        return [], made
    read_by = time.perf_counter()
    ranges = passages(document)
    made.reading, made.splitting = read_by - began, time.perf_counter() - read_by
    made.documents, made.file_bytes = 1, source.size
    texts = ((passage.start, document.text[passage.start : passage.end]) for passage in ranges)
    return [Row(document.path, document.title, start, text).line() for start, text in texts], made


def _kind(reason: str) -> str:
    """A reason without what differs from file to file."""
    return reason.split(":")[0].split("(")[0].strip()


def _add(made: Made, part: Made, lines: Sequence[str]) -> None:
    texts = [str(json.loads(line)["text"]) for line in lines]
    made.passages += len(texts)
    made.words += sum(len(text.split()) for text in texts)
    made.text_bytes += sum(len(text.encode()) for text in texts)
    made.documents += part.documents
    made.file_bytes += part.file_bytes
    made.reading += part.reading
    made.splitting += part.splitting
    made.skipped += part.skipped


def draw(file: Path, count: int, *, seed: int = SEED, limit: int | None = None) -> list[str]:
    """Questions made of the words of random passages, the same for the same file, count and seed.

    They read as what people type into a search box: runs of words of one sentence, function words kept, in the shares
    that SHARES states and in random order. Each is different. Raises ValueError when the passages hold too few.
    """
    chance = random.Random(seed)
    with file.open("rb") as lines_of:
        total = sum(1 for _ in islice(lines_of, limit))
    wanted = [kind for kind, share in SHARES.items() for _ in range(round(count * share))]
    wanted = (wanted + ["words"] * count)[:count]
    chance.shuffle(wanted)
    lines = set(chance.sample(range(total), min(total, 20 * count)))
    texts = [row.text for number, row in enumerate(rows(file, limit)) if number in lines]
    chance.shuffle(texts)
    drawn: dict[str, None] = {}
    for text in texts:
        if len(drawn) == count:
            break
        question = _MAKERS[wanted[len(drawn)]](text, chance)
        if question:
            drawn[question] = None
    if len(drawn) < count:
        raise ValueError(f"{file}: {total:,} passages give only {len(drawn)} of {count} questions")
    return list(drawn)


def _words(text: str, chance: random.Random) -> str | None:
    """3 to 10 words in a row of a sentence that is prose."""
    sentences = [words for start, end in sentence_spans(text) if _is_prose(words := text[start:end].split())]
    if not sentences:
        return None
    words = chance.choice(sentences)
    length = chance.randint(3, min(10, len(words)))
    at = chance.randrange(len(words) - length + 1)
    question = [word.strip("()[]{}\"'“”‘’.,;:!?`*") for word in words[at : at + length]]
    return " ".join(word for word in question if word) if any(map(_is_content, question)) else None


def _one(text: str, chance: random.Random) -> str | None:
    """One word that means something."""
    words = [word for word in text.split() if _is_content(word)]
    return chance.choice(words) if words else None


def _long(text: str, chance: random.Random) -> str | None:
    """40 words in a row, as pasted from a page."""
    words = text.split()
    if len(words) < LONG_WORDS or not _is_prose(words):
        return None
    at = chance.randrange(len(words) - LONG_WORDS + 1)
    return " ".join(words[at : at + LONG_WORDS])


_MAKERS = {"words": _words, "one": _one, "long": _long}


def _is_prose(words: Sequence[str]) -> bool:
    """Whether it is a sentence rather than a table or code: eight words, mostly letters, some function words."""
    letters = sum(word.strip("().,;:!?\"'").isalpha() for word in words)
    function = sum(word.lower() in STOP_TERMS for word in words)
    return len(words) >= 8 and letters >= 0.8 * len(words) and function >= 0.2 * len(words)


def _is_content(word: str) -> bool:
    return word.isalpha() and len(word) > 3 and word.lower() not in STOP_TERMS


def main(argv: Sequence[str] | None = None) -> int:
    """Make the passage file, the questions, or both."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.passages", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", help="documents to read; without it, --out must exist")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the passage file, JSON Lines")
    parser.add_argument("--limit", type=int, metavar="N", help="passages at most")
    parser.add_argument("--exclude", action="append", default=[], metavar="GLOB", help="files to leave out")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, metavar="N")
    parser.add_argument("--questions", type=int, metavar="N", help="draw N questions from the passages")
    parser.add_argument("--questions-out", type=Path, metavar="FILE", help="default: questions.txt beside --out")
    options = parser.parse_args(argv)
    if options.folder is None and options.questions is None:
        parser.error("name a folder to read, or --questions to draw some from an existing passage file")
    try:
        if options.folder is not None:
            made = make(
                options.folder,
                options.out,
                limit=options.limit,
                exclude=options.exclude,
                processes=options.processes,
            )
            print(made.report())
        if options.questions is not None:
            target = options.questions_out or options.out.with_name("questions.txt")
            drawn = draw(options.out, options.questions, limit=options.limit)
            target.write_text("".join(question + "\n" for question in drawn), encoding="utf-8")
            print(f"{len(drawn)} questions in {target}")
    except (QAError, ValueError, OSError) as error:
        print(f"benchmarks.passages: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
